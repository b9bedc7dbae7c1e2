"""Records that can't be read are counted, named, and refused where they are many."""

from __future__ import annotations

import importlib

import pytest

from tests.conftest import Invoke, Write
from tests.messages.tallying import LOG, messages, rows


def test_lines_that_cannot_be_read_are_counted_and_named(invoke: Invoke, write: Write) -> None:
    good = "Linux,1\n" * 2500
    write("r.csv", f"os,x\n{good}broken\nx,y,z\n")
    result = invoke("tally", "r.csv", "--spam", "", "-v")
    assert rows(result.stdout) == ["Linux,100.0,2500"]
    assert "2502 records: 2500 spam (0 of an unknown OS), 0 not spam, 2 unread" in result.stderr
    assert result.complaints[-1] == (
        "warning: r.csv: line 2502 can't be read (2 of 2502 records); left out"
    )
    write("r.csv", "os,x\nLinux,1\nbroken\n")
    result = invoke("tally", "r.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.complaints) == 1
    assert "error: r.csv:3: can't be read (1 of 2 records)" in result.complaints[0]
    assert rows(invoke("tally", "r.csv", "--skip-bad").stdout) == ["Linux,100.0,1"]


def test_a_line_of_more_than_a_million_characters_among_the_first_is_counted(
    invoke: Invoke, write: Write
) -> None:
    write("r.csv", "os,text\nLinux,x\n" + f"Windows,{'x' * (3 << 19)}\n" + "Linux,x\n" * 2000)
    result = invoke("tally", "r.csv", "--spam", "")
    assert messages(result.stdout) == [["Linux", "2001"], ["Windows", "1"]]
    assert result.complaints == []


def test_json_lines_that_are_none(invoke: Invoke, write: Write) -> None:
    write("r.jsonl", '{"os": "Linux"}\n\n{"os": "Lin\n[1]\n{"x": 1}\n')
    result = invoke("tally", "r.jsonl", "--spam", "", "--skip-bad", "-v")
    assert rows(result.stdout) == ["Linux,50.0,1", "Unknown,50.0,1"]
    assert result.complaints[-1] == (
        "warning: r.jsonl: line 3 can't be read (2 of 4 records); left out"
    )


def test_a_quotation_mark_that_takes_lines_with_it(invoke: Invoke, write: Write) -> None:
    rest = "Linux,1\n" * 3000
    for damaged in (f'os,x\n{rest}"oops,1\n{rest}', f'os,x\n{rest}"oops,1\n{rest}a,"b" c\n{rest}'):
        result = invoke("tally", write("r.csv", damaged), "--skip-bad")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "r.csv:3002: a quotation mark takes more lines" in result.stderr


def test_a_damaged_line_where_the_file_is_parted(invoke: Invoke, write: Write) -> None:
    """However DuckDB parts it among its threads, no line is lost without a word."""
    good = "Linux,1\n" * 600_000
    for place in (100, 500_000, 599_000):
        lines = [good[: 8 * place], "broken\n", good]
        result = invoke("tally", write("r.csv", f"os,x\n{''.join(lines)}"), "-v")
        if result.exit_code == 0:
            assert rows(result.stdout) == [f"Linux,100.0,{place + 600_000}"]
            assert ", 1 unreadable" in result.stderr
        else:
            assert "records were lost in reading" in result.stderr


def test_quoted_line_ends_are_no_records(invoke: Invoke, write: Write) -> None:
    text = 'os,x\n"Li\nnux",1\n\nLinux,2\nLinux,5" disk\n\n\n"a\n\nb",3'
    result = invoke("tally", write("r.csv", text), "--no-family", "-v")
    assert "; 4 records: 4 spam" in result.stderr


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_a_large_file_that_is_cut_off(invoke: Invoke, write: Write, suffix: str) -> None:
    data = "os,x\n" + "".join(f"Linux,{i}\n" for i in range(300_000))
    module = "gzip" if suffix == "gz" else "backports.zstd"
    packed = importlib.import_module(module).compress(data.encode())
    assert rows(invoke("tally", write(f"r.csv.{suffix}", packed)).stdout) == ["Linux,100.0,300000"]
    result = invoke("tally", write(f"r.csv.{suffix}", packed[: len(packed) // 2]), "--skip-bad")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"r.csv.{suffix}: the compressed data is damaged or cut off" in result.stderr


def test_headings_that_are_repeated(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "os,x\nLinux,1\nos,x\nLinux,2\n"), "-v")
    assert rows(result.stdout) == ["Linux,100.0,2"]
    assert "left out: headings that are repeated as records: 1" in result.stderr
    write("c.csv", "ip,x\n192.0.2.140,1\nip,x\n192.0.2.140,2\n")
    result = invoke("tally", "c.csv", "--fingerprints", LOG, "-v")
    assert rows(result.stdout) == ["macOS,100.0,2"]
    assert "2 records: 2 spam (0 of an unknown OS), 0 not spam, 0 unreadable" in result.stderr
    assert "left out: headings that are repeated as records: 1" in result.stderr


def test_a_quotation_mark_within_a_cell(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", 'os,x\nLinux,5" disk\nLinux,6\n'))
    assert rows(result.stdout) == ["Linux,100.0,2"]


@pytest.mark.parametrize(
    "text",
    ["time, os\n1, Windows XP\nTIME, OS\n", "os,x\nWindows XP,1\n\ufeffos,x\n"],
)
def test_headings_that_are_repeated_in_another_way(invoke: Invoke, write: Write, text: str) -> None:
    result = invoke("tally", write("r.csv", text))
    assert rows(result.stdout) == ["Windows,100.0,1"]
    assert "left out: headings that are repeated as records: 1" in result.stderr


def test_a_repeated_heading_is_no_record_that_is_not_spam(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "os,spam\nLinux,true\nos,spam\nMac,false\n"), "-v")
    assert "2 records: 1 spam (0 of an unknown OS), 1 not spam, 0 unreadable" in result.stderr
    assert "left out: headings that are repeated as records: 1" in result.stderr


@pytest.mark.parametrize("end", ["", "\n\n"])
def test_lines_that_quotation_marks_join_are_said(invoke: Invoke, write: Write, end: str) -> None:
    text = 'time,os,subject\n1,Windows,"hello\n2,Linux,x\n3,Mac,y"\n4,Linux,z\n'
    result = invoke("tally", write("r.csv", text + end), "--spam", "")
    assert rows(result.stdout) == ["Linux,50.0,1", "Windows,50.0,1"]
    assert result.complaints[-1:] == [
        "warning: r.csv: within quotation marks: 2 line ends; is a mark missing?"
    ]


def test_a_flag_that_only_some_json_records_have(invoke: Invoke, write: Write) -> None:
    late = '{"os": "Windows"}\n' * 1200 + '{"os": "Linux", "spam": true}\n'
    result = invoke("tally", write("r.jsonl", late))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "r.jsonl: only some records have the key 'spam'" in result.stderr
    assert rows(invoke("tally", "r.jsonl", "--spam", "spam=true").stdout) == ["Linux,100.0,1"]
