"""What commands are made of: options in sections, and values from the environment.

What goes wrong leaves here as one line: a usage error by ``usage``, what is wrong with the input as
``Refused``, whose remedies are spelled as options of the command (see ``remedies``).
"""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from spamindex import __version__
from spamindex.cli.formats import FORMATS
from spamindex.cli.output import ALSO, Output, format_of
from spamindex.cli.remedies import spelling
from spamindex.cli.values import FILE, TEXT, choice, column, whole
from spamindex.errors import SpamIndexError, nearest

if TYPE_CHECKING:
    from spamindex.tables.options import By, Where

RENAME = "rename that of the table"
_ENVIRONMENT = click.core.ParameterSource.ENVIRONMENT
_Function = Callable[..., Any]
_WIDE, _NARROW = 30, 20  # columns for the names of options on a help page


class Refused(click.ClickException):
    """The input can't be used; ``lines`` say why, with the options that settle it."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


COMMANDS = {  # in the order in which they are used, as the first lines of their own pages say
    "compute": "Rank operating systems by spam share divided by market share.",
    "shares": "Read one table of any kind, and write it as a clean one.",
    "tally": "Count message records into a SPAM table for compute.",
    "sample": "Pick some of one OS's spam at random, to look into.",
    "chart": "Draw a ranking that compute printed.",
}


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


class Option(click.Option):
    """An option that knows its heading on the help page, and an example of several values."""

    def __init__(self, *args: Any, section: str, example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section
        self.example = example

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """What errors call it: by the variable, too, where its value comes from the environment."""
        hint = max(self.opts, key=len)
        if ctx is None or ctx.get_parameter_source(self.name or "") is not _ENVIRONMENT:
            return hint
        return f"{hint} (from {variable(self, ctx)})"

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """Its value in the environment; several are parted by blanks, and quoted as in a shell."""
        text = self.resolve_envvar_value(ctx)
        if text is None or (self.nargs == 1 and not self.multiple):
            return super().value_from_envvar(ctx)
        try:
            words = shlex.split(text)
        except ValueError as error:
            name = variable(self, ctx)
            raise click.UsageError(f"{name}: {text!r}: {str(error).lower()}", ctx) from None
        if self.nargs == 1:
            return words
        if len(words) % self.nargs:
            raise click.UsageError(f"{variable(self, ctx)} {self.needs}", ctx)
        rows = [tuple(words[i : i + self.nargs]) for i in range(0, len(words), self.nargs)]
        return rows if self.multiple else rows[0]

    @property
    def needs(self) -> str:
        """What it says where its values are not as many as it takes."""
        example = f", for example {self.example}" if self.example else ""
        return f"needs {self.metavar or 'a value'}{example}"


def variable(option: click.Parameter, ctx: click.Context) -> str:
    """The environment variable that an option may come from."""
    return f"{ctx.auto_envvar_prefix}_{(option.name or '').upper()}"


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
            names = [variable(option, ctx) for option in settable(self)]
            formatter.write_text(
                "Each option can be set by a variable. A repeatable one takes several values, "
                "separated by blanks and quoted as in a shell."
            )
            formatter.write_paragraph()
            formatter.write_text(", ".join(names))


VERSION: dict[str, Any] = {
    "prog_name": "spamindex",
    "message": "%(prog)s %(version)s",
    "allow_from_autoenv": False,
    "help": "Show the version and exit.",
}


def settable(command: click.Command) -> list[click.Option]:
    """The options of a command that the environment can set."""
    options = [param for param in command.params if isinstance(param, click.Option)]
    return [option for option in options if option.allow_from_autoenv]


def sections(command: click.Command, ctx: click.Context) -> dict[str, list[click.Option]]:
    """The options of a command by the headings of its help page."""
    found: dict[str, list[click.Option]] = {}
    for param in command.get_params(ctx):
        if isinstance(param, click.Option) and not param.hidden:
            found.setdefault(getattr(param, "section", "Help"), []).append(param)
    return found


def usage(error: click.ClickException) -> str:
    """What is wrong with a command line, in one line.

    >>> usage(click.NoSuchOption("--formta", possibilities=["--format"]))
    'there is no option --formta; did you mean --format?'
    """
    ctx = getattr(error, "ctx", None)
    message = error.message
    if not message.endswith("..."):
        message = message.removesuffix(".")
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {error.option_name}{_instead(error.option_name, ctx, error)}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        near = nearest(error.command_name, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
        return f"there is no command {error.command_name!r}{near}"
    if isinstance(error, click.BadOptionUsage) and ctx is not None:
        option = next((p for p in ctx.command.params if error.option_name in p.opts), None)
        if isinstance(option, Option) and "requires" in message:
            return f"{max(option.opts, key=len)} {option.needs}"
        return message
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = error.param.make_metavar(ctx) if ctx else error.param.name
        if isinstance(error.param, click.Option):
            return f"{error.param.get_error_hint(ctx)} is needed"
        return f"{str(name).rstrip('.')} is missing{_pattern(ctx)}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{error.param.get_error_hint(ctx)}: {message}"
    if message.startswith("Got unexpected extra argument") and ctx is not None:
        return f"{message[0].lower()}{message[1:]}{_pattern(ctx)}"
    return error.message


def _instead(name: str, ctx: click.Context | None, error: click.NoSuchOption) -> str:
    """What to give instead of an option that is not there, or which command has it."""
    if ctx is None:
        return nearest(name, error.possibilities or ())
    having = [other for other in COMMANDS if any(name in p.opts for p in command_of(other).params)]
    if having and ctx.command.name not in having:
        return f" in {ctx.command.name}, only in {' and '.join(having)}"
    here = [opt for p in ctx.command.params for opt in (*p.opts, *p.secondary_opts)]
    # Without the dashes, which make all of them alike.
    near = nearest(name.lstrip("-"), [opt[2:] for opt in here if opt.startswith("--")])
    return re.sub(r"(mean|or) (?=[\w-])", r"\1 --", near) or f"; see {ctx.command_path} --help"


def _pattern(ctx: click.Context | None) -> str:
    if ctx is None:
        return ""
    pieces = " ".join(ctx.command.collect_usage_pieces(ctx))
    return f": give {ctx.command_path} {pieces}"


def _option(
    section: str, written: str, value: Any = None, /, does: str = "", **more: Any
) -> Callable[[_Function], _Function]:
    """An option, written as on the help page: ``-n --top N``; a flag where no value follows."""
    words = written.split()
    names = [word for word in words if word.startswith("-")]
    if metavar := " ".join(words[len(names) :]):
        more |= {"metavar": metavar, "type": value}
    else:
        more["is_flag"] = True
    does += "  [repeatable]" if more.get("multiple") else ""
    return click.option(*names, cls=Option, section=section, help=does, **more)


input_option = functools.partial(_option, "Input")
file_option = functools.partial(_option, "How the file is written")
output_option = functools.partial(_option, "Output")
question_option = functools.partial(_option, "Questions")
message_option = functools.partial(_option, "Messages and exit code")


def file_argument(name: str, **given: Any) -> Callable[[_Function], _Function]:
    """An argument that names a file, or several with ``nargs=-1``; ``-`` is standard input."""
    return click.argument(name, type=FILE, **given)


def as_one(
    name: str, make: Callable[..., object], *options: Callable[[_Function], _Function]
) -> Callable[[_Function], _Function]:
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


MESSAGES = (
    message_option("--strict", does="Take warnings as errors (exit 1); notes are none."),
    message_option("-q --quiet", does="No notes and no warnings."),
    message_option("-v --verbose", does="Say how the input was read, even where that is certain."),
)


def output_options(
    default: str, formats: Iterable[str] = FORMATS, *, figures: bool = True
) -> Callable[[_Function], _Function]:
    """The options of every command that prints a table, which it gets as ``out``, an Output.

    Without ``figures`` the table is written as it was read: with all its columns and digits.
    """
    known = tuple(formats)
    also = {name: to for name, to in ALSO.items() if to in known}
    kinds = "csv, tsv, json, jsonl"
    if "simple" in known:
        kinds += "; for reading: simple, plain, github, html, latex and more"

    def make(*, no_header: bool, **given: Any) -> Output:
        ending = format_of(given["output"], known)
        style = given["format"] or ending or default
        if no_header and style in ("json", "jsonl"):
            raise click.UsageError(f"--no-header is for tables; {style} has no header")
        return Output(**{"precision": None, "columns": None, **given, "format": style},
                      header=not no_header)  # fmt: skip

    options = {
        "format": output_option(
            "-f --format FORMAT",
            choice(known, also),
            f"{kinds}. Default: as -o FILE ends, else {default}.",
        ),
        "precision": output_option(
            "-p --precision N",
            whole(0, 15),
            "Decimals. Default: 2 in formats for reading, else all.",
        ),
        "no_header": output_option("--no-header", does="Leave out the headings."),
        "columns": output_option(
            "--columns NAME,...", TEXT, "Only these columns of the result, in this order."
        ),
        "output": output_option(
            "-o --output FILE", FILE, "Write to FILE; it is replaced only on success."
        ),
    }
    if not figures:
        del options["precision"], options["columns"]
    return as_one("out", make, *options.values(), *MESSAGES)


def _by(text: str) -> By:
    from spamindex.tables.options import By

    return By.parsed(text)


def _where(text: str) -> Where:
    from spamindex.tables.options import Where

    return Where.parsed(text)


def unit_option(name: str) -> Callable[[_Function], _Function]:
    """An option that says in which unit a column is."""
    units = choice(["percent", "fraction", "count"])
    return input_option(f"{name} UNIT", units, "percent, fraction or count; you answer for it.")


NAMES = input_option(
    "--names FILE",
    FILE,
    "CSV of name,canonical[,family]: names of one OS, beside the built-in ones.",
)


def table_options(
    *own: Callable[[_Function], _Function], several: bool
) -> Callable[[_Function], _Function]:
    """The options by which tables are read, which a command gets as ``table``.

    That is a dict of the fields of TableOptions that they set, and of the command's ``own`` ones;
    ``names`` is still a path. ``several`` is for a command that reads more than one table.
    """
    by, having = "One table for each value: period, country, date:month.", ""
    if several:
        by = (
            "One ranking for each value: period, country, date:month; country=Region if the tables "
            "name it differently."
        )
        having = ", in the tables that have the column"
    return as_one(
        "table",
        dict,
        input_option(
            "--key COLUMN", column(), "Column with the OS: its heading, or its number from 1."
        ),
        *own,
        input_option("--by COLUMN", column(read=_by), by, multiple=True),
        input_option("--period PERIOD", TEXT, "Only this period: 2010-03, 2010, last, or all."),
        input_option(
            "--where COLUMN=VALUE",
            column(read=_where),
            f"Only rows with this value, or with != without it{having}.",
            multiple=True,
        ),
        input_option(
            "--drop NAME",
            TEXT,
            "Leave this row out, of the sums too: a subtotal, a total.",
            multiple=True,
        ),
        input_option(
            "--sum COLUMN",
            column(),
            "Add up counts of one OS that differ in this column.",
            multiple=True,
        ),
        input_option(
            "--family/--no-family",
            does="Add up versions, or not: Windows 7 and 10 become Windows.",
            show_default=True,
        ),
        NAMES,
    )


def result_columns(table: Mapping[str, Any], taken: Sequence[str]) -> tuple[list[str], str]:
    """What the result calls the columns of --by, and the one of the names: as --key does.

    Refuses table options that the result would have two columns of, or that no row meets.
    """
    key, names = table["key"], [part.name for part in table["by"]]
    wanted = [part.column for part in table["where"] if not part.negated]
    for name in wanted:
        if wanted.count(name) > 1:
            raise click.UsageError(f"--where: two values of {name!r}, and no row has both")
    for option, named in (*(("by", name) for name in names), ("key", key)):
        if named in taken and (option, named) != ("key", "os"):
            raise click.UsageError(
                f"--{option}: the result has a column {named!r} of its own; {RENAME}"
            )
    for name in names:
        if name == key:
            raise click.UsageError(f"{name!r} can't be both --key and --by")
        if names.count(name) > 1:
            raise click.UsageError(f"--by: {name!r} is given twice")
    return names, "os" if key is None or key.isdecimal() else key


def check_stdin(*paths: str | None) -> None:
    """Refuse to read standard input for two files."""
    if paths.count("-") > 1:
        raise click.UsageError("standard input (-) can be read only once")
