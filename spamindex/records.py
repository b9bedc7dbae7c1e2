"""Records of messages, of whatever kind, as one table that DuckDB reads as it goes."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spamindex import csvfile, database, files, textfile
from spamindex.errors import ColumnError, FileError, SpamIndexNote, SpamIndexWarning
from spamindex.files import KINDS
from spamindex.fingerprints import Fingerprints, fingerprints, senders
from spamindex.messages import count
from spamindex.question import Counts, Question
from spamindex.roles import question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

UNREADABLE = "_spamindex_unreadable"  # a column of our own: whether a record could not be read
CLIENT = "client"  # the one column of a list of addresses
_MOST_COLUMNS = 1000
_MOST_BAD = 1000  # one in so many lines may be unreadable


@dataclass(frozen=True)
class Records:
    """Records as a relation of DuckDB, all columns as text unless the file says otherwise.

    ``names`` are what messages call the files, by path; ``known`` are the fingerprints that were
    read with them.
    """

    relation: DuckDBPyRelation
    connection: DuckDBPyConnection
    kind: str
    names: dict[str, str]
    known: Fingerprints | None = None
    delimiter: str | None = None  # of CSV

    @property
    def columns(self) -> list[str]:
        """Its columns, but for our own."""
        return [name for name in self.relation.columns if name != UNREADABLE]

    def question(self, **asked: Any) -> Question:
        """What is to be counted of them, see ``roles.question``."""
        unreadable = UNREADABLE if UNREADABLE in self.relation.columns else None
        if self.kind == "addresses" and self.known is None:
            raise ColumnError("a list of addresses says no OS: give --fingerprints")
        return question(self.columns, unreadable=unreadable, fingerprints=self.known, **asked)

    def counted(self, asked: Question, *, skip_bad: bool) -> Counts:
        """Count them, with the lines that can't be read among them.

        Those are warned of; more than 1 in 1,000 raise a FileError unless ``skip_bad``.
        """
        counts = count(self.relation, asked, bring=lambda known: known)
        bad = _rejected(self.connection, self.names, self.kind)
        if self.delimiter is not None:
            _check_all_read(counts.read + len(bad), self.names, self.delimiter)
        if not counts.read + len(bad):
            raise FileError(f"{next(iter(self.names.values()))}: has no record of a message")
        first = min(bad, default=None)
        if counts.unreadable:
            unreadable = _first_unreadable(self.names, self.kind)
            first = min(filter(None, (first, unreadable)), default=None)
        counts = replace(counts, unreadable=counts.unreadable + len(bad))
        if self.kind == "csv" and (again := counts.table["label"] == asked.os).any():
            repeated = int(counts.table.loc[again, "messages"].sum())
            note = f"left out: headings that are repeated as records: {repeated}"
            warnings.warn(SpamIndexNote(note), stacklevel=2)
            counts = replace(counts, table=counts.table[~again])
        refuse_bad(counts.unreadable, counts.read, first, skip_bad=skip_bad)
        return counts


def _check_all_read(read: int, names: dict[str, str], delimiter: str) -> None:
    """Refuse CSV of which DuckDB has read less than there is.

    It does where a quotation mark is never closed, and where a damaged line stands just where it
    parts a file among its threads.
    """
    found = [files.how_many(path) for path in names]
    if sum(lines - 1 for lines, _ in found) <= read and all(paired for _, paired in found):
        return
    for path, name in names.items():
        there = files.how_many_exactly(path, delimiter) - 1
        read -= there
        if read < 0:
            raise FileError(
                f"{name}: {-read} of {there} records were lost in reading, by damaged lines or a "
                "quotation mark that is never closed; mend them, or tell it in another format"
            )


def _rejected(
    connection: DuckDBPyConnection, names: dict[str, str], kind: str
) -> list[tuple[str, int]]:
    bad = [(path, line) for path, line in database.rejected(connection, names) if path in names]
    if bad and kind == "p0f":  # what it copies from requests is in any encoding, and no fault
        rejects = set(bad)
        bad = [
            (path, number)
            for path in {path for path, _ in bad}
            for number, line in enumerate(textfile.binary_lines(path), start=1)
            if (path, number) in rejects and not files.is_readable(line, kind)
        ]
    return [(names[path], line) for path, line in bad]


def _first_unreadable(names: dict[str, str], kind: str) -> tuple[str, int] | None:
    for path, name in names.items():
        for number, line in enumerate(textfile.binary_lines(path), start=1):
            if line.strip() and not files.is_readable(line, kind):
                return name, number
    return None


def refuse_bad(bad: int, read: int, first: tuple[str, int] | None, *, skip_bad: bool) -> None:
    """Warn of unreadable records, or raise a FileError where they are too many."""
    if not bad:
        return
    where = f"{first[0]}:{first[1]}: " if first else ""
    said = f"{where}can't be read, as are {bad} of {read} records"
    if not skip_bad and bad * _MOST_BAD > read:
        raise FileError(f"{said}; --skip-bad leaves them out")
    warnings.warn(SpamIndexWarning(f"{said}; left out"), stacklevel=2)


@contextmanager
def open_records(
    paths: Sequence[str],
    stream: Callable[[str], textfile.Source],
    *,
    ports: Collection[str] | None = None,
    logs: Sequence[str] = (),
    zone: str | None = None,
    skip_bad: bool = False,
) -> Iterator[Records]:
    """Open files, folders and patterns of them as one table; ``-`` is what ``stream`` makes of it.

    They are all of one kind: CSV or TSV with one and the same heading, JSON lines, Parquet, p0f
    logs, or a client's address on each line. Of p0f logs only the connections to ``ports`` count,
    if any are given. ``logs`` are p0f logs, written in the time zone ``zone``, that know the OS of
    the clients in the records. Raises a SpamIndexError where they can't be read.
    """
    with tempfile.TemporaryDirectory(prefix="spamindex-") as scratch:
        names = {path: path for path in files.found([path for path in paths if path != "-"])}
        if "-" in paths:
            names[_spooled(stream("-"), scratch)] = "standard input"
        names = {files.by_its_suffix(path, scratch): name for path, name in names.items()}
        of_logs = {files.by_its_suffix(path, scratch): path for path in logs}
        with database.connected({**names, **of_logs}, scratch) as connection:
            known = _known(connection, of_logs, zone, skip_bad=skip_bad) if logs else None
            relation, kind, delimiter = _opened(connection, names, ports)
            yield Records(relation, connection, kind, names, known, delimiter)


def read_fingerprints(
    logs: Sequence[str], *, zone: str | None = None, skip_bad: bool = False
) -> Fingerprints:
    """Read p0f 3 logs as the OS of each client, with pandas tables.

    ``zone`` is the time zone of the machine that ran p0f, which writes local times; with it they
    become UTC. Lines that can't be read are warned of (SpamIndexWarning); more than 1 in 1,000
    raise a FileError unless ``skip_bad``.

    >>> read_fingerprints(["data/p0f.log"]).changing
    1
    """
    with tempfile.TemporaryDirectory(prefix="spamindex-") as scratch:
        of_logs = {files.by_its_suffix(path, scratch): path for path in logs}
        with database.connected(of_logs, scratch) as connection:
            known = _known(connection, of_logs, zone, skip_bad=skip_bad)
            return replace(known, latest=known.latest.df(), over_time=known.over_time.df())


def _known(
    connection: DuckDBPyConnection, logs: dict[str, str], zone: str | None, *, skip_bad: bool
) -> Fingerprints:
    for path, name in logs.items():
        if (kind := files.kind(path, name)) != "p0f":
            raise FileError(f"{name}: is {KINDS[kind]}, and no p0f log for --fingerprints")
    known, read, bad = fingerprints(connection, senders(database.lines(connection, [*logs])), zone)
    first = _first_unreadable(logs, "p0f") if bad else None
    rejected = _rejected(connection, logs, "p0f")
    first = min(filter(None, (first, *rejected)), default=None)
    refuse_bad(bad + len(rejected), read + len(rejected), first, skip_bad=skip_bad)
    return known


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
    connection: DuckDBPyConnection, names: dict[str, str], ports: Collection[str] | None
) -> tuple[DuckDBPyRelation, str, str | None]:
    kinds = {path: files.kind(path, name) for path, name in names.items()}
    first, kind = next(iter(kinds.items()))
    for path, other in kinds.items():
        if other != kind:
            raise FileError(
                f"{names[path]}: is {KINDS[other]}, but {names[first]} is {KINDS[kind]}; "
                "count them apart"
            )
    paths = list(names)
    if ports and kind != "p0f":
        raise FileError(f"{names[first]}: is no p0f log, so it says no --port")
    if kind == "parquet":
        partitioned = database.is_partitioned(paths)
        relation = connection.read_parquet(paths, hive_partitioning=partitioned)
    elif kind == "csv":
        relation, delimiter = _from_csv(connection, names)
        return relation, kind, delimiter
    elif kind == "p0f":
        relation = senders(database.lines(connection, paths), ports)
    elif kind == "json":
        relation = _from_json(database.lines(connection, paths), names)
    else:
        relation = _from_addresses(database.lines(connection, paths))
    return relation, kind, None


def _from_csv(
    connection: DuckDBPyConnection, names: dict[str, str]
) -> tuple[DuckDBPyRelation, str]:
    from duckdb import ColumnExpression

    headings: dict[str, tuple[list[str], str]] = {}
    for path, name in names.items():
        sample = [line.decode("utf-8-sig", "replace") for line in files.first_lines(path)]
        try:
            delimiter = csvfile.delimiter_of(name, sample)
        except FileError:  # nothing parts its lines: it has but one column
            delimiter = ","
        try:
            row = next(csv.reader(io.StringIO(sample[0], newline=""), delimiter=delimiter))
        except csv.Error as error:
            raise FileError(f"{name}:1: a heading is longer than 131072 characters") from error
        if not row:
            raise FileError(f"{name}:1: is blank; a heading with a name for each column is needed")
        _check_width(f"{name}:1", len(row))
        heading = [cell.strip() for cell in row]
        heading = [cell or f"column {i}" for i, cell in enumerate(heading, start=1)]
        if len({cell.casefold() for cell in heading}) < len(heading):
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
    relation = database.table(connection, list(names), columns, delimiter)
    if len(columns) == 1:  # a blank line is no record
        relation = relation.filter(ColumnExpression(columns[0]).isnotnull())
    return relation, delimiter


def _from_json(lines: DuckDBPyRelation, names: dict[str, str]) -> DuckDBPyRelation:
    """JSON lines as columns, as many as the first lines have names."""
    from duckdb import CaseExpression, ColumnExpression, ConstantExpression, FunctionExpression

    keys: dict[str, None] = {}
    for path in names:
        for written in files.first_lines(path):
            if files.is_readable(written, "json"):
                keys |= dict.fromkeys(json.loads(written))
    first = next(iter(names.values()))
    if not keys:
        raise FileError(f"{first}: none of its first lines is a JSON object with names in it")
    _check_width(first, len(keys))
    line = ColumnExpression(database.LINE)
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
    records = lines.filter(FunctionExpression("trim", line) != ConstantExpression(""))
    return records.select((~is_object).alias(UNREADABLE), *cells)


def _check_width(where: str, columns: int) -> None:
    """Refuse so many columns that DuckDB would need minutes and gigabytes for a single record."""
    if columns > _MOST_COLUMNS:
        raise FileError(f"{where}: has {columns} columns; {_MOST_COLUMNS} at most can be read")


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _from_addresses(lines: DuckDBPyRelation) -> DuckDBPyRelation:
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

    line = ColumnExpression(database.LINE)
    address = FunctionExpression("trim", line)
    pattern = ConstantExpression(files.ADDRESS.pattern.decode())
    is_address = FunctionExpression("regexp_full_match", address, pattern, ConstantExpression("i"))
    records = lines.filter(FunctionExpression("trim", line) != ConstantExpression(""))
    return records.select(address.alias(CLIENT), (~is_address).alias(UNREADABLE))
