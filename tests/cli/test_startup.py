"""Nothing heavy is loaded before it is needed. (What may import what: see import-linter.)"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["compute", "--help"], ["compute"], ["nothing"],
     ["compute", "a", "b", "-f", "x"], ["compute", "-", "-"]],
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


def test_completion_loads_neither_pandas_nor_tabulate(tmp_path: Path) -> None:
    trace = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "spamindex"],
        env={"_SPAMINDEX_COMPLETE": "bash_complete", "COMP_WORDS": "spamindex compute --fo",
             "COMP_CWORD": "2", "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "--format" in trace.stdout
    assert "pandas" not in trace.stderr
    assert "tabulate" not in trace.stderr


def test_counting_loads_no_pandas() -> None:
    program = (
        "import sys; from spamindex.cli import main; code = main.run(sys.argv[1:]); "
        "sys.exit(code or 'pandas' in sys.modules)"
    )
    command = [sys.executable, "-c", program, "tally", str(ROOT / "data/messages.csv")]
    for options in (["--os", "content_type"], ["--fingerprints", str(ROOT / "data/p0f.log")]):
        assert (
            subprocess.run([*command, *options], capture_output=True, check=False).returncode == 0
        )
