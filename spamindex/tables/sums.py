"""Rows of one name to one row: counts that add up, and refusals of what does not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex import words
from spamindex.errors import MatchError, PeriodError, Remedy, SpamIndexError, UnitError
from spamindex.names import fold
from spamindex.tables import aggregates, columns
from spamindex.tables.layout import Entries
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Column, Mask, Numbers, lines_of, mapped, texts, where
from spamindex.tables.units import Figures
from spamindex.words import is_blank, is_missing


def rolled_up(entries: Entries, figures: Figures, options: TableOptions) -> Mask:
    """The rows that are the total of others along a column that is added up.

    Their cell there is blank, or called a total. Raises MatchError where they are not their sum.
    """
    left = np.zeros(len(entries), bool)
    names = mapped(entries.table.column(entries.os), fold)
    chosen = {w.column for w in options.where}
    for number in entries.summed:
        if number == entries.os:
            _refuse_sums_of_others(entries, figures, names)
            continue
        column = entries.table.column(number)
        called = where(column, _is_total)
        others = [entries.table.column(i) for i in entries.summed if i not in (number, entries.os)]
        groups = entries.rankings(names, *others, over_time=True)
        parts = np.bincount(groups, weights=figures.amounts * ~called)[groups]
        beside = np.bincount(groups, weights=~called)[groups] > 0
        exact = called & beside & np.isclose(figures.amounts, parts, rtol=1e-9)
        heading = entries.table.called(number)
        if (wrong := called & beside & ~exact).any():
            title = entries.table.headings[number]
            cell = str(column[wrong].iloc[0])
            settles = [Remedy("where", f"{title}!={cell}", "leaves such rows out")]
            if not cell:
                settles.append(Remedy("fill", title, "repeats the cell above"))
            raise MatchError(
                f"{entries.table.name}: {heading} is {repr(cell) if cell else 'blank'}, a total, "
                "for "
                f"{aggregates.named(entries, wrong)}, but its figure is not what the others add up "
                "to",
                settles=settles,
            )
        if exact.any():
            entries.table.findings.notes.append(
                f"left out as the total along {heading}: {aggregates.named(entries, exact)}"
            )
        _refuse_unnamed_total(entries, figures, number, groups, called)
        # Desktop and mobile are parts of the whole in a column of their own.
        groups_in = where(
            column, lambda text: words.called_group(text) and words.words(text) not in words.DEVICES
        )
        if groups_in.any() and not groups_in.all() and entries.table.headings[number] not in chosen:
            shown = sorted({str(t) for t in column[groups_in]})
            title = entries.table.headings[number]
            raise MatchError(
                f"{entries.table.name}: {heading} holds {', '.join(map(repr, shown[:3]))}, which "
                "may hold other rows",
                settles=[
                    *(Remedy("where", f"{title}!={text}", "leaves it out") for text in shown[:3]),
                    *(
                        Remedy("where", f"{title}!={text}", "or such leaves out what it holds")
                        for text in [t for t in texts(column) if t not in shown][:1]
                    ),
                ],
            )
        left |= exact
    return left


def _refuse_unnamed_total(
    entries: Entries,
    figures: Figures,
    number: int,
    groups: npt.NDArray[np.int64],
    called: Mask,
) -> None:
    """Refuse a value of a column whose rows are always what the others of their system add up to.

    ``groups`` tells systems apart, and ``called`` are rows that are known to be totals.
    """
    column, amounts = entries.table.column(number), figures.amounts * ~called
    sums = np.bincount(groups, weights=amounts)[groups]
    others = np.bincount(groups, weights=~called)[groups] - 1
    exact = (amounts > 0) & np.isclose(2 * amounts, sums, rtol=1e-9)
    for text in sorted(set(column[exact & (others > 1)])):
        of_text = where(column, lambda t, wanted=text: t == wanted)  # type: ignore[misc]
        among = of_text & (others > 0)
        if exact[among].all():
            heading = entries.table.headings[number]
            # To leave the value out would leave out systems that have no other.
            only = bool((of_text & (others == 0)).any())
            raise MatchError(
                f"{entries.table.name}: {entries.table.called(number)} is {text!r} for "
                f"{aggregates.named(entries, among)}, which is what the others add up to"
                + (": take such rows out of the file" if only else ""),
                settles=[] if only else [Remedy("where", f"{heading}!={text}", "leaves it out")],
            )


def _is_total(text: str) -> bool:
    """Whether a cell of a column that is added up says that its row is the total of others."""
    return is_blank(text) or is_missing(text) or words.called_total(text)


def _refuse_sums_of_others(entries: Entries, figures: Figures, names: Column) -> None:
    """Refuse rows of one name of which one is what the others add up to, to the last digit."""
    groups = entries.rankings(names, over_time=True)
    sums = np.bincount(groups, weights=figures.amounts)[groups]
    several = np.bincount(groups)[groups] > 2
    wrong = several & (figures.amounts > 0) & np.isclose(2 * figures.amounts, sums, rtol=1e-9)
    if wrong.any():
        raise MatchError(
            f"{entries.title}: {aggregates.named(entries, wrong)} is what the other rows of that "
            "name add up to: leave one or the other out of the file"
        )


def refuse_repeats(entries: Entries, figures: Figures, options: TableOptions) -> list[int]:
    """Refuse several rows of one name that do not add up; the columns along which they do.

    Shares never add up. Counts do along the periods that are asked for, and along the columns that
    are to be added up. Raises MatchError or PeriodError.
    """
    names = mapped(entries.table.column(entries.os), fold)
    groups = entries.rankings(names)
    if groups.max() + 1 == len(groups):
        return []
    differing = [
        i
        for i in dict.fromkeys([*entries.periods, *entries.labels, *entries.summed])
        if entries.rankings(names, entries.table.column(i)).max() > groups.max()
    ]
    of_figures = set(columns.of_figures(entries.table))
    several = np.flatnonzero(np.bincount(groups)[groups] > 1)
    first = entries.name(several[0])
    lines = lines_of(entries.table.cells.index[groups == groups[several[0]]])
    over_time = [i for i in differing if i in entries.periods]
    told = [i for i in differing if i in entries.labels]
    of_measures = [i for i in told if words.says_measure(entries.table.headings[i])]
    versions = [i for i in told if words.is_version(entries.table.headings[i])]
    told = [i for i in told if i not in of_figures or i in versions] or [
        i for i in told if i not in of_measures
    ]
    if told:
        raise _which_label(entries, groups, told, several, figures)
    if not figures.counts:
        if over_time:
            raise PeriodError(
                f"{entries.title}: shares of several periods never add up, as of {first!r} "
                f"({lines})",
                settles=[
                    Remedy("by", "period", "ranks each"),
                    Remedy("period", max(entries.table.texts(over_time[0])), "chooses one"),
                ],
            )
        if along := [i for i in differing if i in entries.summed]:
            raise MatchError(
                f"{entries.title}: shares never add up, so not along "
                f"{entries.table.called(along[0])}",
                settles=[
                    Remedy("where", None, "chooses one value"),
                    Remedy("unit", "count", "takes them for counts"),
                ],
            )
        raise MatchError(f"{entries.title}: {first!r} stands twice ({lines}): leave one row of it")
    summed = [
        entries.table.column(i)
        for i in dict.fromkeys([*entries.summed, *entries.periods])
        if i != entries.os
    ]
    same = entries.rankings(names, *summed)
    if same.max() + 1 < len(same) and entries.os not in entries.summed:
        twice = np.flatnonzero(np.bincount(same)[same] > 1)
        first = entries.name(twice[0])
        lines = lines_of(entries.table.cells.index[same == same[twice[0]]])
        raise MatchError(
            f"{entries.title}: {first!r} stands twice ({lines}), and nothing tells the rows apart",
            settles=[Remedy("sum", entries.table.headings[entries.os] or "1", "adds them up")],
        )
    return differing


def _which_label(
    entries: Entries,
    groups: npt.NDArray[np.int64],
    told: Sequence[int],
    several: npt.NDArray[np.int64],
    figures: Figures,
) -> SpamIndexError:
    """The error for rows of one name that differ in a column: kinds, or parts of one whole?"""
    row = int(several[0])
    number = told[0]
    heading = entries.table.headings[number] or str(number + 1)
    there = entries.table.column(number)[groups == groups[row]]
    shown = ", ".join(repr(str(t)) for t in dict.fromkeys(there[:3]))
    also = f" (and in {', '.join(entries.table.called(i) for i in told[1:])})" if told[1:] else ""
    kinds = [t for t in map(str, there) if not _is_total(t)]
    # Counts before what is none, where the cells are words for measures.
    ordered = sorted(
        dict.fromkeys(kinds), key=lambda t: (words.measure(t) is None, words.says_other(t))
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
    counts_: bool,
) -> pd.DataFrame:
    """One row for each group, in the order in which they come; a total is that of all its rows."""
    first = np.zeros(groups.max(initial=-1) + 1, np.int64)
    first[groups[::-1]] = np.arange(len(groups))[::-1]  # the last one written stays
    several = np.bincount(groups)[groups] > 1
    sums: dict[str, Numbers] = {}
    for name, amount in amounts.items():
        if name in ("total", "clusters", "design_effect") or not several.any():
            sums[name] = amount[first]
            if name in ("clusters", "design_effect"):  # those of parts say nothing of the whole
                sums[name] = np.where(np.bincount(groups) > 1, np.nan, sums[name])
        elif counts_ and name == "share":
            sums[name] = np.bincount(groups, weights=amount).astype(float)
        else:
            sums[name] = amount[first]
            # What was written as decimals adds up as decimals: 11.54 + 27.38 is 38.92.
            exact: dict[int, Decimal] = {}
            for part, figure in zip(
                groups[several].tolist(), amount[several].tolist(), strict=True
            ):
                exact[part] = exact.get(part, Decimal()) + Decimal(repr(figure))
            sums[name][list(exact)] = [float(total) for total in exact.values()]
    by = {number: _taken(entries.table.column(i), first) for number, i in enumerate(entries.by)}
    return pd.DataFrame(by).assign(os=_taken(shown, first), **sums)


def _taken(column: Column, rows_: npt.NDArray[np.int64]) -> pd.api.extensions.ExtensionArray:
    """The texts of some rows, as pandas keeps text."""
    kinds = pd.array(list(column.cat.categories), dtype="str")
    return kinds.take(column.cat.codes.to_numpy()[rows_])


def shares_of_counts(
    entries: Entries,
    figures: Figures,
    groups: npt.NDArray[np.int64],
    shares: pd.DataFrame,
    wholes: Numbers,
) -> Numbers:
    """What percent of all counts of its ranking each one is."""
    ranking = entries.rankings()
    totals = np.bincount(ranking, weights=figures.amounts)
    said = np.zeros(len(totals))
    np.maximum.at(said, ranking, np.nan_to_num(wholes) * figures.times)
    totals = np.where(said > 0, said, totals)
    of = np.zeros(groups.max(initial=-1) + 1)
    of[groups] = totals[ranking]
    if not of.all():
        row = int(np.flatnonzero(totals[ranking] == 0)[0])
        raise UnitError(f"{entries.title}: adds up to 0 in {entries.label(row)}; leave it out")
    amounts: Numbers = np.bincount(groups, weights=figures.amounts).astype(float)
    return 100 * amounts / of
