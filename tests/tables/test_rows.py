from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys

import pytest

from spamindex import sources
from spamindex.errors import ColumnError, FileError
from spamindex.sources import Source
from spamindex.tables import header
from spamindex.tables import rows as reader
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Table, texts

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TABLE = [["OS", "Share"], ["Linux", "5.14"], ["Café", "92.65"]]
TEXT = "OS,Share\nLinux,5.14\nCafé,92.65\n"


def cells(content: str | bytes, **how: object) -> list[list[str]]:
    data = content.encode() if isinstance(content, str) else content
    return rows(read(io.BytesIO(data), **how))


def read(source: Source, **how: object) -> Table:
    options = TableOptions().with_fields(how)
    return header.parse_table(reader.read(source, options), options)


def rows(table: Table) -> list[list[str]]:
    """The headings of a table, if it has any, and its rows."""
    headings = [table.headings] if any(table.headings) else []
    return headings + [table.row(row) for row in range(len(table.cells))]


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        TEXT.replace(",", ";"),
        TEXT.replace(",", "\t"),
        TEXT.replace(",", "|"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        TEXT.replace("\n", "\n\n"),
        TEXT.rstrip("\n"),
        TEXT.replace(",", " , "),
        '"OS","Share"\n"Linux","5.14"\n"Café","92.65"\n',
        ' "OS" , "Share" \n "Linux" , "5.14" \n "Café" , "92.65" \n',
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        "\ufeff".encode("utf-16-be") + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\nC", "\n\ufeffC"),
        TEXT.replace("\nC", '\n\ufeff"C').replace("é", 'é"'),
        TEXT.replace("\nC", "\n\ufeffC").encode("utf-16"),
        "# a, b\n#\n" + TEXT + "# c, d\n",
        TEXT.replace("OS", "# a\n# b, c\nOS"),
        TEXT.encode("cp1252"),
        gzip.compress(TEXT.encode(), mtime=0),
        bz2.compress(TEXT.encode()),
        lzma.compress(TEXT.encode()),
        zstd.compress(TEXT.encode()),
        gzip.compress(TEXT.encode("utf-16"), mtime=0),
        "# exported\n\n" + TEXT + "\n# the end\n",
        "Report of shares\n\n" + TEXT,
        "Report\nof\nshares\nby\nOS\n" + TEXT,
        "Report, of 2010, by OS\n\n" + TEXT,
        TEXT + "\nSource: made up\n",
        TEXT + "\nWeek,Visits\n",
        TEXT + "OS,Share\n",
    ],
)
def test_one_table_written_in_many_ways(content: str | bytes) -> None:
    assert cells(content) == TABLE


def test_what_the_user_says_is_not_guessed() -> None:
    assert cells("a:1\nb:2\n", delimiter=":") == [["a", "1"], ["b", "2"]]
    assert cells("a 1\nb 2\n", delimiter=" ") == [["a", "1"], ["b", "2"]]
    assert cells("é,1\n".encode("latin-1"), encoding="latin-1") == [["é", "1"]]
    assert cells("Ж,1\n".encode("cp1251"), encoding="cp1251") == [["Ж", "1"]]
    assert cells("a,1\n".encode("utf-16-le"), encoding="utf-16-le") == [["a", "1"]]


def test_a_semicolon_parts_columns_where_commas_part_figures() -> None:
    assert cells("Linux;5,14\nWindows;92,65\n") == [["Linux", "5,14"], ["Windows", "92,65"]]


def test_quoted_cells_hold_anything() -> None:
    table = read(io.BytesIO(b'os,n\n"a ""b"", c",1\n"two\nlines",2\nlast,3\n'))
    assert rows(table) == [["os", "n"], ['a "b", c', "1"], ["two\nlines", "2"], ["last", "3"]]
    assert table.cells.index.tolist() == [2, 3, 5]


