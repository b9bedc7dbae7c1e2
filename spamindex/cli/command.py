"""What commands are: their list, help pages in sections, values from the environment.

What is wrong with the input of a command leaves it as ``Refused``, in lines that are ready to show.
"""

from __future__ import annotations

import functools
import shlex
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeAlias

import click

from spamindex import __version__
from spamindex.cli.remedies import spelling
from spamindex.errors import SpamIndexError

_Function: TypeAlias = Callable[..., Any]
Decorator: TypeAlias = Callable[[_Function], _Function]

COMMANDS = {  # in the order in which they are used, as the first lines of their own pages say
    "compute": "Rank operating systems by spam share divided by market share.",
    "shares": "Read one table of any kind, and write it as a clean one.",
    "tally": "Count message records into a SPAM table for compute.",
    "sample": "Pick some of one OS's spam at random, to look into.",
    "chart": "Draw a ranking that compute printed.",
}
SETTINGS = {
    "auto_envvar_prefix": "SPAMINDEX",
    "help_option_names": ["-h", "--help"],
    "max_content_width": 80,
}
VERSION: dict[str, Any] = {
    "prog_name": "spamindex",
    "message": "%(prog)s %(version)s",
    "allow_from_autoenv": False,
    "help": "Show the version and exit.",
}
_EXAMPLES = {"FROM TO PERCENT": "FROM TO PERCENT, for example Linux Windows 40"}
_WIDE, _NARROW = 30, 20  # columns for the names of options on a help page


def command_of(name: str) -> click.Command:
    """A command by its name, from the module that is called like it."""
    command: click.Command = getattr(import_module(f"spamindex.cli.{name}"), name)
    return command


class Group(click.Group):
    """The commands, loaded as they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        return command_of(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the commands do, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


class Refused(click.ClickException):
    """The input can't be used; ``lines`` say why, with the options that settle it."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Option(click.Option):
    """An option that knows its heading on the help page."""

    def __init__(self, *args: Any, section: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """What errors call it: by the variable, too, where its value comes from the environment."""
        hint, environment = max(self.opts, key=len), click.core.ParameterSource.ENVIRONMENT
        if ctx is None or ctx.get_parameter_source(self.name or "") is not environment:
            return hint
        return f"{hint} (from {variable(self, ctx)})"

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """Its value in the environment; several have blanks between, and quotes as in a shell."""
        text = self.resolve_envvar_value(ctx)
        if text is None or (self.nargs == 1 and not self.multiple):
            return super().value_from_envvar(ctx)
        name = variable(self, ctx)
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise click.UsageError(f"{name}: {text!r}: {str(error).lower()}", ctx) from None
        if self.nargs == 1:
            return words
        if len(words) % self.nargs:
            raise click.UsageError(f"{name} {self.needs}", ctx)
        rows = [tuple(words[i : i + self.nargs]) for i in range(0, len(words), self.nargs)]
        return rows if self.multiple else rows[0]

    @property
    def needs(self) -> str:
        """What it says where its values are not as many as it takes."""
        return f"needs {_EXAMPLES.get(self.metavar or '', self.metavar or 'a value')}"


def as_one(name: str, make: Callable[..., object], *options: Decorator) -> Decorator:
    """Options that a command gets as one object, made from their values and under one name."""

    def decorate(command: _Function) -> _Function:
        @functools.wraps(command)
        def called(*args: Any, **given: Any) -> Any:
            own = {field: given.pop(field) for field in fields}
            return command(*args, **given, **{name: make(**own)})

        before = len(getattr(command, "__click_params__", ()))
        for option in reversed(options):
            option(called)
        fields = [param.name for param in called.__click_params__[before:]]  # type: ignore[attr-defined]
        return called

    return decorate


class Command(click.Command):
    """A command whose help page has its options in sections, and the variables at its end.

    ``fields`` leads from a field of an options object, as a Remedy names it, to the parameter that
    sets it, where that has another name.
    """

    def __init__(self, *args: Any, fields: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = dict(fields or {})
        click.version_option(__version__, "-V", "--version", **VERSION)(self)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; an error knows of which command they are."""
        if ctx.resilient_parsing and args and args[-1].startswith("-"):
            args = args[:-1]  # click would know of no argument where this option lacks its value
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises Refused with what is wrong with its input."""
        try:
            return super().invoke(ctx)
        except SpamIndexError as error:
            raise Refused(error.lines(spelling(ctx))) from error

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, each under the heading of its section."""
        for section, options in sections(self, ctx).items():
            with formatter.section(section):
                records = [record for o in options if (record := o.get_help_record(ctx))]
                formatter.write_dl(records, col_max=_WIDE if formatter.width > 70 else _NARROW)
        with formatter.section("Environment"):
            formatter.write_text(
                "Each option can be set by a variable. A repeatable one takes several values, "
                "separated by blanks and quoted as in a shell."
            )
            formatter.write_paragraph()
            formatter.write_text(", ".join(variable(option, ctx) for option in settable(self)))


def variable(option: click.Parameter, ctx: click.Context) -> str:
    """The environment variable that an option may come from."""
    return f"{ctx.auto_envvar_prefix}_{(option.name or '').upper()}"


def settable(command: click.Command) -> list[click.Option]:
    """The options of a command that the environment can set."""
    options = [param for param in command.params if isinstance(param, click.Option)]
    return [option for option in options if option.allow_from_autoenv]


def sections(command: click.Command, ctx: click.Context) -> dict[str, list[click.Option]]:
    """The options of a command by the headings of its help page."""
    found: dict[str, list[click.Option]] = {}
    for param in command.get_params(ctx):
        if isinstance(param, click.Option):
            found.setdefault(getattr(param, "section", "Help"), []).append(param)
    return found
