"""A Chart in, a picture (SVG, PNG, PDF) out: fonts, sizes, titles, and the layout of panels."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
from matplotlib.figure import Figure

from spamindex.charts import marks, panels, quiet_matplotlib
from spamindex.charts.panels import Chart, Panel, Series
from spamindex.errors import Doubt, Remedy, SpamIndexError, counted

_MAX_ROWS = 250  # in all panels: more would not be readable, and each takes time

# All sizes are in inches. Text has a fixed size, and the rest adapts to it.
_PIXELS_PER_INCH = 96  # as in CSS
_WIDTH, _MIN_PLOT_WIDTH = 6.5, 2.6
_MARGIN = 0.14
_ROW_HEIGHT, _LINES_HEIGHT = 0.27, 3.2
_MIN_ROW_HEIGHT, _MIN_LINES_HEIGHT = 0.17, 1.4  # if the user gives a size
_TICK_LABELS, _PANEL_GAP = 0.26, 0.22  # below the axes of a panel
_MAX_LABELS = 15  # if a panel has more lines, grey ones have no label

_CJK = ("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK TC", "WenQuanYi Zen Hei")
_SETTINGS: Any = {
    # DejaVu comes with matplotlib, so sizes are the same on every machine. Verdana is as wide, for
    # readers of an SVG who lack DejaVu. The others have the characters that DejaVu lacks.
    "font.family": ["DejaVu Sans", "Verdana", *_CJK, "sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": marks.EDGE,
    "axes.axisbelow": True,
    "grid.color": marks.GRID,
    "text.color": marks.TEXT,
    "text.parse_math": False,  # a dollar sign in a name is no formula
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "ytick.major.pad": 7,
    "xtick.color": marks.EDGE,
    "ytick.color": marks.EDGE,
    "xtick.labelcolor": marks.TEXT,
    "ytick.labelcolor": marks.TEXT,
    "svg.fonttype": "none",  # so that text can be searched, translated and read aloud
    "svg.hashsalt": "spamindex",  # or the ids in an SVG are random
}
_METADATA: Mapping[str, dict[str, None]] = {
    "svg": dict.fromkeys(("Date", "Creator", "Format", "Type")),
    "pdf": {"CreationDate": None},
    "png": {},
}


class Picture(Figure):
    """A figure that ignores the user's matplotlib settings and displays itself in a notebook."""

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save the figure; see ``Figure.savefig``."""
        with _settings():
            super().savefig(fname, **options)

    def _repr_png_(self) -> bytes:
        image = io.BytesIO()
        self.savefig(image, format="png", dpi=2 * _PIXELS_PER_INCH)
        return image.getvalue()


def draw_figure(chart: Chart, size: tuple[int, int] | None = None) -> Picture:
    """Draw a chart as a matplotlib figure; see ``spamindex.chart``."""
    if (rows := len(chart.series)) > _MAX_ROWS:
        raise SpamIndexError(
            f"{rows} rows are too many for one picture, which holds {_MAX_ROWS}",
            settles=[Remedy("top", "20", "ranks the highest")],
        )
    with _settings():
        picture = Picture(dpi=_PIXELS_PER_INCH)
        _Layout(picture, chart, size).draw()
    return picture


def draw_image(
    chart: Chart, file_format: str, size: tuple[int, int] | None = None
) -> tuple[bytes, list[Doubt]]:
    """Draw a chart as a file: svg, png or pdf. The same chart gives the same bytes.

    ``size`` is in pixels, as for ``spamindex.chart``. The doubts name characters without a font.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        picture = draw_figure(chart, size)
        file = io.BytesIO()
        # Without a size, twice the pixels look best on a screen.
        dpi = _PIXELS_PER_INCH if size else 2 * _PIXELS_PER_INCH
        picture.savefig(file, format=file_format, dpi=dpi, metadata=_METADATA[file_format])
    if file_format == "svg":  # its characters are drawn by the viewer, with the viewer's fonts
        return _add_description(file.getvalue(), chart), []
    if any("missing from font" in str(warning.message) for warning in caught):
        return file.getvalue(), [Doubt("no font of this machine has all characters of the names")]
    return file.getvalue(), []


def _add_description(svg: bytes, chart: Chart) -> bytes:
    """Add a title and a description for screen readers to an SVG."""
    title, description = escape(chart.title or chart.subject), escape(chart.describe())
    elements = f"\n <title>{title}</title>\n <desc>{description}</desc>"
    before, tag, after = svg.partition(b"<svg ")
    attributes, bracket, content = after.partition(b">")
    return b"".join([before, tag, b'role="img" ', attributes, bracket, elements.encode(), content])


@contextmanager
def _settings() -> Iterator[None]:
    """Apply our matplotlib settings, and restore the user's afterwards."""
    with quiet_matplotlib(), matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


