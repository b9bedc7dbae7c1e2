"""Nothing heavy is loaded before it is needed. (What may import what: see import-linter.)"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SHARE, SPAM


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["compute", "--help"], ["compute"], ["nothing"],
     ["compute", "a", "b", "-f", "x"], ["compute", "-", "-"], ["shares", "--help"],
     ["compute", "a", "b", "--where", "x"], ["compute", "a", "b", "--columns", "x"],
     ["compute", "a", "b", "--by", "date:month", "--key", "month"], ["shares", "--nothing"]],
)  # fmt: skip
def test_help_and_usage_errors_load_neither_pandas_nor_tabulate(arguments: list[str]) -> None:
    program = (
        "import sys; from spamindex.cli import main; main.run(sys.argv[1:]); "
        "sys.exit(bool({'pandas', 'numpy', 'tabulate'} & set(sys.modules)))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, check=False
        ).returncode
        == 0
    )


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("spamindex compute --fo", "--format"),
        (f"spamindex compute {SPAM} {SHARE} --key o", "os"),
    ],
)
def test_completion_loads_neither_pandas_nor_tabulate(
    tmp_path: Path, words: str, completed: str
) -> None:
    trace = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "spamindex"],
        env={"_SPAMINDEX_COMPLETE": "bash_complete", "COMP_WORDS": words,
             "COMP_CWORD": str(len(words.split()) - 1), "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert f"plain,{completed}\n" in trace.stdout
    assert "pandas" not in trace.stderr
    assert "numpy" not in trace.stderr
    assert "tabulate" not in trace.stderr


def test_counting_loads_no_pandas() -> None:
    program = (
        "import sys; from spamindex.cli import main; code = main.run(sys.argv[1:]); "
        "sys.exit(code or 'pandas' in sys.modules)"
    )
    command = [sys.executable, "-c", program, "tally", str(ROOT / "data/messages.csv")]
    of_log = ["--fingerprints", str(ROOT / "data/p0f.log"), "--spam", "content_type=Spam,Spammy"]
    for options in (["--os", "content_type"], of_log):
        assert (
            subprocess.run([*command, *options], capture_output=True, check=False).returncode == 0
        )
