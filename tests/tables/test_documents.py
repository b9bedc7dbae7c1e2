from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from spamindex.errors import FileError
from spamindex.tables import documents
from spamindex.tables import rows as reader
from spamindex.tables.options import TableOptions
from tests.asking import ask, followed, inside, read, refused, shares
from tests.conftest import Invoke, Write

W = {"Windows": 90.0, "Linux": 3.0, "macOS": 7.0}
ROWS = [("Windows", 90), ("Linux", 3), ("macOS", 7)]


@pytest.mark.parametrize(
    "text",
    [
        '[{"os":"Windows","share":90},{"os":"Linux","share":3.0},{"os":"macOS","share":7}]',
        '[\n {"os": "Windows", "share": "90 %"},\n {"os": "Linux", "share": "3 %"},\n'
        ' {"os": "macOS", "share": "7 %"}\n]\n',
        '{"os":"Windows","visits":900}\n{"os":"Linux","visits":30}\n{"os":"macOS","visits":70}\n',
        '{"os":"Windows","visits":900}\n\n{"visits":30,"os":"Linux"}\n{"os":"macOS","visits":70}',
        '{"data":[{"name":"Windows","hits":900},{"name":"Linux","hits":30},'
        '{"name":"macOS","hits":70}],"page":1}',
        '[{"agent":{"os":"Windows"},"n":{"visits":900}},{"agent":{"os":"Linux"},"n":{"visits":30}},'
        '{"agent":{"os":"macOS"},"n":{"visits":70}}]',
        '{"Windows": 90, "Linux": 3, "macOS": 7}',
        '\ufeff[{"os":"Windows","share":90},{"os":"Linux","share":3},{"os":"macOS","share":7}]',
    ],
)
def test_json_is_read_as_a_table(text: str) -> None:
    assert read(text) == W