class _Layout:
    """The layout of a figure: panels of equal width below each other, with text around them."""

    def __init__(self, figure: Figure, chart: Chart, size: tuple[int, int] | None) -> None:
        self.figure, self.chart = figure, chart
        indexes = [panels.format_index(series.last_index) for series in chart.series]
        self.index_width = self._text_width(indexes)
        self.left, self.right = self._side_widths()
        fixed_width = self.left + self.right
        self.width, height = max(_WIDTH, fixed_width + _MIN_PLOT_WIDTH), None
        row_height, lines_height = _ROW_HEIGHT, _LINES_HEIGHT
        if size is not None:
            self.width, height = (pixels / _PIXELS_PER_INCH for pixels in size)
            row_height, lines_height = _MIN_ROW_HEIGHT, _MIN_LINES_HEIGHT
        self.heading = self._heading()
        self.source = self._wrap(f"Source: {chart.source}", 8) if chart.source else ""
        fixed_height = 2 * _MARGIN + _PANEL_GAP * (len(chart.panels) - 1)
        fixed_height += sum(height for *_, height in self.heading)
        fixed_height += sum(self._top_height(panel) + _TICK_LABELS for panel in chart.panels)
        if self.source:
            fixed_height += 0.08 + marks.text_height(self.source)
        heights = [self._plot_heights(panel, row_height, lines_height) for panel in chart.panels]
        min_height = fixed_height + sum(map(sum, heights))
        self.height = min_height if height is None else height
        min_width = fixed_width + _MIN_PLOT_WIDTH / 2
        if self.width < min_width or self.height < min_height:
            enough = _in_pixels(max(self.width, min_width), max(self.height, min_height))
            asked = _in_pixels(self.width, self.height)
            raise SpamIndexError(
                f"the chart does not fit into {asked} pixels; {enough} is enough for it"
            )
        stretch = (self.height - fixed_height) / (min_height - fixed_height)
        self.heights = [[height * stretch for height in panel] for panel in heights]
        figure.set_size_inches(self.width, self.height)

    def draw(self) -> None:
        """Draw the figure from top to bottom."""
        top, width = self.height - _MARGIN, self.width - self.left - self.right
        for text, style, height in self.heading:
            self._write(text, top, va="top", **style)
            top -= height
        for panel, heights in zip(self.chart.panels, self.heights, strict=True):
            title, height = self._wrap(panel.title, 11), sum(heights)
            self._write(title, top, va="top", fontsize=10, weight="bold")
            top -= self._top_height(panel) + height
            x, y = self.left / self.width, top / self.height
            axes = self.figure.add_axes((x, y, width / self.width, height / self.height))
            if self.chart.over_time:
                marks.draw_lines(axes, self.chart, panel, self._labelled(panel), width, height)
            else:
                marks.draw_rows(axes, self.chart, panel, heights, width, self.index_width)
            top -= _TICK_LABELS + _PANEL_GAP
        self._write(self.source, _MARGIN, va="bottom", color=marks.LIGHT_TEXT, fontsize=8)

    def _write(self, text: str, y: float, **style: Any) -> None:
        self.figure.text(_MARGIN / self.width, y / self.height, text, **style)

    def _heading(self) -> list[tuple[str, dict[str, Any], float]]:
        """The title and the subtitle, each with its style and height."""
        chart = self.chart
        details = panels.FORMULA + (", log scale" if chart.axis.is_log else "")
        if chart.over_time:
            details += f"; bands: {chart.interval}" if chart.interval else ""
            if grey := {series.os for series in chart.series} - chart.colours.keys():
                details += f"; in grey: {counted(len(grey), 'other')}"
        title = self._wrap(chart.title or chart.subject, 12)
        subtitle = self._wrap(f"{chart.subject}: {details}" if chart.title else details, 9)
        title_style = {"fontsize": 12, "weight": "bold"}
        return [
            (title, title_style, 0.06 + 1.2 * marks.text_height(title)),
            (subtitle, {"color": marks.LIGHT_TEXT}, 0.08 + marks.text_height(subtitle)),
        ]

    def _wrap(self, text: str, font_size: float) -> str:
        """Wrap a text to the width of the figure."""
        character = 0.0083 * font_size  # inches
        return panels.wrap(text, max(10, int((self.width - 2 * _MARGIN) / character)))

    def _top_height(self, panel: Panel) -> float:
        """The height above the axes of a panel: for its title and the labels above the rows."""
        return 0.08 + (0.2 if panel.title else 0) + (0 if self.chart.over_time else 0.2)

    def _side_widths(self) -> tuple[float, float]:
        """The widths left and right of the axes."""
        chart = self.chart
        if chart.over_time:
            ticks = [text for _, text in chart.axis.ticks(8)]
            left = self._text_width([panels.FAIR_SHARE, *ticks])
            labelled = [series for panel in chart.panels for series in self._labelled(panel)]
            labels = [marks.line_label(chart, series) for series in labelled]
            right = self._text_width(labels) + marks.LINE_LABEL_GAP
        else:
            left = self._text_width(list(map(marks.row_label, chart.series)))
            right = self.index_width + marks.ROW_LABEL_GAP
            if chart.interval:
                intervals = [panels.format_interval(series) for series in chart.series]
                right += self._text_width([chart.interval_heading, *intervals])
                right += marks.ROW_LABEL_GAP
        return _MARGIN + left + 0.12, right + _MARGIN

    def _labelled(self, panel: Panel) -> list[Series]:
        """The lines with a label at their end: all, or only the coloured ones of many."""
        if len(panel.series) <= _MAX_LABELS:
            return panel.series
        return [series for series in panel.series if series.os in self.chart.colours]

    def _plot_heights(self, panel: Panel, row_height: float, lines_height: float) -> list[float]:
        """The least heights of the rows of a panel; a panel with lines counts as one row."""
        if self.chart.over_time:
            labels = [marks.line_label(self.chart, series) for series in self._labelled(panel)]
            return [max(lines_height, 1.05 * sum(map(marks.text_height, labels)))]
        padding = row_height - marks.text_height("")
        return [padding + marks.text_height(marks.row_label(series)) for series in panel.series]

    def _text_width(self, texts: list[str]) -> float:
        """The width of the widest text in inches."""
        probe = self.figure.text(0, 0, "")
        widths = [0.0]
        for text in set(texts):
            probe.set_text(text)
            widths.append(probe.get_window_extent().width / _PIXELS_PER_INCH)
        probe.remove()
        return max(widths)


def _in_pixels(width: float, height: float) -> str:
    sides = [math.ceil(side * _PIXELS_PER_INCH - 1e-6) for side in (width, height)]
    return f"{sides[0]}x{sides[1]}"
