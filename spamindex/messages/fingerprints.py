"""p0f 3 logs, text or JSON, in; which client spoke when with which OS out."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from spamindex.errors import Doubt, FileError, Remedy
from spamindex.messages.engine import LINE, pointer, text
from spamindex.messages.frames import lazy, normalized

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

UNKNOWN = "Unknown"
OWN_ZONE = "Z"  # the zone of logs that say themselves that their times are in UTC
UNREADABLE = "_spamindex_unreadable"  # a column of our own: whether a line could not be read

_TIME = "%Y-%m-%d %H:%M:%S"
_END = r"[0-9a-f.:]+/[0-9]+"
_LOG = re.compile(  # with or without what syslog or a container has put before it
    rb"(?:|.{0,999}?[\s\"])(\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\] mod=.*)", re.DOTALL
)
# p0f writes [TIME] mod=syn|cli=A/P|srv=A/P|subj=cli|os=...|dist=...; what is after may hold bars.
# Only SYNs speak of the client; ??? and tools (app=) are no OS. With five groups, RE2 would need
# four times as long.
SYN = (
    r"^\[([^|\]]*)\] mod=syn[|]cli=([0-9a-f.:]+)/[0-9]+[|]srv=([0-9a-f.:]+/[0-9]+)[|]subj=cli[|]"
    r"(?:os=([^|]*)|app=[^|]*)[|][^|\r\n]"
)
_OF_TEXT = f"""
    select
        replace(said.time, '/', '-') as time, said.client as client,
        split_part(said.server, '/', 1) as server, split_part(said.server, '/', 2) as port,
        if(said.os in ('', '???'), 'Unknown', said.os) as os,
        {{time}}(replace(said.time, '/', '-'), '{{form}}') is null as {UNREADABLE} {{row}}
    from (
        select {{said}} as said {{row}}
        from (
            select line, substring(line, 23, 8) = 'mod=syn|' as is_syn,
                left(line, 1) = '[' and substring(line, 21, 6) = '] mod=' as is_log {{row}}
            from (
                select if(
                    place > 21 and place < 1020
                        and substring(line, place - 21, 1) in (' ', chr(9), '"'),
                    substring(line, place - 20), line
                ) as line {{row}}
                from (select *, instr(line, '] mod=') as place from lines)
            )
        ) where is_syn or not is_log
    )
"""
# The same in JSON, by any of these keys: T-Pot's own, those of the text, and of T-Pot's Logstash.
_KEYS = {
    "time": ("timestamp", "time", "@timestamp"),
    "mod": ("mod",),
    "client": ("client_ip", "cli", "src_ip"),
    "server": ("server_ip", "srv", "dest_ip"),
    "client_port": ("client_port", "cli_port", "src_port"),
    "server_port": ("server_port", "srv_port", "dest_port"),
    "subject": ("subject", "subj"),
    "os": ("os",),
    "app": ("app",),
}
_OF_JSON = f"""
    select
        time, regexp_replace(client, '/[0-9]+$', '') as client,
        regexp_replace(server, '/[0-9]+$', '') as server,
        regexp_extract(server, '[0-9]+$', 0) as port,
        if(os = '???' or os is null, 'Unknown', os) as os,
        not coalesce(mod is not null and (mod <> 'syn' or (
            {{time}}(left(time, 19), '{{form}}') is not null and substring(time, 20) in ('', 'Z')
            and subject = 'cli' and coalesce(os, app) is not null
            and {{like}}(client, '^{_END}$') and {{like}}(server, '^{_END}$'))), false)
            as {UNREADABLE} {{row}}
    from (
        select
            mod, subject, os, app,
            if(time like '____-__-__T__:__:__%Z',
                concat(left(time, 10), ' ', substring(time, 12, 8), 'Z'), replace(time, '/', '-'))
                as time,
            client || coalesce('/' || client_port, '') as client,
            server || coalesce('/' || server_port, '') as server {{row}}
        from (select {{fields}} {{row}} from (
            select {{found}} as found {{row}} from lines where trim(line) <> ''
        ))
    ) where mod is null or mod = 'syn'
