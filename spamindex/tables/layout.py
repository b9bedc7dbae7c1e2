"""Give a table one row for each figure, and choose the rows and columns that options ask for.

Wide tables are melted, blank cells filled, rows dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from spamindex import meaning, periods, words
from spamindex.errors import SHOWN, ColumnError, Remedy, listed
from spamindex.meaning import is_blank, is_missing
from spamindex.names import Names, fold
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

    ``by`` are the columns to group by, ``summed`` those along which counts may be added up,
    ``counted`` those that may hold the counts behind shares, ``labels`` the remaining ones.
    ``all_rows`` is the table before conditions chose among its rows. Conditions on the names of
    systems only mark rows as ``ranked``, since all systems make up the total. ``unmet`` are names
    to drop that the table does not have.
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
        """The heading of the figures; empty if they come from several columns."""
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

    def named(self, rows: Mask) -> str:
        """Rows as messages list them: the first ten by name and line."""
        numbers = np.flatnonzero(rows)
        shown = [f"{self.name(row)!r} (line {self.line(row)})" for row in numbers[:SHOWN]]
        return listed(shown, of=len(numbers))

    def line(self, row: int | np.integer) -> int:
        """The line of a row."""
        return int(self.table.cells.index.to_numpy()[row])

    def at(self, row: int | np.integer) -> str:
        """The place of a figure as messages write it: FILE:LINE: column HEADING."""
        # Melting moved the heading of a figure into the column left of it.
        heading = self.table.column(self.value - 1).iloc[row] if self.table.above else self.heading
        column = f": column {heading!r}" if heading else ""
        return f"{self.table.at(self.line(row))}{column}"

    def rankings(self, *more: Column, over_time: bool = False) -> Groups:
        """Number the rows by ranking and ``more`` columns, with ``over_time`` also by period."""
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
        """Whether no name is repeated within a ranking."""
        return int(self.rankings(mapped(self.table.column(self.os), fold)).max()) + 1 == len(self)

    def label(self, row: int | np.integer) -> str:
        """The ranking and period of a row as messages name it; empty if there is only one."""
        numbers = dict.fromkeys([*self.by, *self.table.dated])
        varying = [i for i in numbers if len(self.table.texts(i)) > 1]
        return ", ".join(str(self.table.column(i).iloc[row]) for i in varying)

    def only(self, rows: Mask) -> Entries:
        """The entries of these rows."""
        if rows.all():
            return self
        return replace(self, table=self.table.only(rows), ranked=self.ranked[rows])


def to_long(table: Table, options: TableOptions) -> Table:
    """The table with one row for each figure, periods in ISO form, and blank cells filled.

    A wide table, with a column for each system or for each period, is melted. Raises ColumnError
    and PeriodError.
    """
    for heading in options.fill:
        number = columns.find_column(table, heading)
        column = table.column(number)
        sources = np.arange(len(column))  # the row from which each row takes its cell
        sources[where(column, is_blank)] = 0
        filled = column.iloc[np.maximum.accumulate(sources)].set_axis(column.index)
        table = table.replaced(number, filled)
    table = dating.parse_periods(table, options, _named_columns(table, options))
    if systems := columns.system_columns(table, options, _reserved_columns(table, options)):
        return _melt(table, systems, "os")
    if options.column or not (dated := columns.period_columns(table)):
        return table
    table = _melt(table, dated, "period")
    number = len(table.headings) - 2
    parsed = periods.parse_column(table.texts(number))
    table = table.replaced(number, mapped(table.column(number), lambda t: parsed.get(t) or t))
    return replace(table, dated=(*table.dated, number))


def _melt(table: Table, melted: Sequence[int], heading: Literal["os", "period"]) -> Table:
    """One row for each cell of the ``melted`` columns; their headings and cells come last."""
    height, width = len(table.cells), len(melted)
    kept = [i for i in range(len(table.headings)) if i not in set(melted)]
    cells: dict[int, Any] = {n: table.column(i).repeat(width) for n, i in enumerate(kept)}
    index = table.cells.index.repeat(width)
    names = [table.headings[i] for i in melted]
    distinct = list(dict.fromkeys(names))
    codes = np.tile([distinct.index(name) for name in names], height)
    cells[len(kept)] = categories(distinct, codes, index)
    by_column = union_categoricals([table.column(i) for i in melted], ignore_order=True)
    by_row = np.arange(width * height).reshape(width, height).T.ravel()
    cells[len(kept) + 1] = pd.Series(by_column[by_row], index=index)
    return replace(
        table,
        headings=[*(table.headings[i] for i in kept), heading, "share"],
        cells=pd.DataFrame(cells, copy=False),
        indents={},
        dated=tuple(map(kept.index, table.dated)),
        made_of=tuple(map(kept.index, table.made_of)),
        above=heading,
    )


def find_entries(table: Table, options: TableOptions) -> Entries:
    """Find the figures of a long table, and choose among its rows.

    Raises ColumnError or PeriodError if a choice is unclear, or if a column by which rows are
    chosen has blank cells.
    """
    reserved = _reserved_columns(table, options)
    value, counted = len(table.headings) - 1, list[int]()
    if table.above == "os":
        os = value - 1
    else:
        os = columns.key_column(table, options, {*reserved, value} if table.above else reserved)
    table, unmet = _drop_rows(table, os, options)
    if not table.above:  # without the dropped totals, the figures may add up to the whole
        value, counted = columns.value_column(table, os, options, reserved - {os})
    grouped_by = [_grouping_column(table, by) for by in options.by]
    rankings_by = grouped_by.copy()
    for i, by in enumerate(options.by):
        if by.span:  # in a column of its own, since counts add up along that of the days
            rankings_by[i] = len(table.headings)
            table = table.with_column(by.name, dating.truncate(table, grouped_by[i], by.span))
    conditions = [(c, columns.find_column(table, c.column)) for c in options.where]
    chosen_by = {i for _, i in conditions}
    # ``COLUMN!=`` answers the question that blank cells raise.
    answered = {i for condition, i in conditions if condition.negated and not condition.value}
    _refuse_blanks(table, {*rankings_by, *table.dated, *chosen_by} - answered)
    all_rows, ranked = table, np.ones(len(table.cells), bool)
    for condition, number in conditions:
        rows = _matching_rows(table, condition, number)
        if number == os:
            ranked &= rows
        else:
            table, ranked = table.only(rows), ranked[rows]
    rows = dating.rows_of_period(table, options, grouped_by)
    table, ranked = table.only(rows), ranked[rows]
    if table.dated and options.period not in (None, ALL):
        all_rows = all_rows.only(dating.rows_of_period(all_rows, options, table.dated))
    summed = [columns.find_column(table, heading) for heading in options.sum]
    used = {os, value, *rankings_by, *table.dated, *table.made_of, *summed}
    free = [i for i in range(len(table.headings)) if i not in used]
    labels = [i for i in free if not meaning.is_note(table.headings[i])]
    _refuse_other_measures(table, [i for i in labels if i not in chosen_by], options)
    return Entries(table, all_rows, os, value, rankings_by, summed, counted, labels, ranked, unmet)


def _named_columns(table: Table, options: TableOptions) -> list[int]:
    return [i for heading in options.row_columns for i in table.find(heading)]


def _reserved_columns(table: Table, options: TableOptions) -> set[int]:
    """The columns that can hold neither names nor figures, since they are used otherwise."""
    return {*_named_columns(table, options), *table.dated, *table.made_of}


def _drop_rows(table: Table, os: int, options: TableOptions) -> tuple[Table, list[str]]:
    """The table without the rows to drop, and the names to drop that it does not have."""
    column, unmet = table.column(os), []
    dropped = np.zeros(len(table.cells), bool)
    for name in options.drop:
        rows = _rows_called(column, name, options.names)
        if not rows.any():
            unmet.append(name)
        elif (deep := indented(table, os))[rows].any() and not deep[rows].all():
            rows &= deep if name[:1].isspace() else ~deep  # as the option writes it
        dropped |= rows
    if dropped.any():
        lines = lines_of(sorted(set(table.cells.index[dropped])))
        table.findings.facts.append(f"dropped: {lines}")
    return table.only(~dropped), unmet


def _rows_called(column: Column, name: str, names: Names) -> Mask:
    """The rows with a name or, if there are none, with a synonym of it."""
    if not name:
        return where(column, is_blank)
    folded, canonical = fold(name), names.canonical(name)
    rows = where(column, lambda text: fold(text) == folded)
    return rows if rows.any() else where(column, lambda text: names.canonical(text) == canonical)


def indented(table: Table, number: int) -> Mask:
    """The rows whose cell in a column is indented more than others."""
    if (depths := table.indents.get(number)) is None:
        return np.zeros(len(table.cells), bool)
    by_row = depths.reindex(table.cells.index).to_numpy()
    return np.asarray(by_row > by_row.min())


def _grouping_column(table: Table, by: By) -> int:
    for heading in by.columns:
        if table.find(heading):
            return columns.find_column(table, heading)
    if settles := period_remedies([table], by.columns):
        raise ColumnError(f"{table.name}: has no column {by.columns[0]!r}", settles=settles)
    return columns.find_column(table, by.columns[0])  # raises the usual error


def period_remedies(tables: Sequence[Table], headings: Sequence[str]) -> list[Remedy]:
    """What to group by if ``headings`` name a span, such as month, but no column has that name."""
    dated = [table.headings[i] for table in tables for i in table.dated[:1]]
    spans = [span for span in map(meaning.span_of, headings) if span]
    if not dated or not spans:
        return []
    remedies = [Remedy("by", "period", "ranks each of its dates")]
    if spans[0] in ("month", "year"):
        remedies.insert(0, Remedy("by", f"{dated[0]}:{spans[0]}", f"ranks each {spans[0]}"))
    return remedies


def _refuse_blanks(table: Table, used: Collection[int]) -> None:
    """Refuse blank cells in columns by which rows are chosen or grouped."""
    for number in used:
        blank = where(table.column(number), is_blank)
        if blank.any():
            heading = table.headings[number] or str(number + 1)
            lines = lines_of(sorted(set(table.cells.index[blank])))
            fill = Remedy("fill", heading, "repeats the cell above")
            leave_out = Remedy("where", f"{heading}!=", "leaves these rows out")
            raise ColumnError(
                f"{table.name}: {table.called(number)} is blank on {lines}",
                settles=[leave_out] if blank[0] else [fill, leave_out],
            )


def _matching_rows(table: Table, condition: Where, number: int) -> Mask:
    """The rows that meet a condition. Raises ColumnError if no row has its value."""
    column, folded = table.column(number), condition.value.casefold()
    if not condition.value:
        rows = where(column, is_blank)
    elif number in table.dated and (period := periods.iso(condition.value)):
        rows = where(column, partial(periods.within, wider=period))
    else:
        rows = where(column, lambda text: text.casefold() == folded)
    if not rows.any() and condition.value and not condition.negated:
        available = listed(list(map(repr, table.texts(number))))
        fault = f"no row has {condition.value!r} in {table.called(number)}; it has {available}"
        raise ColumnError(f"{table.name}: {fault}")
    return ~rows if condition.negated else rows


def _refuse_other_measures(table: Table, labels: Sequence[int], options: TableOptions) -> None:
    """Refuse rows that a label says hold something else than the shares.

    All are of another measure, a flag says that some are not spam, or their measures differ.
    """
    for number in labels:
        heading = table.headings[number]
        texts = [text for text in table.texts(number) if not is_missing(text)]
        tells_spam = any("spam" in meaning.normalize(text) for text in texts)
        tells_spam |= meaning.flags_spam(heading)
        other = []
        if tells_spam or len(texts) == 1:
            other = [text for text in texts if columns.says_other(text, options.of)]
        if tells_spam:
            other += [t for t in texts if meaning.normalize(t) in words.FALSE and t not in other]
        if not other and len(texts) > 1 and None not in map(meaning.measure, texts):
            other = texts[1:]
        if other:
            extent = "all" if len(texts) == 1 else "some"
            meant = [text for text in texts if text not in other] or texts
            column = heading or str(number + 1)
            raise ColumnError(
                f"{table.name}: {table.called(number)} says {other[0]!r} of {extent} rows, "
                "which may be something else than the shares",
                settles=[
                    Remedy("where", f"{column}={text}", "says that it is meant")
                    for text in meant[:2]
                ],
            )
