"""What the command line is made of: quiet ends, options in sections, and their values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import click

from spamindex.cli.formats import COLUMNS

TALLY_COLUMNS = ("os", "spam_share", "messages")
EXIT_INTERRUPTED = 130
EXIT_CLOSED_PIPE = 141
_ENVIRONMENT = click.core.ParameterSource.ENVIRONMENT


class Group(click.Group):
    """Commands that end quietly when they are interrupted or nobody reads on."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the arguments; --help and --version print here."""
        with _ending_quietly():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _ending_quietly():
            return super().invoke(ctx)


@contextmanager
def _ending_quietly() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    except BrokenPipeError:
        raise click.exceptions.Exit(EXIT_CLOSED_PIPE) from None


class Option(click.Option):
    """An option that knows its heading on the help page."""

    def __init__(self, *args: Any, section: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """What errors call it: by the variable, too, where its value comes from the environment."""
        hint = super().get_error_hint(ctx)
        if ctx is None or ctx.get_parameter_source(self.name or "") is not _ENVIRONMENT:
            return hint
        return f"{hint} (from {ctx.auto_envvar_prefix}_{(self.name or '').upper()})"


class Command(click.Command):
    """A command whose help page has its options in sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, each under the heading of its section."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)):
                sections.setdefault(getattr(param, "section", "Help"), []).append(record)
        for section, records in sections.items():
            with formatter.section(section):
                formatter.write_dl(records)


input_option = partial(click.option, cls=Option, section="Input")
output_option = partial(click.option, cls=Option, section="Output")
question_option = partial(click.option, cls=Option, section="Questions")
check_option = partial(click.option, cls=Option, section="Checks")

UNITS = click.Choice(["percent", "fraction", "count"])


class Equation(click.ParamType[tuple[str, str]]):
    """COLUMN=VALUE as its two sides."""

    name = "equation"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Part COLUMN=VALUE at its first equals sign."""
        column, equals, wanted = str(value).partition("=")
        if not (column.strip() and equals):
            self.fail(f"{value!r} is not of the form COLUMN=VALUE.", param, ctx)
        return column.strip(), wanted.strip()


class TimeSpan(click.ParamType[tuple[str, str | None]]):
    """COLUMN, or COLUMN:day, COLUMN:month or COLUMN:year, as the column and the span."""

    name = "time span"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str | None]:
        """Part COLUMN:SPAN at its last colon, where a span follows it."""
        column, colon, span = str(value).rpartition(":")
        if not colon or span not in ("day", "month", "year"):
            column, span = str(value), ""
        if not column.strip() or (span or column) in TALLY_COLUMNS:
            self.fail(f"{value!r} is a column of the result, or none.", param, ctx)
        return column.strip(), span or None


class SpamColumn(click.ParamType[tuple[str, tuple[str, ...]]]):
    """COLUMN, or COLUMN=VALUE,..., as the column and the values that mean spam."""

    name = "spam column"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[str, ...]]:
        """Part COLUMN=VALUE,... at its first equals sign and its commas."""
        column, equals, wanted = str(value).partition("=")
        values = tuple(part.strip() for part in wanted.split(",") if part.strip())
        if not column.strip() or (equals and not values):
            self.fail(f"{value!r} is not of the form COLUMN or COLUMN=VALUE,...", param, ctx)
        return column.strip(), values


class Ports(click.ParamType[tuple[str, ...]]):
    """Numbers of ports, with commas between them."""

    name = "ports"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Part PORT,PORT at the commas."""
        ports = tuple(part.strip() for part in str(value).split(","))
        if not all(port.isdecimal() and len(port) < 6 and int(port) < 1 << 16 for port in ports):
            self.fail(f"{value!r} is not of the form 25,587.", param, ctx)
        return tuple(str(int(port)) for port in ports)


def one_character(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Take one character as it is, and a tab also by name."""
    value = {"tab": "\t", "\\t": "\t"}.get(value or "", value)
    if value is not None and (len(value) != 1 or value in '"\r\n'):
        raise click.BadParameter("one character is needed, or the word tab.")
    return value


def text_encoding(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Take an encoding of text by any name that Python knows."""
    try:
        if value is not None:
            "".encode(value)  # not codecs.lookup: that knows hex and zip too
    except (LookupError, ValueError):
        raise click.BadParameter(f"{value!r} is not an encoding that Python knows.") from None
    return value


def whole_text(_ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Refuse bytes that are no text in UTF-8, which no name in a table can be."""
    rows = value if param.multiple else [[value]]
    for name in (part for row in rows for part in row if isinstance(part, str)):
        try:
            name.encode()
        except UnicodeEncodeError:
            raise click.BadParameter(f"{name!r} is no text in UTF-8.") from None
    return value


def not_nan(_ctx: click.Context, _param: click.Parameter, value: float | None) -> float | None:
    """Refuse what click takes for a number and nothing compares with."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("a number is needed.")
    return value


def column_name(_ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Refuse a name that the result has for a column of its own."""
    for name in value if param.multiple else [value]:
        if name in COLUMNS and (param.name, name) != ("key", "os"):
            raise click.BadParameter(f"{name!r} is a column of the result.")
    return tuple(dict.fromkeys(value)) if param.multiple else value
