"""How often the intervals of --confidence 95 hold the true index.

For independent messages there are no random numbers: every count that is not all too unlikely is
tried and weighed by its binomial probability. For messages that come in clusters, campaigns are
drawn, the same ones each time. Prints the tables of docs/method.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import mean
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from spamindex.ranking import intervals as interval

Numbers: TypeAlias = npt.NDArray[np.float64]

SHARES = [10 ** (k / 200 - 3) for k in range(401)]  # 0.1 % to 10 %
TOTALS = [100, 300, 1_000, 3_000, 10_000]
UNLIKELY = 1e-7
Z = interval.z_score(95)

# Of spam in clusters: the shares of the systems, and how many clusters there are.
SYSTEMS = np.array([0.70, 0.15, 0.10, 0.05])
CLUSTERS = [30, 100, 300, 1_000]
DRAWS = 2_000
Sizes: TypeAlias = Callable[[np.random.Generator, tuple[int, int]], Numbers]
# How many messages a cluster has: mostly alike, and where a few have most of them.
SIZES: dict[str, Sizes] = {
    "log-normal, sigma 1": lambda rng, shape: 10 * rng.lognormal(0, 1, shape),
    "Pareto, alpha 2.5": lambda rng, shape: 3 + 3 * rng.pareto(2.5, shape),
    "Pareto, alpha 2": lambda rng, shape: 3 + 3 * rng.pareto(2, shape),
}
UNEQUAL_SIZES: dict[str, Sizes] = {
    "log-normal, sigma 1.5": lambda rng, shape: 10 * rng.lognormal(0, 1.5, shape),
    "Pareto, alpha 1.5": lambda rng, shape: 3 + 3 * rng.pareto(1.5, shape),
}
# How alike the messages of a cluster are: the correlation of their systems.
MIXES = {"one": 1.0, "mostly one": 1 / 3, "mixed": 0.05}


def likely(total: int, share: float) -> dict[int, float]:
    """The probability of each count of ``total``, but for the unlikely ones."""
    chances = {}
    for count in range(total + 1):
        ways = math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)
        log = ways + count * math.log(share) + (total - count) * math.log1p(-share)
        if log > math.log(UNLIKELY):
            chances[count] = math.exp(log)
        elif count > total * share:
            break
    return chances


def of_known(total: int, share: float) -> float:
    """The coverage where the market share is known, whatever it is."""
    covered = 0.0
    for count, chance in likely(total, share).items():
        low, high = interval.wilson(count, total, Z)
        covered += chance * (low <= share <= high)
    return covered


def of_counted(total: int, share: float, other_total: int, other_share: float) -> float:
    """The coverage where the market share is counted too."""
    covered = 0.0
    true = share / other_share
    visits = likely(other_total, other_share)
    for count, chance in likely(total, share).items():
        for visited, other_chance in visits.items():
            low, high = interval.koopman(count, total, visited, other_total, Z)
            covered += chance * other_chance * (low <= true <= high)
    return covered


def drawn(sizes: Numbers, alike: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """The messages of each system in clusters of such sizes, in a further dimension."""
    whole = np.ceil(sizes).astype(np.int64)
    if alike == 1:
        of_each = rng.multinomial(1, SYSTEMS, size=whole.shape)
        return of_each * whole[..., np.newaxis]
    shares = rng.dirichlet(SYSTEMS * (1 / alike - 1), size=whole.shape)
    return rng.multinomial(whole, shares)


def design_effects(messages: npt.NDArray[np.int64]) -> tuple[Numbers, Numbers]:
    """The design effect of each system's share, by draws: what `tally --cluster` writes.

    And the largest that it can be, that of clusters of one OS each.
    """
    clusters = messages.shape[1]
    sizes = messages.sum(axis=2).astype(float)
    total = sizes.sum(axis=1)[:, np.newaxis]
    share = messages.sum(axis=1) / total
    squares = ((messages - share[:, np.newaxis] * sizes[..., np.newaxis]) ** 2).sum(axis=1)
    largest = np.broadcast_to((sizes**2).sum(axis=1)[:, np.newaxis] / total, share.shape)
    independent = share * (1 - share) * total
    with np.errstate(invalid="ignore"):
        effect = clusters / (clusters - 1) * squares / independent
    return np.maximum(np.where(independent > 0, effect, largest), 1e-9), largest


def of_clusters(messages: npt.NDArray[np.int64]) -> list[float]:
    """The coverage with design effects, with none, and with the largest that they can be.

    And that of the relative index, with design effects, against the first system.
    """
    counts = messages.sum(axis=1)
    totals = np.broadcast_to(counts.sum(axis=1)[:, np.newaxis], counts.shape)

    def covered(effects: Numbers) -> float:
        worth = (counts / effects, totals / effects, np.broadcast_to(SYSTEMS, counts.shape))
        rows = zip(*(part.ravel().tolist() for part in worth), strict=True)
        held = [_holds(interval.wilson(count, total, Z), share) for count, total, share in rows]
        return sum(held) / len(held)

    effects, largest = design_effects(messages)
    relative = [
        _holds(
            interval.ratio_interval(x / x_0, interval.log_half_width(x / d, x_0 / d_0, Z)),
            p / SYSTEMS[0],
        )
        for (x_0, *others), (d_0, *their_effects) in zip(
            counts.tolist(), effects.tolist(), strict=True
        )
        for x, d, p in zip(others, their_effects, SYSTEMS[1:].tolist(), strict=True)
        if x  # none has no ratio
    ]
    return [
        covered(effects),
        covered(np.ones(counts.shape)),
        covered(largest),
        sum(relative) / len(relative),
    ]


def _holds(bounds: interval.Interval, true: float) -> bool:
    return bounds[0] <= true <= bounds[1]


def clusters_table(sizes_of: dict[str, Sizes]) -> None:
    """Print the coverage with design effects, and in brackets that of independent messages."""
    rng = np.random.default_rng(1965)
    headings = [*(f"{n:,} clusters" for n in CLUSTERS), "100, largest effect", "100, relative"]
    print(f"| sizes of clusters | OS in each | {' | '.join(headings)} |")
    print(f"| --- | --- |{' --- |' * len(headings)}")
    everything = []
    for sizes, size in sizes_of.items():
        for mix, alike in MIXES.items():
            row = [
                of_clusters(drawn(size(rng, (DRAWS, clusters)), alike, rng))
                for clusters in CLUSTERS
            ]
            everything.append(row)
            print(f"| {sizes} | {mix} | {_cells(row)} |", flush=True)
    print(f"| mean | | {_cells(np.array(everything).mean(axis=0).tolist())} |\n")


def _cells(row: list[list[float]]) -> str:
    cells = [f"{effects:.3f} ({independent:.2f})" for effects, independent, *_ in row]
    _, _, largest, relative = row[CLUSTERS.index(100)]
    return " | ".join([*cells, f"{largest:.3f}", f"{relative:.3f}"])


def table(title: str, rows: dict[str, list[float]]) -> None:
    """Print what was found, a line for each sample size and one for all."""
    print(f"| {title} | mean | least | most |\n| --- | --- | --- | --- |")
    everything = [coverage for row in rows.values() for coverage in row]
    for name, row in {**rows, "all": everything}.items():
        print(f"| {name} | {mean(row):.3f} | {min(row):.3f} | {max(row):.3f} |")
    print()


def main() -> None:
    """Print the coverage of independent messages, of visits too, and of clusters."""
    table(
        "market share known; messages",
        {f"{total:,}": [of_known(total, share) for share in SHARES] for total in TOTALS},
    )
    table(
        "market share counted; messages and visits",
        {
            f"{total:,} and {other:,}": [
                of_counted(total, share, other, share / index)
                for share in SHARES[::40]
                for index in (0.5, 1, 5)
            ]
            for total, other in ((100, 1_000), (1_000, 1_000), (1_000, 10_000), (10_000, 1_000))
        },
    )
    clusters_table(SIZES)
    clusters_table(UNEQUAL_SIZES)


if __name__ == "__main__":
    main()
