from __future__ import annotations

import gc
import io
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import settings

from spamindex import spam_index
from spamindex.cli import main as cli
from spamindex.errors import Findings

# A slow machine is no fault, and CI gets the same examples each time.
settings.register_profile(
    "spamindex", deadline=None, derandomize=bool(os.environ.get("CI")), max_examples=50
)
settings.load_profile("spamindex")

# Commands that are run as processes are compiled once, and not each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ROOT = Path(__file__).parent.parent
SPAM = str(ROOT / "data/spam.csv")
SHARE = str(ROOT / "data/share.csv")


@dataclass
class Result:
    """What a command printed, and its exit code."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def complaints(self) -> list[str]:
        """The lines on standard error without the program's name."""
        return [line.removeprefix("spamindex: ") for line in self.stderr.splitlines()]


Invoke = Callable[..., Result]
Write = Callable[..., str]


@contextmanager
def said(*expected: str) -> Iterator[None]:
    """What is done within warns of just this, in this order."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    assert [str(entry.message) for entry in caught] == list(expected)


@pytest.fixture
def invoke(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run a command in this process."""

    def run(*args: str, stdin: bytes = b"") -> Result:
        stream = io.BytesIO(stdin)
        stream.name = "<stdin>"
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        capsysbinary.readouterr()
        exit_code = cli.run(list(args))
        stdout, stderr = capsysbinary.readouterr()
        return Result(exit_code, stdout.decode(), stderr.decode())

    return run


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file into the current directory, which is an empty one, and return its name."""
    monkeypatch.chdir(tmp_path)

    def put(name: str, content: str | bytes) -> str:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(data)
        return name

    return put


def pytest_collection_finish() -> None:
    """Keep what all tests need from being looked through for garbage again and again."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-docs",
        action="store_true",
        help="write into README.md and docs/ what their commands print, and the pages of options",
    )


class Ranked(NamedTuple):
    """A ranking, and what is to be said of its two tables."""

    ranking: pd.DataFrame
    spam: Findings
    market: Findings


def rank(spam: pd.DataFrame, market: pd.DataFrame, **options: Any) -> Ranked:
    """A ranking by the library, with what it would warn of as data."""
    found = Findings("spam shares"), Findings("market shares")
    return Ranked(spam_index(spam, market, findings=found, **options), *found)
