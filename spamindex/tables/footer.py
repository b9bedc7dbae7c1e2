"""Where the rows of a table end, what stands below it, and rows that are too long or too short."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spamindex import periods, words
from spamindex.errors import Doubt, FileError, Remedy
from spamindex.names import BUILT_IN
from spamindex.tables.numbers import is_figure
from spamindex.tables.rows import Rows, cells_of
from spamindex.tables.table import Column, Mask
from spamindex.words import is_missing

_SAMPLE = 1000


def end(
    rows: Rows, filled: npt.NDArray[np.int64], passed: Mask, first: int, width: int
) -> tuple[int, str]:
    """Where the table ends, and what stands below it.

    It ends at a row that is no row of it: after a blank line, text without a figure, or headings;
    or, below all others, lines with one cell.
    """
    raw = rows.table
    there = np.flatnonzero((filled > 0) & ~passed & (np.arange(len(filled)) >= first))
    spaced = np.diff(there) > 1
    for row in there[1:][spaced] if not spaced.all() else ():
        if not (filled[there[there < row][-1] + 1 : row] == 0).any():
            continue  # comments stand between, and no blank line
        cells = cells_of(raw, row)[: rows.widths[row]]
        if row == there[-1] and words.called_footer(cells[0]):
            return int(row), "text below the table"
        usual = cells_of(raw, there[0])
        if row == there[-1] and any(
            periods.iso(text) and not is_figure(text) and not periods.iso(above)
            for text, above in zip(cells, usual, strict=False)
        ):
            return int(row), "text below the table"
        # One that begins with a digit is a figure, though it may be one that can't be read.
        if not BUILT_IN.knows(cells[0]) and not any(
            text[:1].isdecimal() or is_figure(text) or is_missing(text) for text in cells
        ):
            below = there[there > row]
            table = len(below) and any(is_figure(t) for r in below[:1] for t in cells_of(raw, r))
            return int(row), "another table below" if table else "text below the table"
    end = len(filled)
    for row in there[:0:-1]:
        cell = raw.row(row)[0]
        if rows.widths[row] > 1 or BUILT_IN.knows(cell) or is_figure(cell) or width < 2:
            break
        end = int(row)
    return end, "text below the table"


def gaps(filled: npt.NDArray[np.int64], kept: Mask) -> npt.NDArray[np.int64]:
    """The rows before which there are blank lines, unless those are everywhere."""
    blank = np.cumsum(filled == 0)
    rows = np.flatnonzero(kept)
    gaps = np.diff(blank[rows]) > 0
    return np.zeros(0, np.int64) if gaps.all() else rows[1:][gaps]


def check_widths(rows: Rows, kept: Mask, filled: npt.NDArray[np.int64], width: int) -> None:
    """Refuse rows with a cell too many, or too few.

    What is missing at the end of a row is blank, but a row that ends with a figure before the last
    column of figures may have lost any of its cells. Raises FileError with all of them.
    """
    raw = rows.table
    lines = raw.cells.index.to_numpy()
    faults = {
        int(row): f"{raw.at(lines[row])}: has {filled[row]} cells, but there are {width} "
        "headings: quote a cell with a separator in it"
        for row in np.flatnonzero(kept & (filled > width))
    }
    short = kept & (rows.widths < width)
    if short.any():
        sample = raw.cells.iloc[np.flatnonzero(kept)[:_SAMPLE]]
        with_figures = [
            i for i in range(width) if any(is_figure(str(t).strip()) for t in set(sample[i]))
        ]
        last = max(with_figures, default=-1) + 1
        faults |= {
            int(row): f"{raw.at(lines[row])}: has {rows.widths[row]} cells, but there are "
            f"{width} headings: is a cell missing, or the line broken? Write a blank cell for what "
            "is not known"
            for row in np.flatnonzero(short & (rows.widths < last))
            if is_figure(cells_of(raw, int(row))[rows.widths[row] - 1]) or rows.widths[row] == 1
        }
        mostly = [i for i in with_figures if _mostly_figures(sample[i])]
        faults |= {
            int(row): f"{raw.at(lines[row])}: has {rows.widths[row]} cells, but there are {width} "
            f"headings, and {cells_of(raw, int(row))[i]!r} stands where others have a figure: is a "
            "cell missing?"
            for row in np.flatnonzero(short & (rows.widths >= last))
            for i in mostly[-1:]
            if (text := cells_of(raw, int(row))[i]) and not (is_figure(text) or is_missing(text))
        }
    if not rows.ends and _is_cut_off(rows, kept, filled):
        raw.findings.doubts.append(
            Doubt("the last line is shorter than the others and has no line end: is it cut off?")
        )
    if faults:
        separator = Remedy("delimiter", None, "names the separator")
        raise FileError(*(faults[row] for row in sorted(faults)), settles=[separator])


def _mostly_figures(column: Column) -> bool:
    filled = [text for text in map(str.strip, map(str, column)) if not is_missing(text)]
    return 2 * sum(map(is_figure, filled)) > len(filled)


def _is_cut_off(rows: Rows, kept: Mask, filled: npt.NDArray[np.int64]) -> bool:
    """Whether the last line, which has no line end, looks like the beginning of a row.

    Its cells are fewer than in any other, and it follows the table at once, or its last cell is a
    figure that ends with its decimal mark.
    """
    if cells_of(rows.table, len(kept) - 1)[max(rows.widths[-1] - 1, 0)].endswith((".", ",")):
        return bool(kept[-1])
    fewest = rows.widths[kept][:-1].min(initial=10**9)
    follows = len(kept) > 1 and bool(kept[-2]) and filled[-2] > 0
    return bool(rows.widths[-1] < fewest and (kept[-1] or follows))
