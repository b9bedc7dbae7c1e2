"""Figures to percents: the unit that a sign, a heading, or what they add up to says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from spamindex import words
from spamindex.errors import Doubt, FigureError, Remedy, UnitError
from spamindex.tables import numbers
from spamindex.tables.layout import Entries
from spamindex.tables.numbers import Reading
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Column, Numbers, numbers_of, where
from spamindex.words import is_missing

MOST_COUNTED = 1e18  # bytes of traffic can be counted too; far beyond, intervals overflow
_SURELY = 100  # whole numbers above it are no percents
_LEAST = 1e-9  # what is lost in binary is no difference


@dataclass(frozen=True)
class Sign:
    """What a heading says of the unit: percent, with what one unit is in percent, or counts.

    ``times`` is how many percent, or how many machines or messages, a figure of 1 is.
    """

    unit: str
    times: float = 1.0


@dataclass(frozen=True)
class Figures:
    """The figures of entries in one reading: shares in percent, or counts.

    ``half`` is half a unit of the digit on which most figures end, in the unit of the amounts;
    ``coarse`` says that counts are in thousands or more.
    """

    reading: Reading
    unit: str
    amounts: Numbers
    half: float
    coarse: bool = False
    times: float = 1.0

    @property
    def counts(self) -> bool:
        """Whether the amounts are counts, and no percents."""
        return self.unit == "count"


def said(heading: str) -> Sign | None:
    """What a heading says of the unit of the figures under it.

    >>> said("Market share %"), said("Share (bps)")
    (Sign(unit='percent', times=1.0), Sign(unit='percent', times=0.01))
    >>> said("Share"), said("Installed base in m")
    (None, Sign(unit='count', times=1000000.0))
    """
    if words.holds(heading, words.PER_MILLE):
        return Sign("percent", 0.1)
    if words.holds(heading, words.BASIS_POINTS):
        return Sign("percent", 0.01)
    if words.says_percents(heading):
        return Sign("percent")
    if words.holds(heading, words.FRACTION_WORDS):
        return Sign("fraction", 100.0)
    times = _multiple(heading)
    if times is not None and not words.says_shares(heading):
        return Sign("count", times)
    return None


def _multiple(heading: str) -> float | None:
    """Of how many a figure is, by a word, or a short form in brackets or after in."""
    short = heading.replace("[", "(").replace("]", ")").rpartition("(")[2]
    bracketed = short.partition(")")[0] if "(" in heading.replace("[", "(") else ""
    of = words.words(heading)
    after = of.rpartition(" in ")[2] if " in " in f" {of}" else ""
    for text in (words.words(bracketed).removeprefix("in "), after.strip()):
        if text in words.MULTIPLES:
            return words.MULTIPLES[text]
    long = [
        words.MULTIPLES[w]
        for w in of.split()
        if w in words.MULTIPLES and w.isalpha() and (len(w) > 2 or not w.isascii())
    ]
    return long[0] if long else None


def settle(
    entries: Entries,
    reading: Reading,
    values: Numbers,
    whole_before: Numbers | None,
    options: TableOptions,
) -> Figures:
    """The figures of the systems in their unit, and what is to be said of it.

    ``values`` are those of each row, in any unit; ``whole_before`` those of all rows before some
    were chosen by another column than the OS's, or None where none were. Raises UnitError where the
    unit is not certain, FigureError where a figure is in another one than the rest.
    """
    column = entries.table.column(entries.value)
    heading, findings = entries.heading, entries.table.findings
    signed = where(column, reading.signed.__contains__)
    plain = where(column, reading.plain.__contains__)
    sign = said(heading)
    half = _half(column, reading)
    unit: str | None = options.unit
    if unit is None and signed.any():
        if plain.any():
            odd = signed if signed.sum() < plain.sum() else plain
            raise FigureError(
                f"{entries.title}: some figures have a sign for percent, and some none: "
                f"{_those(entries, odd)}",
                settles=[Remedy("unit", "percent", "takes all for percents")],
            )
        if (sign is not None and sign.unit != "percent") or words.measure(heading) is not None:
            sign = None
        _refuse_contradiction(entries, reading, sign)
        sign = Sign("percent")
    halves = {
        text: numbers.half_unit(text, reading.mark)
        for text in reading.values
        if not is_missing(text)
    }
    sums = _Sums(entries, values, half, numbers_of(column, halves, 0.0), signed=bool(signed.any()))
    if unit is None:
        unit, times = _found(entries, reading, sums, sign, whole_before)
    else:
        times = sign.times if sign is not None and sign.unit == unit else 1.0
        if unit == "fraction":
            times = 100.0
    if unit != "count":
        return _of_shares(entries, reading, sums, unit, times, options, half)
    rounded = sign.times if sign is not None and sign.unit == "count" else 1.0
    total = float(values.sum())
    if total == 0:
        raise UnitError(f"{entries.title}: adds up to 0, so nothing can be said of anybody's share")
    if total * rounded > MOST_COUNTED:
        raise FigureError(
            f"{entries.title}: adds up to {total * rounded:.4g}, more than anybody has counted"
        )
    coarse = rounded > 1 or bool(reading.rounded)
    says_counts = words.measure(heading) is not None or words.holds(heading, ["spam"])
    if options.unit is None and sign is None and not says_counts:
        findings.notes.append(f"whole numbers above 100 taken as counts, {total:,.10g} in all")
    else:
        findings.facts.append(f"counts, {total * rounded:,.10g} in all")
    return Figures(reading, "count", values * rounded, half * rounded, coarse, rounded)


def _refuse_contradiction(entries: Entries, reading: Reading, sign: Sign | None) -> None:
    """Refuse percent signs under a heading of per mille or basis points."""
    per_mille = Sign("percent", 0.1)
    if sign in (None, Sign("percent")):
        return
    if sign != per_mille or not all("‰" in text for text in reading.signed):
        raise UnitError(
            f"{entries.title}: the heading says one unit, and the signs in the cells another: "
            "correct the heading, or leave the signs out"
        )


class _Sums:
    """What the figures of each ranking and period add up to, and how far rounding explains."""

    def __init__(
        self, entries: Entries, values: Numbers, half: float, own: Numbers, *, signed: bool
    ) -> None:
        self.signed = signed
        self.groups: npt.NDArray[np.int64] = entries.rankings(over_time=True)
        self.sums: Numbers = np.bincount(self.groups, weights=values).astype(float)
        filled = (values > 0).astype(float)
        usual = np.bincount(self.groups, weights=filled) * half
        # A figure is never off by more than half a unit of its own last digit.
        most = np.bincount(self.groups, weights=own * filled)
        self.slack: Numbers = np.maximum(np.minimum(usual, most), _LEAST)
        self.counted: Numbers = np.bincount(self.groups, weights=filled).astype(float)
        self.largest = float(values.max(initial=0))

    def are(self, whole: float, times: float = 1.0) -> npt.NDArray[np.bool_]:
        """Which of them are the whole, within what rounding explains."""
        slack = np.minimum(self.slack * times, whole / 20)  # few digits explain not all
        near: npt.NDArray[np.bool_] = (
            np.abs(self.sums * times - whole) <= slack * (1 + 1e-9) + _LEAST * whole
        )
        return near

    def above(self, whole: float, times: float = 1.0) -> npt.NDArray[np.bool_]:
        """Which of them are more than the whole."""
        return (self.sums * times > whole) & ~self.are(whole, times)


def _half(column: Column, reading: Reading) -> float:
    """Half a unit of the digit on which most of the figures end: the finer one on a tie."""
    counts = np.bincount(column.cat.codes, minlength=len(column.cat.categories))
    ends: Counter[float] = Counter()
    for text, count in zip(column.cat.categories, counts.tolist(), strict=True):
        if count and not is_missing(text) and reading.values.get(text, 0.0) > 0:
            ends[numbers.half_unit(text, reading.mark)] += count
    if not ends:
        return _LEAST
    most = max(ends.values())
    return max(min(half for half, count in ends.items() if count == most), _LEAST)


_PERCENT = Remedy("unit", "percent", "takes them for percents")
_FRACTION = Remedy("unit", "fraction", "takes them for fractions")
_COUNT = Remedy("unit", "count", "takes them for counts")


def _found(
    entries: Entries,
    reading: Reading,
    sums: _Sums,
    sign: Sign | None,
    whole_before: Numbers | None,
) -> tuple[str, float]:
    """The unit that is certain, and of how many percent a figure of 1 is."""
    if sign is not None and sign.unit != "count":
        if whole_before is not None or entries.by:
            _refuse_parts(entries, sums, whole_before)
        return _declared(entries, sums, sign)
    if sign is not None or words.measure(entries.heading) is not None:
        if reading.whole or (sign is not None and sign.times > 1) or reading.rounded:
            return "count", 1.0
        raise UnitError(
            f"{entries.title}: counts are whole, but these are not, and add up to {_total(sums)}",
            settles=[_COUNT, _PERCENT, _FRACTION],
        )
    if by_sums := _by_what_they_add_up_to(entries, sums):
        return by_sums
    shares = words.says_shares(entries.heading)
    counts = not shares and reading.whole and sums.largest > _SURELY
    if not counts and (whole_before is not None or entries.by):
        _refuse_parts(entries, sums, whole_before)
    if counts and _are_years(reading):
        raise UnitError(f"{entries.title}: are these years?", settles=[_COUNT])
    if counts:
        return "count", 1.0
    if (shares or entries.above or not reading.whole) and sums.largest > 1:
        return "percent", 1.0  # a part of the whole; more than the whole is refused
    small = sums.largest <= 1
    raise UnitError(
        f"{entries.title}: adds up to {_total(sums)}: percents or "
        f"{'fractions' if small else 'counts'}?",
        settles=[_PERCENT, _FRACTION if small else _COUNT],
    )


def _declared(entries: Entries, sums: _Sums, sign: Sign) -> tuple[str, float]:
    """The unit that a heading, or the sign in the cells, says."""
    says_percent = sign.unit == "percent" and sign.times == 1
    # A row of fractions may be missing; a sign in the cells themselves is taken at its word.
    small = sums.largest <= 1 and not sums.signed
    if says_percent and (small or sums.are(1).all()) and sums.counted.max() > 1:
        raise UnitError(
            f"{entries.title}: says percent, but adds up to {_total(sums)}",
            settles=[_FRACTION, _PERCENT],
        )
    return sign.unit, sign.times


def _by_what_they_add_up_to(entries: Entries, sums: _Sums) -> tuple[str, float] | None:
    """Percents where they add up to 100, fractions where they add up to 1; else None."""
    percents, fractions = sums.are(100), sums.are(1) & (sums.counted > 1)
    if percents.all():
        return "percent", 1.0
    if fractions.all():
        doubt = f"read as fractions, since they add up to {_total(sums)}"
        says_so = Remedy("unit", "fraction", "says so")
        not_so = Remedy("unit", "percent", "reads them as percents")
        entries.table.findings.doubts.append(Doubt(doubt, (says_so, not_so)))
        return "fraction", 100.0
    if fractions.any() and (percents.any() or (sums.sums > 1.5).any()):
        raise UnitError(
            f"{entries.title}: adds up to {_total(sums)}: percents in some rankings or periods, "
            "fractions in others; choose those of one unit",
            settles=[Remedy("period", None, "chooses one"), Remedy("where", None, "chooses rows")],
        )
    return None


def _are_years(reading: Reading) -> bool:
    """Whether all figures could be years."""
    there = [value for value in reading.values.values() if value > 0]
    return len(there) > 1 and all(1900 <= value <= 2100 for value in there)


def _refuse_parts(entries: Entries, sums: _Sums, whole_before: Numbers | None) -> None:
    """Refuse rankings whose shares are parts of a whole that only all of them together are."""
    name = entries.title
    together = float(whole_before.sum()) if whole_before is not None else float(sums.sums.sum())
    periods = len(set(entries.rankings(over_time=True))) if not entries.by else 1
    for whole in (100.0, 1.0):
        slack = max(len(entries), len(whole_before) if whole_before is not None else 0) * float(
            sums.slack.max() / max(sums.counted.max(), 1)
        )
        if abs(together - whole * periods) <= max(slack, _LEAST) and not sums.are(whole).all():
            raise UnitError(
                f"{name}: the shares are parts of {whole:g} only together with the other rankings "
                f"or rows; those chosen add up to {_total(sums)}",
                settles=[Remedy("unit", "count", "divides each by the sum of its own ranking")],
            )


def _of_shares(
    entries: Entries,
    reading: Reading,
    sums: _Sums,
    unit: str,
    times: float,
    options: TableOptions,
    half: float,
) -> Figures:
    """Shares in percent, and what is to be said of what they add up to."""
    findings, given = entries.table.findings, options.unit is not None
    settled = given or words.words(entries.heading) == "share percent"
    above = sums.above(100, times)
    if above.any():
        where_ = _rankings(entries, sums, above)
        text = f"adds up to {_total(sums, times, above)} percent{where_}, more than 100"
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
    elif not settled and not sums.are(100, times).all():
        part = ~sums.are(100, times)
        text = (
            f"adds up to {_total(sums, times, part)} of 100 percent"
            f"{_rankings(entries, sums, part)}: a part of the whole?"
        )
        findings.doubts.append(Doubt(text, (Remedy("unit", unit, "says that it is right"),)))
    findings.facts.append(f"{unit}s that add up to {_total(sums)}")
    column = entries.table.column(entries.value)
    percents = dict(reading.values)
    if times != 1:  # by way of decimals: 0.0514 * 100 is 5.140000000000001
        factor = Decimal(repr(times))
        percents = {
            text: float(Decimal(repr(v)) * factor) if v == v and text not in reading.signed else v
            for text, v in reading.values.items()
        }
    return Figures(reading, unit, numbers_of(column, percents), half * times, False, times)


def _total(sums: _Sums, times: float = 1.0, which: npt.NDArray[np.bool_] | None = None) -> str:
    """What figures add up to, or from what to what where there are several rankings."""
    values = sums.sums * times if which is None else sums.sums[which] * times
    low, high = f"{values.min():,.6g}", f"{values.max():,.6g}"
    return low if low == high else f"{low} to {high}"


def _rankings(entries: Entries, sums: _Sums, which: npt.NDArray[np.bool_]) -> str:
    """The rankings whose sums are meant, as messages name them; empty where there is but one."""
    if len(sums.sums) == 1:
        return ""
    rows = [int(np.flatnonzero(sums.groups == g)[0]) for g in np.flatnonzero(which)[:3]]
    more = int(which.sum()) - len(rows)
    return f" in {', '.join(entries.label(row) for row in rows)}" + (
        f" and {more} more" if more else ""
    )


def _without(entries: Entries, sums: _Sums, which: npt.NDArray[np.bool_]) -> list[Remedy]:
    """The ways to leave rankings out, where one column tells them from the others."""
    there = {i: entries.table.texts(i) for i in {*entries.by, *entries.periods}}
    told = [i for i, of in there.items() if len(of) > 1 and entries.table.headings[i]]
    if len(told) != 1 or which.all():
        return []
    heading, column = entries.table.headings[told[0]], entries.table.column(told[0])
    rows = [int(np.flatnonzero(sums.groups == g)[0]) for g in np.flatnonzero(which)[:3]]
    return [Remedy("where", f"{heading}!={column.iloc[row]}", "leaves it out") for row in rows]


def _those(entries: Entries, rows: npt.NDArray[np.bool_]) -> str:
    first = np.flatnonzero(rows)[:3]
    return ", ".join(f"{entries.name(row)!r} (line {entries.line(row)})" for row in first)
