"""Which columns hold dates; refusals of a cell that is none, or is open; the period asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from spamindex import meaning, periods
from spamindex.errors import PeriodError, Remedy, listed
from spamindex.tables.numbers import is_clock
from spamindex.tables.options import ALL, LAST, TableOptions
from spamindex.tables.table import Column, Mask, Table, categories, lines_of, mapped, texts, where

_ISO_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?", re.ASCII)
_NUMBERED = re.compile(r"\d\d?[./-]\d\d?[./-]\d{4}", re.ASCII)
_LETTERS = {"month": "", "quarter": "Q", "week": "W"}
_DIGITS = {"day": 10, "month": 7, "quarter": 4, "year": 4}  # of an ISO date


def with_periods(table: Table, options: TableOptions, named: Collection[int]) -> Table:
    """The table with its periods in ISO form, and the columns of them.

    ``named`` are those that options name. Raises PeriodError for a cell that is no period.
    """
    spans = {i: meaning.span_of(h) for i, h in enumerate(table.headings) if meaning.is_period(h)}
    table, dated = _combined(table, spans), []
    for i in range(len(table.headings)):
        column = table.column(i)
        is_iso = all(_ISO_DAY.fullmatch(t) and periods.iso(t) for t in table.texts(i) or [""])
        if is_iso and i not in spans and i not in table.dated:
            if i not in named and (span := meaning.speaks_of_span(table.headings[i])):
                raise PeriodError(
                    f"{table.name}: {table.called(i)} speaks of {span}s, but holds what looks like "
                    f"months or days, such as {table.texts(i)[0]!r}",
                    settles=[Remedy("by", table.headings[i], "takes them for months")],
                )
            dated.append(i)
        if i not in spans or i in table.made_of:
            continue
        there = [text for text in table.texts(i) if text]
        day_first = options.dates and options.dates == "day-first"
        to = periods.parse_column(there, spans[i], day_first=day_first)
        numbered = any(map(_NUMBERED.fullmatch, there))
        if None in to.values():
            if len(there) == 1 and not numbered and not periods.iso(there[0]):
                to = {there[0]: there[0]}  # there is nothing to choose
            elif options.period == ALL:
                continue
            elif numbered or any(to.values()) or not (i in named or all(map(is_clock, there))):
                raise _no_periods(table, i, to)
            else:
                continue  # whoever names it knows what it holds
        table = table.replaced(i, mapped(column, partial(_renamed, to)))
        dated.append(i)
    return replace(table, dated=(*table.dated, *dated))


def _renamed(to: Mapping[str, str | None], text: str) -> str:
    return to.get(text) or text


def _combined(table: Table, spans: dict[int, str | None]) -> Table:
    """The table with the periods that one column of years and one of their parts make up."""
    years = [i for i, span in spans.items() if span == "year"]
    parts = [i for i, span in spans.items() if span in _LETTERS]
    if len(years) != 1 or len(parts) != 1:
        return table
    year, part = table.column(years[0]), table.column(parts[0])
    kinds = len(part.cat.categories)
    both = year.cat.codes.to_numpy(np.int64) * kinds + part.cat.codes.to_numpy(np.int64)
    pairs, codes = np.unique(both, return_inverse=True)
    letter, found = _LETTERS[spans[parts[0]] or ""], []
    for pair in pairs:
        y, p = year.cat.categories[pair // kinds], part.cat.categories[pair % kinds]
        iso = periods.iso(f"{y}-{letter if p.isdecimal() else ''}{p}") if len(y) == 4 else None
        if iso is None and (y or p):
            return table
        found.append(iso or "")
    distinct = list(dict.fromkeys(found))
    codes = np.array([distinct.index(period) for period in found])[codes]
    table = table.with_column("period", categories(distinct, codes, year.index))
    return replace(table, dated=(len(table.headings) - 1,), made_of=(years[0], parts[0]))


def _no_periods(table: Table, number: int, found: dict[str, str | None]) -> PeriodError:
    bad = [text for text, period in found.items() if period is None]
    shown = listed([repr(text[:40]) for text in bad[:3]], of=len(bad))
    lines = lines_of(table.cells.index[where(table.column(number), bad.__contains__)][:1])
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


def cut(table: Table, number: int, span: str) -> Column:
    """The months or years in which the days, or months, of a column lie. Raises PeriodError."""
    digits = _DIGITS[span]
    for text in table.texts(number):
        of = periods.span_of(text) or ""
        if number not in table.dated or _DIGITS.get(of, 0) < digits:
            raise PeriodError(
                f"{table.name}: {table.called(number)} holds {text!r}, which lies in no one {span}"
            )
    return mapped(table.column(number), lambda text: text[:digits])


def of_period(table: Table, options: TableOptions, ranked_by: Sequence[int]) -> Mask:
    """The rows of the period that is asked for. Raises PeriodError where that is not certain."""
    kept = np.ones(len(table.cells), bool)
    if options.period is None:
        several = [i for i in table.dated if len(table.texts(i)) > 1]
        if several and not {*table.dated} & {*ranked_by}:
            raise _which_period(table, several)
        return kept
    if not table.dated and options.period != ALL:
        raise PeriodError(f"{table.name}: has no dates, so {options.period!r} can't be chosen")
    for number in table.dated if options.period != ALL else ():
        wanted = _wanted(table, options.period, table.texts(number))
        kept &= where(table.column(number), partial(periods.within, wider=wanted))
    if not kept.any():
        raise PeriodError(f"{table.name}: has nothing of {options.period}: {_held(table)}")
    for number in {*table.dated} - {*ranked_by}:
        if twice := periods.find_overlap(texts(table.column(number)[kept])):
            raise PeriodError(
                f"{table.name}: {twice[0]} and {twice[1]} share days, and both would count",
                settles=[
                    Remedy("period", twice[0], "takes one"),
                    Remedy("by", "period", "ranks each"),
                ],
            )
    return kept


def _held(table: Table) -> str:
    return " and ".join(f"{table.called(i)} {periods.summary(table.texts(i))}" for i in table.dated)


def _wanted(table: Table, period: str, there: Sequence[str]) -> str:
    """The period that is asked for, as the column has it."""
    if period == LAST:
        if not all(map(periods.span_of, there)):
            raise PeriodError(
                f"{table.name}: can't tell which of {periods.summary(there)} is the last",
                settles=[Remedy("period", None, "names it")],
            )
        return max(there)
    own = [text for text in there if text.casefold() == period.casefold()]
    wanted = own[0] if own else periods.iso(period)
    if wanted is None:
        raise PeriodError(
            f"{table.name}: {period!r} isn't a period; write 2010-03, March 2010, Q1 2010, last or "
            f"all, or one of its own: {periods.summary(there)}"
        )
    return wanted


def _which_period(table: Table, several: Sequence[int]) -> PeriodError:
    there, heading = table.texts(several[0]), table.headings[several[0]] or "period"
    if len(table.dated) == 1:
        shown = [max(there)] if all(map(periods.span_of, there)) else there[:2]
        settles = [Remedy("period", text, "chooses one") for text in shown[:1]]
        settles += [Remedy("period", text, "another") for text in shown[1:]]
        settles.append(Remedy("by", heading, "ranks each"))
    else:
        settles = [
            Remedy(
                "where", f"{table.headings[i]}={max(table.texts(i))}", f"settles {table.called(i)}"
            )
            for i in several
        ]
        settles.append(Remedy("period", ALL, "takes all rows"))
    return PeriodError(f"{table.name}: holds several periods: {_held(table)}", settles=settles)
