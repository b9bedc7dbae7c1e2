"""p0f 3 logs, as text or in JSON: which client spoke when, and which OS that was."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from spamindex.errors import Doubt
from spamindex.messages.addresses import normalized
from spamindex.messages.frames import lazy

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

UNKNOWN = "Unknown"
UNREADABLE = "_spamindex_unreadable"  # a column of our own: whether a line could not be read

_TIME = "%Y-%m-%d %H:%M:%S"
_ENDPOINT = re.compile(r"[0-9a-f.:]+/[0-9]+")
_LOG = re.compile(  # with or without what syslog or a container has put before it
    rb"(?:|.{0,999}?[\s\"])(\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\] mod=.*)", re.DOTALL
)
_SENDER = re.compile(
    rb"mod=syn\|cli=[0-9a-f.:]+/\d+\|srv=[0-9a-f.:]+/\d+\|subj=cli\|(os|app)=[^|]*\|[^|\r\n]"
)

# p0f writes [TIME] mod=syn|cli=A/P|srv=A/P|subj=cli|os=...|dist=...; what is after may hold bars.
# Only SYNs speak of the client; ??? and tools (app=) are no OS. One pattern over the whole line
# takes half the time of one for each part.
_WHOLE = (
    "^mod=syn[|]cli=[0-9a-f.:]+/[0-9]+[|]srv=[0-9a-f.:]+/[0-9]+[|]"
    "subj=cli[|](?:os|app)=[^|]*[|][^|]"
)
_OF_TEXT = rf"""
    select
        replace(substring(line, 2, 19), '/', '-') as time,
        coalesce(split_part(substring(parts[2], 5), '/', 1), '') as client,
        coalesce(split_part(substring(parts[3], 5), '/', 1), '') as server,
        coalesce(split_part(parts[3], '/', 2), '') as port,
        if(starts_with(parts[5], 'os=') and parts[5] <> 'os=???', substring(parts[5], 4), 'Unknown')
            as os,
        not coalesce(is_log and (not is_syn or (
            try_strptime(time, '{_TIME}') is not null
            and regexp_matches(substring(line, 23), '{_WHOLE}'))), false) as _spamindex_unreadable
    from (
        select
            line, starts_with(line, '[') and substring(line, 21, 6) = '] mod=' as is_log,
            substring(line, 23, 8) = 'mod=syn|' as is_syn, string_split(line, '|') as parts
        from (
            select if(
                place > 21 and place < 1020 and line[place - 21] in (' ', chr(9), '"'),
                substring(line, place - 20), line
            ) as line
            from (select line, strpos(line, '] mod=') as place from lines)
        )
    ) where is_syn or not is_log
"""
# The same in JSON, under either of two sets of keys: T-Pot's, and those of the text.
KEYS = {
    "time": ("timestamp", "time"),
    "mod": ("mod",),
    "client": ("client_ip", "cli"),
    "server": ("server_ip", "srv"),
    "client_port": ("client_port", "cli_port"),
    "server_port": ("server_port", "srv_port"),
    "subject": ("subject", "subj"),
    "os": ("os",),
    "app": ("app",),
}
_POINTERS = [f"/{key}" for keys in KEYS.values() for key in keys]
_OF_JSON = rf"""
    select
        replace(time, '/', '-') as time, regexp_replace(client, '/[0-9]+$', '') as client,
        regexp_replace(server, '/[0-9]+$', '') as server, regexp_extract(server, '[0-9]+$') as port,
        if(os = '???' or os is null, 'Unknown', os) as os,
        not coalesce(mod is not null and (mod <> 'syn' or (
            try_strptime(replace(time, '/', '-'), '{_TIME}') is not null
            and strlen(time) = 19 and subject = 'cli' and coalesce(os, app) is not null
            and regexp_full_match(client, '{_ENDPOINT.pattern}')
            and regexp_full_match(server, '{_ENDPOINT.pattern}'))), false) as _spamindex_unreadable
    from (
        select
            mod, time, subject, os, app,
            client || coalesce('/' || client_port, '') as client,
            server || coalesce('/' || server_port, '') as server
        from (select {{fields}} from (
            select try(json_extract_string(line, {_POINTERS})) as found from lines
            where trim(line) <> ''
        ))
    ) where mod is null or mod = 'syn'
