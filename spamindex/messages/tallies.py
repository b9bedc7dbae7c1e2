"""Counts by label, machines and clusters in; shares by OS and their design effects out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from spamindex.errors import Doubt, Findings, MatchError, Remedy, counted, listed
from spamindex.meaning import is_missing
from spamindex.messages.fingerprints import UNKNOWN
from spamindex.messages.frames import Bring, Frame, collect_rows, lazy, nw
from spamindex.messages.options import Unit
from spamindex.names import Names, fold

Key: TypeAlias = tuple[str, ...]  # the columns counted by, then the OS
SPAM = "="  # how a flag begins of which the value means spam
_FEW = 30  # clusters from which a design effect is no good estimate, as in ranking/
# What p0f 2, and amavis behind p0f 3, write after the name of an OS; and p0f 2 for none.
_SUFFIX = re.compile(
    r"(?s)\s*(; dist:.*|(\(up: [^)]*\))?,? \((distance|link) ?.*|\(up: [^)]*\))$|^UNKNOWN \[.*$"
)
# Satori writes each alternative with its weight: Debian 12.5:5|Windows 10 - 1809:5.
_WEIGHED = re.compile(r"[^|]+:\d+(\|[^|]+:\d+)*")


class ClusterSums(NamedTuple):
    """What the design effect of one OS in one ranking is made of.

    ``squares`` is the sum of x², ``products`` of x·n, over clusters with x messages of the OS among
    n of all; ``whole_squares`` is the sum of n² over all ``clusters`` of the ranking.
    """

    squares: int
    products: int
    whole_squares: int
    clusters: int


@dataclass(frozen=True)
class Counts:
    """How much spam each OS sent, and what became of all records.

    ``units`` are messages or machines (``unit`` says which), by key: the text in each of the
    columns ``by``, then the OS; of ``clusters`` the sums by the same keys. ``labels`` are the
    messages of each label, as it stands in the records, ``systems`` its OS; ``heading`` is that of
    the column with the labels, if it says that they are no operating systems. ``rows`` are the
    records that are spam.
    """

    by: Sequence[str]
    units: Mapping[Key, int]
    labels: Mapping[str, int]
    systems: Mapping[str, str]
    rows: int
    not_spam: int = 0
    unreadable: int = 0
    headings: int = 0
    unit: Unit = "messages"
    clusters: Mapping[Key, ClusterSums] | None = None
    findings: Findings = field(default_factory=lambda: Findings("records"), repr=False)
    heading: str | None = None

    @property
    def spam(self) -> int:
        """The messages that are spam."""
        return sum(self.labels.values())

    @property
    def read(self) -> int:
        """All records, whether they could be read or not, and repeated headings."""
        return self.rows + self.not_spam + self.unreadable + self.headings

    @property
    def unknown(self) -> int:
        """The messages that are spam, and of an unknown OS."""
        return sum(n for label, n in self.labels.items() if self.systems.get(label) == UNKNOWN)

    @property
    def what_became(self) -> str:
        """What became of all records, in one line."""
        spam = f"{self.rows} spam"
        if self.spam != self.rows:
            spam += f" for {counted(self.spam, 'message')}"
        return (
            f"{counted(self.read - self.headings, 'record')}: {spam} ({self.unknown} of an unknown "
            f"OS), {self.not_spam} not spam, {self.unreadable} unreadable"
        )


def shares(counts: Counts, *, ignore_unknown: bool = False) -> dict[str, list[Any]]:
    """What percent of the spam came from each OS: what is small is done here, whatever the engine.

    Returns a table as ``tally`` does, as lists: pandas takes longer to load than DuckDB takes to
    count fifty million records. Raises MatchError where there is no spam, or none of a known OS
    with ``ignore_unknown``.

    >>> counts = Counts([], {("Windows",): 3, ("Linux",): 1}, {}, {}, rows=4)
    >>> shares(counts)
    {'os': ['Windows', 'Linux'], 'spam_share': [75.0, 25.0], 'messages': [3, 1]}
    """
    if not counts.rows:
        raise MatchError(
            f"{counts.findings.name}: none of {counted(counts.read, 'record')} is spam",
            settles=[Remedy("spam", "COLUMN=VALUE", "says which are")],
        )
    sums, wholes = Counter[Key](), Counter[Key]()
    for (*by, os), units in counts.units.items():
        if not (ignore_unknown and os == UNKNOWN):
            sums[*by, os] += units
            wholes[*by,] += units
    if not sums.total():
        what = "stands for any message"
        if ignore_unknown:
            what = "has a known OS"
        elif counts.unit == "machines":
            what = "has an address that can be read, so there is no machine to count"
        raise MatchError(f"{counts.findings.name}: no record of spam {what}")
    most_first = sorted(sums, key=lambda key: (key[:-1], -sums[key], key[-1]))
    of_clusters: dict[str, list[Any]] = {}
    if counts.clusters is not None:
        of_clusters = {
            "design_effect": [
                design_effect(sums[key], wholes[key[:-1]], counts.clusters[key])
                for key in most_first
            ],
            "clusters": [counts.clusters[key].clusters for key in most_first],
        }
    return {
        **{name: [key[i] for key in most_first] for i, name in enumerate(counts.by)},
        "os": [key[-1] for key in most_first],
        "spam_share": [
            100 * sums[key] / wholes[key[:-1]] if wholes[key[:-1]] else None for key in most_first
        ],
        counts.unit: [sums[key] for key in most_first],
        **of_clusters,
    }


def design_effect(x: int, n: int, sums: ClusterSums) -> float | None:
    """How many times the variance of x ÷ n is that of as many independent messages.

    The variance is that of ultimate clusters drawn with replacement, C/(C-1) · Σ(x_c - p·n_c)² ÷
    (Σn_c)², over p(1-p)/n (Kish, Survey Sampling, 1965; Lohr, Sampling, ch. 5). Where p is 0 or 1
    that is 0 ÷ 0, and Σn_c² ÷ Σn_c stands for it, as if every cluster were of one OS. None where
    there is but one cluster, of which nobody can tell. In whole numbers up to the last division, so
    that nothing is lost where large sums nearly cancel.

    >>> design_effect(2, 4, ClusterSums(squares=4, products=4, whole_squares=8, clusters=2))
    4.0
    """
    clusters = sums.clusters
    if not n or x in (0, n):
        return sums.whole_squares / n if n else None
    if clusters < 2:
        return None
    squares = sums.squares * n * n - 2 * x * n * sums.products + x * x * sums.whole_squares
    # Σ(x - pn)² is squares ÷ n², and p(1-p)/n is x(n-x) ÷ n³.
    return (clusters * squares * n) / ((clusters - 1) * n * n * x * (n - x))


# ---- The OS of a label ----


def systems(
    labels: Mapping[str, int], names: Names, *, family: bool | None, holds_os: bool | None
) -> dict[str, str]:
    """The OS of each label; of several spellings of one, that which most messages have.

    ``family`` adds up versions, or with None where the column ``holds_os``; that is None where its
    heading leaves it open, and then most of the labels say so.
    """
    if holds_os is None:
        known = [label for label in map(_bare, labels) if not _is_unknown(label, names, True)]
        holds_os = 2 * sum(names.knows(label) for label in known) > len(known)
    family = holds_os if family is None else family
    same = names.canonical if holds_os or family else fold
    said = {label: _system(label, names, family=family, holds_os=holds_os) for label in labels}
    spellings = Counter[str]()
    for label, messages in labels.items():
        spellings[said[label]] += messages
    rising = sorted(spellings, key=lambda os: (spellings[os], os))
    best = {same(os): os for os in rising}
    return {label: best[same(os)] for label, os in said.items()}


def labels_of(os: str, counts: Counts, names: Names) -> list[str]:
    """The labels of an OS's spam, or of a version of it. Raises MatchError where there is none."""
    wanted = {names.canonical(os)}
    labels = [
        label
        for label in counts.labels
        if not wanted.isdisjoint(
            names.canonical(_system(label, names, family=family, holds_os=True))
            for family in (True, False)
        )
    ]
    if not labels:
        there = list(dict.fromkeys(shares(counts)["os"]))
        raise MatchError(f"no spam is from {os!r}; it is from {listed(there)}")
    return labels