def test_headings_can_begin_as_a_comment_does() -> None:
    assert cells("# made up\n# OS,Share\nLinux,5\n# a,b\nMac,7\n") == [
        ["# OS", "Share"],
        ["Linux", "5"],
        ["Mac", "7"],
    ]


def test_bytes_that_are_utf_16_only_in_part_are_refused() -> None:
    for damage in (b"a\0", b"\0\0", b"a"):
        with pytest.raises(FileError, match="it holds zero bytes"):
            cells(TEXT.encode("utf-16-le") + damage[::-1])


def test_only_what_could_be_utf_16_is_asked_whether_it_is() -> None:
    for data, advice in (("ОС,доля\n".encode("utf-16-le"), ["utf-16-le"]), (b"\x7fELF\0", [])):
        with pytest.raises(FileError, match="it holds zero bytes") as caught:
            cells(data)
        assert [remedy.value for remedy in caught.value.settles] == advice


def test_prose_is_refused_in_one_line() -> None:
    prose = "It began, so\nlate, 5\n" + "and went on\n" * 4 + "until, 7\n"
    with pytest.raises(FileError, match="most rows have more or fewer cells") as caught:
        cells(prose)
    assert len(caught.value.faults) == 1


def test_short_rows_are_filled_and_long_ones_refused() -> None:
    assert cells("os,n,x\nLinux,1,a\nMac,2\n") == [
        ["os", "n", "x"],
        ["Linux", "1", "a"],
        ["Mac", "2", ""],
    ]
    with pytest.raises(FileError, match=":3: has 1 cell, but there are 3 headings: is a cell"):
        cells("os,n,x\nLinux,1,a\nMac\n")
    with pytest.raises(
        FileError, match=":3: has 3 cells, but there are 2 headings: put cells that"
    ):
        cells("os,n\nLinux,1\nMac,5,14\nBSD,2\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Title\n\nos,n\nLinux,1\nMac,2\n", "left out: line 1 (text before the table)"),
        ("# a\n# b\nos,n\nLinux,1\nMac,2\n", "left out: lines 1-2 (comments)"),
        ("os,n\n# c\nLinux,1\n", "left out: line 2 (comments)"),
        ("os,n\nLinux,1\nos,n\nMac,2\n", "left out: line 3 (repeated headings)"),
        ("os,n\nLinux,1\n\nNote\nmore\n", "left out: lines 4-5 (text below the table)"),
        ("os,n\nLinux,1\n\nday,m\n1,7\n", "left out: lines 4-5 (another table below)"),
    ],
)
def test_what_stands_around_the_table_is_named(content: str, said: str) -> None:
    file = io.BytesIO(content.encode())
    file.name = "<f>"
    table = read(file)
    assert table.findings.notes == [said]
    assert table.findings.doubts == []
    assert table.headings == ["os", "n"]


def test_a_gap_does_not_end_a_table_that_goes_on_but_is_doubted() -> None:
    table = read(io.BytesIO(b"os,n\nA,1\nB,2\n\nC,n/a\n\nD,4\n"))
    assert len(table.cells) == 4
    assert [doubt.text for doubt in table.findings.doubts] == [
        "goes on after a blank line at lines 5, 7: is it one table?"
    ]


@pytest.mark.parametrize("content", ["os,n\n\nA,1\nB,2\n", "os,n\n\nA,1\n\nB,2\n\nC,3\n"])
def test_a_gap_beside_headings_or_everywhere_is_none(content: str) -> None:
    assert read(io.BytesIO(content.encode())).findings.doubts == []


