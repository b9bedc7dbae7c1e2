"""Tables as other programs export them; the files in tests/data are made up in their layouts."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, SPAM, Invoke, Result, Write

DATA = ROOT / "tests/data"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run beside a copy of the data, so that messages name the files shortly."""
    for path in [*DATA.iterdir(), Path(SPAM)]:
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)


def ranking(result: Result) -> list[tuple[str, ...]]:
    """The names and the rounded index of each row, after the columns that tell rankings apart."""
    assert result.exit_code == 0, result.stderr
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    names = [n for n in rows[0] if n not in ("spam_share", "market_share", "spam_index")]
    return [(*(row[n] for n in names), f"{float(row['spam_index']):.2f}") for row in rows]


def compute(invoke: Invoke, share: str, *options: str) -> Result:
    return invoke("compute", "spam.csv", share, "-f", "csv", *options)


def test_one_period_of_a_wide_table(invoke: Invoke) -> None:
    result = compute(invoke, "wide_months.csv", "--period", "2010-03")
    assert ranking(result) == [("Linux", "5.14"), ("Windows", "1.01"), ("Mac OS X", "0.00")]
    assert "not ranked: Other" in result.stderr  # which holds other systems in each table
    assert "Playstation (0.2 % of machines)" in result.stderr


def test_one_ranking_for_each_period_of_one_table(invoke: Invoke) -> None:
    result = compute(invoke, "wide_months.csv", "--by", "period")
    assert ranking(result)[::3] == [
        ("2010-01", "Linux", "6.42"),
        ("2010-02", "Linux", "5.71"),
        ("2010-03", "Linux", "5.14"),
    ]
    assert result.stdout.startswith("period,os,spam_share,market_share,spam_index\n")
    assert "no figure for 'iOS' (line 2), 'iOS' (line 3): left out" in result.stderr
    same = compute(invoke, "wide_months.csv", "--by", "date")
    assert ranking(same) == ranking(result)
    assert same.stdout.startswith("date,os,")


def test_a_table_over_time_asks_which_period(invoke: Invoke) -> None:
    result = compute(invoke, "wide_months.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == [
        "error: wide_months.csv: holds several periods: 'Date' 2010-01, 2010-02, 2010-03; "
        "--period 2010-03 chooses one, --by Date ranks each"
    ]


def test_periods_as_people_write_them(invoke: Invoke) -> None:
    result = compute(invoke, "wide_years.csv", "--period", "2010-03")
    assert ranking(result) == [("Linux", "4.99"), ("Windows", "1.01"), ("Mac OS X", "0.00")]
    result = compute(invoke, "wide_years.csv", "--by", "period", "--top", "1")
    assert ranking(result) == [("2009-03", "Linux", "5.09"), ("2010-03", "Linux", "4.99")]
    result = compute(invoke, "wide_years.csv", "--period", "2011")
    assert result.complaints == [
        "error: wide_years.csv: has no rows of 2011: 'Date' 2009-03, 2010-03"
    ]


def test_counts_add_up_over_days_and_browsers(invoke: Invoke) -> None:
    result = compute(invoke, "visits.csv", "--period", "all", "--sum", "browser", "-p", "4")
    assert result.stdout == (
        "os,spam_share,market_share,spam_index\n"
        "Windows,92.6500,80.0000,1.1581\n"
        "Linux,5.1400,8.0000,0.6425\n"
        "Mac OS X,0.0010,12.0000,0.0001\n"
    )
    assert result.complaints[1:] == [
        "note: visits.csv: column 'visits'; counts, 1,000 in all; of 2024-01-31, 2024-02-01; 7 rows "
        "added up to 3 over 'date', 'browser'"
    ]
    refused = compute(invoke, "visits.csv", "--period", "all")
    assert "differ in 'browser'" in refused.stderr
    assert "--sum browser adds them up" in refused.stderr


def test_a_month_of_a_daily_table(invoke: Invoke) -> None:
    result = compute(invoke, "visits.csv", "--period", "2024-01", "--sum", "browser", "-p", "2")
    assert result.stdout.splitlines()[1] == "Windows,92.65,83.33,1.11"


def test_shares_of_each_day_are_of_its_total(invoke: Invoke) -> None:
    result = compute(invoke, "visits.csv", "--by", "date", "--sum", "browser", "-p", "1")
    assert result.stdout.splitlines()[1:] == [
        "2024-01-31,Windows,92.7,83.3,1.1",
        "2024-01-31,Linux,5.1,5.0,1.0",
        "2024-01-31,Mac OS X,0.0,11.7,0.0",
        "2024-02-01,Windows,92.7,75.0,1.2",
        "2024-02-01,Linux,5.1,12.5,0.4",
        "2024-02-01,Mac OS X,0.0,12.5,0.0",
    ]


