"""Two frames of shares in, the ranking out; says which systems are left out, or go to Other."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spamindex.errors import Doubt, Findings, MatchError, Remedy, listed
from spamindex.names import BUILT_IN, Names, is_bare_version
from spamindex.ranking.matching import (
    CARRIED,
    MOST,
    Codes,
    Flags,
    Role,
    Side,
    as_shares,
    lumped,
    meeting,
    to_lump,
    told_rankings,
)

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

_WHOLE: dict[Role, str] = {"spam": "spam", "market": "machines"}
_OTHERS: dict[Role, Role] = {"spam": "market", "market": "spam"}


def spam_index(
    spam: IntoFrame,
    market: IntoFrame,
    *,
    by: str | Sequence[Hashable] = (),
    names: Names | Mapping[str, str] = BUILT_IN,
    lump: bool = False,
    findings: tuple[Findings, Findings] | None = None,
) -> pd.DataFrame:
    """Rank operating systems by their spam index: spam share ÷ market share.

    ``spam`` and ``market`` are frames of pandas, or of any kind that narwhals knows (Polars,
    Arrow), with a row for each OS: its name in ``os`` and its share in percent in ``share``, as
    ``read_shares`` gives them, or in ``spam_share``, as ``tally`` does. Rows meet where their names
    have one canonical form (``names``, see ``read_names``) and, with ``by``, where the texts in
    these columns are the same; a table without one of the columns is used in all its rankings.

    Returns a DataFrame with the ``by`` columns, ``os`` as ``spam`` spells it, ``spam_share`` and
    ``market_share`` in percent and ``spam_index``, a ratio: ranking after ranking, the highest
    first, ties by name, last and NaN where the market share is 0. An OS in one table alone is left
    out and warned of; the others' shares stay as they are. ``Unknown`` is never ranked, ``Other``
    only where both tables name the same systems; with ``lump`` what only one of them names is
    added to ``Other`` in both. What ``read_shares`` knows of counts and digits goes along as
    ``messages`` of ``all_messages``, ``visits`` of ``all_visits``, ``spam_half``, ``market_half``,
    ``design_effect`` and ``clusters``; ``attrs["read"]`` says in words how the tables were read.
    With ``findings`` nothing is warned of, and what is found in either table goes there.

    Raises FigureError for a share that is negative, infinite, above 100 or missing, ColumnError
    where a column is missing or called like one of the result, MatchError where an OS stands twice
    in a ranking or none stands in both tables.

    The quotient is Manly's selection ratio, used ÷ available (Manly et al., Resource Selection by
    Animals, 2002), known to geographers as the location quotient.

    >>> spam = pd.DataFrame({"os": ["Linux", "Windows"], "share": [5.14, 92.65]})
    >>> market = pd.DataFrame({"os": ["GNU/Linux", "Windows"], "share": [1.03, 91.58]})
    >>> spam_index(spam, market).round(2)
            os  spam_share  market_share  spam_index
    0    Linux        5.14          1.03        4.99
    1  Windows       92.65         91.58        1.01
    """
    by = [by] if isinstance(by, str) else list(by)
    tables = as_shares(spam, "spam", by), as_shares(market, "market", by)
    names = Names.of(names)
    found = findings or (Findings("spam shares"), Findings("market shares"))
    sides = meeting(*tables, by, names)
    if findings is None:  # where tables were read, their units are settled
        for of, pair in zip(found, (tables, tables[::-1]), strict=True):
            of.doubts += _unit_doubts(*pair, by)
    if lump:
        added = list(zip(found, sides, to_lump(*sides), strict=True))
        sides = meeting(*lumped(*sides, by), by, names)
    ranking = _ranked(*sides, by, names, found)
    for of, side, rows in added if lump else ():
        if rows.any():
            told = [f"{text})" for text in _largest_first(side, rows).values()]
            of.facts.append(f"added to Other: {listed(told)}")
    if findings is None:
        read = [table.attrs.get("read") for table in tables]
        for of in found:
            of.warn()
            read += [of.note(always=True), of.warning()]
        ranking.attrs["read"] = "\n".join(filter(None, read))
    return ranking


def _ranked(
    spam: Side,
    market: Side,
    by: Sequence[Hashable],
    names: Names,
    findings: tuple[Findings, Findings],
) -> pd.DataFrame:
    rest = spam.is_rest[spam.meets]
    in_both = spam.in_each(spam.meets[~rest])  # how many systems, of each ranking
    alone = [
        _alone(side, other, in_both > 0, by, names)
        for side, other in ((spam, market), (market, spam))
    ]
    if rest.all():
        if by and not np.isin(spam.group, market.group).any():
            told = (listed(told_rankings(side.shares, by)) for side in (spam, market))
            raise MatchError(
                "the tables have no ranking in common: the spam shares are of {}, the market "
                "shares of {}".format(*told)
            )
        raise MatchError(
            "no OS has both a spam share and a market share",
            *(doubt.text for doubts in alone for doubt in doubts),
            settles=[r for doubt in alone[0] for r in doubt.settles if r.field == "family"],
        )
    ours, theirs = findings
    for of, doubts in zip(findings, alone, strict=True):
        of.doubts += doubts
    # Other is what a table does not name: where they name different systems, it is not the same.
    same = in_both > 0
    for side in (spam, market):
        same &= side.in_each(~side.is_rest) == in_both
    ranked = ~rest | (spam.is_other[spam.meets] & same[spam.group[spam.meets]])
    ours.notes += _rests_left_out(spam, market, spam.meets[~ranked])
    theirs.notes += _rests_left_out(market, spam, market.meets[~ranked])
    alike = spam.share[spam.meets], market.share[market.meets]
    everything = len(spam.meets) == len(spam.shares) == len(market.shares) > 1
    if everything and np.allclose(*alike, rtol=1e-9, atol=0):  # as spam and machines never are
        theirs.doubts.append(Doubt("the same as the spam shares: was one table given twice?"))
    ranking = _in_order(spam, market, ranked, by)
    if unranked := ranking.loc[ranking["spam_index"].isna(), "os"].unique().tolist():
        theirs.doubts.append(
            Doubt(
                f"no spam index where the market share is 0: {listed(unranked)}",
                (Remedy("drop", unranked[0], "leaves it out, of the sums too"),),
            )
        )
    return ranking


def _in_order(spam: Side, market: Side, pairs: Flags, by: Sequence[Hashable]) -> pd.DataFrame:
    """Some of the pairs that meet, as a ranking: by index, falling, ties by name, NaN last."""
    spam_rows, market_rows = spam.meets[pairs], market.meets[pairs]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        index = spam.share[spam_rows] / market.share[market_rows]
    index[~np.isfinite(index)] = np.nan
    # The last key counts first; NaN sorts to the end.
    place = np.argsort(np.lexsort([spam.spelling[spam_rows], -index]))
    order = np.argsort(spam.group[spam_rows] * len(place) + place)  # quicker than a third key
    spam_rows, market_rows = spam_rows[order], market_rows[order]
    columns: dict[Hashable, Any] = {
        **{label: spam.shares[label].array.take(spam_rows) for label in by},
        "os": spam.shares["os"].array.take(spam_rows),
        "spam_share": spam.share[spam_rows],
        "market_share": market.share[market_rows],
        "spam_index": index[order],
        **_carried(spam, spam_rows, by),
        **_carried(market, market_rows, by),
    }
    return pd.DataFrame(columns)


def _carried(side: Side, rows: Codes, by: Sequence[Hashable]) -> dict[Hashable, Any]:
    return {
        name: side.shares[column].to_numpy(dtype=float)[rows]
        for column, name in CARRIED[side.of].items()
        if column in side.shares and column not in by
    }


def _alone(
    side: Side, other: Side, comparable: Flags, by: Sequence[Hashable], names: Names
) -> list[Doubt]:
    """What is said of rankings, and of systems, that the other table has not.

    ``comparable`` are the rankings in which both tables name some system.
    """
    missing = f"no {_OTHERS[side.of]} share"
    doubts: list[Doubt] = []
    choose = Remedy("where", None, "leaves out what is not wanted")
    known_rankings = other.in_each(other.group >= 0)[side.group] > 0
    if known_rankings.any() and not known_rankings.all():
        rankings = told_rankings(side.shares.loc[~known_rankings], by)
        doubts.append(Doubt(f"{missing}s for {listed(rankings)}: left out", (choose,)))
        left = side.alone & ~side.is_rest & known_rankings
    else:
        left = side.alone & ~side.is_rest
    if not left.any():
        return doubts
    systems = _largest_first(side, left)
    told = [
        f"{text}, a bare version number)" if is_bare_version(name) else f"{text})"
        for name, text in systems.items()
    ]
    known = set(map(names.canonical, other.shares["os"].unique()))
    families = {names.family(name) for name in known} - {None}
    akin = any(
        names.family(name) in families and names.canonical(name) not in known for name in systems
    )
    settles = [Remedy("family", "True", "adds versions up")] if akin else []
    if comparable[side.group[left]].all():
        settles.append(Remedy("lump", "True", "adds what is in one table only to Other"))
    else:
        settles.append(choose)
    return [*doubts, Doubt(f"{missing} for {listed(told)}: left out", tuple(settles))]


def _rests_left_out(side: Side, other: Side, dropped: Codes) -> list[str]:
    """What is said of rests: those without a partner, and those that meet and are not ranked."""
    left = side.alone & side.is_rest & (other.in_each(other.group >= 0)[side.group] > 0)
    left[dropped] = True
    if not left.any():
        return []
    told = [f"{text})" for text in _largest_first(side, left).values()]
    why = ""
    if side.is_other[dropped].any():
        why = ", since the tables name different systems"
    elif side.is_other[left].any():
        why = ", which only this table has"
    return [f"not ranked: {listed(told)}{why}"]


def _largest_first(side: Side, rows: Flags) -> dict[str, str]:
    """For each system in some rows, by name, its largest share in words; a bracket is open."""
    left = pd.DataFrame({"name": side.spelling[rows], "share": side.share[rows]})
    systems = left.groupby("name")["share"].agg(["max", "count"]).reset_index()
    systems = systems.sort_values(["max", "name"], ascending=[False, True])
    return {
        (name := side.spellings[number]): f"{name} ({largest:.4g} % of {_WHOLE[side.of]}"
        + (f", in {count} rankings" if count > 1 else "")
        for number, largest, count in systems.itertuples(index=False)
    }


def _unit_doubts(shares: pd.DataFrame, other: pd.DataFrame, by: Sequence[Hashable]) -> list[Doubt]:
    """Doubts about a table that adds up to more than 100, or to 1 beside one that does not."""
    total, others = shares["share"].sum(), other["share"].sum()
    if total > MOST and not any(label in shares for label in by):
        return [Doubt(f"add up to {total:.10g}, more than 100 percent")]
    if len(shares) > 1 and abs(total - 1) <= 0.01 and others > 2:
        return [Doubt(f"add up to {total:.4g} percent: are these fractions?")]
    return []
