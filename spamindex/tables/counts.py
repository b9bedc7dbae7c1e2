"""What is behind shares: counts of messages or machines beside them, or digits alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spamindex import words
from spamindex.errors import FigureError, Remedy, UnitError
from spamindex.tables import numbers, units
from spamindex.tables.layout import Entries
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Numbers, numbers_of, texts
from spamindex.tables.units import MOST_COUNTED, Figures
from spamindex.words import is_missing

_ABOUT = 0.01  # how far, of itself, a share may be from what its count says
_TOTAL = Remedy("total", None, "says how many there are in all")


def behind(entries: Entries, figures: Figures, options: TableOptions) -> dict[str, Numbers]:
    """What is known of how the shares of a table came about, a number for each row.

    ``count`` and ``total`` say how many messages or machines a share stands for, where they are
    asked for; ``half`` is half a unit of a share's last digit, in percent, which counts do not
    have: refused where the table is one of two; ``design_effect`` and ``clusters`` are those that a
    tally has written. Raises UnitError where the table has no such thing, or counts and shares
    contradict each other.
    """
    found: dict[str, Numbers] = {}
    beside = _beside(entries, figures, options)
    if options.rounding and not (figures.counts and options.of is None):
        if figures.counts:
            raise UnitError(
                f"{entries.title}: holds counts, which are not rounded: leave rounding out"
            )
        found["half"] = _halves(entries, figures)
    if options.total is not None:
        if figures.counts and not figures.coarse:
            raise UnitError(f"{entries.title}: holds counts already: leave their total out")
        share = figures.amounts
        if figures.counts:
            sums = np.bincount(entries.rankings(), weights=share)
            share = 100 * share / sums[entries.rankings()]
        found["count"] = share / 100 * options.total
        found["total"] = np.full(len(entries), float(options.total))
    elif (
        options.counts
        and figures.counts
        and not (
            # By itself a table may hold amounts: only intervals need what was counted.
            options.of is None and (figures.coarse or (figures.amounts % 1).any())
        )
    ):
        if figures.coarse:
            raise UnitError(
                f"{entries.title}: counts in thousands or more are too coarse for intervals",
                settles=[_TOTAL],
            )
        found["count"] = _whole(figures.amounts, entries.title)
        groups = entries.rankings()
        found["total"] = np.bincount(groups, weights=found["count"]).astype(float)[groups]
    elif options.counts and beside is not None:
        found |= beside
    if options.counts:
        found |= _of_clusters(entries)
    return found


def _of_clusters(entries: Entries) -> dict[str, Numbers]:
    found = {}
    for name in ("design_effect", "clusters"):
        if columns := entries.table.find(name):
            column = entries.table.column(columns[0])
            reading = numbers.read(texts(column), ["."])[0]
            if reading.faults:
                text, why = next(iter(reading.faults.items()))
                raise FigureError(f"{entries.table.name}: column {name!r}: {text!r} {why}")
            found[name] = numbers_of(column, reading.values)
    return found


def _beside(entries: Entries, figures: Figures, options: TableOptions) -> dict[str, Numbers] | None:
    """The counts in a column beside the shares, and their totals; None where there are none.

    Where nobody has named the column of shares, counts that are not proportional to them are
    refused: which of the two is it?
    """
    if figures.counts or not entries.counted:
        return None
    named = options.column is not None
    odd: tuple[int, str] | None = None
    for number in sorted(
        entries.counted, key=lambda n: words.measure(entries.table.headings[n]) or 0
    ):
        column = entries.table.column(number)
        readings = [r for r in numbers.read(texts(column)) if not r.faults]
        whole = next((r for r in readings if r.whole), readings[0] if readings else None)
        if whole is None:
            continue
        sign = units.said(entries.table.headings[number])
        counts = numbers_of(column, whole.values)
        wrong = _not_proportional(entries, figures, np.nan_to_num(counts))
        if wrong is not None:
            odd = odd or (number, f"{entries.table.at(entries.line(wrong))}")
            continue
        coarse = (sign is not None and sign.times > 1) or bool(whole.rounded)
        if coarse and options.of is None:
            return None
        if coarse and options.counts and options.total is None:
            raise UnitError(
                f"{entries.table.name}: {entries.table.called(number)}: counts in thousands or "
                "more are too coarse for intervals",
                settles=[_TOTAL],
            )
        if np.isnan(counts).any() or not options.counts:
            return None
        return _evidence(
            entries,
            figures,
            _whole(counts, f"{entries.table.name}: {entries.table.called(number)}"),
        )
    if odd is not None and not named:
        raise UnitError(
            f"{odd[1]}: the counts under {entries.table.called(odd[0])} are not in proportion to "
            f"the shares under {entries.table.called(entries.value)}: which are meant?",
            settles=[
                Remedy("column", entries.heading or str(entries.value + 1), "takes the shares"),
                Remedy("column", entries.table.headings[odd[0]], "the counts"),
            ],
        )
    return None


def _evidence(entries: Entries, figures: Figures, counts: Numbers) -> dict[str, Numbers]:
    totals = _totals(entries, figures, counts)
    # The shares are those of the counts: what was printed is rounded, and may be out of bounds.
    return {"share": 100 * counts / totals, "count": counts, "total": totals}


def _totals(entries: Entries, figures: Figures, counts: Numbers) -> Numbers:
    """How many there are in all, in the ranking of each row."""
    groups = entries.rankings()
    parts, sums = (np.bincount(groups, weights=amounts) for amounts in (figures.amounts, counts))
    halves = np.bincount(groups, weights=_halves(entries, figures))
    # Of all messages, too, where the table holds only the first few systems.
    whole = np.abs(parts - 100) <= halves * (1 + _ABOUT) + 1e-9
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        totals: Numbers = np.where(whole, sums, np.round(100 * sums / parts))[groups]
    return totals


def _not_proportional(entries: Entries, figures: Figures, counts: Numbers) -> int | None:
    """The first row whose count is not what its share says; None where there is none."""
    totals = _totals(entries, figures, counts)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        exact = 100 * counts / totals
        # A count is rounded as well, to half of it at most.
        slack = _ABOUT * figures.amounts + 2 * _halves(entries, figures) + 50 / totals
        wrong = np.flatnonzero(~(np.abs(exact - figures.amounts) <= slack))
    return int(wrong[0]) if len(wrong) else None


def _whole(counts: Numbers, where: str) -> Numbers:
    if not (counts == np.floor(counts)).all():
        raise FigureError(f"{where}: not all are whole, but intervals need what was counted")
    if counts.sum() > MOST_COUNTED:
        raise FigureError(f"{where}: adds up to {counts.sum():.4g}, more than anybody has counted")
    return counts


def _halves(entries: Entries, figures: Figures) -> npt.NDArray[np.float64]:
    """Half a unit of the last digit of each share, in percent."""
    column, reading = entries.table.column(entries.value), figures.reading
    half = {
        text: numbers.half_unit(text, reading.mark) * figures.times
        for text in column.cat.categories
        if not is_missing(text) and text in reading.values
    }
    return numbers_of(column, half, 0.0)
