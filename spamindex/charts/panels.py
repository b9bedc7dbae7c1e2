"""What is drawn of a ranking, and where, whatever it is drawn with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex import periods
from spamindex import words as headings
from spamindex.errors import ColumnError
from spamindex.names import visible

INSTALL = "pip install 'spamindex[chart]'"
PROPORTIONATE = "proportionate"
NO_INDEX = "no index"
NO_NAME = "(no name)"
_INDEX = "spam_index"
_MOST_PANELS = 24
_LONGEST = 4  # digits of a number that is a period: 12, or 366


@dataclass(frozen=True)
class Series:
    """An OS: an index for each period, or one. NaN where it has none; so is a bound."""

    os: str
    index: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    @property
    def last(self) -> float:
        """Its last index, NaN if it has none at all."""
        known = self.index[~np.isnan(self.index)]
        return float(known[-1]) if len(known) else math.nan


@dataclass(frozen=True)
class Panel:
    """What is drawn on one pair of axes: the systems of one ranking, or of one for each period."""

    title: str
    series: list[Series]


@dataclass(frozen=True)
class Chart:
    """Panels on one scale, and the periods over which they go: one or none is no time to draw."""

    panels: list[Panel]
    periods: list[str]
    has_bounds: bool

    def place(self, os: str) -> int:
        """The number of an OS, the same in every panel: so it looks the same in all of them."""
        return list(dict.fromkeys(one.os for panel in self.panels for one in panel.series)).index(
            os
        )

    @property
    def over_time(self) -> bool:
        """Whether there are lines to draw."""
        return len(self.periods) > 1


def chart(table: pd.DataFrame, by: Sequence[str] = ()) -> Chart:
    """Part rankings into what is drawn together.

    ``table`` has the columns ``by`` and ``os`` as text, and ``spam_index`` and perhaps ``low`` and
    ``high`` as numbers. One of the columns ``by`` may hold periods; each value of the others makes
    a panel. Raises ColumnError where that makes too many, or an OS stands twice in one.
    """
    when = next((name for name in by if _holds_periods(name, table[name])), None)
    apart = [name for name in by if name != when]
    there = sorted(set(table[when]), key=_in_time) if when else []
    groups = [("", table)]
    if apart:
        groups = [
            (", ".join(visible(str(part)) for part in key), rows)
            for key, rows in table.groupby(apart, sort=False)
        ]
    if len(groups) > _MOST_PANELS:
        raise ColumnError(
            f"{len(groups)} rankings are too many for one picture: choose at most {_MOST_PANELS} "
            f"with compute --where {apart[0]}=VALUE"
        )
    if len(there) == 1:
        groups = [(", ".join(filter(None, (title, there[0]))), rows) for title, rows in groups]
    panels = [Panel(title, _series(rows, when, there)) for title, rows in groups]
    return Chart(panels, there, "low" in table and "high" in table)


def _holds_periods(name: str, texts: pd.Series[str]) -> bool:
    """Whether texts are periods whose order is known: in ISO form, or the numbers of months."""
    found = list(texts.unique())
    numbered = headings.is_period(name) and all(
        text.isdecimal() and len(text) <= _LONGEST for text in found
    )
    return numbered or all(periods.iso(text) == text for text in found)


def _in_time(period: str) -> tuple[int, str]:
    return (0, period) if periods.iso(period) == period else (int(period), "")


def _series(rows: pd.DataFrame, when: str | None, there: Sequence[str]) -> list[Series]:
    """The systems of a panel: in the order of their indexes, the last period's first."""
    place = {period: i for i, period in enumerate(there)}
    series: list[Series] = []
    for os, own in rows.groupby("os", sort=False):
        at = [place[period] for period in own[when]] if when else [0] * len(own)
        if len(set(at)) < len(at):
            raise ColumnError(f"{os!r} is ranked twice; is a --by column of compute left out?")
        values = {name: np.full(max(len(there), 1), math.nan) for name in (_INDEX, "low", "high")}
        for name, value in values.items():
            if name in own:
                value[at] = own[name]
        series.append(
            Series(visible(str(os)) or NO_NAME, values[_INDEX], values["low"], values["high"])
        )
    return sorted(series, key=lambda one: [_last_first(value) for value in one.index[::-1]])


def _last_first(index: float) -> float:
    return math.inf if math.isnan(index) else -index


def times(index: float) -> str:
    """An index as it is written beside its dot.

    >>> times(4.990291), times(0.0), times(0.000187)
    ('4.99', '0', '0.00019')
    """
    if math.isnan(index):
        return NO_INDEX
    if index >= 1e6:
        return f"{index:.3g}"
    return f"{index:.2f}" if index >= 0.1 else f"{index:.2g}"
