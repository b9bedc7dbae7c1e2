"""The texts of a column to its one reading: which mark is the decimal one."""

from __future__ import annotations

from collections.abc import Sequence

from spamindex import words
from spamindex.errors import FigureError, Remedy
from spamindex.tables import numbers, units
from spamindex.tables.layout import Entries
from spamindex.tables.numbers import Reading
from spamindex.tables.options import TableOptions


def decimal_mark(entries: Entries, options: TableOptions) -> Reading:
    """The one reading of the figures: which mark is the decimal one. Raises FigureError.

    Under a heading of counts a mark before three digits is a thousands mark, under one of shares a
    decimal mark; else the other columns of the table may tell.
    """
    there = entries.table.texts(entries.value)
    if options.decimal is not None:
        return numbers.read(there, [options.decimal])[0]
    readings = numbers.read(there)
    if len(readings) == 1:
        return readings[0]
    heading = entries.heading
    sign = units.said(heading)
    thousands = [r for r in readings if r.grouped]
    if len(thousands) == 1:
        if words.says_shares(heading) or any(map(numbers.is_signed, there)):
            return next(r for r in readings if r is not thousands[0])
        whole_counts = words.measure(heading) is not None and (sign is None or sign.times == 1)
        if whole_counts:
            return thousands[0]
    if (mark := _mark_elsewhere(entries)) is not None:
        return next(r for r in readings if r.mark == mark)
    if len(thousands) == 1 and _same_shares(thousands[0], readings):
        return next(r for r in readings if r is not thousands[0])
    some = [text for text in there if any(m in text for m in numbers.MARKS)]
    raise FigureError(
        f"{entries.title}: is the mark in {', '.join(map(repr, some[:3]))} a decimal mark, or "
        "one of thousands?",
        settles=[
            Remedy(
                "decimal", readings[0].mark, f"makes {some[0]!r} {_shown(readings[0], some[0])}"
            ),
            Remedy("decimal", readings[1].mark, f"makes it {_shown(readings[1], some[0])}"),
        ],
    )


def _shown(reading: Reading, text: str) -> str:
    return f"{reading.values[text]:.10g}"


def _same_shares(thousands: Reading, readings: Sequence[Reading]) -> bool:
    """Whether all figures are just a thousand times larger, and add up to 100 with decimals."""
    other = next(r for r in readings if r is not thousands)
    pairs = [
        (a, b)
        for a, b in zip(thousands.values.values(), other.values.values(), strict=True)
        if a == a
    ]
    return (
        all(abs(a - 1000 * b) < 1e-6 * a for a, b in pairs)
        and abs(sum(b for _, b in pairs) - 100) < 0.01
    )


def _mark_elsewhere(entries: Entries) -> str | None:
    """The decimal mark that other columns of figures leave no doubt of."""
    marks = set()
    for number in range(len(entries.table.headings)):
        if number in (entries.value, entries.os, *entries.periods):
            continue
        there = [t for t in entries.table.texts(number)[:1000] if numbers.is_figure(t)]
        if not any(mark in text for text in there for mark in numbers.MARKS):
            continue
        readings = numbers.read(there)
        if len(readings) == 1 and not readings[0].faults:
            marks.add(readings[0].mark)
    return marks.pop() if len(marks) == 1 else None
