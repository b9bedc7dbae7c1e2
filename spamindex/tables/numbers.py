"""Cells as figures: decimal marks, thousands marks, percent signs, and cells without a figure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MARKS = (".", ",")

_MISSING = frozenset({"", "-", "--", "–", "—", "n/a", "#n/a", "na", "nan", "null", "none"})  # noqa: RUF001
_INFINITE = frozenset({"inf", "infinity", "∞"})
_PERCENT_SIGNS = ("%", "\N{FULLWIDTH PERCENT SIGN}")
_MINUS = ("-", "\N{MINUS SIGN}")
_BEGINNINGS = frozenset("0123456789.,")
_SPACES = " \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"
_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"


def _patterns(mark: str, other: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    # 1e+05 and 1.0E5 are how numbers are printed; 9e58 is 9158 with a damaged byte. Of an exponent
    # that is longer, nothing is left but 0 or infinity.
    plain = rf"(\d+([{mark}]\d*)?|[{mark}]\d+)([eE][-+]\d{{1,4}})?|\d+[{mark}]\d+[eE]\d{{1,4}}"
    by = rf"(?P<by>[{other}{_SPACES}{_APOSTROPHES}])"
    grouped = rf"[1-9]\d?\d?{by}\d{{3}}((?P=by)\d{{3}})*([{mark}]\d+)?"
    return re.compile(plain, re.ASCII), re.compile(grouped, re.ASCII)


_PATTERNS = {".": _patterns(".", ","), ",": _patterns(",", ".")}


@dataclass
class Reading:
    """One way to read a column of cells: with ``mark`` as its decimal mark.

    ``values`` has a number for each cell, NaN where the cell holds none; ``faults`` says of each
    text that should be a figure and is not what is wrong with it. ``percent``, ``plain`` and
    ``grouped`` are texts with a percent sign, without one, and with thousands marks; none of them
    is kept of a column of plain numbers.
    """

    mark: str
    values: list[float]
    faults: dict[str, str] = field(default_factory=dict)
    percent: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    grouped: set[str] = field(default_factory=set)
    texts: Sequence[str] = ()

    @property
    def whole(self) -> bool:
        """Whether every figure is a whole number, as counts are, and so written.

        ``44.0`` is where every figure is written so, but not beside ``915``: it is of another kind.
        """
        if not all(value.is_integer() or math.isnan(value) for value in self.values):
            return False
        written = [text for text in self.texts if not is_missing(text)]
        return len({self.mark in text for text in written if "e" not in text.casefold()}) <= 1


def is_missing(text: str) -> bool:
    """Whether a cell says that it holds no figure, as a blank, ``n/a`` or ``NULL`` does.

    >>> is_missing("NULL"), is_missing("0")
    (True, False)
    """
    return text.casefold() in _MISSING


def is_figure(text: str) -> bool:
    """Whether a cell looks like a number, usable or not, with one decimal mark or the other.

    >>> is_figure("5,14 %"), is_figure("-3"), is_figure("Windows 10")
    (True, True, False)
    """
    number = _bare(text)
    if number[:1] not in _BEGINNINGS:  # most texts, and quicker than four patterns
        return number.casefold() in _INFINITE
    return any(pattern.fullmatch(number) for patterns in _PATTERNS.values() for pattern in patterns)


def read(texts: Sequence[str], marks: Iterable[str] = MARKS) -> list[Reading]:
    """The ways in which a column of cells can be read: one, unless its marks leave it open.

    A thousands mark is taken only where every figure is whole: a share never needs one, so
    ``1,234`` beside ``0.5`` is a fault and not a number.

    >>> [(reading.mark, reading.values) for reading in read(["5,14", "92,65"])]
    [(',', [5.14, 92.65])]
    >>> [(reading.mark, reading.values) for reading in read(["2,533", "437"])]
    [('.', [2533.0, 437.0]), (',', [2.533, 437.0])]
    """
    readings = [_reading(texts, mark) for mark in marks]
    fewest = min(len(reading.faults) for reading in readings)
    likely: list[Reading] = []
    for reading in readings:
        if len(reading.faults) > fewest or any(_same(reading, other) for other in likely):
            continue
        if reading.grouped and not reading.whole:
            reason = "has a thousands mark beside figures that are not whole; which is --decimal?"
            reading.faults.update(dict.fromkeys(reading.grouped, reason))
        likely.append(reading)
    return likely


def half_unit(text: str, mark: str) -> float:
    """Half a unit of the last digit that a figure was printed with.

    >>> half_unit("5.14", "."), half_unit("1,2e-3 %", ","), half_unit("5", ".")
    (0.005, 5e-05, 0.5)
    """
    digits, _, power = _bare(text).casefold().partition("e")
    decimals = len(digits.partition(mark)[2])
    return float(f"5e{int(power or 0) - decimals - 1}")


def _same(reading: Reading, other: Reading) -> bool:
    return reading.faults.keys() == other.faults.keys() and all(
        a == b or (math.isnan(a) and math.isnan(b))
        for a, b in zip(reading.values, other.values, strict=True)
    )


def _reading(texts: Sequence[str], mark: str) -> Reading:
    if mark == "." and set("".join(texts)) <= set("0123456789."):
        try:  # nearly every column; of these characters float() takes only what we would
            return Reading(mark, list(map(float, texts)), texts=texts)
        except ValueError:
            pass
    reading = Reading(mark, [], texts=texts)
    values: dict[str, float] = {}
    for text in dict.fromkeys(texts):
        values[text] = _value(text, reading)
    reading.values = [values[text] for text in texts]
    return reading


def _value(text: str, reading: Reading) -> float:
    """The number in one cell, NaN for none; what is special about it is kept in the reading."""
    if is_missing(text):
        return math.nan
    number = _bare(text)
    plain, grouped = _PATTERNS[reading.mark]
    if match := grouped.fullmatch(number):
        reading.grouped.add(text)
        number = number.replace(match["by"], "")
    elif not plain.fullmatch(number):
        infinite = number.casefold() in _INFINITE
        reading.faults[text] = "is infinite" if infinite else "is not a number"
        return math.nan
    value = float(number.replace(reading.mark, "."))
    if math.isinf(value):
        reading.faults[text] = "is infinite"
        return math.nan
    if value and text.startswith(_MINUS):
        reading.faults[text] = "is negative"
        return math.nan
    if value:  # nought is the same in every unit
        (reading.percent if text.endswith(_PERCENT_SIGNS) else reading.plain).add(text)
    return value


def _bare(text: str) -> str:
    """A cell's number without the signs around it."""
    if text.endswith(_PERCENT_SIGNS):
        text = text[:-1].rstrip()
    return text[1:] if text.startswith(("+", *_MINUS)) else text
