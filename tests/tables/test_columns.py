from __future__ import annotations

import io

import pytest

from spamindex.errors import ColumnError
from spamindex.tables import columns, header, rows
from spamindex.tables.options import Role, TableOptions
from spamindex.tables.table import Table


def table(text: str) -> Table:
    return header.parse_table(rows.read(io.BytesIO(text.encode())), TableOptions())


def headings(text: str, of: Role | None = "market", **fields: object) -> tuple[str, str]:
    """The headings of the two columns that are chosen in a table, or their numbers."""
    options = TableOptions(of).with_fields(fields)
    found = table(text)
    key = columns.key_column(found, options, set())
    value, _ = columns.value_column(found, key, options, set())
    return found.headings[key] or str(key + 1), found.headings[value] or str(value + 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OS,Market Share %,Users (B),Year\nWindows,72.0,1.44,2026\n", ("OS", "Market Share %")),
        ("market_share,os\n5.1,Linux\n", ("os", "market_share")),
        ("Browser,Version,Operating System,Sessions\nX,1.0,Linux,5\n",
         ("Operating System", "Sessions")),
        ("os,spam_share,market_share,spam_index\nLinux,5,1,5\n", ("os", "market_share")),
        ("country,n\nFR,40\nDE,60\n", ("country", "n")),
        ("rank,os,share\n1,Linux,5\n", ("os", "share")),
        ("os,share,cumulative share\nLinux,5,5\nMac,95,100\n", ("os", "share")),
        ("Linux,5.14\nWindows,92.65\n", ("1", "2")),
        ("5.14,Linux\n92.65,Windows\n", ("2", "1")),
        ("os,share\nLinux,abc\nMac,xyz\nBSD,oops\nWindows,92\n", ("os", "share")),
        ("os,OS version,share\nLinux,6,5\nWindows,10,95\n", ("os", "share")),
        ("which,2010\nMac,30\nLinux,70\n", ("which", "2010")),
    ],
)  # fmt: skip
def test_headings_decide_and_then_what_the_columns_hold(
    text: str, expected: tuple[str, str]
) -> None:
    fields: dict[str, object] = {"column": "2010"} if "2010\n" in text else {}
    assert headings(text, "market", **fields) == expected


def test_the_spam_column_is_the_one_for_spam() -> None:
    text = "os,spam_share,messages,market_share\nLinux,5,514,1\n"
    assert headings(text, "spam") == ("os", "spam_share")
    assert headings(text, "market") == ("os", "market_share")


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("os,OS\nLinux,5\n", "can't tell which column holds the names: 'os' or 'OS'?"),
        ("a,b,n\nx,y,5\nz,w,7\n", "can't tell which column holds the names: 'a' or 'b'?"),
        ("Users,Visits\n2,0\n3,1\n", "no column holds names; it has 'Users', 'Visits'"),
        ("os,a,b\nLinux,5,6\n", "can't tell which column holds the market shares: 'a' or 'b'?"),
        (
            "os,year\nLinux,2010\n",
            "can't tell which column holds the market shares: 'year' may be some",
        ),
        ("os,spam_share\nLinux,5\n", "'spam_share' may be something else"),
        ("os,share,notes\nLinux,here,5\n", "'notes' holds figures on line 2"),
        ("os,place\nLinux,here\nMac,there\n", "can't tell which column holds the names|no column"),
    ],
)
def test_what_is_not_certain_is_asked(text: str, because: str) -> None:
    with pytest.raises(Exception, match=because.replace("?", r"\?")):
        headings(text)


def test_of_two_measures_of_counts_the_first_of_the_order_is_taken() -> None:
    assert headings("os,users,visits\nLinux,5,6\n") == ("os", "visits")
    assert headings("os,hits,sessions\nLinux,5,6\n") == ("os", "sessions")


def test_a_column_is_named_by_its_heading_or_its_number() -> None:
    text = "os,Market Share,n,n\nLinux,5,6,7\n"
    assert headings(text, key="os", column="market_share") == ("os", "Market Share")
    assert headings(text, key="1", column="2") == ("os", "Market Share")
    with pytest.raises(ColumnError, match="has no column 'x'; it has 'os', 'Market Share', 'n'"):
        headings(text, key="x")
    with pytest.raises(ColumnError, match="2 columns are called 'n'"):
        headings(text, column="n")
    with pytest.raises(ColumnError, match="can't hold the names and their shares"):
        headings(text, column="os")


def test_row_numbers_are_no_rival() -> None:
    text = ",os,x\n0,Linux,5.5\n1,Mac,4.5\n2,Windows,90\n"
    assert headings(text) == ("os", "x")
    with pytest.raises(ColumnError, match=r"1 \(no heading\)"):
        headings(",os,x\n4,Linux,5.5\n1,Mac,4.5\n95,Windows,90\n")
