"""Two frames of shares in, which of their rows meet out; lump adds up what is in one alone."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex.errors import ColumnError, FigureError, MatchError, Remedy, listed
from spamindex.frames import as_pandas, decimal_sums
from spamindex.names import Names

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

Role: TypeAlias = Literal["spam", "market"]
Codes: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

MOST = 101  # percent: rounded shares may add up to a little more than 100
OTHER, UNKNOWN = "other", "unknown"  # the canonical names of the rests

# What is known of how a share came about, and what it is called in a ranking.
CARRIED: dict[Role, dict[str, str]] = {
    "spam": {
        "count": "messages",
        "total": "all_messages",
        "half": "spam_half",
        "design_effect": "design_effect",
        "clusters": "clusters",
    },
    "market": {"count": "visits", "total": "all_visits", "half": "market_half"},
}
COLUMNS = (
    "os", "spam_share", "market_share", "spam_index",
    "low", "high", "interval", "relative", "relative_low", "relative_high", "break_even",
    *CARRIED["spam"].values(), *CARRIED["market"].values(),
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One of two tables, and for each of its rows whom it meets in the other one.

    Both tables have all ``by`` columns, and each system once in a ranking.
    """

    of: Role
    shares: pd.DataFrame
    share: npt.NDArray[np.float64]
    group: Codes  # the number of its ranking, in the order in which they are ranked
    groups: int  # how many rankings there are in both tables together
    meets: Codes  # the rows that meet, in the same order as those of the other table
    is_other: Flags
    is_rest: Flags  # Other or Unknown
    spelling: Codes  # the number of its name
    spellings: list[str]  # the sorted names

    @property
    def alone(self) -> Flags:
        """The rows without a partner."""
        alone = np.ones(len(self.shares), bool)
        alone[self.meets] = False
        return alone

    def in_each(self, rows: Codes | Flags) -> Codes:
        """How many of some rows are in each ranking."""
        return np.bincount(self.group[rows], minlength=self.groups)


def as_shares(frame: IntoFrame, of: Role, by: Sequence[Hashable]) -> pd.DataFrame:
    """A frame of any kind as a table of shares: that of ``tally`` by the names of its columns."""
    shares, own = as_pandas(frame), f"{of}_share"
    if "share" in shares or own not in shares:
        return shares
    called = {own: "share", "machines": "count"} | {to: c for c, to in CARRIED[of].items()}
    shares = shares.rename(columns={name: c for name, c in called.items() if name not in by})
    if "count" in shares and "total" not in shares:  # rows may have been left out since
        there = [label for label in by if label in shares]
        sums = shares[["count", "share"]]
        sums = sums.groupby(numbered(shares, there)).transform("sum")
        shares = shares.assign(total=(100 * sums["count"] / sums["share"]).round())
    return shares


def numbered(frame: pd.DataFrame, by: Sequence[Hashable]) -> Codes:
    """For each row of a frame the number of its ranking, in the order in which these come."""
    if not by:
        return np.zeros(len(frame), np.int64)
    groups = frame.groupby(list(by), sort=False, dropna=False)
    return groups.ngroup().to_numpy().astype(np.int64)


