"""What is typed in a shell: a Remedy as the option or command that it is; words completed."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

from spamindex.errors import Remedy, SpamIndexError, Spelling
from spamindex.meaning import is_period
from spamindex.sources import detect_delimiter, open_decompressed

_SPECIAL = re.compile(r"[^\w@%+=:,./-]")  # what bash would take for more than text
_LINE = 1 << 16  # bytes of a first line that are looked at
_TABLES = {"spam": "spam", "market": "share"}  # arguments, and the beginnings of options


def spelling(ctx: click.Context) -> Spelling:
    """How the command that runs spells the remedies of its errors and doubts."""
    return lambda remedy: spell(remedy, ctx)


def spell(remedy: Remedy, ctx: click.Context) -> str:
    """A remedy as what to type: an option, or a whole command where only another one has it.

    ``Remedy("unit", of="market")`` is ``--share-unit`` in ``compute`` and ``--unit`` in
    ``shares``; ``Remedy("decimal", ",", of="market")`` is in ``compute``
    ``spamindex shares share.csv --decimal , | spamindex compute spam.csv -``.
    """
    name, group = ctx.command.name, ctx.find_root().command
    if option := _option(remedy, ctx.command):
        return option
    other = "compute SPAM SHARE" if name == "chart" else "shares TABLE"
    command = group.get_command(ctx, other.split()[0]) if isinstance(group, click.Group) else None
    if command is None or (option := _option(remedy, command)) is None:
        return str(remedy)
    if name == "compute" and remedy.of in _TABLES:
        return _through_shares(option, _TABLES[remedy.of], ctx)
    return f"spamindex {other} {option}"


def _option(remedy: Remedy, command: click.Command) -> str | None:
    """The option of a command that a remedy is, with its value; None where it has none."""
    params = {param.name: param for param in command.params if isinstance(param, click.Option)}
    field = getattr(command, "fields", {}).get(remedy.field, remedy.field)
    # A table has an option of its own, or both have one; where nobody knows of which, both are it.
    of_table = [f"{table}_{field}" for role, table in _TABLES.items() if remedy.of in (role, None)]
    found = [params[name] for name in (field, *of_table) if name in params]
    return " or ".join(_typed(param, remedy.value) for param in found) or None


def _typed(option: click.Option, value: Any) -> str:
    """An option with one of its values, as it is typed; None is any value."""
    name = max(option.opts, key=len)
    if option.is_flag:
        return max(option.secondary_opts, key=len) if value in (False, "False") else name
    if value is None:
        return name if isinstance(option.type, click.Choice) else f"{name} {option.metavar}"
    if columns := getattr(value, "columns", None):  # of --by
        value = f"{columns[0]}:{value.span}" if value.span else "=".join(columns)
    values = value if isinstance(value, tuple) else (value,)
    texts = [f"{part:.15g}" if isinstance(part, float) else str(part) for part in values]
    return " ".join([name, *map(shlex.quote, texts)])


def _through_shares(option: str, table: str, ctx: click.Context) -> str:
    """The pipeline that reads one table of ``compute`` with an option that only ``shares`` has.

    The options that were given go along, each to the command that reads the table it is about.
    """
    other = next(name for name in _TABLES.values() if name != table)
    paths = {name: str(ctx.params[name]) for name in (table, other)}
    of_table, of_rest = _parted(table, paths[table], paths[other], ctx)
    first = " ".join(["spamindex shares", _path(paths[table]), *of_table, option])
    places = {table: "-", other: _path(paths[other])}
    if paths[other] == "-":  # standard input is taken
        places = {table: f"<({first})", other: "-"}
    second = " ".join(["spamindex compute", places["spam"], places["share"], *of_rest])
    return second if paths[other] == "-" else f"{first} | {second}"


def _path(path: str) -> str:
    # What the shell put in place of a command (<(zcat x.gz)) is gone when the command has ended.
    return "<(...)" if path.startswith("/dev/fd/") else shlex.quote(path)


def _parted(table: str, path: str, other: str, ctx: click.Context) -> tuple[list[str], list[str]]:
    """The options that were given: those for ``shares``, and those for ``compute`` after it."""
    in_table, elsewhere = headings(path), headings(other)
    has_periods, they_have = (any(map(is_period, found)) for found in (in_table, elsewhere))
    # Columns that the clean table still has.
    kept = {"os", str(ctx.params["key"]).casefold(), *(b.name.casefold() for b in ctx.params["by"])}
    of_table: list[str] = []
    of_rest: list[str] = []
    for option in ctx.command.params:
        name = option.name or ""
        is_given = ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        if not (is_given and isinstance(option, click.Option)):
            continue
        for value in ctx.params[name] if option.multiple else [ctx.params[name]]:
            typed = _typed(option, value)
            if name in (f"{table}_column", f"{table}_unit"):
                of_table.append(typed.replace(f"--{table}-", "--", 1))
                continue
            columns = list(map(str, getattr(value, "columns", [getattr(value, "column", value)])))
            # What can't be looked into, such as standard input, may have the column.
            here = _has(in_table, columns) or not in_table
            there = _has(elsewhere, columns) or not (here or elsewhere)
            if name == "where" and columns[0].casefold() in kept:
                here, there = False, True  # once: after it no row may be left that it leaves out
            goes = {
                **dict.fromkeys(("key", "by"), (here, True)),
                **dict.fromkeys(("where", "sum"), (here, there)),
                **dict.fromkeys(("family", "names"), (True, True)),
                "period": (has_periods or not they_have, they_have),
                "drop": (True, False),
            }
            to_table, to_rest = goes.get(name, (False, True))
            of_table += [typed] * to_table
            of_rest += [typed] * to_rest
    return of_table, of_rest


def _has(found: list[str], columns: Sequence[str]) -> bool:
    """Whether one of the columns, by heading or number, is among the headings of a file."""
    folded = {heading.casefold() for heading in found}
    return any(column.casefold() in folded or column.isdecimal() for column in columns)


@add_completion_class
class Bash(BashComplete):
    """Completion in bash, where words with blanks are escaped and ``--by=x`` is three words."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is completed, and that one."""
        args, incomplete = super().get_completion_args()
        return [arg for arg in args if arg != "="], "" if incomplete == "=" else incomplete

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A word as it is typed; bash reads it once, which takes one level of backslashes off."""
        typed = _SPECIAL.sub(r"\\\\\g<0>", str(item.value)) if item.type == "plain" else item.value
        return f"{item.type},{typed}"


def headings(path: str) -> list[str]:
    """The cells of the first line of a file, for completion; none where it can't be told."""
    if not os.path.isfile(path):  # a pipe would be empty when the command reads it
        return []
    try:
        with open_decompressed(path) as file:
            line = file.readline(_LINE)
        wide = line.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = (line + b"\0" if wide else line).decode("utf-16" if wide else "utf-8-sig", "replace")
        if text.startswith(("{", "[")):
            found = json.loads(text.strip().removeprefix("[").removesuffix(",").removesuffix("]"))
            return [str(key) for key in found] if isinstance(found, dict) else []
        cells = next(csv.reader([text], delimiter=detect_delimiter(path, [text])), [])
    except (SpamIndexError, OSError, ValueError, csv.Error):
        return []
    return [cell.strip() for cell in cells if cell.strip().isprintable() and cell.strip()]
