"""What if some of an OS's spam were another's: shares moved before they are ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from spamindex.errors import FigureError, MatchError
from spamindex.names import BUILT_IN, Names

_MOVING = ("share", "count", "half")  # what of a row goes with its spam


def reattribute(
    spam: pd.DataFrame,
    moves: Sequence[tuple[str, str, float]],
    *,
    by: Sequence[str] = (),
    names: Names | Mapping[str, str] = BUILT_IN,
) -> pd.DataFrame:
    """Move part of one OS's spam to another, as if a relay had hidden where it came from.

    ``spam`` is as ``read_shares`` gives it, with or without counts. Each move, in order, is from an
    OS to an OS, by any of their names, and says how many percent of the first one's spam go; in
    every ranking (``by``) that has it. Returns a new DataFrame; an OS that spam is moved to gets a
    row where it has none. Raises MatchError where no ranking has the OS that spam is moved from,
    FigureError for what is no percent.

    >>> spam = pd.DataFrame({"os": ["Linux", "Windows"], "share": [5.0, 95.0]})
    >>> reattribute(spam, [("Linux", "Windows", 40)])
            os  share
    0    Linux    3.0
    1  Windows   97.0
    """
    names = Names.of(names)
    columns = [name for name in by if name in spam]
    for giver, taker, percent in moves:
        if not 0 <= percent <= 100:
            raise FigureError(f"{percent:g} is not a percent of {giver}'s spam: it is 0 to 100")
        spam = _moved(spam, giver, taker, percent / 100, columns, names)
    return spam


def _moved(
    spam: pd.DataFrame, giver: str, taker: str, part: float, by: list[str], names: Names
) -> pd.DataFrame:
    same_os = spam["os"].map(names.canonical)
    gives = same_os == names.canonical(giver)
    if not gives.any():
        raise MatchError(f"{giver!r} has no spam share to move: {', '.join(spam['os'].unique())}")
    if names.canonical(taker) == names.canonical(giver):
        return spam
    gifts = spam.loc[gives].assign(os=taker)
    moving = [column for column in _MOVING if column in spam]
    gifts[moving] *= part
    rest = spam.copy()
    rest.loc[gives, moving] *= 1 - part
    both = pd.concat([rest, gifts], ignore_index=True)
    keys = [*(both[name] for name in by), both["os"].map(names.canonical)]
    how = {column: "sum" if column in moving else "first" for column in both}
    return both.groupby(keys, sort=False).agg(how).reset_index(drop=True)
