"""`spamindex compute` on data/ against other ways to the same table, and a help page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from timing import Comparison, of, tool

ROOT = Path(__file__).parent.parent
SPAM, SHARE = str(ROOT / "data/spam.csv"), str(ROOT / "data/share.csv")
PANDAS = str(Path(__file__).parent / "pandas_compute.py")
QUERY = (
    "select spam.os, spam_share, market_share, spam_share / market_share as spam_index "
    "from spam join share on spam.os = share.os order by spam_index desc"
)
RUNS = 5  # for each of the others: these are short


def comparisons(_folder: Path, _scale: float) -> Iterator[Comparison]:
    """The published example ranked, and a help page: neither needs data that is made up."""
    yield Comparison(
        "`compute` on `data/`",
        {
            "spamindex": [tool("spamindex"), "compute", SPAM, SHARE],
            f"bare {of('pandas')} script": [sys.executable, PANDAS, SPAM, SHARE],
            of("sqlite-utils"): [tool("sqlite-utils"), "memory", SPAM, SHARE, QUERY, "--table"],
            f"csvsql of {of('csvkit')}": [tool("csvsql"), "--query", QUERY, SPAM, SHARE],
        },
        RUNS,
    )
    yield Comparison(
        "`--help`",
        {
            "spamindex": [tool("spamindex"), "--help"],
            f"importing {of('click')}": [sys.executable, "-c", "import click"],
        },
        RUNS,
    )
