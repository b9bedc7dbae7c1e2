"""What is said on standard error, and where standard input comes from."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from spamindex.errors import FileError, SpamIndexError, SpamIndexNote, SpamIndexWarning
from spamindex.names import visible

if TYPE_CHECKING:
    from spamindex.sources import Source


def say(line: str) -> None:
    """Write one line to standard error."""
    put(f"spamindex: {visible(line)}\n")


def put(lines: str) -> None:
    """Write lines to standard error; where that can't be, the exit code still says something."""
    with suppress(OSError, AttributeError, ValueError):  # full, None, closed
        sys.stderr.write(visible(lines, but="\n"))
        sys.stderr.flush()


def say_if_named_otherwise(path: str | None, style: str) -> None:
    """Say of a file whose name promises another format than was written into it."""
    named = (path or "").rpartition(".")[2].lower()
    if named != style and named in ("csv", "tsv", "json", "jsonl", "html"):
        say(f"note: {path}: written as {style}; -f {named} writes what its name says")


def source(path: str) -> Source:
    """A path of the command line as what can be read: - is standard input."""
    if path != "-":
        return path
    if sys.stdin is None:
        raise FileError("standard input: is closed")
    return sys.stdin.buffer


@contextmanager
def findings(*, strict: bool = False) -> Iterator[None]:
    """Say each finding about the data on one line; the warnings are errors if ``strict``."""
    doubts: list[str] = []

    def tell(message: Warning | str, category: type[Warning], *place: Any) -> None:
        if issubclass(category, SpamIndexNote):
            say(f"note: {message}")
        elif not issubclass(category, SpamIndexWarning):
            show(message, category, *place)
        elif strict:
            doubts.append(str(message))
        else:
            say(f"warning: {message}")

    with warnings.catch_warnings():
        show = warnings.showwarning
        warnings.showwarning = tell  # type: ignore[assignment]
        for category in (SpamIndexNote, SpamIndexWarning):
            warnings.simplefilter("always", category)
        yield
    if doubts:
        raise SpamIndexError(*doubts)