@pytest.mark.parametrize("missing", ["", "-", "n/a", "?"])
def test_a_row_without_a_figure_below_the_headings_is_a_row(missing: str) -> None:
    assert cells(f"os,share,visits\nWindows,{missing},\nLinux,5,9\nMac,6,8\n")[1] == [
        "Windows", missing, ""
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "+-------+---+\n| os    | n |\n+-------+---+\n| Linux | 5 |\n| Mac   | 7 |\n+-------+---+\n",
        " os    | n\n-------+---\n Linux | 5\n Mac   | 7\n",
        "os;n\n------\nLinux;5\nMac;7\n",
    ],
)
def test_rules_between_rows_are_no_rows(text: str) -> None:
    found = [[cell for cell in row if cell] for row in cells(text)]
    assert found == [["os", "n"], ["Linux", "5"], ["Mac", "7"]]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("os,n\nLinux,5\n.1350\nMac,2\n", [3]),
        ("os,n\nLinux,5\nMac,2\n.1350\n", [4]),
        ("date,A,B,C\n2010-01,1,2,3\n2010-02,2,3\n2010-03,1,2,3\n", [3]),
        ("os,share,visits\nLinux,5,9\n7,8\nMac,6\nBSD,1,2\n", [3, 4]),
        ("os,country,n\nLinux,US,5\n7\nMac,US,4\n", [3]),
    ],
)
def test_a_row_that_ends_with_a_figure_too_early_is_refused(text: str, lines: list[int]) -> None:
    with pytest.raises(FileError, match="is a cell missing, or the line broken") as caught:
        cells(text)
    assert [int(fault.split(":")[1]) for fault in caught.value.faults] == lines


@pytest.mark.parametrize(
    "text",
    [
        "os,n\nLinux,5\nMac\nBSD,2\n",
        "os,n,note\nLinux,5\nMac,6,new\n",
        "os,n,,\nLinux,5\nMac,6\n",
        "date,os,n\n2010-01,Linux,5\n2010-01,Mac\n",
    ],
)
def test_a_row_that_lacks_no_figure_or_all_of_them_is_filled_up_or_refused(text: str) -> None:
    try:
        found = cells(text)
    except FileError as error:
        assert "is a cell missing, or the line broken" in str(error)  # noqa: PT017
    else:
        assert len({len(row) for row in found}) == 1


@pytest.mark.parametrize("content", ["os,n\nLinux,5\nMac", "os,share,visits\nLinux,5,9\nMac,6"])
def test_a_file_that_ends_within_its_last_line_is_doubted_or_refused(content: str) -> None:
    try:
        doubts = [doubt.text for doubt in read(io.BytesIO(content.encode())).findings.doubts]
    except FileError as error:
        assert "is a cell missing" in str(error)  # noqa: PT017
    else:
        assert doubts == [
            "the last line is shorter than the others and has no line end: is it cut off?"
        ]


def test_a_missing_line_end_alone_is_no_sign_of_damage() -> None:
    assert read(io.BytesIO(b"os,n\nLinux,5\nMac,6")).findings.doubts == []


def test_the_line_of_the_headings_can_be_given() -> None:
    text = "OS,Share,\n,2009,2010\nWindows,90,50\nLinux,3,20\n"
    with pytest.raises(ColumnError, match="lines 1 and 2 could both be headings"):
        cells(text)
    assert cells(text, header=1)[0] == ["OS", "Share", ""]
    assert cells(text, header=2)[:2] == [["", "2009", "2010"], ["Windows", "90", "50"]]
    assert cells("Linux,5\nMac,7\n", header=0) == [["Linux", "5"], ["Mac", "7"]]
    with pytest.raises(ColumnError, match="has no headings on line 9: it is blank or missing"):
        cells(text, header=9)


