"""Options and commands on top of click: values (95%), help, variables; exit 1 for bad input."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource, augment_usage_errors

from spamindex import __version__
from spamindex.cli import console
from spamindex.errors import OptionsError, SpamIndexError, did_you_mean

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

versioned = click.version_option(
    __version__, "-V", "--version", prog_name="spamindex", message="%(prog)s %(version)s",
    allow_from_autoenv=False,
)  # fmt: skip
ENVIRONMENT = (
    "Each option can be set by a variable. A repeatable one takes several values, separated by "
    "blanks and quoted as in a shell. The command line wins over the variables."
)
_OPTION_COLUMN, _NARROW_OPTION_COLUMN = 30, 20  # characters for the options on a help page
_UNBOUNDED = 10**6  # an upper limit above it is not worth telling
_NUMBER = r"-?([0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?)"


class Value(click.ParamType[Any]):
    """A value that a function parses from text; its ValueError says what is wrong."""

    name = "value"

    def __init__(self, parse: Callable[[str], Any]) -> None:
        self.parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse a text; a default that is no text is returned as it is."""
        try:
            return self.parse(value) if isinstance(value, str) else value
        except (ValueError, SpamIndexError) as error:
            self.fail(str(error), param, ctx)


def parse_text(value: str) -> str:
    """The text itself. ValueError if it is not valid UTF-8, as every name in a table is."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{value!r} is not text in UTF-8") from None
    return value


def number(
    low: float, high: float, *, percent: bool = False, below: bool = False, whole: bool = False
) -> Value:
    """A number from ``low`` to ``high``, which ``below`` excludes.

    ``percent`` allows ``40%``; ``whole`` numbers are ints and may be written ``10,000``.
    """

    def parse(value: str) -> float:
        text = value.strip()
        if percent:
            text = text.removesuffix("%").rstrip()
        if not re.fullmatch(_NUMBER, text):
            raise ValueError(f"{value!r} is not a number")
        if re.fullmatch(r"[1-9]\d{0,2}[.]\d{3}" if whole else r"[1-9]\d{0,2},\d{3}", text):
            thousands, decimal = re.sub("[,.]", "", text), float(text.replace(",", "."))
            raise ValueError(f"{value!r} may be {thousands} or {decimal:g}: write which")
        figure = float(text.replace(",", ""))
        if percent and 0 < figure < 1 <= low:
            raise ValueError(f"this is in percent: did you mean {100 * figure:.10g}?")
        if not low <= figure <= high or (below and figure == high):
            allowed = f"from {low:g} to {'below ' if below else ''}{high:,.15g}"
            if high > _UNBOUNDED and figure < low:
                allowed = f"{low:g} or more"
            raise ValueError(f"{value!r} is out of range: {allowed}")
        if whole and not figure.is_integer():
            raise ValueError(f"{value!r} is not a whole number")
        return int(figure) if whole else figure

    return Value(parse)


def lazy(module: str, name: str) -> Callable[[str], Any]:
    """A parsing function of another room, imported only when there is a text to parse."""
    return lambda text: attrgetter(name)(import_module(f"spamindex.{module}"))(text)


class Choice(click.Choice[str]):
    """One of several words in any case. ``aliases`` maps other names to these words."""

    def __init__(self, words: Iterable[str], aliases: Mapping[str, str] | None = None) -> None:
        self.words, self.aliases = tuple(words), dict(aliases or {})
        super().__init__((*self.words, *self.aliases), case_sensitive=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word itself, or the one that an alias stands for."""
        word = super().convert(value, param, ctx)
        return self.aliases.get(word, word)

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """The error for another word: suggests similar words, or lists all."""
        all_words = f"; choose {', '.join(self.words[:-1])} or {self.words[-1]}"
        return f"there is no {value!r}{did_you_mean(str(value), self.choices) or all_words}"


