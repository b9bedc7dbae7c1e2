"""Find the columns of periods, refuse cells that are none, and choose the rows of a period."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from spamindex import meaning, periods
from spamindex.errors import PeriodError, Remedy, listed
from spamindex.tables.numbers import is_clock
from spamindex.tables.options import ALL, LAST, TableOptions
from spamindex.tables.table import Column, Mask, Table, categories, groups, lines_of, mapped, where

_ISO_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?", re.ASCII)
_NUMERIC_DATE = re.compile(r"\d\d?[./-]\d\d?[./-]\d{4}", re.ASCII)
_ISO_LETTERS = {"month": "", "quarter": "Q", "week": "W"}
_ISO_LENGTHS = {"day": 10, "month": 7, "quarter": 4, "year": 4}


def parse_periods(table: Table, options: TableOptions, named: Collection[int]) -> Table:
    """The table with its periods in ISO form, and with the columns that hold them as ``dated``.

    ``named`` are columns that options name. Raises PeriodError for a cell that is not a period.
    """
    spans = {i: meaning.span_of(h) for i, h in enumerate(table.headings) if meaning.is_period(h)}
    table = _join_parts(table, spans)
    dated = list(table.dated)
    for i, heading in enumerate(table.headings):
        if i in (*table.dated, *table.made_of):
            continue
        if i in spans:
            column = _parse_column(table, i, spans[i], options, is_named=i in named)
            if column is not None:
                table = table.replaced(i, column)
                dated.append(i)
        elif all(_ISO_DATE.fullmatch(text) and periods.iso(text) for text in table.texts(i)):
            if i not in named and (span := meaning.speaks_of_span(heading)):
                raise PeriodError(
                    f"{table.name}: the heading {table.called(i)} means {span}s, but the cells "
                    f"look like months or days, such as {table.texts(i)[0]!r}",
                    settles=[Remedy("by", heading, "takes them as they are")],
                )
            dated.append(i)
    return replace(table, dated=tuple(dated))


def _join_parts(table: Table, spans: dict[int, str | None]) -> Table:
    """The table with one more column of periods, joined from years and their months, say."""
    years = [i for i, span in spans.items() if span == "year"]
    parts = [i for i, span in spans.items() if span in _ISO_LETTERS]
    if len(years) != 1 or len(parts) != 1:
        return table
    letter = _ISO_LETTERS[spans[parts[0]] or ""]
    columns = [table.column(years[0]), table.column(parts[0])]
    pairs = groups(columns, np.zeros(len(table.cells), np.int64))
    first_rows = np.unique(pairs, return_index=True)[1]
    joined: list[str] = []
    for year, part in zip(*(column.iloc[first_rows] for column in columns), strict=True):
        iso = periods.iso(f"{year}-{letter if part.isdecimal() else ''}{part}")
        if (iso is None or len(year) != 4) and (year or part):
            return table
        joined.append(iso or "")
    distinct = list(dict.fromkeys(joined))
    codes = np.array([distinct.index(iso) for iso in joined])[pairs]
    table = table.with_column("period", categories(distinct, codes, table.cells.index))
    return replace(table, dated=(len(table.headings) - 1,), made_of=(years[0], parts[0]))


def _parse_column(
    table: Table, number: int, span: str | None, options: TableOptions, *, is_named: bool
) -> Column | None:
    """A column with its periods in ISO form; None if it is no column of periods after all."""
    column = table.column(number)
    filled = [text for text in table.texts(number) if text]
    day_first = None if options.dates is None else options.dates == "day-first"
    parsed = periods.parse_column(filled, span, day_first=day_first)
    if None not in parsed.values():
        return mapped(column, lambda text: parsed.get(text) or text)
    has_numeric_dates = any(map(_NUMERIC_DATE.fullmatch, filled))
    if len(filled) == 1 and not has_numeric_dates and not periods.iso(filled[0]):
        return column  # there is nothing to choose
    if options.period == ALL:
        return None
    has_periods = has_numeric_dates or any(parsed.values())
    if not has_periods and (is_named or all(map(is_clock, filled))):
        return None
    bad = [text for text, period in parsed.items() if period is None]
    lines = lines_of(table.cells.index[where(column, bad.__contains__)][:1])
    shown = listed([repr(text[:40]) for text in bad[:3]], of=len(bad))
    fault = f"{table.name}: {table.called(number)} holds {shown} ({lines})"
    if any(map(_NUMERIC_DATE.fullmatch, bad)):
        raise PeriodError(
            f"{fault}: is the day first, or the month?",
            settles=[
                Remedy("dates", "day-first", "if it is the day"),
                Remedy("dates", "month-first", "if it is the month"),
            ],
        )
    raise PeriodError(
        f"{fault}, which is not a period (2010-03, 2010-03-01, 2010-Q1, 2010-W09, 2010)",
        settles=[Remedy("period", ALL, "takes the column as it is")],
    )


def truncate(table: Table, number: int, span: str) -> Column:
    """A column of days or months cut to the months or years they are in. Raises PeriodError."""
    length = _ISO_LENGTHS[span]
    for text in table.texts(number):
        if number not in table.dated or _ISO_LENGTHS.get(periods.span_of(text) or "", 0) < length:
            fault = f"{table.called(number)} holds {text!r}, which is not within one {span}"
            raise PeriodError(f"{table.name}: {fault}")
    return mapped(table.column(number), lambda text: text[:length])


def rows_of_period(table: Table, options: TableOptions, grouped_by: Collection[int]) -> Mask:
    """The rows of the period that options ask for. Raises PeriodError if that is unclear.

    ``grouped_by`` are the columns by which there are several rankings.
    """
    rows = np.ones(len(table.cells), bool)
    if options.period is None:
        several = [i for i in table.dated if len(table.texts(i)) > 1]
        if several and not {*table.dated} & {*grouped_by}:
            raise _several_periods(table, several)
        return rows
    if options.period != ALL:
        if not table.dated:
            raise PeriodError(f"{table.name}: has no dates, so {options.period!r} can't be chosen")
        for i in table.dated:
            period = _resolve(table, options.period, table.texts(i))
            rows &= where(table.column(i), partial(periods.within, wider=period))
        if not rows.any():
            fault = f"has no rows of {options.period}: {_describe_dates(table)}"
            raise PeriodError(f"{table.name}: {fault}")
    for i in {*table.dated} - {*grouped_by}:
        if overlap := periods.find_overlap(table.only(rows).texts(i)):
            raise PeriodError(
                f"{table.name}: {overlap[0]} and {overlap[1]} share days, and both would count",
                settles=[
                    Remedy("period", overlap[0], "takes one"),
                    Remedy("by", "period", "ranks each"),
                ],
            )
    return rows


def _resolve(table: Table, period: str, available: Sequence[str]) -> str:
    """The period that an option names, as the cells have it."""
    if period == LAST:
        if not all(map(periods.span_of, available)):
            raise PeriodError(
                f"{table.name}: can't tell which of {periods.summary(available)} is the last",
                settles=[Remedy("period", None, "names it")],
            )
        return max(available)
    for text in available:
        if text.casefold() == period.casefold():
            return text
    iso = periods.iso(period)
    if iso is None:
        raise PeriodError(
            f"{table.name}: {period!r} isn't a period; write 2010-03, March 2010, Q1 2010, last or "
            f"all, or one of its own: {periods.summary(available)}"
        )
    return iso


def _several_periods(table: Table, several: Sequence[int]) -> PeriodError:
    if len(table.dated) == 1:
        available, heading = table.texts(several[0]), table.headings[several[0]] or "period"
        if all(map(periods.span_of, available)):
            settles = [Remedy("period", max(available), "chooses one")]
        else:
            settles = [
                Remedy("period", available[0], "chooses one"),
                Remedy("period", available[1], "another"),
            ]
        settles.append(Remedy("by", heading, "ranks each"))
    else:
        conditions = {i: f"{table.headings[i]}={max(table.texts(i))}" for i in several}
        settles = [Remedy("where", c, f"settles {table.called(i)}") for i, c in conditions.items()]
        settles.append(Remedy("period", ALL, "takes all rows"))
    fault = f"holds several periods: {_describe_dates(table)}"
    return PeriodError(f"{table.name}: {fault}", settles=settles)


def _describe_dates(table: Table) -> str:
    return " and ".join(f"{table.called(i)} {periods.summary(table.texts(i))}" for i in table.dated)
