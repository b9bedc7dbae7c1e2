"""Intervals against independent figures, at their ends, and in general."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamindex.errors import Findings
from spamindex.ranking import intervals as interval
from spamindex.ranking.intervals import z_score

FIGURES = Path(__file__).parents[1] / "data"
Z = z_score(95)


def rows(name: str, *, text: Sequence[str] = ()) -> list[dict[str, float]]:
    with open(FIGURES / f"{name}.csv") as file:
        return [
            {key: float(value or "inf") for key, value in row.items() if key not in text}
            for row in csv.DictReader(file)
        ]


@pytest.mark.parametrize("row", rows("index_market_share_known"))
def test_known_market_shares(row: dict[str, float]) -> None:
    z = z_score(100 * row["confidence"], int(row["compared"]))
    found = interval.wilson_index(row["messages"], row["total_messages"], row["market_fraction"], z)
    assert found == pytest.approx((row["low"], row["high"]), rel=1e-9)


@pytest.mark.parametrize("row", rows("index_market_share_sampled"))
def test_counted_market_shares(row: dict[str, float]) -> None:
    z = z_score(100 * row["confidence"], int(row["compared"]))
    found = interval.koopman(
        row["messages"], row["total_messages"], row["visits"], row["total_visits"], z
    )
    assert found == pytest.approx((row["low"], row["high"]), rel=1e-9)


@pytest.mark.parametrize("row", rows("relative_index"))
def test_relative_indexes(row: dict[str, float]) -> None:
    half_width = interval.log_half_width(row["messages"], row["baseline_messages"], Z)
    found = interval.ratio_interval(row["relative"], half_width)
    assert found == pytest.approx((row["relative_low"], row["relative_high"]), rel=1e-9)


@pytest.mark.parametrize("row", rows("design_effect", text=("case", "os")))
def test_messages_that_come_in_clusters(row: dict[str, float]) -> None:
    ranking = pd.DataFrame(
        {
            "os": ["x"],
            "spam_share": [100 * row["share"]],
            "market_share": [100 * row["market_fraction"]],
            "spam_index": [row["index"]],
            "messages": [row["messages"]],
            "all_messages": [row["total_messages"]],
            "design_effect": [row["design_effect"]],
            "clusters": [row["clusters"]],
        }
    )
    found = interval.sampling_intervals(ranking, 95, findings=Findings("spam shares"))
    assert found["low"][0] == pytest.approx(row["low"], rel=1e-9)
    assert found["high"][0] == pytest.approx(row["high"], rel=1e-9)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (interval.wilson_index(514, 10_000, 0.0103, Z), (4.58658495, 5.42744644)),
        (interval.wilson_index(0, 100, 0.01, Z), (0, 3.69934982)),
        (interval.wilson_index(20, 20, 0.9, Z), (0.932083158, 1.11111111)),
        (interval.koopman(36, 40, 16, 80, Z), (2.93956919, 7.15222343)),
    ],
)
def test_published_figures(found: tuple[float, float], expected: tuple[float, float]) -> None:
    assert found == pytest.approx(expected, rel=1e-8)


def test_nothing_counted_leaves_one_side_open() -> None:
    assert interval.koopman(0, 10, 0, 10, Z) == (0, math.inf)
    assert interval.koopman(5, 10, 0, 10, Z)[1] == math.inf
    assert interval.koopman(0, 10, 5, 10, Z)[0] == 0
    assert interval.wilson_index(0, 10, 0.5, Z)[0] == 0
    assert interval.log_half_width(0, 10, Z) == interval.log_half_width(10, 0, Z) == math.inf
    assert interval.ratio_interval(0, math.inf) == (0, math.inf)


def test_a_ratio_of_0_has_the_upper_bound_that_is_known_of_it_and_no_other_one() -> None:
    assert interval.ratio_interval(0, math.inf, at_zero=5) == (0, 5)
    assert interval.ratio_interval(1, math.inf, at_zero=5) == (0, math.inf)


@pytest.mark.parametrize("confidence", range(1, 100))
def test_nothing_counted_begins_at_0_at_every_confidence(confidence: int) -> None:
    assert interval.wilson(0, 7, z_score(confidence))[0] == 0
    assert interval.wilson(7, 7, z_score(confidence))[1] == 1


def test_one_message_has_a_reach() -> None:
    # Twice asinh(1/2 * sqrt(1 + 1/4)), and asinh of 0.559017 is 0.533366.
    assert interval.log_half_width(1, 4, 1) == pytest.approx(1.066732, abs=1e-6)
    assert interval.log_half_width(4, 1, 1) == pytest.approx(1.066732, abs=1e-6)


def test_no_market_share_or_no_ratio_has_no_interval() -> None:
    assert all(map(math.isnan, interval.wilson_index(5, 10, 0, Z)))
    assert all(map(math.isnan, interval.ratio_interval(math.nan, 0.5)))


def test_all_messages_from_one_and_all_visits_too() -> None:
    low, high = interval.koopman(20, 20, 30, 30, Z)
    # Wilson's bounds for 20 of 20 and 30 of 30: the other proportion may be 1.
    assert low == pytest.approx(20 / (20 + Z * Z))
    assert high == pytest.approx((30 + Z * Z) / 30)


def test_the_least_confidence_in_very_many_messages_all_from_one() -> None:
    z = z_score(1)
    low, high = interval.koopman(774_367_320_475, 774_367_320_475, 0, 98, z)
    # What all of so many are is certain; Wilson's upper bound for 0 of 98 is left.
    assert low == pytest.approx((98 + z * z) / (z * z), rel=1e-9)
    assert math.isinf(high)


@pytest.mark.parametrize("scale", [1, 10**3, 10**9])
def test_a_million_million_messages(scale: int) -> None:
    million_million = 10**12
    low, high = interval.koopman(million_million // 2, million_million, 3 * scale, 10 * scale, Z)
    known_low, known_high = interval.wilson(3 * scale, 10 * scale, Z)
    assert (low, high) == pytest.approx((0.5 / known_high, 0.5 / known_low), rel=1e-4)


def test_one_of_a_million_million_on_both_sides() -> None:
    low, high = interval.koopman(1, 10**12, 1, 10**12, Z)
    assert low == pytest.approx(1 / high)
    # Of so rare ones the ratio is the odds that one of the two is the first sample's.
    less, more = interval.wilson(1, 2, Z)
    assert (low, high) == pytest.approx((less / (1 - less), more / (1 - more)), rel=1e-6)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        # By 60-digit arithmetic.
        (interval.koopman(1e9, 1e9, 3, 3, Z), (1.0, 2.2805)),
        (interval.koopman(0, 1, 50, 100, z_score(50)), (0, 0.626)),
        (interval.koopman(0, 1, 50, 100, z_score(20)), (0, 0.121)),
    ],
)
def test_all_of_one_sample_and_few_of_the_other(
    found: tuple[float, float], expected: tuple[float, float]
) -> None:
    assert found == pytest.approx(expected, abs=0.0006)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # By 60-digit arithmetic.
        ((2, 2, 5, 10), (0.6171218649426022, 4.226666120441485)),
        ((2, 2, 9, 10), (0.3758453759220857, 1.6782748090455208)),
        ((1, 1, 1, 4), (0.5597275381599689, 21.935952769226457)),
        ((1000, 1000, 30, 100), (2.526218699708424, 4.567276724813145)),
    ],
)
def test_all_of_one_sample_and_a_part_of_the_other(
    counts: tuple[int, int, int, int], expected: tuple[float, float]
) -> None:
    assert interval.koopman(*counts, Z) == pytest.approx(expected, rel=1e-12)


def test_the_relative_interval_of_two_samples() -> None:
    low, high = interval.ratio_interval(2, math.log(3), math.log(3))
    assert high / 2 == pytest.approx(math.exp(math.sqrt(2) * math.log(3)))
    assert low / 2 == pytest.approx(2 / high)


def test_more_intervals_are_wider_ones() -> None:
    assert z_score(95, compared=10) == pytest.approx(z_score(99.5))


COUNTS = st.integers(1, 10**9)


@st.composite
def samples(draw: st.DrawFn) -> tuple[int, int]:
    total = draw(COUNTS)
    return draw(st.integers(0, total)), total


@given(samples(), st.floats(1e-6, 1), st.floats(1, 99.999))
def test_a_known_market_share_bounds_the_index(
    counted: tuple[int, int], market: float, confidence: float
) -> None:
    low, high = interval.wilson_index(*counted, market, z_score(confidence))
    index = counted[0] / counted[1] / market
    assert 0 <= low <= index * (1 + 1e-15)
    assert index * (1 - 1e-15) <= high <= 1 / market


@given(samples(), samples(), st.floats(1, 99.999))
def test_the_ratio_lies_in_its_interval(
    counted: tuple[int, int], visited: tuple[int, int], confidence: float
) -> None:
    low, high = interval.koopman(*counted, *visited, z_score(confidence))
    assert 0 <= low <= high
    if visited[0]:
        index = counted[0] / counted[1] * visited[1] / visited[0]
        assert low <= index * (1 + 1e-9)
        assert high >= index * (1 - 1e-9)
        assert math.isfinite(high)


@given(samples(), samples())
def test_either_sample_may_come_first(counted: tuple[int, int], visited: tuple[int, int]) -> None:
    low, high = interval.koopman(*counted, *visited, Z)
    turned = interval.koopman(*visited, *counted, Z)
    assert (1 / high if high else math.inf) == pytest.approx(turned[0], rel=1e-6)
    assert (1 / low if low else math.inf) == pytest.approx(turned[1], rel=1e-6)


@given(st.integers(0, 1000), st.integers(1, 99))
def test_many_visits_are_as_good_as_a_known_market_share(messages: int, percent: int) -> None:
    known = interval.wilson_index(messages, 1000, percent / 100, Z)
    counted = interval.koopman(messages, 1000, percent * 10**10, 10**12, Z)
    assert counted == pytest.approx(known, rel=1e-4, abs=1e-9)


def test_hardly_a_part_of_a_message_may_be_none() -> None:
    assert interval.koopman(1e-287, 1e15, 1, 1, 1.96)[0] == 0.0
