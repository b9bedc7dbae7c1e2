"""Imports run one way, and nothing heavy is loaded before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "spamindex"

# Each module may import from those on lower lines, and none from its own line.
LAYERS = [
    {"__main__"},
    {"cli"},
    {"chart_command", "compute_command", "sample_command", "tally_command"},
    {"record_options"},
    {"cluster", "console", "inputs", "options", "output", "picking", "picture", "terminal"},
    {"index", "records", "scale", "shares", "uncertainty", "whatif"},
    {"losses", "relations"},
    {"chart", "database", "files", "roles"},
    {"messages", "progress", "relative"},
    {"tallies"},
    {"question"},
    {"evidence", "fingerprints", "rankings", "rows"},
    {"totals"},
    {"addresses", "layout", "table", "units"},
    {"extent", "names"},
    {"alignment", "columns", "csvfile"},
    {"cells", "delimiter", "endings", "figures", "headings", "periods", "textfile"},
    {"encodings"},
    {"errors", "interval"},
]


def imported(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "spamindex":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("spamindex."):
            names.add((node.module or "").removeprefix("spamindex."))
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
    return names


@pytest.mark.parametrize("layer", range(len(LAYERS)))
def test_imports_run_one_way(layer: int) -> None:
    allowed = set().union(*LAYERS[layer + 1 :])
    everything = set().union(*LAYERS)
    for name in LAYERS[layer]:
        assert imported(PACKAGE / f"{name}.py") & everything <= allowed, name


def test_every_module_has_its_layer() -> None:
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert modules == set().union(*LAYERS)


def test_only_the_command_line_imports_click() -> None:
    with_click = {path.stem for path in PACKAGE.glob("*.py") if "click" in imported(path)}
    commands = {"chart_command", "compute_command", "sample_command", "tally_command"}
    assert with_click == commands | {"cli", "options", "record_options"}


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["compute", "--help"], ["compute"], ["nothing"],
     ["compute", "a", "b", "-f", "x"], ["compute", "-", "-"]],
)  # fmt: skip
def test_help_and_usage_errors_load_neither_pandas_nor_tabulate(arguments: list[str]) -> None:
    program = (
        "import sys; from spamindex import cli; cli.run(sys.argv[1:]); "
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
        "import sys; from spamindex import cli; code = cli.run(sys.argv[1:]); "
        "sys.exit(code or 'pandas' in sys.modules)"
    )
    command = [sys.executable, "-c", program, "tally", str(ROOT / "data/messages.csv")]
    for options in (["--os", "content_type"], ["--fingerprints", str(ROOT / "data/p0f.log")]):
        assert (
            subprocess.run([*command, *options], capture_output=True, check=False).returncode == 0
        )
