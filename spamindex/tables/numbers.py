"""Parse cells as numbers: the texts of a column in, their values out; sums within rounding."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache

import numpy as np

from spamindex.meaning import is_missing
from spamindex.tables.table import Column, Groups, Mask, Numbers, numbers_of
from spamindex.words import MULTIPLES, OF_PERCENT

MARKS = (".", ",")

_INFINITE = frozenset({"inf", "infinity", "∞"})
# Percent signs and words, and what one of each is in percent.
_PERCENT_SIGNS = {sign: percent for signs, percent in OF_PERCENT.items() for sign in signs}
_FULLWIDTH = {0xFF10 + n: str(n) for n in range(10)} | {0xFF0E: ".", 0xFF0C: ",", 0xFF05: "%"}
_MINUS = ("-", "\N{MINUS SIGN}")
_SPACES = " \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"
_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
_NUMBER_AND_WORD = re.compile(r"(.*\d)\s*([^\W\d_]{1,12})\.?")
_FLAG = re.compile(r"\s[a-z]$|b$")  # statistics offices mark some figures with a letter
_MOST_PERCENT = 100
_BINARY_ERROR = 1e-9  # smaller differences come from binary floating point
_CLOCK = re.compile(r"(\d+:)?\d?\d:\d\d(\.\d+)?|(\d+ ?h ?)?(\d+ ?m(in)? ?)?\d+ ?s(ec)?")


def _patterns(mark: str, other_mark: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The patterns of a plain number and of one with thousands marks."""
    # Programs print 1e+05 and 1.0E5, but 9e58 is 9158 with a damaged byte. Longer exponents than
    # these only make 0 or infinity.
    plain = rf"(\d+([{mark}]\d*)?|[{mark}]\d+)([eE][-+]\d{{1,4}})?|\d+[{mark}]\d+[eE]\d{{1,4}}"
    thousands = rf"(?P<thousands>[{other_mark}{_SPACES}{_APOSTROPHES}])"
    grouped = rf"[1-9]\d?\d?{thousands}\d{{3}}((?P=thousands)\d{{3}})*([{mark}]\d+)?"
    indian = rf"[1-9]\d?[{other_mark}]\d\d([{other_mark}]\d\d)*[{other_mark}]\d{{3}}([{mark}]\d+)?"
    return re.compile(plain, re.ASCII), re.compile(f"{grouped}|{indian}", re.ASCII)


_PATTERNS = {".": _patterns(".", ","), ",": _patterns(",", ".")}


@dataclass
class Parsed:
    """The numbers of the distinct texts of a column, with ``mark`` as its decimal mark.

    ``values`` holds a number for each text, NaN for a missing or unreadable one; ``faults`` says
    what is wrong with each unreadable text. ``percents`` are the texts with a percent or per mille
    sign, whose values are in percent; ``grouped`` those with thousands marks; ``multiples`` those
    in thousands or more (9.2k).
    """

    mark: str
    values: dict[str, float]
    faults: dict[str, str] = field(default_factory=dict)
    percents: set[str] = field(default_factory=set)
    grouped: set[str] = field(default_factory=set)
    multiples: set[str] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        """Whether every figure is a whole number and is written like one.

        ``44.0`` is whole where all figures have a decimal mark, but not beside ``915``.
        """
        if not all(value.is_integer() or math.isnan(value) for value in self.values.values()):
            return False
        plain = [t for t in self.values if not is_missing(t) and t not in self.multiples]
        return len({self.mark in text for text in plain if "e" not in text.casefold()}) <= 1

    @property
    def surely_counts(self) -> bool:
        """Whether every figure is whole, and one is too large for a percent."""
        return self.whole and any(value > _MOST_PERCENT for value in self.values.values())

    def row_values(self, column: Column) -> Numbers:
        """The number in each row of a column; NaN where there is none."""
        return numbers_of(column, self.values)

    def row_halves(self, column: Column) -> Numbers:
        """Half a unit of the last digit in each row of a column; 0 where there is no number."""
        return numbers_of(column, self._halves, 0.0)

    @cached_property
    def _halves(self) -> dict[str, float]:
        return {t: half_unit(t, self.mark) for t, value in self.values.items() if value == value}


def parse(texts: Sequence[str], marks: Iterable[str] = MARKS) -> list[Parsed]:
    """Parse the texts of a column, once for each decimal mark that is possible.

    The result has several items where the mark is open. Thousands marks are only accepted where
    every figure is whole, since a share never needs one: ``1,234`` beside ``0.5`` is a fault.
    """
    candidates = [_parse(texts, mark) for mark in marks]
    fewest_faults = min(len(candidate.faults) for candidate in candidates)
    distinct: list[Parsed] = []
    for candidate in candidates:
        if len(candidate.faults) > fewest_faults or any(_same(candidate, p) for p in distinct):
            continue
        if candidate.grouped and not candidate.whole:
            reason = "has a thousands mark beside figures that are not whole"
            candidate.faults.update(dict.fromkeys(candidate.grouped, reason))
        distinct.append(candidate)
    return distinct


def _same(parsed: Parsed, other: Parsed) -> bool:
    values, other_values = ([*p.values.values()] for p in (parsed, other))
    same_values = np.array_equal(values, other_values, equal_nan=True)
    return same_values and parsed.faults.keys() == other.faults.keys()


