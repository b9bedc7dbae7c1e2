"""A signal ends a command quietly, at once, and with nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SHARE, SPAM

COMMAND = [sys.executable, "-m", "spamindex"]
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


def interrupted(process: subprocess.Popen[bytes], number: int) -> tuple[int, bytes]:
    """The exit code after a signal, which may take no more than seconds, and what was said."""
    process.send_signal(number)
    _, stderr = process.communicate(timeout=10)
    return process.returncode, stderr


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_leaves_nothing_behind(tmp_path: Path, number: int, code: int) -> None:
    scratch, target = tmp_path / "scratch", tmp_path / "tally.csv"
    scratch.mkdir()
    process = subprocess.Popen(
        [*COMMAND, "tally", "-", "-o", str(target)],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": str(scratch)},
    )  # fmt: skip
    wait_for(lambda: list(scratch.glob("spamindex-*/*")))
    assert process.stdin is not None
    assert interrupted(process, number) == (code, b"")
    assert list(scratch.iterdir()) == []
    assert not target.exists()


def test_a_signal_ends_what_duckdb_counts(tmp_path: Path) -> None:
    endless = (
        "import duckdb; from spamindex import sources; from spamindex import __main__ as process\n"
        "process.end_on_signals()\n"
        "with sources.scratch_folder():\n"
        "    duckdb.sql('select count(*) from range(1000000000000) where range % 7 = 1').fetchall()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", endless],
        stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    wait_for(lambda: list(tmp_path.iterdir()))
    time.sleep(0.2)
    assert interrupted(process, signal.SIGINT) == (130, b"")
    assert list(tmp_path.iterdir()) == []


def test_a_signal_in_the_middle_of_writing_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "ranking.txt"
    target.write_text("before")
    program = (
        "import os, signal; from spamindex.cli import console; from spamindex import __main__ as process\n"
        "process.end_on_signals()\n"
        "console.os.replace = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        f"console.write('after', {str(target)!r})"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (143, b"")
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("module", ["click", "pandas"])
def test_an_interrupt_while_libraries_are_loaded(tmp_path: Path, module: str) -> None:
    stub = "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(60)"
    (tmp_path / f"{module}.py").write_text(stub)
    result = subprocess.run(
        [*COMMAND, "compute", SPAM, SHARE],
        capture_output=True, check=False, timeout=30,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert (result.returncode, result.stdout, result.stderr) == (130, b"", b"")


def test_a_signal_that_is_to_be_ignored_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    process = subprocess.Popen(
        [*COMMAND, "compute", str(tmp_path / "fifo"), SHARE],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    with open(tmp_path / "fifo", "wb") as fifo:  # opened once the command has opened it, too
        process.send_signal(signal.SIGINT)
        fifo.write(Path(SPAM).read_bytes())
    assert process.communicate(timeout=30)[1] == b""
    assert process.returncode == 0
