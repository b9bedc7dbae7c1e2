"""The changes that people, spreadsheets and exports make to a table, each by its kind.

A change gets a table and a source of chance, changes the table, and returns whether it fits it. Where
a careful reader would read other shares of the changed table, ``right`` is changed with it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from random import Random

from tests.changes.sheet import Row, Sheet

Change = Callable[[Sheet, Random], bool]
KINDS: dict[str, Change] = {}


def _kind(name: str) -> Callable[[Change], Change]:
    def add(change: Change) -> Change:
        KINDS[name] = change
        return change

    return add


def _plain(sheet: Sheet) -> bool:
    """Whether the figures are written as plain numbers."""
    return sheet.decimal == "." and all(
        row.cells[key].replace(".", "").isdecimal() for row in sheet.rows for key in sheet.figures if row.cells.get(key)
    )


def _shares_beside(sheet: Sheet, rng: Random, spread: float) -> list[str]:
    """Other figures beside those of a long table, somewhat larger or smaller, with the same sums."""
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


def _beside(sheet: Sheet, rng: Random, headings: list[str], spread: float = 0.2) -> bool:
    """A column of other figures at the left or the right of the right one."""
    if not sheet.long or "beside" in sheet.columns:
        return False
    before = list(sheet.columns)[list(sheet.columns).index("value") - 1]
    after = rng.choice(["value", before, None])
    sheet.insert("beside", rng.choice(headings), _shares_beside(sheet, rng, spread), after=after)
    return True


@_kind("second share column")
def _second(sheet: Sheet, rng: Random) -> bool:
    own = sheet.columns.get("value", "")
    return _beside(sheet, rng, [f"{own} 2", "Share of page views", "Installed share", "Anteil", "Usage", "% of users", "Quota"])


@_kind("previous month's column")
def _previous(sheet: Sheet, rng: Random) -> bool:
    own = sheet.columns.get("value", "")
    return _beside(sheet, rng, [f"{own} last month", "Previous", "Vormonat", "Mois précédent", "Feb 2010", "2010-02", "Share prev. month", "Feb-10", "mes anterior", "Prior period", f"{own} (2009)"])


@_kind("expected column")
def _expected(sheet: Sheet, rng: Random) -> bool:
    own = sheet.columns.get("value", "")
    return _beside(sheet, rng, ["Expected", "Target", f"{own} (target)", "Soll", "Plan", "Forecast", "Objectif", f"Expected {own}", "Budget share"])


@_kind("growth column")
def _growth(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or "growth" in sheet.columns:
        return False
    cells = [f"{rng.choice(['+', '-', ''])}{rng.uniform(0, 9):.2f}{rng.choice(['', ' %'])}" for _ in sheet.rows]
    headings = ["Change", "Δ", "YoY", "Growth %", "+/-", "Veränderung", "vs. last month", "Trend", "Diff."]
    sheet.insert("growth", rng.choice(headings), cells, after=rng.choice(["value", "os"]))
    return True


@_kind("rank column")
def _rank(sheet: Sheet, rng: Random) -> bool:
    if "rank" in sheet.columns:
        return False
    cells = [str(i) for i in range(1, len(sheet.rows) + 1)]
    sheet.insert("rank", rng.choice(["#", "Rank", "No.", "Nr.", "", "Position", "id"]), cells)
    if rng.random() < 0.7:
        columns = dict(sheet.columns)
        sheet.columns = {"rank": columns.pop("rank"), **columns}
    return True


@_kind("counts beside shares")
def _counts(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or sheet.unit == "count" or "counts" in sheet.columns:
        return False
    times = 7919 * (1 if sheet.unit == "percent" else 100)
    cells = [str(int(row.amounts.get("value", 0) * times)) for row in sheet.rows]
    heading = rng.choice(["Users", "Visits", "Machines", "n", "Messages", "Geräte", "Besuche", "Count"])
    sheet.insert("counts", heading, cells, after=rng.choice(["value", "os", None]))
    counted = {id(row): Fraction(cell) for row, cell in zip(sheet.rows, cells, strict=True)}
    sheet.right_too = sheet.known(lambda row: {"value": counted[id(row)]})
    return True


@_kind("shares beside counts")
def _shares(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or sheet.unit != "count" or "counts" in sheet.columns or sheet.spread:
        return False
    total = sum(row.amounts.get("value", Fraction(0)) for row in sheet.rows)
    digits, times = rng.choice([(2, 100), (1, 100), (4, 1)])
    cells = [f"{float(times * row.amounts.get('value', 0) / total):.{digits}f}" for row in sheet.rows]
    if times == 100 and rng.random() < 0.5:
        cells = [f"{cell}%" for cell in cells]
    sheet.insert("counts", rng.choice(["Share", "%", "Percent", "Anteil", "part"]), cells, after="value")
    # Either is right, and the shares are rounded: see the figures that are read.
    sheet.right_too = _known_of(sheet, cells, times)
    return True


def _known_of(sheet: Sheet, cells: list[str], times: int) -> dict[tuple[str, ...], float]:
    return {
        (row.cells["os"],): float(Fraction(cell.rstrip("%")) * (100 // times))
        for row, cell in zip(sheet.rows, cells, strict=True)
        if row.amounts
    }


@_kind("two measures")
def _measures(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or sheet.unit != "count" or "beside" in sheet.columns or sheet.columns["value"] == "messages":
        return False
    headings = ["Page views", "Bytes", "Events per visit", "Conversions", "Bounces", "Avg. duration", "Hits", "visits per day", "new visits"]
    return _beside(sheet, rng, headings, 0.5)


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
            text = _written(amount * (times or 1), sheet, group[0].cells[figure])
            cells[figure] = text
        total = Row(cells)
        rows += [total, *group] if above else [*group, total]
    if len(rows) == len(sheet.rows):
        return False
    sheet.rows = rows
    return True


def _written(amount: Fraction, sheet: Sheet, like: str) -> str:
    text = f"{float(amount):.10f}".rstrip("0").rstrip(".")
    if sheet.unit == "count":
        text = str(int(amount))
    return text.replace(".", sheet.decimal) + (" %" if like.endswith("%") else "")


@_kind("exact total")
def _exact(sheet: Sheet, rng: Random) -> bool:
    return _total_row(sheet, rng, Fraction(1), ["Total", "Sum", "Gesamt", "All systems", "TOTAL:", "Totaux", "合計", "Grand Total", "Summe", "Итого"])


@_kind("exact total, other name")
def _exact_other(sheet: Sheet, rng: Random) -> bool:
    return _total_row(sheet, rng, Fraction(1), ["Everything", "All OS", "Table total (all)", "Overall result", "Gesamtergebnis", "Checksum", "Net", "All of them", "∑", ""])


@_kind("total that is not exact")
def _inexact(sheet: Sheet, rng: Random) -> bool:
    return _total_row(sheet, rng, Fraction(rng.choice(["0.9", "0.99", "0.5"])), ["Total", "Gesamt", "All devices", "Sum"])


@_kind("larger total")
def _larger(sheet: Sheet, rng: Random) -> bool:
    # Rows are missing then: what the others are parts of can't be known.
    if not _total_row(sheet, rng, Fraction(rng.choice(["1.1", "1.5", "1.01"])), ["Total", "Gesamt", "All devices", "Sum"]):
        return False
    sheet.right = {}
    return True


@_kind("subtotals")
def _subtotals(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or len(sheet.rows) < 5 or sheet.spread:
        return False
    size = rng.choice([2, 3])
    rows: list[Row] = []
    pairs = [["Desktop", "Mobile"], ["Subtotal", "Subtotal"], ["Microsoft and Apple", "Others together"], ["PCs", "Rest"], ["Group A", "Group B"], ["Desktop total", "Mobile total"], ["Zwischensumme", "Zwischensumme"], ["Main", "Small"]]
    pair, above = rng.choice(pairs), rng.random() < 0.6
    for name, group in zip(pair, (sheet.rows[:size], sheet.rows[size:]), strict=True):
        cells = {"os": name}
        for figure in sheet.figures:
            amount = sum((row.amounts.get(figure, Fraction(0)) for row in group), Fraction(0))
            cells[figure] = _written(amount, sheet, group[0].cells[figure])
        rows += [Row(cells), *group] if above else [*group, Row(cells)]
    sheet.rows = rows
    return True


@_kind("indented under groups")
def _indented(sheet: Sheet, rng: Random) -> bool:
    if not _subtotals(sheet, rng):
        return False
    for row in sheet.rows:
        if row.amounts:
            row.cells["os"] = rng.choice(["  ", "\u00a0\u00a0", "    "]) + row.cells["os"]
    return True


@_kind("indented children")
def _children(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or not sheet.long or sheet.columns["os"] == "Country" or sheet.spread:
        return False
    parent = sheet.rows[0]
    whole = parent.amounts["value"]
    rows = []
    for name, part in (("10", Fraction(6, 10)), ("7", Fraction(3, 10))):
        text = _written(whole * part, sheet, parent.cells["value"])
        rows.append(Row({**parent.cells, "os": f"  {parent.cells['os'].split()[0]} {name}b", "value": text}))
    sheet.rows[1:1] = rows
    return True


@_kind("family beside versions")
def _family(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or not sheet.long or sheet.columns["os"] == "Country":
        return False
    if not sheet.rows[0].cells["os"].startswith("Windows") or sheet.spread:
        return False
    parts = [row for row in sheet.rows if row.cells["os"].startswith("Windows")]
    whole = sum((row.amounts["value"] for row in parts), Fraction(0))
    if len(parts) > 1:
        cells = {**parts[0].cells, "os": rng.choice(["Windows", "Windows (all versions)", "Windows total"])}
        cells["value"] = _written(whole, sheet, parts[0].cells["value"])
        sheet.rows.insert(rng.choice([0, len(sheet.rows)]), Row(cells))
        return True
    at = sheet.rows.index(parts[0]) + 1
    for name, part in (("Windows 10", Fraction(6, 10)), ("Windows 7", Fraction(3, 10)), ("Windows XP", Fraction(1, 10))):
        cells = {**parts[0].cells, "os": name, "value": _written(whole * part, sheet, parts[0].cells["value"])}
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


@_kind("merged period cells")
def _merged_period(sheet: Sheet, rng: Random) -> bool:
    return "period" in sheet.columns and _merge(sheet, "period")


@_kind("merged country cells")
def _merged_country(sheet: Sheet, rng: Random) -> bool:
    return "country" in sheet.columns and _merge(sheet, "country")


@_kind("merged group cells")
def _merged_group(sheet: Sheet, rng: Random) -> bool:
    return any([_merge(sheet, key) for key in ("browser", "kind") if key in sheet.columns])


@_kind("merged OS cells")
def _merged_os(sheet: Sheet, rng: Random) -> bool:
    """A column that splits each system, whose name is written once: Windows, blank, blank."""
    if not sheet.long or sheet.unit != "count" or sheet.spread or "os" not in sheet.columns:
        return False
    heading, parts = rng.choice([("Version", ("A", "B")), ("Device", ("desktop", "mobile")), ("Browser", ("Chrome", "Firefox"))])
    rows = []
    for row in sheet.rows:
        whole = int(row.amounts.get("value", 0))
        if not row.amounts or whole < 2:
            return False
        for name, part, os in ((parts[0], whole // 3, row.cells["os"]), (parts[1], whole - whole // 3, "")):
            rows.append(Row({**row.cells, "os": os, "split": name, "value": str(part)}))
    sheet.rows = rows
    sheet.insert("split", heading, [row.cells["split"] for row in rows], after="os")
    sheet.options["sum"] = "{split}"
    return True


@_kind("thousands by word")
def _thousands(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or sheet.unit != "count" or not _plain(sheet):
        return False
    times, words = rng.choice([(1000, ["(thousands)", "in thousands", "(k)", "(000s)", "in Tsd.", "[K]", "tys."]), (1000000, ["(millions)", "in Mio.", "(m)", "in million", "[mln]", "(Mio)"])])
    sheet.columns["value"] += f" {rng.choice(words)}"
    for row in sheet.rows:
        row.cells["value"] = str(Decimal(row.cells["value"]) / times)
    return True


@_kind("thousands in the cells")
def _thousand_cells(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or sheet.unit != "count" or not _plain(sheet):
        return False
    word = rng.choice(["k", "K", " Tsd.", " k"])
    for row in sheet.rows:
        row.cells["value"] = f"{Decimal(row.cells['value']) / 1000}{word}"
    return True


@_kind("other unit of shares")
def _unit(sheet: Sheet, rng: Random) -> bool:
    if sheet.unit == "count" or not _plain(sheet):
        return False
    times, words = rng.choice([(10, ["per mille", "‰", "(promille)"]), (100, ["bps", "(basis points)", "in bp"]), (Decimal("0.01"), ["fraction", "(as fraction)", "proportion"])])
    if sheet.unit == "fraction":
        times = 100 * times
    if not sheet.long:
        return False
    if times < 1 or "unit" in sheet.options:
        return False
    base = "Share"
    sheet.columns["value"] = f"{base} {rng.choice(words)}"
    sheet.each(lambda text: str(Decimal(text) * times))
    return True


@_kind("fractions for percents")
def _fractions(sheet: Sheet, rng: Random) -> bool:
    if sheet.unit != "percent" or not _plain(sheet):
        return False
    if sheet.long and rng.random() < 0.5:
        sheet.columns["value"] = rng.choice(["Fraction", "Share", "proportion", "Anteil"])
    sheet.each(lambda text: str(Decimal(text) / 100))
    return True


@_kind("one figure in another unit")
def _one_unit(sheet: Sheet, rng: Random) -> bool:
    if sheet.unit == "count" or not _plain(sheet):
        return False
    rows = [row for row in sheet.rows if row.amounts]
    if not rows:
        return False
    # A figure smaller than what rounding may do to their sum is not seen in it.
    seen = [(row, key) for row in rows for key, a in row.amounts.items() if a * (100 if sheet.unit == "fraction" else 1) > 1]
    row, key = rng.choice(seen)
    times = Decimal(100) if sheet.unit == "fraction" else Decimal("0.01")
    row.cells[key] = str(Decimal(row.cells[key]) * times)
    return True


@_kind("percent signs")
def _signs(sheet: Sheet, rng: Random) -> bool:
    if sheet.unit != "percent" or not _plain(sheet):
        return False
    before = rng.random() < 0.2
    sheet.each(lambda text: f"%{text}" if before else f"{text}{rng.choice(['%', ' %'])}")
    return True


@_kind("percent in the heading")
def _percent(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or sheet.unit != "percent":
        return False
    sheet.columns["value"] = rng.choice(["%", "Share (%)", "Prozent", "Pct.", "% share", "Anteil in %", "pourcentage"])
    return True


def _grouped(sheet: Sheet, mark: str) -> bool:
    if sheet.unit != "count" or not _plain(sheet):
        return False
    sheet.each(lambda text: f"{int(text):,}".replace(",", mark) if text.isdecimal() else text)
    return True


@_kind("thousands points")
def _points(sheet: Sheet, rng: Random) -> bool:
    return _grouped(sheet, ".")


@_kind("thousands commas")
def _commas(sheet: Sheet, rng: Random) -> bool:
    return _grouped(sheet, ",")


@_kind("thousands spaces")
def _spaces(sheet: Sheet, rng: Random) -> bool:
    return _grouped(sheet, rng.choice([" ", "\u00a0", "\u202f", "'"]))


@_kind("thousands points, a blank heading")
def _points_blank(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or not _grouped(sheet, rng.choice(".,")):
        return False
    sheet.columns["value"] = rng.choice(["", "n", "Value", "Wert"])
    return True


@_kind("decimal commas")
def _decimal(sheet: Sheet, rng: Random) -> bool:
    if not _plain(sheet) or sheet.unit == "count":
        return False
    sheet.each(lambda text: text.replace(".", ","))
    sheet.decimal = ","
    if rng.random() < 0.6:
        sheet.delimiter = rng.choice([";", "\t"])
    return True


@_kind("unquoted decimal commas")
def _unquoted(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or not _plain(sheet) or sheet.unit == "count" or sheet.form != "text" or sheet.delimiter != ",":
        return False
    if list(sheet.columns)[-1] != "value":
        return False
    sheet.form, sheet.raw = "text", True
    sheet.each(lambda text: text.replace(".", ","))
    return True


@_kind("three decimals")
def _three(sheet: Sheet, rng: Random) -> bool:
    if not _plain(sheet) or sheet.unit == "count":
        return False
    mark = rng.choice(".,")
    sheet.each(lambda text: f"{Decimal(text):.3f}".replace(".", mark) if sheet.unit == "percent" else text)
    sheet.decimal = mark if sheet.unit == "percent" else "."
    return True


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


@_kind("day formats")
def _days(sheet: Sheet, rng: Random) -> bool:
    there = {row.cells.get("period", "") for row in sheet.rows}
    if not all(len(text) == 10 and text[4] == "-" for text in there) or "period" not in sheet.columns:
        return False
    form = _DAY_FORMS[rng.choice(list(_DAY_FORMS))]
    for row in sheet.rows:
        row.cells["period"] = form.format(*row.cells["period"].split("-"))
    _rechosen(sheet, lambda text: form.format(*text.split("-")))
    return True


def _rechosen(sheet: Sheet, change: Callable[[str], str]) -> None:
    if "period" in sheet.chosen:
        sheet.chosen["period"] = change(sheet.chosen["period"])


@_kind("month formats")
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


@_kind("periods in two spellings")
def _spellings(sheet: Sheet, rng: Random) -> bool:
    there = sorted({row.cells.get("period", "") for row in sheet.rows})
    if "period" not in sheet.columns or len(there) < 2:
        return False
    other = {"2010-01": "January 2010", "2010-03": "March 2010", "2010-02": "2010/02", "March 2010": "2010-03", "2016-08-07": "2016/08/07", "2016-08-06": "6 Aug 2016", "2010-06-01": "1 June 2010", "March 2008": "2008-03"}
    which = rng.choice([t for t in there if t in other] or [there[0]])
    if which not in other:
        return False
    rows = [row for row in sheet.rows if row.cells["period"] == which]
    for row in rows[: max(1, len(rows) // 2)]:
        row.cells["period"] = other[which]
    return True


@_kind("period column")
def _period(sheet: Sheet, rng: Random) -> bool:
    if "period" in sheet.columns or any(k.startswith("at:") for k in sheet.columns):
        return False
    heading, text = rng.choice([("Month", "2010-03"), ("Date", "2010-03-31"), ("Jahr", "2010"), ("Period", "March 2010"), ("Quarter", "Q1 2010"), ("Time", "2010-03-01T00:00:00Z")])
    sheet.insert("period", heading, [text] * len(sheet.rows))
    return True


@_kind("two period columns")
def _two_periods(sheet: Sheet, rng: Random) -> bool:
    if "period2" in sheet.columns:
        return False
    heading, text = rng.choice([("Year", "2026"), ("Exported", "2026-11-30"), ("Release date", "2010-04-02"), ("Report month", "2010-04"), ("Updated", "2026-11-30")])
    sheet.insert("period2", heading, [text] * len(sheet.rows))
    return True


@_kind("several periods, one asked")
def _several(sheet: Sheet, rng: Random) -> bool:
    """The same table of another month below, and the month that is asked for by name."""
    if "period" in sheet.columns or not sheet.long or sheet.unit == "count" and sheet.spread:
        return False
    if "period" in sheet.options:
        return False
    sheet.insert("period", rng.choice(["Month", "Monat", "period"]), ["2010-03"] * len(sheet.rows), after="os")
    other = [Row({**row.cells, "period": "2010-02", "value": text}) for row, text in zip(sheet.rows, _shares_beside(sheet, rng, 0.1), strict=True)]
    sheet.rows = [*other, *sheet.rows] if rng.random() < 0.5 else [*sheet.rows, *other]
    if rng.random() < 0.7:
        sheet.options["period"] = rng.choice(["2010-03", "March 2010", "last"])
    else:
        sheet.right = {}
    return True


@_kind("other rests")
def _rests(sheet: Sheet, rng: Random) -> bool:
    """Rows of the rest in the words of other tables; the system's shares stay what they are."""
    if "os" not in sheet.columns or not sheet.long or sheet.unit != "count" or sheet.spread:
        return False
    if sheet.right_too or not all(row.amounts for row in sheet.rows):
        return False
    name = rng.choice(["Sonstige", "Others", "(not set)", "Unidentified", "Andere", "Autres", "N/A", "All others", "Desconocido", "Not specified", "Rest"])
    sheet.rows.append(Row({"os": name, "value": "977"}, {"value": Fraction(977)}))
    sheet.right = sheet.known()
    return True


