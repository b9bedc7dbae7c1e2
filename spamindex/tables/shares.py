"""read_shares: one table in, its shares out, with a note of how it was read; calls each step."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spamindex import meaning, periods
from spamindex.errors import (
    ColumnError,
    Doubt,
    FigureError,
    Findings,
    MatchError,
    Remedy,
    SpamIndexError,
    UnitError,
    listed,
)
from spamindex.meaning import is_blank
from spamindex.names import Names, fold
from spamindex.sources import Source
from spamindex.tables import aggregates, columns, counts, header, layout, numbers, rows, sums, units
from spamindex.tables.layout import Entries
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Mask, Numbers, Table, mapped, numbers_of, texts, where


@dataclass(frozen=True)
class Reading:
    """The shares of one table, and how it was read."""

    shares: pd.DataFrame
    """A row for each system: the columns of ``by`` as 0, 1, 2 …, then ``os``, all of categories,
    ``share`` in percent and, as asked for, ``count`` of ``total``, ``half`` (half a unit of the
    last digit, in percent), ``design_effect`` and ``clusters``."""
    by: tuple[str, ...]
    names: Names
    """The names by which its systems meet those of another table."""
    findings: Findings
    heading: str
    """The heading of the systems in the file."""
    value: int
    """The number of the column of shares or counts."""
    periods: list[str]
    """The periods of its rows."""
    all_of: dict[str, str]
    """What all rows have in common, such as a country, by its heading."""
    spans: list[tuple[str, set[str | None]]]
    """For each of ``by``, its heading and the spans of its periods."""
    unmet: list[str]
    """Names to be dropped that no row has."""
    idle: list[str]
    """Names in a file of names that neither a row nor another line has."""
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
    table was read. What a reader would want to know is warned of (SpamIndexNote,
    SpamIndexWarning). Raises a SpamIndexError where the file can't be used, or a field or value is
    none; its ``settles`` are the fields that help.

    >>> shares = read_shares("data/share.csv")
    >>> shares.head(2)
            os  share
    0  Windows  91.58
    1    Linux   1.03
    >>> shares.attrs["read"]
    "data/share.csv: column 'market_share'; percents that add up to 100"
    """
    return as_frame(read_table(source, (options or TableOptions()).with_fields(fields)))


def as_frame(reading: Reading) -> pd.DataFrame:
    """The shares with named columns, for users of the library; warns of the findings.

    Raises ColumnError if two columns would have one name.
    """
    reading.findings.warn()
    frame, by = reading.shares, reading.by
    frame.attrs["read"] = reading.findings.note(always=True)
    if clash := [name for name in by if name in frame.columns]:
        raise ColumnError(
            f"the result has a column {clash[0]!r} of its own; rename that of the table"
        )
    texts = dict.fromkeys([*range(len(by)), "os"], "str")
    return frame.astype(texts).rename(columns=dict(enumerate(by)))


def read_table(source: Source, options: TableOptions) -> Reading:
    """Read one table, see ``read_shares``; what is to be said of it is returned.

    >>> read_table("data/share.csv", TableOptions()).findings.facts
    ["column 'market_share'", 'percents that add up to 100']
    """
    reading = reading_of(load(source, options), options)
    say_unmatched([reading])
    return reading


def load(source: Source, options: TableOptions) -> Table:
    """The table of text in a file, under its headings. Raises a SpamIndexError."""
    found = rows.read(source, options)
    with _other_sheets(found.table.findings):
        return layout.to_long(header.parse_table(found, options), options)


@contextlib.contextmanager
def _other_sheets(findings: Findings) -> Iterator[None]:
    """Name the sheets that could have been read in errors of the one that was."""
    try:
        yield
    except SpamIndexError as error:
        error.settles = (*sheets(findings)[1:], *error.settles)
        raise


def sheets(findings: Findings) -> list[Remedy]:
    """The sheets of a workbook of which the first was read, since none was named."""
    return [r for doubt in findings.doubts for r in doubt.settles if r.field == "sheet"]


def say_unmatched(readings: Sequence[Reading]) -> None:
    """Refuse names to be dropped that no table has; note lines of one's own that speak of no row.

    Such a line may be mistyped. Raises MatchError.
    """
    first, *more = readings
    if unmet := [name for name in first.unmet if all(name in r.unmet for r in more)]:
        there = (str(name) for reading in readings for name in reading.shares["os"].unique())
        raise MatchError(
            f"no row is called {', '.join(map(repr, unmet))}; there are "
            + ", ".join(map(repr, dict.fromkeys(there)))
        )
    if idle := [repr(name) for name in first.idle if all(name in r.idle for r in more)]:
        first.findings.notes.append(f"of the names given, no row is called {listed(idle)}")


