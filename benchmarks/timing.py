"""Commands timed as whole processes, in turn, and told as a Markdown table."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path


def tool(name: str) -> str:
    """The path of a command beside this Python, or on the PATH."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name) or name


def run(command: list[str]) -> tuple[float, float]:
    """How long a command takes, in seconds, and its peak memory, in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)  # what the system has counted of it alone
    if status:
        raise SystemExit(f"{command[0]} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def compare(title: str, commands: dict[str, list[str]], runs: int) -> None:
    """Run all commands in turn, so that a slow moment of the machine strikes them alike.

    The first one is ours. A command that is not installed is left out, and said.
    """
    for name in [name for name, command in commands.items() if not shutil.which(command[0])]:
        print(f"{name}: not installed", file=sys.stderr)
        del commands[name]
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            results[name].append(run(command))
    ours = statistics.median(seconds for seconds, _ in next(iter(results.values())))
    print(f"| {title} ({runs} runs) | median, s | peak, MiB | ours to it |")
    print("| --- | --- | --- | --- |")
    for name, taken in results.items():
        seconds = statistics.median(seconds for seconds, _ in taken)
        peak = max(peak for _, peak in taken)
        print(f"| {name} | {seconds:.2f} | {peak:.0f} | {ours / seconds:.2f} |")
    print(flush=True)
