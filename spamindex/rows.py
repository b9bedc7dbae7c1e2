"""Which rows of a table count: those with a figure of an OS, none of them twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spamindex import figures
from spamindex.cells import Column, first_rows
from spamindex.errors import SHOWN, FileError, SpamIndexNote, SpamIndexWarning, listed
from spamindex.figures import is_missing
from spamindex.layout import Entries
from spamindex.units import Figures

ABOUT = 0.01  # how far, of the whole, rounded figures may be from what they add up to

_TOTALS = frozenset(
    {"all", "gesamt", "grand total", "insgesamt", "sum", "summe", "total", "totale", "totals"}
)
_ENOUGH = 4  # rows, of which one can be the sum of the others by more than chance


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
    called_total = systems.where(lambda name: name.casefold().strip(" :*") in _TOTALS) & ~without
    total = np.zeros(len(table), bool)
    more = total.copy()
    if nameless.any() or called_total.any():
        # As far as they can be read at first sight.
        figure = values.figures(lambda texts: figures.read(texts, marks)[0].values)
        parts = np.where(nameless | called_total | np.isnan(figure), 0, figure)
        groups = table.groups(apart=table.over_time)
        sums = np.bincount(groups, weights=parts)[groups]
        total = (nameless | called_total) & np.isclose(figure, sums, rtol=ABOUT)
        more = called_total & (figure > sums) & ~total
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


def sums_of_others(table: Entries, figures_: Figures) -> list[UserWarning]:
    """A doubt about rows that are what the others of their ranking add up to."""
    values, groups = figures_.values, figures_.groups
    several = np.bincount(groups) >= _ENOUGH
    apart = np.abs(2 * values - figures_.totals[groups])
    doubtful = several[groups] & (values > 0) & (apart <= 1e-9 * values)
    if not doubtful.any():
        return []
    named = _named(table, table.column(table.os), doubtful)
    return [SpamIndexWarning(f"{table.cells.name}: the sum of the others, or a total?: {named}")]


def _left_out(table: Entries, why: str, by: Column, which: npt.NDArray[np.bool_]) -> str:
    return f"{table.cells.name}: left out, {why}: {_named(table, by, which)}"


def _named(table: Entries, by: Column, which: npt.NDArray[np.bool_]) -> str:
    rows = np.flatnonzero(which)
    first = [f"{by[row]!r} (line {table.cells.lines[row]})" for row in rows[:SHOWN]]
    return listed(first, of=len(rows))


def repeats(table: Entries, groups: npt.NDArray[np.int64]) -> dict[int, str]:
    """What is wrong with the rows of an OS that are in one group with an earlier row of it."""
    first = first_rows(groups)
    if len(first) == len(groups):
        return {}
    systems, lines = table.column(table.os), table.cells.lines
    said: dict[int, str] = {}
    for row in np.flatnonzero(first[groups] != np.arange(len(groups))):
        earlier = first[groups[row]]
        also = "" if systems[row] == systems[earlier] else f" as {systems[earlier]!r}"
        advice = "leave one row for each OS"
        if table.period is not None and len(table.column(table.period).distinct) > 1:
            advice = "shares of several periods can't be added up: rank each with --by period"
        fault = f"{systems[row]!r} is on line {lines[earlier]} too{also}; {advice}"
        said[int(row)] = f"{table.cells.at(row)}: {fault}"
    return said
