from __future__ import annotations

import numpy as np
import pytest

from spamindex.errors import FigureError, UnitError
from spamindex.tables.numbers import read
from spamindex.tables.units import Figures, Unit, settle


def settled(texts: list[str], heading: str = "x", unit: Unit | None = None) -> tuple[Figures, Unit]:
    rows = np.arange(len(texts))
    one_table = np.zeros(len(texts), int)
    candidates = [Figures(reading, rows, one_table) for reading in read(texts)]
    return settle(candidates, heading, "f.csv", "--share-unit", unit)


def unit_of(*texts: str, heading: str = "x", unit: Unit | None = None) -> Unit:
    return settled(list(texts), heading, unit)[1]


@pytest.mark.parametrize(
    ("texts", "unit"),
    [
        (["92.65", "5.14", "2.22", "0.001"], "percent"),
        (["93", "6", "1"], "percent"),
        (["92.65", "5.14"], "percent"),
        (["1.03"], "percent"),
        (["5.14 %"], "percent"),
        (["0.4%", "0.6%"], "percent"),
        (["0.9265", "0.0514", "0.0221"], "fraction"),
        (["0.5", "0.5", "0"], "fraction"),
        (["7383", "457"], "count"),
        (["150", "1"], "count"),
        (["90", "70", "60"], "count"),
        (["9158.0", "103.0"], "count"),
        (["1e+05", "98765"], "count"),
        (["98.5", "0.9", "0.06", "0.04"], "percent"),
        (["50", "0.6", "0.4"], "percent"),
    ],
)
def test_the_total_tells_the_unit(texts: list[str], unit: Unit) -> None:
    assert unit_of(*texts) == unit


@pytest.mark.parametrize(
    ("heading", "texts", "unit"),
    [
        ("Share %", ["0.9"], "percent"),
        ("visits", ["3"], "count"),
        ("Unique visitors", ["40", "59"], "count"),
        ("percentage", ["0.7", "0.3"], "fraction"),  # as Steam has it
        ("share", ["5", "90"], "percent"),
    ],
)
def test_the_heading_helps(heading: str, texts: list[str], unit: Unit) -> None:
    assert unit_of(*texts, heading=heading) == unit


@pytest.mark.parametrize(
    ("texts", "because"),
    [
        (["0.9"], "adds up to 0.9, which leaves its unit open"),
        (["1"], "adds up to 1, which leaves its unit open"),
        (["3", "4"], "adds up to 7, which leaves its unit open"),
        (["90", "60"], "adds up to 150, which leaves its unit open"),
        (
            ["90.5", "60.5"],
            "adds up to 151, but percents add up to 100: are there several tables in one",
        ),
        (["5.14 %", "92.65"], "'5.14 %' has a percent sign, '92.65' has none"),
        (["0", "0"], "adds up to 0"),
    ],
)
def test_an_open_unit_is_refused(texts: list[str], because: str) -> None:
    with pytest.raises(UnitError, match=because):
        unit_of(*texts)


@pytest.mark.parametrize(
    ("heading", "texts", "because"),
    [
        ("Users (B)", ["1.44", "0.33", "0.05"], "counts by its heading, but not all are whole"),
        ("messages", ["1.23", "98.01"], "counts by its heading, but not all are whole"),
        ("share", ["92", "8", "60", "40"], "adds up to 200, but percents add up to 100"),
        ("percentage", ["150", "30", "50"], "adds up to 230, but percents add up to 100"),
        ("Share %", ["0.9265", "0.0514"], "has a % above it, but adds up to 0.9779"),
        ("Share %", ["0.0514", "0.0221"], "has a % above it, but adds up to 0.0735"),
        ("x", ["0.9", "0.06", "0.04", "2"], "adds up to 3, and without 2 to about 1"),
        ("visits", ["915800", "44.0"], "counts by its heading, but not all are whole"),
    ],
)
def test_figures_that_their_heading_does_not_allow(
    heading: str, texts: list[str], because: str
) -> None:
    with pytest.raises(UnitError, match=because):
        unit_of(*texts, heading=heading)