def _system(label: str, names: Names, *, family: bool, holds_os: bool) -> str:
    label = _bare(label)
    if _is_unknown(label, names, holds_os):
        return UNKNOWN
    if holds_os and "|" in label and _WEIGHED.fullmatch(label):
        return _likeliest(label, names, family=family)
    return (names.family(label) or label) if family else label


def _bare(label: str) -> str:
    """A label without what stands after the name of the OS; empty where none does."""
    return _SUFFIX.sub("", label.strip())


def _is_unknown(label: str, names: Names, holds_os: bool) -> bool:
    """Whether a label says that the OS is not known. NA may be Namibia."""
    if is_missing(label):
        return holds_os or not (len(label) == 2 and label.isalpha())
    return names.canonical(label) == names.canonical(UNKNOWN)


def _likeliest(label: str, names: Names, *, family: bool) -> str:
    """The alternative of the greatest weight; unknown where several different ones have it."""
    weighed = [part.rpartition(":")[::2] for part in label.split("|")]
    most = max(int(weight) for _, weight in weighed)
    best = {
        _system(name, names, family=family, holds_os=True)
        for name, weight in weighed
        if int(weight) == most
    }
    return best.pop() if len(best) == 1 else UNKNOWN


# ---- Machines and clusters ----


def spam_by_unit(
    told: Frame,
    by: Sequence[str],
    systems: Mapping[str, str],
    spans: Sequence[Mapping[str, str]],
    bring: Bring,
) -> Frame:
    """The spam in groups by ``unit`` (a machine or a cluster, null for none), by OS and span.

    ``systems`` is the OS of each label, ``spans`` those of each column ``by``.
    """
    import pandas as pd

    def mapped(frame: Frame, column: str, meaning: Mapping[str, str], to: str) -> Frame:
        table = pd.DataFrame({column: list(meaning), "meaning": list(meaning.values())})
        table = table.astype({column: object, "meaning": object})
        joined = frame.join(nw.from_native(bring(table)).lazy(), on=column, how="inner")
        return joined.drop(column).rename({"meaning": to})

    is_spam = nw.col("flag").str.starts_with(SPAM) | (nw.col("flag") == nw.lit(""))
    there = told.collect_schema().names()
    n = {name: nw.col(name if name in there else "rows") for name in ("n", "rows", "squares")}
    is_spam = is_spam & ~nw.col("bad") & (nw.col("why") != nw.lit("heading"))
    frame = told.filter(is_spam).select(*by, "label", "unit", **n)
    frame = mapped(frame, "label", systems, "os")
    for column, meaning in zip(by, spans, strict=True):
        if meaning:
            frame = mapped(frame, column, meaning, column)
    return frame


