"""Where things are drawn: indexes on a log scale, periods in time, labels beside each other."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from spamindex import periods
from spamindex.charts.panels import Chart

_FAR = 30  # times beyond the indexes, an end of an interval is no longer drawn to scale


@dataclass(frozen=True)
class Scale:
    """A log scale for indexes, as powers of ten from ``start`` to ``end``, with a place for 0.

    Left of its start there is no room for 0 on a log scale, so 0 is drawn apart.
    """

    start: float
    end: float
    has_zero: bool

    @property
    def zero(self) -> float:
        """Where an index of 0 is drawn."""
        return self.start - 0.12 * (self.end - self.start)

    @property
    def floor(self) -> float:
        """Below which nothing but 0 is drawn: where the log scale begins, with a little room."""
        return self.start - (0.06 if self.has_zero else 0.03) * (self.end - self.start)

    @property
    def first(self) -> float:
        """Where the axis begins."""
        return self.start - (0.17 if self.has_zero else 0.03) * (self.end - self.start)

    @property
    def last(self) -> float:
        """Where the axis ends."""
        return self.end + 0.03 * (self.end - self.start)

    def at(self, index: float) -> float:
        """Where an index is drawn, or an end of its interval; beyond the axis at its end."""
        if index <= 0:
            return self.zero if self.has_zero else self.first
        return min(max(math.log10(index), self.floor), self.last)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """At most so many places on the axis with round numbers."""
        zero = [(self.zero, "0")] if self.has_zero else []
        decades = range(
            max(math.floor(self.start), sys.float_info.min_10_exp),
            min(math.ceil(self.end), sys.float_info.max_10_exp) + 1,
        )
        for steps in ((1, 2, 5), (1, 3), (1,)):
            round_ = [step * 10.0**decade for decade in decades for step in steps]
            round_ = [number for number in round_ if self._holds(number)]
            if len(round_) + len(zero) <= most:
                break
        every = -(-len(round_) // (most - len(zero)))
        middle = round_.index(1.0) % every  # 1 is always among them
        return zero + [(math.log10(number), f"{number:g}") for number in round_[middle::every]]

    def _holds(self, number: float) -> bool:
        return self.start - 1e-9 <= math.log10(number) <= self.end + 1e-9


def scale(chart: Chart) -> Scale:
    """The scale on which all panels are drawn: of all their indexes, 1, and their intervals."""
    series = [one for panel in chart.panels for one in panel.series]
    indexes = np.concatenate([one.index for one in series])
    bounds = np.concatenate([bound for one in series for bound in (one.low, one.high)])
    drawn = indexes[indexes > 0]
    least, most = float(drawn.min(initial=1.0)), float(drawn.max(initial=1.0))
    near = bounds[(bounds > 0) & (bounds >= least / _FAR) & (bounds <= most * _FAR)]
    start, end = (math.log10(end) for end in (near.min(initial=least), near.max(initial=most)))
    room = max(0.0, 0.6 - (end - start)) / 2  # less than a factor of four would look like much
    has_zero = bool((indexes == 0).any() or (bounds == 0).any())
    return Scale(start - room, end + room, has_zero)


def moments(there: Sequence[str]) -> list[float]:
    """Where periods lie in time; evenly apart where they are not all of one ISO kind.

    >>> moments(["2010-01", "2010-02", "2010-12"])
    [24120.0, 24121.0, 24131.0]
    """
    found = [_moment(period) for period in there]
    kinds = {kind for kind, _ in found}
    if kinds & {None} or len(kinds) > 1:
        return [float(i) for i in range(len(there))]
    return [moment for _, moment in found]


def _moment(period: str) -> tuple[str | None, float]:
    if periods.iso(period) != period:
        return None, math.nan
    year, *rest = period.split("-")
    if not rest:
        return "year", float(year)
    if rest[0].startswith("Q"):
        return "quarter", int(year) * 4.0 + int(rest[0][1:]) - 1
    if len(rest) == 1:
        return "month", int(year) * 12.0 + int(rest[0]) - 1
    return "day", float(date.fromisoformat(period).toordinal())


def some(when: Sequence[float], most: int) -> list[int]:
    """Which of the periods to name, at most so many and none too near: every one, or every 12th.

    >>> some([0, 1, 2, 3, 30, 31], 6)
    [0, 4]
    """
    steps = (1, 2, 3, 6, *(12 * 2**k for k in range(40)))
    step = next(step for step in steps if len(when) <= step * most)
    apart = (when[-1] - when[0]) / (most + 1)
    named: list[int] = []
    for i in range(0, len(when), step):
        if not named or when[i] - when[named[-1]] >= apart:
            named.append(i)
    return named


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Places as near as can be to those that are wanted, so that none of these sizes overlap.

    Those that are too near are moved apart together, so that their middle stays, or all of them
    are between ``low`` and ``high``; there has to be room for that.

    >>> spread([0.0, 0.1, 5.0], [1.0, 1.0, 1.0], 0.0, 6.0)
    [0.5, 1.5, 5.0]
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
