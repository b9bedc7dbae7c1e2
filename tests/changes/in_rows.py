"""Rows that are no system of their own, and merged cells."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.changes.kinds import kind, written
from tests.changes.sheet import Row, Sheet


def _total_row(sheet: Sheet, rng: Random, times: Fraction | None, names: list[str]) -> bool:
    """A row below (or above) each group with what it adds up to, or something near it."""
    rows: list[Row] = []
    if times and times != 1 and sheet.unit != "count":
        return False
    name, above = rng.choice(names), rng.random() < 0.3
    for group in sheet.groups().values():
        cells = {k: group[0].cells.get(k, "") for k in sheet.spread}
        if "os" in sheet.columns:
            cells["os"] = name
        elif sheet.spread and len(group) == 1:
            return False
        for figure in sheet.figures:
            amount = sum((row.amounts.get(figure, Fraction(0)) for row in group), Fraction(0))
            text = written(amount * (times or 1), sheet, group[0].cells[figure])
            cells[figure] = text
        total = Row(cells)
        rows += [total, *group] if above else [*group, total]
    if len(rows) == len(sheet.rows):
        return False
    sheet.rows = rows
    return True


@kind("exact total")
def _exact(sheet: Sheet, rng: Random) -> bool:
    return _total_row(
        sheet,
        rng,
        Fraction(1),
        [
            "Total",
            "Sum",
            "Gesamt",
            "All systems",
            "TOTAL:",
            "Totaux",
            "合計",
            "Grand Total",
            "Summe",
            "Итого",
        ],
    )


@kind("exact total, other name")
def _exact_other(sheet: Sheet, rng: Random) -> bool:
    return _total_row(
        sheet,
        rng,
        Fraction(1),
        [
            "Everything",
            "All OS",
            "Table total (all)",
            "Overall result",
            "Gesamtergebnis",
            "Checksum",
            "Net",
            "All of them",
            "∑",
            "",
        ],
    )


@kind("total that is not exact")
def _inexact(sheet: Sheet, rng: Random) -> bool:
    return _total_row(
        sheet,
        rng,
        Fraction(rng.choice(["0.9", "0.99", "0.5"])),
        ["Total", "Gesamt", "All devices", "Sum"],
    )


@kind("larger total")
def _larger(sheet: Sheet, rng: Random) -> bool:
    # Rows are missing then: what the others are parts of can't be known.
    if not _total_row(
        sheet,
        rng,
        Fraction(rng.choice(["1.1", "1.5", "1.01"])),
        ["Total", "Gesamt", "All devices", "Sum"],
    ):
        return False
    sheet.right = {}
    return True


@kind("subtotals")
def _subtotals(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or len(sheet.rows) < 5 or sheet.spread:
        return False
    size = rng.choice([2, 3])
    rows: list[Row] = []
    pairs = [
        ["Desktop", "Mobile"],
        ["Subtotal", "Subtotal"],
        ["Microsoft and Apple", "Others together"],
        ["PCs", "Rest"],
        ["Group A", "Group B"],
        ["Desktop total", "Mobile total"],
        ["Zwischensumme", "Zwischensumme"],
        ["Main", "Small"],
    ]
    pair, above = rng.choice(pairs), rng.random() < 0.6
    for name, group in zip(pair, (sheet.rows[:size], sheet.rows[size:]), strict=True):
        cells = {"os": name}
        for figure in sheet.figures:
            amount = sum((row.amounts.get(figure, Fraction(0)) for row in group), Fraction(0))
            cells[figure] = written(amount, sheet, group[0].cells[figure])
        rows += [Row(cells), *group] if above else [*group, Row(cells)]
    sheet.rows = rows
    return True


@kind("indented under groups")
def _indented(sheet: Sheet, rng: Random) -> bool:
    if not _subtotals(sheet, rng):
        return False
    for row in sheet.rows:
        if row.amounts:
            row.cells["os"] = rng.choice(["  ", "\u00a0\u00a0", "    "]) + row.cells["os"]
    return True


@kind("indented children")
def _children(sheet: Sheet, rng: Random) -> bool:
    if (
        "os" not in sheet.columns
        or not sheet.long
        or sheet.columns["os"] == "Country"
        or sheet.spread
    ):
        return False
    parent = sheet.rows[0]
    whole = parent.amounts["value"]
    rows = []
    for name, part in (("10", Fraction(6, 10)), ("7", Fraction(3, 10))):
        text = written(whole * part, sheet, parent.cells["value"])
        rows.append(
            Row({**parent.cells, "os": f"  {parent.cells['os'].split()[0]} {name}b", "value": text})
        )
    sheet.rows[1:1] = rows
    return True


@kind("family beside versions")
def _family(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or not sheet.long or sheet.columns["os"] == "Country":
        return False
    if not sheet.rows[0].cells["os"].startswith("Windows") or sheet.spread:
        return False
    parts = [row for row in sheet.rows if row.cells["os"].startswith("Windows")]
    whole = sum((row.amounts["value"] for row in parts), Fraction(0))
    if len(parts) > 1:
        cells = {
            **parts[0].cells,
            "os": rng.choice(["Windows", "Windows (all versions)", "Windows total"]),
        }
        cells["value"] = written(whole, sheet, parts[0].cells["value"])
        sheet.rows.insert(rng.choice([0, len(sheet.rows)]), Row(cells))
        return True
    at = sheet.rows.index(parts[0]) + 1
    for name, part in (
        ("Windows 10", Fraction(6, 10)),
        ("Windows 7", Fraction(3, 10)),
        ("Windows XP", Fraction(1, 10)),
    ):
        cells = {
            **parts[0].cells,
            "os": name,
            "value": written(whole * part, sheet, parts[0].cells["value"]),
        }
        sheet.rows.insert(at, Row(cells))
        at += 1
    return True


def _merge(sheet: Sheet, key: str) -> bool:
    above, blanked = None, False
    for row in sheet.rows:
        text = row.cells.get(key, "")
        if text and text == above:
            row.cells[key], blanked = "", True
        above = text
    return blanked


@kind("merged period cells")
def _merged_period(sheet: Sheet, rng: Random) -> bool:
    return "period" in sheet.columns and _merge(sheet, "period")


@kind("merged country cells")
def _merged_country(sheet: Sheet, rng: Random) -> bool:
    return "country" in sheet.columns and _merge(sheet, "country")


@kind("merged group cells")
def _merged_group(sheet: Sheet, rng: Random) -> bool:
    there = [key for key in ("browser", "kind") if key in sheet.columns]
    return [_merge(sheet, key) for key in there].count(True) > 0


@kind("merged OS cells")
def _merged_os(sheet: Sheet, rng: Random) -> bool:
    """A column that splits each system, whose name is written once: Windows, blank, blank."""
    if not sheet.long or sheet.unit != "count" or sheet.spread or "os" not in sheet.columns:
        return False
    heading, parts = rng.choice(
        [
            ("Version", ("A", "B")),
            ("Device", ("desktop", "mobile")),
            ("Browser", ("Chrome", "Firefox")),
        ]
    )
    rows = []
    for row in sheet.rows:
        whole = int(row.amounts.get("value", 0))
        if not row.amounts or whole < 2:
            return False
        for name, part, os in (
            (parts[0], whole // 3, row.cells["os"]),
            (parts[1], whole - whole // 3, ""),
        ):
            rows.append(Row({**row.cells, "os": os, "split": name, "value": str(part)}))
    sheet.rows = rows
    sheet.insert("split", heading, [row.cells["split"] for row in rows], after="os")
    sheet.options["sum"] = "{split}"
    return True
