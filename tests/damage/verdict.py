"""What came of a damaged file, against what its table ranks as."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from tests.damage.files import TO_BYTES, Damaged, Result

Outcome = Literal["exact", "losses", "doubted", "refused", "wrong"]

# These may change how a name is spelled.
_RESPELL = {"changed case", "synonyms", "blanks in names", *TO_BYTES}
# Names meet without the quotation marks in them, Windows7 and Windows 7 too.
_MARKS = str.maketrans("", "", "\"`' ")
_PART = "of 100 percent: a part of the whole?"
# What makes another figure of a figure, or another table of a table of counts, that can be right:
# and what has to be said then.
_MAY_ALTER = {
    "one figure in another unit": (_PART,),
    "second table": ("goes on after a blank line",),
    "truncation": (_PART, "has no line end"),
    "flipped bit": (_PART, "has no line end"),
    "replaced byte": (_PART, "has no line end"),
    "broken line": (_PART,),
}


def verdict(one: Damaged, result: Result) -> Outcome:
    """What came of a file.

    Exact: the known ranking, to every digit. Losses: the same for the rows that are left, and each
    that is not is named by a warning, or by a note where it is a rest. Doubted: damage to bytes
    within a figure made another figure of it, which a warning calls doubtful. Refused: nothing but
    errors.
    Everything else is wrong.
    """
    lines = result.stderr.splitlines()
    if not all(line.startswith("spamindex: ") for line in lines):
        return "wrong"
    if result.code:
        refused = result.code == 1 and not result.stdout
        said = lines and lines[-1].startswith("spamindex: error: ")
        return "refused" if refused and said else "wrong"
    if not result.stdout or any(line.startswith("spamindex: error: ") for line in lines):
        return "wrong"
    ranking = _ranking(one, result.stdout)
    if ranking is None:
        return "wrong"
    known = one.original.known
    if one.original.beside:
        heading, counted = one.original.beside
        if f"column {heading!r}; counts".casefold() in result.stderr.casefold():
            known = counted
    lost = known.keys() - ranking.keys()
    warned = [line for line in lines if ": warning: " in line or "; not ranked: " in line]
    if ranking in _left(one.original.role, known, lost) and all(
        any(_spelling(one, name, line) for line in warned) for name in lost
    ):
        return "losses" if lost else "exact"
    doubts = [doubt for kind in one.kinds for doubt in _MAY_ALTER.get(kind, ())]
    warnings = " ".join(line for line in lines if line.startswith("spamindex: warning: "))
    return "doubted" if any(doubt in warnings for doubt in doubts) else "wrong"


_Ranking = dict[str, tuple[float, float, float]]


def _ranking(one: Damaged, stdout: str) -> _Ranking | None:
    """A ranking by the names of the original; None if a name is none of them, or is there twice."""
    header, *rows = csv.reader(io.StringIO(stdout, newline=""))
    if header != ["os", "spam_share", "market_share", "spam_index"]:
        return None
    spelled = {os: os for os in one.original.known}
    if one.original.role == "spam":
        spelled = {text: os for text, os in one.spelled.items() if os in spelled}
    if not _RESPELL.isdisjoint(one.kinds):
        spelled = {_folded(text): os for text, os in spelled.items()}
        rows = [[_folded(os), *figures] for os, *figures in rows]
    found: _Ranking = {}
    for os, *figures in rows:
        if "truncation" in one.kinds and os not in spelled:  # mac is left of macOS, and the same
            os = next((name for name in spelled if name.startswith(os)), os)
        if os not in spelled or spelled[os] in found:
            return None
        spam, market, index = (float(figure or "nan") for figure in figures)
        found[spelled[os]] = spam, market, index
    return found


def _folded(name: str) -> str:
    return "".join(name.translate(_MARKS).casefold().split())


def _left(role: str, known: _Ranking, lost: set[str]) -> Iterator[_Ranking]:
    """What is left of a ranking: as it was, or as the counts that are left give it.

    A count that has lost its name is still one of all; one that was left out is not.
    """
    yield {os: figures for os, figures in known.items() if os not in lost}
    at = 0 if role == "spam" else 1
    for number in range(1, len(lost) + 1):
        for gone in itertools.combinations(sorted(lost), number):
            counted = {os: Fraction(str(known[os][at])) for os in known if os not in gone}
            if not (whole := sum(counted.values())):
                continue
            left: _Ranking = {}
            for os in known.keys() - lost:
                spam, market, _ = known[os]
                share = float(100 * counted[os] / whole)
                spam, market = (share, market) if role == "spam" else (spam, share)
                left[os] = (spam, market, spam / market if market else float("nan"))
            yield left


def _spelling(one: Damaged, name: str, line: str) -> bool:
    spellings = {name, *(text for text, os in one.spelled.items() if os == name)}
    return any(spelling in line for spelling in spellings)
