"""A table to its entries: one row for each figure, of the periods and rows that are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from spamindex import periods, words
from spamindex.errors import ColumnError, PeriodError, Remedy, listed
from spamindex.names import fold
from spamindex.tables import columns
from spamindex.tables.numbers import is_clock
from spamindex.tables.options import By, TableOptions, Where
from spamindex.tables.table import (
    Column,
    Mask,
    Table,
    categories,
    groups,
    lines_of,
    mapped,
    texts,
    where,
)
from spamindex.words import is_blank

ALL, LAST = "all", "last"
_ISO_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?", re.ASCII)
_NUMBERED = re.compile(r"\d\d?[./-]\d\d?[./-]\d{4}", re.ASCII)
_SPANS = {"day": 10, "month": 7, "year": 4}  # the digits of an ISO date


@dataclass(frozen=True)
class Entries:
    """A table with one row for each figure, and the numbers of its columns.

    ``by`` tells rankings apart, ``periods`` are the columns of periods, ``summed`` those along
    which counts may be added up, ``counted`` those that may hold counts behind the shares,
    ``combined`` those of years and months that make up one of periods, and ``labels`` all others.
    ``above`` says that the names, or the periods, stand in the headings. ``all_rows`` is the table
    before rows were chosen by other columns than that of the OS, and ``ranked`` are the rows that
    were chosen by that one. ``unmet`` are names that an option gives and the table has not.
    """

    table: Table
    all_rows: Table
    os: int
    value: int
    by: list[int]
    periods: list[int]
    summed: list[int]
    counted: list[int]
    labels: list[int]
    combined: list[int]
    above: bool
    ranked: Mask
    unmet: list[str] = field(default_factory=list)

    @property
    def by_system(self) -> bool:
        """Whether the names stand in the headings."""
        return self.above and self.os == self.value - 1

    @property
    def heading(self) -> str:
        """The heading of the figures; empty where they stand in several columns."""
        return "" if self.above else self.table.headings[self.value]

    @property
    def title(self) -> str:
        """What messages call the figures as a whole."""
        return f"{self.table.name}: column {self.heading!r}" if self.heading else self.table.name

    def __len__(self) -> int:
        return len(self.table.cells)

    def name(self, row: int | np.integer) -> str:
        """The name in a row."""
        return str(self.table.column(self.os).iloc[row])

    def line(self, row: int | np.integer) -> int:
        """The line of a row."""
        return int(self.table.cells.index.to_numpy()[row])

    def at(self, row: int | np.integer) -> str:
        """Where a figure stands, as messages say it."""
        # What stood in the headings stands left of the figures now.
        above = self.table.column(self.value - 1).iloc[row] if self.above else None
        column = self.heading if above is None else str(above)
        return f"{self.table.at(self.line(row))}" + (f": column {column!r}" if column else "")

    def rankings(self, *more: Column, over_time: bool = False) -> npt.NDArray[np.int64]:
        """A number for each row: the same in one ranking, one period, and one of ``more``."""
        numbers = dict.fromkeys([*self.by, *(self.periods if over_time else [])])
        return groups([*(self.table.column(i) for i in numbers), *more], len(self))

    def label(self, row: int | np.integer) -> str:
        """The ranking and period of a row as messages name it; empty where there is one."""
        numbers = dict.fromkeys([*self.by, *self.periods])
        told = [i for i in numbers if len(texts(self.table.column(i))) > 1]
        return ", ".join(str(self.table.column(i).iloc[row]) for i in told)

    def only(self, rows: Mask) -> Entries:
        """The entries in these rows alone."""
        return replace(self, table=self.table.only(rows), ranked=self.ranked[rows])


def entries(table: Table, options: TableOptions) -> Entries:
    """Find the figures of a table, and choose among its rows.

    A wide table, which has a column for each system or for each period, is taken as the long one
    that says the same. Raises ColumnError or PeriodError where that is not certain, or where a
    column that is used has blank cells.
    """
    for name in options.fill:
        table = _filled(table, columns.find(table, name))
    named = [i for name in _named(options) for i in table.find(name)]
    table, dated, combined = _with_periods(table, options, named)
    apart = {*named, *dated, *combined}
    systems = columns.is_wide(table, options.names, options, apart)
    spans = [] if systems or options.column else columns.by_period(table)
    counted: list[int] = []
    if systems or spans:
        table, moved = _melted(table, systems or spans, "os" if systems else "period")
        dated, combined = [moved[i] for i in dated], [moved[i] for i in combined]
        apart = {*dated, *combined, *(i for n in _named(options) for i in table.find(n))}
        above, value = len(table.headings) - 2, len(table.headings) - 1
        if spans:
            dated = [*dated, above]
            parsed = periods.in_column(texts(table.column(above)))
            table = _with(table, above, mapped(table.column(above), lambda t: parsed.get(t) or t))
        os = above if systems else columns.key_column(table, options, {*apart, above, value})
    else:
        os = columns.key_column(table, options, apart)
        value, counted = columns.value_column(
            table, os, options, {*apart, *dated, *combined} - {os}
        )
    ranked_by = by = [_by(table, one, dated) for one in options.by]
    for i, one in enumerate(options.by):
        if one.span:  # beside the days, along which counts add up
            table = table.with_column(one.name, _cut(table, by[i], one.span, dated))
            by = [*by[:i], len(table.headings) - 1, *by[i + 1 :]]
    table, unmet = _without_dropped(table, os, options)
    where_numbers = [
        (condition, _find(table, condition.column, dated)) for condition in options.where
    ]
    _refuse_blanks(table, [*by, *dated], [n for _, n in where_numbers], options)
    everything, ranked = table, np.ones(len(table.cells), bool)
    for condition, number in where_numbers:
        rows = _matching(table, condition, number, dated)
        if number == os:
            ranked &= rows
        else:
            table, ranked = table.only(rows), ranked[rows]
    kept = _of_period(table, dated, options, [i for i in ranked_by if i in dated])
    table, ranked = table.only(kept), ranked[kept]
    if dated and options.period not in (None, ALL):
        chosen = _of_period(everything, dated, options, dated)
        everything = everything.only(chosen)
    summed = [_find(table, name, dated) for name in options.sum]
    used = {os, value, *by, *dated, *combined, *summed}
    labels = [
        i
        for i in range(len(table.headings))
        if i not in used and not words.is_note(table.headings[i])
    ]
    return Entries(
        table, everything, os, value, by, dated, summed, counted, labels, combined,
        bool(systems or spans), ranked, unmet,
    )  # fmt: skip


def has(table: Table, name: str, dated: Collection[str] = ()) -> bool:
    """Whether a table has a column of this name; ``period`` is one for the periods.

    ``dated`` are other names by which its periods go.
    """
    return bool(table.find(name)) or (
        words.words(name) in {"period", *map(words.words, dated)} and bool(period_headings(table))
    )


def period_headings(table: Table) -> list[str]:
    """The headings of the columns of periods; ``period`` where the headings are periods."""
    found = [
        heading
        for i, heading in enumerate(table.headings)
        if words.is_period(heading) or _is_iso(table.column(i))
    ]
    return found or (["period"] if columns.by_period(table) else [])


def known_periods(table: Table, options: TableOptions) -> list[str]:
    """The periods of a table, in ISO form where that is certain."""
    plain = replace(options, period=ALL, by=(), where=(), drop=(), fill=())
    table, dated, _ = _with_periods(table, plain, [])
    if not dated and (spans := columns.by_period(table)):
        parsed = periods.in_column([table.headings[i] for i in spans])
        return [found or text for text, found in parsed.items()]
    return [text for i in dated[:1] for text in texts(table.column(i)) if text]


def _named(options: TableOptions) -> list[str]:
    """The columns that options name to choose or add up rows."""
    return [
        *(column for by in options.by for column in by.columns),
        *(condition.column for condition in options.where),
        *options.sum,
    ]


def _find(table: Table, name: str, dated: Sequence[int]) -> int:
    if words.words(name) == "period" and dated and not table.find(name):
        return dated[0]
    return columns.find(table, name)


def _by(table: Table, by: By, dated: Sequence[int]) -> int:
    there = [name for name in by.columns if table.find(name)]
    return _find(table, there[0] if there else by.columns[0], dated)


def _with(table: Table, number: int, column: Column) -> Table:
    cells = table.cells.copy(deep=False)
    cells[number] = column
    return replace(table, cells=cells)


def _filled(table: Table, number: int) -> Table:
    """The table with the cell above in the place of each blank one of a column."""
    column = table.column(number)
    codes, blank = column.cat.codes.to_numpy(), where(column, is_blank)
    above = np.maximum.accumulate(np.where(blank, 0, np.arange(len(codes))))
    return _with(table, number, categories(list(column.cat.categories), codes[above], column.index))


def _melted(table: Table, over: Sequence[int], heading: str) -> tuple[Table, dict[int, int]]:
    """One row for each cell of some columns: what stands above it, and the cell, come last.

    The other columns are repeated. Returns their new numbers, too.
    """
    count = len(table.cells)
    index = np.repeat(table.cells.index.to_numpy(), len(over))
    others = [i for i in range(len(table.headings)) if i not in set(over)]
    cells = {}
    for new, old in enumerate(others):
        column = table.column(old)
        codes = np.repeat(column.cat.codes.to_numpy(), len(over))
        cells[new] = categories(list(column.cat.categories), codes, index)
    names: dict[str, int] = {}
    above = np.tile([names.setdefault(table.headings[i], len(names)) for i in over], count)
    cells[len(others)] = categories(list(names), above, index)
    kinds: dict[str, int] = {}
    pieces = []
    for i in over:
        column = table.column(i)
        new_codes = [kinds.setdefault(text, len(kinds)) for text in column.cat.categories]
        pieces.append(np.array(new_codes)[column.cat.codes.to_numpy()])
    cells[len(others) + 1] = categories(list(kinds), np.stack(pieces, axis=1).ravel(), index)
    headings = [*(table.headings[i] for i in others), heading, "share"]
    frame = table.cells.iloc[:0, :0].reindex(index).assign()
    for number, column in cells.items():
        frame[number] = column
    moved = {old: new for new, old in enumerate(others)}
    return replace(table, headings=headings, cells=frame, indents={}), moved


def _is_iso(column: Column) -> bool:
    there = texts(column)
    return bool(there) and all(_ISO_DAY.fullmatch(text) and periods.iso(text) for text in there)


def _with_periods(
    table: Table, options: TableOptions, named: Collection[int]
) -> tuple[Table, list[int], list[int]]:
    """The table with its periods in ISO form, the columns of them, and those that make one up."""
    by_heading = [i for i, heading in enumerate(table.headings) if words.is_period(heading)]
    spans = {i: words.span_of(table.headings[i]) for i in by_heading}
    years = [i for i in by_heading if spans[i] == "year"]
    parts = [i for i in by_heading if spans[i] in ("month", "quarter", "week")]
    dated: list[int] = []
    combined: list[int] = []
    if (
        len(years) == len(parts) == 1
        and (both := _combined(table, years[0], parts[0], spans)) is not None
    ):
        combined = [years[0], parts[0]]
        dated = [len(table.headings)]
        table = table.with_column("period", both)
    chosen = _chosen_by_others(table, options, {*by_heading})
    for i in range(len(table.headings)):
        if i in dated or i in combined:
            continue
        column = table.column(i)
        if i not in by_heading:
            if _is_iso(column):
                dated.append(i)
            continue
        there = [text for text in texts(column[chosen] if i not in named else column) if text]
        found = periods.in_column(there, spans[i], day_first=_day_first(options))
        if None in found.values() and len(there) == 1 and not any(map(_NUMBERED.fullmatch, there)):
            found = {there[0]: there[0]}  # there is nothing to choose
        if None in found.values() and options.period == ALL:
            continue
        if None in found.values():
            dates = any(found.values()) or any(map(_NUMBERED.fullmatch, there))
            if not dates and (i in named or all(map(is_clock, there))):
                continue  # whoever names it knows what it holds
            raise _no_periods(table, i, found)
        table = _with(table, i, mapped(column, partial(_renamed, found)))
        dated.append(i)
    return table, dated, combined


def _chosen_by_others(table: Table, options: TableOptions, by_heading: Collection[int]) -> Mask:
    """The rows that are chosen by columns that are not of periods: the others need be none."""
    rows = np.ones(len(table.cells), bool)
    for condition in options.where:
        found = [i for i in table.find(condition.column) if i not in by_heading]
        if len(found) == 1:
            equal = where(table.column(found[0]), partial(_equal, condition.value))
            rows &= ~equal if condition.negated else equal
    return rows if rows.any() else ~rows


def _day_first(options: TableOptions) -> bool | None:
    return None if options.dates is None else options.dates == "day-first"


def _combined(table: Table, year: int, part: int, spans: dict[int, str | None]) -> Column | None:
    """The periods that a column of years and one of months, quarters or weeks make up."""
    years, parts = table.column(year), table.column(part)
    kinds = len(parts.cat.categories)
    pairs, codes = np.unique(
        years.cat.codes.to_numpy(np.int64) * kinds + parts.cat.codes.to_numpy(np.int64),
        return_inverse=True,
    )
    letter = {"month": "", "quarter": "Q", "week": "W"}[spans[part] or "month"]
    found = []
    for pair in pairs:
        y, p = years.cat.categories[pair // kinds], parts.cat.categories[pair % kinds]
        if not y and not p:
            found.append("")
        elif (
            not re.fullmatch(r"\d{4}", y)
            or (one := periods.iso(f"{y}-{letter if p.isdecimal() else ''}{p}")) is None
        ):
            return None
        else:
            found.append(one)
    return mapped(
        categories(list(map(str, range(len(found)))), codes, years.index), lambda i: found[int(i)]
    )


def _no_periods(table: Table, number: int, found: dict[str, str | None]) -> PeriodError:
    bad = [text for text, period in found.items() if period is None]
    column = table.column(number)
    shown = listed([repr(text[:40]) for text in bad[:3]], of=len(bad))
    lines = lines_of(table.cells.index[where(column, set(bad).__contains__)][:1])
    said = f"{table.name}: {table.called(number)} holds {shown} ({lines})"
    if any(map(_NUMBERED.fullmatch, bad)):
        return PeriodError(
            f"{said}: is the day first, or the month?",
            settles=[
                Remedy("dates", "day-first", "if it is the day"),
                Remedy("dates", "month-first", "if it is the month"),
            ],
        )
    return PeriodError(
        f"{said}, which is no period (2010-03, 2010-03-01, 2010-Q1, 2010-W09, 2010)",
        settles=[Remedy("period", ALL, "takes the column as it is")],
    )


def _renamed(to: Mapping[str, str | None], text: str) -> str:
    return to.get(text) or text


def _equal(wanted: str, text: str) -> bool:
    return text.casefold() == wanted.casefold()


def _called(name: str, form: Callable[[str], str], text: str) -> bool:
    return form(text) == form(name)


def _lies_in(wanted: str, text: str) -> bool:
    return text == wanted or periods.within(text, wanted)


def _cut(table: Table, number: int, span: str, dated: Sequence[int]) -> Column:
    """The months or years in which the days, or months, of a column lie."""
    column = table.column(number)
    digits = _SPANS[span]
    for text in texts(column):
        of = periods.span_of(text)
        if number not in dated or of not in _SPANS or _SPANS[of] < digits:
            raise PeriodError(
                f"{table.name}: {table.called(number)} holds {text!r}, which lies in no one {span}"
            )
    return mapped(column, lambda text: text[:digits])


def _without_dropped(table: Table, os: int, options: TableOptions) -> tuple[Table, list[str]]:
    """The table without the rows that are to be left out, and the names that it does not have."""
    column, unmet = table.column(os), []
    left = np.zeros(len(table.cells), bool)
    for name in options.drop:
        rows = where(column, partial(_called, name, fold) if name else is_blank)
        if not rows.any() and name:
            rows = where(column, partial(_called, name, options.names.canonical))
        if not rows.any():
            unmet.append(name)
        left |= rows
    if left.any():
        lines = lines_of(sorted(set(table.cells.index[left])))
        table.findings.facts.append(f"dropped: {lines}")
    return table.only(~left), unmet


def _refuse_blanks(
    table: Table, used: Sequence[int], chosen: Sequence[int], options: TableOptions
) -> None:
    """Refuse blank cells in columns by which rows are told apart: which is it?"""
    answered = {
        _find(table, w.column, ())
        for w in options.where
        if w.negated and not w.value and table.find(w.column)
    }
    for number in dict.fromkeys([*used, *chosen]):
        if number in answered:
            continue
        blank = where(table.column(number), is_blank)
        if blank.any():
            heading = table.headings[number] or str(number + 1)
            raise ColumnError(
                f"{table.name}: {table.called(number)} is blank on "
                f"{lines_of(sorted(set(table.cells.index[blank])))}",
                settles=[
                    Remedy("fill", heading, "repeats the cell above"),
                    Remedy("where", f"{heading}!=", "leaves these rows out"),
                ],
            )


def _matching(table: Table, condition: Where, number: int, dated: Sequence[int]) -> Mask:
    """The rows that a condition chooses. Raises ColumnError where its value stands in no row."""
    column = table.column(number)
    if not condition.value:
        rows = where(column, is_blank)
    elif number in dated and (wanted := periods.iso(condition.value)):
        rows = where(column, lambda text: periods.within(text, wanted))
    else:
        folded = condition.value.casefold()
        rows = where(column, lambda text: text.casefold() == folded)
    if not rows.any() and condition.value:
        there = listed([repr(text) for text in texts(column)])
        raise ColumnError(
            f"{table.name}: no row has {condition.value!r} in {table.called(number)}; it has "
            f"{there}"
        )
    return ~rows if condition.negated else rows


def _of_period(
    table: Table, dated: Sequence[int], options: TableOptions, ranked_by: Sequence[int]
) -> Mask:
    """The rows of the period that is asked for. Raises PeriodError where that is not certain."""
    kept = np.ones(len(table.cells), bool)
    if not dated:
        if options.period not in (None, ALL):
            raise PeriodError(f"{table.name}: has no dates, so {options.period!r} can't be chosen")
        return kept
    if options.period is None:
        several = [i for i in dated if i not in ranked_by and len(texts(table.column(i))) > 1]
        if several and not ranked_by:
            raise _which_period(table, dated, several)
        return kept
    for number in dated if options.period != ALL else ():
        column = table.column(number)
        there = texts(column)
        wanted = _wanted(table, options.period, there)
        kept &= where(column, partial(_lies_in, wanted))
    if not kept.any():
        held = " and ".join(
            f"{table.called(i)} {periods.told(texts(table.column(i)))}" for i in dated
        )
        raise PeriodError(f"{table.name}: has nothing of {options.period}: {held}")
    for number in dated:
        there = texts(table.column(number)[kept])
        if number not in ranked_by and (twice := periods.within_another(there)):
            raise PeriodError(
                f"{table.name}: {twice[0]} lies in {twice[1]}, and both would count",
                settles=[
                    Remedy("period", twice[0], "takes one"),
                    Remedy("by", "period", "ranks each"),
                ],
            )
    return kept


def _wanted(table: Table, period: str, there: Sequence[str]) -> str:
    """The period that is asked for, as the column has it."""
    if period == LAST:
        unsure = [text for text in there if periods.span_of(text) is None]
        if unsure:
            shown = periods.told(there)
            raise PeriodError(
                f"{table.name}: can't tell which of {shown} is the last",
                settles=[Remedy("period", None, "names it")],
            )
        return max(there)
    own = [text for text in there if text.casefold() == period.casefold()]
    wanted = own[0] if own else periods.iso(period)
    if wanted is None:
        raise PeriodError(
            f"{table.name}: {period!r} isn't a period; write 2010-03, March 2010, Q1 2010, last or "
            f"all, or one of its own: {periods.told(there)}"
        )
    return wanted


def _which_period(table: Table, dated: Sequence[int], several: Sequence[int]) -> PeriodError:
    held = " and ".join(f"{table.called(i)} {periods.told(texts(table.column(i)))}" for i in dated)
    last = {i: max(texts(table.column(i))) for i in several}
    if len(dated) == 1:
        there = texts(table.column(several[0]))
        unsure = any(periods.span_of(text) is None for text in there)
        settles = [
            *(
                Remedy("period", text, "another" if i else "chooses one")
                for i, text in enumerate(there[:2] if unsure else [last[several[0]]])
            ),
            Remedy("by", table.headings[several[0]] or "period", "ranks each"),
        ]
    else:
        settles = [
            Remedy("where", f"{table.headings[i]}={last[i]}", f"settles {table.called(i)}")
            for i in several
        ]
        settles.append(Remedy("period", ALL, "takes all rows"))
    return PeriodError(f"{table.name}: holds several periods: {held}", settles=settles)
