from __future__ import annotations

import io

import pytest

from spamindex.errors import FigureError, SpamIndexError, UnitError
from spamindex.tables.options import TableOptions
from spamindex.tables.shares import Reading, read_table
from spamindex.tables.units import Unit, parse_unit


def settled(texts: list[str], heading: str = "x", **fields: object) -> Reading:
    rows = "".join(f"system {i};{text}\n" for i, text in enumerate(texts))
    table = io.BytesIO(f"os;{heading}\n{rows}".encode())
    return read_table(table, TableOptions().with_fields(fields))


def unit_of(texts: list[str], heading: str = "x", **fields: object) -> str:
    """The unit that was found, as the findings say it."""
    findings = settled(texts, heading, **fields).findings
    told = " ".join([*findings.facts, *findings.notes])
    return next(unit for unit in ("percent", "fraction", "count") if unit in told)


@pytest.mark.parametrize(
    ("texts", "unit"),
    [
        (["92.65", "5.14", "2.22", "0.001"], "percent"),
        (["93", "6", "1"], "percent"),
        (["92.65", "5.14"], "percent"),
        (["5.14 %"], "percent"),
        (["0.4%", "0.6%", "98 %"], "percent"),
        (["0.9265", "0.0514", "0.0221"], "fraction"),
        (["0.5", "0.5", "0"], "fraction"),
        (["7383", "457"], "count"),
        (["150", "1"], "count"),
        (["9158.0", "103.0"], "count"),
        (["1e+05", "98765"], "count"),
        (["98.5", "0.9", "0.06", "0.54"], "percent"),
        (["50", "0.6", "0.4", "49"], "percent"),
    ],
)
def test_the_total_tells_the_unit(texts: list[str], unit: str) -> None:
    assert unit_of(texts) == unit


@pytest.mark.parametrize(
    ("heading", "texts", "unit"),
    [
        ("Share %", ["0.9"], "percent"),
        ("visits", ["3"], "count"),
        ("Unique visitors", ["40", "59"], "count"),
        ("share", ["5", "90"], "percent"),
        ("visits", ["1,234", "5,000"], "count"),
        ("fraction", ["0.3", "0.2"], "fraction"),
    ],
)
def test_the_heading_helps(heading: str, texts: list[str], unit: str) -> None:
    assert unit_of(texts, heading) == unit


@pytest.mark.parametrize(
    ("texts", "because"),
    [
        (["0.9"], "adds up to 0.9: percents or fractions?"),
        (["3", "4"], "adds up to 7: percents or counts?"),
        (["90", "60"], "adds up to 150: percents or counts?"),
        (["90.5", "60.5"], "adds up to 151 percent, more than 100: do some rows hold others?"),
        (["5.14 %", "92.65"], "some figures have no percent sign: 'system 1'"),
        (["0", "0"], "adds up to 0"),
        (["0.9", "0.06", "0.04", "0.5"], "adds up to 1.5: percents or fractions?"),
    ],
)
def test_an_open_unit_is_refused(texts: list[str], because: str) -> None:
    with pytest.raises(SpamIndexError) as caught:
        settled(texts)
    assert because in str(caught.value)
    assert caught.value.settles or "adds up to 0" in because


@pytest.mark.parametrize(
    ("heading", "texts", "because"),
    [
        ("messages", ["1.23", "98.01"], "counts are whole, but these are not"),
        ("visits", ["915800", "44.0"], "counts are whole, but these are not"),
        ("share", ["92", "8", "60", "40"], "adds up to 200 percent, more than 100"),
        ("percentage", ["150", "30", "50"], "adds up to 230 percent, more than 100"),
        ("Share %", ["0.7", "0.3"], "says percent, but adds up to 1"),
        ("share", ["101", "98"], "adds up to 199 percent, more than 100"),
    ],
)
def test_figures_that_their_heading_does_not_allow(
    heading: str, texts: list[str], because: str
) -> None:
    with pytest.raises(UnitError, match=because):
        settled(texts, heading)


