"""Spam share ÷ market share, ranked."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex.errors import (
    SHOWN,
    ColumnError,
    FigureError,
    MatchError,
    SpamIndexWarning,
    UnitError,
    listed,
)
from spamindex.names import BUILT_IN, Names, is_bare_version

_MOST = 101  # percent: rounded shares may add up to a little more than 100


def spam_index(
    spam: pd.DataFrame,
    market: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    names: Names | Mapping[str, str] = BUILT_IN,
) -> pd.DataFrame:
    """Rank operating systems by their spam index: spam share ÷ market share.

    ``spam`` and ``market`` have a row for each OS, with its name in ``os`` and its share in
    percent in ``share``, as ``read_shares`` gives them. Rows meet where their names have one
    canonical form (``names``, see ``read_names``) and, with ``by``, where the texts in these
    columns are the same; a table without one of the columns serves all its rankings.

    Returns a DataFrame with the ``by`` columns, ``os`` as ``spam`` spells it, ``spam_share`` and
    ``market_share`` in percent and ``spam_index``, a ratio: ranking after ranking, the highest
    first, ties by name, last and NaN where the market share is 0. An OS in one table alone is left
    out and warned of; the others' shares stay as they are. What ``read_shares`` knows of counts
    and digits goes along as ``messages`` of ``all_messages``, ``visits`` of ``all_visits``,
    ``spam_half`` and ``market_half``. Raises FigureError for a share that is
    negative, infinite, above 100 or missing, UnitError for shares that add up to more, ColumnError
    where a column is missing, MatchError where an OS
    stands twice in a ranking or none stands in both tables.

    The quotient is Manly's selection ratio, used ÷ available (Manly et al., Resource Selection by
    Animals, 2002), known to geographers as the location quotient.

    >>> spam = pd.DataFrame({"os": ["Linux", "Windows"], "share": [5.14, 92.65]})
    >>> market = pd.DataFrame({"os": ["GNU/Linux", "Windows"], "share": [1.03, 91.58]})
    >>> spam_index(spam, market).round(2)
            os  spam_share  market_share  spam_index
    0    Linux        5.14          1.03        4.99
    1  Windows       92.65         91.58        1.01
    """
    for name in by:
        if name not in spam and name not in market:
            raise ColumnError(f"neither table has a column {name!r}")
    names = Names.of(names)
    spam_share, market_share = _checked(spam, "spam", by), _checked(market, "market", by)
    spam_keys, market_keys = _keys(
        spam, market, [name for name in by if name in spam and name in market], names
    )
    _refuse_twice(spam, spam_keys, "spam", [name for name in by if name not in market])
    _refuse_twice(market, market_keys, "market", [name for name in by if name not in spam])

    pairs = pd.DataFrame({"key": spam_keys, "spam": np.arange(len(spam))}).merge(
        pd.DataFrame({"key": market_keys, "market": np.arange(len(market))}), on="key"
    )
    in_spam, in_market = pairs["spam"].to_numpy(), pairs["market"].to_numpy()
    doubts = [
        *_in_two_units(spam_share, market_share),
        *_left_out(spam, spam_share, in_spam, "spam", market, "market", names),
        *_left_out(market, market_share, in_market, "machines", spam, "spam", names),
    ]
    if not len(pairs):
        _refuse_apart(spam, market, by)
        raise MatchError("no OS has both a spam share and a market share", *doubts)

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        index = spam_share[in_spam] / market_share[in_market]
    index[~np.isfinite(index)] = np.nan
    labels = [(spam["os"].astype(str), in_spam)] + [
        (spam[name], in_spam) if name in spam else (market[name], in_market) for name in by
    ]
    ranks = [pd.factorize(texts, sort=True)[0][rows] for texts, rows in labels]
    # The last key counts first; NaN sorts to the end.
    order = np.lexsort([ranks[0], -index, *reversed(ranks[1:])])
    ranking = pd.DataFrame(
        {
            **{
                name: texts.array.take(rows[order])
                for name, (texts, rows) in zip([*by, "os"], [*labels[1:], labels[0]], strict=True)
            },
            "spam_share": spam_share[in_spam[order]],
            "market_share": market_share[in_market[order]],
            "spam_index": index[order],
            **_carried(spam, in_spam[order], ("messages", "all_messages", "spam_half")),
            **_carried(market, in_market[order], ("visits", "all_visits", "market_half")),
        }
    )
    unranked = ranking.loc[ranking["spam_index"].isna(), "os"].unique().tolist()
    if unranked:
        doubts.append(f"no spam index where the market share is 0: {listed(unranked)}")
    for doubt in doubts:
        warnings.warn(SpamIndexWarning(doubt), stacklevel=2)
    return ranking


def _checked(shares: pd.DataFrame, of: str, by: Sequence[str]) -> npt.NDArray[np.float64]:
    for column in ("os", "share"):
        if column not in shares:
            raise ColumnError(f"the table of {of} shares has no column {column!r}")
    if not all(isinstance(name, str) for name in shares["os"].unique()):
        raise ColumnError(f"the table of {of} shares has names in 'os' that are not text")
    try:
        share = shares["share"].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise FigureError(f"the {of} shares are not numbers: {error}") from error
    bad = np.flatnonzero(~(np.isfinite(share) & (share >= 0) & (share <= _MOST)))
    if len(bad):
        raise FigureError(
            *(
                f"the {of} share of {shares['os'].iloc[row]!r} is {share[row]:.10g}; "
                "shares are percents, from 0 to 100"
                for row in bad
            )
        )
    if share.sum() > _MOST and not any(name in shares for name in by):
        raise UnitError(f"the {of} shares add up to {share.sum():.10g}, more than 100 percent")
    return share


def _carried(
    shares: pd.DataFrame, rows: npt.NDArray[np.int64], names: tuple[str, str, str]
) -> dict[str, npt.NDArray[np.float64]]:
    """What is known of how a share came about, under the names that it has in a ranking."""
    return {
        name: shares[column].to_numpy(dtype=float)[rows]
        for column, name in zip(("count", "total", "half"), names, strict=True)
        if column in shares
    }


def _in_two_units(spam: npt.NDArray[np.float64], market: npt.NDArray[np.float64]) -> list[str]:
    """A doubt about one table that adds up to 1, as fractions do, beside one that does not."""
    for of, one, other in (("spam", spam, market), ("market", market, spam)):
        if len(one) > 1 and abs(one.sum() - 1) <= 0.01 and other.sum() > 2:
            return [f"the {of} shares add up to {one.sum():.4g} percent: are they fractions?"]
    return []


def _keys(
    spam: pd.DataFrame, market: pd.DataFrame, by: Sequence[str], names: Names
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A number for each row of both tables, the same where they are of one OS and ranking."""
    codes, spellings = pd.factorize(pd.concat([spam["os"], market["os"]], ignore_index=True))
    keys = pd.factorize(np.array([names.canonical(name) for name in spellings], dtype=object))[0][
        codes
    ]
    for name in by:
        both = pd.concat([spam[name], market[name]], ignore_index=True)
        codes, texts = pd.factorize(both, use_na_sentinel=False)
        # Numbered anew after each column, so that they never outgrow their type.
        keys = pd.factorize(keys * len(texts) + codes)[0]
    return keys[: len(spam)], keys[len(spam) :]


