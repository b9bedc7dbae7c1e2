"""Any bytes at all into each reader, chosen by the paths that they take through the program.

python -m tests.fuzz READER [SECONDS] [OPTION OF LIBFUZZER ...] [FILE OR FOLDER OF INPUTS ...]
python -m tests.fuzz READER=RUNS,READER=RUNS,... [OPTION OF LIBFUZZER ...]

What breaks the contract of the command line, or takes too long, is kept as crash-*, timeout-* or
slow-unit-* in the current folder; given as FILE it is read once more.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib
import io
import json
import math
import os
import pkgutil
import re
import resource
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from tests.fuzz_seeds import FILES, SEEDS, WORDS

# INPUT is the path of a file with the bytes, TEXT is they themselves; what is in FILES is a file.
COMMANDS: dict[str, Sequence[str]] = {
    "shares": (
        "compute INPUT share -f json",
        "compute spam INPUT -f csv",
        "compute INPUT visits --by period -f json",
        "compute INPUT share --rounding -f jsonl --family --lump",
        "compute INPUT visits --confidence 95 --baseline Linux --period all --sum browser -f tsv",
        "compute INPUT share --where os=Linux --spam-unit percent -f simple",
        "compute spam INPUT --where os!=Linux --share-unit count --sum 1 --drop Total -f json",
        "compute INPUT share --spam-unit count --reattribute Linux Windows 10 -f html",
        "compute INPUT share --confidence 99 --simultaneous --spam-total 10000 -f csv -p 3",
        "shares - --decimal , -f json",
        "shares INPUT -f csv --period last",
        "shares INPUT --wide --unit count -f jsonl",
        "shares INPUT --fill 1 --header 1 --sum 1 -f json",
        "shares INPUT --by date:month --dates day-first --delimiter ; -f github",
    ),
    "workbooks": (
        "compute INPUT share -f json",
        "shares INPUT --sheet 1 -f csv",
        "shares INPUT --fill 1 --header 2 -f jsonl",
    ),
    "names": (
        "compute spam share --names INPUT --family -f json",
        "tally records --names INPUT -f json",
    ),
    "rankings": ("chart INPUT", "chart -", "chart INPUT -f svg -o -", "chart INPUT -f png -o -"),
    "logs": (
        "tally INPUT -f json",
        "tally INPUT --skip-bad --by time:month --port 25 -f csv",
        "sample INPUT --os Linux -n 2 --skip-bad -f json",
    ),
    "fingerprints": (
        "tally records --fingerprints INPUT -f json",
        "tally records --fingerprints INPUT --time time --log-zone Europe/Paris --skip-bad -f csv",
        "sample records --os Unknown --fingerprints INPUT --time time --skip-bad -f jsonl",
    ),
    "messages": (
        "tally INPUT -f json",
        "tally INPUT --skip-bad --by time:month -f csv",
        "tally INPUT --fingerprints log --skip-bad -f json",
        "tally INPUT --fingerprints log --time time --skip-bad -f json",
        "tally - --no-family --ignore-unknown --spam spam=true,1 -f tsv",
        "tally INPUT --cluster client --by time:week --skip-bad -f csv",
        "tally INPUT --count machines --client client --skip-bad -f json",
        "tally INPUT --fingerprints log --fresh 7d --weight n --skip-bad -f csv",
        "sample INPUT --os Linux --skip-bad -n 2 -f json",
    ),
    "options": (
        "compute spam visits --period TEXT --family -f json",
        "compute spam visits --period all --by TEXT -f csv",
        "compute spam visits --period all --where browser=TEXT -f json",
        "compute spam visits --period all --where TEXT=Firefox -f json",
        "compute spam share --baseline TEXT -f json",
        "compute spam share --reattribute Linux TEXT 10 -f csv",
        "compute spam share --reattribute Linux TEXT 10 -f github",
        "compute spam share --spam-column TEXT -f csv",
        "compute spam visits --period all --key TEXT -f json",
        "compute spam share --confidence TEXT --spam-total 1000 -f json",
        "tally records --by TEXT -f json",
        "tally records --os TEXT --spam TEXT -f json",
        "tally records --fingerprints log --log-zone TEXT -f json",
        "tally records --fingerprints log --client TEXT -f json",
        "tally records --fingerprints log --fresh TEXT -f json",
        "tally records --cluster TEXT --weight TEXT -f json",
        "shares visits --period all --sum TEXT --drop TEXT -f json",
        "shares visits --fill TEXT --header TEXT -f json",
        "compute spam share --columns TEXT -f csv",
        "sample records --os TEXT --skip-bad -f json",
        "chart ranking --title TEXT",
        "chart ranking --title TEXT -f svg -o -",
    ),
}
COMMANDS["parquet"] = COMMANDS["messages"]
_PACKED: Sequence[Callable[[bytes], bytes]] = (bytes, gzip.compress, bytes, bz2.compress)
_FIGURES = {
    "spam_share",
    "market_share",
    "spam_index",
    "low",
    "high",
    "relative",
    "messages",
    "share_percent",
    "count",
}
_MOST = 300_000  # kilobytes more for one input


class Reader:
    """One reader, called with bytes: the first says which command reads the others."""

    def __init__(self, name: str, folder: Path) -> None:
        self._commands = COMMANDS[name]
        self._folder = folder
        for file, content in FILES.items():
            (folder / file).write_bytes(content)
        # No name that changes from run to run takes part in what libFuzzer compares.
        os.chdir(folder)
        tempfile.tempdir = "."

    def __call__(self, data: bytes) -> None:
        """Run the command and assert what it promises, whatever it reads."""
        first, content = data[0] if data else 0, data[1:]
        packing, number = divmod(first, len(self._commands))
        text = content.replace(b"\0", b"").decode("utf-8", "surrogateescape")  # as in sys.argv
        content = _PACKED[packing % len(_PACKED)](content)
        command = self._commands[number]
        args = [word.replace("TEXT", text) for word in command.split()]
        (self._folder / "INPUT").write_bytes(content)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        code, result, said = _run(args, content)
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert more < _MOST, f"{more} kilobytes more"
        left = {path.name for path in self._folder.iterdir()} - {*FILES, "INPUT"}
        assert not left, f"left behind: {left}"
        if code != 2 or "TEXT" not in command:  # what click has to say
            check(code, result, said)
            if code != 1:
                check_figures(result, args)


def _run(args: list[str], content: bytes) -> tuple[int, bytes, str]:
    """The exit code of a command, what it printed and what it said."""
    from spamindex.cli.main import run

    result, said = io.BytesIO(), io.BytesIO()
    with (
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(content))),
        redirect_stdout(io.TextIOWrapper(result, "utf-8", write_through=True)),
        redirect_stderr(io.TextIOWrapper(said, "utf-8", "backslashreplace", write_through=True)),
    ):
        return run(args), result.getvalue(), said.getvalue().decode()


def check(code: int, result: bytes, said: str) -> None:
    """Assert that one of the exit codes has come, and with it what belongs to it."""
    lines = [line for line in said.split("\n") if line]
    assert code in (0, 1, 3), f"exit {code}: {said}"
    assert all(line.startswith("spamindex: ") for line in lines), said
    errors = [line for line in lines if line.startswith("spamindex: error: ")]
    assert bool(errors) == (code == 1), f"exit {code}: {said}"
    assert bool(result) == (code != 1), f"exit {code} with {len(result)} bytes: {said}"


def check_figures(result: bytes, args: list[str]) -> None:
    """Assert that no figure of a result is infinite or none, and that what is text can be read."""
    kind = args[args.index("-f") + 1] if "-f" in args else "terminal"
    text = "" if kind == "png" else result.decode()
    if kind in ("json", "jsonl"):
        for part in [text] if kind == "json" else text.rstrip("\n").split("\n"):
            json.loads(part, parse_constant=_refuse)
    elif kind in ("csv", "tsv"):
        rows = csv.DictReader(
            io.StringIO(text, newline=""), delimiter="," if kind == "csv" else "\t"
        )
        for row in rows:
            figures = [float(row[name]) for name in _FIGURES & row.keys() if row[name]]
            assert all(map(math.isfinite, figures)), row
    elif kind == "svg":
        assert not re.search(r' (x|y|d)="[^"]*\b(nan|inf)', text), "a place that is none"


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is a figure of the result")


def main(readers: str, *rest: str) -> None:
    """Let libFuzzer call readers, one after the other, and exit as it does at the first find."""
    _instrument()
    in_memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    for reader, _, runs in (one.partition("=") for one in readers.split(",")):
        with tempfile.TemporaryDirectory(dir=in_memory) as folder:
            if child := os.fork():  # it does not come back to tidy up
                _, status = os.waitpid(child, 0)
            else:
                _fuzz(reader, [*rest, f"-runs={runs}"] if runs else [*rest], Path(folder))
        if status:
            sys.exit(os.waitstatus_to_exitcode(status))


def _instrument() -> None:
    """Load the package so that libFuzzer sees which paths an input takes."""
    import atheris

    atheris.enabled_hooks.add("str")
    with atheris.instrument_imports(include=["spamindex"]):
        package = importlib.import_module("spamindex")
        for module in pkgutil.walk_packages(package.__path__, "spamindex."):
            if module.name != "spamindex.__main__":
                importlib.import_module(module.name)


def _fuzz(reader: str, rest: list[str], folder: Path) -> None:
    import atheris

    (folder / "files").mkdir()
    (folder / "seeds").mkdir()
    # Each command and each seed once: what else they can make together, the first byte tries.
    commands, seeds = len(COMMANDS[reader]), SEEDS[reader] or [_BINARY[reader](folder)]
    for i in range(max(commands, len(seeds))):
        seed = seeds[i % len(seeds)]
        (folder / f"seeds/{i}").write_bytes(bytes([i % commands]) + seed)
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in WORDS[reader])
    (folder / "words").write_text("".join(f'"{word}"\n' for word in escaped))
    options = [f"-artifact_prefix={os.getcwd()}/"]
    for word in rest:
        there = os.path.abspath(word) if os.path.exists(word) else word
        options.append(f"-max_total_time={word}" if word.isdecimal() else there)
    if not any(map(os.path.isfile, options)):
        options.append(str(folder / "seeds"))
    atheris.Setup(
        [
            sys.argv[0], f"-dict={folder / 'words'}", f"-max_len={20_000 if reader in _BINARY else 1000}", "-len_control=0",
            "-timeout=60", "-report_slow_units=3", "-rss_limit_mb=2048", *options,
        ],
        Reader(reader, folder / "files"),
    )  # fmt: skip
    atheris.Fuzz()


def _parquet(folder: Path) -> bytes:
    """The records as a Parquet file, which is too binary to be kept with the other seeds."""
    import duckdb

    (folder / "records").write_bytes(FILES["records"])
    with duckdb.connect() as connection:
        relation = connection.read_csv(str(folder / "records"))
        relation.write_parquet(str(folder / "parquet"), compression="uncompressed")
    return (folder / "parquet").read_bytes()


def _workbook(folder: Path) -> bytes:
    """A table of shares as a workbook, with a title, merged cells and a second sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Title"],
        ["os", "month", "share"],
        ["Linux", "2010-03", 5.14],
        ["Windows", None, 94.86],
    ):
        sheet.append(row)
    sheet.merge_cells("B3:B4")
    book.create_sheet().append(["os", "share"])
    book.save(folder / "book.xlsx")
    seed = io.BytesIO()
    with zipfile.ZipFile(folder / "book.xlsx") as saved, zipfile.ZipFile(seed, "w") as undated:
        for member in saved.namelist():
            if member != "docProps/core.xml":  # it says when, and so does each member otherwise
                undated.writestr(zipfile.ZipInfo(member), saved.read(member))
    return seed.getvalue()


_BINARY = {"parquet": _parquet, "workbooks": _workbook}

if __name__ == "__main__":
    main(*sys.argv[1:])
