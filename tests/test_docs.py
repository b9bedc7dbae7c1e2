"""README.md and docs/ are true because they are run; `pytest --rewrite-docs` rewrites them."""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)


def replay(block: str, folder: Path) -> str:
    """A console block with what its commands, the lines after `$ `, print when they are run."""
    bin_ = folder / "bin"
    bin_.mkdir(exist_ok=True)
    command = bin_ / "spamindex"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m spamindex "$@"\n')
    command.chmod(0o755)
    environment = {"PATH": f"{bin_}:{os.environ['PATH']}", "COLUMNS": "80", "HOME": str(folder),
                   "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}  # fmt: skip
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_console_block_is_true(page: Path, folder: Path, pytestconfig: pytest.Config) -> None:
    replayed = BLOCK.sub(lambda match: replay(match[0], folder), page.read_text())
    if pytestconfig.getoption("--rewrite-docs"):
        page.write_text(replayed)
    assert replayed == page.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_in_it_is_true(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testfile(str(page), module_relative=False, encoding="utf-8").failed == 0


def generator() -> ModuleType:
    """docs/generate.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_of_the_commands_are_current(pytestconfig: pytest.Config) -> None:
    pages: dict[Path, str] = generator().pages()
    if pytestconfig.getoption("--rewrite-docs"):
        for path, page in pages.items():
            path.write_text(page)
    for path, page in pages.items():
        assert path.read_text() == page, f"run python docs/generate.py: {path.name}"
    assert sorted(ROOT.glob("man/*.1")) == sorted(path for path in pages if path.suffix == ".1")


def test_man_pages_say_what_the_help_says() -> None:
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    shown = subprocess.run(
        ["man", "-l", str(ROOT / "man" / "spamindex-compute.1")],
        env={"PATH": os.environ["PATH"], "MANWIDTH": "100", "LC_ALL": "C.UTF-8",
             "MAN_KEEP_FORMATTING": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert shown.stderr == ""
    text = re.sub(r".\x08", "", shown.stdout)
    headings = [line for line in text.splitlines()[1:-1] if line and not line.startswith(" ")]
    assert headings == [
        "NAME", "SYNOPSIS", "DESCRIPTION", "INPUT", "QUESTIONS", "OUTPUT",
        "MESSAGES AND EXIT CODE", "HELP", "ENVIRONMENT", "EXIT STATUS", "SEE ALSO",
    ]  # fmt: skip
    assert "       --where COLUMN=VALUE\n" in text
    assert "  zcat spam.gz | spamindex compute - share.csv -f tsv --top 1 | cut -f1,4\n" in text
    assert "SPAMINDEX_COMPUTE_NO_HEADER" in text
