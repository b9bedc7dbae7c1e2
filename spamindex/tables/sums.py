"""Several rows of one name in, one out: counts add up along days or a column, shares never."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex import meaning, words
from spamindex.errors import MatchError, PeriodError, Remedy, SpamIndexError, UnitError
from spamindex.frames import decimal_sums
from spamindex.meaning import is_blank, is_missing
from spamindex.names import fold
from spamindex.tables import columns
from spamindex.tables.layout import Entries
from spamindex.tables.numbers import Reading, Sums
from spamindex.tables.options import TableOptions
from spamindex.tables.table import (
    Column,
    Mask,
    Numbers,
    are_sums,
    lines_of,
    mapped,
    summed,
    texts,
    where,
)
from spamindex.tables.units import Figures


def rolled_up(entries: Entries, figures: Figures, options: TableOptions) -> Mask:
    """The rows that are the total of others along a column that is added up.

    Their cell there is blank, or called a total. Raises MatchError where they are not their sum.
    """
    left = np.zeros(len(entries), bool)
    names = mapped(entries.table.column(entries.os), fold)
    along = [i for i in entries.summed if i != entries.os]
    if entries.os in entries.summed:
        groups = entries.rankings(names, over_time=True)
        wrong = are_sums(groups, figures.amounts) & (np.bincount(groups)[groups] > 2)
        if wrong.any():
            raise MatchError(
                f"{entries.title}: {entries.named(wrong)} is what the other rows of that name add "
                "up to: leave one or the other out of the file"
            )
    for number in along:
        column, heading = entries.table.column(number), entries.table.headings[number]
        title = f"{entries.table.name}: {entries.table.called(number)}"
        called = where(column, _is_total)
        others = [entries.table.column(i) for i in along if i != number]
        groups = entries.rankings(names, *others, over_time=True)
        beside = called & (summed(groups, ~called) > 0)
        exact = beside & np.isclose(
            figures.amounts, summed(groups, figures.amounts * ~called), rtol=1e-9
        )
        if (wrong := beside & ~exact).any():
            cell = str(column[wrong].iloc[0])
            settles = [Remedy("where", f"{heading}!={cell}", "leaves such rows out")]
            if not cell:
                settles.append(Remedy("fill", heading, "repeats the cell above"))
            raise MatchError(
                f"{title} is {repr(cell) if cell else 'blank'}, a total, for "
                f"{entries.named(wrong)}, but its figure is not what the others add up to",
                settles=settles,
            )
        if exact.any():
            entries.table.findings.notes.append(
                f"left out as the total along {entries.table.called(number)}: "
                f"{entries.named(exact)}"
            )
        _refuse_unnamed_total(entries, figures, number, groups, called)
        if heading not in {w.column for w in options.where}:
            _refuse_groups(column, heading, title)
        left |= exact
    return left


def _is_total(text: str) -> bool:
    """Whether a cell of a column that is added up says that its row is the total of others."""
    return is_blank(text) or is_missing(text) or meaning.called_total(text)


def _refuse_unnamed_total(
    entries: Entries, figures: Figures, number: int, groups: npt.NDArray[np.int64], called: Mask
) -> None:
    """Refuse a value of a column whose rows are always what the others of their system add up to.

    ``groups`` tells systems apart, and ``called`` are rows that are known to be totals.
    """
    column, exact = entries.table.column(number), are_sums(groups, figures.amounts * ~called)
    others = summed(groups, ~called) - 1
    for text in sorted(set(column[exact & (others > 1)])):
        of_text = (column == text).to_numpy()
        among = of_text & (others > 0)
        if exact[among].all():
            # To leave the value out would leave out systems that have no other.
            only = bool((of_text & (others == 0)).any())
            remedy = Remedy("where", f"{entries.table.headings[number]}!={text}", "leaves it out")
            raise MatchError(
                f"{entries.table.name}: {entries.table.called(number)} is {text!r} for "
                f"{entries.named(among)}, which is what the others add up to"
                + (": take such rows out of the file" if only else ""),
                settles=[] if only else [remedy],
            )


def _refuse_groups(column: Column, heading: str, title: str) -> None:
    """Refuse a continent among countries; desktop and mobile are parts, where they are alone."""
    there = texts(column)
    shown = [t for t in there if meaning.called_group(t) and meaning.words(t) not in words.DEVICES]
    rest = [t for t in there if t not in shown]
    if shown and rest:
        leaves = [*((t, "leaves it out") for t in sorted(shown)[:3])]
        leaves.append((rest[0], "or such leaves out what it holds"))
        raise MatchError(
            f"{title} holds {', '.join(map(repr, sorted(shown)[:3]))}, which may hold other rows",
            settles=[Remedy("where", f"{heading}!={text}", does) for text, does in leaves],
        )


def repeated(entries: Entries, reading: Reading) -> Mask:
    """The rows of shares that stand again just as they are, and without which they are whole."""
    again: Mask = entries.table.cells.duplicated().to_numpy()
    if again.any():
        column = entries.table.column(entries.value)
        groups = entries.rankings(over_time=True)
        values = np.nan_to_num(reading.of(column))
        sums = Sums(values * ~again, reading.halves(column) * ~again, groups)
        again = again & (sums.are(100) | sums.are(1))[groups]
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
    of_figures = set(columns.of_figures(table))
    versions = [i for i in told if meaning.holds(table.headings[i], words.VERSION_WORDS)]
    told = [i for i in told if i not in of_figures or i in versions] or [
        i for i in told if not meaning.says_measure(table.headings[i])
    ]
    if told:
        raise _which_label(entries, groups, told, figures)
    first, lines = _first_of_several(entries, groups)
    if not figures.counts:
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
            raise MatchError(
                f"{entries.title}: shares never add up, so not along {table.called(along[0])}",
                settles=[
                    Remedy("where", None, "chooses one value"),
                    Remedy("unit", "count", "takes them for counts"),
                ],
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


def _first_of_several(entries: Entries, groups: npt.NDArray[np.int64]) -> tuple[str, str]:
    """The first name that has several rows, and their lines."""
    row = int(np.argmax(np.bincount(groups)[groups] > 1))
    return entries.name(row), lines_of(entries.table.cells.index[groups == groups[row]])


def _which_label(
    entries: Entries, groups: npt.NDArray[np.int64], told: Sequence[int], figures: Figures
) -> SpamIndexError:
    """The error for rows of one name that differ in a column: kinds, or parts of one whole?"""
    row = int(np.argmax(np.bincount(groups)[groups] > 1))
    number, *more = told
    heading = entries.table.headings[number] or str(number + 1)
    there = [str(text) for text in entries.table.column(number)[groups == groups[row]]]
    shown = ", ".join(map(repr, dict.fromkeys(there[:3])))
    also = f" (and in {', '.join(map(entries.table.called, more))})" if more else ""
    kinds = [text for text in there if not _is_total(text)]
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
    if figures.counts:
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
    groups: npt.NDArray[np.int64],
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
    by = {number: _taken(entries.table.column(i), first) for number, i in enumerate(entries.by)}
    return pd.DataFrame(by).assign(os=_taken(shown, first), **sums)


def _first_rows(groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The first row of each group."""
    first = np.zeros(groups.max(initial=-1) + 1, np.int64)
    first[groups[::-1]] = np.arange(len(groups))[::-1]  # the last one written stays
    return first


