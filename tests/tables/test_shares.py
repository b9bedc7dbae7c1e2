from __future__ import annotations

import io
import re
from typing import Any

import pytest

import spamindex
from spamindex import SpamIndexNote, SpamIndexWarning, UnitError, read_shares
from spamindex.tables.shares import read_cells
from tests.conftest import said


def file(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode())


def test_a_table_has_a_row_for_each_os() -> None:
    shares = read_shares(file("os,share\nLinux,5.14\nWindows,94.86\n"))
    assert shares.to_dict("list") == {"os": ["Linux", "Windows"], "share": [5.14, 94.86]}


def test_counts_are_shares_of_their_total() -> None:
    with said("<stream>: column 'visits': read as counts; they add up to 10000"):
        shares = read_shares(file("os,visits\nLinux,514\nWindows,9486\n"))
    assert shares["share"].tolist() == [5.14, 94.86]


def test_a_unit_that_is_given_needs_no_note() -> None:
    with said():
        shares = read_shares(file("os,n\nLinux,1\nWindows,3\n"), unit="count")
    assert shares["share"].tolist() == [25.0, 75.0]


def test_counts_of_one_os_add_up_where_another_column_tells_them_apart() -> None:
    text = "browser,os,visits\nA,Mac,10\nB,macOS,20\nA,Linux,70\n"
    with pytest.warns(SpamIndexNote, match="3 rows were added up by OS"):
        shares = read_shares(file(text), unit="count")
    assert shares.to_dict("list") == {"os": ["Mac", "Linux"], "share": [30.0, 70.0]}


def test_the_same_row_twice_is_not_added_up() -> None:
    text = "browser,os,visits\nA,Mac,10\nA,Mac,20\nA,Linux,70\n"
    with pytest.raises(spamindex.MatchError, match=":3: 'Mac' is on line 2 too"):
        read_shares(file(text))


def test_a_row_twice_is_said_before_anything_about_the_total() -> None:
    with pytest.raises(spamindex.MatchError, match=":4: 'Mac' is on line 2 too"):
        read_shares(file("os,share\nMac,50\nLinux,50\nMac,50\n"))


def test_shares_of_one_os_never_add_up() -> None:
    text = "browser,os,share\nA,Mac,10\nB,Mac,20\nA,Linux,70\n"
    with pytest.raises(spamindex.MatchError, match=":3: 'Mac' is on line 2 too"):
        read_shares(file(text))


def test_rows_without_a_figure_or_a_name_are_left_out_and_named() -> None:
    text = "os,share\nLinux,5\nMac,n/a\nBSD\n,3\nWindows,90\n"
    with said(
        "<stream>: left out, no figure: 'Mac' (line 3), 'BSD' (line 4)",
        "<stream>: left out, no OS name: '3' (line 5)",
        "<stream>: column 'share': the percents add up to 95 of 100",
    ):
        shares = read_shares(file(text))
    assert shares["os"].tolist() == ["Linux", "Windows"]


def test_a_total_is_left_out_and_noted() -> None:
    with pytest.warns(SpamIndexNote, match=r"left out, a total: 'Total' \(line 4\)"):
        shares = read_shares(file("os,share\nLinux,5\nWindows,95\nTotal,100\n"))
    assert shares["share"].tolist() == [5.0, 95.0]


def test_doubts_come_from_the_place_that_called() -> None:
    with pytest.warns(SpamIndexWarning) as caught:
        read_shares(file("os,share\nLinux,5\nWindows,95\nBSD,\n"))
    assert caught[0].filename == __file__


def test_decimal_commas_and_points() -> None:
    assert read_shares(file("os;share\nA;5,14\nB;94,86\n"))["share"].tolist() == [5.14, 94.86]
    sessions = 'os,Sessions\nA,"2,533"\nB,437\nC,30\n'
    assert read_shares(file(sessions), unit="count")["share"][0] == pytest.approx(84.4333)
    open_ = "os;x\nA;91.580\nB;8.420\n"
    with pytest.raises(spamindex.FigureError, match="say which with --decimal"):
        read_shares(file(open_))
    assert read_shares(file(open_), decimal=".")["share"].tolist() == [91.58, 8.42]
    assert read_shares(file(open_), decimal=",", unit="count")["share"].tolist() == [91.58, 8.42]
    assert read_shares(file("os,x\nA,91.580\nB,8.420\n"))["share"].tolist() == [91.58, 8.42]


def test_errors_are_of_one_kind_and_can_be_told_apart() -> None:
    assert issubclass(UnitError, spamindex.SpamIndexError)
    with pytest.raises(UnitError) as caught:
        read_shares(file("Linux,0.9\n"))
    assert len(caught.value.faults) == 1


