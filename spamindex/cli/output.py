"""Text or a picture in; to standard output, or whole into a file (-o), by its ending."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple

import click

from spamindex.cli.console import say_findings, say_note, shown
from spamindex.cli.formats import FOR_PEOPLE, Table, render
from spamindex.errors import Findings, OutputError

# What else formats are called, in --format and as the ending of a file.
ALSO = {"htm": "html", "markdown": "github", "md": "github", "ndjson": "jsonl", "tex": "latex"}
_ENDINGS = {**{name: name for name in ("csv", "tsv", "json", "jsonl", "html")}, **ALSO}
# Endings that promise what no command writes, and what to do instead.
_OTHERS = {
    "gz bz2 xz zst zip": "compressed files are not written; write an uncompressed one first",
    "xlsx xls ods": "workbooks are not written; write .csv, which spreadsheets open",
    "parquet feather sqlite db": "that is no format here; write .csv or .jsonl",
    "svg png pdf": "pictures are drawn by spamindex chart, from what -f csv writes",
}


def format_of(path: str | None, formats: Collection[str]) -> str | None:
    """The format that the name of a file ends in: None where it says nothing, "" for none of these.

    Raises UsageError for an ending that promises another kind of file.
    """
    ending = os.path.splitext(path or "")[1].removeprefix(".").lower()
    for endings, advice in _OTHERS.items():
        if ending in endings.split():
            raise click.UsageError(f"-o {path}: {advice}")
    if not ending.isalpha() or ending == "txt":
        return None
    return style if (style := _ENDINGS.get(ending, "")) in formats else ""


class Output(NamedTuple):
    """What a command was asked about its result, and about what it says beside it.

    ``output`` is the file to write to (None is standard output), ``format`` one of
    ``formats.FORMATS``. Without a ``precision`` there are 2 decimals for people and all for
    programs. ``columns`` are those of the result that are wanted, None for all.
    """

    output: str | None
    format: str
    precision: int | None
    header: bool
    columns: str | None
    strict: bool
    quiet: bool
    verbose: bool

    @property
    def for_people(self) -> bool:
        """Whether the format is one for reading, with headings in words."""
        return self.format in FOR_PEOPLE

    @property
    def exact(self) -> bool:
        """Whether figures are written with every digit that they have."""
        return self.precision is None and not self.for_people

    def say(self, findings: Sequence[Findings]) -> None:
        """Say what was found on the way; SpamIndexError with the warnings where it is strict."""
        say_findings(findings, strict=self.strict, quiet=self.quiet, verbose=self.verbose)

    def note(self, text: str) -> None:
        """Say a note that is about no input."""
        if not self.quiet:
            say_note(text)

    def write(self, table: Table, **how: Any) -> None:
        """Write a table, with the title and headings that ``render`` takes. OutputError."""
        text = render(table, self.format, precision=self.precision, header=self.header, **how)
        write(text, self.output)


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
    sys.stdout.flush()
    _write_all(sys.stdout.buffer, result.encode() if isinstance(result, str) else result)
    sys.stdout.buffer.flush()


def _write_all(stream: BinaryIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:  # an unbuffered stream (PYTHONUNBUFFERED) takes what its pipe has room for
        rest = rest[stream.write(rest) :]


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
    from spamindex.sources import tidied

    beside = f"{path}.{os.getpid()}.part"

    def remove() -> None:
        with suppress(FileNotFoundError):  # where it has become the file
            os.unlink(beside)

    with tidied(remove):
        with open(beside, "xb") as file:
            file.write(data)
        if os.path.exists(path):
            os.chmod(beside, stat.S_IMODE(os.stat(path).st_mode))
        os.replace(beside, path)
