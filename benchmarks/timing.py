"""Commands timed as whole processes, in turn, and told as rows of a Markdown table."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENTS = Path(__file__).parent / "environments"
HEADINGS = (
    "| what is done | by | median, s | peak, MiB | ours ÷ it |\n| --- | --- | --- | --- | --- |"
)


@dataclass(frozen=True)
class Comparison:
    """The same thing done by several commands, by name; the first one is ours."""

    what: str
    commands: dict[str, list[str]]
    times_as_many_runs: int = 1
    exits: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Peer:
    """A package installed as its users install it: in an environment with nothing else."""

    package: str
    command: str

    @property
    def path(self) -> str:
        """Its command."""
        return str(ENVIRONMENTS / self.package / "bin" / self.command)

    @property
    def python(self) -> str:
        """The Python of its environment, in which its package can be imported."""
        return str(ENVIRONMENTS / self.package / "bin" / "python")

    def __str__(self) -> str:
        code = f"from importlib.metadata import version; print(version({self.package!r}))"
        shown = subprocess.run([self.python, "-c", code], capture_output=True, text=True)
        return f"{self.package} {shown.stdout.strip()}"

    def install(self, what: str) -> None:
        """Make the environment, unless it is there, and install what pip calls ``what``."""
        if not Path(self.python).exists():
            subprocess.run([sys.executable, "-m", "venv", ENVIRONMENTS / self.package], check=True)
        pip = [self.python, "-m", "pip", "install", "-q", what]
        subprocess.run(pip, stdout=sys.stderr, check=True)


OURS = Peer("spamindex", "spamindex")
CLICK = Peer("click", "python")
CSVKIT = Peer("csvkit", "csvsql")
DUCKDB = Peer("duckdb-cli", "duckdb")
PANDAS = Peer("pandas", "python")
SQLITE_UTILS = Peer("sqlite-utils", "sqlite-utils")
PEERS = [CLICK, CSVKIT, DUCKDB, PANDAS, SQLITE_UTILS]


def install_all() -> None:
    """Install this checkout, and all peers."""
    OURS.install(f"{Path(__file__).parent.parent}[messages]")
    for peer in PEERS:
        peer.install(peer.package)


def miller() -> str:
    """The name of Miller with its version; it comes from the system's packages."""
    if not shutil.which("mlr"):
        return "Miller"
    shown = subprocess.run(["mlr", "--version"], capture_output=True, text=True, check=True).stdout
    return f"Miller {shown.split()[-1]}"


def rows(comparison: Comparison, runs: int) -> Iterator[str]:
    """Run all commands in turn, so that a slow moment of the machine strikes them alike.

    The first turn warms up the disk's cache. A command that is not installed is left out, and said.
    """
    there = {name: c for name, c in comparison.commands.items() if shutil.which(c[0])}
    for name in comparison.commands.keys() - there.keys():
        print(f"{name}: not installed", file=sys.stderr)
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in there}
    for turn in range(runs * comparison.times_as_many_runs + 1):
        for name, command in there.items():
            result = _run(command, comparison.exits)
            if turn:
                results[name].append(result)
    medians = {
        name: statistics.median(seconds for seconds, _ in taken) for name, taken in results.items()
    }
    ours = next(iter(medians.values()))
    for i, (name, seconds) in enumerate(medians.items()):
        peak = max(peak for _, peak in results[name])
        ratio = f"{ours / seconds:.2f}" if i else ""
        what = "" if i else comparison.what
        yield f"| {what} | {name} | {seconds:.3f} | {peak:.0f} | {ratio} |"


def _run(command: list[str], exits: tuple[int, ...]) -> tuple[float, float]:
    """How long a command takes, in seconds, and its peak memory, in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)  # what the system has counted of it alone
    if os.waitstatus_to_exitcode(status) not in exits:
        raise SystemExit(f"failed: {' '.join(command)}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024
