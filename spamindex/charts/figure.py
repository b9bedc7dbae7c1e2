"""A Chart in, a picture (SVG, PNG, PDF) out: sizes, fonts, titles, where panels stand."""

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

from spamindex.charts import marks, quietly
from spamindex.charts.panels import FAIR, QUOTIENT, Chart, Panel, Series, bounds_of, times, wrapped
from spamindex.errors import Doubt, Remedy, SpamIndexError, counted

_MOST = 250  # systems in all panels: more than a page or two, and each takes its time

# All in inches: text has a size, and what is around it gives way.
_PIXELS = 96  # in an inch, as CSS has it
_WIDTH, _PLOT = 6.5, 2.6  # of a figure, and at least of its axes
_MARGIN = 0.14
_ROW, _LINES_HIGH = 0.27, 3.2  # of a panel with lines over time
_LEAST_ROW, _LEAST_LINES_HIGH = 0.17, 1.4  # where a size is asked for
_TICKS, _BETWEEN = 0.26, 0.22  # under the axes of a panel
_LABELS = 15  # lines with a name at their end; where more are grey, the grey ones have none

_CJK = ("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK TC", "WenQuanYi Zen Hei")
_SETTINGS: Any = {
    # The first comes with matplotlib, so sizes are the same on every machine; Verdana, which is as
    # wide, is for who looks at an SVG without it; the others have what it lacks.
    "font.family": ["DejaVu Sans", "Verdana", *_CJK, "sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": marks.FAINT,
    "text.color": marks.INK,
    "text.parse_math": False,  # a dollar sign in a name is one
    "xtick.color": marks.FAINT,
    "ytick.color": marks.FAINT,
    "xtick.labelcolor": marks.INK,
    "ytick.labelcolor": marks.INK,
    "svg.fonttype": "none",  # text stays text, that can be searched, read aloud and translated
    "svg.hashsalt": "spamindex",  # or the ids in an SVG are random
}
_METADATA: Mapping[str, dict[str, None]] = {
    "svg": dict.fromkeys(("Date", "Creator", "Format", "Type")),
    "pdf": {"CreationDate": None},
    "png": {},
}


class Picture(Figure):
    """A figure that looks the same whatever the user's own settings, and shows in a notebook."""

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save it as ``Figure.savefig`` does."""
        with _settings():
            super().savefig(fname, **options)

    def _repr_png_(self) -> bytes:
        image = io.BytesIO()
        self.savefig(image, format="png", dpi=2 * _PIXELS)
        return image.getvalue()


def figure(chart: Chart, size: tuple[int, int] | None = None) -> Picture:
    """Draw a chart; see ``spamindex.chart``."""
    if (systems := sum(len(panel.series) for panel in chart.panels)) > _MOST:
        raise SpamIndexError(
            f"{systems} rows are too many for one picture, which holds {_MOST}",
            settles=[Remedy("top", "20", "ranks the highest")],
        )
    with _settings():
        picture = Picture(dpi=_PIXELS)
        _Layout(picture, chart, size).draw()
    return picture


def image(
    chart: Chart, kind: str, size: tuple[int, int] | None = None
) -> tuple[bytes, list[Doubt]]:
    """Draw a chart as an image file, svg, png or pdf: the same bytes for the same chart.

    ``size`` is as for ``spamindex.chart``. The doubts are about characters that no font has.
    """
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        drawn = figure(chart, size)
        written = io.BytesIO()
        # A size is one in pixels; where none is asked for, a screen with twice as many looks best.
        dpi = _PIXELS if size else 2 * _PIXELS
        drawn.savefig(written, format=kind, dpi=dpi, metadata=_METADATA[kind])
    if kind == "svg":  # whose characters are drawn where it is looked at
        return _with_words(written.getvalue(), chart), []
    lacking = any("missing from font" in str(warning.message) for warning in said)
    doubts = [Doubt("no font of this machine has all characters of the names")] if lacking else []
    return written.getvalue(), doubts


def _with_words(svg: bytes, chart: Chart) -> bytes:
    """An SVG with what a screen reader says of it."""
    start = svg.index(b">", svg.index(b"<svg")) + 1
    title, description = escape(chart.title or chart.subject), escape(chart.described())
    words = f"\n <title>{title}</title>\n <desc>{description}</desc>"
    head = svg[:start].replace(b"<svg ", b'<svg role="img" ')
    return head + words.encode() + svg[start:]


@contextmanager
def _settings() -> Iterator[None]:
    """Our settings, and those of the user after them."""
    with quietly(), matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


class _Layout:
    """Where the parts of a figure stand: panels below each other, all of one width, text around."""

    def __init__(self, figure: Figure, chart: Chart, size: tuple[int, int] | None) -> None:
        self.figure, self.chart = figure, chart
        self.figures = self._widest([times(one.last) for p in chart.panels for one in p.series])
        self.left, self.right = self._sides()
        self.width = size[0] / _PIXELS if size else max(_WIDTH, self.left + _PLOT + self.right)
        self.head = self._head()
        self.source = self._wrapped(f"Source: {chart.source}", 8) if chart.source else ""
        around = sum(self._above(panel) + _TICKS for panel in chart.panels)
        around += 2 * _MARGIN + (0.08 + marks.high(self.source) if self.source else 0)
        around += sum(room for *_, room in self.head) + _BETWEEN * (len(chart.panels) - 1)
        least = (_ROW, _LINES_HIGH) if size is None else (_LEAST_ROW, _LEAST_LINES_HIGH)
        heights = [self._heights(panel, *least) for panel in chart.panels]
        needed = around + sum(map(sum, heights))
        self.height = size[1] / _PIXELS if size else needed
        least_width = self.left + _PLOT / 2 + self.right
        if self.width < least_width or self.height < needed:
            enough = max(self.width, least_width), max(self.height, needed)
            asked, fits = (
                "x".join(str(math.ceil(side * _PIXELS - 1e-6)) for side in sides)
                for sides in ((self.width, self.height), enough)
            )
            raise SpamIndexError(
                f"the chart does not fit into {asked} pixels; {fits} is enough for it"
            )
        stretched = (self.height - around) / (needed - around)
        self.heights = [[height * stretched for height in panel] for panel in heights]
        figure.set_size_inches(self.width, self.height)

    def draw(self) -> None:
        """Draw everything, from the top down."""
        top, across = self.height - _MARGIN, self.width - self.left - self.right
        for text, style, room in self.head:
            self._write(text, top, va="top", **style)
            top -= room
        for panel, heights in zip(self.chart.panels, self.heights, strict=True):
            title, height = self._wrapped(panel.title, 11), sum(heights)
            self._write(title, top, va="top", fontsize=10, weight="bold")
            top -= self._above(panel) + height
            x, wide = self.left / self.width, across / self.width
            axes = self.figure.add_axes((x, top / self.height, wide, height / self.height))
            if self.chart.over_time:
                marks.draw_lines(axes, self.chart, panel, self._labelled(panel), across, height)
            else:
                marks.draw_rows(axes, self.chart, panel, heights, across, self.figures)
            top -= _TICKS + _BETWEEN
        self._write(self.source, _MARGIN, va="bottom", color=marks.SOFT, fontsize=8)

    def _write(self, text: str, height: float, **style: Any) -> None:
        self.figure.text(_MARGIN / self.width, height / self.height, text, **style)

    def _head(self) -> list[tuple[str, dict[str, Any], float]]:
        """The lines above the panels, what they look like, and their heights."""
        chart = self.chart
        what = QUOTIENT + (", log scale" if chart.axis.is_log else "")
        if chart.over_time:
            what += f"; bands: {chart.interval}" if chart.interval else ""
            if chart.grey:
                what += f"; in grey: {counted(chart.grey, 'other')}"
        main = self._wrapped(chart.title or chart.subject, 12)
        below = self._wrapped(f"{chart.subject}: {what}" if chart.title else what, 9)
        large = {"fontsize": 12, "weight": "bold"}
        return [
            (main, large, 0.06 + 1.2 * marks.high(main)),
            (below, {"color": marks.SOFT}, 0.08 + marks.high(below)),
        ]

    def _wrapped(self, text: str, size: float) -> str:
        """Text of so many points in lines that fit into the figure."""
        return wrapped(text, max(10, int((self.width - 2 * _MARGIN) / (0.0083 * size))))

    def _above(self, panel: Panel) -> float:
        """The room over the axes of a panel: for its title, and what stands over the rows."""
        return 0.08 + 0.2 * bool(panel.title) + (0 if self.chart.over_time else 0.2)

    def _sides(self) -> tuple[float, float]:
        """The room left and right of the axes."""
        chart, series = self.chart, [one for panel in self.chart.panels for one in panel.series]
        if chart.over_time:
            left = self._widest([FAIR, *(text for _, text in chart.axis.ticks(8))])
            labelled = [one for panel in chart.panels for one in self._labelled(panel)]
            right = self._widest([marks.label(chart, one) for one in labelled]) + marks.LINE_LABEL
        else:
            left = self._widest(list(map(marks.name, series)))
            right = self.figures + marks.ROW_LABEL
            if chart.interval:
                right += self._widest([chart.bounds, *map(bounds_of, series)]) + marks.ROW_LABEL
        return _MARGIN + left + 0.12, right + _MARGIN

    def _labelled(self, panel: Panel) -> list[Series]:
        """The lines with a name at their end: all, or where these are too many the coloured."""
        coloured = [one for one in panel.series if one.os in self.chart.coloured]
        return panel.series if len(panel.series) <= _LABELS else coloured

    def _heights(self, panel: Panel, row: float, lines: float) -> list[float]:
        """How high the rows of a panel are; of one with lines all of it."""
        if not self.chart.over_time:
            return [row - marks.high("") + marks.high(marks.name(one)) for one in panel.series]
        labels = [marks.label(self.chart, one) for one in self._labelled(panel)]
        return [max(lines, 1.05 * sum(map(marks.high, labels)))]

    def _widest(self, texts: list[str]) -> float:
        """How wide the widest of some texts is."""
        probe = self.figure.text(0, 0, "")
        widths = [0.0]
        for text in set(texts):
            probe.set_text(text)
            widths.append(probe.get_window_extent().width / _PIXELS)
        probe.remove()
        return max(widths)
