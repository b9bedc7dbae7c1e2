"""Parsed figures in, shares in percent or counts out: decide decimal mark and unit, or refuse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from spamindex import meaning, words
from spamindex.errors import Doubt, FigureError, Remedy, UnitError, listed
from spamindex.tables import numbers
from spamindex.tables.layout import Entries
from spamindex.tables.numbers import Parsed, Sums
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Mask, Numbers, numbers_of, where

_LARGEST_COUNT = 1e18  # enough for bytes of traffic; intervals overflow far beyond
_SAMPLE = 1000


@dataclass(frozen=True)
class Unit:
    """A unit of figures: ``percent``, ``fraction`` or ``count``.

    A figure of 1 is ``factor`` percent, or ``factor`` machines or messages.
    """

    name: str
    factor: float = 1.0


_PERCENT, _FRACTION, _COUNT = Unit("percent"), Unit("fraction", 100.0), Unit("count")
_BY_NAME = {unit.name: unit for unit in (_PERCENT, _FRACTION, _COUNT)}
_BY_PHRASES = {phrases: Unit("percent", part) for phrases, part in words.OF_PERCENT.items()}
_BY_PHRASES[words.FRACTION_WORDS] = _FRACTION
_AS_PERCENTS = Remedy("unit", "percent", "reads them as percents")
_AS_FRACTIONS = Remedy("unit", "fraction", "reads them as fractions")
_AS_COUNTS = Remedy("unit", "count", "reads them as counts")
_BRACKETED = re.compile(r"[(\[]([^()\[\]]*)")


@dataclass(frozen=True)
class Figures:
    """The figures of entries, and in ``amounts`` what they are: percents or counts, by row."""

    parsed: Parsed
    unit: Unit
    amounts: Numbers

    @property
    def are_counts(self) -> bool:
        """Whether the amounts are counts, not percents."""
        return self.unit.name == "count"

    @property
    def coarse(self) -> bool:
        """Whether these are counts in thousands or more."""
        return self.are_counts and (self.unit.factor > 1 or bool(self.parsed.multiples))


def parse_unit(heading: str) -> Unit | None:
    """The unit that a heading states for its figures; None where it states none.

    Thousands and more are stated by a word, or by an abbreviation in brackets or after "in".
    """
    for phrases, unit in _BY_PHRASES.items():
        if meaning.contains(heading, phrases):
            return unit
    if meaning.says_shares(heading):
        return None
    text = f" {meaning.normalize(heading)}"
    multiples = [
        meaning.normalize(part).removeprefix("in ") for part in _BRACKETED.findall(heading)
    ]
    if " in " in text:
        multiples.append(text.rpartition(" in ")[2])
    multiples += [w for w in text.split() if w.isalpha() and (len(w) > 2 or not w.isascii())]
    for multiple in multiples:
        if multiple in words.MULTIPLES:
            return Unit("count", words.MULTIPLES[multiple])
    return None


def refuse_unit_column(entries: Entries) -> None:
    """Raise UnitError where another column states a different unit for some of the figures."""
    table = entries.table
    for i in {*range(len(table.headings))} - {entries.os, entries.value, *entries.by, *table.dated}:
        if meaning.normalize(table.headings[i]) in words.UNIT_HEADINGS:
            units = [text or "none" for text in table.texts(i)]
        else:
            units = [text for text in table.texts(i) if not meaning.is_missing(text)]
            if not all(parse_unit(f"in {u}") and not any(map(str.isdigit, u)) for u in units):
                continue
        if len(units) > 1:
            raise UnitError(
                f"{entries.title}: the units under {table.called(i)} differ ({listed(units)}): "
                "write all figures in one unit"
            )


def parse_figures(entries: Entries, options: TableOptions) -> Parsed:
    """Parse the figures with the one decimal mark that is certain. Raises FigureError if none is.

    A mark before exactly three digits is a thousands mark under a heading of counts and a decimal
    mark under one of shares. Otherwise the other columns of the table may settle it, or that the
    figures add up to 100 with it as the decimal mark.
    """
    table, column = entries.table, entries.table.column(entries.value)
    texts = table.texts(entries.value)
    candidates = numbers.parse(texts, [options.decimal] if options.decimal else numbers.MARKS)
    if len(candidates) == 1:
        return candidates[0]
    with_thousands, with_decimals = sorted(candidates, key=lambda parsed: not parsed.grouped)
    if meaning.says_shares(entries.heading) or any(map(numbers.is_percent, texts)):
        return with_decimals
    unit = parse_unit(entries.heading)
    if meaning.measure(entries.heading) is not None and (unit is None or unit.factor == 1):
        return with_thousands
    marks = set()
    for i in {*range(len(table.headings))} - {entries.os, entries.value, *table.dated}:
        others = [text for text in table.texts(i)[:_SAMPLE] if numbers.is_figure(text)]
        if any(mark in text for text in others for mark in numbers.MARKS):
            first, *more = numbers.parse(others)
            if not more and not first.faults:
                marks.add(first.mark)
    if len(marks) == 1:
        return with_thousands if with_thousands.mark in marks else with_decimals
    values = np.nan_to_num(with_decimals.row_values(column))
    halves = with_decimals.row_halves(column)
    if Sums(values, halves, entries.rankings(over_time=True)).add_up_to(100).all():
        return with_decimals
    marked = [text for text in texts if any(mark in text for mark in numbers.MARKS)]
    raise FigureError(
        f"{entries.title}: is the mark in {', '.join(map(repr, marked[:3]))} a decimal mark or a "
        "thousands mark?",
        settles=[
            Remedy("decimal", parsed.mark, f"makes {marked[0]!r} {parsed.values[marked[0]]:.10g}")
            for parsed in candidates
        ],
    )


def in_unit(
    entries: Entries, parsed: Parsed, whole_before: Numbers | None, options: TableOptions
) -> Figures:
    """Decide the unit of the figures, and convert them to percents or counts.

    ``whole_before`` holds the figures of all rows before some were chosen by another column than
    the OS's; None where none were. Raises UnitError where the unit is not certain, FigureError
    where some figures have another unit than the rest.
    """
    column = entries.table.column(entries.value)
    values = parsed.row_values(column)
    sums = Sums(values, parsed.row_halves(column), entries.rankings(over_time=True))
    unit = parse_unit(entries.heading)
    if options.unit is not None:
        if unit is None or unit.name != options.unit:
            unit = _BY_NAME[options.unit]
    elif (signed := where(column, parsed.percents.__contains__)).any():
        _refuse_mixed(entries, parsed, sums, signed, values)
        unit = _stated(entries, sums, whole_before, _PERCENT, by_signs=True)
    elif unit is not None and unit.name != "count":
        unit = _stated(entries, sums, whole_before, unit, by_signs=False)
    elif unit is not None or meaning.measure(entries.heading) is not None:
        unit = unit or _COUNT
        if not (parsed.whole or unit.factor > 1 or parsed.multiples):
            raise UnitError(
                f"{entries.title}: counts are whole, but these are not all; they add up to "
                f"{_range(sums)}",
                settles=[_AS_COUNTS, _AS_PERCENTS, _AS_FRACTIONS],
            )
    else:
        unit = _by_values(entries, parsed, sums, whole_before)
    if unit.name != "count":
        return Figures(parsed, unit, _percents(entries, parsed, sums, unit, options))
    amounts = values * unit.factor
    if not amounts.any():
        raise UnitError(f"{entries.title}: adds up to 0, so there are no shares")
    refuse_too_many(amounts, entries.title)
    return Figures(parsed, unit, amounts)


def refuse_too_many(counts: Numbers, title: str) -> None:
    """Raise FigureError for counts so large that intervals overflow."""
    if (total := counts.sum()) > _LARGEST_COUNT:
        raise FigureError(f"{title}: adds up to {total:.4g}, too large for counts")


def report_counts(entries: Entries, figures: Figures, options: TableOptions) -> None:
    """Record the total of the counts: in a note where only their size says that they are counts."""
    heading, findings = entries.heading, entries.table.findings
    total = f"counts, {figures.amounts.sum():,.10g} in all"
    counts_by_heading = meaning.measure(heading) is not None or meaning.contains(heading, ["spam"])
    if options.unit is None and parse_unit(heading) is None and not counts_by_heading:
        findings.notes.append(f"whole numbers above 100 taken as {total}")
    else:
        findings.facts.append(total)


def _refuse_mixed(
    entries: Entries, parsed: Parsed, sums: Sums, signed: Mask, values: Numbers
) -> None:
    """Refuse percent signs beside figures without one, or under a heading of another unit.

    All are certainly percents where they add up to 100, and would not if those without a sign were
    fractions.
    """
    unit = parse_unit(entries.heading) or _PERCENT
    per_mille = unit.factor == 0.1 and all("‰" in text for text in parsed.percents)
    if unit.name == "percent" and unit != _PERCENT and not per_mille:
        raise UnitError(
            f"{entries.title}: the heading and the signs in the cells give different units: "
            "correct the heading, or leave the signs out"
        )
    plain = (values > 0) & ~signed
    if_fractions = sums.sums + np.bincount(sums.groups, weights=99 * values * plain)
    certain = sums.add_up_to(100) & (abs(if_fractions - 100) > 2 * sums.slack)
    if not plain.any() or certain.all():
        return
    if signed.sum() < plain.sum():
        fault = f"{entries.title}: only some figures have a percent sign: {entries.named(signed)}"
    else:
        fault = f"{entries.title}: some figures have no percent sign: {entries.named(plain)}"
    # A figure of 1 or less may be a fraction: read as percent it would be a hundredth of itself.
    if (values[plain] <= 1).any():
        raise FigureError(f"{fault}; write all figures in one unit")
    raise FigureError(fault, settles=[Remedy("unit", "percent", "reads all as percents")])


def _stated(
    entries: Entries, sums: Sums, whole_before: Numbers | None, unit: Unit, *, by_signs: bool
) -> Unit:
    """The unit of shares that a heading states, or the signs in the cells. Raises UnitError."""
    _refuse_parts(entries, sums, whole_before)
    # A row of fractions may be missing under a heading of percents; signs in cells are certain.
    small = sums.largest <= 1 and not by_signs
    if unit == _PERCENT and (small or sums.add_up_to(1).all()) and sums.sizes.max() > 1:
        fault = f"{entries.title}: says percent, but adds up to {_range(sums)}"
        raise UnitError(fault, settles=[_AS_FRACTIONS, _AS_PERCENTS])
    return unit


def _by_values(entries: Entries, parsed: Parsed, sums: Sums, whole_before: Numbers | None) -> Unit:
    """The unit that the values leave no doubt of, where neither heading nor signs state one."""
    percents, fractions = sums.add_up_to(100), sums.add_up_to(1) & (sums.sizes > 1)
    if percents.all():
        return _PERCENT
    if fractions.all():
        confirm = Remedy("unit", "fraction", "confirms it")
        text = f"read as fractions, since they add up to {_range(sums)}"
        entries.table.findings.doubts.append(Doubt(text, (confirm, _AS_PERCENTS)))
        return _FRACTION
    if fractions.any() and (percents.any() or (sums.sums > 1.5).any()):
        raise UnitError(
            f"{entries.title}: adds up to {_range(sums)}: percents in some rankings or periods, "
            "fractions in others; choose those of one unit",
            settles=[Remedy("period", None, "chooses one"), Remedy("where", None, "chooses rows")],
        )
    shares = meaning.says_shares(entries.heading)
    if not shares and parsed.surely_counts:
        return _COUNT
    _refuse_parts(entries, sums, whole_before)
    if (shares or entries.table.above or not parsed.whole) and sums.largest > 1:
        return _PERCENT  # a part of the whole; more than the whole is refused later
    other, remedy = ("fractions", _AS_FRACTIONS) if sums.largest <= 1 else ("counts", _AS_COUNTS)
    fault = f"{entries.title}: adds up to {_range(sums)}: percents or {other}?"
    raise UnitError(fault, settles=[_AS_PERCENTS, remedy])


def _refuse_parts(entries: Entries, sums: Sums, whole_before: Numbers | None) -> None:
    """Refuse rankings whose shares only add up to the whole together with other rows."""
    if whole_before is None and not entries.by:
        return
    before = sums.sums if whole_before is None else whole_before
    # Either all rankings together were the whole, or, before rows were chosen, each of them.
    wholes = {1} if entries.by else set()
    if whole_before is not None:
        wholes.add(len(sums.sums))
    half = float(sums.slack.max() / max(sums.sizes.max(), 1))
    slack = half * max(len(entries), len(before))
    for whole in (100.0, 1.0):
        near = any(abs(before.sum() - whole * n) <= slack for n in wholes)
        if near and not sums.add_up_to(whole).all():
            raise UnitError(
                f"{entries.title}: the shares add up to {whole:g} only together with other "
                f"rankings or rows; those chosen add up to {_range(sums)}",
                settles=[Remedy("unit", "count", "divides each by the sum of its own ranking")],
            )


def _percents(
    entries: Entries, parsed: Parsed, sums: Sums, unit: Unit, options: TableOptions
) -> Numbers:
    """The shares in percent. Raises UnitError above 100; records what they add up to."""
    findings, factor = entries.table.findings, unit.factor
    above, part = sums.exceed(100, factor), ~sums.add_up_to(100, factor)
    # Names that stand twice are refused for that, later.
    if above.any() and (options.unit is not None or entries.each_once):
        text = f"adds up to {_range(sums, factor, above)} percent"
        text += f"{_rankings(entries, sums, above)}, more than 100"
        if options.unit is None:
            raise UnitError(
                f"{entries.title}: {text}: do some rows hold others?",
                settles=[
                    *_without(entries, sums, above),
                    Remedy("drop", None, "leaves rows out that hold others, or are held by them"),
                    Remedy("unit", "percent", "takes them as they are (answers of a survey)"),
                ],
            )
        findings.doubts.append(Doubt(text))
    elif (
        part.any()
        and options.unit is None
        and meaning.normalize(entries.heading) != "share percent"
    ):
        text = f"adds up to {_range(sums, factor, part)} of 100 percent"
        text += f"{_rankings(entries, sums, part)}: a part of the whole?"
        findings.doubts.append(Doubt(text, (Remedy("unit", unit.name, "if that is right"),)))
    findings.facts.append(f"{unit.name}s that add up to {_range(sums)}")
    percents = dict(parsed.values)
    for text, value in parsed.values.items():
        if factor != 1 and value == value and text not in parsed.percents:
            # In decimals, since 0.0514 * 100 is 5.140000000000001 in binary.
            percents[text] = float(Decimal(repr(value)) * Decimal(repr(factor)))
    return numbers_of(entries.table.column(entries.value), percents)


def _range(sums: Sums, factor: float = 1.0, which: Mask | None = None) -> str:
    """The sums as messages show them: one figure, or the lowest and the highest."""
    values = sums.sums * factor if which is None else sums.sums[which] * factor
    low, high = f"{values.min():,.6g}", f"{values.max():,.6g}"
    return low if low == high else f"{low} to {high}"


def _first_rows(sums: Sums, which: Mask) -> list[int]:
    """The first row of each of the first three of some rankings."""
    return [int(np.argmax(sums.groups == group)) for group in np.flatnonzero(which)[:3]]


def _rankings(entries: Entries, sums: Sums, which: Mask) -> str:
    """Some rankings as messages name them; empty where the table has only one."""
    if len(sums.sums) == 1:
        return ""
    more = f" and {which.sum() - 3} more" if which.sum() > 3 else ""
    return f" in {', '.join(map(entries.label, _first_rows(sums, which)))}{more}"


def _without(entries: Entries, sums: Sums, which: Mask) -> list[Remedy]:
    """Remedies that leave some rankings out, where a single column identifies them."""
    columns = [i for i in {*entries.by, *entries.table.dated} if len(entries.table.texts(i)) > 1]
    if len(columns) != 1 or which.all() or not (heading := entries.table.headings[columns[0]]):
        return []
    cells = entries.table.column(columns[0]).iloc[_first_rows(sums, which)]
    return [Remedy("where", f"{heading}!={cell}", "leaves it out") for cell in cells]