@pytest.mark.parametrize(
    ("heading", "texts", "unit"),
    [
        ("x", ["101", "98"], "count"),
        ("x", ["100", "99"], None),
        ("x", ["100", "100"], "count"),
        ("share", ["101", "98"], "count"),
        ("share", ["100", "100"], None),
    ],
)
def test_where_counts_begin(heading: str, texts: list[str], unit: Unit | None) -> None:
    if unit is None:
        with pytest.raises(UnitError):
            unit_of(*texts, heading=heading)
    else:
        assert unit_of(*texts, heading=heading) == unit


def test_a_percent_sign_above_fractions_is_refused() -> None:
    with pytest.raises(UnitError, match="has a % above it, but adds up to 1"):
        unit_of("0.7", "0.3", heading="Share %")


@pytest.mark.parametrize(
    ("texts", "unit", "because"),
    [
        (["60.5", "60.5"], "percent", "percents add up to 121, which is more than 100"),
        (["0.6", "0.6"], "fraction", "fractions add up to 1.2, which is more than 1"),
        (["5 %", "95 %"], "count", "'5 %' has a percent sign, but count was asked for"),
        (["0"], "count", "adds up to 0"),
    ],
)
def test_figures_that_a_unit_does_not_allow(texts: list[str], unit: Unit, because: str) -> None:
    with pytest.raises(UnitError, match=because):
        unit_of(*texts, unit=unit)


def test_rounded_percents_may_add_up_to_a_little_more_than_100() -> None:
    assert unit_of("92.65", "5.14", "2.22", "0.9") == "percent"


def test_the_unit_settles_the_decimal_mark() -> None:
    figures, unit = settled(["2,533", "437"], heading="Sessions")
    assert (figures.values.tolist(), unit) == ([2533.0, 437.0], "count")


def test_amounts_are_counts_if_somebody_says_so() -> None:
    assert unit_of("1.44", "0.33", unit="count") == "count"
    assert settled(["1,234", "12"], unit="count")[0].values.tolist() == [1234.0, 12.0]


def test_a_heading_for_counts_settles_it_too() -> None:
    figures, _ = settled(["1,234", "5,000"], heading="messages")
    assert figures.values.tolist() == [1234.0, 5000.0]


def test_a_column_that_makes_sense_both_ways_is_refused() -> None:
    with pytest.raises(FigureError, match=r"decimal points or commas \(91580 or 91.58\)"):
        settled(["91,580", "1,030", "7,390"])


def test_fractions_become_percents_as_decimals() -> None:
    figures, unit = settled(["0.0514", "0.9265", "0.0221"])
    assert figures.amounts(unit).tolist() == [5.14, 92.65, 2.21]


def test_the_most_complete_of_several_tables_tells_the_unit() -> None:
    texts = ["92.65", "5.14", "2.21", "60", "39.5"]
    candidates = [
        Figures(reading, np.arange(5), np.array([0, 0, 0, 1, 1])) for reading in read(texts)
    ]
    assert settle(candidates, "x", "f.csv", "--share-unit")[1] == "percent"


@pytest.mark.parametrize(
    ("texts", "because"),
    [
        (["0.9", "0.05", "0.05", "70"], "without 70 to about 1: are they fractions"),
        (["91", "4", "5", "5000"], "without 5000 to about 100: are they percents"),
    ],
)
def test_one_figure_of_another_kind_beside_shares_is_refused(
    texts: list[str], because: str
) -> None:
    with pytest.raises(UnitError, match=because):
        unit_of(*texts)


def test_small_shares_that_add_up_to_one_beside_large_ones_are_percents() -> None:
    assert unit_of("60", "25", "0.5", "0.3", "0.2") == "percent"
