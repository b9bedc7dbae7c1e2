"""A ranking in, a Chart out: what to draw in which panel, which systems in colour, the texts."""

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
from spamindex.charts.axis import MAX_INDEX, Axis, Figures, ScaleKind, make_axis, time_positions
from spamindex.errors import ColumnError, FigureError, MatchError, Remedy, did_you_mean, listed
from spamindex.names import fold, visible

FAIR_SHARE = "1 = fair share"
FORMULA = "spam share ÷ market share"
_INDEX, _BOUNDS, _SHARES = "spam_index", ("low", "high"), ("spam_share", "market_share")
_MAX_COLOURED_LINES = 8  # more can't be told apart, so the others are grey
_MAX_PANELS = 24
_MAX_PERIOD_DIGITS = 4  # a number may be a period: 12, 366, 2010


@dataclass(frozen=True)
class Series:
    """One OS and its index in each period, or its only one; NaN is a missing index or bound."""

    os: str
    index: Figures
    low: Figures
    high: Figures

    @property
    def valid(self) -> list[int]:
        """The numbers of the periods that have an index."""
        return np.flatnonzero(~np.isnan(self.index)).tolist()

    @property
    def last_index(self) -> float:
        """The latest index; NaN if there is none."""
        return float(self.index[self.valid[-1]]) if self.valid else math.nan

    @property
    def last_bounds(self) -> tuple[float, float]:
        """The interval of the latest index. Low is NaN without an interval, high if unbounded."""
        i = self.valid[-1] if self.valid else 0
        return float(self.low[i]), float(self.high[i])


@dataclass(frozen=True)
class Panel:
    """What is drawn on one pair of axes: one ranking, or the rankings of all periods."""

    title: str
    series: list[Series]


@dataclass(frozen=True)
class Chart:
    """Panels that share one axis. With two periods or more, they hold lines over time.

    ``category`` is what is ranked, as a heading. ``interval`` says what low and high are, "" if
    there are none. ``colours`` numbers the systems that are drawn in colour, the same in every
    panel; the others are grey. ``title`` and ``source`` are the user's texts.
    """

    panels: list[Panel]
    periods: list[str]
    category: str
    interval: str
    colours: dict[str, int]
    axis: Axis
    title: str | None
    source: str | None

    @property
    def over_time(self) -> bool:
        """Whether there are lines to draw."""
        return len(self.periods) > 1

    @property
    def subject(self) -> str:
        """What the chart shows, as a heading."""
        return f"Spam index by {self.category}"

    @property
    def interval_heading(self) -> str:
        """What low and high are, as a heading."""
        return self.interval[:1].upper() + self.interval[1:]

    @property
    def series(self) -> list[Series]:
        """The series of all panels."""
        return [series for panel in self.panels for series in panel.series]

    def segments(self, series: Series) -> list[list[int]]:
        """Group the periods of a series into connected lines.

        A line is interrupted where a period is missing (the step is longer than the most common
        one), and on a log scale before and after an index of 0.
        """
        positions = time_positions(self.periods)
        counts = Counter(np.diff(positions).tolist())
        usual_step = min(counts, key=lambda step: (-counts[step], step), default=0)
        segments: list[list[int]] = []
        previous = -2
        for i in series.valid:
            is_next = previous == i - 1 and positions[i] - positions[previous] < 1.5 * usual_step
            if is_next and not (self.axis.is_log and 0 in series.index[[previous, i]]):
                segments[-1].append(i)
            else:
                segments.append([i])
            previous = i
        return segments

    def period_suffix(self, series: Series) -> str:
        """The period of the latest index in brackets, unless it is the last of the chart."""
        if not series.valid or series.valid[-1] == len(self.periods) - 1 or not self.over_time:
            return ""
        return f" ({self.periods[series.valid[-1]]})"

    def describe(self) -> str:
        """The chart in words, for screen readers."""
        sentences = [f"{self.subject}: {FORMULA}; {FAIR_SHARE}."]
        if self.interval:
            sentences.append(f"In brackets: {self.interval}.")
        if self.over_time:
            sentences.append(f"{self.periods[0]} to {self.periods[-1]}; the last index of each:")
        for panel in self.panels:
            texts = []
            for series in panel.series:
                interval = format_interval(series) if self.interval else ""
                texts.append(f"{series.os} {format_index(series.last_index)} {interval}".rstrip())
            prefix = f"{panel.title}: " if panel.title else ""
            sentences.append(f"{prefix}{listed(texts)}.")
        return " ".join(sentences)


