"""Completion as it is typed: in bash, zsh and fish, where they are installed, on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import termios
import time
from pathlib import Path

import click
import pytest

from spamindex.cli.main import COMMANDS, cli
from spamindex.cli.shell import headings
from tests.conftest import ROOT

PROMPT = "ready> "
START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "--private", "-i"],
}
SET_UP = {
    "bash": 'PS1="{prompt}"; bind "set enable-bracketed-paste off"; '
    'eval "$(_SPAMINDEX_COMPLETE=bash_source spamindex)"',
    "zsh": 'PS1="{prompt}"; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; '
    'eval "$(_SPAMINDEX_COMPLETE=zsh_source spamindex)"',
    "fish": 'function fish_prompt; echo -n "{prompt}"; end; set -g fish_greeting; '
    "_SPAMINDEX_COMPLETE=fish_source spamindex | source",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "spamindex"
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m spamindex "$@"\n'
    )
    command.chmod(0o755)
    (tmp_path / "spamtable.csv").write_text("os,spam share,month\nLinux,5,2010-03\n")
    (tmp_path / "market.csv").write_text("os;Visits;region\nLinux;5;DE\n")
    return tmp_path


class Terminal:
    """A shell on a terminal of its own."""

    def __init__(self, shell: str, folder: Path) -> None:
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            START[shell], stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={"PATH": f"{folder}/bin:{os.environ['PATH']}", "HOME": str(folder), "TERM": "dumb",
                 "LC_ALL": "C.UTF-8", "COLUMNS": "200"},
        )  # fmt: skip
        os.close(theirs)

    def type(self, keys: str, until: str, seconds: float = 20) -> str:
        """What is shown from here on, until something is."""
        os.write(self.ours, keys.encode())
        shown, end = "", time.monotonic() + seconds
        while until not in plain(shown) and time.monotonic() < end:
            if select.select([self.ours], [], [], 0.1)[0]:
                shown += os.read(self.ours, 10_000).decode(errors="replace")
        return plain(shown)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)


def plain(shown: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>()][0-9B]?|\r|\x08", "", shown)


@pytest.mark.parametrize("shell", START)
def test_completion_in_a_shell(shell: str, folder: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    terminal = Terminal(shell, folder)
    try:
        terminal.type(SET_UP[shell].format(prompt=PROMPT) + "\n", PROMPT)
        terminal.type("echo up; true\n", "up\n")
        for typed, completed in (
            ("spamindex compute spamt", "spamtable.csv"),
            ("spamindex compute -o mark", "market.csv"),
            ("spamindex shares --names mark", "market.csv"),
            ("spamindex compute spamtable.csv market.csv -f githu", "github"),
            ("spamindex compute spamtable.csv market.csv --share-column Vis", "Visits"),
            ("spamindex compute spamtable.csv market.csv --spam-column spam", r"spam\ share"),
            ("spamindex compute spamtable.csv market.csv --by regi", "region"),
            ("spamindex shares market.csv --deci", "--decimal"),
            ("spamindex shar", "shares"),
        ):
            shown = terminal.type(f"{typed}\t", typed[: typed.rindex(" ") + 1] + completed)
            assert completed in shown, (typed, shown)
            terminal.type("\x15", "", 0.2)  # away with the line
    finally:
        terminal.close()


# What the shells are told


def completed(monkeypatch: pytest.MonkeyPatch, *words: str) -> list[str]:
    """The words that complete the last one."""
    from click.shell_completion import ShellComplete

    found = ShellComplete(cli, {}, "spamindex", "_SPAMINDEX_COMPLETE").get_completions(
        list(words[:-1]), words[-1]
    )
    return [item.value if item.type == "plain" else f"<{item.type}>" for item in found]


def test_columns_are_those_of_the_files_that_the_option_is_about(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.chdir(folder)
    both = ("compute", "spamtable.csv", "market.csv")
    every = ["os", "spam share", "month", "Visits", "region"]
    for option in ("--key", "--by", "--where", "--sum"):
        assert completed(monkeypatch, *both, option, "") == every
    assert completed(monkeypatch, *both, "--spam-column", "") == ["os", "spam share", "month"]
    assert completed(monkeypatch, *both, "--share-column", "V") == ["Visits"]
    assert completed(monkeypatch, "shares", "market.csv", "--fill", "r") == ["region"]
    assert completed(monkeypatch, "compute", "spamtable.csv", "--share-column", "") == []
    assert completed(monkeypatch, "compute", "none.csv", "market.csv", "--spam-column", "") == []


@pytest.mark.parametrize("command", ["compute", "shares"])
def test_every_file_is_completed_by_the_shell(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    assert completed(monkeypatch, command, "some") == ["<file>"]
    for param in COMMANDS[command].params:
        if isinstance(param, click.Option) and param.metavar in ("FILE", "LOG"):
            assert completed(monkeypatch, command, param.opts[-1], "some") == ["<file>"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"os,share\n", ["os", "share"]),
        (b"\xef\xbb\xbfos\tMarket Share\n", ["os", "Market Share"]),
        ("os;Anteil %\n".encode("utf-16"), ["os", "Anteil %"]),
        (b'{"os": "Linux", "share": 5}\n{"os": 7}\n', ["os", "share"]),
        (b'[{"os": "Linux", "share": 5},\n', ["os", "share"]),
        (b"[\n", []),
        (b"\x89PNG\r\n\x1a\n", []),
        (b"", []),
        (b"os,\x1b[31mred\n", ["os"]),
    ],
)
def test_headings_are_read_from_the_first_line(
    tmp_path: Path, content: bytes, expected: list[str]
) -> None:
    (tmp_path / "x").write_bytes(content)
    assert headings(str(tmp_path / "x")) == expected


def test_a_pipe_is_not_read_for_completion(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert headings(str(tmp_path / "pipe")) == []


def test_bash_is_given_words_as_they_are_typed(folder: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    script = (
        'eval "$(_SPAMINDEX_COMPLETE=bash_source spamindex)"; compopt() { :; }\n'
        "COMP_WORDS=(spamindex compute spamtable.csv market.csv --spam-column spam); COMP_CWORD=5\n"
        '_spamindex_completion spamindex; printf "%s\\n" "${COMPREPLY[@]}"\n'
        "COMP_WORDS=(spamindex shares market.csv --key = Vi); COMP_CWORD=5; COMPREPLY=()\n"
        '_spamindex_completion spamindex; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    result = subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | {"PATH": f"{folder}/bin:{os.environ['PATH']}"},
    )  # fmt: skip
    assert (result.stdout, result.stderr) == ("spam\\ share\nVisits\n", "")