"""


def _fields() -> str:
    """What stands under the keys of an event, each by the first of its keys that is there."""
    places = iter(range(1, len(_POINTERS) + 1))
    return ", ".join(
        f"coalesce({', '.join(f'found[{next(places)}]' for _ in keys)}) as {field}"
        for field, keys in KEYS.items()
    )


_SENDERS = {"text": _OF_TEXT, "json": _OF_JSON.format(fields=_fields())}
# Of several labels in one second a known one is taken before Unknown, and the last of these: the
# greatest as text, which is several times as fast as to compare one thing after another.
_RANKED = "if(os = 'Unknown', '0', '1') || os"
_LATEST = f"""
    select client, max(time || {_RANKED})[21:] as known, min(os) <> max(os) as changes,
           row_number() over () as number
    from lines_of_logs where not {UNREADABLE} group by client
"""
# Beside each time at which a client was seen, the first once more: it holds for what came before.
# Clients by number, which are put in order in half the time that their addresses take.
_OVER_TIME = f"""
    with seen as (
        select number, changes, time, max({_RANKED})[2:] as known
        from lines_of_logs join latest using (client) where not {UNREADABLE} group by all),
    timed as (
        select number, known, changes,
               epoch_ms(try_strptime(time, '{_TIME}')) // 1000 as since from seen)
    select *, false as first from timed
    union all
    select number, arg_min(known, since), changes, min(since), true from timed group by all
"""
# Addresses that are both client and server in a log, and how many connections they make.
OWN_MAIL = f"""
    select count(*), sum(connections), max_by(client, connections) from (
        select client, count(*) as connections from log
        where not {UNREADABLE} and client in (select server from log where not {UNREADABLE})
        group by client
    ) having count(*) > 0
"""
_CHANGING = "select count(*) from latest where changes"
_REPEATED = f"""
    select count(*) from (
        select timezone('UTC', try_strptime(time, '{_TIME}')) as seen
        from lines_of_logs join latest using (client) where changes and not _spamindex_unreadable
    ) where timezone($zone, seen) in
        (timezone($zone, seen + interval 1 hour), timezone($zone, seen - interval 1 hour))
"""
_HOW_MANY = "select count(*), count(*) filter (where _spamindex_unreadable) from lines_of_logs"


def layout(first: Sequence[bytes]) -> str:
    """How the log lies in a file with these first lines: as ``text`` or ``json``; empty for none.

    >>> layout([b"[2014/12/17 05:22:49] mod=mtu|cli=192.0.2.7/1|srv=192.0.2.9/25|..."])
    'text'
    >>> layout([b'{"mod": "mtu", "client_ip": "192.0.2.7", "subject": "cli"}'])
    'json'
    """
    if any(map(is_log, first)):
        return "text"
    return "json" if any(_event(line) for line in first[:2]) else ""


def is_log(line: bytes) -> bool:
    """Whether a line is one of a p0f 3 log, with or without a prefix of syslog or a container.

    >>> is_log(b"[2014/12/17 05:22:49] mod=mtu|cli=192.0.2.7/1|srv=192.0.2.9/25|...")
    True
    """
    return bool(_LOG.match(line))


def is_readable(line: bytes) -> bool:
    """Whether a line of a log is whole, as far as it speaks of a client: then it is UTF-8, too."""
    if event := _event(line):
        return _is_whole(event)
    if not (log := _LOG.match(line)):
        return False
    line = log[1]
    if not line.startswith(b"mod=syn|", 22):
        return True
    try:
        line.decode()
        datetime.strptime(line[1:20].decode().replace("/", "-"), _TIME)
    except ValueError:
        return False
    return bool(_SENDER.match(line, 22))


def _event(line: bytes) -> dict[str, str | None]:
    """What p0f says in a line of JSON; empty where it is none of p0f's."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    event = {
        field: next((str(said[key]) for key in keys if said.get(key) is not None), None)
        for field, keys in KEYS.items()
    }
    return event if event["mod"] and event["subject"] and event["client"] else {}


