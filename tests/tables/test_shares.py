from __future__ import annotations

import io
from typing import Any

import pytest

import spamindex
from spamindex import SpamIndexNote, SpamIndexWarning, UnitError, read_shares
from spamindex.errors import (
    ColumnError,
    FigureError,
    FileError,
    MatchError,
    PeriodError,
    SpamIndexError,
)
from spamindex.tables.options import TableOptions
from spamindex.tables.shares import Reading, read_table
from tests.conftest import said


def file(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode())


def reading(text: str, **fields: object) -> Reading:
    return read_table(file(text), TableOptions().with_fields(fields))


def of(text: str, **fields: object) -> dict[str, list[Any]]:
    """The shares of a table, by column."""
    return reading(text, **fields).shares.to_dict("list")  # type: ignore[return-value]


def doubts(text: str, **fields: object) -> list[str]:
    return [doubt.text for doubt in reading(text, **fields).findings.doubts]


def test_a_table_has_a_row_for_each_os() -> None:
    shares = read_shares(file("os,share\nLinux,5.14\nWindows,94.86\n"))
    assert shares.to_dict("list") == {"os": ["Linux", "Windows"], "share": [5.14, 94.86]}


def test_counts_are_shares_of_their_total() -> None:
    with said():
        shares = read_shares(file("os,visits\nLinux,514\nWindows,9486\n"))
    assert shares["share"].tolist() == [5.14, 94.86]
    assert reading("os,visits\nLinux,514\nWindows,9486\n").findings.facts == [
        "column 'visits'", "counts, 10,000 in all"
    ]  # fmt: skip


def test_a_unit_that_is_given_needs_no_note() -> None:
    with said():
        shares = read_shares(file("os,n\nLinux,1\nWindows,3\n"), unit="count")
    assert shares["share"].tolist() == [25.0, 75.0]


def test_counts_of_one_os_add_up_along_a_column_that_is_named() -> None:
    text = "browser,os,visits\nA,Mac,10\nB,macOS,20\nA,Linux,70\n"
    with pytest.warns(SpamIndexNote, match="3 rows added up to 2"):
        shares = read_shares(file(text), sum="browser")
    assert shares.to_dict("list") == {"os": ["Mac", "Linux"], "share": [30.0, 70.0]}


def test_the_same_row_twice_is_not_added_up() -> None:
    text = "browser,os,visits\nA,Mac,10\nA,Mac,20\nA,Linux,70\n"
    for fields in ({}, {"sum": "browser"}):
        with pytest.raises(
            MatchError, match=r"'Mac' stands twice \(lines 2-3\), and nothing tells"
        ):
            read_shares(file(text), **fields)


def test_a_row_without_a_figure_is_left_out_and_named() -> None:
    text = "os,share\nLinux,5\nMac,n/a\nBSD,\nWindows,95\n"
    with said(
        "<stream>: no figure for 'Mac' (line 3), 'BSD' (line 4): left out (drop='Mac' leaves it out)"
    ):
        shares = read_shares(file(text))
    assert shares["os"].tolist() == ["Linux", "Windows"]


def test_a_total_is_left_out_and_noted() -> None:
    with pytest.warns(SpamIndexNote, match=r"left out as a total: 'Total' \(line 4\)"):
        shares = read_shares(file("os,share\nLinux,5\nWindows,95\nTotal,100\n"))
    assert shares["share"].tolist() == [5.0, 95.0]


def test_doubts_come_from_the_place_that_called() -> None:
    with pytest.warns(SpamIndexWarning) as caught:
        read_shares(file("os,share\nLinux,5\nWindows,95\nBSD,\n"))
    assert caught[0].filename == __file__


def test_decimal_commas_and_points() -> None:
    assert of("os;share\nA;5,14\nB;94,86\n")["share"] == [5.14, 94.86]
    assert of('os,Sessions\nA,"2,533"\nB,437\nC,30\n')["share"][0] == pytest.approx(84.4333)
    open_ = "os;x\nA;91.580\nB;8\n"
    with pytest.raises(FigureError, match=r"decimal='\.' makes '91\.580' 91\.58"):
        reading(open_)
    assert of(open_, decimal=".")["share"] == [91.58, 8.0]
    assert of(open_, decimal=",", unit="count")["share"][1] == pytest.approx(0.00873, abs=1e-4)


def test_errors_are_of_one_kind_and_can_be_told_apart() -> None:
    assert issubclass(UnitError, spamindex.SpamIndexError)
    with pytest.raises(UnitError) as caught:
        read_shares(file("Linux,0.9\n"))
    assert len(caught.value.faults) == 1


