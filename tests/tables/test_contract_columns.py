"""Which column holds the shares is certain, or refused: tables in many guises."""

from __future__ import annotations

import pytest

from spamindex.tables.both import read_pair
from spamindex.tables.options import TableOptions
from tests.asking import read, refused, settled
from tests.conftest import Write

W = {"Windows": 90.0, "Linux": 3.0, "macOS": 7.0}


@pytest.mark.parametrize(
    "table",
    [
        "Betriebssystem;Anteil;Anteil Vormonat\nWindows;90;50\nLinux;3;20\nmacOS;7;30\n",
        "Système,Part,Part mois précédent\nWindows,90,50\nLinux,3,20\nmacOS,7,30\n",
        "os,Previous share,Current share\nWindows,50,90\nLinux,20,3\nmacOS,30,7\n",
        "os,share (a year ago),share\nWindows,50,90\nLinux,20,3\nmacOS,30,7\n",
        "Sistema operativo,Cuota,Cuota mes anterior\nWindows,90,50\nLinux,3,20\nmacOS,7,30\n",
    ],
)
def test_the_share_of_a_previous_period_is_not_taken(table: str) -> None:
    assert read(table) == W


@pytest.mark.parametrize(
    "table",
    [
        "os,share,target share\nWindows,90,50\nLinux,3,20\nmacOS,7,30\n",
        "System;Soll-Anteil;Ist-Anteil\nWindows;50;90\nLinux;20;3\nmacOS;30;7\n",
        "os,forecast share,share\nWindows,50,90\nLinux,20,3\nmacOS,30,7\n",
        "os,share,cum. share\nWindows,90,90\nmacOS,7,97\nLinux,3,100\n",
        "os,share,margin of error\nWindows,90,1\nLinux,3,1\nmacOS,7,1\n",
        "os,low,share,high\nWindows,88,90,92\nLinux,2,3,4\nmacOS,5,7,9\n",
        "os,share,rank\nWindows,90,1\nLinux,3,3\nmacOS,7,2\n",
        "id,os,share\n17,Windows,90\n4,Linux,3\n9,macOS,7\n",
        ",os,share\n0,Windows,90\n1,Linux,3\n2,macOS,7\n",
        "os,installs,average age\nWindows,900,5\nLinux,30,6\nmacOS,70,7\n",
        "os,messages,avg score\nWindows,900,50.1\nLinux,30,30.2\nmacOS,70,19.7\n",
        "os,price,installs\nWindows,199,900\nLinux,0,30\nmacOS,129,70\n",
    ],
)
def test_what_a_heading_says_is_no_share_is_passed_over(table: str) -> None:
    assert read(table) == W


@pytest.mark.parametrize(
    "table",
    [
        "OS;Installationen;Wachstum %\nWindows;900;50\nLinux;30;20\nmacOS;70;30\n",
        "OS,Utilisateurs,Croissance %\nWindows,900,50\nLinux,30,20\nmacOS,70,30\n",
        "OS,Users,% vs. prev. month\nWindows,900,50\nLinux,30,20\nmacOS,70,30\n",
        "OS,Users,YoY %\nWindows,900,50\nLinux,30,20\nmacOS,70,30\n",
    ],
)
def test_growth_in_percent_does_not_hide_the_counts_beside_it(table: str) -> None:
    assert read(table) == W


@pytest.mark.parametrize(
    ("table", "rivals"),
    [
        ("os,March,April\nWindows,50,90\nLinux,20,3\nmacOS,30,7\n", "'March' or 'April'"),
        ("os,Share 2009,Share 2010\nWindows,50,90\nLinux,20,3\nmacOS,30,7\n", "'Share 2009' or"),
        ("os,Market share,2009\nWindows,90,50\nLinux,3,20\nmacOS,7,30\n", "or '2009'"),
        ("os,Marktanteil,\nWindows,90,75\nLinux,3,20\nmacOS,7,5\n", "or 3 (no heading)"),
        ("os,share,weighted share\nWindows,90,88\nLinux,3,4\nmacOS,7,8\n", "'weighted share'"),
        ("os,desktop,mobile\nWindows,90,1\nLinux,3,1\nmacOS,7,98\n", "'desktop' or 'mobile'"),
        ("os,Europe,Asia\nWindows,90,80\nLinux,3,5\nmacOS,7,15\n", "'Europe' or 'Asia'"),
        ("os,messages per day,messages\nWindows,5,900\nLinux,3,30\nmacOS,2,70\n", "per day' or"),
    ],
)
def test_two_columns_that_could_both_be_meant_are_asked_about(table: str, rivals: str) -> None:
    answer = refused(table)
    assert rivals in answer.stderr
    assert "--column COLUMN chooses one" in answer.stderr


