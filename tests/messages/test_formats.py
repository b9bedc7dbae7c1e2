"""Each format in which mail lies on disks, in several guises, is read, or named and refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Invoke, Write
from tests.messages.tallying import messages, rows

LOG = """\
[2016/07/13 22:40:00] mod=syn|cli=192.0.2.8/40000|srv=192.0.2.25/25|subj=cli|os=Linux 3.x|dist=9|x
[2016/07/13 22:41:00] mod=syn|cli=192.0.2.9/40000|srv=192.0.2.25/25|subj=cli|os=Windows XP|dist=9|x
"""
BOTH = [["Linux", "1"], ["Windows", "1"]]


def event(os: str, **changed: object) -> dict[str, object]:
    """A SYN as T-Pot's p0f writes it."""
    return {
        "timestamp": "2013/11/26 15:30:19", "mod": "syn", "client_ip": "192.0.2.9",
        "server_ip": "192.0.2.25", "client_port": 51906, "server_port": 25, "subject": "cli",
        "os": os, "dist": "0", "params": "none", "raw_sig": "4:64+0:0:1460:mss*4",
        **changed,
    }  # fmt: skip


def fork(os: str, **changed: object) -> dict[str, object]:
    """A SYN in the keys of p0f's text."""
    return {
        "time": "2023/10/28 22:20:54", "mod": "syn", "cli": "192.0.2.9/54922",
        "srv": "192.0.2.25/25", "subj": "cli", "os": os, "dist": "0", "params": "none",
        **changed,
    }  # fmt: skip


def json_lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


# p0f


@pytest.mark.parametrize("written", [event, fork])
def test_p0f_in_json_counts_connections_and_no_other_events(
    invoke: Invoke, write: Write, written: Callable[..., dict[str, object]]
) -> None:
    subject = "subject" if written is event else "subj"
    text = json_lines(
        written("Windows 7 or 8"),
        written("FreeBSD 9.x", mod="syn+ack", **{subject: "srv"}),
        written("Windows 7 or 8", mod="mtu", link="DSL", raw_mtu="1492"),
        written("???"),
        {**written("x"), "os": None, "app": "NMap SYN scan"},
    )
    result = invoke("tally", write("p0f.json", text), "-v")
    assert messages(result.stdout) == [["Unknown", "2"], ["Windows", "1"]]
    assert "; 3 records: 3 spam" in result.stderr


@pytest.mark.parametrize("written", [event, fork])
def test_p0f_in_json_knows_clients(
    invoke: Invoke, write: Write, written: Callable[..., dict[str, object]]
) -> None:
    write("p0f.json", json_lines(written("Windows XP"), written("AIX", mod="syn+ack")))
    write("m.csv", "client_ip\n192.0.2.9\n192.0.2.8\n")
    result = invoke("tally", "m.csv", "--fingerprints", "p0f.json")
    assert messages(result.stdout) == [["Unknown", "1"], ["Windows", "1"]]


def test_ports_of_p0f_in_json(invoke: Invoke, write: Write) -> None:
    write("p0f.json", json_lines(event("Linux 3.x"), event("AIX", server_port=443)))
    assert rows(invoke("tally", "p0f.json", "--port", "25").stdout) == ["Linux,100.0,1"]
    write("p0f.json", json_lines(fork("AIX"), fork("Linux 3.x", srv="2001:db8::1/587")))
    assert rows(invoke("tally", "p0f.json", "--port", "587").stdout) == ["Linux,100.0,1"]


def test_text_and_json_of_p0f_are_one_kind(invoke: Invoke, write: Write) -> None:
    write("a.log", LOG)
    write("b.json", json_lines(event("Mac OS X")))
    result = invoke("tally", "a.log", "b.json")
    assert messages(result.stdout) == [["Linux", "1"], ["Windows", "1"], ["macOS", "1"]]