def test_a_file_open_as_text_is_refused() -> None:
    with pytest.raises(FileError, match="is open as text; open it in binary"):
        read_shares(io.StringIO("os,share\nLinux,5\n"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"unit": "x"}, "unit is one of percent, fraction, count, not 'x'"),
        ({"of": "x"}, "of is one of spam, market, not 'x'"),
        ({"decimal": ";"}, "decimal is one of ., ,, not ';'"),
        ({"dates": "x"}, "dates is one of day-first, month-first, not 'x'"),
        ({"total": 0}, "total is a number of messages or machines, not 0"),
        ({"total": -5}, "total is a number of messages or machines, not -5"),
        ({"where": "os>Linux"}, "'os>Linux' is not COLUMN=VALUE or COLUMN!=VALUE"),
        ({"sum": 5.0}, "sum is a text or several, not 5.0"),
        ({"drop": [None]}, "drop is a text, not None"),
        ({"key": 1.5}, "key is a text, not 1.5"),
        ({"header": "1"}, "header is a line's number, not '1'"),
        ({"total": True}, "total is a number of messages or machines, not True"),
        ({"wide": 1}, "wide is True or False, not 1"),
        ({"names": "x"}, "names is what read_names returns, or a mapping"),
        ({"names": {"a": "b", "b": "a"}}, "'b' leads back to itself"),
        ({"colour": "x"}, "no such option: colour; there are"),
    ],
)
def test_arguments_that_there_are_not_are_refused(wrong: dict[str, Any], because: str) -> None:
    with pytest.raises(SpamIndexError) as caught:
        read_shares(file("os,share\nLinux,5\nMac,95\n"), **wrong)
    assert str(caught.value).startswith(because)


def test_arguments_that_fit_no_file_are_refused() -> None:
    with pytest.raises(FileError, match="is not an encoding"):
        read_shares(file("os,share\nLinux,5\n"), encoding="hex")
    with pytest.raises(FileError, match="is no delimiter"):
        read_shares(file("os,share\nLinux,5\n"), delimiter="ab")


def test_counts_after_a_gap_may_be_those_of_another_table() -> None:
    assert doubts("os,visits\nA,1\nB,2\n\nC,3\n", drop="C") == [
        "goes on after a blank line at line 5: is it one table?"
    ]


def test_shares_that_are_not_of_all_are_doubted_unless_the_unit_is_given() -> None:
    assert doubts("os,share\nLinux,1.03\nWindows,9\n") == [
        "adds up to 10.03 of 100 percent: a part of the whole?"
    ]
    assert doubts("os,share\nLinux,1.03\nWindows,9\n", unit="percent") == []
    assert doubts("os,x\nLinux,0.1\nWindows,0.4\n", unit="fraction") == []


@pytest.mark.parametrize("total", ["Kokku", "D"])
def test_a_sum_of_the_rows_above_is_doubted_unless_it_stands_for_itself(total: str) -> None:
    text = f"os,visits\nA,4000\nB,700\nC,300\n{total},5000\n"
    with pytest.raises(MatchError, match=f"'{total}' .line 5.: the sum of the rows next to it"):
        reading(text)
    assert of(text, names={total: total})["share"] == [40.0, 7.0, 3.0, 50.0]
    assert of(text, drop=total)["share"] == [80.0, 14.0, 6.0]


def test_a_known_system_may_be_what_the_others_add_up_to() -> None:
    assert of("os,visits\nWindows,500\nLinux,400\nmacOS,100\n")["share"] == [50.0, 40.0, 10.0]


def test_a_total_of_less_than_the_others_is_refused() -> None:
    for rows in ("A,5000\nB,300\nTotal,4000\n", "A,50\nB,20\nSubtotal,70\nC,30\n"):
        with pytest.raises(MatchError, match="called a total, but not what the others add up to"):
            reading(f"os,visits\n{rows}")


def test_a_total_is_one_with_the_decimal_mark_that_makes_it_one() -> None:
    found = of("os;visits\nA;1.000\nB;3\nTotal;1.003\n")
    assert found["share"] == pytest.approx([99.7009, 0.2991], abs=1e-4)


def test_counts_are_not_added_up_with_their_total() -> None:
    text = "os,browser,visits\nA,x,50\nA,y,30\nA,All,80\nB,x,20\n"
    assert of(text, sum="browser")["share"] == [80.0, 20.0]
    with pytest.raises(MatchError, match="'browser' is 'All', a total, for 'A' .line 4., but"):
        reading(text.replace("80", "90"), sum="browser")
    assert of("os,country,visits\nA,All,50\nB,All,50\n")["share"] == [50.0, 50.0]


