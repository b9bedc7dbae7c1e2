"""Rankings that compute printed, read back."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from spamindex.charts import panels
from spamindex.cli.chart import read_ranking
from spamindex.cli.formats import render
from tests.conftest import SHARE, SPAM, Invoke, Write


@pytest.mark.parametrize("style", ["csv", "tsv", "json", "jsonl"])
def test_whatever_compute_prints_is_read_back(invoke: Invoke, write: Write, style: str) -> None:
    options = ("--rounding", "--by", "period", "--key", "os", "--no-family")
    printed = invoke("compute", SPAM, str(Path(SHARE).parent / "months.csv"), *options, "-f", style)
    frame, by, findings = read_ranking(write("ranking", printed.stdout))
    assert by == ["period"]
    assert list(frame)[:5] == ["period", "os", "spam_share", "market_share", "spam_index"]
    assert frame["os"].tolist() == ["Linux", "Windows", "Mac OS X"] * 3
    assert float(frame["spam_index"].iloc[0]) == 5.14 / 0.8
    assert findings.warning() is None


def test_the_column_of_the_os_may_have_another_name(write: Write) -> None:
    path = write("r.json", '[{"day": "1", "Provider": "A", "spam_share": 5, "spam_index": 2}]')
    frame, by, _ = read_ranking(path)
    assert by == ["day"]
    drawn = panels.make_chart(frame, by)
    assert (drawn.category, drawn.panels[0].series[0].os) == ("Provider", "A")


def test_a_column_of_by_may_be_called_os_half_or_interval() -> None:
    frame, by, _ = read_ranking(io.BytesIO(b"os,half,interval,Provider,spam_index\nx,y,z,A,2\n"))
    assert by == ["os", "half", "interval"]
    drawn = panels.make_chart(frame, by)
    assert (drawn.panels[0].title, drawn.category, drawn.interval) == ("x, y, z", "Provider", "")


def test_a_markdown_table_is_read_with_its_bounds_and_what_they_are() -> None:
    table = """\
What if 40 % of Linux's spam were Windows's?

| Month   | OS      |   Spam % |   Market % |   Spam index |   95 % low |   95 % high | Rel. |
|---------|---------|----------|------------|--------------|------------|-------------|------|
| 2010-03 | A \\| B  |     5.14 |       1.03 |         4.99 |       4.00 |        6.00 | 1.00 |
| 2010-03 | &lt;b>  |     5.14 |       0.00 |              |            |             |      |
"""
    frame, by, _ = read_ranking(io.BytesIO(table.encode()))
    assert by == ["Month"]
    shown = frame[["Month", "os", "spam_index", "low", "high", "interval"]]
    assert shown.to_numpy().tolist() == [
        ["2010-03", "A | B", "4.99", "4.00", "6.00", "95%"],
        ["2010-03", "<b>", "", "", "", "95%"],
    ]


@pytest.mark.parametrize(
    "name", ["a|b", "a\\", "a\\|b", "<b>", "`x`", "[a](b)", "_x_", "1e5", "NA", ""]
)
def test_a_name_in_a_markdown_table_is_read_as_it_was(name: str) -> None:
    printed = render({"os": [name], "spam_share": [1.0], "spam_index": [2.0]}, "github")
    assert read_ranking(io.BytesIO(printed.encode()))[0]["os"].tolist() == [name]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "r: is empty"),
        (
            "[]",
            "r: is empty; give what spamindex compute prints with -f csv, tsv, json, jsonl or git",
        ),
        (
            "os,share\nLinux,5\n",
            "r: the ranking has no column 'spam_index'; its columns are 'os', 'share'; give what spamindex c",
        ),
        (
            "spam_share,spam_index\n5,5\n",
            "r: the ranking has no column of names before 'spam_index'; give",
        ),
        ("os,spam_index\nLinux,-5\nb,x\n", "r:3: column 'spam_index': 'x' is not an index"),
        ("os,spam_index\nLinux,inf\n", "r:2: column 'spam_index': 'inf' is not an index"),
        (
            '{"os": "a", "spam_index": true}\n',
            "r: row 1: column 'spam_index': 'True' is not an index",
        ),
        ('[{"os": "a", "spam_index": [1]}]', "r: row 1: 'spam_index' is a list"),
        ('{"os": "a", "spam_index": 1', "r:1: is not JSON: "),
        ("[" * 100_000, "r:1: is not JSON: it is nested too deeply"),
        ('[\n{"os": "a",\n}\n]', "r:1: is not JSON: "),
        ("[[1]]", "r: row 1: is not a JSON object with keys"),
        ("| OS | Spam index |\n|--|--|\n| a |\n", "r:3: has 1 cell under 2 headings"),
        ("| OS | Market % |\n|--|--|\n| a | 1 |\n", "r: the ranking has no column 'spam_index'"),
        ("\n|--|--|\n| OS | Spam index |\n", "r: the ranking has no column 'spam_index'"),
        ("| OS | Spam index |\n|--|--|\n", "r:1: only headings, no ranking under them"),
        ("os,spam_index,low\na,1,0.5\nb", "r:3: has 1 cell under 3 headings: is it cut off?"),
        ("os,spam_index,low\na,1,2\n", "r:2: the index is not between low and high"),
        ("OS  Index\n--  --\na  1\n", "give what spamindex compute prints with -f csv"),
        ("os,spam_index\na,1\na,2\n", "spamindex compute SPAM SHARE --by COLUMN keeps it"),
    ],
)
def test_what_is_no_ranking_is_refused(
    invoke: Invoke, write: Write, content: str, complaint: str
) -> None:
    result = invoke("chart", write("r", content))
    assert (result.exit_code, result.stdout) == (1, "")
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr
