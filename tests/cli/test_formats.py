from __future__ import annotations

import csv
import io
import json

import pandas as pd
import pytest
import tabulate

from spamindex.cli.formats import FORMATS, render
from spamindex.names import visible

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
