"""Paths, pipes, streams in; unpacked bytes or text out; PDF refused; delimiter; temporary files."""

from __future__ import annotations

import codecs
import contextlib
import csv
import importlib
import io
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

from spamindex import encodings
from spamindex.errors import FileError, Findings

Source: TypeAlias = str | os.PathLike[str] | BinaryIO

_MAX_BYTES = 1 << 30  # ten million rows of a share table fit; a bomb of zeros does not
_PIECE = 1 << 20
_MOST_TIMES = 1000  # a table is packed to a tenth, a bomb to a millionth
_ANYWAY = 1 << 24  # bytes may come of however few
_TOO_LARGE = "is larger than 1 GiB; a table of shares or counts is needed"
_BOMB = (
    f"unpacks to more than {_MOST_TIMES} times its size, as no table does; if it is one, unpack it "
    "first"
)
_COMPRESSED = {
    re.compile(rb"\x1f\x8b"): "gzip",
    re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"): "bz2",
    re.compile(rb"\xfd7zXZ\0"): "lzma",
    re.compile(rb"\x28\xb5\x2f\xfd"): (
        "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    ),
}

DELIMITERS = "\t;|,"  # where the lines leave it open the first wins: a comma may be a decimal mark


# What is no text, by how it begins, and what to do with it.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_DOCUMENTS = {
    b"%PDF": "is a PDF; save the table as CSV",
    b"SQLite format 3\0": "is an SQLite database; export the table as CSV",
    b"PAR1": "is a Parquet file; if it holds records of messages, count them with tally",
    b"Obj\x01": "is an Avro file; export the table as CSV",
    b"\x89PNG": "is a picture; the figures behind it are needed, as CSV",
    b"\xff\xd8\xff": "is a picture; the figures behind it are needed, as CSV",
    b"{\\rtf": "is a text document (RTF); save the table as CSV",
}
_MARKUP = re.compile(rb"\s*<(!doctype html|html|head|body|table|\?xml|svg)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """A text file in memory, under the name that messages call it by, and what is to be said."""

    name: str
    data: bytes
    encoding: str
    findings: Findings

    @property
    def ends_in_a_line(self) -> bool:
        """Whether its last line has a line end, as a file that is whole mostly does."""
        return self.data.rstrip(b"\0").endswith((b"\n", b"\r"))

    @property
    def has_quotes(self) -> bool:
        """Whether there is a quotation mark anywhere in it."""
        return b'"' in self.data

    def lines(self) -> Iterator[str]:
        """Its lines, each with the end it has, and without the byte-order marks before them."""
        lines = io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, newline="")
        if not self.encoding.startswith(encodings.WIDE) and codecs.BOM_UTF8 not in self.data:
            return lines
        return (line.lstrip("\ufeff") for line in lines)  # files put together keep their marks


def read(source: Source, encoding: str | None = None) -> Text:
    """Read a file, or an open binary one, compressed (gzip, bz2, xz, zstd) or not.

    Without ``encoding`` it is found out: from the byte-order mark, or where zero bytes stand in
    UTF-16 without one, with a note among the findings; else it is UTF-8, else Windows-1252 with a
    warning. Raises FileError.
    """
    return decoded(name_of(source), content(source), encoding)


def decoded(name: str, data: bytes, encoding: str | None = None) -> Text:
    """The bytes of a file as text, see ``read``."""
    return Text(name, data, *encodings.of(name, data, encoding))


def content(source: Source) -> bytes:
    """All bytes of a file, or of an open binary one, unpacked where they are compressed.

    Raises FileError where it can't be read, or is too large.
    """
    name = name_of(source)
    with _opened(name, source) as file:
        data = _at_most(name, file.read, _MAX_BYTES, _TOO_LARGE)
    if _compressed(data) is None:
        return data
    most, too_large = max(_MOST_TIMES * len(data), _ANYWAY), _BOMB
    if most >= _MAX_BYTES:
        most, too_large = _MAX_BYTES, _TOO_LARGE
    with _expanded(name, io.BytesIO(data), data) as file:
        return _at_most(name, file.read, most, too_large)


def refuse_documents(name: str, data: bytes) -> None:
    """Raise FileError for what is no text, or no table in it: say what it is and what to do."""
    for beginning, what in _DOCUMENTS.items():
        if data.startswith(beginning):
            raise FileError(f"{name}: {what}")
    if markup := _MARKUP.match(data.removeprefix(codecs.BOM_UTF8)[:1000]):
        kind = "XML" if markup[1] in (b"?xml", b"svg") else "HTML"
        raise FileError(f"{name}: is {kind}; save the table as CSV")


def binary_lines(source: Source) -> Iterator[bytes]:
    """The lines of a file, or an open binary one, compressed or not, one after the other.

    However large it is, no more than a line is in memory. Raises FileError.
    """
    name = name_of(source)
    with unpacked(source) as lines:
        while line := lines.readline(_PIECE):
            if len(line) == _PIECE and not line.endswith(b"\n"):
                raise FileError(f"{name}: has a line that is longer than a million characters")
            yield line


@contextlib.contextmanager
def unpacked(source: Source) -> Iterator[BinaryIO]:
    """A file, or an open binary one, as what was compressed in it. Raises FileError."""
    name = name_of(source)
    with _opened(name, source) as file:
        raw: Any = file if hasattr(file, "peek") else io.BufferedReader(file)
        with _expanded(name, raw, raw.peek(10)) as lines:
            yield lines


@contextlib.contextmanager
def _opened(name: str, source: Source) -> Iterator[BinaryIO]:
    """A file by its path, or an open one as it is."""
    try:
        if isinstance(source, str | os.PathLike):
            with open(source, "rb") as file:
                yield file
        else:
            yield source
    except IsADirectoryError as error:
        raise FileError(f"{name}: is a directory; name a file in it") from error
    except (OSError, ValueError) as error:  # ValueError: a closed file, a path with a zero byte
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"{name}: can't be read: {reason}") from error


@contextlib.contextmanager
def _expanded(name: str, raw: BinaryIO, beginning: bytes) -> Iterator[BinaryIO]:
    """An open file as what was compressed in it, or as it is."""
    if (module := _compressed(beginning)) is None:
        yield raw
        return
    try:
        with importlib.import_module(module).open(raw) as file:
            yield file
    except FileError:
        raise
    except Exception as error:  # each library has kinds of its own for damaged data
        raise FileError(f"{name}: the compressed data is damaged or cut off: {error}") from error


def _compressed(beginning: bytes) -> str | None:
    """The library that can read data which begins so, None for what is not compressed."""
    return next((m for magic, m in _COMPRESSED.items() if magic.match(beginning)), None)


def name_of(source: Source) -> str:
    """What messages call a source: its path, or standard input."""
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    name = str(getattr(source, "name", "<stream>"))
    return "standard input" if name in ("<stdin>", "0") else name


def _at_most(name: str, read: Callable[[int], bytes], most: int, too_large: str) -> bytes:
    """All that there is to read, as long as no line of it, nor the whole, is too long."""
    data, is_packed, line = io.BytesIO(), False, 0
    while piece := read(_PIECE):
        if not isinstance(piece, bytes):
            raise FileError(f"{name}: is open as text; open it in binary, or give its path")
        if not data.tell():
            # Binary data has no lines; what kind it is, is said later.
            is_packed = _compressed(piece) is not None or piece.startswith(
                (*WORKBOOKS, *_DOCUMENTS)
            )
        data.write(piece)
        end = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        line = len(piece) - end - 1 if end >= 0 else line + len(piece)
        if line > _PIECE and not is_packed:
            encodings.refuse_zeros(name, data.getvalue())
            number = data.getvalue().count(b"\n") + 1
            raise FileError(f"{name}:{number}: the line is longer than a million characters")
        if data.tell() > most:
            raise FileError(f"{name}: {too_large}")
    return data.getvalue()


def delimiter_of(name: str, sample: list[str]) -> str:
    """The delimiter that gives the most rows of one and the same width.

    ``sample`` are the first lines of the file ``name``. Raises FileError where there is none.
    """

    def rows_alike(delimiter: str) -> int:
        widths = Counter(_cells_in(line, delimiter) for line in sample)
        return max((n for width, n in widths.items() if width > 1), default=0)

    lines = sum(1 for line in sample if line.strip())
    if not lines:
        raise FileError(f"{name}: is empty; a table of names and figures is needed")
    best = max(DELIMITERS, key=rows_alike)
    if rows_alike(best) < min(lines, 2):
        raise FileError(
            f"{name}: can't find the columns: no comma, semicolon, tab or | separates them"
        )
    return best


def _cells_in(line: str, delimiter: str) -> int:
    """How many cells a line has by itself, whether or not a quotation goes on after it."""
    try:
        return len(next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), []))
    except csv.Error:  # longer than csv's limit
        return 0


_TRIES = 100  # to remove a folder

_to_tidy: list[Callable[[], None]] = []


def tidy_up() -> None:
    """Undo what is half done, as where a signal is about to end the process."""
    for tidy in reversed(_to_tidy):
        tidy()


@contextlib.contextmanager
def tidied(tidy: Callable[[], None]) -> Iterator[None]:
    """Call ``tidy`` at the end of the block, or where a signal ends the process in it."""
    _to_tidy.append(tidy)
    try:
        yield
    finally:
        tidy()
        _to_tidy.remove(tidy)


@contextlib.contextmanager
def scratch_folder() -> Iterator[str]:
    """A folder for files of our own, which goes with them. Raises FileError where there is none."""
    import shutil
    import tempfile

    try:
        folder = tempfile.mkdtemp(prefix="spamindex-")
    except OSError as error:
        why = f"{error.strerror}; name another folder in TMPDIR"
        raise FileError(f"temporary files can't be written: {why}") from error

    def remove() -> None:
        for _ in range(_TRIES):  # other threads may still write into it
            with contextlib.suppress(OSError):
                shutil.rmtree(folder)
            if not os.path.exists(folder):
                break

    with tidied(remove):
        yield folder
