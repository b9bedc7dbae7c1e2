"""What a mark in a figure means is certain, or refused: tables in many guises."""

from __future__ import annotations

import pytest

from tests.asking import read, refused, settled

W = {"Windows": 90.0, "Linux": 3.0, "macOS": 7.0}
T = {"Windows": 90.125, "Linux": 3.125, "macOS": 6.75}


@pytest.mark.parametrize(
    "table",
    [
        "System;Besuche\nWindows;9.000\nLinux;300\nmacOS;700\n",
        "System;Besuche\nWindows;90.000\nLinux;3.000\nmacOS;7.000\n",
        "Système;Visites\nWindows;9 000\nLinux;300\nmacOS;700\n",
        "Système;Visites\nWindows;9\N{NARROW NO-BREAK SPACE}000\nLinux;300\nmacOS;700\n",
        "System;Nutzer\nWindows;9'000\nLinux;300\nmacOS;700\n",
        'os,visits\nWindows,"9,000"\nLinux,300\nmacOS,700\n',
        'os,hits\nWindows,"90,00,000"\nLinux,"3,00,000"\nmacOS,"7,00,000"\n',
    ],
)
def test_a_mark_before_three_digits_parts_thousands_of_counts(table: str) -> None:
    assert read(table) == W


@pytest.mark.parametrize(
    "table",
    [
        "os,share\nWindows,90.125\nLinux,3.125\nmacOS,6.750\n",
        "os;share\nWindows;90,125\nLinux;3,125\nmacOS;6,750\n",
        "os;x\nWindows;90,125 %\nLinux;3,125 %\nmacOS;6,750 %\n",
    ],
)
def test_a_mark_before_three_digits_is_a_decimal_one_of_shares(table: str) -> None:
    assert read(table) == T


def test_other_columns_tell_which_mark_is_the_decimal_one() -> None:
    rows = "Windows;90.125;41,5\nLinux;3.125;30,2\nmacOS;6.751;44,0\n"
    assert read(f"os;x;bounce rate\n{rows}")["Windows"] == 90.1241
    rows = rows.replace(",", "#").replace(".", ",").replace("#", ".")
    assert read(f"os;x;bounce rate\n{rows}", "--unit", "count")["Windows"] == 90.1241


@pytest.mark.parametrize("unit", [(), ("--unit", "count")])
def test_a_mark_that_is_open_is_asked_about(unit: tuple[str, ...]) -> None:
    table = "os;x\nWindows;9.000\nLinux;300\nmacOS;700\n"
    assert "is the mark in '9.000' a decimal mark or a thousands mark?" in (
        refused(table, *unit).stderr
    )
    assert W in settled(table, *unit)


@pytest.mark.parametrize(
    "table",
    [
        "os,share,remark\nWindows,90,00\nLinux,3,00\nmacOS,7,00\n",
        "os,share,quelle\nWindows,90,5,\nLinux,2,5,\nmacOS,7,0,\n",
        "os,Anteil,Bemerkung\nWindows,90,25\nLinux,3,\nmacOS,6,75\n",
    ],
)
def test_decimal_commas_that_part_cells_are_refused(table: str) -> None:
    assert "a comma had split a cell" in refused(table).stderr


@pytest.mark.parametrize("cells", ["90,00", "90,5"])
def test_rows_with_more_cells_than_headings_are_refused(cells: str) -> None:
    stderr = refused(f"os,share\nWindows,{cells}\nLinux,3,0\nmacOS,7,0\n").stderr
    assert (
        "most rows have more or fewer cells than the headings: is it a table? If so, put cells that "
        "contain the separator in quotes; --delimiter CHAR names the separator"
    ) in stderr


def test_decimal_points_and_commas_in_one_column_are_refused() -> None:
    table = "os;share\nWindows;90,5\nLinux;2.5\nmacOS;7,0\n"
    assert ":3: column 'share': '2.5' is not a number" in refused(table).stderr


@pytest.mark.parametrize("figure", ["9.1x", "$90", "90?", "9O", "<5", "*", "9..1", "0x10", "1_000"])
def test_what_is_no_figure_is_an_error_with_its_line(figure: str) -> None:
    answer = refused(f"os,share\nLinux,3\nmacOS,7\nBSD,5\nWindows,{figure}\n")
    assert f":5: column 'share': {figure!r} is not a number" in answer.stderr


@pytest.mark.parametrize(("figure", "why"), [("-3", "is negative"), ("inf", "is infinite")])
def test_a_figure_that_no_share_can_be_is_an_error(figure: str, why: str) -> None:
    assert f"{figure!r} {why}" in refused(f"os,share\nLinux,{figure}\nmacOS,7\nBSD,5\n").stderr


def test_all_faults_are_said_at_once_ten_at_most() -> None:
    rows = "".join(f"system {n},x{n}\n" for n in range(12))
    answer = refused(f"os,share\nLinux,5\n{rows}")
    assert answer.stderr.count("is not a number") == 10
    assert "and 2 more like these" in answer.stderr
