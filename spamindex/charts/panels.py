"""A ranking in, a Chart out: rows or lines, panels, which in colour; texts such as 4.99."""

from __future__ import annotations

import math
import re
import textwrap
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from wcwidth import wcswidth

from spamindex import meaning, periods
from spamindex.charts.axis import MOST, Axis, Figures, ScaleKind, axis_of, moments
from spamindex.errors import ColumnError, FigureError, MatchError, Remedy, did_you_mean, listed
from spamindex.names import fold, visible

FAIR = "1 = fair share"
QUOTIENT = "spam share ÷ market share"
NO_INDEX = "no index"
NO_NAME = "(no name)"
COLOURED = 8  # lines over time: the eye follows no more, so the others are grey
SHARES = ("spam_share", "market_share")
INDEX = "spam_index"
BOUNDS = ("low", "high")
_MOST_PANELS = 24
_LONGEST = 4  # digits of a number that is a period: 12, or 366


@dataclass(frozen=True)
class Series:
    """An OS: an index for each period, or one. NaN where it has none; so is a bound."""

    os: str
    index: Figures
    low: Figures
    high: Figures

    @property
    def known(self) -> list[int]:
        """The periods in which it has an index."""
        return np.flatnonzero(~np.isnan(self.index)).tolist()

    @property
    def last(self) -> float:
        """Its last index, NaN if it has none at all."""
        return float(self.index[self.known[-1]]) if self.known else math.nan

    @property
    def bounds(self) -> tuple[float, float]:
        """The interval of its last index: NaN where it has none, or no end."""
        i = self.known[-1] if self.known else 0
        return float(self.low[i]), float(self.high[i])


@dataclass(frozen=True)
class Panel:
    """What is drawn on one pair of axes: the systems of one ranking, or of one for each period."""

    title: str
    series: list[Series]


@dataclass(frozen=True)
class Chart:
    """Panels on one axis, and the periods over which they go: one or none is no time to draw.

    ``category`` is the heading of what is ranked, ``interval`` what low and high are, "" if there
    are none. ``coloured`` are the systems that are not grey, each with a number for its look, which
    is the same in every panel. ``title`` and ``source`` are the user's own words.
    """

    panels: list[Panel]
    periods: list[str]
    category: str
    interval: str
    coloured: dict[str, int]
    axis: Axis
    title: str | None
    source: str | None

    @property
    def over_time(self) -> bool:
        """Whether there are lines to draw."""
        return len(self.periods) > 1

    @property
    def subject(self) -> str:
        """What is drawn, as a heading says it."""
        return f"Spam index by {self.category}"

    @property
    def bounds(self) -> str:
        """What low and high are, as a heading."""
        return self.interval[:1].upper() + self.interval[1:]

    @property
    def grey(self) -> int:
        """How many systems are in the background."""
        return len({one.os for panel in self.panels for one in panel.series} - {*self.coloured})

    def runs(self, one: Series) -> list[list[int]]:
        """The periods of an OS that a line joins: not over one that is missing, nor a break to 0.

        A period is missing where two are further apart than most are.
        """
        when = moments(self.periods)
        steps = Counter(np.diff(when).tolist())
        step = min(steps, key=lambda step: (-steps[step], step), default=0)
        runs: list[list[int]] = []
        for i in one.known:
            before = runs[-1][-1] if runs else -2
            is_next = before == i - 1 and when[i] - when[before] < 1.5 * step
            if is_next and not (self.axis.is_log and 0 in (one.index[i], one.index[before])):
                runs[-1].append(i)
            else:
                runs.append([i])
        return runs

    def until(self, one: Series) -> str:
        """Where the last index of an OS is not of the last period: which one it is of."""
        is_last = not one.known or one.known[-1] == len(self.periods) - 1
        return "" if is_last or not self.over_time else f" ({self.periods[one.known[-1]]})"

    def described(self) -> str:
        """The chart in words, for who can't see it."""
        parts = [f"{self.subject}: {QUOTIENT}; {FAIR}."]
        if self.interval:
            parts.append(f"In brackets: {self.interval}.")
        if self.over_time:
            parts.append(f"{self.periods[0]} to {self.periods[-1]}; the last index of each:")
        for panel in self.panels:
            texts = [
                " ".join(filter(None, (one.os, times(one.last), self.interval and bounds_of(one))))
                for one in panel.series
            ]
            parts.append(f"{panel.title}: {listed(texts)}." if panel.title else f"{listed(texts)}.")
        return " ".join(parts)


