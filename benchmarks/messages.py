"""Time `tally` on many message records against the same count in other programs.

python benchmarks/messages.py [RUNS [SCALE]]     prints Markdown tables

With SCALE 1 there are 200 million records in Parquet and 50 million joined with a million
fingerprints: half an hour, and 6 GB in the temporary folder. The records are made up, the same each
time. Needs the extra `messages`; Miller is Debian's package miller.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import duckdb
from timing import compare, tool

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
               regexp_extract(line, '[|]os=([^|]*)', 1) label, line[2:20] seen
        from read_csv(?, header=false, auto_detect=false, sep=chr(1), quote='', escape='',
                      columns={'line': 'VARCHAR'})
        where contains(line, 'mod=syn|') and contains(line, '|subj=cli|')),
    latest as (select client_ip, arg_max(label, seen) label from log group by client_ip)
    select label, count(*) n from read_parquet(?) left join latest using (client_ip)
    where spam group by label order by n desc
"""
SQL = "import duckdb, sys; print(duckdb.execute(sys.argv[1], sys.argv[2:]).fetchall())"


def write_log(path: Path, lines: int) -> None:
    """Write a p0f log with as many SYNs, of clients that send."""
    rng = random.Random(1)
    with path.open("w") as file:
        for i in range(lines):
            client = f"10.{rng.randrange(16)}.{rng.randrange(250)}.{rng.randrange(250)}"
            file.write(
                f"[2010/01/{1 + 30 * i // lines:02} 12:{1440 * i // lines % 60:02}:00] mod=syn|"
                f"cli={client}/40000|srv=192.0.2.25/25|subj=cli|os={rng.choice(LABELS)}|dist=9|"
                "params=none|raw_sig=4:55+9:0:1460:mss*10,6:mss,sok,ts,nop,ws:df,id+:0\n"
            )


def main() -> None:
    """Write the records, and time all commands on them."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    scale = float(sys.argv[2]) if len(sys.argv) > 2 else 1
    spamindex, python = tool("spamindex"), sys.executable
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, millions, suffix in (
            ("many", 200, "parquet"), ("some", 20, "parquet"), ("joined", 50, "parquet"),
            ("table", 20, "csv"),
        ):  # fmt: skip
            files[name] = str(Path(folder) / f"{name}.{suffix}")
            columns = "client_ip, spam" if name == "joined" else "*"
            query = f"copy (select {columns} from ({RECORDS})) to '{files[name]}'"
            duckdb.execute(query, [int(millions * scale * 1e6)])
        log = Path(folder) / "p0f.log"
        write_log(log, int(CLIENTS * scale))
        for name, millions in (("some", 20), ("many", 200)):
            sql = COUNT.format("read_parquet(?)").replace("spam in ('true', true)", "spam")
            compare(
                f"{millions * scale:g} million records in Parquet",
                {
                    "spamindex tally": [spamindex, "tally", files[name], "--os", "os"],
                    "DuckDB": [python, "-c", SQL, sql, files[name]],
                },
                runs,
            )
        compare(
            f"{20 * scale:g} million records in CSV",
            {
                "spamindex tally": [spamindex, "tally", files["table"]],
                "DuckDB": [python, "-c", SQL, COUNT.format("read_csv(?)"), files["table"]],
                "Miller": ["mlr", "--icsv", "--ocsv", "filter", '$spam == "true"', "then",
                           "count", "-g", "os", files["table"]],
            },
            runs,
        )  # fmt: skip
        compare(
            f"{50 * scale:g} million records joined with {scale:g} million fingerprints",
            {
                "spamindex tally": [
                    spamindex,
                    "tally",
                    files["joined"],
                    "--fingerprints",
                    str(log),
                ],
                "DuckDB": [python, "-c", SQL, JOIN, str(log), files["joined"]],
            },
            runs,
        )  # fmt: skip


if __name__ == "__main__":
    main()