def meeting(
    spam: pd.DataFrame, market: pd.DataFrame, by: Sequence[Hashable], names: Names
) -> tuple[Side, Side]:
    """The two tables with all ``by`` columns, and which of their rows meet.

    A table without one of the columns stands in all rankings of the other one.

    Raises ColumnError or FigureError for what is no table of shares in percent, MatchError where a
    system stands twice in a ranking.
    """
    _check(spam, "spam", by)
    _check(market, "market", by)
    for label in by:
        if label not in spam and label not in market:
            raise ColumnError(f"neither table has a column {label!r}")
    own = [[label for label in by if label in shares] for shares in (spam, market)]
    spam, market = _with_rankings_of(spam, market, by), _with_rankings_of(market, spam, by)
    cut = len(spam)
    spelling, spellings = _codes(spam["os"], market["os"])
    canonical = [names.canonical(name) for name in spellings]
    system = pd.factorize(np.array(canonical, dtype=object))[0][spelling]
    group, groups = np.zeros(len(spelling), np.int64), 1
    for label in by:
        codes, values = _codes(spam[label], market[label])
        # Numbered anew after each column, so that they never outgrow their type.
        numbers, distinct = pd.factorize(group * len(values) + codes)
        group, groups = np.argsort(np.argsort(distinct))[numbers], len(distinct)
    keys, distinct = pd.factorize(group * len(canonical) + system)
    row_in_market = np.full(len(distinct), -1)
    row_in_market[keys[cut:]] = np.arange(len(market))
    partner = row_in_market[keys[:cut]]
    meets = np.flatnonzero(partner >= 0)
    other, unknown = (np.array([name == rest for name in canonical]) for rest in (OTHER, UNKNOWN))

    def side(of: Role, shares: pd.DataFrame, rows: slice, met: Codes, own: list[Hashable]) -> Side:
        if np.bincount(keys[rows]).max(initial=0) > 1:
            raise _twice(shares, of, pd.Series(keys[rows]).duplicated().to_numpy(), by, own)
        return Side(
            of, shares, shares["share"].to_numpy(dtype=float), group[rows], groups, met,
            other[spelling][rows], (other | unknown)[spelling][rows], spelling[rows], spellings,
        )  # fmt: skip

    return (
        side("spam", spam, slice(cut), meets, own[0]),
        side("market", market, slice(cut, None), partner[meets], own[1]),
    )


def told_rankings(rows: pd.DataFrame, by: Sequence[Hashable]) -> list[str]:
    """What the rankings of some rows are called: their values, such as DE/2010-03."""
    called = (
        "/".join(str(value) for value in values if not pd.isna(value))
        for values in rows[list(by)].drop_duplicates().itertuples(index=False, name=None)
    )
    return list(dict.fromkeys(called))


def has_columns(frame: pd.DataFrame, what: str, columns: Iterable[Hashable]) -> None:
    """Raise ColumnError with the first column that a table has not."""
    for column in columns:
        if column not in frame:
            there = listed(list(map(str, frame.columns)))
            raise ColumnError(f"{what} has no column {column!r}; there are {there}")


def _check(shares: pd.DataFrame, of: Role, by: Sequence[Hashable]) -> None:
    """Refuse what is no table of shares in percent."""
    if not shares.columns.is_unique:
        twice = shares.columns[shares.columns.duplicated()].tolist()
        raise ColumnError(f"the table of {of} shares has two columns {twice[0]!r}")
    for label in by:
        if label in (*COLUMNS, "share"):
            raise ColumnError(f"{label!r} is a column of the result; rename the one of 'by'")
    has_columns(shares, f"the table of {of} shares", ("os", "share"))
    if not all(isinstance(name, str) for name in shares["os"].unique()):
        raise ColumnError(f"the table of {of} shares has names in 'os' that are not text")
    try:
        share = shares["share"].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise FigureError(f"the {of} shares are not numbers: {error}") from error
    bad = np.flatnonzero(~(np.isfinite(share) & (share >= 0) & (share <= MOST)))
    if len(bad):
        raise FigureError(
            *(
                f"the {of} share of {shares['os'].iloc[row]!r} is {share[row]:.10g}; "
                "shares are percents, from 0 to 100"
                for row in bad
            )
        )


def _with_rankings_of(
    shares: pd.DataFrame, other: pd.DataFrame, by: Sequence[Hashable]
) -> pd.DataFrame:
    """A table with all ``by`` columns: its rows stand in each ranking of the other that they fit.

    Rows that fit in none stay, with nothing in the columns that they get.
    """
    if all(label in shares for label in by):
        return shares
    rankings = other[[label for label in by if label in other]].drop_duplicates()
    if shared := [label for label in rankings if label in shares]:
        return shares.merge(rankings, on=shared, how="left")
    return shares.merge(rankings, how="cross")