def test_years_that_could_be_headings_or_figures_are_asked_about() -> None:
    with pytest.raises(ColumnError, match=":1: could be headings or figures: 'thing', '2010'"):
        cells("thing,2010\nA,1999\n")
    assert cells("country,2010\nFR,5\n", key="country") == [["country", "2010"], ["FR", "5"]]


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (b'os,n\n"Linux,5\nMac",3\n', ":2: a quotation goes on over several lines with ','"),
        (b'os,n,x\nA,1,"a\nB,2,b"\n', ":2: a quotation goes on over several lines with ','"),
        (b'os,n\n"Linux,5\nMac,3\n', ":2: a quotation mark opens here and never closes"),
        (b'os,n\n"Lin"ux,5\nMac,3\n', ":2: a quotation mark closes in the middle of a cell"),
        (
            b'os,n\n"' + b"x" * 200_000 + b'",5\nMac,3\n',
            ":2: a cell is longer than 131072 characters",
        ),
        (b"os,n\nA,1\n" + b"x" * 3_000_000, ":3: the line is longer than a million characters"),
        (b"os,n\nA,\x81\n", "is not text in UTF-8 or Windows-1252"),
        (
            gzip.compress(TEXT.encode() * 99, mtime=0)[:-9],
            "the compressed data is damaged or cut off",
        ),
        (b"\x1f\x8b nothing", "the compressed data is damaged or cut off"),
        (zstd.compress(TEXT.encode())[:-3], "the compressed data is damaged or cut off"),
        (TEXT.encode("utf-16")[:-1], "begins like utf-16, but is damaged or cut off"),
        (b"one\ntwo\n", "can't find the columns"),
    ],
)
def test_damage_is_refused(content: bytes, because: str) -> None:
    with pytest.raises(FileError, match=because):
        cells(content)


def test_an_encoding_that_does_not_fit_is_refused() -> None:
    with pytest.raises(FileError, match="is not text in ascii"):
        cells("é,1\n", encoding="ascii")
    with pytest.raises(FileError, match="is not an encoding that Python knows"):
        cells("é,1\n", encoding="no such")
    with pytest.raises(FileError, match="it holds zero bytes"):
        cells("a,1\n".encode("utf-16-le"), encoding="utf-8")
    with pytest.raises(FileError, match="can't find the columns"):
        cells("a,1\n", delimiter=";")


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_MAX_BYTES", 1000)
    with pytest.raises(FileError, match="is larger than 1 GiB"):
        cells(b"os,n\n" * 201)
    with pytest.raises(FileError, match="is larger than 1 GiB"):
        cells(gzip.compress(bytes(1001)))


def test_a_file_that_can_not_be_read() -> None:
    with pytest.raises(FileError, match="can't be read: embedded null byte"):
        reader.read("a\0b")
    closed = io.BytesIO(b"a,1")
    closed.close()
    with pytest.raises(FileError, match="can't be read: I/O operation on closed file"):
        reader.read(closed)


def test_names_of_sources() -> None:
    assert sources.name_of(io.BytesIO()) == "<stream>"
    assert sources.name_of("data/spam.csv") == "data/spam.csv"


def raw(text: str, delimiter: str | None = None) -> tuple[list[list[str]], list[int], list[int]]:
    """The rows of a file as they are, on which lines they begin, and how wide they were."""
    found = reader.read(io.BytesIO(text.encode()), TableOptions(delimiter=delimiter))
    count = len(found.table.cells)
    cells = [[cell.strip() for cell in found.table.row(row)] for row in range(count)]
    return cells, found.table.cells.index.tolist(), found.widths.tolist()


def test_all_rows_are_as_wide_as_the_widest_and_know_how_wide_they_were() -> None:
    found = reader.read(io.BytesIO(b" a , b\nc\n\nd,e,f"), TableOptions(delimiter=","))
    table = found.table
    assert [table.row(row) for row in range(4)] == [
        [" a", " b", ""],
        ["c", "", ""],
        ["", "", ""],
        ["d", "e", "f"],
    ]  # blanks before a text may say that it is indented
    assert found.widths.tolist() == [2, 1, 0, 3]
    assert table.headings == ["1", "2", "3"]
    assert (table.name, found.delimiter, found.ends) == ("<stream>", ",", False)
    assert sorted(texts(table.column(1))) == ["", " b", "e"]


