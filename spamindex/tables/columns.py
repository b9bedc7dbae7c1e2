"""A table to the column of its names, and that of its shares or counts: certain, or refused."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spamindex import periods, words
from spamindex.errors import ColumnError, FigureError, Remedy
from spamindex.names import Names
from spamindex.tables import numbers
from spamindex.tables.options import Role, TableOptions
from spamindex.tables.table import Table, groups, lines_of, numbers_of, texts, where
from spamindex.words import is_missing

_WHAT: dict[Role | None, str] = {
    "spam": "the spam shares",
    "market": "the market shares",
    None: "the shares",
}
# A heading that speaks of the other table's shares is something else than this one's.
_OTHERS: dict[Role | None, frozenset[str]] = {
    "spam": frozenset({"market", "usage"}),
    "market": frozenset({"spam"}),
    None: frozenset(),
}
_SAMPLE = 1000
_MOSTLY = 0.5
_SURELY = 100  # whole numbers above it are no percents


@dataclass(frozen=True)
class Kind:
    """What a column of figures seems to hold: a share, a count of some measure, or neither."""

    number: int
    share: bool
    measure: int | None
    blank: bool
    dated: bool


def find(table: Table, name: str, of: str = "column") -> int:
    """The column of a heading, or of a number from 1. Raises ColumnError."""
    found = table.find(name)
    if len(found) == 1:
        return found[0]
    if found:
        raise ColumnError(
            f"{table.name}: {len(found)} columns are called {name!r}",
            settles=[Remedy(of, str(n + 1), f"is column {n + 1}") for n in found],
        )
    raise ColumnError(f"{table.name}: has no column {name!r}; it has {_listed(table)}")


def is_wide(table: Table, names: Names, options: TableOptions, apart: Collection[int]) -> list[int]:
    """The columns of a table that has one for each system; none where it is not such a table.

    All but the labels (``apart`` from those that options name, and periods) are figures, and two
    headings are known systems or each row adds up to the whole.
    """
    if options.key or options.column:
        return []
    figures = [i for i in of_figures(table) if i not in apart and not _is_dated(table, i)]
    # A system without any figure is one all the same: what it has is missing, and not nothing.
    empty = [i for i, heading in enumerate(table.headings) if heading and _is_empty(table, i)]
    # One with figures that can't be read is one, too: its cells are errors.
    empty += [i for i in _spoiled(table, names, figures) if i not in apart]
    if options.wide:
        return sorted([*figures, *empty])
    if any(map(words.names_os, table.headings)) or len({*figures, *empty}) < 2:
        return []
    # A blank heading is that of a system without a name, unless it holds no figures at all.
    known = [i for i in {*figures, *empty} if names.knows(table.headings[i])]
    systems = [i for i in figures if i in known or not words.says_measure(table.headings[i])]
    if len(known) >= 2 or (len(systems) > 1 and _add_up_in_rows(table, systems)):
        return sorted([*figures, *(i for i in empty if i not in apart)])
    return []


def _spoiled(table: Table, names: Names, figures: Sequence[int]) -> list[int]:
    """The columns under a known system, or right of figures, that hold some, but not mostly."""
    first = min(figures, default=len(table.headings))
    found = []
    for i, heading in enumerate(table.headings):
        if i in figures or words.is_note(heading) or words.is_period(heading):
            continue
        there = table.texts(i)[:_SAMPLE]
        if (names.knows(heading) and any(c.isdigit() for text in there for c in text)) or (
            i > first and any(map(numbers.is_figure, there))
        ):
            found.append(i)
    return found


def _is_empty(table: Table, number: int) -> bool:
    return all(map(is_missing, table.texts(number)))


def by_period(table: Table) -> list[int]:
    """The columns of a table that has one for each period; none where it is not such a table."""
    dated = [
        i
        for i in range(len(table.headings))
        if _is_dated(table, i) and any(map(numbers.is_figure, table.texts(i)[:_SAMPLE]))
    ]
    rest = [
        i
        for i in of_figures(table)
        if i not in dated and not _says_other(table, i) and not words.is_period(table.headings[i])
    ]
    return dated if len(dated) > 1 and not rest else []


def key_column(table: Table, options: TableOptions, apart: Collection[int]) -> int:
    """The column that holds the OS. Raises ColumnError where that is not certain.

    ``apart`` are columns that something else is known of.
    """
    if options.key is not None:
        return find(table, options.key, "key")
    there = [i for i in range(len(table.headings)) if i not in apart]
    by_heading = [i for i, heading in enumerate(table.headings) if words.names_os(heading)]
    plain = [i for i in by_heading if "version" not in words.words(table.headings[i])]
    named = [i for i in there if words.words(table.headings[i]) in words.NAME_HEADINGS]
    figures = set(of_figures(table, any_digits=False))
    of_text = [
        i
        for i in there
        if i not in figures
        and not words.is_period(table.headings[i])
        and not words.is_note(table.headings[i])
        and any(not is_missing(t) and not numbers.is_clock(t) for t in table.texts(i))
    ]
    for found in (plain or by_heading, [i for i in named if i in of_text] or named, of_text):
        if len(found) == 1:
            return found[0]
        if found:
            among = [table.called(i) for i in found]
            raise ColumnError(
                f"{table.name}: can't tell which column holds the names: {' or '.join(among)}?",
                settles=[Remedy("key", None, "chooses one")],
            )
    settles = [
        Remedy("key", None, "chooses one"),
        Remedy("header", None, "says which line holds the headings (0 for none)"),
    ]
    if sum(not words.says_measure(table.headings[i]) for i in figures - set(apart)) > 1:
        settles.insert(0, Remedy("wide", "True", "says that each column of figures is a system"))
    raise ColumnError(
        f"{table.name}: no column holds names; it has {_listed(table)}", settles=settles
    )


def value_column(
    table: Table, key: int, options: TableOptions, apart: Collection[int]
) -> tuple[int, list[int]]:
    """The column that holds the shares or counts, and the others that could hold counts.

    ``apart`` are columns that something else is known of. Raises ColumnError where it is not
    certain, FigureError for a figure among notes.
    """
    if options.column is not None:
        column = find(table, options.column, "column")
        if column == key:
            raise ColumnError(
                f"{table.name}: {options.column!r} can't hold the names and their shares"
            )
        return column, []
    candidates = [i for i in of_figures(table) if i not in apart and i != key]
    _refuse_parted(table, candidates)
    kinds = [
        _kind(table, i)
        for i in candidates
        if not words.is_period(table.headings[i])
        and not words.is_note(table.headings[i])
        and not _says_other(table, i, options.of)
        and not _is_something_else(table, i)
    ]
    shares = [kind.number for kind in kinds if kind.share]
    counts = [kind for kind in kinds if kind.measure is not None]
    unknown = [k.number for k in kinds if not k.share and k.measure is None]
    whole = [i for i in unknown if _adds_up(table, i)]
    rivals = [k.number for k in kinds if k.number in unknown and (k.blank or k.dated)]
    if shares:
        found = [*shares, *(i for i in unknown if i in whole or i in rivals)]
    elif whole and not counts:
        found = whole if len(whole) > 1 or len(unknown) == 1 else unknown
    elif counts:
        plain = [kind for kind in counts if not words.says_rate(table.headings[kind.number])]
        first = min(k.measure for k in plain or counts if k.measure is not None)
        found = [*(k.number for k in counts if k.measure == first), *rivals, *whole]
    else:
        found = unknown
    if len(found) != 1:
        raise _unclear(table, sorted(set(found)) or candidates, options, certain=bool(found))
    counted = [
        k.number
        for k in kinds
        if k.number != found[0] and (k.measure is not None or _surely_counts(table, k.number))
    ]
    return found[0], counted if shares or whole == found else []


def unused(table: Table, used: Collection[int]) -> list[str]:
    """The columns with figures that are not used, as messages call them."""
    return [
        table.called(i) for i in of_figures(table) if i not in used and not _is_row_number(table, i)
    ]


def of_figures(table: Table, *, any_digits: bool = True) -> list[int]:
    """The columns that hold figures: most of their filled cells look like one.

    With ``any_digits`` also one whose heading speaks of shares or counts and whose cells hold
    digits, though they can't be read.
    """
    found = []
    for i in range(len(table.headings)):
        filled = [t for t in table.texts(i)[:_SAMPLE] if not is_missing(t)]
        part = sum(map(numbers.is_figure, filled)) / max(len(filled), 1)
        speaks = (
            words.says_shares(table.headings[i]) or words.measure(table.headings[i]) is not None
        )
        digits = any(c.isdigit() for text in filled for c in text)
        if (filled and part > _MOSTLY) or (any_digits and digits and speaks):
            found.append(i)
    return found


def _kind(table: Table, number: int) -> Kind:
    heading = table.headings[number]
    filled = [t for t in table.texts(number) if not is_missing(t)]
    signed = sum(map(numbers.is_signed, filled)) > len(filled) / 2
    share = words.says_shares(heading) or signed
    measure = None if share else words.measure(heading)
    if measure is None and not share and "spam" in words.words(heading).split():
        measure = -1  # before messages, of which spam is a part
    return Kind(number, share, measure, not heading, _is_dated(table, number))


def _is_dated(table: Table, number: int) -> bool:
    heading = table.headings[number]
    return bool(periods.iso(heading)) or periods.is_short(heading)


def _says_other(table: Table, number: int, of: Role | None = None) -> bool:
    heading = table.headings[number]
    return words.says_other(heading) or not _OTHERS[of].isdisjoint(words.words(heading).split())


def _is_something_else(table: Table, number: int) -> bool:
    """Whether the cells say by themselves that they are no shares: years, row numbers."""
    heading = table.headings[number]
    if words.says_shares(heading) or words.measure(heading) is not None:
        return False
    if not heading:  # what pandas writes on the left without being told not to
        return number == 0 and _is_row_number(table, number)
    return _is_row_number(table, number) or all(
        text.isdecimal() and len(text) == 4 and "1900" <= text <= "2100"
        for text in table.texts(number)
        if not is_missing(text)
    )


def _is_row_number(table: Table, number: int) -> bool:
    there = [str(text) for text in table.column(number)[:_SAMPLE]]
    if len(there) < 3 or not all(text.isdecimal() for text in there):
        return False
    return all(int(b) - int(a) == 1 for a, b in itertools.pairwise(there))


def _surely_counts(table: Table, number: int) -> bool:
    """Whether figures under a heading that says nothing are whole, and one is above 100."""
    readings = numbers.read([t for t in table.texts(number) if not is_missing(t)])
    return any(r.whole and max(r.values.values(), default=0) > _SURELY for r in readings)


def _adds_up(table: Table, number: int) -> bool:
    """Whether the figures of a column add up to the whole, in each period."""
    dated = [i for i, h in enumerate(table.headings) if words.is_period(h) and i != number]
    apart = groups([table.column(i) for i in dated], len(table.cells))
    return _is_whole(table, [number], apart)


def _add_up_in_rows(table: Table, columns: Sequence[int]) -> bool:
    return _is_whole(table, columns, np.arange(len(table.cells)))


def _is_whole(table: Table, columns: Sequence[int], apart: npt.NDArray[np.int64]) -> bool:
    """Whether the figures in columns add up to 100 or 1 in each group, within rounding."""
    sums = np.zeros(int(apart.max(initial=-1)) + 1)
    half = np.zeros_like(sums)
    for number in columns:
        column = table.column(number)
        reading = numbers.read(texts(column))[0]
        if reading.faults:
            return False
        unit = {
            text: numbers.half_unit(text, reading.mark)
            for text in reading.values
            if not is_missing(text)
        }
        value = np.nan_to_num(numbers_of(column, reading.values))
        sums += np.bincount(apart, weights=value, minlength=len(sums))
        half += np.bincount(apart, weights=numbers_of(column, unit, 0.0), minlength=len(sums))
    return len(sums) > 0 and any(
        bool((np.abs(sums - whole) <= np.minimum(half, whole / 50) + 1e-9).all())
        for whole in (100.0, 1.0)
    )


def _refuse_parted(table: Table, candidates: Sequence[int]) -> None:
    """Refuse figures among notes, which are the ends of cells that a separator has parted.

    So are digits, right of whole numbers, of which some begin with a nought or all are as many.
    """
    for i, heading in enumerate(table.headings):
        if words.is_note(heading):
            parted = where(table.column(i), numbers.is_figure)
        elif i in candidates and i - 1 in candidates and _says_nothing(table, i):
            parted = _decimals(table.texts(i - 1), table.texts(i)) & where(
                table.column(i), str.isdecimal
            )
        else:
            continue
        if parted.any():
            lines = lines_of(table.cells.index[parted])
            raise FigureError(
                f"{table.name}: {table.called(i)} holds figures on {lines}, as where a comma in a "
                "cell has parted it: quote such cells, or write another separator"
            )


def _says_nothing(table: Table, number: int) -> bool:
    """Whether a heading says neither shares, nor counts, nor what else stands under it."""
    heading = table.headings[number]
    return not (
        _is_dated(table, number)
        or words.says_shares(heading)
        or words.measure(heading) is not None
        or words.says_other(heading)
    )


def _decimals(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether texts could be the decimals of whole numbers that stand left of them."""
    left, right = ([t for t in of if not is_missing(t)] for of in (left, right))
    if not all(map(str.isdecimal, [*left, *right])) or max(map(len, left), default=9) > 3:
        return False
    return any(len(t) > 1 and t[0] == "0" for t in right) or (
        len(right) > 1 and {len(t) for t in right} in ({2}, {3})
    )


def _unclear(
    table: Table, among: Sequence[int], options: TableOptions, *, certain: bool
) -> ColumnError:
    what = _WHAT[options.of]
    if certain:
        problem = f"can't tell which column holds {what}: {' or '.join(map(table.called, among))}?"
    elif among:
        of_other = " and ".join(map(table.called, among))
        problem = f"can't tell which column holds {what}: {of_other} may be something else"
    else:
        problem = f"no column holds figures for {what}; it has {_listed(table)}"
    return ColumnError(
        f"{table.name}: {problem}", settles=[Remedy("column", None, "chooses one")] if among else []
    )


def _listed(table: Table) -> str:
    return ", ".join(map(table.called, range(len(table.headings))))