def test_damaged_events_of_p0f_are_unreadable(invoke: Invoke, write: Write) -> None:
    damaged = [
        '{"timestamp": "2013/11/26 15:30:19", "mod": "syn", "client_',
        json.dumps(event("Linux", timestamp="2013/13/26 15:30:19")),
        json.dumps(event("Linux", client_ip="a host")),
        json.dumps(event("Linux", server_port=None)),
        json.dumps(event("Linux", subject="srv")),
        json.dumps({**event("Linux"), "os": None}),
        "[]",
    ]
    write("p0f.json", json_lines(event("AIX")) + "".join(line + "\n" for line in damaged))
    result = invoke("tally", "p0f.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "p0f.json:2: can't be read (7 of 8 records)" in result.stderr
    result = invoke("tally", "p0f.json", "--skip-bad")
    assert rows(result.stdout) == ["AIX,100.0,1"]
    assert "line 2 can't be read (7 of 8 records); left out" in result.stderr


@pytest.mark.parametrize(
    "prefix",
    [
        "Nov 25 09:03:01 mx p0f[12]: ",
        "p0f-1  | ",
        "2024-06-04T11:49:28.123456789Z stdout F ",
        '{"log":"',
    ],
)
def test_a_p0f_log_behind_a_prefix(invoke: Invoke, write: Write, prefix: str) -> None:
    log = write("p0f.log", "".join(prefix + line + "\n" for line in LOG.splitlines()))
    assert messages(invoke("tally", log).stdout) == BOTH
    write("ips", "192.0.2.9\n")
    assert messages(invoke("tally", "ips", "--fingerprints", log).stdout) == [["Windows", "1"]]


def logstash(os: str, **changed: object) -> dict[str, object]:
    """A SYN as T-Pot keeps it in Elasticsearch."""
    return {
        "@timestamp": "2013-11-26T15:30:19.000Z", "type": "P0f", "mod": "syn", "src_ip": "192.0.2.9",
        "dest_ip": "192.0.2.25", "src_port": 51906, "dest_port": 25, "subject": "cli", "os": os,
        **changed,
    }  # fmt: skip


WRAPPED: dict[str, Callable[[list[dict[str, object]]], str]] = {
    "plain": lambda events: json_lines(*events),
    "array": json.dumps,
    "array over lines": lambda events: json.dumps(events, indent=2),
    "objects over lines": lambda events: "".join(json.dumps(e, indent=1) + "\n" for e in events),
    "syslog": lambda events: json_lines(*events).replace('{"t', 'Nov 25 09:03:01 mx p0f[1]: {"t'),
    "container": lambda events: json_lines(*events).replace('{"t', 'p0f-1  | {"t'),
    "docker": lambda events: json_lines(
        *({"log": json.dumps(event) + "\n", "stream": "stdout"} for event in events)
    ),
    "nested": lambda events: json_lines(*({"@version": "1", "p0f": event} for event in events)),
    "elastic": lambda events: json_lines(
        *({"_index": "logstash-2013", "_source": {"a~b/": {"it's": event}}} for event in events)
    ),
}


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_p0f_in_json_however_it_is_wrapped(invoke: Invoke, write: Write, wrapped: str) -> None:
    events = [
        event("Linux 3.x"),
        event("Windows XP"),
        event("AIX", mod="syn+ack", subject="srv"),
        event("AIX", server_port=443, client_ip="192.0.2.8"),
        event("???"),
    ]
    write("p0f.json", WRAPPED[wrapped](events))
    write("ips", "192.0.2.9\n192.0.2.8\n")
    counted = invoke("tally", "p0f.json", "--port", "25", "--no-family", "--by", "time:day")
    assert rows(counted.stdout) == [
        "2013-11-26,Linux 3.x,33.333333333333336,1", "2013-11-26,Unknown,33.333333333333336,1",
        "2013-11-26,Windows XP,33.333333333333336,1",
    ]  # fmt: skip
    assert rows(invoke("tally", "ips", "--fingerprints", "p0f.json").stdout) == [
        "AIX,50.0,1", "Windows,50.0,1",
    ]  # fmt: skip


@pytest.mark.parametrize("wrapped", ["syslog", "docker", "nested"])
def test_a_damaged_event_that_is_wrapped_is_named(
    invoke: Invoke, write: Write, wrapped: str
) -> None:
    text = WRAPPED[wrapped]([event("AIX"), event("AIX", client_ip="?"), event("AIX")])
    result = invoke("tally", write("p0f.json", text))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "p0f.json:2: can't be read (1 of 3 records)" in result.stderr


def test_events_that_logstash_has_kept_are_in_utc(invoke: Invoke, write: Write) -> None:
    first = logstash("Linux 3.x", **{"@timestamp": "2013-11-26T15:30:19Z"})
    events = [first, logstash("Windows XP", **{"@timestamp": "2013-11-27T15:30:19.500Z"})]
    write("es.json", json_lines(*events))
    assert messages(invoke("tally", "es.json", "--port", "25").stdout) == BOTH
    write("m.csv", "time,ip\n2013-11-27T16:00:00+01:00,192.0.2.9\n")
    for zone in ((), ("--log-zone", "Europe/Berlin")):
        result = invoke("tally", "m.csv", "--fingerprints", "es.json", *zone)
        assert rows(result.stdout) == ["Linux,100.0,1"], result.stderr
    write("local.json", json_lines(event("AIX", client_ip="192.0.2.7")))
    logs = ("--fingerprints", "es.json", "--fingerprints", "local.json")
    result = invoke("tally", "m.csv", *logs)
    assert result.complaints == [
        "error: some times in the logs are in UTC, others local; --log-zone ZONE says where they "
        "are local"
    ]
    result = invoke("tally", "m.csv", *logs, "--log-zone", "Europe/Berlin")
    assert rows(result.stdout) == ["Linux,100.0,1"]


# Logs with #fields


ZEEK = (
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tsmtp\n"
    "#fields\tts\tid.orig_h\tfrom\tos\n#types\ttime\taddr\tstring\tstring\n"
    '1468449727.5\t192.0.2.9\t"A A" <a@example.com>\tWindows\n'
    '1468449787.5\t192.0.2.8\tb, "c\td\n#close\t2016-07-13-23-00-00\n'.replace("c\td", "c\t-")
)


def test_a_log_of_zeek(invoke: Invoke, write: Write) -> None:
    write("p0f.log", LOG)
    write("smtp.log", ZEEK)
    result = invoke("tally", "smtp.log", "--fingerprints", "p0f.log", "-v")
    assert messages(result.stdout) == BOTH
    assert "2 records: 2 spam (0 of an unknown OS), 0 not spam, 0 unreadable" in result.stderr
    assert messages(invoke("tally", "smtp.log").stdout) == [["Unknown", "1"], ["Windows", "1"]]


def test_logs_of_zeek_put_together(invoke: Invoke, write: Write) -> None:
    assert messages(invoke("tally", write("z.log", ZEEK + ZEEK), "--os", "os").stdout) == [
        ["Unknown", "2"],
        ["Windows", "2"],
    ]
    other = ZEEK.replace("\tfrom\tos", "\tos\tfrom")
    result = invoke("tally", write("z.log", ZEEK + other))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "z.log: has several lines #fields that name different fields" in result.stderr


def test_a_cut_off_line_of_zeek(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("z.log", ZEEK.replace("\tWindows", "")))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "z.log:8: can't be read (1 of 2 records)" in result.stderr


@pytest.mark.parametrize(
    ("separator", "said"),
    [(",", ","), (",", "\\x2c"), ("|", "\\x7c"), (";", "\\x3B"), ("\t", "\\x09"), ("||", "\\x7c|")],
)
def test_zeek_with_other_signs(invoke: Invoke, write: Write, separator: str, said: str) -> None:
    text = "#empty_field,EMPTY\n#unset_field,?\n#fields,a,os\n1,Linux\n2,?\n3,EMPTY\n"
    text = f"#separator {said}\n" + text.replace(",", separator)
    assert messages(invoke("tally", write("z.log", text)).stdout) == [
        ["Unknown", "2"],
        ["Linux", "1"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "#fields\nLinux\n",
        "#fields\t\t\nLinux\tx\n",
        "#separator \\x2c\n#fields\ta\tos\n1\tLinux\n",
        "#Fields:\nLinux\n",
        "#Fields: \nLinux\n",
    ],
)
def test_fields_that_name_no_column(invoke: Invoke, write: Write, text: str) -> None:
    result = invoke("tally", write("z.log", text))
    assert result.complaints == ["error: z.log: #fields: names no column"]


def test_headings_that_are_blank_name_no_column(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("m.csv", ",,\nos,a,b\nLinux,1,2\n"), "--os", "1")
    assert result.complaints == ["error: m.csv:1: names no column"]


@pytest.mark.parametrize(
    "text",
    [
        "#Software: Microsoft Exchange Server\n#Fields: date-time,client-ip,message-subject\n"
        '2016-07-13T22:42:00Z,192.0.2.9,"Hi, you"\n2016-07-13T22:42:00Z,192.0.2.8,x\n',
        "#Version: 1.0\n#Fields: date time c-ip cs-uri-stem\n"
        "2016-07-13 22:42:00 192.0.2.9 -\n#Fields: date time c-ip cs-uri-stem\n"
        "2016-07-13 22:43:00 192.0.2.8 /\n",
        "#Version: 1.0\n#Fields: date time c-ip x-sent\n"
        "2016-07-13\t22:42:00\t192.0.2.9\t7\n2016-07-13\t22:43:00\t192.0.2.8\t9\n",
    ],
)
def test_w3c_headings(invoke: Invoke, write: Write, text: str) -> None:
    write("p0f.log", LOG)
    result = invoke("tally", write("m.log", text), "--fingerprints", "p0f.log")
    assert messages(result.stdout) == BOTH


# Tables


@pytest.mark.parametrize(
    "above",
    [
        "# exported on Monday\n# by hand, as always\n\n",
        "\n\n",
        "sep=,\n",
        "\ufeffsep=,\n",
        "// from the archive\n",
        '# it"s\n',
    ],
)
def test_what_stands_above_the_headings(invoke: Invoke, write: Write, above: str) -> None:
    result = invoke("tally", write("m.csv", above + "os,id\nLinux,1\nWindows,2\n"), "-v")
    assert messages(result.stdout) == BOTH
    assert "2 records: 2 spam (0 of an unknown OS), 0 not spam, 0 unreadable" in result.stderr


def test_headings_below_different_lines(invoke: Invoke, write: Write) -> None:
    write("a.csv", "# one\n# two\nos,id\nLinux,1\n")
    write("b.csv", "os,id\nWindows,2\n")
    assert messages(invoke("tally", "a.csv", "b.csv").stdout) == BOTH


def test_a_heading_that_is_a_comment(invoke: Invoke, write: Write) -> None:
    assert messages(invoke("tally", write("m.csv", "# id,os\n1,Linux\n2,Windows\n")).stdout) == BOTH


def test_a_line_below_a_preamble_that_cannot_be_read_is_named(invoke: Invoke, write: Write) -> None:
    result = invoke("tally", write("m.csv", "# x\n\nos,id\nLinux,1\nbroken\n"))
    assert "m.csv:5: can't be read (1 of 2 records)" in result.stderr


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", "\x01"])
def test_any_delimiter(invoke: Invoke, write: Write, delimiter: str) -> None:
    text = "id,os\n1,Linux\n2,Windows\n".replace(",", delimiter)
    assert messages(invoke("tally", write("m.txt", text)).stdout) == BOTH


def test_a_delimiter_that_is_said(invoke: Invoke, write: Write) -> None:
    text = "sep=:\nid:os\n1:Linux\n2:Windows\n"
    assert messages(invoke("tally", write("m.txt", text)).stdout) == BOTH


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("192.0.2.9,x\n192.0.2.8,y\n", "1"),
        ("2016-07-13 22:42:00\tspam\t2001:db8::1\n2016-07-13 22:42:00\tspam\t192.0.2.9\n", "3"),
        ("[192.0.2.9];a\n[192.0.2.8];b\n", "1"),
    ],
)
def test_records_without_headings_are_not_lost(
    invoke: Invoke, write: Write, text: str, column: str
) -> None:
    write("p0f.log", LOG)
    result = invoke("tally", write("m.csv", text), "--fingerprints", "p0f.log")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "m.csv:1: is no heading but a record, so columns go by number" in result.stderr
    options = ("--fingerprints", "p0f.log", "--client", column, "--spam", "", "-v")
    result = invoke("tally", "m.csv", *options)
    assert "; 2 records: 2 spam" in result.stderr


