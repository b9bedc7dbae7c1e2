"""`spamindex compute` on data/ against other ways to the same table, and what needs no table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from timing import CLICK, CSVKIT, DUCKDB, OURS, PANDAS, SQLITE_UTILS, Comparison, miller

ROOT = Path(__file__).parent.parent
TABLES = [str(ROOT / "data/spam.csv"), str(ROOT / "data/share.csv")]
SCRIPT = str(Path(__file__).parent / "pandas_compute.py")
QUERY = (
    "select spam.os, spam_share, market_share, spam_share / market_share as spam_index "
    "from spam join share on spam.os = share.os order by spam_index desc"
)
OF_FILES = QUERY.replace("from spam", f"from '{TABLES[0]}' spam").replace(
    "join share", f"join '{TABLES[1]}' share"
)
RUNS = 5  # for each of the others: these are short


def comparisons(_folder: Path, _scale: float) -> Iterator[Comparison]:
    """The published example ranked, a help page and a usage error."""
    yield Comparison(
        "`compute` on `data/`",
        {
            "spamindex": [OURS.path, "compute", *TABLES],
            f"{PANDAS}, a bare script": [PANDAS.python, SCRIPT, *TABLES],
            f"importing {PANDAS}": [PANDAS.python, "-c", "import pandas"],
            f"{SQLITE_UTILS}": [SQLITE_UTILS.path, "memory", *TABLES, QUERY, "--table"],
            f"csvsql of {CSVKIT}": [CSVKIT.path, "--query", QUERY, *TABLES],
            f"{DUCKDB}": [DUCKDB.path, "-c", OF_FILES],
            miller(): ["mlr", "--icsv", "--opprint", "join", "-j", "os", "-f", TABLES[0],
                       "then", "put", "$spam_index = $spam_share / $market_share",
                       "then", "sort", "-nr", "spam_index", TABLES[1]],
        },
        RUNS,
    )  # fmt: skip
    for what, args, status in (
        ("`--help`", ["--help"], 0),
        ("`compute --help`", ["compute", "--help"], 0),
        ("a usage error", ["compute", "--nothing"], 2),
    ):
        yield Comparison(
            what,
            {
                "spamindex": [OURS.path, *args],
                f"importing {CLICK}": [CLICK.python, "-c", "import click"],
            },
            RUNS,
            exits=(0, status),
        )
