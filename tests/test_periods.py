from __future__ import annotations

import pytest

from spamindex.periods import (
    find_in,
    find_overlap,
    is_month_or_day,
    iso,
    parse_column,
    span_of,
    summary,
    within,
)
from tests.conftest import Invoke, Write


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2010-03", "2010-03"),
        ("2010-3", "2010-03"),
        ("2010/03", "2010-03"),
        ("2010-03-01", "2010-03-01"),
        ("2010/3/1", "2010-03-01"),
        ("2010-03-01 00:00:00", "2010-03-01"),
        ("2010-03-01T10:30:00Z", "2010-03-01"),
        ("20100301", "2010-03-01"),
        ("201003", "2010-03"),
        ("2010", "2010"),
        ("Mar 2010", "2010-03"),
        ("march  2010", "2010-03"),
        ("Sept. 2022", "2022-09"),
        ("March, 2010", "2010-03"),
        ("2010 March", "2010-03"),
        ("1 March 2010", "2010-03-01"),
        ("March 1st, 2010", "2010-03-01"),
        ("Q1 2010", "2010-Q1"),
        ("2010-Q4", "2010-Q4"),
        ("2010q2", "2010-Q2"),
        ("2010M03", "2010-03"),
        ("1T2010", "2010-Q1"),
        ("1T10", "2010-Q1"),
        ("Q3/98", "1998-Q3"),
        ("03/2010", "2010-03"),
        ("3-2010", "2010-03"),
        ("März 2010", "2010-03"),
        ("1. März 2010", "2010-03-01"),
        ("mars 2010", "2010-03"),
        ("3 de marzo de 2010", "2010-03-03"),
        ("2010-W09", "2010-W09"),
        ("KW 9/2010", "2010-W09"),
        ("2010-03-01T23:30:00-05:00", "2010-03-02"),
        ("2010-03-01 23:30:00.5 UTC", "2010-03-01"),
    ],
)
def test_periods_as_people_write_them(written: str, expected: str) -> None:
    assert iso(written) == expected


@pytest.mark.parametrize(
    "text",
    ["01/03/2010", "2010-13", "2010-02-30", "20101301", "Q5 2010", "Nov 2009-Mar 2010", "1H11",
     "93.76", "1500", "Linux", "", "Mar-10", "2010.1", "03.2010", "1K50", "2010M13", "13/2010", "2010-W54", "2010-1²", "9" * 5000],
)  # fmt: skip
def test_what_is_not_certain_stays_as_it_is(text: str) -> None:
    assert iso(text) is None


@pytest.mark.parametrize(
    ("period", "wider", "expected"),
    [
        ("2010-03", "2010-03", True),
        ("2010-03-31", "2010-03", True),
        ("2010-03-31", "2010", True),
        ("2010-Q1", "2010", True),
        ("2010-Q1", "2010-Q1", True),
        ("2010-03-31", "2010-Q1", True),
        ("2010-04-01", "2010-Q1", False),
        ("2011-03", "2010-Q1", False),
        ("2010-Q2", "2010-Q1", False),
        ("2010", "2010-Q1", False),
        ("2010-03", "2010-03-01", False),
        ("2010-1", "2010-10", False),
        ("20100", "2010", False),
    ],
)
def test_within(period: str, wider: str, expected: bool) -> None:
    assert within(period, wider) is expected


@pytest.mark.parametrize(
    ("texts", "span", "expected"),
    [
        (["2010-03-01", "13/03/2010"], None, ["2010-03-01", "2010-03-13"]),
        (["03/13/2010", "04/01/2010"], None, ["2010-03-13", "2010-04-01"]),
        (["01/03/2010"], None, [None]),
        (["13/03/2010", "03/13/2010"], None, [None, None]),
        (["2010-04", "2010-05"], "week", ["2010-W04", "2010-W05"]),
        (["05/2010"], "week", [None]),
        (["2010/11", "2009-10"], "year", [None, None]),
        (["Apr-10"], "month", ["Apr-10"]),
        (["Q1", "KW 4"], None, [None, None]),
    ],
)
def test_the_periods_of_a_column(
    texts: list[str], span: str | None, expected: list[str | None]
) -> None:
    assert list(parse_column(texts, span).values()) == expected


def test_day_first_says_which_number_is_the_month() -> None:
    assert parse_column(["01/03/2010"], day_first=True) == {"01/03/2010": "2010-03-01"}
    assert parse_column(["01/03/2010"], day_first=False) == {"01/03/2010": "2010-01-03"}


@pytest.mark.parametrize(
    ("period", "span"),
    [("2010", "year"), ("2010-03", "month"), ("2010-03-01", "day"), ("2010-Q1", "quarter"),
     ("2010-W09", "week"), ("Apr-10", None), ("", None)],
)  # fmt: skip
def test_the_span_of_a_period(period: str, span: str | None) -> None:
    assert span_of(period) == span


def test_a_month_with_two_digits_may_be_a_month_or_a_day() -> None:
    assert (is_month_or_day("Apr-10"), is_month_or_day("10-Apr"), is_month_or_day("Net-10")) == (
        True,
        True,
        False,
    )


def test_periods_that_have_days_in_common() -> None:
    assert find_overlap(["2010-01", "2010-02", "2010"]) == ("2010-01", "2010")
    assert find_overlap(["2010-01", "2010-Q1"]) == ("2010-01", "2010-Q1")
    assert find_overlap(["2010-01", "2010-02", "2009"]) is None
    assert find_overlap(["2010-01", "2010-W01"]) == ("2010-W01", "2010-01")
    assert find_overlap(["2010-01-04", "2010-W01"]) == ("2010-01-04", "2010-W01")
    assert find_overlap(["2010-W53", "2010-W01", "2010-W02", "2011-02", "spring"]) is None


def test_many_periods_are_summarized() -> None:
    assert summary(["2010-02", "2010-01", "2010-02"]) == "2010-01, 2010-02"
    assert summary(f"2010-{m:02}" for m in range(1, 13)) == "12 periods, 2010-01 to 2010-12"


@pytest.mark.parametrize("heading", ["ISO week", "Tax year", "Qtr.", "Reporting year", "Boekjaar"])
def test_months_under_a_heading_of_another_span_are_asked_about(
    invoke: Invoke, write: Write, heading: str
) -> None:
    table = write("t.csv", f"{heading},os,share\n2010-04,Windows,91\n2010-04,Linux,9\n")
    result = invoke("shares", table, "--period", "2010-04")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "2010-04" in result.stderr


@pytest.mark.parametrize("written", ["03.2010", "3.2010"])
def test_a_month_before_its_year_is_one_in_a_column_of_periods(written: str) -> None:
    assert parse_column([written]) == {written: "2010-03"}
    assert parse_column([written], "week") == {written: None}


@pytest.mark.parametrize(
    ("heading", "period"),
    [("share 2010-03", "2010-03"), ("Anteil (März 2010)", "2010-03"), ("share_2010_03", "2010-03"),
     ("Visits, Q1 2010", "2010-Q1"), ("share 2010", "2010"), ("top 10 share", None)],
)  # fmt: skip
def test_a_heading_may_name_a_period(heading: str, period: str | None) -> None:
    assert find_in(heading) == period
