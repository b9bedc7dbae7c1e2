"""What of the records was not read: lines that can't be, and those that DuckDB has lost."""

from __future__ import annotations

import csv
import itertools
import threading
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from spamindex import sources as textfile
from spamindex.errors import FileError, SpamIndexWarning, listed
from spamindex.messages import engine as database
from spamindex.messages import files

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_MOST_BAD = 1000  # one in so many lines may be unreadable
_PIECE = 1 << 20  # fits the processor's cache
_LONGEST = 1 << 22  # bytes of a record: DuckDB refuses one half as long, but needs its time
_PATIENCE = 5.0  # seconds, for what is wrong with a file after DuckDB has failed on it
_END = "end"  # a last line of our own, which no quotation may take with it


class Lines(NamedTuple):
    """The lines of a file: all, those that do not end in quotes, and whether all quotes are pairs.

    The second are the records of CSV, or more where lines are blank or quotation marks stand in
    cells.
    """

    every: int
    number: int
    paired: bool


class _Beside(threading.Thread):
    """Files read to their end in a thread of their own; nobody waits for it who is interrupted."""

    def __init__(
        self, paths: Collection[str], delimiter: str | None, stop: Callable[[], None]
    ) -> None:
        super().__init__(daemon=True)
        self.paths, self.delimiter, self.stop = paths, delimiter, stop
        self.found: list[Lines] = []
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.found = [_lines(path, self.delimiter) for path in self.paths]
        except Exception as error:
            self.error = error
            with suppress(Exception):  # there may be nothing left to stop
                self.stop()

    def result(self, patience: float | None = None) -> list[Lines]:
        self.join(patience)
        if self.error is not None:
            raise self.error
        return self.found


@contextmanager
def read_through(
    paths: Collection[str], stop: Callable[[], None], *, delimiter: str | None = None
) -> Iterator[Callable[[], list[Lines]]]:
    """Read files to their end, too, while DuckDB reads them; what is given tells their lines.

    DuckDB takes compressed data as it is, whatever its checksum says, and some that is cut off; it
    needs gigabytes where a quotation mark is never closed. A FileError of what is wrong with a file
    itself comes before any that DuckDB makes of it, which ``stop`` stops. ``delimiter`` is of CSV.
    """
    beside = _Beside(paths, delimiter, stop)
    beside.start()
    try:
        yield beside.result
        beside.result()
    except Exception:
        beside.result(_PATIENCE)
        raise


def check_all_read(
    read: int, names: Mapping[str, str], lines: Collection[Lines], delimiter: str
) -> None:
    """Refuse CSV of which DuckDB has read less than there is, by the ``lines`` of its files.

    It does where a quotation mark is never closed, and where a damaged line stands just where it
    parts a file among its threads. Lines that quotation marks make one record of are warned of.
    """
    every = sum(file.every - 1 for file in lines)
    outside = sum(file.number - 1 for file in lines)
    paired = all(file.paired for file in lines)
    if paired and (joined := every - max(outside, read)) > 0:
        doubt = f"{joined} line ends stand within quotation marks; is a mark missing?"
        warnings.warn(SpamIndexWarning(f"{listed([*names.values()])}: {doubt}"), stacklevel=2)
    if paired and outside <= read:
        return
    for path, name in names.items():
        there = _rows(path, name, delimiter) - 1
        read -= there
        if read < 0:
            raise FileError(
                f"{name}: {-read} of {there} records were lost in reading, by damaged lines, a "
                "quotation mark that is never closed, or because the file grew meanwhile; mend it, "
                "count a copy, or tell it in another format"
            )


def rejected(
    connection: DuckDBPyConnection, names: Mapping[str, str], kind: str
) -> list[tuple[str, int]]:
    """The names of files and the numbers of lines that DuckDB could not read."""
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


def first_unreadable(names: Mapping[str, str], kind: str) -> tuple[str, int] | None:
    """The name of the first file and the number of its first line that is not of its kind."""
    for path, name in names.items():
        for number, line in enumerate(textfile.binary_lines(path), start=1):
            if line.strip() and not files.is_readable(line, kind):
                return name, number
    return None


def refuse_late_key(connection: DuckDBPyConnection, names: Mapping[str, str]) -> None:
    """Refuse JSON lines of which only later ones say what is spam: all would be taken for it.

    Raises FileError.
    """
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

    pattern = ConstantExpression(r'"spam"\s*:')
    for path, name in names.items():
        line = ColumnExpression(database.LINE)
        says_spam = FunctionExpression("regexp_matches", line, pattern)
        late: DuckDBPyRelation = database.lines(connection, [path]).filter(says_spam)
        if late.limit(1).fetchall():
            raise FileError(
                f"{name}: has a key 'spam' in some lines, but in none of the first; begin with a "
                "line that has it, or say which records are spam with --spam COLUMN=VALUE"
            )


def refuse_bad(bad: int, read: int, first: tuple[str, int] | None, *, skip_bad: bool) -> None:
    """Warn of unreadable records, or raise a FileError where they are more than 1 in 1,000."""
    if not bad:
        return
    where = f"{first[0]}:{first[1]}: " if first else ""
    said = f"{where}can't be read, as are {bad} of {read} records"
    if not skip_bad and bad * _MOST_BAD > read:
        raise FileError(f"{said}; --skip-bad leaves them out")
    warnings.warn(SpamIndexWarning(f"{said}; left out"), stacklevel=2)


def _lines(path: str, delimiter: str | None) -> Lines:
    import numpy as np  # whose loops run beside DuckDB's, as those of Python do not

    buffer = np.empty(_PIECE, np.uint8)
    every, ends, within, last, record, looked_at = 0, 0, 0, ord("\n"), 0, False
    with textfile.unpacked(path) as file:
        while size := file.readinto(buffer):  # type: ignore[attr-defined]
            piece = buffer[:size]
            line_end, quote = piece == ord("\n"), piece == ord('"')
            every += int(np.count_nonzero(line_end))
            if delimiter is not None and (within or quote.any()):
                # A sum that begins anew after 255 is odd or even all the same.
                inside = (np.cumsum(quote, dtype=np.uint8) + np.uint8(within)) & 1
                line_end &= inside == 0
                within = int(inside[-1])
            record = 0 if line_end.any() else record + size
            if not looked_at and record > _LONGEST:
                _refuse_long(path, delimiter)
                looked_at = True
            ends += int(np.count_nonzero(line_end))
            last = int(piece[-1])
    unended = last != ord("\n")
    return Lines(every + unended, ends + unended, not within)


def _refuse_long(path: str, delimiter: str | None) -> None:
    """Refuse a record that has no end, if it is one: a quotation mark may stand in a cell."""
    if delimiter is None:
        raise FileError(f"{path}: has a line that is longer than a million characters")
    _rows(path, path, delimiter)


def _rows(path: str, name: str, delimiter: str) -> int:
    """How many records a CSV file has, its heading too: exactly, but more slowly.

    Raises FileError where a quotation mark is never closed.
    """
    lines = (line.decode("latin-1") for line in textfile.binary_lines(path))
    rows, row = -1, None
    usual = csv.field_size_limit(_LONGEST)
    try:
        for row in csv.reader(itertools.chain(lines, ["\n", _END]), delimiter=delimiter):
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
