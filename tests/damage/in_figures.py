"""What happens to the figures of a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

from tests.damage.sheets import Sheet, with_cell


def each_figure(sheet: Sheet, change: Callable[[str], str]) -> Sheet:
    """The table with another text for each figure that is ranked."""
    lines = list(sheet.lines)
    for row in sheet.rows:
        for column in sheet.values:
            if sheet.cell(row, column):
                lines[row] = with_cell(lines[row], column, change(sheet.cell(row, column)))
    return replace(sheet, lines=lines)


def decimal_commas(sheet: Sheet, random: Random) -> Sheet | None:
    return each_figure(sheet, lambda text: text.replace(".", ","))


def thousands_marks(sheet: Sheet, random: Random) -> Sheet | None:
    if sheet.unit != "count":
        return None
    mark = random.choice(",.' \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")

    def grouped(text: str) -> str:
        return f"{int(text):,}".replace(",", mark) if text.isdecimal() else text

    return each_figure(sheet, grouped)


def percent_signs(sheet: Sheet, random: Random) -> Sheet | None:
    if sheet.unit != "percent":
        return None
    sign = random.choice(["%", " %", "\N{NO-BREAK SPACE}%"])
    return each_figure(sheet, lambda text: text + sign)


def a_percent_sign(sheet: Sheet, random: Random) -> Sheet | None:
    row, column = random.choice(sheet.rows), random.choice(sheet.values)
    lines = list(sheet.lines)
    lines[row] = with_cell(lines[row], column, sheet.cell(row, column) + "%")
    return replace(sheet, lines=lines)


def counts_for_shares(sheet: Sheet, random: Random) -> Sheet | None:
    if sheet.unit != "percent" or sheet.name is None or len(sheet.lines[0]) > 2:
        return None
    times = random.choice([10_000, 1_000_000])
    counted = each_figure(sheet, lambda text: str(int(Decimal(text) * times)))
    return replace(counted, unit="count")


def fractions_for_percent(sheet: Sheet, random: Random) -> Sheet | None:
    if sheet.unit != "percent":
        return None
    fractions = each_figure(sheet, lambda text: format(Decimal(text).scaleb(-2), "f"))
    return replace(fractions, unit="fraction")


def a_fraction(sheet: Sheet, random: Random) -> Sheet | None:
    """One row in another unit than the others: of one that is more than the slack of the total."""
    if sheet.unit != "percent" or sheet.name is None:
        return None
    column = sheet.values[0]
    large = [row for row in sheet.rows if Decimal(sheet.cell(row, column)) > Decimal("1.1")]
    row = random.choice(large)
    lines = list(sheet.lines)
    text = format(Decimal(sheet.cell(row, column)).scaleb(-2), "f")
    lines[row] = with_cell(lines[row], column, text)
    return replace(sheet, lines=lines)


def missing_figure(sheet: Sheet, random: Random) -> Sheet | None:
    row, column = random.choice(sheet.rows), random.choice(sheet.values)
    lines = list(sheet.lines)
    text = random.choice(["", "n/a", "NULL", "-"])
    lines[row] = with_cell(lines[row], column, text)
    return replace(sheet, lines=lines)
