"""What options and commands are: how values are read (95%, 10,000), help pages, variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
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
_WIDE, _NARROW = 30, 20  # columns for the names of options on a help page
_MANY = 10**6
_NUMBER = r"-?([0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?)"


class Value(click.ParamType[Any]):
    """What a function reads from the text of an option; its ValueError says what is wrong."""

    name = "value"

    def __init__(self, read: Callable[[str], Any]) -> None:
        self.read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the text; what is no text is a default."""
        try:
            return self.read(value) if isinstance(value, str) else value
        except (ValueError, SpamIndexError) as error:
            self.fail(str(error), param, ctx)


def text(given: str) -> str:
    """Text as it is, in UTF-8 as each name in a table is."""
    try:
        given.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{given!r} is not text in UTF-8") from None
    return given


def number(
    least: float, most: float, *, percent: bool = False, below: bool = False, whole: bool = False
) -> Value:
    """A number, and ``40%`` where it is in percent; ``10,000`` where it is a ``whole`` one."""

    def read(given: str) -> float:
        text = given.strip()
        if percent:
            text = text.removesuffix("%").rstrip()
        if not re.fullmatch(_NUMBER, text):
            raise ValueError(f"{given!r} is not a number")
        if re.fullmatch(r"[1-9]\d{0,2}[.]\d{3}" if whole else r"[1-9]\d{0,2},\d{3}", text):
            one, other = re.sub("[,.]", "", text), float(text.replace(",", "."))
            raise ValueError(f"{given!r} may be {one} or {other:g}: write which")
        figure = float(text.replace(",", ""))
        if percent and 0 < figure < 1 <= least:
            raise ValueError(f"this is in percent: did you mean {100 * figure:.10g}?")
        if not least <= figure <= most or (below and figure == most):
            span = f"from {least:g} to {'below ' * below}{most:,.15g}"
            if most > _MANY and figure < least:
                span = f"{least:g} or more"
            raise ValueError(f"{given!r} is out of range: {span}")
        if whole and not figure.is_integer():
            raise ValueError(f"{given!r} is not a whole number")
        return int(figure) if whole else figure

    return Value(read)


def later(module: str, name: str) -> Callable[[str], Any]:
    """A function of another room, which is not loaded before there is a text for it to read."""
    return lambda text: attrgetter(name)(import_module(f"spamindex.{module}"))(text)


