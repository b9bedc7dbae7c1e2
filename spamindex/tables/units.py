"""Which unit figures have (percent, fraction, count), and which decimal mark; or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from spamindex import meaning, words
from spamindex.errors import Doubt, FigureError, Remedy, UnitError, listed
from spamindex.tables import numbers
from spamindex.tables.layout import Entries
from spamindex.tables.numbers import Reading, Sums
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Mask, Numbers, numbers_of, where

_MOST_COUNTED = 1e18  # bytes of traffic can be counted too; far beyond, intervals overflow


@dataclass(frozen=True)
class Sign:
    """What a heading says of the unit: percent, with what one unit is in percent, or counts.

    ``times`` is how many percent, or how many machines or messages, a figure of 1 is.
    """

    unit: str
    times: float = 1.0


_PERCENTS = Sign("percent")
_UNITS = {phrases: Sign("percent", part) for phrases, part in words.OF_PERCENT.items()}
_UNITS[words.FRACTION_WORDS] = Sign("fraction", 100.0)
_BRACKETED = re.compile(r"[(\[]([^()\[\]]*)")


@dataclass(frozen=True)
class Figures:
    """The figures of entries in one reading: shares in percent, or counts.

    ``coarse`` says that counts are in thousands or more, ``times`` what a figure of 1 is of them,
    or in percent.
    """

    reading: Reading
    counts: bool
    amounts: Numbers
    coarse: bool
    times: float


def said(heading: str) -> Sign | None:
    """What a heading says of the unit of the figures under it.

    Of how many a figure is counts says a word, or a short form in brackets or after in.
    """
    for phrases, sign in _UNITS.items():
        if meaning.holds(heading, phrases):
            return sign
    if meaning.says_shares(heading):
        return None
    of = meaning.words(heading)
    short = [meaning.words(inside).removeprefix("in ") for inside in _BRACKETED.findall(heading)]
    short += [f" {of}".rpartition(" in ")[2]] if " in " in f" {of}" else []
    long = [w for w in of.split() if w.isalpha() and (len(w) > 2 or not w.isascii())]
    multiples = (words.MULTIPLES[w] for w in [*short, *long] if w in words.MULTIPLES)
    return next((Sign("count", times) for times in multiples), None)


def decimal_mark(entries: Entries, options: TableOptions) -> Reading:
    """The one reading of the figures: which mark is the decimal one. Raises FigureError.

    Under a heading of counts a mark before three digits is a thousands mark, under one of shares a
    decimal mark; else the other columns of the table may tell, or that decimals add up to 100.
    """
    column, there = entries.table.column(entries.value), entries.table.texts(entries.value)
    readings = numbers.read(there, [options.decimal] if options.decimal else numbers.MARKS)
    if len(readings) == 1:
        return readings[0]
    thousands, decimals = sorted(readings, key=lambda reading: not reading.grouped)
    if meaning.says_shares(entries.heading) or any(map(numbers.is_signed, there)):
        return decimals
    sign = said(entries.heading)
    if meaning.measure(entries.heading) is not None and (sign is None or sign.times == 1):
        return thousands
    marks = set()
    for number in {*range(len(entries.table.headings))} - {entries.value, *entries.table.dated}:
        figures = [t for t in entries.table.texts(number)[:1000] if numbers.is_figure(t)]
        if number != entries.os and any(set(text) & {*numbers.MARKS} for text in figures):
            found = numbers.read(figures)
            marks |= {found[0].mark} if len(found) == 1 and not found[0].faults else set()
    if len(marks) == 1:
        return next(reading for reading in readings if reading.mark in marks)
    values = np.nan_to_num(decimals.of(column))
    if Sums(values, decimals.halves(column), entries.rankings(over_time=True)).are(100).all():
        return decimals
    some = [text for text in there if set(text) & {*numbers.MARKS}]
    raise FigureError(
        f"{entries.title}: is the mark in {', '.join(map(repr, some[:3]))} a decimal mark, or "
        "one of thousands?",
        settles=[
            Remedy("decimal", way.mark, f"makes {some[0]!r} {way.values[some[0]]:.10g}")
            for way in readings
        ],
    )


def settle(
    entries: Entries, reading: Reading, whole_before: Numbers | None, options: TableOptions
) -> Figures:
    """The figures of the systems in their unit, and what is to be said of it.

    ``whole_before`` are those of all rows before some were chosen by another column than the OS's,
    or None where none were. Raises UnitError where the unit is not certain, FigureError where a
    figure is in another one than the rest.
    """
    column = entries.table.column(entries.value)
    values = reading.of(column)
    sign = said(entries.heading)
    sums = Sums(values, reading.halves(column), entries.rankings(over_time=True))
    unit: str | None = options.unit
    if unit is not None:
        times = 100.0 if unit == "fraction" else 1.0
        if sign is not None and sign.unit == unit:
            times = sign.times
    elif (signed := where(column, reading.signed.__contains__)).any():
        _refuse_mixed(entries, reading, sums, signed, values)
        unit, times = _declared(entries, sums, whole_before, _PERCENTS, certain=True)
    else:
        unit, times = _found(entries, reading, sums, sign, whole_before)
    if unit != "count":
        return _of_shares(entries, reading, sums, unit, times, options)
    rounded = sign.times if sign is not None and sign.unit == "count" else 1.0
    amounts = values * rounded
    if not amounts.any():
        raise UnitError(f"{entries.title}: adds up to 0, so nothing can be said of anybody's share")
    refuse_too_many(amounts, entries.title)
    return Figures(reading, True, amounts, rounded > 1 or bool(reading.rounded), rounded)


def refuse_too_many(counts: Numbers, title: str) -> None:
    """Raise FigureError for more than can be counted, for which intervals overflow."""
    if (total := counts.sum()) > _MOST_COUNTED:
        raise FigureError(f"{title}: adds up to {total:.4g}, more than anybody has counted")


def say_counts(entries: Entries, figures: Figures, options: TableOptions) -> None:
    """Say how many are counted in all, and whether nothing but the figures says that they are."""
    findings, heading = entries.table.findings, entries.heading
    in_all = f"counts, {figures.amounts.sum():,.10g} in all"
    by_heading = meaning.measure(heading) is not None or meaning.holds(heading, ["spam"])
    if options.unit is None and said(heading) is None and not by_heading:
        findings.notes.append(f"whole numbers above 100 taken as {in_all}")
    else:
        findings.facts.append(in_all)


def _refuse_mixed(
    entries: Entries, reading: Reading, sums: Sums, signed: Mask, values: Numbers
) -> None:
    """Refuse percent signs beside figures without one, or under a heading of another unit.

    That all add up to 100, and would not if those without a sign were fractions, leaves no doubt.
    """
    sign = said(entries.heading) or _PERCENTS
    per_mille = sign.times == 0.1 and all("‰" in text for text in reading.signed)
    if sign.unit == "percent" and sign.times != 1 and not per_mille:
        raise UnitError(
            f"{entries.title}: the heading says one unit, and the signs in the cells another: "
            "correct the heading, or leave the signs out"
        )
    plain = (values > 0) & ~signed
    fractions = sums.sums + np.bincount(sums.groups, weights=99 * values * plain)
    if plain.any() and not (sums.are(100) & (abs(fractions - 100) > 2 * sums.slack)).all():
        those = entries.named(signed if signed.sum() < plain.sum() else plain)
        text = f"{entries.title}: some figures have a sign for percent, and some none: {those}"
        # One of 1 or less may be a fraction: as percents it would be a hundredth of what it is.
        if (values[plain] <= 1).any():
            raise FigureError(f"{text}; write all of them in one unit")
        raise FigureError(text, settles=[Remedy("unit", "percent", "takes all for percents")])


def refuse_units_beside(entries: Entries) -> None:
    """Refuse figures of which a column beside them says that they are in several units."""
    table = entries.table
    for i in {*range(len(table.headings))} - {entries.os, entries.value, *entries.by, *table.dated}:
        units = [text for text in table.texts(i) if not meaning.is_missing(text)]
        known = all(said(f"in {u}") and not any(map(str.isdigit, u)) for u in units)
        if meaning.words(table.headings[i]) in words.UNIT_HEADINGS:
            known, units = True, [text or "none" for text in table.texts(i)]
        if len(units) > 1 and known:
            raise UnitError(
                f"{entries.title}: {table.called(i)} says that the figures are in {listed(units)}: "
                "write all of them in one unit"
            )


_PERCENT = Remedy("unit", "percent", "takes them for percents")
_FRACTION = Remedy("unit", "fraction", "takes them for fractions")
_COUNT = Remedy("unit", "count", "takes them for counts")


def _found(
    entries: Entries, reading: Reading, sums: Sums, sign: Sign | None, whole_before: Numbers | None
) -> tuple[str, float]:
    """The unit that is certain without signs, and of how many percent a figure of 1 is."""
    if sign is not None and sign.unit != "count":
        return _declared(entries, sums, whole_before, sign)
    if sign is not None or meaning.measure(entries.heading) is not None:
        if reading.whole or (sign is not None and sign.times > 1) or reading.rounded:
            return "count", 1.0
        raise UnitError(
            f"{entries.title}: counts are whole, but these are not, and add up to {_total(sums)}",
            settles=[_COUNT, _PERCENT, _FRACTION],
        )
    if by_sums := _by_what_they_add_up_to(entries, sums):
        return by_sums
    shares = meaning.says_shares(entries.heading)
    if not shares and reading.surely_counts:
        return "count", 1.0
    _refuse_parts(entries, sums, whole_before)
    if (shares or entries.table.above or not reading.whole) and sums.largest > 1:
        return "percent", 1.0  # a part of the whole; more than the whole is refused
    other, rival = ("fractions", _FRACTION) if sums.largest <= 1 else ("counts", _COUNT)
    fault = f"{entries.title}: adds up to {_total(sums)}: percents or {other}?"
    raise UnitError(fault, settles=[_PERCENT, rival])


def _declared(
    entries: Entries, sums: Sums, whole_before: Numbers | None, sign: Sign, *, certain: bool = False
) -> tuple[str, float]:
    """The unit that a heading says, or, for certain, signs in the cells themselves."""
    _refuse_parts(entries, sums, whole_before)
    # A row of fractions may be missing; a sign in the cells is taken at its word.
    small = sums.largest <= 1 and not certain
    if sign == _PERCENTS and (small or sums.are(1).all()) and sums.counted.max() > 1:
        fault = f"{entries.title}: says percent, but adds up to {_total(sums)}"
        raise UnitError(fault, settles=[_FRACTION, _PERCENT])
    return sign.unit, sign.times


def _by_what_they_add_up_to(entries: Entries, sums: Sums) -> tuple[str, float] | None:
    """Percents where they add up to 100, fractions where they add up to 1; else None."""
    percents, fractions = sums.are(100), sums.are(1) & (sums.counted > 1)
    if percents.all():
        return "percent", 1.0
    if fractions.all():
        doubt = f"read as fractions, since they add up to {_total(sums)}"
        says_so = Remedy("unit", "fraction", "says so")
        entries.table.findings.doubts.append(Doubt(doubt, (says_so, _PERCENT)))
        return "fraction", 100.0
    if fractions.any() and (percents.any() or (sums.sums > 1.5).any()):
        raise UnitError(
            f"{entries.title}: adds up to {_total(sums)}: percents in some rankings or periods, "
            "fractions in others; choose those of one unit",
            settles=[Remedy("period", None, "chooses one"), Remedy("where", None, "chooses rows")],
        )
    return None


def _refuse_parts(entries: Entries, sums: Sums, whole_before: Numbers | None) -> None:
    """Refuse rankings whose shares are parts of a whole that only all of them together are."""
    if whole_before is None and not entries.by:
        return
    before = sums.sums if whole_before is None else whole_before
    # The whole of all rankings together, or of each, before rows were chosen.
    times = {1} if entries.by else set()
    times |= {len(sums.sums)} if whole_before is not None else set()
    most = float(sums.slack.max() / max(sums.counted.max(), 1)) * max(len(entries), len(before))
    for whole in (100.0, 1.0):
        near = any(abs(before.sum() - whole * n) <= most for n in times)
        if near and not sums.are(whole).all():
            raise UnitError(
                f"{entries.title}: the shares are parts of {whole:g} only together with the other "
                f"rankings or rows; those chosen add up to {_total(sums)}",
                settles=[Remedy("unit", "count", "divides each by the sum of its own ranking")],
            )


def _of_shares(
    entries: Entries, reading: Reading, sums: Sums, unit: str, times: float, options: TableOptions
) -> Figures:
    """Shares in percent, and what is to be said of what they add up to."""
    findings, given = entries.table.findings, options.unit is not None
    above, part = sums.above(100, times), ~sums.are(100, times)
    if above.any() and (given or entries.each_once):  # what stands twice is refused for that
        text = f"adds up to {_total(sums, times, above)} percent"
        text += f"{_rankings(entries, sums, above)}, more than 100"
        if not given:
            raise UnitError(
                f"{entries.title}: {text}: do some rows hold others?",
                settles=[
                    *_without(entries, sums, above),
                    Remedy("drop", None, "leaves rows out that hold others, or are held by them"),
                    Remedy("unit", "percent", "takes them as they are (answers of a survey)"),
                ],
            )
        findings.doubts.append(Doubt(text))
    elif part.any() and not given and meaning.words(entries.heading) != "share percent":
        text = f"adds up to {_total(sums, times, part)} of 100 percent"
        text += f"{_rankings(entries, sums, part)}: a part of the whole?"
        findings.doubts.append(Doubt(text, (Remedy("unit", unit, "if that is right"),)))
    findings.facts.append(f"{unit}s that add up to {_total(sums)}")
    percents = reading.values
    if times != 1:  # by way of decimals: 0.0514 * 100 is 5.140000000000001
        factor = Decimal(repr(times))
        percents = {
            text: float(Decimal(repr(v)) * factor) if v == v and text not in reading.signed else v
            for text, v in percents.items()
        }
    amounts = numbers_of(entries.table.column(entries.value), percents)
    return Figures(reading, False, amounts, False, times)


def _total(sums: Sums, times: float = 1.0, which: Mask | None = None) -> str:
    """What figures add up to, or from what to what where there are several rankings."""
    values = sums.sums * times if which is None else sums.sums[which] * times
    low, high = f"{values.min():,.6g}", f"{values.max():,.6g}"
    return low if low == high else f"{low} to {high}"


def _first_rows(sums: Sums, which: Mask) -> list[int]:
    """The first row of each of the first three rankings that are meant."""
    return [int(np.argmax(sums.groups == group)) for group in np.flatnonzero(which)[:3]]


def _rankings(entries: Entries, sums: Sums, which: Mask) -> str:
    """The rankings whose sums are meant, as messages name them; empty where there is but one."""
    if len(sums.sums) == 1:
        return ""
    more = f" and {which.sum() - 3} more" if which.sum() > 3 else ""
    return f" in {', '.join(map(entries.label, _first_rows(sums, which)))}{more}"


def _without(entries: Entries, sums: Sums, which: Mask) -> list[Remedy]:
    """The ways to leave rankings out, where one column tells them from the others."""
    told = [i for i in {*entries.by, *entries.table.dated} if len(entries.table.texts(i)) > 1]
    if len(told) != 1 or which.all() or not (heading := entries.table.headings[told[0]]):
        return []
    cells = entries.table.column(told[0]).iloc[_first_rows(sums, which)]
    return [Remedy("where", f"{heading}!={cell}", "leaves it out") for cell in cells]
