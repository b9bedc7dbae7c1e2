"""What fuzzing has found once, and a short run of it."""

from __future__ import annotations

import bz2
import importlib.util
import io
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import duckdb
import pytest

from spamindex.ranking.intervals import koopman
from spamindex.tables.synonyms import read_names
from tests.conftest import ROOT, Invoke, Write
from tests.fuzz import COMMANDS, check, check_figures
from tests.fuzz_seeds import FILES

RUNS = {
    "shares": 350, "names": 50, "rankings": 50, "logs": 20, "fingerprints": 15, "messages": 60,
    "options": 100, "parquet": 20, "workbooks": 60,
}  # fmt: skip


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="needs pip install 'spamindex[fuzz]'"
)
def test_every_reader_keeps_the_contract_whatever_it_reads(tmp_path: Path) -> None:
    assert RUNS.keys() == COMMANDS.keys()
    readers = ",".join(f"{reader}={runs}" for reader, runs in RUNS.items())
    # The same inputs each time: so hashes have a seed too, and nothing by chance says what is next.
    settings = ["-seed=1", "-use_cmp=0", "-entropic=0"]
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", readers, *settings, f"-artifact_prefix={tmp_path}/"],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    assert run.returncode == 0, f"{[*tmp_path.iterdir()]}\n{run.stderr[-4000:]}"


@pytest.fixture
def files(write: Write) -> None:
    for name, content in FILES.items():
        write(name, content)


def _zip_of_version(version: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), b"")
    data = bytearray(content.getvalue())
    data[data.index(b"PK\1\2") + 6] = version
    return bytes(data)


REFUSED = {
    "a workbook for a program of the future": (
        "shares INPUT",
        _zip_of_version(221),
        "error: INPUT: is a zip archive, damaged or cut off: zip file version 22.1",
    ),
    "an exponent of thousands of digits": (
        "compute INPUT share --rounding",
        b"os,share\nLinux,1e-" + b"9" * 5000 + b"\nWindows,95\n",
        "error: INPUT:2: column 'share': '1e-9999",
    ),
    "counts that nobody has counted": (
        "compute INPUT share --confidence 95 --share-total 1000",
        b"os,visits\nLinux,1e+300\nWindows,5\n",
        "error: INPUT: column 'visits': adds up to 1e+300, too large for counts",
    ),
    "such counts beside shares": (
        "compute INPUT share --confidence 95",
        b"os,share,messages\nLinux,5,1e+308\nWindows,95,5\n",
        "error: INPUT:2: the counts under 'messages' are not in proportion to the shares under 'share'",
    ),
    "a name of half a character, which some encodings know": (
        "shares INPUT --encoding utf-7 -f csv",
        b"os,share\nLinux,5\n+2AA-,95\n",
        "error: INPUT: is not text in utf-7; --encoding NAME names the right one",
    ),
    "a ranking of nothing": (
        "chart INPUT",
        b"period,os,spam_index\n",
        "error: INPUT:1: only headings, no ranking under them; give what",
    ),
    "a picture that would take minutes": (
        "chart INPUT -f png -o picture",
        b"os,spam_index\n" + b"".join(b"%d,1\n" % n for n in range(251)),
        "error: 251 rows are too many for one picture, which holds 250; ",
    ),
    "a ranking with two columns of a name": (
        "chart INPUT",
        b"os,os,spam_index\nA,B,1\n",
        "error: INPUT: the ranking has two columns 'os'; give what spamindex compute prints",
    ),
    "a fingerprint that is no text": (
        "tally INPUT",
        FILES["log"].splitlines(keepends=True)[0].replace(b"XP", b"\xff") + FILES["log"],
        "error: INPUT:1: is not in UTF-8; if it is in Windows-1252: iconv -f WINDOWS-1252 -t UTF-8 ",
    ),
    "half a character in JSON": (
        "tally INPUT",
        b'{"os": "Linux"}\n{"os": "\\ud800"}\n',
        "error: INPUT:2: can't be read (1 of 2 records)",
    ),
    "a name of half a character in JSON": (
        "tally INPUT",
        b'{"os": "Linux", "\\ud800": 1}\n',
        "error: INPUT: none of its lines is a JSON object with names in it",
    ),
    "JSON with thousands of names": (
        "sample INPUT --os Linux",
        b'{"os": "Linux"' + b"".join(b', "%d": 1' % n for n in range(1000)) + b"}\n",
        "error: INPUT: has 1001 columns; 1000 at most can be read",
    ),
    "CSV with thousands of columns": (
        "sample INPUT --os Linux",
        b"os" + b"".join(b",%d" % n for n in range(1000)) + b"\nLinux" + b",1" * 1000,
        "error: INPUT:1: has 1001 columns; 1000 at most can be read",
    ),
    "a heading that is too long": (
        "tally INPUT",
        b"os," + b"x" * 200_000 + b"\nLinux,1\n",
        "error: INPUT:1: a heading is longer than 131072 characters",
    ),
    "counting apart by the OS itself": (
        "tally INPUT --by OS",
        b"os\nLinux\n",
        "error: the result would have two columns 'os'",
    ),
    "counting apart by one column twice": (
        "tally INPUT --by month --by Month",
        b"os,month\nLinux,3\n",
        "error: the result would have two columns 'month'",
    ),
}


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("what", REFUSED)
def test_what_was_found_is_refused(invoke: Invoke, write: Write, what: str) -> None:
    command, content, complaint = REFUSED[what]
    write("INPUT", content)
    result = invoke(*command.split())
    assert result.exit_code in (1, 2)  # 2 for what the options alone contradict
    assert result.stdout == ""
    assert any(line.startswith(complaint) for line in result.complaints), result.stderr
    assert all(line.startswith("spamindex: ") for line in result.stderr.splitlines())