class ColumnName(Value):
    """A column name, or what ``parse`` makes of it; completed with the headings of the input.

    ``files`` are the arguments whose files have the column; left out, all arguments.
    """

    def __init__(self, *files: str, parse: Callable[[str], Any] = str) -> None:
        super().__init__(lambda value: parse(parse_text(value)))
        self.files = files

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The headings that start with the incomplete word."""
        from click.shell_completion import CompletionItem

        from spamindex.cli.shell import headings

        arguments = [p.name or "" for p in ctx.command.params if isinstance(p, click.Argument)]
        completions: dict[str, None] = {}
        for name in self.files or arguments:
            value = ctx.params.get(name) or ()
            for path in [value] if isinstance(value, str) else value:
                completions |= dict.fromkeys(headings(path))
        start = incomplete.casefold()
        return [CompletionItem(name) for name in completions if name.casefold().startswith(start)]


TEXT = Value(parse_text)
FILE = click.Path(readable=False)  # opening it shows whether it can be read
COUNT = number(1, 10**15, whole=True)
_TYPES: dict[str, click.ParamType[Any]] = {
    "COLUMN": ColumnName(), "FILE": FILE, "LOG": FILE, "N": COUNT, "M": COUNT,
    "UNIT": Choice(["percent", "fraction", "count"]),
}  # fmt: skip


class Option(click.Option):
    """An option, declared as the help page shows it: ``-n --top N``.

    A declaration without a value makes a flag; one that ends in `` ...`` a repeatable option.
    ``text`` is its help. ``kind``, the type, follows from the name of the value if left out: one of
    ``_TYPES``, a choice for ``a|b``, else text. ``example`` is shown if the value is missing.
    """

    def __init__(
        self, declaration: str, text: str, kind: Any = None, *, example: str = "", **kwargs: Any
    ) -> None:  # fmt: skip
        words = declaration.split()
        names = [word for word in words if word.startswith("-")]
        value = " ".join(words[len(names) :])
        if is_repeatable := value.endswith(" ..."):
            value, text = value.removesuffix(" ..."), f"{text}  [repeatable]"
        if kind is None and value:
            kind = Choice(value.split("|")) if "|" in value else _TYPES.get(value, TEXT)
        if "default" in kwargs:
            kwargs["show_default"] = True
        elif "/" in declaration:
            kwargs["default"] = None  # neither on nor off
        super().__init__(
            names, help=text, type=kind, metavar=value or None, is_flag=not value or None,
            multiple=is_repeatable, **kwargs,
        )  # fmt: skip
        self.value_needed = f"needs {value}" + (f", for example {example}" if example else "")

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """The name in errors, with the environment variable if the value comes from one."""
        name = long_name(self)
        if ctx and ctx.get_parameter_source(self.name or "") is ParameterSource.ENVIRONMENT:
            return f"{name} (from {variable(self, ctx)})"
        return name

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """The value from the environment; several are separated and quoted as in a shell."""
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
            raise click.UsageError(f"{name} {self.value_needed}", ctx)
        return [words[i : i + self.nargs] for i in range(0, len(words), self.nargs)]


class Command(click.Command):
    """A command whose help page has sections of options, and ends with their variables.

    ``option_names`` maps the field of an options object, as a Remedy names it, to the option that
    sets it, where their names differ.
    """

    def __init__(
        self,
        *args: Any,
        sections: Mapping[str, Sequence[Option]],
        option_names: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sections, self.option_names = sections, dict(option_names or {})
        self.params += chain.from_iterable(sections.values())
        self.short_help = (self.help or "").partition("\n")[0]
        versioned(self)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; errors carry the context of this command."""
        if ctx.resilient_parsing and args and args[-1].startswith("-"):
            args = args[:-1]  # click would parse no argument at all if an option lacks its value
        with augment_usage_errors(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; print errors of its input with the options that settle them."""
        try:
            return super().invoke(ctx)
        except SpamIndexError as error:
            from spamindex.cli.shell import spell

            for line in error.lines(partial(spell, ctx=ctx)):
                console.say(f"error: {line}")
            raise click.exceptions.Exit(2 if isinstance(error, OptionsError) else 1) from error

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by section, then the variables."""
        for section, options in sections(self, ctx).items():
            column = _OPTION_COLUMN if formatter.width > 70 else _NARROW_OPTION_COLUMN
            with formatter.section(section):
                records = [option.get_help_record(ctx) for option in options]
                formatter.write_dl([record for record in records if record], column)
        with formatter.section("Environment"):
            formatter.write_text(ENVIRONMENT)
            formatter.write_paragraph()
            formatter.write_text(", ".join(variable(option, ctx) for option in settable(self)))


def variable(option: click.Parameter, ctx: click.Context) -> str:
    """The environment variable of an option."""
    return f"{ctx.auto_envvar_prefix}_{(option.name or '').upper()}"


def settable(command: click.Command) -> list[Option]:
    """The options of a command that the environment can set."""
    return [param for param in command.params if isinstance(param, Option)]


def sections(command: click.Command, ctx: click.Context) -> dict[str, Sequence[click.Option]]:
    """The options of a command by the headings of its help page."""
    own = getattr(command, "sections", {})
    others = [p for p in command.get_params(ctx) if isinstance(p, click.Option)]
    return {**own, "Help": [option for option in others if not isinstance(option, Option)]}


def long_name(option: click.Parameter) -> str:
    """The name of an option as messages give it: ``--top``, not ``-n``."""
    return max(option.opts, key=len)
