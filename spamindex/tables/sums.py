"""One row for each system out: counts add up along days, shares never; counts behind shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spamindex import meaning, words
from spamindex.errors import FigureError, MatchError, PeriodError, Remedy, SpamIndexError, UnitError
from spamindex.frames import decimal_sums
from spamindex.names import fold
from spamindex.tables import columns, numbers, units
from spamindex.tables.aggregates import is_total_cell
from spamindex.tables.layout import Entries
from spamindex.tables.numbers import Parsed, Sums
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Column, Groups, Mask, Numbers, lines_of, mapped, summed, texts
from spamindex.tables.units import Figures

_ABOUT = 0.01  # how far, of itself, a share may be from what its count says
_TOTAL = Remedy("total", None, "says how many there are in all")


def repeated(entries: Entries, reading: Parsed) -> Mask:
    """The rows of shares that stand again just as they are, and without which they are whole."""
    again: Mask = entries.table.cells.duplicated().to_numpy()
    if again.any():
        column = entries.table.column(entries.value)
        groups = entries.rankings(over_time=True)
        values = np.nan_to_num(reading.row_values(column))
        sums = Sums(values * ~again, reading.row_halves(column) * ~again, groups)
        again = again & (sums.add_up_to(100) | sums.add_up_to(1))[groups]
    return again


def refuse_repeats(entries: Entries, figures: Figures) -> list[int]:
    """Refuse several rows of one name that do not add up; the columns along which they do.

    Shares never add up. Counts do along the periods that are asked for, and along the columns that
    are to be added up. Raises MatchError or PeriodError.
    """
    if entries.each_once():
        return []
    table = entries.table
    names = mapped(table.column(entries.os), fold)
    groups = entries.rankings(names)
    differing = [
        i
        for i in dict.fromkeys([*entries.table.dated, *entries.labels, *entries.summed])
        if entries.rankings(names, table.column(i)).max() > groups.max()
    ]
    told = [i for i in differing if i in entries.labels]
    of_figures = set(columns.figure_columns(table))
    versions = [i for i in told if meaning.contains(table.headings[i], words.VERSION_WORDS)]
    told = [i for i in told if i not in of_figures or i in versions] or [
        i for i in told if not meaning.says_measure(table.headings[i])
    ]
    if told:
        raise _which_label(entries, groups, told, figures)
    first, lines = _first_of_several(entries, groups)
    if not figures.are_counts:
        if over_time := [i for i in differing if i in entries.table.dated]:
            raise PeriodError(
                f"{entries.title}: shares of several periods never add up, as of {first!r} "
                f"({lines})",
                settles=[
                    Remedy("by", "period", "ranks each"),
                    Remedy("period", max(table.texts(over_time[0])), "chooses one"),
                ],
            )
        if along := [i for i in differing if i in entries.summed]:
            settles = [Remedy("where", None, "chooses one value")]
            if np.isclose(figures.amounts.sum(), [1, 100], rtol=0.01).any():
                settles.append(Remedy("unit", "count", "takes them for parts of one whole"))
            raise MatchError(
                f"{entries.title}: shares never add up, so not along {table.called(along[0])}",
                settles=settles,
            )
        raise MatchError(f"{entries.title}: {first!r} stands twice ({lines}): leave one row of it")
    along = list(dict.fromkeys([*entries.summed, *entries.table.dated]))
    same = entries.rankings(names, *(table.column(i) for i in along if i != entries.os))
    if entries.os not in along and same.max() + 1 < len(same):
        first, lines = _first_of_several(entries, same)
        text = (
            f"{entries.title}: {first!r} stands twice ({lines}), and nothing tells the rows apart"
        )
        if table.cells.duplicated().any():
            raise MatchError(f"{text}: leave out of the file what was pasted twice")
        adds_up = Remedy("sum", table.headings[entries.os] or "1", "adds them up")
        raise MatchError(text, settles=[adds_up])
    return differing


def _first_of_several(entries: Entries, groups: Groups) -> tuple[str, str]:
    """The first name that has several rows, and their lines."""
    row = int(np.argmax(np.bincount(groups)[groups] > 1))
    return entries.name(row), lines_of(entries.table.cells.index[groups == groups[row]])


def _which_label(
    entries: Entries, groups: Groups, told: Sequence[int], figures: Figures
) -> SpamIndexError:
    """The error for rows of one name that differ in a column: kinds, or parts of one whole?"""
    row = int(np.argmax(np.bincount(groups)[groups] > 1))
    number, *more = told
    heading = entries.table.headings[number] or str(number + 1)
    there = [str(text) for text in entries.table.column(number)[groups == groups[row]]]
    shown = ", ".join(map(repr, dict.fromkeys(there[:3])))
    also = f" (and in {', '.join(map(entries.table.called, more))})" if more else ""
    kinds = [text for text in there if not is_total_cell(text)]
    # Counts before what is none, where the cells are words for measures.
    ordered = sorted(
        dict.fromkeys(kinds), key=lambda t: (meaning.measure(t) is None, meaning.says_other(t))
    )
    settles = [
        *(
            Remedy("where", f"{heading}={kind}", "another" if i else "chooses one kind")
            for i, kind in enumerate(ordered[:2])
        ),
        Remedy("by", heading, "ranks each"),
    ]
    if figures.are_counts:
        adds_up = Remedy("sum", heading, "adds them up, where they are parts of one whole")
        # Beside a total, adding up is what is safe: the total is checked then, and left out.
        settles.insert(len(settles) if len(kinds) == len(there) else 0, adds_up)
    return MatchError(
        f"{entries.title}: several rows of {entries.name(row)!r} differ in "
        f"{entries.table.called(number)}{also}: {shown}",
        settles=settles,
    )


def added_up(
    entries: Entries,
    shown: Column,
    groups: Groups,
    amounts: dict[str, Numbers],
    *,
    counts: bool,
) -> pd.DataFrame:
    """One row for each group, in the order in which they come; a total is that of all its rows."""
    first = _first_rows(groups)
    several = np.bincount(groups) > 1
    sums: dict[str, Numbers] = {}
    for name, amount in amounts.items():
        sums[name] = amount[first]
        if not several.any() or name == "total":
            continue
        if name in ("clusters", "design_effect"):  # those of parts say nothing of the whole
            sums[name][several] = np.nan
        elif counts and name == "share":
            sums[name] = np.bincount(groups, weights=amount).astype(float)
        else:
            parts = several[groups]
            added = decimal_sums(groups[parts].tolist(), amount[parts].tolist())
            sums[name][list(added)] = list(added.values())
    by = {n: entries.table.column(i).array.take(first) for n, i in enumerate(entries.by)}
    return pd.DataFrame(by).assign(os=shown.array.take(first), **sums)


def _first_rows(groups: Groups) -> Groups:
    """The first row of each group."""
    first = np.zeros(groups.max(initial=-1) + 1, np.int64)
    first[groups[::-1]] = np.arange(len(groups))[::-1]  # the last one written stays
    return first


def wholes_of(entries: Entries, figures: Figures, wholes: Numbers) -> Numbers:
    """How many there are in all, for each row: the total of its ranking, or the sum of its counts.

    Raises UnitError where there are none.
    """
    ranking = entries.rankings()
    totals = np.bincount(ranking, weights=figures.amounts)
    said = np.zeros(len(totals))
    np.maximum.at(said, ranking, np.nan_to_num(wholes) * figures.unit.factor)
    of: Numbers = np.where(said > 0, said, totals)[ranking]
    if not of.all():
        row = int(np.argmin(of))
        raise UnitError(f"{entries.title}: adds up to 0 in {entries.label(row)}; leave it out")
    return of


def shares_of_counts(figures: Figures, groups: Groups, wholes: Numbers) -> Numbers:
    """What percent each group is of all counts of its ranking."""
    amounts: Numbers = np.bincount(groups, weights=figures.amounts).astype(float)
    return 100 * amounts / wholes[_first_rows(groups)]


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
    found = _beside(entries, figures, options) if not figures.are_counts else {}
    of_one_table = options.of is None
    if options.rounding and not (figures.are_counts and of_one_table):
        if figures.are_counts:
            raise UnitError(
                f"{entries.title}: holds counts, which are not rounded: leave rounding out"
            )
        found["half"] = _halves(entries, figures)
    if options.total is not None:
        if (figures.are_counts and not figures.coarse) or "count" in found:
            raise UnitError(f"{entries.title}: holds counts already: leave their total out")
        share = 100 * figures.amounts / wholes if figures.are_counts else figures.amounts
        found["count"] = share / 100 * options.total
        found["total"] = np.full(len(entries), float(options.total))
    # By itself a table may hold amounts, or percents: only intervals need what was counted.
    elif options.counts and figures.are_counts and (_counted(entries, figures) or not of_one_table):
        if figures.coarse:
            raise _too_coarse(entries.title)
        found["count"] = _whole(figures.amounts, entries.title)
        found["total"] = _whole(wholes, entries.title)
    return found | (_of_clusters(entries) if options.counts else {})


def _counted(entries: Entries, figures: Figures) -> bool:
    """Whether counts are what was counted, and no amounts, nor shares that are taken for counts."""
    sign = units.parse_unit(entries.heading)
    shares = meaning.says_shares(entries.heading) or (sign is not None and sign.name != "count")
    amounts = figures.coarse or bool((figures.amounts % 1).any())
    return not (shares or amounts or figures.parsed.percents)


def _too_coarse(title: str) -> UnitError:
    return UnitError(
        f"{title}: counts in thousands or more are too coarse for intervals", settles=[_TOTAL]
    )


def _of_clusters(entries: Entries) -> dict[str, Numbers]:
    found = {}
    for name in ("design_effect", "clusters"):
        if columns := entries.table.find(name):
            column = entries.table.column(columns[0])
            reading = numbers.parse(texts(column), ["."])[0]
            if reading.faults:
                text, why = next(iter(reading.faults.items()))
                raise FigureError(f"{entries.table.name}: column {name!r}: {text!r} {why}")
            found[name] = reading.row_values(column)
    return found


def _beside(entries: Entries, figures: Figures, options: TableOptions) -> dict[str, Numbers]:
    """The counts in a column beside the shares, and their totals; nothing where there are none.

    Where nobody has named the column of shares, counts that are not proportional to them are
    refused: which of the two is it?
    """
    table, odd = entries.table, []
    for number in sorted(entries.counted, key=lambda n: meaning.measure(table.headings[n]) or 0):
        column, title = table.column(number), f"{table.name}: {table.called(number)}"
        readings = [reading for reading in numbers.parse(texts(column)) if not reading.faults]
        if not readings:
            continue
        reading = max(readings, key=lambda reading: reading.whole)
        counts = reading.row_values(column)
        totals = _totals(entries, figures, np.nan_to_num(counts))
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            exact = 100 * np.nan_to_num(counts) / totals
            # A count is rounded as well, to half of it at most.
            slack = _ABOUT * figures.amounts + 2 * _halves(entries, figures) + 50 / totals
            wrong = ~(np.abs(exact - figures.amounts) <= slack)
        if wrong.any():
            odd.append((number, int(np.argmax(wrong))))
            continue
        sign = units.parse_unit(table.headings[number])
        if (sign is not None and sign.factor > 1) or reading.multiples:
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
    units.refuse_too_many(counts, title)
    return counts


def _halves(entries: Entries, figures: Figures) -> Numbers:
    """Half a unit of the last digit of each share, in percent."""
    return figures.parsed.row_halves(entries.table.column(entries.value)) * figures.unit.factor