def test_a_file_open_as_text_is_refused() -> None:
    with pytest.raises(spamindex.FileError, match="is open as text; open it in binary"):
        read_shares(io.StringIO("os,share\nLinux,5\n"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"unit": "x"}, "unit is one of None, 'percent', 'fraction', 'count', not 'x'"),
        ({"of": "x"}, "of is one of 'spam', 'market', None, not 'x'"),
        ({"decimal": ";"}, "decimal is one of None, '.', ',', not ';'"),
        ({"total": 0}, "total is a number of messages or visits, not 0"),
        ({"total": -5}, "total is a number of messages or visits, not -5"),
    ],
)
def test_arguments_that_there_are_not_are_refused(wrong: dict[str, Any], because: str) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))) as caught:
        read_shares(file("os,share\nLinux,5\nMac,95\n"), **wrong)
    assert str(caught.value) == because


def test_arguments_that_fit_no_file_are_refused() -> None:
    with pytest.raises(spamindex.FileError, match="is not an encoding"):
        read_shares(file("os,share\nLinux,5\n"), encoding="hex")
    with pytest.raises(spamindex.FileError, match="is no delimiter"):
        read_shares(file("os,share\nLinux,5\n"), delimiter="ab")


def test_a_file_that_ends_within_its_last_line_is_doubted() -> None:
    with said("<stream>:3: the last line has no line end, and 10.03 is not all: is it cut off?"):
        read_shares(file("os,share\nLinux,1.03\nWindows,9"))
    with said():
        read_shares(file("os,share\nLinux,8.42\nWindows,91.58"))


@pytest.mark.parametrize("text", ["os,share\nLinux,8.42\nWindows,91.5", "os,visits\nA,842\nB,9158"])
def test_where_the_total_does_not_say_that_a_file_is_whole_its_end_does(text: str) -> None:
    ends = "the last line has no line end; if it is cut off, so may be its last figure"
    with pytest.warns(SpamIndexNote, match=ends):
        read_shares(file(text), unit="count" if "visits" in text else "percent")
    with said():
        read_shares(file(text + "\n"), unit="count" if "visits" in text else "percent")


def test_counts_after_a_gap_may_be_those_of_another_table() -> None:
    with pytest.warns(SpamIndexWarning, match="^<stream>:5: counts go on after a gap: is it one"):
        read_shares(file("os,visits\nA,1\nB,2\n\nC,3\n"), unit="count")
    with said():
        read_shares(file("os,share\nA,10\nB,20\n\nC,70\n"))


def test_shares_that_are_not_of_all_are_noted() -> None:
    with said("<stream>: column 'share': the percents add up to 10.03 of 100"):
        read_shares(file("os,share\nLinux,1.03\nWindows,9\n"))
    with said("<stream>: column 'x': the fractions add up to 0.5 of 1"):
        read_shares(file("os,x\nLinux,0.1\nWindows,0.4\n"), unit="fraction")


def test_a_total_under_an_unknown_name_is_not_one_of_the_counted() -> None:
    text = "os,visits\nA,4000\nB,700\nC,300\nKokku,5000\n"
    with pytest.raises(spamindex.MatchError, match=r"and so a total\?: 'Kokku' \(line 5\)"):
        read_shares(file(text), unit="count")
    with pytest.warns(SpamIndexWarning, match="or a total"):
        shares = read_shares(file(text), unit="count", names={"Kokku": "Kokku"})
    assert shares["share"].tolist() == [40.0, 7.0, 3.0, 50.0]


@pytest.mark.parametrize("largest", ["Windows,5000\nA,4000\nB,700", "D,500\nA,400\nB,70"])
def test_a_sum_of_the_others_is_doubted_where_it_can_be_by_chance(largest: str) -> None:
    rest = "300" if "5000" in largest else "30"
    with pytest.warns(SpamIndexWarning, match="the sum of the others, or a total"):
        read_shares(file(f"os,visits\n{largest}\nC,{rest}\n"), unit="count")


def test_a_total_of_less_than_the_others_is_no_system() -> None:
    for rows in ("A,5000\nB,300\nTotal,4000\n", "A,50\nB,20\nSubtotal,70\nC,30\n"):
        with pytest.raises(spamindex.MatchError, match=r"and so no total: '(Total|Subtotal)'"):
            read_shares(file(f"os,visits\n{rows}"))


