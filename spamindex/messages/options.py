"""RecordOptions: what is asked of message records, field by field; durations, a log's zone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from types import UnionType
from typing import Any, Literal, TypeAlias, get_args

from spamindex.errors import OptionsError, SpamIndexError
from spamindex.names import BUILT_IN, Names

Span: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
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
    """The column that says how many messages a record stands for; "" for one each."""
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

    @property
    def result(self) -> list[str]:
        """The columns of the result."""
        by = [span or column for column, span in self.by]
        of_clusters = ("design_effect", "clusters") if self.cluster else ()
        return [*by, "os", "spam_share", self.count, *of_clusters]

    def check(self, *, fingerprints: bool, by_client: bool, zone: bool = False) -> None:
        """Refuse what contradicts itself, or would change nothing. Raises OptionsError.

        ``fingerprints`` says whether there are some, ``zone`` whether that of their log is given,
        and ``by_client`` whether addresses are needed to count.
        """
        client = None if by_client else self.client
        of_logs = {"client": client, "time": self.time, "fresh": self.fresh, "zone": zone or None}
        for name, value in of_logs.items():
            if value is not None and not fingerprints:
                raise OptionsError(f"{{{name}}} needs {{fingerprints}}")
        machines = self.count == "machines"
        for one, other, both in (
            ("os", "fingerprints", fingerprints and self.os is not None),
            ("time=", "fresh", self.fresh and self.time == ""),
            ("count=machines", "cluster", machines and self.cluster),
            ("count=machines", "weight", machines and self.weight),
        ):
            if both:
                raise OptionsError(f"choose {{{one}}} or {{{other}}}, not both")
        for name in self.result:
            if self.result.count(name) > 1:
                raise OptionsError(f"the result would have two columns {name!r}")

    def with_fields(self, given: Mapping[str, Any]) -> RecordOptions:
        """The same options but for some fields, in the forms that are easy to write.

        ``by`` may be a text (``country``, ``time:month``), a pair, or a sequence of these; ``spam``
        a column, ``COLUMN=VALUE,...``, or a pair of a column and values; ``fresh`` seconds or a
        text such as ``7d``; ``names`` a mapping. Raises SpamIndexError for a value that there is
        not, or that contradicts another.

        >>> RecordOptions().with_fields({"by": "time:week", "fresh": "12h"}).fresh
        43200
        """
        read = dict(given)
        for name, (form, what) in _FORMS.items():
            if name in given:
                try:
                    read[name] = form(given[name])
                except (LookupError, TypeError, ValueError):
                    raise SpamIndexError(f"{name} is {what}, not {given[name]!r}") from None
        return replace(self, **read)


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


def parted_spam(text: str) -> Spam:
    """A column and the values in it that mean spam, from ``COLUMN=VALUE,...``.

    Raises SpamIndexError for a comparison, since values are only looked for.

    >>> parted_spam("verdict=Spam,phish"), parted_spam("is_spam")
    (('verdict', ('Spam', 'phish')), ('is_spam', ()))
    """
    column, _, values = text.partition("=")
    column = column.strip()
    if column.endswith(("!", "<", ">", "~")):
        raise SpamIndexError(f"{text!r} compares; name the values for spam: COLUMN=VALUE,...")
    return column, values_of(values)


def _by(value: Any) -> tuple[By, ...]:
    if isinstance(value, str):
        return (parted_by(value),)
    with suppress(TypeError, ValueError):
        return (_pair(value),)
    return tuple(parted_by(part) if isinstance(part, str) else _pair(part) for part in value)


def _pair(value: Any) -> By:
    """A column and a span, or None. Raises ValueError or TypeError for anything else."""
    column, span = value
    if not isinstance(column, str) or span not in (None, *get_args(Span)):
        raise ValueError
    return column, span


def _spam(value: Any) -> Spam | None:
    if isinstance(value, str):
        return parted_spam(value)
    if value is None:
        return None
    column, wanted = value[0], value[1]
    if not isinstance(column, str) or len(value) > 2:
        raise ValueError
    return column, (wanted,) if isinstance(wanted, str) else tuple(map(str, wanted))


def _fresh(value: Any) -> int | None:
    seconds = seconds_of(value) if isinstance(value, str) else value
    if not (seconds is None or (isinstance(seconds, int) and seconds > 0)):
        raise ValueError
    return seconds


def _of(kinds: type | UnionType, value: Any) -> Any:
    if not isinstance(value, kinds):
        raise TypeError
    return value


def _unit(value: Any) -> Unit:
    if value not in get_args(Unit):
        raise ValueError
    return value  # type: ignore[no-any-return]


_COLUMN = (partial(_of, str | None), "the name of a column")
_IS_SO = (partial(_of, bool | None), "True or False")
_FORMS: dict[str, tuple[Callable[[Any], Any], str]] = {
    **dict.fromkeys(("os", "client", "time", "weight", "cluster"), _COLUMN),
    **dict.fromkeys(("family", "ignore_unknown"), _IS_SO),
    "by": (_by, f"a column, or a column and {', '.join(get_args(Span))}"),
    "spam": (_spam, "a column, or a column and the values for spam"),
    "fresh": (_fresh, "a number of seconds, or 12h or 7d"),
    "count": (_unit, "messages or machines"),
    "names": (Names.of, "a mapping"),
}
