"""What can go wrong with somebody's tables, and what they should hear about."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 10


def listed(items: Sequence[str], *, of: int | None = None) -> str:
    """The items in one line: the first ten, then how many more there are (``of`` in all).

    >>> listed(["Linux", "Windows"])
    'Linux, Windows'
    """
    more = (of or len(items)) - SHOWN
    return ", ".join(items[:SHOWN]) + (f" and {more} more" if more > 0 else "")


class SpamIndexError(Exception):
    """The input can't be used as it is; each fault is one line that says where and what to do.

    ``faults`` holds all of them; as text the first ten are shown, then how many more there are.

    >>> print(SpamIndexError("spam.csv:2: 'abc' is not a number", "spam.csv:3: '-1' is negative"))
    spam.csv:2: 'abc' is not a number
    spam.csv:3: '-1' is negative
    """

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.faults = faults

    @property
    def lines(self) -> list[str]:
        """The faults as they are shown: one line each, ten at most."""
        more = len(self.faults) - SHOWN
        rest = [f"and {more} more like these"] if more > 0 else []
        return [*self.faults[:SHOWN], *rest]

    def __str__(self) -> str:
        return "\n".join(self.lines)


class FileError(SpamIndexError):
    """A file can't be opened, or is not a table in text."""


class ColumnError(SpamIndexError):
    """It is not certain which column is meant."""


class FigureError(SpamIndexError):
    """A cell, or a column of them, can't be read as figures."""


class PeriodError(SpamIndexError):
    """It is not certain which of a table's periods are meant."""


class UnitError(SpamIndexError):
    """The figures are not what their unit allows, or could be of several units."""


class MatchError(SpamIndexError):
    """An OS stands twice in one table, or no OS stands in both."""


class OutputError(SpamIndexError):
    """The result can't be written."""


class SpamIndexWarning(UserWarning):
    """Something about the data is doubtful or was left out; an error with ``--strict``."""


class SpamIndexNote(UserWarning):
    """How the data was read, where it could have been written otherwise; never an error."""