def machines(spam: Frame, by: Sequence[str], findings: Findings) -> Counter[Key]:
    """How many machines sent spam, by key: the columns ``by`` and the OS."""
    groups = [*by, "os"]
    has_unit = ~nw.col("unit").is_null()
    units = spam.filter(has_unit).select(*groups, "unit").unique()
    alone = _by_key(spam.filter(~has_unit).group_by(*groups).agg(rows=nw.col("rows").sum()), groups)
    if lost := sum(rows for (rows,) in alone.values()):
        text = f"not among the machines: {counted(lost, 'record')} without a readable address"
        findings.doubts.append(Doubt(text))
    found = units.group_by(*groups).agg(n=nw.len())
    return Counter({key: n for key, (n,) in _by_key(found, groups).items()})


def sums(spam: Frame, by: Sequence[str], findings: Findings, keep: Bring) -> dict[Key, ClusterSums]:
    """The sums over clusters by key; a record without a cluster is one by itself, and said."""
    groups = [*by, "os"]
    has_unit = ~nw.col("unit").is_null()
    x, n = nw.col("x"), nw.col("n")
    of_units = spam.filter(has_unit).group_by(*groups, "unit").agg(x=n.sum())
    of_units = of_units.with_columns(x=x.cast(nw.Int64))  # which DuckDB's sums are not
    of_units = lazy(keep(of_units.to_native()))
    whole = of_units.group_by(*by, "unit").agg(n=x.sum(), k=nw.len())
    whole = whole.with_columns(n=n.cast(nw.Int64))
    pairs = of_units.join(whole, on=[*by, "unit"], how="inner").with_columns(xx=x * x, xn=x * n)
    sums_of_pairs = {"xx": nw.col("xx").sum(), "xn": nw.col("xn").sum(), "pairs": nw.len()}
    pairs = pairs.group_by(*groups, "k").agg(**sums_of_pairs)
    alone = spam.filter(~has_unit).group_by(*groups)
    own = _by_key(alone.agg(squares=nw.col("squares").sum(), rows=nw.col("rows").sum()), groups)
    if lone := sum(rows for _, rows in own.values()):
        findings.notes.append(f"each a cluster of its own: {counted(lone, 'record')} without one")
    found = [(key[:-1], int(key[-1]), row) for key, row in _by_key(pairs, [*groups, "k"]).items()]
    found += [(key, 1, [square, square, rows]) for key, (square, rows) in own.items()]
    squares, products, whole_squares = Counter[Key](), Counter[Key](), Counter[Key]()
    seen, clusters = Counter[tuple[Key, int]](), Counter[Key]()
    for key, k, (xx, xn, times) in found:
        squares[key] += xx
        products[key] += xn
        whole_squares[key[:-1]] += xn  # as the n of a cluster is the sum of its x
        seen[key[:-1], k] += times
    for (ranking, k), times in seen.items():  # a cluster with k systems is in k pairs
        clusters[ranking] += times // k
    return {
        key: ClusterSums(square, products[key], whole_squares[key[:-1]], clusters[key[:-1]])
        for key, square in squares.items()
    }


