"""Counts by label, machines and clusters in; shares by OS, unknown ones, design effects out."""

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

Key: TypeAlias = tuple[str, ...]  # the values of the columns counted by, then the OS
SPAM = "="  # the beginning of each flag whose value means spam
_FEW = 30  # fewer clusters make no good estimate of a design effect; as in ranking/
# What p0f 2, and amavis behind p0f 3, write after the name of an OS; p0f 2 where it knows none.
_SUFFIX = re.compile(
    r"(?s)\s*(; dist:.*|(\(up: [^)]*\))?,? \((distance|link) ?.*|\(up: [^)]*\))$|^UNKNOWN \[.*$"
)
# Satori writes each alternative with its weight: Debian 12.5:5|Windows 10 - 1809:5.
_WEIGHTED = re.compile(r"[^|]+:\d+(\|[^|]+:\d+)*")


class ClusterSums(NamedTuple):
    """Sums for the design effect of one OS in one ranking, over clusters.

    A cluster has x messages of the OS among n of all: ``squares`` is the sum of x², ``products`` of
    x·n, ``whole_squares`` of n²; ``clusters`` is their number in the ranking.
    """

    squares: int
    products: int
    whole_squares: int
    clusters: int


@dataclass(frozen=True)
class Counts:
    """How much spam each OS sent, and how many records were spam, not spam, or unreadable.

    ``units`` counts messages or machines (``unit`` says which) by the values of the columns ``by``,
    then the OS; ``clusters`` has the sums by the same keys. ``labels`` counts messages by label as
    written, ``systems`` gives the OS of each label. ``heading`` is that of the labels, if it says
    that they are no operating systems.
    """

    by: Sequence[str]
    units: Mapping[Key, int]
    labels: Mapping[str, int]
    systems: Mapping[str, str]
    spam_records: int
    not_spam: int = 0
    unreadable: int = 0
    headings: int = 0
    unit: Unit = "messages"
    clusters: Mapping[Key, ClusterSums] | None = None
    findings: Findings = field(default_factory=lambda: Findings("records"), repr=False)
    heading: str | None = None

    @property
    def spam(self) -> int:
        """How many messages are spam."""
        return sum(self.labels.values())

    @property
    def read(self) -> int:
        """How many records there are, with unreadable ones and repeated headings."""
        return self.spam_records + self.not_spam + self.unreadable + self.headings

    @property
    def unknown(self) -> int:
        """How many messages are spam from an unknown OS."""
        return sum(n for label, n in self.labels.items() if self.systems.get(label) == UNKNOWN)

    @property
    def summary(self) -> str:
        """How many records were spam, not spam, or unreadable, in one line."""
        spam = f"{self.spam_records} spam"
        if self.spam != self.spam_records:
            spam += f" for {counted(self.spam, 'message')}"
        return (
            f"{counted(self.read - self.headings, 'record')}: {spam} ({self.unknown} of an unknown "
            f"OS), {self.not_spam} not spam, {self.unreadable} unreadable"
        )


