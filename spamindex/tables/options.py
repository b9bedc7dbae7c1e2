"""TableOptions: how a table is to be read, field by field; what by and where may say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeAlias, get_args

from spamindex.errors import SpamIndexError
from spamindex.names import BUILT_IN, Names

Role: TypeAlias = Literal["spam", "market"]
Unit: TypeAlias = Literal["percent", "fraction", "count"]
Span: TypeAlias = Literal["day", "month", "year"]
ALL, LAST = "all", "last"  # periods that an option can name

Dates: TypeAlias = Literal["day-first", "month-first"]


@dataclass(frozen=True)
class By:
    """A column that tells one ranking from the next.

    ``name`` is what the result calls it, ``columns`` are the headings it may have in a table, the
    first that is there; ``span`` cuts the days or months in it to months or years.
    """

    name: str
    columns: tuple[str, ...]
    span: Span | None = None

    @classmethod
    def parsed(cls, text: str) -> By:
        """``country``, ``country=Region`` (as another table calls it) or ``date:month``.

        >>> By.parsed("country=Region").columns, By.parsed("date:month").name
        (('country', 'Region'), 'month')
        """
        column, colon, span = text.rpartition(":")
        if colon and span in get_args(Span):
            return cls(span, (column.strip(),), span)  # type: ignore[arg-type]
        name, equals, other = text.partition("=")
        if equals and not (name.strip() and other.strip()):
            raise SpamIndexError(f"{text!r} is not of the form COLUMN=COLUMN")
        columns = (name.strip(), other.strip()) if equals else (text.strip(),)
        return cls(columns[0], columns)


@dataclass(frozen=True)
class Where:
    """Only the rows whose cell in a column is a value, or is not."""

    column: str
    value: str
    negated: bool = False

    @classmethod
    def parsed(cls, text: str) -> Where:
        """``COLUMN=VALUE`` or ``COLUMN!=VALUE``. Raises SpamIndexError for anything else.

        >>> Where.parsed("os!=Other")
        Where(column='os', value='Other', negated=True)
        """
        column, equals, value = text.partition("=")
        negated = column.endswith("!")
        column = column.removesuffix("!").strip()
        if not equals or not column or column[-1] in "<>~":
            raise SpamIndexError(f"{text!r} is not COLUMN=VALUE or COLUMN!=VALUE")
        return cls(column, value.strip(), negated)

    def __str__(self) -> str:
        return f"{self.column}{'!' if self.negated else ''}={self.value}"


@dataclass(frozen=True)
class TableOptions:
    """How a table is to be read; what is left out is found in the table, or asked for."""

    of: Role | None = None
    """Whether it is the table of spam shares or that of market shares."""
    key: str | None = None
    """The column that holds the OS: its heading, or its number from 1."""
    column: str | None = None
    """The column that holds the shares or counts: its heading, or its number from 1."""
    unit: Unit | None = None
    """The unit of the figures, for which the caller answers."""
    by: tuple[By, ...] = ()
    """The columns that tell one ranking from the next."""
    period: str | None = None
    """Only this period; ``last`` is the last one, ``all`` everything."""
    where: tuple[Where, ...] = ()
    """Only the rows that match all of these, where the table has the column."""
    drop: tuple[str, ...] = ()
    """Names of rows that are no system of their own, such as totals; "" is a row without one."""
    sum: tuple[str, ...] = ()
    """Columns along which the counts of one OS are added up."""
    family: bool = False
    """Whether versions are added up: Windows 7 and Windows 10 become Windows."""
    names: Names = field(default=BUILT_IN, repr=False)
    """The synonyms and families of OS names."""

    delimiter: str | None = None
    """The character that separates the columns."""
    encoding: str | None = None
    """The encoding of the file."""
    decimal: Literal[".", ","] | None = None
    """The decimal mark."""
    sheet: str | None = None
    """The sheet of a workbook: its name, or its number from 1."""
    header: int | None = None
    """The line of the headings, counted from 1."""
    fill: tuple[str, ...] = ()
    """Columns in which a blank cell repeats the one above it."""
    wide: bool = False
    """Whether each column of figures is a system."""
    dates: Dates | None = None
    """Whether 01/03/2010 is in March (day-first) or in January (month-first)."""

    counts: bool = False
    """Whether the counts behind the shares are needed, for intervals."""
    total: int | None = None
    """How many messages or machines are behind the shares, of each ranking."""
    rounding: bool = False
    """Whether half a unit of the last digit of each share is needed."""

    def with_fields(self, given: Mapping[str, object]) -> TableOptions:
        """The same options but for some fields, in the forms that are easy to write.

        ``by``, ``where``, ``drop``, ``sum`` and ``fill`` may be a text or a sequence of texts,
        ``where`` also a mapping from columns to values, and ``names`` a mapping from names to
        canonical ones. Raises SpamIndexError for a field or a value that there is not.

        >>> TableOptions().with_fields({"by": "country", "where": {"os": "Linux"}}).where
        (Where(column='os', value='Linux', negated=False),)
        """
        known = {f.name for f in fields(self)}
        if unknown := sorted(given.keys() - known):
            raise SpamIndexError(f"no such option: {', '.join(unknown)}; there are {sorted(known)}")
        return replace(self, **{name: _value(name, value) for name, value in given.items()})


_PARSED: dict[str, Any] = {"by": By.parsed, "where": Where.parsed}
_SEVERAL = {"by": By, "where": Where, "drop": str, "sum": str, "fill": str}
_TEXTS = {"key", "column", "period", "delimiter", "encoding", "sheet"}
_CHOICES = {
    "of": get_args(Role), "unit": get_args(Unit), "decimal": (".", ","), "dates": get_args(Dates),
}  # fmt: skip
_NUMBERS = {"total": (1, "a number of messages or machines"), "header": (0, "a line's number")}


def _value(name: str, value: object) -> Any:
    """The value of a field from one that is easy to write. Raises SpamIndexError."""
    if name == "names":
        return Names.of(value)
    if name in _SEVERAL:
        return _several(name, value)
    if name in _TEXTS and value is not None:
        return _text(name, value)
    if name in _CHOICES and value not in (None, *_CHOICES[name]):
        raise SpamIndexError(f"{name} is one of {', '.join(_CHOICES[name])}, not {value!r}")
    if name in _NUMBERS and value is not None:
        least, what = _NUMBERS[name]
        if type(value) is not int or value < least:
            raise SpamIndexError(f"{name} is {what}, not {value!r}")
    if name in ("family", "wide", "counts", "rounding") and not isinstance(value, bool):
        raise SpamIndexError(f"{name} is True or False, not {value!r}")
    return value


def _text(name: str, value: object) -> str:
    """A text, or a number where one may stand for it, such as that of a column."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise SpamIndexError(f"{name} is a text, not {value!r}")
    return str(value)


def _several(name: str, value: object) -> tuple[object, ...]:
    if isinstance(value, Mapping):
        return tuple(Where(str(column), str(wanted)) for column, wanted in value.items())
    parts = [value] if isinstance(value, str | int | By | Where) else value
    if not isinstance(parts, Sequence):
        raise SpamIndexError(f"{name} is a text or several, not {value!r}")
    own, parsed = _SEVERAL[name], _PARSED.get(name, str)
    return tuple(part if isinstance(part, own) else parsed(_text(name, part)) for part in parts)
