"""The same counts from Spark, through Spark Connect, as from DuckDB."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Invoke, Write
from tests.messages.tallying import LOG, MESSAGES, SPAM

pytest.importorskip("pyspark", reason="the extra spark is not installed")
pytest.importorskip("pyspark.sql.connect.session", reason="pyspark comes without Spark Connect")
import duckdb


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("localhost", 0))
        port: int = any_port.getsockname()[1]
        return port


PORT = free_port()
# Many short queries: to compile each for speed takes longer than to answer it.
SOON_WARM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SPARK = ("--remote", f"sc://localhost:{PORT}")
SERVER = f"""
from pyspark.sql import SparkSession
settings = {{
    "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
    "spark.connect.grpc.binding.port": "{PORT}",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}}
session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
print("ready", flush=True)
input()
session.stop()
"""

pytestmark = pytest.mark.filterwarnings("ignore")  # what Spark and gRPC leave open is theirs


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, env={**os.environ, "JAVA_TOOL_OPTIONS": SOON_WARM},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
        process.communicate("\n")


@pytest.fixture
def lake(write: Write, tmp_path: Path) -> str:
    write("other", "")
    duckdb.read_csv(MESSAGES, all_varchar=True).write_parquet(str(tmp_path / "lake.parquet"))
    return str(tmp_path / "lake.parquet")


OPTIONS = [
    ("--fingerprints", LOG, *SPAM, "--by", "time:month", "-v"),
    ("--fingerprints", LOG, *SPAM, "--count", "machines", "--fresh", "7d"),
    ("--fingerprints", LOG, *SPAM, "--no-family", "--ignore-unknown"),
    ("--os", "content_type", "--by", "client_ip"),
    ("--fingerprints", LOG, *SPAM, "--cluster", "client", "--by", "time:week"),
]


@pytest.mark.parametrize(
    ("kind", "options"),
    [*(("csv", options) for options in OPTIONS), *(("parquet", two) for two in OPTIONS[:2])],
)
def test_identical_output(invoke: Invoke, lake: str, kind: str, options: tuple[str, ...]) -> None:
    messages = {"csv": MESSAGES, "parquet": lake}[kind]
    here, there = (invoke("tally", messages, *options, *engine) for engine in ((), SPARK))
    assert here.exit_code == 0
    assert (there.exit_code, there.stdout) == (0, here.stdout), there.stderr
    ours = [line for line in there.complaints if line.startswith(("note: ", "warning: "))]
    assert ours == here.complaints


def test_a_log_of_p0f_by_itself(invoke: Invoke) -> None:
    here, there = (invoke("tally", LOG, "--port", "25,587", *engine) for engine in ((), SPARK))
    assert here.exit_code == 0
    assert there.stdout == here.stdout


def test_the_same_seed_picks_the_same_records(invoke: Invoke) -> None:
    options = ("--fingerprints", LOG, *SPAM, "--os", "Windows", "-n", "5", "--seed", "7")
    here, there = (invoke("sample", MESSAGES, *options, *engine) for engine in ((), SPARK))
    assert here.exit_code == 0
    assert there.stdout == here.stdout


def test_json_lines_and_bad_ones(invoke: Invoke, write: Write, tmp_path: Path) -> None:
    write("r.jsonl", '{"os": "Linux", "spam": true}\n{"os": "Win\n{"os": null, "spam": 1}\n')
    path = str(tmp_path / "r.jsonl")
    result = invoke("tally", path, *SPARK)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error: 1 of 3 records can't be read; --skip-bad leaves them out" in result.stderr
    result = invoke("tally", path, "--skip-bad", *SPARK)
    assert result.stdout == invoke("tally", path, "--skip-bad").stdout


def test_csv_that_is_compressed_and_has_bad_lines(
    invoke: Invoke, write: Write, tmp_path: Path
) -> None:
    write("r.csv.gz", gzip.compress(b'os,id\n"Linux, ""x""",a\nbroken\nWindows,b\n'))
    path = str(tmp_path / "r.csv.gz")
    there = invoke("tally", path, "--skip-bad", "--no-family", *SPARK)
    assert there.stdout == "\n".join(
        ["os,spam_share,messages", '"Linux, ""x""",50.0,1', "Windows,50.0,1", ""]
    )
    assert there.stdout == invoke("tally", path, "--skip-bad", "--no-family").stdout


