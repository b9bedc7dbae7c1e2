"""What every command has in common: usage errors, notes and warnings, remedies, variables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from spamindex.cli.console import say_findings
from spamindex.cli.main import COMMANDS, cli
from spamindex.cli.shell import spell
from spamindex.errors import Doubt, Findings, Remedy, SpamIndexError, UnitError
from tests.conftest import SHARE, SPAM, Invoke, Write


def context(command: str, *args: str) -> click.Context:
    """A command with its arguments, as it is when it runs."""
    top = click.Context(cli, info_name="spamindex", **cli.context_settings)
    return COMMANDS[command].make_context(command, list(args), parent=top)


# Usage errors


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["compte"], "there is no command 'compte'; did you mean compute?"),
        (["xyz"], "there is no command 'xyz'; there are compute, shares, tally, sample, chart"),
        (["--vresion"], "there is no option --vresion; did you mean --version?"),
        (["compute", "--formt", "x"], "there is no option --formt; did you mean --format?"),
        (["compute", "-x"], "there is no option -x; see spamindex compute --help"),
        (["compute", "--decimal", ","], "there is no option --decimal in compute, only in shares"),
        (["compute", "a"], "SHARE is missing: give spamindex compute [OPTIONS] SPAM SHARE"),
        (
            ["compute", "a", "b", "c"],
            "got unexpected extra argument (c): give spamindex compute [OPTIONS] SPAM SHARE",
        ),
        (["compute", "a", "b", "--key"], "--key needs COLUMN"),
        (
            ["compute", "a", "b", "--reattribute", "Linux"],
            "--reattribute needs FROM TO PERCENT, for example Linux Windows 40",
        ),
        (
            ["compute", "a", "b", "--reattribute", "Linux", "Windows", "x"],
            "--reattribute: 'x' is not a number",
        ),
        (
            ["compute", "a", "b", "-f", "githb"],
            "--format: there is no 'githb'; did you mean github?",
        ),
        (
            ["compute", "a", "b", "-f", "sheet"],
            "--format: there is no 'sheet'; choose csv, tsv, json, jsonl, asciidoc, colon_grid, "
            "double_grid, double_outline, fancy_grid, fancy_outline, github, grid, heavy_grid, "
            "heavy_outline, html, jira, latex, latex_booktabs, latex_longtable, latex_raw, "
            "mediawiki, mixed_grid, mixed_outline, moinmoin, orgtbl, outline, pipe, plain, presto, "
            "pretty, psql, rounded_grid, rounded_outline, rst, simple, simple_grid, "
            "simple_outline, textile, unsafehtml or youtrack",
        ),
        (
            ["compute", "a", "b", "--share-unit", "kg"],
            "--share-unit: there is no 'kg'; choose percent, fraction or count",
        ),
        (
            ["compute", "a", "b", "--confidence", "0.95"],
            "--confidence: this is in percent: did you mean 95?",
        ),
        (["compute", "a", "b", "--confidence", "100"],
         "--confidence: '100' is out of range: from 1 to below 100"),
        (["compute", "a", "b", "--confidence", "high"], "--confidence: 'high' is not a number"),
        (["compute", "a", "b", "--top", "x"], "--top: 'x' is not a number"),
        (["compute", "a", "b", "--top", "2.5"], "--top: '2.5' is not a whole number"),
        (["compute", "a", "b", "--top", "40%"], "--top: '40%' is not a number"),
        (["compute", "a", "b", "--fail-above", "nan"], "--fail-above: 'nan' is not a number"),
        (["compute", "a", "b", "--fail-above", "-1"],
         "--fail-above: '-1' is out of range: 0 or more"),
        (["compute", "a", "b", "--confidence", "95", "--rounding"],
         "choose --confidence or --rounding, not both"),
        (["compute", "a", "b", "--spam-total", "5"], "--spam-total needs --confidence LEVEL, such as --confidence 95"),
        (["compute", "a", "b", "--simultaneous"], "--simultaneous needs --confidence LEVEL, such as --confidence 95"),
        (["compute", "a", "b", "--design-effect", "2"], "--design-effect needs --confidence LEVEL, such as --confidence 95"),
        (["compute", "a", "b", "--by", "low"], "--by: the result has a column 'low' of its own; rename that of the table"),
        (["compute", "a", "b", "--key", "low"], "--key: the result has a column 'low' of its own; rename that of the table"),
        (["compute", "a", "b", "--by", "x", "--key", "x"], "'x' can't be both --key and --by"),
        (["compute", "a", "b", "--by", "x", "--by", "x"], "--by: 'x' is given twice"),
        (["compute", "a", "b", "--where", "x"],
         "--where: 'x' is not COLUMN=VALUE or COLUMN!=VALUE"),
        (["compute", "a", "b", "--where", "x>=3"],
         "--where: 'x>=3' is not COLUMN=VALUE or COLUMN!=VALUE"),
        (["compute", "a", "b", "--where", "x=1", "--where", "x=2"],
         "--where: two values of 'x', and no row has both"),
        (["compute", "a", "b", "--columns", "os,spam_indx"],
         "--columns: the result has no column 'spam_indx'; did you mean spam_index?"),
        (["compute", "a", "b", "--columns", "os,low"],
         "--columns: 'low' is there only with --confidence or --rounding"),
        (["compute", "a", "b", "--columns", "os,os"], "--columns names a column twice"),
        (["compute", "a", "b", "-f", "json", "--no-header"],
         "--no-header is for tables; json has no header"),
        (["compute", "-", "-"], "standard input (-) can be read only once"),
        (["shares", "-", "--names", "-"], "standard input (-) can be read only once"),
        (["shares", "a", "-d", "ab"], "--delimiter: 'ab' is not one character, or the word tab"),
        (["shares", "a", "-e", "latin1x"],
         "--encoding: 'latin1x' is not an encoding that Python knows; did you mean latin-1?"),
        (["shares", "a", "--decimal", "x"], "--decimal: there is no 'x'; choose . or ,"),
        (["shares", "a", "--header", "-1"],
         "--header: '-1' is out of range: 0 or more"),
        (["shares", "a", "--spam-unit", "count"],
         "there is no option --spam-unit in shares, only in compute"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_command_line_is_one_line(
    invoke: Invoke, args: list[str], message: str
) -> None:
    result = invoke(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"spamindex: error: {message}\n"


@pytest.mark.parametrize(
    ("options", "same"),
    [
        (("--reattribute", "Linux", "Windows", "40%"), ("--reattribute", "Linux", "Windows", "40")),
        (("--confidence", "95 %", "--spam-total", "10,000"),
         ("--confidence", "95", "--spam-total", "10000")),
        (("-n", "1"), ("--top", "1")),
        (("--fail-above", "1,000.5"), ("--fail-above", "1000.5")),
        (("-f", "MD"), ("-f", "github")),
        (("-f", "markdown"), ("-f", "github")),
    ],
)  # fmt: skip
def test_values_may_be_written_as_people_write_them(
    invoke: Invoke, options: tuple[str, ...], same: tuple[str, ...]
) -> None:
    result = invoke("compute", SPAM, SHARE, *options)
    assert result.exit_code == 0
    assert result == invoke("compute", SPAM, SHARE, *same)


# Columns of the result


def test_columns_are_chosen_and_ordered(invoke: Invoke) -> None:
    result = invoke("compute", SPAM, SHARE, "-f", "csv", "--columns", "spam_index, os", "-n", "1")
    assert result.stdout == "spam_index,os\n4.990291262135922,Linux\n"
    result = invoke("shares", SHARE, "--columns", "share_percent", "-n", "1")
    assert (
        result.stderr
        == "spamindex: error: there is no option -n in shares, only in compute, sample\n"
    )
    result = invoke("shares", SHARE, "--columns", "share_percent", "--no-header")
    assert result.stdout == "91.58\n1.03\n5.34\n2.05\n"


def test_the_interval_says_what_low_and_high_are(invoke: Invoke) -> None:
    asked = ("compute", SPAM, SHARE, "-n", "1", "--columns", "low,high,interval", "-p", "2", "-f")
    counts = ("--confidence", "90", "--spam-total", "10000")
    assert invoke(*asked, "csv", "--rounding").stdout == "low,high,interval\n4.96,5.02,rounding\n"
    assert invoke(*asked, "csv", *counts).stdout == "low,high,interval\n4.65,5.35,90%\n"
    assert invoke(*asked, "csv", *counts, "--simultaneous").stdout.endswith(",90% simultaneous\n")


def test_people_read_of_the_interval_in_the_headings(invoke: Invoke) -> None:
    asked = ("compute", SPAM, SHARE, "-n", "1")
    assert invoke(*asked, "--rounding").stdout.splitlines()[0] == (
        "OS       Spam %    Market %    Spam index    Rounding low    Rounding high"
    )
    assert invoke(*asked, "--confidence", "95", "--spam-total", "900").stdout.splitlines()[0] == (
        "OS       Spam %    Market %    Spam index    95 % low    95 % high"
    )


def test_the_heading_says_what_is_ranked(invoke: Invoke, write: Write) -> None:
    spam = write("s.csv", "country,spam\nFR,40\nDE,60\n")
    share = write("m.csv", "country,share\nFR,50\nDE,50\n")
    result = invoke("compute", spam, share, "--key", "country")
    assert result.stdout.splitlines()[0] == "Country      Spam %    Market %    Spam index"
    assert invoke("compute", SPAM, SHARE, "--key", "os").stdout.startswith("OS  ")


# Variables of the environment


def test_variables_hold_values_with_blanks(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPAMINDEX_COMPUTE_REATTRIBUTE", "'Mac OS X' Linux 50 Linux Windows 40%")
    result = invoke("compute", SPAM, SHARE)
    assert result.stdout.splitlines()[0] == (
        "What if 50 % of Mac OS X's spam were Linux's and then 40 % of Linux's spam were Windows's?"
    )
    monkeypatch.setenv("SPAMINDEX_COMPUTE_REATTRIBUTE", "Linux Windows")
    assert invoke("compute", SPAM, SHARE).stderr == (
        "spamindex: error: SPAMINDEX_COMPUTE_REATTRIBUTE needs FROM TO PERCENT, for example Linux "
        "Windows 40\n"
    )
    monkeypatch.setenv("SPAMINDEX_COMPUTE_REATTRIBUTE", "Linux 'Windows")
    assert "no closing quotation" in invoke("compute", SPAM, SHARE).stderr


def test_a_repeatable_option_takes_several_values_from_its_variable(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write("t.csv", "os,my land,kind,share\nLinux,New Zealand,a b,40\nLinux,Fiji,a b,10\n"
                           "BSD,New Zealand,a b,60\nBSD,Fiji,c,90\n")  # fmt: skip
    monkeypatch.setenv("SPAMINDEX_SHARES_WHERE", "'my land=New Zealand' \"kind=a b\"")
    assert invoke("shares", table).stdout == "os,share_percent\nLinux,40\nBSD,60\n"


@pytest.mark.parametrize("command", list(COMMANDS))
def test_the_help_page_names_every_variable(invoke: Invoke, command: str) -> None:
    words = invoke(command, "--help").stdout.replace(",", " ").split()
    for param in COMMANDS[command].params:
        if isinstance(param, click.Option) and param.allow_from_autoenv:
            assert f"SPAMINDEX_{command}_{param.name}".upper() in words


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_has_a_version_and_help(invoke: Invoke, command: str) -> None:
    assert invoke(command, "-V").stdout == invoke("--version").stdout
    assert invoke(command, "-h").stdout == invoke(command, "--help").stdout


# What is said beside the result


@pytest.fixture
def findings() -> list[Findings]:
    doubts = [Doubt("adds up to 97", (Remedy("unit", "percent", of="market"),)), Doubt("is old")]
    return [
        Findings("a.csv", ["column 'x': percents"]),
        Findings("b.csv", ["column 'y': counts"], ["line 7 left out"], doubts),
    ]


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


WARNING = "b.csv: adds up to 97 (--share-unit percent settles it); is old"


def test_one_note_and_one_warning_for_each_table(
    findings: list[Findings], capsys: pytest.CaptureFixture[str]
) -> None:
    with context("compute", SPAM, SHARE):
        say_findings(findings)
    assert said(capsys) == [
        "spamindex: note: b.csv: column 'y': counts; line 7 left out",
        f"spamindex: warning: {WARNING}",
    ]


def test_verbose_says_what_is_certain_too(
    findings: list[Findings], capsys: pytest.CaptureFixture[str]
) -> None:
    say_findings(findings[:1], verbose=True)
    assert said(capsys) == ["spamindex: note: a.csv: column 'x': percents"]


def test_quiet_says_nothing(findings: list[Findings], capsys: pytest.CaptureFixture[str]) -> None:
    say_findings(findings, quiet=True, verbose=True)
    assert said(capsys) == []


@pytest.mark.parametrize("quiet", [False, True])
def test_strict_turns_warnings_into_an_error_and_lets_notes_pass(
    findings: list[Findings], capsys: pytest.CaptureFixture[str], quiet: bool
) -> None:
    with pytest.raises(SpamIndexError) as caught, context("compute", SPAM, SHARE):
        say_findings(findings, strict=True, quiet=quiet)
    assert caught.value.lines() == [WARNING]
    note = "spamindex: note: b.csv: column 'y': counts; line 7 left out"
    assert said(capsys) == ([] if quiet else [note])


def test_quiet_and_strict_on_the_command_line(invoke: Invoke, write: Write) -> None:
    spam = write("s.csv", "os,messages\nLinux,514\nWindows,9265\nHaiku,221\n")
    loud = invoke("compute", spam, SHARE)
    assert (loud.exit_code, len(loud.complaints)) == (0, 3)
    quiet = invoke("compute", spam, SHARE, "-q")
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, loud.stdout, "")
    strict = invoke("compute", spam, SHARE, "-q", "--strict", "-o", "r.csv")
    assert (strict.exit_code, strict.stdout) == (1, "")
    assert not Path("r.csv").exists()
    assert all(line.startswith("error: ") for line in strict.complaints)
    moved = ("--reattribute", "Linux", "Windows", "5", "-f", "csv")
    assert invoke("compute", SPAM, SHARE, *moved, "-q").stderr == ""


# Remedies


@pytest.mark.parametrize(
    ("remedy", "compute", "shares"),
    [
        (Remedy("unit", of="market"), "--share-unit", "--unit"),
        (Remedy("unit", "count", of="spam"), "--spam-unit count", "--unit count"),
        (Remedy("unit"), "--spam-unit or --share-unit", "--unit"),
        (Remedy("column", "Visits %", of="market"), "--share-column 'Visits %'",
         "--column 'Visits %'"),
        (Remedy("total", "900", of="spam"), "--spam-total 900", "total='900'"),
        (Remedy("key", "2"), "--key 2", "--key 2"),
        (Remedy("by"), "--by COLUMN", "--by COLUMN"),
        (Remedy("where", "metric=visits"), "--where metric=visits", "--where metric=visits"),
        (Remedy("where", "os!=Old ones"), "--where 'os!=Old ones'", "--where 'os!=Old ones'"),
        (Remedy("drop", ""), "--drop ''", "--drop ''"),
        (Remedy("drop", "it's all"), "--drop 'it'\"'\"'s all'", "--drop 'it'\"'\"'s all'"),
        (Remedy("sum", "browser"), "--sum browser", "--sum browser"),
        (Remedy("period", "last"), "--period last", "--period last"),
        (Remedy("family"), "--family", "--family"),
        (Remedy("family", "False"), "--no-family", "--no-family"),
        (Remedy("names"), "--names FILE", "--names FILE"),
        (Remedy("lump"), "--lump", "spamindex compute SPAM SHARE --lump"),
        (Remedy("delimiter", "tab"), "spamindex shares TABLE --delimiter tab", "--delimiter tab"),
        (Remedy("wide"), "spamindex shares TABLE --wide", "--wide"),
        (Remedy("header", "3"), "spamindex shares TABLE --header 3", "--header 3"),
    ],
)  # fmt: skip
def test_a_remedy_is_spelled_as_the_option_of_the_command(
    remedy: Remedy, compute: str, shares: str
) -> None:
    assert spell(remedy, context("compute", "a.csv", "b.csv")) == compute
    if remedy.field not in ("lump", "total"):
        assert spell(remedy, context("shares", "a.csv")) == shares


@pytest.mark.parametrize(
    ("args", "of", "command"),
    [
        (("s.csv", "m.csv"), "market",
         "spamindex shares m.csv --decimal , | spamindex compute s.csv -"),
        (("s.csv", "m.csv"), "spam",
         "spamindex shares s.csv --decimal , | spamindex compute - m.csv"),
        (("my spam.csv", "-"), "market",
         "spamindex shares - --decimal , | spamindex compute 'my spam.csv' -"),
        (("-", "m.csv"), "market", "spamindex compute - <(spamindex shares m.csv --decimal ,)"),
        (("s.csv", "/dev/fd/63"), "spam",
         "spamindex shares s.csv --decimal , | spamindex compute - <(...)"),
        (("s.csv", "m.csv", "--share-column", "B", "--spam-unit", "count", "-n", "3"), "market",
         "spamindex shares m.csv --column B --decimal , | "
         "spamindex compute s.csv - --spam-unit count --top 3"),
        (("s.csv", "m.csv", "--where", "land=DE", "--where", "kind!=x", "--by", "month"), "market",
         "spamindex shares m.csv --by month --where land=DE --decimal , | "
         "spamindex compute s.csv - --by month --where 'kind!=x'"),
        (("s.csv", "m.csv", "--by", "date:month", "--family", "--key", "os"), "spam",
         "spamindex shares s.csv --key os --family --decimal , | "
         "spamindex compute - m.csv --key os --by date:month --family"),
        (("s.csv", "m.csv", "--reattribute", "A B", "C", "40%", "--rounding"), "market",
         "spamindex shares m.csv --decimal , | "
         "spamindex compute s.csv - --reattribute 'A B' C 40 --rounding"),
    ],
)  # fmt: skip
def test_what_only_shares_can_be_told_is_a_whole_command_with_the_options_given(
    write: Write, args: tuple[str, ...], of: str, command: str
) -> None:
    write("s.csv", "os,kind,A,B\nLinux,x,1,2\n")
    write("m.csv", "os,land,month,A,B\nLinux,DE,2010-03,1,2\n")
    assert spell(Remedy("decimal", ",", of=of), context("compute", *args)) == command


def test_an_error_of_a_command_ends_in_its_options(
    invoke: Invoke, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        remedies = [Remedy("unit", "percent", of="market"), Remedy("encoding", of="market")]
        raise UnitError("m.csv: adds up to 0.9: percents or fractions?", settles=remedies)

    monkeypatch.setattr("spamindex.cli.compute._rank", refuse)
    assert invoke("compute", SPAM, write("m.csv", "os,share\nLinux,9\n"), "-q").complaints == [
        "error: m.csv: adds up to 0.9: percents or fractions? --share-unit percent settles it, "
        f"spamindex shares m.csv --encoding NAME | spamindex compute {SPAM} - --quiet "
        "settles it"
    ]


def test_json_lines_and_ndjson_are_one(invoke: Invoke) -> None:
    lines: Callable[[str], str] = lambda style: invoke("shares", SHARE, "-f", style).stdout  # noqa: E731
    assert lines("ndjson") == lines("jsonl")
    assert json.loads(lines("jsonl").splitlines()[0]) == {"os": "Windows", "share_percent": 91.58}
