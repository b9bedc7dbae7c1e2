from __future__ import annotations

import io

import pytest

from spamindex.errors import ColumnError
from spamindex.tables import columns
from spamindex.tables import header as extent
from spamindex.tables import rows as csvfile
from spamindex.tables.headings import Role


def headings(text: str, role: Role | None = "market") -> tuple[str, str]:
    """The headings of the two columns that are chosen in a table."""
    cells = columns.with_headings(extent.table(*csvfile.read(io.BytesIO(text.encode()))))
    key = columns.key_column(cells)
    return cells.headings[key], cells.headings[columns.value_column(cells, key, role)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OS,Market Share %,Users (B),Year\nWindows,72.0,1.44,2026\n", ("OS", "Market Share %")),
        ("market_share,os\n5.1,Linux\n", ("os", "market_share")),
        ("date,category,name,change,percentage\n2010,x,Linux,-0.1,0.3\n", ("name", "percentage")),
        ("Browser,Version,Operating System,Sessions\nX,1.0,Linux,5\n",
         ("Operating System", "Sessions")),
        ("os,spam_share,market_share,spam_index\nLinux,5,1,5\n", ("os", "market_share")),
        ("country,n\nFR,40\nDE,60\n", ("country", "n")),
        ("rank,os,share\n1,Linux,5\n", ("os", "share")),
        ("os,share,cumulative share\nLinux,5,5\nMac,95,100\n", ("os", "share")),
        ("Linux,5.14\nWindows,92.65\n", ("1", "2")),
        ("5.14,Linux\n92.65,Windows\n", ("2", "1")),
        ("OS,2010\nLinux,103\nWindows,9158\n", ("OS", "2010")),
        ("year,kind,x\n2010,A,5\n2010,B,95\n", ("kind", "x")),
        ("os,share\nLinux,abc\nMac,xyz\nBSD,oops\nWindows,92\n", ("os", "share")),
    ],
)  # fmt: skip
def test_headings_decide_and_then_what_the_columns_hold(
    text: str, expected: tuple[str, str]
) -> None:
    assert headings(text) == expected


def test_the_spam_column_is_the_one_for_spam() -> None:
    table = "os,spam_share,messages,market_share\nLinux,5,514,1\n"
    assert headings(table, "spam") == ("os", "spam_share")
    assert headings(table, "market") == ("os", "market_share")


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("os,OS\nLinux,5\n", "more than one column could hold the OS; choose with --key"),
        ("a,b,n\nx,y,5\nz,w,7\n", "more than one column could hold the OS; .* among 'a', 'b'"),
        ("Users,Visits\n2,0\n3,1\n", "no column can be told to hold the OS"),
        ("os,visits,users\nLinux,5,6\n", "could hold the market shares; choose with --share-col"),
        ("os,a,b\nLinux,5,6\n", "more than one column could hold the market shares"),
        ("os,year\nLinux,2010\n", "no column can be told to hold the market shares"),
        ("Linux,5,14\nWindows,92,65\n", "more than one column .* among '2', '3'"),
        ("os,spam_share\nLinux,5\n", "'spam_share' is all it has for market shares"),
    ],
)
def test_what_is_not_certain_is_asked(text: str, because: str) -> None:
    with pytest.raises(ColumnError, match=because):
        headings(text)


def test_a_column_is_named_by_its_heading() -> None:
    rows = columns.with_headings(
        extent.table(*csvfile.read(io.BytesIO(b"os,Market Share,n,n\nLinux,5,6,7\n")))
    )
    assert columns.key_column(rows, "os") == 0
    assert columns.value_column(rows, 0, "market", "market_share") == 1
    with pytest.raises(
        ColumnError, match="has no column 'x'; its columns are 'os', 'Market Share'"
    ):
        columns.key_column(rows, "x")
    with pytest.raises(ColumnError, match="has several columns 'n'"):
        columns.value_column(rows, 0, "market", "n")
    with pytest.raises(ColumnError, match="can't hold both"):
        columns.value_column(rows, 0, "market", "os")
