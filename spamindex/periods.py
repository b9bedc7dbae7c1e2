"""Parse periods: 3/2010, March 2010 or Q1 2010 in, ISO form (2010-03, 2010-Q1) or None out."""

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
        # Two digits are needed, because spreadsheets turn 2010.10 into 2010.1.
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
_NUMERIC_DAY = re.compile(r"(\d\d?)([./-])(\d\d?)\2(\d{4})", re.ASCII)
_MONTH_AND_NUMBER = re.compile(r"([^\W\d_]{3,9})\.?[- ']+(\d\d)|(\d\d)[- ]([^\W\d_]{3,9})\.?")


def iso(text: str) -> str | None:
    """A period in ISO form: 2010, 2010-Q1, 2010-W09, 2010-03 or 2010-03-01; None if unclear.

    01/03/2010 is unclear, because day and month are numbers and the year is not first. A time with
    an offset from UTC gives the day in UTC.

    >>> iso("March 2010"), iso("Q1 2010"), iso("2010-03-01T23:30:00-05:00"), iso("01/03/2010")
    ('2010-03', '2010-Q1', '2010-03-02', None)
    """
    if not 4 <= len(text) <= 40 or not any(map(str.isdecimal, text)):
        return None
    folded = " ".join(text.split())
    if time := _TIME.fullmatch(folded):
        return _day_of(time)
    matches = (form.fullmatch(folded) for form in _FORMS)
    match = next((match for match in matches if match), None)
    if match is None or (not folded.isascii() and not match.groupdict().get("name")):
        return None
    parts = match.groupdict()
    if parts.get("year"):
        year = int(parts["year"])
    else:  # as in POSIX, 69 to 99 are in the 20th century
        year = int(parts["short"]) + (1900 if parts["short"] > "68" else 2000)
    if quarter := parts.get("quarter") or parts.get("first"):
        return f"{year}-Q{quarter}"
    if parts.get("week"):
        return _iso_week(year, int(parts["week"]))
    if parts.get("name"):
        month = MONTH_NUMBERS.get(parts["name"].casefold(), 0)
    elif parts.get("month"):
        month = int(parts["month"])
    else:
        return f"{year}"
    return _iso_date(year, month, parts.get("day"))


def _iso_week(year: int, week: int) -> str | None:
    return f"{year}-W{week:02}" if 1 <= week <= 53 else None


def _iso_date(year: int, month: int, day: str | None) -> str | None:
    try:
        parsed = date(year, month, int(day or 1))
    except ValueError:
        return None
    return parsed.isoformat() if day else f"{year}-{month:02}"


def _day_of(time: re.Match[str]) -> str | None:
    """The day of a time, in UTC if it has an offset."""
    day, clock, _, _, offset = time.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}")
    except ValueError:
        return None
    if offset and offset not in ("Z", "UTC"):
        sign = -1 if offset[0] == "-" else 1
        hours, minutes = int(offset[1:3]), int(offset[-2:])
        moment = moment.replace(tzinfo=UTC) - sign * timedelta(hours=hours, minutes=minutes)
    return moment.date().isoformat()


def is_month_or_day(text: str) -> bool:
    """Whether a text is a month and two digits: Apr-10 may be April 2010, or the tenth of April."""
    match = _MONTH_AND_NUMBER.fullmatch(" ".join(text.split()))
    return match is not None and (match[1] or match[4]).casefold() in MONTH_NUMBERS


def parse_column(
    texts: Sequence[str], span: str | None = None, *, day_first: bool | None = None
) -> dict[str, str | None]:
    """Parse the texts of one column: each text with its period in ISO form, or None if it has none.

    A month or day with two digits (Apr-10) stays as it is. ``span`` is what the heading says:
    under ``week`` 2010-04 is a week, under ``year`` or ``quarter`` it is unclear. 01/03/2010 is a
    day if ``day_first`` or another day of the column says which number is the month.

    >>> parse_column(["01/03/2010", "13/03/2010", "Linux"])
    {'01/03/2010': '2010-03-01', '13/03/2010': '2010-03-13', 'Linux': None}
    """
    if day_first is None:
        matches = [match for text in texts if (match := _NUMERIC_DAY.fullmatch(text))]
        day_first = _is_day_first(matches)
    return {text: _parse_cell(text, span, day_first) for text in texts}


def _is_day_first(days: Sequence[re.Match[str]]) -> bool | None:
    """Whether numbers above 12 show that the day is first, or second; None if neither or both."""
    day_first = any(int(match[1]) > 12 for match in days)
    month_first = any(int(match[3]) > 12 for match in days)
    return day_first if day_first != month_first else None


def _parse_cell(text: str, span: str | None, day_first: bool | None) -> str | None:
    if match := _NUMERIC_DAY.fullmatch(text):
        if day_first is None:
            return None
        day, month = (match[1], match[3]) if day_first else (match[3], match[1])
        return _iso_date(int(match[4]), int(month), day)
    if re.fullmatch(r"\d\d?\.\d{4}", text):  # outside a column of periods 03.2010 is a figure
        text = text.replace(".", "/")
    if span == "week" and (week := re.fullmatch(r"(\d{4})[-/.]?(\d\d)", text)):
        return _iso_week(int(week[1]), int(week[2]))
    period = iso(text)
    if period and span_of(period) == "month":
        # Under a heading of weeks, 05/2010 is the fifth week.
        # 2010/11 can be a year from 2010 to 2011, and 2010-04 the last quarter.
        is_unclear = span in ("year", "quarter") and re.fullmatch(r"\d{4}[-/]\d\d", text)
        if span == "week" or is_unclear:
            return None
    return text if period is None and is_month_or_day(text) else period


def span_of(period: str) -> str | None:
    """The span of a period in ISO form: day, week, month, quarter or year; None for other texts."""
    if not re.fullmatch(r"\d{4}(-(\d\d(-\d\d)?|Q\d|W\d\d))?", period):
        return None
    if period[5:6] in ("Q", "W"):
        return {"Q": "quarter", "W": "week"}[period[5]]
    return {4: "year", 7: "month", 10: "day"}[len(period)]


def within(period: str, wider: str) -> bool:
    """Whether a period in ISO form equals another one, or lies within it."""
    year, _, quarter = wider.partition("-Q")
    if quarter and period != wider:
        month = period[5:7]
        return (
            period.startswith(f"{year}-")
            and month.isdigit()
            and (int(month) + 2) // 3 == int(quarter)
        )
    return period == wider or period.startswith(f"{wider}-")


def find_overlap(periods: Iterable[str]) -> tuple[str, str] | None:
    """Two periods that have days in common, the wider one last; None if there are no such two.

    Texts that are not in ISO form are ignored.
    """
    spans = [(*_first_and_last_day(period), period) for period in set(periods) if span_of(period)]
    spans.sort(key=lambda span: (span[0], -span[1].toordinal()))
    for (_, last, wider), (first, _, period) in itertools.pairwise(spans):
        if first <= last:
            return period, wider
    return None


def _first_and_last_day(period: str) -> tuple[date, date]:
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


def find_in(text: str) -> str | None:
    """The period, in ISO form, that words of a text name; None if they name none."""
    words = re.split(r"[\s_()\[\],;:]+", text)
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            for separator in " -":
                if period := iso(separator.join(words[start : start + length])):
                    return period
    return None


def summary(periods: Iterable[str]) -> str:
    """Periods as messages name them: up to three of them, else the first and the last."""
    ordered = sorted(set(periods))
    if len(ordered) <= 3:
        return ", ".join(ordered)
    return f"{len(ordered)} periods, {ordered[0]} to {ordered[-1]}"
