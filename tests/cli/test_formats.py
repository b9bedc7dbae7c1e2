from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
import tabulate

from spamindex.cli.formats import FORMATS, render
from spamindex.names import visible
from tests.conftest import ROOT, SHARE, SPAM, Invoke

NAMES = [
    "NA",
    "1e5",
    "007",
    "\x1b[31mred",
    "视窗",
    "<b>&|",
    'a "b", c',
    "two\nlines",
    "tab\there",
    "cr\rhere",
]
ODD = pd.DataFrame(
    {
        "os": NAMES,
        "spam_share": [5.14] * len(NAMES),
        "market_share": [0.0] * len(NAMES),
        "spam_index": [float("nan")] * len(NAMES),
    }
)
PEOPLE = sorted(set(FORMATS) - {"csv", "tsv", "json", "jsonl"})


def test_every_format_of_tabulate_is_there() -> None:
    assert set(FORMATS) == {*tabulate.tabulate_formats, "csv", "tsv", "json", "jsonl"}


@pytest.mark.parametrize("style", FORMATS)
def test_every_format_ends_in_one_line_feed_and_has_all_rows(style: str) -> None:
    text = render(ODD, style)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for name in ("NA", "1e5", "007", "视窗"):
        assert name in text


@pytest.mark.parametrize("style", PEOPLE)
def test_names_can_not_steer_a_terminal(style: str) -> None:
    text = render(ODD, style)
    assert "\x1b" not in text
    assert "\r" not in text
    assert "red" in text
    assert "100000" not in text


@pytest.mark.parametrize("style", ["html", "unsafehtml", "github", "pipe", "mediawiki", "textile"])
def test_names_are_no_markup(style: str) -> None:
    assert "<b>" not in render(ODD, style)


@pytest.mark.parametrize("style", ["github", "pipe", "jira", "youtrack", "asciidoc"])
def test_a_bar_in_a_name_does_not_end_its_cell(style: str) -> None:
    assert render(ODD, style).replace("amp;", "").count("&\\|") == 1


def test_wide_characters_are_aligned() -> None:
    lines = render(ODD.iloc[[0, 4]]).splitlines()
    assert lines[2:] == ["NA        5.14        0.00", "视窗      5.14        0.00"]


def test_delimited_formats_read_back_to_the_same_names() -> None:
    for style, delimiter in (("csv", ","), ("tsv", "\t")):
        rows = list(csv.reader(io.StringIO(render(ODD, style), newline=""), delimiter=delimiter))
        assert [row[0] for row in rows] == ["os", *NAMES]
        assert rows[1][1:] == ["5.14", "0.0", ""]


def test_json_reads_back_to_the_same_names_and_has_no_nan() -> None:
    assert [row["os"] for row in json.loads(render(ODD, "json"))] == NAMES
    lines = render(ODD, "jsonl").split("\n")
    assert [json.loads(line)["os"] for line in lines[:-1]] == NAMES
    assert json.loads(lines[0])["spam_index"] is None


def test_without_headings() -> None:
    assert render(ODD.head(1), "csv", header=False) == "NA,5.14,0.0,\n"
    assert render(ODD.head(1), "plain", header=False) == "NA  5.14  0.00\n"


def test_visible() -> None:
    assert visible("Linux 中文") == "Linux 中文"
    assert visible("a\tb\n", but="\t") == "a\tb\\n"
    assert visible("\x9b1m\u202e\x7f\N{NO-BREAK SPACE}") == "\\x9b1m\\u202e\\x7f\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("r.csv.gz", "compressed files are not written; write an uncompressed one"),
        ("r.ZIP", "compressed files are not written; write an uncompressed one"),
        ("r.xlsx", "workbooks are not written; write .csv, which spreadsheets open"),
        ("r.parquet", "that is no format here; write .csv or .jsonl"),
        ("r.svg", "pictures are drawn by spamindex chart"),
    ],
)
@pytest.mark.parametrize("format_", [[], ["-f", "csv"]])
def test_a_name_that_promises_another_kind_of_file_is_refused(
    invoke: Invoke, tmp_path: Path, name: str, advice: str, format_: list[str]
) -> None:
    for command in (["compute", SPAM, SHARE], ["sample", "r.csv", "--os", "Linux"]):
        result = invoke(*command, "-o", str(tmp_path / name), *format_)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.complaints[0].startswith(f"error: -o {tmp_path / name}: ")
        assert advice in result.complaints[0]
    assert list(tmp_path.iterdir()) == []


def test_an_ending_that_says_nothing_gets_the_default(invoke: Invoke, tmp_path: Path) -> None:
    for name in ("r.txt", "r", "r.2010"):
        result = invoke("compute", SPAM, SHARE, "-o", str(tmp_path / name))
        assert (result.exit_code, result.stderr) == (0, "")
        assert (tmp_path / name).read_text().startswith("OS ")


def test_an_ending_that_is_no_format_gets_the_default_and_a_note(
    invoke: Invoke, tmp_path: Path
) -> None:
    path = str(tmp_path / "r.xml")
    note = f"spamindex: note: -o {path}: written as simple; -f gives another format\n"
    assert invoke("compute", SPAM, SHARE, "-o", path).stderr == note
    assert (tmp_path / "r.xml").read_text().startswith("OS ")
    assert invoke("compute", SPAM, SHARE, "-o", path, "-q").stderr == ""
    assert invoke("compute", SPAM, SHARE, "-o", path, "-f", "simple").stderr == ""
    rows = str(tmp_path / "r.html")  # which sample does not write
    sampled = invoke("sample", str(ROOT / "data/messages.csv"), "--os", "x", "-o", rows)
    assert f"note: -o {rows}: written as csv;" in sampled.stderr


def test_without_headings_simple_has_no_rules(invoke: Invoke) -> None:
    assert invoke("compute", SPAM, SHARE, "--no-header", "--top", "1").stdout == (
        "Linux  5.14  1.03  4.99\n"
    )


def test_a_figure_that_is_missing_is_a_row_all_the_same(invoke: Invoke) -> None:
    options = ("--baseline", "Windows", "--columns", "break_even", "-p", "2", "-f")
    assert (
        invoke("compute", SPAM, SHARE, *options, "csv").stdout
        == 'break_even\n78.84\n6.43\n""\n""\n'
    )
