"""A ranking with counts in, low and high out: Wilson, Koopman, rounding, Bonferroni.

``sampling_intervals`` and ``rounding_ranges`` take whole rankings; under them stand the formulas
for one index, in plain numbers. docs/method.md says when which of them is right.
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
from spamindex.ranking.matching import has_columns, numbered
from spamindex.ranking.relative import baseline_rows, taken

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

Interval: TypeAlias = tuple[float, float]

FEW_CLUSTERS = 30  # fewer tell too little of how much clusters differ
_NO_EFFECT = 1e-9  # a design effect that is 0 but for what is lost in binary
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
    """Add to a ranking the interval of each index that chance leaves open.

    ``ranking`` is as ``spam_index`` makes it of shares with counts; ``confidence`` is in percent.
    The interval is Wilson's score interval of the spam share, divided by the market share; where
    the market shares are counted too, Koopman's (1984) score interval of a ratio of two
    proportions. With ``simultaneous`` those of one ranking (``by``) hold together (Bonferroni).

    Messages of one campaign or machine are not independent: n messages are worth n ÷
    design effect independent ones (Kish 1965). The effect is that of the column ``design_effect``,
    as ``tally`` with ``cluster`` writes it, or ``design_effect``, which counts for all rows and
    more than the column; without either the messages are taken to be independent.

    Returns a new DataFrame with the columns ``low`` and ``high``, ratios, NaN where there is no
    bound, and ``interval``, which says what they are: ``95%`` or ``95% simultaneous``. With
    ``baseline``, an OS by any of its names, also ``relative_low`` and ``relative_high`` of the
    index divided by the baseline's (asinh intervals, Newcombe 2001). Fewer than 30 clusters are
    warned of, or that goes to ``findings``. Raises FigureError without counts of messages, for
    counts or design effects that are none, for fewer than 2 clusters, or where the confidence is no
    percent; MatchError where no ranking has such a baseline.

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
        raise FigureError(f"{confidence:g} is no confidence: it is a percent from 1 to below 100")
    has_columns(ranking, "the ranking", (*by, "os", "market_share", "spam_index"))
    if "messages" not in ranking:
        raise FigureError(
            "it is not known how many messages or machines the spam shares stand for: give them as "
            "counts, or with a column 'messages' beside the shares",
            settles=[
                Remedy("total", None, "says how many", of="spam"),
                Remedy("rounding", "True", "gives the range that the printed digits allow instead"),
            ],
        )
    found = findings or Findings("spam shares")
    effects = _design_effects(ranking, design_effect, by, found)
    messages = _counts(ranking, "messages", "all_messages", effects)
    visits = []
    if "visits" in ranking or "all_visits" in ranking:
        visits = _counts(ranking, "visits", "all_visits")
    if findings is None:
        found.warn()
    groups = numbered(ranking, by)
    compared = np.bincount(groups)[groups] if simultaneous else np.ones(len(ranking), int)
    z = {k: z_score(confidence, k) for k in np.unique(compared).tolist()}
    scores = [z[k] for k in compared.tolist()]
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
    against = baseline_rows(ranking, baseline, by=by, names=names)
    return bounded.assign(**_relative(ranking, against, effects, scores))


