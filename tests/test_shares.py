from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import spamindex
from spamindex import SpamIndexNote, SpamIndexWarning, UnitError, read_shares


@contextmanager
def said(*expected: str) -> Iterator[None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    assert [str(entry.message) for entry in caught] == list(expected)


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


def test_arguments_that_fit_no_file_are_refused() -> None:
    with pytest.raises(spamindex.FileError, match="is not an encoding"):
        read_shares(file("os,share\nLinux,5\n"), encoding="hex")
    with pytest.raises(spamindex.FileError, match="is no delimiter"):
        read_shares(file("os,share\nLinux,5\n"), delimiter="ab")
    for wrong in ({"unit": "percents"}, {"of": "share"}, {"decimal": ";"}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} is one of"):
            read_shares(file("os,share\nLinux,5\n"), **wrong)  # type: ignore[arg-type]


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


def test_a_day_without_visits_is_no_ranking_but_part_of_all() -> None:
    text = "date,os,visits\n2010-01-01,A,5\n2010-01-01,B,15\n2010-01-02,A,0\n2010-01-02,B,0\n"
    with pytest.warns(SpamIndexNote):
        shares = read_shares(file(text), period="all")
    assert shares["share"].tolist() == [25.0, 75.0]
    with pytest.raises(UnitError, match="adds up to 0 in 2010-01-02; leave it out"):
        read_shares(file(text), by=["date"], unit="count")
