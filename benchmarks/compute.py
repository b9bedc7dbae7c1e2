"""Time `spamindex compute` on data/ against other ways to the same table, as whole processes.

python benchmarks/compute.py [RUNS]     prints a Markdown table

Needs the extra `benchmark`; a peer that is not installed is left out, and said.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from timing import tool

ROOT = Path(__file__).parent.parent
SPAM, SHARE = str(ROOT / "data/spam.csv"), str(ROOT / "data/share.csv")
PANDAS = str(Path(__file__).parent / "pandas_compute.py")
QUERY = (
    "select spam.os, spam_share, market_share, spam_share / market_share as spam_index "
    "from spam join share on spam.os = share.os order by spam_index desc"
)


# name, command, and the name of what it is measured against
COMMANDS = [
    ("bare pandas script", [sys.executable, PANDAS, SPAM, SHARE], None),
    ("spamindex compute", [tool("spamindex"), "compute", SPAM, SHARE], "bare pandas script"),
    ("sqlite-utils memory", [tool("sqlite-utils"), "memory", SPAM, SHARE, QUERY, "--table"],
     "spamindex compute"),
    ("csvsql (csvkit)", [tool("csvsql"), "--query", QUERY, SPAM, SHARE], "spamindex compute"),
    ("python -c 'import click'", [sys.executable, "-c", "import click"], None),
    ("spamindex --help", [tool("spamindex"), "--help"], "python -c 'import click'"),
]  # fmt: skip


def seconds(command: list[str]) -> float:
    """How long a command takes from its start to its end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Run all commands in turn, so that a slow moment of the machine strikes them alike."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    there = [entry for entry in COMMANDS if shutil.which(entry[1][0])]
    for name in {entry[0] for entry in COMMANDS} - {entry[0] for entry in there}:
        print(f"{name}: not installed", file=sys.stderr)
    times: dict[str, list[float]] = {name: [] for name, _, _ in there}
    for turn in range(runs + 1):
        for name, command, _ in there:
            taken = seconds(command)
            if turn:  # the first turn warms up the disk's cache
                times[name].append(taken)
    print(f"| command ({runs} runs) | median, s | ratio | to |\n| --- | --- | --- | --- |")
    for name, _, against in there:
        median = statistics.median(times[name])
        ratio = f"{median / statistics.median(times[against]):.2f}" if against else ""
        print(f"| {name} | {median:.3f} | {ratio} | {against or ''} |")


if __name__ == "__main__":
    main()