def rounding_ranges(ranking: IntoFrame) -> pd.DataFrame:
    """Add to a ranking the range of each index that the printed digits of its shares allow.

    ``ranking`` is as ``spam_index`` makes it of shares that were read with ``rounding``. Each share
    may be half a unit of its last digit less or more. Returns a new DataFrame with the columns
    ``low`` and ``high``, ratios, NaN where there is no bound, and ``interval``: ``rounding``.
    Raises FigureError where the half units are not known.

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
    least = (spam - ranking["spam_half"]).clip(lower=0) / (market + ranking["market_half"])
    smallest = market - ranking["market_half"]
    # Decimals that are not quite so in binary: 0.3 - 0.05 * 6 is no market share at all.
    smallest = smallest.where(smallest > 1e-9 * market)
    most = (spam + ranking["spam_half"]) / smallest
    bounds = list(zip(least.tolist(), most.tolist(), strict=True))
    return ranking.assign(**_columns(bounds, "low", "high"), interval="rounding")


def _design_effects(
    ranking: pd.DataFrame, given: float | None, by: Sequence[Hashable], found: Findings
) -> npt.NDArray[np.float64]:
    """The design effect of each row, 1 where nothing is known of it; doubts about it are found."""
    if given is not None:
        if not 0 < given < math.inf:
            raise FigureError(f"{given:g} is no design effect: it is a ratio above 0")
        return np.full(len(ranking), float(given))
    if "design_effect" not in ranking:
        return np.ones(len(ranking))
    effects = ranking["design_effect"].to_numpy(dtype=float, copy=True)
    wrong = ranking.loc[~((effects >= 0) & np.isfinite(effects)), "os"]
    if len(wrong):
        raise FigureError(
            f"the design effect of {wrong.iloc[0]!r} is missing, negative or infinite",
            settles=[_OTHER_EFFECT],
        )
    if "clusters" in ranking and (few := _few_clusters(ranking, by)):
        found.doubts.append(Doubt(few, (_OTHER_EFFECT,)))
    if (none := effects < _NO_EFFECT).any():
        systems = listed(ranking.loc[none, "os"].unique().tolist())
        text = (
            f"the design effect of {systems} is 0, as if each cluster held the same part of it: "
            "the interval has no width"
        )
        found.doubts.append(Doubt(text, (_OTHER_EFFECT,)))
    effects[none] = _NO_EFFECT
    return effects


def _few_clusters(ranking: pd.DataFrame, by: Sequence[Hashable]) -> str:
    """What is to be doubted of rankings with few clusters; empty for none.

    Raises FigureError for those with fewer than 2.
    """
    fewer = ranking[~(ranking["clusters"] >= FEW_CLUSTERS)]
    told = [
        f"{number:g} cluster{'' if number == 1 else 's'}"
        + (f" in {'/'.join(map(str, values))}" if by else "")
        for *values, number in fewer[[*by, "clusters"]].drop_duplicates().values.tolist()
    ]
    if not (fewer["clusters"] >= 2).all():
        raise FigureError(
            f"{listed(told)}: from fewer than 2 there is no telling how much they differ",
            settles=[_OTHER_EFFECT],
        )
    if not told:
        return ""
    return (
        f"only {listed(told)}: a design effect from fewer than {FEW_CLUSTERS} clusters is "
        "uncertain itself, and the intervals tend to be too narrow"
    )


def _counts(
    ranking: pd.DataFrame, part: str, whole: str, effects: npt.NDArray[np.float64] | float = 1.0
) -> list[list[float]]:
    """The independent counts and totals that they are worth, none above its total in binary."""
    has_columns(ranking, "the ranking", (part, whole))
    counts, totals = ranking[part], ranking[whole]
    slack = 1 + 1e-9  # shares that add up to 100 may be a little more in binary
    wrong = ranking.loc[~((counts >= 0) & (counts <= totals * slack) & (totals > 0)), "os"]
    if len(wrong):
        raise FigureError(f"{part} of {wrong.iloc[0]!r} are no part of {whole}")
    totals = totals / effects
    return [(counts / effects).clip(upper=totals).tolist(), totals.tolist()]


def _relative(
    ranking: pd.DataFrame,
    against: npt.NDArray[np.int64],
    effects: npt.NDArray[np.float64],
    scores: Sequence[float],
) -> dict[str, npt.NDArray[np.float64]]:
    index = ranking["spam_index"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        relative = index / taken(index, against)
    relative[~np.isfinite(relative)] = np.nan
    counted = [ranking["messages"].to_numpy(dtype=float) / effects]
    if "visits" in ranking:
        counted.append(ranking["visits"].to_numpy(dtype=float))
    reaches = [
        map(log_reach, counts.tolist(), taken(counts, against).tolist(), scores)
        for counts in counted
    ]
    # The limit of the upper bound as the messages of an OS go to 0: z²·m_B ÷ (x_B·m_A),
    # each of the messages being worth so much less.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        one_message = 100 * effects / ranking["all_messages"] / ranking["market_share"]
        at_zero = np.square(scores) * one_message.to_numpy() / taken(index, against)
    bounds = [
        around(times, *both, at_zero=most)
        for times, most, *both in zip(relative.tolist(), at_zero.tolist(), *reaches, strict=True)
    ]
    itself = against == np.arange(len(ranking))
    bounds = [
        (times, times) if same else bound  # against itself there is no chance
        for same, times, bound in zip(itself.tolist(), relative.tolist(), bounds, strict=True)
    ]
    return _columns(bounds, "relative_low", "relative_high")


def _columns(bounds: Sequence[Interval], *names: str) -> dict[str, npt.NDArray[np.float64]]:
    pairs = np.array(bounds, dtype=float).reshape(-1, 2)
    pairs[~np.isfinite(pairs)] = np.nan
    return dict(zip(names, pairs.T, strict=True))


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
