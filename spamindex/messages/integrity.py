"""Check that all records were read: bad lines, lost ones, JSON arrays without their end."""

from __future__ import annotations

import csv
import itertools
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from spamindex import sources
from spamindex.errors import Doubt, FileError, Remedy, counted
from spamindex.meaning import is_missing
from spamindex.messages import engine, fingerprints
from spamindex.messages.formats import NOT_UTF8, Format, read_rows
from spamindex.messages.relations import of_lines

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COMPRESSED = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst"}  # suffixes by first bytes
_MOST_BAD = 1000  # one in so many lines may be unreadable
_BLOCK = 1 << 20  # bytes that fit the processor's cache
_NO_MARKS = bytes({*range(256)} - {*b'\n"'})
_LONGEST = 1 << 22  # bytes of a record: DuckDB refuses shorter ones, but takes long to do so
_PATIENCE = 5.0  # seconds to wait for a better error than DuckDB's
_AGAIN = 0.1  # seconds after which DuckDB is told once more to stop
_MOST_LOCATED = 1_000_000  # records in which the line of a cell is looked for
_REJECTS = """
    select file_path, line, bool_or(error_type = 'INVALID ENCODING'),
        max(contains(trim(csv_line, chr(10) || chr(13)), chr(10)))
    from reject_errors join reject_scans using (scan_id, file_id) group by all order by all
"""
_NUMBERED = "row_number() over () as _line"
_END = "end"  # a line added to a file: it is lost if a quotation mark is never closed


class LineCounts(NamedTuple):
    """How many lines a file has, from its first record on."""

    total: int
    unquoted: int
    """Those that end outside quotation marks: the records of CSV, and blank lines."""
    has_comments: bool
    """Whether a line begins with a #, perhaps within quotation marks."""
    is_closed: bool
    """Whether each quotation mark has a second one."""


@contextmanager
def count_lines_meanwhile(
    files: Mapping[str, Format], stop: Callable[[], None]
) -> Iterator[Callable[[], list[LineCounts]]]:
    """Count the lines of files in a thread while DuckDB reads them; yields a function for them.

    This finds damage that DuckDB does not: it ignores checksums of compressed data, may accept a
    file that is cut off, and needs gigabytes for a quotation mark that is never closed. The
    FileError that says so calls ``stop``, and is raised in place of DuckDB's error.
    """
    counts: list[LineCounts] = []
    errors: list[Exception] = []
    is_done, is_left = threading.Event(), threading.Event()

    def read() -> None:
        try:
            counts.extend(_count_lines(path, format_) for path, format_ in files.items())
        except Exception as error:
            errors.append(error)
        finally:
            is_done.set()
        while errors and not is_left.is_set():  # at first there may be nothing to stop
            with suppress(Exception):
                stop()
            is_left.wait(_AGAIN)

    def result(timeout: float | None = None) -> list[LineCounts]:
        is_done.wait(timeout)
        if errors:
            raise errors[0]
        return counts

    thread = threading.Thread(target=read, daemon=True)  # so that an interrupt does not wait for it
    thread.start()
    try:
        yield result
        result()
    except Exception:
        result(_PATIENCE)
        raise
    finally:
        is_left.set()


def _count_lines(path: str, format_: Format) -> LineCounts:
    """Count the lines of a file. Raises FileError for damage and for records that are too long."""
    is_csv = format_.kind == "csv"
    total = unquoted = 0
    in_quotes = 0  # 1 within quotation marks
    record_size = 0  # bytes of the record that is not at its end
    has_comments = is_checked = False
    last_byte = last_visible = b"\n"
    with sources.open_decompressed(path) as file:
        for _ in range(format_.skip):
            file.readline()
        while block := file.read(_BLOCK):
            marks = block.translate(None, _NO_MARKS)
            total += marks.count(b"\n")
            if is_csv:
                # Quotations without a line end go first; then each second part is in quotes.
                parts = marks.replace(b'""', b"").split(b'"')
                marks = b"".join(parts[in_quotes::2])
                in_quotes = (in_quotes + len(parts) - 1) % 2
                has_comments |= b"#" in block and b"\n#" in last_byte + block
            line_ends = marks.count(b"\n")
            unquoted += line_ends
            record_size = 0 if line_ends else record_size + len(block)
            if record_size > _LONGEST and not format_.is_document and not is_checked:
                if not is_csv:
                    raise FileError(f"{path}: has a line that is longer than a million characters")
                _count_rows(path, path, format_)  # raises, if a quotation mark is never closed
                is_checked = True
            last_byte = block[-1:]
            if format_.is_document:
                last_visible = block[-4096:].rstrip()[-1:] or last_visible
    if format_.layout == "array" and last_visible != b"]":  # which DuckDB accepts
        raise FileError(f"{path}: is a JSON array that is cut off: its last bracket is missing")
    without_end = last_byte != b"\n"
    return LineCounts(total + without_end, unquoted + without_end, has_comments, not in_quotes)