def _is_whole(event: dict[str, str | None]) -> bool:
    """Whether an event says all that is needed, as far as it speaks of a client."""
    if event["mod"] != "syn":
        return True
    try:
        datetime.strptime((event["time"] or "").replace("/", "-"), _TIME)
    except ValueError:
        return False
    ends = [
        f"{event[end]}/{event[port]}" if event[port] else event[end] or ""
        for end, port in (("client", "client_port"), ("server", "server_port"))
    ]
    named = (event["os"] or event["app"]) is not None
    return event["subject"] == "cli" and named and all(map(_ENDPOINT.fullmatch, ends))


def senders(
    lines: DuckDBPyRelation, ports: Collection[str] | None = None, *, layout: str = "text"
) -> DuckDBPyRelation:
    """What the lines of p0f logs say of those who connect, to one of these ports or to any.

    ``lines`` has one column ``line``, of logs in ``text`` or ``json``. Returns a relation with the
    columns ``time`` (local, as YYYY-MM-DD HH:MM:SS), ``client``, ``server``, ``port`` and ``os``,
    with ``_spamindex_unreadable`` for the lines that are damaged or of no log.
    """
    from duckdb import ColumnExpression, ConstantExpression

    found: DuckDBPyRelation = lines.query("lines", _SENDERS[layout])  # type: ignore[assignment]
    if not ports:
        return found
    of_ports = ColumnExpression("port").isin(*map(ConstantExpression, ports))
    return found.filter(of_ports | ColumnExpression(UNREADABLE))


def own_mail(both: Sequence[Sequence[Any]]) -> list[Doubt]:
    """A doubt where a log has a mail server's own deliveries, from what ``OWN_MAIL`` found."""
    if not both:
        return []
    clients, connections, address = both[0]
    which = repr(address) if clients == 1 else f"{clients} addresses, such as {address!r},"
    return [
        Doubt(
            f"{which} {'is' if clients == 1 else 'are'} client and server both: {connections} "
            "connections may be what the mail server sends itself; capture only what is sent to it "
            "(dst host)"
        )
    ]


@dataclass(frozen=True)
class Fingerprints:
    """The OS of each client, as frames: of one connection to DuckDB, or of pandas.

    ``latest`` has the columns ``client`` (an address in its normal form), ``known``, its latest
    label, whether that ``changes``, and its ``number``; ``over_time``, by that number, a label for
    each time ``since`` (seconds after 1970 began) at which it was seen; the ``first`` of each
    client stands there twice.
    ``changing`` is how many clients have several labels, ``zone`` that of the logs, if known, and
    ``repeated`` how many of their times stand in the hour that summer time repeats at its end.
    """

    changing: int
    latest: Any
    over_time: Any
    zone: str | None = None
    repeated: int = 0


def fingerprints(
    connection: DuckDBPyConnection, seen: DuckDBPyRelation, zone: str | None = None
) -> tuple[Fingerprints, int, int]:
    """The OS of each client, from what ``senders`` found; and of how many lines how many are bad.

    ``zone`` is the time zone of the machine that ran p0f, which writes local times; with it they
    become UTC.
    """
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

    time = ColumnExpression("time")
    if zone is not None:
        local = FunctionExpression("try_strptime", time, ConstantExpression(_TIME))
        utc = FunctionExpression("timezone", ConstantExpression(zone), local)
        time = FunctionExpression("strftime", utc, ConstantExpression(_TIME)).alias("time")
    columns = [ColumnExpression(name) for name in ("client", "os", UNREADABLE)]
    seen = normalized(lazy(seen.select(time, *columns)), "client").to_native()
    # Kept as tables: each is asked several times, and the logs would be read anew for each.
    seen.create("lines_of_logs")
    [(read, bad)] = connection.sql(_HOW_MANY).fetchall()
    connection.sql(_LATEST).create("latest")
    [(changing,)] = connection.sql(_CHANGING).fetchall()
    latest, over_time = connection.table("latest"), connection.sql(_OVER_TIME)
    repeated = 0
    if zone is not None:
        [(repeated,)] = connection.execute(_REPEATED, {"zone": zone}).fetchall()
    return Fingerprints(changing, latest, over_time, zone, repeated), read, bad
