"""The changed tables: each change alone on each known table, and pairs of changes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random

from tests.changes import (
    around,
    in_columns,
    in_figures,
    in_groups,
    in_lines,
    in_periods,
    in_rows,
)
from tests.changes.kinds import KINDS
from tests.changes.originals import originals
from tests.changes.sheet import Sheet

# A table is changed in this order: what stands around it and how it is written come last.
_STEPS = (in_columns, in_rows, in_figures, in_periods, in_groups, around, in_lines)
ORDER = [
    kind for step in _STEPS for kind, change in KINDS.items() if change.__module__ == step.__name__
]


def changed(original: Sheet, kinds: tuple[str, ...], seed: int) -> Sheet | None:
    """A table changed in some ways, in the order of ``ORDER``; None where one does not fit it."""
    sheet = original.copy()
    rng = Random(f"{original.name} {' '.join(kinds)} {seed}")
    for kind in sorted(kinds, key=ORDER.index):
        if not KINDS[kind](sheet, rng):
            return None
        sheet.kinds.append(kind)
    return sheet


def singles(seeds: range) -> Iterator[Sheet]:
    """Each change alone on each known table that it fits."""
    for original in originals():
        for kind, seed in itertools.product(ORDER, seeds):
            if (sheet := changed(original, (kind,), seed)) is not None:
                yield sheet


def pairs(count: int, seed: int = 0) -> Iterator[Sheet]:
    """So many tables with two changes each, picked by chance, the same ones each time."""
    rng = Random(seed)
    tables = originals()
    while count:
        original = rng.choice(tables)
        kinds = tuple(rng.sample(ORDER, 2))
        if (sheet := changed(original, kinds, rng.randrange(1_000_000))) is not None:
            count -= 1
            yield sheet
