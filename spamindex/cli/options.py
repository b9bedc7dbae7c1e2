"""How the text of any option is read (95%, 10,000); options that commands share (--by ...)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, reduce
from importlib import import_module
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import click

from spamindex.cli.command import Decorator, Option, as_one
from spamindex.cli.console import source
from spamindex.cli.formats import FORMATS
from spamindex.cli.output import ALSO, Output, format_of
from spamindex.errors import Findings, SpamIndexError, nearest

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from spamindex.names import Names

    Words = Callable[[click.Context], Iterable[str]]

RENAME = "rename that of the table"
_MANY = 10**6
_NUMBER = r"-?([0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?)"
_FILES = ("spam", "share", "table_file", "ranking", "messages")  # arguments that name files


class Value(click.ParamType[Any]):
    """What a function reads from the text of an option; its ValueError says what is wrong.

    ``words`` gives the shell what may stand there, ``choices`` are all words that may.
    """

    def __init__(
        self, read: Callable[[str], Any], words: Words | None = None, choices: Sequence[str] = ()
    ) -> None:
        self.name, self.read, self.words, self.choices = "value", read, words, choices

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the text; what is no text is a default."""
        try:
            return self.read(value) if isinstance(value, str) else value
        except (ValueError, SpamIndexError) as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """What may stand here and begins so; the names of files are known to the shell."""
        from click.shell_completion import CompletionItem

        if self is FILE:
            return [CompletionItem(incomplete, type="file")]
        words = dict.fromkeys(self.words(ctx) if self.words else ())
        begun = incomplete.casefold()
        return [CompletionItem(word) for word in words if word.casefold().startswith(begun)]


def number(least: float, most: float, *, percent: bool = False, below: bool = False) -> Value:
    """A number, which may be written ``10,000``, and ``40%`` where it is in percent."""

    def read(given: str) -> float:
        text = given.strip()
        if percent:
            text = text.removesuffix("%").rstrip()
        if not re.fullmatch(_NUMBER, text):
            raise ValueError(f"{given!r} is not a number")
        figure = float(text.replace(",", ""))
        if percent and 0 < figure < 1 <= least:
            raise ValueError(f"this is in percent: did you mean {100 * figure:.10g}?")
        if not least <= figure <= most or (below and figure == most):
            to = "to below" if below else "to"
            above = f"{least:g} or more" if most > _MANY and figure < least else ""
            span = above or f"from {least:g} {to} {most:,.15g}"
            raise ValueError(f"{given!r} is out of range: {span}")
        return figure

    return Value(read)


def whole(least: int, most: int = 10**15) -> Value:
    """A whole number, which may be written ``10,000``."""
    any_number = number(least, most).read

    def read(text: str) -> int:
        figure = any_number(text)
        if not figure.is_integer():
            raise ValueError(f"{text!r} is not a whole number")
        return int(figure)

    return Value(read)


def choice(choices: Iterable[str], also: Mapping[str, str] | None = None) -> Value:
    """One of several words, in any case; ``also`` are other names of some of them."""
    words, others = tuple(choices), dict(also or {})

    def read(text: str) -> str:
        word = text.strip().lower()
        word = others.get(word, word)
        if word not in words:
            all_of_them = f"; choose {', '.join(words[:-1])} or {words[-1]}"
            near = nearest(word, (*words, *others)) or all_of_them
            raise ValueError(f"there is no {text!r}{near}")
        return word

    return Value(read, lambda _: (*words, *others), words)


def text(given: str) -> str:
    """Text as it is, in UTF-8 as each name in a table is."""
    try:
        given.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{given!r} is not text in UTF-8") from None
    return given


def later(module: str, name: str) -> Callable[[str], Any]:
    """A function of another room, which is not loaded before there is a text for it to read."""
    return lambda text: attrgetter(name)(import_module(f"spamindex.{module}"))(text)


