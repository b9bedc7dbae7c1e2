from __future__ import annotations

import pytest

from spamindex.periods import iso, span, within


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
    ],
)
def test_periods_as_people_write_them(written: str, expected: str) -> None:
    assert iso(written) == expected


@pytest.mark.parametrize(
    "text",
    ["01/03/2010", "2010-13", "2010-02-30", "20101301", "Q5 2010", "Nov 2009-Mar 2010", "1H11",
     "93.76", "1500", "Linux", "", "Mar-10"],
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


def test_span() -> None:
    assert span(["2010-02", "2010-01", "2010-02"]) == "2 periods, 2010-01 to 2010-02"