@pytest.mark.usefixtures("files")
def test_a_title_that_is_no_text_is_drawn_as_what_it_is(invoke: Invoke) -> None:
    assert invoke("chart", "ranking", "--title", "\udcff").stdout.startswith("\\udcff\n")
    assert (
        invoke("chart", "ranking", "--title", "\udcff", "-f", "svg", "-o", "a.svg").exit_code == 0
    )


@pytest.mark.parametrize("drawn", [[], ["-f", "svg", "-o", "picture.svg"]])
def test_all_indexes_that_are_numbers_can_be_drawn(
    invoke: Invoke, write: Write, drawn: list[str]
) -> None:
    ranking = write("r.csv", "os,spam_index,low,high\na,5e-324,0,1\nb,1.7e308,5e-324,\n")
    result = invoke("chart", ranking, *drawn)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.usefixtures("files")
def test_a_few_bytes_that_unpack_to_megabytes_are_refused(invoke: Invoke, write: Write) -> None:
    write("INPUT", bz2.compress(b"Linux,1\n" * (1 << 17)) * 20)
    for command in ("compute INPUT share", "chart INPUT"):
        assert invoke(*command.split()).complaints == [
            "error: INPUT: unpacks to more than 1000 times its size, as no table does; if it is "
            "one, unpack it first"
        ]


def test_numbers_of_thousands_of_digits_are_no_months(invoke: Invoke, write: Write) -> None:
    ranking = write("r.csv", f"month,os,spam_index\n{'9' * 5000},a,1\n2,a,3\n")
    assert "2\n" in invoke("chart", ranking).stdout


def test_a_number_of_thousands_of_digits_is_no_port(invoke: Invoke) -> None:
    result = invoke("tally", "log", "--port", "9" * 5000)
    assert result.exit_code == 2
    assert "is not of the form 25,587" in result.stderr


@pytest.mark.usefixtures("files")
def test_no_chart_is_wider_than_any_screen(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "3000000")
    assert max(map(len, invoke("chart", "ranking").stdout.splitlines())) <= 1000


def test_a_part_of_a_message_has_an_interval_too() -> None:
    low, high = koopman(1e-287, 1e15, 1, 1, 1.96)
    assert low == 0
    assert 1e-16 < high < 1e-13


