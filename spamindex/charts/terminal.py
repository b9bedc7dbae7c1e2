"""A Chart in, text for the terminal out: characters for bars, dots, lines, the axis."""

from __future__ import annotations

import string

import numpy as np

from spamindex.charts.axis import Axis, moments, some
from spamindex.charts.panels import (
    FAIR,
    QUOTIENT,
    Chart,
    Panel,
    Series,
    bounds_of,
    columns,
    cut,
    times,
    wrapped,
)  # fmt: skip
from spamindex.errors import counted

_HEIGHT = 18  # rows of a panel with lines
_NARROW = 40  # columns, below which no axis fits
_WIDE = 1000  # columns, above which COLUMNS is a mistake
_LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits
_MORE = "•"  # for those that there are no letters for
_EIGHTHS = " ▏▎▍▌▋▊▉"


def draw(chart: Chart, width: int) -> str:
    """Draw a chart in so many columns of text, between 40 and 1,000."""
    width = min(max(width, _NARROW), _WIDE)
    what = QUOTIENT + (" (log scale)" if chart.axis.is_log else "")
    if chart.interval and not chart.over_time:
        what += f", ├─┤ {chart.interval}"
    parts = [f"{wrapped(chart.title, width)}\n"] if chart.title else []
    parts.append(f"{wrapped(chart.subject, width)}\n{wrapped(what, width)}\n")
    for panel in chart.panels:
        if panel.title:
            parts.append(f"{panel.title}\n")
        parts.append((_lines if chart.over_time else _rows)(chart, panel, width))
    if chart.source:
        parts.append(f"{wrapped(f'Source: {chart.source}', width)}\n")
    return "\n".join(parts)


class _Canvas:
    """Characters in rows and columns, on which what comes later covers what was there."""

    def __init__(self, width: int, height: int) -> None:
        self._cells = [[" "] * width for _ in range(height)]

    def put(self, row: int, column: int, text: str) -> None:
        for i, character in enumerate(text, start=column):
            if 0 <= i < len(self._cells[row]):
                self._cells[row][i] = character

    def rows(self) -> list[str]:
        return ["".join(cells) for cells in self._cells]


def _column(axis: Axis, place: float, width: int) -> int:
    return round((place - axis.first) / (axis.last - axis.first) * (width - 1))


