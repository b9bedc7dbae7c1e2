"""A chart as a figure for a report, drawn with matplotlib: SVG, PNG or PDF."""

from __future__ import annotations

import io
import logging
import math
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from spamindex.charts.axis import Scale, moments, scale, some, spread
from spamindex.charts.panels import INSTALL, PROPORTIONATE, Chart, Panel, Series, times
from spamindex.errors import SpamIndexError, SpamIndexWarning

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf")

# All in inches: text has a size, and what is around it gives way.
_WIDTH = 5.0
_ROW = 0.26
_LINE = 0.16  # of a name that goes on in the next line, or of the next label
_LEAST_HEIGHT = 3.0  # of lines over time
_BETWEEN = 0.75
_NAME = 34  # characters in a line
_MOST = 250  # systems in all panels: more than a page or two, and each takes its time

# The colours that colour-blind people can tell apart (Okabe and Ito 2008), without the yellow,
# which is lost on white; with as many line styles, that differ in grey print too, as is coprime.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#000000", "#CC79A7", "#56B4E9", "#E69F00")
_STYLES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (8, 3)))
_INK, _FAINT = "#222222", "#999999"

_SETTINGS: Any = {
    "font.family": ["DejaVu Sans", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "sans-serif"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "text.parse_math": False,  # a dollar sign in a name is one
    "xtick.color": _INK,
    "ytick.color": _INK,
    "svg.hashsalt": "spamindex",  # or the ids in an SVG are random
}
_METADATA: Mapping[str, Mapping[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None},
    "png": {},
}


def draw(chart: Chart, kind: str, title: str | None = None) -> bytes:
    """Draw a chart as an image file of a kind in ``FORMATS``; the same chart gives the same bytes.

    Warns of characters that no font of this machine has. Raises SpamIndexError where matplotlib is
    not installed, or there is too much to draw.
    """
    if (systems := sum(len(panel.series) for panel in chart.panels)) > _MOST:
        raise SpamIndexError(
            f"{systems} systems are too many for one picture: rank at most {_MOST}, with "
            "compute --top, or draw them in the terminal, without -o"
        )
    with _quietly(), _matplotlib() as matplotlib, warnings.catch_warnings(record=True) as said:
        from matplotlib.figure import Figure

        warnings.simplefilter("always")
        matplotlib.rcdefaults()  # the picture is the same whatever the user's own settings
        matplotlib.rcParams.update(_SETTINGS)
        figure = Figure()
        _lay_out(figure, chart, title)
        image = io.BytesIO()
        figure.savefig(
            image, format=kind, dpi=150, bbox_inches="tight", pad_inches=0.15,
            metadata=_METADATA[kind],
        )  # fmt: skip
    if any("missing from font" in str(warning.message) for warning in said):
        warnings.warn(
            SpamIndexWarning("no font of this machine has all characters of the names"),
            stacklevel=2,
        )
    return image.getvalue()


@contextmanager
def _matplotlib() -> Iterator[Any]:
    """The library, and its settings as they were after it."""
    try:
        import matplotlib
    except ImportError as error:
        raise SpamIndexError(f"drawing needs matplotlib: {INSTALL}") from error
    except ValueError as error:  # of MPLBACKEND, or the user's own matplotlibrc
        raise SpamIndexError(f"matplotlib can't be set up: {error}") from error
    with matplotlib.rc_context():
        yield matplotlib


@contextmanager
def _quietly() -> Iterator[None]:
    """Without what matplotlib has to say of caches that it can't write, and fonts it has not."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _lay_out(figure: Figure, chart: Chart, title: str | None) -> None:
    """Put the panels below each other, all of one width, and the title above them."""
    heights = [_height(chart, panel) for panel in chart.panels]
    whole = sum(heights) + _BETWEEN * len(heights)
    figure.set_size_inches(_WIDTH, whole)
    axis = scale(chart)
    top = whole
    for panel, height in zip(chart.panels, heights, strict=True):
        top -= height
        axes = figure.add_axes((0, top / whole, 1, height / whole))
        top -= _BETWEEN
        if panel.title:
            axes.set_title(_wrapped(panel.title, 60), loc="left", fontsize=10, pad=14)
        if chart.over_time:
            _lines(axes, chart, panel, axis, height)
        else:
            is_last = panel is chart.panels[-1]
            _dots(axes, panel, axis, height, has_bounds=chart.has_bounds, is_last=is_last)
    if title:
        taken = 0.25 * bool(chart.panels[0].title) + 0.2 * (not chart.over_time)
        above = 1 + (0.15 + taken) / whole
        figure.text(0, above, _wrapped(title, 62), fontsize=12, weight="bold", va="bottom")


def _height(chart: Chart, panel: Panel) -> float:
    if chart.over_time:
        return max(_LEAST_HEIGHT, 1.05 * sum(map(_lines_high, map(_named, panel.series))))
    return sum(map(_row_height, panel.series))


def _row_height(one: Series) -> float:
    return _ROW - _LINE + _lines_high(_wrapped(one.os, _NAME))


def _lines_high(text: str) -> float:
    return _LINE * (1 + text.count("\n"))


def _dots(
    axes: Axes, panel: Panel, axis: Scale, height: float, *, has_bounds: bool, is_last: bool
) -> None:
    """A row for each OS, the highest on top: its name, a dot with whiskers, and its figures."""
    sizes = list(map(_row_height, panel.series))
    rows = [sum(sizes[:i]) + size / 2 for i, size in enumerate(sizes)]
    axes.set_xlim(axis.first, axis.last)
    axes.set_ylim(height, 0)
    axes.set_xticks(*_parted(axis.ticks(8)))
    axes.set_yticks(rows, [_wrapped(one.os, _NAME) for one in panel.series])
    axes.tick_params("y", length=0, pad=8)
    if is_last:
        axes.set_xlabel("spam index: spam share ÷ market share (log scale)")
    axes.spines["left"].set_visible(False)
    axes.hlines(rows, axis.first, axis.last, color="#e6e6e6", linewidth=0.8, zorder=0)
    axes.axvline(0, color=_FAINT, linestyle="--", linewidth=1, zorder=1)
    axes.annotate(
        PROPORTIONATE, (0, 1), (0, 2), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha="center", va="bottom", color="#666666", fontsize=8,
    )  # fmt: skip
    if axis.has_zero:
        _mark_break(axes, axis.floor)
    for row, one in zip(rows, panel.series, strict=True):
        index, low, high = one.index[0], one.low[0], one.high[0]
        if has_bounds:
            _whisker(axes, axis, row, low, high, is_known=not np.isnan(index))
        if not np.isnan(index):
            axes.plot(axis.at(index), row, "o", color=_COLOURS[0], markersize=6, zorder=3)
        axes.annotate(
            _in_figures(one, has_bounds=has_bounds), (1, row), (8, 0),
            xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
        )  # fmt: skip


def _whisker(
    axes: Axes, axis: Scale, row: float, low: float, high: float, *, is_known: bool
) -> None:
    """An interval, with an arrow where it goes on beyond the axis."""
    if np.isnan(low) or not (is_known or low > 0):
        return
    start, end = axis.at(low), axis.last if np.isnan(high) else axis.at(high)
    axes.plot([start, end], [row, row], color=_COLOURS[0], linewidth=1.5, alpha=0.6, zorder=2)
    for beyond, at, marker in (
        (low > 0 and start == axis.floor, start, "<"),
        (end == axis.last, end, ">"),
    ):
        if beyond:
            axes.plot(at, row, marker, color=_COLOURS[0], markersize=5, clip_on=False, zorder=3)


def _in_figures(one: Series, *, has_bounds: bool) -> str:
    index, low, high = one.index[0], one.low[0], one.high[0]
    if not has_bounds or (np.isnan(low) and np.isnan(high)):
        return times(index)
    above = f"{times(low)} or more" if np.isnan(high) else f"{times(low)} to {times(high)}"
    return f"{times(index)}  ({above})"


def _lines(axes: Axes, chart: Chart, panel: Panel, axis: Scale, height: float) -> None:
    """A line for each OS, with its interval as a band and its name at its end."""
    when = np.array(moments(chart.periods))
    axes.set_xlim(when[0], when[-1])
    axes.set_ylim(axis.first, axis.last)
    at, texts = _parted(axis.ticks(max(4, int(3 * height))))
    axes.set_yticks(at, [f"{PROPORTIONATE}  {text}" if text == "1" else text for text in texts])
    named = some(when.tolist(), 7)
    axes.set_xticks(when[named], [chart.periods[i] for i in named])
    axes.set_ylabel("spam index (log scale)")
    axes.axhline(0, color=_FAINT, linestyle="--", linewidth=1, zorder=1)
    looks = [
        {"color": _COLOURS[i % len(_COLOURS)], "linestyle": _STYLES[i % len(_STYLES)]}
        for i in (chart.place(one.os) for one in panel.series)
    ]
    ends: list[tuple[float, float]] = []
    for one, look in zip(panel.series, looks, strict=True):
        at = [math.nan if np.isnan(index) else axis.at(index) for index in one.index]
        known = np.flatnonzero(~np.isnan(at)).tolist()
        ends.append((when[known[-1]], at[known[-1]]) if known else (when[-1], axis.first))
        axes.plot(when, at, **look, linewidth=1.6, zorder=3)
        # A period with nothing on both sides has no line, so a dot.
        alone = [i for i in known if not {i - 1, i + 1} & set(known)]
        axes.plot(when[alone], [at[i] for i in alone], "o", color=look["color"], markersize=4)
        if chart.has_bounds:
            axes.fill_between(
                when,
                [axis.at(bound) for bound in one.low],
                [axis.last if np.isnan(bound) else axis.at(bound) for bound in one.high],
                where=~np.isnan(at),
                color=look["color"],
                alpha=min(0.13, 1 / len(panel.series)),
                linewidth=0,
            )
    names = list(map(_named, panel.series))
    inch = (axis.last - axis.first) / height
    sizes = [inch * _lines_high(name) for name in names]
    places = spread([end for _, end in ends], sizes, axis.first, axis.last)
    for one, name, end, place, look in zip(panel.series, names, ends, places, looks, strict=True):
        leader = {
            "arrowstyle": "-", "color": look["color"], "linewidth": 0.6, "relpos": (0, 0.5),
            "linestyle": look["linestyle"], "shrinkA": 0, "shrinkB": 0,
        }  # fmt: skip
        axes.annotate(
            name, end, (1.07, place), xycoords="data",
            textcoords=("axes fraction", "data"), va="center", color=look["color"],
            arrowprops=None if np.isnan(one.index).all() else leader, annotation_clip=False,
        )  # fmt: skip


def _named(one: Series) -> str:
    """The name of a line, and its last index."""
    return _wrapped(f"{one.os}  {times(one.last)}", _NAME)


def _mark_break(axes: Axes, at: float) -> None:
    """Two strokes on the axis, between the place for 0 and where the log scale begins."""
    axes.annotate(
        "//", (at, 0), xycoords=("data", "axes fraction"), ha="center", va="center",
        color="#666666", fontsize=9, bbox={"color": "white", "pad": 0.5, "linewidth": 0},
    )  # fmt: skip


def _parted(ticks: list[tuple[float, str]]) -> tuple[list[float], list[str]]:
    return [at for at, _ in ticks], [text for _, text in ticks]


def _wrapped(text: str, width: int) -> str:
    """Text in lines of so many characters, three at most."""
    return "\n".join(textwrap.wrap(text, width, max_lines=3, placeholder=" …"))
