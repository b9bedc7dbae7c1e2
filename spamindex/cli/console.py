"""What is said on standard error, and where standard input comes from."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from spamindex.errors import FileError, Findings, SpamIndexError, Spelling

if TYPE_CHECKING:
    from spamindex.names import Names
    from spamindex.sources import Source


def shown(text: str, *, but: str = "") -> str:
    """Text of which nothing can steer a terminal; see ``names.visible``, loaded where needed."""
    if text.translate(dict.fromkeys(map(ord, but))).isprintable():
        return text
    from spamindex.names import visible

    return visible(text, but=but)


def say(line: str) -> None:
    """Write one line to standard error."""
    put(f"spamindex: {shown(line)}\n")


def say_note(line: str) -> None:
    """Write a note to standard error."""
    say(f"note: {line}")


def put(lines: str) -> None:
    """Write lines to standard error; where that can't be, the exit code still says something."""
    with suppress(OSError, AttributeError, ValueError):  # full, None, closed
        sys.stderr.write(shown(lines, but="\n"))
        sys.stderr.flush()


def source(path: str) -> Source:
    """A path of the command line as what can be read: - is standard input."""
    if path != "-":
        return path
    if sys.stdin is None:
        raise FileError("standard input: is closed")
    return sys.stdin.buffer


def names_of(path: str | None) -> tuple[Names, list[Findings]]:
    """The names of --names, and what is to be said of the file; or the built-in ones alone."""
    if path is None:
        from spamindex.names import BUILT_IN

        return BUILT_IN, []
    from spamindex.tables.synonyms import names_in  # which loads pandas

    names, findings = names_in(source(path))
    return names, [findings]


def say_findings(
    findings: Sequence[Findings],
    *,
    strict: bool = False,
    quiet: bool = False,
    verbose: bool = False,
) -> None:
    """Say of each input at most one note and one warning.

    ``verbose`` says the notes of what is certain, too; ``quiet`` says nothing. Raises a
    SpamIndexError with all the warnings if ``strict``, after the notes.
    """
    import click

    from spamindex.cli.remedies import spelling

    ctx = click.get_current_context(silent=True)
    spell: Spelling = spelling(ctx) if ctx else str
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
