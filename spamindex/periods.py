"""The text of a date in, its period in ISO form out: 3/2010, March 2010, Q1 2010, 2010-W09."""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from spamindex.words import MONTH_NUMBERS

_YEAR = r"(?P<year>(1[89]|20|21)\d\d)"
_NAME = r"(?P<name>[^\W\d_]{3,12})"
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_YEAR}",
        rf"{_YEAR}(?P<mark>[-/])(?P<month>\d\d?)((?P=mark)(?P<day>\d\d?))?",
        # 2010.1 is how a spreadsheet leaves 2010.10, so that both digits are needed.
        rf"{_YEAR}\.(?P<month>\d\d)(\.(?P<day>\d\d))?\.?",
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)?",
        rf"(?P<month>\d\d?)[-/]{_YEAR}",
        rf"{_NAME}\.?(?:[-, /]| de | del )*{_YEAR}",
        rf"{_YEAR}[- ]{_NAME}\.?",
        rf"{_NAME}\.? (?P<day>\d\d?)(st|nd|rd|th)?,? {_YEAR}",
        rf"(?P<day>\d\d?)(st|nd|rd|th|\.)?(?:[- ]| de ){_NAME}\.?,?(?:[- ]| de ){_YEAR}",
        rf"{_YEAR}-?m(?P<month>\d\d)",
        rf"[qtk](?P<quarter>[1-4])[-/. ]?{_YEAR}",
        rf"(?P<quarter>[1-4])[qtk][-/. ]?{_YEAR}",
        r"([qt](?P<quarter>[1-4])[-/ ']?|(?P<first>[1-4])[qt][-/ ']?)(?P<short>\d\d)",
        rf"{_YEAR}[-/. ]?[qtk](?P<quarter>[1-4])",
        rf"{_YEAR}-?w(?P<week>\d\d?)",
        rf"(week|w|kw) ?(?P<week>\d\d?)[-/, ]+{_YEAR}",
    )
]
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(:\d\d)?)(\.\d+)? ?(Z|UTC|[-+]\d\d:?\d\d)?")
_NUMBERED = re.compile(r"(\d\d?)([./-])(\d\d?)\2(\d{4})", re.ASCII)
_SHORT = re.compile(r"([^\W\d_]{3,9})\.?[- ']+(\d\d)|(\d\d)[- ]([^\W\d_]{3,9})\.?")


def iso(text: str) -> str | None:
    """A period in ISO form: 2010, 2010-Q1, 2010-W09, 2010-03 or 2010-03-01; None if not certain.

    A day written with the month as a number and not the year first is not: 01/03/2010. A time with
    an offset from UTC gives the day in UTC.
    """
    if not 4 <= len(text) <= 40 or not any(map(str.isdecimal, text)):
        return None
    folded = " ".join(text.split())
    if time := _TIME.fullmatch(folded):
        return _day_of(time)
    match = next(filter(None, (form.fullmatch(folded) for form in _FORMS)), None)
    if match is None or (not folded.isascii() and not match.groupdict().get("name")):
        return None
    found = match.groupdict()
    # 68 is the first year of the last century, as in POSIX.
    year = int(found.get("year") or f"{'19' if found['short'] > '68' else '20'}{found['short']}")
    if quarter := found.get("quarter") or found.get("first"):
        return f"{year}-Q{quarter}"
    if found.get("week"):
        return f"{year}-W{int(found['week']):02}" if 1 <= int(found["week"]) <= 53 else None
    if found.get("name"):
        month = MONTH_NUMBERS.get(found["name"].casefold(), 0)
    elif found.get("month"):
        month = int(found["month"])
    else:
        return f"{year}"
    return _checked(year, month, found.get("day"))


def _checked(year: int, month: int, day: str | None) -> str | None:
    try:
        found = date(year, month, int(day or 1))
    except ValueError:
        return None
    return found.isoformat() if day else f"{year}-{month:02}"


def _day_of(match: re.Match[str]) -> str | None:
    """The day of a time, in UTC where it has an offset."""
    day, clock, _, _, offset = match.groups()
    try:
        at = datetime.fromisoformat(f"{day}T{clock}")
    except ValueError:
        return None
    if offset and offset not in ("Z", "UTC"):
        sign = -1 if offset[0] == "-" else 1
        hours, minutes = int(offset[1:3]), int(offset[-2:])
        at = at.replace(tzinfo=UTC) - sign * timedelta(hours=hours, minutes=minutes)
    return at.date().isoformat()