def _rows(chart: Chart, panel: Panel, width: int) -> str:
    """A row for each OS: its name, a bar or a dot with its interval, and its index."""
    axis = chart.axis
    figures = [times(one.last) for one in panel.series]
    bounds = [bounds_of(one) if chart.interval else "" for one in panel.series]
    names = [cut(one.os, width // 3) for one in panel.series]
    left, right = max(map(columns, names)), max(map(len, figures))
    beside = max(map(len, bounds))
    if width - left - right - beside < 30:  # the axis comes first, and figures can be had as CSV
        bounds, beside = [""] * len(bounds), 0
    across = width - left - right - beside - (4 if beside else 3)
    canvas = _Canvas(across, len(names))
    for row, one in enumerate(panel.series):
        canvas.put(row, _column(axis, axis.one, across), "┊")
        at = _column(axis, axis.at(one.last), across) if one.known else None
        if at is not None and not axis.is_log:
            bar = _bar(axis.at(one.last) / axis.last * (across - 1), across)
            canvas.put(row, 0, "·" * at if chart.interval else bar)
        low, high = one.bounds
        if chart.interval and not np.isnan(low) and (at is not None or low > 0):
            start = _column(axis, axis.at(low), across)
            end = across - 1 if np.isnan(high) else _column(axis, axis.at(high), across)
            ends = "◂├▸"[axis.side(low) + 1], "◂┤▸"[axis.side(high) + 1]
            if end > start:
                canvas.put(row, start, ends[0] + "─" * (end - start - 1) + ends[1])
        if at is not None and (chart.interval or axis.is_log or axis.side(one.last)):
            canvas.put(row, at, "◂●▸"[axis.side(one.last) + 1])
    lines = [
        f"{' ' * (left - columns(name))}{name} {drawn}  {figure:>{right}}{' ' * bool(bound)}{bound}"
        for name, drawn, figure, bound in zip(names, canvas.rows(), figures, bounds, strict=True)
    ]
    below = [f"{' ' * left} {line}" for line in _scale(axis, across)]
    return "\n".join([*(line.rstrip() for line in [*lines, *below]), ""])


def _bar(length: float, across: int) -> str:
    """A bar of so many columns, to an eighth of one."""
    eighths = min(round(length * 8), across * 8)
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def _scale(axis: Axis, across: int) -> list[str]:
    """The axis with its numbers below it, and what the line at 1 means."""
    scale = _Canvas(across, 3)
    scale.put(0, 0, "└" + "─" * (across - 1))
    if axis.is_log and axis.has_zero:
        scale.put(0, _column(axis, axis.rift, across), "//")
    free = 0
    for place, text in axis.ticks(max(2, across // 7)):
        at = _column(axis, place, across)
        start = min(max(at - len(text) // 2, 0), across - len(text))
        if start >= free:
            scale.put(0, at, "┴" if at else "└")
            scale.put(1, start, text)
            free = start + len(text) + 1
    one = _column(axis, axis.one, across)
    scale.put(0, one, "┼")
    scale.put(2, min(one, across - len(FAIR)), FAIR)
    return scale.rows()


def _lines(chart: Chart, panel: Panel, width: int) -> str:
    """Letters at the periods of each OS, joined by dots, and below whose letter each one is."""
    axis, when = chart.axis, moments(chart.periods)
    ticks = [(place, FAIR if text == "1" else text) for place, text in axis.ticks(6)]
    ticks += [] if FAIR in [text for _, text in ticks] else [(axis.one, FAIR)]
    left = max(len(text) for _, text in ticks)
    across = width - left - 2
    columns_of = [round((at - when[0]) / (when[-1] - when[0]) * (across - 1)) for at in when]
    canvas = _Canvas(across, _HEIGHT)

    def row(place: float) -> int:
        return _HEIGHT - 1 - _column(axis, place, _HEIGHT)

    canvas.put(row(axis.one), 0, "┈" * across)
    for one in reversed(panel.series):  # the highest last, so on top
        rows = {i: row(axis.at(one.index[i])) for i in one.known}
        for run in chart.runs(one):
            between = range(columns_of[run[0]], columns_of[run[-1]] + 1)
            joined = np.interp(between, [columns_of[i] for i in run], [rows[i] for i in run])
            for column, at in zip(between, np.rint(joined).astype(int).tolist(), strict=True):
                canvas.put(at, column, "·")
        for i in one.known:
            canvas.put(rows[i], columns_of[i], _letter(chart, one))
    sides = [" " * left + " │"] * _HEIGHT
    for place, text in sorted(ticks, key=lambda tick: tick[1] == FAIR):  # which comes last
        sides[row(place)] = f"{text:>{left}} ┤"
    if axis.is_log and axis.has_zero:
        sides[row(axis.rift)] = " " * left + " /"
    drawn = [side + line for side, line in zip(sides, canvas.rows(), strict=True)]
    frame = _Canvas(across, 2)
    frame.put(0, 0, "─" * across)
    for i in some(when, max(2, across // 12)):
        frame.put(0, columns_of[i], "┴")
        start = columns_of[i] - len(chart.periods[i]) // 2
        frame.put(1, max(0, min(start, across - len(chart.periods[i]))), chart.periods[i])
    drawn += [f"{' ' * left} {edge}{line}" for edge, line in zip("└ ", frame.rows(), strict=True)]
    return "\n".join([*(line.rstrip() for line in drawn), _key(chart, panel, width), ""])


def _letter(chart: Chart, one: Series) -> str:
    number = chart.coloured.get(one.os)
    return "·" if number is None else (_LETTERS + _MORE)[min(number, len(_LETTERS))]


def _key(chart: Chart, panel: Panel, width: int) -> str:
    """Whose letter each one is, and its last index."""
    texts = [
        f"{_letter(chart, one)} {cut(one.os, width // 2)} {times(one.last)}{chart.until(one)}"
        for one in panel.series
        if one.os in chart.coloured
    ]
    if others := len(panel.series) - len(texts):
        texts.append(f"· {counted(others, 'other')}")
    column = max(map(columns, texts)) + 2
    across = max(1, width // column)
    padded = [text + " " * (column - columns(text)) for text in texts]
    rows = ("".join(padded[i : i + across]) for i in range(0, len(padded), across))
    return "\n".join(map(str.rstrip, rows))
