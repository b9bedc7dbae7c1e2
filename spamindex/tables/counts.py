"""How many messages or machines stand behind each share: counted, beside it, or given."""

from __future__ import annotations

import numpy as np

from spamindex import meaning
from spamindex.errors import FigureError, Remedy, UnitError
from spamindex.tables import numbers, units
from spamindex.tables.layout import Entries
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Groups, Numbers, first_rows, summed, texts
from spamindex.tables.units import Figures

_ABOUT = 0.01  # how far, of itself, a share may be from what its count says
_TOTAL = Remedy("total", None, "says how many there are in all")


def wholes_of(entries: Entries, figures: Figures, wholes: Numbers) -> Numbers:
    """What the counts of each row are divided by: the total of its ranking, else their sum.

    Raises UnitError where there are none.
    """
    ranking = entries.rankings()
    totals = np.bincount(ranking, weights=figures.amounts)
    stated = np.zeros(len(totals))
    np.maximum.at(stated, ranking, np.nan_to_num(wholes) * figures.unit.factor)
    by_row: Numbers = np.where(stated > 0, stated, totals)[ranking]
    if not by_row.all():
        row = int(np.argmin(by_row))
        raise UnitError(f"{entries.title}: adds up to 0 in {entries.label(row)}; leave it out")
    return by_row


def shares_of_counts(figures: Figures, groups: Groups, wholes: Numbers) -> Numbers:
    """What percent each group is of all counts of its ranking."""
    amounts: Numbers = np.bincount(groups, weights=figures.amounts).astype(float)
    return 100 * amounts / wholes[first_rows(groups)]


def columns_of_counts(
    entries: Entries, figures: Figures, wholes: Numbers, options: TableOptions
) -> dict[str, Numbers]:
    """Further columns of the result, with a number for each row; ``wholes`` divide counts.

    As asked for: the ``count`` of messages or machines behind a share, and their ``total``; the
    ``half`` unit of a share's last digit, in percent; the ``design_effect`` and ``clusters`` that a
    tally has written. Raises UnitError where the table has none, or counts contradict shares.
    """
    added = _beside(entries, figures, options) if not figures.are_counts else {}
    of_one_table = options.of is None
    if options.rounding and not (figures.are_counts and of_one_table):
        if figures.are_counts:
            raise UnitError(
                f"{entries.title}: holds counts, which are not rounded: leave rounding out"
            )
        added["half"] = _halves(entries, figures)
    if options.total is not None:
        if (figures.are_counts and not figures.coarse) or "count" in added:
            raise UnitError(f"{entries.title}: holds counts already: leave their total out")
        share = 100 * figures.amounts / wholes if figures.are_counts else figures.amounts
        added["count"] = share / 100 * options.total
        added["total"] = np.full(len(entries), float(options.total))
    # By itself a table may hold amounts, or percents: only intervals need what was counted.
    elif options.counts and figures.are_counts and (_counted(entries, figures) or not of_one_table):
        if figures.coarse:
            raise _too_coarse(entries.title)
        added["count"] = _whole(figures.amounts, entries.title)
        added["total"] = _whole(wholes, entries.title)
    return added | (_of_clusters(entries) if options.counts else {})


def _counted(entries: Entries, figures: Figures) -> bool:
    """Whether counts are what was counted, and no amounts, nor shares that are taken for counts."""
    unit = units.parse_unit(entries.heading)
    shares = meaning.says_shares(entries.heading) or (unit is not None and unit.name != "count")
    amounts = figures.coarse or bool((figures.amounts % 1).any())
    return not (shares or amounts or figures.parsed.percents)


def _too_coarse(title: str) -> UnitError:
    return UnitError(
        f"{title}: counts in thousands or more are too coarse for intervals", settles=[_TOTAL]
    )


def _of_clusters(entries: Entries) -> dict[str, Numbers]:
    cells = {}
    for name in ("design_effect", "clusters"):
        if columns := entries.table.find(name):
            column = entries.table.column(columns[0])
            parsed = numbers.parse(texts(column), ["."])[0]
            if parsed.faults:
                text, why = next(iter(parsed.faults.items()))
                raise FigureError(f"{entries.table.name}: column {name!r}: {text!r} {why}")
            cells[name] = parsed.row_values(column)
    return cells


def _beside(entries: Entries, figures: Figures, options: TableOptions) -> dict[str, Numbers]:
    """The counts in a column beside the shares, and their totals; nothing where there are none.

    Counts that are not in proportion to the shares are refused, unless an option names the column
    of shares.
    """
    table, contradictions = entries.table, []
    for number in sorted(entries.counted, key=lambda n: meaning.measure(table.headings[n]) or 0):
        column, title = table.column(number), f"{table.name}: {table.called(number)}"
        ways = [parsed for parsed in numbers.parse(texts(column)) if not parsed.faults]
        if not ways:
            continue
        parsed = max(ways, key=lambda parsed: parsed.whole)
        counts = parsed.row_values(column)
        totals = _totals(entries, figures, np.nan_to_num(counts))
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            exact = 100 * np.nan_to_num(counts) / totals
            # A count is rounded as well, to half of it at most.
            slack = _ABOUT * figures.amounts + 2 * _halves(entries, figures) + 50 / totals
            wrong = ~(np.abs(exact - figures.amounts) <= slack)
        if wrong.any():
            contradictions.append((number, int(np.argmax(wrong))))
            continue
        unit = units.parse_unit(table.headings[number])
        if (unit is not None and unit.factor > 1) or parsed.multiples:
            if options.of is not None and options.counts and options.total is None:
                raise _too_coarse(title)
            return {}
        if np.isnan(counts).any() or not options.counts:
            return {}
        # The shares are those of the counts: what was printed is rounded, and may be out of bounds.
        return {"share": 100 * counts / totals, "count": _whole(counts, title), "total": totals}
    if contradictions and options.column is None:
        number, row = contradictions[0]
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
    units.refuse_too_many(counts, title)
    return counts


def _halves(entries: Entries, figures: Figures) -> Numbers:
    """Half a unit of the last digit of each share, in percent."""
    return figures.parsed.row_halves(entries.table.column(entries.value)) * figures.unit.factor
