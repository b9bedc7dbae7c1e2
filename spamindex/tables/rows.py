"""A file in, rows of cells out, whatever kind of file it is: CSV with its quotes is read here.

A table of rows has as many columns as its longest row, numbered from 1, and says how many cells
each row has in the file.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex import sources
from spamindex.errors import FileError, Findings, Remedy
from spamindex.sources import Source, Text
from spamindex.tables import documents
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Table, categories

# Records that people may take for a table, by how they begin.
_RECORDS = {
    re.compile(rb"(\S+ )*\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\] mod="): "is a p0f log",
    re.compile(
        rb"(<\d+>)?(\w{3} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*) \S+ "
        rb"\S+?(\[\d+\])?: "
    ): "looks like a mail log, not a table (docs/mail.md has recipes)",
}
_SAMPLE_LINES = 200
_ROWS_AT_ONCE = 1_000  # as many as the processor's cache holds: more take twice as long
_MAX_COLUMNS = 1_000
_MAX_CELLS = 500_000_000
_Chunk: TypeAlias = tuple[Sequence[list[str]], npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Rows:
    """The rows of a file, and how many cells each of them has in it.

    ``delimiter`` separates the cells, and is empty where they are not delimited text; ``ends`` says
    whether the last line has a line end. ``certain`` headings are those of JSON and Markdown.
    ``sheets`` are those of a workbook.
    """

    table: Table
    widths: npt.NDArray[np.int64]
    delimiter: str = ""
    ends: bool = True
    certain: bool = False
    sheets: int = 0


def read(source: Source, options: TableOptions | None = None) -> Rows:
    """Read all rows of a file, or of an open binary one, whatever kind it is.

    It may be compressed. What is not given is found out: the encoding (see ``sources.read``), the
    kind of file, and the delimiter from the first lines. Raises FileError.

    >>> import io
    >>> rows = read(io.BytesIO(b"OS;Share\\nLinux; 5,14\\n"))
    >>> rows.table.row(1), rows.widths.tolist(), rows.delimiter
    (['Linux', ' 5,14'], [2, 2], ';')
    """
    options = options or TableOptions()
    name, data = sources.name_of(source), sources.content(source)
    if data.startswith(sources.WORKBOOKS):
        findings = Findings(name)
        lines, sheets = documents.workbook(name, data, options.sheet, findings)
        return replace(_of_lines(name, lines, findings), sheets=sheets)
    if options.sheet is not None:
        raise FileError(f"{name}: is no workbook, so it has no sheet {options.sheet!r}")
    sources.refuse_documents(name, data)
    text = sources.decoded(name, data, options.encoding)
    for beginning, kind in _RECORDS.items():
        if beginning.match(text.data):
            raise FileError(f"{name}: {kind}; tally counts its records")
    if options.delimiter is None:
        if documents.is_json(text):
            place, lines = documents.json_rows(text)
            return _of_lines(name, lines, text.findings, place=place, certain=True)
        if lines := documents.markdown_rows(text) or documents.ruled_rows(text):
            return _of_lines(name, lines, text.findings, ends=text.ends_in_a_line, certain=True)
    return _delimited(text, options.delimiter)


def cells_of(table: Table, row: int | np.integer) -> list[str]:
    """The cells of a row, without blanks around them and with single ones in them."""
    return [" ".join(text.split()) for text in table.row(int(row))]


def _of_lines(
    name: str,
    lines: Sequence[tuple[int, list[str]]],
    findings: Findings,
    *,
    place: str = ":",
    ends: bool = True,
    certain: bool = False,
) -> Rows:
    """Rows that are in memory already, each with the number of its line."""
    if not lines:
        raise FileError(f"{name}: is empty; a table of names and figures is needed")
    numbers, rows = zip(*lines, strict=True)
    table, widths = _gathered(name, [(rows, np.array(numbers))], findings, place)
    return Rows(table, widths, "", ends, certain)


def _delimited(text: Text, delimiter: str | None) -> Rows:
    """All rows of delimited text."""
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise FileError(f"{delimiter!r} is no delimiter: one character is needed")
    if delimiter is None:
        sample = list(itertools.islice(text.lines(), _SAMPLE_LINES))
        try:
            delimiter = sources.delimiter_of(text.name, sample)
        except FileError as error:
            if any(map(str.strip, sample)):
                error.settles = (Remedy("delimiter", None, "names another character"),)
            raise
    table, widths = _gathered(text.name, _chunks(text, delimiter), text.findings)
    return Rows(table, widths, delimiter, text.ends_in_a_line)


class _Codes(dict[str, int]):
    """Numbers for texts, as they come; what differs only in blanks at its end is one text.

    Blanks before a text are kept: they may say that a row is part of another.
    """

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def __missing__(self, raw: str) -> int:
        text = raw.rstrip()
        if text == raw:
            self.texts.append(text)
            self[raw] = len(self.texts) - 1
        else:
            self[raw] = self[text]
        return self[raw]


def _gathered(
    name: str, chunks: Iterable[_Chunk], findings: Findings, place: str = ":"
) -> tuple[Table, npt.NDArray[np.int64]]:
    """Rows as a table, filled up to the longest one, and how many cells each has in the file."""
    codes: list[_Codes] = []
    parts: list[list[npt.NDArray[np.int32]]] = []
    widths, lines, count = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
    for rows, numbers in chunks:
        widths.append(np.fromiter(map(len, rows), np.int64, len(rows)))
        lines.append(numbers)
        widest = int(widths[-1].max())
        if widest > _MAX_COLUMNS:
            raise FileError(f"{name}: has a row of {widest} cells; is it a table?")
        while len(codes) < widest:
            codes.append(_Codes())
            parts.append([np.full(count, codes[-1][""], np.int32)])
        for i, cells in enumerate(itertools.zip_longest(*rows, fillvalue="")):
            parts[i].append(np.fromiter(map(codes[i].__getitem__, cells), np.int32, len(rows)))
        for i in range(widest, len(codes)):
            parts[i].append(np.full(len(rows), codes[i][""], np.int32))
        count += len(rows)
        if count * len(codes) > _MAX_CELLS:
            raise FileError(f"{name}: has more than {_MAX_CELLS} cells; too large a table")
    index = np.concatenate(lines)
    both = enumerate(zip(codes, parts, strict=True))
    columns = {i: categories(code.texts, np.concatenate(part), index) for i, (code, part) in both}
    headings = [str(i) for i in range(1, len(columns) + 1)]
    cells_ = pd.DataFrame(columns, index=index, copy=False)
    return Table(name, headings, cells_, findings, place), np.concatenate(widths)


def _chunks(text: Text, delimiter: str) -> Iterator[_Chunk]:
    """The rows of a file, many at a time, and the lines on which they begin."""
    spaced = text.has_quotes and re.search(re.escape(delimiter).encode() + rb' +"', text.data)
    reader = csv.reader(
        _tidied(text, delimiter),
        delimiter=delimiter,
        # Where quotations follow blanks they are none without it; else blanks are kept.
        skipinitialspace=bool(spaced) and delimiter != " ",
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
                if any(len(cell.splitlines()) > 1 and delimiter in cell for cell in row):
                    raise FileError(
                        f"{text.name}:{number}: a quotation goes on over several lines with "
                        f"{delimiter!r} in them: is a quotation mark missing, or one too many? If "
                        "none is, take the line ends out of that cell"
                    )
            yield rows, numbers


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
