"""Frames of Polars, Arrow and others in, pandas frames out; exact sums of decimal figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from spamindex.errors import SpamIndexError, install

if TYPE_CHECKING:
    import pandas as pd
    from narwhals.typing import IntoFrame


def as_pandas(frame: IntoFrame) -> pd.DataFrame:
    """Convert a frame of any kind that narwhals knows to pandas; a pandas frame stays as it is.

    Raises SpamIndexError for anything else, and if narwhals is needed but not installed.

    >>> import polars
    >>> as_pandas(polars.DataFrame({"os": ["Linux"], "share": [5.14]}))
          os  share
    0  Linux   5.14
    """
    import pandas as pd

    if isinstance(frame, pd.DataFrame):
        return frame
    kind = type(frame).__name__
    try:
        import narwhals as nw
    except ImportError as error:
        raise SpamIndexError(
            f"{kind} is not a pandas frame; frames of other libraries need narwhals: "
            f"{install('messages')}"
        ) from error
    try:
        wrapped = nw.from_native(frame)
    except TypeError as error:
        raise SpamIndexError(f"{kind} is not a frame, such as one of pandas or Polars") from error
    eager = wrapped.collect() if isinstance(wrapped, nw.LazyFrame) else wrapped
    return pd.DataFrame(eager.to_dict(as_series=False))


def decimal_sums(groups: Sequence[int], figures: Sequence[float]) -> dict[int, float]:
    """The sum of the figures of each group, added as decimals: 0.1 + 0.2 is 0.3."""
    sums: dict[int, Decimal] = {}
    for group, figure in zip(groups, figures, strict=True):
        sums[group] = sums.get(group, Decimal()) + Decimal(repr(figure))
    return {group: float(total) for group, total in sums.items()}
