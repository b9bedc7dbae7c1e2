"""What is behind the shares of a table: counts of messages or visits, or digits alone."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from spamindex.errors import FigureError, SpamIndexNote, UnitError
from spamindex.tables import columns
from spamindex.tables import numbers as figures
from spamindex.tables.headings import Role
from spamindex.tables.layout import Entries
from spamindex.tables.units import MOST_COUNTED, Figures, Unit

_TOTAL_OPTION: dict[Role | None, str] = {
    "spam": "--spam-total",
    "market": "--share-total",
    None: "total=",
}
_ABOUT = 0.01  # how far, of itself, a share may be from what its count says


def behind(
    table: Entries,
    figures_: Figures,
    unit: Unit,
    of: Role | None,
    *,
    counts: bool,
    total: int | None,
    rounding: bool,
) -> dict[str, npt.NDArray[np.float64]]:
    """What is asked for of the figures of a table, a number for each row.

    ``count`` and ``total`` say how many messages or visits a share stands for, where the table
    knows (``counts``) or its sample size is given (``total``), with ``share`` in percent anew
    where they stand beside rounded ones; ``half`` is half a unit of a share's
    last digit, in percent (``rounding``). Raises UnitError where the unit has no such thing or
    counts and shares contradict each other, FigureError where a count is none.
    """
    found: dict[str, npt.NDArray[np.float64]] = {}
    if unit == "count" and (total is not None or rounding):
        option = "--rounding" if rounding else _TOTAL_OPTION[of]
        raise UnitError(f"{table.title}: holds counts, and {option} is for shares; leave it out")
    if total is not None:
        found["count"] = figures_.amounts(unit) / 100 * total
        found["total"] = np.full(len(table), float(total))
    elif counts and unit == "count":
        amounts, groups = _whole(figures_.values, table.title), table.groups()
        sums = np.bincount(groups, weights=amounts).astype(np.float64)
        found["count"], found["total"] = amounts, sums[groups]
    elif counts:
        found |= _beside(table, figures_, unit, of)
    if rounding:
        found["half"] = _half_units(table, figures_.reading.mark, unit)
    return found


def _beside(
    table: Entries, figures_: Figures, unit: Unit, of: Role | None
) -> dict[str, npt.NDArray[np.float64]]:
    """The counts in a column beside the shares, if there is one, and their totals."""
    others = [i for i in table.others if i not in (*table.by, table.period, table.above)]
    number = columns.count_column(table.cells, others, of)
    if number is None:
        return {}
    column = table.column(number)
    note = f"{table.cells.name}: column {column.heading!r}: taken for the counts behind the shares"
    warnings.warn(SpamIndexNote(note), stacklevel=4)
    counts = column.figures(_counts)
    bad = np.flatnonzero(np.isnan(counts))
    if len(bad):
        at = f"column {column.heading!r}"
        raise FigureError(*(f"{table.cells.at(i)}: {at}: {column[i]!r} is no count" for i in bad))
    _whole(counts, f"{table.cells.name}: column {column.heading!r}")

    shares, groups = figures_.amounts(unit), table.groups()
    parts, sums = (np.bincount(groups, weights=amounts) for amounts in (shares, counts))
    halves = _half_units(table, figures_.reading.mark, unit)
    # Of all messages, too, where the table holds only the first few systems.
    whole = abs(parts - 100) <= np.bincount(groups, weights=halves) * (1 + _ABOUT)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        totals = np.where(whole, sums, np.round(100 * sums / parts))[groups]
    slack = _ABOUT * shares + 2 * halves
    with np.errstate(invalid="ignore", divide="ignore"):
        wrong = np.flatnonzero(~(abs(100 * counts / totals - shares) <= slack))
    if len(wrong):
        i = wrong[0]
        raise UnitError(
            f"{table.cells.at(i)}: column {column.heading!r}: {counts[i]:.10g} of {totals[i]:.10g} "
            f"is not {shares[i]:.10g} percent; leave the column out if it counts something else"
        )
    # The shares are those of the counts: what was printed is rounded, and may be out of bounds.
    return {"share": 100 * counts / totals, "count": counts, "total": totals}


def _counts(texts: list[str]) -> list[float]:
    readings = figures.read(texts)
    return next((reading for reading in readings if reading.whole), readings[0]).values


def _whole(counts: npt.NDArray[np.float64], where: str) -> npt.NDArray[np.float64]:
    if not (counts == np.floor(counts)).all():
        raise FigureError(f"{where}: not all are whole, but intervals need what was counted")
    if counts.sum() > MOST_COUNTED:
        raise FigureError(f"{where}: adds up to {counts.sum():.10g}, more than anybody has counted")
    return counts


def _half_units(table: Entries, mark: str, unit: Unit) -> npt.NDArray[np.float64]:
    halves = table.column(table.value).figures(
        lambda texts: [figures.half_unit(text, mark) for text in texts]
    )
    return 100 * halves if unit == "fraction" else halves
