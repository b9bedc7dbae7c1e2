"""Rests, and columns by which people tell rows apart."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.changes.kinds import kind, shares_beside
from tests.changes.sheet import Row, Sheet


@kind("other rests")
def _rests(sheet: Sheet, rng: Random) -> bool:
    """Rows of the rest in the words of other tables; the system's shares stay what they are."""
    if "os" not in sheet.columns or not sheet.long or sheet.unit != "count" or sheet.spread:
        return False
    if sheet.right_too or not all(row.amounts for row in sheet.rows):
        return False
    name = rng.choice(
        [
            "Sonstige",
            "Others",
            "(not set)",
            "Unidentified",
            "Andere",
            "Autres",
            "N/A",
            "All others",
            "Desconocido",
            "Not specified",
            "Rest",
        ]
    )
    sheet.rows.append(Row({"os": name, "value": "977"}, {"value": Fraction(977)}))
    sheet.right = sheet.known()
    return True


def _group_column(
    sheet: Sheet, rng: Random, key: str, headings: list[str], kinds: list[str]
) -> bool:
    """The rows again for another kind of thing, and the kind that is asked for, or none."""
    if (
        not sheet.long
        or key in sheet.columns
        or "where" in sheet.options
        or "period" in sheet.options
    ):
        return False
    own, other = rng.sample(kinds, 2)
    sheet.insert(
        key, rng.choice(headings), [own] * len(sheet.rows), after=rng.choice(["os", "value"])
    )
    others = [
        Row({**row.cells, key: other, "value": text})
        for row, text in zip(sheet.rows, shares_beside(sheet, rng, 0.3), strict=True)
    ]
    sheet.rows += others
    if rng.random() < 0.3:
        rng.shuffle(sheet.rows)
    if rng.random() < 0.6:
        sheet.options["where"] = "{" + key + "}=" + own
    else:
        sheet.right = {}
    return True


@kind("country column")
def _country(sheet: Sheet, rng: Random) -> bool:
    if sheet.columns.get("os") == "Country":
        return False
    return _group_column(
        sheet,
        rng,
        "country2" if "country" in sheet.columns else "country",
        ["Land", "Region", "geo", "Country"],
        ["DE", "FR", "Worldwide", "Japan"],
    )


@kind("browser column")
def _browser(sheet: Sheet, rng: Random) -> bool:
    return _group_column(
        sheet,
        rng,
        "browser2",
        ["Browser", "User agent", "Navigateur"],
        ["Chrome", "Firefox", "Safari", "All"],
    )


@kind("device column")
def _device(sheet: Sheet, rng: Random) -> bool:
    return _group_column(
        sheet,
        rng,
        "device",
        ["Device", "Gerät", "Device type", "Plattform-Typ"],
        ["desktop", "mobile", "tablet", "All devices"],
    )


@kind("tidy metric column")
def _metric(sheet: Sheet, rng: Random) -> bool:
    return _group_column(
        sheet,
        rng,
        "metric",
        ["metric", "measure", "Kennzahl", "variable"],
        ["share", "share last month", "users", "expected"],
    )


@kind("column of one group")
def _one_group(sheet: Sheet, rng: Random) -> bool:
    if "one" in sheet.columns:
        return False
    heading, text = rng.choice(
        [
            ("Region", "Worldwide"),
            ("Country", "DE"),
            ("Device", "Desktop"),
            ("Quelle", "StatCounter"),
            ("Category", "OS"),
            ("Unit", "percent"),
            ("Kind", "7"),
        ]
    )
    if text == "7" and not sheet.long:
        return False  # a system that the other table lacks, as far as anybody can see
    if (heading == "Country" and "Country" in sheet.columns.values()) or (
        heading == "Unit" and sheet.unit != "percent"
    ):
        return False
    sheet.insert("one", heading, [text] * len(sheet.rows), after=rng.choice(list(sheet.columns)))
    return True


@kind("notes column")
def _notes(sheet: Sheet, rng: Random) -> bool:
    if "notes" in sheet.columns:
        return False
    cells = [
        rng.choice(["", "", "revised", "est.", "see below, page 2", "n/a"]) for _ in sheet.rows
    ]
    sheet.insert(
        "notes", rng.choice(["Notes", "Bemerkung", "Comment", "Remarque", "Source"]), cells
    )
    return True


@kind("vendor column")
def _vendor(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or "vendor" in sheet.columns:
        return False
    makers = {
        "Windows": "Microsoft",
        "OS X": "Apple",
        "macOS": "Apple",
        "iOS": "Apple",
        "Android": "Google",
    }
    cells = [makers.get(row.cells["os"], "various") for row in sheet.rows]
    sheet.insert(
        "vendor",
        rng.choice(["Vendor", "Hersteller", "Maker", "Kernel"]),
        cells,
        after=rng.choice(list(sheet.columns)),
    )
    return True