def _group_column(sheet: Sheet, rng: Random, key: str, headings: list[str], kinds: list[str]) -> bool:
    """The rows again for another kind of thing, and the kind that is asked for, or none."""
    if not sheet.long or key in sheet.columns or "where" in sheet.options or "period" in sheet.options:
        return False
    own, other = rng.sample(kinds, 2)
    sheet.insert(key, rng.choice(headings), [own] * len(sheet.rows), after=rng.choice(["os", "value"]))
    others = [Row({**row.cells, key: other, "value": text}) for row, text in zip(sheet.rows, _shares_beside(sheet, rng, 0.3), strict=True)]
    sheet.rows += others
    if rng.random() < 0.3:
        rng.shuffle(sheet.rows)
    if rng.random() < 0.6:
        sheet.options["where"] = "{%s}=%s" % (key, own)
    else:
        sheet.right = {}
    return True


@_kind("country column")
def _country(sheet: Sheet, rng: Random) -> bool:
    if sheet.columns.get("os") == "Country":
        return False
    return _group_column(sheet, rng, "country2" if "country" in sheet.columns else "country", ["Land", "Region", "geo", "Country"], ["DE", "FR", "Worldwide", "Japan"])


@_kind("browser column")
def _browser(sheet: Sheet, rng: Random) -> bool:
    return _group_column(sheet, rng, "browser2", ["Browser", "User agent", "Navigateur"], ["Chrome", "Firefox", "Safari", "All"])


