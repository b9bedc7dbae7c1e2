from __future__ import annotations

import math

import pytest

from spamindex.meaning import is_missing
from spamindex.tables.numbers import half_unit, is_clock, is_figure, is_percent, parse


def values(*texts: str, marks: str = ".,") -> list[list[float]]:
    return [list(parsed.values.values()) for parsed in parse(texts, marks)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["5.14", "92.65"], [5.14, 92.65]),
        (["5,14", "92,65"], [5.14, 92.65]),
        (["5.14 %", "92.65%", "0"], [5.14, 92.65, 0.0]),
        (["5.14 percent", "92.65 Prozent", "1 pct.", "3permille"], [5.14, 92.65, 1.0, 0.3]),
        (["50 bps", "9950 bp"], [0.5, 99.5]),
        (["1e-3", "2.5E+1", ".5", "5.", "+1"], [0.001, 25.0, 0.5, 5.0, 1.0]),
        (["1,234,567", "12"], [1234567.0, 12.0]),
        (["1.234.567", "12"], [1234567.0, 12.0]),
        (["1 234", "12 345"], [1234.0, 12345.0]),
        (["1\N{NO-BREAK SPACE}234,5", "7,25"], None),
        (["1'234", "12"], [1234.0, 12.0]),
        (["1,234.00", "12.00"], [1234.0, 12.0]),
        (["0.001", "0.002"], [0.001, 0.002]),
        (["-0"], [0.0]),
        (["%5,14", "% 92,65"], [5.14, 92.65]),
        (["900 ‰", "30‰"], [90.0, 3.0]),
        (["91,58,000", "1,03,000"], [9158000.0, 103000.0]),
        (["9.2k", "700"], [9200.0, 700.0]),
        (["1.44 bn", "330 Mio."], [1.44e9, 330e6]),
    ],
)
def test_one_decimal_mark_is_possible(texts: list[str], expected: list[float] | None) -> None:
    (parsed,) = parse(texts)
    if expected is None:
        assert parsed.faults
    else:
        assert list(parsed.values.values()) == expected
        assert not parsed.faults


def test_three_digits_after_a_mark_can_be_read_both_ways() -> None:
    assert values("2,533", "437") == [[2533.0, 437.0], [2.533, 437.0]]
    assert values("1.030", "91.580") == [[1.03, 91.58], [1030.0, 91580.0]]


def test_a_mark_that_is_given_is_the_mark() -> None:
    assert values("2,533", "437", marks=".") == [[2533.0, 437.0]]
    assert values("2,533", "437", marks=",") == [[2.533, 437.0]]
    assert values("2.533", "437", marks=",") == [[2533.0, 437.0]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("abc", "is not a number"),
        ("5.14.2", "is not a number"),
        ("1_000", "is not a number"),
        ("٣", "is not a number"),
        ("5%%", "is not a number"),
        ("%5%", "is not a number"),
        ("percent", "is not a number"),
        ("%", "is not a number"),
        ("--5", "is not a number"),
        ("0x10", "is not a number"),
        ("-3", "is negative"),
        ("\N{MINUS SIGN}3", "is negative"),
        ("inf", "is infinite"),
        ("-Infinity", "is infinite"),
        ("1e+999", "is infinite"),
        ("9e58", "is not a number"),
    ],
)
def test_what_is_no_share_is_a_fault(text: str, fault: str) -> None:
    (parsed,) = parse(["5.14", text])
    assert parsed.faults == {text: fault}
    assert math.isnan(parsed.values[text])


def test_a_thousands_mark_beside_a_part_of_one_is_a_fault() -> None:
    (parsed,) = parse(["1,234", "0.5"])
    assert list(parsed.faults) == ["1,234"]


def test_decimal_points_and_commas_in_one_column_are_faults() -> None:
    assert {tuple(parsed.faults) for parsed in parse(["5,14", "92.65"])} == {("5,14",), ("92.65",)}


@pytest.mark.parametrize(
    "text", ["", "-", "--", "..", "N/A", "NULL", "nan", "None", "(empty)", "\N{EM DASH}"]
)
def test_missing(text: str) -> None:
    assert is_missing(text)
    (parsed,) = parse([text, "1.5"])
    assert math.isnan(parsed.values[text])
    assert not parsed.faults


def test_nought_is_not_missing() -> None:
    assert not is_missing("0")


@pytest.mark.parametrize(
    ("text", "looks_like_one"),
    [("5.14", True), ("5,14 %", True), ("-3", True), ("inf", True), ("1,234", True),
     ("Windows 10", False), ("", False), ("10.0.1", False), ("2010-03", False)],
)  # fmt: skip
def test_is_figure(text: str, looks_like_one: bool) -> None:
    assert is_figure(text) is looks_like_one


@pytest.mark.parametrize(
    ("text", "is_one"), [("00:15:01", True), ("3m 12s", True), ("12.5", False), ("5 %", False)]
)
def test_a_duration_is_no_figure(text: str, is_one: bool) -> None:
    assert is_clock(text) is is_one


def test_what_a_text_says_of_its_figure_is_kept() -> None:
    (parsed,) = parse(["5 %", "10", "9.2k", "1 234", "0 %"])
    assert parsed.percents == {"5 %"}
    assert parsed.multiples == {"9.2k"}
    assert parsed.grouped == {"1 234"}


def test_percent_signs_are_found_on_both_sides() -> None:
    assert (is_percent("5.14 %"), is_percent("% 5.14"), is_percent("5.14")) == (True, True, False)


@pytest.mark.parametrize(
    ("text", "mark", "half"),
    [("5.14", ".", 0.005), ("5", ".", 0.5), ("5,1 %", ",", 0.05), ("51.4 ‰", ".", 0.005)],
)
def test_half_a_unit_of_the_last_digit_is_in_percent(text: str, mark: str, half: float) -> None:
    assert half_unit(text, mark) == pytest.approx(half, rel=1e-12)


def test_a_letter_behind_some_figures_may_be_a_note() -> None:
    for texts in (["70", "30 b"], ["7000", "3000b"], ["7", "1030 m"]):
        assert texts[1] in parse(texts)[0].faults
    for texts in (["7 m", "3 m"], ["1.2K", "300"], ["1.2M", "35K", "950"]):
        assert not parse(texts)[0].faults