def shares(counts: Counts, *, ignore_unknown: bool = False) -> dict[str, list[Any]]:
    """The percent of the spam that each OS sent, in each ranking the greatest first.

    Returns the table of ``tally`` as lists of cells: pandas takes longer to load than DuckDB to
    count fifty million records. Raises MatchError where there is no spam, or none of a known OS
    with ``ignore_unknown``.

    >>> counts = Counts([], {("Windows",): 3, ("Linux",): 1}, {}, {}, spam_records=4)
    >>> shares(counts)
    {'os': ['Windows', 'Linux'], 'spam_share': [75.0, 25.0], 'messages': [3, 1]}
    """
    name = counts.findings.name
    if not counts.spam_records:
        raise MatchError(
            f"{name}: none of {counted(counts.read, 'record')} is spam",
            settles=[Remedy("spam", "COLUMN=VALUE", "says which are")],
        )
    sums, totals = Counter[Key](), Counter[Key]()
    for key, units in counts.units.items():
        if not (ignore_unknown and key[-1] == UNKNOWN):
            sums[key] += units
            totals[key[:-1]] += units
    if not sums.total():
        lack = "stands for any message"
        if ignore_unknown:
            lack = "has a known OS"
        elif counts.unit == "machines":
            lack = "has an address that can be read, so there is no machine to count"
        raise MatchError(f"{name}: no record of spam {lack}")
    keys = sorted(sums, key=lambda key: (key[:-1], -sums[key], key[-1]))
    columns: dict[str, list[Any]] = {by: [key[i] for key in keys] for i, by in enumerate(counts.by)}
    columns["os"] = [key[-1] for key in keys]
    columns["spam_share"] = [
        100 * sums[key] / totals[key[:-1]] if totals[key[:-1]] else None for key in keys
    ]
    columns[counts.unit] = [sums[key] for key in keys]
    if counts.clusters is not None:
        columns["design_effect"] = [
            design_effect(sums[key], totals[key[:-1]], counts.clusters[key]) for key in keys
        ]
        columns["clusters"] = [counts.clusters[key].clusters for key in keys]
    return columns


def design_effect(x: int, n: int, sums: ClusterSums) -> float | None:
    """The variance of x ÷ n, divided by that of as many independent messages.

    The variance is that of ultimate clusters drawn with replacement, C/(C-1) · Σ(x_c - p·n_c)² ÷
    (Σn_c)², over p(1-p)/n (Kish, Survey Sampling, 1965; Lohr, Sampling, ch. 5). Where p is 0 or 1
    that is 0 ÷ 0; then the result is Σn_c² ÷ Σn_c, as if every cluster were of one OS. One cluster
    has no variance: None. All is in whole numbers up to the last division, so that no digits are
    lost where large sums nearly cancel.

    >>> design_effect(2, 4, ClusterSums(squares=4, products=4, whole_squares=8, clusters=2))
    4.0
    """
    clusters = sums.clusters
    if not n:
        return None
    if x in (0, n):
        return sums.whole_squares / n
    if clusters < 2:
        return None
    squares = sums.squares * n * n - 2 * x * n * sums.products + x * x * sums.whole_squares
    # Σ(x - pn)² is squares ÷ n², and p(1-p)/n is x(n-x) ÷ n³.
    return (clusters * squares * n) / ((clusters - 1) * n * n * x * (n - x))


# ---- The OS of a label ----


def systems_of(
    labels: Mapping[str, int], names: Names, *, family: bool | None, holds_os: bool | None
) -> dict[str, str]:
    """The OS of each label, in its most frequent spelling; ``labels`` counts messages.

    ``family`` says whether versions are added up; None: where the column ``holds_os``. That is None
    where the heading leaves it open: then it does if most of the labels are known ones.
    """
    if holds_os is None:
        named = [label for label in map(_bare, labels) if not _is_unknown(label, names, True)]
        holds_os = 2 * sum(names.knows(label) for label in named) > len(named)
    family = holds_os if family is None else family
    canonical = names.canonical if holds_os or family else fold
    systems = {label: _system(label, names, family=family, holds_os=holds_os) for label in labels}
    messages = Counter[str]()
    for label, n in labels.items():
        messages[systems[label]] += n
    rising = sorted(messages, key=lambda os: (messages[os], os))
    spelling = {canonical(os): os for os in rising}  # the last one, which has most
    return {label: spelling[canonical(os)] for label, os in systems.items()}


def labels_of(os: str, counts: Counts, names: Names) -> list[str]:
    """The labels of the spam from an OS or a version of it. Raises MatchError if there are none."""
    asked = names.canonical(os)
    labels = []
    for label in counts.labels:
        system = _system(label, names, family=False, holds_os=True)
        family = _system(label, names, family=True, holds_os=True)
        if asked in (names.canonical(system), names.canonical(family)):
            labels.append(label)
    if not labels:
        senders = list(dict.fromkeys(shares(counts)["os"]))
        raise MatchError(f"no spam is from {os!r}; it is from {listed(senders)}")
    return labels


