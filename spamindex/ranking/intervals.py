"""A ranking in, intervals of its indexes out: Wilson, Koopman, rounding, Bonferroni.

``sampling_intervals`` and ``rounding_ranges`` take whole rankings. The functions below them compute
the interval of one index from plain numbers. docs/method.md says when to use which.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex.errors import Doubt, FigureError, Findings, Remedy, listed
from spamindex.frames import as_pandas
from spamindex.names import BUILT_IN, Names
from spamindex.ranking.matching import Codes, has_columns, numbered
from spamindex.ranking.relative import baseline_rows, values_at

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

Interval: TypeAlias = tuple[float, float]

_Values: TypeAlias = npt.NDArray[np.float64]

FEW_CLUSTERS = 30  # with fewer, the design effect is too uncertain
_SMALLEST_EFFECT = 1e-9  # smaller design effects are 0 but for binary floating point
_OTHER_EFFECT = Remedy("design_effect", None, "gives one that is known from elsewhere")


def sampling_intervals(
    ranking: IntoFrame,
    confidence: float,
    *,
    simultaneous: bool = False,
    design_effect: float | None = None,
    baseline: str | None = None,
    by: str | Sequence[Hashable] = (),
    names: Names | Mapping[str, str] = BUILT_IN,
    findings: Findings | None = None,
) -> pd.DataFrame:
    """Add to a ranking the confidence interval of each index.

    ``ranking`` is as ``spam_index`` makes it of shares with counts; ``confidence`` is in percent.
    The interval is Wilson's score interval of the spam share, divided by the market share. Where
    the market shares are counted too, it is Koopman's (1984) score interval of a ratio of two
    proportions. ``simultaneous`` makes the intervals of one ranking (``by``) hold together
    (Bonferroni).

    Messages of one campaign or machine are not independent: n messages are worth n ÷ design effect
    independent ones (Kish 1965). The effect is ``design_effect``, for all rows, or else the column
    ``design_effect`` that ``tally`` with ``cluster`` writes. Without either the messages are taken
    to be independent.

    Returns a new DataFrame with the columns ``low`` and ``high``, ratios, NaN where there is no
    bound, and ``interval``, which says what they are: ``95%`` or ``95% simultaneous``. With
    ``baseline``, an OS by any of its names, it also has ``relative_low`` and ``relative_high`` of
    the index divided by the baseline's (asinh intervals, Newcombe 2001). Fewer than 30 clusters
    give a warning, or a doubt in ``findings``. Raises FigureError where counts of messages are
    missing, counts or design effects are not valid, there are fewer than 2 clusters, or the
    confidence is not a percent; MatchError where no ranking has the baseline.

    >>> ranking = pd.DataFrame({"os": ["Linux"], "spam_share": [5.14], "market_share": [1.03],
    ...     "spam_index": [5.14 / 1.03], "messages": [514.0], "all_messages": [10_000.0]})
    >>> sampling_intervals(ranking, 95)[["os", "low", "high", "interval"]].round(4)
          os     low    high interval
    0  Linux  4.5866  5.4274      95%
    >>> sampling_intervals(ranking, 95, design_effect=4)[["low", "high"]].round(4)
          low    high
    0  4.2147  5.8995
    """
    ranking, by = as_pandas(ranking), [by] if isinstance(by, str) else list(by)
    if not 1 <= confidence < 100:
        raise FigureError(
            f"{confidence:g} is not a confidence level: give a percent from 1 to below 100"
        )
    has_columns(ranking, "the ranking", (*by, "os", "market_share", "spam_index"))
    if "messages" not in ranking:
        raise FigureError(
            "the number of messages or machines behind the spam shares is not known: give counts, "
            "or a column 'messages' beside the shares",
            settles=[
                Remedy("total", None, "says how many", of="spam"),
                Remedy("rounding", "True", "gives the range that the printed digits allow instead"),
            ],
        )
    collected = findings or Findings("spam shares")
    effects = _design_effects(ranking, design_effect, by, collected)
    messages = _counts(ranking, "messages", "all_messages", effects)
    visits = []
    if "visits" in ranking or "all_visits" in ranking:
        visits = _counts(ranking, "visits", "all_visits")
    if findings is None:
        collected.warn()
    groups = numbered(ranking, by)
    compared = np.bincount(groups)[groups] if simultaneous else np.ones(len(ranking), int)
    score_of = {k: z_score(confidence, k) for k in np.unique(compared).tolist()}
    scores = [score_of[k] for k in compared.tolist()]
    if visits:
        bounds = list(map(koopman, *messages, *visits, scores))
    else:
        market = (ranking["market_share"] / 100).tolist()
        bounds = list(map(wilson_index, *messages, market, scores))
    level = f"{float(confidence)!r}".removesuffix(".0")
    bounded = ranking.assign(
        **_columns(bounds, "low", "high"),
        interval=f"{level}% simultaneous" if simultaneous else f"{level}%",
    )
    if baseline is None:
        return bounded
    baseline_of = baseline_rows(ranking, baseline, by, names)
    return bounded.assign(**_relative_bounds(ranking, baseline_of, effects, scores))


def rounding_ranges(ranking: IntoFrame) -> pd.DataFrame:
    """Add to a ranking the range of each index that rounding of the shares allows.

    ``ranking`` is as ``spam_index`` makes it of shares that were read with ``rounding``. Each share
    may be up to half a unit of its last digit lower or higher. Returns a new DataFrame with the
    columns ``low`` and ``high``, ratios, NaN where there is no bound, and ``interval``:
    ``rounding``. Raises FigureError where the half units are not known.

    >>> ranking = pd.DataFrame({"os": ["Linux"], "spam_share": [5.14], "market_share": [1.03],
    ...     "spam_index": [5.14 / 1.03], "spam_half": [0.005], "market_half": [0.005]})
    >>> rounding_ranges(ranking)[["os", "low", "high", "interval"]].round(2)
          os   low  high  interval
    0  Linux  4.96  5.02  rounding
    """
    ranking = as_pandas(ranking)
    has_columns(ranking, "the ranking", ("spam_share", "market_share"))
    for name in ("spam_half", "market_half"):
        if name not in ranking:
            raise FigureError(f"the ranking has no column {name!r}: read both tables with rounding")
    spam, market = ranking["spam_share"], ranking["market_share"]
    low = (spam - ranking["spam_half"]).clip(lower=0) / (market + ranking["market_half"])
    smallest_market = market - ranking["market_half"]
    # In binary 0.3 - 0.05 * 6 is not quite 0.
    smallest_market = smallest_market.where(smallest_market > 1e-9 * market)
    high = (spam + ranking["spam_half"]) / smallest_market
    bounds = list(zip(low.tolist(), high.tolist(), strict=True))
    return ranking.assign(**_columns(bounds, "low", "high"), interval="rounding")


def _design_effects(
    ranking: pd.DataFrame, given: float | None, by: Sequence[Hashable], findings: Findings
) -> _Values:
    """The design effect of each row, 1 where it is not known; doubts go to ``findings``."""
    if given is not None:
        if not 0 < given < math.inf:
            raise FigureError(f"{given:g} is not a design effect: give a ratio above 0")
        return np.full(len(ranking), float(given))
    if "design_effect" not in ranking:
        return np.ones(len(ranking))
    effects = ranking["design_effect"].to_numpy(dtype=float, copy=True)
    invalid = ranking.loc[~((effects >= 0) & np.isfinite(effects)), "os"]
    if len(invalid):
        raise FigureError(
            f"the design effect of {invalid.iloc[0]!r} is missing, negative or infinite",
            settles=[_OTHER_EFFECT],
        )
    if "clusters" in ranking and (few := _few_clusters(ranking, by)):
        findings.doubts.append(Doubt(few, (_OTHER_EFFECT,)))
    if (zero := effects < _SMALLEST_EFFECT).any():
        systems = listed(ranking.loc[zero, "os"].unique().tolist())
        text = (
            f"the design effect of {systems} is 0, as if each cluster held the same part of it: "
            "the interval has no width"
        )
        findings.doubts.append(Doubt(text, (_OTHER_EFFECT,)))
    effects[zero] = _SMALLEST_EFFECT
    return effects


def _few_clusters(ranking: pd.DataFrame, by: Sequence[Hashable]) -> str:
    """The doubt about rankings with few clusters; empty for none. Raises FigureError below 2."""
    few = ranking[~(ranking["clusters"] >= FEW_CLUSTERS)]
    if few.empty:
        return ""
    described = [
        f"{number:g} cluster{'' if number == 1 else 's'}"
        + (f" in {'/'.join(map(str, values))}" if by else "")
        for *values, number in few[[*by, "clusters"]].drop_duplicates().values.tolist()
    ]
    if not (few["clusters"] >= 2).all():
        raise FigureError(
            f"{listed(described)}: a design effect needs at least 2", settles=[_OTHER_EFFECT]
        )
    return (
        f"only {listed(described)}: a design effect from fewer than {FEW_CLUSTERS} clusters is "
        "uncertain itself, and the intervals tend to be too narrow"
    )


def _counts(
    ranking: pd.DataFrame, part: str, whole: str, effects: _Values | float = 1.0
) -> list[list[float]]:
    """The counts and their totals, each divided by the design effect."""
    has_columns(ranking, "the ranking", (part, whole))
    counts, totals = ranking[part], ranking[whole]
    slack = 1 + 1e-9  # in binary, counts may add up to a little more than their total
    invalid = ranking.loc[~((counts >= 0) & (counts <= totals * slack) & (totals > 0)), "os"]
    if len(invalid):
        raise FigureError(f"{part} of {invalid.iloc[0]!r} are not a part of {whole}")
    totals = totals / effects
    return [(counts / effects).clip(upper=totals).tolist(), totals.tolist()]


def _relative_bounds(
    ranking: pd.DataFrame, baseline_of: Codes, effects: _Values, scores: Sequence[float]
) -> dict[str, _Values]:
    index = ranking["spam_index"].to_numpy()
    baseline_index = values_at(index, baseline_of)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        relative = index / baseline_index
        # The limit of the upper bound as the messages of an OS go to 0, z²·m_B ÷ (x_B·m_A), where
        # each message is worth 1 ÷ design effect.
        one_message = 100 * effects / ranking["all_messages"] / ranking["market_share"]
        limits = np.square(scores) * one_message.to_numpy() / baseline_index
    relative[~np.isfinite(relative)] = np.nan
    samples = [ranking["messages"].to_numpy(dtype=float) / effects]
    if "visits" in ranking:
        samples.append(ranking["visits"].to_numpy(dtype=float))
    half_widths = [
        map(log_half_width, counts.tolist(), values_at(counts, baseline_of).tolist(), scores)
        for counts in samples
    ]
    bounds = [
        ratio_interval(ratio, *widths, at_zero=limit)
        for ratio, limit, *widths in zip(relative, limits, *half_widths, strict=True)
    ]
    for row in np.flatnonzero(baseline_of == np.arange(len(ranking))).tolist():
        bounds[row] = (relative[row], relative[row])  # the baseline itself: no chance in it
    return _columns(bounds, "relative_low", "relative_high")


def _columns(bounds: Sequence[Interval], *names: str) -> dict[str, _Values]:
    pairs = np.array(bounds, dtype=float).reshape(-1, 2)
    pairs[~np.isfinite(pairs)] = np.nan
    return dict(zip(names, pairs.T, strict=True))


def z_score(confidence: float, compared: int = 1) -> float:
    """The number of standard errors that an interval extends to each side.

    ``confidence`` is in percent, above 0 and below 100. ``compared`` is the number of intervals
    that hold together (Bonferroni).

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
    ratio whose chi-square statistic is z squared, found by Newton's method. The upper bound is
    infinite where ``other`` is 0.

    >>> low, high = koopman(36, 40, 16, 80, z_score(95))
    >>> round(low, 6), round(high, 6)
    (2.939569, 7.152223)
    """
    low = _lower_bound(count, total, other, other_total, z * z)
    inverse = _lower_bound(other, other_total, count, total, z * z)
    return low, 1 / inverse if inverse > 0 else math.inf


def _lower_bound(
    count: float, total: float, other: float, other_total: float, square: float
) -> float:
    """The ratio below that of the samples whose chi-square statistic is ``square``.

    At the most likely proportions p and q of a ratio, (count - total·p) ÷ (1 - p) is a number
    ``shift``, and (other - other_total·q) ÷ (1 - q) is -shift. In terms of it the statistic is
    shift² (failures ÷ (count - shift) + other_failures ÷ (other + shift)),
    with the failures as fractions. It is convex and rises with shift, so Newton's method comes down
    to the bound from above.
    """
    if count <= 0:
        return 0.0
    failures, other_failures = (total - count) / total, (other_total - other) / other_total
    # Start from the bound of either sample by itself: the bound of both is below them.
    shift = 2 * square * count / (square + math.sqrt(square * (square + 4 * failures * count)))
    if other_failures > 0:
        of_other = square + math.sqrt(square * (square + 4 * other_failures * other))
        shift = min(shift, of_other / (2 * other_failures))
    if count == total:  # p is 1 until shift is the whole count; only then it falls
        rest = square - other_failures * shift * shift / (other + shift)
        return total / (total + rest) * (other_total + shift) / (other + shift)
    if shift >= count:  # the difference is too small a part of a message for binary
        return 0.0

    def newton_step(shift: float) -> float:
        one, two = failures * shift / (count - shift), other_failures * shift / (other + shift)
        slope = one * (1 + count / (count - shift)) + two * (1 + other / (other + shift))
        return shift - (shift * (one + two) - square) / slope

    while (lower := newton_step(shift)) < shift:
        shift = lower
    return (count - shift) / (other + shift) * (other_total + shift) / (total - shift)


def log_half_width(count: float, baseline: float, z: float) -> float:
    """Half the width of the interval of a ratio of two counts, on a logarithmic scale.

    The asinh form for two counts of one sample (Newcombe 2001); infinite where a count is 0.

    >>> round(log_half_width(514, 9265, z_score(95)), 5)
    0.08879
    """
    if count <= 0 or baseline <= 0:
        return math.inf
    return 2 * math.asinh(z / 2 * math.sqrt(1 / count + 1 / baseline))


def ratio_interval(ratio: float, *half_widths: float, at_zero: float = math.inf) -> Interval:
    """The interval around a ratio from the half widths, as logs, of its independent parts.

    ``at_zero`` is the upper bound of a ratio of 0.

    >>> low, high = ratio_interval(4.932659, log_half_width(514, 9265, z_score(95)))
    >>> round(low, 4), round(high, 4)
    (4.5136, 5.3906)
    """
    if math.isnan(ratio):
        return math.nan, math.nan
    half_width = math.hypot(*half_widths)
    if math.isinf(half_width):
        return 0.0, at_zero if ratio == 0 else math.inf
    return ratio * math.exp(-half_width), ratio * math.exp(half_width)
