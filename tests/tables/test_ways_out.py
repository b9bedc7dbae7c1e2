"""No dead ends: what an error or a warning says to do leads on to the right figures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.asking import Pipe, ask, followed, inside
from tests.tables.test_cases import CASES, verdict

_STEPS, _COMMANDS = 5, 25
_FEW = 5  # where nothing can be reached, by which it would end
# Where the way out asks for words of one's own, such as the name of a column or of a period.
OWN_WORDS = {
    "02-year-in-heading", "03-merged-heading", "16-unit-changes-between-periods",
    "43-quarter-and-year-columns", "56-period-prefix", "85-confidence-thousands",
    "86-confidence-replaces-shares", "f40-last-of-months-in-other-forms",
}  # fmt: skip
# Where only the file can be mended, which the message says.
OWN_FILE = {
    "09-unreadable-share-other-column": "is not a number",
    "22-decimal-comma-parts-cells": "quote such cells",
    "37-unquoted-comma-in-name": "quote such cells",
}
# Where more rows are to be left out, one after the other, than are tried here.
MANY_ROWS = {"23-indented-children", "24-family-top-versions", "28-excel-subtotals"}


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_ways_out_of_a_case_can_be_taken_and_one_leads_to_the_right_figures(
    folder: Path, tmp_path: Path
) -> None:
    case = json.loads((folder / "case.json").read_text())
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with inside(tmp_path):
        first = ask(case["pipe"])
        came = verdict(case, first)
        queue: list[tuple[Pipe, int]] = [(case["pipe"], 0)]
        tried: set[str] = set()
        reached = came == "right"
        known = case.get("right") is not None and folder.name not in MANY_ROWS
        while queue and not reached and len(tried) < (_COMMANDS if known else _FEW):
            pipe, steps = queue.pop(0)
            for way in ask(pipe).ways if tried else first.ways:
                then = followed(pipe, way)
                if then is None or json.dumps(then) in tried:
                    continue
                tried.add(json.dumps(then))
                answer = ask(then)
                assert answer.code in (0, 1, 3), (way.spelled, answer.stderr)
                found = verdict(case, answer)
                reached |= found == "right"
                if found in ("refused", "warned") and steps < _STEPS:
                    queue.append((then, steps + 1))
    if folder.name in OWN_FILE:
        assert OWN_FILE[folder.name] in first.stderr
    elif folder.name in OWN_WORDS:
        assert any(way.remedy.value is None for way in first.ways) or "of its own" in first.stderr
    elif folder.name in MANY_ROWS:
        assert tried
    elif case.get("right") is not None:
        assert reached, first.stderr