def test_a_day_without_visits_is_no_ranking_but_part_of_all() -> None:
    text = "date,os,visits\n2010-01-01,A,5\n2010-01-01,B,15\n2010-01-02,A,0\n2010-01-02,B,0\n"
    assert of(text, period="all")["share"] == [25.0, 75.0]
    with pytest.raises(UnitError, match="adds up to 0 in 2010-01-02; leave it out"):
        reading(text, by="date")


def test_each_ranking_of_nothing_but_0_is_named_by_all_its_columns() -> None:
    text = "land,month,os,visits\nx,2010-01,A,5\ny,2010-02,A,0\nz,2010-03,A,0\n"
    with pytest.raises(UnitError, match="adds up to 0 in y, 2010-02; leave it out"):
        reading(text, by=["land", "month"])


def test_counts_are_shares_of_their_ranking_in_the_order_of_the_file() -> None:
    text = "land,os,n\ny,A,1\ny,B,3\nx,A,4\nx,B,1\n"
    shares = read_shares(file(text), by=["land"], unit="count")
    assert shares.to_dict("list") == {
        "land": ["y", "y", "x", "x"],
        "os": ["A", "B", "A", "B"],
        "share": [25.0, 75.0, 80.0, 20.0],
    }


@pytest.mark.parametrize("name", ["share", "count", "total", "half", "os"])
def test_a_column_of_a_users_may_have_any_name(name: str) -> None:
    text = f"{name},system,visits\nx,A,1\nx,B,3\ny,A,4\ny,B,1\n"
    found = of(text, key="system", column="visits", by=name)
    assert found[0] == ["x", "x", "y", "y"]  # type: ignore[index]
    assert found["share"] == [25.0, 75.0, 80.0, 20.0]


def test_one_os_that_is_chosen_keeps_its_share_of_all() -> None:
    text = "OS,browser,visits\nMac,A,10\nMac,B,20\nLinux,A,70\n"
    assert of(text, sum="browser", where={"OS": "Mac"}) == {"os": ["Mac"], "share": [30.0]}
    assert of(text, where={"browser": "A", "OS": "mac"})["share"] == [12.5]
    assert of(text, where={"browser": "A"})["share"] == [12.5, 87.5]
    assert of("os,share\nMac,30\nLinux,70\n", where={"os": "mac"})["share"] == [30.0]
    assert of("os,share\nMac,30\nLinux,70\n", where="os!=mac") == {"os": ["Linux"], "share": [70.0]}


def test_versions_add_up_to_their_family_as_decimals_do() -> None:
    text = "os,share\nWindows 7,11.54\nLinux,61.08\nWinXP,27.38\n"
    assert of(text, family=True) == {"os": ["Windows", "Linux"], "share": [38.92, 61.08]}


def test_counts_of_a_family_are_added_up_and_their_total_is_not() -> None:
    text = "os,visits\nWindows 7,10\nLinux,60\nWinXP,30\n"
    assert of(text, family=True, counts=True) == {
        "os": ["Windows", "Linux"],
        "share": [40.0, 60.0],
        "count": [40.0, 60.0],
        "total": [100.0, 100.0],
    }


def test_halves_of_a_familys_versions_add_up() -> None:
    text = "os,share\nWindows 7,11.5\nLinux,61.00\nWinXP,27.5\n"
    shares = of(text, family=True, total=1000, rounding=True)
    assert shares["half"] == [0.1, 0.005]
    assert shares["count"] == [390.0, 610.0]


def test_families_are_those_of_operating_systems_alone() -> None:
    text = "provider,share\nMint Mobile,60\nRocky Mountain Internet,40\n"
    found = reading(text, family=True)
    assert found.shares["os"].tolist() == ["Mint Mobile", "Rocky Mountain Internet"]
    assert "so there are no families" in " ".join(found.findings.notes)


def test_what_the_user_names_is_not_guessed() -> None:
    text = "os,device,share,usage\nMac,a,30,60\nLinux,b,70,40\n"
    assert of(text, key="device", column="usage") == {"os": ["a", "b"], "share": [60.0, 40.0]}
    with pytest.raises(ColumnError, match="'share' or 'share of all'"):
        reading(text.replace("usage", "share of all"), of="market")
    assert of("which,2010\nMac,30\nLinux,70\n", column="2010")["os"] == ["Mac", "Linux"]


def test_a_row_that_begins_with_an_os_is_no_heading() -> None:
    with pytest.raises(FigureError, match="<stream>:1: 'x5' is not a number"):
        reading("Linux,x5\nMac,95\nBSD,5\n", column="2")


