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
    shares = read_shares(file("os,share\nLinux,5.14\nWindows,92.65\n"))
    assert shares.to_dict("list") == {"os": ["Linux", "Windows"], "share": [5.14, 92.65]}


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
    assert read_shares(file("os;share\nA;5,14\nB;92,65\n"))["share"].tolist() == [5.14, 92.65]
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
        read_shares(file("os,share\nLinux,1.03\nWindows,9\n"))


def test_a_day_without_visits_is_no_ranking_but_part_of_all() -> None:
    text = "date,os,visits\n2010-01-01,A,5\n2010-01-01,B,15\n2010-01-02,A,0\n2010-01-02,B,0\n"
    with pytest.warns(SpamIndexNote):
        shares = read_shares(file(text), period="all")
    assert shares["share"].tolist() == [25.0, 75.0]
    with pytest.raises(UnitError, match="adds up to 0 in 2010-01-02; leave it out"):
        read_shares(file(text), by=["date"], unit="count")