@pytest.mark.parametrize("number", ["1", "2", "3"])
def test_a_column_that_is_asked_about_can_be_named_by_its_number(number: str) -> None:
    table = "os,Marktanteil,\nWindows,90,50\nLinux,3,20\nmacOS,7,30\n"
    found = {"2": W, "3": {"Windows": 50.0, "Linux": 20.0, "macOS": 30.0}}
    if number == "1":
        assert "can't hold the names and their shares" in refused(table, "--column", "1").stderr
    else:
        assert read(table, "--column", number) == found[number]


@pytest.mark.parametrize(
    "heading",
    [
        "ham share",
        "share of legitimate mail",
        "non-spam %",
        "Anteil (kein Spam)",
        "spam free",
        "hors spam",
        "Spam blocked",
        "Ei-spam",
        "antispam",
        "no spam messages",
    ],
)
def test_shares_of_what_is_no_spam_are_not_taken(heading: str) -> None:
    answer = refused(f"os,{heading}\nWindows,90\nLinux,3\nmacOS,7\n")
    assert "may be something else" in answer.stderr


@pytest.mark.parametrize(
    "table",
    [
        "os,share,released\nWindows,ca. 90 %,1985\nLinux,ca. 3 %,1991\nmacOS,ca. 7 %,2001\n",
        "os,share,founded\nWindows,~90,1985\nLinux,~3,1991\nmacOS,~7,2001\n",
        "os,Anteil,eingeführt\nWindows,etwa 90,1985\nLinux,etwa 3,1991\nmacOS,etwa 7,2001\n",
    ],
)
def test_shares_that_can_not_be_read_are_errors_and_years_no_substitute(table: str) -> None:
    answer = refused(table)
    assert answer.stderr.count("is not a number") == 3


@pytest.mark.parametrize(
    ("table", "taken"),
    [
        ("os,visits,users\nWindows,900,50\nLinux,30,30\nmacOS,70,20\n", "'visits'"),
        ("os,pageviews,sessions\nWindows,50,900\nLinux,30,30\nmacOS,20,70\n", "'sessions'"),
        ("System;Zugriffe;Besucher\nWindows;50;900\nLinux;30;30\nmacOS;20;70\n", "'Besucher'"),
    ],
)
def test_of_several_measures_one_is_taken_in_a_fixed_order_and_said(table: str, taken: str) -> None:
    from tests.asking import shares

    assert read(table) == W
    assert f"column {taken}" in shares(table).stderr
    assert "not used: " in shares(table).stderr


@pytest.mark.parametrize(
    "table",
    [
        "os,%,n\nWindows,90,180\nLinux,3,6\nmacOS,7,14\n",
        "os,n,%\nWindows,180,90\nLinux,6,3\nmacOS,14,7\n",
        "OS,Visits,Share\nWindows,900,90 %\nLinux,30,3 %\nmacOS,70,7 %\n",
    ],
)
def test_counts_beside_shares_in_proportion_are_the_counts_behind_them(table: str) -> None:
    assert read(table) == W


@pytest.mark.parametrize(
    "table",
    [
        "OS,Users,+/- %\nWindows,900,50\nLinux,30,20\nmacOS,70,30\n",
        "os,visits,share\nWindows,12345,90\nLinux,345,3\nmacOS,678,7\n",
        "Système,Visites,Part\nWindows,100,90\nLinux,100,3\nmacOS,100,7\n",
    ],
)
def test_counts_out_of_proportion_to_the_shares_beside_them_are_asked_about(table: str) -> None:
    assert "not in proportion" in refused(table).stderr
    first, second = settled(table)
    assert first != second


