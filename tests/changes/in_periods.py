"""Periods in other forms, and more than one of them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.changes.kinds import kind, shares_beside
from tests.changes.sheet import Row, Sheet

_FORMS = {
    "month names": ("January 2010", "February 2010", "March 2010"),
    "short": ("Jan-10", "Feb-10", "Mar-10"),
    "slashes": ("1/2010", "2/2010", "3/2010"),
    "compact": ("201001", "201002", "201003"),
    "German": ("Januar 2010", "Februar 2010", "März 2010"),
}
_DAY_FORMS = {
    "day first": "{2}/{1}/{0}", "month first": "{1}/{2}/{0}", "points": "{2}.{1}.{0}",
    "compact": "{0}{1}{2}", "slashes": "{0}/{1}/{2}", "time": "{0}-{1}-{2} 00:00:00",
    "offset": "{0}-{1}-{2}T12:00:00+02:00",
}  # fmt: skip


@kind("day formats")
def _days(sheet: Sheet, rng: Random) -> bool:
    there = {row.cells.get("period", "") for row in sheet.rows}
    if (
        not all(len(text) == 10 and text[4] == "-" for text in there)
        or "period" not in sheet.columns
    ):
        return False
    form = _DAY_FORMS[rng.choice(list(_DAY_FORMS))]
    for row in sheet.rows:
        row.cells["period"] = form.format(*row.cells["period"].split("-"))
    _rechosen(sheet, lambda text: form.format(*text.split("-")))
    return True


def _rechosen(sheet: Sheet, change: Callable[[str], str]) -> None:
    if "period" in sheet.chosen:
        sheet.chosen["period"] = change(sheet.chosen["period"])


@kind("month formats")
def _months(sheet: Sheet, rng: Random) -> bool:
    months = ("2010-01", "2010-02", "2010-03")
    form = dict(zip(months, _FORMS[rng.choice(list(_FORMS))], strict=True))
    if "at:2010-01" in sheet.columns:
        sheet.columns = {k: form.get(h, h) for k, h in sheet.columns.items()}
        return True
    if {row.cells.get("period") for row in sheet.rows} - {*months}:
        return False
    for row in sheet.rows:
        row.cells["period"] = form[row.cells["period"]]
    _rechosen(sheet, form.__getitem__)
    return True


@kind("periods in two spellings")
def _spellings(sheet: Sheet, rng: Random) -> bool:
    there = sorted({row.cells.get("period", "") for row in sheet.rows})
    if "period" not in sheet.columns or len(there) < 2:
        return False
    other = {
        "2010-01": "January 2010",
        "2010-03": "March 2010",
        "2010-02": "2010/02",
        "March 2010": "2010-03",
        "2016-08-07": "2016/08/07",
        "2016-08-06": "6 Aug 2016",
        "2010-06-01": "1 June 2010",
        "March 2008": "2008-03",
    }
    which = rng.choice([t for t in there if t in other] or [there[0]])
    if which not in other:
        return False
    rows = [row for row in sheet.rows if row.cells["period"] == which]
    for row in rows[: max(1, len(rows) // 2)]:
        row.cells["period"] = other[which]
    return True


@kind("period column")
def _period(sheet: Sheet, rng: Random) -> bool:
    if "period" in sheet.columns or any(k.startswith("at:") for k in sheet.columns):
        return False
    heading, text = rng.choice(
        [
            ("Month", "2010-03"),
            ("Date", "2010-03-31"),
            ("Jahr", "2010"),
            ("Period", "March 2010"),
            ("Quarter", "Q1 2010"),
            ("Time", "2010-03-01T00:00:00Z"),
        ]
    )
    sheet.insert("period", heading, [text] * len(sheet.rows))
    return True


@kind("two period columns")
def _two_periods(sheet: Sheet, rng: Random) -> bool:
    if "period2" in sheet.columns:
        return False
    heading, text = rng.choice(
        [
            ("Year", "2026"),
            ("Exported", "2026-11-30"),
            ("Release date", "2010-04-02"),
            ("Report month", "2010-04"),
            ("Updated", "2026-11-30"),
        ]
    )
    sheet.insert("period2", heading, [text] * len(sheet.rows))
    return True


@kind("several periods, one asked")
def _several(sheet: Sheet, rng: Random) -> bool:
    """The same table of another month below, and the month that is asked for by name."""
    if "period" in sheet.columns or not sheet.long or (sheet.unit == "count" and sheet.spread):
        return False
    if "period" in sheet.options:
        return False
    sheet.insert(
        "period",
        rng.choice(["Month", "Monat", "period"]),
        ["2010-03"] * len(sheet.rows),
        after="os",
    )
    other = [
        Row({**row.cells, "period": "2010-02", "value": text})
        for row, text in zip(sheet.rows, shares_beside(sheet, rng, 0.1), strict=True)
    ]
    sheet.rows = [*other, *sheet.rows] if rng.random() < 0.5 else [*sheet.rows, *other]
    if rng.random() < 0.7:
        sheet.options["period"] = rng.choice(["2010-03", "March 2010", "last"])
    else:
        sheet.right = {}
    return True
