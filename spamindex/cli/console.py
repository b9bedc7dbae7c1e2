"""The streams of the command: what is said on standard error, read from - and written to -o."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from spamindex.errors import FileError, Findings, OutputError, SpamIndexError

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
    found: Sequence[Findings], *, strict: bool = False, quiet: bool = False, verbose: bool = False
) -> None:
    """Say of each input at most one note and one warning.

    ``verbose`` says the notes of what is certain, too; ``quiet`` says nothing. Raises a
    SpamIndexError with all the warnings if ``strict``, after the notes.
    """
    import click

    from spamindex.cli.shell import spelling

    ctx = click.get_current_context(silent=True)
    spell = spelling(ctx) if ctx else str
    doubts: list[str] = []
    for findings in found:
        if not quiet and (note := findings.note(always=verbose)) is not None:
            say(f"note: {note}")
        if (warning := findings.warning(spell)) is not None:
            doubts.append(warning)
            if not (strict or quiet):
                say(f"warning: {warning}")
    if strict and doubts:
        raise SpamIndexError(*doubts)


def write(result: str | bytes, path: str | None = None) -> None:
    """Write text in UTF-8, or an image, to standard output or to a file, replaced only as a whole.

    A pipe or a device is written to as it is. What could steer a terminal is made visible where
    standard output is one. Raises OutputError; BrokenPipeError where nobody reads on.
    """
    data = result.encode() if isinstance(result, str) else result
    if path == "":
        raise OutputError("-o names no file")
    try:
        if path is None or path == "-":
            _to_stdout(result)
        elif (stream := _stream(path)) is not None:
            with open(stream, "wb") as file:
                file.write(data)
        else:
            _replace(os.path.realpath(path), data)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        where = "standard output" if path in (None, "-") else path
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(f"{where}: can't be written: {reason}") from error


def silence() -> None:
    """Let standard output swallow what Python still wants to flush to it when it ends."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _to_stdout(result: str | bytes) -> None:
    if sys.stdout is None:
        raise OSError("it is closed")
    if sys.stdout.isatty():
        if isinstance(result, bytes):
            raise OSError("it is a terminal, and this an image; name a file with -o")
        result = shown(result, but="\n\t")
    rest = memoryview(result.encode() if isinstance(result, str) else result)
    sys.stdout.flush()
    while rest:  # an unbuffered stream (PYTHONUNBUFFERED) takes what its pipe has room for
        rest = rest[sys.stdout.buffer.write(rest) :]
    sys.stdout.buffer.flush()


def _stream(path: str) -> int | None:
    """A path as a stream to write into, where it is no file to put in place."""
    path = {"/dev/stdout": "/dev/fd/1", "/dev/stderr": "/dev/fd/2"}.get(path, path)
    folder, name = os.path.split(path)
    if folder in ("/dev/fd", "/proc/self/fd") and name.isdecimal():
        # Opened anew, a file behind it would be written from its start.
        return os.dup(int(name))
    is_file = os.path.isfile(path) or not os.path.exists(path)
    return None if is_file else os.open(path, os.O_WRONLY)


def _replace(path: str, data: bytes) -> None:
    from spamindex.sources import cleanup

    beside = f"{path}.{os.getpid()}.part"

    def remove() -> None:
        with suppress(FileNotFoundError):  # where it has become the file
            os.unlink(beside)

    with cleanup(remove):
        with open(beside, "xb") as file:
            file.write(data)
        if os.path.exists(path):
            os.chmod(beside, stat.S_IMODE(os.stat(path).st_mode))
        os.replace(beside, path)


@contextmanager
def progress(percent: Callable[[], float]) -> Iterator[None]:
    """Show a bar while the block runs, if that takes more than a second and somebody looks."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    from spamindex.sources import cleanup

    done = threading.Event()

    def draw() -> None:
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

    def stop() -> None:
        done.set()
        thread.join(1)

    thread = threading.Thread(target=draw, daemon=True)
    thread.start()
    with cleanup(stop):
        yield
