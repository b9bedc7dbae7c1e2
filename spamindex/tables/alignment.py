"""Whether the cells of each row can stand under the headings that they stand under."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spamindex.errors import FileError
from spamindex.tables.cells import Cells
from spamindex.tables.numbers import is_figure, is_missing

_SAMPLE = 1000
_MOSTLY = 0.75


def check(cells: Cells, widths: npt.NDArray[np.int64], width: int) -> None:
    """Refuse rows with a cell too many, one too few, or in another order than the others.

    ``cells`` begin with the headings or the first row, which has ``width`` cells; ``widths`` is how
    many each row has in the file. What is missing at the end of a row is blank, but a row that
    ends with a figure and has none for a later column may have lost any of its cells. Raises
    FileError with all of them.
    """
    faults = {**_wide(cells, width), **_short(cells, widths, width), **_shifted(cells)}
    if faults:
        raise FileError(*(faults[row] for row in sorted(faults)))


def _wide(cells: Cells, width: int) -> dict[int, str]:
    filled_to = filled(cells)
    return {
        int(row): f"{cells.at(row)}: has {filled_to[row]} cells, but the first row has {width}; "
        "quote a cell that holds a delimiter, or name the right --delimiter"
        for row in np.flatnonzero(filled_to > width)
    }


def filled(cells: Cells) -> npt.NDArray[np.int64]:
    """To which cell each row is filled, counted from 1; 0 for a blank one."""
    filled_to = np.zeros(len(cells), np.int64)
    for i, column in enumerate(cells.columns, start=1):
        filled_to[column.where(bool)] = i
    return filled_to


def _short(cells: Cells, widths: npt.NDArray[np.int64], width: int) -> dict[int, str]:
    if not (widths < width).any():
        return {}
    # To which column figures go: a row that ends before has lost one, unless it has none at all.
    parts = [_part(column.distinct[:_SAMPLE]) for column in cells.columns[:width]]
    last = max((i for i, part in enumerate(parts, start=1) if part), default=0)
    return {
        int(row): f"{cells.at(row)}: has {widths[row]} cells, but the first row has {width}: is a "
        "cell missing, or the line broken? Write a blank cell for what is not known"
        for row in np.flatnonzero((widths > 0) & (widths < last))
        if is_figure(cells.row(row)[widths[row] - 1])
    }


def _shifted(cells: Cells) -> dict[int, str]:
    """Rows with a figure where the others have text, and text where the others have figures."""
    sample = range(1, min(len(cells), _SAMPLE))
    parts = [_part([column[row] for row in sample]) for column in cells.columns]
    of_text = [c for c, part in zip(cells.columns, parts, strict=True) if part <= 1 - _MOSTLY]
    of_figures = [c for c, part in zip(cells.columns, parts, strict=True) if part >= _MOSTLY]
    doubtful = np.zeros(len(cells), bool)
    for column in of_text:
        doubtful |= column.where(is_figure)
    doubtful[0] = False
    faults: dict[int, str] = {}
    for column in of_figures if doubtful.any() else ():
        odd = ~column.where(lambda text: is_figure(text) or is_missing(text))
        odd[0] = False
        if (odd <= doubtful).all():  # else it is a column of both
            faults |= {
                int(row): f"{cells.at(row)}: {column[row]!r} stands where the other rows have "
                "figures, and a figure where they have text: are its cells in another order?"
                for row in np.flatnonzero(odd)
            }
    return faults


def _part(texts: list[str]) -> float:
    """What part of the filled cells looks like a figure."""
    there = [text for text in texts if not is_missing(text)]
    return sum(map(is_figure, there)) / max(len(there), 1)
