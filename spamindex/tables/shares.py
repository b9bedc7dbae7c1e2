"""One table, from a file to shares in percent: a row for each system of each ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    Remedy,
    UnitError,
)
from spamindex.names import Names
from spamindex.sources import Source
from spamindex.tables import (
    aggregates,
    columns,
    counts,
    header,
    layout,
    marks,
    numbers,
    rows,
    sums,
    units,
)
from spamindex.tables.layout import Entries
from spamindex.tables.options import TableOptions
from spamindex.tables.table import (
    Mask,
    Numbers,
    Table,
    mapped,
    numbers_of,
    texts,
    where,
)
from spamindex.words import is_blank


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
    ``half``, half a unit of the last digit in percent; ``attrs["read"]`` says in words how the
    table was read. What a reader would want to know is warned
    of (SpamIndexNote, SpamIndexWarning). Raises a SpamIndexError where the file can't be used,
    whose ``settles`` are the fields that help, and ValueError for a field or a value that is none.

    >>> shares = read_shares("data/share.csv")
    >>> shares.head(2)
            os  share
    0  Windows  91.58
    1    Linux   1.03
    >>> shares.attrs["read"]
    "data/share.csv: column 'market_share'; percents that add up to 100"
    """
    return told(read_table(source, (options or TableOptions()).with_fields(fields)))


def told(reading: Reading) -> pd.DataFrame:
    """The shares of a reading under their names, once what is to be said of it has been warned of.

    ``attrs["read"]`` says in words how the table was read. Raises ColumnError where two columns
    would have one name.
    """
    reading.findings.warn()
    frame, by = reading.shares, reading.by
    frame.attrs["read"] = reading.findings.note(always=True)
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
    reading = marks.decimal_mark(entries, options)
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
    if figures.counts and (rolled := sums.rolled_up(entries, figures, options)).any():
        entries, wholes = entries.only(~rolled), wholes[~rolled]
        figures = replace(figures, amounts=figures.amounts[~rolled])
    apart = sums.refuse_repeats(entries, figures, options)
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
    shares = sums.added_up(entries, shown, groups, amounts, counts_=figures.counts)
    if len(shares) < len(entries):
        _say_added_up(entries, apart, options, len(shares))
    if (figures.counts and "total" not in behind) or figures.counts:
        shares["share"] = sums.shares_of_counts(entries, figures, groups, shares, wholes)
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
                {periods.span_of(t) for t in entries.table.texts(i)},
            )
            for i in entries.by
        ],
        entries.unmet,
        of_systems,
    )


def _names(entries: Entries, options: TableOptions) -> tuple[bool, Names]:
    """Whether the names are those of operating systems, and the names by which they meet others."""
    heading = options.key or entries.table.headings[entries.os]
    there = [t for t in entries.table.texts(entries.os) if t and options.names.rest(t) is None]
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


def _ranked(entries: Entries, groups: npt.NDArray[np.int64]) -> Mask:
    chosen: Mask = np.bincount(groups, weights=entries.ranked) > 0
    return chosen


def _periods(entries: Entries) -> list[str]:
    """The periods that the rows are of, of the column that has most of them."""
    there = [entries.table.texts(i) for i in entries.periods]
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
