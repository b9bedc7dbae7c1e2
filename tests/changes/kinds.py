"""The changes that people, spreadsheets and exports make to a table, each by its kind.

A change gets a table and a source of chance, changes the table, and returns whether it fits it.
Where a careful reader would read other shares of the changed table, its ``right`` is changed, too.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

from tests.changes.sheet import Row, Sheet

Change = Callable[[Sheet, Random], bool]
KINDS: dict[str, Change] = {}


def kind(name: str) -> Callable[[Change], Change]:
    """Add a change to ``KINDS``."""

    def add(change: Change) -> Change:
        KINDS[name] = change
        return change

    return add


def is_plain(sheet: Sheet) -> bool:
    """Whether the figures are written as plain numbers."""
    return sheet.decimal == "." and all(
        row.cells[key].replace(".", "").isdecimal()
        for row in sheet.rows
        for key in sheet.figures
        if row.cells.get(key)
    )


def shares_beside(sheet: Sheet, rng: Random, spread: float) -> list[str]:
    """Other figures beside those of a long table, larger or smaller, with the same sums."""
    found: dict[int, str] = {}
    for rows in sheet.groups().values():
        amounts = [float(row.amounts.get("value", 0)) for row in rows]
        moved = [a * rng.uniform(1 - spread, 1 + spread) for a in amounts]
        scale = sum(amounts) / (sum(moved) or 1)
        digits = 0 if sheet.unit == "count" else 2 if sheet.unit == "percent" else 4
        made = [round(m * scale, digits) for m in moved]
        if sheet.unit != "count":
            made[0] = round(made[0] + sum(amounts) - sum(made), digits)
        for row, figure in zip(rows, made, strict=True):
            text = f"{figure:.{digits}f}".replace(".", sheet.decimal)
            found[id(row)] = text + (" %" if row.cells["value"].endswith("%") else "")
    return [found[id(row)] for row in sheet.rows]


def written(amount: Fraction, sheet: Sheet, like: str) -> str:
    """A figure as others of the table are written."""
    text = f"{float(amount):.10f}".rstrip("0").rstrip(".")
    if sheet.unit == "count":
        text = str(int(amount))
    return text.replace(".", sheet.decimal) + (" %" if like.endswith("%") else "")


def without(sheet: Sheet, row: Row, key: str) -> None:
    """Take a figure out of what is right: of counts the total is not known any more."""
    before = sheet.known()
    del row.amounts[key]
    after = sheet.known()
    if after != before:
        sheet.right = {} if sheet.unit == "count" else after
        sheet.right_too = {}