def _codes(ours: pd.Series[Any], theirs: pd.Series[Any]) -> tuple[Codes, list[Any]]:
    """The number of each value among the sorted ones of both, first ours, then theirs."""
    parts = [pd.factorize(column, use_na_sentinel=False) for column in (ours, theirs)]
    # What is missing is one value among the others, and comes first.
    found = [[None if pd.isna(value) else value for value in values] for _, values in parts]
    distinct = {value for values in found for value in values}
    mixed = len({type(value) for value in distinct if value is not None}) > 1
    values = sorted(distinct, key=lambda v: (v is not None, str(v) if mixed else v))
    number = {value: place for place, value in enumerate(values)}
    numbers = (np.array([number[value] for value in part], dtype=np.int64) for part in found)
    return np.concatenate([n[codes] for (codes, _), n in zip(parts, numbers, strict=True)]), values


def _twice(
    shares: pd.DataFrame,
    of: Role,
    twice: Flags,
    by: Sequence[Hashable],
    own: Sequence[Hashable],
) -> MatchError:
    faults = []
    for row in np.flatnonzero(twice).tolist():
        where = "".join(told_rankings(shares.iloc[[row]], own)) if own else ""
        fault = f"{shares['os'].iloc[row]!r} is among the {of} shares twice"
        faults.append(f"{fault} in {where}" if where else fault)
    known = {"os", "share", *CARRIED["spam"], *by}
    return MatchError(
        *dict.fromkeys(faults),
        settles=[
            Remedy("by", str(label), "ranks each of its values")
            for label in shares
            if label not in known
        ],
    )


def to_lump(spam: Side, market: Side) -> tuple[Flags, Flags]:
    """The rows of systems that only one table names, in rankings where they name one alike."""
    comparable = spam.in_each(spam.meets[~spam.is_rest[spam.meets]]) > 0
    ours, theirs = (s.alone & ~s.is_rest & comparable[s.group] for s in (spam, market))
    return ours, theirs


def lumped(spam: Side, market: Side, by: Sequence[Hashable]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with what only one of them names added to its Other, ranking by ranking."""
    called = [*spam.shares["os"][spam.is_other], *market.shares["os"][market.is_other], "Other"][0]
    tables = []
    for side, goes in zip((spam, market), to_lump(spam, market), strict=True):
        goes = goes | (side.is_other & (side.in_each(goes) > 0)[side.group])
        others = _added_up(side.shares[goes].assign(os=called), side.group[goes], by)
        tables.append(pd.concat([side.shares[~goes], others], ignore_index=True))
    return tables[0], tables[1]


def _added_up(rows: pd.DataFrame, groups: Codes, by: Sequence[Hashable]) -> pd.DataFrame:
    """The rows of each group as one: shares, counts and half units add up.

    How the parts vary together is not known. The standard error of a sum is at most the sum of the
    standard errors, and the design effect is the one that follows from that.
    """
    first = ~pd.Series(groups).duplicated().to_numpy()
    sums = rows[first].set_axis(groups[first], axis=0)
    known = [column for column in CARRIED["spam"] if column in rows and column not in by]
    for column in ("share", *{"count", "half"}.intersection(known)):
        sums[column] = pd.Series(decimal_sums(groups.tolist(), rows[column].astype(float).tolist()))
    if "design_effect" in known:
        part, whole = rows["share"] / 100, sums["share"] / 100
        deviation = (rows["design_effect"] * part * (1 - part)).clip(lower=0) ** 0.5
        largest = rows.groupby(groups)["design_effect"].max()
        effect = deviation.groupby(groups).sum() ** 2 / (whole * (1 - whole))
        # No or all messages would be 0 ÷ 0.
        sums["design_effect"] = effect.where((whole > 0) & (whole < 1), largest)
    return sums
