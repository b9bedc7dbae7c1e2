"""One table, from a file to shares in percent: a row for each system of each ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex import periods, words
from spamindex.errors import (
    ColumnError,
    Doubt,
    FigureError,
    Findings,
    MatchError,
    PeriodError,
    Remedy,
    SpamIndexError,
    UnitError,
)
from spamindex.names import Names, fold
from spamindex.sources import Source
from spamindex.tables import aggregates, columns, counts, header, layout, numbers, rows, units
from spamindex.tables.layout import Entries
from spamindex.tables.options import TableOptions
from spamindex.tables.table import (
    Column,
    Mask,
    Numbers,
    Table,
    lines_of,
    mapped,
    numbers_of,
    texts,
    where,
)
from spamindex.tables.units import Figures
from spamindex.words import is_blank, is_missing


@dataclass(frozen=True)
class Reading:
    """A table of shares as it was read, and what is to be said of it.

    ``shares`` has a row for each system: the columns of ``by`` as 0, 1, 2 …, then ``os``,
    ``share`` in percent and, where they are asked for and known, ``count`` of ``total``, ``half``
    (half a unit of the last digit, in percent), ``design_effect`` and ``clusters``.
    ``names`` are those by which it meets another table, ``heading`` stands over them in the file,
    ``value`` over the shares. ``spans`` are the kinds of periods of each ``by``, ``periods`` those
    that the rows are of.
    """

    shares: pd.DataFrame
    by: tuple[str, ...]
    names: Names
    findings: Findings
    heading: str
    value: str
    periods: list[str]
    spans: list[tuple[str, set[str | None]]]
    unmet: list[str]
    of_systems: bool


def read_shares(
    source: Source, options: TableOptions | None = None, /, **fields: object
) -> pd.DataFrame:
    """Read a table of shares, or of counts, by operating system.

    ``source`` is a path or an open binary file; ``options`` say how it is to be read, and
    ``fields`` are fields of a TableOptions (``decimal=","``, ``by="country"``). What they leave out
    is found in the table where it is certain.

    Returns a DataFrame with a row for each OS: the ``by`` columns, ``os`` as the file spells it (or
    the name of its family) and ``share`` in percent; as asked for ``count`` of ``total``, and
    ``half``, half a unit of the last digit in percent. What a reader would want to know is warned
    of (SpamIndexNote, SpamIndexWarning). Raises a SpamIndexError where the file can't be used,
    whose ``settles`` are the fields that help, and ValueError for a field or a value that is none.

    >>> read_shares("data/share.csv").head(2)
            os  share
    0  Windows  91.58
    1    Linux   1.03
    """
    reading = read_table(source, (options or TableOptions()).with_fields(fields))
    reading.findings.warn()
    return named(reading.shares, reading.by)


def named(frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """A frame whose columns 0, 1, 2 … have the names ``by``. Raises ColumnError for one it has."""
    if clash := [name for name in by if name in frame.columns]:
        raise ColumnError(
            f"the result has a column {clash[0]!r} of its own; rename that of the table"
        )
    return frame.rename(columns=dict(enumerate(by)))


def read_table(source: Source, options: TableOptions) -> Reading:
    """Read one table, see ``read_shares``; what is to be said of it is returned.

    >>> read_table("data/share.csv", TableOptions()).findings.facts
    ["column 'market_share'", 'percents that add up to 100']
    """
    reading = reading_of(load(source, options), options)
    if reading.unmet:
        raise no_such_names(reading.unmet, [reading])
    return reading


def load(source: Source, options: TableOptions) -> Table:
    """The table of text in a file, under its headings. Raises a SpamIndexError."""
    return header.table(rows.read(source, options), options)


def no_such_names(unmet: Sequence[str], readings: Sequence[Reading]) -> MatchError:
    """The error for names that are to be left out and that no table has."""
    there = [str(name) for reading in readings for name in reading.shares["os"].unique()]
    return MatchError(
        f"no row is called {', '.join(map(repr, unmet))}; there are "
        + ", ".join(map(repr, dict.fromkeys(there)))
    )


def reading_of(table: Table, options: TableOptions) -> Reading:
    """The shares of a table of text. Raises a SpamIndexError."""
    entries = layout.entries(table, options)
    of_systems, names = _names(entries, options)
    if entries.by_system and any(entries.table.column(entries.os).cat.categories == ""):
        # A system without a name has a share all the same.
        entries = _with_os(entries, lambda name: name or "(no name)")
    reading = units.decimal_mark(entries, options)
    _refuse_faults(entries, reading.faults)
    values = numbers_of(entries.table.column(entries.value), reading.values)
    counted = _counted(entries, options, reading.whole, values)
    kept = aggregates.systems_among(
        entries,
        values,
        names,
        options,
        whole=_whole(entries, values) & (not counted),
        counts=counted,
    )
    filled = _filled(entries, values, kept.rows, counts=counted)
    entries, values, wholes = entries.only(filled), values[filled], kept.wholes[filled]
    before = _before(entries, reading.values, options)
    figures = units.settle(entries, reading, values, before, options)
    if figures.counts and (rolled := _rolled_up(entries, figures, options)).any():
        entries, wholes = entries.only(~rolled), wholes[~rolled]
        figures = replace(figures, amounts=figures.amounts[~rolled])
    apart = _refuse_repeats(entries, figures, options)
    behind = counts.behind(entries, figures, options)
    amounts = {"share": figures.amounts, **behind}
    shown = entries.table.column(entries.os)
    if options.family:
        if not of_systems:
            heading = entries.table.headings[entries.os]
            entries.table.findings.notes.append(
                f"{heading!r} holds no OS names, so there are no families"
            )
        shown = mapped(shown, names.label)
    groups = entries.rankings(mapped(shown, names.canonical))
    shares = _added_up(entries, shown, groups, amounts, counts_=figures.counts)
    if len(shares) < len(entries):
        _say_added_up(entries, apart, options, len(shares))
    if (figures.counts and "total" not in behind) or figures.counts:
        shares["share"] = _shares_of_counts(entries, figures, groups, shares, wholes)
    if not entries.ranked.all():
        shares = shares[_ranked(entries, groups)].reset_index(drop=True)
    _say(entries, options)
    return Reading(
        shares,
        tuple(by.name for by in options.by),
        names,
        entries.table.findings,
        entries.table.headings[entries.os],
        entries.heading,
        _periods(entries),
        [
            (
                entries.table.headings[i],
                {periods.span_of(t) for t in texts(entries.table.column(i))},
            )
            for i in entries.by
        ],
        entries.unmet,
        of_systems,
    )


def _names(entries: Entries, options: TableOptions) -> tuple[bool, Names]:
    """Whether the names are those of operating systems, and the names by which they meet others."""
    heading = options.key or entries.table.headings[entries.os]
    there = [
        t for t in texts(entries.table.column(entries.os)) if t and options.names.rest(t) is None
    ]
    known = sum(map(options.names.knows, there))
    heading_of_os = (
        entries.above
        or words.names_os(entries.table.headings[entries.os])
        or words.names_os(heading)
    )
    of_systems = heading_of_os or 2 * known > len(there)
    return of_systems, options.names if of_systems else options.names.plain()


def _with_os(entries: Entries, change: object) -> Entries:
    cells = entries.table.cells.copy(deep=False)
    cells[entries.os] = mapped(cells[entries.os], change)  # type: ignore[arg-type]
    return replace(entries, table=replace(entries.table, cells=cells))


def _refuse_faults(entries: Entries, faults: dict[str, str]) -> None:
    """Raise FigureError for all cells that are no figures."""
    if not faults:
        return
    value = entries.table.column(entries.value)
    bad = np.flatnonzero(where(value, faults.__contains__))
    if len(bad):
        shown = [
            f"{entries.at(i)}: {str(value.iloc[i])[:60]!r} {faults[value.iloc[i]]}" for i in bad
        ]
        marks = any("thousands mark" in why for why in faults.values())
        raise FigureError(
            *shown, settles=[Remedy("decimal", None, "says what the marks are")] if marks else ()
        )


def _counted(entries: Entries, options: TableOptions, whole: bool, values: Numbers) -> bool:
    """Whether the figures are counts, as far as can be told before totals are left out."""
    if options.unit is not None:
        return options.unit == "count"
    sign = units.said(entries.heading)
    if sign is not None:
        return sign.unit == "count"
    if words.says_shares(entries.heading):
        return False
    return words.measure(entries.heading) is not None or (
        whole and bool(np.nanmax(values, initial=0) > 100)
    )


def _whole(entries: Entries, values: Numbers) -> Mask:
    """Of each row, whether the shares of its ranking and period add up to the whole."""
    groups = entries.rankings(over_time=True)
    sums = np.bincount(groups, weights=np.nan_to_num(values))[groups]
    found: Mask = (np.abs(sums - 100) <= 0.1) | (np.abs(sums - 1) <= 0.001)
    return found


def _filled(entries: Entries, values: Numbers, kept: Mask, *, counts: bool) -> Mask:
    """The rows with a figure. Raises UnitError where a count is missing."""
    filled: Mask = kept & ~np.isnan(values)
    without = kept & np.isnan(values) & ~where(entries.table.column(entries.os), is_blank)
    if without.any():
        these = aggregates.named(entries, without)
        first = entries.name(int(np.flatnonzero(without)[0]))
        if counts:
            raise UnitError(
                f"{entries.title}: no count for {these}, so the total is not known",
                settles=[Remedy("drop", first, "leaves it out, and makes shares of the rest")],
            )
        remedy = Remedy("drop", first, "leaves it out")
        entries.table.findings.doubts.append(Doubt(f"no figure for {these}: left out", (remedy,)))
    if not filled.any():
        raise FigureError(f"{entries.title}: no row has a figure")
    return filled


def _before(entries: Entries, values: dict[str, float], options: TableOptions) -> Numbers | None:
    """The figures of all rows before some were chosen by another column than the OS's."""
    if len(entries.all_rows.cells) == len(entries.table.cells):
        return None
    others = [w for w in options.where if entries.table.find(w.column) not in ([entries.os], [])]
    if not others and entries.ranked.all():
        return None
    column = entries.all_rows.column(entries.value)
    names = entries.all_rows.column(entries.os)
    reading = {**numbers.read(texts(column))[0].values, **values}
    total = where(names, lambda name: words.called_total(name) or is_blank(name))
    return np.nan_to_num(numbers_of(column, reading))[~total]


