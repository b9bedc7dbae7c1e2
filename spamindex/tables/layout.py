"""A table to its entries: one row for each figure, of the periods and rows that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from spamindex import periods, words
from spamindex.errors import SHOWN, listed
from spamindex.names import fold
from spamindex.tables import columns, dating, selection
from spamindex.tables.options import ALL, By, TableOptions
from spamindex.tables.table import (
    Column,
    Mask,
    Table,
    categories,
    groups,
    mapped,
    where,
)
from spamindex.words import is_blank


@dataclass(frozen=True)
class Entries:
    """A table with one row for each figure, and the numbers of its columns.

    ``by`` tells rankings apart, ``periods`` are the columns of periods, ``summed`` those along
    which counts may be added up, ``counted`` those that may hold counts behind the shares,
    ``combined`` those of years and months that make up one of periods, and ``labels`` all others.
    ``above`` says that the names, or the periods, stand in the headings. ``all_rows`` is the table
    before rows were chosen by other columns than that of the OS, and ``ranked`` are the rows that
    were chosen by that one. ``unmet`` are names that an option gives and the table has not.
    """

    table: Table
    all_rows: Table
    os: int
    value: int
    by: list[int]
    periods: list[int]
    summed: list[int]
    counted: list[int]
    labels: list[int]
    combined: list[int]
    above: bool
    ranked: Mask
    unmet: list[str] = field(default_factory=list)

    @property
    def by_system(self) -> bool:
        """Whether the names stand in the headings."""
        return self.above and self.os == self.value - 1

    @property
    def heading(self) -> str:
        """The heading of the figures; empty where they stand in several columns."""
        return "" if self.above else self.table.headings[self.value]

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
        above = self.table.column(self.value - 1).iloc[row] if self.above else None
        column = self.heading if above is None else str(above)
        return f"{self.table.at(self.line(row))}" + (f": column {column!r}" if column else "")

    def rankings(self, *more: Column, over_time: bool = False) -> npt.NDArray[np.int64]:
        """A number for each row: the same in one ranking, one period, and one of ``more``."""
        numbers = dict.fromkeys([*self.by, *(self.periods if over_time else [])])
        return groups([*(self.table.column(i) for i in numbers), *more], len(self))

    def each_once(self) -> bool:
        """Whether each name stands once in each ranking."""
        return int(self.rankings(mapped(self.table.column(self.os), fold)).max()) + 1 == len(self)

    def label(self, row: int | np.integer) -> str:
        """The ranking and period of a row as messages name it; empty where there is one."""
        numbers = dict.fromkeys([*self.by, *self.periods])
        told = [i for i in numbers if len(self.table.texts(i)) > 1]
        return ", ".join(str(self.table.column(i).iloc[row]) for i in told)

    def only(self, rows: Mask) -> Entries:
        """The entries in these rows alone."""
        return replace(self, table=self.table.only(rows), ranked=self.ranked[rows])


def entries(table: Table, options: TableOptions) -> Entries:
    """Find the figures of a table, and choose among its rows.

    A wide table, which has a column for each system or for each period, is taken as the long one
    that says the same. Raises ColumnError or PeriodError where that is not certain, or where a
    column that is used has blank cells.
    """
    for name in options.fill:
        table = _filled(table, columns.find(table, name))
    named = [i for name in _named(options) for i in table.find(name)]
    table, dated, combined = dating.with_periods(table, options, named)
    apart = {*named, *dated, *combined}
    systems = columns.is_wide(table, options.names, options, apart)
    spans = [] if systems or options.column else columns.by_period(table)
    counted: list[int] = []
    if systems or spans:
        table, moved = _melted(table, systems or spans, "os" if systems else "period")
        dated, combined = [moved[i] for i in dated], [moved[i] for i in combined]
        apart = {*dated, *combined, *(i for n in _named(options) for i in table.find(n))}
        above, value = len(table.headings) - 2, len(table.headings) - 1
        if spans:
            dated = [*dated, above]
            parsed = periods.in_column(table.texts(above))
            table = table.replaced(above, mapped(table.column(above), lambda t: parsed.get(t) or t))
        os = above if systems else columns.key_column(table, options, {*apart, above, value})
    else:
        os = columns.key_column(table, options, apart)
        value, counted = columns.value_column(
            table, os, options, {*apart, *dated, *combined} - {os}
        )
    ranked_by = by = [_by(table, one, dated) for one in options.by]
    for i, one in enumerate(options.by):
        if one.span:  # beside the days, along which counts add up
            table = table.with_column(one.name, selection.cut(table, by[i], one.span, dated))
            by = [*by[:i], len(table.headings) - 1, *by[i + 1 :]]
    table, unmet = selection.without_dropped(table, os, options)
    where_numbers = [
        (condition, dating.find(table, condition.column, dated)) for condition in options.where
    ]
    selection.refuse_blanks(table, [*by, *dated], [n for _, n in where_numbers], options)
    everything, ranked = table, np.ones(len(table.cells), bool)
    for condition, number in where_numbers:
        rows = selection.matching(table, condition, number, dated)
        if number == os:
            ranked &= rows
        else:
            table, ranked = table.only(rows), ranked[rows]
    kept = selection.of_period(table, dated, options, [i for i in ranked_by if i in dated])
    table, ranked = table.only(kept), ranked[kept]
    if dated and options.period not in (None, ALL):
        chosen = selection.of_period(everything, dated, options, dated)
        everything = everything.only(chosen)
    summed = [dating.find(table, name, dated) for name in options.sum]
    used = {os, value, *by, *dated, *combined, *summed}
    labels = [
        i
        for i in range(len(table.headings))
        if i not in used and not words.is_note(table.headings[i])
    ]
    return Entries(
        table, everything, os, value, by, dated, summed, counted, labels, combined,
        bool(systems or spans), ranked, unmet,
    )  # fmt: skip


def _named(options: TableOptions) -> list[str]:
    """The columns that options name to choose or add up rows."""
    return [
        *(column for by in options.by for column in by.columns),
        *(condition.column for condition in options.where),
        *options.sum,
    ]


def _by(table: Table, by: By, dated: Sequence[int]) -> int:
    there = [name for name in by.columns if table.find(name)]
    return dating.find(table, there[0] if there else by.columns[0], dated)


def _filled(table: Table, number: int) -> Table:
    """The table with the cell above in the place of each blank one of a column."""
    column = table.column(number)
    codes, blank = column.cat.codes.to_numpy(), where(column, is_blank)
    above = np.maximum.accumulate(np.where(blank, 0, np.arange(len(codes))))
    return table.replaced(
        number, categories(list(column.cat.categories), codes[above], column.index)
    )


def _melted(table: Table, over: Sequence[int], heading: str) -> tuple[Table, dict[int, int]]:
    """One row for each cell of some columns: what stands above it, and the cell, come last.

    The other columns are repeated. Returns their new numbers, too.
    """
    count = len(table.cells)
    index = np.repeat(table.cells.index.to_numpy(), len(over))
    others = [i for i in range(len(table.headings)) if i not in set(over)]
    cells = {}
    for new, old in enumerate(others):
        column = table.column(old)
        codes = np.repeat(column.cat.codes.to_numpy(), len(over))
        cells[new] = categories(list(column.cat.categories), codes, index)
    names: dict[str, int] = {}
    above = np.tile([names.setdefault(table.headings[i], len(names)) for i in over], count)
    cells[len(others)] = categories(list(names), above, index)
    kinds: dict[str, int] = {}
    pieces = []
    for i in over:
        column = table.column(i)
        new_codes = [kinds.setdefault(text, len(kinds)) for text in column.cat.categories]
        pieces.append(np.array(new_codes)[column.cat.codes.to_numpy()])
    cells[len(others) + 1] = categories(list(kinds), np.stack(pieces, axis=1).ravel(), index)
    headings = [*(table.headings[i] for i in others), heading, "share"]
    frame = table.cells.iloc[:0, :0].reindex(index).assign()
    for number, column in cells.items():
        frame[number] = column
    moved = {old: new for new, old in enumerate(others)}
    return replace(table, headings=headings, cells=frame, indents={}), moved
