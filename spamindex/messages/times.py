"""The text of a time in records in; seconds since 1970, days, weeks out; offsets and zones."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from spamindex.messages.options import Span
from spamindex.words import MISSING

if TYPE_CHECKING:
    import narwhals as nw

# A day that there is, so that no engine stumbles over the thirtieth of February.
_DAY = (
    r"(?:(?:19|2\d)\d\d[-/](?:(?:0[13578]|1[02])[-/](?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[469]|11)[-/](?:0[1-9]|[12]\d|30)|02[-/](?:0[1-9]|1\d|2[0-8]))"
    r"|(?:(?:19|2\d)(?:0[48]|[2468][048]|[13579][26])|2[048]00)[-/]02[-/]29)"
)
_MINUTE = r"(?:[01]\d|2[0-3]):[0-5]\d"
_HALF_DAY = r"(?:0\d|1[0-2]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)? ?[AaPp]\.?[Mm]\.?"
_ANY_ZONE = r"(?: ?(?:[Zz]|UTC|GMT|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?))?"
_STAMP = rf"^{_DAY}[T ](?:{_MINUTE}(?::[0-5]\d(?:[.,]\d+)?)?{_ANY_ZONE}|{_HALF_DAY}{_ANY_ZONE})$"
# What nearly all logs have; asked once of each record, since the rest is seldom asked then.
_PLAIN = rf"^{_DAY.replace('[-/]', '-')}[T ]{_MINUTE}:[0-5]\d(?:\.\d+)?Z?$"
_WITHOUT_OFFSET = rf"^{_DAY}(?:[T ](?:{_MINUTE}(?::[0-5]\d(?:[.,]\d+)?)?|{_HALF_DAY})Z?)?$"
_HAS_OFFSET = r"^.{16}.*[+-]\d\d(?::?\d\d)?$"
_HAS_ZONE = r"^.{16}.*(?:[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)$"
_SHORTER = r"^\d{4}(?:-(?:0[1-9]|1[0-2]))?$"
# Seconds, milliseconds, microseconds and nanoseconds since 1970, of 2001 to 2033: of all, the first
# ten digits are the seconds. Others may be dates without marks, such as 2010020112.
_EPOCH = r"^1\d{9}(?:\d{3}){0,3}(?:\.\d*)?$"
_WHOLE_HOURS = r"[+-]\d\d(?::?00)?$"
_FIRST = date(1970, 1, 1)
_NO_TIME = sorted({*MISSING, "nat"})
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DIGITS = {"month": 7, "year": 4}  # of an ISO date
_WITH_OFFSET = re.compile(r"o(.{10}).(\d\d)(?::(\d\d))?([ap]?)([+-])(\d\d):?(\d\d)?", re.ASCII)


def is_no_time(text: nw.Expr) -> nw.Expr:
    """Whether a time is missing."""
    return text.is_null() | text.str.to_lowercase().is_in(_NO_TIME)


def is_time(text: nw.Expr) -> nw.Expr:
    """Whether a text is a time as ``seconds`` reads it, and no mere day."""
    return text.str.contains(_STAMP) | text.str.contains(_EPOCH)


def has_zone(text: nw.Expr) -> nw.Expr:
    """Whether a time says how it relates to UTC: by an offset, a Z, or as seconds since 1970."""
    return text.str.contains(_HAS_ZONE) | text.str.contains(_EPOCH)


def is_plain(text: nw.Expr) -> nw.Expr:
    """Whether a time is written YYYY-MM-DD HH:MM:SS, perhaps with T, a fraction, or Z."""
    return text.str.contains(_PLAIN).fill_null(False)


def clock(text: nw.Expr, plain: nw.Expr) -> nw.Expr:
    """0 for a time without a zone, 1 with one, 2 for a missing one, 3 for what is no time."""
    import narwhals as nw

    with_zone = nw.when(has_zone(text)).then(nw.lit(1)).otherwise(nw.lit(0))
    odd = nw.when(is_time(text)).then(with_zone).otherwise(nw.lit(3))
    odd = nw.when(is_no_time(text)).then(nw.lit(2)).otherwise(odd)
    z = nw.when(text.str.ends_with("Z")).then(nw.lit(1)).otherwise(nw.lit(0))
    return nw.when(plain).then(z).otherwise(odd).cast(nw.Int64)


def stamp(text: nw.Expr, plain: nw.Expr) -> nw.Expr:
    """A time as YYYY-MM-DD HH:MM:SS without its zone and half of the day; 1970 if it is none."""
    import narwhals as nw

    short = nw.concat_str([text.str.slice(0, 16), nw.lit(":00")])
    whole = nw.when(text.str.contains(r"^.{16}:")).then(text.str.slice(0, 19)).otherwise(short)
    whole = whole.str.replace_all("/", "-", literal=True)
    odd = nw.when(text.str.contains(_STAMP)).then(whole).otherwise(nw.lit("1970-01-01 00:00:00"))
    made = nw.when(plain).then(text.str.slice(0, 19)).otherwise(odd)
    return made.str.replace_all("T", " ", literal=True)


def since_1970(stamped: nw.Expr) -> nw.Expr:
    """What ``stamp`` made as seconds; by parts of the date, which every engine can tell."""
    import narwhals as nw

    def part(name: str) -> nw.Expr:
        found: nw.Expr = getattr(stamped.str.to_datetime(format="%Y-%m-%d %H:%M:%S").dt, name)()
        return found.cast(nw.Int64)

    before = part("year") - 1
    days = before * 365 + before // 4 - before // 100 + before // 400
    days = days + part("ordinal_day") - 719163
    return days * 86400 + part("hour") * 3600 + part("minute") * 60 + part("second")


def seconds(text: nw.Expr, base: nw.Expr | None = None, plain: nw.Expr | None = None) -> nw.Expr:
    """A time as seconds since 1970, in UTC if it has a zone; nonsense where ``is_time`` says no.

    ``base`` are the seconds of its ``stamp``, where an engine has a quicker way to them; ``plain``
    is whether it ``is_plain``, if that is known.

    >>> import narwhals as nw, pandas as pd
    >>> times = ["2010-03-01T12:00:00.5+0200", "1267437600", "2010/03/01 10:00:00 AM"]
    >>> frame = nw.from_native(pd.DataFrame({"t": times}))
    >>> frame.select(seconds(nw.col("t")))["t"].to_list()
    [1267437600, 1267437600, 1267437600]
    """
    import narwhals as nw

    plain = is_plain(text) if plain is None else plain
    base = since_1970(stamp(text, plain)) if base is None else base
    hour = nw.when(text.str.contains(_STAMP)).then(text.str.slice(11, 2)).otherwise(nw.lit("00"))
    afternoon = text.str.contains(r"[Pp]\.?[Mm]") & (hour != nw.lit("12"))
    midnight = text.str.contains(r"[Aa]\.?[Mm]") & (hour == nw.lit("12"))
    shift = nw.when(afternoon).then(nw.lit(43200)).otherwise(nw.lit(0))
    shift = nw.when(midnight).then(nw.lit(-43200)).otherwise(shift)

    tail = text.str.replace_all(r"^.{16}[^+-]*", "")
    tail = nw.concat_str([tail.str.replace_all(":", "", literal=True), nw.lit("00")])
    has_offset = text.str.contains(_STAMP) & text.str.contains(_HAS_OFFSET)
    offset = nw.when(has_offset).then(tail).otherwise(nw.lit("+0000"))
    minutes = offset.str.slice(1, 2).cast(nw.Int64) * 60 + offset.str.slice(3, 2).cast(nw.Int64)
    minutes = nw.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes)

    odd = base + shift - minutes * 60
    odd = nw.when(text.str.contains(_EPOCH)).then(_of_epoch(text)).otherwise(odd)
    return nw.when(plain).then(base).otherwise(odd)


def _of_epoch(text: nw.Expr) -> nw.Expr:
    """The seconds of a time since 1970 in whatever unit; 0 for any other text."""
    import narwhals as nw

    digits = nw.when(text.str.contains(_EPOCH)).then(text.str.slice(0, 10)).otherwise(nw.lit("0"))
    return digits.cast(nw.Int64)


def day(text: nw.Expr) -> nw.Expr:
    """A key for the day of a time, as ``of_span`` reads it; times of one day share it.

    That is the day itself, with a Z if the time has one; of a time with an offset its hour and the
    offset, of one since 1970 the number of days. A month or year stays as it is, a missing time is
    "", anything else "?".

    >>> import narwhals as nw, pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"t": ["2010-03-31 23:00:00-05:00", "2010/03/01"]}))
    >>> [of_span(day, "month") for day in frame.select(day(nw.col("t")))["t"].to_list()]
    ['2010-04', '2010-03']
    """
    import narwhals as nw

    def written(text: nw.Expr, digits: int = 10) -> nw.Expr:
        return text.str.slice(0, digits).str.replace_all("/", "-", literal=True)

    stripped = text.str.strip_chars()  # which takes long, and most have nothing to strip
    counted = nw.concat_str([nw.lit("d"), (_of_epoch(stripped) // 86400).cast(nw.String)])
    offset = stripped.str.replace_all(r"(?:[Zz]|UTC|GMT)$", "+00")
    offset = offset.str.replace_all(r"^.{16}[^+-]*", "")
    half = nw.when(stripped.str.contains(r"[Pp]\.?[Mm]")).then(nw.lit("p")).otherwise(nw.lit(""))
    half = nw.when(stripped.str.contains(r"[Aa]\.?[Mm]")).then(nw.lit("a")).otherwise(half)
    whole = stripped.str.contains(_WHOLE_HOURS)
    hour = nw.when(whole).then(written(stripped, 13)).otherwise(written(stripped, 16))
    odd = nw.when(stripped.str.contains(_SHORTER)).then(stripped).otherwise(nw.lit("?"))
    odd = nw.when(is_no_time(stripped)).then(nw.lit("")).otherwise(odd)
    odd = nw.when(stripped.str.contains(_EPOCH)).then(counted).otherwise(odd)
    with_offset = nw.concat_str([nw.lit("o"), hour, half, offset])
    odd = nw.when(stripped.str.contains(_STAMP)).then(with_offset).otherwise(odd)
    for form in (stripped, text):
        zone = nw.when(form.str.ends_with("Z")).then(nw.lit("Z")).otherwise(nw.lit(""))
        told = nw.concat_str([written(form), zone])
        odd = nw.when(form.str.contains(_WITHOUT_OFFSET)).then(told).otherwise(odd)
    return odd


def of_span(found: str, span: Span) -> str | None:
    """What ``day`` found as a day, week, month or year in ISO form; None if it is too coarse.

    >>> of_span("2010-03-01", "week"), of_span("d14669", "day"), of_span("2010", "month")
    ('2010-W09', '2010-03-01', None)
    """
    if found.startswith("d"):
        found = (_FIRST + timedelta(days=int(found[1:]))).isoformat()
    elif offset := _WITH_OFFSET.fullmatch(found):
        written, hour, minute, half, sign, hours, minutes = offset.groups(default="0")
        ahead = timedelta(hours=int(hours), minutes=int(minutes)) * (1 if sign == "+" else -1)
        since = int(hour) % 12 + 12 * (half == "p") if half else int(hour)
        local = datetime.fromisoformat(written) + timedelta(hours=since, minutes=int(minute))
        found = (local - ahead).date().isoformat()
    found = found.removesuffix("Z")
    if not found:
        return ""
    if span in _DIGITS:
        return found[: _DIGITS[span]] if len(found) >= _DIGITS[span] else None
    if not _ISO_DAY.fullmatch(found):
        return None
    if span == "day":
        return found
    year, week, _ = date.fromisoformat(found).isocalendar()
    return f"{year}-W{week:02}"


def told_by(found: str) -> str:
    """Whether what ``day`` found is of a time with a ``zone``, of a ``local`` one, or neither."""
    if found.endswith("Z") or found.startswith(("d", "o")):
        return "zone"
    return "local" if _ISO_DAY.fullmatch(found) else ""


def as_text(column: nw.Expr, dtype: Any, polars: bool) -> nw.Expr:
    """A column of times as text, those with a zone with it, as they stand in the cells."""
    import narwhals as nw

    if polars and isinstance(dtype, nw.Datetime) and dtype.time_zone:
        column = column.dt.convert_time_zone("UTC")
    return column.cast(nw.String)


def stripped(text: nw.Expr, plain: nw.Expr) -> nw.Expr:
    """Times without blanks around them; those that are plain have none, and stripping is slow."""
    import narwhals as nw

    return nw.when(plain).then(text).otherwise(text.str.strip_chars())
