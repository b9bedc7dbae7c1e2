"""Parse rows of cells into a table: find its headings, its first row and its end.

Titles, comments, footers and repeated headings are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from spamindex import meaning, periods, words
from spamindex.errors import ColumnError, Doubt, FileError, Remedy, counted
from spamindex.meaning import is_missing
from spamindex.names import BUILT_IN
from spamindex.tables.numbers import is_figure
from spamindex.tables.options import TableOptions
from spamindex.tables.rows import Rows, Widths
from spamindex.tables.table import Mask, Table, lines_of, mapped, numbers_of, where

_SAMPLE_ROWS = 1000
_RULE = re.compile(r"\s*[-+=|:─━═┼├┤╪]{3,}[-+=|:─━═┼├┤╪ ]*")  # as programs draw between rows
_HEADER = Remedy("header", None, "names the line of the headings (0 for none)")
_DELIMITER = Remedy("delimiter", None, "names the separator")
_QUOTE_CELLS = "put cells that contain the separator in quotes"
_BROKEN_ROW = "is a cell missing, or the line broken? Write a blank cell for what is not known"
_TEXT_BELOW = "text below the table"


class _Header(NamedTuple):
    """The headings, the rows that hold them (none, one or two), and the first row of data."""

    headings: list[str]
    rows: list[int]
    first: int


def parse_table(rows: Rows, options: TableOptions) -> Table:
    """Parse the rows of a file into a table: the first one in it, under its headings.

    Notes the lines that are left out: comments, text above and below the table, further tables,
    repeated headings. Raises FileError for a row that doesn't fit the headings, and ColumnError if
    it is unclear which line holds the headings.
    """
    raw = rows.table
    extents = np.zeros(len(raw.cells), np.int64)  # the last filled cell of each row, from 1
    for i in range(len(raw.headings)):
        extents[where(raw.column(i), str.strip)] = i + 1
    is_filled = extents > 0
    if not is_filled.any():
        raise FileError(f"{raw.name}: is empty; a table of names and figures is needed")
    usual_width = _usual_width(rows, extents)
    comments = _find_comments(raw, extents, usual_width)
    headings, header_rows, first = _find_header(rows, options, extents, comments, usual_width)
    width, positions = len(headings), np.arange(len(extents))
    repeated = np.zeros(len(extents), bool)
    if header_rows:
        # The row right below the headings may lack its figure.
        first = min(first, header_rows[-1] + 1)
        codes = [raw.column(i).cat.codes.to_numpy() for i in range(width)]
        repeated = np.logical_and.reduce([code == code[header_rows[-1]] for code in codes])
    rules = (extents == 1) & where(raw.column(0), _RULE.fullmatch)
    skipped = comments | repeated | rules
    end, kind_below = _find_end(rows, extents, skipped, first, width)
    kept = is_filled & ~skipped & (positions >= first) & (positions < end)
    if not kept.any():
        raise FileError(f"{raw.name}: only headings, no rows under them")
    _check_widths(rows, kept, extents, width)
    if not rows.ends and _is_cut_off(rows, kept):
        doubt = "the last line is shorter than the others and has no line end: is it cut off?"
        raw.findings.doubts.append(Doubt(doubt))
    lines = raw.cells.index.to_numpy()
    start = header_rows[0] if header_rows else first
    for kind, left_out in (
        ("text before the table", (positions < start) & ~comments),
        ("comments", comments),
        ("repeated headings", repeated & (positions >= first) & ~comments),
        (kind_below, (positions >= end) & ~comments),
    ):
        left_out_lines = lines[left_out & is_filled & ~kept]
        if len(left_out_lines):
            raw.findings.notes.append(f"left out: {lines_of(left_out_lines)} ({kind})")
    data_rows = np.flatnonzero(kept)
    after_blank = _after_blank_lines(extents, data_rows)
    if 0 < len(after_blank) < len(data_rows) - 1 and not rows.certain:
        places = lines_of(lines[data_rows[after_blank]])
        doubt = f"goes on after a blank line at {places}: is it one table?"
        raw.findings.doubts.append(Doubt(doubt))
    return _strip_indents(replace(raw, headings=headings, cells=raw.cells.iloc[kept, :width]))


def _usual_width(rows: Rows, extents: Widths) -> int:
    """The most common extent of the rows, of two cells or more; the wider on a tie."""
    counts = np.bincount(extents, minlength=3)
    counts[:2] = 0
    if not counts.any():
        question, settles = "", []
        if rows.delimiter:
            question, settles = "; is another character between them?", [_DELIMITER]
        raise FileError(f"{rows.table.name}: can't find the columns{question}", settles=settles)
    return int(np.flatnonzero(counts == counts.max())[-1])


def _cells(raw: Table, row: int | np.integer) -> list[str]:
    """The cells of a row, with single blanks between their words."""
    return [" ".join(text.split()) for text in raw.row(int(row))]


def _has_figures(raw: Table, row: int | np.integer) -> bool:
    return any(map(is_figure, _cells(raw, row)))


def _find_comments(raw: Table, extents: Widths, usual_width: int) -> Mask:
    comments = where(raw.column(0), lambda text: text.lstrip().startswith(words.COMMENTS))
    is_full = extents >= usual_width
    other_rows = np.flatnonzero(~comments & is_full)
    headings_follow = len(other_rows) > 0 and not _has_figures(raw, other_rows[0])
    for row in np.flatnonzero(comments & is_full):
        # Some programs write a comment mark before the headings. A row of figures may have been
        # commented out; aggregates doubts it.
        is_header = row == np.argmax(is_full) and not headings_follow
        comments[row] = not (is_header or _has_figures(raw, row))
    return comments


def _find_header(
    rows: Rows, options: TableOptions, extents: Widths, comments: Mask, usual_width: int
) -> _Header:
    raw, widths = rows.table, rows.widths
    if rows.certain:
        return _Header(_cells(raw, 0)[: widths[0]], [0], 1)
    is_full = (extents > 1) & (widths >= usual_width) & ~comments
    if options.header is not None:
        return _header_on_line(rows, options.header, extents, is_full)
    full_rows = np.flatnonzero(is_full)[:_SAMPLE_ROWS].tolist()
    if not full_rows:
        raise FileError(f"{raw.name}: its rows differ in how many cells they have: is it a table?")
    sample = raw.cells.iloc[full_rows].to_numpy().tolist()
    cells = {
        row: [" ".join(text.split()) for text in texts]
        for row, texts in zip(full_rows, sample, strict=True)
    }
    kinds = {row: list(map(_cell_kind, texts)) for row, texts in cells.items()}
    if len(full_rows) == 1 and not any(map(is_figure, cells[full_rows[0]])):
        raise FileError(f"{raw.name}: only headings, no rows under them")
    with_figures = [row for row in full_rows if "figure" in kinds[row]]
    first = (with_figures or full_rows[1:] or full_rows)[0]
    above, first = _split_off_data(cells, kinds, first)
    if not above:
        return _header_in_first_row(rows, options, cells[first][: widths[first]], first)
    header = above[-1]
    if above[-2:-1] == [header - 1]:
        # A line wider than all others is a title, a line equal to the headings a repeat.
        is_title = extents[header - 1] > usual_width == widths[header]
        if not is_title and cells[header - 1] != cells[header]:
            joined = _join_units(raw, cells, header)
            both = [header - 1, header]
            return _Header(joined[: widths[both].max()], both, first)
    known = [text for text in cells[header] if BUILT_IN.knows(text)]
    has_years = "figure" not in kinds[first] and "date" in kinds[header]
    if (has_years or known == cells[header][:1]) and not _has_heading(cells[header], options):
        raise _ambiguous(raw, header, cells[header])
    return _Header(cells[header][: widths[header]], [header], first)


def _header_on_line(rows: Rows, line: int, extents: Widths, is_full: Mask) -> _Header:
    """The headings on a line that the caller names; on line 0 there are none."""
    raw = rows.table
    if line == 0:
        return _Header([""] * int(extents[is_full].max(initial=2)), [], int(np.argmax(is_full)))
    on_line = np.flatnonzero((raw.cells.index == line) & (extents > 0)).tolist()
    if not on_line:
        raise ColumnError(f"{raw.name}: has no headings on line {line}: it is blank or missing")
    row = on_line[0]
    return _Header(_cells(raw, row)[: rows.widths[row]], [row], row + 1)


def _cell_kind(text: str) -> str:
    """``nothing``, ``date`` (also for a year), ``figure`` or ``text``."""
    if is_missing(text):
        return "nothing"
    if periods.iso(text):
        return "date"
    return "figure" if is_figure(text) else "text"


def _split_off_data(
    cells: Mapping[int, list[str]], kinds: Mapping[int, list[str]], first: int
) -> tuple[list[int], int]:
    """The rows above those of data, and the first row of data; ``first`` has a figure in it."""
    column_kinds = {}  # of the columns in which at least half of the cells are figures or dates
    data_kinds = [kinds[row] for row in kinds if row >= first]
    for i, column in enumerate(zip(*data_kinds, strict=True)):
        dates, figures = column.count("date"), column.count("figure")
        if 2 * (figures + dates) >= len(column) - column.count("nothing") > 0:
            column_kinds[i] = "figure" if figures >= dates else "date"
    above = [row for row in cells if row < first]
    while column_kinds and above:
        row = above[-1]
        # Right of a name and below headings, a figure such as 2010 may look like a year.
        has_name = cells[row][0] and kinds[row][0] in ("text", "nothing")
        as_figure = {"nothing", "date"} if has_name and len(above) > 1 else {"nothing"}
        if any(kinds[row][i] not in as_figure | {kind} for i, kind in column_kinds.items()):
            break
        first = above.pop()
    while above and BUILT_IN.knows(cells[above[-1]][0]):
        # In the headings of a wide table, systems stand beside each other, and over figures.
        is_wide = any(map(BUILT_IN.knows, cells[above[-1]][1:])) or kinds[first][0] == "figure"
        if len(above) == 1 and is_wide:
            break
        first = above.pop()
    return above, first


def _header_in_first_row(
    rows: Rows, options: TableOptions, cells: list[str], first: int
) -> _Header:
    """The first row of data as headings, if all its figures are years; else there are none."""
    above = _cells(rows.table, first - 1)[: rows.widths[first - 1]] if first else []
    if len(above) > 1 and not any(map(is_figure, [*above, cells[0]])):
        # Decimal commas give rows more cells than there are headings: _check_widths refuses them.
        above_names = (
            meaning.names_os(above[0]) or meaning.normalize(above[0]) in words.NAME_HEADINGS
        )
        if above_names:
            return _Header(above, [first - 1], first)
    figures = [text for text in cells if is_figure(text)]
    if not figures or not all(map(periods.iso, figures)):
        return _Header([""] * len(cells), [], first)
    if not _has_heading(cells, options):
        raise _ambiguous(rows.table, first, cells)
    return _Header(cells, [first], first + 1)


def _has_heading(cells: list[str], options: TableOptions) -> bool:
    """Whether a row has a usual heading of names or periods, or one that an option names."""
    named = filter(None, [options.key, options.column, *options.row_columns])
    headings = words.NAME_HEADINGS.union(map(meaning.normalize, named))
    return not BUILT_IN.knows(cells[0]) and any(
        meaning.names_os(text)
        or (meaning.normalize(text) in headings and not is_figure(text))
        or (meaning.is_period(text) and not periods.iso(text))
        for text in cells
    )


def _ambiguous(raw: Table, row: int, cells: list[str]) -> ColumnError:
    shown = ", ".join(repr(text) for text in cells if text)
    place = raw.at(raw.cells.index[row])
    return ColumnError(f"{place}: could be headings or figures: {shown}", settles=[_HEADER])


def _join_units(raw: Table, cells: Mapping[int, list[str]], header: int) -> list[str]:
    """Headings with the units below them, ``header`` being the row of the units.

    Raises ColumnError if that row holds anything else.
    """
    units = words.NAME_HEADINGS.union(words.MULTIPLES, *words.OF_PERCENT)
    below = [
        meaning.normalize(text).removeprefix("in ")
        for text in cells[header]
        if not is_missing(text)
    ]
    if not units.issuperset(below):
        upper_line, lower_line = raw.cells.index[[header - 1, header]]
        raise ColumnError(
            f"{raw.name}: lines {upper_line} and {lower_line} could both be headings: name each "
            "column in one line of the file",
            settles=[_HEADER],
        )
    return [
        heading if is_missing(unit) else f"{heading} ({unit.strip('()[]')})"
        for heading, unit in zip(cells[header - 1], cells[header], strict=True)
    ]


def _after_blank_lines(extents: Widths, rows: Widths) -> Widths:
    """The positions of those rows, but for the first, that follow a blank line."""
    after = np.unique(np.searchsorted(rows, np.flatnonzero(extents == 0)))
    return after[(after > 0) & (after < len(rows))]


def _find_end(
    rows: Rows, extents: Widths, skipped: Mask, first: int, width: int
) -> tuple[int, str]:
    """The row below the last one of the table, and what kind of text begins there.

    A footer, a text without figures, or other headings end the table if a blank line precedes
    them. So do single cells at the bottom of the file.
    """
    raw = rows.table
    candidates = np.flatnonzero((extents > 0) & ~skipped & (np.arange(len(extents)) >= first))
    after_blank = _after_blank_lines(extents, candidates)
    if len(after_blank) + 1 == len(candidates):  # the rows are double-spaced
        after_blank = after_blank[:0]
    for i in after_blank:
        row, is_last = int(candidates[i]), i + 1 == len(candidates)
        cells = _cells(raw, row)[: rows.widths[row]]
        if is_last and meaning.called_footer(cells[0]):
            return row, _TEXT_BELOW
        # What begins with a digit is a figure, even if it can't be read.
        is_data = any(t[:1].isdecimal() or is_figure(t) or is_missing(t) for t in cells)
        if not is_data and not BUILT_IN.knows(cells[0]):
            is_table = not is_last and _has_figures(raw, candidates[i + 1])
            return row, "another table below" if is_table else _TEXT_BELOW
    end = len(extents)
    for row in candidates[:0:-1].tolist():
        name = raw.row(row)[0]
        if rows.widths[row] > 1 or BUILT_IN.knows(name) or is_figure(name) or width < 2:
            break
        end = row
    return end, _TEXT_BELOW


def _check_widths(rows: Rows, kept: Mask, extents: Widths, width: int) -> None:
    """Refuse rows with a cell too many, or too few.

    Cells may be missing at the end of a row. But a row that ends with a figure, left of the last
    column of figures, may have lost any of its cells. Raises FileError with all faults.
    """
    raw, widths = rows.table, rows.widths
    suspects = np.flatnonzero(kept & ((extents > width) | (widths < width))).tolist()
    if not suspects:
        return
    figure_column = _last_figure_column(raw, kept, width)
    faults = []
    for row in suspects:
        cells, count = _cells(raw, row), int(widths[row])
        figure = cells[figure_column]
        if extents[row] > width:
            count, reason = int(extents[row]), f": {_QUOTE_CELLS}"
        elif count <= figure_column:
            if count > 1 and not is_figure(cells[count - 1]):
                continue
            reason = f": {_BROKEN_ROW}"
        elif figure_column < 0 or is_figure(figure) or is_missing(figure):
            continue
        else:
            reason = f", and {figure!r} stands where others have a figure: is a cell missing?"
        size = f"has {counted(count, 'cell')}, but there are {width} headings"
        faults.append(f"{raw.at(raw.cells.index[row])}: {size}{reason}")
    if len(faults) > max(2, kept.sum() // 2):
        fault = "most rows have more or fewer cells than the headings: is it a table?"
        faults = [f"{raw.name}: {fault} If so, {_QUOTE_CELLS}"]
    if faults:
        raise FileError(*faults, settles=[_DELIMITER])


def _last_figure_column(raw: Table, kept: Mask, width: int) -> int:
    """The last column in which most cells are figures; -1 if there is none."""
    sample = raw.cells.iloc[np.flatnonzero(kept)[:_SAMPLE_ROWS]]
    for i in reversed(range(width)):
        texts = [text for text in map(str.strip, sample[i]) if not is_missing(text)]
        if 2 * sum(map(is_figure, texts)) > len(texts):
            return i
    return -1


def _is_cut_off(rows: Rows, kept: Mask) -> bool:
    """Whether the last line, which has no line end, looks like the beginning of a row.

    It has fewer cells than any other row, or ends with the decimal mark of a figure.
    """
    last_width = int(rows.widths[-1])
    if _cells(rows.table, -1)[max(last_width - 1, 0)].endswith((".", ",")):
        return bool(kept[-1])
    fewest = rows.widths[kept][:-1].min(initial=10**9)
    return bool(last_width < fewest and kept[-2:].any())


def _strip_indents(table: Table) -> Table:
    """The table without blanks before its cells, and how far each was indented."""
    cells, indents = table.cells.copy(deep=False), {}
    for i in range(len(table.headings)):
        column = table.column(i)
        depths = {text: len(text) - len(text.lstrip()) for text in column.cat.categories}
        if any(depths.values()):
            by_row = pd.Series(numbers_of(column, depths), index=column.index)
            if by_row.nunique() > 1:
                indents[i] = by_row
            cells[i] = mapped(column, str.strip)
    return replace(table, cells=cells, indents=indents)
