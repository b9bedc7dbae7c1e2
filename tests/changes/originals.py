"""The known tables: market shares and spam in the layouts that are published and exported."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tests.changes.sheet import Row, Sheet, Unit

_SHARES = {
    "Windows": "71.42", "OS X": "14.97", "Linux": "4.31", "Chrome OS": "2.18", "FreeBSD": "0.12",
    "Haiku": "0.03", "Unknown": "6.97",
}  # fmt: skip
_SPAM = {"Windows": "89.31", "Linux": "6.42", "OS X": "0.77", "FreeBSD": "0.05", "Other": "3.45"}
_VISITS = {
    "Windows": "41283", "Android": "25117", "iOS": "19864", "Macintosh": "8412", "Linux": "2207",
    "Chrome OS": "913",
}  # fmt: skip
_VERSIONS = {
    "Windows 11": "28.41", "Windows 10": "41.07", "Windows 7": "3.12", "macOS 14": "15.2",
    "Ubuntu": "2.44", "Fedora": "0.71", "Chrome OS": "3.05", "Unknown": "6",
}  # fmt: skip
_COUNTRIES = {
    "Germany": "12.43", "France": "9.7", "Brazil": "21.35", "India": "33.05", "Somalia": "1.2",
    "Japan": "22.27",
}  # fmt: skip


def _long(
    name: str,
    columns: dict[str, str],
    rows: Sequence[Sequence[str]],
    unit: Unit,
    /,
    **options: Any,
) -> Sheet:
    given = {
        k: options.pop(k)
        for k in ("chosen", "by", "delimiter", "quoted", "above", "column", "decimal")
        if k in options
    }
    decimal = given.get("decimal", ".")
    made = []
    for row in rows:
        cells = dict(zip(columns, row, strict=True))
        made.append(Row(cells, {"value": Fraction(cells["value"])}))
        cells["value"] = cells["value"].replace(".", decimal)
    return Sheet(name, columns, made, unit, options, **given)


def _wide(
    name: str,
    first: str,
    heading: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    unit: Unit,
    /,
    **options: Any,
) -> Sheet:
    kind = options.pop("kind")
    given = {
        k: options.pop(k) for k in ("chosen", "by", "delimiter", "quoted", "above") if k in options
    }
    keys = [f"{kind}:{column}" for column in columns]
    made = []
    for label, *figures in rows:
        cells = dict(zip([first, *keys], [label, *figures], strict=True))
        made.append(Row(cells, {k: Fraction(f) for k, f in zip(keys, figures, strict=True)}))
    return Sheet(
        name,
        {first: heading, **dict(zip(keys, columns, strict=True))},
        made,
        unit,
        options,
        **given,
    )


def _times(figure: str, by: str) -> str:
    return str(int(Fraction(figure) * Fraction(by)))


def originals() -> list[Sheet]:
    """Every known table, made anew."""
    two = {"os": "OS", "value": "Market share"}
    days = ("2016-08-06", "2016-08-07", "2016-08-08")
    months = ("2010-01", "2010-02", "2010-03")
    by_country = [
        (country, os, share)
        for country, shares in {
            "DE": ("68.5", "17.3", "9.2", "5"), "FR": ("74.1", "15.6", "6.3", "4"),
            "US": ("61.7", "30.2", "5.1", "3"),
        }.items()
        for os, share in zip(("Windows", "macOS", "Linux", "Unknown"), shares, strict=True)
    ]  # fmt: skip
    steps = ("1", "1.11", "0.93")
    measures = [
        (os, _times(n, "0.8"), n, _times(n, "2.7"), "41%", "3.1") for os, n in _VISITS.items()
    ]
    tables = [
        _long("shares", two, list(_SHARES.items()), "percent"),
        _long("shares with signs", two, list(_SHARES.items()), "percent"),
        _long(
            "fractions",
            {"os": "os", "value": "fraction"},
            [(o, str(float(Fraction(s) / 100))) for o, s in _SHARES.items()],
            "fraction",
        ),
        _long("visits", {"os": "os", "value": "visits"}, list(_VISITS.items()), "count"),
        _long(
            "versions",
            {"os": "OS", "value": "Market Share Perc. (Sept 2022 - Sept 2023)"},
            list(_VERSIONS.items()),
            "percent",
            quoted=True,
        ),
        _long(
            "German",
            {"os": "Betriebssystem", "value": "Marktanteil"},
            list(_SHARES.items()),
            "percent",
            delimiter=";",
            decimal=",",
        ),
        _long(
            "top systems",
            {"os": "Operating system", "value": "Share %"},
            list(_SHARES.items())[:4],
            "percent",
        ),
        _long(
            "spam", {"os": "os", "value": "spam_share"}, list(_SPAM.items()), "percent", of="spam"
        ),
        _long(
            "spam counts",
            {"os": "os", "value": "messages"},
            [(o, _times(s, "1731")) for o, s in _SPAM.items()],
            "count",
            of="spam",
        ),
        _long(
            "countries",
            {"os": "Country", "value": "Spam share"},
            list(_COUNTRIES.items()),
            "percent",
            of="spam",
        ),
        _long(
            "days",
            {"period": "date", "os": "os", "value": "visits"},
            [
                (d, o, _times(n, s))
                for d, s in zip(days, steps, strict=True)
                for o, n in _VISITS.items()
            ],
            "count",
            period="2016-08-07",
            chosen={"period": "2016-08-07"},
        ),
        _long(
            "all days",
            {"period": "date", "os": "os", "value": "visits"},
            [
                (d, o, _times(n, s))
                for d, s in zip(days, steps, strict=True)
                for o, n in _VISITS.items()
            ],
            "count",
            period="all",
        ),
        _long(
            "by country",
            {"country": "Country", "os": "OS", "value": "Share"},
            by_country,
            "percent",
            by="country",
        ),
        _long(
            "browsers",
            {"browser": "browser", "os": "os", "value": "visits"},
            [
                (b, o, _times(n, s))
                for b, s in zip(("Chrome", "Firefox", "Edge"), steps, strict=True)
                for o, n in _VISITS.items()
            ],
            "count",
            sum="{browser}",
        ),
        _long(
            "one browser",
            {
                "os": "Operating System",
                "browser": "Browser",
                "version": "Browser Version",
                "value": "Sessions",
            },
            [
                (o, b, v, _times(n, s))
                for b, v, s in (("Chrome", "40.0.2214.111", "1"), ("Safari", "8.0", "1.11"))
                for o, n in _VISITS.items()
            ],
            "count",
            where="{browser}=Chrome",
            chosen={"browser": "Chrome"},
            above=[
                "# ----------------------------------------",
                "# All Web Site Data",
                "# ----------------------------------------",
                "",
            ],
        ),
        _long(
            "categories",
            {
                "period": "date",
                "kind": "category",
                "os": "name",
                "change": "change",
                "value": "percentage",
            },
            [
                ("2010-06-01", k, o, "-0.0003", str(float(Fraction(s) / 100)))
                for k, t in (
                    ("OS Version", _VERSIONS),
                    ("RAM", {"1 GB": "31.5", "2 GB": "43.5", "4 GB": "25"}),
                )
                for o, s in t.items()
            ],
            "fraction",
            where="{kind}=OS Version",
            chosen={"kind": "OS Version"},
            unit="fraction",
        ),
        _long(
            "measures",
            {
                "os": "OS",
                "visitors": "Unique visitors",
                "value": "Visits",
                "actions": "Actions",
                "bounce": "Bounce Rate",
                "per": "Actions per Visit",
            },
            measures_of(measures),
            "count",
        ),
        _long(
            "shares and users",
            {"os": "OS", "value": "Market Share %", "users": "Users (B)", "year": "Year"},
            [
                ("Windows", "72.0", "1.44", "2026"),
                ("macOS", "16.5", "0.33", "2026"),
                ("Linux", "4.0", "0.08", "2026"),
                ("ChromeOS", "3.5", "0.07", "2026"),
                ("Others", "4.0", "0.08", "2026"),
            ],
            "percent",
        ),
        _wide(
            "wide by month",
            "period",
            "Date",
            list(_SHARES),
            [(m, *_moved(list(_SHARES.values()), i)) for i, m in enumerate(months)],
            "percent",
            kind="sys",
            quoted=True,
            period="2010-03",
            chosen={"period": "2010-03"},
        ),
        _wide(
            "wide counts",
            "period",
            "Month",
            list(_VISITS),
            [
                (m, *(_times(n, s) for n in _VISITS.values()))
                for m, s in zip(("March 2008", "March 2009", "March 2010"), steps, strict=True)
            ],
            "count",
            kind="sys",
            period="2010-03",
            chosen={"period": "March 2010"},
        ),
        _wide(
            "a column for each month",
            "os",
            "OS",
            list(months),
            [
                (o, *(_moved(list(_SHARES.values()), m)[i] for m in range(3)))
                for i, o in enumerate(_SHARES)
            ],
            "percent",
            kind="at",
            period="2010-02",
            chosen={"at": "2010-02"},
        ),
        _wide(
            "wide by country",
            "country",
            "Country",
            list(_SHARES)[:4],
            [
                ("DE", "70", "15", "10", "5"),
                ("FR", "75", "14", "8", "3"),
                ("US", "60", "31", "4", "5"),
            ],
            "percent",
            kind="sys",
            by="country",
        ),
    ]
    tables[1].each(lambda text: f"{text} %")
    for table in tables:
        if table.by:
            table.options["by"] = "{" + table.by + "}"
    return tables


def measures_of(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows of a table of several measures, in the order of its columns."""
    return [
        [os, unique, visits, actions, bounce, per]
        for os, unique, visits, actions, bounce, per in rows
    ]


def _moved(figures: Sequence[str], month: int) -> list[str]:
    """Figures of another month that add up to the same: the first gives, the second takes."""
    first, second = (Fraction(f) for f in figures[:2])
    return [f"{float(first - month):.2f}", f"{float(second + month):.2f}", *figures[2:]]