def is_short(text: str) -> bool:
    """Whether a text is a month with two digits beside it, as spreadsheets write months or days.

    Apr-10 is April 2010, or the tenth of April.
    """
    match = _SHORT.fullmatch(" ".join(text.split()))
    return bool(match) and (match[1] or match[4]).casefold() in MONTH_NUMBERS  # type: ignore[index]


def in_column(
    texts: Sequence[str], span: str | None = None, *, day_first: bool | None = None
) -> dict[str, str | None]:
    """The periods of a column, by their text: in ISO form; as they are written where they are
    periods of which that is not certain (Apr-10); None where they are none.

    ``span`` is what the heading says that they are: under ``week`` 2010-04 is a week, under
    ``year`` or ``quarter`` none. 01/03/2010 is a day where another day says which number
    is the month, or ``day_first`` does.
    """
    numbered = [match for text in texts if (match := _NUMBERED.fullmatch(text))]
    if day_first is None and numbered:
        day_first = _order(numbered)
    return {text: _one(text, span, day_first) for text in texts}


def _one(text: str, span: str | None, day_first: bool | None) -> str | None:
    if match := _NUMBERED.fullmatch(text):
        if day_first is None:
            return None
        day, month = (match[1], match[3]) if day_first else (match[3], match[1])
        return _checked(int(match[4]), int(month), day)
    if re.fullmatch(r"\d\d?\.\d{4}", text):  # elsewhere 03.2010 is a figure
        text = text.replace(".", "/")
    if span == "week" and (week := re.fullmatch(r"(\d{4})[-/.]?(\d\d)", text)):
        return f"{week[1]}-W{week[2]}" if 1 <= int(week[2]) <= 53 else None
    found = iso(text)
    if span == "week" and found and len(found) == 7:  # 05/2010 is the fifth week
        return None
    # 2010/11 is from one year into the next, and 2010-04 may be a quarter.
    if span in ("year", "quarter") and found and len(found) == 7:
        return None if re.fullmatch(r"\d{4}[-/]\d\d", text) else found
    return text if found is None and is_short(text) else found


def _order(numbered: Iterable[re.Match[str]]) -> bool | None:
    """Whether the day comes first in dates of numbers; None where none of them says so."""
    pairs = [(int(match[1]), int(match[3])) for match in numbered]
    day_first = any(first > 12 for first, _ in pairs)
    month_first = any(second > 12 for _, second in pairs)
    return day_first if day_first != month_first else None


def span_of(period: str) -> str | None:
    """What span of time a period in ISO form is; None for one that is not in ISO form."""
    if not re.fullmatch(r"\d{4}(-(\d\d(-\d\d)?|Q\d|W\d\d))?", period):
        return None
    if period[5:6] in ("Q", "W"):
        return {"Q": "quarter", "W": "week"}[period[5]]
    return {4: "year", 7: "month", 10: "day"}[len(period)]


def within(period: str, wider: str) -> bool:
    """Whether a period in ISO form is another one, or lies in it."""
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
    """Two periods in ISO form that have days in common, the wider one last; None without such."""
    spans = sorted(
        ((*_days_of(period), period) for period in set(periods) if span_of(period)),
        key=lambda of: (of[0], -of[1].toordinal()),
    )
    for (_, last, wider), (first, _, period) in itertools.pairwise(spans):
        if first <= last:
            return period, wider
    return None


def _days_of(period: str) -> tuple[date, date]:
    """The first and the last day of a period in ISO form."""
    year, part, span = int(period[:4]), period[5:], span_of(period)
    if span == "week":
        monday = date.fromisocalendar(year, 1, 1) + timedelta(weeks=int(part[1:]) - 1)
        return monday, monday + timedelta(days=6)
    if span == "day":
        return date.fromisoformat(period), date.fromisoformat(period)
    months = {"month": 1, "quarter": 3, "year": 12}[str(span)]
    first = 3 * int(part[1]) - 2 if span == "quarter" else int(part or 1)
    last = first + months - 1
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def named_in(text: str) -> str | None:
    """The period, in ISO form, that some of the words of a text name; None if none do."""
    parts = re.split(r"[\s_()\[\],;:]+", text)
    spans = [parts[i : i + n] for n in (3, 2, 1) for i in range(len(parts) - n + 1)]
    return next((p for s in spans for mark in " -" if (p := iso(mark.join(s)))), None)


def told(periods: Iterable[str]) -> str:
    """Some periods as messages name them: all of up to three, else the first and the last."""
    ordered = sorted(set(periods))
    if len(ordered) <= 3:
        return ", ".join(ordered)
    return f"{len(ordered)} periods, {ordered[0]} to {ordered[-1]}"
