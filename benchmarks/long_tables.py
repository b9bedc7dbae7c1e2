"""Time `compute --by country --by month` on two tables of a million rows each.

python benchmarks/long_tables.py [RUNS [ROWS]]     prints a Markdown table

The tables are made up and the same each time. A peer that is not installed is left out, and said:
Miller is Debian's package miller, DuckDB comes with the extra `benchmark`.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from timing import compare, tool

SYSTEMS = ["Windows", "Linux", "macOS", "Android", "iOS", "ChromeOS", "FreeBSD", "Symbian",
           "Unknown", "Other"]  # fmt: skip
PANDAS = str(Path(__file__).parent / "pandas_long.py")
MONTHS = 500
DUCKDB = """
import duckdb, sys
duckdb.sql(f'''copy (
    select spam.country, spam.month, spam.os, spam_share, market_share,
           spam_share / market_share as spam_index
    from read_csv('{sys.argv[1]}') spam
    join read_csv('{sys.argv[2]}') share using (country, month, os)
    order by spam.country, spam.month, spam_index desc) to '/dev/stdout' (format csv)''')
"""


def write_table(path: Path, column: str, rows: int, months: int, seed: int) -> None:
    """Write shares with two decimals that add up to 100 in each month of each country."""
    rng = random.Random(seed)
    with path.open("w") as file:
        file.write(f"country,month,os,{column}\n")
        for ranking in range(rows // len(SYSTEMS)):
            country, month = divmod(ranking, months)
            weights = [rng.random() ** 3 for _ in SYSTEMS]
            parts = [1 + int(9900 * weight / sum(weights)) for weight in weights]
            parts[0] += 10_000 - sum(parts)
            period = f"{1980 + month // 12}-{month % 12 + 1:02}"
            file.writelines(
                f"C{country},{period},{os},{part / 100:.2f}\n"
                for os, part in zip(SYSTEMS, parts, strict=True)
            )


def main() -> None:
    """Write the tables, and time all commands on them."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        tables = {}
        for name, months in (("many", MONTHS), ("one", 1)):
            tables[name] = [str(Path(folder) / f"{name}_{kind}.csv") for kind in ("spam", "share")]
            for path, column, seed in zip(
                tables[name], ("spam_share", "market_share"), (1, 2), strict=True
            ):
                write_table(Path(path), column, rows, months, seed)
        spam, share = tables["many"]
        by = ["--by", "country", "--by", "month", "-f", "csv"]
        commands = {
            "spamindex compute": [tool("spamindex"), "compute", spam, share, *by],
            "the same, one month": [tool("spamindex"), "compute", *tables["one"], *by],
            "pandas script": [sys.executable, PANDAS, spam, share],
            "DuckDB": [sys.executable, "-c", DUCKDB, spam, share],
            "Miller": ["mlr", "--icsv", "--ocsv", "join", "-j", "country,month,os", "-f", spam,
                       "then", "put", "$spam_index = $spam_share / $market_share",
                       "then", "sort", "-f", "country,month", "-nr", "spam_index", share],
        }  # fmt: skip
        compare(f"two tables of {rows} rows", commands, runs)


if __name__ == "__main__":
    main()