@pytest.mark.parametrize(
    ("texts", "unit"), [(["101", "98"], "count"), (["100", "100", "101"], "count")]
)
def test_where_counts_begin(texts: list[str], unit: str) -> None:
    assert unit_of(texts) == unit
    with pytest.raises(UnitError, match="percents or counts"):
        settled(["100", "99"])


@pytest.mark.parametrize(
    ("texts", "unit", "because"),
    [
        (["60.5", "60.5"], "percent", "adds up to 121 percent, more than 100"),
        (["0.6", "0.6"], "fraction", "adds up to 120 percent, more than 100"),
    ],
)
def test_a_given_unit_is_obeyed_with_a_warning(texts: list[str], unit: str, because: str) -> None:
    found = settled(texts, unit=unit)
    assert [doubt.text for doubt in found.findings.doubts] == [because]
    assert found.shares["share"].tolist() == [60.5, 60.5] if unit == "percent" else [60.0, 60.0]


def test_counts_of_nothing_are_refused() -> None:
    with pytest.raises(UnitError, match="adds up to 0"):
        settled(["0"], unit="count")


@pytest.mark.parametrize(
    "texts", [["92.65", "5.14", "2.22"], ["33.3", "33.3", "33.3"], ["93", "5", "3"]]
)
def test_rounded_percents_need_not_add_up_to_100_exactly(texts: list[str]) -> None:
    assert settled(texts, "share").findings.doubts == []


@pytest.mark.parametrize(
    "texts", [["92.65", "5.14", "2.30"], ["64.5", "20.25", "10", "4", "0.0125"]]
)
def test_what_rounding_does_not_explain_is_doubted_or_refused(texts: list[str]) -> None:
    try:
        found = settled(texts, "share")
    except UnitError as error:
        assert "more than 100" in str(error)  # noqa: PT017
    else:
        assert "a part of the whole?" in found.findings.doubts[0].text


def test_the_heading_settles_the_decimal_mark() -> None:
    found = settled(["2,533", "437"], "Sessions")
    assert found.shares["share"].tolist() == pytest.approx([85.2862, 14.7138], abs=1e-4)
    assert settled(["91,580", "1,030", "7,390"], "share").shares["share"][0] == 91.58


def test_amounts_are_counts_if_somebody_says_so() -> None:
    assert unit_of(["1.44", "0.33"], unit="count") == "count"
    assert settled(["3.5", "1.5"], unit="count").shares["share"].tolist() == [70.0, 30.0]


def test_a_column_that_makes_sense_both_ways_is_refused() -> None:
    with pytest.raises(FigureError, match="a decimal mark or a thousands mark"):
        settled(["91,581", "437"])


def test_fractions_become_percents_as_decimals() -> None:
    assert settled(["0.0514", "0.9265", "0.0221"]).shares["share"].tolist() == [5.14, 92.65, 2.21]


def test_small_shares_that_add_up_to_one_beside_large_ones_are_percents() -> None:
    assert unit_of(["60", "25", "0.5", "0.3", "0.2"], "share") == "percent"


@pytest.mark.parametrize(
    ("heading", "unit", "factor"),
    [
        ("Market share %", "percent", 1.0), ("Anteil in Prozent", "percent", 1.0),
        ("Anteil ‰", "percent", 0.1), ("Share (bps)", "percent", 0.01), ("Users (B)", "count", 1e9),
        ("Geräte in Mio.", "count", 1e6), ("Visits [k]", "count", 1e3), ("tausend Nutzer", "count", 1e3),
        ("fraction of users", "fraction", 100.0),
    ],
)  # fmt: skip
def test_what_a_heading_says_of_the_unit(heading: str, unit: str, factor: float) -> None:
    assert parse_unit(heading) == Unit(unit, factor)


@pytest.mark.parametrize("heading", ["Share", "Visits", "B", "M", "kB", "Mac (M1)"])
def test_a_heading_that_says_nothing_of_the_unit(heading: str) -> None:
    assert parse_unit(heading) is None
