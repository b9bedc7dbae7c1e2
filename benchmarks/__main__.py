"""Time spamindex against other programs, as whole processes.

python benchmarks [RUNS [SCALE]]     prints a Markdown table

RUNS is 3. With SCALE 1, up to 200 million records are counted: that takes half an hour, and 6 GB in
the temporary folder. All data is made up, and the same each time. Each peer is installed into an
environment of its own, in benchmarks/environments; Miller comes from the system's packages, and is
left out, and said, where it is not there.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from datetime import date
from pathlib import Path

import long_tables
import messages
import small_tables
from timing import HEADINGS, OURS, install_all, rows


def main() -> None:
    """Print what was measured, row by row."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    scale = float(sys.argv[2]) if len(sys.argv) > 2 else 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    install_all()
    print(
        f"{OURS} on {date.today().isoformat()}: {os.cpu_count()} cores, "
        f"{memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}, "
        f"medians of {runs} runs or more\n"
    )
    print(HEADINGS, flush=True)
    for what in (small_tables, long_tables, messages):
        with tempfile.TemporaryDirectory() as folder:
            for comparison in what.comparisons(Path(folder), scale):
                for row in rows(comparison, runs):
                    print(row, flush=True)


if __name__ == "__main__":
    main()
