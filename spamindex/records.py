"""Files of message records, of whatever kind, as one table that DuckDB reads as it goes."""

from __future__ import annotations

import csv
import glob
import io
import itertools
import json
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from spamindex import csvfile, fingerprints, textfile
from spamindex.errors import ColumnError, FileError, SpamIndexError, SpamIndexWarning
from spamindex.messages import INSTALL, Counts, Question, count
from spamindex.roles import question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

UNREADABLE = "_unreadable"  # a column of our own: whether a record could not be read
CLIENT = "client"  # the one column of a list of addresses

_MOST_BAD = 1000  # one in so many lines may be unreadable
_SAMPLE = 1000  # lines that say which columns there are
_SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")
_NOT_DUCKDBS = {b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_ADDRESS = re.compile(
    rb"\[?(ipv6:)?([0-9.]{7,15}|[0-9a-f:.]*:[0-9a-f:.]+)\]?([:/]\d+)?", re.IGNORECASE
)
_NEVER = "\x01"  # no text has it: what parts the columns of a file that has but one


@dataclass(frozen=True)
class Records:
    """Records as a relation of DuckDB, all columns as text unless the file says otherwise."""

    relation: DuckDBPyRelation
    connection: DuckDBPyConnection
    kind: str
    names: dict[str, str]  # what messages call the files, by path
    bad_lines: list[tuple[str, int]] = field(default_factory=list)  # known before the counting

    @property
    def columns(self) -> list[str]:
        """Its columns, but for our own."""
        return [name for name in self.relation.columns if name != UNREADABLE]

    def question(self, **asked: Any) -> Question:
        """What is to be counted of them, see ``roles.question``."""
        unreadable = UNREADABLE if UNREADABLE in self.relation.columns else None
        if self.kind == "addresses" and asked.get("fingerprints") is None:
            raise ColumnError("a list of addresses says no OS: give --fingerprints")
        return question(self.columns, unreadable=unreadable, **asked)

    def rejected(self) -> list[tuple[str, int]]:
        """The files and numbers of lines that have too few or too many cells, once all was read."""
        if self.kind in ("parquet", "p0f"):
            return self.bad_lines
        rejects = self.connection.sql(
            "SELECT DISTINCT file_path, line FROM reject_errors JOIN reject_scans "
            "USING (scan_id, file_id) ORDER BY ALL"
        ).fetchall()
        return [(self.names[path], line) for path, line in rejects]

    def first_unreadable(self) -> tuple[str, int] | None:
        """The first line that is no JSON object, or no address."""
        for path, name in self.names.items():
            for number, line in enumerate(textfile.binary_lines(path), start=1):
                if line.strip() and not _is_readable(line, self.kind):
                    return name, number
        return None


def _is_readable(line: bytes, kind: str) -> bool:
    if kind == "addresses":
        return bool(_ADDRESS.fullmatch(line.strip()))
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def counted(records: Records, asked: Question, *, skip_bad: bool) -> Counts:
    """Count records, with the lines that can't be read among them.

    Those are warned of; more than 1 in 1,000 raise a FileError unless ``skip_bad``.
    """
    counts = count(records.relation, asked, bring=records.connection.from_df)
    rejected = records.rejected()
    first = min(rejected, default=None)
    if counts.unreadable:
        first = min(filter(None, (first, records.first_unreadable())), default=None)
    counts = replace(counts, unreadable=counts.unreadable + len(rejected))
    refuse_bad(counts, first, skip_bad=skip_bad)
    return counts


def refuse_bad(counts: Counts, first: tuple[str, int] | None, *, skip_bad: bool) -> None:
    """Warn of unreadable records, or raise a FileError where they are too many."""
    if not counts.unreadable:
        return
    where = f"{first[0]}:{first[1]}: " if first else ""
    said = f"{where}can't be read, as are {counts.unreadable} of {counts.read} records"
    if not skip_bad and counts.unreadable * _MOST_BAD > counts.read:
        raise FileError(f"{said}; --skip-bad leaves them out")
    warnings.warn(SpamIndexWarning(f"{said}; left out"), stacklevel=2)


@contextmanager
def open_records(
    paths: Sequence[str],
    stream: Callable[[str], textfile.Source],
    *,
    skip_bad: bool = False,
    ports: Collection[str] | None = None,
) -> Iterator[Records]:
    """Open files, folders and patterns of them as one table; ``-`` is what ``stream`` makes of it.

    Of p0f logs only the connections to ``ports`` count, if any are given.

    They are all of one kind: CSV or TSV with one and the same heading, JSON lines, Parquet, p0f
    logs, or a client's address on each line. DuckDB may read these files and nothing else. Raises a
    SpamIndexError where they can't be read.
    """
    try:
        import duckdb
    except ImportError as error:
        raise SpamIndexError(f"reading messages needs DuckDB: {INSTALL}") from error
    with tempfile.TemporaryDirectory(prefix="spamindex-") as scratch:
        names = {path: path for path in _files([path for path in paths if path != "-"])}
        if "-" in paths:
            names = {**names, _spooled(stream("-"), scratch): "standard input"}
        with (
            _faults(names),
            duckdb.connect(
                config={
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                    "temp_directory": os.path.join(scratch, "spill"),
                }
            ) as connection,
        ):
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET allowed_paths = ?", [list(names)])
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield _opened(connection, names, skip_bad=skip_bad, ports=ports)


@contextmanager
def _faults(names: dict[str, str]) -> Iterator[None]:
    """DuckDB's errors in one line, with the files as they were named."""
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        text = " ".join(str(error).split())
        for path, name in names.items():
            text = text.replace(path, name)
        raise FileError(f"messages can't be read: {text}") from error


def _files(paths: Sequence[str]) -> list[str]:
    """The files that are meant, each once, in order."""
    files: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            found = [
                os.path.join(folder, name)
                for folder, _, names in sorted(os.walk(path))
                for name in sorted(names)
                if not name.startswith((".", "_")) and _suffix(name) in _SUFFIXES
            ]
            if not found:
                raise FileError(f"{path}: is a folder without {', '.join(_SUFFIXES)} files")
        elif os.path.exists(path):
            found = [path]
        else:
            found = sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else [path]
            if not found:
                raise FileError(f"{path}: no file has such a name")
        files += found
    return list(dict.fromkeys(files))


def _suffix(name: str) -> str:
    stem, suffix = os.path.splitext(name.lower())
    return os.path.splitext(stem)[1] if suffix in (".gz", ".zst") else suffix


def _spooled(stdin: textfile.Source, scratch: str) -> str:
    """Standard input as a file, which can be read twice: to see what it is, and in parallel."""
    path = os.path.join(scratch, "standard input")
    try:
        with open(path, "wb") as file:
            shutil.copyfileobj(stdin, file)  # type: ignore[arg-type]
    except OSError as error:
        where = tempfile.gettempdir()
        raise FileError(f"standard input: can't be kept in {where}: {error.strerror}") from error
    return path


def _opened(
    connection: DuckDBPyConnection,
    names: dict[str, str],
    *,
    skip_bad: bool,
    ports: Collection[str] | None,
) -> Records:
    kinds = {path: _kind(path, name) for path, name in names.items()}
    first, kind = next(iter(kinds.items()))
    for path, other in kinds.items():
        if other != kind:
            raise FileError(
                f"{names[path]}: is {_KINDS[other]}, but {names[first]} is {_KINDS[kind]}; "
                "count them apart"
            )
    paths = list(names)
    if kind == "p0f":
        return _from_p0f(connection, names, skip_bad=skip_bad, ports=ports)
    if ports:
        raise FileError(f"{names[first]}: is no p0f log, so it says no --port")
    bad: list[tuple[str, int]] = []
    if kind == "parquet":
        relation = connection.read_parquet(
            paths, hive_partitioning=_partitioned(paths), union_by_name=True
        )
    elif kind == "csv":
        relation = _from_csv(connection, names)
    else:
        lines = _as_text(connection, paths, [_LINE], _NEVER, header=False, quoted=False)
        relation = _from_json(lines, names) if kind == "json" else _from_addresses(lines)
    return Records(relation, connection, kind, names, bad)


_LINE = "line"
_KINDS = {
    "parquet": "a Parquet file",
    "csv": "a table of delimited text",
    "json": "JSON lines",
    "p0f": "a p0f log",
    "addresses": "a list of addresses",
}


def _partitioned(paths: Sequence[str]) -> bool:
    return any("=" in os.path.basename(os.path.dirname(path)) for path in paths)


def _kind(path: str, name: str) -> str:
    """What a file is, by how it begins."""
    try:
        with open(path, "rb") as file:
            beginning = file.read(8)
    except IsADirectoryError as error:
        raise FileError(f"{name}: is a directory; name a file in it") from error
    except OSError as error:
        raise FileError(f"{name}: can't be read: {error.strerror}") from error
    if beginning.startswith(b"PAR1"):
        return "parquet"
    packed = next((by for magic, by in _NOT_DUCKDBS.items() if beginning.startswith(magic)), None)
    if packed:
        raise FileError(
            f"{name}: is compressed by {packed}, which is read from standard input: "
            f"{'bzcat' if packed == 'bzip2' else 'xzcat'} it into spamindex tally -"
        )
    lines = [line for line in _first_lines(path) if line.strip()]
    if not lines:
        raise FileError(f"{name}: is empty; records of messages are needed")
    if b"\0" in lines[0]:
        raise FileError(f"{name}: is neither text in UTF-8 nor Parquet")
    if fingerprints.is_log(lines[0]):
        return "p0f"
    if lines[0].lstrip(b"\xef\xbb\xbf").startswith(b"{"):
        return "json"
    if _ADDRESS.fullmatch(lines[0].strip()):
        return "addresses"
    return "csv"


def _first_lines(path: str) -> list[bytes]:
    lines = textfile.binary_lines(path)
    try:
        return list(itertools.islice(lines, _SAMPLE))
    finally:
        lines.close()  # type: ignore[attr-defined]


def _as_text(
    connection: DuckDBPyConnection,
    paths: Sequence[str],
    columns: Sequence[str],
    delimiter: str,
    *,
    header: bool,
    quoted: bool,
) -> DuckDBPyRelation:
    quote = '"' if quoted else ""
    return connection.read_csv(
        list(paths),  # type: ignore[arg-type]
        columns=dict.fromkeys(columns, "VARCHAR"),
        auto_detect=False,
        header=header,
        sep=delimiter,
        quotechar=quote,
        escapechar=quote,
        store_rejects=True,
        hive_partitioning=_partitioned(paths),
    )


def _from_csv(connection: DuckDBPyConnection, names: dict[str, str]) -> DuckDBPyRelation:
    headings: dict[str, tuple[list[str], str]] = {}
    for path, name in names.items():
        sample = [line.decode("utf-8-sig", "replace") for line in _first_lines(path)]
        try:
            delimiter = csvfile.delimiter_of(name, sample)
        except FileError:  # nothing parts its lines: it has but one column
            delimiter = ","
        row = next(csv.reader(io.StringIO(sample[0], newline=""), delimiter=delimiter))
        heading = [cell.strip() for cell in row]
        if len(set(heading)) < len(heading) or not all(heading):
            raise ColumnError(
                f"{name}:1: is no heading with a name of its own for each column: "
                f"{', '.join(map(repr, heading))}"
            )
        headings[name] = heading, delimiter
    first = next(iter(headings))
    for name, found in headings.items():
        if found != headings[first]:
            raise ColumnError(f"{name}:1: has other columns than {first}; count them apart")
    columns, delimiter = headings[first]
    return _as_text(connection, list(names), columns, delimiter, header=True, quoted=True)


def _from_json(lines: DuckDBPyRelation, names: dict[str, str]) -> DuckDBPyRelation:
    """JSON lines as columns, as many as the first lines have names."""
    from duckdb import CaseExpression, ColumnExpression, ConstantExpression, FunctionExpression

    keys: dict[str, None] = {}
    for path in names:
        for written in _first_lines(path):
            if _is_readable(written, "json"):
                keys |= dict.fromkeys(json.loads(written))
    line = ColumnExpression(_LINE)
    is_object = CaseExpression(
        FunctionExpression("json_valid", line),
        FunctionExpression("json_type", line) == ConstantExpression("OBJECT"),
    ).otherwise(ConstantExpression(False))
    cells = [
        CaseExpression(
            is_object,
            FunctionExpression("json_extract_string", line, ConstantExpression(_pointer(key))),
        ).alias(key)
        for key in keys
    ]
    records = lines.filter(line.isnotnull())
    return records.select((~is_object).alias(UNREADABLE), *cells)


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _from_addresses(lines: DuckDBPyRelation) -> DuckDBPyRelation:
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

    line = ColumnExpression(_LINE)
    address = FunctionExpression("trim", line)
    pattern = ConstantExpression(_ADDRESS.pattern.decode())
    is_address = FunctionExpression("regexp_full_match", address, pattern, ConstantExpression("i"))
    records = lines.filter(line.isnotnull())
    return records.select(address.alias(CLIENT), (~is_address).alias(UNREADABLE))


def _from_p0f(
    connection: DuckDBPyConnection,
    names: dict[str, str],
    *,
    skip_bad: bool,
    ports: Collection[str] | None,
) -> Records:
    rows: list[fingerprints.Sender] = []
    bad: list[tuple[str, int]] = []
    for path, name in names.items():
        found, lines = fingerprints.senders(path, skip_bad=skip_bad)
        rows += [one for one in found if not ports or one.port in ports]
        bad += [(name, line) for line in lines]
    if not rows:
        raise FileError("no p0f log has a connection to one of these ports")
    columns = ("time", CLIENT, "server", "port", "os")
    table = pd.DataFrame({name: [getattr(row, name) for row in rows] for name in columns})
    return Records(connection.from_df(table), connection, "p0f", names, bad)