@_kind("device column")
def _device(sheet: Sheet, rng: Random) -> bool:
    return _group_column(sheet, rng, "device", ["Device", "Gerät", "Device type", "Plattform-Typ"], ["desktop", "mobile", "tablet", "All devices"])


@_kind("tidy metric column")
def _metric(sheet: Sheet, rng: Random) -> bool:
    return _group_column(sheet, rng, "metric", ["metric", "measure", "Kennzahl", "variable"], ["share", "share last month", "users", "expected"])


@_kind("column of one group")
def _one_group(sheet: Sheet, rng: Random) -> bool:
    if "one" in sheet.columns:
        return False
    heading, text = rng.choice([("Region", "Worldwide"), ("Country", "DE"), ("Device", "Desktop"), ("Quelle", "StatCounter"), ("Category", "OS"), ("Unit", "percent"), ("Kind", "7")])
    if text == "7" and not sheet.long:
        return False  # a system that the other table lacks, as far as anybody can see
    if heading == "Country" and "Country" in sheet.columns.values() or heading == "Unit" and sheet.unit != "percent":
        return False
    sheet.insert("one", heading, [text] * len(sheet.rows), after=rng.choice(list(sheet.columns)))
    return True


@_kind("notes column")
def _notes(sheet: Sheet, rng: Random) -> bool:
    if "notes" in sheet.columns:
        return False
    cells = [rng.choice(["", "", "revised", "est.", "see below, page 2", "n/a"]) for _ in sheet.rows]
    sheet.insert("notes", rng.choice(["Notes", "Bemerkung", "Comment", "Remarque", "Source"]), cells)
    return True