@pytest.mark.parametrize(
    ("files", "options", "complaint"),
    [
        ({"r.csv": "os,x\nWindows 7,5\nWindows XP,3\nLinux,2\n"}, (), "beside figures in 'x'"),
        ({"r.csv": "Windows,5\nLinux,2\n"}, ("--os", "1"), "beside figures in '2'"),
        ({"r.csv": "os,verdict\nWindows,spam\nLinux,ham\n"}, (), "column 'verdict' holds"),
        ({"r.csv": "os,subject\nWindows,x\nLinux,y\n"}, ("--strict",), "all records count as spam"),
        (
            {"r.csv": 'os,x\nA,"a\nB,b"\n'},
            ("--strict", "--spam", ""),
            "marks: 1 line end; is a mark",
        ),
        ({"r.csv": "id,os\n1,Linux\n#2,AIX\n"}, ("--spam", ""), "begins like a comment (1 of 2"),
        ({"r.csv": "os,os_fp\nWindows,x\n"}, (), "'os', 'os_fp': which of these columns"),
        ({"a.csv": "os,x\nLinux,1\n", "b.csv": "x,os\n1,Linux\n"}, (), "has other columns"),
        ({"a.jsonl": '{"os": "Linux"}\n', "b.jsonl": '{"x": 1}\n'}, (), "has no key 'os'"),
        ({"os=AIX/r.csv": "os,x\nLinux,1\n"}, (), "os=AIX: its records have a column 'os', too"),
        ({"r.jsonl": '{"os": "L", "spam": 1}\n{"os": "L"}\n'}, (), "are the others spam?"),
    ],
)
def test_what_is_refused_here_is_refused_there(
    invoke: Invoke, write: Write, tmp_path: Path, files: dict[str, str],
    options: tuple[str, ...], complaint: str,
) -> None:  # fmt: skip
    write("other", "")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(name, text)
    paths = [str(tmp_path / name) for name in files]
    for engine in ((), SPARK):
        result = invoke("tally", *paths, *options, *engine)
        assert (result.exit_code, result.stdout) == (1, ""), result.stderr
        assert complaint in result.stderr


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("192.0.2.1\n192.0.2.2\n", "is a list of addresses"),
        ("# of May\nos,x\nLinux,1\n", "is a table of delimited text below other lines"),
        ('[{"os": "Linux"}]\n', "is JSON, but no lines"),
        ("#fields\tos\nLinux\n", "is a log of Zeek or W3C"),
        (
            '[{"mod": "syn", "client_ip": "192.0.2.1", "subject": "cli"}]',
            "is a p0f log, but no lines",
        ),
    ],
)
def test_what_a_cluster_does_not_read_is_refused(
    invoke: Invoke, write: Write, tmp_path: Path, text: str, what: str
) -> None:
    write("r.txt", text)
    result = invoke("tally", str(tmp_path / "r.txt"), *SPARK)
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        f"{what}; count a copy of it here, without a cluster; --remote URL is for Parquet, tables, "
        "JSON lines and p0f logs"
    ) in result.stderr


def test_labels_in_lists_are_refused(invoke: Invoke, write: Write, tmp_path: Path) -> None:
    write("r.jsonl", '{"os": "Linux", "tags": ["bulk", "spam"]}\n{"os": "AIX", "tags": ["spam"]}\n')
    result = invoke("tally", str(tmp_path / "r.jsonl"), "--spam", "tags=spam", *SPARK)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "column 'tags' holds several values in a cell; count a copy of it here" in result.stderr


def test_what_spark_cannot_do_is_one_line(invoke: Invoke, tmp_path: Path) -> None:
    result = invoke("tally", str(tmp_path / "none.parquet"), *SPARK)
    assert (result.exit_code, result.stdout) == (1, "")
    ours = [line for line in result.stderr.splitlines() if line.startswith("spamindex: error: ")]
    assert len(ours) == 1
    assert "none.parquet" in ours[0]
    assert "Traceback" not in result.stderr


SYN = {
    "mod": "syn", "client_ip": "192.0.2.9", "server_ip": "192.0.2.25", "client_port": 4,
    "server_port": 25, "subject": "cli", "timestamp": "2013/11/26 15:30:19",
}  # fmt: skip
ROW = {"symbols": {"P0F": {"options": ["Linux 3.x", "link=DSL"]}}, "action": "reject"}


@pytest.mark.parametrize(
    ("records", "prefix", "options"),
    [
        ([{"p0f": {**SYN, "os": "Linux 3.x"}}, {"p0f": {**SYN, "mod": "mtu"}}], "", ()),
        ([{**SYN, "os": "Windows XP"}, {**SYN, "os": "???"}], "p0f-1 | ", ("--port", "25")),
        ([{"log": json.dumps({**SYN, "os": "AIX"}) + "\n"}], "", ("--by", "time:day")),
        (
            [
                {"@timestamp": "2013-11-26T15:30:19.1Z", "mod": "syn", "src_ip": "192.0.2.9",
                 "dest_ip": "192.0.2.25", "src_port": 4, "dest_port": 25, "subject": "cli",
                 "os": "Linux 3.x"}
            ],
            "",
            ("--by", "time:day"),
        ),
        ([ROW, {**ROW, "symbols": {}}, {"action": "no action"}], "", ("--spam", "action=reject")),
    ],
)  # fmt: skip
def test_json_however_it_is_wrapped(
    invoke: Invoke, write: Write, tmp_path: Path, records: list[dict[str, object]], prefix: str,
    options: tuple[str, ...],
) -> None:  # fmt: skip
    write("r.json", "".join(f"{prefix}{json.dumps(record)}\n" for record in records))
    path = str(tmp_path / "r.json")
    here, there = (invoke("tally", path, *options, *engine) for engine in ((), SPARK))
    assert here.exit_code == 0, here.stderr
    assert (there.exit_code, there.stdout) == (0, here.stdout), there.stderr
