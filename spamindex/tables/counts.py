"""Counts behind shares, for intervals: a column beside them, a total, clusters, digits."""

from __future__ import annotations

import numpy as np

from spamindex import meaning
from spamindex.errors import FigureError, Remedy, UnitError
from spamindex.tables import numbers, units
from spamindex.tables.layout import Entries
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Numbers, summed, texts
from spamindex.tables.units import MOST_COUNTED, Figures

_ABOUT = 0.01  # how far, of itself, a share may be from what its count says
_TOTAL = Remedy("total", None, "says how many there are in all")


def behind(
    entries: Entries, figures: Figures, wholes: Numbers, options: TableOptions
) -> dict[str, Numbers]:
    """What is known of how the shares of a table came about, a number for each row.

    ``wholes`` are what counts are divided by.

    ``count`` and ``total`` say how many messages or machines a share stands for, where they are
    asked for; ``half`` is half a unit of a share's last digit, in percent, which counts do not
    have: refused where the table is one of two; ``design_effect`` and ``clusters`` are those that a
    tally has written. Raises UnitError where the table has no such thing, or counts and shares
    contradict each other.
    """
    found = _beside(entries, figures, options) if not figures.counts else {}
    of_one_table = options.of is None
    if options.rounding and not (figures.counts and of_one_table):
        if figures.counts:
            raise UnitError(
                f"{entries.title}: holds counts, which are not rounded: leave rounding out"
            )
        found["half"] = _halves(entries, figures)
    if options.total is not None:
        if (figures.counts and not figures.coarse) or "count" in found:
            raise UnitError(f"{entries.title}: holds counts already: leave their total out")
        share = 100 * figures.amounts / wholes if figures.counts else figures.amounts
        found["count"] = share / 100 * options.total
        found["total"] = np.full(len(entries), float(options.total))
    # By itself a table may hold amounts, or percents: only intervals need what was counted.
    elif options.counts and figures.counts and (_counted(entries, figures) or not of_one_table):
        if figures.coarse:
            raise _too_coarse(entries.title)
        found["count"] = _whole(figures.amounts, entries.title)
        found["total"] = _whole(wholes, entries.title)
    return found | (_of_clusters(entries) if options.counts else {})


def _counted(entries: Entries, figures: Figures) -> bool:
    """Whether counts are what was counted, and no amounts, nor shares that are taken for counts."""
    sign = units.said(entries.heading)
    shares = meaning.says_shares(entries.heading) or (sign is not None and sign.unit != "count")
    amounts = figures.coarse or bool((figures.amounts % 1).any())
    return not (shares or amounts or figures.reading.signed)


def _too_coarse(title: str) -> UnitError:
    return UnitError(
        f"{title}: counts in thousands or more are too coarse for intervals", settles=[_TOTAL]
    )


def _of_clusters(entries: Entries) -> dict[str, Numbers]:
    found = {}
    for name in ("design_effect", "clusters"):
        if columns := entries.table.find(name):
            column = entries.table.column(columns[0])
            reading = numbers.read(texts(column), ["."])[0]
            if reading.faults:
                text, why = next(iter(reading.faults.items()))
                raise FigureError(f"{entries.table.name}: column {name!r}: {text!r} {why}")
            found[name] = reading.of(column)
    return found


def _beside(entries: Entries, figures: Figures, options: TableOptions) -> dict[str, Numbers]:
    """The counts in a column beside the shares, and their totals; nothing where there are none.

    Where nobody has named the column of shares, counts that are not proportional to them are
    refused: which of the two is it?
    """
    table, odd = entries.table, []
    for number in sorted(entries.counted, key=lambda n: meaning.measure(table.headings[n]) or 0):
        column, title = table.column(number), f"{table.name}: {table.called(number)}"
        readings = [reading for reading in numbers.read(texts(column)) if not reading.faults]
        if not readings:
            continue
        reading = max(readings, key=lambda reading: reading.whole)
        counts = reading.of(column)
        totals = _totals(entries, figures, np.nan_to_num(counts))
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            exact = 100 * np.nan_to_num(counts) / totals
            # A count is rounded as well, to half of it at most.
            slack = _ABOUT * figures.amounts + 2 * _halves(entries, figures) + 50 / totals
            wrong = ~(np.abs(exact - figures.amounts) <= slack)
        if wrong.any():
            odd.append((number, int(np.argmax(wrong))))
            continue
        sign = units.said(table.headings[number])
        if (sign is not None and sign.times > 1) or reading.rounded:
            if options.of is not None and options.counts and options.total is None:
                raise _too_coarse(title)
            return {}
        if np.isnan(counts).any() or not options.counts:
            return {}
        # The shares are those of the counts: what was printed is rounded, and may be out of bounds.
        return {"share": 100 * counts / totals, "count": _whole(counts, title), "total": totals}
    if odd and options.column is None:
        number, row = odd[0]
        raise UnitError(
            f"{table.at(entries.line(row))}: the counts under {table.called(number)} are not in "
            f"proportion to the shares under {table.called(entries.value)}: which are meant?",
            settles=[
                Remedy("column", entries.heading or str(entries.value + 1), "takes the shares"),
                Remedy("column", table.headings[number], "the counts"),
            ],
        )
    return {}


def _totals(entries: Entries, figures: Figures, counts: Numbers) -> Numbers:
    """How many there are in all, in the ranking of each row."""
    groups = entries.rankings()
    parts, sums = summed(groups, figures.amounts), summed(groups, counts)
    # Of all messages, too, where the table holds only the first few systems.
    slack = summed(groups, _halves(entries, figures)) * (1 + _ABOUT) + 1e-9
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        totals: Numbers = np.where(np.abs(parts - 100) <= slack, sums, np.round(100 * sums / parts))
    return totals


def _whole(counts: Numbers, title: str) -> Numbers:
    if (counts % 1).any():
        raise FigureError(f"{title}: not all are whole, but intervals need what was counted")
    if counts.sum() > MOST_COUNTED:
        raise FigureError(f"{title}: adds up to {counts.sum():.4g}, more than anybody has counted")
    return counts


def _halves(entries: Entries, figures: Figures) -> Numbers:
    """Half a unit of the last digit of each share, in percent."""
    return figures.reading.halves(entries.table.column(entries.value)) * figures.times
