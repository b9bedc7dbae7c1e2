"""p0f 3 logs: which client spoke when, and which OS that was."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from spamindex.messages.addresses import normal_expression

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

UNKNOWN = "Unknown"
UNREADABLE = "_spamindex_unreadable"  # a column of our own: whether a line could not be read

_TIME = "%Y-%m-%d %H:%M:%S"
_LOG = re.compile(rb"\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\] mod=")
_SENDER = re.compile(
    rb"mod=syn\|cli=[0-9a-f.:]+/\d+\|srv=[0-9a-f.:]+/\d+\|subj=cli\|(os|app)=[^|]*\|[^|\r\n]"
)

# p0f writes [TIME] mod=syn|cli=A/P|srv=A/P|subj=cli|os=...|dist=...; what is after may hold bars.
# Only SYNs speak of the client; ??? and tools (app=) are no OS.
_SENDERS = rf"""
    select
        replace(line[2:20], '/', '-') as time,
        regexp_replace(client[5:], '/[0-9]+$', '') as client,
        regexp_replace(server[5:], '/[0-9]+$', '') as server,
        regexp_extract(server, '[0-9]+$') as port,
        if(starts_with(os, 'os=') and os <> 'os=???', os[4:], 'Unknown') as os,
        not coalesce(is_log and (not is_syn or (
            try_strptime(time, '{_TIME}') is not null
            and subject = 'subj=cli' and rest <> ''
            and starts_with(client, 'cli=') and starts_with(server, 'srv=')
            and (starts_with(os, 'os=') or starts_with(os, 'app='))
            and regexp_full_match(client[5:], '[0-9a-f.:]+/[0-9]+')
            and regexp_full_match(server[5:], '[0-9a-f.:]+/[0-9]+'))), false)
            as _spamindex_unreadable
    from (
        select
            line, line[1] = '[' and line[21:26] = '] mod=' as is_log,
            line[23:30] = 'mod=syn|' as is_syn, split_part(line, '|', 2) as client,
            split_part(line, '|', 3) as server, split_part(line, '|', 4) as subject,
            split_part(line, '|', 5) as os, split_part(line, '|', 6) as rest
        from lines
    ) where is_syn or not is_log
"""
# An IPv4 address may stand in the records as an IPv6 one in hex, too.
_SPELLED = """
    with told as materialized ({query})
    select client, {rest} from told
    union all
    select
        '::::::ffff:' || ltrim(printf('%x', p[1]::int * 256 + p[2]::int), '0')
               || ':' || ltrim(printf('%x', p[3]::int * 256 + p[4]::int), '0'), {rest}
    from (select *, string_split(client, '.') as p from told
          where regexp_full_match(client, '((0|[1-9][0-9]?[0-9]?)(\\.|$)){{4}}'))
"""
_LATEST = """
    select client, arg_max(os, (time, os <> 'Unknown', os)) as known, min(os) <> max(os) as changes
    from lines_of_logs where not _spamindex_unreadable group by client
"""
_OVER_TIME = """
    select
        client, os as known, if(earlier is null, '', time) as since,
        coalesce(lead(time) over (
            partition by client order by time, os <> 'Unknown', os), '~') as until
    from (
        select *, lag(os) over (partition by client order by time, os <> 'Unknown', os) as earlier
        from (select distinct client, time, os from lines_of_logs where not _spamindex_unreadable)
    ) where earlier is distinct from os
"""
_CHANGING = "select count(*) from latest where changes"
_HOW_MANY = "select count(*), count(*) filter (where _spamindex_unreadable) from lines_of_logs"


def is_log(line: bytes) -> bool:
    """Whether a line is one of a p0f 3 log.

    >>> is_log(b"[2014/12/17 05:22:49] mod=mtu|cli=192.0.2.7/1|srv=192.0.2.9/25|...")
    True
    """
    return bool(_LOG.match(line))


def is_readable(line: bytes) -> bool:
    """Whether a line of a log is whole, as far as it speaks of a client: then it is UTF-8, too."""
    if not is_log(line):
        return False
    if not line.startswith(b"mod=syn|", 22):
        return True
    try:
        line.decode()
        datetime.strptime(line[1:20].decode().replace("/", "-"), _TIME)
    except ValueError:
        return False
    return bool(_SENDER.match(line, 22))


def senders(lines: DuckDBPyRelation, ports: Collection[str] | None = None) -> DuckDBPyRelation:
    """What the lines of p0f logs say of those who connect, to one of these ports or to any.

    ``lines`` has one column ``line``. Returns a relation with the columns ``time`` (local, as
    YYYY-MM-DD HH:MM:SS), ``client``, ``server``, ``port`` and ``os``, with
    ``_spamindex_unreadable`` for the lines that are damaged or of no log.
    """
    from duckdb import ColumnExpression, ConstantExpression

    found: DuckDBPyRelation = lines.query("lines", _SENDERS)  # type: ignore[assignment]
    if not ports:
        return found
    of_ports = ColumnExpression("port").isin(*map(ConstantExpression, ports))
    return found.filter(of_ports | ColumnExpression(UNREADABLE))


@dataclass(frozen=True)
class Fingerprints:
    """The OS of each client, as frames: of one connection to DuckDB, or of pandas.

    ``latest`` has the columns ``client`` (an address in its normal form) and ``known``, its latest
    label; ``over_time`` each label with the times ``since`` and ``until`` which it holds, as text.
    ``changing`` is how many clients have several labels.
    """

    changing: int
    latest: Any
    over_time: Any


def fingerprints(
    connection: DuckDBPyConnection, seen: DuckDBPyRelation, zone: str | None = None
) -> tuple[Fingerprints, int, int]:
    """The OS of each client, from what ``senders`` found; and of how many lines how many are bad.

    ``zone`` is the time zone of the machine that ran p0f, which writes local times; with it they
    become UTC.
    """
    import narwhals as nw
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

    time = ColumnExpression("time")
    if zone is not None:
        local = FunctionExpression("try_strptime", time, ConstantExpression(_TIME))
        utc = FunctionExpression("timezone", ConstantExpression(zone), local)
        time = FunctionExpression("strftime", utc, ConstantExpression(_TIME)).alias("time")
    columns = [ColumnExpression(name) for name in ("client", "os", UNREADABLE)]
    spelled = nw.from_native(seen.select(time, *columns))
    spelled = spelled.with_columns(client=normal_expression(nw.col("client")))
    spelled.to_native().create("lines_of_logs")
    [(read, bad)] = connection.sql(_HOW_MANY).fetchall()
    connection.sql(_LATEST).create("latest")
    [(changing,)] = connection.sql(_CHANGING).fetchall()
    latest, over_time = (
        connection.sql(_SPELLED.format(query=query, rest=rest))
        for query, rest in (("from latest", "known"), (_OVER_TIME, "known, since, until"))
    )
    return Fingerprints(changing, latest, over_time), read, bad
