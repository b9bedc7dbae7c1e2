"""What nearly fits is refused in one line that says where, and what to do."""

from __future__ import annotations

import gzip
import json
import re
import shlex
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd
import pytest

from spamindex import SpamIndexError, tally
from tests.conftest import Invoke, Write
from tests.messages.tallying import messages, rows

LOG = "".join(
    f"[2016/07/{day} 22:40:00] mod=syn|cli=192.0.2.8/40000|srv=192.0.2.25/25|subj=cli|os={os}|d|\n"
    for day, os in ((10, "Linux 3.x"), (14, "Windows XP"))
)


# Tables of counts


@pytest.mark.parametrize(
    ("text", "keys", "column"),
    [
        ("os,country,x\nWindows,DE,9\nLinux,DE,5\nWindows,AT,9\nLinux,AT,9\n", "'country'", "x"),
        ("os,x,bytes\nWindows,900,12\nLinux,50,13\n", "", "x"),
        ("os,v,x\nWindows,a,900\nLinux,a,50\nWindows,b,90\nLinux,b,9\n", "'v'", "x"),
        ("os,jahr,land,x\nA,2010,D,9\nB,2010,D,5\nA,2011,D,9\nB,2010,E,9\n", "'jahr', 'land'", "x"),
    ],
)
def test_rows_told_apart_by_their_names_alone_may_be_counts(
    invoke: Invoke, write: Write, text: str, keys: str, column: str
) -> None:
    write("t.csv", text)
    result = invoke("tally", "t.csv", "--spam", "")
    assert (result.exit_code, result.stdout) == (1, "")
    same = ", ".join(filter(None, ["'os'", keys]))
    assert f"each row has its own {same}, beside figures in {column!r}: is each row one" in (
        result.stderr
    )
    assert f"--weight {column} if it is" in result.stderr
    for weight in (column, ""):
        assert invoke("tally", "t.csv", "--spam", "", "--weight", weight).exit_code == 0


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("text", "os", "counts"),
    [
        ("10.0.0.1,5,Linux\n10.0.0.2,7,Windows\n", "3", "1"),
        ("5,Linux\n7,Windows\n", "2", "1"),
        ("Linux,5\nWindows,7\n", "1", "2"),
    ],
)
def test_rows_without_headings_may_be_counts_with_a_byte_order_mark_or_not(
    invoke: Invoke, write: Write, mark: str, text: str, os: str, counts: str
) -> None:
    options = ("tally", write("t.csv", mark + text), "--os", os, "--spam", "")
    result = invoke(*options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"each row has its own {os!r}, beside figures in {counts!r}" in result.stderr


def test_addresses_beside_figures_may_be_counts(invoke: Invoke, write: Write) -> None:
    write("p0f.log", LOG)
    write("t.csv", "ip,x\n192.0.2.8,7\n192.0.2.9,5\n")
    result = invoke("tally", "t.csv", "--fingerprints", "p0f.log", "--time", "", "--spam", "")
    assert "each row has its own 'ip', beside figures in 'x'" in result.stderr


@pytest.mark.parametrize(
    "text",
    [
        "os,country,x\nLinux,DE,9\nLinux,DE,5\nWindows,AT,9\n",  # two rows alike
        "time,os,x\n2010-03-01T12:00:00,Linux,9\n2010-03-01T12:00:01,Windows,5\n",
        "id,os,x\na,Linux,9\nb,Windows,5\nc,Linux,3\n",
        "os,score\nLinux,9.5\nWindows,5.1\n",
        "os,x\nLinux,9\n",
    ],
)
def test_records_with_figures_are_no_table_of_counts(
    invoke: Invoke, write: Write, text: str
) -> None:
    result = invoke("tally", write("r.csv", text), "--spam", "")
    assert sum(int(n) for _, n in messages(result.stdout)) == text.count("\n") - 1, result.stderr


def test_a_frame_of_counts_is_refused_too() -> None:
    table = pd.DataFrame({"os": ["A", "B", "A"], "v": ["x", "x", "y"], "x": [9, 5, 4]})
    with pytest.raises(SpamIndexError, match="each row has its own 'os', 'v'"):
        tally(table, spam="")


def test_what_is_asked_of_columns_without_headings(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "Windows,yes\nLinux,no\n"), "--os", "1")
    assert "column '2' holds 'yes', 'no': does it say which records are spam?" in result.stderr
    assert rows(invoke("tally", "r.csv", "--os", "1", "--spam", "2").stdout) == ["Windows,100.0,1"]