def test_rows_far_down_may_be_wider_or_narrower() -> None:
    table, lines, widths = raw("a,b\n" * 1500 + "c,d,e\n" + "f\n" * 2500)
    assert len(table) == 4001
    assert lines == list(range(1, 4002))
    assert (table[0], table[1499]) == (["a", "b", ""], ["a", "b", ""])
    assert (table[1500], table[1501], table[4000]) == (
        ["c", "d", "e"],
        ["f", "", ""],
        ["f", "", ""],
    )
    assert widths == [2] * 1500 + [3] + [1] * 2500


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_through_quotations_and_far_down(end: str) -> None:
    quoted = f'"a{end}b{end}c",1{end}'
    text = quoted + f"x,2{end}" * 998 + quoted + quoted + f'z,3{end}"y,4{end}'
    with pytest.raises(FileError, match=r"<stream>:1009: a quotation mark opens here"):
        raw(text)
    _, lines, _ = raw(text.replace('"y', "y"))
    assert lines == [1, *range(4, 1002), 1002, 1005, 1008, 1009]


def test_an_error_after_a_quotation_of_several_lines_is_on_its_own_line() -> None:
    with pytest.raises(FileError) as caught:
        raw('os,n\n"a\nb\r\nc",1\nx,2\n"Lin"ux,5\n')
    assert caught.value.faults == ("<stream>:6: a quotation mark closes in the middle of a cell",)


@pytest.mark.parametrize("delimiter", ["", "ab", '"', "\n", "\r", '"\r'])
def test_what_can_part_no_cells_is_no_delimiter(delimiter: str) -> None:
    with pytest.raises(FileError) as caught:
        raw("a,b\n", delimiter)
    assert caught.value.faults == (f"{delimiter!r} is no delimiter: one character is needed",)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n", ","),
        ("a,b;c\n", ";"),
        ("a,b;c,d\ne,f\ng,h\n", ","),
        ("a|b,c\nd|e\nf,g|h,i\n", "|"),
        ("a\tb;c|d,e\n", "\t"),
        ("a;b|c,d\n", ";"),
        ("one\ntwo\nthree\nfour\na,b\nc,d\n", ","),
        ('a,"b;c"\nd,"e;f;g"\nh;i,j\n', ","),
        ('a, "b,c"\nd, e;x\nf, g;y\n', ","),
        ("a;b;c\nd;e\nf,g\nh,i\n", ","),
        ("a;b\n" * 200 + "c,d\n" * 300, ";"),
    ],
)
def test_the_delimiter_is_what_gives_the_most_rows_of_one_width(text: str, delimiter: str) -> None:
    assert reader.read(io.BytesIO(text.encode())).delimiter == delimiter


def test_what_has_no_columns_or_nothing_at_all_is_refused() -> None:
    no_columns = "<stream>: can't find the columns: no comma, semicolon, tab or | separates them"
    empty = "<stream>: is empty; a table of names and figures is needed"
    for text, fault in (
        ("one\ntwo\n", no_columns),
        ("one", no_columns),
        ("a,b\none\ntwo\n", no_columns),
        ("", empty),
        ("\n \n\t\n", empty),
    ):
        with pytest.raises(FileError) as caught:
            raw(text)
        assert caught.value.faults == (fault,)


def test_a_line_longer_than_csv_can_take_parts_no_columns() -> None:
    long = "x" * 131_073
    with pytest.raises(FileError, match="<stream>:1: a cell is longer than 131072 characters; is"):
        raw(f"{long}\na,b\nc,d\n")


def test_blanks_around_quotations_are_none_of_the_cell() -> None:
    assert raw('"a" , "b;" ,c\n "d ""e"" f" ,"", "f"\t\n"g" ')[0] == [
        ["a", "b;", "c"],
        ['d "e" f', "", "f"],
        ["g", "", ""],
    ]
    assert raw('"a" \t"b"\n"c"\t \n')[0] == [["a", "b"], ["c", ""]]
    assert raw('"a" |"b, c" |d\n')[0] == [["a", "b, c", "d"]]
    assert raw('a "b" ,c\n')[0] == [['a "b"', "c"]]


