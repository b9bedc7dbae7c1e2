"""Which line has the headings, and where a table ends: titles, comment lines, footers left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

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

_SAMPLE = 1000
# A rule of dashes, as programs draw them between rows.
_RULE = re.compile(r"\s*[-+=|:─━═┼├┤╪]{3,}[-+=|:─━═┼├┤╪ ]*")
_LINE = Remedy("header", None, "names the line of the headings (0 for none)")
_SEPARATOR = Remedy("delimiter", None, "names the separator")
_QUOTE = "quote a cell with a separator in it"
_BROKEN = "is a cell missing, or the line broken? Write a blank cell for what is not known"
_BELOW = "text below the table"


def table(rows: Rows, options: TableOptions) -> Table:
    """The first table among the rows of a file, under its headings.

    Left out, and said, are blank lines, comments, text above and below the table, a second table
    below it, and its headings where they are repeated. Raises FileError where a row can't stand
    under the headings, ColumnError where it is not certain which line they are.
    """
    raw = rows.table
    filled = np.zeros(len(raw.cells), np.int64)  # to which cell each row is filled
    for i in range(len(raw.headings)):
        filled[where(raw.column(i), str.strip)] = i + 1
    if not filled.any():
        raise FileError(f"{raw.name}: is empty; a table of names and figures is needed")
    usual = _usual_width(rows, filled)
    comments = _comments(raw, filled, usual)
    headings, header, first = _headings(rows, options, filled, ~comments, usual)
    width, at = len(headings), np.arange(len(filled))
    repeated = np.zeros(len(filled), bool)
    rules = (filled == 1) & where(raw.column(0), _RULE.fullmatch)
    if header:
        # A row whose figure is missing, right below the headings, is a row all the same.
        first = min(first, header[-1] + 1)
        codes = [raw.column(i).cat.codes.to_numpy() for i in range(width)]
        repeated = np.logical_and.reduce([of == of[header[-1]] for of in codes])
    passed = comments | repeated | rules
    end, below = _end(rows, filled, passed, first, width)
    kept = (filled > 0) & ~passed & (at >= first) & (at < end)
    if not kept.any():
        raise FileError(f"{raw.name}: only headings, no rows under them")
    _check_widths(rows, kept, filled, width)
    lines = raw.cells.index.to_numpy()
    for what, left in (
        ("text before the table", (at < (header[0] if header else first)) & ~comments),
        ("comments", comments),
        ("repeated headings", repeated & (at >= first) & ~comments),
        (below, (at >= end) & ~comments),
    ):
        if len(among := lines[left & (filled > 0) & ~kept]):
            raw.findings.notes.append(f"left out: {lines_of(among)} ({what})")
    there = np.flatnonzero(kept)
    gaps = _gaps(filled, there)
    if 0 < len(gaps) < len(there) - 1 and not rows.certain:
        gap = lines_of(lines[there[gaps]])
        raw.findings.doubts.append(Doubt(f"goes on after a blank line at {gap}: is it one table?"))
    return _tidied(replace(raw, headings=headings, cells=raw.cells.iloc[kept, :width]))


def _usual_width(rows: Rows, filled: Widths) -> int:
    """To which cell most rows are filled, of those that are filled to the second at least."""
    common = np.bincount(filled, minlength=3)
    common[:2] = 0
    if not common.any():
        fault, settles = f"{rows.table.name}: can't find the columns", [_SEPARATOR]
        if rows.delimiter:
            raise FileError(f"{fault}; is another character between them?", settles=settles)
        raise FileError(fault)
    return len(common) - 1 - int(np.argmax(common[::-1]))  # the wider of two that are as common


def _cells(raw: Table, row: int | np.integer) -> list[str]:
    """The cells of a row, without blanks around them and with single ones in them."""
    return [" ".join(text.split()) for text in raw.row(int(row))]


def _has_figures(raw: Table, row: int | np.integer) -> bool:
    return any(map(is_figure, _cells(raw, row)))


def _comments(raw: Table, filled: Widths, usual: int) -> Mask:
    """The lines that begin like a comment and are no row of figures."""
    comments = where(raw.column(0), lambda text: text.lstrip().startswith(words.COMMENTS))
    wide = filled >= usual
    others = np.flatnonzero(~comments & wide)
    headings_follow = len(others) > 0 and not _has_figures(raw, others[0])
    for row in np.flatnonzero(comments & wide):
        # One with figures may be a row that was put out of use: whoever adds rows up, asks.
        # The first full line may be headings that a program has marked.
        marked = row == np.argmax(wide) and not headings_follow
        comments[row] = not (marked or _has_figures(raw, row))
    return comments


def _kind(text: str) -> str:
    """What a cell looks like: a date, which a year is, a figure, text, or nothing."""
    if is_missing(text):
        return "nothing"
    return "date" if periods.iso(text) else "figure" if is_figure(text) else "text"


def _headings(
    rows: Rows, options: TableOptions, filled: Widths, passable: Mask, usual: int
) -> tuple[list[str], list[int], int]:
    """The headings, the rows on which they stand (none, one or two), and the first row of data."""
    raw, widths = rows.table, rows.widths
    full = (filled > 1) & (widths >= usual) & passable
    if rows.certain:
        return _cells(raw, 0)[: widths[0]], [0], 1
    if options.header is not None:
        return _named_header(rows, options.header, filled, full)
    there = np.flatnonzero(full)[:_SAMPLE].tolist()
    if not there:
        raise FileError(f"{raw.name}: its rows differ in how many cells they have: is it a table?")
    sample = raw.cells.iloc[there].to_numpy().tolist()
    cells = {row: [" ".join(t.split()) for t in of] for row, of in zip(there, sample, strict=True)}
    kinds = {row: list(map(_kind, of)) for row, of in cells.items()}
    if len(there) == 1 and not any(map(is_figure, cells[there[0]])):
        raise FileError(f"{raw.name}: only headings, no rows under them")
    first = next((row for row in there if "figure" in kinds[row]), there[min(1, len(there) - 1)])
    above, first = _above_the_data(cells, kinds, first)
    if not above:
        _refuse_narrow(raw, widths, first)
        row = cells[first][: widths[first]]
        figures = list(filter(is_figure, row))
        if not figures or not all(map(periods.iso, figures)):
            return [""] * len(row), [], first
        if not _says_headings(row, options):
            raise _ambiguous(raw, first, row)
        return row, [first], first + 1
    header, before = above[-1], above[-2] if len(above) > 1 else -1
    # A line with another number of cells than all others is a title, a line like it a repeat.
    title = filled[before] > usual == widths[header] or cells[header] == cells.get(before)
    if before == header - 1 >= 0 and not title:
        joined = _with_units(cells[before], cells[header], raw, [before, header])
        return joined[: max(widths[before], widths[header])], [before, header], first
    known = list(filter(BUILT_IN.knows, cells[header]))
    of_years = "figure" not in kinds[first] and "date" in kinds[header]
    if (of_years or known == cells[header][:1]) and not _says_headings(cells[header], options):
        raise _ambiguous(raw, header, cells[header])
    return cells[header][: widths[header]], [header], first


def _refuse_narrow(raw: Table, widths: Widths, first: int) -> None:
    """Refuse headings right above rows that have more cells, as decimal commas make them."""
    above = _cells(raw, first - 1)[: widths[first - 1]] if first else []
    if len(above) < 2 or any(map(is_figure, [*above, _cells(raw, first)[0]])):
        return
    if meaning.names_os(above[0]) or meaning.words(above[0]) in words.NAME_HEADINGS:
        raise FileError(
            f"{raw.at(raw.cells.index[first])}: has {widths[first]} cells, but there are "
            f"{len(above)} headings: {_QUOTE}",
            settles=[_SEPARATOR],
        )


def _named_header(
    rows: Rows, line: int, filled: Widths, full: Mask
) -> tuple[list[str], list[int], int]:
    """The headings on a line that was named; on line 0 there are none."""
    raw = rows.table
    if line == 0:
        return [""] * int(filled[full].max(initial=2)), [], int(np.argmax(full))
    for row in np.flatnonzero((raw.cells.index == line) & (filled > 0)).tolist():
        return _cells(raw, row)[: rows.widths[row]], [row], row + 1
    raise ColumnError(f"{raw.name}: has no headings on line {line}, which is blank or not there")


def _above_the_data(
    cells: Mapping[int, list[str]], kinds: Mapping[int, list[str]], first: int
) -> tuple[list[int], int]:
    """The rows above those of data, and the first of those; ``first`` has a figure in it."""
    figures = {}  # the kind of the columns that are mostly of figures, or dates
    for i, of in enumerate(zip(*(kinds[row] for row in kinds if row >= first), strict=True)):
        dates, numbers = of.count("date"), of.count("figure")
        if 2 * (numbers + dates) >= len(of) - of.count("nothing") > 0:
            figures[i] = "figure" if numbers >= dates else "date"

    def fits(row: int, *, loosely: bool) -> bool:
        """Whether a row could be one of data: nothing but figures stands over figures.

        Loosely, years may stand over numbers, right of a name and below headings.
        """
        of, named = kinds[row], bool(cells[row][0]) and kinds[row][0] not in ("figure", "date")
        return all(
            of[i] in (kind, "nothing") or (loosely and named and of[i] == "date")
            for i, kind in figures.items()
        )

    above = [row for row in cells if row < first]
    while figures and above and fits(above[-1], loosely=len(above) > 1):
        first = above.pop()
    # A known system heads a column in a wide table alone, beside others and over figures.
    while above and BUILT_IN.knows(cells[above[-1]][0]):
        beside = any(map(BUILT_IN.knows, cells[above[-1]][1:]))
        if len(above) == 1 and (beside or kinds[first][0] == "figure"):
            break
        first = above.pop()
    return above, first


def _says_headings(row: list[str], options: TableOptions) -> bool:
    """Whether a row has a word that heads a column of names, or a column that an option names."""
    named = {options.key, options.column, *options.sum, *(w.column for w in options.where)}
    named.update(column for by in options.by for column in by.columns)
    said = {meaning.words(name) for name in named if name} | words.NAME_HEADINGS
    return not BUILT_IN.knows(row[0]) and any(
        meaning.names_os(text)
        or (meaning.words(text) in said and not is_figure(text))
        or (meaning.is_period(text) and not periods.iso(text))
        for text in row
    )


def _ambiguous(raw: Table, row: int, cells: list[str]) -> ColumnError:
    shown = ", ".join(map(repr, filter(None, cells)))
    where_ = raw.at(raw.cells.index[row])
    return ColumnError(f"{where_}: could be headings or figures: {shown}", settles=[_LINE])


def _with_units(headings: list[str], below: list[str], raw: Table, rows: list[int]) -> list[str]:
    """Headings with the units of a second line. Raises ColumnError if it says anything else."""
    units = words.NAME_HEADINGS.union(words.MULTIPLES, *words.OF_PERCENT)
    said = [meaning.words(text).removeprefix("in ") for text in below if not is_missing(text)]
    if not units.issuperset(said):
        one, other = raw.cells.index[rows]
        raise ColumnError(
            f"{raw.name}: lines {one} and {other} could both be headings: name each column in one "
            "line of the file",
            settles=[_LINE],
        )
    return [
        heading if is_missing(unit) else f"{heading} ({unit.strip('()[]')})"
        for heading, unit in zip(headings, below, strict=True)
    ]


def _gaps(filled: Widths, there: Widths) -> Widths:
    """Which of some rows, but the first, follow a blank line."""
    after = np.unique(np.searchsorted(there, np.flatnonzero(filled == 0)))
    return after[(after > 0) & (after < len(there))]


def _end(rows: Rows, filled: Widths, passed: Mask, first: int, width: int) -> tuple[int, str]:
    """Where the table ends, and what stands below it.

    It ends at a row that is no row of it: after a blank line, text without a figure, or headings;
    or, below all others, lines with one cell.
    """
    raw = rows.table
    there = np.flatnonzero((filled > 0) & ~passed & (np.arange(len(filled)) >= first))
    spaced = _gaps(filled, there)
    for i in spaced if len(spaced) < len(there) - 1 else ():
        row, last = int(there[i]), i + 1 == len(there)
        cells = _cells(raw, row)[: rows.widths[row]]
        if last and meaning.called_footer(cells[0]):
            return row, _BELOW
        # One that begins with a digit is a figure, though it may be one that can't be read.
        if not BUILT_IN.knows(cells[0]) and not any(
            text[:1].isdecimal() or is_figure(text) or is_missing(text) for text in cells
        ):
            other = not last and _has_figures(raw, there[i + 1])
            return row, "another table below" if other else _BELOW
    end = len(filled)
    for row in there[:0:-1]:
        cell = raw.row(row)[0]
        if rows.widths[row] > 1 or BUILT_IN.knows(cell) or is_figure(cell) or width < 2:
            break
        end = int(row)
    return end, _BELOW


def _check_widths(rows: Rows, kept: Mask, filled: Widths, width: int) -> None:
    """Refuse rows with a cell too many, or too few; doubt a last line that seems cut off.

    What is missing at the end of a row is blank, but a row that ends with a figure before the last
    column of figures may have lost any of its cells. Raises FileError with all of them.
    """
    raw, widths, faults = rows.table, rows.widths, []
    odd = np.flatnonzero(kept & ((filled > width) | (widths < width))).tolist()
    sample = raw.cells.iloc[np.flatnonzero(kept)[:_SAMPLE]] if odd else raw.cells.iloc[:0]
    figures = [
        [is_figure(t) for t in map(str.strip, sample[i]) if not is_missing(t)] for i in range(width)
    ]
    last = max((i for i, of in enumerate(figures) if any(of)), default=-1) + 1
    mostly = [i for i, of in enumerate(figures) if 2 * sum(of) > len(of)]
    for row in odd:
        cells, has, why = _cells(raw, row), int(widths[row]), ""
        if filled[row] > width:
            has, why = int(filled[row]), f": {_QUOTE}"
        elif has < last and (is_figure(cells[has - 1]) or has == 1):
            why = f": {_BROKEN}"
        elif (
            has >= last
            and mostly
            and not (is_figure(text := cells[mostly[-1]]) or is_missing(text))
        ):
            why = f", and {text!r} stands where others have a figure: is a cell missing?"
        if why:
            there = f"has {counted(has, 'cell')}, but there are {width} headings"
            faults.append(f"{raw.at(raw.cells.index[row])}: {there}{why}")
    if not rows.ends and _is_cut_off(rows, kept, filled):
        raw.findings.doubts.append(
            Doubt("the last line is shorter than the others and has no line end: is it cut off?")
        )
    if len(faults) > max(2, kept.sum() // 2):
        fault = "most rows have more or fewer cells than the headings: is it a table?"
        faults = [f"{raw.name}: {fault}"]
    if faults:
        raise FileError(*faults, settles=[_SEPARATOR])


def _is_cut_off(rows: Rows, kept: Mask, filled: Widths) -> bool:
    """Whether the last line, which has no line end, looks like the beginning of a row.

    Its cells are fewer than in any other, and it follows the table at once, or its last cell is a
    figure that ends with its decimal mark.
    """
    if _cells(rows.table, len(kept) - 1)[max(rows.widths[-1] - 1, 0)].endswith((".", ",")):
        return bool(kept[-1])
    fewest = rows.widths[kept][:-1].min(initial=10**9)
    follows = len(kept) > 1 and bool(kept[-2]) and filled[-2] > 0
    return bool(rows.widths[-1] < fewest and (kept[-1] or follows))


def _tidied(found: Table) -> Table:
    """The table without blanks before its cells, and how far each was indented."""
    cells, indents = found.cells.copy(deep=False), {}
    for i in range(len(found.headings)):
        column = found.column(i)
        far = {text: len(text) - len(text.lstrip()) for text in column.cat.categories}
        if any(far.values()):
            by_row = pd.Series(numbers_of(column, far), index=column.index)
            if by_row.nunique() > 1:
                indents[i] = by_row
            cells[i] = mapped(column, str.strip)
    return replace(found, cells=cells, indents=indents)
