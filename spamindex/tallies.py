"""Counts by label as shares by OS: what is small, done once, whatever has counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from spamindex.errors import MatchError
from spamindex.fingerprints import UNKNOWN
from spamindex.names import BUILT_IN, Names
from spamindex.question import Counts


def shares(
    counts: Counts,
    *,
    names: Names | Mapping[str, str] = BUILT_IN,
    family: bool = True,
    ignore_unknown: bool = False,
) -> pd.DataFrame:
    """What percent of the spam came from each OS: what is small is done here, whatever the engine.

    Returns a table as ``tally`` does. Raises MatchError where there is no spam, or none of a known
    OS with ``ignore_unknown``.
    """
    names = Names.of(names)
    table = counts.table
    said = {label: _system(label, names, family=family) for label in table["label"].unique()}
    table = table.assign(os=table["label"].map(said))
    if not len(table):
        raise MatchError(f"none of {counts.read} records is spam: --spam COLUMN=VALUE says which")
    # Of several spellings of one OS, the one that most messages have.
    sums = table.groupby("os")["messages"].sum().sort_values(kind="stable")
    best = {names.canonical(os): os for os in map(str, sums.index)}
    table["os"] = [best[names.canonical(os)] for os in table["os"]]
    if ignore_unknown:
        table = table[table["os"] != UNKNOWN]
        if not len(table):
            raise MatchError("no record of spam has a known OS")
    by = [f"by{i}" for i in range(len(counts.by))]
    result: pd.DataFrame = table.groupby([*by, "os"], as_index=False)[["messages"]].sum()
    messages = result["messages"]
    whole = result.groupby(by)["messages"].transform("sum") if by else messages.sum()
    result["spam_share"] = 100 * messages / whole
    result["fewest"] = -messages
    result = result.sort_values([*by, "fewest", "os"], ignore_index=True)
    result = result[[*by, "os", "spam_share", "messages"]]
    return result.rename(columns=dict(zip(by, counts.by, strict=True)))


def labels_of(os: str, labels: Collection[str], names: Names) -> list[str]:
    """Those labels of the records that are of an OS, or of a version of it."""
    wanted = {names.canonical(os)}
    return [
        label
        for label in labels
        if not wanted.isdisjoint(
            names.canonical(_system(label, names, family=family)) for family in (True, False)
        )
    ]


def _system(label: str, names: Names, *, family: bool) -> str:
    # amavis writes Windows XP; dist: 6; raw_mtu: 1340
    label = label.partition(";")[0].strip()
    if not label or label.casefold() in ("???", "unknown"):
        return UNKNOWN
    return (names.family(label) or label) if family else label