def test_any_character_may_part_cells() -> None:
    assert raw("aXb\n", "X")[0] == [["a", "b"]]


def test_blanks_that_part_cells_are_no_blanks_around_them() -> None:
    assert raw("a  b\n", " ")[0] == [["a", "", "b"]]
    assert raw('"a" "b"\n"c" d\n', " ")[0] == [["a", "b"], ["c", "d"]]


def test_at_most_a_thousand_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    assert raw("x," * 999 + "x\n")[2] == [1000]
    with pytest.raises(FileError) as caught:
        raw("x," * 1000 + "x\n")
    assert caught.value.faults == ("<stream>: has a row of 1001 cells; is it a table?",)
    monkeypatch.setattr(reader, "_MAX_CELLS", 4000)
    assert len(raw("a,b\n" * 2000)[0]) == 2000
    with pytest.raises(FileError) as caught:
        raw("a,b\n" * 2001)
    assert caught.value.faults == ("<stream>: has more than 4000 cells; too large a table",)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"[2010/02/01 02:29:15] mod=syn|cli=192.0.2.7/1|...\n", "is a p0f log; tally counts"),
        (b"Nov 25 09:03:01 mx postfix/smtpd[99]: connect from x\n", "looks like a mail log"),
        (b"<!DOCTYPE html><table></table>", "is HTML; save the table as CSV"),
        (b"%PDF-1.4", "is a PDF"),
        (b"SQLite format 3\0", "is an SQLite database"),
        (b"PAR1....PAR1", "Parquet"),
    ],
)
def test_what_is_no_table_is_named_for_what_it_is(content: bytes, kind: str) -> None:
    with pytest.raises(FileError) as caught:
        reader.read(io.BytesIO(content))
    assert kind in str(caught.value)


@pytest.mark.parametrize(
    "row",
    [
        'Linux,5,"see Redmond, 98052\nUSA"',
        'Linux,"see 1, 2\nUSA",5',
        '"Linux,5\nMac",3,x',
    ],
)
def test_a_quotation_over_several_lines_with_separators_may_hold_rows(row: str) -> None:
    with pytest.raises(FileError) as caught:
        reader.read(io.BytesIO(f"os,share,note\n{row}\nMac,95,\n".encode()))
    assert caught.value.faults == (
        "<stream>:2: a quotation goes on over several lines with ',' in them: is a quotation mark "
        "missing, or one too many? If none is, take the line ends out of that cell",
    )


def test_a_note_with_a_line_end_is_a_cell() -> None:
    found = reader.read(io.BytesIO(b'os,share,note\nLinux,5,"in\nUSA"\nMac,95,\n'))
    assert found.table.row(1) == ["Linux", "5", "in\nUSA"]


@pytest.mark.parametrize(
    "title", ["Market share, by OS, in March 2010", "Anteile, Systeme, Quelle", "a,b,c"]
)
def test_a_title_with_another_number_of_commas_is_above_the_table(title: str) -> None:
    found = read(io.BytesIO(f"{title}\nos,share\nLinux,5\nMac,95\n".encode()))
    assert found.headings == ["os", "share"]
    assert found.findings.notes == ["left out: line 1 (text before the table)"]
    with pytest.raises(ColumnError, match="lines 1 and 2 could both be headings"):
        read(io.BytesIO(b"Market share, by OS\nos,share\nLinux,5\nMac,95\n"))
    units = read(io.BytesIO(b"os,share last month,share,\n,%,%\nLinux,5,6\nMac,95,94\n"))
    assert units.headings[:3] == ["os", "share last month (%)", "share (%)"]


def test_headings_that_stand_twice_are_headings_once() -> None:
    assert read(io.BytesIO(b"os,share\nos,share\nLinux,5\nMac,95\n")).headings == ["os", "share"]
