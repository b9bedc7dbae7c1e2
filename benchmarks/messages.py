"""`spamindex tally` on many message records against the same count in other programs."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from timing import DUCKDB, OURS, Comparison, miller

LABELS = ["Windows XP", "Windows 7 or 8", "Windows NT kernel", "Linux 2.2.x-3.x",
          "Linux 3.11 and newer", "Mac OS X", "FreeBSD 8.x", "???"]  # fmt: skip
CLIENTS = 1_000_000
RECORDS = """
    select timestamp '2010-01-01' + interval (i % 7776000) second as time,
           concat('10.', h % 16, '.', (h >> 8) % 250, '.', (h >> 16) % 250) as client_ip,
           ['Windows XP', 'Windows 7 or 8', 'Windows NT kernel', 'Linux 2.2.x-3.x',
            'Linux 3.11 and newer', 'Mac OS X', 'FreeBSD 8.x', '???']
           [1 + ((h >> 24) % 8)::int] as os,
           (h >> 32) % 10 < 8 as spam
    from (select i, hash(i) as h from range(?) t(i))
"""
COUNT = "select os, count(*) n from {} where spam in ('true', true) group by os order by n desc"
JOIN = """
    with log as (
        select regexp_extract(line, 'cli=([^|/]*)', 1) client_ip,
               regexp_extract(line, '[|]os=([^|]*)', 1) as system, line[2:20] seen
        from read_csv(?, header=false, auto_detect=false, sep=chr(1), quote='', escape='',
                      columns={'line': 'VARCHAR'})
        where contains(line, 'mod=syn|') and contains(line, '|subj=cli|')),
    latest as (select client_ip, arg_max(system, seen) as system from log group by client_ip)
    select system, count(*) n from read_parquet(?) left join latest using (client_ip)
    where spam group by system order by n desc
"""
OF_JSON = JOIN.replace(
    "read_parquet(?)",
    "read_json(?, format='newline_delimited', columns={'client_ip': 'VARCHAR', 'spam': 'VARCHAR'})",
).replace("where spam group", "where spam = 'true' group")
OVER_TIME = """
    with log as (
        select regexp_extract(line, 'cli=([^|/]*)', 1) client_ip,
               regexp_extract(line, '[|]os=([^|]*)', 1) as system,
               strptime(line[2:20], '%Y/%m/%d %H:%M:%S') seen
        from read_csv(?, header=false, auto_detect=false, sep=chr(1), quote='', escape='',
                      columns={'line': 'VARCHAR'})
        where contains(line, 'mod=syn|') and contains(line, '|subj=cli|'))
    select system, count(*) n from read_csv(?) r asof left join log l
    on r.client_ip = l.client_ip and r.time >= l.seen
    where spam group by system order by n desc
"""
OF_CLUSTERS = """
    with part as (
        select os, client_ip, count(*) x from read_parquet(?) where spam group by all),
    whole as (select client_ip, sum(x) n from part group by all),
    sums as (select sum(n * n) nn, count(*) c from whole)
    select os, sum(x), sum(x * x), sum(x * n), any_value(nn), any_value(c)
    from part join whole using (client_ip), sums group by os order by 2 desc
"""


def comparisons(folder: Path, scale: float) -> Iterator[Comparison]:
    """Records in Parquet, few and many, in CSV and JSON, and joined with fingerprints."""
    tally, theirs = [OURS.path, "tally"], str(DUCKDB)
    of_parquet = COUNT.format("read_parquet(?)").replace("spam in ('true', true)", "spam")
    for millions in (20, 200):
        records = _written(folder / "records.parquet", int(millions * 1e6 * scale))
        yield Comparison(
            f"`tally` of {millions * scale:g} million records in Parquet",
            {"spamindex": [*tally, records], theirs: _sql(of_parquet, records)},
        )
    records = _written(folder / "records.csv", int(20e6 * scale))
    yield Comparison(
        f"`tally` of {20 * scale:g} million records in CSV",
        {
            "spamindex": [*tally, records],
            theirs: _sql(COUNT.format("read_csv(?)"), records),
            miller(): ["mlr", "--icsv", "--ocsv", "filter", '$spam == "true"', "then",
                       "count", "-g", "os", records],
        },
    )  # fmt: skip
    records = _written(folder / "records.parquet", int(50e6 * scale), "client_ip, spam")
    log = folder / "p0f.log"
    write_log(log, int(CLIENTS * scale))
    yield Comparison(
        f"`tally` of {50 * scale:g} million records joined with {scale:g} million fingerprints",
        {
            "spamindex": [*tally, records, "--fingerprints", str(log)],
            theirs: _sql(JOIN, str(log), records),
        },
    )
    records = _written(folder / "records.parquet", int(50e6 * scale), "client_ip, spam, os")
    yield Comparison(
        f"`tally --cluster` of {50 * scale:g} million records in {scale:g} million clusters",
        {
            "spamindex": [*tally, records, "--cluster", "client_ip"],
            theirs: _sql(OF_CLUSTERS, records),
        },
    )
    records = _written(folder / "records.csv", int(5e6 * scale), "time, client_ip, spam")
    for changes in (1, 100):
        write_log(log, int(CLIENTS * scale), changes)
        yield Comparison(
            f"`tally` of {5 * scale:g} million records in CSV joined over time with {scale:g} "
            f"million fingerprints, {'few' if changes == 1 else changes} of each client",
            {
                "spamindex": [*tally, records, "--fingerprints", str(log)],
                theirs: _sql(OVER_TIME, str(log), records),
            },
        )
    write_log(log, int(CLIENTS * scale))
    records = _written(folder / "records.jsonl", int(5e6 * scale), "client_ip, spam, os as said")
    yield Comparison(
        f"`tally` of {5 * scale:g} million JSON lines joined with {scale:g} million fingerprints",
        {
            "spamindex": [*tally, records, "--fingerprints", str(log)],
            theirs: _sql(OF_JSON, str(log), records),
        },
    )


def _sql(query: str, *paths: str) -> list[str]:
    for path in paths:
        query = query.replace("?", f"'{path}'", 1)
    return [DUCKDB.path, "-csv", "-c", query]


def _written(path: Path, records: int, columns: str = "*") -> str:
    form = " (format json)" if path.suffix == ".jsonl" else ""
    made = RECORDS.replace("range(?)", f"range({records})")  # an OS is ???, too
    query = f"copy (select {columns} from ({made})) to '{path}'{form}"
    subprocess.run([DUCKDB.path, "-c", query], stdout=subprocess.DEVNULL, check=True)
    return str(path)


def write_log(path: Path, lines: int, changes: int = 1) -> None:
    """Write a p0f log with as many SYNs, of clients that send; so many of each, or at random."""
    rng = random.Random(1)
    clients = [
        f"10.{rng.randrange(16)}.{rng.randrange(250)}.{rng.randrange(250)}"
        for _ in range(max(1, lines // changes))
    ]
    with path.open("w") as file:
        for i in range(lines):
            file.write(
                f"[2010/01/{1 + 30 * i // lines:02} 12:{1440 * i // lines % 60:02}:00] mod=syn|"
                f"cli={clients[i % len(clients)]}/40000|srv=192.0.2.25/25|subj=cli|"
                f"os={rng.choice(LABELS)}|dist=9|"
                "params=none|raw_sig=4:55+9:0:1460:mss*10,6:mss,sok,ts,nop,ws:df,id+:0\n"
            )
