"""The class Table: headings, and a frame of categories, one row for each line of the file.

Every column of the DataFrame is categorical, so that each different text is looked at once, however
many rows have it. The columns are labelled 0, 1, 2 … and not by their headings: no heading of a
user's can clash with another, or with a name of ours. The index holds the lines of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex.errors import SHOWN, Findings
from spamindex.meaning import find_columns, normalize

Column: TypeAlias = "pd.Series[Any]"
Mask: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.float64]
Groups: TypeAlias = npt.NDArray[np.int64]  # the number of the group of each row


@dataclass(frozen=True)
class Table:
    """A table of text, and what is to be said of how it was read.

    ``place`` stands between the name of the file and the number of a line in messages. ``indents``
    says of columns how far their cells are indented, by line, where they differ in that. ``dated``
    are the columns of periods, which go by the names ``period_names`` too, and ``made_of`` those of
    which one was put together; ``above`` says what stood in the headings: ``os``, or ``period``.
    """

    name: str
    headings: list[str]
    cells: pd.DataFrame
    findings: Findings
    place: str = ":"
    indents: dict[int, pd.Series[Any]] = field(default_factory=dict)
    dated: tuple[int, ...] = ()
    made_of: tuple[int, ...] = ()
    above: Literal["os", "period", ""] = ""
    period_names: frozenset[str] = frozenset({"period"})
    _texts: dict[int, list[str]] = field(default_factory=dict, init=False, compare=False)

    def at(self, line: int) -> str:
        """Where a row stands, as messages say it: FILE:LINE."""
        return f"{self.name}{self.place}{line}"

    def only(self, rows: Mask) -> Table:
        """The table with these rows alone."""
        return self if rows.all() else replace(self, cells=self.cells[rows])

    def column(self, number: int) -> Column:
        """One of its columns."""
        return self.cells[number]

    def texts(self, number: int) -> list[str]:
        """The different texts of a column that stand in a row of it, counted once."""
        if number not in self._texts:
            self._texts[number] = texts(self.cells[number])
        return self._texts[number]

    def row(self, number: int) -> list[str]:
        """The cells of one row, counted from 0."""
        return [str(text) for text in self.cells.iloc[number]]

    def find(self, name: str) -> list[int]:
        """The columns of a heading; where no heading is that, of a number from 1, or of periods."""
        if found := find_columns(self.headings, name):
            return found
        if name.isdecimal() and 0 < int(name[:9]) <= len(self.headings):
            return [int(name) - 1]
        return [*self.dated[:1]] if normalize(name) in self.period_names else []

    def called(self, number: int) -> str:
        """What messages call a column: its heading in quotes, or its number."""
        heading = self.headings[number]
        return repr(heading) if heading else f"{number + 1} (no heading)"

    def replaced(self, number: int, column: Column) -> Table:
        """The table with another column in the place of one of its own."""
        cells = self.cells.copy(deep=False)
        cells[number] = column
        return replace(self, cells=cells)

    def with_column(self, heading: str, column: Column) -> Table:
        """The table with one more column, the last."""
        cells = self.cells.copy(deep=False)
        cells[len(self.headings)] = column
        return replace(self, headings=[*self.headings, heading], cells=cells)


def texts(column: Column) -> list[str]:
    """The different texts of a column that stand in a row of it."""
    used = np.flatnonzero(np.bincount(column.cat.codes, minlength=1))
    return [str(text) for text in column.cat.categories[used]]


def mapped(column: Column, change: Callable[[str], str]) -> Column:
    """The column with another text for each text; texts that become the same are one."""
    changed = [change(text) for text in column.cat.categories]
    if changed == list(column.cat.categories):
        return column
    codes, new = pd.factorize(np.array([*changed, ""], dtype=object))
    return categories(list(new), codes[column.cat.codes.to_numpy()], column.index)


def categories(of: list[str], codes: npt.NDArray[Any], index: Any) -> Column:
    """A column of the texts ``of`` by their codes."""
    kinds = pd.Index(of, dtype=object)
    return pd.Series(pd.Categorical.from_codes(codes, kinds), index=index)


def numbers_of(column: Column, of: Mapping[str, float], default: float = np.nan) -> Numbers:
    """The number of each row, by the numbers ``of`` the different texts."""
    each = np.array([of.get(text, default) for text in column.cat.categories], dtype=float)
    return each[column.cat.codes.to_numpy()] if len(each) else np.zeros(len(column))


def where(column: Column, test: Callable[[str], object]) -> Mask:
    """In which rows a test of the text is true; it is asked of each different text once."""
    each = np.array([bool(test(text)) for text in column.cat.categories], dtype=bool)
    return each[column.cat.codes.to_numpy()] if each.any() else np.zeros(len(column), bool)


def groups(columns: Sequence[Column], within: Groups) -> Groups:
    """A number for each row of a group ``within``, the same where the columns hold the same texts.

    They count from 0 in the order in which the groups come.
    """
    numbers = within
    for column in columns:
        # Numbered anew after each column, so that they never outgrow their type.
        codes = column.cat.codes.to_numpy(dtype=np.int64)
        numbers = pd.factorize(numbers * len(column.cat.categories) + codes)[0]
    return numbers


def first_rows(groups: Groups) -> Groups:
    """The first row of each group."""
    first = np.zeros(groups.max(initial=-1) + 1, np.int64)
    first[groups[::-1]] = np.arange(len(groups))[::-1]  # the last one written stays
    return first


def summed(groups: Groups, of: npt.NDArray[Any]) -> Numbers:
    """For each row what the numbers of all rows of its group add up to."""
    return np.bincount(groups, weights=of).astype(float)[groups]


def are_sums(groups: Groups, of: Numbers) -> Mask:
    """The rows whose number is what those of all others of their group add up to."""
    same: Mask = (of > 0) & np.isclose(2 * of, summed(groups, of), rtol=1e-9, atol=0)
    return same


def lines_of(lines: Iterable[int]) -> str:
    """Lines as messages name them: ``line 3``, ``lines 1-3, 7, 9-10``."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][-1] + 1:
            spans[-1][1:] = [line]
        else:
            spans.append([line])
    told = ["-".join(map(str, span)) for span in spans[:SHOWN]]
    more = f" and {len(spans) - SHOWN} more" if len(spans) > SHOWN else ""
    several = len(spans) > 1 or any(len(span) > 1 for span in spans)
    return f"line{'s' if several else ''} {', '.join(told)}{more}"