class Choice(click.Choice[str]):
    """One of several words, in any case; ``also`` are other names of some of them."""

    def __init__(self, words: Iterable[str], also: Mapping[str, str] | None = None) -> None:
        self.words, self.also = tuple(words), dict(also or {})
        super().__init__((*self.words, *self.also), case_sensitive=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word that is meant."""
        word = super().convert(value, param, ctx)
        return self.also.get(word, word)

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """Which word is near, or all that there are."""
        all_of_them = f"; choose {', '.join(self.words[:-1])} or {self.words[-1]}"
        return f"there is no {value!r}{did_you_mean(str(value), self.choices) or all_of_them}"


class ColumnName(Value):
    """A column of the files that some arguments name, or what ``read`` makes of such a text."""

    def __init__(self, *files: str, read: Callable[[str], Any] = text) -> None:
        super().__init__(lambda given: read(text(given)))
        self.files = files

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The headings that begin so."""
        from click.shell_completion import CompletionItem

        from spamindex.cli.shell import headings

        arguments = [p.name for p in ctx.command.params if isinstance(p, click.Argument)]
        given = [ctx.params.get(name or "") for name in self.files or arguments]
        paths = [path for of in given for path in ([of] if isinstance(of, str) else of or ())]
        found = dict.fromkeys(chain.from_iterable(map(headings, paths)))
        begun = incomplete.casefold()
        return [CompletionItem(name) for name in found if name.casefold().startswith(begun)]


TEXT = Value(text)
FILE = click.Path(readable=False)  # whether it can be read is seen when it is
COUNT = number(1, 10**15, whole=True)
_TYPES: dict[str, click.ParamType[Any]] = {
    "COLUMN": ColumnName(), "FILE": FILE, "LOG": FILE, "N": COUNT, "M": COUNT,
    "UNIT": Choice(["percent", "fraction", "count"]),
}  # fmt: skip


class Option(click.Option):
    """An option as a help page shows it, such as ``-n --top N``, and what it does.

    One without a value is a flag; one that ends in `` ...`` may be repeated. ``read`` is the type
    of the value. Left out, its name tells it: one of ``_TYPES`` or ``a|b``; others are text.
    ``example`` is shown where values are missing.
    """

    def __init__(
        self, written: str, does: str, read: Any = None, *, example: str = "", **given: Any
    ) -> None:  # fmt: skip
        words = written.split()
        names = [word for word in words if word.startswith("-")]
        values = " ".join(words[len(names) :])
        if repeats := values.endswith(" ..."):
            values, does = values[:-4], f"{does}  [repeatable]"
        if read is None and values:
            read = Choice(values.split("|")) if "|" in values else _TYPES.get(values, TEXT)
        if "default" in given:
            given["show_default"] = True
        elif "/" in written:
            given["default"] = None  # it is left open
        super().__init__(
            names, help=does, type=read, metavar=values or None, is_flag=not values or None,
            multiple=repeats, **given,
        )  # fmt: skip
        self.needs = f"needs {values}" + (f", for example {example}" if example else "")

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """What errors call it: by the variable, too, where its value comes from the environment."""
        hint = max(self.opts, key=len)
        if ctx and ctx.get_parameter_source(self.name or "") is ParameterSource.ENVIRONMENT:
            return f"{hint} (from {variable(self, ctx)})"
        return hint

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """Its value in the environment; several have blanks between, and quotes as in a shell."""
        given = self.resolve_envvar_value(ctx)
        if given is None or (self.nargs == 1 and not self.multiple):
            return super().value_from_envvar(ctx)
        name, each = variable(self, ctx), self.nargs
        try:
            words = shlex.split(given)
        except ValueError as error:
            raise click.UsageError(f"{name}: {given!r}: {str(error).lower()}", ctx) from None
        if len(words) % each:
            raise click.UsageError(f"{name} {self.needs}", ctx)
        return words if each == 1 else list(zip(*[iter(words)] * each, strict=True))


class Command(click.Command):
    """A command whose help page has its options in sections, and the variables at its end.

    ``fields`` leads from a field of an options object, as a Remedy names it, to the option that
    sets it, where that has another name.
    """

    def __init__(
        self,
        *args: Any,
        sections: Mapping[str, Sequence[Option]],
        fields: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sections, self.fields = sections, dict(fields or {})
        self.params += chain.from_iterable(sections.values())
        self.short_help = (self.help or "").partition("\n")[0]
        versioned(self)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; an error knows of which command they are."""
        if ctx.resilient_parsing and args and args[-1].startswith("-"):
            args = args[:-1]  # click would know of no argument where this option lacks its value
        with augment_usage_errors(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say what is wrong with its input, with the options that settle it."""
        try:
            return super().invoke(ctx)
        except SpamIndexError as error:
            from spamindex.cli.shell import spelling

            for line in error.lines(spelling(ctx)):
                console.say(f"error: {line}")
            raise click.exceptions.Exit(2 if isinstance(error, OptionsError) else 1) from error

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, each under the heading of its section."""
        for section, options in sections(self, ctx).items():
            with formatter.section(section):
                records = [record for o in options if (record := o.get_help_record(ctx))]
                formatter.write_dl(records, col_max=_WIDE if formatter.width > 70 else _NARROW)
        with formatter.section("Environment"):
            formatter.write_text(ENVIRONMENT)
            formatter.write_paragraph()
            formatter.write_text(", ".join(variable(option, ctx) for option in settable(self)))


def variable(option: click.Parameter, ctx: click.Context) -> str:
    """The environment variable that an option may come from."""
    return f"{ctx.auto_envvar_prefix}_{(option.name or '').upper()}"


def settable(command: click.Command) -> list[Option]:
    """The options of a command that the environment can set."""
    return [param for param in command.params if isinstance(param, Option)]


def sections(command: click.Command, ctx: click.Context) -> dict[str, Sequence[click.Option]]:
    """The options of a command by the headings of its help page."""
    own = getattr(command, "sections", {})
    others = [p for p in command.get_params(ctx) if isinstance(p, click.Option)]
    return {**own, "Help": [option for option in others if not isinstance(option, Option)]}
