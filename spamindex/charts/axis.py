"""Spam indexes and periods in, positions on an axis out: linear or log scale, ticks, labels."""

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

# An index of 1 must be visibly above 0: at least a twentieth of the axis. Else the scale is log.
_MAX_LINEAR = 20.0
# On a log scale each decade takes the same room, so one OS at 0.0002 would squeeze all others into
# a corner. Indexes outside these limits are drawn as arrows at the edge.
_MIN_LOG, MAX_INDEX = 0.01, 1e6
_MAX_STRETCH = 2.0  # an interval reaches at most this many times beyond the indexes


@dataclass(frozen=True)
class Axis:
    """An axis of spam indexes: linear from 0 to ``end``, or log between two powers of ten.

    ``start`` and ``end`` of a log axis are exponents. A log scale has no 0: an index of 0 is drawn
    left of an axis break, and one below the start is drawn at the edge.
    """

    is_log: bool
    start: float
    end: float
    has_zero: bool = False

    @property
    def zero(self) -> float:
        """The position of an index of 0."""
        return self.start - 0.16 * (self.end - self.start) if self.is_log else 0.0

    @property
    def edge(self) -> float:
        """The position of an index that is above 0, but too small for the log scale."""
        return self.start - 0.05 * (self.end - self.start) if self.is_log else 0.0

    @property
    def break_position(self) -> float | None:
        """The middle of the axis break between 0 and the edge; None if there is no break."""
        return (self.zero + self.edge) / 2 if self.is_log and self.has_zero else None

    @property
    def lower(self) -> float:
        """The position where the axis begins."""
        if not self.is_log:
            return 0.0
        return (self.zero if self.has_zero else self.edge) - 0.03 * (self.end - self.start)

    @property
    def upper(self) -> float:
        """The position where the axis ends."""
        return self.end + 0.03 * (self.end - self.start)

    @property
    def fair_share(self) -> float:
        """The position of an index of 1."""
        return self.position(1.0)

    def position(self, index: float) -> float:
        """The position of an index or of a bound of its interval, limited to the axis."""
        if self.is_log and index <= 0:
            return self.zero if self.has_zero else self.lower
        if self.overflow(index) < 0:
            return self.edge
        return min(math.log10(index) if self.is_log else index, self.upper)

    def overflow(self, index: float) -> int:
        """-1 if an index above 0 is below the scale, 1 if it is above it or NaN, else 0."""
        if math.isnan(index):
            return 1
        value = math.log10(index) if self.is_log and index > 0 else index
        if self.is_log and index > 0 and value < self.start - 1e-9:
            return -1
        return int(value > self.upper)

    def ticks(self, limit: int) -> list[tuple[float, str]]:
        """At most ``limit`` round numbers as positions and texts."""
        if self.is_log:
            return self._log_ticks(limit)
        steps = (step * 10.0**power for power in range(-3, 9) for step in (1, 2, 5))
        step = next(step for step in steps if int(self.upper / step + 1e-9) < limit)
        count = int(self.upper / step + 1e-9) + 1
        return [(float(f"{i * step:.9g}"), f"{i * step:,.9g}") for i in range(count)]

    def _log_ticks(self, limit: int) -> list[tuple[float, str]]:
        zero = [(self.zero, "0")] if self.has_zero else []
        decades = range(math.floor(self.start), math.ceil(self.end) + 1)
        for steps in ((1, 2, 5), (1, 3), (1,)):
            numbers = [step * 10.0**decade for decade in decades for step in steps]
            numbers = [n for n in numbers if self.start - 1e-9 <= math.log10(n) <= self.end + 1e-9]
            if len(numbers) + len(zero) <= limit:
                break
        stride = math.ceil(len(numbers) / max(1, limit - len(zero)))
        offset = numbers.index(1.0) % stride  # 1 always gets a tick
        return zero + [(math.log10(n), f"{n:,.9g}") for n in numbers[offset::stride]]


