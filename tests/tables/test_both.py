from __future__ import annotations

import io

import pytest

import spamindex
from spamindex import read_both
from spamindex.errors import ColumnError, MatchError, PeriodError, SpamIndexError
from spamindex.tables.both import read_pair
from spamindex.tables.options import TableOptions
from spamindex.tables.shares import Reading
from tests.conftest import Write, said


def pair(write: Write, spam: str, market: str, **fields: object) -> tuple[Reading, Reading]:
    options = TableOptions().with_fields(fields)
    return read_pair(write("spam.csv", spam), write("share.csv", market), options, options)


def test_fields_of_one_table_are_called_by_its_name(write: Write) -> None:
    spam = write("s.csv", "os,a,b\nLinux,40,5\nWindows,60,95\n")
    share = write("m.csv", "os,n\nLinux,1\nWindows,3\n")
    with said("s.csv: column 'b'; percents that add up to 100; not used: 'a'"):
        ours, theirs = read_both(spam, share, spam_column="b", share_unit="count")
    assert (ours["share"].tolist(), theirs["share"].tolist()) == ([5.0, 95.0], [25.0, 75.0])


def test_the_faults_of_both_tables_are_one_error(write: Write) -> None:
    with pytest.raises(SpamIndexError) as caught:
        pair(write, "os,share\nLinux,x5\nMac,5\nBSD,95\n", "os,share\nMac,5\nLinux,y6\nBSD,95\n")
    assert caught.value.faults == (
        "spam.csv:2: column 'share': 'x5' is not a number",
        "share.csv:3: column 'share': 'y6' is not a number",
    )


def test_a_remedy_says_for_which_table_it_is(write: Write) -> None:
    with pytest.raises(SpamIndexError) as caught:
        pair(write, "os,share\nLinux,5\nMac,95\n", "os,n\nMac,5\nLinux,6\n")
    assert {remedy.of for remedy in caught.value.parts[0].settles} == {"market"}


def test_one_file_and_one_column_are_not_divided_by_themselves(write: Write) -> None:
    path = write("t.csv", "os,a,b\nLinux,40,5\nWindows,60,95\n")
    same = write("sub.csv", "os,share\nLinux,40\nWindows,60\n")
    with pytest.raises(MatchError, match="is given for both tables: which of its columns is which"):
        read_both(same, f"./{same}")
    stream = io.BytesIO(b"os,share\nLinux,40\nWindows,60\n")
    with pytest.raises(MatchError, match="is given for both tables: which of its columns is which"):
        read_both(stream, stream)
    with pytest.warns(spamindex.SpamIndexNote, match="not used"):
        ours, theirs = read_both(path, path, spam_column="a", share_column="b")
    assert (ours["share"].tolist(), theirs["share"].tolist()) == ([40.0, 60.0], [5.0, 95.0])


def test_the_order_of_the_tables_can_not_be_overridden() -> None:
    with pytest.raises(SpamIndexError, match="the order of the two tables says which is which"):
        read_both("data/spam.csv", "data/share.csv", of="market")


@pytest.mark.parametrize(
    "headings", ["spam_share,market_share", "Share of spam,Share of market", "spam %,usage %"]
)
def test_one_file_whose_headings_tell_the_columns_apart_is_read(
    write: Write, headings: str
) -> None:
    path = write("t.csv", f"os,{headings}\nLinux,40,5\nWindows,60,95\n")
    ours, theirs = read_pair(path, path, TableOptions(), TableOptions())
    assert ours.shares["share"].tolist() == [40.0, 60.0]
    assert theirs.shares["share"].tolist() == [5.0, 95.0]


def test_one_file_with_two_columns_of_one_heading_takes_them_by_number(write: Write) -> None:
    path = write("t.csv", "os,share,share\nLinux,40,5\nWindows,60,95\n")
    ours, theirs = read_pair(path, path, TableOptions(column="2"), TableOptions(column="3"))
    assert ours.shares["share"].tolist() == [40.0, 60.0]
    assert theirs.shares["share"].tolist() == [5.0, 95.0]


