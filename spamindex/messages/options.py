"""RecordOptions: what is asked of message records, field by field; durations, a log's zone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

from spamindex.errors import SpamIndexError
from spamindex.names import BUILT_IN, Names

Span: TypeAlias = Literal["day", "week", "month", "year"]
Unit: TypeAlias = Literal["messages", "machines"]
Spam: TypeAlias = tuple[str, tuple[str, ...]]
By: TypeAlias = tuple[str, Span | None]

_DURATION = re.compile(r"(\d+) ?([hd])", re.ASCII)
_SECONDS = {"h": 3600, "d": 86400}


@dataclass(frozen=True)
class RecordOptions:
    """How records are understood and counted; what is left out is found by usual headings."""

    os: str | None = None
    """The column that holds the OS of the sender."""
    client: str | None = None
    """The column that holds the address of the sender."""
    time: str | None = None
    """The column with the time of the message; "" for none, so that the latest one counts."""
    fresh: int | None = None
    """How many seconds a fingerprint holds after its client was seen; None for ever."""
    spam: Spam | None = None
    """A column, and the values in it that mean spam (none given: words for true); ("", ()) says
    that every record is spam."""
    by: tuple[By, ...] = ()
    """Columns to count apart, each with the span of time it is cut to, if any."""
    weight: str | None = None
    """The column that says how many messages a record stands for; "1" for one each."""
    count: Unit = "messages"
    """Whether messages count, or the machines that sent them: an address once for each OS."""
    cluster: str | None = None
    """The column that says which messages belong together; ``client`` for the address."""
    family: bool | None = None
    """Whether versions are added up; None where the column holds operating systems."""
    ignore_unknown: bool = False
    """Whether messages of an unknown OS are left out."""
    names: Names = field(default=BUILT_IN, repr=False)
    """The synonyms and families of OS names."""

    @property
    def columns(self) -> list[str]:
        """The names of columns that are given, each once."""
        given = [self.os, self.client, self.time, self.weight, self.cluster]
        given += [self.spam and self.spam[0], *(column for column, _ in self.by)]
        return [name for name in dict.fromkeys(given) if name]

    def __post_init__(self) -> None:
        if self.fresh and self.time == "":
            raise SpamIndexError(
                "time '' takes the latest fingerprint, fresh or not: leave fresh out"
            )

    def with_fields(self, given: Mapping[str, Any]) -> RecordOptions:
        """The same options but for some fields, in the forms that are easy to write.

        ``by`` may be a text (``country``, ``time:month``), a pair, or a sequence of these; ``spam``
        a column, ``COLUMN=VALUE,...``, or a pair of a column and values; ``fresh`` seconds or a
        text such as ``7d``; ``names`` a mapping. Raises SpamIndexError for a value that there is
        not, or that contradicts another.

        >>> RecordOptions().with_fields({"by": "time:week", "fresh": "12h"}).fresh
        43200
        """
        return replace(self, **{name: _value(name, value) for name, value in given.items()})


def _value(name: str, value: Any) -> Any:
    """The value of a field from one that is easy to write. Raises SpamIndexError."""
    if name in _FORMS:
        return _FORMS[name](value)
    if name in _COLUMNS and not isinstance(value, str | None):
        raise SpamIndexError(f"{name} is the name of a column, not {value!r}")
    if name in ("family", "ignore_unknown") and not isinstance(value, bool | None):
        raise SpamIndexError(f"{name} is True or False, not {value!r}")
    return value


def seconds_of(duration: str) -> int:
    """A duration in hours or days as seconds. Raises SpamIndexError.

    >>> seconds_of("7d")
    604800
    """
    match = _DURATION.fullmatch(duration.strip())
    if match is None or not int(match[1]):
        raise SpamIndexError(f"{duration!r} is no duration such as 12h or 7d")
    return int(match[1]) * _SECONDS[match[2]]


def time_zone(name: str) -> str:
    """The name of a time zone of the IANA database. Raises SpamIndexError for any other."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SpamIndexError(f"{name!r} is not a time zone such as Europe/Paris") from None
    return name


def parted_by(text: str) -> By:
    """A column and its span, from ``time:month``.

    >>> parted_by("time:week"), parted_by("a:b")
    (('time', 'week'), ('a:b', None))
    """
    column, colon, span = text.rpartition(":")
    if colon and span in get_args(Span):
        return column.strip(), span  # type: ignore[return-value]
    return text.strip(), None


def values_of(text: str) -> tuple[str, ...]:
    """The values between commas; one that has a comma itself is in quotation marks.

    >>> values_of('Spam, "Spam, high"')
    ('Spam', 'Spam, high')
    """
    rows = csv.reader([text], skipinitialspace=True)
    return tuple(part.strip() for part in next(rows, []) if part.strip())


def written_values(values: Sequence[str]) -> str:
    """Values as ``values_of`` reads them."""
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(values)
    return row.getvalue()


def _by(value: Any) -> tuple[By, ...]:
    if isinstance(value, str) or _is_pair(value):
        value = [value]
    found: list[By] = []
    for part in value if isinstance(value, Sequence) else [value]:
        if not (isinstance(part, str) or _is_pair(part)):
            spans = ", ".join(get_args(Span))
            raise SpamIndexError(f"by is a column, or a column and {spans}, not {part!r}")
        found.append(parted_by(part) if isinstance(part, str) else (part[0], part[1]))
    return tuple(found)


def _is_pair(value: Any) -> bool:
    """Whether a value is a column and a span, or a column and None."""
    is_pair = isinstance(value, tuple | list) and len(value) == 2 and isinstance(value[0], str)
    return is_pair and value[1] in (None, *get_args(Span))


def _spam(value: Any) -> Spam | None:
    if value is None or isinstance(value, str):
        column, equals, values = (value or "").partition("=")
        return None if value is None else (column.strip(), values_of(values) if equals else ())
    if isinstance(value, Sequence) and len(value) == 2 and isinstance(value[0], str):
        column, wanted = value
        if isinstance(wanted, str):
            return column, (wanted,)
        if isinstance(wanted, Collection):
            return column, tuple(map(str, wanted))
    raise SpamIndexError(f"spam is a column, or a column and the values for spam, not {value!r}")


def _fresh(value: Any) -> int | None:
    seconds = seconds_of(value) if isinstance(value, str) else value
    if seconds is not None and not (isinstance(seconds, int) and seconds > 0):
        raise SpamIndexError(f"fresh is a number of seconds, or 12h or 7d, not {value!r}")
    return seconds


def _count(value: Any) -> Unit:
    if value not in get_args(Unit):
        raise SpamIndexError(f"count is messages or machines, not {value!r}")
    return value  # type: ignore[no-any-return]


_COLUMNS = ("os", "client", "time", "weight", "cluster")
_FORMS: dict[str, Callable[[Any], Any]] = {
    "by": _by,
    "spam": _spam,
    "fresh": _fresh,
    "count": _count,
    "names": Names.of,
}
