"""In which unit a column of figures is, and the figures in percent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from spamindex.errors import FigureError, UnitError
from spamindex.tables import headings
from spamindex.tables.numbers import Reading

Unit: TypeAlias = Literal["percent", "fraction", "count"]

MOST_COUNTED = 1e18  # bytes of traffic can be counted too; far beyond, intervals overflow

_SLACK = 0.01  # how far, of the whole, rounded shares may add up to more or less than it
_SOME = 3  # figures that add up to 1 by more than chance
_NOTHING = "adds up to 0, so nothing can be said of anybody's share"
_SURELY_COUNTS = 200  # whole numbers that add up to this are no rounded percents


@dataclass(frozen=True)
class Figures:
    """The figures of a table in one reading: the texts', each row's, and those of each total.

    ``codes`` leads from rows to texts, ``groups`` from rows to the totals they are parts of.
    """

    reading: Reading
    codes: npt.NDArray[np.integer]
    groups: npt.NDArray[np.integer]

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """The figure of each row."""
        values: npt.NDArray[np.float64] = np.array(self.reading.values)
        return values.take(self.codes)

    @property
    def totals(self) -> npt.NDArray[np.float64]:
        """What the figures of each group add up to."""
        return np.bincount(self.groups, weights=self.values).astype(np.float64)

    def amounts(self, unit: Unit) -> npt.NDArray[np.float64]:
        """The figure of each row as what can be added up: shares in percent, counts as they are."""
        if unit != "fraction":
            return self.values
        # By way of decimals: 0.0514 * 100 is 5.140000000000001.
        percents: npt.NDArray[np.float64] = np.array(
            [float(Decimal(repr(value)).scaleb(2)) for value in self.reading.values]
        )
        return percents.take(self.codes)


def settle(
    candidates: Sequence[Figures], heading: str, where: str, option: str, unit: Unit | None = None
) -> tuple[Figures, Unit]:
    """The one reading of a column that makes sense in a unit, and that unit.

    A percent sign decides, in the cells or in the heading; else what the figures add up to: about
    100 is percent, about 1 is fraction, whole numbers well above 100 are counts. ``where`` and
    ``option`` are named in errors. Raises UnitError where the unit stays open or the figures are
    not what it allows, FigureError where two readings with different decimal marks make sense.

    >>> rows = np.arange(3)
    >>> shares = Figures(Reading(".", [0.0514, 0.9265, 0.0221]), rows, np.zeros(3, int))
    >>> settle([shares], "share", "share.csv", "--share-unit")[1]
    'fraction'
    """
    settled: list[tuple[Figures, Unit]] = []
    refused: list[str] = []
    for figures in candidates:
        try:
            found = unit or _inferred(figures, heading, option)
            _check(figures, found)
            settled.append((figures, found))
        except UnitError as error:
            refused.append(str(error))
    if unit == "count":  # whole, but for amounts that somebody calls counts: users in millions
        settled = [(one, its) for one, its in settled if one.reading.whole] or settled
    if not settled:
        raise UnitError(f"{where}: {refused[0]}")
    if len(settled) > 1:
        one, other = (figures.reading.values for figures, _ in settled)
        a, b = next((a, b) for a, b in zip(one, other, strict=True) if a != b)
        raise FigureError(
            f"{where}: can be read with decimal points or commas ({a:.15g} or {b:.15g}); "
            "say which with --decimal . or --decimal ,"
        )
    return settled[0]


def _inferred(figures: Figures, heading: str, option: str) -> Unit:
    reading = figures.reading
    if reading.percent and reading.plain:
        signed, plain = min(reading.percent), min(reading.plain)
        raise UnitError(f"{signed!r} has a percent sign, {plain!r} has none; say with {option}")
    largest = max(reading.values)
    totals = figures.totals
    if totals.max() == 0:
        raise UnitError(_NOTHING)
    total = float(totals.max())  # of the most complete table, where there are several
    parts = figures.values[figures.groups == totals.argmax()]
    several = np.count_nonzero(parts) > 1
    if reading.percent or "%" in heading:
        if not reading.percent and several and largest <= 1:
            raise UnitError(f"has a % above it, but adds up to {total:.10g}; say with {option}")
        return "percent"
    if several and largest <= 1 and abs(total - 1) <= _SLACK:
        return "fraction"
    if headings.says_counts(heading):
        if not reading.whole:
            raise UnitError(
                "counts by its heading, but not all are whole numbers as they are written; say "
                f"with {option}"
            )
        return "count"
    _refuse_one_beside(parts, option)
    return _by_total(total, largest, reading.whole, heading, option)


def _refuse_one_beside(parts: npt.NDArray[np.float64], option: str) -> None:
    """Refuse fractions or percents with one figure of another kind among them: a sample size."""
    one, others = parts.max(), np.sort(parts)[:-1]
    for whole, unit in ((1, "fractions"), (100, "percents")):
        about = abs(others.sum() - whole) <= whole * _SLACK
        told = whole == 100 or parts.sum() < 100 * (1 - _SLACK)  # else all are percents
        if about and told and np.count_nonzero(others) >= _SOME and others.max() <= whole < one:
            raise UnitError(
                f"adds up to {parts.sum():.10g}, and without {one:.10g} to about {whole}: are they "
                f"{unit}, and {one:.10g} something else? Say with {option}"
            )


def _by_total(total: float, largest: float, whole: bool, heading: str, option: str) -> Unit:
    """The unit of figures that neither a sign nor their heading names: by what they add up to."""
    may_be_counts = whole and not headings.says_percents(heading)
    if may_be_counts and largest > 100:  # more than any share
        return "count"
    may_be_counts = may_be_counts and not headings.says_shares(heading)
    if may_be_counts and total >= _SURELY_COUNTS:
        return "count"
    if abs(total - 100) <= 100 * _SLACK or (largest > 1 and total < 100 and not may_be_counts):
        return "percent"
    if total > 100 and not may_be_counts:
        raise UnitError(
            f"adds up to {total:.10g}, but percents add up to 100: are there several tables in "
            f"one? If they are counts, say so with {option} count"
        )
    raise UnitError(
        f"adds up to {total:.10g}, which leaves its unit open: "
        f"say with {option} percent, fraction or count"
    )


def _check(figures: Figures, unit: Unit) -> None:
    reading = figures.reading
    if unit != "percent" and reading.percent:
        raise UnitError(f"{min(reading.percent)!r} has a percent sign, but {unit} was asked for")
    whole = {"percent": 100, "fraction": 1, "count": math.inf}[unit]
    totals = figures.totals
    if totals.max() > whole * (1 + _SLACK):
        raise UnitError(
            f"{unit}s add up to {totals.max():.10g}, which is more than {whole}: "
            "are there several tables in one, or is it another unit?"
        )
    if unit == "count" and totals.max() > MOST_COUNTED:
        raise UnitError(f"counts add up to {totals.max():.10g}, more than anybody has counted")
    if totals.max() == 0:
        raise UnitError(_NOTHING)
