"""From message records to shares, and the fingerprints that name who sent them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from spamindex import tally
from spamindex.messages.tallies import ClusterSums, design_effect
from tests.conftest import SHARE, Invoke, Write
from tests.messages.tallying import COUNTED, LOG, MESSAGES, RECORDS, SPAM, messages, rows


def test_records_are_counted_by_the_family_of_their_os(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", RECORDS), "-v")
    assert result.stdout == "\n".join(["os,spam_share,messages", *COUNTED, ""])
    assert result.complaints == [
        "note: r.csv: OS in column 'os_fp'; spam in column 'spam'; "
        "8 records: 6 spam (2 of an unknown OS), 2 not spam, 0 unreadable"
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
    assert (
        "r.csv: column 'os_fp': none of 8 records is spam; there are 'Windows XP'" in result.stderr
    )


def test_unknown_ones_are_left_out_and_counted(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", RECORDS), "--ignore-unknown")
    assert rows(result.stdout) == ["Linux,50.0,2", "Windows,50.0,2"]
    assert "; spam of an unknown OS left out: 2 of 6" in result.stderr
    only = write("u.csv", "os\n???\nunknown\n")
    result = invoke("tally", only, "--ignore-unknown")
    assert result.complaints == ["error: u.csv: no record of spam has a known OS"]


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
        "error: r.csv:2: column 'time': '03/01/2010' is not a time that gives its month, such as "
        "2010-03-01T12:00:00Z"
    ]


def test_a_missing_os_is_unknown_however_it_is_written(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "os,x\nNA,1\nNULL,2\nnull,3\n,4\n"))
    assert messages(result.stdout) == [["Unknown", "4"]]


def test_an_abbreviation_of_a_country_is_a_name(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "country\nNA\nDE\n"), "--os", "country")
    assert messages(result.stdout) == [["DE", "1"], ["NA", "1"]]


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


@pytest.mark.parametrize("heading", ["Visits", "Freq", "count(*)", "n_messages", "Anzahl"])
def test_records_with_counts_are_refused_until_it_is_said_what_they_are(
    invoke: Invoke, write: Write, heading: str
) -> None:
    result = invoke("tally", write("r.csv", f"os,{heading}\nLinux,5\nWindows,15\n"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "how many messages is a row? --weight " in result.stderr


def test_records_with_counts_are_counted_as_the_weight_says(invoke: Invoke, write: Write) -> None:
    write("r.csv", "os,count(*)\nLinux,5\nWindows,15\n")
    assert messages(invoke("tally", "r.csv", "--weight", "count(*)").stdout) == [
        ["Windows", "15"], ["Linux", "5"]
    ]  # fmt: skip
    assert messages(invoke("tally", "r.csv", "--weight", "").stdout) == [
        ["Linux", "1"], ["Windows", "1"]
    ]  # fmt: skip


def test_a_table_of_shares_is_no_table_of_records(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "os,Marktanteil\nLinux,1.03\nWindows,91.58\n"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "column 'Marktanteil' holds shares" in result.stderr


@pytest.mark.parametrize("weight", ["-1", "x", "", "2.5"])
def test_a_weight_is_a_number_of_messages(invoke: Invoke, write: Write, weight: str) -> None:
    write("r.csv", f"os,n\nLinux,2\nWindows,{weight}\n")
    result = invoke("tally", "r.csv", "--weight", "n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"column 'n': {weight!r} is not a number of messages" in result.stderr


@pytest.mark.parametrize(
    ("column", "yes", "no"),
    [
        ("spam", "WAHR", "FALSCH"), ("Is_Spam", "Yes", "No"), ("ISSPAM", "1", "0"),
        ("X-Spam-Flag", "да", "нет"),
    ],
)  # fmt: skip
def test_a_flag_in_any_spelling_and_language(
    invoke: Invoke, write: Write, column: str, yes: str, no: str
) -> None:
    write("r.csv", f"os,{column}\nLinux,{yes}\nWindows,{no}\n")
    assert messages(invoke("tally", "r.csv").stdout) == [["Linux", "1"]]


@pytest.mark.parametrize("values", [("1", "0", "2"), ("12.3", "0.2", "1"), ("yes", "no", "maybe")])
def test_a_third_value_of_a_flag_is_refused_with_the_values(
    invoke: Invoke, write: Write, values: tuple[str, ...]
) -> None:
    write("r.csv", "os,spam\n" + "".join(f"Linux,{value}\n" for value in values))
    result = invoke("tally", "r.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert all(repr(value) in result.stderr for value in values)
    assert "--spam spam=VALUE" in result.stderr
    assert messages(invoke("tally", "r.csv", "--spam", f"spam={values[0]}").stdout) == [
        ["Linux", "1"]
    ]  # fmt: skip


def test_records_without_the_flag_are_refused_until_its_value_is_named(
    invoke: Invoke, write: Write
) -> None:
    write("r.csv", "os,spam\nLinux,true\nWindows,\nWindows,false\n")
    result = invoke("tally", "r.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no value in 1 of 3 records" in result.stderr
    assert messages(invoke("tally", "r.csv", "--spam", "spam=true").stdout) == [["Linux", "1"]]


def test_a_value_that_no_record_has_is_doubted(invoke: Invoke, write: Write) -> None:
    write("r.csv", "os,verdict\nLinux,spam\nWindows,bulk\n")
    result = invoke("tally", "r.csv", "--spam", "verdict=spam,bluk")
    assert messages(result.stdout) == [["Linux", "1"]]
    assert "no record has 'bluk'; there are 'bulk', 'spam'" in result.stderr
    assert invoke("tally", "r.csv", "--spam", "verdict=spam,bluk", "--strict").exit_code == 1
    assert invoke("tally", "r.csv", "--spam", "verdict=spam,bulk", "--strict").exit_code == 0
    both = ("--spam", "verdict=spam", "--spam", "verdict=bulk")
    assert messages(invoke("tally", "r.csv", *both).stdout) == [["Linux", "1"], ["Windows", "1"]]


def test_errors_of_cells_name_the_file(invoke: Invoke, write: Write) -> None:
    write("r.csv", "os,n,time,spam\nLinux,x,noon,maybe\nWindows,1,noon,yes\n")
    for where, *options in (
        ("r.csv:2", "--weight", "n"),
        ("r.csv:2", "--by", "time:day", "--spam", ""),
        ("r.csv", "--spam", "spam"),
    ):
        result = invoke("tally", "r.csv", *options)
        assert result.complaints[0].startswith(f"error: {where}: column '")


def test_machines_count_once_for_each_os(invoke: Invoke, write: Write) -> None:
    write(
        "r.csv",
        "ip,os\n192.0.2.1,Windows XP\n192.0.2.1,Windows 7\n[192.0.2.1],Linux\n192.0.2.2,Linux\n",
    )
    result = invoke("tally", "r.csv", "--count", "machines")
    assert result.stdout.splitlines() == [
        "os,spam_share,machines",
        "Linux,66.66666666666667,2",
        "Windows,33.333333333333336,1",
    ]


def test_alternatives_of_equal_weight_are_unknown(invoke: Invoke, write: Write) -> None:
    write(
        "r.csv", "os\nDebian 12:5|Ubuntu 20.x:5\nDebian 12:5|Windows 10:5\nWindows 10:9|Linux:5\n"
    )
    assert messages(invoke("tally", "r.csv").stdout) == [
        ["Linux", "1"], ["Unknown", "1"], ["Windows", "1"]
    ]  # fmt: skip


def test_no_address_that_p0f_knows_is_said(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "ip\n203.0.113.250\n"), "--fingerprints", LOG)
    assert "no address in column 'ip' has a fingerprint; is it the right one?" in result.stderr


def test_a_missing_spam_value_is_not_the_word_none(invoke: Invoke, write: Write) -> None:
    write("r.csv", "os,kind\nLinux,\nWindows,none\nLinux,x\n")
    assert rows(invoke("tally", "r.csv", "--spam", "kind=none").stdout) == ["Windows,100.0,1"]


@pytest.mark.parametrize(
    "options",
    [
        ("--log-zone", "UTC"), ("--log-zone", "Mars"),
        ("--fingerprints", LOG, "--os", "x"), ("--remote", "sc://x"), ("--by", "os"),
        ("--by", "a:month", "--by", "b:month"), ("--spam", "="),
        ("--spam", "a=1", "--spam", "b=2"), ("--spam", "a=1", "--spam", "a"), ("--port", "smtp"), ("-",),
    ],
)  # fmt: skip
def test_options_that_would_change_nothing_are_refused(
    invoke: Invoke, options: tuple[str, ...]
) -> None:
    result = invoke("tally", "-", *options)
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("option", ["--client", "--time", "--fresh", "--log-zone"])
def test_what_is_asked_of_fingerprints_needs_some(invoke: Invoke, option: str) -> None:
    value = {"--fresh": "7d", "--log-zone": "UTC"}.get(option, "seen")
    called = {"--fresh": "DURATION", "--log-zone": "ZONE"}.get(option, "COLUMN")
    result = invoke("tally", "-", option, value)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.complaints == [f"error: {option} {called} needs --fingerprints LOG"]


@pytest.mark.parametrize("option", ["--cluster", "--weight"])
def test_machines_count_once(invoke: Invoke, option: str) -> None:
    result = invoke("tally", "-", "--count", "machines", option, "x")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.complaints == [f"error: choose --count machines or {option} COLUMN, not both"]


def test_fingerprints_know_the_os_of_a_client(invoke: Invoke) -> None:
    result = invoke("tally", MESSAGES, "--fingerprints", LOG, *SPAM, "-v")
    assert [row.split(",")[::2] for row in rows(result.stdout)] == [
        ["Windows", "32"], ["Linux", "8"], ["Unknown", "6"], ["macOS", "2"]
    ]  # fmt: skip
    assert result.complaints == [
        f"note: {MESSAGES}: addresses in column 'client_ip'; times in column 'time'; "
        "spam in column 'content_type'; "
        "60 records: 48 spam (6 of an unknown OS), 12 not spam, 0 unreadable; "
        "3 messages of addresses without a fingerprint"
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
        "2010-03-01T00:00:00",
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
    times = ["2010-02-01T11:30:00Z", "2010-02-01 12:30:00+0100", "1265023800", "1265023800000"]
    for time in times:
        write("r.csv", f"ip,time\n192.0.2.1,{time}\n")
        result = invoke("tally", "r.csv", "--fingerprints", log)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "--log-zone UTC" in result.stderr
    write("r.csv", "ip,time\n" + "".join(f"192.0.2.1,{time}\n" for time in times))
    result = invoke("tally", "r.csv", "--fingerprints", log, "--log-zone", "UTC")
    assert rows(result.stdout) == ["Windows,100.0,4"]
    result = invoke("tally", "r.csv", "--fingerprints", log, "--log-zone", "Europe/Paris")
    assert rows(result.stdout) == ["Linux,100.0,4"]


@pytest.mark.parametrize(
    "time", ["2010-02-30 12:00:00", "0000-00-00 00:00:00", "2010-02-01 12:00:00 EST", "noon"]
)
def test_what_is_no_time_is_refused_where_it_matters(
    invoke: Invoke, write: Write, time: str
) -> None:
    log = write("p0f.log", LOG_OVER_TIME)
    write("r.csv", f"ip,time\n192.0.2.1,{time}\n")
    result = invoke("tally", "r.csv", "--fingerprints", log)
    assert (result.exit_code, result.stdout) == (1, "")
    assert repr(time) in result.stderr


def test_what_is_no_time_does_no_harm_where_it_does_not_matter(
    invoke: Invoke, write: Write
) -> None:
    log = write("p0f.log", LOG_OVER_TIME)
    write("r.csv", "ip,time\n192.0.2.1,noon\n")
    latest = invoke("tally", "r.csv", "--fingerprints", log, "--time", "")
    assert rows(latest.stdout) == ["Linux,100.0,1"]
    result = invoke("tally", "r.csv", "--fingerprints", log, "--time", "", "--by", "time:month")
    assert (result.exit_code, result.stdout) == (1, "")


def test_the_latest_of_several_fingerprints_is_doubted_where_no_time_is_known(
    invoke: Invoke, write: Write
) -> None:
    log = write("p0f.log", LOG_OVER_TIME)
    write("ips", "192.0.2.1\n192.0.2.2\n")
    result = invoke("tally", "ips", "--fingerprints", log)
    assert result.complaints[-1] == (
        "warning: ips: 1 record without a time, of a client that changes its fingerprint, counted "
        "by the latest one (--time '' takes the latest fingerprint, --time COLUMN names the "
        "column of times)"
    )
    assert invoke("tally", "ips", "--fingerprints", log, "--strict").exit_code == 1
    assert invoke("tally", "ips", "--fingerprints", log, "--strict", "--time", "").exit_code == 0
    write("same", "192.0.2.2\n")
    assert invoke("tally", "same", "--fingerprints", log, "--strict").exit_code == 0


def test_only_of_times_without_a_zone_it_is_said_that_they_are_taken_for_utc(
    invoke: Invoke, write: Write
) -> None:
    options = ("--fingerprints", write("p0f.log", LOG_OVER_TIME), "--log-zone", "UTC", "-v")
    for time, is_said in (("1265023800", False), ("2010-02-01 11:30:00", True)):
        result = invoke("tally", write("r.csv", f"ip,time\n192.0.2.1,{time}\n"), *options)
        assert rows(result.stdout) == ["Windows,100.0,1"]
        assert ("times without a zone are taken for UTC" in result.stderr) == is_said


def test_an_hour_that_comes_twice_in_the_log_is_said(invoke: Invoke, write: Write) -> None:
    twice = syn("2010/10/31 02:30:00", "192.0.2.1", "os=Windows XP")
    log = write("p0f.log", LOG_OVER_TIME + twice)
    write("r.csv", "ip,time\n192.0.2.1,2010-10-31T01:00:00Z\n")
    said = "of the hour that comes twice when summer time ends, taken for the second one: 1"
    for zone, is_said in (("Europe/Paris", True), ("UTC", False)):
        result = invoke("tally", "r.csv", "--fingerprints", log, "--log-zone", zone)
        assert rows(result.stdout) == ["Linux,100.0,1"]
        assert (said in result.stderr) == is_said


def test_a_fingerprint_holds_as_long_as_it_is_fresh(invoke: Invoke, write: Write) -> None:
    log = write("p0f.log", LOG_OVER_TIME)
    times = ["2010-01-09 12:00:00", "2010-01-09 11:59:59", "2010-01-21 12:00:00",
             "2010-01-21 12:00:01", "2010-02-02 11:00:00"]  # fmt: skip
    write("r.csv", "ip,time,n\n" + "".join(f"192.0.2.1,{t},{i}\n" for i, t in enumerate(times)))
    result = invoke("tally", "r.csv", "--fingerprints", log, "--fresh", "1d", "--by", "n")
    assert [row.split(",")[:2] for row in rows(result.stdout)] == [
        ["0", "Windows"], ["1", "Unknown"], ["2", "Windows"], ["3", "Unknown"], ["4", "Linux"]
    ]  # fmt: skip


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
    assert "p0f.log:7: can't be read (1 of 5 records); --skip-bad leaves them out" in (
        result.stderr
    )
    result = invoke("tally", log, "--skip-bad")
    assert "warning: p0f.log: line 7 can't be read (1 of 5 records); left out" in (
        result.complaints
    )


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


def test_a_missing_extra_is_named(write: Write) -> None:
    write("r.csv", RECORDS)
    for module in ("narwhals", "duckdb"):
        code = (
            f"import sys; sys.modules[{module!r}] = None; "
            "from spamindex.cli.main import main; main()"
        )
        result = subprocess.run(
            [sys.executable, "-c", code, "tally", "r.csv"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (result.returncode, result.stdout) == (1, "")
        assert "pip install 'spamindex[messages]'" in result.stderr
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "cells",
    [
        ("yes", "no", "no"),
        ("spam", "ham", "ham"),
        ("1", "0", "0"),
        ("Spam", "Bulk", "Clean"),
        ("not spam", "probable spam", ""),
    ],
)
def test_a_column_whose_cells_look_like_a_flag_is_asked_about(
    invoke: Invoke, write: Write, cells: tuple[str, ...]
) -> None:
    records = [
        f"{os},{cell},mx\n" for os, cell in zip(["Windows", "Linux", "Mac"], cells, strict=True)
    ]
    result = invoke("tally", write("r.csv", "os,verdict,server\n" + "".join(records)))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "column 'verdict' holds " in result.stderr
    ways = "--spam verdict=VALUE,... says which values mean spam, --spam '' if all records are spam"
    assert ways in result.stderr  # and takes no side: that of is_ham would be the wrong one
    result = invoke("tally", "r.csv", "--spam", f"verdict={cells[0]}", "--strict")
    assert messages(result.stdout) == [["Windows", "1"]]
    result = invoke("tally", "r.csv", "--spam", "", "--strict")
    assert messages(result.stdout) == [["Linux", "1"], ["Windows", "1"], ["macOS", "1"]]


def test_that_all_records_are_taken_for_spam_is_doubted_where_a_column_may_say_more(
    invoke: Invoke, write: Write
) -> None:
    write("r.csv", "os,subject\nWindows,buy\nLinux,re: spam is bad\n")
    assert invoke("tally", "r.csv").complaints == [
        "warning: r.csv: all records count as spam, since no column is known to say which are "
        "(--spam '' if they are, --spam COLUMN[=VALUE,...] names the column)"
    ]
    assert invoke("tally", "r.csv", "--strict").exit_code == 1
    assert invoke("tally", "r.csv", "--spam", "", "--strict").complaints == []
    write("s.csv", "time,os,ip\n2010-03-01,Windows,192.0.2.1\n")
    assert invoke("tally", "s.csv", "--strict").exit_code == 0


@pytest.mark.parametrize(
    ("headings", "what", "option"),
    [
        ("os,os_fp", "the OS", "--os"),
        ("client_ip,ip", "the client's address", "--client"),
        ("ip,date,time", "the times", "--time"),
        ("os,spam,is_spam", "what is spam", "--spam"),
    ],
)
def test_two_columns_of_one_role_are_refused(
    invoke: Invoke, write: Write, headings: str, what: str, option: str
) -> None:
    log = write("p0f.log", LOG_OVER_TIME)
    write("r.csv", f"{headings}\n" + ",".join(["x"] * len(headings.split(","))) + "\n")
    known = () if headings.startswith("os") else ("--fingerprints", log)
    result = invoke("tally", "r.csv", *known)
    assert (result.exit_code, result.stdout) == (1, "")
    rivals = headings.split(",")[-2:]
    assert f"{', '.join(map(repr, rivals))}: which of these columns holds {what}? " in result.stderr
    assert f"{option} {rivals[0]} takes that one, {option} {rivals[1]}" in result.stderr


def test_seconds_since_1970_are_meant_before_other_times(invoke: Invoke, write: Write) -> None:
    log = write("p0f.log", LOG_OVER_TIME)
    write("r.csv", "ip,time,unix_time\n192.0.2.1,x,1265023800\n")  # 2010-02-01T11:30:00Z
    result = invoke("tally", "r.csv", "--fingerprints", log, "--log-zone", "UTC", "-v")
    assert rows(result.stdout) == ["Windows,100.0,1"]
    assert "times in column 'unix_time'" in result.stderr


def test_sample_names_its_own_option_for_the_column(invoke: Invoke, write: Write) -> None:
    result = invoke("sample", write("r.csv", "a,b\n1,2\n"), "--os", "Linux")
    assert "--os-column COLUMN names it" in result.stderr


def test_clusters_of_very_unequal_sizes_are_said_to_tell_little(
    invoke: Invoke, write: Write
) -> None:
    lines = ["Linux,big"] * 100 + [f"{'Linux' if i % 2 else 'Windows'},c{i}" for i in range(40)]
    records = write("r.csv", "os,campaign\n" + "\n".join(lines) + "\n")
    said = invoke("tally", records, "--spam", "", "--cluster", "campaign").stderr
    # (100 + 40)² ÷ (100² + 40) = 1.95, and (100² + 40) ÷ 140 = 71.7
    assert (
        "41 clusters of so unequal sizes that they tell as much as 2 equal ones; the design effect "
        "may be up to 71.7"
    ) in said
    even = write("e.csv", "os,campaign\n" + "\n".join(lines[100:]) + "\n")
    assert "unequal" not in invoke("tally", even, "--spam", "", "--cluster", "campaign").stderr


@pytest.mark.parametrize(
    ("records", "complaint"),
    [
        ("os,is_spam,x\nWindows,1,500\nWindows,0,300\nLinux,1,20\n", "is each row one message?"),
        ("time,os,n\n2010-03-01,Linux,2\n2010-03-02,Linux,9\n", "column 'n' holds counts"),
        ("os\tspam\tmessages\nWindows\t1\t1 024\nLinux\t1\t20\n", "'messages' holds counts"),
        ("os,is_ham\nWindows,0\nWindows,0\nLinux,1\n", "--spam is_ham=VALUE,... says"),
    ],
)
def test_what_a_row_or_a_flag_means_is_asked_and_not_guessed(
    invoke: Invoke, write: Write, records: str, complaint: str
) -> None:
    result = invoke("tally", write("r.csv" if "," in records else "r.tsv", records))
    assert (result.exit_code, result.stdout) == (1, "")
    assert complaint in result.stderr


@pytest.mark.parametrize(
    "digits", ["201002011230", "2010020112", "129114972000000000", "999999999"]
)
def test_digits_that_may_be_a_date_are_no_seconds_since_1970(
    invoke: Invoke, write: Write, digits: str
) -> None:
    records = write("r.csv", f"time,os,spam\n{digits},Linux,1\n")
    result = invoke("tally", records, "--by", "time:month")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{digits!r} is not a time that gives its month" in result.stderr


def test_times_without_a_zone_beside_a_log_in_one_are_refused(invoke: Invoke, write: Write) -> None:
    log = write("p0f.log", LOG_OVER_TIME)
    write("r.csv", "ip,time\n192.0.2.1,2010-02-01 12:30:00\n")
    result = invoke("tally", "r.csv", "--fingerprints", log, "--log-zone", "Europe/Paris")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "has no time zone; is it in UTC, or in Europe/Paris as the log" in result.stderr
    syn = {"mod": "syn", "client_ip": "192.0.2.1", "server_ip": "192.0.2.25", "subject": "cli"}
    syn |= {"client_port": "4", "server_port": "25"}
    seen = (("2010-01-10T12:00:00Z", "Windows XP"), ("2010-02-01T12:00:00Z", "Linux 3.x"))
    log = write(
        "p0f.json", "".join(f"{json.dumps(syn | {'@timestamp': t, 'os': os})}\n" for t, os in seen)
    )
    result = invoke("tally", "r.csv", "--fingerprints", log)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "has no time zone, and the times in the log are in UTC; --log-zone UTC" in result.stderr
    result = invoke("tally", "r.csv", "--fingerprints", log, "--log-zone", "UTC")
    assert rows(result.stdout) == ["Linux,100.0,1"]


def test_blanks_around_a_cluster_make_no_other_one(invoke: Invoke, write: Write) -> None:
    records = write("r.csv", "camp,os,spam\nb,Linux,1\nb ,Linux,1\nc,Windows,1\n")
    result = invoke("tally", records, "--cluster", "camp")
    # p = 2/3; 2 ÷ 1 · 2 · (2 - 2/3 · 2)² ÷ 3² ÷ (2/3 · 1/3 ÷ 3) = 8/3
    assert result.stdout.splitlines()[1] == "Linux,66.66666666666667,2,2.6666666666666665,2"


def test_machines_and_clusters_by_month(invoke: Invoke, write: Write) -> None:
    days = ("01-30,192.0.2.1", "01-31,192.0.2.1", "02-01,192.0.2.1", "02-02,192.0.2.2")
    write("r.csv", "time,ip,os\n" + "".join(f"2010-{day},Linux\n" for day in days))
    options = ("tally", "r.csv", "--spam", "", "--by", "time:month")
    assert rows(invoke(*options, "--count", "machines").stdout) == [
        "2010-01,Linux,100.0,1", "2010-02,Linux,100.0,2"
    ]  # fmt: skip
    assert rows(invoke(*options, "--cluster", "client").stdout) == [
        "2010-01,Linux,100.0,2,2.0,1", "2010-02,Linux,100.0,2,1.0,2"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("x", "n", "whole_squares", "clusters", "effect"),
    [(0, 4, 8, 2, 2.0), (4, 4, 16, 1, 4.0), (2, 4, 16, 1, None), (0, 0, 0, 1, None)],
)
def test_a_design_effect_where_the_variance_says_nothing(
    x: int, n: int, whole_squares: int, clusters: int, effect: float | None
) -> None:
    assert design_effect(x, n, ClusterSums(x * x, x * n, whole_squares, clusters)) == effect


def test_clusters_by_the_column_of_addresses_are_those_of_clients(
    invoke: Invoke, write: Write
) -> None:
    records = "os,client_ip\nLinux,192.0.2.1\nLinux,192.0.2.1:25\nWindows,192.0.2.3\n"
    found = [
        invoke("tally", write("r.csv", records), "--spam", "", "--cluster", cluster).stdout
        for cluster in ("client", "client_ip")
    ]
    assert rows(found[0])[0].endswith(",2")
    assert found[0] == found[1]


def test_the_total_of_a_group_by_is_no_record(invoke: Invoke, write: Write) -> None:
    counts = write("r.csv", "os,count\nLinux,3\nWindows,5\nTotal,8\n")
    result = invoke("tally", counts, "--spam", "", "--weight", "count")
    assert result.complaints == [
        "error: r.csv:4: column 'os': 'Total' is a total, not a record; delete that line"
    ]


def test_the_latest_fingerprint_may_be_old(invoke: Invoke, write: Write) -> None:
    write("r.csv", "client_ip\n192.0.2.1\n")
    result = invoke("tally", "r.csv", "--fingerprints", LOG, "--time", "", "--fresh", "7d")
    assert result.complaints == ["error: choose --time '' or --fresh DURATION, not both"]


def test_the_library_takes_what_a_message_advises() -> None:
    frame = pd.DataFrame({"os": ["Linux", "Windows"], "verdict": ["junk", "ham"]})
    assert tally(frame, spam="verdict=junk")["os"].tolist() == ["Linux"]


def test_a_span_that_there_is_not(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "os,time\nLinux,2010-03-01\n"), "--by", "time:decade")
    assert (
        "error: 'decade' is not a span of time: write day, week, month, quarter, year"
    ) in result.stderr
    assert rows(invoke("tally", "r.csv", "--by", "time:quarter").stdout) == [
        "2010-Q1,Linux,100.0,1"
    ]


def test_what_is_no_address_is_warned_of_where_clusters_are_clients(
    invoke: Invoke, write: Write
) -> None:
    write("r.csv", "os,ip\nLinux,192.0.2.1\nLinux,mx1\nAIX,192.0.2.1\nAIX,\n")
    result = invoke("tally", "r.csv", "--cluster", "client")
    assert (
        "warning: r.csv: column 'ip': 1 message with what is no address, such as 'mx1'"
    ) in result.stderr
    assert "1 message without an address" in result.stderr


def test_logs_of_p0f_by_a_pattern_or_in_a_folder(
    invoke: Invoke, write: Write, tmp_path: Path
) -> None:
    line = "[2010/02/01 02:29:1{0}] mod=syn|cli=192.0.2.{0}/1|srv=192.0.2.25/25|subj=cli|os=AIX|\n"
    (tmp_path / "logs").mkdir()
    for number in (1, 2):
        write(f"logs/p0f.log.{number}", line.format(number).replace("AIX|", "AIX|dist=1|x"))
    write("r.csv", "ip\n192.0.2.1\n192.0.2.2\n192.0.2.3\n")
    for logs in ("logs", "logs/p0f.log*"):
        result = invoke("tally", "r.csv", "--fingerprints", logs)
        assert messages(result.stdout) == [["AIX", "2"], ["Unknown", "1"]]
    result = invoke("tally", "r.csv", "--fingerprints", "logs/*.gz")
    assert "error: logs/*.gz: no file has such a name" in result.stderr


@pytest.mark.parametrize(
    "time", ["31.01.2010 12:00:00", "Sun, 31 Jan 2010 12:00:00 +0000", "31/Jan/2010:12:00:00 +0000"]
)
def test_times_in_other_forms_are_refused_with_their_line(
    invoke: Invoke, write: Write, time: str
) -> None:
    write("r.csv", f"os;time\nLinux;2010-01-31T12:00:00Z\nLinux;{time}\n")
    result = invoke("tally", "r.csv", "--by", "time:month")
    assert result.exit_code == 1
    assert (
        f"error: r.csv:3: column 'time': {time!r} is not a time that gives its month, such as "
        "2010-03-01T12:00:00Z"
    ) in result.stderr


def test_a_comment_among_records_is_no_os(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("r.csv", "os,spam\nLinux,yes\n#Windows,yes\n"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.complaints == [
        "error: r.csv:3: column 'os': '#Windows' begins like a comment; delete that line"
    ]
    for line in ("//x,yes", '"#x",yes', " #x,yes"):
        result = invoke("tally", write("r.csv", f"os,spam\nLinux,yes\n{line}\n"))
        assert (result.exit_code, result.stdout) == (1, "")
        assert "begins like a comment" in result.complaints[0]
    assert messages(invoke("tally", write("r.csv", "os,spam\nLinux,yes\n#N/A,yes\n")).stdout) == [
        ["Linux", "1"], ["Unknown", "1"]
    ]  # fmt: skip


def test_columns_of_any_type_go_along_where_times_matter(invoke: Invoke, write: Write) -> None:
    import duckdb

    log = write("p0f.log", LOG_OVER_TIME)
    duckdb.sql(
        "copy (select '192.0.2.1' as ip, timestamp '2010-03-01 00:00:00' as time, i % 2 = 0 as spam, "
        "date '2010-03-01' as d, ['a'] as l, {'x': 1} as s from range(4) t(i)) to 'r.parquet'"
    )
    result = invoke("sample", "r.parquet", "--fingerprints", log, "--os", "Linux", "-f", "jsonl")
    assert [json.loads(line)["d"] for line in result.stdout.splitlines()] == ["2010-03-01"] * 2
    duckdb.sql("copy (select ip, spam from 'r.parquet') to 's.parquet'")
    result = invoke("tally", "s.parquet", "--fingerprints", log)
    assert rows(result.stdout) == ["Linux,100.0,2"]
    assert "warning: s.parquet: 2 records without a time, " in result.stderr


@pytest.mark.parametrize("named", ["country", "COUNTRY", "2"])
def test_columns_to_count_by_keep_the_name_they_are_given(
    invoke: Invoke, write: Write, named: str
) -> None:
    result = invoke("tally", write("r.csv", "os,country\nLinux,DE\nLinux,FR\n"), "--by", named)
    assert result.stdout.splitlines() == [
        f"{named},os,spam_share,messages", "DE,Linux,100.0,1", "FR,Linux,100.0,1"
    ]  # fmt: skip


def test_flags_in_parquet_count_as_those_in_text(invoke: Invoke, write: Write) -> None:
    import duckdb

    records = (
        "select * from (values ('Linux', true), ('Linux', false), ('BeOS', false)) t(os, spam)"
    )
    duckdb.sql(f"copy ({records}) to 'r.parquet'")
    duckdb.sql(f"copy ({records}) to 'r.csv'")
    result = invoke("tally", "r.parquet")
    assert rows(result.stdout) == ["Linux,100.0,1"]
    assert result.stdout == invoke("tally", "r.csv").stdout
    duckdb.sql(f"copy ({records} union all select 'Plan 9', null) to 'r.parquet'")
    assert "no value in 1 of 4 records" in invoke("tally", "r.parquet").complaints[0]
