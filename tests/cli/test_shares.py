"""What `spamindex shares` promises: one table of any kind in, a clean one out."""

from __future__ import annotations

import json

import pytest

from tests.conftest import ROOT, SHARE, SPAM, Invoke, Write

VISITS = str(ROOT / "data/visits.csv")
MONTHS = str(ROOT / "data/months.csv")


def test_a_table_of_counts_has_shares_and_counts(invoke: Invoke) -> None:
    result = invoke("shares", VISITS, "--period", "2010-03", "--sum", "browser", "-p", "2")
    assert (result.exit_code, result.stdout) == (
        0,
        "os,share_percent,count\nWindows XP,35.71,295\nWindows 7,56.30,465\nUbuntu,1.21,10\n"
        "Macintosh,6.78,56\n",
    )


def test_a_table_of_shares_has_no_counts(invoke: Invoke) -> None:
    result = invoke("shares", SHARE, "--strict")
    assert (result.exit_code, result.stderr) == (0, "")
    assert (
        result.stdout == "os,share_percent\nWindows,91.58\nLinux,1.03\nMac OS X,5.34\nOther,2.05\n"
    )
    assert invoke("shares", SHARE, "--columns", "os,count").complaints == [
        "error: --columns: 'count' is there only with a table of counts"
    ]


def test_by_columns_come_first_under_the_names_given(invoke: Invoke) -> None:
    result = invoke("shares", MONTHS, "--by", "period", "--where", "period=2010-03")
    assert result.stdout.splitlines()[:2] == ["period,os,share_percent", "2010-03,Windows,92.0"]
    result = invoke("shares", MONTHS, "--by", "period", "-f", "json", "--period", "2010-03", "-q")
    assert list(json.loads(result.stdout)[0]) == ["period", "os", "share_percent"]


def test_the_key_is_called_as_it_was_named_but_not_by_its_number(
    invoke: Invoke, write: Write
) -> None:
    table = write("t.csv", "land,share\nDE,60\nFR,40\n")
    assert invoke("shares", table, "--key", "land").stdout.startswith("land,share_percent\nDE,")
    assert invoke("shares", table, "--key", "1").stdout.startswith("os,share_percent\nDE,")
    assert invoke("shares", table, "-f", "simple").stdout.startswith("Land      Share %\n")


@pytest.mark.parametrize("style", ["csv", "tsv", "json", "jsonl", "github"])
def test_compute_reads_what_it_prints_as_certain(invoke: Invoke, style: str) -> None:
    clean = invoke("shares", SHARE, "-f", style).stdout.encode()
    result = invoke("compute", SPAM, "-", "--strict", stdin=clean)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == invoke("compute", SPAM, SHARE).stdout
    again = invoke("shares", "-", "-f", style, "--strict", stdin=clean)
    assert (again.stdout, again.stderr) == (clean.decode(), "")


def test_counts_come_back_as_counts(invoke: Invoke) -> None:
    clean = invoke("shares", VISITS, "--period", "all", "--sum", "browser").stdout.encode()
    asked = ("--family", "--confidence", "95", "--spam-total", "900", "-f", "csv", "-q")
    result = invoke("compute", SPAM, "-", *asked, stdin=clean)
    assert result.exit_code == 0
    expected = invoke("compute", SPAM, VISITS, "--period", "all", "--sum", "browser", *asked)
    assert result.stdout == expected.stdout


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("OS;Anteil\nWindows;91,58\nLinux;8,42\n", ("--decimal", ",")),
        ("OS~share\nWindows~91.58\nLinux~8.42\n", ("-d", "~")),
        ("OS\tshare\nWindows\t91.58\nLinux\t8.42\n", ("--delimiter", "tab")),
        ("OS,share\nWindows,91.58\nLinux,8.42\n".encode("utf-16-be"), ("-e", "utf-16-be")),
        ("about,it\nOS,share\nWindows,91.58\nLinux,8.42\n", ("--header", "2")),
        ("OS,x,y\nWindows,91.58,1\nLinux,8.42,2\n", ("--column", "x")),
        ("OS,x,x\nWindows,1,91.58\nLinux,2,8.42\n", ("--column", "3")),
        ("OS,n\nWindows,0.9158\nLinux,0.0842\n", ("--unit", "fraction")),
        ("OS,share\nWindows,91.58\nLinux,8.42\nAll of it,100\n", ("--drop", "All of it")),
    ],
)
def test_how_a_file_is_written_can_be_said(
    invoke: Invoke, write: Write, content: str | bytes, options: tuple[str, ...]
) -> None:
    result = invoke("shares", write("t.csv", content), *options, "-q")
    assert (result.exit_code, result.stdout) == (
        0, "os,share_percent\nWindows,91.58\nLinux,8.42\n"
    )  # fmt: skip


def test_verbose_says_how_it_was_read(invoke: Invoke) -> None:
    assert invoke("shares", SHARE).stderr == ""
    assert invoke("shares", SHARE, "-v").complaints == [
        f"note: {SHARE}: column 'market_share'; percents that add up to 100"
    ]
    assert invoke("shares", SHARE, "-v", "-q").stderr == ""


def test_what_is_wrong_is_said_with_the_options_of_shares(invoke: Invoke, write: Write) -> None:
    result = invoke("shares", write("t.csv", "os,share\nLinux,0.2\nWindows,0.7\n"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.complaints) == 1
    assert "--unit percent" in result.complaints[0]
    assert "--share-unit" not in result.stderr


@pytest.mark.parametrize(
    "content",
    [
        "os,share\nWindows,92\nLinux,8\n",
        "os,share\nWindows,92.0\nLinux,8.0\n",
        "os,share\nWindows,91.58\nLinux,8.42\n",
        "os,share\nWindows,91.5\nLinux,8.5\n",
        "os,share\nWindows,0.92\nLinux,0.08\n",
    ],
)
@pytest.mark.parametrize("style", ["csv", "json"])
def test_what_was_rounded_is_rounded_alike_when_it_is_read_again(
    invoke: Invoke, write: Write, content: str, style: str
) -> None:
    table = write("t.csv", content)
    clean = invoke("shares", table, "-f", style).stdout.encode()
    asked = ("--rounding", "-f", "csv", "-q")
    expected = invoke("compute", SPAM, table, *asked).stdout
    assert expected.count("rounding") == 2
    assert invoke("compute", SPAM, "-", *asked, stdin=clean).stdout == expected
