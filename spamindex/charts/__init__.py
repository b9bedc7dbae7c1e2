"""A ranking as a picture: a frame in; a figure, an image or text for the terminal out."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from spamindex.errors import ColumnError, FigureError, SpamIndexError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from narwhals.typing import IntoFrame

    from spamindex.charts.axis import ScaleKind
    from spamindex.charts.panels import Chart

INSTALL = "pip install 'spamindex[chart]'"


def chart(
    ranking: IntoFrame,
    *,
    by: str | Sequence[str] = (),
    highlight: str | Sequence[str] = (),
    scale: ScaleKind | None = None,
    title: str | None = None,
    source: str | None = None,
    size: tuple[int, int] | None = None,
) -> Figure:
    """Draw a ranking as a matplotlib figure, which a notebook shows; pyplot knows nothing of it.

    ``ranking`` is what ``spam_index`` returns, or any frame of such columns: those of ``by``, one
    of names, ``spam_index``, and perhaps ``low``, ``high`` and ``interval``. Over a column of
    periods in ``by`` it becomes lines; each value of the others gets a panel of its own. The names
    to ``highlight`` are drawn in colour and the others in grey. ``scale`` is linear or log; left
    out, it is linear from 0 unless the highest index is above 20. ``source`` is printed below the
    chart. ``size`` is its width and height in pixels.

    Raises a SpamIndexError where matplotlib is not installed, a column or a name to highlight is
    not there, or there is too much to draw.

    >>> import pandas as pd
    >>> ranking = pd.DataFrame({"os": ["Linux", "Windows"], "spam_index": [4.99, 1.01]})
    >>> figure = chart(ranking, size=(600, 200))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['Linux', 'Windows']
    """
    from spamindex.charts import panels

    by, highlight = ([one] if isinstance(one, str) else list(one) for one in (by, highlight))
    frame, category = _frame(ranking, by)
    drawn = panels.chart(
        frame, range(len(by)), by, category=category, highlight=highlight, scale=scale
    )
    with _loading():
        from spamindex.charts.figure import figure
    return figure(drawn, title, source, size)


def image(
    drawn: Chart,
    kind: str,
    title: str | None = None,
    source: str | None = None,
    size: tuple[int, int] | None = None,
) -> bytes:
    """A chart as an image file: svg, png or pdf. The same chart gives the same bytes.

    ``size`` is as for ``chart``. Warns of characters that no font of this machine has. Raises a
    SpamIndexError as ``chart`` does.
    """
    with _loading():
        from spamindex.charts.figure import image
    return image(drawn, kind, title, source, size)


@contextmanager
def quietly() -> Iterator[None]:
    """Without what matplotlib logs of caches that it can't write and fonts that are not there."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def _loading() -> Iterator[None]:
    """Quietly, and what keeps matplotlib from being loaded as a SpamIndexError."""
    try:
        with quietly():
            yield
    except ImportError as error:
        raise SpamIndexError(f"a picture needs matplotlib: {INSTALL}") from error
    except ValueError as error:  # of MPLBACKEND, or the user's own matplotlibrc
        raise SpamIndexError(f"matplotlib can't be set up: {error}") from error


def _frame(ranking: IntoFrame, by: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """A ranking with the columns of ``by`` as 0, 1, ..., and ``os``; and what ``os`` is called.

    The names stand under ``os``, or in the last column before the shares that is not in ``by``.
    """
    import pandas as pd

    from spamindex.charts.panels import BOUNDS, INDEX, SHARES

    table = ranking if isinstance(ranking, pd.DataFrame) else _of_another_kind(ranking)
    columns = list(table)
    if missing := [name for name in (*by, INDEX) if name not in columns]:
        there = ", ".join(map(repr, columns)) or "none"
        raise ColumnError(f"the ranking has no column {missing[0]!r}; its columns are {there}")
    before = [name for name in columns[: columns.index(INDEX)] if name not in (*by, *SHARES)]
    if not before:
        raise ColumnError(f"the ranking has no column of names before {INDEX!r}")
    category = "os" if "os" in before else before[-1]
    read: dict[int | str, pd.Series[Any]] = {"os": _texts(table[category])}
    read |= {i: _texts(table[name]) for i, name in enumerate(by)}
    after = columns[columns.index(INDEX) :]  # a column of by may be called low
    for name in (INDEX, *BOUNDS):
        if name in after:
            figures = pd.to_numeric(table[name], errors="coerce").astype(float)
            is_odd = (figures.isna() & table[name].notna()) | (figures < 0) | (figures == math.inf)
            if odd := table[name][is_odd].tolist():
                raise FigureError(f"column {name!r}: {odd[0]!r} is not a number from 0 on")
            read[name] = figures
    if "interval" in after:
        read["interval"] = table["interval"]
    return pd.DataFrame(read), str(category)


def _texts(column: pd.Series[Any]) -> pd.Series[str]:
    """A column as text: days without a time of day, and nothing for what is missing."""
    texts = (column.dt.date if column.dtype.kind == "M" else column).astype(str)
    return texts.where(column.notna(), "")


def _of_another_kind(ranking: IntoFrame) -> pd.DataFrame:
    import pandas as pd

    try:
        import narwhals as nw
    except ImportError as error:
        raise SpamIndexError(
            "a frame that is not a pandas one needs narwhals: pip install 'spamindex[messages]'"
        ) from error
    try:
        frame = nw.from_native(ranking)
    except TypeError as error:
        raise SpamIndexError(f"{type(ranking).__name__} is not a frame of a ranking") from error
    columns = (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).to_dict(
        as_series=False
    )
    return pd.DataFrame(columns)
