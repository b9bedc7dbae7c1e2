"""A Chart in, text for the terminal out: bars, dots, intervals and lines as characters."""

from __future__ import annotations

import string

import numpy as np

from spamindex.charts import panels
from spamindex.charts.axis import Axis, choose_period_ticks, time_positions
from spamindex.charts.panels import FAIR_SHARE, Chart, Panel, Series, display_width
from spamindex.errors import counted

_PLOT_HEIGHT = 18  # rows of a panel with lines
_MIN_WIDTH = 40  # the axis needs this many columns
_MAX_WIDTH = 1000  # a larger COLUMNS is taken for a mistake
_MIN_PLOT_WIDTH = 26  # below it the intervals are not printed
_LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits
_NO_LETTER_LEFT = "•"
_EIGHTHS = ("", *"▏▎▍▌▋▊▉")


def draw(chart: Chart, width: int) -> str:
    """Draw a chart as text of ``width`` columns, limited to 40 to 1,000."""
    width = min(max(width, _MIN_WIDTH), _MAX_WIDTH)
    formula = panels.FORMULA + (" (log scale)" if chart.axis.is_log else "")
    if chart.interval and not chart.over_time:
        formula += f", ├─┤ {chart.interval}"
    blocks = [panels.wrap(chart.title, width)] if chart.title else []
    blocks.append(f"{panels.wrap(chart.subject, width)}\n{panels.wrap(formula, width)}")
    for panel in chart.panels:
        if panel.title:
            blocks.append(panel.title)
        blocks.append((_draw_lines if chart.over_time else _draw_rows)(chart, panel, width))
    if chart.source:
        blocks.append(panels.wrap(f"Source: {chart.source}", width))
    return "\n\n".join(blocks) + "\n"


class _Canvas:
    """A grid of characters; later ones overwrite earlier ones."""

    def __init__(self, width: int, height: int) -> None:
        self._cells = [[" "] * width for _ in range(height)]

    def put(self, row: int, column: int, text: str) -> None:
        for i, character in enumerate(text, start=column):
            if 0 <= i < len(self._cells[row]):
                self._cells[row][i] = character

    def rows(self) -> list[str]:
        return ["".join(cells) for cells in self._cells]


def _to_cell(axis: Axis, position: float, size: int) -> int:
    """The row or column, of ``size``, for a position on the axis."""
    return round((position - axis.lower) / (axis.upper - axis.lower) * (size - 1))


