"""Rows to a table with headings: where it begins and ends, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex import periods, words
from spamindex.errors import ColumnError, Doubt, FileError, Remedy
from spamindex.names import BUILT_IN
from spamindex.tables import footer
from spamindex.tables.numbers import is_figure
from spamindex.tables.options import TableOptions
from spamindex.tables.rows import Rows, cells_of
from spamindex.tables.table import Column, Mask, Table, lines_of, mapped, where
from spamindex.words import is_missing

_SAMPLE = 1000
_COMMENTS = ("#", "//")
_RULE = re.compile(r"\s*[-+=|:─━═┼├┤╪]{3,}[-+=|:─━═┼├┤╪ ]*")
_LINE = Remedy("header", None, "names the line of the headings (0 for none)")


def table(rows: Rows, options: TableOptions) -> Table:
    """The first table among the rows of a file, under its headings.

    Left out, and said, are blank lines, comments, text above and below the table, a second table
    below it, and its headings where they are repeated. Raises FileError where a row can't stand
    under the headings, ColumnError where it is not certain which line they are.

    >>> import io
    >>> from spamindex.tables.rows import read
    >>> found = table(read(io.BytesIO(b"Title\\n\\nos,share\\nLinux,5\\n")), TableOptions())
    >>> found.headings, found.row(0), found.findings.notes
    (['os', 'share'], ['Linux', '5'], ['left out: line 1 (text before the table)'])
    """
    raw = rows.table
    filled = _filled(raw)
    if not filled.any():
        raise FileError(f"{raw.name}: is empty; a table of names and figures is needed")
    usual = _usual_width(raw, filled)
    comments = _comments(raw, filled, usual)
    full = (filled > 1) & (rows.widths >= usual) & ~comments
    headings, header, first = _headings(rows, options, filled, full)
    width = len(headings)
    repeated = np.zeros(len(filled), bool)
    if header:
        same = [
            raw.column(i).cat.codes == raw.column(i).cat.codes.iloc[header[-1]]
            for i in range(width)
        ]
        repeated = np.logical_and.reduce(same)
    rules = _rules(raw, filled)
    if header and first > header[-1] + 1:
        # A row whose figure is missing, right below the headings, is a row all the same.
        first = header[-1] + 1
    end, notes_below = footer.end(rows, filled, comments | repeated | rules, first, width)

    kept = (filled > 0) & ~comments & ~repeated & ~rules
    kept[:first] = kept[end:] = False
    if not kept.any():
        raise FileError(f"{raw.name}: only headings, no rows under them")
    footer.check_widths(rows, kept, filled, width)
    lines = raw.cells.index.to_numpy()
    for what, left in (
        ("text before the table", np.arange(len(kept)) < (header[0] if header else first)),
        ("comments", comments),
        ("repeated headings", repeated & (np.arange(len(kept)) >= first)),
        (notes_below, np.arange(len(kept)) >= end),
    ):
        among = lines[left & (filled > 0) & ~kept & ((what == "comments") | ~comments)]
        if len(among):
            raw.findings.notes.append(f"left out: {lines_of(among)} ({what})")
    gaps = footer.gaps(filled, kept)
    if len(gaps) and not rows.certain:
        doubt = f"goes on after a blank line at {lines_of(lines[gaps])}: is it one table?"
        raw.findings.doubts.append(Doubt(doubt))
    return _tidied(replace(raw, headings=headings, cells=raw.cells.iloc[kept, :width]))


def _filled(raw: Table) -> npt.NDArray[np.int64]:
    """To which cell each row is filled, counted from 1; 0 for a blank one."""
    filled = np.zeros(len(raw.cells), np.int64)
    for i in range(len(raw.headings)):
        filled[where(raw.column(i), str.strip)] = i + 1
    return filled


def _rules(raw: Table, filled: npt.NDArray[np.int64]) -> Mask:
    """The lines that hold a rule of dashes, as programs draw them between rows, and no cells."""
    rules: Mask = (filled == 1) & where(
        raw.column(0), lambda text: _RULE.fullmatch(text) is not None
    )
    return rules


def _usual_width(raw: Table, filled: npt.NDArray[np.int64]) -> int:
    """To which cell most rows are filled, of those that are filled to the second at least."""
    common = np.bincount(filled, minlength=3)
    common[:2] = 0
    if not common.any():
        raise FileError(
            f"{raw.name}: can't find the columns; is another character between them?",
            settles=[Remedy("delimiter", None, "names it")],
        )
    return len(common) - 1 - int(np.argmax(common[::-1]))  # the wider of two that are as common


def _comments(raw: Table, filled: npt.NDArray[np.int64], usual: int) -> Mask:
    """The lines that begin like a comment and are no row of figures."""
    comments = where(raw.column(0), lambda text: text.lstrip().startswith(_COMMENTS))
    wide = comments & (filled >= usual)
    others = np.flatnonzero(~comments & (filled >= usual))
    headings_follow = len(others) > 0 and not any(
        map(is_figure, map(str.strip, raw.row(others[0])))
    )
    for row in np.flatnonzero(wide):
        # One with figures may be a row that was put out of use: whoever adds rows up, asks.
        # The first full line may be headings that a program has marked.
        marked = row == np.argmax(filled >= usual) and not headings_follow
        if marked or any(map(is_figure, map(str.strip, raw.row(int(row))))):
            comments[row] = False
    return comments


@dataclass(frozen=True)
class _Looks:
    """What the cells of the first rows look like: figures, periods (which a year is), or text."""

    cells: dict[int, list[str]]
    dated: dict[int, list[bool]]
    counted: dict[int, list[bool]]

    @classmethod
    def of(cls, raw: Table, rows: Sequence[int]) -> _Looks:
        """The looks of some rows."""
        cells = {row: cells_of(raw, row) for row in rows}
        dated = {row: [bool(periods.iso(text)) for text in of] for row, of in cells.items()}
        counted = {
            row: [is_figure(text) and not date for text, date in zip(of, dated[row], strict=True)]
            for row, of in cells.items()
        }
        return cls(cells, dated, counted)

    def columns_of_figures(self, below: int) -> dict[int, bool]:
        """The columns that are mostly of figures from a row on, and whether they are no periods."""
        rows = [row for row in self.cells if row >= below]
        found = {}
        for i in range(len(self.cells[below])):
            counted = sum(self.counted[row][i] for row in rows)
            dated = sum(self.dated[row][i] for row in rows)
            filled = sum(not is_missing(self.cells[row][i]) for row in rows)
            if filled and 2 * (counted + dated) >= filled:
                found[i] = counted >= dated
        return found

    def fits(self, row: int, figures: dict[int, bool], *, loosely: bool) -> bool:
        """Whether a row could be one of data: nothing but figures stands over figures.

        Loosely, years may stand over numbers, right of a name and below headings.
        """
        named = bool(self.cells[row][0]) and not (self.counted[row][0] or self.dated[row][0])
        return all(
            (self.counted if of_numbers else self.dated)[row][i]
            or is_missing(self.cells[row][i])
            or (loosely and named and self.dated[row][i])
            for i, of_numbers in figures.items()
        )


def _headings(
    rows: Rows, options: TableOptions, filled: npt.NDArray[np.int64], full: Mask
) -> tuple[list[str], list[int], int]:
    """The headings, the rows on which they stand (none, one or two), and the first row of data."""
    raw = rows.table
    if rows.certain:
        return cells_of(raw, 0)[: rows.widths[0]], [0], 1
    if options.header is not None:
        return _named_header(rows, options.header, filled, full)
    there = [int(row) for row in np.flatnonzero(full)[:_SAMPLE]]
    if not there:
        raise FileError(f"{raw.name}: its rows differ in how many cells they have: is it a table?")
    looks = _Looks.of(raw, there)
    if len(there) == 1 and not any(map(is_figure, looks.cells[there[0]])):
        raise FileError(f"{raw.name}: only headings, no rows under them")
    first = next((row for row in there if any(looks.counted[row])), there[min(1, len(there) - 1)])
    above, first = _above_the_data(looks, first)
    if not above:
        return _without_headings(raw, looks.cells[first][: rows.widths[first]], options, first)
    header = above[-1]
    if len(above) > 1 and above[-2] == header - 1:
        return _two_lines(rows, looks, above[-2], header, first)
    known = [text for text in looks.cells[header] if BUILT_IN.knows(text)]
    of_years = not any(looks.counted[first]) and any(looks.dated[header])
    one_system = known == looks.cells[header][:1]
    if (of_years or one_system) and not _says_headings(looks.cells[header], options):
        raise _ambiguous(raw, header, looks.cells[header])
    return looks.cells[header][: rows.widths[header]], [header], first


def _above_the_data(looks: _Looks, first: int) -> tuple[list[int], int]:
    """The rows above those of data, and the first of those; ``first`` has a figure in it."""
    figures = looks.columns_of_figures(first)
    above = [row for row in looks.cells if row < first]
    while figures and above and looks.fits(above[-1], figures, loosely=len(above) > 1):
        first = above.pop()
    # A known system heads a column in a wide table alone, beside others and over figures.
    while above and BUILT_IN.knows(looks.cells[above[-1]][0]):
        beside = any(map(BUILT_IN.knows, looks.cells[above[-1]][1:]))
        if len(above) == 1 and (beside or looks.counted[first][0]):
            break
        first = above.pop()
    return above, first


def _two_lines(
    rows: Rows, looks: _Looks, header: int, below: int, first: int
) -> tuple[list[str], list[int], int]:
    """Headings on two lines, of which the second names units alone. Raises ColumnError if not."""
    joined = _with_units(looks.cells[header], looks.cells[below])
    if joined is None:
        lines = rows.table.cells.index.to_numpy()
        raise ColumnError(
            f"{rows.table.name}: lines {lines[header]} and {lines[below]} could both be headings: "
            "name each column in one line of the file",
            settles=[_LINE],
        )
    return joined[: max(rows.widths[header], rows.widths[below])], [header, below], first


def _named_header(
    rows: Rows, line: int, filled: npt.NDArray[np.int64], full: Mask
) -> tuple[list[str], list[int], int]:
    raw = rows.table
    if line == 0:
        first = int(np.argmax(full))
        return [""] * int(filled[full].max(initial=2)), [], first
    found = np.flatnonzero((raw.cells.index == line) & (filled > 0))
    if not len(found):
        raise ColumnError(
            f"{raw.name}: has no headings on line {line}, which is blank or not there"
        )
    return cells_of(raw, found[0])[: rows.widths[found[0]]], [int(found[0])], int(found[0]) + 1


def _without_headings(
    raw: Table, cells: list[str], options: TableOptions, row: int
) -> tuple[list[str], list[int], int]:
    """The blank headings of a table that has none, or those of a first row with years in it."""
    figures = [text for text in cells if is_figure(text)]
    if figures and all(map(periods.iso, figures)):
        if _says_headings(cells, options):
            return cells, [row], row + 1
        raise _ambiguous(raw, row, cells)
    return [""] * len(cells), [], row


def _says_headings(row: list[str], options: TableOptions) -> bool:
    """Whether a row has a word that heads a column of names, or a column that an option names."""
    named = {
        words.words(name)
        for name in (options.key, options.column, *options.sum, *(w.column for w in options.where))
        if name
    }
    named |= {words.words(column) for by in options.by for column in by.columns}
    return any(
        words.names_os(text)
        or words.words(text) in words.NAME_HEADINGS
        or (text and words.words(text) in named and not is_figure(text))
        or (words.is_period(text) and not periods.iso(text))
        for text in row
    ) and not BUILT_IN.knows(row[0])


def _ambiguous(raw: Table, row: int, cells: list[str]) -> ColumnError:
    shown = ", ".join(repr(text) for text in cells if text)
    return ColumnError(
        f"{raw.at(raw.cells.index[row])}: could be headings or figures: {shown}", settles=[_LINE]
    )


def _with_units(headings: list[str], below: list[str]) -> list[str] | None:
    """Headings with the units that a second line gives them; None if it says anything else."""
    units = words.PERCENT_WORDS | words.PER_MILLE | words.BASIS_POINTS | words.MULTIPLES.keys()
    for text in filter(None, below):
        inside = words.words(text).removeprefix("in ")
        if inside not in units and not (is_missing(text) or inside in words.NAME_HEADINGS):
            return None
    return [
        f"{heading} ({unit.strip('()[]')})" if unit and not is_missing(unit) else heading
        for heading, unit in zip(headings, below, strict=True)
    ]


def _tidied(found: Table) -> Table:
    """The table without blanks before its cells, and how far each was indented."""
    cells: dict[int, Column] = {}
    indents: dict[int, Column] = {}
    for i in range(len(found.headings)):
        column: Column = found.column(i)
        if any(text[:1].isspace() for text in column.cat.categories):
            far = np.array([len(t) - len(t.lstrip()) for t in column.cat.categories])
            by_row = far[column.cat.codes.to_numpy()]
            if len(set(by_row)) > 1:
                indents[i] = pd.Series(by_row, index=column.index)
            column = mapped(column, str.strip)
        cells[i] = column
    frame = found.cells.copy(deep=False)
    for i, column in cells.items():
        frame[i] = column
    return replace(found, cells=frame, indents=indents)
