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
        if self.is_log and index <= 0:
            return self.zero if self.has_zero else self.first
        if self.side(index) < 0:
            return self.edge
        return min(math.log10(index) if self.is_log else index, self.last)

    def side(self, index: float) -> int:
        """-1 for an index that is not 0, but below the axis; 1 for one beyond it, or not known."""
        if math.isnan(index):
            return 1
        place = math.log10(index) if self.is_log and index > 0 else index
        return int(place > self.last) - int(self.is_log and index > 0 and place < self.start - 1e-9)

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
    """Where periods lie in time, in days or months; evenly apart where they are not of one kind."""
    spans = {periods.span_of(text) if periods.iso(text) == text else None for text in there}
    if spans == {None} and all(map(str.isdecimal, there)):
        return list(map(float, there))
    if None in spans or len(spans) > 1:
        return [float(i) for i in range(len(there))]
    span = spans.pop()
    if span == "day":
        return [float(date.fromisoformat(text).toordinal()) for text in there]
    if span == "week":
        return [date.fromisocalendar(int(t[:4]), int(t[-2:]), 1).toordinal() / 7 for t in there]
    in_a_year = {"quarter": 4, "month": 12}.get(span or "", 1)
    return [float(in_a_year * int(text[:4]) + int(text[5:].lstrip("Q") or 1)) for text in there]


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
    order = np.argsort(wanted, kind="stable")
    heights = np.array(sizes, float)[order]
    packed = np.cumsum(heights) - heights / 2  # places if all stood on each other from 0 on
    # How far each would be moved up from there must not fall: isotonic regression, by pooling.
    blocks: list[tuple[float, int]] = []
    for shift in np.array(wanted, float)[order] - packed:
        blocks.append((float(shift), 1))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (one, few), (other, more) = blocks.pop(), blocks.pop()
            blocks.append(((one * few + other * more) / (few + more), few + more))
    shifts = np.repeat([shift for shift, _ in blocks], [number for _, number in blocks])
    places = np.empty(len(heights))
    places[order] = packed + np.clip(shifts, low, high - heights.sum())
    return [round(float(place), 12) for place in places]