def _idle(entries: Entries, names: Names) -> list[str]:
    """The names of lines of one's own of which neither a row nor another line speaks."""
    there = {fold(text) for text in entries.all_rows.texts(entries.os)}
    there |= {fold(to) for name, to, _ in names.own if fold(name) != fold(to)}
    own = {name: fold(name) for name, _, _ in names.own if name}
    return [
        name
        for name, folded in own.items()
        if folded not in there and not any(text.startswith(f"{folded} ") for text in there)
    ]


def reading_of(table: Table, options: TableOptions) -> Reading:
    """The shares of a table of text. Raises a SpamIndexError."""
    with _other_sheets(table.findings):
        return _read(table, options)


def _read(table: Table, options: TableOptions) -> Reading:
    entries = layout.find_entries(table, options)
    of_systems, names = _names(entries, options)
    if entries.table.above == "os":  # one without a name has a share all the same
        named_ = mapped(entries.table.column(entries.os), lambda name: name or "(no name)")
        entries = replace(entries, table=entries.table.replaced(entries.os, named_))
    units.refuse_unit_column(entries)
    parsed = units.parse_figures(entries, options)
    _refuse_faults(entries, parsed.faults)
    counted = _counted(entries, options, parsed)
    if not counted and not entries.each_once and (again := sums.repeated(entries, parsed)).any():
        entries.table.findings.notes.append(f"left out, as repeated: {entries.named(again)}")
        entries = entries.only(~again)
    kept, wholes = aggregates.find_systems(entries, parsed, names, options, counts=counted)
    filled = _filled(entries, parsed, kept, counts=counted)
    entries, wholes = entries.only(filled), wholes[filled]
    figures = units.in_unit(entries, parsed, _before(entries, parsed, options), options)
    if figures.are_counts:
        entries, figures, wholes = _without_subtotals(entries, figures, wholes, options)
    apart = sums.refuse_repeats(entries, figures)
    amounts = {
        "share": figures.amounts,
        **counts.columns_of_counts(entries, figures, wholes, options),
    }
    findings, headings = entries.table.findings, entries.table.headings
    shown = entries.table.column(entries.os)
    if options.family:
        shown = mapped(shown, names.label)
        if not of_systems:
            note = f"{headings[entries.os]!r} holds no OS names, so there are no families"
            findings.notes.append(note)
    groups = entries.rankings(mapped(shown, names.canonical))
    shares = sums.added_up(entries, shown, groups, amounts, counts=figures.are_counts)
    if len(shares) < len(entries):
        over = f" over {', '.join(map(entries.table.called, apart))}" if apart else ""
        family = " by family" if options.family else ""
        findings.notes.append(f"{len(entries)} rows added up to {len(shares)}{over}{family}")
    if figures.are_counts:
        shares["share"] = counts.shares_of_counts(figures, groups, wholes)
    if not entries.ranked.all():
        ranked = np.bincount(groups, weights=entries.ranked) > 0
        shares = shares[ranked].reset_index(drop=True)
    by_column = [sorted(entries.table.texts(i)) for i in entries.table.dated]
    longest = max(by_column, key=len, default=[])
    if not longest and (period := periods.find_in(entries.heading) or _dated_by(entries)):
        longest = [period]
    _say(entries, longest, options)
    spans = [(headings[i], set(map(periods.span_of, entries.table.texts(i)))) for i in entries.by]
    return Reading(
        shares=shares,
        by=tuple(by.name for by in options.by),
        names=names,
        findings=findings,
        heading=headings[entries.os],
        value=entries.value,
        periods=longest,
        all_of=_all_of(entries),
        spans=spans,
        unmet=entries.unmet,
        idle=_idle(entries, options.names),
        of_systems=of_systems,
    )


def _without_subtotals(
    entries: Entries, figures: units.Figures, wholes: Numbers, options: TableOptions
) -> tuple[Entries, units.Figures, Numbers]:
    """Counts without the totals along what is added up, and what they are divided by."""
    if (subtotals := sums.find_subtotals(entries, figures, options)).any():
        entries, wholes = entries.only(~subtotals), wholes[~subtotals]
        figures = replace(figures, amounts=figures.amounts[~subtotals])
    units.report_counts(entries, figures, options)
    return entries, figures, counts.wholes_of(entries, figures, wholes)


