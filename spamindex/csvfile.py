"""A text file as a table of cells: its delimiter, and where the table in it begins and ends."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from spamindex import textfile
from spamindex.cells import Cells, Column
from spamindex.errors import FileError, SpamIndexNote, SpamIndexWarning
from spamindex.figures import is_figure, is_missing
from spamindex.textfile import Source, Text

DELIMITERS = "\t;|,"  # where the lines leave it open the first wins: a comma may be a decimal mark

_SAMPLE_LINES = 200
_ROWS_AT_ONCE = 1_000  # as many as the processor's cache holds: more take twice as long
_MAX_COLUMNS = 1_000
_MAX_CELLS = 500_000_000


def read(source: Source, *, delimiter: str | None = None, encoding: str | None = None) -> Cells:
    """Read a delimited text file, or an open binary one, however it was written.

    It may be compressed. What is not given is found out: the encoding (see ``textfile.read``), and
    the delimiter from the first lines. Blank lines, comments and what stands around the table are
    left out; the columns are numbered from 1. Raises FileError.

    >>> import io
    >>> cells = read(io.BytesIO(b"OS;Share\\nLinux; 5,14\\n"))
    >>> cells.headings, cells.row(1)
    (['1', '2'], ['Linux', '5,14'])
    """
    text = textfile.read(source, encoding)
    if delimiter is None:
        delimiter = _delimiter(text.name, list(itertools.islice(text.lines(), _SAMPLE_LINES)))
    return _table(*_raw(text, delimiter))


def _delimiter(name: str, sample: list[str]) -> str:
    """The delimiter that gives the most rows of one and the same width."""

    def rows_alike(delimiter: str) -> int:
        widths = Counter(_cells_in(line, delimiter) for line in sample)
        return max((n for width, n in widths.items() if width > 1), default=0)

    lines = sum(1 for line in sample if line.strip())
    best = max(DELIMITERS, key=rows_alike)
    if lines and rows_alike(best) < min(lines, 2):
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


class _Codes(dict[str, int]):
    """Numbers for texts, as they come; what differs only in the blanks around it is one text."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def __missing__(self, raw: str) -> int:
        text = raw.strip()
        if text == raw:
            self.texts.append(text)
            self[raw] = len(self.texts) - 1
        else:
            self[raw] = self[text]
        return self[raw]


def _raw(text: Text, delimiter: str) -> tuple[Cells, npt.NDArray[np.int64]]:
    """All rows of a file, filled up to the longest, and how many cells each of them had."""
    codes: list[_Codes] = []
    parts: list[list[npt.NDArray[np.int32]]] = []
    widths = [np.zeros(0, np.int64)]
    lines = [np.zeros(0, np.int64)]
    count = 0
    for rows, numbers in _chunks(text, delimiter):
        widths.append(np.fromiter(map(len, rows), np.int64, len(rows)))
        lines.append(numbers)
        widest = int(widths[-1].max())
        if widest > _MAX_COLUMNS:
            raise FileError(f"{text.name}: has a row of {widest} cells; is it a table?")
        while len(codes) < widest:
            codes.append(_Codes())
            parts.append([np.full(count, codes[-1][""], np.int32)])
        columns = list(itertools.zip_longest(*rows, fillvalue=""))
        for i, code in enumerate(codes):
            cells: Iterable[str] = columns[i] if i < widest else itertools.repeat("")
            parts[i].append(np.fromiter(map(code.__getitem__, cells), np.int32, len(rows)))
        count += len(rows)
        if count * len(codes) > _MAX_CELLS:
            raise FileError(f"{text.name}: has more than {_MAX_CELLS} cells; too large a table")
    columns_ = [
        Column(str(i), code.texts, np.concatenate(part))
        for i, (code, part) in enumerate(zip(codes, parts, strict=True), start=1)
    ]
    cells_ = Cells(text.name, delimiter, columns_, np.concatenate(lines), list(text.findings))
    return cells_, np.concatenate(widths)


def _chunks(text: Text, delimiter: str) -> Iterator[tuple[list[list[str]], npt.NDArray[np.int64]]]:
    """The rows of a file, many at a time, and the lines on which they begin."""
    reader = csv.reader(
        _tidied(text, delimiter),
        delimiter=delimiter,
        skipinitialspace=delimiter != " ",
        strict=True,
    )
    while True:
        line = reader.line_num + 1
        rows: list[list[str]] = []
        try:
            rows.extend(itertools.islice(reader, _ROWS_AT_ONCE))
        except csv.Error as error:
            line += sum(map(_lines_of, rows))
            raise FileError(f"{text.name}:{line}: {_in_plain_words(error)}") from error
        if not rows:
            return
        if reader.line_num - line + 1 == len(rows):
            yield rows, np.arange(line, line + len(rows))
        else:  # a quotation goes on over several lines
            yield rows, line + np.cumsum([0, *map(_lines_of, rows[:-1])])


