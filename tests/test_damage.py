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
    "counts for shares": (0, 0, 2, 0),
    "fractions for percent": (15, 0, 48, 0),
    "one figure in another unit": (1, 0, 6, 4),
    "changed case": (21, 0, 57, 5),
    "case of headings": (16, 0, 56, 5),
    "synonyms": (21, 0, 57, 4),
    "other headings": (14, 0, 54, 5),
    "extra column": (15, 0, 49, 5),
    "swapped columns": (16, 0, 55, 2),
    "reordered rows": (21, 0, 58, 3),
    "total": (15, 0, 49, 4),
    "decimal commas": (18, 0, 56, 5),
    "thousands marks": (3, 0, 49, 0),
    "percent signs": (18, 0, 55, 2),
    "one percent sign": (3, 0, 16, 2),
    "duplicated row": (5, 0, 19, 1),
    "repeated header": (16, 0, 50, 1),
    "repeated header, changed": (0, 0, 0, 0),
    "missing figure": (4, 14, 9, 42),
    "missing name": (3, 0, 4, 1),
    "missing field": (1, 0, 4, 4),
    "extra field": (0, 0, 2, 1),
    "shifted row": (0, 0, 0, 1),
    "no headings": (12, 0, 34, 4),
    "blanks around cells": (18, 0, 50, 1),
    "blanks in names": (15, 0, 59, 2),
    "trailing delimiters": (21, 0, 63, 3),
    "second table": (8, 0, 33, 0),
    "footer": (21, 0, 60, 1),
    "preamble": (21, 0, 62, 3),
    "comment lines": (21, 0, 55, 4),
    "blank lines": (21, 0, 57, 3),
    "byte-order mark within": (21, 0, 58, 6),
    "unquoted delimiters": (21, 0, 56, 4),
    "delimiter": (21, 0, 52, 4),
    "quoting": (21, 0, 61, 0),
    "line ends": (21, 0, 63, 4),
    "no line end at the end": (21, 0, 57, 2),
    "byte-order mark": (21, 0, 60, 1),
    "encoding": (21, 0, 57, 5),
    "stray quotation mark": (9, 0, 26, 5),
    "lost line end": (0, 0, 3, 2),
    "broken line": (4, 0, 5, 1),
    "truncation": (1, 8, 11, 19),
    "zero bytes": (0, 0, 0, 0),
    "flipped bit": (10, 4, 21, 26),
    "replaced byte": (4, 8, 16, 23),
    "all": (580, 34, 887, 110),
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