@pytest.mark.parametrize(
    "text", ["Windows XP,x\nLinux,y\n", "Windows XP\nLinux\n", "Linux,bulk\nWindows 7,bulk\n"]
)
def test_systems_without_headings(invoke: Invoke, write: Write, text: str) -> None:
    assert "is no heading but a record" in invoke("tally", write("m.csv", text)).stderr
    assert messages(invoke("tally", "m.csv", "--os", "1").stdout) == BOTH


def test_a_number_as_a_heading_beside_others(invoke: Invoke, write: Write) -> None:
    assert messages(invoke("tally", write("m.csv", "os,2016\nLinux,x\n")).stdout) == [
        ["Linux", "1"]
    ]


# JSON


@pytest.mark.parametrize(
    "text",
    [
        '[{"os": "Linux"}, {"os": "Windows"}]',
        '[\n  {\n    "os": "Linux"\n  },\n  {\n    "os": "Windows"\n  }\n]\n',
        '{\n  "os": "Linux"\n}\n{\n  "os": "Windows"\n}\n',
        '{"version": 2, "rows": [{"os": "Linux"}, {"os": "Windows"}]}',
        '{\n"rows": [\n{"os": "Linux"},\n{"os": "Windows"}]}\n',
        '{"rows":[\n{"os": "Linux"},\n{"os": "Windows"}\n]}\n',
        '{"version": 2, "rows" : [{"os": "Linux"},\n{"os": "Windows"}\n]}\n',
        '{"os": "Linux"}\r\n\r\n{"os": "Windows"}\r\n',
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_json_however_it_lies(invoke: Invoke, write: Write, text: str, packed: bool) -> None:
    path = write(
        "m.json.gz" if packed else "m.json", gzip.compress(text.encode()) if packed else text
    )
    assert messages(invoke("tally", path).stdout) == BOTH


def test_a_large_document_in_one_line(invoke: Invoke, write: Write) -> None:
    record = {"os": "Linux", "subject": "x" * 100}
    path = write("m.json", json.dumps({"version": 2, "rows": [record] * 20_000}))
    assert rows(invoke("tally", path).stdout) == ["Linux,100.0,20000"]
    path = write("m.json", json.dumps([record] * 20_000))
    assert rows(invoke("tally", path).stdout) == ["Linux,100.0,20000"]


@pytest.mark.parametrize(
    "text", ['[{"os": "Linux"}, {"os": oops]', '[{"os": "Linux"},\n', '{"rows": [{"os": "Lin']
)
def test_damaged_documents_are_refused(invoke: Invoke, write: Write, text: str) -> None:
    result = invoke("tally", write("m.json", text), "--skip-bad")
    assert (result.exit_code, result.stdout, len(result.complaints)) == (1, "", 1)
    assert "m.json" in result.complaints[0]
    assert "byte" not in result.complaints[0]


def test_rspamd_says_the_os_in_a_symbol(invoke: Invoke, write: Write) -> None:
    def row(action: str, *options: str) -> dict[str, object]:
        symbols = {"P0F": {"name": "P0F", "options": list(options)}} if options else {}
        return {"symbols": symbols, "action": action, "unix_time": 1531886950, "ip": "192.0.2.9"}

    found = [
        row("reject", "Windows NT kernel", "link=DSL", "distance=11"),
        row("reject"),
        row("no action", "Linux 3.11 and newer", "link=DSL"),
    ]
    for document in ({"version": 2, "rows": found}, found):
        result = invoke("tally", write("h.json", json.dumps(document)), "--spam", "action=reject")
        assert messages(result.stdout) == [["Unknown", "1"], ["Windows", "1"]]


@pytest.mark.parametrize(
    ("record", "path"),
    [
        ({"host": {"os": {"name": "Linux"}}}, "host.os.name"),
        ({"host.os": {"name": "Linux"}}, "host.os.name"),
        ({"a": {"b.c": "Linux"}}, "a.b.c"),
        ({"x": [{"y": "no"}, {"y": "Linux"}]}, "x.1.y"),
        ({"a/b": {"c~d": "Linux"}}, "a/b.c~d"),
    ],
)
def test_inner_keys_by_their_path(invoke: Invoke, write: Write, record: object, path: str) -> None:
    result = invoke("tally", write("m.jsonl", json_lines(record, {"z": 1})), "--os", path)
    assert messages(result.stdout) == [["Linux", "1"], ["Unknown", "1"]]
    assert "no column is called" in invoke("tally", "m.jsonl", "--os", path + "x").stderr


def test_inner_keys_of_parquet(invoke: Invoke, write: Write) -> None:
    write("x", "")
    duckdb.sql(
        "copy (select {'ip': '192.0.2.9', 'os': {'name': 'Linux'}} as source, ['DISCARD'] as action"
        " union all select {'ip': '192.0.2.8', 'os': {'name': 'Windows'}}, ['PASS'])"
        " to 'm.parquet'"
    )
    assert messages(invoke("tally", "m.parquet", "--os", "source.os.name").stdout) == BOTH
    result = invoke("tally", "m.parquet", "--os", "source.os")
    assert (
        """column 'source.os' holds {"name":"Linux"}, and no single value; name what is in it by """
        "its path, such as source.os.name"
    ) in result.stderr
    options = ("--os", "source.os.name", "--spam", "action=DISCARD")
    assert rows(invoke("tally", "m.parquet", *options).stdout) == ["Linux,100.0,1"]


def test_a_key_that_comes_late(invoke: Invoke, write: Write) -> None:
    early = json_lines(*[{"x": 1}] * 2000)
    result = invoke("tally", write("m.jsonl", early + json_lines({"x": 1, "os": "Linux"})))
    assert messages(result.stdout) == [["Unknown", "2000"], ["Linux", "1"]]
    late = json_lines({"os": "Linux", "x": 1, "mailer": "M"})
    write("m.jsonl", json_lines(*[{"os": "Linux"}] * 2000) + late)
    assert rows(invoke("tally", "m.jsonl", "--by", "mailer").stdout)[-1].startswith("M,Linux")


@pytest.mark.parametrize(
    "records",
    [[{"a": 1, "os_fp": "Linux"}, {"os": "Windows"}], [{"os": "Linux"}, {"os_name": "x"}]],
)
def test_records_of_two_sources_are_never_counted_half(
    invoke: Invoke, write: Write, records: list[object]
) -> None:
    for i, record in enumerate(records):
        write(f"{i}.jsonl", json_lines(record))
    result = invoke("tally", "0.jsonl", "1.jsonl")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "which of these columns holds the OS?" in result.stderr
    result = invoke("tally", "0.jsonl", "1.jsonl", "--os", "os")
    assert "has no key 'os', as" in result.stderr


def test_a_key_that_a_record_has_twice_is_refused_where_it_is_used(
    invoke: Invoke, write: Write
) -> None:
    write("m.jsonl", '{"os": "Linux", "x": 1}\n{"os": "Linux", "os": "Windows", "x": 2}\n')
    result = invoke("tally", "m.jsonl")
    assert result.complaints == ["error: m.jsonl: has records with the key 'os' twice; keep one"]
    write("n.jsonl", '{"os": "Linux"}\n{"x": 1, "os": "Windows", "x": 2}\n')
    assert messages(invoke("tally", "n.jsonl").stdout) == BOTH


def test_files_with_other_keys_that_are_not_asked_for(invoke: Invoke, write: Write) -> None:
    write("a.jsonl", json_lines({"os": "Linux", "x": 1}))
    write("b.jsonl", json_lines({"y": 1, "os": "Windows"}))
    assert messages(invoke("tally", "a.jsonl", "b.jsonl").stdout) == BOTH


def test_an_array_of_one_counts_as_what_is_in_it(invoke: Invoke, write: Write) -> None:
    text = json_lines(
        {"os": ["Linux"], "action": ["DISCARD"]},
        {"os": "Windows", "action": ["PASS"]},
        {"os": "[x]", "action": "DISCARD"},
        {"os": [], "action": ["DISCARD"]},
    )
    result = invoke("tally", write("m.jsonl", text), "--spam", "action=DISCARD")
    assert messages(result.stdout) == [["Linux", "1"], ["Unknown", "1"], ["[x]", "1"]]


@pytest.mark.parametrize(
    ("os", "path"),
    [(["Linux", "AIX"], "os.0"), ({"name": "Linux"}, "os.name"), ([["Linux"]], "os.0.0")],
)
def test_what_is_no_single_value_is_refused(
    invoke: Invoke, write: Write, os: object, path: str
) -> None:
    result = invoke("tally", write("m.jsonl", json_lines({"os": os, "x": 1})))
    assert (result.exit_code, result.stdout, len(result.complaints)) == (1, "", 1)
    assert "column 'os' holds" in result.stderr
    assert "Linux" in result.stderr
    assert rows(invoke("tally", "m.jsonl", "--os", path).stdout) == ["Linux,100.0,1"]


# Folders


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "parquet"])
def test_folders_say_more_of_the_records(
    invoke: Invoke, write: Write, tmp_path: Path, kind: str
) -> None:
    write("x", "")
    for month, os in (("03", "Linux"), ("04", "Windows")):
        folder = tmp_path / f"lake/month=2010-{month}/code=007"
        folder.mkdir(parents=True)
        if kind == "parquet":
            duckdb.sql(f"copy (select '{os}' as os) to '{folder}/a.parquet'")
        else:
            text = {
                "csv": f"os\n{os}\n",
                "jsonl": f'{{"os":"{os}"}}\n',
                "json": f'[{{"os":"{os}"}}]',
            }
            (folder / f"a.{kind}").write_text(text[kind])
    result = invoke("tally", "lake", "--by", "month")
    assert rows(result.stdout) == ["2010-03,Linux,100.0,1", "2010-04,Windows,100.0,1"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("folder", ["os=Windows", "OS=Windows", "time=2010-03"])
def test_a_folder_beside_a_column_of_the_same_name_is_refused(
    invoke: Invoke, write: Write, tmp_path: Path, kind: str, folder: str
) -> None:
    write("x", "")
    (tmp_path / "mail" / folder).mkdir(parents=True)
    path = tmp_path / "mail" / folder / f"a.{kind}"
    if kind == "parquet":
        duckdb.sql(f"copy (select 'Linux' as os, '2010-04-01' as time) to '{path}'")
    else:
        csv = "os,time\nLinux,2010-04-01\n"
        path.write_text(csv if kind == "csv" else '{"os": "Linux", "time": "2010-04-01"}\n')
    result = invoke("tally", "mail")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{folder}: its records have a column" in result.stderr


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_folders_that_say_different_things_are_refused(
    invoke: Invoke, write: Write, tmp_path: Path, kind: str
) -> None:
    write("x", "")
    for folder in ("day=1", "month=2010-03"):
        (tmp_path / "lake" / folder).mkdir(parents=True)
        text = "os\nLinux\n" if kind == "csv" else '{"os": "Linux"}\n'
        (tmp_path / "lake" / folder / f"a.{kind}").write_text(text)
    assert invoke("tally", "lake").complaints == [
        f"error: lake/month=2010-03/a.{kind} and lake/day=1/a.{kind}: only one of them is in a "
        "folder day=...; count them apart"
    ]


# Lists of addresses


def test_comments_in_a_list_of_addresses(invoke: Invoke, write: Write) -> None:
    write("p0f.log", LOG)
    write("ips", "# of May\n192.0.2.9\n; and June\n192.0.2.8 # twice\n\n// end\n")
    result = invoke("tally", "ips", "--fingerprints", "p0f.log")
    assert messages(result.stdout) == BOTH
    assert "unreadable" not in result.stderr.replace("0 unreadable", "")


def test_what_is_no_address_is_unreadable(invoke: Invoke, write: Write) -> None:
    write("p0f.log", LOG)
    write("ips", "192.0.2.9\nmail.example.org\n192.0.2.8\n")
    result = invoke("tally", "ips", "--fingerprints", "p0f.log")
    assert "ips:2: can't be read (1 of 3 records)" in result.stderr


def test_uniq_c_has_a_column_of_counts(invoke: Invoke, write: Write) -> None:
    from spamindex.messages.opening import open_records

    path = write("ips", "      3 192.0.2.9\n     12 192.0.2.8\n")
    with open_records([path], lambda name: name) as records:
        assert records.columns == ["count", "client"]
        assert records.relation.project("count, client").fetchall() == [
            ("3", "192.0.2.9"),
            ("12", "192.0.2.8"),
        ]


# What is no table


@pytest.mark.parametrize(
    "line",
    [
        "Nov 25 09:03:01 mx postfix/smtpd[1]: 4F: client=mail.example.org[192.0.2.9]",
        "2026-03-01T12:00:00.123456+01:00 mx postfix/qmgr[12]: 4F: removed",
        "<22>Nov 25 09:03:01 mx amavis[1]: (1-1) {\"os_fp\": \"Linux\"}",
        "2010-03-01 12:00:00 1NlxYZ-000123-AB <= a@example.org H=(x) [192.0.2.9] P=esmtp S=9",
        "2024-06-04 11:49:28 #1234(normal) <abc>; task; rspamd_task_write_log: id: <x>",
    ],
)  # fmt: skip
def test_a_mail_log_is_named_for_what_it_is(invoke: Invoke, write: Write, line: str) -> None:
    result = invoke("tally", write("mail.log", (line + "\n") * 3))
    assert result.complaints == [
        "error: mail.log: looks like a mail log, not a table; docs/mail.md has a recipe"
    ]


@pytest.mark.parametrize("heading", ["x", "amount", "Zahl"])
def test_a_table_of_counts_is_no_records_whatever_its_heading(
    invoke: Invoke, write: Write, heading: str
) -> None:
    table = write("t.csv", f"os,{heading}\nWindows,926\nLinux,51\n")
    result = invoke("tally", table, "--spam", "")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"--weight {heading} if it is as many as that says" in result.stderr
    assert "Windows,50.0,1" in invoke("tally", table, "--weight", "").stdout
    assert "Windows,94.8,926" in invoke("tally", table, "--weight", heading, "-p", "1").stdout


@pytest.mark.parametrize(
    ("text", "options", "column"),
    [
        ("Windows,926\nLinux,51\n", ("--os", "1"), "2"),
        ("os,x\nWindows 7,900\nWindows XP,26\nLinux,51\n", (), "x"),
        ("os,x\nWindows,926\nLinux,51\nUnknown,9\n,4\n", (), "x"),
        ("land,os,x\nDE,Linux,51\nAT,Linux,9\nAT,Windows,90\n", ("--by", "land"), "x"),
    ],
)
def test_each_name_once_beside_figures_is_no_record(
    invoke: Invoke, write: Write, text: str, options: tuple[str, ...], column: str
) -> None:
    result = invoke("tally", write("t.csv", text), *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f", beside figures in {column!r}: is each row one message?" in result.stderr
    assert invoke("tally", "t.csv", *options, "--weight", column).exit_code == 0
