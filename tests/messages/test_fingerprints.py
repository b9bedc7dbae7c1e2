from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from spamindex.messages.fingerprints import (
    Fingerprints,
    build_fingerprints,
    connections,
    is_log_line,
    is_other_event,
)

SYN = (
    "[2010/01/10 12:00:00] mod=syn|cli=192.0.2.1/40000|srv=192.0.2.25/25|subj=cli|"
    "os=Windows XP|dist=9|params=none|raw_sig=4:55+9:0:1460:|"
)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as database:
        yield database


@pytest.fixture
def connection(database: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database without tables."""
    database.begin()
    yield database
    database.rollback()


def relation(connection: duckdb.DuckDBPyConnection, *lines: str | None) -> duckdb.DuckDBPyRelation:
    return connection.sql("select unnest(?::varchar[]) as line", params=[list(lines)])


def syn(time: str, client: str, os: str, port: int = 25) -> str:
    return (
        f"[2010/{time}:00] mod=syn|cli={client}/40000|srv=192.0.2.25/{port}|subj=cli|{os}|dist=9|"
    )


def known(connection: duckdb.DuckDBPyConnection, *lines: str) -> Fingerprints:
    return build_fingerprints(connection, connections(relation(connection, *lines)))[0]


def latest(found: Fingerprints) -> str:
    [[os]] = found.latest.filter("client = '192.0.2.1'").select("known").fetchall()
    return str(os)


def seen(found: Fingerprints) -> list[tuple[str, str, bool]]:
    """What was seen of the client, when, and whether it stands for what was before."""
    times = "known, strftime(make_timestamp(since * 1000000), '%Y-%m-%d %H:%M:%S'), first"
    [[number]] = found.latest.filter("client = '192.0.2.1'").select("number").fetchall()
    of_client = found.over_time.filter(f"number = {number}").order("since, not first")
    return of_client.select(times).fetchall()  # type: ignore[no-any-return]


def test_a_syn_says_who_came_when_where_to_and_with_what(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = connections(relation(connection, SYN))
    assert found.columns == ["time", "client", "server", "port", "os", "_spamindex_unreadable"]
    assert found.fetchall() == [
        ("2010-01-10 12:00:00", "192.0.2.1", "192.0.2.25", "25", "Windows XP", False)
    ]


def test_addresses_may_be_of_ipv6(connection: duckdb.DuckDBPyConnection) -> None:
    line = SYN.replace("192.0.2.1/", "2001:db8::1/").replace("192.0.2.25/25", "2001:db8::2/587")
    [row] = connections(relation(connection, line)).fetchall()
    assert row[1:4] == ("2001:db8::1", "2001:db8::2", "587")


@pytest.mark.parametrize("what", ["os=???", "app=NMap SYN scan"])
def test_what_p0f_does_not_know_and_tools_are_no_os(
    connection: duckdb.DuckDBPyConnection, what: str
) -> None:
    line = SYN.replace("os=Windows XP", what)
    [row] = connections(relation(connection, line)).fetchall()
    assert row[4:] == ("Unknown", False)


@pytest.mark.parametrize(
    "line",
    [
        SYN.replace("mod=syn|", "mod=syn+ack|").replace("subj=cli", "subj=srv"),
        SYN.replace("mod=syn|", "mod=mtu|").replace("os=Windows XP", "link=DSL"),
        SYN.replace("mod=syn|", "mod=http request|"),
        "[2010/01/10 12:00:00] mod=uptime|",
        None,
    ],
)
def test_lines_that_say_nothing_of_a_client_are_passed_over(
    connection: duckdb.DuckDBPyConnection, line: str | None
) -> None:
    assert connections(relation(connection, line)).fetchall() == []
    assert not is_other_event(SYN.encode())
    assert is_other_event((line or "[2010/01/10 12:00:00] mod=").encode())


@pytest.mark.parametrize(
    ("whole", "damaged"),
    [
        ("dist=9|params=none|raw_sig=4:55+9:0:1460:|", ""),
        ("|os=Windows XP|dist=9|params=none|raw_sig=4:55+9:0:1460:|", ""),
        ("subj=cli", "subj=srv"),
        ("subj=cli", "subj=cli "),
        ("os=Windows", "so=Windows"),
        ("os=Windows", "Windows"),
        ("os=Windows", "osWindows"),
        ("os=Windows XP", "app"),
        ("cli=1", "clx=1"),
        ("srv=1", "srx=1"),
        ("192.0.2.1/40000", "192.0.2.1"),
        ("192.0.2.1/40000", "192.0.2.1/"),
        ("192.0.2.1/40000", "/40000"),
        ("192.0.2.1/40000", "192.0.2.1/4x000"),
        ("192.0.2.1/40000", "a host/40000"),
        ("cli=192", "cli=x92"),
        ("srv=192", "srv=x92"),
        ("192.0.2.25/25", "192.0.2.25"),
        ("192.0.2.25/25", "192.0.2.25/"),
        ("192.0.2.25/25", "/25"),
        ("192.0.2.25/25", "192.0.2.25/2x"),
        ("192.0.2.25/25", "a host/25"),
        ("2010/01/10", "2010/13/10"),
        ("2010/01/10", "2010/02/29"),
        ("12:00:00", "12:60:00"),
        ("12:00:00", "12:00"),
        ("[2010", "<2010"),
        ("] mod=", "> mod="),
        (SYN, "no log"),
        (SYN, " "),
    ],
)
def test_a_damaged_line_is_counted_as_one(
    connection: duckdb.DuckDBPyConnection, whole: str, damaged: str
) -> None:
    assert whole in SYN
    line = SYN.replace(whole, damaged)
    [row] = connections(relation(connection, line)).fetchall()
    assert row[-1] is True


def test_bars_after_the_os_may_hold_anything(connection: duckdb.DuckDBPyConnection) -> None:
    for rest in ("dist=9|", "x", "dist=9|odd\x01|", "dist=9||"):
        line = SYN[: SYN.index("dist=")] + rest
        [row] = connections(relation(connection, line)).fetchall()
        assert row[4:] == ("Windows XP", False)


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        (SYN, True),
        ("[2010/01/10 12:00:00] mod=mtu|cli=x", True),
        ("[2010/01/10 12:00:00] mod", False),
        ("[2010-01-10 12:00:00] mod=syn|", False),
        (" " + SYN, True),
        ("Nov 25 09:03:01 mx p0f[12]: " + SYN, True),
        ("p0f-1  | " + SYN, True),
        ("mx" + SYN, False),
        ('[{"os": "Linux"}]', False),
    ],
)
def test_a_log_is_known_by_how_its_lines_begin(line: str, is_one: bool) -> None:
    assert is_log_line(line.encode()) is is_one


@pytest.mark.parametrize("place", [1, 2, 3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18, 19])
def test_a_time_is_of_digits(place: int) -> None:
    assert SYN[place].isdigit()
    line = SYN[:place] + "x" + SYN[place + 1 :]
    assert not is_log_line(line.encode())


def test_only_those_who_came_to_a_port(connection: duckdb.DuckDBPyConnection) -> None:
    lines = relation(
        connection,
        syn("01/10 12:00", "192.0.2.1", "os=Linux", 25),
        syn("01/10 12:00", "192.0.2.2", "os=Linux", 587),
        syn("01/10 12:00", "192.0.2.3", "os=Linux", 80),
        "damaged",
    )
    found = connections(lines, ["25", "587"]).fetchall()
    assert [(row[1], row[-1]) for row in found] == [
        ("192.0.2.1", False),
        ("192.0.2.2", False),
        ("", True),
    ]
    assert len(connections(lines, []).fetchall()) == len(connections(lines).fetchall()) == 4


LINUX = syn("01/10 12:00", "192.0.2.1", "os=Linux 3.x")
LATER = syn("01/20 12:00", "192.0.2.1", "os=Windows XP")


def test_the_latest_fingerprint_of_a_client_counts(connection: duckdb.DuckDBPyConnection) -> None:
    assert latest(known(connection, LATER, LINUX)) == "Windows XP"


def test_a_latest_one_that_is_unknown_counts_too(connection: duckdb.DuckDBPyConnection) -> None:
    unknown = syn("01/20 12:00", "192.0.2.1", "os=???")
    assert latest(known(connection, unknown, LINUX)) == "Unknown"


@pytest.mark.parametrize("turn", [1, -1])
def test_at_one_time_a_known_os_counts_and_else_the_last_by_name(
    connection: duckdb.DuckDBPyConnection, turn: int
) -> None:
    at_once = [syn("01/20 12:00", "192.0.2.1", os) for os in ("os=???", "os=Solaris", "os=AIX")][
        ::turn
    ]
    found = known(connection, *at_once)
    assert latest(found) == "Solaris"
    assert seen(found)[-1] == ("Solaris", "2010-01-20 12:00:00", False)


def test_clients_that_change_are_counted(connection: duckdb.DuckDBPyConnection) -> None:
    lines = relation(
        connection,
        LINUX,
        LATER,
        syn("01/10 12:00", "192.0.2.2", "os=Linux 3.x"),
        syn("01/20 12:00", "192.0.2.2", "os=Linux 3.x"),
        syn("01/20 12:00", "192.0.2.3", "os=AIX"),
    )
    found, read, bad = build_fingerprints(connection, connections(lines))
    assert (found.changing, read, bad) == (1, 5, 0)


def test_damaged_lines_are_counted_and_say_nothing_of_a_client(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    cut_off = LATER[: LATER.index("dist=")]
    found, read, bad = build_fingerprints(
        connection, connections(relation(connection, LINUX, cut_off))
    )
    assert (found.changing, read, bad) == (0, 2, 1)
    assert latest(found) == "Linux 3.x"
    assert seen(found) == [
        ("Linux 3.x", "2010-01-10 12:00:00", True),
        ("Linux 3.x", "2010-01-10 12:00:00", False),
    ]


def test_a_fingerprint_holds_until_there_is_another_one(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = known(
        connection,
        syn("03/01 12:00", "192.0.2.1", "os=Linux 3.x"),
        LATER,
        syn("01/15 12:00", "192.0.2.1", "os=Linux 3.x"),
        syn("01/19 12:00", "192.0.2.9", "os=Windows XP"),
        LINUX,
    )
    # The first holds before it was seen, too, and the last from then on.
    assert seen(found) == [
        ("Linux 3.x", "2010-01-10 12:00:00", True),
        ("Linux 3.x", "2010-01-10 12:00:00", False),
        ("Linux 3.x", "2010-01-15 12:00:00", False),
        ("Windows XP", "2010-01-20 12:00:00", False),
        ("Linux 3.x", "2010-03-01 12:00:00", False),
    ]


def test_times_in_a_zone_become_utc(connection: duckdb.DuckDBPyConnection) -> None:
    of_log = connections(relation(connection, LINUX, LATER))
    found, _, _ = build_fingerprints(connection, of_log, "America/New_York")
    assert found.zone == "America/New_York"
    assert seen(found)[-1] == ("Windows XP", "2010-01-20 17:00:00", False)


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("::ffff:192.0.2.140", "192.0.2.140"),
        ("::ffff:c000:28c", "192.0.2.140"),
        ("2001:db8::1", ":2001:db8::::::1"),
        ("010.2.3.4", "010.2.3.4"),  # perhaps octal: who knows
        ("1.2.3", "1.2.3"),
    ],
)
def test_a_client_is_known_by_its_normal_address(
    connection: duckdb.DuckDBPyConnection, client: str, expected: str
) -> None:
    found = known(connection, syn("01/10 12:00", client, "os=AIX"))
    assert found.latest.columns == ["client", "known", "changes", "number"]
    assert found.over_time.columns == ["number", "known", "changes", "since", "first"]
    assert found.latest.fetchall() == [(expected, "AIX", False, 1)]
    assert sorted(found.over_time.fetchall()) == [
        (1, "AIX", False, 1263124800, first) for first in (False, True)
    ]
