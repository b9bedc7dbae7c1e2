"""Inputs on which a program of this kind has gone wrong, or could, with the right answers.

Each folder of tests/cases is one: its files, and a case.json that says what a careful person sees
in them (``why``), the commands (``pipe``), the right figures by name (``right``; null where nobody
can know), further names that may be printed (``also``), which outcomes will do (``accept``), words
that a message must hold (``names``), and options (``advice``) or commands (``advice_pipe``) with
which the figures must be right.
"""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.asking import Answer, Pipe, ask, inside
from tests.conftest import ROOT

CASES = sorted(path.parent for path in (ROOT / "tests/cases").glob("*/case.json"))


def verdict(case: dict[str, Any], answer: Answer) -> str:
    """What came of a case: right, refused, warned, or wrong."""
    if answer.code in (1, 2):
        return "refused" if not answer.stdout and "error: " in answer.stderr else "wrong"
    right, also = case.get("right"), set(case.get("also", ()))
    found = answer.figures
    if right is None:
        return "warned" if answer.warned else "wrong"
    named = set(right) <= set(found) <= set(right) | also
    if named and all(math.isclose(found[n], right[n], rel_tol=2e-6, abs_tol=1e-12) for n in right):
        return "right"
    return "warned" if answer.warned else "wrong"


def more(pipe: Pipe, *options: str) -> Pipe:
    return [*pipe[:-1], [*pipe[-1], *options]]


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_case_is_right_or_refused_with_advice_that_works(folder: Path, tmp_path: Path) -> None:
    case = json.loads((folder / "case.json").read_text())
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with inside(tmp_path):
        answer = ask(case["pipe"])
        came = verdict(case, answer)
        assert came in case["accept"], answer
        if came == "right":
            return
        for word in case.get("names", ()):
            assert word.casefold() in answer.stderr.casefold()
        if came == "warned":
            assert verdict(case, ask(more(case["pipe"], "--strict"))) == "refused"
        if "advice" in case or "advice_pipe" in case:
            pipe = case.get("advice_pipe") or more(case["pipe"], *case["advice"])
            then = ask(pipe)
            assert verdict(case, then) == "right", then
