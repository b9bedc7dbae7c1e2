"""How sure an index is: by the counts behind its shares, or by the digits of those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex.errors import FigureError
from spamindex.names import BUILT_IN, Names
from spamindex.ranking import intervals as interval
from spamindex.ranking.relative import baseline_rows, taken


def sampling_intervals(
    ranking: pd.DataFrame,
    confidence: float,
    *,
    simultaneous: bool = False,
    baseline: str | None = None,
    by: Sequence[str] = (),
    names: Names | Mapping[str, str] = BUILT_IN,
) -> pd.DataFrame:
    """Add to a ranking the interval of each index that chance leaves open.

    ``ranking`` is as ``spam_index`` makes it of shares with counts; ``confidence`` is in percent.
    The interval is Wilson's score interval of the spam share, divided by the market share; where
    the market shares are counted too, Koopman's (1984) score interval of a ratio of two
    proportions. With ``simultaneous`` those of one ranking (``by``) hold together (Bonferroni).

    Returns a new DataFrame with the columns ``low`` and ``high``, ratios; NaN where there is no
    bound. With ``baseline``, an OS by any of its names, also ``relative_low`` and
    ``relative_high`` of the index divided by the baseline's (asinh intervals, Newcombe 2001).
    Raises FigureError without counts of messages, for counts that are none, or where the confidence
    is no percent; MatchError where no ranking has such a baseline.

    >>> ranking = pd.DataFrame({"os": ["Linux"], "spam_share": [5.14], "market_share": [1.03],
    ...     "spam_index": [5.14 / 1.03], "messages": [514.0], "all_messages": [10_000.0]})
    >>> sampling_intervals(ranking, 95)[["os", "low", "high"]].round(4)
          os     low    high
    0  Linux  4.5866  5.4274
    """
    if not 1 <= confidence < 100:
        raise FigureError(f"{confidence:g} is no confidence: it is a percent from 1 to below 100")
    if "messages" not in ranking:
        raise FigureError(
            "--confidence needs to know how many messages the spam shares stand for: give SPAM as "
            "counts, with a column 'messages' beside its shares, or --spam-total N; without counts "
            "--rounding gives the range that the printed digits allow"
        )
    for part, whole in (("messages", "all_messages"), ("visits", "all_visits")):
        if part in ranking or whole in ranking:
            _check_counts(ranking, part, whole)
    compared = _sizes(ranking, by) if simultaneous else np.ones(len(ranking), int)
    z = {k: interval.z_score(confidence, k) for k in np.unique(compared).tolist()}
    scores = [z[k] for k in compared.tolist()]
    messages = _counts(ranking, "messages", "all_messages")
    visits = _counts(ranking, "visits", "all_visits") if "visits" in ranking else []
    if visits:
        bounds = list(map(interval.koopman, *messages, *visits, scores))
    else:
        market = (ranking["market_share"] / 100).tolist()
        bounds = list(map(interval.wilson_index, *messages, market, scores))
    bounded = ranking.assign(**_columns(bounds, "low", "high"))
    if baseline is None:
        return bounded
    against = baseline_rows(ranking, baseline, by=by, names=names)
    counted = [ranking["messages"], *([ranking["visits"]] if visits else [])]
    return bounded.assign(**_relative(ranking, against, counted, scores))


def rounding_ranges(ranking: pd.DataFrame) -> pd.DataFrame:
    """Add to a ranking the range of each index that the printed digits of its shares allow.

    ``ranking`` is as ``spam_index`` makes it of shares that were read with ``rounding``. Each share
    may be half a unit of its last digit less or more. Returns a new DataFrame with the columns
    ``low`` and ``high``, ratios; NaN where there is no bound.

    >>> ranking = pd.DataFrame({"os": ["Linux"], "spam_share": [5.14], "market_share": [1.03],
    ...     "spam_index": [5.14 / 1.03], "spam_half": [0.005], "market_half": [0.005]})
    >>> rounding_ranges(ranking)[["os", "low", "high"]].round(2)
          os   low  high
    0  Linux  4.96  5.02
    """
    spam, market = ranking["spam_share"], ranking["market_share"]
    least = (spam - ranking["spam_half"]).clip(lower=0) / (market + ranking["market_half"])
    smallest = market - ranking["market_half"]
    # Decimals that are not quite so in binary: 0.3 - 0.05 * 6 is no market share at all.
    smallest = smallest.where(smallest > 1e-9 * market)
    most = (spam + ranking["spam_half"]) / smallest
    bounds = list(zip(least.tolist(), most.tolist(), strict=True))
    return ranking.assign(**_columns(bounds, "low", "high"))


def _check_counts(ranking: pd.DataFrame, part: str, whole: str) -> None:
    for name in (part, whole):
        if name not in ranking:
            raise FigureError(f"the ranking has no column {name!r}, which an interval needs")
    counts, totals = ranking[part], ranking[whole]
    slack = 1 + 1e-9  # shares that add up to 100 may be a little more in binary
    wrong = ranking.loc[~((counts >= 0) & (counts <= totals * slack) & (totals > 0)), "os"]
    if len(wrong):
        raise FigureError(f"{part} of {wrong.iloc[0]!r} are no part of {whole}")


def _counts(ranking: pd.DataFrame, part: str, whole: str) -> list[list[float]]:
    """The counts and their totals, none of them above it by what is lost in binary."""
    return [ranking[part].clip(upper=ranking[whole]).tolist(), ranking[whole].tolist()]


def _sizes(ranking: pd.DataFrame, by: Sequence[str]) -> npt.NDArray[np.int64]:
    """How many systems the ranking of each row holds."""
    if not by:
        return np.full(len(ranking), len(ranking))
    return ranking.groupby(list(by), sort=False)["os"].transform("size").to_numpy()


def _relative(
    ranking: pd.DataFrame,
    against: npt.NDArray[np.int64],
    counted: Sequence[pd.Series[Any]],
    scores: Sequence[float],
) -> dict[str, npt.NDArray[np.float64]]:
    index = ranking["spam_index"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        relative = index / taken(index, against)
    relative[~np.isfinite(relative)] = np.nan
    reaches = []
    for count in counted:
        counts = count.to_numpy(dtype=np.float64)
        of_baseline = taken(counts, against)
        reaches.append(map(interval.log_reach, counts.tolist(), of_baseline.tolist(), scores))
    # The limit of the upper bound as the messages of an OS go to 0: z²·m_B ÷ (x_B·m_A).
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        one_message = 100 / ranking["all_messages"] / ranking["market_share"]
        at_zero = np.square(scores) * one_message.to_numpy() / taken(index, against)
    bounds = [
        interval.around(times, *both, at_zero=most)
        for times, most, *both in zip(relative.tolist(), at_zero.tolist(), *reaches, strict=True)
    ]
    itself = against == np.arange(len(ranking))
    bounds = [
        (times, times) if same else bound  # against itself there is no chance
        for same, times, bound in zip(itself.tolist(), relative.tolist(), bounds, strict=True)
    ]
    return _columns(bounds, "relative_low", "relative_high")


def _columns(
    bounds: Sequence[interval.Interval], *names: str
) -> dict[str, npt.NDArray[np.float64]]:
    pairs = np.array(bounds, dtype=float).reshape(-1, 2)
    pairs[~np.isfinite(pairs)] = np.nan
    return dict(zip(names, pairs.T, strict=True))