def test_a_figure_of_json_stays_as_it_is_written() -> None:
    found = reader.read(io.BytesIO(b'[{"os":"Linux","share":5.10},{"os":"X","share":1e2}]'))
    assert [found.table.row(row)[1] for row in (1, 2)] == ["5.10", "1e2"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[["os","share"],["Windows",90]]', "row 1: is not a JSON object with keys"),
        ('{"os":["Windows","Linux"],"share":[90,10]}', "'os' is a list; a cell holds one value"),
        ('[{"os":"Windows","share":90},', "is not JSON"),
        ('{"os":"Windows","share":90}\n{"os":"Linux","share":\n', ":2: is not JSON"),
        ('[{"os":"Windows","share":90,"share":10}]', "an object repeats a key"),
        ('[{"os":"\\ud800","share":90},{"os":"B","share":10}]', "is half of a character"),
        ('[{"os":"A","\\udc00":90},{"os":"B","\\udc00":10}]', "is half of a character"),
        ("[]", "is empty"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_json_that_is_no_table_is_refused(text: str, why: str) -> None:
    assert why in refused(text).stderr


def test_a_name_that_some_objects_lack_is_a_missing_cell() -> None:
    answer = shares('[{"os":"Windows","share":97},{"os":"Linux","share":3},{"os":"Haiku"}]')
    assert "no figure for 'Haiku' (line 3)" in answer.stderr


@pytest.mark.parametrize(
    "text",
    [
        "| OS | Share |\n|:---|------:|\n| Windows | 90 |\n| Linux | 3 |\n| macOS | 7 |\n",
        "OS | Share\n--- | ---\nWindows | 90\nLinux | 3\nmacOS | 7\n",
        "# Report\n\nText.\n\n| OS | Share |\n|---|---|\n| Windows | 90 |\n| Linux | 3 |\n"
        "| macOS | 7 |\n\nMore | text.\n",
        "|OS|Share|\n|-|-|\n|Windows|90|\n|Linux|3|\n|macOS|7|",
        "| OS | Share |\n|----+-------|\n| Windows | 90 |\n| Linux | 3 |\n| macOS | 7 |\n",
    ],
)
def test_markdown_is_read_as_a_table(text: str) -> None:
    assert read(text) == W


def test_what_markdown_escapes_is_part_of_the_name() -> None:
    text = "| OS | Share |\n|---|---|\n| a\\|b | 90 |\n| \\*c\\* &amp; d | 10 |\n"
    assert read(text) == {"a|b": 90.0, "*c* & d": 10.0}


@pytest.mark.parametrize("style", ["csv", "tsv", "json", "jsonl", "github"])
@pytest.mark.parametrize("name", ["a|b", 'q"uote', "back\\slash", "*star*", "<b>", "é, ü", "1e5"])
def test_what_shares_prints_in_any_of_these_formats_is_read_back(style: str, name: str) -> None:
    table = json.dumps([{"os": name, "visits": 750}, {"os": "Linux", "visits": 250}])
    printed = shares(table, "-f", style, "-q").stdout
    assert read(printed, "--strict") == {name: 75.0, "Linux": 25.0}


def test_json_lines_say_their_line_and_arrays_their_row() -> None:
    lines = '{"os":"Windows","share":90}\n{"os":"Linux","share":"x5"}\n'
    assert "standard input:2: column 'share': 'x5' is not" in refused(lines).stderr
    array = '[{"os":"Windows","share":90},{"os":"Linux","share":"x5"}]'
    assert "standard input: row 2: column 'share': 'x5' is not" in refused(array).stderr


def _xlsx(*sheets: Sequence[tuple[object, ...]], hidden: int = 0) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if number == hidden else "visible"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_the_first_sheet_of_a_workbook_is_read_and_said() -> None:
    book = _xlsx([("os", "share"), *ROWS], [("os", "share"), ("Linux", 40), ("BSD", 60)])
    assert read(book, "--sheet", "Sheet 1") == W
    assert (
        "warning: standard input: sheet 'Sheet 1' is read, the first of 2 (--sheet 'Sheet 1' says so, "
        "--sheet 'Sheet 2' reads another)"
    ) in shares(book).stderr
    for sheet in ("Sheet 2", "2"):
        assert read(book, "--sheet", sheet) == {"Linux": 40.0, "BSD": 60.0}
    assert (
        "has no sheet '3'; there are 'Sheet 1', 'Sheet 2'" in refused(book, "--sheet", "3").stderr
    )
    assert "has no sheet '0'" in refused(book, "--sheet", "0").stderr


def test_a_hidden_sheet_is_read_only_where_it_is_named() -> None:
    book = _xlsx([("os", "share"), ("Linux", 40), ("BSD", 60)], [("os", "share"), *ROWS], hidden=1)
    assert read(book) == W
    assert read(book, "--sheet", "1") == {"Linux": 40.0, "BSD": 60.0}


def test_two_sheets_of_one_workbook_are_two_tables(tmp_path: Path) -> None:
    market = [("os", "share"), ("Windows", 80), ("Linux", 20)]
    (tmp_path / "t.xlsx").write_bytes(_xlsx([("os", "share"), *ROWS], market))
    with inside(tmp_path):
        answer = ask([["compute", "t.xlsx", "t.xlsx"]])
        assert answer.refused
        pipe = followed([["compute", "t.xlsx", "t.xlsx"]], answer.ways[0])
        assert pipe is not None
        assert ask(pipe).figures["Linux"] == pytest.approx(W["Linux"] / 20)


def test_blank_rows_and_columns_of_a_workbook_are_none() -> None:
    assert (
        read(_xlsx([(), ("Report",), (), (None, "os", "share"), *((None, *r) for r in ROWS)])) == W
    )


def test_merged_cells_of_a_workbook_are_filled_where_that_is_said() -> None:
    rows = [("os", "version", "visits"), ("Windows", "10", 600), (None, "11", 300),
            ("Linux", "6", 30), ("macOS", "14", 70)]  # fmt: skip
    book = _xlsx(rows)
    assert "on line 3" in refused(book, "--sum", "version").stderr
    assert read(book, "--sum", "version", "--fill", "os") == W


def test_days_of_a_workbook_are_periods() -> None:
    from datetime import date, datetime

    rows = [
        ("Date", "os", "share"),
        (date(2010, 3, 1), "Windows", 90),
        (datetime(2010, 3, 1), "BSD", 10),
    ]
    assert read(_xlsx(rows), "--period", "2010-03-01") == {"Windows": 90.0, "BSD": 10.0}


def test_percents_of_a_workbook_are_the_fractions_that_it_keeps() -> None:
    rows = [("os", "share"), ("Windows", 0.9), ("Linux", 0.03), ("macOS", 0.07)]
    answer = shares(_xlsx(rows))
    assert answer.figures == W
    assert "read as fractions" in answer.stderr


def test_an_open_document_is_a_workbook_too() -> None:
    pytest.importorskip("python_calamine")
    pytest.importorskip("odf")
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    table = Table(name="A")
    for cells in [("os", "share"), *ROWS]:
        row = TableRow()
        for text in cells:
            number = isinstance(text, int)
            cell = (
                TableCell(valuetype="float", value=text)
                if number
                else TableCell(valuetype="string")
            )
            cell.addElement(P(text=str(text)))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    written = io.BytesIO()
    document.write(written)
    assert read(written.getvalue()) == W


def _archive(**files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return written.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\x03\x04....", "is a zip archive, damaged or cut off"),
        (_archive(table_csv=b"os,share\n"), "is a zip archive but not a workbook; unpack it first"),
        (_archive(xl__workbook_xml=b"no xml"), "the workbook is damaged"),
    ],
)
def test_a_workbook_that_is_none_is_refused(data: bytes, why: str) -> None:
    if "damaged:" in why or why == "the workbook is damaged":
        pytest.importorskip("python_calamine")
    assert why in refused(data).stderr


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_MOST_UNPACKED", 1000)
    assert "unpacks to more than 1 GiB" in refused(_archive(xl__workbook_xml=bytes(1001))).stderr


def test_only_workbooks_have_sheets() -> None:
    assert "is no workbook, so it has no sheet '2'" in refused("os,n\nA,5\n", "--sheet", "2").stderr


def test_text_that_is_given_a_delimiter_is_neither_json_nor_markdown() -> None:
    text = b"OS | Share\n--- | ---\nLinux | 3\n"
    assert reader.read(io.BytesIO(text), TableOptions(delimiter="|")).delimiter == "|"
    with pytest.raises(FileError, match="can't find the columns"):
        refusal = reader.read(io.BytesIO(text), TableOptions(delimiter=";"))
        from spamindex.tables import header

        header.parse_table(refusal, TableOptions(delimiter=";"))


SIMPLE = """\
OS          Share %  Note
--------  ---------  -------
Windows       90     of all
Linux          3
Mac OS X       7     and iOS
"""


@pytest.mark.parametrize("rule", ["-", "="])
def test_a_table_under_a_line_of_dashes_has_its_columns_where_the_dashes_are(rule: str) -> None:
    table = SIMPLE.replace("-", rule)
    assert read(table) == {"Windows": 90.0, "Linux": 3.0, "Mac OS X": 7.0}
    line = table.splitlines()[1]
    assert read(f"Shares, by OS\n\n{line}\n{table}{line}\n") == read(table)


def test_a_cell_that_reaches_beyond_its_dashes_is_in_no_column() -> None:
    assert refused(SIMPLE.replace("Mac OS X  ", "Mac OS X 10")).stderr
    assert refused(f"{SIMPLE}\nSource: a survey of ours\n").stderr


def test_a_second_table_of_markdown_is_said_to_be_left_out(invoke: Invoke, write: Write) -> None:
    two = "| OS | Share |\n|---|---|\n| Windows | 80 |\n| Linux | 20 |\n\n## Market\n\n"
    two += "| OS | Share |\n|---|---|\n| Windows | 91 |\n| Linux | 9 |\n"
    result = invoke("shares", write("t.md", two))
    assert result.stdout == "os,share_percent\nWindows,80\nLinux,20\n"
    assert "left out: another table below, on line 8" in result.stderr


def test_what_stands_beside_the_rows_of_json_is_said(invoke: Invoke, write: Write) -> None:
    rows = '[{"os": "Windows", "visits": 90}, {"os": "Linux", "visits": 110}]'
    result = invoke("shares", write("t.json", f'{{"page": 1, "total": 900, "data": {rows}}}'))
    assert "the rows under 'data', without 'page', 'total'" in result.stderr


def test_a_first_sheet_that_is_no_table_names_the_others(invoke: Invoke, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    book.active.append(["This workbook holds shares."])
    sheet = book.create_sheet()
    for row in (["os", "share"], ["Linux", 5], ["Windows", 95]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    result = invoke("shares", str(tmp_path / "t.xlsx"))
    assert "--sheet Sheet1 reads another" in result.stderr
    assert "--delimiter" not in result.stderr
    result = invoke("shares", str(tmp_path / "t.xlsx"), "--sheet", "2")
    assert result.stdout == "os,share_percent\nLinux,5\nWindows,95\n"