def make_axis(indexes: Figures, bounds: Figures, scale: ScaleKind | None = None) -> Axis:
    """Fit an axis to indexes, the fair share of 1, and the bounds of intervals; NaN is ignored.

    ``scale`` left out is chosen from the highest value. Raises SpamIndexError for an unknown one.
    """
    if scale not in (None, "linear", "log"):
        raise SpamIndexError(f"{scale!r} is not a scale: linear or log")
    positive = indexes[indexes > 0]
    lowest, highest = float(positive.min(initial=1.0)), float(positive.max(initial=1.0))
    near_bounds = bounds[(bounds > 0) & (bounds <= highest * _MAX_STRETCH)]
    highest = float(near_bounds.max(initial=highest))
    if scale == "linear" or (scale is None and highest <= _MAX_LINEAR):
        return Axis(False, 0.0, min(max(highest, 1.2), MAX_INDEX))
    lowest = float(near_bounds[near_bounds >= lowest / _MAX_STRETCH].min(initial=lowest))
    start, end = math.log10(max(lowest, _MIN_LOG)), math.log10(min(highest, MAX_INDEX))
    # A span below a factor of four is widened: else small differences would look large.
    padding = max(0.0, 0.6 - (end - start)) / 2
    has_zero = bool((indexes == 0).any() or (bounds == 0).any())
    return Axis(True, start - padding, end + padding, has_zero)


def time_positions(labels: Sequence[str]) -> list[float]:
    """Periods as numbers of days, weeks, months, ...; evenly spaced if they are of mixed kinds."""
    spans = {periods.span_of(text) if periods.iso(text) == text else None for text in labels}
    if spans == {None} and all(map(str.isdecimal, labels)):
        return list(map(float, labels))
    if None in spans or len(spans) > 1:
        return [float(i) for i in range(len(labels))]
    span = spans.pop()
    if span == "day":
        return [float(date.fromisoformat(text).toordinal()) for text in labels]
    if span == "week":
        return [date.fromisocalendar(int(t[:4]), int(t[-2:]), 1).toordinal() / 7 for t in labels]
    per_year = {"quarter": 4, "month": 12}.get(span or "", 1)
    return [float(per_year * int(text[:4]) + int(text[5:].lstrip("Q") or 1)) for text in labels]


def choose_period_ticks(positions: Sequence[float], limit: int) -> list[int]:
    """The indices of at most ``limit`` periods to label, with the last one and well apart."""
    strides = (1, 2, 3, 6, *(12 * 2**k for k in range(40)))
    stride = next(stride for stride in strides if len(positions) <= stride * limit)
    min_gap = (positions[-1] - positions[0]) / (limit + 1)
    chosen: list[int] = []
    for i in range(len(positions) - 1, -1, -stride):
        if not chosen or positions[chosen[-1]] - positions[i] >= min_gap:
            chosen.append(i)
    return chosen[::-1]


def spread_labels(
    targets: Sequence[float], sizes: Sequence[float], low: float, high: float
) -> list[float]:
    """Positions for labels of these sizes, as near as possible to their targets, without overlap.

    Labels that would overlap are moved apart around their middle. All stay between ``low`` and
    ``high``, which must have room for them.
    """
    order = np.argsort(targets, kind="stable")
    heights = np.array(sizes, float)[order]
    stacked = np.cumsum(heights) - heights / 2  # positions of labels stacked from 0 without gaps
    # The shift of each label from its stacked position must not decrease from one label to the
    # next: isotonic regression by pooling adjacent violators.
    blocks: list[tuple[float, int]] = []  # mean shift, number of labels
    for target_shift in np.array(targets, float)[order] - stacked:
        shift, count = float(target_shift), 1
        while blocks and blocks[-1][0] >= shift:
            previous_shift, previous_count = blocks.pop()
            total = previous_count + count
            shift = (previous_shift * previous_count + shift * count) / total
            count = total
        blocks.append((shift, count))
    shifts = np.repeat([shift for shift, _ in blocks], [count for _, count in blocks])
    positions = np.empty(len(heights))
    positions[order] = stacked + np.clip(shifts, low, high - heights.sum())
    return [round(float(position), 12) for position in positions]
