"""What matplotlib draws in one panel, in which colours: bars, dots, lines, intervals."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from spamindex.charts.axis import Figures, moments, some, spread
from spamindex.charts.panels import FAIR, Chart, Panel, Series, bounds_of, times, wrapped

# The colours that colour-blind people can tell apart (Okabe and Ito 2008), the yellow, which is
# lost on white, as olive, and wine as an eighth. The markers differ in grey print, too.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#8A7A00", "#882255")
_MARKERS = "osDXPph"  # no triangles, which are arrows beyond the axis
INK, SOFT, FAINT, _GREY, _PALE = "#222222", "#666666", "#999999", "#B4B4B4", "#E4E4E4"

ROW_LABEL = 0.12  # inches between the axes and what stands beside them
LINE_LABEL = 0.26
_POINTS = 72  # in an inch
_LINE = 0.165  # inches, of text of several lines
_NAME = 34  # columns of it
_HALF_FAIR = 0.4  # inches, of what stands over the line at 1


def name(one: Series) -> str:
    """The name of a row, in lines."""
    return wrapped(one.os, _NAME)


def label(chart: Chart, one: Series) -> str:
    """The name of a line over time and its last index, in lines."""
    return wrapped(f"{one.os}  {times(one.last)}{chart.until(one)}", _NAME)


def high(text: str) -> float:
    """How high a text is, in inches."""
    return _LINE * (1 + text.count("\n"))


def draw_rows(
    axes: Axes, chart: Chart, panel: Panel, heights: list[float], across: float, figures: float
) -> None:
    """A row for each OS, the highest on top: a bar or a dot, its interval, and its figures.

    ``heights`` are those of the rows, ``across`` the width of the axes and ``figures`` that of the
    widest index, in inches.
    """
    axis, small = chart.axis, {"va": "bottom", "color": SOFT, "fontsize": 8}
    rows = [end - size / 2 for end, size in zip(accumulate(heights), heights, strict=True)]
    axes.set_xlim(axis.first, axis.last)
    axes.set_ylim(sum(heights), 0)
    axes.set_xticks(*zip(*axis.ticks(max(2, min(8, int(across * 2)))), strict=True))
    axes.set_yticks(rows, list(map(name, panel.series)))
    axes.tick_params("y", length=0, pad=7)
    axes.tick_params("x", length=3)
    axes.set_axisbelow(True)
    if axis.is_log:
        axes.hlines(rows, axis.first, axis.last, color=_PALE, linewidth=0.8, zorder=0)
    else:
        axes.grid(axis="x", color=_PALE, linewidth=0.8)
    axes.axvline(axis.one, color=INK, linewidth=0.9, zorder=2.5)
    before = across * (axis.one - axis.first) / (axis.last - axis.first)
    # In the middle it would be cut off where the names are short.
    aligned = "center" if before > _HALF_FAIR else "left"
    _beside(axes, FAIR, (axis.one, 1), (0, 3), ("data", "axes fraction"), ha=aligned, **small)
    if axis.is_log and axis.has_zero:
        _mark_rift(axes, (axis.rift, 0), ("data", "axes fraction"))
    edge = _POINTS * (ROW_LABEL + figures)
    if chart.interval:
        _beside(axes, "Index", (1, 1), (edge, 3), "axes fraction", ha="right", **small)
        _beside(axes, chart.bounds, (1, 1), (edge + 9, 3), "axes fraction", **small)
    for row, height, one in zip(rows, heights, panel.series, strict=True):
        _row(axes, chart, one, row, min(0.62 * height, 0.2))
        if chart.interval:
            side, unit, bounds = (1, row), ("axes fraction", "data"), bounds_of(one).strip("()")
            _beside(axes, times(one.last), side, (edge, 0), unit, ha="right", va="center_baseline")
            _beside(axes, bounds, side, (edge + 9, 0), unit, color=SOFT, va="center_baseline")
        else:
            place = axis.at(one.last) if one.known else axis.first
            wide = (axis.last - axis.first) * (figures + ROW_LABEL) / across
            if place < axis.one < place + wide:  # beyond the line, and not across it
                place = axis.one
            shift, colour = (9 if axis.is_log else 6, 0), INK if one.known else SOFT
            _beside(
                axes, times(one.last), (place, row), shift, "data", va="center_baseline",
                color=colour,
            )  # fmt: skip


def _row(axes: Axes, chart: Chart, one: Series, row: float, thick: float) -> None:
    axis, index = chart.axis, one.last
    style: dict[str, Any] = {"clip_on": False, "zorder": 3}
    colour = _COLOURS[0] if one.os in chart.coloured else _GREY
    low, high = one.bounds
    if one.known and not axis.is_log:
        paler = 0.65 if chart.interval else 0  # so that dot and whisker stand out on it
        fill = [paler + (1 - paler) * part for part in to_rgb(colour)]
        axes.barh(row, axis.at(index), thick, color=fill, zorder=2)
    if (one.known or low > 0) and not np.isnan(low) and axis.side(high) >= 0:
        ends = axis.at(low), axis.last if np.isnan(high) else axis.at(high)
        axes.plot(ends, (row, row), color=colour, linewidth=1.8, solid_capstyle="butt", zorder=3)
        for at, bound in zip(ends, (low, high), strict=True):
            mark, size = "<|>"[axis.side(bound) + 1], 5 if axis.side(bound) else 7
            axes.plot(at, row, mark, color=colour, markersize=size, markeredgewidth=1.5, **style)
    if one.known and (chart.interval or axis.is_log or axis.side(index)):
        mark = "<o>"[axis.side(index) + 1]
        axes.plot(axis.at(index), row, mark, color=colour, markersize=6, **style)


def draw_lines(
    axes: Axes, chart: Chart, panel: Panel, labelled: list[Series], across: float, height: float
) -> None:
    """A line for each OS, with its interval as a band, and the names of some at their ends.

    ``across`` and ``height`` are those of the axes, in inches.
    """
    axis, when = chart.axis, np.array(moments(chart.periods))
    room, inch = (when[-1] - when[0]) * 0.015, (axis.last - axis.first) / height
    axes.set_xlim(when[0] - room, when[-1] + room)
    axes.set_ylim(axis.first, axis.last)
    ticks = axis.ticks(max(4, int(2.4 * height)))
    clear = [tick for tick in ticks if abs(tick[0] - axis.one) > 0.16 * inch or tick[1] == "0"]
    axes.set_yticks(*zip(*clear, (axis.one, FAIR), strict=True))
    named = some(when.tolist(), max(2, int(across * 1.4)))
    axes.set_xticks(when[named], [chart.periods[i] for i in named])
    axes.tick_params("y", length=0, pad=6)
    axes.tick_params("x", length=3)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=_PALE, linewidth=0.8)
    axes.axhline(axis.one, color=INK, linewidth=0.9, zorder=1.5)
    if axis.is_log and axis.has_zero:
        _mark_rift(axes, (0, axis.rift), ("axes fraction", "data"))
    for one in reversed(panel.series):
        _line(axes, chart, one, when, min(4.5, max(1.5, 60 * across / len(when))))
    ends = [
        (when[one.known[-1]], axis.at(one.last)) if one.known else (when[-1], axis.first)
        for one in labelled
    ]
    labels = [label(chart, one) for one in labelled]
    sizes = [inch * high(text) for text in labels]
    places = spread([end for _, end in ends], sizes, axis.first, axis.last)
    for one, text, end, place in zip(labelled, labels, ends, places, strict=True):
        colour, _ = _look(chart, one)
        leader = {
            "arrowstyle": "-", "color": colour, "linewidth": 0.6, "relpos": (0, 0.5),
            "linestyle": ":", "shrinkA": 0, "shrinkB": 3,
        }  # fmt: skip
        axes.annotate(
            text, end, (1 + (LINE_LABEL - 0.02) / across, place), va="center",
            textcoords=("axes fraction", "data"), annotation_clip=False,
            color=colour if one.os in chart.coloured else SOFT,
            arrowprops=leader if one.known else None,
        )  # fmt: skip


def _look(chart: Chart, one: Series) -> tuple[str, str]:
    """The colour of a line and its marker."""
    number = chart.coloured.get(one.os)
    if number is None:
        return _GREY, "o"
    return _COLOURS[number % len(_COLOURS)], _MARKERS[number % len(_MARKERS)]


def _line(axes: Axes, chart: Chart, one: Series, when: Figures, size: float) -> None:
    axis, (colour, marker) = chart.axis, _look(chart, one)
    is_coloured = one.os in chart.coloured
    width, size, level = (1.6, size, 3.0) if is_coloured else (1.0, 0.6 * size, 2.0)
    at = np.array([np.nan if np.isnan(index) else axis.at(index) for index in one.index])
    for run in chart.runs(one):
        axes.plot(when[run], at[run], color=colour, linewidth=width, zorder=level)
        if chart.interval and is_coloured:
            low = [axis.at(bound) for bound in one.low[run]]
            top = [axis.last if np.isnan(bound) else axis.at(bound) for bound in one.high[run]]
            if len(run) == 1:  # which has no width for a band
                axes.vlines(when[run], low, top, color=colour, alpha=0.4, zorder=level)
            axes.fill_between(when[run], low, top, color=colour, alpha=0.13, linewidth=0)
    style: dict[str, Any] = {"markersize": size, "zorder": level, "clip_on": False}
    for side, mark in ((0, marker), (-1, "v"), (1, "^")):
        if those := [i for i in one.known if axis.side(one.index[i]) == side]:
            axes.plot(when[those], at[those], mark, color=colour, **style)


def _mark_rift(axes: Axes, at: tuple[float, float], unit: Any) -> None:
    """Two strokes on the axis, between the place for 0 and where the log scale begins."""
    axes.annotate(
        "//", at, xycoords=unit, ha="center", va="center", color=SOFT, annotation_clip=False,
        bbox={"color": "white", "pad": 0.6, "linewidth": 0},
    )  # fmt: skip


def _beside(
    axes: Axes, text: str, at: tuple[float, float], shift: tuple[float, float], unit: Any,
    **style: Any,
) -> None:  # fmt: skip
    """Text so many points beside a place."""
    axes.annotate(text, at, shift, xycoords=unit, textcoords="offset points", **style)