def test_a_total_is_one_with_the_decimal_mark_that_makes_it_one() -> None:
    with said("<stream>: left out, a total: 'Total' (line 4)"):
        shares = read_shares(file("os;n\nA;1.000\nB;3\nTotal;1.003\n"), unit="count")
    assert shares["share"].tolist() == pytest.approx([99.7009, 0.2991], abs=1e-4)


def test_counts_are_not_added_up_with_their_total() -> None:
    text = "os,browser,visits\nA,x,50\nA,y,30\nA,All,80\nB,x,20\n"
    with (
        pytest.warns(SpamIndexNote, match="added up"),
        pytest.raises(spamindex.MatchError, match=r"'browser': totals .*: 'All' \(line 4\)"),
    ):
        read_shares(file(text), unit="count")
    with said("<stream>: column 'visits': 3 rows were added up by OS"):
        shares = read_shares(file(text.replace("A,All,80\n", "")), unit="count")
    assert shares["share"].tolist() == [80.0, 20.0]
    with said():
        read_shares(file("os,country,visits\nA,All,50\nB,All,50\n"), unit="count")
    with said("<stream>: column 'visits': 3 rows were added up by OS"):
        days = "os,n,country,visits\nA,1,All,50\nB,1,All,50\nA,2,All,50\n"
        read_shares(file(days), unit="count", column="visits")


@pytest.mark.parametrize("name", ["Suma", "SOMME:", "Итого", "合計", "All systems"])
def test_a_total_has_many_names(name: str) -> None:
    with said(f"<stream>: left out, a total: {name!r} (line 4)"):
        shares = read_shares(file(f"os,share\nLinux,5\nWindows,95\n{name},100\n"))
    assert shares["share"].tolist() == [5.0, 95.0]


def test_the_last_ranking_is_the_one_that_may_be_cut_off() -> None:
    whole = "2010-01,Linux,10\n2010-01,Mac,90\n"
    part = "2010-02,Linux,10\n2010-02,Mac,20\n2010-02,BSD,5"
    with said("<stream>:6: the last line has no line end, and 35 is not all: is it cut off?"):
        read_shares(file("month,os,share\n" + whole + part), by=["month"])
    with said("<stream>: column 'share': the percents add up to 35 of 100"):
        read_shares(file("month,os,share\n" + part + "\n" + whole.rstrip()), by=["month"])
    with said("<stream>:3: the last line has no line end, and 0.9 is not all: is it cut off?"):
        read_shares(file("os,share\nLinux,0.1\nWindows,0.8"), unit="fraction")


def test_a_day_without_visits_is_no_ranking_but_part_of_all() -> None:
    text = "date,os,visits\n2010-01-01,A,5\n2010-01-01,B,15\n2010-01-02,A,0\n2010-01-02,B,0\n"
    with pytest.warns(SpamIndexNote):
        shares = read_shares(file(text), period="all")
    assert shares["share"].tolist() == [25.0, 75.0]
    with pytest.raises(UnitError, match="adds up to 0 in 2010-01-02; leave it out"):
        read_shares(file(text), by=["date"], unit="count")


def test_each_ranking_of_nothing_but_0_is_named_by_all_its_columns() -> None:
    text = "land,month,os,n\nx,2010-01,A,5\ny,2010-02,A,0\nz,2010-03,A,0\n"
    with pytest.raises(UnitError) as caught:
        read_shares(file(text), column="n", by=["land", "month"], unit="count")
    assert caught.value.faults == (
        "<stream>: column 'n': adds up to 0 in y, 2010-02; leave it out",
    )


def test_counts_are_shares_of_their_ranking_in_the_order_of_the_file() -> None:
    text = "land,os,n\ny,A,1\ny,B,3\nx,A,4\nx,B,1\n"
    shares = read_shares(file(text), by=["land"], unit="count")
    assert shares.to_dict("list") == {
        "land": ["y", "y", "x", "x"],
        "os": ["A", "B", "A", "B"],
        "share": [25.0, 75.0, 80.0, 20.0],
    }


def test_counts_of_one_os_alone_are_no_shares() -> None:
    text = "OS,browser,visits\nMac,A,10\nMac,B,20\nLinux,A,70\n"
    with pytest.raises(UnitError) as caught:
        read_shares(file(text), unit="count", where={"browser": "A", "os": "Mac"})
    assert caught.value.faults == (
        "<stream>: column 'visits': --where os leaves counts of that OS alone, and so 100 % of "
        "them; choose among the rows of the result instead",
    )
    shares = read_shares(file(text), unit="count", where={"browser": "A"})
    assert shares["share"].tolist() == [12.5, 87.5]
    percents = "os,share\nMac,30\nLinux,70\n"
    with said():
        shares = read_shares(file(percents), where={"os": "mac"})
    assert shares["share"].tolist() == [30.0]