def test_figures_that_are_none_are_said_line_by_line() -> None:
    with pytest.raises(FigureError) as caught:
        reading("os,share\nLinux,5\nMac,x5\nBSD,\nAIX,y6\nHaiku,7\n")
    assert caught.value.faults == (
        "<stream>:3: column 'share': 'x5' is not a number",
        "<stream>:5: column 'share': 'y6' is not a number",
    )


@pytest.mark.parametrize("role", ["spam", "market", None])
def test_an_open_unit_names_the_field_that_settles_it(role: Any) -> None:
    with pytest.raises(UnitError) as caught:
        reading("os,share\nMac,0.3\nLinux,0.4\n", of=role)
    assert [remedy.field for remedy in caught.value.settles] == ["unit", "unit"]
    assert "unit='percent'" in str(caught.value)


def test_a_row_without_a_name_is_the_total_with_the_decimal_mark_that_makes_it_one() -> None:
    text = "os;n\nA;1.500\nB;98.500\n;100\n"
    assert of(text, decimal=".")["share"] == [1.5, 98.5]
    with pytest.raises(MatchError, match="no name under 'os' on line 4"):
        reading(text, decimal=",", unit="count")


def test_periods_and_encodings_are_taken_as_they_are_given() -> None:
    text = "month;os;share\n2010-01;Caf\N{LATIN SMALL LETTER E WITH ACUTE};100\n2010-02;X;100\n"
    data = io.BytesIO(text.encode("latin-1"))
    shares = read_shares(data, period="2010-01", delimiter=";", encoding="latin-1")
    assert shares["os"].tolist() == ["Café"]


def test_a_family_that_is_the_sum_of_its_versions_is_refused_among_counts() -> None:
    text = "os,visits\nWindows,5000\nWindows 7,3000\nWinXP,2000\nLinux,500\n"
    with pytest.raises(MatchError, match="a family that may hold its versions beside it"):
        reading(text, family=True)
    assert of(text, family=True, drop="Windows")["share"] == pytest.approx(
        [90.909, 9.091], abs=1e-3
    )


def test_a_period_in_another_one_would_count_twice() -> None:
    text = "month,os,visits\n2010-01,A,10\n2010-02,A,20\n2010,A,30\n2010,B,70\n"
    for period in ("all", "2010"):
        with pytest.raises((PeriodError, MatchError)) as caught:
            reading(text, period=period)
        assert "both would count" in str(caught.value) or "twice" in str(caught.value)
    assert of(text.replace("visits", "share"), period="2010-01", unit="percent")["share"] == [10]


def test_a_total_among_the_periods_is_not_added_up() -> None:
    text = "month,os,n\n2010-01,A,10\n2010-02,A,20\nTotal,A,30\nTotal,B,70\n2010-01,B,70\n"
    with pytest.raises(spamindex.SpamIndexError) as caught:
        reading(text, period="2010", unit="count")
    assert "'Total'" in str(caught.value)


def test_days_are_cut_to_months_along_which_counts_add_up() -> None:
    text = (
        "date,os,visits\n2010-01-01,A,5\n2010-01-31,A,5\n2010-01-31,B,10\n"
        "2010-02-01,A,1\n2010-02-01,B,3\n"
    )
    found = of(text, by="date:month")
    assert found[0] == ["2010-01", "2010-01", "2010-02", "2010-02"]  # type: ignore[index]
    assert found["share"] == [50.0, 50.0, 25.0, 75.0]
    assert of(text, by="date:year")["share"] == pytest.approx([45.833, 54.167], abs=1e-3)


def test_shares_of_days_do_not_add_up_to_those_of_a_month() -> None:
    text = "date,os,share\n2010-01-01,A,5\n2010-01-01,B,95\n2010-01-02,A,10\n2010-01-02,B,90\n"
    with pytest.raises(PeriodError, match="never add up"):
        reading(text, by="date:month")


def test_a_name_that_is_left_out_and_that_no_row_has_is_refused() -> None:
    with pytest.raises(MatchError, match="no row is called 'Haiku'; there are 'A', 'B'"):
        reading("os,share\nA,5\nB,95\n", drop="Haiku")


def test_a_line_of_names_that_no_row_has_is_said() -> None:
    names = reading("os,share\nA,5\nB,95\n", names={"Gone": "Linux"}).findings.notes
    assert names == ["of the names given, no row is called 'Gone'"]


def test_read_in_the_same_form_twice_is_the_same() -> None:
    text = "os,visits\nLinux,514\nWindows,9486\n"
    assert of(text) == of(text)
