"""A table to the same with its periods in ISO form, and the columns that hold them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from spamindex import periods, words
from spamindex.errors import PeriodError, Remedy, listed
from spamindex.tables import columns
from spamindex.tables.numbers import is_clock
from spamindex.tables.options import ALL, TableOptions
from spamindex.tables.table import Column, Mask, Table, categories, lines_of, mapped, texts, where

_ISO_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?", re.ASCII)
_NUMBERED = re.compile(r"\d\d?[./-]\d\d?[./-]\d{4}", re.ASCII)


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
        if words.is_period(heading) or is_iso(table.column(i))
    ]
    return found or (["period"] if columns.by_period(table) else [])


def known_periods(table: Table, options: TableOptions) -> list[str]:
    """The periods of a table, in ISO form where that is certain."""
    plain = replace(options, period=ALL, by=(), where=(), drop=(), fill=())
    table, dated, _ = with_periods(table, plain, [])
    if not dated and (spans := columns.by_period(table)):
        parsed = periods.in_column([table.headings[i] for i in spans])
        return [found or text for text, found in parsed.items()]
    return [text for i in dated[:1] for text in table.texts(i) if text]


def is_iso(column: Column) -> bool:
    """Whether all cells of a column are months or days in ISO form."""
    there = texts(column)
    return bool(there) and all(_ISO_DAY.fullmatch(text) and periods.iso(text) for text in there)


def with_periods(
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
            if is_iso(column):
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
        table = table.replaced(i, mapped(column, partial(_renamed, found)))
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


def find(table: Table, name: str, dated: Sequence[int]) -> int:
    """The column of a name, as ``columns.find``; ``period`` is the first of periods."""
    if words.words(name) == "period" and dated and not table.find(name):
        return dated[0]
    return columns.find(table, name)


def _equal(wanted: str, text: str) -> bool:
    return text.casefold() == wanted.casefold()
