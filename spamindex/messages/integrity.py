"""Whether each line of the records was read: bad lines, lost ones, cut-off files."""

from __future__ import annotations

import csv
import itertools
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from spamindex import sources
from spamindex.errors import Doubt, FileError, Remedy, counted
from spamindex.meaning import is_missing
from spamindex.messages import engine, fingerprints
from spamindex.messages.formats import NOT_UTF8, Format, rows_of
from spamindex.messages.relations import of_lines

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PACKED = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst"}
_MOST_BAD = 1000  # one in so many lines may be unreadable
_PIECE = 1 << 20  # fits the processor's cache
_NO_MARKS = bytes({*range(256)} - {*b'\n"'})
_LONGEST = 1 << 22  # bytes of a record: DuckDB refuses one half as long, but needs its time
_PATIENCE = 5.0  # seconds, for what is wrong with a file after DuckDB has failed on it
_LOOKED_AT = 1_000_000  # records, to find the line of a cell
_HAS_REJECTS = "from duckdb_tables() where table_name = 'reject_errors'"
_REJECTS = """
    select file_path, line, bool_or(error_type = 'INVALID ENCODING'),
        max(contains(trim(csv_line, chr(10) || chr(13)), chr(10)))
    from reject_errors join reject_scans using (scan_id, file_id) group by all order by all
"""
_NUMBERED = "row_number() over () as _line"
_END = "end"  # a last line of our own, which no quotation may take with it


class Lines(NamedTuple):
    """The lines of a file: all, those that do not end in quotes, and whether all quotes are pairs.

    The second are the records of CSV, or more where lines are blank or quotation marks stand in
    cells; some of the first may be ``marked`` with a # at their beginning. What stands above the
    first record is not among them.
    """

    every: int
    number: int
    paired: bool
    marked: bool


@contextmanager
def read_through(
    files: Mapping[str, Format], stop: Callable[[], None]
) -> Iterator[Callable[[], list[Lines]]]:
    """Read files to their end, too, while DuckDB reads them; what is given tells their lines.

    DuckDB takes compressed data as it is, whatever its checksum says, and some that is cut off; it
    needs gigabytes where a quotation mark is never closed. A FileError of what is wrong with a file
    itself comes before any that DuckDB makes of it, which ``stop`` stops.
    """
    found: list[Lines] = []
    errors: list[Exception] = []

    def read() -> None:
        try:
            found.extend(_lines(path, format_) for path, format_ in files.items())
        except Exception as error:
            errors.append(error)
            with suppress(Exception):  # there may be nothing left to stop
                stop()

    def result(patience: float | None = None) -> list[Lines]:
        beside.join(patience)
        if errors:
            raise errors[0]
        return found

    beside = threading.Thread(target=read, daemon=True)  # nobody waits for it who is interrupted
    beside.start()
    try:
        yield result
        result()
    except Exception:
        result(_PATIENCE)
        raise


def check_all_read(
    read: int, names: Mapping[str, str], files: Mapping[str, Format], lines: Collection[Lines]
) -> list[Doubt]:
    """Refuse CSV of which DuckDB has read less than there is, by the ``lines`` of its files.

    It does where a quotation mark is never closed, and where a damaged line stands just where it
    parts a file among its threads. Lines that quotation marks make one record of are doubted.
    """
    every = sum(file.every for file in lines)
    outside = sum(file.number for file in lines)
    if any(file.marked for file in lines):
        _refuse_comments(names, files, outside)
    paired = all(file.paired for file in lines)
    doubts = joined(every - max(outside, read) if paired else 0)
    if paired and outside <= read:
        return doubts
    for path, format_ in files.items():
        there = _rows(path, names[path], format_)
        read -= there
        if read < 0:
            raise FileError(
                f"{names[path]}: {-read} of {there} records were lost in reading, by damaged "
                "lines, a quotation mark that is never closed, or because the file grew meanwhile; "
                "mend it, count a copy, or tell it in another format"
            )
    return doubts