def chart(
    ranking: pd.DataFrame,
    by: Sequence[str] = (),
    *,
    highlight: Sequence[str] = (),
    scale: ScaleKind | None = None,
    title: str | None = None,
    source: str | None = None,
) -> Chart:
    """Part rankings into what is drawn together.

    ``ranking`` has the columns ``by``, one of names, ``spam_index`` and perhaps ``low`` and
    ``high``, figures or texts of them, and ``interval``, which says what those are. One of the
    columns ``by`` may hold periods; each value of the others makes a panel. Raises FigureError
    where it is empty or a figure is none, with what is in the index where that is text; ColumnError
    where a column is missing, there are too many panels, an OS stands twice in one, or there are
    intervals of two kinds; MatchError where a name to ``highlight`` is not there.
    """
    ranking, category = _checked(ranking, by)
    when = next((i for i, name in enumerate(by) if _holds_periods(name, ranking[i])), None)
    apart = [i for i in range(len(by)) if i != when]
    there = sorted(set(ranking[when]), key=_in_time) if when is not None else []
    parts = ranking.groupby(apart, sort=False) if apart else [((), ranking)]
    groups = [(", ".join(visible(str(part)) for part in key), rows) for key, rows in parts]
    if len(groups) > _MOST_PANELS:
        raise ColumnError(
            f"{len(groups)} rankings are too many for one picture, which holds {_MOST_PANELS}",
            settles=[Remedy("where", f"{by[apart[0]]}=VALUE", "chooses one of them")],
        )
    if len(there) == 1:
        groups = [(", ".join(filter(None, (title, there[0]))), rows) for title, rows in groups]
    panels = [Panel(title, _series(rows, when, there)) for title, rows in groups]
    series = [one for panel in panels for one in panel.series]
    return Chart(
        panels,
        there,
        "operating system" if category.casefold() == "os" else visible(category),
        _interval(ranking) if all(name in ranking for name in BOUNDS) else "",
        _coloured(panels, highlight, over_time=len(there) > 1),
        axis_of(
            np.concatenate([one.index for one in series]),
            np.concatenate([bound for one in series for bound in (one.low, one.high)]),
            scale,
        ),
        title,
        source,
    )


