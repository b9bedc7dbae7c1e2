"""Where in a table the figures stand: long or wide, of which periods, and which of its rows."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from spamindex import periods
from spamindex.errors import ColumnError, PeriodError, listed
from spamindex.names import Names
from spamindex.tables import columns, headings
from spamindex.tables.cells import Cells, Column, group
from spamindex.tables.headings import Role

ALL = "all"
_AT_LEAST = 2  # columns of one kind make a table wide


@dataclass(frozen=True)
class Entries:
    """A table with one row for each figure, and the numbers of its columns.

    ``by`` tells rankings apart. ``above`` is the column with what stands above each figure in the
    file where they stand in several columns of it, as in a wide table.
    """

    cells: Cells
    os: int
    value: int
    by: list[int]
    period: int | None
    above: int | None

    @property
    def heading(self) -> str:
        """The heading of the figures; empty where they stand in several columns."""
        return self.cells.headings[self.value] if self.above is None else ""

    @property
    def title(self) -> str:
        """What messages call the figures as a whole."""
        return f"{self.cells.name}: column {self.heading!r}" if self.heading else self.cells.name

    def at(self, row: int | np.integer[Any]) -> str:
        """Where a figure stands, as messages say it."""
        heading = self.heading if self.above is None else self.column(self.above)[row]
        return f"{self.cells.at(row)}: column {heading!r}"

    @property
    def over_time(self) -> list[int]:
        """The column of the periods, if there is one: shares add up to 100 in each of them."""
        return [] if self.period is None else [self.period]

    @property
    def others(self) -> list[int]:
        """The columns that are neither the OS nor the figures."""
        return [i for i in range(len(self.cells.columns)) if i not in (self.os, self.value)]

    def __len__(self) -> int:
        return len(self.cells)

    def column(self, number: int) -> Column:
        """One of its columns."""
        return self.cells.columns[number]

    def groups(self, *more: Column, apart: Sequence[int] = ()) -> npt.NDArray[np.int64]:
        """A number for each row: the same in one ranking, one of ``apart`` and one of ``more``."""
        numbers = dict.fromkeys([*self.by, *apart])
        return group([*(self.column(number) for number in numbers), *more], len(self))

    def only(self, rows: npt.NDArray[np.bool_]) -> Entries:
        """The table with these rows alone."""
        return replace(self, cells=self.cells.only(rows))


def matching(cells: Cells, where: Mapping[str, str]) -> Cells:
    """The rows whose cells are what is asked for. Raises ColumnError where there are none."""
    for heading, wanted in where.items():
        column = cells.columns[columns.find(cells, heading)]
        found = [text for text in column.distinct if text.casefold() == wanted.casefold()]
        if not found:
            there = listed([repr(text) for text in column.distinct])
            raise ColumnError(f"{cells.name}: no row has {wanted!r} in {heading!r}; it has {there}")
        cells = cells.only(column.where(found.__contains__))
    return cells


def entries(
    cells: Cells,
    names: Names,
    *,
    of: Role | None,
    key: str | None,
    column: str | None,
    by: Sequence[str],
    period: str | None,
) -> Entries:
    """Find the figures of a table. Raises ColumnError or PeriodError where that is not certain.

    A wide table, which has a column for each OS or for each period, is taken as the long one that
    says the same.
    """
    wide = [] if key or column else _columns_of_systems(cells, names)
    dated = [] if wide or column else _columns_of_periods(cells)
    above = None
    if wide or dated:
        cells = cells.melted(wide or dated, "os" if wide else "period", "share")
        above, value = len(cells.columns) - 2, len(cells.columns) - 1
        os = above if wide else columns.key_column(cells, key)
    else:
        os = columns.key_column(cells, key)
        value = columns.value_column(cells, os, of, column)
    cells, when = _with_periods(cells)
    apart = [_by(cells, name, when) for name in by]
    if when is not None:
        cells = _of_period(cells, when, period, ranked_by=when in apart)
    elif period not in (None, ALL):
        raise PeriodError(f"{cells.name}: has no column of periods, so none is {period}")
    return Entries(cells, os, value, apart, when, above)


def has_periods(cells: Cells) -> bool:
    """Whether a table is one over time, with a column of periods or a column for each."""
    return any(map(headings.is_period, cells.headings)) or bool(_columns_of_periods(cells))


def has_column(cells: Cells, name: str) -> bool:
    """Whether a table has a column of this name; ``period`` is one for the periods."""
    if headings.words(name) == "period" and has_periods(cells):
        return True
    return any(headings.words(heading) == headings.words(name) for heading in cells.headings)


def _columns_of_systems(cells: Cells, names: Names) -> list[int]:
    """The columns of a table that has one for each OS: known ones, or all beside the period."""
    if columns.has_key(cells):
        return []
    others = [i for i, heading in enumerate(cells.headings) if not headings.is_period(heading)]
    known = [i for i in others if names.family(cells.headings[i])]
    if len(known) < _AT_LEAST:
        return []
    # What stands left of the first known one tells rows apart (a country), the rest are systems.
    return [i for i in others if i >= known[0]]


def _columns_of_periods(cells: Cells) -> list[int]:
    dated = [i for i, heading in enumerate(cells.headings) if periods.iso(heading)]
    return dated if len(dated) >= _AT_LEAST else []


def _with_periods(cells: Cells) -> tuple[Cells, int | None]:
    """The table with its periods in ISO form, and the column in which they are."""
    found = [i for i, heading in enumerate(cells.headings) if headings.is_period(heading)]
    if not found:
        return cells, None
    parts = {headings.words(cells.headings[i]): i for i in found}
    if {"year", "month"} <= parts.keys():  # 2010 and 3, or 2010 and March
        year, month = (cells.columns[parts[part]] for part in ("year", "month"))
        pairs, codes = np.unique(
            year.codes.astype(np.int64) * len(month.texts) + month.codes, return_inverse=True
        )
        texts = [
            f"{year.texts[pair // len(month.texts)]}-{month.texts[pair % len(month.texts)]}"
            for pair in pairs
        ]
        both = Column("period", texts, codes.astype(np.int32))
        cells, found = replace(cells, columns=[*cells.columns, both]), [len(cells.columns)]
    when = found[0]
    dates = cells.columns[when].mapped(lambda text: periods.iso(text) or text)
    return cells.with_column(when, dates), when


def _by(cells: Cells, name: str, when: int | None) -> int:
    if when is not None and headings.words(name) == "period":
        return when
    return columns.find(cells, name)


def _of_period(cells: Cells, when: int, period: str | None, *, ranked_by: bool) -> Cells:
    column = cells.columns[when]
    there = column.distinct
    if period is None:
        if len(there) > 1 and not ranked_by:
            last, heading = shlex.quote(max(there)), shlex.quote(column.heading)
            raise PeriodError(
                f"{cells.name}: holds {periods.span(there)}: choose one with --period {last} "
                f"(or all), or rank each with --by {heading}"
            )
        return cells
    if period != ALL:
        wanted = periods.iso(period) or period
        rows = column.where(lambda text: periods.within(text, wanted))
        if not rows.any():
            there_is = periods.span(there)
            raise PeriodError(f"{cells.name}: has nothing of {period}; it holds {there_is}")
        cells = cells.only(rows)
    if not ranked_by and (twice := periods.within_another(cells.columns[when].distinct)):
        raise PeriodError(
            f"{cells.name}: {twice[0]} lies in {twice[1]}, and both would count: choose another "
            f"--period, or rank each with --by {shlex.quote(column.heading)}"
        )
    return cells
