"""The text of a time in records in; seconds since 1970, days, weeks, the OS of that time out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from spamindex.messages.frames import Bring, Frame, null, nw, when
from spamindex.messages.options import Span
from spamindex.messages.query import Question
from spamindex.words import MISSING

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
_FIRST = date(1970, 1, 1)
_NO_TIME = sorted({*MISSING, "nat"})
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WHOLE_HOURS = r"[+-]\d\d(?::?00)?$"
_WITH_OFFSET = re.compile(r"o(.{10}).(\d\d)(?::(\d\d))?([ap]?)([+-])(\d\d):?(\d\d)?", re.ASCII)
_DIGITS = {"month": 7, "year": 4}  # of an ISO date
_FAR = 1 << 53  # seconds: after every message, and before if negative
TOLD = ("local", "zoned", "timeless", "mistimed")  # times that matter, by their ``_clock``


def is_no_time(text: nw.Expr) -> nw.Expr:
    """Whether a time is missing."""
    return text.is_null() | text.str.to_lowercase().is_in(_NO_TIME)


def is_time(text: nw.Expr) -> nw.Expr:
    """Whether a text is a time as ``seconds`` reads it, and no mere day."""
    return text.str.contains(_STAMP) | text.str.contains(_EPOCH)


def has_zone(text: nw.Expr) -> nw.Expr:
    """Whether a time says how it relates to UTC: by an offset, a Z, or as seconds since 1970."""
    return text.str.contains(_HAS_ZONE) | text.str.contains(_EPOCH)


def as_text(records: Frame, column: str) -> nw.Expr:
    """A column of times as text, those with a zone with it, as they stand in the cells."""
    dtype, cell = records.collect_schema()[column], nw.col(column)
    if isinstance(dtype, nw.Datetime):
        zone = "Z" if dtype.time_zone else ""
        if records.implementation.is_polars() and zone:
            cell = cell.dt.convert_time_zone("UTC")
        if records.implementation.is_pandas():  # which leaves out hours that are all midnight
            cell = cell.dt.convert_time_zone("UTC") if zone else cell
            return cell.dt.to_string(f"%Y-%m-%dT%H:%M:%S{zone}")
    return cell.cast(nw.String)


# ---- Seconds ----


def _is_plain(text: nw.Expr) -> nw.Expr:
    """Whether a time is written YYYY-MM-DD HH:MM:SS, perhaps with T, a fraction, or Z."""
    return text.str.contains(_PLAIN).fill_null(False)


def _clock(text: nw.Expr, plain: nw.Expr) -> nw.Expr:
    """The place in ``TOLD``: 0 for a time without a zone, 1 with one, 2 for a missing one, 3."""
    odd = when(is_time(text), when(has_zone(text), nw.lit(1), nw.lit(0)), nw.lit(3))
    odd = when(is_no_time(text), nw.lit(2), odd)
    z = when(text.str.ends_with("Z"), nw.lit(1), nw.lit(0))
    return when(plain, z, odd).cast(nw.Int64)


def _stamp(text: nw.Expr, plain: nw.Expr) -> nw.Expr:
    """A time as YYYY-MM-DD HH:MM:SS without its zone and half of the day; 1970 if it is none."""
    short = nw.concat_str([text.str.slice(0, 16), nw.lit(":00")])
    whole = when(text.str.contains(r"^.{16}:"), text.str.slice(0, 19), short)
    whole = whole.str.replace_all("/", "-", literal=True)
    odd = when(text.str.contains(_STAMP), whole, nw.lit("1970-01-01 00:00:00"))
    made = when(plain, text.str.slice(0, 19), odd)
    return made.str.replace_all("T", " ", literal=True)


def _since_1970(stamped: nw.Expr) -> nw.Expr:
    """What ``_stamp`` made as seconds; by parts of the date, which every engine can tell."""

    def part(name: str) -> nw.Expr:
        found: nw.Expr = getattr(stamped.str.to_datetime(format="%Y-%m-%d %H:%M:%S").dt, name)()
        return found.cast(nw.Int64)

    before = part("year") - 1
    days = before * 365 + before // 4 - before // 100 + before // 400
    days = days + part("ordinal_day") - 719163
    return days * 86400 + part("hour") * 3600 + part("minute") * 60 + part("second")


def seconds(text: nw.Expr, base: nw.Expr | None = None, plain: nw.Expr | None = None) -> nw.Expr:
    """A time as seconds since 1970, in UTC if it has a zone; nonsense where ``is_time`` says no.

    ``base`` are the seconds of its ``_stamp``, where an engine has a quicker way to them; ``plain``
    is whether it ``_is_plain``, if that is known.

    >>> import pandas as pd
    >>> times = ["2010-03-01T12:00:00.5+0200", "1267437600", "2010/03/01 10:00:00 AM"]
    >>> frame = nw.from_native(pd.DataFrame({"t": times}))
    >>> frame.select(seconds(nw.col("t")))["t"].to_list()
    [1267437600, 1267437600, 1267437600]
    """
    plain = _is_plain(text) if plain is None else plain
    base = _since_1970(_stamp(text, plain)) if base is None else base
    is_stamp, is_epoch = text.str.contains(_STAMP), text.str.contains(_EPOCH)
    hour = when(is_stamp, text.str.slice(11, 2), nw.lit("00"))
    afternoon = text.str.contains(r"[Pp]\.?[Mm]") & (hour != nw.lit("12"))
    midnight = text.str.contains(r"[Aa]\.?[Mm]") & (hour == nw.lit("12"))
    shift = when(midnight, nw.lit(-43200), when(afternoon, nw.lit(43200), nw.lit(0)))
    tail = text.str.replace_all(r"^.{16}[^+-]*", "")
    tail = nw.concat_str([tail.str.replace_all(":", "", literal=True), nw.lit("00")])
    offset = when(is_stamp & text.str.contains(_HAS_OFFSET), tail, nw.lit("+0000"))
    minutes = offset.str.slice(1, 2).cast(nw.Int64) * 60 + offset.str.slice(3, 2).cast(nw.Int64)
    minutes = when(offset.str.starts_with("-"), -minutes, minutes)
    # Of an epoch in whatever unit the first ten digits are the seconds.
    epoch = when(is_epoch, text.str.slice(0, 10), nw.lit("0")).cast(nw.Int64)
    return when(plain, base, when(is_epoch, epoch, base + shift - minutes * 60))


# ---- Days ----


def day(text: nw.Expr) -> nw.Expr:
    """A key for the day of a time, as ``of_span`` reads it; times of one day share it.

    That is the day itself, with a Z if the time has one; of a time with an offset its hour and the
    offset, of one since 1970 the number of days. A month or year stays as it is, a missing time is
    "", anything else "?".

    >>> import pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"t": ["2010-03-31 23:00:00-05:00", "2010/03/01"]}))
    >>> [of_span(day, "month") for day in frame.select(day(nw.col("t")))["t"].to_list()]
    ['2010-04', '2010-03']
    """

    def written(text: nw.Expr, digits: int = 10) -> nw.Expr:
        return text.str.slice(0, digits).str.replace_all("/", "-", literal=True)

    stripped = text.str.strip_chars()  # which takes long, and most have nothing to strip
    epoch = when(stripped.str.contains(_EPOCH), stripped.str.slice(0, 10), nw.lit("0")).cast(
        nw.Int64
    )
    counted = nw.concat_str([nw.lit("d"), (epoch // 86400).cast(nw.String)])
    offset = stripped.str.replace_all(r"(?:[Zz]|UTC|GMT)$", "+00")
    offset = offset.str.replace_all(r"^.{16}[^+-]*", "")
    half = when(stripped.str.contains(r"[Pp]\.?[Mm]"), nw.lit("p"), nw.lit(""))
    half = when(stripped.str.contains(r"[Aa]\.?[Mm]"), nw.lit("a"), half)
    whole = stripped.str.contains(_WHOLE_HOURS)
    hour = when(whole, written(stripped, 13), written(stripped, 16))
    odd = when(stripped.str.contains(_SHORTER), stripped, nw.lit("?"))
    odd = when(is_no_time(stripped), nw.lit(""), odd)
    odd = when(stripped.str.contains(_EPOCH), counted, odd)
    with_offset = nw.concat_str([nw.lit("o"), hour, half, offset])
    odd = when(stripped.str.contains(_STAMP), with_offset, odd)
    for form in (stripped, text):
        zone = when(form.str.ends_with("Z"), nw.lit("Z"), nw.lit(""))
        told = nw.concat_str([written(form), zone])
        odd = when(form.str.contains(_WITHOUT_OFFSET), told, odd)
    return odd


def of_span(found: str, span: Span) -> str | None:
    """What ``day`` found as a period in ISO form; None if it is too coarse.

    >>> of_span("2010-03-01", "week"), of_span("d14669", "quarter"), of_span("2010", "month")
    ('2010-W09', '2010-Q1', None)
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
    if span == "quarter":
        return f"{found[:4]}-Q{(int(found[5:7]) + 2) // 3}" if len(found) > 4 else None
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