def test_versions_add_up_to_their_family_as_decimals_do() -> None:
    text = "os,share\nWindows 7,11.54\nLinux,61.08\nWinXP,27.38\n"
    with said():
        shares = read_shares(file(text), family=True)
    assert shares.to_dict("list") == {"os": ["Windows", "Linux"], "share": [38.92, 61.08]}


def test_counts_of_a_family_are_added_up_and_their_total_is_not() -> None:
    text = "os,visits\nWindows 7,10\nLinux,60\nWinXP,30\n"
    shares = read_shares(file(text), unit="count", family=True, counts=True)
    assert shares.to_dict("list") == {
        "os": ["Windows", "Linux"],
        "share": [40.0, 60.0],
        "count": [40.0, 60.0],
        "total": [100.0, 100.0],
    }


def test_halves_of_a_familys_versions_add_up() -> None:
    text = "os,share\nWindows 7,11.5\nLinux,61.00\nWinXP,27.5\n"
    shares = read_shares(file(text), family=True, total=1000, rounding=True)
    assert shares["half"].tolist() == [0.1, 0.005]
    assert shares["count"].tolist() == [390.0, 610.0]


def test_a_day_without_visits_at_the_end_is_not_cut_off() -> None:
    text = "date,os,visits\n2010-01-01,A,5\n2010-01-01,B,15\n2010-01-02,A,0\n2010-01-02,B,0"
    with said(
        "<stream>: column 'visits': read as counts; they add up to 20",
        "<stream>: column 'visits': 4 rows were added up by OS",
    ):
        read_shares(file(text), period="all")


def test_a_sample_size_says_what_is_behind_shares() -> None:
    text = "os,share\nMac,30\nLinux,70\n"
    shares = read_shares(file(text), total=1)
    assert shares.to_dict("list") == {
        "os": ["Mac", "Linux"], "share": [30.0, 70.0], "count": [0.3, 0.7], "total": [1.0, 1.0]
    }  # fmt: skip
    of: Any
    for of, option in (("spam", "--spam-total"), ("market", "--share-total"), (None, "total=")):
        with pytest.raises(UnitError, match=f"holds counts, and {option} is for shares"):
            read_shares(file("os,n\nA,1\nB,3\n"), unit="count", total=5, of=of)


def test_counts_beside_the_shares_are_those_asked_for() -> None:
    text = "os,share,visits\nMac,30,3\nLinux,70,7\n"
    with said("<stream>: column 'visits': taken for the counts behind the shares"):
        shares = read_shares(file(text), of="market", counts=True)
    assert shares["count"].tolist() == [3.0, 7.0]
    assert read_shares(file(text)).columns.tolist() == ["os", "share"]


def test_half_a_unit_of_the_last_digit() -> None:
    shares = read_shares(file("os,share\nMac,30.5\nLinux,69.50\n"), rounding=True)
    assert shares["half"].tolist() == [0.05, 0.005]
    with pytest.warns(SpamIndexNote, match="read as fractions"):
        shares = read_shares(file("os,share\nMac,0.305\nLinux,0.695\n"), rounding=True)
    assert shares.to_dict("list") == {
        "os": ["Mac", "Linux"], "share": [30.5, 69.5], "half": [0.05, 0.05]
    }  # fmt: skip


def test_shares_of_the_market_read_as_those_of_spam_are_doubted() -> None:
    text = "os,market_share\nMac,30\nLinux,70\n"
    with said("<stream>: column 'market_share': read as spam shares"):
        read_shares(file(text), of="spam")
    with said():
        read_shares(file(text), of="spam", column="market_share")
        read_shares(file(text), of="market")
        read_shares(file(text))
        read_shares(file(text.replace("market_", "spam_")), of="spam")


def test_what_the_user_names_is_not_guessed() -> None:
    text = "os,device,share,usage\nMac,a,30,60\nLinux,b,70,40\n"
    shares = read_shares(file(text), key="device", column="usage")
    assert shares.to_dict("list") == {"os": ["a", "b"], "share": [60.0, 40.0]}
    with pytest.raises(spamindex.ColumnError, match="choose with --share-column among"):
        read_shares(file(text.replace("usage", "share of all")), of="market")
    spam = "os,share,spam\nMac,30,60\nLinux,70,40\n"
    assert read_shares(file(spam), of="spam")["share"].tolist() == [60.0, 40.0]
    year = "which,2010\nMac,30\nLinux,70\n"
    assert read_shares(file(year), column="2010")["os"].tolist() == ["Mac", "Linux"]