def _refuse_comments(names: Mapping[str, str], files: Mapping[str, Format], records: int) -> None:
    """Refuse records that are commented out; where all begin with #, they are written so."""
    found = []
    with suppress(csv.Error):
        for path, format_ in files.items():
            for line, row in rows_of(path, format_):
                if row and row[0].startswith("#") and not is_missing(row[0]):  # as #N/A is
                    found.append(f"{names[path]}:{line}")
    if 0 < len(found) < records:
        problem = f"begins as a comment does ({len(found)} of {counted(records, 'record')})"
        raise FileError(f"{found[0]}: {problem}; delete such lines")


def joined(ends: int) -> list[Doubt]:
    """Doubt records over several lines: so many line ends stand within quotation marks."""
    text = f"within quotation marks: {counted(ends, 'line end')}; is a mark missing?"
    return [Doubt(text)] if ends > 0 else []


def place(
    formats: Mapping[str, Format], names: Mapping[str, str], column: str, value: str
) -> str | None:
    """The file and line of the first record of tables that has a value in a column."""
    for path, format_ in formats.items():
        if column not in format_.columns:
            continue
        at = format_.columns.index(column)
        with suppress(csv.Error):
            for line, row in itertools.islice(rows_of(path, format_), _LOOKED_AT):
                if len(row) > at and row[at].strip() == value.strip():
                    return f"{names[path]}:{line}"
    return None


class Bad(NamedTuple):
    """A line that can't be read, and why not."""

    name: str
    line: int
    why: str = "can't be read"


def rejected(connection: DuckDBPyConnection, names: Mapping[str, str], kind: str) -> list[Bad]:
    """The lines that DuckDB could not read until now, in the order of the files' names.

    They are not in UTF-8, or have too few or too many cells. Raises FileError where a quotation
    mark that is never closed, or by another one, has taken whole lines with it.
    """
    there = connection.execute(_HAS_REJECTS).fetchall()
    rejects = connection.execute(_REJECTS).fetchall() if there else []
    for path, line, _, has_more_lines in rejects:
        if has_more_lines:
            raise FileError(
                f"{names[path]}:{line}: a quotation mark takes more lines than this one with it; "
                "close it, or leave it out"
            )
    bad = {(path, line): odd for path, line, odd, _ in rejects if path in names}
    if kind == "p0f":  # what it copies from requests is in any encoding, and no fault
        for path in {path for path, _ in bad}:
            for number, line in enumerate(sources.binary_lines(path), start=1):
                if (path, number) in bad and fingerprints.is_of_others(line):
                    del bad[path, number]
    return sorted(Bad(names[path], line, *[NOT_UTF8] * odd) for (path, line), odd in bad.items())


def forget_rejects(connection: DuckDBPyConnection) -> None:
    """Forget what ``rejected`` would tell of the files that were read until now."""
    if connection.execute(_HAS_REJECTS).fetchall():
        connection.execute("delete from reject_errors")


def how_packed(path: str) -> str:
    """The suffix of data that is compressed as it is in a file: .gz or .zst, or none."""
    try:
        with open(path, "rb") as file:
            beginning = file.read(4)
    except OSError:  # whoever reads it says what is wrong
        return ""
    return next((s for magic, s in PACKED.items() if beginning.startswith(magic)), "")


def check_bad(
    connection: DuckDBPyConnection,
    formats: dict[str, Format],
    names: Mapping[str, str],
    rejects: Sequence[Bad],
    unreadable: int,
    read: int,
    *,
    skip_bad: bool,
    within: str,
) -> list[Doubt]:
    """What ``refuse_bad`` says of the lines that were rejected, and of unreadable ones."""
    first = [*rejects[:1]]
    if unreadable and (there := _first_unreadable(connection, formats)):
        first.append(Bad(names[there[0]], there[1]))
    bad = unreadable + len(rejects)
    return refuse_bad(bad, read, min(first, default=None), skip_bad=skip_bad, within=within)


