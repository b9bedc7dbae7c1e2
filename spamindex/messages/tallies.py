"""Counts by label as shares by OS: what is small, done once, whatever has counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from spamindex.errors import MatchError
from spamindex.messages.fingerprints import UNKNOWN
from spamindex.messages.query import Counts
from spamindex.names import BUILT_IN, Names


def shares(
    counts: Counts,
    *,
    names: Names | Mapping[str, str] = BUILT_IN,
    family: bool = True,
    ignore_unknown: bool = False,
) -> dict[str, list[Any]]:
    """What percent of the spam came from each OS: what is small is done here, whatever the engine.

    Returns a table as ``tally`` does, as lists: pandas takes longer to load than DuckDB takes to
    count fifty million records. Raises MatchError where there is no spam, or none of a known OS
    with ``ignore_unknown``.

    >>> shares(Counts({("Windows XP",): 2, ("Windows 7",): 1, ("Linux",): 1}, [], {}, 0))
    {'os': ['Windows', 'Linux'], 'spam_share': [75.0, 25.0], 'messages': [3, 1]}
    """
    if not counts.messages:
        raise MatchError(f"none of {counts.read} records is spam: --spam COLUMN=VALUE says which")
    systems = _systems(counts.labels, Names.of(names), family=family)
    sums, wholes = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for (*by, label), messages in counts.messages.items():
        if not (ignore_unknown and systems[label] == UNKNOWN):
            sums[*by, systems[label]] += messages
            wholes[*by,] += messages
    if not sums:
        raise MatchError("no record of spam has a known OS")
    most_first = sorted(sums, key=lambda key: (key[:-1], -sums[key], key[-1]))
    return {
        **{name: [key[i] for key in most_first] for i, name in enumerate(counts.by)},
        "os": [key[-1] for key in most_first],
        "spam_share": [100 * sums[key] / wholes[key[:-1]] for key in most_first],
        "messages": [sums[key] for key in most_first],
    }


def _systems(labels: Mapping[str, int], names: Names, *, family: bool) -> dict[str, str]:
    """The OS of each label; of several spellings of one, that which most messages have."""
    said = {label: _system(label, names, family=family) for label in labels}
    spellings = Counter[str]()
    for label, messages in labels.items():
        spellings[said[label]] += messages
    rising = sorted(spellings, key=lambda os: (spellings[os], os))
    best = {names.canonical(os): os for os in rising}
    return {label: best[names.canonical(os)] for label, os in said.items()}


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