def _lines_of(row: list[str]) -> int:
    return 1 + sum(len(re.findall("\r\n|\r|\n", cell)) for cell in row)


def _tidied(text: Text, delimiter: str) -> Iterable[str]:
    """The lines without the blanks between a quotation and the delimiter after it.

    csv takes them for an error in strict mode, and anything at all without it.
    """
    if not text.has_quotes:
        return text.lines()
    part = re.escape(delimiter)
    blanks = re.compile(rf'"[^\S\r\n{part}]+(?=[{part}\r\n]|$)')
    return (blanks.sub('"', line) for line in text.lines())


def _in_plain_words(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quotation mark opens here and never closes"
    if "expected after" in str(error):
        return "a quotation mark closes in the middle of a cell"
    if "limit" in str(error):
        return "a cell is longer than 131072 characters; is a quotation mark missing?"
    return str(error)


def _table(raw: Cells, widths: npt.NDArray[np.int64]) -> Cells:
    """The first table among all rows, with what is said of the rows left out."""
    filled_to = np.zeros(len(raw), np.int64)
    for i, column in enumerate(raw.columns, start=1):
        filled_to[column.where(bool)] = i
    filled = filled_to > 0
    if filled.any():
        filled &= ~raw.columns[0].where(lambda text: text.startswith("#"))
    rows = np.flatnonzero(filled)
    if not len(rows):
        raise FileError(f"{raw.name}: is empty; a table of names and figures is needed")
    common = np.bincount(filled_to[rows])
    common[:2] = 0
    if not common.any():
        raise FileError(f"{raw.name}: has no columns; name what parts them with --delimiter")
    usual = len(common) - 1 - int(np.argmax(common[::-1]))  # the wider of two that are as common
    first = _first(rows, filled_to, usual)
    heading = np.logical_and.reduce([c.codes == c.codes[first] for c in raw.columns])
    end = _end(raw, widths, rows[rows >= first], heading)

    kept = np.zeros(len(raw), bool)
    kept[rows] = True
    kept &= ~heading
    kept[:first] = kept[end:] = False
    kept[first] = True
    wide = np.flatnonzero(kept & (filled_to > widths[first]))
    if len(wide):
        raise FileError(
            *(
                f"{raw.at(row)}: has {filled_to[row]} cells, but the first row has "
                f"{widths[first]}; quote a cell that holds a delimiter, or name the right "
                "--delimiter"
                for row in wide
            )
        )
    left_out = (filled_to > 0) & ~kept
    table = raw.only(kept)
    return replace(
        table,
        columns=table.columns[: widths[first]],
        findings=[*raw.findings, *_left_out(raw, np.flatnonzero(left_out), first, end)],
    )


def _first(rows: npt.NDArray[np.int64], filled_to: npt.NDArray[np.int64], usual: int) -> int:
    """Where the table begins: at its first row of the usual width, or of more if others follow.

    A heading can be wider than most rows, whose last cells are blank; a title with commas in it
    can be, too, but has a gap after it.
    """
    followed = np.isin(rows + 1, rows)
    begins = (filled_to[rows] == usual) | ((filled_to[rows] > usual) & followed)
    return int(rows[np.argmax(begins)])


def _end(
    raw: Cells,
    widths: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    heading: npt.NDArray[np.bool_],
) -> int:
    """Where the table ends: after a gap, at text or at the headings of another table."""
    for row in rows[1:][np.diff(rows) > 1]:
        holds_figure = any(
            is_figure(text) or is_missing(text) for text in raw.row(row)[: widths[row]]
        )
        if not heading[row] and (widths[row] == 1 or not holds_figure):
            return int(row)
    return len(raw)


def _left_out(
    raw: Cells, rows: npt.NDArray[np.int64], first: int, end: int
) -> Iterator[UserWarning]:
    for what, among in (
        ("text before the table", rows[rows < first]),
        ("a comment or a repeated heading", rows[(rows > first) & (rows < end)]),
        ("after the end of the table", rows[rows >= end]),
    ):
        if len(among):
            figures = any(
                is_figure(text) for row in among[:_SAMPLE_LINES] for text in raw.row(row)[1:]
            )
            kind = SpamIndexWarning if figures else SpamIndexNote
            last = f"-{raw.lines[among[-1]]}" if len(among) > 1 else ""
            yield kind(f"{raw.at(among[0])}{last}: left out: {what}")