# JSON that holds no records


@pytest.mark.parametrize("orient", ["columns", "index", "split", "table"])
def test_a_frame_that_pandas_wrote_as_one_object(
    invoke: Invoke, write: Write, orient: Literal["columns", "index", "split", "table"]
) -> None:
    frame = pd.DataFrame({"os": ["Windows", "Linux"], "spam": [True, False]})
    text = frame.to_json(orient=orient)
    for name, written in (
        ("t.json", text),
        ("over_lines.json", json.dumps(json.loads(text), indent=1)),
    ):
        result = invoke("tally", write(name, written))
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"{name}: is one object with " in result.stderr
        assert "write an object for each of them (in pandas: orient='records')" in result.stderr
    assert rows(invoke("tally", write("t.json", frame.to_json(orient="records"))).stdout) == [
        "Windows,100.0,1"
    ]


@pytest.mark.parametrize("indent", [None, 1])
def test_records_in_an_array_under_a_key(invoke: Invoke, write: Write, indent: int | None) -> None:
    records = [{"os": "Windows"}, {"os": "Linux"}]
    result = invoke("tally", write("t.json", json.dumps({"data": records}, indent=indent)))
    assert (
        "error: t.json: is one object with 1 key, and no records; write an object for each of them "
        """(jq -c '."data"[]')"""
    ) in result.stderr
    result = invoke("tally", write("t.json", json.dumps({"it's": records})))
    [command] = re.findall(r"\((jq .*)\)", result.stderr)
    assert shlex.split(command) == ["jq", "-c", '."it\'s"[]']
    hits = {"took": 1, "hits": {"hits": [{"_source": record} for record in records]}}
    result = invoke("tally", write("t.json", json.dumps(hits, indent=indent)))
    assert "error: can't tell which column holds the OS; there are 'took', 'hits'" in result.stderr


# What a database client writes around its rows


@pytest.mark.parametrize("footer", ["(2 rows)", "2 rows in set (0.00 sec)", "(2 Zeilen)"])
def test_a_footer_is_no_system(invoke: Invoke, write: Write, footer: str) -> None:
    result = invoke("tally", write("r.csv", f"os\nLinux\nWindows\n{footer}\n"))
    assert result.complaints == [
        f"error: r.csv:4: column 'os': {footer!r} is a footer, not a record; delete that line"
    ]
    result = invoke("tally", write("r.csv", f"os|x\nLinux|a\nWindows|b\n\n{footer}\n"))
    assert "r.csv:5: can't be read (1 of 3 records)" in result.stderr


@pytest.mark.parametrize(
    "text",
    [
        " os      | x \n---------+---\n Linux   | a\n Windows | b\n",
        "os,x\n--,-\nLinux,a\nWindows,b\n",
        "os\n-------\nLinux\nWindows\n",
        "os\tx\n---\t---\nLinux\ta\nWindows\tb\n",
    ],
)
def test_a_rule_below_the_headings_is_no_record(invoke: Invoke, write: Write, text: str) -> None:
    result = invoke("tally", write("r.csv", text), "--spam", "", "-v")
    assert messages(result.stdout) == [["Linux", "1"], ["Windows", "1"]]
    assert "2 records" in result.stderr


# Weights


