"""Intervals: numbers in, numbers out."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TypeAlias

Interval: TypeAlias = tuple[float, float]


def z_score(confidence: float, compared: int = 1) -> float:
    """How many standard errors an interval reaches to both sides.

    ``confidence`` is in percent, from 0 to 100, both excluded. ``compared`` is the number of
    intervals that are to hold together (Bonferroni).

    >>> round(z_score(95), 4), round(z_score(95, compared=4), 4)
    (1.96, 2.4977)
    """
    return -NormalDist().inv_cdf((1 - confidence / 100) / (2 * compared))


def wilson(count: float, total: float, z: float) -> Interval:
    """The score interval of a proportion, ``count`` of ``total`` (Wilson 1927).

    >>> low, high = wilson(514, 10_000, z_score(95))
    >>> round(low, 6), round(high, 6)
    (0.047242, 0.055903)
    """
    middle = count + z * z / 2
    half = z * math.sqrt(count * (total - count) / total + z * z / 4)
    low = (middle - half) / (total + z * z)  # just 0 for a count of 0, as √(z²) is z
    high = (middle + half) / (total + z * z) if count < total else 1.0
    return low, high


def wilson_index(count: float, total: float, market: float, z: float) -> Interval:
    """The interval of an index whose market share is known: a fraction, from 0 to 1.

    >>> low, high = wilson_index(514, 10_000, 0.0103, z_score(95))
    >>> round(low, 6), round(high, 6)
    (4.586585, 5.427446)
    """
    if market <= 0:
        return math.nan, math.nan
    low, high = wilson(count, total, z)
    return low / market, high / market


def koopman(count: float, total: float, other: float, other_total: float, z: float) -> Interval:
    """The score interval of a ratio of two proportions (Koopman 1984).

    The proportions are ``count`` of ``total`` and ``other`` of ``other_total``. Each bound is the
    ratio whose chi-square statistic is z squared, found by Newton's method; the upper one
    is infinite where ``other`` is 0.

    >>> low, high = koopman(36, 40, 16, 80, z_score(95))
    >>> round(low, 6), round(high, 6)
    (2.939569, 7.152223)
    """
    low = _lower_bound(count, total, other, other_total, z * z)
    turned = _lower_bound(other, other_total, count, total, z * z)
    return low, 1 / turned if turned > 0 else math.inf


def _lower_bound(
    count: float, total: float, other: float, other_total: float, square: float
) -> float:
    """The ratio below that of the samples whose chi-square statistic is ``square``.

    At the likeliest proportions p and q of a ratio, (count - total p) ÷ (1 - p) is the negative of
    (other - other_total q) ÷ (1 - q). By that number, ``away``, the statistic is
    away² (missing ÷ (count - away) + other_missing ÷ (other + away)),
    which rises, ever more steeply, so that Newton's steps come down to the bound from above.
    """
    if count <= 0:
        return 0.0
    missing, other_missing = (total - count) / total, (other_total - other) / other_total
    # Where either sample by itself would lead to: the bound is nearer than both.
    away = 2 * square * count / (square + math.sqrt(square * (square + 4 * missing * count)))
    if other_missing > 0:
        by_other = square + math.sqrt(square * (square + 4 * other_missing * other))
        away = min(away, by_other / (2 * other_missing))
    if count == total:  # p is 1 until away is all of them; only then it falls
        left = square - other_missing * away * away / (other + away)
        return total / (total + left) * (other_total + away) / (other + away)
    if away >= count:  # of so small a part of a message that binary holds no difference
        return 0.0

    def nearer(away: float) -> float:
        one, two = missing * away / (count - away), other_missing * away / (other + away)
        slope = one * (1 + count / (count - away)) + two * (1 + other / (other + away))
        return away - (away * (one + two) - square) / slope

    while (closer := nearer(away)) < away:
        away = closer
    return (count - away) / (other + away) * (other_total + away) / (total - away)


def log_reach(count: float, baseline: float, z: float) -> float:
    """By which factor, as a log, an interval of a ratio of two counts reaches to both sides.

    The asinh form for two counts of one sample (Newcombe 2001); infinite where a count is 0.

    >>> round(log_reach(514, 9265, z_score(95)), 5)
    0.08879
    """
    if count <= 0 or baseline <= 0:
        return math.inf
    return 2 * math.asinh(z / 2 * math.sqrt(1 / count + 1 / baseline))


def around(middle: float, *reaches: float, at_zero: float = math.inf) -> Interval:
    """The interval around a ratio whose independent parts reach so far, as logs.

    ``at_zero`` is the upper bound that a ratio of 0 has.

    >>> low, high = around(4.932659, log_reach(514, 9265, z_score(95)))
    >>> round(low, 4), round(high, 4)
    (4.5136, 5.3906)
    """
    if math.isnan(middle):
        return math.nan, math.nan
    whole = math.hypot(*reaches)
    if math.isinf(whole):
        return 0.0, at_zero if middle == 0 else math.inf
    return middle * math.exp(-whole), middle * math.exp(whole)
