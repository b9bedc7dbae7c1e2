"""spamindex.chart: a ranking as a frame in, a matplotlib figure for a notebook out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from spamindex.errors import SpamIndexError, install
from spamindex.frames import as_pandas

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from narwhals.typing import IntoFrame

    from spamindex.charts.axis import ScaleKind


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
    """Draw a ranking as a matplotlib figure for a notebook; it is not registered with pyplot.

    ``ranking`` is what ``spam_index`` returns, or any frame with a column of names, ``spam_index``,
    the columns of ``by``, and optionally ``low``, ``high`` and ``interval``. A column of periods in
    ``by`` makes lines over time; each value of its other columns gets a panel. The names to
    ``highlight`` are drawn in colour and the others in grey. ``scale`` is linear or log; left out,
    it is linear unless the highest index is above 20. ``source`` is printed below the chart.
    ``size`` is its width and height in pixels.

    Raises a SpamIndexError if matplotlib is not installed, a column or a name to highlight is
    missing, or there is too much to draw.

    >>> import pandas as pd
    >>> ranking = pd.DataFrame({"os": ["Linux", "Windows"], "spam_index": [4.99, 1.01]})
    >>> figure = chart(ranking, size=(600, 200))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['Linux', 'Windows']
    """
    from spamindex.charts import panels

    drawn = panels.make_chart(
        as_pandas(ranking),
        [by] if isinstance(by, str) else list(by),
        highlight=[highlight] if isinstance(highlight, str) else list(highlight),
        scale=scale,
        title=title,
        source=source,
    )
    with loading_matplotlib():
        from spamindex.charts.figure import draw_figure
    return draw_figure(drawn, size)


@contextmanager
def quiet_matplotlib() -> Iterator[None]:
    """Silence matplotlib's log of unwritable caches and missing fonts."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def loading_matplotlib() -> Iterator[None]:
    """Import matplotlib quietly; a failure becomes a SpamIndexError."""
    try:
        with quiet_matplotlib():
            yield
    except ImportError as error:
        raise SpamIndexError(f"a picture needs matplotlib: {install('chart')}") from error
    except ValueError as error:  # from MPLBACKEND or the user's matplotlibrc
        raise SpamIndexError(f"matplotlib can't be set up: {error}") from error
