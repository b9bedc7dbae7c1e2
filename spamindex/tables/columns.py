"""Which column holds the names, and which the shares or counts; wide tables; or refused."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence

import numpy as np

from spamindex import meaning, periods, words
from spamindex.errors import ColumnError, FigureError, Remedy
from spamindex.meaning import is_missing
from spamindex.names import Names, fold
from spamindex.tables import numbers
from spamindex.tables.options import Role, TableOptions
from spamindex.tables.table import Groups, Table, groups, lines_of, where

_WHAT = {"spam": "the spam shares", "market": "the market shares", None: "the shares"}
# A heading that speaks of the other table's shares is something else than this one's.
_OTHERS = {"spam": ("market", "markt", "usage"), "market": ("spam",), None: ()}
_SAMPLE = 1000
_SHARES, _SPAM = -2, -1  # kinds of columns, before the lines of words.COUNT_WORDS


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


def is_wide(table: Table, options: TableOptions, apart: Collection[int]) -> list[int]:
    """The columns of a table that has one for each system; none where it is not such a table.

    All but the labels (``apart`` from those that options name, and periods) are figures, and two
    headings are known systems or each row adds up to the whole.
    """
    if (options.key and table.find(options.key)) or options.column:
        return []
    names, left = options.names, set(map(fold, options.drop))
    figures = [i for i in of_figures(table) if i not in apart and not _is_dated(table, i)]
    # A system without any figure is one all the same: what it has is missing, and not nothing. So
    # is one with figures that can't be read: its cells are errors.
    more = [i for i in range(len(table.headings)) if i not in apart and i not in figures]
    more = [i for i in more if _may_be_a_system(table, names, i, min(figures, default=len(more)))]
    if options.wide:
        return sorted([*figures, *more])
    if any(map(meaning.names_os, table.headings)) or len(figures) + len(more) < 2:
        return []
    # A blank heading is that of a system without a name, unless it holds no figures at all.
    known = [i for i in [*figures, *more] if names.knows(table.headings[i])]
    systems = [
        i
        for i in figures
        if (i in known or not meaning.says_measure(table.headings[i]))
        and fold(table.headings[i]) not in left
    ]
    of_rows = np.arange(len(table.cells))
    whole = len(systems) > 1 and _is_whole(table, systems, of_rows)
    return sorted([*figures, *more]) if whole or len(known) >= 2 else []


def _may_be_a_system(table: Table, names: Names, number: int, first: int) -> bool:
    """Whether a column under a heading is empty, or holds figures, but not mostly.

    It is right of the ``first`` one that does, or under a known system.
    """
    heading, there = table.headings[number], table.texts(number)[:_SAMPLE]
    if all(map(is_missing, there)):
        return bool(heading) and number > first
    if _is_no_figure(heading):
        return False
    return (names.knows(heading) and any(map(_has_digits, there))) or (
        number > first and any(map(numbers.is_figure, there))
    )


def _is_no_figure(heading: str) -> bool:
    return meaning.is_note(heading) or meaning.is_period(heading)


def by_period(table: Table) -> list[int]:
    """The columns of a table that has one for each period; none where it is not such a table."""
    dated = [i for i in range(len(table.headings)) if _is_dated(table, i)]
    dated = [i for i in dated if any(map(numbers.is_figure, table.texts(i)[:_SAMPLE]))]
    if len(dated) < 2:
        return []
    rest = (table.headings[i] for i in of_figures(table) if i not in dated)
    return dated if all(meaning.says_other(h) or meaning.is_period(h) for h in rest) else []


def key_column(table: Table, options: TableOptions, apart: Collection[int]) -> int:
    """The column that holds the OS. Raises ColumnError where that is not certain.

    ``apart`` are columns that something else is known of.
    """
    if options.key is not None:
        return find(table, options.key, "key")
    there = [i for i in range(len(table.headings)) if i not in apart]
    by_heading = [i for i, heading in enumerate(table.headings) if meaning.names_os(heading)]
    plain = [i for i in by_heading if "version" not in meaning.words(table.headings[i])]
    named = [i for i in there if meaning.unnumbered(table.headings[i]) in words.NAME_HEADINGS]
    figures = set(of_figures(table, any_digits=False))
    of_text = [
        i
        for i in there
        if i not in figures
        and not _is_no_figure(table.headings[i])
        and any(not is_missing(t) and not numbers.is_clock(t) for t in table.texts(i))
    ]
    found = plain or by_heading or [i for i in named if i in of_text] or named or of_text
    for twin in [i for i in of_text if found[0] != i and _are_twins(table, found[0], i)]:
        one, names = (table.column(i).astype(object) for i in (twin, found[0]))
        if not one.equals(names):
            raise ColumnError(
                f"{table.name}: {table.called(found[0])} and {table.called(twin)} hold names, "
                "each of its own rows: write tables that stand side by side into files of their own"
            )
        found = [i for i in found if i != twin]
    if len(found) == 1:
        return found[0]
    settles = [Remedy("key", None, "chooses one")]
    if found:
        problem = f"can't tell which column holds the names: {_listed(table, found, ' or ')}?"
        raise ColumnError(f"{table.name}: {problem}", settles=settles)
    settles.append(Remedy("header", None, "says which line holds the headings (0 for none)"))
    if sum(not meaning.says_measure(table.headings[i]) for i in figures - set(apart)) > 1:
        settles.insert(0, Remedy("wide", "True", "says that each column of figures is a system"))
    fault = f"{table.name}: no column holds names; it has {_listed(table)}"
    raise ColumnError(fault, settles=settles)


def _are_twins(table: Table, one: int, other: int) -> bool:
    """Whether two columns have one heading, or the same names."""
    ours, theirs = (meaning.unnumbered(table.headings[i]) for i in (one, other))
    return ours == theirs != "" or set(table.texts(one)) == set(table.texts(other))


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
            fault = f"{options.column!r} can't hold the names and their shares"
            raise ColumnError(f"{table.name}: {fault}")
        return column, []
    candidates = [i for i in of_figures(table) if i not in apart and i != key]
    _refuse_parted(table, candidates)
    kinds = {
        i: _kind(table, i)
        for i in candidates
        if not _is_no_figure(table.headings[i])
        and not says_other(table.headings[i], options.of)
        and not _is_something_else(table, i)
    }
    shares = [i for i, kind in kinds.items() if kind == _SHARES]
    counts = {i: kind for i, kind in kinds.items() if kind is not None and kind != _SHARES}
    unknown = [i for i, kind in kinds.items() if kind is None]
    whole = [i for i in unknown if _adds_up(table, i)]
    rivals = [i for i in unknown if not table.headings[i] or _is_dated(table, i)]
    if shares:
        found = [*shares, *whole, *rivals]
    elif whole and not counts:
        found = whole if len(whole) > 1 or len(unknown) == 1 else unknown
    elif counts:
        plain = [i for i in counts if not meaning.says_rate(table.headings[i])]
        first = min(counts[i] for i in plain or counts)
        found = [*(i for i in counts if counts[i] == first), *rivals, *whole]
    else:
        found = unknown
    found = sorted(set(found))
    if len(found) == 1 and found[0] in counts and counts[found[0]] != _SPAM:
        # All messages may be meant, or those beside them that are called spam in some way.
        of_spam = [i for i in candidates if meaning.may_be_spam(table.headings[i])]
        found = sorted({*found, *of_spam})
    if len(found) != 1:
        raise _unclear(table, found or candidates, options, certain=bool(found))
    if not shares and whole != found:
        return found[0], []
    readings = {i: numbers.parse(table.texts(i)) for i in kinds if i not in found}
    sure = [i for i, ways in readings.items() if any(way.surely_counts for way in ways)]
    return found[0], [i for i in readings if i in counts or i in sure]


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
    filled = [
        [t for t in table.texts(i)[:_SAMPLE] if not is_missing(t)]
        for i in range(len(table.headings))
    ]
    return [
        i
        for i, of in enumerate(filled)
        if 2 * sum(map(numbers.is_figure, of)) > len(of)
        or (any_digits and speaks(table, i) and any(map(_has_digits, of)))
    ]


def _filled(table: Table, number: int) -> list[str]:
    return [text for text in table.texts(number) if not is_missing(text)]


def _has_digits(text: str) -> bool:
    return any(map(str.isdigit, text))


def speaks(table: Table, number: int) -> bool:
    """Whether a heading speaks of shares or counts."""
    heading = table.headings[number]
    return meaning.says_shares(heading) or meaning.measure(heading) is not None


def _kind(table: Table, number: int) -> int | None:
    """What a column of figures seems to hold: shares, counts of a measure, or None for neither."""
    heading = table.headings[number]
    filled = _filled(table, number)
    if meaning.says_shares(heading) or 2 * sum(map(numbers.is_percent, filled)) > len(filled):
        return _SHARES
    return _SPAM if "spam" in meaning.words(heading).split() else meaning.measure(heading)


def _is_dated(table: Table, number: int) -> bool:
    heading = table.headings[number]
    return bool(periods.iso(heading)) or periods.is_month_or_day(heading)


def says_other(text: str, of: Role | None = None) -> bool:
    """Whether a heading speaks of something else than the shares, or counts, of a table."""
    return meaning.says_other(text) or any(word in meaning.words(text) for word in _OTHERS[of])


def _is_something_else(table: Table, number: int) -> bool:
    """Whether the cells say by themselves that they are no shares: years, row numbers."""
    if speaks(table, number):
        return False
    if not table.headings[number]:  # what pandas writes on the left without being told not to
        return number == 0 and _is_row_number(table, number)
    years = [
        t.isdecimal() and len(t) == 4 and "1900" <= t <= "2100" for t in _filled(table, number)
    ]
    return _is_row_number(table, number) or (bool(years) and all(years))


def _is_row_number(table: Table, number: int) -> bool:
    there = [str(text) for text in table.column(number)[:_SAMPLE]]
    if len(there) < 3 or not all(map(str.isdecimal, there)):
        return False
    return all(int(b) - int(a) == 1 for a, b in itertools.pairwise(there))


def _adds_up(table: Table, number: int) -> bool:
    """Whether the figures of a column add up to the whole, in each period."""
    dated = [i for i, h in enumerate(table.headings) if meaning.is_period(h) and i != number]
    apart = groups([table.column(i) for i in dated], np.zeros(len(table.cells), np.int64))
    return _is_whole(table, [number], apart)


def _is_whole(table: Table, columns: Sequence[int], apart: Groups) -> bool:
    """Whether the figures in columns add up to 100 or 1 in each group, within rounding."""
    readings = [(table.column(i), numbers.parse(table.texts(i))[0]) for i in columns]
    if not len(apart) or any(reading.faults for _, reading in readings):
        return False
    values = np.concatenate(
        [np.nan_to_num(reading.row_values(column)) for column, reading in readings]
    )
    halves = np.concatenate([reading.row_halves(column) for column, reading in readings])
    sums = numbers.Sums(values, halves, np.tile(apart, len(columns)))
    return any(bool(sums.add_up_to(whole).all()) for whole in (100.0, 1.0))


def _refuse_parted(table: Table, candidates: Sequence[int]) -> None:
    """Refuse figures among notes, which are the ends of cells that a separator has parted.

    So are digits, right of whole numbers, of which some begin with a nought or all are as many.
    """
    for i, heading in enumerate(table.headings):
        says_nothing = not (_is_dated(table, i) or speaks(table, i) or meaning.says_other(heading))
        # Two headings that say nothing, of which none is of shares, head a cell each: countries.
        each = bool(heading and table.headings[i - 1]) and not speaks(table, i - 1)
        parted = np.zeros(len(table.cells), bool)
        if meaning.is_note(heading):
            parted = where(table.column(i), numbers.is_figure)
        elif says_nothing and {i - 1, i} <= {*candidates} and not each:
            parted = where(table.column(i), str.isdecimal)
            parted &= _are_decimals(_filled(table, i - 1), _filled(table, i))
        if parted.any():
            lines = lines_of(table.cells.index[parted])
            raise FigureError(
                f"{table.name}: {table.called(i)} holds figures on {lines}, as where a comma in a "
                "cell has parted it: quote such cells, or write another separator"
            )


def _are_decimals(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether texts could be the decimals of whole numbers that stand left of them."""
    if not all(map(str.isdecimal, [*left, *right])) or max(map(len, left), default=9) > 3:
        return False
    return any(len(t) > 1 and t[0] == "0" for t in right) or (
        len(right) > 1 and {len(t) for t in right} in ({2}, {3})
    )


def _unclear(
    table: Table, among: Sequence[int], options: TableOptions, *, certain: bool
) -> ColumnError:
    """The error where one column, and only one, can't be found to hold the shares."""
    what, settles = _WHAT[options.of], [Remedy("column", None, "chooses one")]
    if not among:
        fault = f"{table.name}: no column holds figures for {what}; it has {_listed(table)}"
        return ColumnError(fault)
    shown = _listed(table, among, " or " if certain else " and ")
    shown += "?" if certain else " may be something else"
    fault = f"{table.name}: can't tell which column holds {what}: {shown}"
    return ColumnError(fault, settles=settles)


def _listed(table: Table, among: Sequence[int] | None = None, by: str = ", ") -> str:
    return by.join(map(table.called, range(len(table.headings)) if among is None else among))