def _parse(texts: Sequence[str], mark: str) -> Parsed:
    """Parse the texts of a column with one decimal mark."""
    if mark == "." and set("".join(texts)) <= set("0123456789."):
        try:  # the fast path for most columns: float() accepts the same as the patterns here
            return Parsed(mark, {text: float(text) for text in texts})
        except ValueError:
            pass
    parsed = Parsed(mark, {})
    for text in texts:
        parsed.values[text] = _parse_cell(text, parsed)
    flagged = {text for text in parsed.multiples if _FLAG.search(text)}
    if any(text not in flagged and not is_missing(text) for text in texts):
        reason = "may be in thousands or more, or have a note behind it"
        parsed.faults |= dict.fromkeys(flagged, reason)
    return parsed


def _parse_cell(text: str, parsed: Parsed) -> float:
    """The number in one cell, or NaN; what is special about it is recorded in ``parsed``."""
    if is_missing(text):
        return math.nan
    number, percent = _split(text)
    factor = 1.0
    plain, grouped = _PATTERNS[parsed.mark]
    if grouped.fullmatch(number):
        parsed.grouped.add(text)
        number = re.sub(rf"[^\d{parsed.mark}]", "", number)
    elif not plain.fullmatch(number):
        multiple = _split_multiple(number)
        if multiple is None or not plain.fullmatch(multiple[0]):
            infinite = number.casefold() in _INFINITE
            parsed.faults[text] = "is infinite" if infinite else "is not a number"
            return math.nan
        number, factor = multiple
        parsed.multiples.add(text)
    number = number.replace(parsed.mark, ".")
    if percent is not None and float(number):  # 0 is the same in every unit
        parsed.percents.add(text)
        factor = percent
    value = float(number) if factor == 1 else float(Decimal(number) * Decimal(repr(factor)))
    if math.isinf(value) or (value and text.startswith(_MINUS)):
        parsed.faults[text] = "is infinite" if math.isinf(value) else "is negative"
        return math.nan
    return value


@lru_cache(1 << 16)  # each text is looked at several times
def _split(text: str) -> tuple[str, float | None]:
    """Split a cell into its number, in plain digits without + or -, and its percent sign.

    The sign is given as what one of it is in percent; None where there is none.
    """
    if not text.isascii():
        text = text.translate(_FULLWIDTH)
    percent = None
    if text[-1:] in _PERCENT_SIGNS:
        text, percent = text[:-1].rstrip(), _PERCENT_SIGNS[text[-1]]
    elif text[:1] in _PERCENT_SIGNS:
        text, percent = text[1:].lstrip(), _PERCENT_SIGNS[text[0]]
    elif (match := _NUMBER_AND_WORD.fullmatch(text)) and match[2].casefold() in _PERCENT_SIGNS:
        text, percent = match[1], _PERCENT_SIGNS[match[2].casefold()]
    return text[1:] if text.startswith(("+", *_MINUS)) else text, percent


def _split_multiple(number: str) -> tuple[str, float] | None:
    """Split a number from the word for thousands or more behind it, given as a factor."""
    match = _NUMBER_AND_WORD.fullmatch(number)
    factor = MULTIPLES.get(match[2].casefold()) if match else None
    return (match[1], factor) if match and factor is not None else None


def half_unit(text: str, mark: str) -> float:
    """Half a unit of the last printed digit of a figure: 0.005 for 5.14; in percent for 5.1 ‰."""
    number, percent = _split(text)
    number, multiple = _split_multiple(number) or (number, 1.0)
    digits, _, exponent = number.casefold().partition("e")
    decimals = len(digits.partition(mark)[2])
    return float(f"5e{int(exponent or 0) - decimals - 1}") * (percent or multiple)


def is_figure(text: str) -> bool:
    """Whether a cell looks like a number, usable or not, with either decimal mark."""
    number, _ = _split(text)
    if not number or number[0] not in "0123456789.,":  # quicker than four patterns
        return number.casefold() in _INFINITE
    plain = any(p.fullmatch(number) for patterns in _PATTERNS.values() for p in patterns)
    return plain or _split_multiple(number) is not None


def is_percent(text: str) -> bool:
    """Whether a cell has a percent or per mille sign, or a word for one, beside its figure."""
    return _split(text)[1] is not None


def is_clock(text: str) -> bool:
    """Whether a cell is a time of day or a duration: 00:15:01, 3m 12s."""
    return _CLOCK.fullmatch(text) is not None


class Sums:
    """The sum of the figures of each group, and how far rounding may have moved it.

    ``values`` holds a figure for each row, ``halves`` half a unit of its last digit, and ``groups``
    the number of its group.
    """

    def __init__(self, values: Numbers, halves: Numbers, groups: Groups) -> None:
        filled = values > 0
        units, frequencies = np.unique(halves[filled], return_counts=True)
        # Most figures end on this digit; on a tie the finer one is taken.
        usual_half = float(units[frequencies.argmax()]) if len(units) else 0.0
        self.groups = groups
        self.sums: Numbers = np.bincount(groups, weights=values).astype(float)
        self.sizes: Numbers = np.bincount(groups, weights=filled).astype(float)
        # A figure is never off by more than half a unit of its own last digit.
        most = np.bincount(groups, weights=halves * filled)
        self.slack: Numbers = np.maximum(np.minimum(self.sizes * usual_half, most), _BINARY_ERROR)
        self.largest = float(values.max(initial=0))

    def add_up_to(self, whole: float, factor: float = 1.0) -> Mask:
        """Which groups add up to the whole, within rounding, if multiplied by ``factor``."""
        # Coarse digits explain a twentieth of the whole at most.
        slack = np.minimum(self.slack * factor, whole / 20)
        distance = np.abs(self.sums * factor - whole)
        near: Mask = distance <= slack * (1 + 1e-9) + _BINARY_ERROR * whole
        return near

    def exceed(self, whole: float, factor: float = 1.0) -> Mask:
        """Which groups add up to more than the whole."""
        return (self.sums * factor > whole) & ~self.add_up_to(whole, factor)
