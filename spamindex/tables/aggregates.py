"""What the figures of a table add up to, and which rows are what others add up to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from spamindex.errors import SHOWN, MatchError, SpamIndexNote, SpamIndexWarning, listed
from spamindex.names import Names
from spamindex.tables.cells import Column
from spamindex.tables.headings import words
from spamindex.tables.layout import Entries
from spamindex.tables.units import Figures, Unit

ABOUT = 0.01  # how far, of the whole, rounded figures may be from what they add up to

# A row of one of these names is a total only if the others add up to it.
_TOTALS = frozenset(
    {"all browsers", "all countries", "all os", "all oses", "all systems", "all", "celkem",
     "gesamt", "gesamtsumme", "global", "grand total", "insgesamt", "overall", "razem", "somme",
     "subtotal", "sum", "suma", "summa", "summe", "toplam", "totaal", "total general",
     "total général", "total", "totale", "totalen", "totals", "totalt", "totaux", "world",
     "worldwide", "yhteensä", "összesen", "σύνολο", "всего", "итого", "разом", "סך הכל",
     "المجموع", "合計", "合计", "总计", "總計", "총계", "합계"}
)  # fmt: skip
_ENOUGH = 4  # rows, of which one can be the sum of the others by more than chance
_NO_CHANCE = 1000  # a count of which that is less likely than one in a thousand


def called_total(name: str) -> bool:
    """Whether a name is one for a total.

    >>> called_total("Grand total:"), called_total("Linux")
    (True, False)
    """
    return words(name) in _TOTALS


def what_they_add_up_to(
    table: Entries, figures_: Figures, unit: Unit, *, unit_given: bool, chosen: bool
) -> Iterator[UserWarning]:
    """What is said of a unit that was inferred, of shares of a part, and of a file's end.

    A second table below would make the shares more than all; of counts it makes others. Of rows
    that were ``chosen`` nobody expects all.
    """
    if unit == "count" and table.cells.gap:
        yield SpamIndexWarning(f"{table.cells.gap}: counts go on after a gap: is it one table?")
    if not unit_given and unit != "percent":
        total = f"{figures_.values.sum():.10g}"
        yield SpamIndexNote(f"{table.title}: read as {unit}s; they add up to {total}")
    least, last = figures_.totals.min(), figures_.totals[figures_.groups[-1]]
    whole = {"percent": 100, "fraction": 1, "count": 0}[unit]
    nearly = whole * (1 - ABOUT)
    if not table.cells.ends_in_a_line and last < nearly:
        yield SpamIndexWarning(
            f"{table.cells.at(len(table) - 1)}: the last line has no line end, and {last:.10g} is "
            "not all: is it cut off?"
        )
    elif not table.cells.ends_in_a_line and abs(last - whole) > whole * 1e-9:
        yield SpamIndexNote(
            f"{table.cells.name}: the last line has no line end; if it is cut off, so may be its "
            "last figure"
        )
    elif least < nearly and not chosen:
        yield SpamIndexNote(f"{table.title}: the {unit}s add up to {least:.10g} of {whole}")


def sums_of_others(
    table: Entries, figures_: Figures, unit: Unit, names: Names
) -> list[UserWarning]:
    """A doubt about rows that are what the others of their ranking add up to.

    Raises MatchError where nothing else would refuse them: for a large count under a name that is
    no known OS's, and for any under the name of a total, of which it is less than that.
    """
    systems = table.column(table.os)
    if unit == "count" and (less := systems.where(called_total)).any():
        raise MatchError(
            f"{table.cells.name}: less than the others add up to, and so no total: "
            f"{named(table, systems, less)}; leave it out, or give it another name"
        )
    values, groups = figures_.values, figures_.groups
    several = np.bincount(groups) >= _ENOUGH
    apart = np.abs(2 * values - figures_.totals[groups])
    doubtful = several[groups] & (values > 0) & (apart <= 1e-9 * values)
    if not doubtful.any():
        return []
    if unit == "count":
        said_so = systems.where(lambda name: "total" in words(name).split())
        total = doubtful & ((values >= _NO_CHANCE) | said_so) & ~systems.where(names.knows)
        if total.any():
            name = systems[np.flatnonzero(total)[0]]
            raise MatchError(
                f"{table.cells.name}: the sum of the others, and so a total?: "
                f"{named(table, systems, total)}; leave it out, or name it Total; if it is none, "
                f"a line {name},{name} in --names says so"
            )
    said = f"the sum of the others, or a total?: {named(table, systems, doubtful)}"
    return [SpamIndexWarning(f"{table.cells.name}: {said}")]


def refuse_among(table: Entries, groups: npt.NDArray[np.int64]) -> None:
    """Refuse to add up the counts of an OS and their total: of all browsers, say.

    ``groups`` are the rows of one OS. Raises MatchError.
    """
    for number in (i for i in table.others if i not in table.by):
        column = table.column(number)
        total = column.where(called_total)
        beside = np.bincount(groups, weights=~total) * np.bincount(groups, weights=total) > 0
        total &= beside[groups]
        if total.any():
            raise MatchError(
                f"{table.cells.name}: column {column.heading!r}: totals among what is added up: "
                f"{named(table, column, total)}; leave them out, or choose with --where"
            )


def refuse_families(
    table: Entries, counts: npt.NDArray[np.float64], groups: npt.NDArray[np.int64], names: Names
) -> None:
    """Refuse to add up the counts of a family and of its versions, of which it is the sum.

    ``groups`` are the rows that are added up. Raises MatchError.
    """
    systems = table.column(table.os)
    whole = systems.where(lambda name: names.canonical(names.label(name)) == names.canonical(name))
    others = np.bincount(groups, weights=counts * ~whole)[groups]
    several = np.bincount(groups, weights=~whole)[groups] > 1
    total = whole & several & (np.abs(counts - others) <= 1e-9 * counts)
    if total.any():
        raise MatchError(
            f"{table.cells.name}: the sum of its versions, which --family adds up: "
            f"{named(table, systems, total)}; leave it out, or them"
        )


def named(table: Entries, by: Column, which: npt.NDArray[np.bool_]) -> str:
    """Some rows of a table, the first ten by their cell in a column and their line."""
    rows = np.flatnonzero(which)
    first = [f"{by[row]!r} (line {table.cells.lines[row]})" for row in rows[:SHOWN]]
    return listed(first, of=len(rows))