def unequal(units: Mapping[Key, int], found: Mapping[Key, ClusterSums]) -> list[str]:
    """What is to be said where a few clusters have most of the messages; for the worst ranking.

    Clusters of sizes n tell as much as (Σn)² ÷ Σn² equal ones (Kish 1965), and the design effect is
    at most Σn² ÷ Σn.

    >>> unequal({("Linux",): 130}, {("Linux",): ClusterSums(10_030, 10_030, 10_030, 31)})
    ['31 clusters of so unequal sizes that they tell as much as 2 equal ones; the design effect \
may be up to 77.2']
    """
    wholes: Counter[Key] = Counter()
    for key, n in units.items():
        wholes[key[:-1]] += n
    few = [
        (wholes[key[:-1]] ** 2 / sums.whole_squares, sums.whole_squares / wholes[key[:-1]], sums)
        for key, sums in found.items()
        if sums.clusters >= _FEW and wholes[key[:-1]]
    ]
    equal, largest, sums = min(few, default=(_FEW, 0.0, None))
    if sums is None or equal >= _FEW:
        return []  # and fewer than that are doubted wherever an interval is made of them
    return [
        f"{sums.clusters} clusters of so unequal sizes that they tell as much as {equal:.0f} equal "
        f"ones; the design effect may be up to {largest:.3g}"
    ]


def _by_key(frame: Frame, keys: Sequence[str]) -> dict[Key, list[int]]:
    """The sums of a frame by what stands in its columns ``keys``, which are not among them."""
    values = [name for name in frame.collect_schema().names() if name not in keys]
    return {
        tuple(row[: len(keys)]): [int(cell or 0) for cell in row[len(keys) :]]
        for row in collect_rows(frame.select(*keys, *values))
    }
