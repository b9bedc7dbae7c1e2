"""The README is true because it is run: `pytest --rewrite-readme` writes what was printed."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spamindex.cli.main import cli
from tests.conftest import ROOT

README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)


def replay(block: str, folder: Path) -> str:
    """A console block with what its commands, the lines after `$ `, print when they are run."""
    bin_ = folder / "bin"
    bin_.mkdir(exist_ok=True)
    command = bin_ / "spamindex"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m spamindex "$@"\n')
    command.chmod(0o755)
    environment = {"PATH": f"{bin_}:{os.environ['PATH']}", "COLUMNS": "80", "HOME": str(folder),
                   "LC_ALL": "C.UTF-8"}  # fmt: skip
    printed = []
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            result = subprocess.run(
                ["bash", "-c", line[2:]],
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            printed.append(line + result.stdout)
    return "".join(printed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "docs").mkdir()
    return tmp_path


def test_every_console_block_is_true(folder: Path, pytestconfig: pytest.Config) -> None:
    text = README.read_text()
    replayed = BLOCK.sub(lambda match: replay(match[0], folder), text)
    if pytestconfig.getoption("--rewrite-readme"):
        README.write_text(replayed)
    assert replayed == README.read_text()


def test_the_python_in_it_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    results = doctest.testfile(str(README), module_relative=False)
    assert results.attempted > 0
    assert results.failed == 0


def test_every_command_and_option_is_in_it() -> None:
    text = README.read_text()
    for name, command in cli.commands.items():
        assert f"spamindex {name}" in text
        for param in command.params:
            for option in param.opts if param.param_type_name == "option" else ():
                assert option in text