"""


class Dialect(NamedTuple):
    """Where the SQL of DuckDB and Spark differs; ``values`` are those of some paths in JSON.

    ``said`` is what ``SYN`` finds in a line, ``row`` a column that goes along, after a comma.
    """

    said: str
    part: str
    like: str
    time: str
    form: str
    values: Callable[[str, Sequence[Sequence[str]]], str]
    row: str = ""


def _values(json: str, paths: Sequence[Sequence[str]]) -> str:
    return f"try(json_extract_string({json}, [{', '.join(text(pointer(*p)) for p in paths)}]))"


_DUCKDB = Dialect(
    f"regexp_extract(line, '{SYN}', ['time', 'client', 'server', 'os'])", "list_extract",
    "regexp_matches", "try_strptime", _TIME, _values,
)  # fmt: skip


def sql(within: Sequence[str] | None, dialect: Dialect = _DUCKDB) -> str:
    """What finds those who connect in a table ``lines`` of a log; ``within`` as in ``senders``."""
    if within is None:
        return _OF_TEXT.format(**dialect._asdict())
    event = "substring(line, greatest(instr(line, '{'), 1))"  # what is before it is of syslog
    if within:
        event = f"{dialect.part}({dialect.values(event, [within])}, 1)"
    places = itertools.count(1)
    fields = ", ".join(
        f"coalesce({', '.join(f'{dialect.part}(found, {next(places)})' for _ in keys)}) as {field}"
        for field, keys in _KEYS.items()
    )
    found = dialect.values(event, [(key,) for keys in _KEYS.values() for key in keys])
    return _OF_JSON.format(found=found, fields=fields, **dialect._asdict())


# Of several labels in one second a known one is taken before Unknown, and the last of these. Time
# and rank are compared as one number, which is twice as fast as to compare texts.
_LABELS = """
    select os, row_number() over (order by os <> 'Unknown', os) as rank
    from (select distinct os from lines_of_logs)
"""
_RANKS = 1 << 24  # more than there are labels
_LATEST = f"""
    with seen as (
        select client, max(since * {_RANKS} + rank) as last, min(rank) <> max(rank) as changes
        from lines_of_logs join labels using (os) where not {UNREADABLE} group by client)
    select client, os as known, changes, row_number() over () as number
    from seen join labels on rank = last & {_RANKS - 1}
"""
# Beside each time at which a client was seen, the first once more: it holds for what came before.
# Clients by number, which are put in order in half the time that their addresses take.
_OVER_TIME = f"""
    with seen as (
        select number, changes, since, max(rank) as rank
        from lines_of_logs join labels using (os) join latest using (client)
        where not {UNREADABLE} group by all),
    named as (select number, os as known, changes, since from seen join labels using (rank))
    select *, false as first from named
    union all
    select number, arg_min(known, since), changes, min(since), true from named group by all
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
        select timezone('UTC', make_timestamp(since * 1000000)) as seen
        from lines_of_logs join latest using (client) where changes and not {UNREADABLE}
    ) where timezone($zone, seen) in
        (timezone($zone, seen + interval 1 hour), timezone($zone, seen - interval 1 hour))
"""
_HOW_MANY = f"""
    select count(*), count(*) filter (where {UNREADABLE}), count(*) filter (where in_utc)
    from lines_of_logs
