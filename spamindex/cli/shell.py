"""Text for the shell: a Remedy in, an option or a command line out; completion of words."""

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

from spamindex.errors import Remedy, SpamIndexError
from spamindex.meaning import is_period
from spamindex.sources import detect_delimiter, open_decompressed

_NEEDS_ESCAPE = re.compile(r"[^\w@%+=:,./-]")
_MAX_LINE = 1 << 16  # bytes of a first line that are read for completion
_ARGUMENTS = {"spam": "spam", "market": "share"}  # role of a table: argument, prefix of options


def spell(remedy: Remedy, ctx: click.Context) -> str:
    """A remedy as text to type: an option, or a command line if only another command has it.

    ``Remedy("unit", of="market")`` is ``--share-unit`` in ``compute`` and ``--unit`` in
    ``shares``; ``Remedy("decimal", ",", of="market")`` is in ``compute``
    ``spamindex shares share.csv --decimal , | spamindex compute spam.csv -``.
    """
    group, running = ctx.find_root().command, ctx.command
    if option := _option(remedy, running):
        return option
    usage = "compute SPAM SHARE" if running.name == "chart" else "shares TABLE"
    command = group.get_command(ctx, usage.split()[0]) if isinstance(group, click.Group) else None
    if command is None or not (option := _option(remedy, command)):
        return str(remedy)
    if running.name == "compute" and remedy.of in _ARGUMENTS:
        return _pipeline(option, _ARGUMENTS[remedy.of], ctx)
    return f"spamindex {usage} {option}"


def _option(remedy: Remedy, command: click.Command) -> str:
    """A remedy as an option of a command; "" if it has none. Several are joined with "or"."""
    options = {param.name: param for param in command.params if isinstance(param, click.Option)}
    field = getattr(command, "option_names", {}).get(remedy.field, remedy.field)
    names = [field]  # one for both tables, or one for each
    names += [f"{arg}_{field}" for role, arg in _ARGUMENTS.items() if remedy.of in (role, None)]
    return " or ".join(_typed(options[name], remedy.value) for name in names if name in options)


def _typed(option: click.Option, value: Any) -> str:
    """An option and a value as text to type; a value of None stands for any."""
    name = max(option.opts, key=len)
    if option.is_flag:
        return max(option.secondary_opts, key=len) if value in (False, "False") else name
    if value is None:
        return name if isinstance(option.type, click.Choice) else f"{name} {option.metavar}"
    if columns := getattr(value, "columns", None):  # the value of --by
        value = f"{columns[0]}:{value.span}" if value.span else "=".join(columns)
    words = value if isinstance(value, tuple) else (value,)
    texts = [f"{word:.15g}" if isinstance(word, float) else str(word) for word in words]
    return " ".join([name, *map(shlex.quote, texts)])


def _pipeline(option: str, table: str, ctx: click.Context) -> str:
    """A pipeline that passes one table of ``compute`` through ``shares`` with an option of it.

    The options on the command line are split between the two commands.
    """
    other = "share" if table == "spam" else "spam"
    path, other_path = str(ctx.params[table]), str(ctx.params[other])
    shares_options, compute_options = _split_options(table, path, other_path, ctx)
    shares = " ".join(["spamindex shares", _quote(path), *shares_options, option])
    stdin_is_taken = other_path == "-"
    paths = {table: f"<({shares})" if stdin_is_taken else "-", other: _quote(other_path)}
    compute = " ".join(["spamindex compute", paths["spam"], paths["share"], *compute_options])
    return compute if stdin_is_taken else f"{shares} | {compute}"


def _quote(path: str) -> str:
    # The shell made this path for <(zcat x.gz); it is gone when the command has ended.
    return "<(...)" if path.startswith("/dev/fd/") else shlex.quote(path)


def _split_options(
    table: str, path: str, other_path: str, ctx: click.Context
) -> tuple[list[str], list[str]]:
    """The options on the command line: those for ``shares``, and those for ``compute``."""
    own_headings, other_headings = headings(path), headings(other_path)
    has_periods = any(map(is_period, own_headings))
    other_has_periods = any(map(is_period, other_headings))
    # The columns that the output of shares still has.
    kept = {"os", str(ctx.params["key"]).casefold(), *(b.name.casefold() for b in ctx.params["by"])}
    for_shares: list[str] = []
    for_compute: list[str] = []
    for option in ctx.command.params:
        name = option.name or ""
        is_given = ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        if not (is_given and isinstance(option, click.Option)):
            continue
        for value in ctx.params[name] if option.multiple else [ctx.params[name]]:
            typed = _typed(option, value)
            if name in (f"{table}_column", f"{table}_unit"):
                for_shares.append(typed.replace(f"--{table}-", "--", 1))
                continue
            columns = list(map(str, getattr(value, "columns", [getattr(value, "column", value)])))
            # A source without known headings, such as standard input, may have the column.
            in_own = _has_column(own_headings, columns) or not own_headings
            in_other = _has_column(other_headings, columns) or not (in_own or other_headings)
            if name == "where" and columns[0].casefold() in kept:
                in_own, in_other = False, True  # a filter that excludes no row would be an error
            destinations = {
                **dict.fromkeys(("key", "by"), (in_own, True)),
                **dict.fromkeys(("where", "sum"), (in_own, in_other)),
                **dict.fromkeys(("family", "names"), (True, True)),
                "period": (has_periods or not other_has_periods, other_has_periods),
                "drop": (True, False),
            }
            to_shares, to_compute = destinations.get(name, (False, True))
            for_shares += [typed] if to_shares else []
            for_compute += [typed] if to_compute else []
    return for_shares, for_compute


def _has_column(headings: list[str], columns: Sequence[str]) -> bool:
    """Whether a file with these headings has one of the columns, named by heading or number."""
    folded = {heading.casefold() for heading in headings}
    return any(column.casefold() in folded or column.isdecimal() for column in columns)


@add_completion_class
class Bash(BashComplete):
    """Completion in bash, which splits ``--by=x`` into three words and needs escapes."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the incomplete one, and the incomplete one."""
        args, incomplete = super().get_completion_args()
        return [arg for arg in args if arg != "="], "" if incomplete == "=" else incomplete

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A completion with two levels of escapes, because bash removes one when it reads it."""
        typed = (
            _NEEDS_ESCAPE.sub(r"\\\\\g<0>", str(item.value)) if item.type == "plain" else item.value
        )
        return f"{item.type},{typed}"


def headings(path: str) -> list[str]:
    """The cells of the first line of a file; empty if they can't be read."""
    if not os.path.isfile(path):  # a pipe would be empty when the command reads it
        return []
    try:
        with open_decompressed(path) as file:
            line = file.readline(_MAX_LINE)
        is_utf16 = line.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = (line + b"\0" if is_utf16 else line).decode(
            "utf-16" if is_utf16 else "utf-8-sig", "replace"
        )
        if text.startswith(("{", "[")):
            record = json.loads(text.strip().removeprefix("[").removesuffix(",").removesuffix("]"))
            return [str(key) for key in record] if isinstance(record, dict) else []
        cells = next(csv.reader([text], delimiter=detect_delimiter(path, [text])), [])
    except (SpamIndexError, OSError, ValueError, csv.Error):
        return []
    return [cell.strip() for cell in cells if cell.strip().isprintable() and cell.strip()]
