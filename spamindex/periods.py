"""Periods as people write them: days, months, quarters and years, in ISO form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    "(?P<name>jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|"
    "sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)"
)
_YEAR = r"(?P<year>(1[89]|20|21)\d\d)"
_FORMS = [
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        rf"{_YEAR}",
        rf"{_YEAR}([-/.])(?P<month>\d\d?)(\3(?P<day>\d\d?)([T ]\d\d:\d\d.*)?)?",
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)?",
        rf"{_MONTH}\.?[-, ]*{_YEAR}",
        rf"{_YEAR}[- ]{_MONTH}\.?",
        rf"{_MONTH}\.? (?P<day>\d\d?)(st|nd|rd|th)?,? {_YEAR}",
        rf"(?P<day>\d\d?)(st|nd|rd|th|\.)?[- ]{_MONTH}\.?,?[- ]{_YEAR}",
        rf"q(?P<quarter>[1-4])[-/ ]?{_YEAR}",
        rf"{_YEAR}[-/ ]?q(?P<quarter>[1-4])",
    )
]


def iso(text: str) -> str | None:
    """A period in ISO form: 2010, 2010-Q1, 2010-03 or 2010-03-01; None if it is not certain.

    A day written with the month as a number and not the year first is not: 01/03/2010.

    >>> iso("March 2010"), iso("20100301"), iso("Q1 2010"), iso("2010"), iso("01/03/2010")
    ('2010-03', '2010-03-01', '2010-Q1', '2010', None)
    """
    folded = " ".join(text.split())
    match = next(filter(None, (form.fullmatch(folded) for form in _FORMS)), None)
    if match is None:
        return None
    found = match.groupdict()
    year = int(found["year"])
    if found.get("quarter"):
        return f"{year}-Q{found['quarter']}"
    if found.get("name"):
        month = _MONTHS.index(found["name"][:3].lower()) + 1
    elif found.get("month"):
        month = int(found["month"])
    else:
        return f"{year}"
    try:
        day = date(year, month, int(found.get("day") or 1))
    except ValueError:
        return None
    return day.isoformat() if found.get("day") else f"{year}-{month:02}"


def within(period: str, wider: str) -> bool:
    """Whether a period in ISO form is another one, or lies in it.

    >>> within("2016-08-06", "2016-08"), within("2010-03", "2010-Q1"), within("2010", "2010-03")
    (True, True, False)
    """
    year, _, quarter = wider.partition("-Q")
    if quarter and period != wider:
        month = period[5:7]
        return (
            period.startswith(f"{year}-")
            and month.isdigit()
            and (int(month) + 2) // 3 == int(quarter)
        )
    return period == wider or period.startswith(f"{wider}-")


def within_another(periods: Iterable[str]) -> tuple[str, str] | None:
    """A period that lies in another one of some, and that one; None if none does.

    >>> within_another(["2010-01", "2010-02", "2010"])
    ('2010-01', '2010')
    """
    there = set(periods)
    for period in sorted(there):
        year, *rest = period.split("-")
        quarter = f"{year}-Q{(int(rest[0]) + 2) // 3}" if rest and rest[0].isdecimal() else period
        for wider in (year, quarter, "-".join([year, *rest[:1]])):
            if wider != period and wider in there and within(period, wider):
                return period, wider
    return None


def span(periods: Iterable[str]) -> str:
    """The first and the last of some periods, and how many there are.

    >>> span(["2010-02", "2010-01", "2010-12"])
    '3 periods, 2010-01 to 2010-12'
    """
    ordered = sorted(set(periods))
    return f"{len(ordered)} periods, {ordered[0]} to {ordered[-1]}"