def _count_rows(path: str, name: str, format_: Format) -> int:
    """The number of records in a CSV file, by a slower way that is exact.

    Raises FileError if a quotation mark is never closed.
    """
    rows, row = -1, None
    default_limit = csv.field_size_limit(_LONGEST)
    try:
        for _, row in read_rows(path, format_, ["\n", _END]):
            rows += bool(row)
    except csv.Error as error:
        raise FileError(
            f"{name}: a cell is longer than {_LONGEST} characters; is a quotation mark missing?"
        ) from error
    finally:
        csv.field_size_limit(default_limit)
    if row != [_END]:
        raise FileError(f"{name}: a quotation mark is opened and never closed")
    return rows


def check_all_read(
    read: int,
    names: Mapping[str, str],
    files: Mapping[str, Format],
    counts: Collection[LineCounts],
) -> list[Doubt]:
    """Refuse CSV files of which DuckDB has ``read`` fewer records than they have.

    It loses some if a quotation mark is never closed, and if it divides a file among its threads
    at a damaged line. Records over several lines are doubted.
    """
    unquoted = sum(file.unquoted for file in counts)
    if any(file.has_comments for file in counts):
        _refuse_comments(names, files, unquoted)
    are_closed = all(file.is_closed for file in counts)
    doubts = []
    if are_closed:
        doubts = doubt_joined_lines(sum(file.total for file in counts) - max(unquoted, read))
        if unquoted <= read:
            return doubts
    for path, format_ in files.items():
        rows = _count_rows(path, names[path], format_)
        read -= rows
        if read < 0:
            raise FileError(
                f"{names[path]}: {-read} of {rows} records were lost in reading: a line is "
                "damaged, a quotation mark is never closed, or the file has grown meanwhile; mend "
                "the file, count a copy of it, or write it in another format"
            )
    return doubts


def _refuse_comments(names: Mapping[str, str], files: Mapping[str, Format], records: int) -> None:
    """Refuse records that are commented out; if all begin with #, they are data."""
    comments = []
    with suppress(csv.Error):
        for path, format_ in files.items():
            for line, row in read_rows(path, format_):
                if row and row[0].startswith("#") and not is_missing(row[0]):  # as #N/A is
                    comments.append(f"{names[path]}:{line}")
    if 0 < len(comments) < records:
        raise FileError(
            f"{comments[0]}: begins like a comment ({len(comments)} of "
            f"{counted(records, 'record')}); delete such lines"
        )


def doubt_joined_lines(line_ends: int) -> list[Doubt]:
    """Doubt records over several lines, by the number of line ends within quotation marks."""
    text = f"within quotation marks: {counted(line_ends, 'line end')}; is a mark missing?"
    return [Doubt(text)] if line_ends > 0 else []


def locate(
    formats: Mapping[str, Format], names: Mapping[str, str], column: str, value: str
) -> str | None:
    """The file and line of the first record of tables that has a value in a column."""
    for path, format_ in formats.items():
        if column not in format_.columns:
            continue
        i = format_.columns.index(column)
        with suppress(csv.Error):
            for line, row in itertools.islice(read_rows(path, format_), _MOST_LOCATED):
                if len(row) > i and row[i].strip() == value.strip():
                    return f"{names[path]}:{line}"
    return None


# ---- Bad lines ----


class BadLine(NamedTuple):
    """A line that can't be read, and why not."""

    name: str
    line: int
    why: str = "can't be read"


