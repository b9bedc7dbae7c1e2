"""Thousands of damaged tables: each is read as it was, or with its losses named, or refused."""

from __future__ import annotations

import pytest

from tests.damage.files import Damaged, Result, commands
from tests.damage.sheets import ORIGINALS, Original
from tests.damage.table import Counts, outcomes
from tests.damage.verdict import Outcome, verdict

pytestmark = pytest.mark.no_cover  # the other tests alone are measured

# Of a fixed sample of all files; `python -m tests.damage` tries every one.
AT_LEAST = (130, 7)  # read exactly, and with what is lost named


@pytest.fixture(scope="module")
def counted() -> tuple[Counts, Counts, list[tuple[Damaged, Result]]]:
    return outcomes(every=7)


Counted = tuple[Counts, Counts, list[tuple[Damaged, Result]]]


def test_no_damaged_table_is_wrong_in_silence(counted: Counted) -> None:
    once, twice, wrong = counted
    assert once["all"].total() + twice["all"].total() >= 200
    assert [(one.original.name, one.kinds, one.data, result) for one, result in wrong] == []


def test_as_many_damaged_tables_are_read_as_ever(counted: Counted) -> None:
    once, twice, _ = counted
    exact = once["all"]["exact"] + twice["all"]["exact"]
    losses = once["all"]["losses"] + twice["all"]["losses"]
    assert (exact, losses) >= AT_LEAST


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
