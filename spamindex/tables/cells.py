"""A table of text in columns, in which each different text is kept, and looked at, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray


@dataclass(frozen=True)
class Column:
    """The cells of a column, each different text once: that of row i is ``texts[codes[i]]``."""

    heading: str
    texts: list[str]
    codes: npt.NDArray[np.int32]

    def __getitem__(self, row: int | np.integer[Any]) -> str:
        text: str = self.texts[self.codes[row]]
        return text

    def taken(self, rows: npt.NDArray[np.integer[Any]]) -> ExtensionArray:
        """The texts of some rows, as pandas keeps text."""
        return pd.array(self.texts, dtype="str").take(self.codes[rows])

    @property
    def used(self) -> npt.NDArray[np.int64]:
        """The codes that stand in a row: ``texts`` has those of rows left out too."""
        return np.flatnonzero(np.bincount(self.codes, minlength=len(self.texts)))

    @property
    def distinct(self) -> list[str]:
        """The texts that stand in a row."""
        return [self.texts[code] for code in self.used]

    def mapped(self, change: Callable[[str], str]) -> Column:
        """The column with another text for each text; texts that become the same get one code."""
        new: dict[str, int] = {}
        codes = [new.setdefault(change(text), len(new)) for text in self.texts]
        return Column(self.heading, list(new), np.array(codes, np.int32)[self.codes])

    def figures(self, read: Callable[[list[str]], Sequence[float]]) -> npt.NDArray[np.float64]:
        """The number of each row; those of the texts that stand in a row are read together."""
        used = self.used
        known = np.full(len(self.texts), np.nan)
        known[used] = read([self.texts[code] for code in used])
        return known[self.codes]

    def where(self, test: Callable[[str], object]) -> npt.NDArray[np.bool_]:
        """In which rows a test of the text is true; it is asked of each different text once."""
        return np.fromiter(map(bool, map(test, self.texts)), bool, len(self.texts))[self.codes]


@dataclass(frozen=True)
class Cells:
    """A table of text, the line on which each row begins, and what was noticed on the way.

    ``gap`` is where it goes on after blank lines, as FILE:LINE, if it does.
    """

    name: str
    delimiter: str
    columns: list[Column]
    lines: npt.NDArray[np.int64]
    ends_in_a_line: bool = True
    findings: list[UserWarning] = field(default_factory=list)
    gap: str | None = None

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def headings(self) -> list[str]:
        """What stands above the columns."""
        return [column.heading for column in self.columns]

    def at(self, row: int | np.integer[Any]) -> str:
        """Where a row stands, as messages say it: FILE:LINE."""
        return f"{self.name}:{self.lines[row]}"

    def row(self, row: int | np.integer[Any]) -> list[str]:
        """The cells of one row."""
        return [column[row] for column in self.columns]

    def only(self, rows: npt.NDArray[Any]) -> Cells:
        """The table with these rows alone."""
        columns = [replace(column, codes=column.codes[rows]) for column in self.columns]
        return replace(self, columns=columns, lines=self.lines[rows])

    def with_column(self, number: int, column: Column) -> Cells:
        """The table with another column in the place of one of its own."""
        columns = [column if i == number else c for i, c in enumerate(self.columns)]
        return replace(self, columns=columns)

    def melted(self, columns: Sequence[int], heading: str, value: str) -> Cells:
        """One row for each cell of some columns: what stood above it, and the cell, come last.

        The other columns are repeated. A wide table becomes a long one.
        """
        count, offsets = len(self), np.cumsum([0, *(len(self.columns[i].texts) for i in columns)])
        pieces = [
            self.columns[i].codes + offset for i, offset in zip(columns, offsets, strict=False)
        ]
        others = [c for i, c in enumerate(self.columns) if i not in set(columns)]
        above = np.tile(np.arange(len(columns), dtype=np.int32), count)
        texts = [text for i in columns for text in self.columns[i].texts]
        return replace(
            self,
            columns=[
                *(replace(c, codes=np.repeat(c.codes, len(columns))) for c in others),
                Column(heading, [self.columns[i].heading for i in columns], above),
                Column(value, texts, np.stack(pieces, axis=1).ravel()),
            ],
            lines=np.repeat(self.lines, len(columns)),
        )


def group(columns: Sequence[Column], count: int) -> npt.NDArray[np.int64]:
    """A number for each of ``count`` rows, the same where the columns hold the same texts.

    They count from 0 in the order in which the groups come.
    """
    groups = np.zeros(count, np.int64)
    for column in columns:
        # Numbered anew after each column, so that they never outgrow their type.
        groups = pd.factorize(groups * len(column.texts) + column.codes)[0]
    return groups


def first_rows(groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The first row of each group, as ``group`` numbers them."""
    first = np.zeros(groups.max(initial=-1) + 1, np.int64)
    first[groups[::-1]] = np.arange(len(groups))[::-1]  # the last one written stays
    return first
