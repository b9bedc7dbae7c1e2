"""Spam share ÷ market share by operating system: the public names of the library.

>>> import spamindex
>>> spam = spamindex.read_shares("data/spam.csv", of="spam")
>>> market = spamindex.read_shares("data/share.csv", of="market")
>>> print(spamindex.spam_index(spam, market).round(2).to_string(index=False))
      os  spam_share  market_share  spam_index
   Linux        5.14          1.03        4.99
   Other        2.22          2.05        1.08
 Windows       92.65         91.58        1.01
Mac OS X        0.00          5.34        0.00
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from spamindex.errors import (
    ColumnError,
    FigureError,
    FileError,
    MatchError,
    OptionsError,
    OutputError,
    PeriodError,
    Remedy,
    SpamIndexError,
    SpamIndexNote,
    SpamIndexWarning,
    UnitError,
)

__version__ = "0.2.0"

if TYPE_CHECKING:
    from spamindex.charts import chart
    from spamindex.messages.counting import tally
    from spamindex.messages.opening import read_fingerprints
    from spamindex.ranking.index import spam_index
    from spamindex.ranking.intervals import rounding_ranges, sampling_intervals
    from spamindex.ranking.relative import reattribute, relative_index
    from spamindex.tables.both import read_both
    from spamindex.tables.options import TableOptions
    from spamindex.tables.shares import read_shares
    from spamindex.tables.synonyms import read_names

__all__ = [
    "ColumnError", "FigureError", "FileError", "MatchError", "OptionsError", "OutputError",
    "PeriodError", "Remedy", "SpamIndexError", "SpamIndexNote", "SpamIndexWarning", "TableOptions",
    "UnitError", "chart", "read_both", "read_fingerprints", "read_names", "read_shares",
    "reattribute", "relative_index", "rounding_ranges", "sampling_intervals", "spam_index", "tally",
]  # fmt: skip

# Imported on first use, because most of them import pandas, which --help does not need.
_LAZY = {
    "TableOptions": "tables.options",
    "chart": "charts",
    "read_both": "tables.both",
    "read_fingerprints": "messages.opening",
    "read_names": "tables.synonyms",
    "read_shares": "tables.shares",
    "reattribute": "ranking.relative",
    "relative_index": "ranking.relative",
    "rounding_ranges": "ranking.intervals",
    "sampling_intervals": "ranking.intervals",
    "spam_index": "ranking.index",
    "tally": "messages.counting",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"spamindex.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
