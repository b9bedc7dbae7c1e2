"""Columns beside the right one: other shares, other months, measures, ranks."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.changes.kinds import kind, shares_beside
from tests.changes.sheet import Sheet


def _beside(sheet: Sheet, rng: Random, headings: list[str], spread: float = 0.2) -> bool:
    """A column of other figures at the left or the right of the right one."""
    if not sheet.long or "beside" in sheet.columns:
        return False
    before = list(sheet.columns)[list(sheet.columns).index("value") - 1]
    after = rng.choice(["value", before, None])
    sheet.insert("beside", rng.choice(headings), shares_beside(sheet, rng, spread), after=after)
    return True


@kind("second share column")
def _second(sheet: Sheet, rng: Random) -> bool:
    own = sheet.columns.get("value", "")
    return _beside(
        sheet,
        rng,
        [
            f"{own} 2",
            "Share of page views",
            "Installed share",
            "Anteil",
            "Usage",
            "% of users",
            "Quota",
        ],
    )


@kind("previous month's column")
def _previous(sheet: Sheet, rng: Random) -> bool:
    own = sheet.columns.get("value", "")
    return _beside(
        sheet,
        rng,
        [
            f"{own} last month",
            "Previous",
            "Vormonat",
            "Mois précédent",
            "Feb 2010",
            "2010-02",
            "Share prev. month",
            "Feb-10",
            "mes anterior",
            "Prior period",
            f"{own} (2009)",
        ],
    )


@kind("expected column")
def _expected(sheet: Sheet, rng: Random) -> bool:
    own = sheet.columns.get("value", "")
    return _beside(
        sheet,
        rng,
        [
            "Expected",
            "Target",
            f"{own} (target)",
            "Soll",
            "Plan",
            "Forecast",
            "Objectif",
            f"Expected {own}",
            "Budget share",
        ],
    )


@kind("growth column")
def _growth(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or "growth" in sheet.columns:
        return False
    cells = [
        f"{rng.choice(['+', '-', ''])}{rng.uniform(0, 9):.2f}{rng.choice(['', ' %'])}"
        for _ in sheet.rows
    ]
    headings = [
        "Change",
        "Δ",
        "YoY",
        "Growth %",
        "+/-",
        "Veränderung",
        "vs. last month",
        "Trend",
        "Diff.",
    ]
    sheet.insert("growth", rng.choice(headings), cells, after=rng.choice(["value", "os"]))
    return True


@kind("rank column")
def _rank(sheet: Sheet, rng: Random) -> bool:
    if "rank" in sheet.columns:
        return False
    cells = [str(i) for i in range(1, len(sheet.rows) + 1)]
    sheet.insert("rank", rng.choice(["#", "Rank", "No.", "Nr.", "", "Position", "id"]), cells)
    if rng.random() < 0.7:
        columns = dict(sheet.columns)
        sheet.columns = {"rank": columns.pop("rank"), **columns}
    return True


@kind("counts beside shares")
def _counts(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or sheet.unit == "count" or "counts" in sheet.columns:
        return False
    times = 7919 * (1 if sheet.unit == "percent" else 100)
    cells = [str(int(row.amounts.get("value", 0) * times)) for row in sheet.rows]
    heading = rng.choice(
        ["Users", "Visits", "Machines", "n", "Messages", "Geräte", "Besuche", "Count"]
    )
    sheet.insert("counts", heading, cells, after=rng.choice(["value", "os", None]))
    counted = {id(row): Fraction(cell) for row, cell in zip(sheet.rows, cells, strict=True)}
    sheet.right_too = sheet.known(lambda row: {"value": counted[id(row)]})
    return True


@kind("shares beside counts")
def _shares(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or sheet.unit != "count" or "counts" in sheet.columns or sheet.spread:
        return False
    total = sum(row.amounts.get("value", Fraction(0)) for row in sheet.rows)
    digits, times = rng.choice([(2, 100), (1, 100), (4, 1)])
    cells = [
        f"{float(times * row.amounts.get('value', 0) / total):.{digits}f}" for row in sheet.rows
    ]
    if times == 100 and rng.random() < 0.5:
        cells = [f"{cell}%" for cell in cells]
    sheet.insert(
        "counts", rng.choice(["Share", "%", "Percent", "Anteil", "part"]), cells, after="value"
    )
    # Either is right, and the shares are rounded: see the figures that are read.
    sheet.right_too = _known_of(sheet, cells, times)
    return True


def _known_of(sheet: Sheet, cells: list[str], times: int) -> dict[tuple[str, ...], float]:
    return {
        (row.cells["os"],): float(Fraction(cell.rstrip("%")) * (100 // times))
        for row, cell in zip(sheet.rows, cells, strict=True)
        if row.amounts
    }


@kind("two measures")
def _measures(sheet: Sheet, rng: Random) -> bool:
    if (
        not sheet.long
        or sheet.unit != "count"
        or "beside" in sheet.columns
        or sheet.columns["value"] == "messages"
    ):
        return False
    headings = [
        "Page views",
        "Bytes",
        "Events per visit",
        "Conversions",
        "Bounces",
        "Avg. duration",
        "Hits",
        "visits per day",
        "new visits",
    ]
    return _beside(sheet, rng, headings, 0.5)
