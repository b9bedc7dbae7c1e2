"""Some records of one OS's spam, each as likely as another."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.conftest import Invoke, Write
from tests.messages.tallying import LOG, MESSAGES, SPAM, rows


def test_a_sample_of_records_that_cannot_be_read_whole(invoke: Invoke, write: Write) -> None:
    write("r.csv", b"os,note\nLinux,one\nLinux,caf\xe9\nLinux,three\n")
    result = invoke("sample", "r.csv", "--os", "Linux")
    assert rows(result.stdout) == ["Linux,one", "Linux,three"]
    assert "left out: 1 record that can't be read in all columns" in result.stderr


def test_a_sample_of_records_some_of_which_cannot_be_read(invoke: Invoke, write: Write) -> None:
    write("r.csv", b"os,spam,note\nLinux,1,one\nWindows,0,caf\xe9\nLinux,1,\nWindows,0,four\n")
    result = invoke("sample", "r.csv", "--os", "Linux", "-n", "5")
    assert rows(result.stdout) == ["Linux,1,one", "Linux,1,"]


def test_the_same_seed_picks_the_same_records(invoke: Invoke, write: Write) -> None:
    cells = (("Linux" if n % 5 else "Windows XP", "Clean" if n % 4 else "Spam") for n in range(200))
    records = ["os,content_type,n", *(f"{os},{kind},{n}" for n, (os, kind) in enumerate(cells))]
    path = write("r.csv", "\n".join([*records, ""]))
    options = (path, *SPAM[:1], "content_type=Spam", "--os", "Windows", "-n", "5")
    first = invoke("sample", *options, "--seed", "7").stdout
    assert invoke("sample", *options, "--seed", "7").stdout == first
    assert invoke("sample", *options, "--seed", "8").stdout != first
    picked = first.splitlines()
    assert picked[0] == records[0]
    assert [row for row in records if row in picked] == picked
    assert len(picked) == 6
    assert "Clean" not in first


def test_every_record_is_as_likely(invoke: Invoke, write: Write) -> None:
    write("r.csv", "os,n\n" + "".join(f"Linux,{i}\n" for i in range(5)) + "Windows,5\n")
    seen = [0] * 6
    for seed in range(20):
        result = invoke("sample", "r.csv", "--os", "linux", "-n", "2", "--seed", str(seed))
        for row in rows(result.stdout):
            seen[int(row.split(",")[1])] += 1
    assert sum(seen) == 40
    assert seen[5] == 0
    assert min(seen[:5]) >= 5


def test_records_that_are_alike_are_picked_one_by_one(invoke: Invoke, write: Write) -> None:
    write("r.csv", "os\n" + "Linux\n" * 9)
    result = invoke("sample", "r.csv", "--os", "Linux", "-n", "4")
    assert rows(result.stdout) == ["Linux"] * 4


@pytest.mark.parametrize("threads", [1, 8])
def test_the_same_records_are_picked_by_any_number_of_threads(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    count = 200_000
    data = {"os": ["Linux", "Windows XP"] * (count // 2), "n": [str(i) for i in range(count)]}
    path = tmp_path / "r.parquet"
    pl.from_dict(data).write_parquet(path, row_group_size=10_000)
    connect = partial(_with_threads, duckdb.connect, threads)
    monkeypatch.setattr(duckdb, "connect", connect)
    result = invoke("sample", str(path), "--os", "Linux", "-n", "3", "--seed", "1")
    assert rows(result.stdout) == ["Linux,27340", "Linux,82096", "Linux,135324"]


def _with_threads(connect: Any, threads: int, *, config: dict[str, Any]) -> Any:
    return connect(config={**config, "threads": threads})


def test_a_sample_of_what_is_not_there(invoke: Invoke) -> None:
    options = (MESSAGES, "--fingerprints", LOG, *SPAM, "--os")
    result = invoke("sample", *options, "Haiku")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no spam is from 'Haiku'; it is from Windows, Linux, Unknown, macOS" in result.stderr
    result = invoke("sample", *options, "mac", "-n", "9")
    assert len(rows(result.stdout)) == 2
    assert "asked for 9 records, found 2" in result.stderr


def test_numbers_and_flags_stay_what_they_were_in_json(
    invoke: Invoke, write: Write, tmp_path: Path
) -> None:
    record = (
        '{"os": "Linux", "n": 14.50, "spam": true, "id": "007", "no": null, "in": {"x": [1]}}\n'
    )
    write("r.jsonl", record + '{"os": "Linux", "n": 9007199254740993, "spam": 1, "id": 7}\n')
    options = ("sample", "r.jsonl", "--os", "Linux")
    assert invoke(*options, "-f", "jsonl").stdout == (
        '{"os": "Linux", "n": 14.5, "spam": true, "id": "007", "no": null, "in": "{\\"x\\":[1]}"}\n'
        '{"os": "Linux", "n": 9007199254740993, "spam": 1, "id": 7, "no": null, "in": null}\n'
    )
    assert rows(invoke(*options).stdout)[0] == 'Linux,14.5,true,007,,"{""x"":[1]}"'
    duckdb.sql(
        "copy (select 'Linux' as os, 1.50::decimal(4, 2) as n, true as spam, '07' as id, "
        "'nan'::double as x, 2::ubigint as u, date '2010-03-01' as d) to 'r.parquet'"
    )
    assert invoke("sample", "r.parquet", "--os", "Linux", "-f", "jsonl").stdout == (
        '{"os": "Linux", "n": 1.5, "spam": true, "id": "07", "x": "nan", "u": 2, "d": "2010-03-01"}\n'
    )
