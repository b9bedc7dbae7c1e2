"""Each index against a baseline's: how many times it is, and what relayed spam would explain."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex.errors import MatchError, SpamIndexWarning, listed
from spamindex.names import BUILT_IN, Names


def relative_index(
    ranking: pd.DataFrame,
    baseline: str,
    *,
    by: Sequence[str] = (),
    names: Names | Mapping[str, str] = BUILT_IN,
) -> pd.DataFrame:
    """Add to a ranking how each index compares with the baseline's.

    ``ranking`` is as ``spam_index`` gives it, ``by`` as it was given there; ``baseline`` is an OS
    by any of its names. Returns a new DataFrame with two more columns: ``relative``, the index
    divided by the baseline's, a ratio; and ``break_even``, how many percent of the OS's spam would
    have to be the baseline's for both indexes to be equal, 100·(sₐ·m_b - s_b·mₐ) / ((mₐ+m_b)·sₐ)
    for its spam share sₐ and market share mₐ and the baseline's s_b and m_b: NaN for the baseline
    itself and below it. ``relative`` is NaN where an index is missing or the baseline's is 0. A
    ranking without the baseline has neither, and is warned of (SpamIndexWarning); MatchError is
    raised if none has it.

    >>> ranking = pd.DataFrame({"os": ["Linux", "Windows"], "spam_share": [5.14, 92.65],
    ...     "market_share": [1.03, 91.58], "spam_index": [5.14 / 1.03, 92.65 / 91.58]})
    >>> relative_index(ranking, "Windows")[["os", "relative", "break_even"]].round(2)
            os  relative  break_even
    0    Linux      4.93       78.84
    1  Windows      1.00         NaN
    """
    baseline_of = baseline_rows(ranking, baseline, by=by, names=names)
    if (lacking := ranking.loc[baseline_of < 0, list(by)]).size:
        rankings = [", ".join(map(str, row)) for row in lacking.drop_duplicates().values]
        doubt = f"nothing relative in {listed(rankings)}, where {baseline!r} is not ranked"
        warnings.warn(SpamIndexWarning(doubt), stacklevel=2)
    spam, market, index = (
        ranking[column].to_numpy() for column in ("spam_share", "market_share", "spam_index")
    )
    spam_b, market_b, index_b = (taken(values, baseline_of) for values in (spam, market, index))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        relative = index / index_b
        more = spam * market_b - spam_b * market
        break_even = 100 * more / ((market + market_b) * spam)
    above = (more > 0) & (baseline_of != np.arange(len(ranking)))
    return ranking.assign(
        relative=np.where(np.isfinite(relative), relative, np.nan),
        break_even=np.where(above, break_even, np.nan),
    )


def taken(values: npt.NDArray[np.float64], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The values in some rows; NaN for row -1."""
    return np.where(rows < 0, np.nan, values[rows])


def baseline_rows(
    ranking: pd.DataFrame, baseline: str, *, by: Sequence[str], names: Names | Mapping[str, str]
) -> npt.NDArray[np.int64]:
    """For each row of a ranking the number of the row of the baseline that it is compared with.

    It is -1 where a ranking (``by``) has no such OS. Raises MatchError where none has.
    """
    names = Names.of(names)
    is_baseline = (ranking["os"].map(names.canonical) == names.canonical(baseline)).to_numpy()
    if not is_baseline.any():
        there = listed(ranking["os"].unique().tolist())
        raise MatchError(f"the baseline {baseline!r} is not ranked; ranked are {there}")
    if by:
        groups = ranking.groupby(list(by), sort=False).ngroup().to_numpy()
    else:
        groups = np.zeros(len(ranking), int)
    rows = np.full(groups.max(initial=-1) + 1, -1)
    rows[groups[is_baseline]] = np.flatnonzero(is_baseline)
    return rows[groups]