def column(*files: str, read: Callable[[str], Any] = text) -> Value:
    """A column of the files that some arguments name, or what ``read`` makes of such a text."""
    return Value(lambda given: read(text(given)), partial(_headings, files or _FILES))


def _headings(files: Sequence[str], ctx: click.Context) -> list[str]:
    from spamindex.cli.completion import headings

    named = [ctx.params.get(name) for name in files]
    paths = [path for of in named for path in ([of] if isinstance(of, str) else of or ())]
    return [heading for path in paths for heading in headings(path)]


TEXT = Value(text)
FILE = Value(str)  # whose name may be any bytes


def file_argument(name: str, **given: Any) -> Decorator:
    """An argument that names a file, or several with ``nargs=-1``; ``-`` is standard input."""
    return click.argument(name, type=FILE, **given)


def options(page: str, **types: Any) -> list[Decorator]:
    """Options as the help page shows them, in sections: each begins a line with its names.

    Two blanks part them from what the option does, which may go on below. ``types`` are those of
    the values, by the name of the option; left out, ``COLUMN``, ``FILE`` and ``a|b`` tell them, and
    others are text. What takes no value is a flag. Raises TypeError for a type of no option.
    """
    section, rows = "", []
    for line in map(str.strip, page.strip().splitlines()):
        written, _, does = line.partition("  ")
        if line.startswith("-"):
            rows.append([section, written, does])
        elif line.endswith(":"):
            section = line[:-1]
        else:
            rows[-1][2] += f" {line}"
    made = [_option(section, written.split(), does, types) for section, written, does in rows]
    if types:
        raise TypeError(f"no such options: {', '.join(types)}")
    return made


def with_options(page: str, **types: Any) -> Decorator:
    """Give a command the options of a page, each as an argument of its own."""
    added = options(page, **types)[::-1]
    return lambda command: reduce(lambda made, add: add(made), added, command)


def _option(section: str, written: list[str], does: str, types: dict[str, Any]) -> Decorator:
    names = [word for word in written if word.startswith("-")]
    values = " ".join(written[len(names) :])
    name = max(names, key=len).partition("/")[0].lstrip("-").replace("-", "_")
    given: dict[str, Any] = {"required": " [required]" in does}
    if default := re.search(r" \[default: (.*)\]", does):
        given |= {"default": default[1], "show_default": True}
    does = re.sub(r" \[(default: .*|required)\]", "", " ".join(does.split()))
    if not values:
        given["is_flag"] = True
        if "/" in names[0]:  # without a default it is left open
            given["default"] = False if default else None
    else:
        given |= {"metavar": values, "type": types.pop(name, None) or _type_of(values)}
        given["multiple"] = does.endswith(" [repeatable]")
    help_ = does.replace(" [repeatable]", "  [repeatable]")
    return click.option(*names, cls=Option, section=section, help=help_, **given)


def _type_of(value: str) -> Value:
    """The type that the name of a value tells."""
    if "|" in value:
        return choice(value.split("|"))
    known = {"COLUMN": column(), "FILE": FILE, "UNIT": choice(["percent", "fraction", "count"])}
    return known.get(value, TEXT)


MESSAGES = options("""
    Messages and exit code:
      --strict      Warnings are errors (exit 1); notes are not.
      -q --quiet    No notes and no warnings.
      -v --verbose  Say how the input was read, even where that is certain.
""")


