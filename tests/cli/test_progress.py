"""How far a counting is, shown where somebody waits for it."""

from __future__ import annotations

import io
import re
import sys
import time

import pytest

from spamindex.cli import console
from spamindex.cli import main as cli
from tests.conftest import Write


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch, *, patience: float = 0.0) -> Terminal:
    monkeypatch.setattr(console, "_BAR_DELAY", patience)
    monkeypatch.setattr(console, "_BAR_INTERVAL", 0.001)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    return terminal


def test_a_bar_grows_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    parts = iter([-1.0, 50.0, -1.0, 100.0])
    with console.progress(lambda: next(parts, 100.0)):
        time.sleep(0.1)
    assert terminal.getvalue().startswith(
        "\r[------------------------------]   0%"
        "\r[###############---------------]  50%"
        "\r[###############---------------]  50%"
        "\r[##############################] 100%"
    )
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_no_bar_where_it_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch, patience=1.0)
    with console.progress(lambda: 50.0):
        time.sleep(0.05)
    assert terminal.getvalue() == ""


def test_no_bar_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    monkeypatch.setattr(terminal, "isatty", lambda: False)
    with console.progress(lambda: 50.0):
        time.sleep(0.05)
    assert terminal.getvalue() == ""


def test_the_bar_follows_the_counting(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("r.csv", "os,x\n" + "Linux,1\nWindows,2\n" * 2_000_000)
    terminal = watched(monkeypatch)
    assert cli.run(["tally", "r.csv", "-o", "shares.csv"]) == 0
    percents = [int(percent) for percent in re.findall(r"(\d+)%", terminal.getvalue())]
    assert len(set(percents)) > 2
    assert 0 < max(percents) <= 100
