"""The unit of figures is certain, said, or refused: tables in many guises."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.asking import read, refused, settled, shares, warned
from tests.conftest import Invoke, Write

W = {"Windows": 90.0, "Linux": 3.0, "macOS": 7.0}


def of(heading: str, windows: str, linux: str, mac: str, delimiter: str = ",") -> str:
    """A table of three systems."""
    rows = [("os", heading), ("Windows", windows), ("Linux", linux), ("macOS", mac)]
    return "".join(f"{name}{delimiter}{text}\n" for name, text in rows)


@pytest.mark.parametrize(
    "table",
    [
        of("Anteil (‰)", "900", "30", "70"),
        of("share", "900 ‰", "30 ‰", "70 ‰"),
        of("share per mille", "900", "30", "70"),
        of("share (bps)", "9000", "300", "700"),
        of("Marktanteil in Basispunkten", "90", "3", "7"),
        of("share", "90 %", "3 %", "7 %"),
        of("Pay", "%90", "%3", "%7", ";"),
        of("fraction", "0.90", "0.03", "0.07"),
    ],
)
def test_a_sign_or_a_word_decides_the_unit_of_shares(table: str) -> None:
    assert read(table) == W


@pytest.mark.parametrize(
    "table",
    [
        of("Geräte (Mio.)", "9,0", "0,3", "0,7", ";"),
        of("Пользователи, млн", "9,0", "0,3", "0,7", ";"),
        of("visits", "9.0k", "300", "0.7k"),
        of("users", "9.0M", "300k", "700K"),
        of("users", "9 billion", "0.3 bn", "700 million"),
        of("users (thousands)", "9.0", "0.3", "0.7"),
        of("installed base in millions", "9.0", "0.3", "0.7"),
        of("users (lakh)", "9.0", "0.3", "0.7"),
        of("用户（万）", "9.0", "0.3", "0.7"),
    ],
)
def test_thousands_and_more_are_counts_and_no_percents(table: str) -> None:
    assert read(table) == W


@pytest.mark.parametrize("heading", ["users (thousands)", "Nutzer (Mio.)"])
def test_thousands_are_too_coarse_for_intervals(heading: str) -> None:
    found = shares(of(heading, "9.0", "0.3", "0.7"))
    assert "count" not in found.stdout


@pytest.mark.parametrize(
    "table",
    [of("share", "0.90", "3", "7"), of("share", "0.90", "3", "0.07"),
     of("share", "90.00", "0.03", "7.00"), of("Marktanteil", "90", "0.3", "7")],
)  # fmt: skip
def test_a_figure_that_is_in_another_unit_leaves_a_sum_that_is_doubted(table: str) -> None:
    assert "of 100 percent: a part of the whole?" in warned(table).stderr


def test_a_part_of_the_whole_is_settled_by_its_unit() -> None:
    table = of("share", "60", "3", "7")
    assert "adds up to 70 of 100 percent" in warned(table).stderr
    assert read(table, "--unit", "percent", "--strict") == {
        "Windows": 60.0, "Linux": 3.0, "macOS": 7.0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "total"),
    [
        (of("share", "93", "3", "7"), "103"),
        (of("share", "93", "30", "40"), "163"),
        (of("share", "9000", "300", "700"), "10,000"),
        (of("Marktanteil", "9158", "103", "534"), "9,795"),
        (of("share (ppm)", "900000", "30000", "70000"), "1e+06"),
        (of("share", "93 %", "30 %", "7 %"), "130"),
    ],
)
def test_more_than_100_percent_is_refused(table: str, total: str) -> None:
    assert f"adds up to {total} percent, more than 100" in refused(table).stderr


def test_answers_of_a_survey_may_add_up_to_more_than_100_if_somebody_says_so() -> None:
    answer = warned(of("share", "93", "30", "40"), "--unit", "percent")
    assert answer.figures == {"Windows": 93.0, "Linux": 30.0, "macOS": 40.0}


@pytest.mark.parametrize(
    "table",
    [of("share %", "0.90", "0.03", "0.07"), of("share", "0.90%", "0.03%", "0.07%"),
     of("Prozent", "0.9", "0.03", "0.07"), of("percentage", "0.90", "0.03", "0.07")],
)  # fmt: skip
def test_percents_that_add_up_to_1_are_asked_about(table: str) -> None:
    assert "says percent, but adds up to 1" in refused(table).stderr
    fractions, percents = settled(table)
    assert percents == {"Windows": 0.9, "Linux": 0.03, "macOS": 0.07}
    if "%\n" not in table.replace("share %", ""):
        assert fractions == W


def test_fractions_told_by_their_sum_are_doubted_and_settled_by_the_unit() -> None:
    table = of("share", "0.90", "0.03", "0.07")
    assert warned(table).figures == W
    assert read(table, "--unit", "fraction", "--strict") == W


@pytest.mark.parametrize(
    ("table", "question"),
    [
        (of("x", "9", "3", "7"), "adds up to 19: percents or counts?"),
        (of("share", "0.5", "0.1", "0.1"), "adds up to 0.7: percents or fractions?"),
        (of("x", "0.5", "0.1", "0.1"), "adds up to 0.7: percents or fractions?"),
    ],
)
def test_an_open_unit_is_asked_for(table: str, question: str) -> None:
    assert question in refused(table).stderr
    assert len(settled(table)) == 2


@pytest.mark.parametrize("heading", ["x", "Linux kernels", "Zahl der Dinge"])
def test_whole_numbers_above_100_are_counts_and_that_is_said(heading: str) -> None:
    table = of(heading, "900", "30", "70")
    assert read(table) == W
    assert "whole numbers above 100 taken as counts, 1,000 in all" in shares(table).stderr


@pytest.mark.parametrize("heading", ["visits", "Besuche", "Nutzer", "Anzahl", "用户"])
def test_a_heading_of_counts_needs_no_large_numbers(heading: str) -> None:
    assert read(of(heading, "90", "3", "7")) == W
    assert read(of(heading, "45", "1", "4")) == {"Windows": 90.0, "Linux": 2.0, "macOS": 8.0}


@pytest.mark.parametrize("heading", ["visits", "Installationen", "devices (dozens)"])
def test_counts_that_are_not_whole_are_asked_about(heading: str) -> None:
    table = of(heading, "9.5", "0.3", "0.7")
    answer = refused(table)
    assert "counts are whole, but these are not" in answer.stderr
    assert {n: round(f, 2) for n, f in settled(table)[0].items()} == {
        "Windows": 90.48, "Linux": 2.86, "macOS": 6.67
    }  # fmt: skip


@pytest.mark.parametrize("figures", [("90 %", "3 %", "7"), ("90", "3", "7%"), ("90%", "3", "7")])
def test_a_sign_on_some_figures_alone_is_certain_where_all_add_up(figures: Sequence[str]) -> None:
    assert read(of("share", *figures)) == W


def test_a_sign_on_some_figures_alone_is_asked_about_where_they_do_not_add_up() -> None:
    table = of("share", "80 %", "3 %", "7")
    assert "'macOS' (line 4)" in refused(table).stderr
    assert settled(table)[0] == {"Windows": 80.0, "Linux": 3.0, "macOS": 7.0}
    table = of("share", "0.9", "0.03", "7%")
    assert "only some figures have a percent sign: 'macOS'" in refused(table).stderr


def test_a_sign_on_some_figures_alone_is_asked_about_where_fractions_would_add_up_too() -> None:
    table = "os,share\nWindows,95%\nLinux,4.9%\nmacOS,0.001\n"
    assert "'macOS' (line 4)" in refused(table).stderr


@pytest.mark.parametrize("how", ["by", "where"])
@pytest.mark.parametrize("column", ["country", "Land", "region"])
def test_shares_of_a_whole_that_only_all_groups_make_are_refused(how: str, column: str) -> None:
    table = f"{column},os,share\nDE,Windows,30\nDE,Linux,10\nUS,Windows,50\nUS,Linux,10\n"
    options = ["--by", column] if how == "by" else ["--where", f"{column}=DE"]
    assert "only together with other rankings or rows" in refused(table, *options).stderr
    found = settled(table, *options)[0]
    prefix = "DE/" if how == "by" else ""
    assert (found[f"{prefix}Windows"], found[f"{prefix}Linux"]) == (75.0, 25.0)


def test_percents_in_one_period_and_fractions_in_another_are_refused() -> None:
    table = (
        "Monat,os,share\n2010-01,Windows,90\n2010-01,Linux,10\n"
        "2010-02,Windows,0.8\n2010-02,Linux,0.2\n"
    )
    answer = refused(table, "--by", "period")
    assert "percents in some rankings or periods, fractions in others" in answer.stderr
    assert read(table, "--period", "2010-01") == {"Windows": 90.0, "Linux": 10.0}
    assert read(table, "--period", "2010-02", "--unit", "fraction") == {
        "Windows": 80.0, "Linux": 20.0
    }  # fmt: skip


def test_what_shares_prints_is_read_back_as_certain() -> None:
    for table in (of("share", "60", "3", "7"), of("visits", "900", "30", "70")):
        printed = shares(table, "-f", "csv", "-q").stdout
        again = shares(printed, "-f", "csv", "--strict")
        assert (again.stdout, again.stderr) == (printed, "")


@pytest.mark.parametrize("unit", ["count", "percent"])
def test_nothing_but_0_says_nothing_of_shares(unit: str) -> None:
    table = of("share", "0", "0", "0")
    if unit == "count":
        assert "adds up to 0" in refused(table, "--unit", "count").stderr
    else:
        assert "adds up to 0" in refused(table).stderr


@pytest.mark.parametrize("heading", ["share %", "Marktanteil", "value (%)"])
def test_shares_that_are_taken_for_counts_are_no_counts(heading: str) -> None:
    answer = shares(of(heading, "92", "5", "3"), "--unit", "count")
    assert answer.stdout.splitlines()[1] == '{"os": "Windows", "share_percent": 92.0},'
    counted = shares(of("value", "92", "5", "3"), "--unit", "count")
    assert '"count": 92' in counted.stdout


def test_digits_as_wide_as_ideographs_are_digits() -> None:
    assert read(of("share", "\uff19\uff10", "\uff13\uff0e\uff10", "7")) == W
    assert read(of("\u8a2a\u554f\u6570", "9\uff0c000", "300", "700", ";")) == W


@pytest.mark.parametrize(
    "table",
    [
        "os,visits,unit\nWindows,9,million\nLinux,103,thousand\n",
        "OS;Besuche;Einheit\nWindows;9;Mio.\nLinux;103;Tsd.\n",
        "os,share,in\nWindows,92,percent\nLinux,80,per mille\n",
    ],
)
def test_a_column_of_several_units_is_refused(invoke: Invoke, write: Write, table: str) -> None:
    result = invoke("shares", write("t.csv", table))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "write all figures in one unit" in result.stderr


def test_a_fraction_among_percent_signs_is_not_to_be_taken_for_percent(
    invoke: Invoke, write: Write
) -> None:
    table = write("t.csv", "os;share\nWindows;91.58%\nLinux;0.0103\nMac OS X;5.34%\nOther;2.05%\n")
    result = invoke("shares", table)
    assert result.exit_code == 1
    assert "'Linux' (line 3); write all figures in one unit" in result.stderr
    assert "--unit" not in result.stderr
