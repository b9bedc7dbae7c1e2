"""Parse p0f 3 logs, text or JSON: lines in, the OS of each client over time out."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from spamindex.errors import Doubt, FileError, Remedy
from spamindex.messages.engine import LINE, pointer, text
from spamindex.messages.frames import lazy, normalize_addresses

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

UNKNOWN = "Unknown"
OWN_ZONE = "Z"  # the zone of logs whose times have a Z, for UTC
UNREADABLE = "_spamindex_unreadable"  # a column we add: whether a line could not be read

_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_ENDPOINT = r"[0-9a-f.:]+/[0-9]+"
_LOG_LINE = re.compile(  # after a prefix, if any, of syslog or a container
    rb"(?:|.{0,999}?[\s\"])(\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\] mod=.*)", re.DOTALL
)
# p0f writes [TIME] mod=syn|cli=A/P|srv=A/P|subj=cli|os=...|dist=...; later fields may hold bars.
# Only SYNs describe the client; ??? and tools (app=) are not an OS. A fifth group would make RE2
# four times as slow.
SYN = (
    r"^\[([^|\]]*)\] mod=syn[|]cli=([0-9a-f.:]+)/[0-9]+[|]srv=([0-9a-f.:]+/[0-9]+)[|]subj=cli[|]"
    r"(?:os=([^|]*)|app=[^|]*)[|][^|\r\n]"
)
_FROM_TEXT = f"""
    select
        replace(syn.time, '/', '-') as time, syn.client as client,
        split_part(syn.server, '/', 1) as server, split_part(syn.server, '/', 2) as port,
        if(syn.os in ('', '???'), 'Unknown', syn.os) as os,
        {{parse_time}}(replace(syn.time, '/', '-'), '{{time_format}}') is null
            as {UNREADABLE} {{carried}}
    from (
        select {{syn}} as syn {{carried}}
        from (
            select line, substring(line, 23, 8) = 'mod=syn|' as is_syn,
                left(line, 1) = '[' and substring(line, 21, 6) = '] mod=' as is_log {{carried}}
            from (
                select if(
                    place > 21 and place < 1020
                        and substring(line, place - 21, 1) in (' ', chr(9), '"'),
                    substring(line, place - 20), line
                ) as line {{carried}}
                from (select *, instr(line, '] mod=') as place from lines)
            )
        ) where is_syn or not is_log
    )
"""
# Keys of the same fields in JSON: T-Pot's, those of p0f's text, and those of T-Pot's Logstash.
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
_FROM_JSON = f"""
    select
        time, regexp_replace(client, '/[0-9]+$', '') as client,
        regexp_replace(server, '/[0-9]+$', '') as server,
        regexp_extract(server, '[0-9]+$', 0) as port,
        if(os = '???' or os is null, 'Unknown', os) as os,
        not coalesce(mod is not null and (mod <> 'syn' or (
            {{parse_time}}(left(time, 19), '{{time_format}}') is not null
            and substring(time, 20) in ('', 'Z')
            and subject = 'cli' and coalesce(os, app) is not null
            and {{matches}}(client, '^{_ENDPOINT}$')
            and {{matches}}(server, '^{_ENDPOINT}$'))), false)
            as {UNREADABLE} {{carried}}
    from (
        select
            mod, subject, os, app,
            if(time like '____-__-__T__:__:__%Z',
                concat(left(time, 10), ' ', substring(time, 12, 8), 'Z'), replace(time, '/', '-'))
                as time,
            client || coalesce('/' || client_port, '') as client,
            server || coalesce('/' || server_port, '') as server {{carried}}
        from (select {{fields}} {{carried}} from (
            select {{cells}} as cells {{carried}} from lines where trim(line) <> ''
        ))
    ) where mod is null or mod = 'syn'
