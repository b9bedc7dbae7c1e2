"""Which rows of a table count: those with a figure of an OS, none of them twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spamindex.errors import (
    FileError,
    SpamIndexNote,
    SpamIndexWarning,
)
from spamindex.tables import numbers as figures
from spamindex.tables.aggregates import ABOUT, called_total, named
from spamindex.tables.cells import Column, first_rows
from spamindex.tables.layout import Entries
from spamindex.tables.numbers import is_missing


def decimal_marks(table: Entries, decimal: str | None) -> tuple[str, ...]:
    """The decimal marks that the figures may have."""
    if decimal is not None:
        return (decimal,)
    # Where a comma parts the columns, points part no thousands.
    if table.cells.delimiter == "," and not any(
        "," in text for text in table.column(table.value).distinct
    ):
        return (".",)
    return figures.MARKS


def measured_rows(table: Entries, marks: tuple[str, ...]) -> tuple[Entries, list[UserWarning]]:
    """The rows that give a figure of an OS, and what is said of the others.

    A row without a name, or with that of a total, is one if the others add up to it.
    """
    systems, values = table.column(table.os), table.column(table.value)
    without = values.where(is_missing)
    nameless = ~systems.where(bool) & ~without
    totalled = systems.where(called_total) & ~without
    total = np.zeros(len(table), bool)
    more = total.copy()
    if nameless.any() or totalled.any():
        groups = table.groups(apart=table.over_time)
        for reading in figures.read(values.distinct, marks):  # most totals are in the right one
            figure = values.figures(lambda _, reading=reading: reading.values)  # type: ignore[misc]
            parts = np.where(nameless | totalled | np.isnan(figure), 0, figure)
            sums = np.bincount(groups, weights=parts)[groups]
            close = (nameless | totalled) & np.isclose(figure, sums, rtol=ABOUT)
            if not total.any() or close.sum() > total.sum():
                total, more = close, totalled & (figure > sums) & ~close
    measured = table.only(~(without | nameless | total | more))
    said: list[UserWarning] = [
        kind(_left_out(table, why, column, rows))
        for kind, why, column, rows in (
            (SpamIndexWarning, "no figure", systems, without),
            (SpamIndexWarning, "no OS name", values, nameless & ~total),
            (SpamIndexNote, "a total", systems, total & ~nameless),
            (SpamIndexNote, "a total", values, total & nameless),
            (SpamIndexWarning, "a total, of more than the others", systems, more),
        )
        if rows.any()
    ]
    if not len(measured):
        raise FileError(*map(str, said))
    return measured, said


def _left_out(table: Entries, why: str, by: Column, which: npt.NDArray[np.bool_]) -> str:
    return f"{table.cells.name}: left out, {why}: {named(table, by, which)}"


def repeats(table: Entries, groups: npt.NDArray[np.int64]) -> dict[int, str]:
    """What is wrong with the rows of an OS that are in one group with an earlier row of it."""
    first = first_rows(groups)
    if len(first) == len(groups):
        return {}
    systems, lines = table.column(table.os), table.cells.lines
    advice = "leave one row for each OS"
    if table.period is not None and len(table.column(table.period).distinct) > 1:
        advice = "shares of several periods can't be added up: rank each with --by period"
    said: dict[int, str] = {}
    for row in np.flatnonzero(first[groups] != np.arange(len(groups))):
        earlier = first[groups[row]]
        also = "" if systems[row] == systems[earlier] else f" as {systems[earlier]!r}"
        fault = f"{systems[row]!r} is on line {lines[earlier]} too{also}; {advice}"
        said[int(row)] = f"{table.cells.at(row)}: {fault}"
    return said
