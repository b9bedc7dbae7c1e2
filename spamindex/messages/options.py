"""RecordOptions: how message records are read and counted, and parsers of its fields."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import UnionType
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from spamindex.errors import OptionsError, SpamIndexError
from spamindex.names import BUILT_IN, Names

Span: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
Unit: TypeAlias = Literal["messages", "machines"]
By: TypeAlias = tuple[str, Span | None]

_SPANS = get_args(Span)
_DURATION = re.compile(r"(\d+) ?([hd])", re.ASCII)
_SECONDS = {"h": 3600, "d": 86400}


class Flag(NamedTuple):
    """The column that says which records are spam, and its values for spam.

    Without values, the words for true mean spam.
    """

    column: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordOptions:
    """How records are read and counted. Columns that are None are found by usual headings."""

    os: str | None = None
    """The column that holds the OS of the sender."""
    client: str | None = None
    """The column that holds the address of the sender."""
    time: str | None = None
    """The column with the time of the message; "" for none, so that the latest one counts."""
    fresh: int | None = None
    """How many seconds a fingerprint holds after its client was seen; None for ever."""
    spam: Flag | None = None
    """The column that says which records are spam; one called "" says that all are."""
    by: tuple[By, ...] = ()
    """Columns to group by, each with the span to which its times are cut, or None."""
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
        """The columns that are named, each once."""
        named = [self.os, self.client, self.time, self.weight, self.cluster]
        named += [self.spam and self.spam.column, *(column for column, _ in self.by)]
        return [name for name in dict.fromkeys(named) if name]

    @property
    def by_names(self) -> list[str]:
        """The headings of the ``by`` columns in the result: a span goes by its own name."""
        return [span or column for column, span in self.by]

    @property
    def result_columns(self) -> list[str]:
        """The columns of the result."""
        of_clusters = ("design_effect", "clusters") if self.cluster else ()
        return [*self.by_names, "os", "spam_share", self.count, *of_clusters]

    def check(self, *, fingerprints: bool, by_client: bool, zone: bool = False) -> None:
        """Refuse options that contradict each other or have no effect. Raises OptionsError.

        ``fingerprints`` and ``zone`` say whether p0f logs and their time zone are given,
        ``by_client`` whether counting needs addresses.
        """
        need_fingerprints = {
            "client": None if by_client else self.client, "time": self.time,
            "fresh": self.fresh, "zone": zone or None,
        }  # fmt: skip
        for name, value in need_fingerprints.items():
            if value is not None and not fingerprints:
                raise OptionsError(f"{{{name}}} needs {{fingerprints}}")
        by_machines = self.count == "machines"
        for first, second, both in (
            ("os", "fingerprints", fingerprints and self.os is not None),
            ("time=", "fresh", self.fresh and self.time == ""),
            ("count=machines", "cluster", by_machines and self.cluster),
            ("count=machines", "weight", by_machines and self.weight),
        ):
            if both:
                raise OptionsError(f"choose {{{first}}} or {{{second}}}, not both")
        for name in self.result_columns:
            if self.result_columns.count(name) > 1:
                raise OptionsError(f"the result would have two columns {name!r}")

    def with_fields(self, fields: Mapping[str, Any]) -> RecordOptions:
        """A copy with other values in some fields, given in forms that are easy to write.

        ``by`` may be a text (``country``, ``time:month``), a pair, or a sequence of these; ``spam``
        a column, ``COLUMN=VALUE,...``, or a pair of a column and values; ``fresh`` seconds or a
        text such as ``7d``; ``names`` a mapping. Raises SpamIndexError for an invalid value.

        >>> RecordOptions().with_fields({"by": "time:week", "fresh": "12h"}).fresh
        43200
        """
        parsed = dict(fields)
        for name, (parse, expected) in _PARSERS.items():
            if name in fields:
                try:
                    parsed[name] = parse(fields[name])
                except (LookupError, TypeError, ValueError):
                    raise SpamIndexError(f"{name} is {expected}, not {fields[name]!r}") from None
        return replace(self, **parsed)


def parse_duration(text: str) -> int:
    """A duration in hours or days, in seconds. Raises SpamIndexError.

    >>> parse_duration("7d")
    604800
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not int(match[1]):
        raise SpamIndexError(f"{text!r} is not a duration such as 12h or 7d")
    return int(match[1]) * _SECONDS[match[2]]


