"""How many damaged files are read, and how many refused, by kind of damage."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from typing import get_args

from tabulate import tabulate

from tests.damage.files import KINDS, Damaged, Result, commands, pairs, singles
from tests.damage.verdict import Outcome, verdict

SINGLES, PAIRS = range(3), range(2)  # seeds: files of each kind and table, and of each two kinds

Counts = dict[str, Counter[Outcome]]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


def outcomes(every: int = 1) -> tuple[Counts, Counts, list[tuple[Damaged, Result]]]:
    """What came of files damaged once and twice, by kind, and those that are wrong in silence.

    A file damaged in two ways counts for both of them, and once under ``all``. ``every`` tries but
    each of so many files damaged once, and a third as many of those damaged twice.
    """
    once = itertools.islice(singles(SINGLES), 0, None, every)
    twice = itertools.islice(pairs(PAIRS), 0, None, 3 * every if every > 1 else 1)
    counts: tuple[Counts, Counts] = defaultdict(Counter), defaultdict(Counter)
    wrong = []
    with commands() as run:
        for counted, files in zip(counts, (once, twice), strict=True):
            for one in files:
                result = run(one)
                outcome = verdict(one, result)
                for kind in (*one.kinds, "all"):
                    counted[kind][outcome] += 1
                if outcome == "wrong":
                    wrong.append((one, result))
    return *counts, wrong


def table() -> str:
    """The counts as a Markdown table."""
    once, twice, _ = outcomes()
    rows = [
        [kind]
        + [
            n
            for counts in (once, twice)
            for n in (counts[kind].total(), *map(counts[kind].get, OUTCOMES))
        ]
        for kind in [*KINDS, "all"]
    ]
    heads = ["damage"] + 2 * ["files", *OUTCOMES]
    return tabulate(rows, heads, "github", missingval="") + "\n"