@pytest.mark.parametrize("how", ["by", "where", "period"])
def test_each_table_knows_the_periods_by_the_heading_of_the_other(write: Write, how: str) -> None:
    asked = {"by": "Monat", "where": "Monat=2010-02", "period": "2010-02"}
    for tables in (
        (MONTHS, MONTHS.replace("month", "Monat")),
        (MONTHS.replace("month", "Monat"), MONTHS),
    ):
        ours, theirs = pair(write, *tables, **{how: asked[how]})
        assert ours.shares.astype(str).equals(theirs.shares.astype(str))


MONTHS = "month,os,share\n2010-01,Linux,10\n2010-01,Mac,90\n2010-02,Linux,20\n2010-02,Mac,80\n"
PLAIN = "os,share\nLinux,5\nMac,95\n"


@pytest.mark.parametrize("heading", ["month", "Date", "Monat", "period", "Mois"])
@pytest.mark.parametrize("asked", ["period", "month", "Date"])
def test_the_periods_of_either_table_answer_to_the_name_of_the_others(
    write: Write, heading: str, asked: str
) -> None:
    if asked == "Date" and heading != "Date":
        return  # no table calls them so
    ours, theirs = pair(write, MONTHS, MONTHS.replace("month", heading), by=asked)
    assert ours.shares[0].tolist() == theirs.shares[0].tolist()


def test_a_period_applies_to_the_tables_that_have_dates(write: Write) -> None:
    ours, theirs = pair(write, MONTHS, PLAIN, period="2010-02")
    assert ours.shares["share"].tolist() == [20.0, 80.0]
    assert theirs.shares["share"].tolist() == [5.0, 95.0]
    with pytest.raises(PeriodError, match="neither table has dates, so '2010' can't be chosen"):
        pair(write, PLAIN, PLAIN, period="2010")


def test_the_last_period_is_the_last_that_both_have(write: Write) -> None:
    older = MONTHS.replace("2010-02", "2009-12")
    ours, _ = pair(write, MONTHS, older, period="last")
    assert ours.periods == ["2010-01"]
    with pytest.raises(PeriodError, match="the tables have no period in common"):
        pair(write, MONTHS, MONTHS.replace("2010", "2011"), period="last")


@pytest.mark.parametrize("field", ["key", "by", "where", "sum"])
def test_a_column_that_no_table_has_is_refused(write: Write, field: str) -> None:
    value = "land=DE" if field == "where" else "land"
    with pytest.raises(ColumnError, match="no table has a column 'land': spam.csv has 'os'"):
        pair(write, PLAIN, PLAIN, **{field: value})


def test_a_name_that_is_left_out_needs_to_stand_in_one_table(write: Write) -> None:
    ours, theirs = pair(write, PLAIN + "Haiku,0\n", PLAIN, drop="Haiku")
    assert len(ours.shares) == len(theirs.shares) == 2
    with pytest.raises(MatchError, match="no row is called 'Haiku'"):
        pair(write, PLAIN, PLAIN, drop="Haiku")


@pytest.mark.parametrize(
    ("spam", "market", "text"),
    [
        ("2010-03", "2019-07", "the spam shares are of 2010-03, these of 2019-07"),
        ("2010-03-01", "2010-03", None),
        ("2010-03", "2010-03", None),
        ("2010-02", "2010-Q1", None),
    ],
)
def test_tables_of_different_periods_are_doubted(
    write: Write, spam: str, market: str, text: str | None
) -> None:
    tables = [f"period,os,share\n{p},Linux,5\n{p},Mac,95\n" for p in (spam, market)]
    _, theirs = pair(write, *tables)
    assert [doubt.text for doubt in theirs.findings.doubts] == ([text] if text else [])
    _, theirs = pair(write, *tables, period="all")
    assert theirs.findings.doubts == []


def test_a_week_is_no_month(write: Write) -> None:
    weeks = "week,os,share\n2010-04,Linux,10\n2010-04,Mac,90\n"
    months = "month,os,share\n2010-04,Linux,10\n2010-04,Mac,90\n"
    with pytest.raises(PeriodError, match="has weeks under 'week', and share.csv has months under"):
        pair(write, weeks, months, by="period")


