"""Which files are records, and of what kind."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import Invoke, Write
from tests.messages.tallying import COUNTED, LOG, RECORDS, columns, frame, rows


def put(kind: str, folder: Path) -> list[str]:
    """The records as files of a kind, and what to call tally with."""
    table = frame()
    if kind == "csv.gz":
        (folder / "r.csv.gz").write_bytes(gzip.compress(RECORDS.encode()))
        return ["r.csv.gz"]
    if kind == "tsv":
        table.to_csv(folder / "r.tsv", sep="\t", index=False)
        return ["r.tsv"]
    if kind == "jsonl":
        table.to_json(folder / "r.jsonl", orient="records", lines=True)
        return ["r.jsonl"]
    if kind == "parquet":
        pl.from_dict(columns(table)).write_parquet(folder / "r.parquet")
        return ["r.parquet"]
    if kind == "several":
        table.head(3).to_csv(folder / "1.csv", index=False)
        table.tail(5).to_csv(folder / "2.csv", index=False)
        return ["1.csv", "2.csv", "1.csv"]
    if kind == "pattern":
        put("several", folder)
        return ["[12].csv"]
    folder = folder / "lake"
    for month, part in table.groupby(table["time"].str[:7]):
        place = folder / f"month={month}"
        place.mkdir(parents=True)
        pl.from_dict(columns(part)).write_parquet(place / "part.parquet")
    return ["lake"]


KINDS = ["csv.gz", "tsv", "jsonl", "parquet", "several", "pattern", "partitioned"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_records_in_any_kind_of_file(
    invoke: Invoke, write: Write, tmp_path: Path, kind: str
) -> None:
    write("other.txt", "")
    result = invoke("tally", *put(kind, tmp_path))
    assert rows(result.stdout) == COUNTED, result.stderr


def test_the_columns_of_a_partitioned_folder(invoke: Invoke, write: Write, tmp_path: Path) -> None:
    write("other.txt", "")
    put("partitioned", tmp_path)
    result = invoke("tally", "lake", "--by", "month")
    assert rows(result.stdout)[0].startswith("2010-02,Windows,")


@pytest.mark.parametrize(
    "name",
    ["it's; DROP TABLE x.csv", "a%20b.csv", '"q".csv', "ü.csv", "x[1].csv", "a*.csv", "?.csv"],
)
def test_paths_are_data(invoke: Invoke, write: Write, name: str) -> None:
    write("ab.csv", "os\nOther\n")  # what a pattern would find
    write("x1.csv", "os\nOther\n")
    assert rows(invoke("tally", write(name, RECORDS)).stdout) == COUNTED


def test_a_file_is_counted_once(invoke: Invoke, write: Write, tmp_path: Path) -> None:
    write("r.csv", RECORDS)
    (tmp_path / "link.csv").symlink_to("r.csv")
    assert rows(invoke("tally", "r.csv", "./r.csv", "link.csv").stdout) == COUNTED


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_standard_input(write: Write, tmp_path: Path, kind: str) -> None:
    write("r.csv", RECORDS)
    name = put("jsonl", tmp_path)[0] if kind == "jsonl" else "r.csv"
    with open(name, "rb") as file:
        result = subprocess.run(
            [sys.executable, "-m", "spamindex", "tally", "-"],
            stdin=file, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert rows(result.stdout) == COUNTED
    assert "warning" not in result.stderr


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("r.csv", b"", "r.csv: is empty; records of messages are needed"),
        (
            "r.csv",
            b"a,b\n1,2\n",
            "which column holds the OS",
        ),
        ("r.csv", b"os,os\n1,2\n", "r.csv:1: two columns have the same heading"),
        ("r.csv", b"os,x\n\xe4,1\n", "r.csv:2: is not in UTF-8; if it is in Windows-1252: iconv"),
        ("r.csv", b"os,l\xe4nd\nx,1\n", "r.csv:1: is not in UTF-8; if it is in Windows-1252"),
        ("r.jsonl", b'{"os": "\xe4"}\n{"os": "x"}\n', "r.jsonl:1: is not in UTF-8"),
        ("r.csv", b"os\0\0\xff\1", "r.csv: is neither Parquet nor text in UTF-8"),
        ("r.csv", "os\nLinux\n".encode("utf-16"), "r.csv: is text in UTF-16; make it UTF-8: iconv"),
        ("r.csv", "os\nLinux\n".encode("utf-16-be"), "r.csv: is text in UTF-16BE; make it UTF-8"),
        ("r.csv", "os\nLinux\n".encode("utf-32"), "r.csv: is text in UTF-32; make it UTF-8"),
        ("r.parquet", b"PAR1 and nothing else", "r.parquet"),
        ("r.csv.gz", gzip.compress(RECORDS.encode() * 50)[:-30], "r.csv.gz"),
        ("r.csv.bz2", b"BZh91AY&SY", "pipe the output of bzcat to standard input"),
        (
            "ips.txt",
            b"192.0.2.1\n192.0.2.2\n",
            "a list of addresses says no OS",
        ),
    ],
)
def test_what_cannot_be_counted_is_one_line(
    invoke: Invoke, write: Write, name: str, content: bytes, complaint: str
) -> None:
    result = invoke("tally", write(name, content))
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.complaints) == 1
    assert complaint in result.complaints[0]


def test_a_line_that_is_left_out_is_said_to_be_in_another_encoding(
    invoke: Invoke, write: Write
) -> None:
    result = invoke("tally", write("r.csv", b"os\n" + b"Linux\n" * 1000 + b"\xc4\n"), "--spam", "")
    assert rows(result.stdout) == ["Linux,100.0,1000"]
    assert result.complaints == [
        "warning: r.csv: line 1002 is not in UTF-8; if it is in Windows-1252: "
        "iconv -f WINDOWS-1252 -t UTF-8 (1 of 1001 records); left out"
    ]


def test_files_that_do_not_belong_together(invoke: Invoke, write: Write) -> None:
    first, second = write("1.csv", "os,a\nLinux,1\n"), write("2.csv", "a,os\n1,Linux\n")
    assert invoke("tally", first, second).complaints == [
        "error: 2.csv:1: has other columns than 1.csv; count them apart"
    ]
    semicolon = write("4.csv", "os;a\nLinux;1\n")
    assert invoke("tally", first, semicolon).complaints == [
        "error: 4.csv:1: separates its columns by ';', but 1.csv by ','; count them apart"
    ]
    log, other = (
        write(name, f"#separator |\n#unset_field|{mark}\n#fields|os\nLinux\n")
        for name, mark in (("5.log", "-"), ("6.log", "?"))
    )
    assert invoke("tally", log, other).complaints == [
        "error: 6.log:1: marks what is missing by (empty), -, ?, but 5.log by (empty), -; count "
        "them apart"
    ]
    write("3.jsonl", '{"os": "Linux"}\n')
    assert invoke("tally", first, "3.jsonl").complaints == [
        "error: 3.jsonl: is JSON, but 1.csv is a table of delimited text; count them apart"
    ]
    assert invoke("tally", "none*.csv").complaints == ["error: none*.csv: no file has such a name"]
    assert invoke("tally", "none.csv").complaints == [
        "error: none.csv: can't be read: No such file or directory"
    ]


def test_files_of_a_folder_that_are_left_out_are_said(
    invoke: Invoke, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "f").mkdir()
    write("f/a.csv", RECORDS)
    write("f/mail.log.1", RECORDS)
    result = invoke("tally", "f")
    assert rows(result.stdout) == COUNTED
    assert result.complaints[-1] == "warning: f: left out by their names: f/mail.log.1"


def test_a_folder_of_logs_with_another_file_in_it(
    invoke: Invoke, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "f").mkdir()
    shutil.copy(LOG, tmp_path / "f/p0f.log")
    write("f/README", "These are logs.\n")
    client = ("tally", write("r.csv", "client\n192.0.2.1\n"), "--spam", "", "--fingerprints")
    assert invoke(*client, "f").complaints == [
        "error: f/README: is a table of delimited text, and no p0f log; a pattern such as f/*.log "
        "names the logs alone"
    ]
    assert invoke(*client, "f/README").complaints == [
        "error: f/README: is a table of delimited text, and no p0f log"
    ]
    assert invoke(*client, "f/*.log").stdout == invoke(*client, "f/p0f.log").stdout != ""


def test_compressed_whatever_it_is_called(invoke: Invoke, write: Write) -> None:
    packed = gzip.compress(RECORDS.encode())
    for name in ("mail", "mail.zst", "mail.csv.gz"):
        assert rows(invoke("tally", write(name, packed)).stdout) == COUNTED
    assert rows(invoke("tally", write("plain.csv.gz", RECORDS)).stdout) == COUNTED
    assert rows(invoke("tally", "-", stdin=packed).stdout) == COUNTED
    damaged = bytearray(packed)
    damaged[-6] ^= 1
    result = invoke("tally", write("r.csv.gz", bytes(damaged)))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "r.csv.gz: the compressed data is damaged or cut off: CRC check failed" in result.stderr


def test_line_ends_of_several_kinds(invoke: Invoke, write: Write) -> None:
    write("r.jsonl", '{"os": "Linux"}\r\n{"os": "Linux"}\n{"os": "Linux"}\r\n')
    assert rows(invoke("tally", "r.jsonl").stdout) == ["Linux,100.0,3"]


def test_parquet_files_with_other_columns_are_refused(
    invoke: Invoke, write: Write, tmp_path: Path
) -> None:
    write("other", "")
    pl.from_dict({"os": ["Linux"], "spam": [True]}).write_parquet(tmp_path / "a.parquet")
    pl.from_dict({"os": ["Linux"]}).write_parquet(tmp_path / "b.parquet")
    result = invoke("tally", "a.parquet", "b.parquet")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "b.parquet" in result.stderr


def test_a_bracket_by_itself_makes_no_json(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.toml", '[build-system]\nrequires = ["x"]\n'))
    assert (result.exit_code, "JSON" in result.stderr) == (1, False)


def test_nothing_is_left_in_the_temporary_folder(
    invoke: Invoke, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    invoke("tally", "-", stdin=RECORDS.encode())
    assert list(scratch.iterdir()) == []
    shutil.rmtree(scratch)
    result = invoke("tally", "-", stdin=RECORDS.encode())
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