def rejected_lines(
    connection: DuckDBPyConnection, names: Mapping[str, str], kind: str
) -> list[BadLine]:
    """The lines that DuckDB has rejected so far, by file and line.

    They are not in UTF-8, or have too few or too many cells. Raises FileError if quotation marks
    join several lines to one that is rejected.
    """
    import duckdb

    rejects: list[Any] = []
    with suppress(duckdb.CatalogException):  # there is no such table before a text file is read
        rejects = connection.execute(_REJECTS).fetchall()
    bad = {}
    for path, line, not_utf8, is_joined in rejects:
        if is_joined:
            raise FileError(
                f"{names[path]}:{line}: a quotation mark takes more lines than this one with it; "
                "close it, or leave it out"
            )
        if path in names:
            bad[path, line] = BadLine(names[path], line, *([NOT_UTF8] if not_utf8 else []))
    if kind == "p0f":  # what it copies from requests may be in any encoding
        for path in {path for path, _ in bad}:
            for line, text in enumerate(sources.binary_lines(path), start=1):
                if (path, line) in bad and fingerprints.is_other_event(text):
                    del bad[path, line]
    return sorted(bad.values())


def forget_rejects(connection: DuckDBPyConnection) -> None:
    """Forget the lines that DuckDB has rejected so far."""
    import duckdb

    with suppress(duckdb.CatalogException):
        connection.execute("delete from reject_errors")


def compression_suffix(path: str) -> str:
    """The suffix for how a file is compressed, by its first bytes: .gz, .zst, or none."""
    try:
        with open(path, "rb") as file:
            beginning = file.read(4)
    except OSError:  # refused where it is read
        return ""
    return next((s for magic, s in COMPRESSED.items() if beginning.startswith(magic)), "")


def check_bad_lines(
    connection: DuckDBPyConnection,
    formats: dict[str, Format],
    names: Mapping[str, str],
    rejects: Sequence[BadLine],
    unreadable: int,
    read: int,
    *,
    skip_bad: bool,
    subject: str,
) -> list[Doubt]:
    """Doubt or refuse lines that DuckDB rejects, and ``unreadable`` ones, which it can read."""
    first = [*rejects[:1]]
    if unreadable and (line := _first_unreadable(connection, formats, names)):
        first.append(line)
    bad = unreadable + len(rejects)
    return doubt_bad_lines(bad, read, min(first, default=None), skip_bad=skip_bad, subject=subject)


def _first_unreadable(
    connection: DuckDBPyConnection, formats: dict[str, Format], names: Mapping[str, str]
) -> BadLine | None:
    """The first line that is not in its file's format; None if a record is not a line."""
    for path, format_ in formats.items():
        if format_.is_document:
            return None
        if format_.kind != "csv":  # whose bad lines are rejected
            lines = engine.projected(engine.lines(connection, [path]), "*", _NUMBERED)
            unreadable = of_lines(lines, format_).filter(fingerprints.UNREADABLE)
            [(number,)] = unreadable.aggregate("min(_line)").fetchall()
            if number is not None:
                return BadLine(names[path], number)
    return None


def doubt_bad_lines(
    bad: int, read: int, first: BadLine | None, *, skip_bad: bool, subject: str = ""
) -> list[Doubt]:
    """Doubt a count that leaves out ``bad`` of the records that were ``read``.

    Raises FileError if they are more than 1 in 1,000, unless ``skip_bad``. A doubt does not repeat
    the name ``subject`` of what it is about.

    >>> doubt_bad_lines(2, 2502, BadLine("mail.csv", 7), skip_bad=False, subject="mail.csv")[0].text
    "line 7 can't be read (2 of 2502 records); left out"
    """
    if not bad:
        return []
    share = f"{bad} of {counted(read, 'record')}"
    if not skip_bad and bad * _MOST_BAD > read:
        raise FileError(
            f"{first.name}:{first.line}: {first.why} ({share})"
            if first
            else f"{share} can't be read",
            settles=[Remedy("skip_bad", None, "leaves them out")],
        )
    if first is None:
        return [Doubt(f"{share} can't be read; left out")]
    where = f"line {first.line}" + (f" of {first.name}" if first.name != subject else "")
    return [Doubt(f"{where} {first.why} ({share}); left out")]
