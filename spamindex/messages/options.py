"""What is asked of message records: one object, made once and passed whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeAlias, get_args

from spamindex.errors import SpamIndexError
from spamindex.names import BUILT_IN, Names

Span: TypeAlias = Literal["day", "week", "month", "year"]
Unit: TypeAlias = Literal["messages", "machines"]
Spam: TypeAlias = tuple[str, tuple[str, ...]]
By: TypeAlias = tuple[str, Span | None]

_DURATION = re.compile(r"(\d+) ?([hd])", re.ASCII)
_SECONDS = {"h": 3600, "d": 86400}
_NOT_TEXT = ("by", "spam", "fingerprints", "fresh", "family", "ignore_unknown", "names", "count")


@dataclass(frozen=True)
class RecordOptions:
    """How records are understood and counted; what is left out is found by usual headings."""

    os: str | None = None
    """The column that holds the OS of the sender."""
    client: str | None = None
    """The column that holds the address of the sender."""
    fingerprints: Any = None
    """What ``read_fingerprints`` knows of the OS of each address."""
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

    def with_fields(self, given: Mapping[str, object]) -> RecordOptions:
        """The same options but for some fields, in the forms that are easy to write.

        ``by`` may be a text (``country``, ``time:month``), a pair, or a sequence of these; ``spam``
        a column or a pair of a column and values; ``fresh`` seconds or a text such as ``7d``;
        ``names`` a mapping. Raises SpamIndexError for a field or a value that there is not.

        >>> RecordOptions().with_fields({"by": "time:week", "fresh": "12h"}).fresh
        43200
        """
        known = [f.name for f in fields(self)]
        if unknown := sorted(given.keys() - set(known)):
            raise SpamIndexError(f"no argument {', '.join(unknown)}; there are {', '.join(known)}")
        values: dict[str, Any] = dict(given)
        for name, value in values.items():
            if name not in _NOT_TEXT and not isinstance(value, str | None):
                raise SpamIndexError(f"{name} is the name of a column, not {value!r}")
            if name in ("family", "ignore_unknown") and not isinstance(value, bool | None):
                raise SpamIndexError(f"{name} is True or False, not {value!r}")
        if "by" in values:
            values["by"] = _several_by(values["by"])
        if values.get("spam") is not None:
            values["spam"] = _spam(values["spam"])
        if isinstance(values.get("fresh"), str):
            values["fresh"] = seconds_of(values["fresh"])
        fresh = values.get("fresh")
        if fresh is not None and not (isinstance(fresh, int) and fresh > 0):
            raise SpamIndexError(f"fresh is a number of seconds, or 12h or 7d, not {fresh!r}")
        if values.get("count", "messages") not in get_args(Unit):
            raise SpamIndexError(f"count is messages or machines, not {values['count']!r}")
        if isinstance(values.get("names"), Mapping):
            values["names"] = BUILT_IN.extended(values["names"])
        if not isinstance(values.get("names", BUILT_IN), Names):
            raise SpamIndexError("names is what read_names returns, or a mapping from names")
        return replace(self, **values)


def seconds_of(duration: str) -> int:
    """A duration in hours or days as seconds. Raises SpamIndexError.

    >>> seconds_of("7d")
    604800
    """
    match = _DURATION.fullmatch(duration.strip())
    if match is None or not int(match[1]):
        raise SpamIndexError(f"{duration!r} is no duration such as 12h or 7d")
    return int(match[1]) * _SECONDS[match[2]]


def parted_by(text: str) -> By:
    """A column and its span, from ``time:month``.

    >>> parted_by("time:week"), parted_by("a:b")
    (('time', 'week'), ('a:b', None))
    """
    column, colon, span = text.rpartition(":")
    if colon and span in get_args(Span):
        return column.strip(), span  # type: ignore[return-value]
    return text.strip(), None


def _several_by(value: Any) -> tuple[By, ...]:
    one = isinstance(value, str) or (
        isinstance(value, tuple)
        and len(value) == 2
        and isinstance(value[0], str)
        and (value[1] is None or value[1] in get_args(Span))
    )
    found: list[By] = []
    for part in [value] if one else value if isinstance(value, Sequence) else [value]:
        if isinstance(part, str):
            found.append(parted_by(part))
        elif (
            isinstance(part, Sequence)
            and len(part) == 2
            and isinstance(part[0], str)
            and part[1] in (None, *get_args(Span))
        ):
            found.append((part[0], part[1]))
        else:
            raise SpamIndexError(
                f"by is a column, or a column and {', '.join(get_args(Span))}, not {part!r}"
            )
    return tuple(found)


def _spam(value: Any) -> Spam:
    if isinstance(value, str):
        return value, ()
    if isinstance(value, Sequence) and len(value) == 2 and isinstance(value[0], str):
        column, wanted = value
        if isinstance(wanted, str):
            return column, (wanted,)
        try:
            return column, tuple(str(one) for one in wanted)
        except TypeError:
            pass
    raise SpamIndexError(f"spam is a column, or a column and the values for spam, not {value!r}")
