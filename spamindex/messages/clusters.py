"""Spam by campaign or machine in; how many machines, or sums for a design effect, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from spamindex.errors import Doubt, Findings, counted
from spamindex.messages.checks import SPAM
from spamindex.messages.frames import Bring, Frame, collected, lazy, nw
from spamindex.messages.tallies import ClusterSums

Key: TypeAlias = tuple[str, ...]
_FEW = 30  # clusters from which a design effect is no good estimate, as in ranking/


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
    if "flagged" in there:  # how many of a group are spam
        is_spam = nw.col("flagged") > 0
        told = told.with_columns(rows=nw.col("flagged"))
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
    of_units = lazy(keep(of_units.to_native()))
    whole = of_units.group_by(*by, "unit").agg(n=x.sum(), k=nw.len())
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
        for row in collected(frame.select(*keys, *values))
    }
