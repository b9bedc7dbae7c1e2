"""Thousands of damaged tables: each is read as it was, or with its losses named, or refused."""

from __future__ import annotations

import pytest

from tests.damage.files import KINDS, Damaged, Result, commands
from tests.damage.sheets import ORIGINALS, Original
from tests.damage.table import PAIRS, SINGLES, Counts, outcomes
from tests.damage.verdict import Outcome, verdict

# Of the files of each kind, damaged in this way alone and in another one too: how many are read
# exactly, and how many with their losses named. What is read no longer is refused, or worse.
AT_LEAST = {
    "counts for shares": (9, 0, 50, 9),
    "fractions for percent": (15, 0, 48, 1),
    "one figure in another unit": (1, 0, 6, 3),
    "changed case": (21, 0, 61, 8),
    "case of headings": (16, 0, 61, 8),
    "synonyms": (21, 0, 60, 10),
    "other headings": (15, 0, 55, 9),
    "extra column": (18, 0, 55, 8),
    "swapped columns": (16, 0, 57, 7),
    "reordered rows": (21, 0, 61, 8),
    "total": (18, 0, 63, 9),
    "decimal commas": (18, 0, 57, 7),
    "thousands marks": (3, 0, 42, 3),
    "percent signs": (18, 0, 56, 7),
    "one percent sign": (3, 0, 17, 2),
    "duplicated row": (5, 0, 20, 1),
    "repeated header": (21, 0, 56, 6),
    "repeated header, changed": (6, 0, 19, 0),
    "missing figure": (4, 17, 12, 59),
    "missing name": (3, 15, 5, 56),
    "missing field": (1, 4, 5, 17),
    "extra field": (0, 0, 4, 1),
    "shifted row": (3, 0, 11, 1),
    "no headings": (9, 0, 23, 6),
    "blanks around cells": (21, 0, 63, 6),
    "blanks in names": (15, 0, 62, 6),
    "trailing delimiters": (21, 0, 64, 7),
    "second table": (6, 0, 24, 0),
    "footer": (21, 0, 63, 4),
    "preamble": (18, 0, 59, 4),
    "comment lines": (21, 0, 60, 8),
    "blank lines": (21, 0, 63, 6),
    "byte-order mark within": (21, 0, 59, 8),
    "unquoted delimiters": (21, 0, 56, 10),
    "delimiter": (21, 0, 58, 9),
    "quoting": (21, 0, 63, 3),
    "line ends": (21, 0, 64, 9),
    "no line end at the end": (21, 0, 59, 6),
    "byte-order mark": (21, 0, 64, 5),
    "encoding": (21, 0, 59, 7),
    "stray quotation mark": (4, 5, 12, 22),
    "lost line end": (0, 0, 2, 2),
    "broken line": (4, 6, 12, 17),
    "truncation": (1, 8, 13, 22),
    "zero bytes": (0, 0, 0, 0),
    "flipped bit": (10, 4, 25, 34),
    "replaced byte": (5, 9, 18, 27),
    "all": (601, 68, 963, 234),
}  # fmt: skip


@pytest.fixture(scope="module")
def counted() -> tuple[Counts, Counts, list[tuple[Damaged, Result]]]:
    return outcomes(SINGLES, PAIRS)


Counted = tuple[Counts, Counts, list[tuple[Damaged, Result]]]


def test_no_damaged_table_is_wrong_in_silence(counted: Counted) -> None:
    once, twice, wrong = counted
    assert once["all"].total() + twice["all"].total() >= 2500
    assert [(one.original.name, one.kinds, one.data, result) for one, result in wrong] == []


@pytest.mark.parametrize("kind", [*KINDS, "all"])
def test_as_many_damaged_tables_are_read_as_ever(counted: Counted, kind: str) -> None:
    for counts, (exact, losses) in zip(
        counted[:2], (AT_LEAST[kind][:2], AT_LEAST[kind][2:]), strict=True
    ):
        assert counts[kind]["exact"] >= exact
        assert counts[kind]["exact"] + counts[kind]["losses"] >= exact + losses


@pytest.mark.parametrize("original", ORIGINALS, ids=lambda original: original.name)
def test_a_table_that_is_whole_is_read_exactly(original: Original) -> None:
    with commands() as run:
        whole = Damaged(original, (), original.sheet.written(), original.sheet.spelled)
        assert verdict(whole, run(whole)) == "exact"


HEAD = "os,spam_share,market_share,spam_index\n"
REST = "Windows,80.0,91.58,0.8735531775496833\nMac OS X,4.0,5.34,0.7490636704119851\n"
LINUX, BSD = "Linux,10.0,1.03,9.70873786407767\n", "FreeBSD,5.0,0.2,25.0\n"
OTHER = "Other,1.0,1.85,0.5405405405405405\n"
CUT = "Other,1.0,1.0,1.0\n"
LOST = "spamindex: warning: no market share for Other (1 % of spam): left out\n"
OPEN = "spamindex: warning: f.csv: the last line is shorter than the others and has no line end\n"


@pytest.mark.parametrize(
    ("kinds", "result", "outcome"),
    [
        ((), Result(0, HEAD + BSD + LINUX + REST + OTHER, ""), "exact"),
        ((), Result(0, HEAD + BSD + LINUX + REST, LOST), "losses"),
        ((), Result(0, HEAD + BSD + LINUX + REST, ""), "wrong"),
        ((), Result(0, HEAD + BSD + LINUX.replace("1.03", "1.04") + REST + OTHER, ""), "wrong"),
        ((), Result(0, HEAD + BSD + LINUX.replace("9.70", "9.71") + REST + OTHER, LOST), "wrong"),
        ((), Result(0, HEAD + BSD + LINUX + LINUX + REST + OTHER, ""), "wrong"),
        ((), Result(0, HEAD + BSD + LINUX + REST + OTHER + "X,1.0,1.0,1.0\n", ""), "wrong"),
        ((), Result(0, HEAD + BSD.upper() + LINUX + REST + OTHER, ""), "wrong"),
        ((), Result(1, "", LOST + "spamindex: error: f.csv:2: bad\n"), "refused"),
        ((), Result(1, HEAD, "spamindex: error: f.csv:2: bad\n"), "wrong"),
        ((), Result(1, "", "Traceback\nspamindex: error: f.csv:2: bad\n"), "wrong"),
        ((), Result(1, "", LOST), "wrong"),
        ((), Result(0, "", ""), "wrong"),
        (("truncation",), Result(0, HEAD + BSD + LINUX + REST + CUT, OPEN), "doubted"),
        (("truncation",), Result(0, HEAD + BSD + LINUX + REST + CUT, ""), "wrong"),
        (("synonyms",), Result(0, HEAD + BSD + LINUX + REST + CUT, OPEN), "wrong"),
    ],
)  # fmt: skip
def test_the_verdict_on_a_file(kinds: tuple[str, ...], result: Result, outcome: Outcome) -> None:
    original = ORIGINALS[0]
    one = Damaged(original, kinds, b"", original.sheet.spelled)
    assert verdict(one, result) == outcome