"""


class Dialect(NamedTuple):
    """What differs between the SQL of DuckDB and Spark.

    ``syn`` parses a line by ``SYN`` into a struct; ``list_element``, ``matches`` and ``parse_time``
    are names of functions; ``json_values`` gives SQL for a list of the values at some paths in
    JSON. ``carried`` are further columns of the lines to keep, each after a comma.
    """

    syn: str
    list_element: str
    matches: str
    parse_time: str
    time_format: str
    json_values: Callable[[str, Sequence[Sequence[str]]], str]
    carried: str = ""


def _json_values(json: str, paths: Sequence[Sequence[str]]) -> str:
    return f"try(json_extract_string({json}, [{', '.join(text(pointer(*p)) for p in paths)}]))"


_DUCKDB = Dialect(
    f"regexp_extract(line, '{SYN}', ['time', 'client', 'server', 'os'])", "list_extract",
    "regexp_matches", "try_strptime", _TIME_FORMAT, _json_values,
)  # fmt: skip


def connections_sql(event_path: Sequence[str] | None, dialect: Dialect = _DUCKDB) -> str:
    """The query that selects connections from a table ``lines``, as ``connections`` returns them.

    ``event_path`` is that of ``Format``.
    """
    if event_path is None:
        return _FROM_TEXT.format(**dialect._asdict())
    event = "substring(line, greatest(instr(line, '{'), 1))"  # after a prefix of syslog
    if event_path:
        event = f"{dialect.list_element}({dialect.json_values(event, [event_path])}, 1)"
    position = itertools.count(1)
    fields = []
    for field, keys in _KEYS.items():
        values = (f"{dialect.list_element}(cells, {next(position)})" for _ in keys)
        fields.append(f"coalesce({', '.join(values)}) as {field}")
    cells = dialect.json_values(event, [(key,) for keys in _KEYS.values() for key in keys])
    return _FROM_JSON.format(cells=cells, fields=", ".join(fields), **dialect._asdict())


# Of several labels in one second, the last one by name is taken, Unknown only if it is alone. Time
# and rank are compared as one number, which is twice as fast as comparing texts.
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
# A row for each time at which a client was seen, and its first one again for earlier messages.
# Clients go by number, since sorting addresses takes twice as long.
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


def is_log_line(line: bytes) -> bool:
    """Whether a line is one of a p0f 3 log, with or without a prefix of syslog or a container.

    >>> is_log_line(b"[2014/12/17 05:22:49] mod=mtu|cli=192.0.2.7/1|srv=192.0.2.9/25|...")
    True
    """
    return bool(_LOG_LINE.match(line))


def is_other_event(line: bytes) -> bool:
    """Whether a line of a log is no SYN; it may hold bytes of a request that are not UTF-8."""
    log = _LOG_LINE.match(line)
    return log is not None and not log[1].startswith(b"mod=syn|", 22)


def find_event(text: bytes) -> tuple[str, ...] | None:
    """The keys that lead to an event of p0f in the first JSON object of a text; None for none.

    >>> find_event(b'p0f-1 | {"p0f": {"mod": "mtu", "client_ip": "192.0.2.7", "subject": "cli"}}')
    ('p0f',)
    """
    try:
        return _find_event(text[text.index(b"{") :].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _find_event(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, str) and value.startswith("{"):  # Docker writes a line as a JSON text
        value, _ = json.JSONDecoder().raw_decode(value)
    if not isinstance(value, dict):
        return None
    if all(any(value.get(key) for key in _KEYS[field]) for field in ("mod", "client", "subject")):
        return ()
    for key, inner in value.items():
        path = _find_event(inner)
        if path is not None:
            return (key, *path)
    return None


def connections(
    lines: DuckDBPyRelation,
    ports: Collection[str] | None = None,
    *,
    event_path: Sequence[str] | None = None,
) -> DuckDBPyRelation:
    """The connections in the lines of p0f logs: those to one of ``ports``, or all.

    ``lines`` has a column ``line``, of p0f's text, or of JSON with an event at ``event_path``; its
    other columns are kept. Returns a relation with the columns ``time`` (YYYY-MM-DD HH:MM:SS, local
    or, with a Z, in UTC), ``client``, ``server``, ``port`` and ``os``, and with
    ``_spamindex_unreadable``, true for a line that can't be parsed.
    """
    from duckdb import ColumnExpression, ConstantExpression

    carried = "".join(f", {name}" for name in lines.columns if name != LINE)
    sql = connections_sql(event_path, _DUCKDB._replace(carried=carried))
    found: Any = lines.query("lines", sql)
    if not ports:
        return found  # type: ignore[no-any-return]
    of_ports = ColumnExpression("port").isin(*map(ConstantExpression, ports))
    return found.filter(of_ports | ColumnExpression(UNREADABLE))  # type: ignore[no-any-return]


def doubt_own_mail(own_mail: Sequence[Sequence[Any]]) -> list[Doubt]:
    """Doubt a log with a mail server's own deliveries, from the result of ``OWN_MAIL``."""
    if not own_mail:
        return []
    clients, number, address = own_mail[0]
    which = f"{address!r} is" if clients == 1 else f"{clients} addresses, such as {address!r}, are"
    return [
        Doubt(
            f"{which} both client and server: {number} connections may be mail that the server "
            "sends; capture only what is sent to it (dst host)"
        )
    ]


@dataclass(frozen=True)
class Fingerprints:
    """The OS of each client, as frames of one connection to DuckDB, or of pandas.

    ``latest`` has a row for each ``client`` (an address in its normal form): ``known``, its latest
    label, whether its label ``changes``, and its ``number``. ``over_time`` has a row for each time
    ``since`` (in seconds since 1970) at which a client was seen, with ``number``, ``known``,
    ``changes``; the ``first`` of each client is repeated. ``changing`` counts the clients with
    several labels; ``zone`` is that of the logs, if known; ``repeated`` counts times in the hour
    that is repeated when summer time ends.
    """

    changing: int
    latest: Any
    over_time: Any
    zone: str | None = None
    repeated: int = 0


def build_fingerprints(
    connection: DuckDBPyConnection, seen: DuckDBPyRelation, zone: str | None = None
) -> tuple[Fingerprints, int, int]:
    """Fingerprints of the result of ``connections``; how many lines it has, and how many bad ones.

    ``zone`` is the time zone of the machine that ran p0f: it turns local times into UTC. Raises
    FileError if some times are local, others in UTC, and no zone is given.
    """
    seen_at = "try_cast(time as timestamp)"
    if zone:
        seen_at = f"if(in_utc, {seen_at}, timezone({text(zone)}, {seen_at})::timestamp)"
    since = f"epoch_ms({seen_at}) // 1000 as since"
    seen = seen.project(f"ends_with(time, 'Z') as in_utc, {since}, client, os, {UNREADABLE}")
    # Tables, since several queries use each, and views would read the logs again every time.
    normalize_addresses(lazy(seen), "client").drop("is_address").to_native().create("lines_of_logs")
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