def test_where_keeps_the_rows_that_match(invoke: Invoke) -> None:
    result = compute(invoke, "visits.csv", "--period", "all", "--where", "Browser=chrome")
    assert [row[0] for row in ranking(result)] == ["Windows", "Linux"]
    on_a_day = ("--where", "browser=Chrome", "--where", "date=2024-02-01")
    result = compute(invoke, "visits.csv", "--period", "all", *on_a_day)
    assert ranking(result) == [("Windows", "1.08"), ("Linux", "0.36")]


@pytest.mark.parametrize(
    ("where", "complaint"),
    [
        (
            "browser=Opera",
            "error: visits.csv: no row has 'Opera' in 'browser'; it has 'Chrome', 'Edge', 'Safari'",
        ),
        (
            "country=FR",
            "error: no table has a column 'country': spam.csv has 'os', 'spam_share'; visits.csv has 'date', "
            "'browser', 'os', 'visits'",
        ),
    ],
)
def test_where_says_what_there_is(invoke: Invoke, where: str, complaint: str) -> None:
    result = compute(invoke, "visits.csv", "--period", "all", "--where", where)
    assert (result.exit_code, result.complaints) == (1, [complaint])
    assert compute(invoke, "visits.csv", "--where", "browser").exit_code == 2


def test_versions_are_added_up_into_families(invoke: Invoke) -> None:
    where = ("--where", "category=OS Version", "--share-unit", "fraction")
    result = compute(invoke, "survey.csv", *where, "--family")
    assert ranking(result)[-2:] == [("Windows", "1.01"), ("Mac OS X", "0.00")]
    assert "Windows,92.65,92.0,1.0070652173913044" in result.stdout
    without = compute(invoke, "survey.csv", *where)
    assert "--family adds versions up" in without.stderr


def test_several_surveys_in_one_table_are_refused(invoke: Invoke) -> None:
    result = compute(invoke, "survey.csv", "--family")
    assert result.exit_code == 1
    assert "says percent, but adds up to 2" in result.stderr


def test_a_family_of_one_is_shown_as_spam_spells_it(invoke: Invoke, write: Write) -> None:
    spam = write("s.csv", "os,share\nWin XP,20\nWindows 7,30\nOS X,10\nubuntu,40\n")
    share = write("m.csv", "os,share\nMicrosoft Windows,80\nmacOS 14,10\nArch Linux 64 bit,10\n")
    result = invoke("compute", spam, share, "--family", "-f", "csv", "--no-header")
    assert result.stdout == "Linux,40.0,10.0,4.0\nOS X,10.0,10.0,1.0\nWindows,50.0,80.0,0.625\n"


def test_what_stands_around_the_table_is_left_out_and_said(invoke: Invoke) -> None:
    result = compute(invoke, "preamble.csv")
    assert [row[0] for row in ranking(result)] == ["Windows", "Mac OS X"]
    assert "Mac OS X,0.001,75.40934" in result.stdout
    note = next(line for line in result.complaints if line.startswith("note: preamble.csv: "))
    for said in (
        "column 'Sessions'; counts, 3,359 in all",
        "left out: lines 1-3 (comments)",
        "left out: lines 11-13 (another table below)",
        "left out as a total: '' (line 9)",
    ):
        assert said in note


def test_a_nameless_figure_that_is_no_total_is_refused(invoke: Invoke, write: Write) -> None:
    share = write("m.csv", "os,visits\nLinux,100\nWindows,900\n,17\n")
    result = compute(invoke, share)
    assert result.exit_code == 1
    assert "m.csv: no name under 'os' on line 4" in result.stderr
    left = compute(invoke, share, "--drop", "")
    assert ranking(left) == [("Windows", "1.03"), ("Linux", "0.51")]