def _draw_rows(chart: Chart, panel: Panel, width: int) -> str:
    """A row for each OS: its name, a bar or a dot with its interval, and its index."""
    names = [panels.truncate(series.os, width // 3) for series in panel.series]
    figures = [panels.format_index(series.last_index) for series in panel.series]
    intervals = [panels.format_interval(s) if chart.interval else "" for s in panel.series]
    name_width, figure_width = max(map(display_width, names)), max(map(len, figures))
    plot_width = width - name_width - figure_width - 3
    interval_width = 1 + max(map(len, intervals))
    if plot_width - interval_width < _MIN_PLOT_WIDTH:
        intervals = [""] * len(intervals)
    elif chart.interval:
        plot_width -= interval_width
    canvas = _Canvas(plot_width, len(names))
    for row, series in enumerate(panel.series):
        canvas.put(row, _to_cell(chart.axis, chart.axis.fair_share, plot_width), "┊")
        _draw_index(canvas, row, chart, series, plot_width)
    lines = []
    for name, plot, figure, interval in zip(names, canvas.rows(), figures, intervals, strict=True):
        padding = " " * (name_width - display_width(name))
        lines.append(f"{padding}{name} {plot}  {figure:>{figure_width}} {interval}")
    lines += [f"{' ' * name_width} {line}" for line in _axis_rows(chart.axis, plot_width)]
    return "\n".join(map(str.rstrip, lines))


def _draw_index(canvas: _Canvas, row: int, chart: Chart, series: Series, width: int) -> None:
    """A bar, or dots and an interval, or a dot alone on a log scale; arrows off the scale."""
    axis, index = chart.axis, series.last_index
    low, high = series.last_bounds
    column = _to_cell(axis, axis.position(index), width) if series.valid else 0
    if series.valid and not axis.is_log:
        eighths = min(round(axis.position(index) / axis.upper * (width - 1) * 8), width * 8)
        bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8]
        canvas.put(row, 0, "·" * column if chart.interval else bar)
    if chart.interval and low >= 0 and (series.valid or low > 0):
        start = _to_cell(axis, axis.position(low), width)
        end = width - 1 if np.isnan(high) else _to_cell(axis, axis.position(high), width)
        if end > start:
            left_end, right_end = "◂├▸"[axis.overflow(low) + 1], "◂┤▸"[axis.overflow(high) + 1]
            canvas.put(row, start, left_end + "─" * (end - start - 1) + right_end)
    if series.valid and (chart.interval or axis.is_log or axis.overflow(index)):
        canvas.put(row, column, "◂●▸"[axis.overflow(index) + 1])


def _axis_rows(axis: Axis, width: int) -> list[str]:
    """The axis, its numbers, and a label for the fair share."""
    canvas = _Canvas(width, 3)
    canvas.put(0, 0, "└" + "─" * (width - 1))
    if axis.break_position is not None:
        canvas.put(0, _to_cell(axis, axis.break_position, width), "//")
    free_from = 0
    for position, text in axis.ticks(max(2, width // 7)):
        column = _to_cell(axis, position, width)
        start = min(max(column - len(text) // 2, 0), width - len(text))
        if start >= free_from:
            canvas.put(0, column, "┴" if column else "└")
            canvas.put(1, start, text)
            free_from = start + len(text) + 1
    column = _to_cell(axis, axis.fair_share, width)
    canvas.put(0, column, "┼")
    canvas.put(2, min(column, width - len(FAIR_SHARE)), FAIR_SHARE)
    return canvas.rows()


def _draw_lines(chart: Chart, panel: Panel, width: int) -> str:
    """A letter for each OS in each period, joined by dots, and a legend of the letters."""
    axis, times = chart.axis, time_positions(chart.periods)
    tick_labels = {_line_row(axis, position): text for position, text in axis.ticks(6)}
    tick_labels[_line_row(axis, axis.fair_share)] = FAIR_SHARE
    label_width = max(map(len, tick_labels.values()))
    plot_width = width - label_width - 2
    relative_times = [(time - times[0]) / (times[-1] - times[0]) for time in times]
    period_columns = [round(time * (plot_width - 1)) for time in relative_times]
    canvas = _Canvas(plot_width, _PLOT_HEIGHT)
    canvas.put(_line_row(axis, axis.fair_share), 0, "┈" * plot_width)
    for series in reversed(panel.series):  # so that the highest is on top
        rows = {i: _line_row(axis, axis.position(series.index[i])) for i in series.valid}
        for segment in chart.segments(series):
            columns = range(period_columns[segment[0]], period_columns[segment[-1]] + 1)
            points = [period_columns[i] for i in segment], [rows[i] for i in segment]
            for column, height in zip(columns, np.interp(columns, *points), strict=True):
                canvas.put(round(height), column, "·")
        for i in series.valid:
            canvas.put(rows[i], period_columns[i], _letter(chart, series))
    margins = [" " * label_width + " │"] * _PLOT_HEIGHT
    for row, text in tick_labels.items():
        margins[row] = f"{text:>{label_width}} ┤"
    if axis.break_position is not None:
        margins[_line_row(axis, axis.break_position)] = " " * label_width + " /"
    time_axis = _Canvas(plot_width, 2)
    time_axis.put(0, 0, "─" * plot_width)
    for i in choose_period_ticks(times, max(2, plot_width // 12)):
        label, column = chart.periods[i], period_columns[i]
        time_axis.put(0, column, "┴")
        start = min(column - len(label) // 2, plot_width - len(label))
        time_axis.put(1, max(0, start), label)
    margins += [" " * label_width + corner for corner in (" └", "  ")]
    plot_rows = canvas.rows() + time_axis.rows()
    lines = [(left + row).rstrip() for left, row in zip(margins, plot_rows, strict=True)]
    return "\n".join([*lines, _legend(chart, panel, width)])


def _line_row(axis: Axis, position: float) -> int:
    return _PLOT_HEIGHT - 1 - _to_cell(axis, position, _PLOT_HEIGHT)


def _letter(chart: Chart, series: Series) -> str:
    number = chart.colours.get(series.os)
    if number is None:
        return "·"
    return _LETTERS[number] if number < len(_LETTERS) else _NO_LETTER_LEFT


def _legend(chart: Chart, panel: Panel, width: int) -> str:
    """The letter, name and latest index of each OS, in columns."""
    entries = []
    for series in panel.series:
        if series.os in chart.colours:
            name = panels.truncate(series.os, width // 2)
            index = panels.format_index(series.last_index) + chart.period_suffix(series)
            entries.append(f"{_letter(chart, series)} {name} {index}")
    if others := len(panel.series) - len(entries):
        entries.append(f"· {counted(others, 'other')}")
    column_width = max(map(display_width, entries)) + 2
    per_row = max(1, width // column_width)
    padded = [entry + " " * (column_width - display_width(entry)) for entry in entries]
    rows = ("".join(padded[i : i + per_row]) for i in range(0, len(padded), per_row))
    return "\n".join(map(str.rstrip, rows))
