"""The text of a cell in, the numbers it may be out; sums, and how far rounding explains them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

import numpy as np

from spamindex.meaning import is_missing
from spamindex.tables.table import Column, Groups, Mask, Numbers, numbers_of
from spamindex.words import MULTIPLES, OF_PERCENT

MARKS = (".", ",")

_INFINITE = frozenset({"inf", "infinity", "∞"})
# Signs and words, and what one of them is in percent.
_SIGNS = {sign: part for signs, part in OF_PERCENT.items() for sign in signs}
_SIGNS["\N{FULLWIDTH PERCENT SIGN}"] = 1.0
_WIDE = {0xFF10 + n: str(n) for n in range(10)} | {0xFF0E: ".", 0xFF0C: ","}  # fullwidth
_MINUS = ("-", "\N{MINUS SIGN}")
_BEGINNINGS = frozenset("0123456789.,")
_SPACES = " \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"
_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
_MULTIPLE = re.compile(r"(.*\d)\s*([^\W\d_]{1,12})\.?")
_FLAG = re.compile(r"\s[a-z]$|b$")  # a letter behind a figure, as statistics offices mark some
_MOST_PERCENT = 100
_LEAST = 1e-9  # what is lost in binary is no difference
_CLOCK = re.compile(r"(\d+:)?\d?\d:\d\d(\.\d+)?|(\d+ ?h ?)?(\d+ ?m(in)? ?)?\d+ ?s(ec)?")


def _patterns(mark: str, other: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    # 1e+05 and 1.0E5 are how numbers are printed; 9e58 is 9158 with a damaged byte. Of an exponent
    # that is longer, nothing is left but 0 or infinity.
    plain = rf"(\d+([{mark}]\d*)?|[{mark}]\d+)([eE][-+]\d{{1,4}})?|\d+[{mark}]\d+[eE]\d{{1,4}}"
    by = rf"(?P<by>[{other}{_SPACES}{_APOSTROPHES}])"
    grouped = rf"[1-9]\d?\d?{by}\d{{3}}((?P=by)\d{{3}})*([{mark}]\d+)?"
    # 91,58,000 is how 9158000 is written in India: a pair of digits stands between two commas.
    indian = rf"[1-9]\d?[{other}]\d\d([{other}]\d\d)*[{other}]\d{{3}}([{mark}]\d+)?"
    return re.compile(plain, re.ASCII), re.compile(f"{grouped}|{indian}", re.ASCII)


_PATTERNS = {".": _patterns(".", ","), ",": _patterns(",", ".")}


@dataclass
class Reading:
    """One way to read the different texts of a column: with ``mark`` as its decimal mark.

    ``values`` has a number for each text, NaN for none; ``faults`` says of each text that should
    be a figure and is not what is wrong with it. ``signed`` are the texts with a sign for percent
    or per mille, in percent already, ``grouped`` those with thousands marks, and ``rounded`` those
    in thousands, or more: 9.2k.
    """

    mark: str
    values: dict[str, float]
    faults: dict[str, str] = field(default_factory=dict)
    signed: set[str] = field(default_factory=set)
    grouped: set[str] = field(default_factory=set)
    rounded: set[str] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        """Whether every figure is a whole number, as counts are, and so written.

        ``44.0`` is where every figure is written so, but not beside ``915``: it is of another kind.
        """
        written = [t for t in self.values if not is_missing(t) and t not in self.rounded]
        return all(value.is_integer() or math.isnan(value) for value in self.values.values()) and (
            len({self.mark in text for text in written if "e" not in text.casefold()}) <= 1
        )

    @property
    def surely_counts(self) -> bool:
        """Whether every figure is whole, and one is too large for a percent."""
        return self.whole and any(value > _MOST_PERCENT for value in self.values.values())

    def of(self, column: Column) -> Numbers:
        """The number of each row of a column, NaN for none."""
        return numbers_of(column, self.values)

    def halves(self, column: Column) -> Numbers:
        """Half a unit of the last digit of each row of a column, 0 where there is no figure."""
        half = {t: half_unit(t, self.mark) for t, value in self.values.items() if value == value}
        return numbers_of(column, half, 0.0)


class Sums:
    """What the figures of each group add up to, and how far rounding explains a difference.

    ``values`` has a figure for each row, ``halves`` half a unit of its last digit, and ``groups``
    the number of its group.
    """

    def __init__(self, values: Numbers, halves: Numbers, groups: Groups) -> None:
        filled = values > 0
        units, counts = np.unique(halves[filled], return_counts=True)
        # Of the digit on which most of the figures end: the finer one on a tie.
        half = float(units[counts.argmax()]) if len(units) else 0.0
        self.groups = groups
        self.sums: Numbers = np.bincount(groups, weights=values).astype(float)
        self.counted: Numbers = np.bincount(groups, weights=filled).astype(float)
        # A figure is never off by more than half a unit of its own last digit.
        most = np.bincount(groups, weights=halves * filled)
        self.slack: Numbers = np.maximum(np.minimum(self.counted * half, most), _LEAST)
        self.largest = float(values.max(initial=0))

    def are(self, whole: float, times: float = 1.0) -> Mask:
        """Which of them are the whole, within what rounding explains."""
        slack = np.minimum(self.slack * times, whole / 20)  # few digits explain not all
        near: Mask = np.abs(self.sums * times - whole) <= slack * (1 + 1e-9) + _LEAST * whole
        return near

    def above(self, whole: float, times: float = 1.0) -> Mask:
        """Which of them are more than the whole."""
        return (self.sums * times > whole) & ~self.are(whole, times)


def is_figure(text: str) -> bool:
    """Whether a cell looks like a number, usable or not, with one decimal mark or the other."""
    number = _bare(text)
    if number[:1] not in _BEGINNINGS:  # most texts, and quicker than four patterns
        return number.casefold() in _INFINITE
    plain = any(p.fullmatch(number) for patterns in _PATTERNS.values() for p in patterns)
    return plain or _multiple(number) is not None


def is_signed(text: str) -> bool:
    """Whether a cell is a figure with a sign, or a word, for percent or per mille."""
    return bool(_sign(text))


def _sign(text: str) -> str:
    """The sign or word for percent behind a figure, or before it; empty where there is none."""
    if sign := next((end for end in (text[-1:], text[:1]) if end in _SIGNS), ""):
        return sign
    match = _MULTIPLE.fullmatch(text)
    return match[2] if match and match[2].casefold() in _SIGNS else ""


def is_clock(text: str) -> bool:
    """Whether a cell is a time of day or a duration: 00:15:01, 3m 12s."""
    return _CLOCK.fullmatch(text) is not None


def read(texts: Sequence[str], marks: Iterable[str] = MARKS) -> list[Reading]:
    """The ways in which the texts of a column can be read: one, unless its marks leave it open.

    A thousands mark is taken only where every figure is whole: a share never needs one, so
    ``1,234`` beside ``0.5`` is a fault and not a number.
    """
    readings = [_reading(texts, mark) for mark in marks]
    fewest = min(len(reading.faults) for reading in readings)
    likely: list[Reading] = []
    for reading in readings:
        if len(reading.faults) > fewest or any(_same(reading, other) for other in likely):
            continue
        if reading.grouped and not reading.whole:
            reason = "has a thousands mark beside figures that are not whole"
            reading.faults.update(dict.fromkeys(reading.grouped, reason))
        likely.append(reading)
    return likely


def half_unit(text: str, mark: str) -> float:
    """Half a unit of the last digit that a figure was printed with: of 5.14 it is 0.005."""
    number, times = _multiple(_bare(text)) or (_bare(text), 1.0)
    digits, _, power = number.casefold().partition("e")
    decimals = len(digits.partition(mark)[2])
    return float(f"5e{int(power or 0) - decimals - 1}") * times


def _same(reading: Reading, other: Reading) -> bool:
    ours, theirs = (np.array([*of.values.values()]) for of in (reading, other))
    same = np.array_equal(ours, theirs, equal_nan=True)
    return same and reading.faults.keys() == other.faults.keys()


def _reading(texts: Sequence[str], mark: str) -> Reading:
    if mark == "." and set("".join(texts)) <= set("0123456789."):
        try:  # nearly every column; of these characters float() takes only what we would
            return Reading(mark, {text: float(text) for text in texts})
        except ValueError:
            pass
    reading = Reading(mark, {})
    for text in texts:
        reading.values[text] = _value(text, reading)
    flags = {text for text in reading.rounded if _FLAG.search(text)}
    if any(text not in flags and not is_missing(text) for text in texts):
        reading.faults |= dict.fromkeys(
            flags, "may be in thousands or more, or have a note behind it"
        )
    return reading


def _value(text: str, reading: Reading) -> float:
    """The number in one cell, NaN for none; what is special about it is kept in the reading."""
    if is_missing(text):
        return math.nan
    number, times = _bare(text), 1.0
    plain, grouped = _PATTERNS[reading.mark]
    if match := grouped.fullmatch(number):
        reading.grouped.add(text)
        number = number.replace(match["by"] or {".": ",", ",": "."}[reading.mark], "")
    elif not plain.fullmatch(number):
        if (rounded := _multiple(number)) is None or not plain.fullmatch(rounded[0]):
            infinite = number.casefold() in _INFINITE
            reading.faults[text] = "is infinite" if infinite else "is not a number"
            return math.nan
        number, times = rounded
        reading.rounded.add(text)
    number = number.replace(reading.mark, ".")
    if float(number) and (sign := _sign(text)):  # nought is the same in every unit
        reading.signed.add(text)
        times = _SIGNS[sign.casefold()]
    value = float(number) if times == 1 else float(Decimal(number) * Decimal(repr(times)))
    if math.isinf(value) or (value and text.startswith(_MINUS)):
        reading.faults[text] = "is infinite" if math.isinf(value) else "is negative"
        return math.nan
    return value


def _multiple(number: str) -> tuple[str, float] | None:
    """A number with a word for thousands or more behind it, as the number and how many it is of."""
    match = _MULTIPLE.fullmatch(number)
    times = MULTIPLES.get(match[2].casefold()) if match else None
    return (match[1].strip(), times) if match and times is not None else None


@lru_cache(1 << 16)  # each figure is looked at several times
def _bare(text: str) -> str:
    """A cell's number without the signs around it, in plain digits."""
    if not text.isascii():
        text = text.translate(_WIDE)
    if sign := _sign(text):
        behind = text.endswith((sign, f"{sign}."))
        text = text.rstrip(".").removesuffix(sign).rstrip() if behind else text[1:].lstrip()
    return text[1:] if text.startswith(("+", *_MINUS)) else text