def output_options(
    default: str, formats: Iterable[str] = FORMATS, *, figures: bool = True
) -> Decorator:
    """The options of every command that prints a table, which it gets as ``out``, an Output.

    Without ``figures`` the table is written as it was read: with all its columns and digits.
    """
    known = tuple(formats)
    kinds = "csv, tsv, json, jsonl"
    if "simple" in known:
        kinds += "; for reading: simple, plain, github, html, latex and more"
    of_figures = """
      -p --precision N    Decimals. Default: 2 in formats for reading, else all.
      --columns NAME,...  Only these columns of the result, in this order.
    """
    page = f"""
    Output:
      -f --format FORMAT  {kinds}. Default: as -o FILE ends, else {default}.
      {of_figures.strip() if figures else ""}
      --no-header         Leave out the headings.
      -o --output FILE    Write to FILE; it is replaced only on success.
    """

    def make(*, no_header: bool, **given: Any) -> Output:
        ending = format_of(given["output"], known)
        style = given["format"] or ending or default
        if no_header and style in ("json", "jsonl"):
            raise click.UsageError(f"--no-header is for tables; {style} has no header")
        if no_header and style == "simple":
            style = "plain"  # the rules of simple part the headings from the rows
        out = Output(
            **{"precision": None, "columns": None, **given, "format": style}, header=not no_header
        )
        if not given["format"] and ending == "":
            out.note(f"-o {out.output}: written as {style}; -f gives another format")
        return out

    also = {name: to for name, to in ALSO.items() if to in known}
    types: dict[str, Value] = {"format": choice(known, also)}
    shown = options(page, **types, **({"precision": whole(0, 15)} if figures else {}))
    return as_one("out", make, *shown, *MESSAGES)


UNIT = "percent, fraction or count; a sum that does not fit is then only warned of."
NAMES = "--names FILE  CSV of name,canonical[,family]: names of one OS, beside the built-in ones."


def names_of(path: str | None) -> tuple[Names, list[Findings]]:
    """The names of --names, and what is to be said of the file; or the built-in ones alone."""
    if path is None:
        from spamindex.names import BUILT_IN

        return BUILT_IN, []
    from spamindex.tables.synonyms import names_in  # which loads pandas

    names, findings = names_in(source(path))
    return names, [findings]


def table_options(own: str, *, several: bool, **types: Any) -> Decorator:
    """The options by which tables are read, which a command gets as ``table``.

    That is a dict of the fields of TableOptions that they set, and of the command's ``own`` ones;
    ``names`` is still a path. ``several`` is for a command that reads more than one table.
    """
    one, differ, having = "One table", "", ""
    if several:
        one, differ = "One ranking", "; country=Region if the tables name it differently"
        having = ", in the tables that have the column"
    page = f"""
    Input:
      --key COLUMN           Column with the OS: its heading, or its number from 1.
      {own.strip()}
      --by COLUMN            {one} for each value: period, country, date:month{differ}. [repeatable]
      --period PERIOD        Only this period: 2010-03, 2010, last, or all.
      --where COLUMN=VALUE   Only rows with this value, or with != without it{having}. [repeatable]
      --drop NAME            Leave this row out, of the sums too: a subtotal, a total. [repeatable]
      --sum COLUMN           Add up counts of one OS that differ in this column. [repeatable]
      --family/--no-family   Add up versions, or not: Windows 7 and 10 become Windows.
                             [default: no-family]
      {NAMES}
    """
    by, where = (column(read=later("tables.options", f"{name}.parsed")) for name in ("By", "Where"))
    return as_one("table", dict, *options(page, by=by, where=where, **types))


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


def chosen(names: str | None, there: Sequence[str], also: Mapping[str, str]) -> list[str]:
    """The columns of a result that ``--columns`` names, in its order; all where it names none.

    ``also`` says why a column that can be had is not there.
    """
    import csv

    if names is None:
        return list(there)
    wanted = [name.strip() for name in next(csv.reader([names], skipinitialspace=True), [])]
    for name in wanted:
        if name in also and name not in there:
            raise click.UsageError(f"--columns: {name!r} is there only with {also[name]}")
        if name not in there:
            near = nearest(name, there) or f"; there are {', '.join(there)}"
            raise click.UsageError(f"--columns: the result has no column {name!r}{near}")
    if len(set(wanted)) < len(wanted):
        raise click.UsageError("--columns names a column twice")
    return wanted