@_kind("vendor column")
def _vendor(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or "vendor" in sheet.columns:
        return False
    makers = {"Windows": "Microsoft", "OS X": "Apple", "macOS": "Apple", "iOS": "Apple", "Android": "Google"}
    cells = [makers.get(row.cells["os"], "various") for row in sheet.rows]
    sheet.insert("vendor", rng.choice(["Vendor", "Hersteller", "Maker", "Kernel"]), cells, after=rng.choice(list(sheet.columns)))
    return True


@_kind("comments")
def _comments(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text":
        return False
    sheet.above += [f"# {text}" for text in rng.sample(["exported 2010-04-01", "source: survey, 2010", "OS;share in %", "do not edit"], 2)]
    return True


@_kind("commented row")
def _commented(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or not sheet.long or sheet.spread:
        return False
    row = rng.choice(sheet.rows)
    at = sheet.rows.index(row)
    sheet.rows.insert(at, Row({**row.cells, "os": f"{rng.choice(['#', '# ', '//'])}{row.cells['os']}"}))
    return True


@_kind("title above")
def _title(sheet: Sheet, rng: Random) -> bool:
    sheet.above += [rng.choice(["Market share of operating systems", "OS share, worldwide, March 2010", "Desktop, tablet and console; Mar 2010", "Report 2010", "Anteile in Prozent, Stand: 31.3.2010"]), *rng.choice([[], [""]])]
    return True


@_kind("footer below")
def _footer(sheet: Sheet, rng: Random) -> bool:
    sheet.below += [*rng.choice([[], [""]]), rng.choice(["Source: StatCounter", "Updated 2010-04-01", "© 2010, all rights reserved", "Quelle: eigene Erhebung, 2010", "* preliminary", "n = 5120", "Generated by report tool 2.3"])]
    return True


@_kind("footer with figures")
def _footer_row(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or not sheet.long or len(sheet.columns) != 2 or sheet.form == "xlsx":
        return False
    name, figure = rng.choice([("Updated", "2026"), ("Sample size", "5120"), ("Margin of error", "1.5"), ("Stand", "2010"), ("Mean", "14.28"), ("Max", "71.42")])
    sheet.rows.append(Row({"os": name, "value": figure}))
    return True


@_kind("second table below")
def _below(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text":
        return False
    d = sheet.delimiter
    tables = [
        [f"Browser{d}Share", f"Chrome{d}60.5", f"Firefox{d}39.5"],
        [f"OS{d}Share last year", f"Windows{d}80", f"Linux{d}20"],
        [f"Country{d}Visits", f"DE{d}8123", f"FR{d}711"],
        ["Desktop", f"Windows{d}80", f"Linux{d}20"],
        [f"Windows{d}80", f"Linux{d}20"],
    ]
    sheet.below += [*rng.choice([[""], ["", ""], []]), *rng.choice(tables)]
    return True


@_kind("two lines of headings")
def _two_lines(sheet: Sheet, rng: Random) -> bool:
    """A line above or below the headings that names units, periods, or what columns are together."""
    if sheet.form not in ("text", "markdown"):
        return False
    count = len(sheet.columns)
    first = rng.choice([
        ["", *["Market share"] * (count - 1)],
        ["", *[f"20{10 + i}" for i in range(count - 1)]],
        *([["", *["%"] * (count - 1)]] if sheet.unit == "percent" else []),
        ["2010", *[""] * (count - 1)],
        ["", "all", *[""] * (count - 2)],
    ])  # fmt: skip
    if rng.random() < 0.5 and sheet.form == "text":
        sheet.above.append(sheet.delimiter.join(first))
    else:
        sheet.rows.insert(0, Row(dict(zip(sheet.columns, first, strict=True))))
    return True


@_kind("shuffled columns")
def _shuffled(sheet: Sheet, rng: Random) -> bool:
    keys = list(sheet.columns.items())
    rng.shuffle(keys)
    sheet.columns = dict(keys)
    return True


@_kind("shuffled rows")
def _shuffled_rows(sheet: Sheet, rng: Random) -> bool:
    rng.shuffle(sheet.rows)
    return True


@_kind("headings in another language")
def _language(sheet: Sheet, rng: Random) -> bool:
    words = {
        "os": ["Betriebssystem", "Système d'exploitation", "Sistema operativo", "操作系统", "İşletim sistemi", "System", "Besturingssysteem"],
        "share": ["Marktanteil", "Part de marché", "Cuota de mercado", "市场份额", "Pazar payı", "Andel", "Udział w rynku", "Доля рынка"],
        "count": ["Besuche", "Visites", "Visitas", "访问量", "Ziyaretler", "Bezoeken", "Wizyty", "Посещения"],
        "period": ["Monat", "Datum", "Mois", "Fecha", "月份", "Tarih", "Okres", "Дата"],
    }
    changed = False
    if "os" in sheet.columns and sheet.columns["os"] not in ("Country", "name"):
        sheet.columns["os"], changed = rng.choice(words["os"]), True
    if sheet.long and sheet.of != "spam" and "measures" not in sheet.name:
        which = "count" if sheet.unit == "count" else "share"
        sheet.columns["value"], changed = rng.choice(words[which]), True
    if "period" in sheet.columns and rng.random() < 0.5:
        of = ["Datum", "Fecha", "Дата"] if "days" in sheet.name else words["period"]
        sheet.columns["period"], changed = rng.choice(of), True
    return changed


@_kind("unknown heading of figures")
def _unknown(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long:
        return False
    sheet.columns["value"] = rng.choice(["Value", "x", "Wert", "figure", "2010", "March", "Result", "StatCounter", "", "foo", "Popularity", "Deals"])
    return True


@_kind("no headings")
def _none(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or not sheet.long or sheet.chosen or sheet.by or "sum" in sheet.options:
        return False
    sheet.bare = True
    return True


@_kind("unquoted comma in a name")
def _unquoted_name(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or sheet.form != "text":
        return False
    row = rng.choice(sheet.rows)
    row.cells["os"] = row.cells["os"] + rng.choice([", all", ", 64 bit", ", 10", ", other"])
    sheet.raw = True
    return True


@_kind("unquoted comma in a figure")
def _unquoted_figure(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or sheet.unit != "count" or not _grouped(sheet, ","):
        return False
    sheet.raw = True
    return True


@_kind("dropped cell")
def _dropped(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or len(sheet.columns) < 2:
        return False
    sheet.lost = (rng.randrange(len(sheet.rows)), rng.randrange(len(sheet.columns)))
    return True


@_kind("shifted cell")
def _shifted(sheet: Sheet, rng: Random) -> bool:
    if len(sheet.columns) < 3 or "where" in sheet.options:
        return False  # what a condition leaves out is not looked at
    row = rng.choice(sheet.rows)
    keys = list(sheet.columns)
    at = rng.randrange(len(keys) - 1)
    row.cells[keys[at]], row.cells[keys[at + 1]] = "", row.cells.get(keys[at], "")
    return True


@_kind("footnote marks")
def _marks(sheet: Sheet, rng: Random) -> bool:
    rows = [row for row in sheet.rows if row.amounts]
    if not rows:
        return False
    row = rng.choice(rows)
    mark = rng.choice(["*", " *", "¹", "²", "†", " [1]", "(1)", " (a)", "^1"])
    if "os" in sheet.columns and rng.random() < 0.6:
        if mark in (" (a)", "^1") and ("sum" in sheet.options or sheet.options.get("period") == "all"):
            return False  # it is another system, and so are its rows without the mark
        row.cells["os"] += mark
    else:
        key = rng.choice(list(row.amounts))
        row.cells[key] += mark
    return True


@_kind("duplicate row")
def _duplicate(sheet: Sheet, rng: Random) -> bool:
    at = rng.randrange(len(sheet.rows))
    row = sheet.rows[at]
    sheet.rows.insert(rng.choice([at + 1, len(sheet.rows)]), Row(dict(row.cells)))
    return True


@_kind("row of another spelling")
def _spelling(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or sheet.spread or not sheet.long:
        return False
    names = ("OS X", "macOS", "Macintosh")
    row = next((row for row in sheet.rows if row.cells["os"] in names and row.amounts), None)
    if row is None or not _plain(sheet):
        return False
    # Two rows of one system add up, whatever they are called; its version is not counted twice.
    part = Decimal(row.cells["value"]) - 1
    if part <= 0:
        return False
    sheet.rows.insert(sheet.rows.index(row) + 1, Row({**row.cells, "os": "Mac OS X", "value": "1"}))
    row.cells["value"] = str(part)
    return True


@_kind("missing figure")
def _missing(sheet: Sheet, rng: Random) -> bool:
    rows = [row for row in sheet.rows if row.amounts]
    if not rows:
        return False
    row = rng.choice(rows)
    key = rng.choice(list(row.amounts))
    row.cells[key] = rng.choice(["", "-", "n/a", "..", "NULL", "–", "k. A."])
    _without(sheet, row, key)
    return True


def _without(sheet: Sheet, row: Row, key: str) -> None:
    """Take a figure out of what is right: of counts the total is not known any more."""
    before = sheet.known()
    del row.amounts[key]
    after = sheet.known()
    if after != before:
        sheet.right = {} if sheet.unit == "count" else after
        sheet.right_too = {}


@_kind("suppressed figure")
def _suppressed(sheet: Sheet, rng: Random) -> bool:
    rows = [row for row in sheet.rows if row.amounts]
    if not rows:
        return False
    row = rng.choice(rows)
    key = rng.choice(list(row.amounts))
    row.cells[key] = rng.choice(["<5", "< 0.01", "x", "~3", "5-10", "<10", "n < 5", ".."])
    _without(sheet, row, key)
    return True


@_kind("missing name")
def _nameless(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or not all(row.amounts for row in sheet.rows):
        return False
    name = rng.choice(["", "-", "(not set)", "NULL", "(empty)"])
    rng.choice(sheet.rows).cells["os"] = name
    if name == "(not set)":
        sheet.right = sheet.known()
    return True


@_kind("missing period")
def _no_period(sheet: Sheet, rng: Random) -> bool:
    key = "period" if "period" in sheet.columns else "country" if "country" in sheet.columns else None
    if key is None:
        return False
    rng.choice(sheet.rows).cells[key] = ""
    return True


@_kind("cut off")
def _cut(sheet: Sheet, rng: Random) -> bool:
    """The file ends within its last row; in one of counts before the figure, or nobody could see it."""
    if sheet.form != "text" or sheet.below or sheet.raw or sheet.encoding == "utf-16":
        return False
    last = sheet.last_line()
    least = len(last) - last.rfind(sheet.delimiter) if sheet.unit == "count" else 2
    if least >= len(last):
        return False
    sheet.cut = rng.randrange(least, len(last))
    return True


@_kind("blank lines")
def _blank(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text":
        return False
    sheet.gaps = rng.choice(["each", "one"])
    return True


@_kind("repeated headings")
def _repeated(sheet: Sheet, rng: Random) -> bool:
    if len(sheet.rows) < 4:
        return False
    sheet.rows.insert(rng.randrange(2, len(sheet.rows)), Row(dict(sheet.columns)))
    return True


@_kind("JSON")
def _json(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or sheet.above or sheet.below or "" in sheet.columns.values() or len(set(sheet.columns.values())) < len(sheet.columns):
        return False
    sheet.form = rng.choice(["json", "json lines"])
    return True


@_kind("Markdown")
def _markdown(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or sheet.bare or sheet.raw:
        return False
    sheet.form = "markdown"
    return True


@_kind("workbook")
def _xlsx(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or sheet.raw or sheet.bare:
        return False
    sheet.form = "xlsx"
    return True


@_kind("delimiter")
def _delimiter(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or sheet.delimiter != "," or sheet.raw or sheet.above:
        return False
    sheet.delimiter = rng.choice([";", "\t", "|"])
    return True


@_kind("encoding and line ends")
def _encoding(sheet: Sheet, rng: Random) -> bool:
    if sheet.form == "xlsx":
        return False
    sheet.encoding = rng.choice(["utf-8-sig", "utf-16", "utf-8"])
    sheet.line_end = rng.choice(["\r\n", "\r\n", "\n"])
    return True


@_kind("names in other spellings")
def _names(sheet: Sheet, rng: Random) -> bool:
    if sheet.columns.get("os") == "Country":
        return False
    other = {"Windows": ["windows", "WINDOWS", " Windows", "Microsoft Windows"], "OS X": ["Mac OS X", "macOS", "os x"], "Linux": ["linux", "GNU/Linux", "LINUX "], "Macintosh": ["macOS", "Mac"], "Unknown": ["unknown"]}
    changed = False
    if "os" in sheet.columns:
        for row in sheet.rows:
            if row.cells["os"] in other:
                row.cells["os"], changed = rng.choice(other[row.cells["os"]]), True
    return changed