def _rolled_up(entries: Entries, figures: Figures, options: TableOptions) -> Mask:
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


def _refuse_repeats(entries: Entries, figures: Figures, options: TableOptions) -> list[int]:
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
                    Remedy("period", max(texts(entries.table.column(over_time[0]))), "chooses one"),
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


def _added_up(
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


def _shares_of_counts(
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


def _ranked(entries: Entries, groups: npt.NDArray[np.int64]) -> Mask:
    chosen: Mask = np.bincount(groups, weights=entries.ranked) > 0
    return chosen


def _periods(entries: Entries) -> list[str]:
    """The periods that the rows are of, of the column that has most of them."""
    there = [texts(entries.table.column(i)) for i in entries.periods]
    return sorted(sorted(there, key=len)[-1]) if there else []


def _say_added_up(entries: Entries, apart: Sequence[int], options: TableOptions, left: int) -> None:
    along = [entries.table.called(i) for i in apart]
    over = f" over {', '.join(along)}" if along else ""
    family = " by family" if options.family else ""
    entries.table.findings.notes.append(f"{len(entries)} rows added up to {left}{over}{family}")


def _say(entries: Entries, options: TableOptions) -> None:
    """Say which column was taken, of which periods, and what was not used."""
    findings = entries.table.findings
    what = f"column {entries.table.called(entries.value)}"
    if entries.above:
        what = f"a column for each {'system' if entries.by_system else 'period'}"
    findings.facts.insert(0, what)
    if there := _periods(entries):
        findings.facts.append(f"of {periods.told(there)}")
    if entries.above:
        return
    used = {
        entries.os,
        entries.value,
        *entries.by,
        *entries.periods,
        *entries.summed,
        *entries.counted,
        *entries.combined,
    }
    used |= {i for w in options.where for i in entries.table.find(w.column)}
    own = {i for name in ("design_effect", "clusters") for i in entries.table.find(name)}
    if rest := columns.unused(entries.table, used | own):
        findings.notes.append(f"not used: {', '.join(rest)}")