"""


def is_log(line: bytes) -> bool:
    """Whether a line is one of a p0f 3 log, with or without a prefix of syslog or a container.

    >>> is_log(b"[2014/12/17 05:22:49] mod=mtu|cli=192.0.2.7/1|srv=192.0.2.9/25|...")
    True
    """
    return bool(_LOG.match(line))


def is_of_others(line: bytes) -> bool:
    """Whether a line of a log is whole, and speaks of no client: it may copy what is no UTF-8."""
    log = _LOG.match(line)
    return log is not None and not log[1].startswith(b"mod=syn|", 22)


def within(text: bytes) -> tuple[str, ...] | None:
    """The keys that lead to an event of p0f in the first JSON object of a text; None for none.

    >>> within(b'p0f-1 | {"p0f": {"mod": "mtu", "client_ip": "192.0.2.7", "subject": "cli"}}')
    ('p0f',)
    """
    try:
        said = json.JSONDecoder().raw_decode(text[text.index(b"{") :].decode("utf-8", "replace"))
        return _keys_in(said[0])
    except (ValueError, RecursionError):
        return None


def _keys_in(said: Any) -> tuple[str, ...] | None:
    if isinstance(said, str) and said.startswith("{"):  # Docker keeps lines as texts
        said = json.JSONDecoder().raw_decode(said)[0]
    if not isinstance(said, dict):
        return None
    if all(any(said.get(key) for key in _KEYS[field]) for field in ("mod", "client", "subject")):
        return ()
    inner = ((key, _keys_in(value)) for key, value in said.items())
    return next(((key, *keys) for key, keys in inner if keys is not None), None)


def senders(
    lines: DuckDBPyRelation,
    ports: Collection[str] | None = None,
    *,
    within: Sequence[str] | None = None,
) -> DuckDBPyRelation:
    """What the lines of p0f logs say of those who connect, to one of these ports or to any.

    ``lines`` has a column ``line`` with a text, or with JSON that has an event under the keys
    ``within``; others go along. Returns a relation with the columns ``time`` (as YYYY-MM-DD
    HH:MM:SS, with a Z in UTC, else local), ``client``, ``server``, ``port`` and ``os``, with
    ``_spamindex_unreadable`` for the lines that are damaged or of no log.
    """
    from duckdb import ColumnExpression, ConstantExpression

    others = "".join(f", {name}" for name in lines.columns if name != LINE)
    found: Any = lines.query("lines", sql(within, _DUCKDB._replace(row=others)))
    if not ports:
        return found  # type: ignore[no-any-return]
    of_ports = ColumnExpression("port").isin(*map(ConstantExpression, ports))
    return found.filter(of_ports | ColumnExpression(UNREADABLE))  # type: ignore[no-any-return]


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
    become UTC, as those are that Logstash has kept. Raises FileError where there are both, and no
    zone.
    """
    seen_at = "try_cast(time as timestamp)"
    if zone:
        seen_at = f"if(in_utc, {seen_at}, timezone({text(zone)}, {seen_at})::timestamp)"
    since = f"epoch_ms({seen_at}) // 1000 as since"
    seen = seen.project(f"ends_with(time, 'Z') as in_utc, {since}, client, os, {UNREADABLE}")
    # Kept as tables: each is asked several times, and the logs would be read anew for each.
    normalized(lazy(seen), "client").drop("is_address").to_native().create("lines_of_logs")
    [(read, bad, in_utc)] = connection.sql(_HOW_MANY).fetchall()
    if in_utc and zone is None and in_utc < read - bad:
        raise FileError(
            "some times in the logs are in UTC, others local",
            settles=[Remedy("zone", None, "says where they are local")],
        )
    if zone is None and in_utc:
        zone = OWN_ZONE
    connection.sql(_LABELS).create("labels")
    connection.sql(_LATEST).create("latest")
    [(changing,)] = connection.sql(_CHANGING).fetchall()
    latest, over_time = connection.table("latest"), connection.sql(_OVER_TIME)
    repeated = 0
    if zone not in (None, OWN_ZONE):
        [(repeated,)] = connection.execute(_REPEATED, {"zone": zone}).fetchall()
    return Fingerprints(changing, latest, over_time, zone, repeated), read, bad
