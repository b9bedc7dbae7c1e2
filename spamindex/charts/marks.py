"""A panel in, its matplotlib marks out: bars, dots, lines, intervals, labels; the palette."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from spamindex.charts import panels
from spamindex.charts.axis import Axis, Figures, choose_period_ticks, spread_labels, time_positions
from spamindex.charts.panels import Chart, Panel, Series, format_index, format_interval, wrap

# Colours that colour-blind people can tell apart (Okabe and Ito 2008). Their yellow is too pale on
# white, so it is olive here; wine is the eighth. The markers differ in grey print, too.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#8A7A00", "#882255")
_MARKERS = "osDXPph"  # no triangles: they are the arrows of values off the scale
_GREY = "#B4B4B4"
TEXT, LIGHT_TEXT, EDGE, GRID = "#222222", "#666666", "#999999", "#E4E4E4"

ROW_LABEL_GAP, LINE_LABEL_GAP = 0.12, 0.26  # inches between the axes and their labels
_POINTS_PER_INCH = 72
_TEXT_LINE = 0.165  # inches
_NAME_WIDTH = 34  # characters
_HALF_FAIR_SHARE_WIDTH = 0.4  # inches of the text above the line at 1


def row_label(series: Series) -> str:
    """The name of a row, wrapped."""
    return wrap(series.os, _NAME_WIDTH)


def line_label(chart: Chart, series: Series) -> str:
    """The name of a line over time and its latest index, wrapped."""
    index = format_index(series.last_index) + chart.period_suffix(series)
    return wrap(f"{series.os}  {index}", _NAME_WIDTH)


def text_height(text: str) -> float:
    """The height of a text in inches."""
    return _TEXT_LINE * (1 + text.count("\n"))


def draw_rows(
    axes: Axes, chart: Chart, panel: Panel, heights: list[float], width: float, index_width: float
) -> None:
    """Draw a row for each OS, the highest on top: a bar or a dot, its interval, and its figures.

    In inches: ``heights`` of the rows, ``width`` of the axes, ``index_width`` of the widest index.
    """
    axis, small = chart.axis, {"va": "bottom", "color": LIGHT_TEXT, "fontsize": 8}
    rows = [end - size / 2 for end, size in zip(accumulate(heights), heights, strict=True)]
    axes.set_xlim(axis.lower, axis.upper)
    axes.set_ylim(sum(heights), 0)
    axes.set_xticks(*zip(*axis.ticks(max(2, min(8, int(width * 2)))), strict=True))
    axes.set_yticks(rows, list(map(row_label, panel.series)))
    if axis.is_log:
        axes.hlines(rows, axis.lower, axis.upper, color=GRID, linewidth=0.8, zorder=0)
    else:
        axes.grid(axis="x")
    axes.axvline(axis.fair_share, color=TEXT, linewidth=0.9, zorder=2.5)
    per_unit = width / (axis.upper - axis.lower)  # inches
    # A centred label would be cut off if the line is near the left edge.
    is_clear = per_unit * (axis.fair_share - axis.lower) > _HALF_FAIR_SHARE_WIDTH
    ha, unit = "center" if is_clear else "left", ("data", "axes fraction")
    _annotate(axes, panels.FAIR_SHARE, (axis.fair_share, 1), (0, 3), unit, ha=ha, **small)
    if axis.break_position is not None:
        _mark_break(axes, (axis.break_position, 0), unit)
    index_end = _POINTS_PER_INCH * (ROW_LABEL_GAP + index_width)
    if chart.interval:
        _annotate(axes, "Index", (1, 1), (index_end, 3), "axes fraction", ha="right", **small)
        _annotate(
            axes, chart.interval_heading, (1, 1), (index_end + 9, 3), "axes fraction", **small
        )
    for row, height, series in zip(rows, heights, panel.series, strict=True):
        _draw_row(axes, chart, series, row, min(0.62 * height, 0.2))
        index, style = format_index(series.last_index), {"va": "center_baseline"}
        if chart.interval:
            point, unit = (1, row), ("axes fraction", "data")
            interval = format_interval(series).strip("()")
            _annotate(axes, index, point, (index_end, 0), unit, ha="right", **style)
            _annotate(axes, interval, point, (index_end + 9, 0), unit, color=LIGHT_TEXT, **style)
            continue
        position = axis.position(series.last_index) if series.valid else axis.lower
        if position < axis.fair_share < position + (index_width + ROW_LABEL_GAP) / per_unit:
            position = axis.fair_share  # else the line at 1 would cross the text
        colour = TEXT if series.valid else LIGHT_TEXT
        offset = (9 if axis.is_log else 6, 0)
        _annotate(axes, index, (position, row), offset, "data", color=colour, **style)


def _draw_row(axes: Axes, chart: Chart, series: Series, row: float, thickness: float) -> None:
    axis, index = chart.axis, series.last_index
    low, high = series.last_bounds
    colour = _COLOURS[0] if series.os in chart.colours else _GREY
    style: dict[str, Any] = {"color": colour, "clip_on": False, "zorder": 3}
    if series.valid and not axis.is_log:
        fade = 0.65 if chart.interval else 0  # so that dot and whisker stand out on the bar
        fill = [fade + (1 - fade) * channel for channel in to_rgb(colour)]
        axes.barh(row, axis.position(index), thickness, color=fill, zorder=2)
    if low >= 0 and (series.valid or low > 0) and axis.overflow(high) >= 0:
        ends = axis.position(low), _position_or_upper(axis, high)
        axes.plot(ends, (row, row), color=colour, linewidth=1.8, solid_capstyle="butt", zorder=3)
        for end, bound in zip(ends, (low, high), strict=True):
            overflow = axis.overflow(bound)
            size = 5 if overflow else 7
            axes.plot(end, row, "<|>"[overflow + 1], markersize=size, markeredgewidth=1.5, **style)
    if series.valid and (chart.interval or axis.is_log or axis.overflow(index)):
        axes.plot(axis.position(index), row, "<o>"[axis.overflow(index) + 1], markersize=6, **style)


def draw_lines(
    axes: Axes, chart: Chart, panel: Panel, labelled: list[Series], width: float, height: float
) -> None:
    """Draw a line for each OS with its interval as a band; ``labelled`` ones get their names.

    ``width`` and ``height`` of the axes are in inches.
    """
    axis, times = chart.axis, np.array(time_positions(chart.periods))
    margin, inch = (times[-1] - times[0]) * 0.015, (axis.upper - axis.lower) / height
    axes.set_xlim(times[0] - margin, times[-1] + margin)
    axes.set_ylim(axis.lower, axis.upper)
    ticks = []
    for position, text in axis.ticks(max(4, int(2.4 * height))):
        if abs(position - axis.fair_share) > 0.16 * inch or text == "0":
            ticks.append((position, text))
    ticks.append((axis.fair_share, panels.FAIR_SHARE))
    axes.set_yticks(*zip(*ticks, strict=True))
    period_ticks = choose_period_ticks(times.tolist(), max(2, int(width * 1.4)))
    axes.set_xticks(times[period_ticks], [chart.periods[i] for i in period_ticks])
    axes.grid(axis="y")
    axes.axhline(axis.fair_share, color=TEXT, linewidth=0.9, zorder=1.5)
    if axis.break_position is not None:
        _mark_break(axes, (0, axis.break_position), ("axes fraction", "data"))
    for series in reversed(panel.series):  # so that the highest is on top
        _draw_line(axes, chart, series, times, min(4.5, max(1.5, 60 * width / len(times))))
    ends = [
        (times[series.valid[-1]], axis.position(series.last_index))
        if series.valid
        else (times[-1], axis.lower)
        for series in labelled
    ]
    labels = [line_label(chart, series) for series in labelled]
    label_heights = [inch * text_height(label) for label in labels]
    positions = spread_labels([y for _, y in ends], label_heights, axis.lower, axis.upper)
    for series, label, end, position in zip(labelled, labels, ends, positions, strict=True):
        colour, _ = _line_style(chart, series)
        leader = {
            "arrowstyle": "-", "color": colour, "linewidth": 0.6, "relpos": (0, 0.5),
            "linestyle": ":", "shrinkA": 0, "shrinkB": 3,
        }  # fmt: skip
        axes.annotate(
            label, end, (1 + (LINE_LABEL_GAP - 0.02) / width, position), va="center",
            textcoords=("axes fraction", "data"), annotation_clip=False,
            color=colour if series.os in chart.colours else LIGHT_TEXT,
            arrowprops=leader if series.valid else None,
        )  # fmt: skip


def _line_style(chart: Chart, series: Series) -> tuple[str, str]:
    """The colour of a line and its marker."""
    number = chart.colours.get(series.os)
    if number is None:
        return _GREY, "o"
    return _COLOURS[number % len(_COLOURS)], _MARKERS[number % len(_MARKERS)]


def _draw_line(axes: Axes, chart: Chart, series: Series, times: Figures, size: float) -> None:
    axis, (colour, marker) = chart.axis, _line_style(chart, series)
    is_coloured = series.os in chart.colours
    width, size, zorder = (1.6, size, 3.0) if is_coloured else (1.0, 0.6 * size, 2.0)
    style: dict[str, Any] = {"color": colour, "zorder": zorder}
    positions = np.array([_position_or_upper(axis, index) for index in series.index])
    for segment in chart.segments(series):
        axes.plot(times[segment], positions[segment], linewidth=width, **style)
        if chart.interval and is_coloured:
            low = [axis.position(bound) for bound in series.low[segment]]
            high = [_position_or_upper(axis, bound) for bound in series.high[segment]]
            if len(segment) == 1:  # a band over one period has no width
                axes.vlines(times[segment], low, high, alpha=0.4, **style)
            axes.fill_between(times[segment], low, high, color=colour, alpha=0.13, linewidth=0)
    for overflow, symbol in ((0, marker), (-1, "v"), (1, "^")):
        if points := [i for i in series.valid if axis.overflow(series.index[i]) == overflow]:
            x, y = times[points], positions[points]
            axes.plot(x, y, symbol, markersize=size, clip_on=False, **style)


def _position_or_upper(axis: Axis, index: float) -> float:
    """The position on the axis, at its end if the index or bound is NaN."""
    return axis.upper if np.isnan(index) else axis.position(index)


def _mark_break(axes: Axes, point: tuple[float, float], unit: Any) -> None:
    """Two strokes across the axis between 0 and the start of the log scale."""
    axes.annotate(
        "//", point, xycoords=unit, ha="center", va="center", color=LIGHT_TEXT,
        annotation_clip=False, bbox={"color": "white", "pad": 0.6, "linewidth": 0},
    )  # fmt: skip


def _annotate(
    axes: Axes, text: str, point: tuple[float, float], offset: tuple[float, float], unit: Any,
    **style: Any,
) -> None:  # fmt: skip
    """Write text at an offset, in points, from a point."""
    axes.annotate(text, point, offset, xycoords=unit, textcoords="offset points", **style)
