"""In which unit a column of figures is, and the figures in percent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

from spamindex import columns
from spamindex.errors import FigureError, UnitError
from spamindex.figures import Reading

Unit: TypeAlias = Literal["percent", "fraction", "count"]

_SLACK = 0.01  # how far, of the whole, rounded shares may add up to more or less than it
_SURELY_COUNTS = 200  # whole numbers that add up to this are no rounded percents


def settle(
    readings: Sequence[Reading], heading: str, where: str, option: str, unit: Unit | None = None
) -> tuple[Reading, Unit]:
    """The one reading of a column that makes sense in a unit, and that unit.

    A percent sign decides, in the cells or in the heading; else what the figures add up to: about
    100 is percent, about 1 is fraction, whole numbers well above 100 are counts. ``where`` and
    ``option`` are named in errors. Raises UnitError where the unit stays open or the figures are
    not what it allows, FigureError where two readings with different decimal marks make sense.

    >>> reading = Reading(".", [0.0514, 0.9265, 0.0221])
    >>> settle([reading], "share", "share.csv", "--share-unit")[1]
    'fraction'
    """
    settled: list[tuple[Reading, Unit]] = []
    refused: list[str] = []
    for reading in readings:
        try:
            found = unit or _inferred(reading, heading, option)
            _check(reading, found)
            settled.append((reading, found))
        except UnitError as error:
            refused.append(str(error))
    if not settled:
        raise UnitError(f"{where}: {refused[0]}")
    if len(settled) > 1:
        one, other = (reading.values for reading, _ in settled)
        a, b = next((a, b) for a, b in zip(one, other, strict=True) if a != b and not math.isnan(a))
        raise FigureError(
            f"{where}: can be read with decimal points or commas ({a:.15g} or {b:.15g}); "
            "say which with --decimal . or --decimal ,"
        )
    return settled[0]


def percents(values: Sequence[float], unit: Unit) -> list[float]:
    """Figures of one table in percent; counts as shares of their total. NaN stays NaN.

    >>> percents([0.0514, 0.07], "fraction"), percents([257.0, 4743.0], "count")
    ([5.14, 7.0], [5.14, 94.86])
    """
    if unit == "percent":
        return list(values)
    if unit == "fraction":  # by way of decimals: 0.0514 * 100 is 5.140000000000001
        return [float(Decimal(repr(value)).scaleb(2)) for value in values]
    total = _total(values)
    return [100 * value / total for value in values]


def _total(values: Sequence[float]) -> float:
    return math.fsum(value for value in values if not math.isnan(value))


def _inferred(reading: Reading, heading: str, option: str) -> Unit:
    values = [value for value in reading.values if value > 0]
    total = _total(values)
    about_one = len(values) > 1 and max(values) <= 1 and abs(total - 1) <= _SLACK
    if reading.percent:
        if reading.plain:
            signed, plain = min(reading.percent), min(reading.plain)
            raise UnitError(f"{signed!r} has a percent sign, {plain!r} has none; say with {option}")
        return "percent"
    if columns.percents(heading):
        if about_one:
            raise UnitError(f"percent by its heading, but adds up to 1; say with {option}")
        return "percent"
    if about_one:
        return "fraction"
    if reading.whole and (
        columns.counts(heading) or max(values, default=0) > 100 or total >= _SURELY_COUNTS
    ):
        return "count"
    no_counts = not reading.whole or columns.shares(heading)
    if abs(total - 100) <= 100 * _SLACK or (1 + _SLACK < total < 100 and no_counts):
        return "percent"
    if total > 100 and not reading.whole:
        raise UnitError(
            f"adds up to {total:.10g}, but percents add up to 100 and counts are whole: "
            "are there several tables in one?"
        )
    raise UnitError(
        f"adds up to {total:.10g}, which leaves its unit open: "
        f"say with {option} percent, fraction or count"
    )


def _check(reading: Reading, unit: Unit) -> None:
    total = _total(reading.values)
    if unit != "percent" and reading.percent:
        raise UnitError(f"{min(reading.percent)!r} has a percent sign, but {unit} was asked for")
    if unit == "count" and not reading.whole:
        part = next(value for value in reading.values if value % 1 > 0)
        raise UnitError(f"{part!r} is not a whole number, as every count is")
    whole = {"percent": 100, "fraction": 1, "count": math.inf}[unit]
    if total > whole * (1 + _SLACK):
        raise UnitError(
            f"{unit}s add up to {total:.10g}, which is more than {whole}: "
            "are there several tables in one, or is it another unit?"
        )
    if total == 0:
        raise UnitError("adds up to 0, so nothing can be said of anybody's share")