def make_chart(
    ranking: pd.DataFrame,
    by: Sequence[str] = (),
    *,
    highlight: Sequence[str] = (),
    scale: ScaleKind | None = None,
    title: str | None = None,
    source: str | None = None,
) -> Chart:
    """Arrange a ranking in panels.

    ``ranking`` has the columns ``by``, one of names, ``spam_index``, and optionally ``low``,
    ``high`` and ``interval``; figures may be numbers or texts. The first column of ``by`` that
    holds periods becomes the time axis; each value of the others becomes a panel. Raises
    FigureError if the ranking is empty or a figure is invalid (a text in the frame's index says
    where it stands), ColumnError if a column is missing, there are too many panels, an OS is
    ranked twice or ``interval`` has two kinds, and MatchError for an unknown name in ``highlight``.
    """
    category = _find_category(ranking, by)
    frame = _parse(ranking, by, category)
    time_column = next((i for i, name in enumerate(by) if _holds_periods(name, frame[i])), None)
    panel_columns = [i for i in range(len(by)) if i != time_column]
    labels: list[str] = []
    if time_column is not None:
        labels = sorted(frame[time_column].unique(), key=_period_order)
    parts = frame.groupby(panel_columns, sort=False) if panel_columns else [((), frame)]
    groups = [([visible(str(value)) for value in values], rows) for values, rows in parts]
    if len(groups) > _MAX_PANELS:
        raise ColumnError(
            f"{len(groups)} rankings are too many for one picture, which holds {_MAX_PANELS}",
            settles=[Remedy("where", f"{by[panel_columns[0]]}=VALUE", "chooses one of them")],
        )
    panels = []
    for values, rows in groups:
        panel_title = ", ".join(values + labels if len(labels) == 1 else values)
        panels.append(Panel(panel_title, _make_series(rows, time_column, labels)))
    series = [series for panel in panels for series in panel.series]
    return Chart(
        panels,
        labels,
        "operating system" if category.casefold() == "os" else visible(category),
        _describe_interval(frame) if all(bound in frame for bound in _BOUNDS) else "",
        _assign_colours(panels, highlight, over_time=len(labels) > 1),
        make_axis(
            np.concatenate([one.index for one in series]),
            np.concatenate([bound for one in series for bound in (one.low, one.high)]),
            scale,
        ),
        title,
        source,
    )


def _find_category(ranking: pd.DataFrame, by: Sequence[str]) -> str:
    """The heading of the names: ``os``, else the last column before the shares, not in ``by``."""
    columns = list(map(str, ranking))
    for name in (*by, _INDEX):
        if name not in columns:
            existing = ", ".join(map(repr, columns)) or "none"
            raise ColumnError(f"the ranking has no column {name!r}; its columns are {existing}")
    for name in columns:
        if columns.count(name) > 1:
            raise ColumnError(f"the ranking has two columns {name!r}")
    before = columns[: columns.index(_INDEX)]
    candidates = [name for name in before if name not in (*by, *_SHARES)]
    if not candidates:
        raise ColumnError(f"the ranking has no column of names before {_INDEX!r}")
    return "os" if "os" in candidates else candidates[-1]


def _parse(ranking: pd.DataFrame, by: Sequence[str], category: str) -> pd.DataFrame:
    """The ranking with figures as numbers, its ``by`` columns named 0, 1, ... and its names os."""
    if ranking.empty:
        raise FigureError("the ranking has no rows to draw")
    # Before the index there may be columns of by that are called low or interval.
    optional = ranking.loc[:, _INDEX:].columns
    faults: list[str] = []
    frame = pd.DataFrame({"os": _to_text(ranking[category])})
    for i, name in enumerate(by):
        frame[i] = _to_text(ranking[name])
    for name in (_INDEX, *_BOUNDS):
        if name in optional:
            frame[name] = _to_figures(ranking[name], faults)
    if "interval" in optional:
        frame["interval"] = ranking["interval"]
    low, high = (frame.get(bound, frame[_INDEX]) for bound in _BOUNDS)
    for label in frame.index[(low > frame[_INDEX]) | (high < frame[_INDEX])]:
        faults.append(f"{_location(label)}: the index is not between low and high")
    if faults:
        raise FigureError(*faults)
    return frame


def _to_text(column: pd.Series[Any]) -> pd.Series[str]:
    """A column as text: dates without a time of day, "" for missing cells."""
    texts = (column.dt.date if column.dtype.kind == "M" else column).astype(str)
    return texts.where(column.notna(), "")


def _to_figures(column: pd.Series[Any], faults: list[str]) -> pd.Series[float]:
    """A column as numbers from 0 on, NaN for missing cells; appends the invalid ones to faults."""
    figures: list[float] = []
    for label, cell in column.items():
        text = str(cell)
        try:
            figure = math.nan if pd.isna(cell) or meaning.is_missing(text) else float(text)
            if figure < 0 or figure == math.inf or "_" in text:
                raise ValueError
        except ValueError:
            place = f"{_location(label)}: column {column.name!r}"
            faults.append(f"{place}: {cell!r} is not an index: a number from 0 on")
            figure = math.nan
        figures.append(figure)
    return pd.Series(figures, index=column.index, dtype=float)


