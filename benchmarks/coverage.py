"""How often the intervals of --confidence 95 hold the true index, for rare systems.

No random numbers: every count that is not all too unlikely is tried and weighed by its binomial
probability. Prints the tables of docs/method.md.
"""

from __future__ import annotations

import math
from statistics import mean

from spamindex.ranking import intervals as interval

SHARES = [10 ** (k / 200 - 3) for k in range(401)]  # 0.1 % to 10 %
TOTALS = [100, 300, 1_000, 3_000, 10_000]
UNLIKELY = 1e-7
Z = interval.z_score(95)


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


def table(title: str, rows: dict[str, list[float]]) -> None:
    """Print what was found, a line for each sample size and one for all."""
    print(f"| {title} | mean | least | most |\n| --- | --- | --- | --- |")
    everything = [coverage for row in rows.values() for coverage in row]
    for name, row in {**rows, "all": everything}.items():
        print(f"| {name} | {mean(row):.3f} | {min(row):.3f} | {max(row):.3f} |")
    print()


def main() -> None:
    """Print the coverage of both kinds of interval."""
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


if __name__ == "__main__":
    main()
