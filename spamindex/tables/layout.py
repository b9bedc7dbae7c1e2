"""A table in, a row for each figure out: by, where, drop and fill; wide tables made long."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from spamindex import meaning, periods, words
from spamindex.errors import SHOWN, ColumnError, Remedy, listed
from spamindex.meaning import is_blank, is_missing
from spamindex.names import fold
from spamindex.tables import columns, dating
from spamindex.tables.options import ALL, By, TableOptions, Where
from spamindex.tables.table import (
    Column,
    Groups,
    Mask,
    Table,
    categories,
    groups,
    lines_of,
    mapped,
    where,
)


@dataclass(frozen=True)
class Entries:
    """A table with one row for each figure, and the numbers of its columns.

    ``by`` tells rankings apart, ``summed`` are the columns along which counts may be added up,
    ``counted`` those that may hold counts behind the shares, and ``labels`` all others that are not
    of periods. ``all_rows`` is the table before rows were chosen by other columns than that of the
    OS, and ``ranked`` are the rows that were chosen by that one. ``unmet`` are names that an option
    gives and the table has not.
    """

    table: Table
    all_rows: Table
    os: int
    value: int
    by: list[int]
    summed: list[int]
    counted: list[int]
    labels: list[int]
    ranked: Mask
    unmet: list[str]

    @property
    def heading(self) -> str:
        """The heading of the figures; empty where they stand in several columns."""
        return "" if self.table.above else self.table.headings[self.value]

    @property
    def title(self) -> str:
        """What messages call the figures as a whole."""
        return f"{self.table.name}: column {self.heading!r}" if self.heading else self.table.name

    def __len__(self) -> int:
        return len(self.table.cells)

    def name(self, row: int | np.integer) -> str:
        """The name in a row."""
        return str(self.table.column(self.os).iloc[row])

    def named(self, which: Mask) -> str:
        """Some rows as messages name them: the first ten by their name and their line."""
        rows = np.flatnonzero(which)
        shown = [f"{self.name(row)!r} (line {self.line(row)})" for row in rows[:SHOWN]]
        return listed(shown, of=len(rows))

    def line(self, row: int | np.integer) -> int:
        """The line of a row."""
        return int(self.table.cells.index.to_numpy()[row])

    def at(self, row: int | np.integer) -> str:
        """Where a figure stands, as messages say it."""
        # What stood in the headings stands left of the figures now.
        above = self.table.above and self.table.column(self.value - 1).iloc[row]
        where_ = f": column {(above or self.heading)!r}" if above or self.heading else ""
        return f"{self.table.at(self.line(row))}{where_}"

    def rankings(self, *more: Column, over_time: bool = False) -> Groups:
        """A number for each row: the same in one ranking, one period, and one of ``more``."""
        return groups(more, within=self._periods if over_time else self._rankings)

    @cached_property
    def _rankings(self) -> Groups:
        return groups([self.table.column(i) for i in self.by], np.zeros(len(self), np.int64))

    @cached_property
    def _periods(self) -> Groups:
        dated = [self.table.column(i) for i in self.table.dated if i not in self.by]
        return groups(dated, within=self._rankings)

    @cached_property
    def each_once(self) -> bool:
        """Whether each name stands once in each ranking."""
        return int(self.rankings(mapped(self.table.column(self.os), fold)).max()) + 1 == len(self)

    def label(self, row: int | np.integer) -> str:
        """The ranking and period of a row as messages name it; empty where there is one."""
        numbers = dict.fromkeys([*self.by, *self.table.dated])
        told = [i for i in numbers if len(self.table.texts(i)) > 1]
        return ", ".join(str(self.table.column(i).iloc[row]) for i in told)

    def only(self, rows: Mask) -> Entries:
        """The entries in these rows alone."""
        if rows.all():
            return self
        return replace(self, table=self.table.only(rows), ranked=self.ranked[rows])


def long(table: Table, options: TableOptions) -> Table:
    """The table with one row for each figure, its periods in ISO form, and blanks filled.

    A wide table has a column for each system, or for each period. Raises PeriodError.
    """
    for name in options.fill:
        number = columns.find(table, name)
        codes = table.column(number).cat.codes.to_numpy()
        blank = where(table.column(number), is_blank)
        above = np.maximum.accumulate(np.where(blank, 0, np.arange(len(codes))))
        column = table.column(number)
        filled = categories(list(column.cat.categories), codes[above], column.index)
        table = table.replaced(number, filled)
    named = _named(table, options)
    table = dating.with_periods(table, options, named)
    apart = {*named, *table.dated, *table.made_of}
    if systems := columns.is_wide(table, options, apart):
        return _melted(table, systems, "os")
    if options.column or not (spans := columns.by_period(table)):
        return table
    table = _melted(table, spans, "period")
    last = len(table.headings) - 2
    parsed = periods.in_column(table.texts(last))
    table = table.replaced(last, mapped(table.column(last), lambda t: parsed.get(t) or t))
    return replace(table, dated=(*table.dated, last))


def entries(table: Table, options: TableOptions) -> Entries:
    """Find the figures of a long table, and choose among its rows.

    Raises ColumnError or PeriodError where that is not certain, or where a column that is used has
    blank cells.
    """
    apart = {*_named(table, options), *table.dated, *table.made_of}
    counted: list[int] = []
    value = len(table.headings) - 1
    if table.above == "os":
        os = value - 1
    elif table.above:
        os = columns.key_column(table, options, {*apart, value})
    else:
        os = columns.key_column(table, options, apart)
    table, unmet = _without_dropped(table, os, options)
    if not table.above:  # of what remains, since a total would hide that it is the whole
        value, counted = columns.value_column(table, os, options, apart - {os})
    ranked_by = by = [_by(table, one) for one in options.by]
    for i, one in enumerate(options.by):
        if one.span:  # beside the days, along which counts add up
            table = table.with_column(one.name, dating.cut(table, by[i], one.span))
            by = [*by[:i], len(table.headings) - 1, *by[i + 1 :]]
    chosen = [(condition, columns.find(table, condition.column)) for condition in options.where]
    # A condition that leaves blank cells out is an answer to what they are.
    answered = {i for condition, i in chosen if condition.negated and not condition.value}
    _refuse_blanks(table, {*by, *table.dated, *(i for _, i in chosen)} - answered)
    everything, ranked = table, np.ones(len(table.cells), bool)
    for condition, number in chosen:
        rows = _matching(table, condition, number)
        if number == os:
            ranked &= rows
        else:
            table, ranked = table.only(rows), ranked[rows]
    kept = dating.of_period(table, options, ranked_by)
    table, ranked = table.only(kept), ranked[kept]
    if table.dated and options.period not in (None, ALL):
        everything = everything.only(dating.of_period(everything, options, table.dated))
    summed = [columns.find(table, name) for name in options.sum]
    used = {os, value, *by, *table.dated, *table.made_of, *summed}
    headings = enumerate(table.headings)
    labels = [i for i, heading in headings if i not in used and not meaning.is_note(heading)]
    _refuse_other_measures(table, {*labels} - {i for _, i in chosen}, options)
    return Entries(table, everything, os, value, by, summed, counted, labels, ranked, unmet)


def _refuse_other_measures(table: Table, labels: Collection[int], options: TableOptions) -> None:
    """Refuse rows of which a label says that they are of something else than the shares.

    That is a word of another measure in all rows, a flag that says no spam, or measures that
    differ.
    """
    for number in sorted(labels):
        heading = table.headings[number]
        there = [text for text in table.texts(number) if not is_missing(text)]
        other = [text for text in there if columns.says_other(text, options.of)]
        if meaning.flags_spam(heading) or any("spam" in meaning.words(text) for text in there):
            other = [t for t in there if t in other or meaning.words(t) in words.FALSE]
        elif len(there) > 1:
            other = []
        if not other and len(there) > 1 and None not in map(meaning.measure, there):
            other = there[1:]
        if other:
            all_of_them = "all" if len(there) == 1 else "some"
            meant = [t for t in there if t not in other] or there
            raise ColumnError(
                f"{table.name}: {table.called(number)} says {other[0]!r} of {all_of_them} rows, "
                "which may be something else than the shares",
                settles=[
                    Remedy("where", f"{heading or number + 1}={text}", "says that it is meant")
                    for text in meant[:2]
                ],
            )


def _named(table: Table, options: TableOptions) -> list[int]:
    """The columns that options name to choose or add up rows."""
    names = [
        *(column for by in options.by for column in by.columns),
        *(condition.column for condition in options.where),
        *options.sum,
    ]
    return [i for name in names for i in table.find(name)]


def _by(table: Table, by: By) -> int:
    if not any(map(table.find, by.columns)) and (instead := spans([table], by.columns)):
        raise ColumnError(f"{table.name}: has no column {by.columns[0]!r}", settles=instead)
    return columns.find(table, next(filter(table.find, by.columns), by.columns[0]))


def spans(tables: Sequence[Table], wanted: Sequence[str]) -> list[Remedy]:
    """What to rank by where a month, say, is wanted by that name and the dates have another."""
    found = [table.headings[i] for table in tables for i in table.dated[:1]]
    span = next(filter(None, map(meaning.span_of, wanted)), None)
    if not found or span is None:
        return []
    of_span = Remedy("by", f"{found[0]}:{span}", f"ranks each {span}")
    whole = Remedy("by", "period", "ranks each of its dates")
    return [of_span, whole] if span in ("month", "year") else [whole]


def _without_dropped(table: Table, os: int, options: TableOptions) -> tuple[Table, list[str]]:
    """The table without the rows that are to be left out, and the names that it does not have."""
    column, unmet = table.column(os), []
    left = np.zeros(len(table.cells), bool)
    for name in options.drop:
        rows = where(column, partial(_called, fold, name) if name else is_blank)
        if name and not rows.any():
            rows = where(column, partial(_called, options.names.canonical, name))
        if not rows.any():
            unmet.append(name)
        elif (deep := indented(table, os))[rows].any() and not deep[rows].all():
            rows &= deep if name[:1].isspace() else ~deep  # as it is written
        left |= rows
    if left.any():
        lines = lines_of(sorted(set(table.cells.index[left])))
        table.findings.facts.append(f"dropped: {lines}")
    return table.only(~left), unmet


def indented(table: Table, number: int) -> Mask:
    """The rows whose cell in a column is indented more than others are."""
    if (far := table.indents.get(number)) is None:
        return np.zeros(len(table.cells), bool)
    by_row = far.reindex(table.cells.index).to_numpy()
    return np.asarray(by_row > by_row.min())


def _called(form: Callable[[str], str], name: str, text: str) -> bool:
    return form(text) == form(name)


def _refuse_blanks(table: Table, used: Collection[int]) -> None:
    """Refuse blank cells in columns by which rows are told apart: which is it?"""
    for number in used:
        blank = where(table.column(number), is_blank)
        if blank.any():
            heading = table.headings[number] or str(number + 1)
            raise ColumnError(
                f"{table.name}: {table.called(number)} is blank on "
                f"{lines_of(sorted(set(table.cells.index[blank])))}",
                settles=[
                    Remedy("fill", heading, "repeats the cell above"),
                    Remedy("where", f"{heading}!=", "leaves these rows out"),
                ],
            )


def _matching(table: Table, condition: Where, number: int) -> Mask:
    """The rows that a condition chooses. Raises ColumnError where its value stands in no row."""
    column, folded = table.column(number), condition.value.casefold()
    if not condition.value:
        rows = where(column, is_blank)
    elif number in table.dated and (wanted := periods.iso(condition.value)):
        rows = where(column, lambda text: periods.within(text, wanted))
    else:
        rows = where(column, lambda text: text.casefold() == folded)
    if not rows.any() and condition.value and not condition.negated:
        raise ColumnError(
            f"{table.name}: no row has {condition.value!r} in {table.called(number)}; it has "
            f"{listed(list(map(repr, table.texts(number))))}"
        )
    return ~rows if condition.negated else rows


def _melted(table: Table, over: Sequence[int], heading: Literal["os", "period"]) -> Table:
    """One row for each cell of some columns: what stands above it, and the cell, come last."""
    count, names = len(table.cells), [table.headings[i] for i in over]
    others = [i for i in range(len(table.headings)) if i not in set(over)]
    cells: dict[int, Any] = dict(enumerate(table.column(i).repeat(len(over)) for i in others))
    index = table.cells.index.repeat(len(over))
    distinct = list(dict.fromkeys(names))
    above = np.tile([distinct.index(name) for name in names], count)
    cells[len(others)] = categories(distinct, above, index)
    by_column = union_categoricals([table.column(i) for i in over], ignore_order=True)
    by_row = by_column[np.arange(len(over) * count).reshape(len(over), count).T.ravel()]
    cells[len(others) + 1] = pd.Series(by_row, index=index)
    return replace(
        table,
        headings=[*(table.headings[i] for i in others), heading, "share"],
        cells=pd.DataFrame(cells, copy=False),
        indents={},
        dated=tuple(map(others.index, table.dated)),
        made_of=tuple(map(others.index, table.made_of)),
        above=heading,
    )
