"""TableOptions: how to read a table, field by field; By and Where, parsed from text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeAlias, get_args

from spamindex.errors import SpamIndexError
from spamindex.names import BUILT_IN, Names

Role: TypeAlias = Literal["spam", "market"]
UnitName: TypeAlias = Literal["percent", "fraction", "count"]
Span: TypeAlias = Literal["day", "month", "year"]
ALL, LAST = "all", "last"  # values of period
Dates: TypeAlias = Literal["day-first", "month-first"]


@dataclass(frozen=True)
class By:
    """A column to group by: there is one ranking for each of its values.

    ``name`` is its heading in the result. ``columns`` are headings that a table may have for it;
    the first that it has counts. ``span`` turns the days or months in it into months or years.
    """

    name: str
    columns: tuple[str, ...]
    span: Span | None = None

    @classmethod
    def parse(cls, text: str) -> By:
        """Parse ``country``, ``country=Region`` (its heading in another table) or ``date:month``.

        Raises SpamIndexError if one side of ``=`` is blank.

        >>> By.parse("country=Region").columns, By.parse("date:month").name
        (('country', 'Region'), 'month')
        """
        column, colon, span = text.rpartition(":")
        if colon and span in get_args(Span):
            return cls(span, (column.strip(),), span)  # type: ignore[arg-type]
        columns = tuple(part.strip() for part in text.split("=", 1))
        if len(columns) > 1 and not all(columns):
            raise SpamIndexError(f"{text!r} is not COLUMN=COLUMN")
        return cls(columns[0], columns)


@dataclass(frozen=True)
class Where:
    """A condition: keep the rows that have this value in a column or, negated, those without it."""

    column: str
    value: str
    negated: bool = False

    @classmethod
    def parse(cls, text: str) -> Where:
        """Parse ``COLUMN=VALUE`` or ``COLUMN!=VALUE``. Raises SpamIndexError for anything else.

        >>> Where.parse("os!=Other")
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
    """How to read a table. Fields left out are inferred from the table where that is certain."""

    of: Role | None = None
    """Whether the table holds spam shares or market shares."""
    key: str | None = None
    """The column that holds the OS: its heading, or its number from 1."""
    column: str | None = None
    """The column that holds the shares or counts: its heading, or its number from 1."""
    unit: UnitName | None = None
    """The unit of the figures, whatever they add up to."""
    by: tuple[By, ...] = ()
    """The columns to group by: one ranking for each of their values."""
    period: str | None = None
    """Only this period; ``last`` is the last one, ``all`` everything."""
    where: tuple[Where, ...] = ()
    """Conditions that rows must meet, as far as the table has their columns."""
    drop: tuple[str, ...] = ()
    """Names of rows to leave out, such as totals; "" is a row without a name."""
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
    """Whether each column of figures holds one system."""
    dates: Dates | None = None
    """Whether 01/03/2010 is in March (day-first) or in January (month-first)."""

    counts: bool = False
    """Whether the counts behind the shares are needed, for intervals."""
    total: int | None = None
    """How many messages or machines the shares of each ranking are of."""
    rounding: bool = False
    """Whether half a unit of the last digit of each share is needed."""

    @property
    def row_columns(self) -> list[str]:
        """The headings of the columns by which rows are grouped, chosen or added up."""
        grouped = [heading for by in self.by for heading in by.columns]
        return [*grouped, *(condition.column for condition in self.where), *self.sum]

    def with_fields(self, given: Mapping[str, object]) -> TableOptions:
        """The same options with some fields replaced; ``given`` may hold simpler forms of values.

        ``by``, ``where``, ``drop``, ``sum`` and ``fill`` take a text or a sequence of texts,
        ``where`` also a mapping from columns to values, ``names`` a mapping from names to
        canonical ones. Raises SpamIndexError for an unknown field or a wrong value.

        >>> TableOptions().with_fields({"by": "country", "where": {"os": "Linux"}}).where
        (Where(column='os', value='Linux', negated=False),)
        """
        known = {f.name for f in fields(self)}
        if unknown := sorted(given.keys() - known):
            raise SpamIndexError(
                f"no such option: {', '.join(unknown)}; there are {', '.join(sorted(known))}"
            )
        return replace(self, **{name: _parse_value(name, value) for name, value in given.items()})


_SEQUENCES: dict[str, type] = {"by": By, "where": Where, "drop": str, "sum": str, "fill": str}
_PARSERS: dict[str, Any] = {"by": By.parse, "where": Where.parse}
_FLAGS = {"family", "wide", "counts", "rounding"}
_CHOICES = {
    "of": get_args(Role), "unit": get_args(UnitName),
    "decimal": (".", ","), "dates": get_args(Dates),
}  # fmt: skip
_NUMBERS = {"total": (1, "a number of messages or machines"), "header": (0, "a line's number")}


def _parse_value(name: str, value: object) -> Any:
    if name == "names":
        return Names.of(value)
    if name in _SEQUENCES:
        return _parse_sequence(name, value)
    if name in _FLAGS:
        if not isinstance(value, bool):
            raise SpamIndexError(f"{name} is True or False, not {value!r}")
    elif value is None:
        pass
    elif name in _CHOICES:
        if value not in _CHOICES[name]:
            raise SpamIndexError(f"{name} is one of {', '.join(_CHOICES[name])}, not {value!r}")
    elif name in _NUMBERS:
        least, meaning = _NUMBERS[name]
        if type(value) is not int or value < least:
            raise SpamIndexError(f"{name} is {meaning}, not {value!r}")
    else:
        return _parse_text(name, value)
    return value


def _parse_text(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):  # numbers of columns, years
        raise SpamIndexError(f"{name} is a text, not {value!r}")
    return str(value)


def _parse_sequence(name: str, value: object) -> tuple[object, ...]:
    if isinstance(value, Mapping):
        return tuple(Where(str(column), str(wanted)) for column, wanted in value.items())
    items = [value] if isinstance(value, str | int | By | Where) else value
    if not isinstance(items, Sequence):
        raise SpamIndexError(f"{name} is a text or several, not {value!r}")
    kind, parse = _SEQUENCES[name], _PARSERS.get(name, str)
    return tuple(i if isinstance(i, kind) else parse(_parse_text(name, i)) for i in items)