def test_a_table_without_names_is_refused(invoke: Invoke) -> None:
    result = compute(invoke, "nameless.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nameless.csv: no name under 'name' on line 2" in result.stderr


def test_a_table_without_an_os_column_lists_its_columns(invoke: Invoke) -> None:
    result = compute(invoke, "analytics_utf16.csv")
    assert result.complaints[0].startswith(
        "error: analytics_utf16.csv: no column holds names; it has 'Unique visitors', 'Users', "
        "'Visits', 'Bounce Rate'; --key COLUMN chooses one"
    )


def test_rankings_by_several_columns_of_both_tables(invoke: Invoke, write: Write) -> None:
    spam = write(
        "s.csv",
        "country,month,os,share\nFR,2010-01,Linux,10\nFR,2010-01,Windows,90\n"
        "DE,2010-01,Linux,20\nDE,2010-01,Windows,80\nDE,2010-02,Linux,5\nDE,2010-02,Windows,95\n",
    )
    share = write(
        "m.csv",
        "land,country,os,visits\n-,DE,Linux,10\n-,DE,Windows,90\n-,FR,Linux,50\n-,FR,Windows,50\n",
    )
    result = invoke("compute", spam, share, "--by", "country", "--by", "month", "-f", "csv")
    assert ranking(result) == [
        ("DE", "2010-01", "Linux", "2.00"),
        ("DE", "2010-01", "Windows", "0.89"),
        ("DE", "2010-02", "Windows", "1.06"),
        ("DE", "2010-02", "Linux", "0.50"),
        ("FR", "2010-01", "Windows", "1.80"),
        ("FR", "2010-01", "Linux", "0.20"),
    ]


def test_a_ranking_that_one_table_lacks_is_left_out_and_said(invoke: Invoke, write: Write) -> None:
    spam = write("s.csv", "month,os,share\n2010-01,Linux,10\n2010-02,Linux,20\n")
    share = write("m.csv", "month,os,share\n2010-02,Linux,5\n2010-02,BSD,1\n")
    result = invoke("compute", spam, share, "--by", "month", "-f", "csv", "--no-header",
                    "--spam-unit", "percent", "--share-unit", "percent")  # fmt: skip
    assert result.stdout == "2010-02,Linux,20.0,5.0,4.0\n"
    assert "s.csv: no market shares for 2010-01: left out" in result.stderr
    assert "m.csv: no spam share for BSD (1 % of machines in 2010-02): left out" in (
        result.stderr.replace("machines)", "machines in 2010-02)")
    )


def test_shares_of_several_periods_are_not_added_up(invoke: Invoke) -> None:
    result = compute(invoke, "wide_months.csv", "--period", "all")
    assert result.exit_code == 1
    assert "shares of several periods never add up, as of 'Windows' (lines 2-4)" in result.stderr
    assert "--by period ranks each, --period 2010-03 chooses one" in result.stderr


def test_a_column_for_each_period(invoke: Invoke, write: Write) -> None:
    share = write("m.csv", "OS,2009,2010\nLinux,1.1,1.03\nWindows,93,91.58\nOthers,5.9,7.39\n")
    result = compute(invoke, share, "--period", "2010")
    assert ranking(result)[0] == ("Linux", "4.99")
    result = compute(invoke, share, "--by", "period", "--top", "1")
    assert ranking(result) == [("2009", "Linux", "4.67"), ("2010", "Linux", "4.99")]
    bad = write("bad.csv", "OS,2009,2010\nLinux,1.1,x\nWindows,93,91.58\n")
    assert compute(invoke, bad, "--by", "period").complaints == [
        "error: bad.csv:2: column '2010': 'x' is not a number"
    ]


def test_year_and_month_in_two_columns(invoke: Invoke, write: Write) -> None:
    share = write("m.csv", "Year,Month,OS,visits\n2010,3,Linux,103\n2010,3,Windows,9897\n"
                  "2010,4,Linux,1\n2010,4,Windows,9\n")  # fmt: skip
    assert ranking(compute(invoke, share, "--period", "2010-03"))[0] == ("Linux", "4.99")


def test_a_fault_in_a_wide_table_names_its_column(invoke: Invoke, write: Write) -> None:
    share = write("m.csv", "Date,Windows,Linux\n2010-01,90,-1\n2010-02,many,2\n")
    assert compute(invoke, share, "--by", "period").complaints == [
        "error: m.csv:2: column 'Linux': '-1' is negative",
        "error: m.csv:3: column 'Windows': 'many' is not a number",
    ]


def test_a_period_where_there_is_none_is_an_error(invoke: Invoke, write: Write) -> None:
    result = compute(invoke, write("m.csv", "os,share\nLinux,5\nMac,95\n"), "--period", "2010")
    assert result.complaints == ["error: neither table has dates, so '2010' can't be chosen"]


def test_bare_version_numbers_are_said_to_be_that(invoke: Invoke, write: Write) -> None:
    share = write("m.csv", "os,share\n7,40\n8.1,10\nLinux,50\n")
    said = compute(invoke, share).stderr
    for version in ("7 (40 % of machines, a bare version number)", "8.1 (10 % of machines, a bare"):
        assert version in said


def test_names_extend_and_override_the_families(invoke: Invoke, write: Write) -> None:
    names = write("names.csv", "name,canonical,family\nTux,,Linux\nUbuntu,Ubuntu,Ubuntu\n")
    spam = write("s.csv", "os,share\nTux,10\nDebian 12,10\nUbuntu,80\n")
    share = write("m.csv", "os,share\nLinux,50\nUbuntu,50\n")
    result = invoke("compute", spam, share, "--family", "--names", names, "-f", "csv")
    assert ranking(result) == [("Ubuntu", "1.60"), ("Linux", "0.40")]


def test_what_is_above_is_named_with_its_ranking(invoke: Invoke) -> None:
    result = compute(invoke, "wide_months.csv", "--by", "period", "--fail-above", "5.5")
    assert result.exit_code == 3
    assert result.complaints[-1] == "above 5.5: Linux (6.425, 2010-01), Linux (5.71111, 2010-02)"


def test_a_column_is_asked_for_one_value(invoke: Invoke) -> None:
    result = compute(invoke, "visits.csv", "--where", "os=Linux", "--where", "os=Windows")
    assert result.exit_code == 2
