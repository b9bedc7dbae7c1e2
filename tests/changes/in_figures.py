"""Figures in other units, with other marks."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from tests.changes.kinds import is_plain, kind
from tests.changes.sheet import Sheet


@kind("thousands by word")
def _thousands(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or sheet.unit != "count" or not is_plain(sheet):
        return False
    times, words = rng.choice(
        [
            (1000, ["(thousands)", "in thousands", "(k)", "(000s)", "in Tsd.", "[K]", "tys."]),
            (1000000, ["(millions)", "in Mio.", "(m)", "in million", "[mln]", "(Mio)"]),
        ]
    )
    sheet.columns["value"] += f" {rng.choice(words)}"
    for row in sheet.rows:
        row.cells["value"] = str(Decimal(row.cells["value"]) / times)
    return True


@kind("thousands in the cells")
def _thousand_cells(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or sheet.unit != "count" or not is_plain(sheet):
        return False
    word = rng.choice(["k", "K", " Tsd.", " k"])
    for row in sheet.rows:
        row.cells["value"] = f"{Decimal(row.cells['value']) / 1000}{word}"
    return True


@kind("other unit of shares")
def _unit(sheet: Sheet, rng: Random) -> bool:
    if sheet.unit == "count" or not sheet.long or not is_plain(sheet) or "unit" in sheet.options:
        return False
    units = {10: ["per mille", "‰", "(promille)"], 100: ["bps", "(basis points)", "in bp"]}
    times = rng.choice(list(units))
    sheet.columns["value"] = f"Share {rng.choice(units[times])}"
    if sheet.unit == "fraction":
        times *= 100
    sheet.each(lambda text: str(Decimal(text) * times))
    return True


@kind("fractions for percents")
def _fractions(sheet: Sheet, rng: Random) -> bool:
    if sheet.unit != "percent" or not is_plain(sheet):
        return False
    if sheet.long and rng.random() < 0.5:
        sheet.columns["value"] = rng.choice(["Fraction", "Share", "proportion", "Anteil"])
    sheet.each(lambda text: str(Decimal(text) / 100))
    return True


@kind("one figure in another unit")
def _one_unit(sheet: Sheet, rng: Random) -> bool:
    if sheet.unit == "count" or not is_plain(sheet):
        return False
    rows = [row for row in sheet.rows if row.amounts]
    if not rows:
        return False
    # A figure smaller than what rounding may do to their sum is not seen in it.
    seen = [
        (row, key)
        for row in rows
        for key, a in row.amounts.items()
        if a * (100 if sheet.unit == "fraction" else 1) > 1
    ]
    row, key = rng.choice(seen)
    times = Decimal(100) if sheet.unit == "fraction" else Decimal("0.01")
    row.cells[key] = str(Decimal(row.cells[key]) * times)
    return True


@kind("percent signs")
def _signs(sheet: Sheet, rng: Random) -> bool:
    if sheet.unit != "percent" or not is_plain(sheet):
        return False
    before = rng.random() < 0.2
    sheet.each(lambda text: f"%{text}" if before else f"{text}{rng.choice(['%', ' %'])}")
    return True


@kind("percent in the heading")
def _percent(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or sheet.unit != "percent":
        return False
    sheet.columns["value"] = rng.choice(
        ["%", "Share (%)", "Prozent", "Pct.", "% share", "Anteil in %", "pourcentage"]
    )
    return True


def _grouped(sheet: Sheet, mark: str) -> bool:
    if sheet.unit != "count" or not is_plain(sheet):
        return False
    sheet.each(lambda text: f"{int(text):,}".replace(",", mark) if text.isdecimal() else text)
    return True


@kind("thousands points")
def _points(sheet: Sheet, rng: Random) -> bool:
    return _grouped(sheet, ".")


@kind("thousands commas")
def _commas(sheet: Sheet, rng: Random) -> bool:
    return _grouped(sheet, ",")


@kind("thousands spaces")
def _spaces(sheet: Sheet, rng: Random) -> bool:
    return _grouped(sheet, rng.choice([" ", "\u00a0", "\u202f", "'"]))


@kind("thousands points, a blank heading")
def _points_blank(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or "visitors" in sheet.columns or not _grouped(sheet, rng.choice(".,")):
        return False
    sheet.columns["value"] = rng.choice(["", "n", "Value", "Wert"])
    return True


@kind("decimal commas")
def _decimal(sheet: Sheet, rng: Random) -> bool:
    if not is_plain(sheet) or sheet.unit == "count":
        return False
    sheet.each(lambda text: text.replace(".", ","))
    sheet.decimal = ","
    if rng.random() < 0.6:
        sheet.delimiter = rng.choice([";", "\t"])
    return True


@kind("unquoted decimal commas")
def _unquoted(sheet: Sheet, rng: Random) -> bool:
    if (
        not sheet.long
        or not is_plain(sheet)
        or sheet.unit == "count"
        or sheet.form != "text"
        or sheet.delimiter != ","
    ):
        return False
    if list(sheet.columns)[-1] != "value":
        return False
    sheet.form, sheet.raw = "text", True
    sheet.each(lambda text: text.replace(".", ","))
    return True


@kind("three decimals")
def _three(sheet: Sheet, rng: Random) -> bool:
    if not is_plain(sheet) or sheet.unit == "count":
        return False
    mark = rng.choice(".,")
    sheet.each(
        lambda text: f"{Decimal(text):.3f}".replace(".", mark) if sheet.unit == "percent" else text
    )
    sheet.decimal = mark if sheet.unit == "percent" else "."
    return True


@kind("unquoted comma in a figure")
def _unquoted_figure(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or sheet.unit != "count" or not _grouped(sheet, ","):
        return False
    sheet.raw = True
    return True
