"""The streams of a command: messages, progress, - as input, -o as output, closed pipes."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from spamindex.errors import FileError, Findings, OutputError, SpamIndexError

if TYPE_CHECKING:
    from spamindex.sources import Source

_BAR_DELAY = 1.0  # seconds before the progress bar appears
_BAR_INTERVAL = 0.2  # seconds between two updates
_BAR_WIDTH = 30


def printable(text: str, *, but: str = "") -> str:
    """Escape what could control a terminal; see ``names.visible``, which is loaded if needed."""
    if text.translate(dict.fromkeys(map(ord, but))).isprintable():
        return text
    from spamindex.names import visible

    return visible(text, but=but)


def say(line: str) -> None:
    """Write one line to standard error."""
    write_stderr(f"spamindex: {printable(line)}\n")


def write_stderr(lines: str) -> None:
    """Write lines to standard error; if that fails, only the exit code reports the error."""
    with suppress(OSError, AttributeError, ValueError):  # disk full, None, closed
        sys.stderr.write(printable(lines, but="\n"))
        sys.stderr.flush()


def source(path: str) -> Source:
    """The source for a path of the command line: - is standard input."""
    if path != "-":
        return path
    if sys.stdin is None:
        raise FileError("standard input: is closed")
    return sys.stdin.buffer


def say_findings(
    all_findings: Sequence[Findings],
    *,
    strict: bool = False,
    quiet: bool = False,
    verbose: bool = False,
) -> None:
    """Print at most one note and one warning for each input.

    ``verbose`` prints the notes that are certain, too; ``quiet`` prints nothing. If ``strict``, the
    warnings are raised as a SpamIndexError after the notes.
    """
    import click

    from spamindex.cli.shell import spell

    ctx = click.get_current_context(silent=True)
    warnings: list[str] = []
    for findings in all_findings:
        if not quiet and (note := findings.note(always=verbose)) is not None:
            say(f"note: {note}")
        if (warning := findings.warning(partial(spell, ctx=ctx) if ctx else str)) is not None:
            warnings.append(warning)
            if not (strict or quiet):
                say(f"warning: {warning}")
    if strict and warnings:
        raise SpamIndexError(*warnings)


def write(result: str | bytes, path: str | None = None) -> None:
    """Write text in UTF-8, or an image, to standard output or to a file.

    A file is replaced only when it is complete; a pipe or a device is written to directly. On a
    terminal, control characters are escaped. Raises OutputError, or BrokenPipeError if the reader
    closed the pipe.
    """
    data = result.encode() if isinstance(result, str) else result
    if path == "":
        raise OutputError("-o names no file")
    try:
        if path is None or path == "-":
            _write_stdout(result)
        elif (descriptor := _open_stream(path)) is not None:
            with open(descriptor, "wb") as file:
                file.write(data)
        else:
            _replace_file(os.path.realpath(path), data)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        target = "standard output" if path in (None, "-") else path
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(f"{target}: can't be written: {reason}") from error


def discard_stdout() -> None:
    """Discard what Python would still flush to standard output at exit."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_stdout(result: str | bytes) -> None:
    if sys.stdout is None:
        raise OSError("it is closed")
    if sys.stdout.isatty():
        if isinstance(result, bytes):
            raise OSError("it is a terminal, and this an image; name a file with -o")
        result = printable(result, but="\n\t")
    unwritten = memoryview(result.encode() if isinstance(result, str) else result)
    sys.stdout.flush()
    while unwritten:  # an unbuffered stream (PYTHONUNBUFFERED) may write only a part
        unwritten = unwritten[sys.stdout.buffer.write(unwritten) :]
    sys.stdout.buffer.flush()


def _open_stream(path: str) -> int | None:
    """Open a pipe, a device or a file descriptor for writing; None if the path is for a file."""
    path = {"/dev/stdout": "/dev/fd/1", "/dev/stderr": "/dev/fd/2"}.get(path, path)
    folder, name = os.path.split(path)
    if folder in ("/dev/fd", "/proc/self/fd") and name.isdecimal():
        # Opening it again would write a file behind it from its start.
        return os.dup(int(name))
    is_file = os.path.isfile(path) or not os.path.exists(path)
    return None if is_file else os.open(path, os.O_WRONLY)


def _replace_file(path: str, data: bytes) -> None:
    from spamindex.sources import cleanup

    partial_path = f"{path}.{os.getpid()}.part"

    def remove() -> None:
        with suppress(FileNotFoundError):  # it has been renamed
            os.unlink(partial_path)

    with cleanup(remove):
        with open(partial_path, "xb") as file:
            file.write(data)
        if os.path.exists(path):
            os.chmod(partial_path, stat.S_IMODE(os.stat(path).st_mode))
        os.replace(partial_path, path)


@contextmanager
def progress(percent: Callable[[], float]) -> Iterator[None]:
    """Show a progress bar while the block runs, if it takes over a second on a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    from spamindex.sources import cleanup

    done = threading.Event()

    def draw() -> None:
        if done.wait(_BAR_DELAY):
            return
        fraction = 0.0
        while not done.wait(_BAR_INTERVAL):
            if (current := percent()) >= 0:  # it is negative between queries
                fraction = min(current / 100, 1.0)
            bar = "#" * round(fraction * _BAR_WIDTH)
            sys.stderr.write(f"\r[{bar:-<{_BAR_WIDTH}}] {fraction:4.0%}")
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
