"""Spam share ÷ market share, ranked."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import pandas as pd

from spamindex.errors import FigureError, MatchError, SpamIndexWarning, listed
from spamindex.names import SYNONYMS, canonical


def spam_index(
    spam: pd.DataFrame, market: pd.DataFrame, *, names: Mapping[str, str] = SYNONYMS
) -> pd.DataFrame:
    """Rank operating systems by their spam index: spam share ÷ market share.

    ``spam`` and ``market`` have a row for each OS, with its name in ``os`` and its share in
    percent in ``share``, as ``read_shares`` gives them. Rows meet where their names have one
    canonical form (``names``, see ``read_names``).

    Returns a DataFrame with ``os`` as ``spam`` spells it, ``spam_share`` and ``market_share`` in
    percent and ``spam_index``, a ratio: the highest first, ties by name, last and NaN where the
    market share is 0. An OS in one table alone is left out and warned of; the others' shares stay
    as they are. Raises FigureError for a share that is negative, not finite or missing, MatchError
    where an OS stands twice or none stands in both.

    The quotient is Manly's selection ratio, used ÷ available (Manly et al., Resource Selection by
    Animals, 2002, eq. 4.10), known to geographers as the location quotient.

    >>> spam = pd.DataFrame({"os": ["Linux", "Windows"], "share": [5.14, 92.65]})
    >>> market = pd.DataFrame({"os": ["GNU/Linux", "Windows"], "share": [1.03, 91.58]})
    >>> spam_index(spam, market).round(2)
            os  spam_share  market_share  spam_index
    0    Linux        5.14          1.03        4.99
    1  Windows       92.65         91.58        1.01
    """
    both = _checked(spam, "spam", names).merge(
        _checked(market, "market", names), on="canonical", how="outer"
    )
    lonely = [
        f"no {missing} share for {_listed(left_out, of)}: left out"
        for of, missing in (("spam", "market"), ("market", "spam"))
        if not (left_out := both[both[f"{missing}_share"].isna()]).empty
    ]
    ranking = both.dropna(subset=["spam_share", "market_share"]).rename(columns={"spam_os": "os"})
    if ranking.empty:
        raise MatchError("no OS has both a spam share and a market share", *lonely)

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        index = ranking["spam_share"] / ranking["market_share"]
    ranking["spam_index"] = index.where(np.isfinite(index))
    unranked = ranking.loc[ranking["spam_index"].isna(), "os"].tolist()
    if unranked:
        lonely.append(f"no spam index where the market share is 0: {listed(unranked)}")
    for warning in lonely:
        warnings.warn(SpamIndexWarning(warning), stacklevel=2)
    columns = ["os", "spam_share", "market_share", "spam_index"]
    order = ranking.sort_values(["spam_index", "os"], ascending=[False, True], ignore_index=True)
    return order[columns]


def _listed(shares: pd.DataFrame, of: str) -> str:
    largest = shares.sort_values([f"{of}_share", f"{of}_os"], ascending=[False, True])
    return listed(
        [
            f"{name} ({share:.4g} % of {'spam' if of == 'spam' else 'machines'})"
            for name, share in zip(largest[f"{of}_os"], largest[f"{of}_share"], strict=True)
        ]
    )


def _checked(shares: pd.DataFrame, of: str, names: Mapping[str, str]) -> pd.DataFrame:
    """One table under column names of its own, or an error that says what is wrong with it."""
    systems, share = shares["os"], shares["share"].astype(float)
    bad = ~(np.isfinite(share) & (share >= 0))
    if bad.any():
        raise FigureError(
            *(
                f"the {of} share of {name!r} is {figure}; shares are percents from 0 to 100"
                for name, figure in zip(systems[bad], share[bad], strict=True)
            )
        )
    same_os = systems.map(lambda name: canonical(name, names))
    again = same_os.duplicated()
    if again.any():
        raise MatchError(*(f"{name!r} is among the {of} shares twice" for name in systems[again]))
    return pd.DataFrame({"canonical": same_os, f"{of}_os": systems, f"{of}_share": share})