@pytest.mark.parametrize(
    "table",
    [
        "OS,Share,\n,2009,2010\nWindows,90,50\nLinux,3,20\nmacOS,7,30\n",
        "OS,Share,Users\n,all,new\nWindows,90,900\nLinux,3,30\nmacOS,7,70\n",
        "System;Anteil;\n;Januar;Februar\nWindows;90;50\nLinux;3;20\nmacOS;7;30\n",
    ],
)
def test_a_second_line_of_headings_is_refused(table: str) -> None:
    assert "could both be headings" in refused(table).stderr
    assert "--header N" in refused(table).stderr


@pytest.mark.parametrize(
    "table",
    [
        "OS,Share,Users\n,%,millions\nWindows,90,900\nLinux,3,30\nmacOS,7,70\n",
        "System;Anteil;Geräte\n;in %;Mio.\nWindows;90;900\nLinux;3;30\nmacOS;7;70\n",
        "System;Anteil\nName;‰\nWindows;900\nLinux;30\nmacOS;70\n",
    ],
)
def test_a_second_line_that_only_names_units_is_one_of_the_headings(table: str) -> None:
    assert read(table) == W


@pytest.mark.parametrize(
    "table",
    [
        "Date,Haiku,Windows,Linux\n2010-03,5,90,5\n",
        "Haiku,Windows,Linux\n5,90,5\n",
        "Country,Haiku,Windows,Linux\nDE,5,90,5\n",
    ],
)
def test_each_column_of_a_wide_table_is_a_system_the_first_one_too(table: str) -> None:
    options = ["--where", "Country=DE"] if "Country" in table else []
    assert read(table, *options) == {"Haiku": 5.0, "Windows": 90.0, "Linux": 5.0}


def test_systems_that_nobody_knows_make_a_wide_table_where_each_row_is_the_whole() -> None:
    table = "month,AmigaOS,Plan 9,Zorp\n2010-03,40,35,25\n"
    assert read(table) == {"AmigaOS": 40.0, "Plan 9": 35.0, "Zorp": 25.0}


def test_where_nothing_tells_that_a_table_is_wide_it_can_be_said() -> None:
    table = "month,Zip,Zap,Zorp\n2010-03,400,350,250\n"
    answer = refused(table)
    assert "--wide says that each column of figures is a system" in answer.stderr
    assert {"Zip": 40.0, "Zap": 35.0, "Zorp": 25.0} in settled(table)


@pytest.mark.parametrize("heading", ["Users", "Bounce rate", "Unique visitors", "All devices"])
def test_a_measure_beside_the_systems_of_a_wide_table_is_no_system(heading: str) -> None:
    table = f"Date,Windows,Linux,macOS,{heading}\n2010-03,900,30,70,41.5\n"
    assert f"'{heading}' (line 2)" in refused(table).stderr
    assert settled(table)[0] == W


def test_the_total_of_a_wide_table_is_left_out() -> None:
    assert read("Date,Windows,Linux,macOS,Total\n2010-03,900,30,70,1000\n") == W
    assert read("Date,Windows,Linux,macOS,Gesamt\n2010-03,90,3,7,100\n") == W


def test_years_as_headings_are_periods_and_not_systems() -> None:
    table = "OS,2009,2010\nWindows,95,90\nLinux,2,3\nmacOS,3,7\n"
    assert "2009" in refused(table).stderr
    assert read(table, "--period", "2010") == W


def test_a_heading_of_two_columns_is_asked_about_and_a_number_settles_it() -> None:
    table = "os,Share,Share\nWindows,90,50\nLinux,3,20\nmacOS,7,30\n"
    assert "'Share' or 'Share'" in refused(table).stderr
    answer = refused(table, "--column", "Share")
    assert (
        "2 columns are called 'Share'; --column 2 is column 2, --column 3 is column 3"
        in answer.stderr
    )
    assert settled(table, "--column", "Share")[0] == W