def test_weights_of_billions(invoke: Invoke, write: Write) -> None:
    write("w.csv", "os,n\nWindows,4000000000\nLinux,3000000000\nLinux,3000000000\n")
    assert rows(invoke("tally", "w.csv", "--weight", "n", "--spam", "").stdout) == [
        "Linux,60.0,6000000000",
        "Windows,40.0,4000000000",
    ]
    frame = pd.DataFrame({"os": ["Windows", "Linux"], "n": [4_000_000_000, 6_000_000_000]})
    assert tally(frame, weight="n", spam="")["messages"].tolist() == [6_000_000_000, 4_000_000_000]
    with pytest.raises(SpamIndexError, match="more than 3037000499 messages, too many"):
        tally(frame, weight="n", spam="", cluster="os")
    result = invoke("tally", "w.csv", "--weight", "n", "--spam", "", "--cluster", "os")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "column 'n': adds up to more than 3037000499 messages" in result.stderr


def test_spam_that_counts_nothing_says_why(invoke: Invoke, write: Write) -> None:
    write("w.csv", "os,n,ip\nWindows,0,x\nLinux,0,y\n")
    options = ("tally", "w.csv", "--spam", "")
    assert invoke(*options, "--weight", "n").complaints == [
        "error: w.csv: no record of spam stands for any message"
    ]
    assert (
        "error: w.csv: no record of spam has an address that can be read, so there is no machine "
        "to count"
    ) in invoke(*options, "--count", "machines").complaints
    write("w.csv", "os\n\n???\n-\n")
    assert invoke(*options, "--ignore-unknown").complaints == [
        "error: w.csv: no record of spam has a known OS"
    ]


# Flags


def test_a_value_with_a_comma_is_in_quotation_marks(invoke: Invoke, write: Write) -> None:
    write("r.csv", 'os,v\nLinux,"spam, high"\nWindows,ham\nAIX,low\n')
    result = invoke("tally", "r.csv", "--spam", 'v="spam, high",low')
    assert messages(result.stdout) == [["AIX", "1"], ["Linux", "1"]]
    result = invoke("tally", "r.csv", "--spam", 'v="spam, high",none')
    assert """(--spam 'v="spam, high"' leaves it out)""" in result.stderr


def test_one_of_several_labels_may_mean_spam(invoke: Invoke, write: Write) -> None:
    records = [
        {"os": "Linux", "tags": ["bulk", "Spam"]},
        {"os": "Windows", "tags": ["ham", "bulk"]},
        {"os": "AIX", "tags": []},
        {"os": "BSD", "tags": "spam"},
    ]
    write("r.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    assert rows(invoke("tally", "r.jsonl", "--spam", "tags=spam").stdout) == [
        "BSD,50.0,1",
        "Linux,50.0,1",
    ]
    duckdb.sql(
        "copy (select 'Linux' as os, ['bulk', 'Spam'] as tags union all "
        "select 'Windows', ['ham'] union all select 'AIX', null) to 'r.parquet'"
    )
    assert rows(invoke("tally", "r.parquet", "--spam", "tags=spam").stdout) == ["Linux,100.0,1"]
    for path in ("r.jsonl", "r.parquet"):
        result = invoke("tally", path, "--spam", "tags=odd")
        assert "none of " in result.stderr
    by_tags = ("--spam", "", "--by", "tags")
    assert (
        """column 'tags' holds ["bulk","Spam"], and no single value; name what is in it by its """
        "path, such as tags.0"
    ) in invoke("tally", "r.jsonl", *by_tags).stderr
    result = invoke("tally", "r.parquet", *by_tags)  # what is in a list of Parquet has no path
    assert """holds ["bulk","Spam"], and no single value; make one of it\n""" in result.stderr


# Times


