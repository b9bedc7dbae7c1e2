"""A text file as rows of cells: its delimiter, and where the table in it begins and ends."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from spamindex import textfile
from spamindex.errors import FileError, SpamIndexNote, SpamIndexWarning
from spamindex.figures import is_figure, is_missing
from spamindex.textfile import Source

DELIMITERS = "\t;|,"  # where the lines leave it open the first wins: a comma may be a decimal mark

_SAMPLE_LINES = 200


@dataclass(frozen=True)
class Rows:
    """The rows of a table of text, and what was noticed on the way to them.

    ``cells`` has one list for each row, all of the same length, without blanks around the cells;
    ``lines`` has the number of the line on which each row begins.
    """

    name: str
    delimiter: str
    cells: list[list[str]]
    lines: list[int]
    findings: list[UserWarning] = field(default_factory=list)

    def at(self, row: int) -> str:
        """Where a row stands, as messages say it: FILE:LINE."""
        return f"{self.name}:{self.lines[row]}"


def read(source: Source, *, delimiter: str | None = None, encoding: str | None = None) -> Rows:
    """Read a delimited text file, or an open binary one, however it was written.

    It may be compressed. What is not given is found out: the encoding (see ``textfile.read``), and
    the delimiter from the first lines. Blank lines, comments and what stands around the table are
    left out. Raises FileError.

    >>> import io
    >>> read(io.BytesIO(b"OS;Share\\nLinux; 5,14\\n")).cells
    [['OS', 'Share'], ['Linux', '5,14']]
    """
    text = textfile.read(source, encoding)
    if delimiter is None:
        delimiter = _delimiter(text.name, list(itertools.islice(text.lines(), _SAMPLE_LINES)))
    cells, lines = _records(text.name, text.lines(), delimiter)
    cells, lines, findings = _table(text.name, cells, lines)
    return Rows(text.name, delimiter, cells, lines, [*text.findings, *findings])


def _delimiter(name: str, sample: list[str]) -> str:
    """The delimiter that gives the most rows of one and the same width."""

    def rows_alike(delimiter: str) -> int:
        widths = Counter(_cells_in(line, delimiter) for line in sample)
        return max((n for width, n in widths.items() if width > 1), default=0)

    lines = sum(1 for line in sample if line.strip())
    if not lines:
        raise FileError(f"{name}: is empty; a table of names and figures is needed")
    best = max(DELIMITERS, key=rows_alike)
    if rows_alike(best) < min(lines, 2):
        raise FileError(
            f"{name}: has no columns: no comma, semicolon, tab or | parts its lines; "
            "name what does with --delimiter"
        )
    return best


def _cells_in(line: str, delimiter: str) -> int:
    """How many cells a line has by itself, whether or not a quotation goes on after it."""
    try:
        return len(next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), []))
    except csv.Error:  # longer than csv's limit
        return 0


def _records(name: str, lines: Iterable[str], delimiter: str) -> tuple[list[list[str]], list[int]]:
    # csv reads `"Linux" ,` as an error in strict mode and anything at all without it.
    part = re.escape(delimiter)
    blanks_after_quote = re.compile(rf'"[^\S\r\n{part}]+(?=[{part}\r\n]|$)')
    tidy = (blanks_after_quote.sub('"', line) if '"' in line else line for line in lines)
    rows = csv.reader(tidy, delimiter=delimiter, skipinitialspace=delimiter != " ", strict=True)
    cells: list[list[str]] = []
    ends = [0]
    try:
        for row in rows:
            cells.append(row)
            ends.append(rows.line_num)
    except csv.Error as error:
        reason = str(error)
        if "unexpected end" in reason:
            reason = "a quotation mark opens here and never closes"
        elif "expected after" in reason:
            reason = "a quotation mark closes in the middle of a cell"
        elif "limit" in reason:
            reason = "a cell is longer than 131072 characters; is a quotation mark missing?"
        raise FileError(f"{name}:{ends[-1] + 1}: {reason}") from error
    return [[cell.strip() for cell in row] for row in cells], [end + 1 for end in ends[:-1]]


def _table(
    name: str, cells: list[list[str]], lines: list[int]
) -> tuple[list[list[str]], list[int], list[UserWarning]]:
    """The rows of the first table among all rows, and what is said of those left out."""
    filled = [i for i, row in enumerate(cells) if any(row)]
    rows = [i for i in filled if not cells[i][0].startswith("#")]
    widths = Counter(_width(cells[i]) for i in rows)
    usual = max(widths, key=lambda width: (width > 1, widths[width], width), default=0)
    if usual < 2:
        raise FileError(f"{name}: has no columns; name what stands between them with --delimiter")
    first = next(i for i in rows if _width(cells[i]) >= usual)
    heading = cells[first]
    end = _end(cells, rows, first)

    table = [i for i in rows if first <= i < end and (i == first or cells[i] != heading)]
    wide = [
        f"{name}:{lines[i]}: has {_width(cells[i])} cells, but the first row has {len(heading)}; "
        "quote a cell that holds a delimiter, or name the right --delimiter"
        for i in table
        if len(cells[i]) > len(heading) and _width(cells[i]) > len(heading)
    ]
    if wide:
        raise FileError(*wide)

    kept = set(table)
    around = [i for i in filled if i not in kept]
    findings: list[UserWarning] = []
    for what, left in (
        ("text before the table", [i for i in around if i < first]),
        ("a comment or a repeated heading", [i for i in around if first < i < end]),
        ("after the end of the table", [i for i in around if i >= end]),
    ):
        if left:
            figures = any(is_figure(cell) for i in left for cell in cells[i][1:])
            kind = SpamIndexWarning if figures else SpamIndexNote
            findings.append(kind(f"{name}:{_stretch([lines[i] for i in left])}: left out: {what}"))

    padding = [""] * len(heading)
    return (
        [(cells[i] + padding)[: len(heading)] for i in table],
        [lines[i] for i in table],
        findings,
    )


def _end(cells: list[list[str]], rows: list[int], first: int) -> int:
    """Where the table ends: after a gap, at text or at the headings of another table."""
    heading = cells[first]
    for previous, i in itertools.pairwise(i for i in rows if i >= first):
        row = cells[i]
        if i == previous + 1 or row == heading:
            continue
        holds_figure = any(is_figure(cell) or is_missing(cell) for cell in row)
        if len(row) == 1 or not holds_figure:
            return i
    return len(cells)


def _width(row: list[str]) -> int:
    """How many cells a row has up to its last filled one."""
    width = len(row)
    while width and not row[width - 1]:
        width -= 1
    return width


def _stretch(lines: list[int]) -> str:
    if len(lines) > 1:
        return f"{lines[0]}-{lines[-1]}"
    return str(lines[0])