@pytest.mark.usefixtures("files")
def test_an_index_too_large_against_the_baseline_is_none(invoke: Invoke, write: Write) -> None:
    spam = write("s.csv", "os,share\nLinux,5e-324\nWindows,95\n")
    result = invoke("compute", spam, "share", "--baseline", "Linux", "-f", "csv")
    assert result.stdout.splitlines()[1].endswith(",,1.1121909081092753")
    assert {line.partition(":")[0] for line in result.complaints} == {"note", "warning"}


@pytest.mark.usefixtures("files")
def test_long_lines_and_many_of_them_are_soon_found_to_be_none(
    invoke: Invoke, write: Write
) -> None:
    began = time.process_time()
    write("INPUT", ":" * 30_000 + "x\n")
    assert invoke("tally", "INPUT").exit_code == 1
    line = FILES["log"].splitlines()[0].replace(b"Windows XP", b"Windows \xff")
    write("INPUT", b"\n".join([line] * 10_000))
    assert invoke("tally", "INPUT").exit_code == 1
    assert time.process_time() - began < 10  # each took longer, and a file of a megabyte an hour


def test_names_that_lead_from_one_to_the_next_are_soon_followed(write: Write) -> None:
    lines = [f"name {n},name {n + 1}\n" for n in range(20_000)]
    began = time.process_time()
    assert read_names(write("names.csv", "".join(lines))).canonical("name 0") == "name 20000"
    assert time.process_time() - began < 20  # followed one by one, it was 80 seconds


def _parquet(query: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to 'r.parquet'")


def test_a_parquet_file_that_names_a_column_in_no_text_is_refused(
    invoke: Invoke, write: Write
) -> None:
    write("none", "")  # in the folder where the other goes
    _parquet("select 'Linux' as os, 1 as spam")
    write("r.parquet", Path("r.parquet").read_bytes().replace(b"spam", b"sp\xffm"))
    result = invoke("tally", "r.parquet")
    assert (result.exit_code, result.complaints) == (
        1,
        ["error: messages can't be read: a file is damaged, or holds a name that is not UTF-8"],
    )


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("'\\xFF'::blob", "\\xFF"),
        ("'nan'::double", "Unknown"),
        ("1.50::decimal(4, 2)", "1.50"),
        ("interval 3 month", "3 months"),
        ("timestamptz '2010-02-01 00:00:00+03'", "2010-01-31 21:00:00+00"),
        ("'infinity'::timestamp", "infinity"),
        ("null", "Unknown"),
    ],
)
def test_whatever_type_a_parquet_file_has_for_the_os_it_is_counted_as_text(
    invoke: Invoke, write: Write, value: str, name: str
) -> None:
    write("none", "")  # in the folder where the other goes
    _parquet(f"select {value} as os")
    assert invoke("tally", "r.parquet").stdout == f"os,spam_share,messages\n{name},100.0,1\n"


@pytest.mark.parametrize(
    ("code", "result", "said"),
    [
        (0, b"", ""),
        (0, b"os\n", "Traceback (most recent call last):\n"),
        (0, b"os\n", "spamindex: error: no\n"),
        (1, b"", ""),
        (1, b"os\n", "spamindex: error: no\n"),
        (2, b"", "spamindex: error: no\n"),
    ],
)
def test_what_breaks_the_contract_is_found(code: int, result: bytes, said: str) -> None:
    with pytest.raises(AssertionError):
        check(code, result, said)


@pytest.mark.parametrize(
    ("result", "args"),
    [
        (b'[{"os": "NaN", "spam_index": NaN}]', "-f json"),
        (b'{"spam_index": 1}\n{"spam_index": Infinity}\n', "-f jsonl"),
        (b"os,spam_index\nnan,inf\n", "-f csv"),
    ],
)
def test_a_figure_that_is_none_is_found(result: bytes, args: str) -> None:
    with pytest.raises(AssertionError):
        check_figures(result, args.split())
