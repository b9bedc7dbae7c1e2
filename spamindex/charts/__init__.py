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
    drawn = panels.chart(
        as_pandas(ranking), by, highlight=highlight, scale=scale, title=title, source=source
    )
    with loading():
        from spamindex.charts.figure import figure
    return figure(drawn, size)


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
def loading() -> Iterator[None]:
    """Quietly, and what keeps matplotlib from being loaded as a SpamIndexError."""
    try:
        with quietly():
            yield
    except ImportError as error:
        raise SpamIndexError(f"a picture needs matplotlib: {install('chart')}") from error
    except ValueError as error:  # of MPLBACKEND, or the user's own matplotlibrc
        raise SpamIndexError(f"matplotlib can't be set up: {error}") from error