def parse_zone(name: str) -> str:
    """The name of a time zone of the IANA database. Raises SpamIndexError for any other."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SpamIndexError(f"{name!r} is not a time zone such as Europe/Paris") from None
    return name


def parse_by(text: str) -> By:
    """A column and its span, from ``time:month``.

    >>> parse_by("time:week"), parse_by("a:b")
    (('time', 'week'), ('a:b', None))
    """
    column, colon, span = text.rpartition(":")
    if colon and span in _SPANS:
        return column.strip(), span  # type: ignore[return-value]
    return text.strip(), None


def parse_spam(text: str) -> Flag:
    """The column and the values that mean spam, from ``COLUMN=VALUE,...``.

    A value with a comma stands in quotation marks. Raises SpamIndexError for a comparison.

    >>> parse_spam('verdict=phish, "Spam, high"'), parse_spam("is_spam")
    (Flag(column='verdict', values=('phish', 'Spam, high')), Flag(column='is_spam', values=()))
    """
    column, _, values = text.partition("=")
    column = column.strip()
    if column.endswith(("!", "<", ">", "~")):
        raise SpamIndexError(f"{text!r} compares; name the values for spam: COLUMN=VALUE,...")
    cells = next(csv.reader([values], skipinitialspace=True), [])
    return Flag(column, tuple(cell.strip() for cell in cells if cell.strip()))


def format_values(values: Sequence[str]) -> str:
    """Values for spam as ``parse_spam`` reads them."""
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(values)
    return row.getvalue()


# ---- Parsers of single fields: each raises LookupError, TypeError or ValueError ----


def _by(value: Any) -> tuple[By, ...]:
    if isinstance(value, str):
        return (parse_by(value),)
    try:
        return (_by_pair(value),)
    except (TypeError, ValueError):
        return tuple(parse_by(v) if isinstance(v, str) else _by_pair(v) for v in value)


def _by_pair(value: Any) -> By:
    column, span = value
    if not isinstance(column, str) or span not in (None, *_SPANS):
        raise ValueError
    return column, span


def _spam(value: Any) -> Flag | None:
    if value is None:
        return None
    if isinstance(value, str):
        return parse_spam(value)
    column, values = value
    if not isinstance(value, tuple | list) or not isinstance(column, str):
        raise TypeError
    return Flag(column, (values,) if isinstance(values, str) else tuple(map(str, values)))


def _fresh(value: Any) -> int | None:
    seconds = parse_duration(value) if isinstance(value, str) else value
    if not (seconds is None or (isinstance(seconds, int) and seconds > 0)):
        raise ValueError
    return seconds


def _unit(value: Any) -> Unit:
    if value not in get_args(Unit):
        raise ValueError
    return value  # type: ignore[no-any-return]


def _instance_of(types: type | UnionType, value: Any) -> Any:
    if not isinstance(value, types):
        raise TypeError
    return value


_COLUMN = (partial(_instance_of, str | None), "the name of a column")
_SWITCH = (partial(_instance_of, bool | None), "True or False")
_PARSERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    **dict.fromkeys(("os", "client", "time", "weight", "cluster"), _COLUMN),
    **dict.fromkeys(("family", "ignore_unknown"), _SWITCH),
    "by": (_by, f"a column, or a column and {', '.join(_SPANS)}"),
    "spam": (_spam, "a column, or a column and the values for spam"),
    "fresh": (_fresh, "a number of seconds, or 12h or 7d"),
    "count": (_unit, "messages or machines"),
    "names": (Names.of, "a mapping"),
}
