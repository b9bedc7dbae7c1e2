"""The index against a baseline's, break-even, and spam reattributed to another OS."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex.errors import Doubt, FigureError, Findings, MatchError, Remedy, did_you_mean, listed
from spamindex.frames import as_pandas
from spamindex.names import BUILT_IN, Names
from spamindex.ranking.matching import as_shares, has_columns, numbered, told_rankings

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

_MOVING = ("share", "count", "half")  # what of a row goes with its spam


def relative_index(
    ranking: IntoFrame,
    baseline: str,
    *,
    by: str | Sequence[Hashable] = (),
    names: Names | Mapping[str, str] = BUILT_IN,
    findings: Findings | None = None,
) -> pd.DataFrame:
    """Add to a ranking how each index compares with the baseline's.

    ``ranking`` is as ``spam_index`` gives it, ``by`` as it was given there; ``baseline`` is an OS
    by any of its names. Returns a new DataFrame with two more columns: ``relative``, the index
    divided by the baseline's, a ratio; and ``break_even``, how many percent of the OS's spam would
    have to be the baseline's for both indexes to be equal, 100·(sₐ·m_b - s_b·mₐ) / ((mₐ+m_b)·sₐ)
    for its spam share sₐ and market share mₐ and the baseline's s_b and m_b: NaN for the baseline
    itself and below it. ``relative`` is NaN where an index is missing or the baseline's is 0. A
    ranking without the baseline has neither, and is warned of (SpamIndexWarning), or that goes to
    ``findings``. Raises MatchError if none has it, ColumnError where a column is missing.

    >>> ranking = pd.DataFrame({"os": ["Linux", "Windows"], "spam_share": [5.14, 92.65],
    ...     "market_share": [1.03, 91.58], "spam_index": [5.14 / 1.03, 92.65 / 91.58]})
    >>> relative_index(ranking, "Windows")[["os", "relative", "break_even"]].round(2)
            os  relative  break_even
    0    Linux      4.93       78.84
    1  Windows      1.00         NaN
    """
    ranking, by = as_pandas(ranking), [by] if isinstance(by, str) else list(by)
    has_columns(ranking, "the ranking", (*by, "os", "spam_share", "market_share", "spam_index"))
    baseline_of = baseline_rows(ranking, baseline, by=by, names=names)
    found = findings or Findings("ranking")
    if by and (lacking := baseline_of < 0).any():
        rankings = listed(told_rankings(ranking.loc[lacking], by))
        doubt = f"nothing relative in {rankings}, where {baseline!r} is not ranked"
        found.doubts.append(Doubt(doubt, (Remedy("where", None, "leaves such rankings out"),)))
    if findings is None:
        found.warn()
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
    ranking: pd.DataFrame,
    baseline: str,
    *,
    by: Sequence[Hashable],
    names: Names | Mapping[str, str],
) -> npt.NDArray[np.int64]:
    """For each row of a ranking the number of the row of the baseline that it is compared with.

    It is -1 where a ranking (``by``) has no such OS. Raises MatchError where none has.
    """
    names = Names.of(names)
    ranked = ranking["os"].unique().tolist()
    same = _named(baseline, ranked, names)
    if not same:
        raise MatchError(f"the baseline {baseline!r} is not ranked{_meant(baseline, ranked)}")
    is_baseline = ranking["os"].isin(same).to_numpy()
    groups = numbered(ranking, by)
    rows = np.full(groups.max(initial=-1) + 1, -1)
    rows[groups[is_baseline]] = np.flatnonzero(is_baseline)
    return rows[groups]


def reattribute(
    spam: IntoFrame,
    moves: Sequence[tuple[str, str, float]],
    *,
    market: IntoFrame | None = None,
    by: str | Sequence[Hashable] = (),
    names: Names | Mapping[str, str] = BUILT_IN,
) -> pd.DataFrame:
    """Move part of one OS's spam to another, as if a relay had hidden where it came from.

    ``spam`` is as ``spam_index`` takes it, with or without counts, and ``market`` the table that it
    will be ranked with. Each move, in order, is from an OS to an OS, by any of their names, and
    says how many percent of the first one's spam go; in every ranking (``by``) that has it. Counts
    and half units go along; a row that gets some has the larger of both design effects. Returns a
    new DataFrame; an OS that only ``market`` has gets a row where it has none.

    Raises MatchError for an OS that spam is moved from and no row has, or that it is moved to and
    neither table has; FigureError for what is no percent.

    >>> spam = pd.DataFrame({"os": ["Linux", "Windows"], "share": [5.0, 95.0]})
    >>> reattribute(spam, [("Linux", "Windows", 40)])
            os  share
    0    Linux    3.0
    1  Windows   97.0
    """
    names = Names.of(names)
    by = [by] if isinstance(by, str) else list(by)
    table = as_shares(spam, "spam", by)
    has_columns(table, "the table of spam shares", ("os", "share"))
    there = []
    if market is not None:
        of_market = as_pandas(market)
        has_columns(of_market, "the table of market shares", ("os",))
        there = of_market["os"].unique().tolist()
    for giver, taker, percent in moves:
        if not 0 <= percent <= 100:
            raise FigureError(f"{percent:g} is not a percent of {giver}'s spam: it is 0 to 100")
        senders = table["os"].unique().tolist()
        gives = _named(giver, senders, names)
        if not gives:
            raise MatchError(f"{giver!r} has no spam share to move{_meant(giver, senders)}")
        every = list(dict.fromkeys([*senders, *there]))
        takes = _named(taker, every, names)
        if not takes:
            raise MatchError(f"{taker!r} is in neither table{_meant(taker, every)}")
        if not {*gives} & {*takes}:  # from an OS to itself nothing moves
            labels = [label for label in by if label in table]
            table = _moved(table, gives, takes, percent / 100, labels)
    return table


def _named(os: str, among: Iterable[str], names: Names) -> list[str]:
    """The spellings of an OS among some names."""
    wanted = names.canonical(os)
    return [name for name in among if names.canonical(name) == wanted]


def _meant(name: str, among: Sequence[str]) -> str:
    return did_you_mean(name, among) or f"; choose among {listed(among)}"


def _moved(
    spam: pd.DataFrame,
    gives: Sequence[str],
    takes: Sequence[str],
    part: float,
    by: Sequence[Hashable],
) -> pd.DataFrame:
    moving = [column for column in _MOVING if column in spam and column not in by]
    effects = "design_effect" in spam and "design_effect" not in by
    spam = spam.reset_index(drop=True)
    gifts = spam[spam["os"].isin(gives)].assign(os=takes[0])
    gifts[moving] *= part
    spam = spam.astype(dict.fromkeys(moving, float))
    spam.loc[gifts.index, moving] *= 1 - part
    groups = numbered(spam, by)
    row_of = np.full(groups.max(initial=-1) + 1, -1)
    is_taker = spam["os"].isin(takes).to_numpy()
    row_of[groups[is_taker]] = np.flatnonzero(is_taker)
    target = row_of[groups[gifts.index]]
    added, new = gifts[target >= 0].set_axis(target[target >= 0], axis=0), gifts[target < 0]
    if effects:  # moved messages count as if they had been seen where they are moved to
        largest = np.maximum(spam.loc[added.index, "design_effect"], added["design_effect"])
        spam.loc[added.index, "design_effect"] = largest
    spam.loc[added.index, moving] += added[moving]
    return pd.concat([spam, new], ignore_index=True) if len(new) else spam