# ---- The fingerprint of the time ----


def as_of(told: Frame, question: Question, bring: Bring, keep: Callable[[Frame], Frame]) -> Frame:
    """Messages with the label of their client that was the last one until then.

    Messages and sightings are put in one order by time, in which each message takes the label that
    stands last before it. So the cost does not grow with how often clients change; and only
    messages whose client changes are put in order.

    ``told`` has the columns ``known`` (the latest label of the client, or null), ``why``, whether
    the label ``changes``, the ``number`` of the client, ``time`` as text, and others, which stay.
    ``changes``, ``number`` and ``time`` go, and there is the ``clock`` of times that matter, a
    place in ``TOLD``; with ``fresh``, ``why`` says which labels are stale. ``keep`` keeps a frame
    that is asked twice.
    """
    assert question.fingerprints is not None
    # Compared, since pandas keeps what is true, false or missing as objects.
    changes = (nw.col("changes") == nw.lit(True)).fill_null(False)
    moves = ~nw.col("known").is_null() if question.fresh else changes
    # What is missing of numbers pandas makes fractions.
    number = when(moves, nw.col("number"), nw.lit(0)).cast(nw.Int64)
    time = when(moves, nw.col("time"), null())
    told = keep(told.with_columns(moves=moves, time=time, number=number).drop("changes"))
    still = told.filter(~nw.col("moves")).drop("moves", "time", "number")
    still = still.with_columns(clock=nw.lit(-1).cast(nw.Int64))
    moving = _timed(told.filter(nw.col("moves")).drop("moves", "known", "why"))

    known = nw.from_native(bring(question.fingerprints.over_time)).lazy()
    if not question.fresh:  # what a client that never changes has is known
        known = known.filter(nw.col("changes"))
    before = nw.col("since") - nw.lit(question.fresh) if question.fresh else nw.lit(-_FAR)
    since = when(nw.col("first"), before, nw.col("since")).cast(nw.Int64)
    seen = known.select(number=nw.col("number").cast(nw.Int64), at=since, known=nw.col("known"))
    moving = moving.with_columns(known=null(), message=nw.lit(1))
    if question.fresh:
        seen = seen.with_columns(since=nw.col("at"))
        moving = moving.with_columns(since=nw.lit(-2 * _FAR).cast(nw.Int64))
    schema = moving.collect_schema()
    there = set(seen.collect_schema().names())
    empty = {name: _empty(dtype) for name, dtype in schema.items() if name not in there}
    seen = seen.with_columns(**empty).select(*schema.names())
    order = ["at", "message"]
    filled = {"known": nw.col("known").fill_null(strategy="forward").over("number", order_by=order)}
    if question.fresh:  # of sightings in the order of time the last is the latest
        filled["since"] = nw.col("since").cum_max().over("number", order_by=order)
    moving = nw.concat([moving, seen], how="vertical").with_columns(**filled)
    moving, why = moving.filter(nw.col("message") == nw.lit(1)), nw.lit("known")
    if question.fresh:
        stale = (nw.col("at") - nw.col("since") > nw.lit(question.fresh)).fill_null(False)
        known_then, why = when(stale, null(), nw.col("known")), when(stale, nw.lit("stale"), why)
        moving = moving.with_columns(known=known_then)
    moving = moving.with_columns(why=why).select(*still.collect_schema().names())
    return nw.concat([still, moving], how="vertical")