def test_a_day_and_an_hour_in_two_columns(invoke: Invoke, write: Write) -> None:
    write("p0f.log", LOG)
    write("r.csv", "date,time,ip\n2016-07-11,10:00:00,192.0.2.8\n")
    options = ("tally", "r.csv", "--fingerprints", "p0f.log", "--spam", "")
    result = invoke(*options)
    assert result.complaints == [
        "error: column 'date' holds the day and 'time' the time of day: write both into one column, such "
        "as 2010-03-01T12:00:00; --time '' takes the latest fingerprint"
    ]
    assert rows(invoke(*options, "--time", "").stdout) == ["Windows,100.0,1"]


# Where a cell is


@pytest.mark.parametrize(
    ("text", "options", "where"),
    [
        ("os,n\nWindows,4\nLinux,x\n", ("--weight", "n"), "r.csv:3: column 'n': 'x' is no"),
        ('# a\nos,n\n"A\nB",4\nLinux,x\n', ("--weight", "n"), "r.csv:5: column 'n': 'x' is no"),
        (
            "os,t\nA,2010-01-01\nB, soon\n",
            ("--by", "t:month"),
            "r.csv:3: column 't': ' soon' is no",
        ),
        ("#fields\tos\tn\nA\t4\nB\tx\n", ("--weight", "n"), "r.csv:3: column 'n': 'x' is no"),
    ],
)
def test_the_line_of_a_cell_that_cannot_be_used(
    invoke: Invoke, write: Write, text: str, options: tuple[str, ...], where: str
) -> None:
    result = invoke("tally", write("r.csv", text), "--spam", "", *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert where in result.stderr


# Names of columns


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (
            ("--by", "time:wek"),
            "'wek' is not a span of time: write day, week, month, quarter, year",
        ),
        (("--by", "nosuch"), "no column is called 'nosuch'; there are 'os', 'time', '#'"),
        (("--by", "nosuch:week"), "no column is called 'nosuch'; "),
        (("--by", ":nosuch"), "no column is called ':nosuch'; "),
        (("--os", "nosuch"), "no column is called 'nosuch'; "),
        (("--os", "os:week"), "no column is called 'os:week'; "),
        (("--os", "os:wek"), "no column is called 'os:wek'; "),
    ],
)
def test_a_span_is_missed_where_one_is_asked_for(
    invoke: Invoke, write: Write, options: tuple[str, ...], complaint: str
) -> None:
    result = invoke("tally", write("r.csv", "os,time,#\nLinux,2010-03-01,x\n"), *options)
    assert result.complaints[0].startswith(f"error: {complaint}")


# What would count the contrary, or twice


@pytest.mark.parametrize("spam", ["verdict!=ham", "verdict >= 5", "verdict~=spam", "verdict<5=x"])
def test_values_for_spam_are_not_compared(invoke: Invoke, write: Write, spam: str) -> None:
    write("r.csv", "os,verdict\nLinux,ham\nWindows,spam\n")
    result = invoke("tally", "r.csv", "--spam", spam)
    assert (result.exit_code, result.stdout) in ((1, ""), (2, ""))
    with pytest.raises(SpamIndexError):
        tally(pd.read_csv("r.csv"), spam=spam)


@pytest.mark.parametrize("cell", ["['spam']", '["bulk", "spam"]', "bulk,spam", "spam; bulk"])
def test_several_values_in_one_cell(invoke: Invoke, write: Write, cell: str) -> None:
    table = pd.DataFrame({"os": ["Linux", "Windows", "macOS"], "is": [cell, "spam", "not spam"]})
    write("r.csv", table.to_csv(index=False))
    result = invoke("tally", "r.csv", "--spam", "is=spam")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"r.csv:2: column 'is': {cell!r} holds several values" in result.stderr
    [remedy] = re.findall(r"(--spam .*) takes such", result.stderr)
    assert messages(invoke("tally", "r.csv", *shlex.split(remedy)).stdout) == [
        ["Linux", "1"],
        ["Windows", "1"],
    ]


