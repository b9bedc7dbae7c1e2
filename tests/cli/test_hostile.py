"""What a file or an option can't do, whoever wrote it: steer, run, fetch, or fill the memory."""

from __future__ import annotations

import csv
import gzip
import importlib
import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pandas as pd
import pytest

from spamindex.cli.formats import render
from tests.conftest import ROOT, SHARE, SPAM, Invoke, Write

COMMAND = [sys.executable, "-m", "spamindex"]
ROWS = b"os,note\n" + b"Linux,1\n" * 2000
TOO_LONG = "longer than a million characters"
ODD = [
    "\x1b[31mred", "\x1b]0;title\x07", "a\u202eb", "zero\u200bwidth", "a\u2028line", "\x9b31m",
    "two\nlines", "back\rspace\x08", "a\ufeffmark", "=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)",
]  # fmt: skip
STEERING = ("\x1b", "\x07", "\x08", "\u202e", "\u200b", "\x9b", "\r", "\u2028")


def table_of(names: list[str]) -> str:
    """Counts by name, in CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([["os", "visits"], *([name, 1000] for name in names)])
    return text.getvalue()


# A process of its own in between: what a child has taken counts from what its parent has.
WEIGH = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def weighed(*args: str, stdin: str = "/dev/null") -> tuple[int, str, float]:
    """The exit code of a command, what it said, and the most memory that it took, in MiB."""
    with open(stdin, "rb") as source:
        result = subprocess.run(
            [sys.executable, "-c", WEIGH, *COMMAND, *args],
            stdin=source, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    code, peak = result.stdout.split()
    return int(code), result.stderr, float(peak)


# What is written


def test_names_are_kept_as_data_where_a_program_reads_them(invoke: Invoke, write: Write) -> None:
    path, other = (write(name, table_of(ODD)) for name in ("odd.csv", "even.csv"))
    for style, delimiter in (("csv", ","), ("tsv", "\t")):
        text = invoke("compute", path, other, "-f", style).stdout
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        assert sorted(row[0] for row in rows[1:]) == sorted(ODD)  # formulas too, as they were
    found = json.loads(invoke("compute", path, other, "-f", "json").stdout)
    assert sorted(row["os"] for row in found) == sorted(ODD)


@pytest.mark.parametrize("arguments", [["-f", "csv"], ["-f", "json"], ["-f", "simple"]])
def test_a_terminal_is_not_steered(write: Write, arguments: list[str]) -> None:
    pty = pytest.importorskip("pty")
    path, other = (write(name, table_of(ODD)) for name in ("odd.csv", "even.csv"))
    ours, theirs = pty.openpty()
    command = [*COMMAND, "compute", path, other, *arguments, "--key", "os"]
    subprocess.run(command, stdout=theirs, stderr=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "31mred" in shown
    assert not [sign for sign in STEERING if sign in shown.replace("\r\n", "\n")]


@pytest.mark.parametrize(
    "args",
    [
        ["compute", SPAM, SHARE, "{}"],
        ["compute", "{}", SHARE],
        ["compute", SPAM, SHARE, "--{}"],
        ["compute", SPAM, SHARE, "--key", "{}"],
        ["compute", SPAM, SHARE, "--where", "{}"],
        ["compute", SPAM, SHARE, "--reattribute", "{}", "Linux", "5"],
        ["compute", SPAM, SHARE, "-o", "/dev/null/{}"],
        ["tally", "{}"],
        ["tally", SPAM, "--spam", "{}"],
        ["chart", SPAM, "-o", "{}"],
        ["{}"],
    ],
)
@pytest.mark.parametrize("odd", ["\x1b]0;t\x07", "\u202e\u200b", "\udcff", "a\nspamindex: note: b"])
def test_complaints_do_not_steer_either(invoke: Invoke, args: list[str], odd: str) -> None:
    result = invoke(*(argument.format(odd) for argument in args))
    assert result.exit_code in (1, 2)
    assert result.stdout == ""
    assert not [sign for sign in (*STEERING, "\udcff") if sign in result.stderr]
    if result.exit_code == 1:
        assert len(result.complaints) == 1


MARKUP = ["<script>x", "a|b", "[x](y)", "{{x}}", "+++<b>+++", "pass:[<b>]", "`x`", "!x!", "\\input"]


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("html", ["&lt;script&gt;x", "a|b", "[x](y)", "{{x}}", "+++&lt;b&gt;+++",
                  "pass:[&lt;b&gt;]", "`x`", "!x!", "\\input"]),
        ("unsafehtml", ["&lt;script&gt;x", "a|b", "[x](y)", "{{x}}", "+++&lt;b&gt;+++",
                        "pass:[&lt;b&gt;]", "`x`", "!x!", "\\input"]),
        ("github", ["&lt;script>x", "a\\|b", "\\[x](y)", "{{x}}", "+++&lt;b>+++",
                    "pass:\\[&lt;b>]", "\\`x\\`", "!x!", "\\\\input"]),
        ("asciidoc", ["<script>x", "a\\|b", "&#91;x](y)", "&#123;&#123;x}}",
                      "&#43;&#43;&#43;<b>&#43;&#43;&#43;", "pass:&#91;<b>]", "`x`", "!x!",
                      "\\input"]),
        ("mediawiki", ["&lt;script>x", "a&#124;b", "&#91;x](y)", "&#123;&#123;x}}",
                       "+++&lt;b>+++", "pass:&#91;&lt;b>]", "`x`", "!x!", "\\input"]),
        ("jira", ["<script>x", "a\\|b", "\\[x](y)", "\\{\\{x}}", "+++<b>+++", "pass:\\[<b>]",
                  "`x`", "\\!x\\!", "\\input"]),
        ("rst", ["<script>x", "a\\|b", "[x](y)", "{{x}}", "+++<b>+++", "pass:[<b>]",
                 "\\`x\\`", "!x!", "\\\\input"]),
        ("latex", ["\\ensuremath{<}script\\ensuremath{>}x", "a|b", "[x](y)", "\\{\\{x\\}\\}",
                   "+++\\ensuremath{<}b\\ensuremath{>}+++",
                   "pass:[\\ensuremath{<}b\\ensuremath{>}]", "`x`", "!x!",
                   "\\textbackslash{}input"]),
    ],
)  # fmt: skip
def test_names_are_no_markup(style: str, expected: list[str]) -> None:
    ranking = pd.DataFrame({"os": MARKUP, "spam_share": 1.0})
    lines = render(ranking, style).splitlines()
    for name in expected:
        assert any(name in line for line in lines), name


def test_a_figure_is_well_formed_whatever_it_is_called(invoke: Invoke, write: Write) -> None:
    pytest.importorskip("matplotlib")
    names = [*ODD, "]]><script>x</script>", "-->", "$\\frac{1}{0$", "x" * 5000]
    odd, even = (write(name, table_of(names)) for name in ("odd.csv", "even.csv"))
    ranking = invoke("compute", odd, even, "-f", "json").stdout.encode()
    for title in ("--><script>x</script>\x1b\x01\udcff", "$\\frac{1}{0$\n" + "y" * 3000):
        result = invoke("chart", "-", "-f", "svg", "--title", title, stdin=ranking)
        assert result.exit_code == 0
        tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(result.stdout).iter()}
        assert tags <= {
            "svg", "title", "desc", "g", "path", "defs", "use", "style", "clipPath", "rect", "text",
        }  # fmt: skip


# What is read


def test_sql_in_names_and_values_is_text(invoke: Invoke, write: Write) -> None:
    column, value = 'a"; drop table x; --', "os'; select 1; --"
    rows = io.StringIO()
    csv.writer(rows).writerows([[value, column], ["Linux", value], ["Windows", "b"]])
    path = write("it's; drop table x.csv", rows.getvalue())
    asked = ("tally", path, "--os", value, "--by", column, "-f", "json")
    assert json.loads(invoke(*asked).stdout) == [
        {column: "b", "os": "Windows", "spam_share": 100.0, "messages": 1},
        {column: value, "os": "Linux", "spam_share": 100.0, "messages": 1},
    ]
    result = invoke("tally", path, "--os", value, "--spam", f"{column}={value}")
    assert result.stdout == "os,spam_share,messages\nLinux,100.0,1\n"


@pytest.mark.parametrize("name", ["a[b].csv", "*.csv", "?.csv", "{a,b}.csv", "\udcff.csv"])
def test_a_name_of_a_file_is_no_pattern_to_duckdb(invoke: Invoke, write: Write, name: str) -> None:
    write("other.csv", "os\nWindows\n")
    write("b.csv", "os\nWindows\n")
    result = invoke("tally", write(name, "os\nLinux\n"))
    assert result.stdout == "os,spam_share,messages\nLinux,100.0,1\n"


@pytest.mark.parametrize(
    "path", ["s3://bucket/x.parquet", "https://example.invalid/x.csv", "hf://datasets/x", "gcs://x"]
)
def test_nothing_is_fetched(invoke: Invoke, path: str) -> None:
    result = invoke("tally", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == [f"error: {path}: can't be read: No such file or directory"]


def test_devices_are_no_files(invoke: Invoke) -> None:
    for path in ("/dev/zero", "/dev/urandom", "/dev/null"):
        for args in (["tally", path], ["tally", str(ROOT / "data/messages.csv"),
                                       "--fingerprints", path]):  # fmt: skip
            result = invoke(*args)
            assert (result.exit_code, result.stdout) == (1, "")
            assert result.complaints == [
                f"error: {path}: is a device, and no file; - is standard input"
            ]
    result = invoke("compute", "/proc/self/mem", SHARE)
    assert result.complaints == ["error: /proc/self/mem: can't be read: Input/output error"]


@pytest.mark.parametrize(
    "args", [["compute", "-", SHARE], ["compute", SPAM, SHARE, "--names", "-"], ["chart", "-"],
             ["tally", "-"]],
)  # fmt: skip
def test_an_endless_line_takes_no_memory(args: list[str]) -> None:
    code, said, peak = weighed(*args, stdin="/dev/zero")
    assert code == 1
    assert said.startswith("spamindex: error: standard input:")
    assert any(why in said for why in (TOO_LONG, "holds zero bytes", "neither Parquet nor text"))
    assert said.count("\n") == 1
    assert peak < 200


def test_a_line_of_a_gigabyte_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    with open(path, "wb") as file:
        file.write(b"os,note\n" + b"a" * (1 << 22))
        file.truncate(1 << 30)  # the rest is a hole that takes no place on the disk
    for args in (["compute", str(path), SHARE], ["tally", str(path)]):
        code, said, peak = weighed(*args)
        assert (code, said.count("\n")) == (1, 1)
        assert TOO_LONG in said
        assert peak < 200


@pytest.mark.parametrize(
    ("packer", "begins"),
    [("gzip", b""), ("gzip", ROWS), ("zstd", ROWS)],
    ids=["gzip", "gzip after rows", "zstd after rows"],
)
def test_ten_gigabytes_of_zeros_are_not_unpacked(
    tmp_path: Path, packer: str, begins: bytes
) -> None:
    if packer == "zstd":
        newest = sys.version_info >= (3, 14)
        pack = importlib.import_module("compression.zstd" if newest else "backports.zstd").compress
    else:
        pack = gzip.compress
    zeros: bytes = pack(bytes(5 << 20))
    path = tmp_path / "zeros"
    path.write_bytes((pack(begins) if begins else b"") + zeros * 2000)
    for args in (["compute", str(path), SHARE], ["tally", str(path)]):
        code, said, peak = weighed(*args)
        assert (code, said.count("\n")) == (1, 1)
        assert any(
            why in said for why in (TOO_LONG, "holds zero bytes", "neither Parquet nor text")
        )
        assert peak < 250


def test_a_quotation_that_never_ends_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "quote.csv"
    path.write_bytes(b'os,note\n"' + (b"a" * 74 + b"\n") * 500_000)
    code, said, peak = weighed("tally", str(path))
    assert (code, said.count("\n")) == (1, 1)
    assert "is a quotation mark missing?" in said or "close it" in said
    assert peak < 400  # DuckDB alone makes fifteen times of these 37


def test_a_mark_within_a_cell_opens_no_quotation(invoke: Invoke, write: Write) -> None:
    rows = 'Linux,a 5" disk\n' + "Windows,a disk of six inches or so\n" * 200_000
    result = invoke("tally", write("mark.csv", f"os,note\n{rows}"))
    assert result.stdout.splitlines()[1].startswith("Windows,99.99")


def test_tables_that_are_none(invoke: Invoke, write: Write) -> None:
    wide = ",".join(map(str, range(100_000)))
    result = invoke("compute", write("wide.csv", f"{wide}\n{wide}\n"), SHARE)
    assert result.complaints == ["error: wide.csv: has a row of 100000 cells; is it a table?"]
    blank = write("blank.csv", "os,visits\nLinux,500\nWindows,500\n" + "\n" * 200_000)
    assert (
        invoke("shares", blank).stdout
        == "os,share_percent,count\nLinux,50.0,500\nWindows,50.0,500\n"
    )
    assert "Linux,50.0,1\n" in invoke("tally", blank, "--weight", "").stdout


def test_odd_json_is_read_or_refused(invoke: Invoke, write: Write) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    result = invoke("chart", write("deep.json", deep))
    assert (result.exit_code, len(result.complaints)) == (1, 1)
    assert "nested too deeply" in result.complaints[0]
    result = invoke("tally", write("deeps.json", f'{{"os": "x", "a": {deep}}}\n{{"os": "x"}}\n'))
    assert result.stdout == "os,spam_share,messages\nx,100.0,2\n"
    twice = '{"os": "Linux", "spam_index": 5, "spam_index": 1}\n'
    result = invoke("chart", write("twice.json", twice))
    assert (result.exit_code, len(result.complaints)) == (1, 1)
    assert "an object repeats a key: 'os', 'spam_index', 'spam_index'" in result.complaints[0]


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"o\0"])
def test_parquet_that_lies_about_itself(invoke: Invoke, write: Write, damage: bytes) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = write("lies.parquet", "")
    duckdb.sql("select 'Linux' as os from range(9)").write_parquet(path)
    good = Path(path).read_bytes()
    assert good.count(b"os") > 0
    for bad in (
        good.replace(b"os", damage),
        good[:-8] + b"\xff\xff\xff\x7f" + good[-4:],  # the length of what it says of itself
        good[:100] + good[-8:],
        good[: len(good) // 2],
    ):
        Path(path).write_bytes(bad)
        result = invoke("tally", path)
        assert (result.exit_code, result.stdout, len(result.complaints)) == (1, "", 1)
