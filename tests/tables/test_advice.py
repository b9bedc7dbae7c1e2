"""What is said of doubtful tables, with the ways out; and that each way out leads on."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from spamindex import read_both, read_shares
from spamindex.errors import Remedy, SpamIndexError

ONE_TABLE: list[tuple[str, dict[str, Any], str]] = [
    (
        "os,share\nWindows,90\n,10\n",
        {},
        "table: no name under 'os' on line 3; drop='' leaves rows without a name out, "
        "fill='os' repeats the cell above, names=... with a line ,Unknown makes them Unknown",
    ),
    (
        "os,share\nWindows,90\nLinux,10\nTotal,97\n",
        {},
        "table: 'Total' (line 4): called a total, but not what the others add up to (which is"
        " 100 for percents); drop='Total' leaves it out, names=... with a line Total,Total "
        "says that it stands for itself",
    ),
    (
        "os,share\nWindows,0.9\nLinux,0.05\n",
        {},
        "table: column 'share': adds up to 0.95: percents or fractions? unit='percent' reads "
        "them as percents, unit='fraction' reads them as fractions",
    ),
    (
        "os,x\nWindows,9\nLinux,1\n",
        {},
        "table: column 'x': adds up to 10: percents or counts? unit='percent' reads them as "
        "percents, unit='count' reads them as counts",
    ),
    (
        "os,x\nWindows,0.9\nLinux,0.4\n",
        {},
        "table: column 'x': adds up to 1.3: percents or fractions? unit='percent' reads them "
        "as percents, unit='fraction' reads them as fractions",
    ),
    (
        "os,visits\nWindows,9.5\nLinux,1\n",
        {},
        "table: column 'visits': counts are whole, but these are not all; they add up to "
        "10.5; unit='count' reads them as counts, unit='percent' reads them as percents, "
        "unit='fraction' reads them as fractions",
    ),
    (
        "os,share\nWindows,90\nLinux,15\n",
        {},
        "table: column 'share': adds up to 105 percent, more than 100: do some rows hold "
        "others? drop=... leaves rows out that hold others, or are held by them, "
        "unit='percent' takes them as they are (answers of a survey)",
    ),
    (
        "os,percent\nWindows,0.9\nLinux,0.1\n",
        {},
        "table: column 'percent': says percent, but adds up to 1; unit='fraction' reads them "
        "as fractions, unit='percent' reads them as percents",
    ),
    (
        "os,share\nWindows,90%\nLinux,9\nBSD,1%\nMac,8\n",
        {},
        "table: column 'share': some figures have no percent sign: 'Linux' (line 3), 'Mac' "
        "(line 5); unit='percent' reads all as percents",
    ),
    (
        "os,x\nWindows,1.234\nLinux,5.678\n",
        {},
        "table: column 'x': is the mark in '1.234', '5.678' a decimal mark or a thousands "
        "mark? decimal='.' makes '1.234' 1.234, decimal=',' makes '1.234' 1234",
    ),
    (
        "os,a share,b share\nWindows,50,60\nLinux,50,40\n",
        {},
        "table: can't tell which column holds the shares: 'a share' or 'b share'? column=... "
        "chooses one",
    ),
    (
        "os,a,b\nWindows,50,60\nLinux,50,40\n",
        {},
        "table: can't tell which column holds the shares: 'a' or 'b'? column=... chooses one",
    ),
    (
        "name,system,share\nWindows,x,60\nLinux,y,40\n",
        {},
        "table: can't tell which column holds the names: 'name' or 'system'? key=... chooses one",
    ),
    (
        "a,b,share\nfoo,bar,60\nbaz,qux,40\n",
        {},
        "table: can't tell which column holds the names: 'a' or 'b'? key=... chooses one",
    ),
    (
        "share,x\n60,1\n40,2\n",
        {},
        "table: no column holds names; it has 'share', 'x'; key=... chooses one, header=... "
        "says which line holds the headings (0 for none)",
    ),
    (
        "a,b\n60,50\n40,50\n",
        {},
        "table: no column holds names; it has 'a', 'b'; wide=True says that each column of "
        "figures is a system, key=... chooses one, header=... says which line holds the "
        "headings (0 for none)",
    ),
    (
        "os,share,share\nWindows,60,50\nLinux,40,50\n",
        {"column": "share"},
        "table: 2 columns are called 'share'; column='2' is column 2, column='3' is column 3",
    ),
    (
        "month,os,share\n2010-01,Windows,90\n2010-01,Linux,10\n2010-02,Windows,80\n2010-02,Linux,20\n",
        {},
        "table: holds several periods: 'month' 2010-01, 2010-02; period='2010-02' chooses "
        "one, by='month' ranks each",
    ),
    (
        "month,os,share\n2010-01,Windows,90\n2010-01,Linux,10\n2010-02,Windows,80\n2010-02,Linux,20\n",
        {"period": "2011-01"},
        "table: has no rows of 2011-01: 'month' 2010-01, 2010-02",
    ),
    (
        "month,os,share\nJan 2010,Windows,90\nfoo,Linux,10\n",
        {},
        "table: 'month' holds 'foo' (line 3), which is not a period (2010-03, 2010-03-01, "
        "2010-Q1, 2010-W09, 2010); period='all' takes the column as it is",
    ),
    (
        "date,os,share\n01/03/2010,Windows,90\n01/03/2010,Linux,10\n",
        {},
        "table: 'date' holds '01/03/2010' (line 2): is the day first, or the month? "
        "dates='day-first' if it is the day, dates='month-first' if it is the month",
    ),
    (
        "from,to,os,share\n2010-01,2010-02,Windows,90\n2010-01,2010-02,Linux,10\n2010-02,2010-03,Windows,80\n2010-02,2010-03,Linux,20\n",
        {},
        "table: holds several periods: 'from' 2010-01, 2010-02 and 'to' 2010-02, 2010-03; "
        "where='from=2010-02' settles 'from', where='to=2010-03' settles 'to', period='all' "
        "takes all rows",
    ),
    (
        "month,os,visits\n2010-01,Windows,900\n2010,Windows,9000\n2010-01,Linux,100\n2010,Linux,1000\n",
        {"period": "2010"},
        "table: 2010-01 and 2010 share days, and both would count; period='2010-01' takes "
        "one, by='period' ranks each",
    ),
    (
        "month,os,share\n2010-01,Windows,90\n2010-01,Linux,10\n",
        {"by": "period:week"},
        "table: has no column 'period:week'; it has 'month', 'os', 'share'",
    ),
    (
        "date,os,visits\n2010-01-01,Windows,900\n2010-01-02,Linux,100\n",
        {"by": "month"},
        "table: has no column 'month'; by='date:month' ranks each month, by='period' ranks "
        "each of its dates",
    ),
    (
        "week date,os,share\n2010-01-04,Windows,90\n2010-01-04,Linux,10\n",
        {},
        "table: the heading 'week date' means weeks, but the cells look like months or days, "
        "such as '2010-01-04'; by='week date' takes them as they are",
    ),
    (
        "country,os,share\nDE,Windows,90\nFR,Windows,80\nDE,Linux,10\nFR,Linux,20\n",
        {},
        "table: column 'share': several rows of 'Windows' differ in 'country': 'DE', 'FR'; "
        "where='country=DE' chooses one kind, where='country=FR' another, by='country' ranks "
        "each",
    ),
    (
        "browser,os,visits\nOpera,Windows,900\nFirefox,Windows,800\nOpera,Linux,100\nFirefox,Linux,200\n",
        {},
        "table: column 'visits': several rows of 'Windows' differ in 'browser': 'Opera', "
        "'Firefox'; where='browser=Opera' chooses one kind, where='browser=Firefox' another, "
        "by='browser' ranks each, sum='browser' adds them up, where they are parts of one "
        "whole",
    ),
    (
        "browser,os,visits\nTotal,Windows,1700\nOpera,Windows,900\nFirefox,Windows,800\nTotal,Linux,300\nOpera,Linux,100\nFirefox,Linux,200\n",
        {},
        "table: column 'visits': several rows of 'Windows' differ in 'browser': 'Total', "
        "'Opera', 'Firefox'; sum='browser' adds them up, where they are parts of one whole, "
        "where='browser=Opera' chooses one kind, where='browser=Firefox' another, "
        "by='browser' ranks each",
    ),
    (
        "browser,engine,os,visits\nOpera,a,Windows,900\nFirefox,b,Windows,800\nOpera,a,Linux,100\nFirefox,b,Linux,200\n",
        {},
        "table: column 'visits': several rows of 'Windows' differ in 'browser' (and in "
        "'engine'): 'Opera', 'Firefox'; where='browser=Opera' chooses one kind, "
        "where='browser=Firefox' another, by='browser' ranks each, sum='browser' adds them "
        "up, where they are parts of one whole",
    ),
    (
        "browser,os,share\nOpera,Windows,50\nFirefox,Windows,20\nOpera,Linux,10\nFirefox,Linux,20\n",
        {"sum": "browser"},
        "table: column 'share': shares never add up, so not along 'browser'; where=... "
        "chooses one value, unit='count' takes them for parts of one whole",
    ),
    (
        "os,visits\nWindows,900\nWindows,800\nLinux,100\n",
        {},
        "table: column 'visits': 'Windows' stands twice (lines 2-3), and nothing tells the "
        "rows apart; sum='os' adds them up",
    ),
    (
        "os,visits\nWindows,900\nWindows,900\nLinux,100\n",
        {},
        "table: column 'visits': 'Windows' stands twice (lines 2-3), and nothing tells the "
        "rows apart: leave out of the file what was pasted twice",
    ),
    (
        "os,share\nWindows,50\nWindows,40\nLinux,10\n",
        {},
        "table: column 'share': 'Windows' stands twice (lines 2-3): leave one row of it",
    ),
    (
        "browser,os,visits\n,Windows,1800\nOpera,Windows,900\nFirefox,Windows,800\nOpera,Linux,100\nFirefox,Linux,200\n",
        {"sum": "browser"},
        "table: lines 1 and 2 could both be headings: name each column in one line of the "
        "file; header=... names the line of the headings (0 for none)",
    ),
    (
        "browser,os,visits\nAny,Windows,1800\nOpera,Windows,900\nFirefox,Windows,800\nOpera,Linux,100\nFirefox,Linux,200\n",
        {"sum": "browser"},
        "table: 'browser' is 'Any', a total, for 'Windows' (line 2), but its figure is not "
        "what the others add up to; where='browser!=Any' leaves such rows out",
    ),
    (
        "region,os,visits\nEurope,Windows,1700\nDE,Windows,900\nFR,Windows,700\nEurope,Linux,300\nDE,Linux,100\nFR,Linux,200\n",
        {"sum": "region"},
        "table: 'region' holds 'Europe', which may hold other rows; where='region!=Europe' "
        "leaves it out, where='region!=DE' or such leaves out what it holds",
    ),
    (
        "browser,os,visits\nMain,Windows,1700\nOpera,Windows,900\nFirefox,Windows,800\nMain,Linux,300\nOpera,Linux,100\nFirefox,Linux,200\n",
        {"sum": "browser"},
        "table: 'browser' is 'Main' for 'Windows' (line 2), 'Linux' (line 5), which is what "
        "the others add up to; where='browser!=Main' leaves it out",
    ),
    (
        "country,os,share\n,Windows,90\n,Linux,10\nFR,Windows,80\nFR,Linux,20\n",
        {"by": "country"},
        "table: 'country' is blank on lines 2-3; where='country!=' leaves these rows out",
    ),
    (
        "country,os,share\nDE,Windows,90\nDE,Linux,10\n",
        {"where": "country=IT"},
        "table: no row has 'IT' in 'country'; it has 'DE'",
    ),
    (
        "country,os,share\nDE,Windows,90\nDE,Linux,10\n",
        {"by": "land"},
        "table: has no column 'land'; it has 'country', 'os', 'share'",
    ),
    (
        "country,os,share\nDE,Windows,60\nDE,Linux,10\nFR,Windows,20\nFR,Linux,10\n",
        {"by": "country"},
        "table: column 'share': the shares add up to 100 only together with other rankings or"
        " rows; those chosen add up to 30 to 70; unit='count' divides each by the sum of its "
        "own ranking",
    ),
    (
        "country,os,share\nDE,Windows,90\nDE,Linux,20\nFR,Windows,80\nFR,Linux,20\n",
        {"by": "country"},
        "table: column 'share': adds up to 110 percent in DE, more than 100: do some rows "
        "hold others? where='country!=DE' leaves it out, drop=... leaves rows out that hold "
        "others, or are held by them, unit='percent' takes them as they are (answers of a "
        "survey)",
    ),
    (
        "country,os,share\nDE,Windows,90\nDE,Linux,10\nFR,Windows,0.8\nFR,Linux,0.2\n",
        {"by": "country"},
        "table: column 'share': adds up to 1 to 100: percents in some rankings or periods, "
        "fractions in others; choose those of one unit; period=... chooses one, where=... "
        "chooses rows",
    ),
    (
        "os,visits\nWindows,900\nLinux,\nBSD,100\n",
        {},
        "table: column 'visits': no count for 'Linux' (line 3), so the total is not known; "
        "drop='Linux' leaves it out, and makes shares of the rest",
    ),
    (
        "os,share\nWindows,90\nLinux,\nBSD,10\n",
        {},
        "table: no figure for 'Linux' (line 3): left out (drop='Linux' leaves it out)",
    ),
    (
        "os,visits\nWindows,900\nWindows 7,500\nWindows 10,400\nLinux,100\n",
        {},
        "table: 'Windows' (line 2): a family that may hold its versions beside it; "
        "drop='Windows' leaves it out, drop='Windows 7' or such leaves out what a family "
        "holds, names=... with a line Windows,Windows says that it stands for itself",
    ),
    (
        "os,visits\n# Windows,900\nLinux,100\n",
        {},
        "table: '# Windows' (line 2): begins like a comment; drop='# Windows' leaves it out, "
        "names=... with a line # Windows,# Windows says that it stands for itself",
    ),
    (
        "os,visits\nFoo,900\nWindows,300\nLinux,100\n",
        {},
        "table: 'Foo' (line 2): not a known system, but more than all others together: a "
        "total of more rows? drop='Foo' leaves it out, and makes shares of the rest, "
        "names=... with a line Foo,Foo says that it stands for itself",
    ),
    (
        "os,visits\nTotal,5000\nWindows,900\nLinux,100\n",
        {},
        "table: rows are missing: 'Total' is 5,000, the others add up to 1,000; the shares "
        "are parts of 'Total' (drop='Total' makes them parts of what the others add up to)",
    ),
    (
        "kind,os,share\nham,Windows,90\nham,Linux,10\n",
        {},
        "table: 'kind' says 'ham' of all rows, which may be something else than the shares; "
        "where='kind=ham' says that it is meant",
    ),
    (
        "metric,os,value\nvisits,Windows,900\nvisits,Linux,100\nusers,Windows,90\nusers,Linux,10\n",
        {},
        "table: 'metric' says 'users' of some rows, which may be something else than the "
        "shares; where='metric=visits' says that it is meant",
    ),
    (
        "Windows,2010\nLinux,2011\nBSD,2012\n",
        {},
        "table:1: could be headings or figures: 'Windows', '2010'; header=... names the line "
        "of the headings (0 for none)",
    ),
    (
        "os,share\nsystem,market\nWindows,90\nLinux,10\n",
        {},
        "table: lines 1 and 2 could both be headings: name each column in one line of the "
        "file; header=... names the line of the headings (0 for none)",
    ),
    (
        "os,share\nWindows,90,1\nLinux,10\nBSD,0\n",
        {},
        "table:2: has 3 cells, but there are 2 headings: put cells that contain the separator in quotes;"
        " delimiter=... names the separator",
    ),
    (
        "os share\nWindows 90\nLinux 10\n",
        {},
        "table: can't find the columns: no comma, semicolon, tab or | separates them; "
        "delimiter=... names another character",
    ),
    (
        "os,visits\nWindows,900\nLinux,100\n",
        {"total": 1000},
        "table: column 'visits': holds counts already: leave their total out",
    ),
    (
        "os,visits\nWindows,900\nLinux,100\n",
        {"drop": "Foo"},
        "no row is called 'Foo'; there are 'Windows', 'Linux'",
    ),
    (
        "os,share,visits\nWindows,90,900\nLinux,10,300\n",
        {"counts": True},
        "table:2: the counts under 'visits' are not in proportion to the shares under "
        "'share': which are meant? column='share' takes the shares, column='visits' the "
        "counts",
    ),
]
TWO_TABLES: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "os,share\nWindows,90\nLinux,10\n",
        "month,os,share\n2010-01,Windows,90\n2010-01,Linux,10\n2010-02,Windows,80\n2010-02,Linux,20\n",
        {},
        "table: holds several periods: 'month' 2010-01, 2010-02; period='2010-02' chooses "
        "one, by='month' ranks each",
    ),
    (
        "month,os,share\n2010-01,Windows,90\n2010-01,Linux,10\n",
        "month,os,share\n2010-02,Windows,80\n2010-02,Linux,20\n",
        {},
        "table: the spam shares are of 2010-01, these of 2010-02 (period='all' says that it "
        "is meant)",
    ),
    (
        "month,os,share\n2010-01,Windows,90\n2010-01,Linux,10\n",
        "month,os,share\n2010-02,Windows,80\n2010-02,Linux,20\n",
        {"period": "last"},
        "the tables have no period in common: table has 2010-01, table has 2010-02; "
        "period=... names one that both lie in",
    ),
    (
        "month,os,share\n2010-01,Windows,90\n2010-01,Linux,10\n",
        "week,os,share\n2010-W02,Windows,80\n2010-W02,Linux,20\n",
        {"by": "month=week"},
        "table has months under 'month', and table has weeks under 'week': they can't be compared",
    ),
    (
        "country,os,share\nDE,Windows,90\nDE,Linux,10\n",
        "country,os,share\nFR,Windows,80\nFR,Linux,20\n",
        {},
        "table: all of 'FR' under 'country', the spam shares of 'DE' under 'country' "
        "(sum='country' says that this does not matter)",
    ),
    (
        "country,os,share\nDE,Windows,90\nDE,Linux,10\nFR,Windows,90\nFR,Linux,10\n",
        "region,os,share\nFR,Windows,80\nFR,Linux,20\n",
        {"by": "country"},
        "table: serves each 'country', but is all of 'FR' under 'region' (sum='region' says "
        "that this does not matter)",
    ),
    (
        "os,share\nWindows,90\nLinux,10\n",
        "os,share\nWindows,90\nLinux,10\n",
        {"by": "country"},
        "no table has a column 'country': table has 'os', 'share'; table has 'os', 'share'",
    ),
    (
        "os,share\nWindows,90\nLinux,10\n",
        "os,share\nWindows,90\nLinux,10\n",
        {"period": "2010-03"},
        "neither table has dates, so '2010-03' can't be chosen",
    ),
    (
        "os,share\nWindows,90\nLinux,10\n",
        "os,share\nWindows,90\nLinux,10\n",
        {"key": "system"},
        "no table has a column 'system': table has 'os', 'share'; table has 'os', 'share'",
    ),
]
_REPEATABLE = ("where", "drop", "sum", "fill")


def said(
    read: Callable[..., object], tables: Sequence[str], fields: dict[str, Any]
) -> tuple[str, Sequence[Remedy]]:
    """All that is said when tables are read, and the remedies of an error."""
    files = [io.BytesIO(table.encode()) for table in tables]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            read(*files, **fields)
        except SpamIndexError as error:
            remedies = [remedy for part in error.parts for remedy in part.settles]
            return str(error).replace("<stream>", "table"), remedies
    messages = (str(warning.message) for warning in heard)
    return "\n".join(messages).replace("<stream>", "table"), ()


@pytest.mark.parametrize(("table", "fields", "message"), ONE_TABLE)
def test_one_table(table: str, fields: dict[str, Any], message: str) -> None:
    assert said(read_shares, [table], fields)[0] == message


@pytest.mark.parametrize(("spam", "market", "fields", "message"), TWO_TABLES)
def test_two_tables(spam: str, market: str, fields: dict[str, Any], message: str) -> None:
    assert said(read_both, [spam, market], fields)[0] == message


@pytest.mark.parametrize(("table", "fields", "message"), ONE_TABLE)
def test_no_remedy_leads_back(table: str, fields: dict[str, Any], message: str) -> None:
    for remedy in said(read_shares, [table], fields)[1]:
        if remedy.value is None:  # names no value
            continue
        value: Any = True if remedy.value == "True" else remedy.value
        if remedy.field in _REPEATABLE:
            given = fields.get(remedy.field, [])
            value = [*([given] if isinstance(given, str) else given), value]
        assert said(read_shares, [table], {**fields, remedy.field: value})[0] != message