def test_a_weight_that_may_be_in_thousands(invoke: Invoke, write: Write) -> None:
    write("r.csv", "os,n\nLinux,1.000\nWindows,950\n")
    result = invoke("tally", "r.csv", "--spam", "", "--weight", "n")
    assert result.complaints == [
        "error: r.csv:2: column 'n': '1.000' is not a number of messages such as 1000"
    ]


@pytest.mark.parametrize("options", [[], ["--fingerprints", "p0f.log"]])
def test_headings_in_another_order(invoke: Invoke, write: Write, options: list[str]) -> None:
    write("p0f.log", LOG)
    who = ("192.0.2.8", "client_ip") if options else ("Windows", "os")
    write("r.csv", f"{who[1]},verdict\n{who[0]},spam\nverdict,{who[1]}\nspam,{who[0]}\n")
    result = invoke("tally", "r.csv", "--spam", "verdict=spam", *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "r.csv: the headings are repeated in another order" in result.stderr


@pytest.mark.parametrize("line", ["# 2,Linux,1", "#2,Linux,1"])
def test_a_record_that_is_commented_out(invoke: Invoke, write: Write, line: str) -> None:
    write("r.csv", f"id,os,is_spam\n1,Linux,1\n{line}\n3,Linux,1\n")
    result = invoke("tally", "r.csv")
    assert result.complaints == [
        "error: r.csv:3: begins like a comment (1 of 3 records); delete such lines"
    ]
    write("r.csv", "id,os,is_spam\n#1,Linux,1\n#2,Linux,1\n")
    assert messages(invoke("tally", "r.csv").stdout) == [["Linux", "2"]]


def test_keys_in_two_spellings(invoke: Invoke, write: Write) -> None:
    write("r.jsonl", '{"os":"Windows","is_spam":true}\n{"OS":"Linux","is_spam":true}\n')
    for os in ("os", "OS"):
        result = invoke("tally", "r.jsonl", "--os", os)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "instead; give them one name" in result.stderr


def test_a_file_beside_its_packed_copy(invoke: Invoke, write: Write) -> None:
    for name in ("a.csv", "a.csv.gz"):
        table = b"os,spam\nLinux,1\n"
        write(name, gzip.compress(table) if name.endswith("gz") else table)
    result = invoke("tally", ".")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "a.csv packed, by its name; name the files that count" in result.stderr
    assert messages(invoke("tally", "a.csv").stdout) == [["Linux", "1"]]


@pytest.mark.parametrize("folder", ["_temporary", ".ipynb_checkpoints"])
def test_folders_of_what_is_half_done(
    invoke: Invoke, write: Write, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "m" / folder).mkdir(parents=True)
    for name in ("m/a.csv", f"m/{folder}/a-1.csv"):
        write(name, "os,spam\nLinux,1\n")
    assert messages(invoke("tally", "m").stdout) == [["Linux", "1"]]


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("n", "3", "2.5::double"),
        ("score", "5", "5.4::double"),
        ("spam", "true", "7"),
        ("time", "timestamp '2010-02-01 10:00:00'", "timestamptz '2010-02-01 10:00:00Z'"),
    ],
)
def test_parquet_of_two_types(
    invoke: Invoke, write: Write, column: str, first: str, second: str
) -> None:
    write("p0f.log", LOG)
    for name, value in (("a", first), ("b", second)):
        duckdb.sql(f"copy (select 'Linux' as os, {value} as {column}) to '{name}.parquet'")
    result = invoke("tally", "a.parquet", "b.parquet", "--spam", "", "--weight", "")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"b.parquet: column {column!r} is " in result.stderr
    duckdb.sql(f"copy (select 'Linux' as os, 3::tinyint as {column}) to 'a.parquet'")
    duckdb.sql(f"copy (select 'Linux' as os, 3::bigint as {column}) to 'b.parquet'")
    result = invoke("tally", "a.parquet", "b.parquet", "--spam", "", "--weight", "")
    assert messages(result.stdout) == [["Linux", "2"]]
