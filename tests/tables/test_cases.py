"""Inputs on which a program of this kind has gone wrong, or could, with the right answers.

Each folder of tests/cases is one: its files, and a case.json that says what a careful person sees
in them (``why``), the commands (``pipe``), the right figures by name (``right``; null where nobody
can know), further names that may be printed (``also``), which outcomes will do (``accept``), words
that a message must hold (``names``), and options (``advice``) or commands (``advice_pipe``) with
which the figures must be right. No dead ends: what a message says to do is tried, too, step by step.
"""

from __future__ import annotations

import functools
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.asking import Answer, Pipe, ask, followed, inside
from tests.conftest import ROOT

CASES = sorted(path.parent for path in (ROOT / "tests/cases").glob("*/case.json"))

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


@functools.cache
def answered(folder: Path) -> tuple[dict[str, Any], Answer]:
    """A case, and what its commands print."""
    case = json.loads((folder / "case.json").read_text())
    with inside(folder):
        return case, ask(case["pipe"])


def more(pipe: Pipe, *options: str) -> Pipe:
    return [*pipe[:-1], [*pipe[-1], *options]]


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_case_is_right_or_refused_with_advice_that_works(folder: Path, tmp_path: Path) -> None:
    case, answer = answered(folder)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with inside(tmp_path):
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


@pytest.mark.no_cover  # the other tests alone are measured
@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_ways_out_of_a_case_can_be_taken_and_one_leads_to_the_right_figures(
    folder: Path, tmp_path: Path
) -> None:
    case, first = answered(folder)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with inside(tmp_path):
        came = verdict(case, first)
        queue: list[tuple[Pipe, Answer, int]] = [(case["pipe"], first, 0)]
        tried: set[str] = set()
        reached = came == "right"
        known = case.get("right") is not None and folder.name not in MANY_ROWS
        while queue and not reached and len(tried) < (_COMMANDS if known else _FEW):
            pipe, asked, steps = queue.pop(0)
            for way in asked.ways:
                then = followed(pipe, way)
                if then is None or json.dumps(then) in tried:
                    continue
                tried.add(json.dumps(then))
                answer = ask(then)
                assert answer.code in (0, 1, 3), (way.spelled, answer.stderr)
                found = verdict(case, answer)
                reached |= found == "right"
                if found in ("refused", "warned") and steps < _STEPS:
                    queue.append((then, answer, steps + 1))
    if folder.name in OWN_FILE:
        assert OWN_FILE[folder.name] in first.stderr
    elif folder.name in OWN_WORDS:
        assert any(way.remedy.value is None for way in first.ways) or "of its own" in first.stderr
    elif folder.name in MANY_ROWS:
        assert tried
    elif case.get("right") is not None:
        assert reached, first.stderr
