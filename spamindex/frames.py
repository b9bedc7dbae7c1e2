"""Frames of Polars, Arrow and others in, of pandas out; sums of what was written as decimals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from spamindex.errors import SpamIndexError, install

if TYPE_CHECKING:
    import pandas as pd
    from narwhals.typing import IntoFrame


def as_pandas(frame: IntoFrame) -> pd.DataFrame:
    """A pandas frame as it is, and what another frame holds as one.

    Raises SpamIndexError for what is no frame, and where narwhals is needed and not installed.

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
        known = nw.from_native(frame)
    except TypeError as error:
        raise SpamIndexError(f"{kind} is not a frame, such as one of pandas or Polars") from error
    eager = known.collect() if isinstance(known, nw.LazyFrame) else known
    return pd.DataFrame(eager.to_dict(as_series=False))


def decimal_sums(groups: Sequence[int], figures: Sequence[float]) -> dict[int, float]:
    """The sum of the figures of each group, as they would be added up on paper."""
    exact: dict[int, Decimal] = {}
    for group, figure in zip(groups, figures, strict=True):
        exact[group] = exact.get(group, Decimal()) + Decimal(repr(figure))
    return {group: float(total) for group, total in exact.items()}