def test_a_row_that_begins_with_an_os_is_no_heading() -> None:
    with pytest.raises(spamindex.FigureError, match="<stream>:1: column '2': 'x5'"):
        read_shares(file("Linux,x5\nMac,95\n"))


def test_a_row_that_the_others_add_up_to_is_doubted() -> None:
    text = "os,share\nA,20\nB,20\nC,10\nD,50\n"
    with said("<stream>: the sum of the others, or a total?: 'D' (line 5)"):
        read_shares(file(text))


def test_figures_that_are_none_and_rows_twice_are_said_line_by_line() -> None:
    text = "os,share\nMac,x5\nLinux,5\nLinux,6\nBSD,\nAIX,y6\n"
    with (
        pytest.warns(SpamIndexWarning, match="no figure: 'BSD'"),
        pytest.raises(spamindex.FigureError) as caught,
    ):
        read_shares(file(text))
    assert caught.value.faults == (
        "<stream>:2: column 'share': 'x5' is not a number",
        "<stream>:4: 'Linux' is on line 3 too; leave one row for each OS",
        "<stream>:6: column 'share': 'y6' is not a number",
    )


def test_rows_that_another_column_tells_apart_are_not_twice() -> None:
    text = "browser,os,visits\nA,Mac,1\nB,Mac,2\nB,mac,3\nA,Linux,x\n"
    with pytest.raises(spamindex.FigureError) as caught:
        read_shares(file(text))
    assert [fault.split(":")[1] for fault in caught.value.faults] == ["5"]


@pytest.mark.parametrize(
    ("of", "option"), [("spam", "--spam-unit"), ("market", "--share-unit"), (None, "unit=")]
)
def test_an_open_unit_is_asked_for_by_the_option_of_the_table(of: Any, option: str) -> None:
    with pytest.raises(UnitError) as caught:
        read_shares(file("os,share\nMac,0.3\nLinux,0.4\n"), of=of)
    [fault] = caught.value.faults
    assert fault.startswith("<stream>: column 'share': ")
    assert f"say with {option} " in fault


def test_a_decimal_mark_that_is_given_says_whether_a_row_without_a_name_is_the_total() -> None:
    text = "os;n\nA;1.500\nB;98.500\n;100\n"
    with said("<stream>: left out, a total: '100' (line 4)"):
        assert read_shares(file(text), decimal=".")["share"].tolist() == [1.5, 98.5]
    with said("<stream>: left out, no OS name: '100' (line 4)"):
        shares = read_shares(file(text), decimal=",", unit="count")
    assert shares["share"].tolist() == [1.5, 98.5]


def test_cells_that_were_read_already_are_not_read_again() -> None:
    cells = read_cells(file("os,share\nLinux,5\nWindows,95\n"))
    assert read_shares(cells)["share"].tolist() == [5.0, 95.0]


def test_periods_and_encodings_are_taken_as_they_are_given() -> None:
    text = "month;os;share\n2010-01;Caf\N{LATIN SMALL LETTER E WITH ACUTE};100\n2010-02;X;100\n"
    data = io.BytesIO(text.encode("latin-1"))
    shares = read_shares(data, period="2010-01", delimiter=";", encoding="latin-1")
    assert shares["os"].tolist() == ["Café"]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("Windows,5000\nWindows 7,3000\nWinXP,2000\nLinux,500\n", "sum of its versions"),
        ("A,500\nB,300\nC,100\nTotal visits,900\n", "and so a total?"),
    ],
)
def test_sums_among_counts_are_refused(rows: str, complaint: str) -> None:
    with pytest.raises(spamindex.MatchError, match=re.escape(complaint)):
        read_shares(file("os,visits\n" + rows), unit="count", family=True)


def test_a_period_in_another_one_would_count_twice() -> None:
    text = "month,os,n\n2010-01,A,10\n2010-02,A,20\n2010,A,30\n2010,B,70\n"
    with pytest.raises(spamindex.PeriodError, match="2010-01 lies in 2010, and both would count"):
        read_shares(file(text), period="all", unit="count")
    with said("<stream>: column 'n': the percents add up to 10 of 100"):
        assert read_shares(file(text), period="2010-01", unit="percent")["share"].tolist() == [10]


def test_a_total_among_the_periods_is_not_added_up() -> None:
    text = "month,os,n\n2010-01,A,10\n2010-02,A,20\nTotal,A,30\nTotal,B,70\n2010-01,B,70\n"
    with (
        pytest.warns(SpamIndexNote, match="added up"),
        pytest.raises(spamindex.MatchError, match="'month': totals among what is added up"),
    ):
        read_shares(file(text), period="all", unit="count")
