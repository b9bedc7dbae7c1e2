"""A chart in plain text for a terminal, drawn with plotext."""

from __future__ import annotations

import itertools
import string
import textwrap

import numpy as np

from spamindex.charts.axis import Scale, moments, scale, some
from spamindex.charts.panels import INSTALL, Chart, Panel, times
from spamindex.errors import SpamIndexError

_HEIGHT = 20  # rows of a panel with lines
_NARROW = 40  # columns, below which no axis fits
_WIDE = 1000  # columns, above which COLUMNS is a mistake
_MORE = "•"  # for those that there are no letters for
_LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits


def draw(chart: Chart, width: int, title: str | None = None) -> str:
    """Draw a chart in so many columns of text.

    Raises SpamIndexError where plotext is not installed.
    """
    axis = scale(chart)
    width = min(max(width, _NARROW), _WIDE)
    parts = ["\n".join(textwrap.wrap(title, width)) + "\n"] if title else []
    for panel in chart.panels:
        if panel.title:
            parts.append(f"{panel.title}\n")
        parts.append((_lines if chart.over_time else _dots)(chart, panel, axis, width))
    return "\n".join(parts)


def _dots(chart: Chart, panel: Panel, axis: Scale, width: int) -> str:
    """A row for each OS: its name, a dot with whiskers, and its index."""
    figures = [times(one.index[0]) for one in panel.series]
    beside = max(map(len, figures)) + 1
    names = [_short(one.os, width // 3) for one in panel.series]
    count = len(names)
    plot = _Plot(width - beside, count + 3)
    plot.limits((axis.first, axis.last), (-0.5, count - 0.5))
    plot.ticks("x", axis.ticks(max(2, width // 12)))
    plot.ticks("y", [(float(count - 1 - i), name) for i, name in enumerate(names)])
    plot.stroke((0, 0), (-0.5, count - 0.5), "┊")
    for i, one in enumerate(panel.series):
        row, index, low, high = count - 1 - i, one.index[0], one.low[0], one.high[0]
        if not np.isnan(low) and not (np.isnan(index) and low == 0):
            end = axis.last if np.isnan(high) else axis.at(high)
            plot.stroke((axis.at(low), end), (row, row), "─")
        if not np.isnan(index):
            plot.points([axis.at(index)], [row], "●")
    lines = plot.text().splitlines()
    lines[1 : 1 + count] = [
        f"{line} {figure:>{beside - 1}}"
        for line, figure in zip(lines[1 : 1 + count], figures, strict=True)
    ]
    return "\n".join([*lines, ""])


def _lines(chart: Chart, panel: Panel, axis: Scale, width: int) -> str:
    """A line of letters for each OS, and below whose letter each one is."""
    when = moments(chart.periods)
    plot = _Plot(width, _HEIGHT)
    room = (when[-1] - when[0]) * 0.02
    plot.limits((when[0] - room, when[-1] + room), (axis.first, axis.last))
    plot.ticks("x", [(when[i], chart.periods[i]) for i in some(when, max(2, width // 14))])
    plot.ticks("y", axis.ticks(6))
    plot.stroke((when[0] - room, when[-1] + room), (0, 0), "┈")
    letters = [(_LETTERS + _MORE)[min(chart.place(one.os), len(_LETTERS))] for one in panel.series]
    for one, letter in reversed(list(zip(panel.series, letters, strict=True))):
        known = np.flatnonzero(~np.isnan(one.index))
        for i, j in itertools.pairwise(known):
            if j == i + 1:
                ends = (axis.at(one.index[i]), axis.at(one.index[j]))
                plot.stroke((when[i], when[j]), ends, "·")
        plot.points([when[i] for i in known], [axis.at(one.index[i]) for i in known], letter)
    key = [
        f"{letter} {_short(one.os, width // 2)} {times(one.last)}"
        for one, letter in zip(panel.series, letters, strict=True)
    ]
    return f"{plot.text()}\n{_in_columns(key, width)}\n"


def _in_columns(texts: list[str], width: int) -> str:
    column = max(map(len, texts)) + 2
    across = max(1, width // column)
    rows = [texts[i : i + across] for i in range(0, len(texts), across)]
    return "\n".join("".join(f"{text:<{column}}" for text in row).rstrip() for row in rows)


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


class _Plot:
    """plotext's one figure, cleared, in so many columns and rows."""

    def __init__(self, width: int, height: int) -> None:
        try:
            import plotext
        except ImportError as error:
            raise SpamIndexError(f"a chart in the terminal needs plotext: {INSTALL}") from error
        self._plotext = plotext
        self._figure = plotext.figure
        plotext.terminal.limit(False, False)  # however high the window is, people can scroll
        self._figure.clear()
        self._figure.plot_size(width, height)

    def limits(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self._figure.ruler("x").lim(*x)
        self._figure.ruler("y").lim(*y)

    def ticks(self, axis: str, ticks: list[tuple[float, str]]) -> None:
        self._figure.ruler(axis).ticks([at for at, _ in ticks], [text for _, text in ticks])

    def stroke(self, x: tuple[float, float], y: tuple[float, float], marker: str) -> None:
        self._figure.draw(self._figure.segment(x, y, marker=marker))

    def points(self, x: list[float], y: list[float], marker: str) -> None:
        self._figure.draw(self._figure.signal(x, y, marker=marker))

    def text(self) -> str:
        text: str = self._plotext.uncolorize(str(self._figure.build()))
        return "\n".join(line.rstrip() for line in text.splitlines())