def test_a_group_column_that_one_table_calls_otherwise_is_named(write: Write) -> None:
    spam = "country,os,messages\nDE,Linux,20\nDE,Mac,80\nUS,Linux,10\nUS,Mac,90\n"
    market = spam.replace("country", "Region").replace("messages", "visits")
    with pytest.raises(MatchError, match="differ in 'Region'") as caught:
        pair(write, spam, market, by="country")
    assert [(r.field, r.value) for r in caught.value.settles] == [("by", "country=Region")]
    ours, theirs = pair(write, spam, market, by="country=Region")
    assert ours.shares.astype(str).equals(theirs.shares.astype(str))


def test_names_are_those_of_systems_where_one_table_says_so(write: Write) -> None:
    ours, theirs = pair(write, "os,share\nA,5\nB,95\n", "label,share\nA,5\nB,95\n")
    assert ours.names is theirs.names
    assert spamindex.read_both("spam.csv", "share.csv")[0]["os"].tolist() == ["A", "B"]


DE = "country,os,messages\nDE,Windows,90\nDE,Linux,10\n"
US = "country,os,messages\nUS,Windows,95\nUS,Linux,5\n"
FR = "Region,os,visits\nFR,Windows,99\nFR,Linux,1\n"


@pytest.mark.parametrize(
    ("spam", "market", "fields", "doubt"),
    [
        (DE, FR, {}, "all of 'FR' under 'Region', the spam shares of 'DE' under 'country'"),
        (DE, US, {}, "all of 'US' under 'country', the spam shares of 'DE' under 'country'"),
        (DE + US[20:], FR, {"where": "country=DE"}, "all of 'FR' under 'Region', the spam shares"),
        (DE + US[20:], FR, {"by": "country"}, "serves each 'country', but is all of 'FR'"),
    ],
)
def test_tables_of_two_places_are_warned_of_until_the_user_says_that_it_does_not_matter(
    write: Write, spam: str, market: str, fields: dict[str, str], doubt: str
) -> None:
    found = pair(write, spam, market, **fields)[1].findings.doubts
    assert len(found) == 1
    assert found[0].text.startswith(doubt)
    (remedy,) = found[0].settles
    assert remedy.field == "sum"
    assert not pair(write, spam, market, **fields, sum=remedy.value)[1].findings.doubts


@pytest.mark.parametrize(
    "market",
    [
        FR.replace("FR", "de"),
        "Metric,os,visits\nvisits,Windows,99\nvisits,Linux,1\n",
        "Unit,os,n\npercent,Windows,99\npercent,Linux,1\n",
        "Kind,os,visits\nA,Windows,99\nB,Linux,1\n",
    ],
)
def test_tables_of_one_place_or_of_other_things_are_not_doubted(write: Write, market: str) -> None:
    assert not pair(write, DE, market)[1].findings.doubts
    assert not pair(write, DE, FR, where=("country=DE", "Region=FR"))[1].findings.doubts


def test_headings_of_two_periods_are_warned_of(write: Write) -> None:
    found = pair(write, "os,share 2010-03\nA,60\nB,40\n", "os,share April 2010\nA,70\nB,30\n")
    (doubt,) = found[1].findings.doubts
    assert doubt.text == "the spam shares are of 2010-03, these of 2010-04"


def test_names_of_lines_that_no_row_of_either_table_has_are_said(write: Write) -> None:
    tables = "os,share\nTux 9,60\nB,40\n", "os,share\nB,70\nC,30\n"
    lines = {"Tux": "Linux", "B": "BSD", "C": "D", "D": "Solaris", "Gone": "Linux"}
    ours, theirs = pair(write, *tables, names=lines)
    assert ours.findings.notes == ["of the names given, no row is called 'Gone'"]
    assert not theirs.findings.notes


def test_a_month_that_goes_by_another_name_is_offered(write: Write) -> None:
    spam = "Date,os,n\n2010-03-01,A,200\n2010-04-01,A,200\n"
    with pytest.raises(ColumnError, match="no table has a column 'month'") as caught:
        pair(write, spam, "os,n\nA,200\n", by="month")
    assert [(r.field, r.value) for r in caught.value.settles] == [
        ("by", "Date:month"), ("by", "period")
    ]  # fmt: skip
    assert pair(write, spam, "os,n\nA,200\n", by="Date:month")[0].by == ("month",)
