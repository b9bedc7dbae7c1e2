"""A Remedy of an error or warning in, the option or command that a user has to type out."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

import click

from spamindex.errors import Remedy, Spelling

_TABLES = {"spam": "spam", "market": "share"}  # arguments, and the beginnings of options
_GIVEN = click.core.ParameterSource.COMMANDLINE


def spelling(ctx: click.Context) -> Spelling:
    """How the command that runs spells the remedies of its errors and doubts."""
    return lambda remedy: spell(remedy, ctx)


def spell(remedy: Remedy, ctx: click.Context) -> str:
    """A remedy as what to type: an option, or a whole command where only ``shares`` has it.

    ``Remedy("unit", of="market")`` is ``--share-unit`` in ``compute`` and ``--unit`` in
    ``shares``; ``Remedy("decimal", ",", of="market")`` is in ``compute``
    ``spamindex shares share.csv --decimal , | spamindex compute spam.csv -``.
    """
    from spamindex.cli.command import command_of

    if option := _option(remedy, ctx.command):
        return option
    if ctx.command.name == "chart":
        option = _option(remedy, command_of("compute"))
        return f"spamindex compute SPAM SHARE {option}" if option else str(remedy)
    if (option := _option(remedy, command_of("shares"))) is None:
        return str(remedy)
    if ctx.command.name == "compute" and remedy.of in _TABLES:
        return _through_shares(option, _TABLES[remedy.of], ctx)
    return f"spamindex shares TABLE {option}"


def _option(remedy: Remedy, command: click.Command) -> str | None:
    """The option of a command that a remedy is, with its value; None where it has none."""
    params = {param.name: param for param in command.params if isinstance(param, click.Option)}
    field = getattr(command, "fields", {}).get(remedy.field, remedy.field)
    # A table has an option of its own, or both have one; where nobody knows of which, both are it.
    of_table = [f"{table}_{field}" for role, table in _TABLES.items() if remedy.of in (role, None)]
    found = [params[name] for name in (field, *of_table) if name in params]
    return " or ".join(_written(param, remedy.value) for param in found) or None


def _written(option: click.Option, value: str | None) -> str:
    name = max(option.opts, key=len)
    if option.is_flag:
        return max(option.secondary_opts, key=len) if value == "False" else name
    if value is not None:
        return f"{name} {shlex.quote(value)}"
    return (
        name if getattr(option.type, "choices", None) else f"{name} {option.metavar or ''}".rstrip()
    )


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
    from spamindex.cli.completion import headings
    from spamindex.meaning import is_period

    in_table, elsewhere = headings(path), headings(other)
    has_periods, they_have = (any(map(is_period, found)) for found in (in_table, elsewhere))
    # Columns that the clean table still has.
    kept = {"os", str(ctx.params["key"]).casefold(), *(b.name.casefold() for b in ctx.params["by"])}
    of_table: list[str] = []
    of_rest: list[str] = []
    for option, value in _given(ctx):
        spelled, name = _spelled(option, value), option.name or ""
        if name in (f"{table}_column", f"{table}_unit"):
            of_table.append(spelled.replace(f"--{table}-", "--", 1))
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
        of_table += [spelled] * to_table
        of_rest += [spelled] * to_rest
    return of_table, of_rest


def _given(ctx: click.Context) -> Iterator[tuple[click.Option, Any]]:
    """The options of the command line, each with one of its values."""
    for option in ctx.command.params:
        name = option.name or ""
        if isinstance(option, click.Option) and ctx.get_parameter_source(name) is _GIVEN:
            values = ctx.params[name] if option.multiple else [ctx.params[name]]
            yield from ((option, value) for value in values)


def _has(found: list[str], columns: Sequence[str]) -> bool:
    """Whether one of the columns, by heading or number, is among the headings of a file."""
    folded = {heading.casefold() for heading in found}
    return any(column.casefold() in folded or column.isdecimal() for column in columns)


def _spelled(option: click.Option, value: Any) -> str:
    """An option as it was given, with one of its values."""
    name = max(option.opts, key=len)
    if option.is_flag:
        return name if value else max(option.secondary_opts, key=len)
    if columns := getattr(value, "columns", None):  # of --by
        value = f"{columns[0]}:{value.span}" if value.span else "=".join(columns)
    values = value if isinstance(value, tuple) else (value,)
    texts = [f"{part:.15g}" if isinstance(part, float) else str(part) for part in values]
    return " ".join([name, *map(shlex.quote, texts)])
