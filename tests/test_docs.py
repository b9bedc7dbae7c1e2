"""The README and all pages are true because they are run; `pytest --rewrite-docs` rewrites them."""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import pytest

from spamindex.cli import main as cli
from spamindex.cli.command import settable
from spamindex.cli.main import COMMANDS
from tests.conftest import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
REPLAYED = [page for page in PAGES if BLOCK.search(page.read_text())]
OWN = re.compile(r"spamindex [^$&();<>`]*")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
NAMED = re.compile(r"`((?:spamindex|tests|docs|benchmarks|data|\.ci)/[\w./-]*)`")


def replay(block: str) -> str:
    """A console block with what its commands, the lines after `$ `, print when they are run."""
    lines = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{printed(line[2:])}" for line in lines)


def printed(line: str) -> str:
    """What a line prints in bash.

    Commands of ours are run in this process, where their libraries are loaded, if all that is asked
    of bash is to pipe them, or one command of another kind, into each other.
    """
    stages = line.split(" | ")
    own = stages if OWN.fullmatch(stages[0]) else stages[1:]
    if not own or not all(map(OWN.fullmatch, own)):
        return bash(line).decode()
    data = b"" if own == stages else bash(stages[0])
    shown = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    for stage in own:
        source = io.BytesIO(data)
        source.name = "<stdin>"
        out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
        with (
            patch.object(sys, "stdin", io.TextIOWrapper(source)),
            contextlib.redirect_stderr(shown),
            contextlib.redirect_stdout(shown if stage is own[-1] else out),
        ):
            cli.run(shlex.split(stage)[1:])
        data = out.buffer.getvalue()
    return shown.buffer.getvalue().decode()


def bash(script: str) -> bytes:
    script = f'spamindex() {{ "{sys.executable}" -m spamindex "$@"; }}\n{script}'
    return subprocess.run(
        ["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    ).stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are run in a folder that has the data, in a narrow terminal."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    for name, value in {"COLUMNS": "80", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("page", REPLAYED, ids=lambda page: page.name)
def test_every_console_block_is_true(page: Path, pytestconfig: pytest.Config) -> None:
    replayed = BLOCK.sub(lambda match: replay(match[0]), page.read_text())
    if pytestconfig.getoption("--rewrite-docs"):
        page.write_text(replayed)
    assert replayed == page.read_text()
    # What rewriting would write as well as anything else:
    assert "there is no option" not in replayed
    assert "Traceback (most recent call last)" not in "".join(BLOCK.findall(replayed))
    assert "command not found" not in replayed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_in_it_is_true(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testfile(str(page), module_relative=False, encoding="utf-8").failed == 0


def test_the_page_of_the_library_has_examples() -> None:
    page = (ROOT / "docs" / "python.md").read_text()
    assert len(doctest.DocTestParser().get_examples(page)) > 20


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_what_it_links_to_and_names_is_there(page: Path) -> None:
    text = page.read_text()
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    missing += [path for path in NAMED.findall(text) if not (ROOT / path).exists()]
    assert not missing


def test_every_file_that_the_page_of_the_house_names_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = set(
        re.findall(r"`((?:cli|charts|messages|ranking|tables)/\w+\.py|\w+\.(?:py|csv))`", text)
    )
    files = {
        str(path.relative_to(ROOT / "spamindex")) for path in (ROOT / "spamindex").rglob("*.*")
    }
    assert len(named) > 30
    assert not named - files


def test_the_readme_is_short_and_begins_with_two_commands() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 200
    # .ci/run runs just these two in a fresh clone.
    assert len([line for line in lines if line.startswith("python3 ")]) == 2


def test_every_command_and_option_is_on_the_page_of_options() -> None:
    text = (ROOT / "docs" / "options.md").read_text()
    sections = dict(re.findall(r"(?ms)^## spamindex (\w+)$(.*?)(?=^## |\Z)", text))
    assert list(sections) == list(COMMANDS)
    for name, command in COMMANDS.items():
        options = settable(command)
        assert len(options) > 5
        for option in options:
            for spelling in [*option.opts, *option.secondary_opts]:
                assert re.search(rf"(?<![\w-]){re.escape(spelling)}(?![\w-])", sections[name])


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