def _system(label: str, names: Names, *, family: bool, holds_os: bool) -> str:
    label = _bare(label)
    if _is_unknown(label, names, holds_os):
        return UNKNOWN
    if holds_os and "|" in label and _WEIGHTED.fullmatch(label):
        return _likeliest(label, names, family=family)
    return (names.family(label) or label) if family else label


def _bare(label: str) -> str:
    """A label without what follows the name of the OS; "" where p0f 2 knows no OS."""
    return _SUFFIX.sub("", label.strip())


def _is_unknown(label: str, names: Names, holds_os: bool) -> bool:
    """Whether a label names no OS. In another column, NA may be Namibia."""
    if is_missing(label):
        return holds_os or not (len(label) == 2 and label.isalpha())
    return names.canonical(label) == names.canonical(UNKNOWN)


def _likeliest(label: str, names: Names, *, family: bool) -> str:
    """The alternative of the greatest weight; Unknown where several have it."""
    weights = Counter[str]()
    for alternative in label.split("|"):
        name, _, weight = alternative.rpartition(":")
        system = _system(name, names, family=family, holds_os=True)
        weights[system] = max(weights[system], int(weight))
    greatest = max(weights.values())
    likeliest = [system for system, weight in weights.items() if weight == greatest]
    return likeliest[0] if len(likeliest) == 1 else UNKNOWN


# ---- Machines and clusters ----


def spam_by_unit(
    groups: Frame,
    by: Sequence[str],
    systems: Mapping[str, str],
    spans: Sequence[Mapping[str, str]],
    bring: Bring,
) -> Frame:
    """The spam by columns ``by``, OS, and ``unit``: a machine or a cluster, null for neither.

    ``systems`` gives the OS of each label, ``spans`` the period of each value in each column
    ``by``; {} leaves a column as it is.
    """
    import pandas as pd

    def mapped(frame: Frame, column: str, mapping: Mapping[str, str], new_name: str) -> Frame:
        table = pd.DataFrame({column: [*mapping], "mapped": [*mapping.values()]}, dtype=object)
        joined = frame.join(nw.from_native(bring(table)).lazy(), on=column, how="inner")
        return joined.drop(column).rename({"mapped": new_name})

    is_spam = nw.col("flag").str.starts_with(SPAM) | (nw.col("flag") == nw.lit(""))
    is_spam &= ~nw.col("bad") & (nw.col("why") != nw.lit("heading"))
    columns = groups.collect_schema().names()
    n = {name: nw.col(name if name in columns else "rows") for name in ("n", "rows", "squares")}
    spam = mapped(groups.filter(is_spam).select(*by, "label", "unit", **n), "label", systems, "os")
    for column, periods in zip(by, spans, strict=True):
        if periods:
            spam = mapped(spam, column, periods, column)
    return spam


def count_machines(spam: Frame, by: Sequence[str], findings: Findings) -> Counter[Key]:
    """The number of machines that sent spam, by columns ``by`` and OS."""
    keys = [*by, "os"]
    has_unit = ~nw.col("unit").is_null()
    if lost := sum(rows for (rows,) in _sums(spam.filter(~has_unit), keys, "rows").values()):
        problem = f"not among the machines: {counted(lost, 'record')} without a readable address"
        findings.doubts.append(Doubt(problem))
    machines = spam.filter(has_unit).select(*keys, "unit").unique().with_columns(n=nw.lit(1))
    return Counter({key: n for key, (n,) in _sums(machines, keys, "n").items()})