def _location(label: object) -> str:
    """Where a row is: what the frame's index says if it is text (``file:line``), else its label."""
    return label if isinstance(label, str) else f"row {label}"


def _holds_periods(name: str, texts: pd.Series[str]) -> bool:
    """Whether a column has periods that can be sorted: ISO periods, or the numbers of months."""
    labels = texts.unique().tolist()
    is_number = [text.isdecimal() and len(text) <= _MAX_PERIOD_DIGITS for text in labels]
    if meaning.is_period(name) and all(is_number):
        return True
    return all(periods.iso(text) == text for text in labels)


def _period_order(period: str) -> tuple[int, str]:
    return (0, period) if periods.iso(period) == period else (int(period), "")


def _make_series(
    rows: pd.DataFrame, time_column: Hashable | None, labels: Sequence[str]
) -> list[Series]:
    """The systems of a panel, by descending index in the last period; missing ones last."""
    period_number = {label: i for i, label in enumerate(labels)}
    all_series: list[Series] = []
    for os, group in rows.groupby("os", sort=False):
        numbers = [0] * len(group)
        if time_column is not None:
            numbers = [period_number[label] for label in group[time_column]]
        if len(set(numbers)) < len(numbers):
            raise ColumnError(
                f"{os!r} is ranked twice; the column that tells its rankings apart is missing",
                settles=[Remedy("by", "COLUMN", "keeps it in the ranking")],
            )
        arrays = []
        for name in (_INDEX, *_BOUNDS):
            array = np.full(max(len(labels), 1), math.nan)
            if name in group:
                array[numbers] = group[name]
            arrays.append(array)
        all_series.append(Series(visible(str(os)) or "(no name)", *arrays))
    return sorted(all_series, key=lambda s: np.nan_to_num(-s.index[::-1], nan=math.inf).tolist())


def _describe_interval(ranking: pd.DataFrame) -> str:
    """What low and high are: ``95 % interval`` for ``95%``, ``rounding`` as it is."""
    kinds = sorted(set(ranking["interval"].dropna()) - {""}) if "interval" in ranking else []
    if len(kinds) > 1:
        raise ColumnError(f"column 'interval' says {listed(kinds)}: one picture needs one kind")
    if not kinds:
        return "low to high"
    kind = re.sub(r"(\d)\s*%", r"\1 %", visible(str(kinds[0])))
    return f"{kind} interval" if "%" in kind else kind


def _assign_colours(
    panels: Sequence[Panel], highlight: Sequence[str], *, over_time: bool
) -> dict[str, int]:
    """Number the systems to draw in colour: the highlighted ones, else all, or the top lines."""
    ranks = [
        (rank, i, s.os) for i, panel in enumerate(panels) for rank, s in enumerate(panel.series)
    ]
    systems = list(dict.fromkeys(os for *_, os in sorted(ranks)))
    if highlight:
        by_folded_name = {fold(os): os for os in systems}
        for name in highlight:
            if fold(name) not in by_folded_name:
                hint = did_you_mean(name, systems) or f"; it holds {listed(systems)}"
                raise MatchError(f"nothing in the ranking is called {name!r}{hint}")
        systems = list(dict.fromkeys(by_folded_name[fold(name)] for name in highlight))
    elif over_time:
        systems = systems[:_MAX_COLOURED_LINES]
    return {os: number for number, os in enumerate(systems)}


def format_index(index: float) -> str:
    """An index as text: two decimals, or two significant digits where it is small."""
    if math.isnan(index):
        return "no index"
    if index > MAX_INDEX:
        return f">{MAX_INDEX:,.0f}"
    if index == 0 or index >= 100:
        return f"{index:,.0f}"
    if index >= 0.0995:
        return f"{index:.2f}"
    if index < 0.00005:
        return "<0.0001"
    return f"{float(f'{index:.2g}'):.4f}".rstrip("0")


def format_interval(series: Series) -> str:
    """The interval of the latest index as text; "" if it has none."""
    low, high = series.last_bounds
    if math.isnan(low):
        return ""
    if math.isnan(high):
        return f"({format_index(low)} or more)"
    return f"({format_index(low)} to {format_index(high)})"


def display_width(text: str) -> int:
    """The columns that a text takes in a terminal: two for each wide character."""
    return max(wcswidth(text), 0)


def truncate(text: str, width: int) -> str:
    """Cut a text to a width in columns, with an ellipsis."""
    if display_width(text) <= width:
        return text
    while display_width(text) >= width:
        text = text[:-1]
    return f"{text}…"


def wrap(text: str, width: int) -> str:
    """Wrap each line of a text to a width in columns, and cut it after three lines."""
    per_line = width // 2 if display_width(text) > len(text) else width
    return "\n".join(
        textwrap.fill(line, per_line, max_lines=3, placeholder=" …")
        for line in text.split("\n")
        if line
    )
