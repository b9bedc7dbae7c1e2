"""A text file as rows of cells."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from spamindex import sources as textfile
from spamindex.errors import FileError
from spamindex.sources import Source, Text, delimiter_of
from spamindex.tables.cells import Cells, Column
from spamindex.tables.numbers import is_figure

# What people may take for a table, by its beginning.
_RECORDS = {
    re.compile(rb'\s*[\[{]\s*[{"\]]'): "JSON",
    re.compile(rb"\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\] mod="): "a p0f log",
}
_SAMPLE_LINES = 200
_ROWS_AT_ONCE = 1_000  # as many as the processor's cache holds: more take twice as long
_MAX_COLUMNS = 1_000
_MAX_CELLS = 500_000_000


def read(
    source: Source, *, delimiter: str | None = None, encoding: str | None = None
) -> tuple[Cells, npt.NDArray[np.int64]]:
    """Read all rows of a delimited text file, or an open binary one, however it was written.

    It may be compressed. What is not given is found out: the encoding (see ``textfile.read``), and
    the delimiter from the first lines. Returns the cells, filled up to the longest row, in columns
    numbered from 1, and how many cells each row had in the file. Raises FileError.

    >>> import io
    >>> cells, widths = read(io.BytesIO(b"OS;Share\\nLinux; 5,14\\n"))
    >>> cells.headings, cells.row(1), widths.tolist()
    (['1', '2'], ['Linux', '5,14'], [2, 2])
    """
    text = textfile.read(source, encoding)
    for beginning, kind in _RECORDS.items():
        if beginning.match(text.data):
            raise FileError(
                f"{text.name}: is {kind}, and no table of delimited text; spamindex tally makes "
                "one of records, with -f csv"
            )
    return rows(text, delimiter)


def rows(text: Text, delimiter: str | None = None) -> tuple[Cells, npt.NDArray[np.int64]]:
    """Read all rows of a text that was read already, as ``read`` does."""
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise FileError(f"{delimiter!r} is no delimiter: one character is needed")
    if delimiter is None:
        delimiter = delimiter_of(text.name, list(itertools.islice(text.lines(), _SAMPLE_LINES)))
    return _raw(text, delimiter)


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
            if i < widest:
                found = np.fromiter(map(code.__getitem__, columns[i]), np.int32, len(rows))
            else:
                found = np.full(len(rows), code[""], np.int32)
            parts[i].append(found)
        count += len(rows)
        if count * len(codes) > _MAX_CELLS:
            raise FileError(f"{text.name}: has more than {_MAX_CELLS} cells; too large a table")
    columns_ = [
        Column(str(i), code.texts, np.concatenate(part))
        for i, (code, part) in enumerate(zip(codes, parts, strict=True), start=1)
    ]
    table = Cells(
        text.name,
        delimiter,
        columns_,
        np.concatenate(lines),
        text.ends_in_a_line,
        list(text.findings),
    )
    return table, np.concatenate(widths)


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
            numbers = line + np.cumsum([0, *map(_lines_of, rows[:-1])])
            for number, row in zip(numbers, rows, strict=True):
                if any(_holds_rows(cell, delimiter, i) for i, cell in enumerate(row)):
                    raise FileError(
                        f"{text.name}:{number}: a quotation goes on over what looks like rows of a "
                        "table; is a quotation mark missing, or one too many? If none is, take the "
                        "line ends out of that cell"
                    )
            yield rows, numbers


def _holds_rows(cell: str, delimiter: str, number: int) -> bool:
    """Whether what is quoted goes over a line end, and one of its lines looks like a row.

    The first line can be a row if the cell begins one; else it is the end of a cell.
    """
    return (
        len(cell.splitlines()) > 1
        and delimiter in cell
        and any(
            delimiter in line and any(is_figure(t.strip()) for t in line.split(delimiter))
            for line in cell.splitlines()[number > 0 :]
        )
    )


def _lines_of(row: list[str]) -> int:
    return 1 + sum(len(re.findall("\r\n|\r|\n", cell)) for cell in row)


def _tidied(text: Text, delimiter: str) -> Iterable[str]:
    """The lines without the blanks between a quotation and the delimiter after it.

    csv takes them for an error in strict mode, and anything at all without it.
    """
    if not text.has_quotes:
        return text.lines()
    part = re.escape(delimiter)
    blanks = re.compile(rf'(?<!")"[^\S\r\n{part}]+(?=[{part}\r\n]|$)')
    return (blanks.sub('"', line) for line in text.lines())


def _in_plain_words(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quotation mark opens here and never closes"
    if "expected after" in str(error):
        return "a quotation mark closes in the middle of a cell"
    return "a cell is longer than 131072 characters; is a quotation mark missing?"