def cluster_sums(
    spam: Frame, by: Sequence[str], findings: Findings, keep: Bring
) -> dict[Key, ClusterSums]:
    """The sums over clusters by key. A record without a cluster is one by itself, and noted."""
    keys = [*by, "os"]
    has_unit = ~nw.col("unit").is_null()
    x, n = nw.col("x"), nw.col("n")
    pairs = spam.filter(has_unit).group_by(*keys, "unit").agg(x=n.sum())  # of a cluster and an OS
    pairs = pairs.with_columns(x=x.cast(nw.Int64))  # DuckDB sums to 128 bits
    pairs = lazy(keep(pairs.to_native()))
    clusters = pairs.group_by(*by, "unit").agg(n=x.sum(), systems=nw.len())
    clusters = clusters.with_columns(n=n.cast(nw.Int64))
    pairs = pairs.join(clusters, on=[*by, "unit"], how="inner")
    pairs = pairs.with_columns(xx=x * x, xn=x * n, pairs=nw.lit(1))
    groups = [*_sums(pairs, [*keys, "systems"], "xx", "xn", "pairs").items()]
    lone = 0
    for key, (square, rows) in _sums(spam.filter(~has_unit), keys, "squares", "rows").items():
        groups.append(((*key, 1), [square, square, rows]))
        lone += rows
    if lone:
        findings.notes.append(f"each a cluster of its own: {counted(lone, 'record')} without one")

    squares, products, whole_squares = Counter[Key](), Counter[Key](), Counter[Key]()
    pairs_by_systems = Counter[tuple[Key, int]]()
    for (*parts, systems), (xx, xn, number) in groups:
        key, ranking = tuple(parts), tuple(parts[:-1])
        squares[key] += xx
        products[key] += xn
        whole_squares[ranking] += xn  # the n of a cluster is the sum of its x
        pairs_by_systems[ranking, systems] += number
    number_of = Counter[Key]()
    for (ranking, systems), number in pairs_by_systems.items():
        number_of[ranking] += number // systems  # each cluster is in a pair for each of its systems
    return {
        key: ClusterSums(square, products[key], whole_squares[key[:-1]], number_of[key[:-1]])
        for key, square in squares.items()
    }


def unequal_clusters(units: Mapping[Key, int], sums: Mapping[Key, ClusterSums]) -> list[str]:
    """A note where a few clusters have most of the messages; on the worst of several rankings.

    Clusters of sizes n tell as much as (Σn)² ÷ Σn² equal ones (Kish 1965), and the design effect is
    at most Σn² ÷ Σn. Fewer than ``_FEW`` are warned of where an interval is computed from them.

    >>> unequal_clusters({("Linux",): 130}, {("Linux",): ClusterSums(10_030, 10_030, 10_030, 31)})
    ['31 clusters of so unequal sizes that they tell as much as 2 equal ones; the design effect \
may be up to 77.2']
    """
    totals = Counter[Key]()
    for key, n in units.items():
        totals[key[:-1]] += n
    candidates = []
    for key, (_, _, whole_squares, clusters) in sums.items():
        total = totals[key[:-1]]
        if clusters >= _FEW and total:
            candidates.append((total**2 / whole_squares, whole_squares / total, clusters))
    equal, largest, clusters = min(candidates, default=(_FEW, 0, 0))
    if equal >= _FEW:
        return []
    return [
        f"{clusters} clusters of so unequal sizes that they tell as much as {equal:.0f} equal "
        f"ones; the design effect may be up to {largest:.3g}"
    ]


def _sums(frame: Frame, keys: Sequence[str], *columns: str) -> dict[tuple[Any, ...], list[int]]:
    """The sums of some columns by the values of the columns ``keys``."""
    sums = frame.group_by(*keys).agg(**{name: nw.col(name).sum() for name in columns})
    return {
        tuple(row[: len(keys)]): [int(cell or 0) for cell in row[len(keys) :]]
        for row in collect_rows(sums.select(*keys, *columns))
    }
