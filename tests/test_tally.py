"""From message records to shares: what is counted, of which files, and what is refused."""

from __future__ import annotations

import gzip
import importlib
import io
import ipaddress
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spamindex
from spamindex import MatchError, SpamIndexError
from spamindex.addresses import normal_expression
from spamindex.records import read_fingerprints
from tests.conftest import ROOT, SHARE, Invoke, Write

MESSAGES = str(ROOT / "data/messages.csv")
LOG = str(ROOT / "data/p0f.log")
SPAM = ("--spam", "content_type=Spam,Spammy")

RECORDS = """\
time,client_ip,os_fp,spam
2010-02-01T00:00:00Z,192.0.2.1,Windows XP; dist: 6; raw_mtu: 1340,true
2010-02-01T00:00:01Z,192.0.2.2,"Linux 2.6.x; dist: 3",yes
2010-02-28T23:59:59Z,192.0.2.3,Windows 7 or 8,1
2010-03-01T00:00:00Z,192.0.2.4,Ubuntu,TRUE
2010-03-01T00:00:00Z,192.0.2.4,???,true
2010-03-01T00:00:00Z,192.0.2.4,,true
2010-03-02T00:00:00Z,192.0.2.5,Windows XP,false
2010-03-02T00:00:00Z,192.0.2.5,Windows XP,
"""
COUNTED = [
    "Linux,33.333333333333336,2",
    "Unknown,33.333333333333336,2",
    "Windows,33.333333333333336,2",
]


def rows(text: str) -> list[str]:
    return text.splitlines()[1:]


def messages(text: str) -> list[list[str]]:
    """The OS and the messages of each row."""
    return [row.split(",")[::2] for row in rows(text)]


def columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): column.tolist() for name, column in table.items()}


def frame() -> pd.DataFrame:
    return pd.read_csv(io.StringIO(RECORDS), dtype=str, keep_default_na=False)


