"""Thousands of realistic changes to known tables: none gives a wrong figure without a warning.

This is a fixed sample of them; ``python -m tests.changes`` tries them all.
"""

from __future__ import annotations

import itertools

import pytest

from tests.changes.inputs import pairs, singles
from tests.changes.kinds import KINDS
from tests.changes.originals import originals
from tests.changes.verdict import OUTCOMES, judge

pytestmark = pytest.mark.no_cover  # the other tests alone are measured

SAMPLE = 150  # changed once, and as many changed twice


def test_known_tables_are_read_as_they_are() -> None:
    refused = {table.name: judge(table) for table in originals()}
    assert {name: v.said for name, v in refused.items() if v.outcome != "read"} == {}


def test_no_changed_table_is_read_wrong_without_a_warning() -> None:
    once = itertools.islice(singles(range(1)), 0, None, 7)
    tables = [*itertools.islice(once, SAMPLE), *pairs(SAMPLE)]
    found = [(table, judge(table)) for table in tables]
    wrong = [
        f"{table.name}, {' and '.join(table.kinds)}: {verdict.said}\n{table.content()!r}"
        for table, verdict in found
        if verdict.outcome == "wrong"
    ]
    assert len(tables) == 2 * SAMPLE
    assert not wrong, "\n".join(wrong)
    # Not by refusing everything: about half of them are read.
    read = sum(verdict.outcome == OUTCOMES[0] for _, verdict in found)
    assert read >= 130


def test_every_change_fits_some_table() -> None:
    assert {kind for table in singles(range(1)) for kind in table.kinds} == set(KINDS)