def _taken(column: Column, rows: npt.NDArray[np.int64]) -> pd.api.extensions.ExtensionArray:
    """The texts of some rows, as pandas keeps text."""
    kinds = pd.array(list(column.cat.categories), dtype="str")
    return kinds.take(column.cat.codes.to_numpy()[rows])


def wholes_of(entries: Entries, figures: Figures, wholes: Numbers) -> Numbers:
    """How many there are in all, for each row: the total of its ranking, or the sum of its counts.

    Raises UnitError where there are none.
    """
    ranking = entries.rankings()
    totals = np.bincount(ranking, weights=figures.amounts)
    said = np.zeros(len(totals))
    np.maximum.at(said, ranking, np.nan_to_num(wholes) * figures.times)
    of: Numbers = np.where(said > 0, said, totals)[ranking]
    if not of.all():
        row = int(np.argmin(of))
        raise UnitError(f"{entries.title}: adds up to 0 in {entries.label(row)}; leave it out")
    return of


def shares_of_counts(figures: Figures, groups: npt.NDArray[np.int64], wholes: Numbers) -> Numbers:
    """What percent each group is of all counts of its ranking."""
    amounts: Numbers = np.bincount(groups, weights=figures.amounts).astype(float)
    return 100 * amounts / wholes[_first_rows(groups)]
