"""Rows in, one row for each system out: counts add up along days and columns, shares never."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spamindex import meaning, words
from spamindex.errors import MatchError, PeriodError, Remedy, SpamIndexError
from spamindex.frames import decimal_sums
from spamindex.meaning import is_blank, is_missing
from spamindex.names import fold
from spamindex.tables import columns
from spamindex.tables.layout import Entries
from spamindex.tables.numbers import Parsed, Sums
from spamindex.tables.options import TableOptions
from spamindex.tables.table import (
    Column,
    Groups,
    Mask,
    Numbers,
    are_sums,
    first_rows,
    lines_of,
    mapped,
    summed,
    texts,
    where,
)
from spamindex.tables.units import Figures


def repeated(entries: Entries, parsed: Parsed) -> Mask:
    """The rows of shares that repeat another row, if without them the shares are whole."""
    again: Mask = entries.table.cells.duplicated().to_numpy()
    if again.any():
        column = entries.table.column(entries.value)
        groups = entries.rankings(over_time=True)
        values = np.nan_to_num(parsed.row_values(column))
        sums = Sums(values * ~again, parsed.row_halves(column) * ~again, groups)
        again = again & (sums.add_up_to(100) | sums.add_up_to(1))[groups]
    return again


def refuse_repeats(entries: Entries, figures: Figures) -> list[int]:
    """Find the columns along which several rows of one name add up; refuse rows that do not.

    Shares never add up. Counts do along the periods that are asked for, and along the columns of
    ``sum``. Raises MatchError or PeriodError.
    """
    if entries.each_once:
        return []
    table = entries.table
    names = mapped(table.column(entries.os), fold)
    groups = entries.rankings(names)
    differing = [
        i
        for i in dict.fromkeys([*entries.table.dated, *entries.labels, *entries.summed])
        if entries.rankings(names, table.column(i)).max() > groups.max()
    ]
    labels = [i for i in differing if i in entries.labels]
    figure_columns = set(columns.figure_columns(table))
    versions = [i for i in labels if meaning.contains(table.headings[i], words.VERSION_WORDS)]
    labels = [i for i in labels if i not in figure_columns or i in versions] or [
        i for i in labels if not meaning.says_measure(table.headings[i])
    ]
    if labels:
        raise _label_error(entries, groups, labels, figures)
    first, lines = _first_of_several(entries, groups)
    if not figures.are_counts:
        if over_time := [i for i in differing if i in entries.table.dated]:
            raise PeriodError(
                f"{entries.title}: shares of several periods never add up, as of {first!r} "
                f"({lines})",
                settles=[
                    Remedy("by", "period", "ranks each"),
                    Remedy("period", max(table.texts(over_time[0])), "chooses one"),
                ],
            )
        if along := [i for i in differing if i in entries.summed]:
            settles = [Remedy("where", None, "chooses one value")]
            if np.isclose(figures.amounts.sum(), [1, 100], rtol=0.01).any():
                settles.append(Remedy("unit", "count", "takes them for parts of one whole"))
            raise MatchError(
                f"{entries.title}: shares never add up, so not along {table.called(along[0])}",
                settles=settles,
            )
        raise MatchError(f"{entries.title}: {first!r} stands twice ({lines}): leave one row of it")
    along = list(dict.fromkeys([*entries.summed, *entries.table.dated]))
    same = entries.rankings(names, *(table.column(i) for i in along if i != entries.os))
    if entries.os not in along and same.max() + 1 < len(same):
        first, lines = _first_of_several(entries, same)
        text = (
            f"{entries.title}: {first!r} stands twice ({lines}), and nothing tells the rows apart"
        )
        if table.cells.duplicated().any():
            raise MatchError(f"{text}: leave out of the file what was pasted twice")
        adds_up = Remedy("sum", table.headings[entries.os] or "1", "adds them up")
        raise MatchError(text, settles=[adds_up])
    return differing


def _first_of_several(entries: Entries, groups: Groups) -> tuple[str, str]:
    """The first name that has several rows, and their lines."""
    row = int(np.argmax(np.bincount(groups)[groups] > 1))
    return entries.name(row), lines_of(entries.table.cells.index[groups == groups[row]])


def _label_error(
    entries: Entries, groups: Groups, labels: Sequence[int], figures: Figures
) -> SpamIndexError:
    """The error for rows of one name that differ in a column: kinds, or parts of one whole?"""
    row = int(np.argmax(np.bincount(groups)[groups] > 1))
    number, *more = labels
    heading = entries.table.headings[number] or str(number + 1)
    cells = [str(text) for text in entries.table.column(number)[groups == groups[row]]]
    examples = ", ".join(map(repr, dict.fromkeys(cells[:3])))
    also = f" (and in {', '.join(map(entries.table.called, more))})" if more else ""
    kinds = [text for text in cells if not _is_total_cell(text)]
    # If the cells name measures, counts come first.
    ordered = sorted(
        dict.fromkeys(kinds), key=lambda t: (meaning.measure(t) is None, meaning.says_other(t))
    )
    settles = [
        *(
            Remedy("where", f"{heading}={kind}", "another" if i else "chooses one kind")
            for i, kind in enumerate(ordered[:2])
        ),
        Remedy("by", heading, "ranks each"),
    ]
    if figures.are_counts:
        adds_up = Remedy("sum", heading, "adds them up, where they are parts of one whole")
        # Beside a total, adding up is safe: the total is checked then, and left out.
        settles.insert(len(settles) if len(kinds) == len(cells) else 0, adds_up)
    return MatchError(
        f"{entries.title}: several rows of {entries.name(row)!r} differ in "
        f"{entries.table.called(number)}{also}: {examples}",
        settles=settles,
    )


def find_subtotals(entries: Entries, figures: Figures, options: TableOptions) -> Mask:
    """Find the rows that are the total of others along a column that is added up.

    Their cell in it is blank, or called a total. Raises MatchError where they are not the sum of
    the others, and where rows are that sum without being called a total.
    """
    table, amounts = entries.table, figures.amounts
    names = mapped(table.column(entries.os), fold)
    if entries.os in entries.summed:
        groups = entries.rankings(names, over_time=True)
        wrong = are_sums(groups, amounts) & (np.bincount(groups)[groups] > 2)
        if wrong.any():
            raise MatchError(
                f"{entries.title}: {entries.named(wrong)} is what the other rows of that name add "
                "up to: leave one or the other out of the file"
            )
    along = [i for i in entries.summed if i != entries.os]
    subtotals = np.zeros(len(entries), bool)
    for number in along:
        column, heading = table.column(number), table.headings[number]
        title = f"{table.name}: {table.called(number)}"
        called = where(column, _is_total_cell)
        others = [table.column(i) for i in along if i != number]
        groups = entries.rankings(names, *others, over_time=True)
        beside_parts = called & (summed(groups, ~called) > 0)
        exact = beside_parts & np.isclose(amounts, summed(groups, amounts * ~called), rtol=1e-9)
        if (wrong := beside_parts & ~exact).any():
            cell = str(column[wrong].iloc[0])
            settles = [Remedy("where", f"{heading}!={cell}", "leaves such rows out")]
            if not cell:
                settles.append(Remedy("fill", heading, "repeats the cell above"))
            raise MatchError(
                f"{title} is {repr(cell) if cell else 'blank'}, a total, for "
                f"{entries.named(wrong)}, but its figure is not what the others add up to",
                settles=settles,
            )
        if exact.any():
            table.findings.notes.append(
                f"left out as the total along {table.called(number)}: {entries.named(exact)}"
            )
        _refuse_unnamed_total(entries, amounts, number, groups, called)
        if heading not in {condition.column for condition in options.where}:
            _refuse_groups(column, heading, title)
        subtotals |= exact
    return subtotals


def _is_total_cell(text: str) -> bool:
    """Whether a cell of a column that is added up says that its row is the total of others."""
    return is_blank(text) or is_missing(text) or meaning.called_total(text)


def _refuse_unnamed_total(
    entries: Entries, amounts: Numbers, number: int, groups: Groups, called: Mask
) -> None:
    """Refuse a value of a column whose rows are always what the others of their system add up to.

    ``groups`` are the systems, ``called`` the rows that are called a total.
    """
    table, column = entries.table, entries.table.column(number)
    exact = are_sums(groups, amounts * ~called)
    others = summed(groups, ~called) - 1
    for text in sorted(set(column[exact & (others > 1)])):
        rows = (column == text).to_numpy()
        among_others = rows & (others > 0)
        if not exact[among_others].all():
            continue
        fault = (
            f"{table.name}: {table.called(number)} is {text!r} for {entries.named(among_others)}, "
            "which is what the others add up to"
        )
        if (rows & (others == 0)).any():  # without this value some systems would have no row
            raise MatchError(f"{fault}: take such rows out of the file")
        remedy = Remedy("where", f"{table.headings[number]}!={text}", "leaves it out")
        raise MatchError(fault, settles=[remedy])


def _refuse_groups(column: Column, heading: str, title: str) -> None:
    """Refuse a continent among countries; desktop and mobile are parts where they are alone."""
    there = texts(column)
    groups = [t for t in there if meaning.called_group(t) and not meaning.called_device(t)]
    parts = [text for text in there if text not in groups]
    if groups and parts:
        first = sorted(groups)[:3]
        settles = [Remedy("where", f"{heading}!={text}", "leaves it out") for text in first]
        does = "or such leaves out what it holds"
        settles.append(Remedy("where", f"{heading}!={parts[0]}", does))
        raise MatchError(
            f"{title} holds {', '.join(map(repr, first))}, which may hold other rows",
            settles=settles,
        )


def added_up(
    entries: Entries,
    shown: Column,
    groups: Groups,
    amounts: dict[str, Numbers],
    *,
    counts: bool,
) -> pd.DataFrame:
    """One row for each group, in the order in which they come; a total is that of all its rows."""
    first = first_rows(groups)
    several = np.bincount(groups) > 1
    sums: dict[str, Numbers] = {}
    for name, amount in amounts.items():
        sums[name] = amount[first]
        if not several.any() or name == "total":
            continue
        if name in ("clusters", "design_effect"):  # those of parts say nothing of the whole
            sums[name][several] = np.nan
        elif counts and name == "share":
            sums[name] = np.bincount(groups, weights=amount).astype(float)
        else:
            parts = several[groups]
            added = decimal_sums(groups[parts].tolist(), amount[parts].tolist())
            sums[name][list(added)] = list(added.values())
    by = {n: entries.table.column(i).array.take(first) for n, i in enumerate(entries.by)}
    return pd.DataFrame(by).assign(os=shown.array.take(first), **sums)