def test_a_name_column_is_found_by_its_heading_or_asked_for() -> None:
    assert read("name,kind,hits\nWindows,x,900\nLinux,y,30\nmacOS,z,70\n") == W
    assert read("browser,os,hits\nA,Windows,900\nB,Linux,30\nC,macOS,70\n") == W
    answer = refused("vendor,product,hits\nA,Windows,900\nB,Linux,30\nC,macOS,70\n")
    assert "can't tell which column holds the names: 'vendor' or 'product'?" in answer.stderr
    table = "vendor,product,hits\nA,Windows,900\nB,Linux,30\nC,macOS,70\n"
    assert read(table, "--key", "product") == W
    assert read(table, "--key", "2") == W


@pytest.mark.parametrize(
    "heading", ["spam", "Spam (%)", "messages de spam", "Spam mails", "Spam 2010-03", "n_spam",
                "Spamnachrichten", "spam mails per day", "spam in thousands", "Total spam received"]
)  # fmt: skip
def test_spam_is_known_beside_words_that_say_how_it_is_counted(heading: str) -> None:
    assert read(f"os,{heading}\nWindows,90\nLinux,3\nmacOS,7\n") == W


def test_words_for_both_shares_tell_two_columns_apart_in_one_word_too(write: Write) -> None:
    path = write("t.csv", "System;Spamanteil;Marktanteil\nWindows;92;90\nLinux;8;10\n")
    spam, market = read_pair(path, path, TableOptions(), TableOptions())
    assert spam.shares["share"].tolist() == [92.0, 8.0]
    assert market.shares["share"].tolist() == [90.0, 10.0]


@pytest.mark.parametrize(
    "table",
    [
        "System,Spam,System.1,Share\nWindows,92,Linux,90\nLinux,5,Windows,3\n",
        "os,Spam,OS name,Share\nWindows,92,Linux,90\nLinux,5,Windows,3\n",
        "OS,Spam %,OS.1,Market %\nWindows,92,Haiku,90\nLinux,5,BSD,3\n",
    ],
)
def test_two_tables_side_by_side_are_refused(table: str) -> None:
    assert "write tables that stand side by side" in refused(table, "--column", "2").stderr


def test_a_system_of_a_wide_table_may_be_called_like_a_heading_with_a_number() -> None:
    assert read("OS/2,Windows,Linux\n7,90,3\n") == {"OS/2": 7.0, "Windows": 90.0, "Linux": 3.0}


def test_a_second_column_of_the_same_names_row_by_row_is_no_second_table() -> None:
    for headings in ("name,label,share", "OS,OS.1,share", "System,System,share"):
        assert read(f"{headings}\nWindows,Windows,90\nLinux,Linux,10\n") == {
            "Windows": 90.0, "Linux": 10.0
        }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "chosen"),
    [
        ("metric,Windows,Linux,macOS\nexpected share,90,3,7\n", "metric=expected share"),
        (",Windows,Linux,macOS\nshare last month,90,3,7\n", "1=share last month"),
        ("os,what,n\nWindows,ham,900\nLinux,ham,30\nmacOS,ham,70\n", "what=ham"),
    ],
)
def test_rows_of_which_a_label_says_something_else_are_refused(table: str, chosen: str) -> None:
    assert "may be something else than the shares" in refused(table).stderr
    assert read(table, "--where", chosen) == W


@pytest.mark.parametrize("heading", ["spam count", "spam", "n_spam"])
def test_of_all_messages_and_spam_the_spam_is_taken(write: Write, heading: str) -> None:
    spam = write("s.csv", f"os,emails,{heading}\nWindows,1000,700\nLinux,5000,300\n")
    market = write("m.csv", "os,share\nWindows,60\nLinux,40\n")
    tables, _ = read_pair(spam, market, TableOptions(of="spam"), TableOptions(of="market"))
    assert tables.shares["share"].tolist() == [70, 30]


@pytest.mark.parametrize("heading", ["spam rate (%)", "spamtrap hits", "spam_msgs", "davon Spam"])
def test_messages_beside_what_may_be_the_spam_are_not_taken(heading: str) -> None:
    said = refused(f"os,messages,{heading}\nWindows,1000,70\nLinux,5000,6\n").stderr
    assert f"can't tell which column holds the shares: 'messages' or {heading!r}?" in said
