"""Find the columns of a table that hold names, shares or counts, or the systems of a wide table.

A column is chosen by its heading or its cells, and refused if it has a rival.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence

import numpy as np

from spamindex import meaning, periods, words
from spamindex.errors import ColumnError, FigureError, Remedy
from spamindex.meaning import is_missing
from spamindex.names import Names, fold
from spamindex.tables import numbers
from spamindex.tables.options import Role, TableOptions
from spamindex.tables.table import Groups, Table, groups, lines_of, where

_VALUES = {"spam": "the spam shares", "market": "the market shares", None: "the shares"}
_OTHER_ROLE = {"spam": ("market", "markt", "usage"), "market": ("spam",), None: ()}
_DIGIT = re.compile(r"\d")
_SAMPLE_TEXTS = 1000
_SHARES, _SPAM = -2, -1  # kinds of columns; 0 and more are lines of words.COUNT_WORDS


def find_column(table: Table, name: str, field: str = "column") -> int:
    """The column with a heading, or with a number from 1. Raises ColumnError.

    ``field`` is the field of TableOptions that can choose among columns of one heading.
    """
    found = table.find(name)
    if len(found) == 1:
        return found[0]
    if found:
        raise ColumnError(
            f"{table.name}: {len(found)} columns are called {name!r}",
            settles=[Remedy(field, str(i + 1), f"is column {i + 1}") for i in found],
        )
    raise ColumnError(f"{table.name}: has no column {name!r}; it has {_listed(table)}")


def system_columns(table: Table, options: TableOptions, reserved: Collection[int]) -> list[int]:
    """The columns of a wide table, which has one for each system; empty for other tables.

    In a wide table two columns of figures are headed by known systems, or the figures of each row
    add up to the whole. ``reserved`` are columns of periods, and those that options name.
    """
    if (options.key and table.find(options.key)) or options.column:
        return []
    free = [i for i in range(len(table.headings)) if i not in reserved]
    headings, names = table.headings, options.names
    figures = [i for i in figure_columns(table) if i in free and not _is_period(headings[i])]
    # A system may lack its figures, which are then missing and not 0, or have unreadable ones,
    # which are errors.
    first = min(figures, default=len(headings))
    sparse = [i for i in free if i not in figures and _may_be_system(table, names, i, i > first)]
    candidates = sorted([*figures, *sparse])
    if options.wide:
        return candidates
    if len(candidates) < 2 or any(map(meaning.names_os, headings)):
        return []
    known = [i for i in candidates if names.knows(headings[i])]
    if len(known) >= 2:
        return candidates
    dropped = set(map(fold, options.drop))
    addends = [
        i
        for i in figures
        if (i in known or not meaning.says_measure(headings[i]))
        and fold(headings[i]) not in dropped
    ]
    each_row = np.arange(len(table.cells))
    return candidates if len(addends) > 1 and _is_whole(table, addends, each_row) else []


def _may_be_system(table: Table, names: Names, number: int, is_right_of_figures: bool) -> bool:
    """Whether a column without figures, or with only a few, may be that of a system."""
    heading, sample = table.headings[number], table.texts(number)[:_SAMPLE_TEXTS]
    if all(map(is_missing, sample)):
        return bool(heading) and is_right_of_figures
    if _says_no_figures(heading):
        return False
    if names.knows(heading) and any(map(_DIGIT.search, sample)):
        return True
    return is_right_of_figures and any(map(numbers.is_figure, sample))


def period_columns(table: Table) -> list[int]:
    """The columns of a table that has one for each period; empty for other tables."""
    dated = [
        i
        for i, heading in enumerate(table.headings)
        if _is_period(heading) and any(map(numbers.is_figure, table.texts(i)[:_SAMPLE_TEXTS]))
    ]
    others = [table.headings[i] for i in figure_columns(table) if i not in dated]
    if len(dated) > 1 and all(meaning.says_other(h) or meaning.is_period(h) for h in others):
        return dated
    return []


def key_column(table: Table, options: TableOptions, reserved: Collection[int]) -> int:
    """The column that holds the names, usually of OSes. Raises ColumnError if it is unclear.

    ``reserved`` are columns that are used for something else.
    """
    if options.key is not None:
        return find_column(table, options.key, "key")
    free = [i for i in range(len(table.headings)) if i not in reserved]
    figures = set(figure_columns(table, unreadable=False))
    of_text = [
        i
        for i in free
        if i not in figures
        and not _says_no_figures(table.headings[i])
        and any(not is_missing(text) and not numbers.is_clock(text) for text in table.texts(i))
    ]
    of_os = [i for i, heading in enumerate(table.headings) if meaning.names_os(heading)]
    plain = [i for i in of_os if "version" not in meaning.normalize(table.headings[i])]
    of_names = [i for i in free if meaning.unnumbered(table.headings[i]) in words.NAME_HEADINGS]
    named_text = [i for i in of_names if i in of_text]
    found = plain or of_os or named_text or of_names or of_text
    for i in of_text:
        if i == found[0] or not _are_twins(table, found[0], i):
            continue
        if not table.column(i).astype(object).equals(table.column(found[0]).astype(object)):
            raise ColumnError(
                f"{table.name}: {table.called(found[0])} and {table.called(i)} both hold names, "
                "but of different rows: write tables that stand side by side into separate files"
            )
        found = [other for other in found if other != i]
    if len(found) == 1:
        return found[0]
    settles = [Remedy("key", None, "chooses one")]
    if found:
        fault = f"can't tell which column holds the names: {_listed(table, found, ' or ')}?"
        raise ColumnError(f"{table.name}: {fault}", settles=settles)
    settles.append(Remedy("header", None, "says which line holds the headings (0 for none)"))
    if sum(not meaning.says_measure(table.headings[i]) for i in figures.intersection(free)) > 1:
        settles.insert(0, Remedy("wide", "True", "says that each column of figures is a system"))
    fault = f"{table.name}: no column holds names; it has {_listed(table)}"
    raise ColumnError(fault, settles=settles)


def _are_twins(table: Table, left: int, right: int) -> bool:
    """Whether two columns have the same heading, or the same names."""
    left_words, right_words = (meaning.unnumbered(table.headings[i]) for i in (left, right))
    has_same_names = set(table.texts(left)) == set(table.texts(right))
    return left_words == right_words != "" or has_same_names


def value_column(
    table: Table, key: int, options: TableOptions, reserved: Collection[int]
) -> tuple[int, list[int]]:
    """The column that holds the shares or counts, and others with counts that may belong to shares.

    ``reserved`` are columns that are used for something else. Raises ColumnError if it is unclear,
    FigureError for a figure under a heading of notes.
    """
    if options.column is not None:
        column = find_column(table, options.column, "column")
        if column == key:
            fault = f"{options.column!r} can't hold the names and their shares"
            raise ColumnError(f"{table.name}: {fault}")
        return column, []
    candidates = [i for i in figure_columns(table) if i not in reserved and i != key]
    _refuse_split_cells(table, candidates)
    kinds = {
        i: _kind(table, i)
        for i in candidates
        if not _says_no_figures(table.headings[i])
        and not says_other(table.headings[i], options.of)
        and not _are_years_or_row_numbers(table, i)
    }
    shares = [i for i, kind in kinds.items() if kind == _SHARES]
    counts = {i: kind for i, kind in kinds.items() if kind is not None and kind != _SHARES}
    unknown = [i for i, kind in kinds.items() if kind is None]
    whole = [i for i in unknown if _adds_up(table, i)]
    rivals = [i for i in unknown if not table.headings[i] or _is_period(table.headings[i])]
    if shares:
        found = {*shares, *whole, *rivals}
    elif counts:
        plain = [i for i in counts if not meaning.says_rate(table.headings[i])]
        first = min(counts[i] for i in plain or counts)
        found = {*(i for i in counts if counts[i] == first), *whole, *rivals}
        if len(found) == 1 and first != _SPAM:
            # Either all messages are meant, or those of a column beside them that may be spam.
            found.update(i for i in candidates if meaning.may_be_spam(table.headings[i]))
    else:
        found = set(whole if len(whole) > 1 else unknown)
    if len(found) != 1:
        raise _unclear(table, sorted(found), candidates, options.of)
    (column,) = found
    if column not in shares and [column] != whole:
        return column, []

    def holds_counts(number: int) -> bool:
        readings = numbers.parse(table.texts(number))
        return number in counts or any(reading.surely_counts for reading in readings)

    return column, [i for i in kinds if i != column and holds_counts(i)]


def _unclear(
    table: Table, rivals: Sequence[int], candidates: Sequence[int], role: Role | None
) -> ColumnError:
    if not candidates:
        fault = f"no column holds figures for {_VALUES[role]}; it has {_listed(table)}"
        return ColumnError(f"{table.name}: {fault}")
    if rivals:
        question = f"{_listed(table, rivals, ' or ')}?"
    else:
        question = f"{_listed(table, candidates, ' and ')} may be something else"
    return ColumnError(
        f"{table.name}: can't tell which column holds {_VALUES[role]}: {question}",
        settles=[Remedy("column", None, "chooses one")],
    )


def unused_columns(table: Table, used: Collection[int]) -> list[str]:
    """The columns with figures that are not used, as messages call them; row numbers left out."""
    unused = [i for i in figure_columns(table) if i not in used]
    return [table.called(i) for i in unused if not _are_row_numbers(table, i)]


def figure_columns(table: Table, *, unreadable: bool = True) -> list[int]:
    """The columns in which most of the filled cells look like figures.

    With ``unreadable``, also those with a heading of shares or counts and digits in the cells.
    """
    found = []
    for i in range(len(table.headings)):
        sample = [text for text in table.texts(i)[:_SAMPLE_TEXTS] if not is_missing(text)]
        if 2 * sum(map(numbers.is_figure, sample)) > len(sample) or (
            unreadable and _says_values(table.headings[i]) and any(map(_DIGIT.search, sample))
        ):
            found.append(i)
    return found


def says_other(text: str, role: Role | None = None) -> bool:
    """Whether a heading names another measure than the shares or counts of a table in this role."""
    is_of_other_role = any(word in meaning.normalize(text) for word in _OTHER_ROLE[role])
    return is_of_other_role or meaning.says_other(text)


def _says_values(heading: str) -> bool:
    return meaning.says_shares(heading) or meaning.measure(heading) is not None


def _says_no_figures(heading: str) -> bool:
    return meaning.is_note(heading) or meaning.is_period(heading)


def _is_period(heading: str) -> bool:
    return bool(periods.iso(heading)) or periods.is_month_or_day(heading)


def _filled(table: Table, number: int) -> list[str]:
    return [text for text in table.texts(number) if not is_missing(text)]


def _kind(table: Table, number: int) -> int | None:
    """What a column of figures seems to hold: shares, or counts of a measure; None for neither."""
    heading, filled = table.headings[number], _filled(table, number)
    if meaning.says_shares(heading) or 2 * sum(map(numbers.is_percent, filled)) > len(filled):
        return _SHARES
    return _SPAM if "spam" in meaning.normalize(heading).split() else meaning.measure(heading)


def _are_years_or_row_numbers(table: Table, number: int) -> bool:
    heading, filled = table.headings[number], _filled(table, number)
    if _says_values(heading):
        return False
    if not heading:  # pandas writes its row numbers into a first column without a heading
        return number == 0 and _are_row_numbers(table, number)
    are_years = all(t.isdecimal() and len(t) == 4 and "1900" <= t <= "2100" for t in filled)
    return (are_years and bool(filled)) or _are_row_numbers(table, number)


def _are_row_numbers(table: Table, number: int) -> bool:
    sample = [str(text) for text in table.column(number)[:_SAMPLE_TEXTS]]
    if len(sample) < 3 or not all(map(str.isdecimal, sample)):
        return False
    return all(int(below) - int(above) == 1 for above, below in itertools.pairwise(sample))


def _adds_up(table: Table, number: int) -> bool:
    """Whether the figures of a column add up to the whole in each period."""
    dated = [i for i, h in enumerate(table.headings) if meaning.is_period(h) and i != number]
    in_period = groups([table.column(i) for i in dated], np.zeros(len(table.cells), np.int64))
    return _is_whole(table, [number], in_period)


def _is_whole(table: Table, summed: Sequence[int], row_groups: Groups) -> bool:
    """Whether columns add up to 100, or to 1, in each group of rows, within rounding."""
    readings = [(table.column(i), numbers.parse(table.texts(i))[0]) for i in summed]
    if not len(row_groups) or any(reading.faults for _, reading in readings):
        return False
    values = np.concatenate(
        [np.nan_to_num(reading.row_values(column)) for column, reading in readings]
    )
    halves = np.concatenate([reading.row_halves(column) for column, reading in readings])
    sums = numbers.Sums(values, halves, np.tile(row_groups, len(summed)))
    return any(bool(sums.add_up_to(whole).all()) for whole in (100.0, 1.0))


def _refuse_split_cells(table: Table, candidates: Sequence[int]) -> None:
    """Refuse cells that a separator in them has split in two: ``5,14`` or ``Ubuntu, 22.04``.

    The second half is a figure under a heading of notes, or stands right of whole numbers like
    their decimals.
    """
    for i, heading in enumerate(table.headings):
        split = np.zeros(len(table.cells), bool)
        if meaning.is_note(heading):
            split = where(table.column(i), numbers.is_figure)
        elif i - 1 in candidates and i in candidates:
            left = table.headings[i - 1]
            says_nothing = not (
                _is_period(heading) or _says_values(heading) or meaning.says_other(heading)
            )
            # Two headings that say nothing head a column each, such as those of two countries.
            is_own_column = bool(heading and left) and not _says_values(left)
            if says_nothing and not is_own_column:
                split = where(table.column(i), str.isdecimal)
                split &= _are_decimals(_filled(table, i - 1), _filled(table, i))
        if split.any():
            lines = lines_of(table.cells.index[split])
            raise FigureError(
                f"{table.name}: {table.called(i)} holds figures on {lines}, as if a comma had "
                "split a cell: quote such cells, or write another separator"
            )


def _are_decimals(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether texts may be the decimals of the whole numbers left of them.

    One of them begins with 0, or all have the same number of digits.
    """
    if not all(map(str.isdecimal, [*left, *right])) or max(map(len, left), default=9) > 3:
        return False
    lengths = {len(text) for text in right}
    begins_with_zero = any(len(text) > 1 and text[0] == "0" for text in right)
    return begins_with_zero or (len(right) > 1 and lengths in ({2}, {3}))


def _listed(table: Table, numbers: Sequence[int] | None = None, separator: str = ", ") -> str:
    return separator.join(
        map(table.called, range(len(table.headings)) if numbers is None else numbers)
    )
