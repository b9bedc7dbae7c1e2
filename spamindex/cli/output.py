"""Where a result goes: to standard output, or whole into a file and never half."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import BinaryIO

from spamindex.errors import OutputError
from spamindex.names import visible
from spamindex.sources import tidied


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
        result = visible(result, but="\n\t")
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
    try:
        if stat.S_ISREG(os.stat(path).st_mode):
            return None
    except FileNotFoundError:
        return None
    return os.open(path, os.O_WRONLY)


def _replace(path: str, data: bytes) -> None:
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
