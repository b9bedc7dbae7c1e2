"""Rows, headings and cells moved or lost, names written otherwise, and other kinds of files."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from tests.changes.kinds import is_plain, kind, without
from tests.changes.sheet import Row, Sheet


@kind("shuffled columns")
def _shuffled(sheet: Sheet, rng: Random) -> bool:
    keys = list(sheet.columns.items())
    rng.shuffle(keys)
    sheet.columns = dict(keys)
    return True


@kind("shuffled rows")
def _shuffled_rows(sheet: Sheet, rng: Random) -> bool:
    rng.shuffle(sheet.rows)
    return True


@kind("headings in another language")
def _language(sheet: Sheet, rng: Random) -> bool:
    words = {
        "os": [
            "Betriebssystem",
            "Système d'exploitation",
            "Sistema operativo",
            "操作系统",
            "İşletim sistemi",
            "System",
            "Besturingssysteem",
        ],
        "share": [
            "Marktanteil",
            "Part de marché",
            "Cuota de mercado",
            "市场份额",
            "Pazar payı",
            "Andel",
            "Udział w rynku",
            "Доля рынка",
        ],
        "count": [
            "Besuche",
            "Visites",
            "Visitas",
            "访问量",
            "Ziyaretler",
            "Bezoeken",
            "Wizyty",
            "Посещения",
        ],
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


@kind("unknown heading of figures")
def _unknown(sheet: Sheet, rng: Random) -> bool:
    if not sheet.long or "visitors" in sheet.columns or "other unit of shares" in sheet.kinds:
        return False  # the visitors are right then, or the unit is lost with the heading
    sheet.columns["value"] = rng.choice(
        [
            "Value",
            "x",
            "Wert",
            "figure",
            "2010",
            "March",
            "Result",
            "StatCounter",
            "",
            "foo",
            "Popularity",
            "Deals",
        ]
    )
    return True


@kind("no headings")
def _none(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or not sheet.long or sheet.chosen or sheet.by or "sum" in sheet.options:
        return False
    sheet.bare = True
    return True


@kind("unquoted comma in a name")
def _unquoted_name(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or sheet.form != "text":
        return False
    row = rng.choice(sheet.rows)
    row.cells["os"] = row.cells["os"] + rng.choice([", all", ", 64 bit", ", 10", ", other"])
    sheet.raw = True
    return True


@kind("dropped cell")
def _dropped(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or len(sheet.columns) < 2:
        return False
    sheet.lost = (rng.randrange(len(sheet.rows)), rng.randrange(len(sheet.columns)))
    return True


@kind("shifted cell")
def _shifted(sheet: Sheet, rng: Random) -> bool:
    if len(sheet.columns) < 3 or "where" in sheet.options:
        return False  # what a condition leaves out is not looked at
    row = rng.choice(sheet.rows)
    keys = list(sheet.columns)
    at = rng.randrange(len(keys) - 1)
    if keys[at] == "visitors":
        return False  # nobody could see that the figure beside it is not that of the visits
    row.cells[keys[at]], row.cells[keys[at + 1]] = "", row.cells.get(keys[at], "")
    return True


@kind("footnote marks")
def _marks(sheet: Sheet, rng: Random) -> bool:
    rows = [row for row in sheet.rows if row.amounts]
    if not rows:
        return False
    row = rng.choice(rows)
    mark = rng.choice(["*", " *", "¹", "²", "†", " [1]", "(1)", " (a)", "^1"])
    if "os" in sheet.columns and rng.random() < 0.6:
        if mark in (" (a)", "^1") and (
            "sum" in sheet.options or sheet.options.get("period") == "all"
        ):
            return False  # it is another system, and so are its rows without the mark
        row.cells["os"] += mark
    else:
        key = rng.choice(list(row.amounts))
        row.cells[key] += mark
    return True


@kind("duplicate row")
def _duplicate(sheet: Sheet, rng: Random) -> bool:
    at = rng.randrange(len(sheet.rows))
    row = sheet.rows[at]
    sheet.rows.insert(rng.choice([at + 1, len(sheet.rows)]), Row(dict(row.cells)))
    return True


@kind("row of another spelling")
def _spelling(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or sheet.spread or not sheet.long:
        return False
    names = ("OS X", "macOS", "Macintosh")
    row = next((row for row in sheet.rows if row.cells["os"] in names and row.amounts), None)
    if row is None or not is_plain(sheet):
        return False
    # Two rows of one system add up, whatever they are called; its version is not counted twice.
    part = Decimal(row.cells["value"]) - 1
    if part <= 0:
        return False
    sheet.rows.insert(sheet.rows.index(row) + 1, Row({**row.cells, "os": "Mac OS X", "value": "1"}))
    row.cells["value"] = str(part)
    return True


@kind("missing figure")
def _missing(sheet: Sheet, rng: Random) -> bool:
    rows = [row for row in sheet.rows if row.amounts]
    if not rows:
        return False
    row = rng.choice(rows)
    key = rng.choice(list(row.amounts))
    row.cells[key] = rng.choice(["", "-", "n/a", "..", "NULL", "–", "k. A."])
    without(sheet, row, key)
    return True


@kind("suppressed figure")
def _suppressed(sheet: Sheet, rng: Random) -> bool:
    rows = [row for row in sheet.rows if row.amounts]
    if not rows:
        return False
    row = rng.choice(rows)
    key = rng.choice(list(row.amounts))
    row.cells[key] = rng.choice(["<5", "< 0.01", "x", "~3", "5-10", "<10", "n < 5", ".."])
    without(sheet, row, key)
    return True


@kind("missing name")
def _nameless(sheet: Sheet, rng: Random) -> bool:
    if "os" not in sheet.columns or not all(row.amounts for row in sheet.rows):
        return False
    name = rng.choice(["", "-", "(not set)", "NULL", "(empty)"])
    rng.choice(sheet.rows).cells["os"] = name
    if name == "(not set)":
        sheet.right = sheet.known()
    return True


@kind("missing period")
def _no_period(sheet: Sheet, rng: Random) -> bool:
    key = (
        "period" if "period" in sheet.columns else "country" if "country" in sheet.columns else None
    )
    if key is None:
        return False
    rng.choice(sheet.rows).cells[key] = ""
    return True


@kind("cut off")
def _cut(sheet: Sheet, rng: Random) -> bool:
    """The file ends within its last row; of counts before the figure, or nobody could see it."""
    if sheet.form != "text" or sheet.below or sheet.raw or sheet.encoding == "utf-16":
        return False
    last = sheet.last_line()
    least = len(last) - last.rfind(sheet.delimiter) if sheet.unit == "count" else 2
    if least >= len(last):
        return False
    sheet.cut = rng.randrange(least, len(last))
    return True


@kind("blank lines")
def _blank(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text":
        return False
    sheet.gaps = rng.choice(["each", "one"])
    return True


@kind("repeated headings")
def _repeated(sheet: Sheet, rng: Random) -> bool:
    if len(sheet.rows) < 4:
        return False
    sheet.rows.insert(rng.randrange(2, len(sheet.rows)), Row(dict(sheet.columns)))
    return True


@kind("JSON")
def _json(sheet: Sheet, rng: Random) -> bool:
    if (
        sheet.form != "text"
        or sheet.above
        or sheet.below
        or "" in sheet.columns.values()
        or len(set(sheet.columns.values())) < len(sheet.columns)
    ):
        return False
    sheet.form = rng.choice(["json", "json lines"])
    return True


@kind("Markdown")
def _markdown(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or sheet.bare or sheet.raw:
        return False
    sheet.form = "markdown"
    return True


@kind("workbook")
def _xlsx(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or sheet.raw or sheet.bare:
        return False
    sheet.form = "xlsx"
    return True


@kind("delimiter")
def _delimiter(sheet: Sheet, rng: Random) -> bool:
    if sheet.form != "text" or sheet.delimiter != "," or sheet.raw or sheet.above:
        return False
    sheet.delimiter = rng.choice([";", "\t", "|"])
    return True


@kind("encoding and line ends")
def _encoding(sheet: Sheet, rng: Random) -> bool:
    if sheet.form == "xlsx":
        return False
    sheet.encoding = rng.choice(["utf-8-sig", "utf-16", "utf-8"])
    sheet.line_end = rng.choice(["\r\n", "\r\n", "\n"])
    return True


@kind("names in other spellings")
def _names(sheet: Sheet, rng: Random) -> bool:
    if sheet.columns.get("os") == "Country":
        return False
    other = {
        "Windows": ["windows", "WINDOWS", " Windows", "Microsoft Windows"],
        "OS X": ["Mac OS X", "macOS", "os x"],
        "Linux": ["linux", "GNU/Linux", "LINUX "],
        "Macintosh": ["macOS", "Mac"],
        "Unknown": ["unknown"],
    }
    changed = False
    if "os" in sheet.columns:
        for row in sheet.rows:
            if row.cells["os"] in other:
                row.cells["os"], changed = rng.choice(other[row.cells["os"]]), True
    return changed
