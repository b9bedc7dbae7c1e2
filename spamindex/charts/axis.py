"""Indexes and dates in, places on an axis out: linear or log, ticks, labels kept apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from spamindex import periods
from spamindex.errors import SpamIndexError

ScaleKind = Literal["linear", "log"]
Figures = npt.NDArray[np.float64]

# An index of 1 has to stand clear of 0: at least a twentieth of the axis, else it is a log one.
_MOST_LINEAR = 20.0
# On a log axis a decade takes as much room as any other, so one OS of 0.0002 would squeeze all that
# matters into a corner. What is beyond is drawn at the edge, with an arrow.
_LEAST_LOG, MOST = 0.01, 1e6
_FAR = 2.0  # times beyond the indexes, an end of an interval is no longer drawn to scale


@dataclass(frozen=True)
class Axis:
    """Where indexes are drawn: on a linear axis from 0 to ``end``, or on a log one.

    ``start`` and ``end`` of a log axis are powers of ten. There is no 0 on it, so 0 is drawn apart,
    left of a break; and so is what is below the start, at the edge.
    """

    is_log: bool
    start: float
    end: float
    has_zero: bool = False

    @property
    def zero(self) -> float:
        """Where an index of 0 is drawn."""
        return self.start - 0.16 * (self.end - self.start) if self.is_log else 0.0

    @property
    def edge(self) -> float:
        """Where an index is drawn that is too small for a log axis, but not 0."""
        return self.start - 0.05 * (self.end - self.start) if self.is_log else 0.0

    @property
    def rift(self) -> float:
        """Where a log axis is broken, between 0 and its edge."""
        return (self.zero + self.edge) / 2

    @property
    def first(self) -> float:
        """Where the axis begins."""
        if not self.is_log:
            return 0.0
        return (self.zero if self.has_zero else self.edge) - 0.03 * (self.end - self.start)

    @property
    def last(self) -> float:
        """Where the axis ends."""
        return self.end + 0.03 * (self.end - self.start)

    @property
    def one(self) -> float:
        """Where the fair share is drawn."""
        return self.at(1.0)

    def at(self, index: float) -> float:
        """Where an index is drawn, or an end of its interval; beyond the axis at its end."""
        if not self.is_log:
            return min(index, self.last)
        if index <= 0:
            return self.zero if self.has_zero else self.first
        place = math.log10(index)
        return self.edge if self.is_below(index) else min(place, self.last)

    def is_below(self, index: float) -> bool:
        """Whether an index is not 0, but smaller than the axis begins."""
        return self.is_log and index > 0 and math.log10(index) < self.start - 1e-9

    def is_above(self, index: float) -> bool:
        """Whether an index, or a bound that is not known, is larger than the axis ends."""
        if math.isnan(index):
            return True
        return (math.log10(index) if self.is_log and index > 0 else index) > self.last

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """At most so many places on the axis with round numbers."""
        if self.is_log:
            return self._log_ticks(most)
        steps = (step * 10.0**power for power in range(-3, 9) for step in (1, 2, 5))
        counts = ((step, int(self.last / step + 1e-9) + 1) for step in steps)
        step, count = next((step, count) for step, count in counts if count <= most)
        return [(float(f"{i * step:.9g}"), f"{i * step:,.9g}") for i in range(count)]

    def _log_ticks(self, most: int) -> list[tuple[float, str]]:
        zero = [(self.zero, "0")] if self.has_zero else []
        decades = range(math.floor(self.start), math.ceil(self.end) + 1)
        for steps in ((1, 2, 5), (1, 3), (1,)):
            numbers = [step * 10.0**decade for decade in decades for step in steps]
            numbers = [n for n in numbers if self.start - 1e-9 <= math.log10(n) <= self.end + 1e-9]
            if len(numbers) + len(zero) <= most:
                break
        every = -(-len(numbers) // max(1, most - len(zero)))
        middle = numbers.index(1.0) % every  # 1 is always among them
        return zero + [(math.log10(n), f"{n:,.9g}") for n in numbers[middle::every]]


def axis_of(indexes: Figures, bounds: Figures, kind: ScaleKind | None = None) -> Axis:
    """The axis on which indexes are drawn, 1, and the bounds of their intervals; NaN is none.

    ``kind`` is linear, log or, left out, what suits them. Raises SpamIndexError for another one.
    """
    if kind not in (None, "linear", "log"):
        raise SpamIndexError(f"{kind!r} is not a scale: linear or log")
    drawn = indexes[indexes > 0]
    least, most = float(drawn.min(initial=1.0)), float(drawn.max(initial=1.0))
    near = bounds[(bounds > 0) & (bounds <= most * _FAR)]
    most = float(near.max(initial=most))
    if kind == "linear" or (kind is None and most <= _MOST_LINEAR):
        return Axis(False, 0.0, min(max(most, 1.2), MOST))
    least = float(near[near >= least / _FAR].min(initial=least))
    start, end = math.log10(max(least, _LEAST_LOG)), math.log10(min(most, MOST))
    room = max(0.0, 0.6 - (end - start)) / 2  # less than a factor of four would look like much
    has_zero = bool((indexes == 0).any() or (bounds == 0).any())
    return Axis(True, start - room, end + room, has_zero)


def moments(there: Sequence[str]) -> list[float]:
    """Where periods lie in time; evenly apart where they are not all of one kind."""
    found = [_moment(period) for period in there]
    kinds = {kind for kind, _ in found}
    if kinds & {None} or len(kinds) > 1:
        return [float(i) for i in range(len(there))]
    return [moment for _, moment in found]


def _moment(period: str) -> tuple[str | None, float]:
    """What span of time a period is, and where it lies, counted in such spans."""
    span = periods.span_of(period) if periods.iso(period) == period else None
    if span is None:
        return ("number", float(period)) if period.isdecimal() else (None, math.nan)
    if span == "day":
        return span, float(date.fromisoformat(period).toordinal())
    year, number = int(period[:4]), int(period[5:].lstrip("QW") or 1)
    if span == "week":
        return span, date.fromisocalendar(year, 1, 1).toordinal() / 7 + number - 1
    return span, year * {"year": 1.0, "quarter": 4.0, "month": 12.0}[span] + number - 1


def some(when: Sequence[float], most: int) -> list[int]:
    """Which periods to name: the last one, and back from it at most so many, none too near."""
    steps = (1, 2, 3, 6, *(12 * 2**k for k in range(40)))
    step = next(step for step in steps if len(when) <= step * most)
    apart = (when[-1] - when[0]) / (most + 1)
    named: list[int] = []
    for i in range(len(when) - 1, -1, -step):
        if not named or when[named[-1]] - when[i] >= apart:
            named.append(i)
    return named[::-1]


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Places as near as can be to those that are wanted, so that none of these sizes overlap.

    Those that are too near are moved apart together, so that their middle stays, or all of them
    are between ``low`` and ``high``; there has to be room for that.
    """
    blocks: list[tuple[float, list[int]]] = []  # the start of each block, and who is in it

    def extent(members: list[int]) -> float:
        return sum(sizes[i] for i in members)

    for i in sorted(range(len(wanted)), key=lambda i: wanted[i]):
        start, members = wanted[i] - sizes[i] / 2, [i]
        while True:
            start = max(low, min(start, high - extent(members)))
            if not blocks or blocks[-1][0] + extent(blocks[-1][1]) <= start:
                break
            before, earlier = blocks.pop()
            middle = before + extent(earlier) / 2, start + extent(members) / 2
            both = len(earlier) + len(members)
            centre = (middle[0] * len(earlier) + middle[1] * len(members)) / both
            members = [*earlier, *members]
            start = centre - extent(members) / 2
        blocks.append((start, members))
    places = [0.0] * len(wanted)
    for start, members in blocks:
        for i in members:
            places[i] = round(start + sizes[i] / 2, 12)
            start += sizes[i]
    return places
