"""Intervals: numbers in, numbers out."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import TypeAlias

Interval: TypeAlias = tuple[float, float]

_CLOSE = 1e-11  # of the log of a ratio, when the search for a bound ends
_STEPS = 200
_FAR = 600.0  # a log that no ratio of counts has, within what its exponential can be


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
    low = (middle - half) / (total + z * z) if count > 0 else 0.0
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
    ratio whose chi-square statistic is z squared, found by bisection on the log of the ratio; the
    upper one is infinite where ``other`` is 0.

    >>> low, high = koopman(36, 40, 16, 80, z_score(95))
    >>> round(low, 6), round(high, 6)
    (2.939569, 7.152223)
    """

    both, turn = count + other, count * other_total

    def deviation(log_ratio: float) -> float:
        """The signed root of the chi-square statistic of a ratio; it falls as the ratio rises."""
        tried = math.exp(log_ratio)
        # The likeliest proportions of that ratio solve a quadratic equation, b² - 4ac written as a
        # sum of squares, so that nothing is lost where all of a sample are counted.
        one, two = tried * (total + other), count + other_total
        rest = tried * (total - count) * (other_total - other)
        root = math.hypot(one - two, 2 * math.sqrt(max(rest, 0.0)))
        b = one + two
        other_expected = min(2 * both / (b + root), 1.0, 1 / tried)
        square = _square(count, total, tried * other_expected)
        square += _square(other, other_total, other_expected)
        return math.copysign(math.sqrt(square), turn - tried * other * total)

    # Where they are 0, half a message and half a visit will do to begin with.
    a, b = max(count, 0.5), max(other, 0.5)
    start = math.log(a / total) - math.log(b / other_total)
    at_start = deviation(start)
    step = z * math.sqrt(max(1 / a - 1 / total, 0) + max(1 / b - 1 / other_total, 0))
    step = max(step, z / (total + other_total))
    low, high = 0.0, math.inf
    if count > 0:
        low = math.exp(_root(lambda x: deviation(x) - z, start, at_start - z, step))
    if other > 0:
        high = math.exp(_root(lambda x: deviation(x) + z, start, at_start + z, step))
    return low, high


def _square(count: float, total: float, expected: float) -> float:
    """Pearson's chi-square of one proportion."""
    variance = total * expected * (1 - expected)
    away = count - total * expected
    if variance <= 0:
        return 0.0 if abs(away) <= 1e-9 * total else math.inf
    return away * away / variance


def _root(falling: Callable[[float], float], a: float, at_a: float, step: float) -> float:
    """Where a falling function is 0, sought from ``a`` on in steps that become wider.

    Regula falsi in its Illinois form: bisection where a straight line parts the halves. Infinite
    where it is not 0 within reach.
    """
    step = math.copysign(step, at_a)
    b = a + step
    while (at_b := falling(b)) * at_a > 0:
        if abs(b) == _FAR:
            return math.copysign(math.inf, b)
        step *= 2
        a, at_a, b = b, at_b, max(-_FAR, min(b + step, _FAR))
    for _ in range(_STEPS):
        if at_b == 0 or abs(b - a) <= _CLOSE * max(1.0, abs(b)):
            break
        between = b - at_b * (b - a) / (at_b - at_a) if math.isfinite(at_a + at_b) else (a + b) / 2
        value = falling(between)
        if value * at_b > 0:
            at_a /= 2
        else:
            a, at_a = b, at_b
        b, at_b = between, value
    return b


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