def _first_unreadable(
    connection: DuckDBPyConnection, formats: dict[str, Format]
) -> tuple[str, int] | None:
    """The first path and the number of its first line that is not of its format.

    None where records are no lines, as in JSON arrays.
    """
    for path, format_ in formats.items():
        if format_.is_document:
            return None
        if format_.kind != "csv":  # of which DuckDB tells which lines it has rejected
            lines = engine.projected(engine.lines(connection, [path]), "*", _NUMBERED)
            unreadable = of_lines(lines, format_).filter(fingerprints.UNREADABLE)
            [(number,)] = unreadable.aggregate("min(_line)").fetchall()
            if number is not None:
                return path, number
    return None


def refuse_bad(
    bad: int, read: int, first: Bad | None, *, skip_bad: bool, within: str = ""
) -> list[Doubt]:
    """Doubt what is counted without unreadable records, or raise a FileError.

    It is raised where they are more than 1 in 1,000, unless ``skip_bad``. ``within`` is the name of
    what the doubt is about, which need not be said again.

    >>> refuse_bad(2, 2502, Bad("mail.csv", 7), skip_bad=False, within="mail.csv")[0].text
    "line 7 can't be read (2 of 2502 records); left out"
    """
    if not bad:
        return []
    share = f"{bad} of {counted(read, 'record')}"
    if not skip_bad and bad * _MOST_BAD > read:
        where = f"{first.name}:{first.line}: {first.why} ({share})" if first else ""
        raise FileError(
            where or f"{share} can't be read", settles=[Remedy("skip_bad", None, "leaves them out")]
        )
    if first is None:
        return [Doubt(f"{share} can't be read; left out")]
    where = f"line {first.line}" + (f" of {first.name}" if first.name != within else "")
    return [Doubt(f"{where} {first.why} ({share}); left out")]


def _lines(path: str, format_: Format) -> Lines:
    every, ends, within, last, record, looked_at = 0, 0, 0, b"\n", 0, False
    marked, tail = False, b""
    is_table = format_.kind == "csv"
    is_lines = not format_.is_document
    with sources.unpacked(path) as file:
        for _ in range(format_.skip):
            file.readline()
        while piece := file.read(_PIECE):
            marks = piece.translate(None, _NO_MARKS)
            every += marks.count(b"\n")
            if is_table:
                # Of quotations none is left but those with a line end in them.
                parts = marks.replace(b'""', b"").split(b'"')
                marks = b"".join(parts[within::2])
                within = (within + len(parts) - 1) % 2
                marked = marked or (b"#" in piece and b"\n#" in last + piece)
            here = marks.count(b"\n")
            record = 0 if here else record + len(piece)
            if is_lines and not looked_at and record > _LONGEST:
                if not is_table:
                    raise FileError(f"{path}: has a line that is longer than a million characters")
                _rows(path, path, format_)  # is it a quotation that has no end?
                looked_at = True
            ends += here
            last = piece[-1:]
            if not is_lines:
                tail = piece[-4096:].rstrip()[-1:] or tail
    unended = last != b"\n"
    if format_.layout == "array" and tail != b"]":  # which is no fault to DuckDB
        raise FileError(f"{path}: is a JSON array that is cut off: its last bracket is missing")
    return Lines(every + unended, ends + unended, not within, marked)


def _rows(path: str, name: str, format_: Format) -> int:
    """How many records a CSV file has: exactly, but more slowly.

    Raises FileError where a quotation mark is never closed.
    """
    rows, row = -1, None
    usual = csv.field_size_limit(_LONGEST)
    try:
        for _, row in rows_of(path, format_, ["\n", _END]):
            rows += bool(row)
    except csv.Error as error:
        raise FileError(
            f"{name}: a cell is longer than {_LONGEST} characters; is a quotation mark missing?"
        ) from error
    finally:
        csv.field_size_limit(usual)
    if row != [_END]:
        raise FileError(f"{name}: a quotation mark opens somewhere and is never closed")
    return rows