def _refuse_apart(spam: pd.DataFrame, market: pd.DataFrame, by: Sequence[str]) -> None:
    """Say of tables that have no ranking in common that this is why no OS is in both."""
    for name in by:
        if name in spam and name in market and not set(spam[name]) & set(market[name]):
            ours, theirs = (listed(sorted(set(map(str, table[name])))) for table in (spam, market))
            raise MatchError(
                f"no {name} is in both tables: the spam shares are of {ours}, the market shares of "
                f"{theirs}"
            )


def _refuse_twice(
    shares: pd.DataFrame, keys: npt.NDArray[np.int64], of: str, by: Sequence[str]
) -> None:
    rows = pd.DataFrame({"key": keys, **{name: shares[name] for name in by}})
    twice = np.flatnonzero(rows.duplicated())
    if len(twice):
        raise MatchError(
            *(f"{shares['os'].iloc[row]!r} is among the {of} shares twice" for row in twice)
        )


def _left_out(
    shares: pd.DataFrame,
    share: npt.NDArray[np.float64],
    matched: npt.NDArray[np.int64],
    whole: str,
    other: pd.DataFrame,
    missing: str,
    names: Names,
) -> list[str]:
    """What is said of the systems that the other table has not."""
    alone = np.ones(len(shares), bool)
    alone[matched] = False
    if not alone.any():
        return []
    left = pd.DataFrame({"os": shares["os"].to_numpy()[alone], "share": share[alone]})
    systems = left.groupby("os")["share"].agg(["max", "count"]).reset_index()
    systems = systems.sort_values(["max", "os"], ascending=[False, True])
    told = [
        f"{name} ({largest:.4g} % of {whole}"
        + (f", {count} times" if count > 1 else "")
        + (", a bare version number)" if is_bare_version(name) else ")")
        for name, largest, count in systems.head(SHOWN).itertuples(index=False)
    ]
    known = {names.canonical(name) for name in other["os"].unique()}
    families = {names.family(name) for name in known} - {None}
    akin = any(
        names.family(name) in families and names.canonical(name) not in known
        for name in systems["os"]
    )
    hint = "; --family adds versions up" if akin else ""
    return [f"no {missing} share for {listed(told, of=len(systems))}: left out{hint}"]
