"""A ranking in, relative index and break-even out; spam shares in, part of them moved out."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex.errors import Doubt, FigureError, Findings, MatchError, Remedy, did_you_mean, listed
from spamindex.frames import as_pandas
from spamindex.names import BUILT_IN, Names
from spamindex.ranking.matching import Codes, as_shares, has_columns, numbered, told_rankings

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

_MOVED_COLUMNS = ("share", "count", "half")


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
    divided by the baseline's, a ratio; and ``break_even``, the percent of the OS's spam that would
    have to be the baseline's for both indexes to be equal, 100·(sₐ·m_b - s_b·mₐ) / ((mₐ+m_b)·sₐ)
    for its spam share sₐ and market share mₐ and the baseline's s_b and m_b. ``break_even`` is NaN
    for the baseline and for lower indexes, ``relative`` where an index is missing or the baseline's
    is 0. Both are NaN in a ranking without the baseline: a SpamIndexWarning, or a doubt in
    ``findings``. Raises MatchError if no ranking has the baseline, ColumnError where a column is
    missing.

    >>> ranking = pd.DataFrame({"os": ["Linux", "Windows"], "spam_share": [5.14, 92.65],
    ...     "market_share": [1.03, 91.58], "spam_index": [5.14 / 1.03, 92.65 / 91.58]})
    >>> relative_index(ranking, "Windows")[["os", "relative", "break_even"]].round(2)
            os  relative  break_even
    0    Linux      4.93       78.84
    1  Windows      1.00         NaN
    """
    ranking, by = as_pandas(ranking), [by] if isinstance(by, str) else list(by)
    has_columns(ranking, "the ranking", (*by, "os", "spam_share", "market_share", "spam_index"))
    baseline_of = baseline_rows(ranking, baseline, by, names)
    if by and (without := baseline_of < 0).any():
        rankings = listed(told_rankings(ranking.loc[without], by))
        text = f"no relative index in {rankings}: {baseline!r} is not ranked there"
        doubt = Doubt(text, (Remedy("where", None, "leaves such rankings out"),))
        if findings is None:
            Findings("ranking", doubts=[doubt]).warn()
        else:
            findings.doubts.append(doubt)
    spam, market, index = (
        ranking[column].to_numpy() for column in ("spam_share", "market_share", "spam_index")
    )
    spam_b, market_b, index_b = (values_at(values, baseline_of) for values in (spam, market, index))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        relative = index / index_b
        more = spam * market_b - spam_b * market
        break_even = 100 * more / ((market + market_b) * spam)
    is_above = (more > 0) & (baseline_of != np.arange(len(ranking)))
    return ranking.assign(
        relative=np.where(np.isfinite(relative), relative, np.nan),
        break_even=np.where(is_above, break_even, np.nan),
    )


def values_at(values: npt.NDArray[np.float64], rows: Codes) -> npt.NDArray[np.float64]:
    """The values in some rows; NaN for row -1."""
    return np.where(rows < 0, np.nan, values[rows])


def baseline_rows(
    ranking: pd.DataFrame, baseline: str, by: Sequence[Hashable], names: Names | Mapping[str, str]
) -> Codes:
    """For each row of a table of rankings, the row of the baseline in the same ranking.

    It is -1 where a ranking (``by``) has no such OS. Raises MatchError where none has.
    """
    ranked = ranking["os"].unique().tolist()
    spellings = _spellings(baseline, ranked, Names.of(names))
    if not spellings:
        raise MatchError(f"the baseline {baseline!r} is not ranked{_suggestion(baseline, ranked)}")
    return _rows_of(spellings, ranking, by)


def _rows_of(spellings: Sequence[str], frame: pd.DataFrame, by: Sequence[Hashable]) -> Codes:
    """For each row, the row of the OS with these spellings in the same ranking; -1 for none."""
    is_os = frame["os"].isin(spellings).to_numpy()
    groups = numbered(frame, by)
    rows = np.full(groups.max(initial=-1) + 1, -1)
    rows[groups[is_os]] = np.flatnonzero(is_os)
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
    will be ranked with. Each move is ``(from, to, percent)``: two OSes, by any of their names, and
    the percent of the first one's spam to move. Moves are made in order, in every ranking (``by``)
    that has the first OS. Counts and half units move along; the row that receives them gets the
    larger of both design effects. Returns a new DataFrame, with a new row for an OS that only
    ``market`` has.

    Raises MatchError where ``spam`` lacks the first OS, or both tables lack the second one;
    FigureError for a percent below 0 or above 100.

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
    market_names = []
    if market is not None:
        market_table = as_pandas(market)
        has_columns(market_table, "the table of market shares", ("os",))
        market_names = market_table["os"].unique().tolist()
    for source, target, percent in moves:
        if not 0 <= percent <= 100:
            raise FigureError(f"{percent:g} is not a percent of {source}'s spam: give 0 to 100")
        spam_names = table["os"].unique().tolist()
        sources = _spellings(source, spam_names, names)
        if not sources:
            suggestion = _suggestion(source, spam_names)
            raise MatchError(f"{source!r} has no spam share to move{suggestion}")
        all_names = list(dict.fromkeys([*spam_names, *market_names]))
        targets = _spellings(target, all_names, names)
        if not targets:
            raise MatchError(f"{target!r} is in neither table{_suggestion(target, all_names)}")
        if set(sources).isdisjoint(targets):  # a move from an OS to itself changes nothing
            labels = [label for label in by if label in table]
            table = _move(table, sources, targets, percent / 100, labels)
    return table


def _spellings(os: str, among: Iterable[str], names: Names) -> list[str]:
    """The names of an OS among some names."""
    canonical = names.canonical(os)
    return [name for name in among if names.canonical(name) == canonical]


def _suggestion(name: str, among: Sequence[str]) -> str:
    return did_you_mean(name, among) or f"; choose among {listed(among)}"


def _move(
    spam: pd.DataFrame, sources: list[str], targets: list[str], part: float, by: list[Hashable]
) -> pd.DataFrame:
    """Move a part, as a fraction, of the spam of one OS to another in each ranking."""
    columns = [column for column in _MOVED_COLUMNS if column in spam and column not in by]
    spam = spam.reset_index(drop=True)
    moved = spam[spam["os"].isin(sources)].assign(os=targets[0])
    moved[columns] *= part
    spam = spam.astype(dict.fromkeys(columns, float))
    spam.loc[moved.index, columns] *= 1 - part
    rows = _rows_of(targets, spam, by)[moved.index]
    added, new = moved[rows >= 0].set_axis(rows[rows >= 0], axis=0), moved[rows < 0]
    if "design_effect" in spam and "design_effect" not in by:
        # Moved messages count as if they had been seen where they are moved to.
        largest = np.maximum(spam.loc[added.index, "design_effect"], added["design_effect"])
        spam.loc[added.index, "design_effect"] = largest
    spam.loc[added.index, columns] += added[columns]
    return pd.concat([spam, new], ignore_index=True) if len(new) else spam
