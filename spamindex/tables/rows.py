"""A file in, rows of cells out, whatever kind of file it is: CSV with its quotes is read here.

A table of rows has as many columns as its longest row, numbered from 1, and says how many cells
each row has in the file.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

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
_ROWS_AT_ONCE = 200  # as many as the processor's cache holds: more take twice as long
_MAX_COLUMNS = 1_000
_MAX_CELLS = 500_000_000
_MAX_LENGTH = 131_072  # of a cell, which is what csv takes
_TOO_LONG = f"a cell is longer than {_MAX_LENGTH} characters; is a quotation mark missing?"
Widths: TypeAlias = npt.NDArray[np.int64]  # how many cells each row has
# The cells of some rows, and the lines on which the rows begin.
_Chunk: TypeAlias = tuple[list[list[str]], npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Rows:
    """The rows of a file, and how many cells each of them has in it.

    ``delimiter`` separates the cells, and is empty where they are not delimited text; ``ends`` says
    whether the last line has a line end. ``certain`` headings are those of JSON and Markdown.
    """

    table: Table
    widths: Widths
    delimiter: str = ""
    ends: bool = True
    certain: bool = False


def read(source: Source, options: TableOptions | None = None) -> Rows:
    """Read all rows of a file, or of an open binary one, whatever kind it is.

    It may be compressed. What is not given is found out: the encoding (see ``sources.read``), the
    kind of file, and the delimiter from the first lines. Raises FileError.
    """
    options = options or TableOptions()
    name, data = sources.name_of(source), sources.read_bytes(source)
    if data.startswith(sources.WORKBOOKS):
        findings = Findings(name)
        lines = documents.workbook_rows(name, data, options.sheet, findings)
        return _gathered([_of_lines(lines)], findings)
    if options.sheet is not None:
        raise FileError(f"{name}: is no workbook, so it has no sheet {options.sheet!r}")
    sources.refuse_documents(name, data)
    text = sources.decode(name, data, options.encoding)
    for beginning, kind in _RECORDS.items():
        if beginning.match(text.data):
            raise FileError(f"{name}: {kind}; tally counts its records")
    if options.delimiter is None:
        if documents.is_json(text):
            place, lines = documents.json_rows(text)
            return _gathered([_of_lines(lines)], text.findings, place, certain=True)
        if lines := documents.markdown_rows(text) or documents.ruled_rows(text):
            ends = text.ends_in_a_line
            return _gathered([_of_lines(lines)], text.findings, ends=ends, certain=True)
    delimiter = _delimiter(text) if options.delimiter is None else options.delimiter
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise FileError(f"{delimiter!r} is no delimiter: one character is needed")
    chunks, ends = _delimited(text, delimiter), text.ends_in_a_line
    return _gathered(chunks, text.findings, delimiter=delimiter, ends=ends)


def _delimiter(text: Text) -> str:
    sample = list(itertools.islice(text.lines(), _SAMPLE_LINES))
    try:
        return sources.detect_delimiter(text.name, sample)
    except FileError as error:
        if any(map(str.strip, sample)):
            error.settles = (Remedy("delimiter", None, "names another character"),)
        raise


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


def _gathered(chunks: Iterable[_Chunk], findings: Findings, place: str = ":", **said: Any) -> Rows:
    """Rows as a table, filled up to the longest one, and what is ``said`` of all of them."""
    name, codes, widths = findings.name, list[_Codes](), list[int]()
    parts, lines = list[list[npt.NDArray[np.int32]]](), [np.zeros(0, np.int64)]
    for rows, numbers in chunks:
        columns = list(itertools.zip_longest(*rows, fillvalue=""))
        if len(columns) > _MAX_COLUMNS:
            raise FileError(f"{name}: has a row of {len(columns)} cells; is it a table?")
        while len(codes) < len(columns):
            codes.append(_Codes())
            parts.append([np.full(len(widths), codes[-1][""], np.int32)])
        blank = itertools.repeat([""] * len(rows))
        for code, part, cells in zip(codes, parts, itertools.chain(columns, blank), strict=False):
            part.append(np.fromiter(map(code.__getitem__, cells), np.int32, len(rows)))
        widths += map(len, rows)
        lines.append(numbers)
        if len(widths) * len(codes) > _MAX_CELLS:
            raise FileError(f"{name}: has more than {_MAX_CELLS} cells; too large a table")
    index = np.concatenate(lines)
    of = [categories(c.texts, np.concatenate(p), index) for c, p in zip(codes, parts, strict=True)]
    cells_ = pd.DataFrame(dict(enumerate(of)), index=index, copy=False)
    headings = [str(i + 1) for i in range(len(of))]
    return Rows(Table(name, headings, cells_, findings, place), np.array(widths, np.int64), **said)


def _of_lines(lines: documents.Lines) -> _Chunk:
    """Rows that are in memory already, each with the number of its line."""
    return [row for _, row in lines], np.array([number for number, _ in lines], np.int64)


def _delimited(text: Text, delimiter: str) -> Iterator[_Chunk]:
    """The rows of a file of delimited text, which csv reads."""
    lines, quoted, part = text.lines(), text.has_quotes, re.escape(delimiter)
    if quoted:
        # Blanks between a quotation and the delimiter after it are an error for csv in strict mode,
        # and anything at all without it.
        blanks = re.compile(rf'(?<!")"[^\S\r\n{part}]+(?=[{part}\r\n]|$)')
        lines = (blanks.sub('"', line) for line in lines)
        # Where quotations follow blanks they are none without it; else blanks are kept.
        quoted = bool(re.search(part.encode() + rb' +"', text.data)) and delimiter != " "
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=quoted, strict=True)
    while True:
        line, rows = reader.line_num + 1, list[list[str]]()
        try:
            rows.extend(itertools.islice(reader, _ROWS_AT_ONCE))
        except csv.Error as error:
            line += sum(map(_lines_of, rows))
            raise FileError(f"{text.name}:{line}: {_in_plain_words(error)}") from error
        if not rows:
            return
        numbers = np.arange(line, line + len(rows))
        if reader.line_num - line + 1 > len(rows):  # a quotation goes on over several lines
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


def _in_plain_words(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quotation mark opens here and never closes"
    if "expected after" in str(error):
        return "a quotation mark closes in the middle of a cell"
    return _TOO_LONG
