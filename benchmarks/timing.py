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
from importlib.metadata import version
from pathlib import Path

HEADINGS = (
    "| what is done | by | median, s | peak, MiB | ours ÷ it |\n| --- | --- | --- | --- | --- |"
)


@dataclass(frozen=True)
class Comparison:
    """The same thing done by several commands, by name; the first one is ours."""

    what: str
    commands: dict[str, list[str]]
    times_as_many_runs: int = 1


def tool(name: str) -> str:
    """The path of a command beside this Python, or on the PATH."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name) or name


def of(package: str) -> str:
    """The name of a package with its version."""
    return f"{package} {version(package)}"


def miller() -> str:
    """The name of Miller with its version."""
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
            result = _run(command)
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


def _run(command: list[str]) -> tuple[float, float]:
    """How long a command takes, in seconds, and its peak memory, in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)  # what the system has counted of it alone
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024
