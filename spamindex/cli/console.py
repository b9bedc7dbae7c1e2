"""Standard error: notes, warnings (--strict, -q, -v), errors, a progress bar. Standard input."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from spamindex.errors import FileError, Findings, SpamIndexError, Spelling

if TYPE_CHECKING:
    from spamindex.sources import Source


_PATIENCE = 1.0  # seconds before a bar is shown
_OFTEN = 0.2  # seconds between two of its steps
_WIDTH = 30


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


@contextmanager
def progress(percent: Callable[[], float]) -> Iterator[None]:
    """Show a bar while the block runs, if that takes more than a second and somebody looks."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    from spamindex.sources import tidied

    done = threading.Event()
    thread = threading.Thread(target=_show, args=(percent, done), daemon=True)
    thread.start()

    def stop() -> None:
        done.set()
        thread.join(1)

    with tidied(stop):
        yield


def _show(percent: Callable[[], float], done: threading.Event) -> None:
    if done.wait(_PATIENCE):
        return
    part = 0.0
    while not done.wait(_OFTEN):
        if (now := percent()) >= 0:  # it is below between queries
            part = min(now / 100, 1.0)
        bar = "#" * round(part * _WIDTH)
        sys.stderr.write(f"\r[{bar:-<{_WIDTH}}] {part:4.0%}")
        sys.stderr.flush()
    sys.stderr.write("\r\x1b[K")
    sys.stderr.flush()