def _timed(told: Frame) -> Frame:
    """Messages with ``at`` in seconds, and their ``clock``."""
    written, plain = nw.col("time"), nw.col("plain")
    # In steps, each of which an engine computes once.
    told = told.with_columns(plain=_is_plain(written))
    told = told.with_columns(time=when(plain, written, written.str.strip_chars()))
    told = told.with_columns(stamp=_stamp(written, plain), clock=_clock(written, plain))
    if told.implementation.is_duckdb():
        native: Any = told.to_native()
        base = "epoch_ms(stamp::timestamp) // 1000"  # which is quicker than from parts of the date
        told = nw.from_native(native.query("told", f"select *, {base} as base from told")).lazy()
    else:
        told = told.with_columns(base=_since_1970(nw.col("stamp")))
    at = seconds(written, nw.col("base"), plain)
    told = told.with_columns(at=when(nw.col("clock") <= nw.lit(1), at, nw.lit(_FAR)).cast(nw.Int64))
    return told.drop("time", "stamp", "base", "plain")


def _empty(dtype: Any) -> nw.Expr:
    """What a column holds of a sighting, which is no message."""
    if dtype == nw.Boolean or dtype.is_numeric():  # of which pandas' own types know no missing one
        return (nw.lit(False) if dtype == nw.Boolean else nw.lit(0)).cast(dtype)
    return nw.lit(None, dtype=dtype)