def _names(entries: Entries, options: TableOptions) -> tuple[bool, Names]:
    """Whether the names are those of operating systems, and the names by which they meet others."""
    heading, names = entries.table.headings[entries.os], options.names
    of_systems = bool(entries.table.above)
    of_systems |= any(map(meaning.names_os, (heading, options.key or "")))
    if not of_systems:
        there = [t for t in entries.table.texts(entries.os) if t and names.rest(t) is None]
        of_systems = 2 * sum(map(names.knows, there)) > len(there)
    return of_systems, names if of_systems else names.plain()


def _refuse_faults(entries: Entries, faults: dict[str, str]) -> None:
    """Raise FigureError for all cells that are no figures."""
    value = entries.table.column(entries.value)
    bad = np.flatnonzero(where(value, faults.__contains__))
    if shown := [f"{entries.at(i)}: {value.iloc[i][:60]!r} {faults[value.iloc[i]]}" for i in bad]:
        marks = any("thousands mark" in why for why in faults.values())
        settles = [Remedy("decimal", None, "says what the marks are")] if marks else []
        raise FigureError(*shown, settles=settles)


def _counted(entries: Entries, options: TableOptions, parsed: numbers.Parsed) -> bool:
    """Whether the figures are counts, as far as can be told before totals are left out."""
    if options.unit is not None:
        return options.unit == "count"
    heading = entries.heading
    if (unit := units.parse_unit(heading)) is not None:
        return unit.name == "count"
    counts = meaning.measure(heading) is not None or parsed.surely_counts
    return counts and not meaning.says_shares(heading)


def _filled(entries: Entries, parsed: numbers.Parsed, kept: Mask, *, counts: bool) -> Mask:
    """The rows with a figure. Raises UnitError where a count is missing."""
    has_figure = ~np.isnan(parsed.row_values(entries.table.column(entries.value)))
    without = kept & ~has_figure & ~where(entries.table.column(entries.os), is_blank)
    if without.any():
        these, first = entries.named(without), entries.name(int(np.argmax(without)))
        if counts:
            raise UnitError(
                f"{entries.title}: no count for {these}, so the total is not known",
                settles=[Remedy("drop", first, "leaves it out, and makes shares of the rest")],
            )
        remedy = Remedy("drop", first, "leaves it out")
        entries.table.findings.doubts.append(Doubt(f"no figure for {these}: left out", (remedy,)))
    if not (kept & has_figure).any():
        raise FigureError(f"{entries.title}: no row has a figure")
    return kept & has_figure


def _before(entries: Entries, parsed: numbers.Parsed, options: TableOptions) -> Numbers | None:
    """The figures of all rows before some were chosen by another column than the OS's."""
    others = [w for w in options.where if entries.table.find(w.column) not in ([entries.os], [])]
    fewer = len(entries.all_rows.cells) > len(entries.table.cells)
    if not fewer or not (others or not entries.ranked.all()):
        return None
    column, names = (entries.all_rows.column(i) for i in (entries.value, entries.os))
    known = {**numbers.parse(texts(column))[0].values, **parsed.values}
    total = where(names, lambda name: meaning.called_total(name) or is_blank(name))
    return np.nan_to_num(numbers_of(column, known))[~total]


def _all_of(entries: Entries) -> dict[str, str]:
    """What all rows have in common, by the heading over it: a country, or a kind of machine."""
    found = {}
    for number in entries.labels:
        first, *more = entries.table.texts(number)
        speaks = (
            meaning.says_measure(first)
            or meaning.names_os(first)
            or units.parse_unit(f"in {first}")
        )
        if not more and not speaks and any(map(str.isalpha, first)):
            found[entries.table.headings[number]] = first
    return found


def _dated_by(entries: Entries) -> str | None:
    """The one day or month that a column not used has in all rows; a year may be anything."""
    alone = [text for i in entries.labels for text, *more in [entries.table.texts(i)] if not more]
    days = [periods.parse_column([text])[text] for text in alone]
    return next((day for day in days if day and len(day) > len("2010")), None)


def _say(entries: Entries, there: Sequence[str], options: TableOptions) -> None:
    """Say which column was taken, of which periods, and what was not used."""
    table, findings = entries.table, entries.table.findings
    each = {"os": "a column for each system", "period": "a column for each period"}
    findings.facts.insert(0, each.get(table.above, f"column {table.called(entries.value)}"))
    if there:
        findings.facts.append(f"of {periods.summary(there)}")
    named_ = [*(w.column for w in options.where), "design_effect", "clusters"]
    used = {i for name in named_ for i in table.find(name)} | {entries.os, entries.value}
    used.update(entries.by, entries.table.dated, entries.summed, entries.counted, table.made_of)
    if not table.above and (rest := columns.unused_columns(table, used)):
        findings.notes.append(f"not used: {', '.join(rest)}")
