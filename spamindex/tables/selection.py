"""The rows of a table that options choose: by their period, by conditions, by what is dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from spamindex import periods
from spamindex.errors import ColumnError, PeriodError, Remedy, listed
from spamindex.names import fold
from spamindex.tables import dating
from spamindex.tables.options import ALL, LAST, TableOptions, Where
from spamindex.tables.table import Column, Mask, Table, lines_of, mapped, texts, where
from spamindex.words import is_blank

_SPANS = {"day": 10, "month": 7, "year": 4}  # the digits of an ISO date


def cut(table: Table, number: int, span: str, dated: Sequence[int]) -> Column:
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


def without_dropped(table: Table, os: int, options: TableOptions) -> tuple[Table, list[str]]:
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


def refuse_blanks(
    table: Table, used: Sequence[int], chosen: Sequence[int], options: TableOptions
) -> None:
    """Refuse blank cells in columns by which rows are told apart: which is it?"""
    answered = {
        dating.find(table, w.column, ())
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


def matching(table: Table, condition: Where, number: int, dated: Sequence[int]) -> Mask:
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


def of_period(
    table: Table, dated: Sequence[int], options: TableOptions, ranked_by: Sequence[int]
) -> Mask:
    """The rows of the period that is asked for. Raises PeriodError where that is not certain."""
    kept = np.ones(len(table.cells), bool)
    if not dated:
        if options.period not in (None, ALL):
            raise PeriodError(f"{table.name}: has no dates, so {options.period!r} can't be chosen")
        return kept
    if options.period is None:
        several = [i for i in dated if i not in ranked_by and len(table.texts(i)) > 1]
        if several and not ranked_by:
            raise _which_period(table, dated, several)
        return kept
    for number in dated if options.period != ALL else ():
        column = table.column(number)
        there = texts(column)
        wanted = _wanted(table, options.period, there)
        kept &= where(column, partial(_lies_in, wanted))
    if not kept.any():
        held = " and ".join(f"{table.called(i)} {periods.told(table.texts(i))}" for i in dated)
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
    held = " and ".join(f"{table.called(i)} {periods.told(table.texts(i))}" for i in dated)
    last = {i: max(table.texts(i)) for i in several}
    if len(dated) == 1:
        there = table.texts(several[0])
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


def _called(name: str, form: Callable[[str], str], text: str) -> bool:
    return form(text) == form(name)


def _lies_in(wanted: str, text: str) -> bool:
    return text == wanted or periods.within(text, wanted)