def test_records_are_counted_by_the_family_of_their_os(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", RECORDS), "-v")
    assert result.stdout == "\n".join(["os,spam_share,messages", *COUNTED, ""])
    assert result.complaints == [
        "note: 8 records: 6 spam (2 of an unknown OS), 2 not spam, 0 unreadable"
    ]


def test_versions_stay_apart_without_families(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", RECORDS), "--no-family", "--spam", "spam=,x,true,yes,1")
    assert [row.split(",")[::2] for row in rows(result.stdout)] == [
        ["Unknown", "2"], ["Linux 2.6.x", "1"], ["Ubuntu", "1"], ["Windows 7 or 8", "1"],
        ["Windows XP", "1"],
    ]  # fmt: skip


def test_other_values_of_the_spam_column(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", RECORDS), "--spam", "spam=FALSE")
    assert rows(result.stdout) == ["Windows,100.0,1"]
    result = invoke("tally", "r.csv", "--spam", "os_fp=none of them")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == ["error: none of 8 records is spam: --spam COLUMN=VALUE says which"]


def test_unknown_ones_are_left_out_and_counted(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", RECORDS), "--ignore-unknown")
    assert rows(result.stdout) == ["Linux,50.0,2", "Windows,50.0,2"]
    assert result.complaints == ["note: 2 of 6 spam messages are of an unknown OS and left out"]
    only = write("u.csv", "os\n???\nunknown\n")
    result = invoke("tally", only, "--ignore-unknown")
    assert result.complaints == ["error: no record of spam has a known OS"]


@pytest.mark.parametrize(
    ("span", "counted"),
    [
        ("day", {"2010-02-01": 2, "2010-02-28": 1, "2010-03-01": 3}),
        ("month", {"2010-02": 3, "2010-03": 3}),
        ("year", {"2010": 6}),
    ],
)
def test_counted_by_spans_of_time(
    invoke: Invoke, write: Write, span: str, counted: dict[str, int]
) -> None:
    result = invoke("tally", write("r.csv", RECORDS), "--by", f"Time:{span}", "-f", "jsonl")
    sums: dict[str, int] = {}
    for row in map(json.loads, result.stdout.splitlines()):
        assert list(row) == [span, "os", "spam_share", "messages"]
        sums[row[span]] = sums.get(row[span], 0) + row["messages"]
    assert sums == counted


def test_what_feeds_compute(invoke: Invoke, write: Write) -> None:
    write("r.csv", RECORDS)
    table = invoke("tally", "r.csv", "--by", "time:month").stdout
    result = invoke(
        "compute", write("t.csv", table), SHARE, "--by", "month", "--confidence", "95", "-f", "json"
    )
    linux = [row for row in json.loads(result.stdout) if row["os"] == "Linux"]
    assert [(row["month"], row["spam_share"]) for row in linux] == [
        ("2010-02", pytest.approx(100 / 3)), ("2010-03", pytest.approx(100 / 3)),
    ]  # fmt: skip
    assert all(row["low"] < row["spam_index"] < row["high"] for row in linux)


def test_a_time_that_is_none_is_refused(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "os,time\nLinux,03/01/2010\n"), "--by", "time:month")
    assert result.complaints == [
        "error: column 'time': '03/01/2010' does not begin an ISO time, such as 2010-03-01"
    ]


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


def test_names_that_look_like_nothing_are_names(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "os,n\nNA,1\nNULL,2\nnull,3\n,4\n"))
    assert messages(result.stdout) == [["null", "2"], ["NA", "1"], ["Unknown", "1"]]


def test_column_names_are_data(invoke: Invoke, write: Write) -> None:
    odd = """o"s'); DROP TABLE x;"""
    quoted = odd.replace('"', '""')
    write("r.csv", f'"{quoted}",a/b~c\nLinux,1\n')
    assert rows(invoke("tally", "r.csv", "--os", odd, "--by", "a/b~c").stdout) == [
        "1,Linux,100.0,1"
    ]
    write("r.jsonl", json.dumps({odd: "Linux", "a/b~c": 1}) + "\n")
    result = invoke("tally", "r.jsonl", "--os", odd, "--by", "a/b~c")
    assert rows(result.stdout) == ["1,Linux,100.0,1"]


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
    assert result.stderr == ""


def test_lines_that_cannot_be_read_are_counted_and_named(invoke: Invoke, write: Write) -> None:
    good = "Linux,1\n" * 2500
    write("r.csv", f"os,n\n{good}broken\nx,y,z\n")
    result = invoke("tally", "r.csv", "-v")
    assert rows(result.stdout) == ["Linux,100.0,2500"]
    assert result.complaints == [
        "warning: r.csv:2502: can't be read, as are 2 of 2502 records; left out",
        "note: 2502 records: 2500 spam (0 of an unknown OS), 0 not spam, 2 unreadable",
    ]
    write("r.csv", "os,n\nLinux,1\nbroken\n")
    result = invoke("tally", "r.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == [
        "error: r.csv:3: can't be read, as are 1 of 2 records; --skip-bad leaves them out"
    ]
    assert rows(invoke("tally", "r.csv", "--skip-bad").stdout) == ["Linux,100.0,1"]


def test_json_lines_that_are_none(invoke: Invoke, write: Write) -> None:
    write("r.jsonl", '{"os": "Linux"}\n\n{"os": "Lin\n[1]\n{"x": 1}\n')
    result = invoke("tally", "r.jsonl", "--skip-bad", "-v")
    assert rows(result.stdout) == ["Linux,50.0,1", "Unknown,50.0,1"]
    assert result.complaints[0] == (
        "warning: r.jsonl:3: can't be read, as are 2 of 4 records; left out"
    )


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("r.csv", b"", "r.csv: is empty; records of messages are needed"),
        (
            "r.csv",
            b"a,b\n1,2\n",
            "no column can be told to hold the OS; choose with --os among 'a', 'b'",
        ),
        ("r.csv", b"os,os\n1,2\n", "r.csv:1: is no heading with a name of its own for each column"),
        ("r.csv", b"os,n\n\xe4,1\n", "r.csv:2: can't be read"),
        ("r.csv", b"\0\0", "r.csv: is neither Parquet nor text in UTF-8"),
        ("r.parquet", b"PAR1 and nothing else", "r.parquet"),
        ("r.csv.gz", gzip.compress(RECORDS.encode() * 50)[:-30], "r.csv.gz"),
        ("r.csv.bz2", b"BZh91AY&SY", "bzcat it into spamindex tally -"),
        (
            "ips.txt",
            b"192.0.2.1\n192.0.2.2\n",
            "a list of addresses says no OS: give --fingerprints",
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


def test_files_that_do_not_belong_together(invoke: Invoke, write: Write) -> None:
    first, second = write("1.csv", "os,a\nLinux,1\n"), write("2.csv", "a,os\n1,Linux\n")
    assert invoke("tally", first, second).complaints == [
        "error: 2.csv:1: has other columns than 1.csv; count them apart"
    ]
    write("3.jsonl", '{"os": "Linux"}\n')
    assert invoke("tally", first, "3.jsonl").complaints == [
        "error: 3.jsonl: is JSON lines, but 1.csv is a table of delimited text; count them apart"
    ]
    assert invoke("tally", "none*.csv").complaints == ["error: none*.csv: no file has such a name"]
    assert invoke("tally", "none.csv").complaints == [
        "error: none.csv: can't be read: No such file or directory"
    ]


def test_a_quotation_mark_that_takes_lines_with_it(invoke: Invoke, write: Write) -> None:
    rest = "Linux,1\n" * 3000
    for damaged in (f'os,n\n{rest}"oops,1\n{rest}', f'os,n\n{rest}"oops,1\n{rest}a,"b" c\n{rest}'):
        result = invoke("tally", write("r.csv", damaged), "--skip-bad")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "r.csv:3002: a quotation mark takes more lines" in result.stderr


def test_a_damaged_line_where_the_file_is_parted(invoke: Invoke, write: Write) -> None:
    """However DuckDB parts it among its threads, no line is lost without a word."""
    good = "Linux,1\n" * 600_000
    for place in (100, 500_000, 599_000):
        lines = [good[: 8 * place], "broken\n", good]
        result = invoke("tally", write("r.csv", f"os,n\n{''.join(lines)}"), "-v")
        if result.exit_code == 0:
            assert rows(result.stdout) == [f"Linux,100.0,{place + 600_000}"]
            assert "1 unreadable" in result.complaints[-1]
        else:
            assert "records were lost in reading" in result.stderr


def test_quoted_line_ends_are_no_records(invoke: Invoke, write: Write) -> None:
    text = 'os,n\n"Li\nnux",1\n\nLinux,2\nLinux,5" disk\n\n\n"a\n\nb",3'
    result = invoke("tally", write("r.csv", text), "--no-family", "-v")
    assert "note: 4 records: 4 spam" in result.stderr


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_a_large_file_that_is_cut_off(invoke: Invoke, write: Write, suffix: str) -> None:
    data = "os,n\n" + "".join(f"Linux,{i}\n" for i in range(300_000))
    module = "gzip" if suffix == "gz" else "backports.zstd"
    packed = importlib.import_module(module).compress(data.encode())
    assert rows(invoke("tally", write(f"r.csv.{suffix}", packed)).stdout) == ["Linux,100.0,300000"]
    result = invoke("tally", write(f"r.csv.{suffix}", packed[: len(packed) // 2]), "--skip-bad")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"r.csv.{suffix}: the compressed data is damaged or cut off" in result.stderr


def test_headings_that_are_repeated(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "os,n\nLinux,1\nos,n\nLinux,2\n"), "-v")
    assert rows(result.stdout) == ["Linux,100.0,2"]
    assert result.complaints[0] == "note: left out: headings that are repeated as records: 1"
    write("c.csv", "ip,n\n192.0.2.140,1\nip,n\n192.0.2.140,2\n")
    result = invoke("tally", "c.csv", "--fingerprints", LOG, "-v")
    assert rows(result.stdout) == ["macOS,100.0,2"]
    assert result.complaints[1:] == [
        "note: left out: headings that are repeated as records: 1",
        "note: 2 records: 2 spam (0 of an unknown OS), 0 not spam, 0 unreadable",
    ]


def test_files_of_a_folder_that_are_left_out_are_said(
    invoke: Invoke, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "f").mkdir()
    write("f/a.csv", RECORDS)
    write("f/mail.log.1", RECORDS)
    result = invoke("tally", "f")
    assert rows(result.stdout) == COUNTED
    assert result.complaints == ["warning: f: left out by their names: f/mail.log.1"]


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


def test_a_json_array_is_told_how_to_become_lines(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.json", '[{"os": "Linux"}]'))
    assert result.complaints == [
        "error: r.json: is a JSON array; jq -c '.[]' makes JSON lines of it"
    ]


def test_a_table_of_counts_is_doubted(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "os,Visits\nLinux,5\n"))
    assert rows(result.stdout) == ["Linux,100.0,1"]
    assert result.complaints == [
        "warning: column 'Visits' seems to hold counts, but each record is taken for one message; "
        "a table of counts is for compute"
    ]


def test_no_address_that_p0f_knows_is_said(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "ip\n203.0.113.250\n"), "--fingerprints", LOG)
    assert "warning: no sender has a fingerprint; is --client the right column?" in result.stderr


def test_a_missing_spam_value_is_not_the_word_none(invoke: Invoke, write: Write) -> None:
    write("r.csv", "os,kind\nLinux,\nWindows,none\nLinux,x\n")
    assert rows(invoke("tally", "r.csv", "--spam", "kind=none").stdout) == ["Windows,100.0,1"]


def test_a_quotation_mark_within_a_cell(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", 'os,n\nLinux,5" disk\nLinux,6\n'))
    assert rows(result.stdout) == ["Linux,100.0,2"]


def test_a_sample_of_records_that_cannot_be_read_whole(invoke: Invoke, write: Write) -> None:
    write("r.csv", b"os,note\nLinux,one\nLinux,caf\xe9\nLinux,three\n")
    result = invoke("sample", "r.csv", "--os", "Linux")
    assert rows(result.stdout) == ["Linux,one", "Linux,three"]
    assert "warning: 1 such records can't be read in all their columns" in result.stderr


def test_a_sample_of_records_some_of_which_cannot_be_read(invoke: Invoke, write: Write) -> None:
    write("r.csv", b"os,spam,note\nLinux,1,one\nWindows,0,caf\xe9\nLinux,1,\nWindows,0,four\n")
    result = invoke("sample", "r.csv", "--os", "Linux", "-n", "5")
    assert rows(result.stdout) == ["Linux,1,one", "Linux,1,"]


@pytest.mark.parametrize(
    "options",
    [
        ("--client", "x"), ("--time", "x"), ("--log-zone", "UTC"), ("--log-zone", "Mars"),
        ("--fingerprints", LOG, "--os", "x"), ("--remote", "sc://x"), ("--by", "os"),
        ("--by", "a:month", "--by", "b:month"), ("--spam", "="), ("--port", "smtp"), ("-",),
    ],
)  # fmt: skip
def test_options_that_would_change_nothing_are_refused(
    invoke: Invoke, options: tuple[str, ...]
) -> None:
    result = invoke("tally", "-", *options)
    assert (result.exit_code, result.stdout) == (2, "")


def test_fingerprints_know_the_os_of_a_client(invoke: Invoke) -> None:
    result = invoke("tally", MESSAGES, "--fingerprints", LOG, *SPAM, "-v")
    assert [row.split(",")[::2] for row in rows(result.stdout)] == [
        ["Windows", "32"], ["Linux", "8"], ["Unknown", "6"], ["macOS", "2"]
    ]  # fmt: skip
    assert result.complaints == [
        "note: clients with several fingerprints over time: 1",
        "note: 60 records: 48 spam (6 of an unknown OS), 12 not spam, 0 unreadable",
    ]


def syn(time: str, client: str, os: str, port: int = 25) -> str:
    return (
        f"[{time}] mod=syn|cli={client}/40000|srv=192.0.2.25/{port}|subj=cli|{os}|dist=9|"
        "params=none|raw_sig=4:55+9:0:1460:|odd\x01\x1b[0m|\n"
    )


LOG_OVER_TIME = (
    syn("2010/01/10 12:00:00", "192.0.2.1", "os=Windows XP")
    + syn("2010/01/20 12:00:00", "192.0.2.1", "os=Windows XP")
    + syn("2010/02/01 12:00:00", "192.0.2.1", "os=Linux 3.x")
    + syn("2010/02/01 12:00:00", "192.0.2.2", "app=NMap SYN scan")
    + "[2010/02/01 12:00:00] mod=mtu|cli=192.0.2.3/1|srv=192.0.2.25/25|subj=cli|link=DSL|\n"
    + "[2010/02/01 12:00:00] mod=syn+ack|cli=192.0.2.3/1|srv=192.0.2.25/25|subj=srv|os=FreeBSD|\n"
)


def test_the_fingerprint_that_held_then(invoke: Invoke, write: Write) -> None:
    log = write("p0f.log", LOG_OVER_TIME)
    times = [
        "2009-12-31 00:00:00",
        "2010-01-31T00:00:00",
        "2010-02-01T12:00:00.5",
        "2010-03-01T00:00:00Z",
        "",
    ]
    write("r.csv", "ip,time,n\n" + "".join(f"192.0.2.1,{t},{i}\n" for i, t in enumerate(times)))
    result = invoke("tally", "r.csv", "--fingerprints", log, "--by", "n", "-f", "jsonl")
    assert [row["os"] for row in map(json.loads, result.stdout.splitlines())] == [
        "Windows", "Windows", "Linux", "Linux", "Linux"
    ]  # fmt: skip
    write("s.csv", "ip\n192.0.2.1\n192.0.2.2\n192.0.2.3\n")
    result = invoke("tally", "s.csv", "--fingerprints", log, "--skip-bad")
    assert [row.split(",")[::2] for row in rows(result.stdout)] == [
        ["Unknown", "2"],
        ["Linux", "1"],
    ]


def test_fingerprints_in_another_time_zone(invoke: Invoke, write: Write) -> None:
    log = write("p0f.log", LOG_OVER_TIME)
    write("r.csv", "ip,time\n192.0.2.1,2010-02-01T11:30:00Z\n")
    assert rows(invoke("tally", "r.csv", "--fingerprints", log).stdout)[0].startswith("Windows")
    result = invoke("tally", "r.csv", "--fingerprints", log, "--log-zone", "Europe/Paris")
    assert rows(result.stdout)[0].startswith("Linux")
    write("r.csv", "ip,time\n192.0.2.1,2010-02-01T11:30:00+01:00\n")
    result = invoke("tally", "r.csv", "--fingerprints", log)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is no time in ISO form without an offset" in result.stderr


def test_a_p0f_log_by_itself(invoke: Invoke, write: Write) -> None:
    log = write(
        "p0f.log", LOG_OVER_TIME + syn("2010/02/03 00:00:00", "192.0.2.9", "os=Mac OS X", 587)
    )
    counted = [row.split(",")[::2] for row in rows(invoke("tally", log).stdout)]
    assert counted == [["Windows", "2"], ["Linux", "1"], ["Unknown", "1"], ["macOS", "1"]]
    assert rows(invoke("tally", log, "--port", "587,465").stdout) == ["macOS,100.0,1"]
    assert "has no record of a message" in invoke("tally", log, "--port", "1").stderr
    assert "is no p0f log" in invoke("tally", MESSAGES, "--port", "25").stderr
    months = invoke("tally", log, "--by", "time:month", "--by", "port").stdout
    assert months.splitlines()[:2] == [
        "month,port,os,spam_share,messages", "2010-01,25,Windows,100.0,2"
    ]  # fmt: skip


def test_a_damaged_log(invoke: Invoke, write: Write) -> None:
    log = write("p0f.log", LOG_OVER_TIME + "[2010/02/01 12:00:00] mod=syn|cli=192.0")
    result = invoke("tally", log)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "p0f.log:7: can't be read, as are 1 of 5 records; --skip-bad" in result.stderr
    result = invoke("tally", log, "--skip-bad")
    assert result.complaints == [
        "warning: p0f.log:7: can't be read, as are 1 of 5 records; left out"
    ]


def test_a_list_of_addresses(invoke: Invoke, write: Write) -> None:
    log = write(
        "p0f.log",
        LOG_OVER_TIME + syn("2010/01/01 00:00:00", "2001:db8:0:0:0:0:0:1", "os=OpenBSD 4.x"),
    )
    write(
        "ips",
        "192.0.2.1\n[IPv6:2001:DB8::1]\n2001:db8::0001\n::ffff:192.0.2.1\n\n[2001:db8::1]:25\n",
    )
    result = invoke("tally", "ips", "--fingerprints", log)
    assert [row.split(",")[::2] for row in rows(result.stdout)] == [
        ["OpenBSD", "3"],
        ["Linux", "2"],
    ]


ENGINES: dict[str, Any] = {
    "pandas": lambda table: table,
    "polars": lambda table: pl.from_dict(columns(table)),
    "polars lazy": lambda table: pl.from_dict(columns(table)).lazy(),
    "duckdb": lambda table: duckdb.from_df(table),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_from_every_kind_of_frame(engine: str) -> None:
    table = pd.read_csv(MESSAGES, dtype=str)
    expected = pd.DataFrame(
        {
            "month": ["2010-02"] * 4 + ["2010-03"] * 3,
            "os": ["Windows", "Linux", "Unknown", "macOS", "Windows", "Linux", "Unknown"],
            "messages": [21, 4, 4, 2, 11, 4, 2],
        }
    )
    log = read_fingerprints([LOG])
    question: dict[str, Any] = {
        "client": "client_ip", "fingerprints": log, "time": "time",
        "spam": ("content_type", ["Spam", "Spammy"]), "by": [("time", "month")],
    }  # fmt: skip
    native = ENGINES[engine](table)
    result = spamindex.tally(native, **question)
    assert columns(result.drop(columns="spam_share")) == columns(expected)
    assert result["spam_share"].tolist() == pytest.approx(
        [100 * n / (31 if i < 4 else 17) for i, n in enumerate(expected["messages"])]
    )


def test_typed_columns() -> None:
    table = pd.DataFrame(
        {
            "os": ["Linux", "Linux", None],
            "spam": [True, False, True],
            "at": pd.to_datetime(
                [f"2010-{at}:00:00" for at in ("01-31 23", "02-01 00", "02-01 01")]
            ),
        }
    )
    with_null = pl.from_dict({**columns(table), "os": ["Linux", "Linux", None]})
    for native in (table, with_null, duckdb.from_df(table)):
        result = spamindex.tally(native, spam="spam", by=[("at", "month")])
        assert result["month"].tolist() == ["2010-01", "2010-02"]
        assert result["os"].tolist() == ["Linux", "Unknown"]


def test_what_a_frame_lacks() -> None:
    with pytest.raises(SpamIndexError, match="no column 'os'; there are 'x'"):
        spamindex.tally(pd.DataFrame({"x": ["1"]}))
    with pytest.raises(MatchError, match="none of 1 records is spam"):
        spamindex.tally(pd.DataFrame({"os": ["1"], "spam": [False]}), spam="spam")


def test_the_same_seed_picks_the_same_records(invoke: Invoke) -> None:
    options = (MESSAGES, "--fingerprints", LOG, *SPAM, "--os", "Windows", "-n", "5")
    first = invoke("sample", *options, "--seed", "7").stdout
    assert invoke("sample", *options, "--seed", "7").stdout == first
    assert invoke("sample", *options, "--seed", "8").stdout != first
    records = Path(MESSAGES).read_text().splitlines()
    picked = first.splitlines()
    assert picked[0] == records[0]
    assert [row for row in records if row in picked] == picked
    assert len(picked) == 6
    assert "Clean" not in first


def test_every_record_is_as_likely(invoke: Invoke, write: Write) -> None:
    write("r.csv", "os,n\n" + "".join(f"Linux,{i}\n" for i in range(5)) + "Windows,5\n")
    seen = [0] * 6
    for seed in range(100):
        result = invoke("sample", "r.csv", "--os", "linux", "-n", "2", "--seed", str(seed))
        for row in rows(result.stdout):
            seen[int(row.split(",")[1])] += 1
    assert sum(seen) == 200
    assert seen[5] == 0
    assert min(seen[:5]) > 20


@pytest.mark.parametrize("threads", [1, 8])
def test_a_pick_from_many_records_does_not_depend_on_threads(
    write: Write, tmp_path: Path, threads: int
) -> None:
    count = 300_000
    data = {"os": ["Linux", "Windows XP"] * (count // 2), "n": [str(i) for i in range(count)]}
    write("other", "")
    pl.from_dict(data).write_parquet(tmp_path / "r.parquet", row_group_size=10_000)
    from spamindex.messages import count as counted
    from spamindex.names import BUILT_IN
    from spamindex.picking import pick
    from spamindex.records import Records

    connection = duckdb.connect(config={"threads": threads})
    relation = connection.read_parquet("r.parquet")
    records = Records(relation, connection, "parquet", {})
    question = records.question()
    counts = counted(relation, question, bring=connection.from_df)
    picked, among = pick(records, question, counts, "Linux", 3, 1, names=BUILT_IN)
    assert among == count // 2
    assert picked["n"].tolist() == ["33086", "70444", "298426"]


def test_a_sample_of_what_is_not_there(invoke: Invoke) -> None:
    options = (MESSAGES, "--fingerprints", LOG, *SPAM, "--os")
    result = invoke("sample", *options, "Haiku")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no spam is from 'Haiku'; it is from Windows, Linux, Unknown, macOS" in result.stderr
    result = invoke("sample", *options, "mac", "-n", "9")
    assert len(rows(result.stdout)) == 2
    assert "note: there are only 2 such records" in result.complaints


def test_a_missing_extra_is_named(write: Write) -> None:
    write("r.csv", RECORDS)
    for module in ("narwhals", "duckdb"):
        code = f"import sys; sys.modules[{module!r}] = None; from spamindex import cli; cli.main()"
        result = subprocess.run(
            [sys.executable, "-c", code, "tally", "r.csv"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (result.returncode, result.stdout) == (1, "")
        assert "pip install 'spamindex[messages]'" in result.stderr
        assert len(result.stderr.splitlines()) == 1


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


def groups(address: ipaddress.IPv6Address) -> str:
    return "".join(":" + group.lstrip("0") for group in address.exploded.split(":"))


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@given(st.lists(ADDRESSES, min_size=1, max_size=20), st.integers(0, 6))
def test_an_address_is_the_same_in_every_spelling(
    addresses: list[ipaddress.IPv4Address | ipaddress.IPv6Address], how: int
) -> None:
    def written(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
        if isinstance(address, ipaddress.IPv4Address):
            return [
                str(address), f"{address}:25", f"[{address}]", f"::ffff:{address}",
                f"[IPv6:::FFFF:{address}]:25", f" {address}/32", f"0:0:0:0:0:ffff:{address}",
            ][how]  # fmt: skip
        return [
            str(address), address.exploded, f"[{address}]:25", f"[IPv6:{address}]",
            str(address).upper(), f"{address}%eth0", f"{address}/128",
        ][how]  # fmt: skip

    texts = [written(address) for address in addresses]
    expected = [str(a) if isinstance(a, ipaddress.IPv4Address) else groups(a) for a in addresses]
    for native in (pd.DataFrame({"a": texts}), pl.DataFrame({"a": texts})):
        frame_ = nw.from_native(native).select(normal_expression(nw.col("a")))
        for address, found, wanted in zip(addresses, frame_["a"], expected, strict=True):
            # Written with dots, one that is mapped is its IPv4.
            of = None if isinstance(address, ipaddress.IPv4Address) else address.ipv4_mapped
            assert found in (wanted, str(of))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1:2:3:4:5:6:7::", ":1:2:3:4:5:6:7:"),
        ("::2:3:4:5:6:7:8", "::2:3:4:5:6:7:8"),
        ("::", "::::::::"),
        ("::1", "::::::::1"),
        ("1::", ":1:::::::"),
        ("", ""),
    ],
)
def test_the_ends_of_an_ipv6_address(written: str, expected: str) -> None:
    for native in (pd.DataFrame({"a": [written]}), pl.DataFrame({"a": [written]})):
        found = nw.from_native(native).select(normal_expression(nw.col("a")))["a"].to_list()
        assert found == [expected]


def test_a_mapped_address_in_hex_meets_its_ipv4() -> None:
    log = read_fingerprints([LOG])
    table = pd.DataFrame({"ip": ["::ffff:c000:28c", "0:0:0:0:0:FFFF:C000:028C", "192.0.2.140"]})
    result = spamindex.tally(table, client="ip", fingerprints=log)
    assert result["os"].tolist() == ["macOS"]