def _checked(ranking: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """A ranking with the columns ``by`` as 0, 1, ... and ``os``; and what ``os`` was called.

    The names stand under ``os``, or in the last column before the shares that is not in ``by``.
    """
    columns = list(map(str, ranking))
    if missing := [name for name in (*by, INDEX) if name not in columns]:
        there = ", ".join(map(repr, columns)) or "none"
        raise ColumnError(f"the ranking has no column {missing[0]!r}; its columns are {there}")
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise ColumnError(f"the ranking has two columns {twice[0]!r}")
    start = columns.index(INDEX)
    before = [name for name in columns[:start] if name not in (*by, *SHARES)]
    if not before:
        raise ColumnError(f"the ranking has no column of names before {INDEX!r}")
    if ranking.empty:
        raise FigureError("the ranking has no rows to draw")
    category = "os" if "os" in before else before[-1]
    read: dict[int | str, pd.Series[Any]] = {"os": _texts(ranking[category])}
    read |= {i: _texts(ranking[name]) for i, name in enumerate(by)}
    faults: list[str] = []
    for name in (INDEX, *BOUNDS):
        if name in columns[start:]:  # a column of by may be called low
            read[name] = _figures(ranking[name], faults)
    if "interval" in columns[start:]:
        read["interval"] = ranking["interval"]
    frame = pd.DataFrame(read)
    low, high = (frame.get(bound, frame[INDEX]) for bound in BOUNDS)
    odd = frame.index[(low > frame[INDEX]) | (high < frame[INDEX])]
    faults += [f"{_at(label)}: low and high do not hold the index between them" for label in odd]
    if faults:
        raise FigureError(*faults)
    return frame, category


def _texts(column: pd.Series[Any]) -> pd.Series[str]:
    """A column as text: days without a time of day, and nothing for what is missing."""
    texts = (column.dt.date if column.dtype.kind == "M" else column).astype(str)
    return texts.where(column.notna(), "")


def _figures(column: pd.Series[Any], faults: list[str]) -> pd.Series[float]:
    """A column as numbers that can be drawn, NaN for what is missing; others become faults."""
    found: list[float] = []
    for label, cell in column.items():
        text = str(cell)
        try:
            figure = math.nan if pd.isna(cell) or meaning.is_missing(text) else float(text)
            if figure < 0 or figure == math.inf or "_" in text:
                raise ValueError
        except ValueError:
            where = f"{_at(label)}: column {column.name!r}"
            faults.append(f"{where}: {cell!r} is not an index: a number from 0 on")
            figure = math.nan
        found.append(figure)
    return pd.Series(found, index=column.index, dtype=float)


def _at(label: object) -> str:
    """Where a row stands: as the index says it in words, or by its number there."""
    return label if isinstance(label, str) else f"row {label}"


def _holds_periods(name: str, texts: pd.Series[str]) -> bool:
    """Whether texts are periods whose order is known: in ISO form, or the numbers of months."""
    found = texts.unique().tolist()
    if meaning.is_period(name) and all(t.isdecimal() and len(t) <= _LONGEST for t in found):
        return True
    return all(periods.iso(text) == text for text in found)


def _in_time(period: str) -> tuple[int, str]:
    return (0, period) if periods.iso(period) == period else (int(period), "")


def _series(rows: pd.DataFrame, when: Hashable | None, there: Sequence[str]) -> list[Series]:
    """The systems of a panel: in the order of their indexes, the last period's first."""
    place = {period: i for i, period in enumerate(there)}
    series: list[Series] = []
    for os, own in rows.groupby("os", sort=False):
        at = [place[period] for period in own[when]] if when is not None else [0] * len(own)
        if len(set(at)) < len(at):
            raise ColumnError(
                f"{os!r} is ranked twice; the column that tells its rankings apart is missing",
                settles=[Remedy("by", "COLUMN", "keeps it in the ranking")],
            )
        values = {name: np.full(max(len(there), 1), math.nan) for name in (INDEX, *BOUNDS)}
        for name, value in values.items():
            if name in own:
                value[at] = own[name]
        series.append(
            Series(visible(str(os)) or NO_NAME, values[INDEX], values["low"], values["high"])
        )
    # The last period's first; NaN last.
    return sorted(series, key=lambda one: np.nan_to_num(-one.index[::-1], nan=math.inf).tolist())


def _interval(ranking: pd.DataFrame) -> str:
    """What low and high are: ``95%`` as "95 % interval", ``rounding`` as it is."""
    kinds = sorted(set(ranking["interval"].dropna()) - {""}) if "interval" in ranking else []
    if len(kinds) > 1:
        raise ColumnError(f"column 'interval' says {listed(kinds)}: one picture needs one kind")
    if not kinds:
        return "low to high"
    kind = re.sub(r"(\d)\s*%", r"\1 %", visible(str(kinds[0])))
    return f"{kind} interval" if "%" in kind else kind


def _coloured(
    panels: Sequence[Panel], highlight: Sequence[str], *, over_time: bool
) -> dict[str, int]:
    """The systems that are drawn in colour: those that are asked for, or all, but few lines."""
    ranked = sorted((i, n, one.os) for n, p in enumerate(panels) for i, one in enumerate(p.series))
    chosen = list(dict.fromkeys(os for _, _, os in ranked))
    if highlight:
        known = {fold(os): os for os in chosen}
        if missing := [name for name in highlight if fold(name) not in known]:
            near = did_you_mean(missing[0], chosen) or f"; it holds {listed(chosen)}"
            raise MatchError(f"nothing in the ranking is called {missing[0]!r}{near}")
        chosen = [known[fold(name)] for name in highlight]
    elif over_time:
        chosen = chosen[:COLOURED]
    return {os: i for i, os in enumerate(dict.fromkeys(chosen))}


def times(index: float) -> str:
    """An index as it is written beside its mark: two decimals, or more where it is small."""
    if math.isnan(index):
        return NO_INDEX
    if index > MOST:
        return f">{MOST:,.0f}"
    if index >= 0.0995 or index == 0:
        return f"{index:.2f}" if 0 < index < 100 else f"{index:,.0f}"
    if index < 0.00005:
        return "<0.0001"
    return f"{float(f'{index:.2g}'):.4f}".rstrip("0")


def bounds_of(one: Series) -> str:
    """The interval of an OS's last index as text; empty where it has none."""
    low, high = one.bounds
    if math.isnan(low):
        return ""
    return f"({times(low)} or more)" if math.isnan(high) else f"({times(low)} to {times(high)})"


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for each wide character."""
    return max(wcswidth(text), 0)


def cut(text: str, width: int) -> str:
    """As much of a text as fits into so many columns."""
    if columns(text) <= width:
        return text
    while columns(text) >= width:
        text = text[:-1]
    return f"{text}…"


def wrapped(text: str, width: int) -> str:
    """Text in lines of so many columns, three at most; a line feed in it is kept."""
    per_line = width // 2 if columns(text) > len(text) else width
    parts = text.split("\n")
    return "\n".join(
        textwrap.fill(part, per_line, max_lines=3, placeholder=" …") for part in parts if part
    )
