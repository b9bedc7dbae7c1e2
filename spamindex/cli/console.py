"""What is said on standard error, how a way out is spelled, and where standard input comes from."""

from __future__ import annotations

import shlex
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from spamindex.errors import (
    FileError,
    Findings,
    Remedy,
    SpamIndexError,
    SpamIndexNote,
    SpamIndexWarning,
    Spelling,
)
from spamindex.names import visible

if TYPE_CHECKING:
    import click

    from spamindex.names import Names
    from spamindex.sources import Source


def say(line: str) -> None:
    """Write one line to standard error."""
    put(f"spamindex: {visible(line)}\n")


def say_note(line: str) -> None:
    """Write a note to standard error."""
    say(f"note: {line}")


def put(lines: str) -> None:
    """Write lines to standard error; where that can't be, the exit code still says something."""
    with suppress(OSError, AttributeError, ValueError):  # full, None, closed
        sys.stderr.write(visible(lines, but="\n"))
        sys.stderr.flush()


def source(path: str) -> Source:
    """A path of the command line as what can be read: - is standard input."""
    if path != "-":
        return path
    if sys.stdin is None:
        raise FileError("standard input: is closed")
    return sys.stdin.buffer


def names_of(path: str | None) -> Names:
    """The names of --names, or the built-in ones alone."""
    if path is None:
        from spamindex.names import BUILT_IN

        return BUILT_IN
    from spamindex.tables.synonyms import read_names  # which loads pandas

    return read_names(source(path))


def say_findings(
    findings: Sequence[Findings],
    *,
    strict: bool = False,
    quiet: bool = False,
    verbose: bool = False,
    spell: Spelling = str,
) -> None:
    """Say of each input at most one note and one warning.

    ``verbose`` says the notes of what is certain, too; ``quiet`` says nothing. Raises a
    SpamIndexError with all the warnings if ``strict``, after the notes.
    """
    doubts: list[str] = []
    for found in findings:
        if (note := found.note(always=verbose)) is not None and not quiet:
            say_note(note)
        if (warning := found.warning(spell)) is None:
            continue
        if strict:
            doubts.append(warning)
        elif not quiet:
            say(f"warning: {warning}")
    if doubts:
        raise SpamIndexError(*doubts)


@contextmanager
def warnings_said(*, strict: bool = False, quiet: bool = False) -> Iterator[None]:
    """Say what the library warns of in the block, a line each, as ``say_findings`` does."""
    doubts: list[str] = []

    def tell(message: Warning | str, category: type[Warning], *place: Any) -> None:
        if issubclass(category, SpamIndexNote):
            if not quiet:
                say_note(str(message))
        elif not issubclass(category, SpamIndexWarning):
            show(message, category, *place)
        elif strict:
            doubts.append(str(message))
        elif not quiet:
            say(f"warning: {message}")

    with warnings.catch_warnings():
        show = warnings.showwarning
        warnings.showwarning = tell  # type: ignore[assignment]
        for category in (SpamIndexNote, SpamIndexWarning):
            warnings.simplefilter("always", category)
        yield
    if doubts:
        raise SpamIndexError(*doubts)


# ---- How a way out of an error is spelled ----

_TABLES = {"spam": "spam", "market": "share"}  # arguments, and the beginnings of options


def spelling(ctx: click.Context) -> Spelling:
    """How the command that runs spells the remedies of its errors and doubts."""
    return lambda remedy: spell(remedy, ctx)


def spell(remedy: Remedy, ctx: click.Context) -> str:
    """A remedy as what to type: an option, or a whole command where only ``shares`` has it.

    ``Remedy("unit", of="market")`` is ``--share-unit`` in ``compute`` and ``--unit`` in
    ``shares``; ``Remedy("decimal", ",", of="market")`` is in ``compute``
    ``spamindex shares share.csv --decimal , | spamindex compute spam.csv -``.
    """
    if option := _option(remedy, ctx.command):
        return option
    shares = getattr(ctx.find_root().command, "commands", {}).get("shares")
    option = _option(remedy, shares) if shares is not None else None
    if option is None:
        return str(remedy)
    if ctx.command.name == "compute" and remedy.of in _TABLES:
        return _through_shares(option, _TABLES[remedy.of], ctx)
    return f"spamindex shares TABLE {option}"


def _option(remedy: Remedy, command: click.Command) -> str | None:
    """The option of a command that a remedy is, with its value; None where it has none."""
    params = {param.name: param for param in command.params if param.opts[0].startswith("-")}
    field = getattr(command, "fields", {}).get(remedy.field, remedy.field)
    of_table = [f"{table}_{field}" for role, table in _TABLES.items() if remedy.of in (role, None)]
    found = [params[name] for name in (field, *of_table) if name in params]
    # A table has an option of its own, or it is the same for both; where nobody knows, both.
    return " or ".join(_written(param, remedy.value) for param in found) or None


def _written(param: click.Parameter, value: str | None) -> str:
    name = max(param.opts, key=len)
    if getattr(param, "is_flag", False):
        return max(param.secondary_opts, key=len) if value == "False" else name
    if value is not None:
        return f"{name} {shlex.quote(value)}"
    metavar = param.metavar or ""
    return f"{name} {metavar}" if metavar else name


def _through_shares(option: str, table: str, ctx: click.Context) -> str:
    """The pipeline that reads one table of ``compute`` with an option that only ``shares`` has."""
    other = next(name for name in _TABLES.values() if name != table)
    paths: Mapping[str, Any] = ctx.params
    first = f"spamindex shares {_path(paths[table])} {option}"
    if paths[other] == "-":  # standard input is taken
        places = {table: f"<({first})", other: "-"}
        return f"spamindex compute {places['spam']} {places['share']}"
    places = {table: "-", other: _path(paths[other])}
    return f"{first} | spamindex compute {places['spam']} {places['share']}"


def _path(path: str) -> str:
    # What the shell put in place of a command (<(zcat x.gz)) is gone when the command has ended.
    return "<(...)" if path.startswith("/dev/fd/") else shlex.quote(path)
