"""A path or open file in; bytes or text out, decompressed, decoded; delimiters; temporary files."""

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

from spamindex.errors import Doubt, FileError, Findings, Remedy, did_you_mean

Source: TypeAlias = str | os.PathLike[str] | BinaryIO

_CHUNK = 1 << 20  # bytes read at once, and the longest line
_MAX_BYTES = 1 << 30  # enough for a share table of ten million rows
_MAX_RATIO = 1000  # tables compress about 10:1, zip bombs a million to one
_MIN_LIMIT = 1 << 24  # bytes that even the smallest compressed file may unpack to
_TOO_LARGE = "is larger than 1 GiB; a table of shares or counts is needed"
_BOMB = (
    f"unpacks to more than {_MAX_RATIO} times its size, as no table does; if it is one, unpack it "
    "first"
)
_COMPRESSIONS = {
    re.compile(rb"\x1f\x8b"): "gzip",
    re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"): "bz2",
    re.compile(rb"\xfd7zXZ\0"): "lzma",
    re.compile(rb"\x28\xb5\x2f\xfd"): (
        "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    ),
}

DELIMITERS = "\t;|,"  # the first wins a tie, and the comma is last: it may be a decimal mark

# The first bytes of files that are not text.
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
    """A text file in memory, its name in messages, and the findings about its encoding."""

    name: str
    data: bytes
    encoding: str
    findings: Findings

    @property
    def ends_in_a_line(self) -> bool:
        """Whether the last line has a line end. It is usually missing where a file was cut off."""
        return self.data.rstrip(b"\0").endswith((b"\n", b"\r"))

    @property
    def has_quotes(self) -> bool:
        """Whether the file contains a quotation mark."""
        return b'"' in self.data

    def lines(self) -> Iterator[str]:
        """The lines with their line ends, without byte-order marks."""
        lines = io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, newline="")
        if not self.encoding.startswith(_WIDE) and codecs.BOM_UTF8 not in self.data:
            return lines
        # A file that was concatenated from others has a mark at the start of each.
        return (line.lstrip("\ufeff") for line in lines)


def read(source: Source, encoding: str | None = None) -> Text:
    """Read a file, or an open binary one, as text; gzip, bz2, xz and zstd are decompressed.

    Without ``encoding`` the encoding is UTF-16 or UTF-32 where a byte-order mark says so, UTF-16
    where zero bytes do (with a note), else UTF-8, else Windows-1252 (with a warning).
    Raises FileError.
    """
    return decode(name_of(source), read_bytes(source), encoding)


def read_bytes(source: Source) -> bytes:
    """Read all bytes of a file, or of an open binary one, and decompress them.

    Raises FileError if it can't be read or is too large.
    """
    name = name_of(source)
    with _opened(name, source) as file:
        data = _read_limited(name, file.read, _MAX_BYTES, _TOO_LARGE)
    if _compression(data) is None:
        return data
    limit, complaint = max(_MAX_RATIO * len(data), _MIN_LIMIT), _BOMB
    if limit >= _MAX_BYTES:
        limit, complaint = _MAX_BYTES, _TOO_LARGE
    with _decompressed(name, io.BytesIO(data), data) as file:
        return _read_limited(name, file.read, limit, complaint)


def refuse_documents(name: str, data: bytes) -> None:
    """Raise FileError for data that is not text, or is markup; the error says how to convert it."""
    for signature, complaint in _DOCUMENTS.items():
        if data.startswith(signature):
            raise FileError(f"{name}: {complaint}")
    if markup := _MARKUP.match(data.removeprefix(codecs.BOM_UTF8)[:1000]):
        kind = "XML" if markup[1] in (b"?xml", b"svg") else "HTML"
        raise FileError(f"{name}: is {kind}; save the table as CSV")


def binary_lines(source: Source) -> Iterator[bytes]:
    """Yield the decompressed lines of a file of any size, one at a time. Raises FileError."""
    name = name_of(source)
    with open_decompressed(source) as file:
        while line := file.readline(_CHUNK):
            if len(line) == _CHUNK and not line.endswith(b"\n"):
                raise FileError(f"{name}: has a line that is longer than a million characters")
            yield line


@contextlib.contextmanager
def open_decompressed(source: Source) -> Iterator[BinaryIO]:
    """Open a file, or take an open binary one, and decompress it on reading. Raises FileError."""
    name = name_of(source)
    with _opened(name, source) as file:
        raw: Any = file if hasattr(file, "peek") else io.BufferedReader(file)
        with _decompressed(name, raw, raw.peek(10)) as decompressed:
            yield decompressed


def name_of(source: Source) -> str:
    """What messages call a source: its path, or standard input."""
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    name = str(getattr(source, "name", "<stream>"))
    return "standard input" if name in ("<stdin>", "0") else name


@contextlib.contextmanager
def _opened(name: str, source: Source) -> Iterator[BinaryIO]:
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
def _decompressed(name: str, raw: BinaryIO, beginning: bytes) -> Iterator[BinaryIO]:
    module = _compression(beginning)
    if module is None:
        yield raw
        return
    try:
        with importlib.import_module(module).open(raw) as file:
            yield file
    except FileError:
        raise
    except Exception as error:  # each library has its own exceptions for damaged data
        raise FileError(f"{name}: the compressed data is damaged or cut off: {error}") from error


def _compression(beginning: bytes) -> str | None:
    """The module that decompresses data with this beginning, or None if it is not compressed."""
    for signature, module in _COMPRESSIONS.items():
        if signature.match(beginning):
            return module
    return None


def _read_limited(name: str, read: Callable[[int], bytes], limit: int, complaint: str) -> bytes:
    """Read to the end; refuse more than ``limit`` bytes, and text with a line that is too long."""
    data, is_text, line_length = io.BytesIO(), True, 0
    while chunk := read(_CHUNK):
        if not isinstance(chunk, bytes):
            raise FileError(f"{name}: is open as text; open it in binary, or give its path")
        if not data.tell():
            is_text = not (_compression(chunk) or chunk.startswith((*WORKBOOKS, *_DOCUMENTS)))
        data.write(chunk)
        line_end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        line_length = len(chunk) - line_end - 1 if line_end >= 0 else line_length + len(chunk)
        if line_length > _CHUNK and is_text:
            _refuse_zeros(name, data.getvalue())
            number = data.getvalue().count(b"\n") + 1
            raise FileError(f"{name}:{number}: the line is longer than a million characters")
        if data.tell() > limit:
            raise FileError(f"{name}: {complaint}")
    return data.getvalue()


# ---- Encodings ----

_WIDE = ("utf-16", "utf-32")
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, because its mark starts with that of UTF-16
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_HIGH_BYTES = {"utf-16-le": 1, "utf-16-be": 0}  # where the high byte of each character is
_FALLBACK = "windows-1252"
_COMMON_ENCODINGS = ("utf-8", "utf-16", "latin-1", "cp1252", "cp1251", "shift_jis", "gb18030")
_ENCODING = (Remedy("encoding", None, "names the right one"),)


def encoding_name(encoding: str) -> str:
    """Python's own name of a text encoding. Raises FileError for anything else."""
    try:
        "".encode(encoding)  # codecs.lookup also knows hex and zip, which are not text
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        near = did_you_mean(encoding, _COMMON_ENCODINGS)
        raise FileError(f"{encoding!r} is not an encoding that Python knows{near}") from error
    return "utf-8-sig" if name == "utf-8" else name


def decode(name: str, data: bytes, encoding: str | None = None) -> Text:
    """The bytes of a file as text, see ``read``. Raises FileError if they can't be decoded."""
    findings = Findings(name)
    if encoding is not None:
        codec = encoding_name(encoding)
        if not codec.startswith(_WIDE):
            _refuse_zeros(name, data)
        if not _can_decode(data, codec):
            raise FileError(f"{name}: is not text in {encoding}", settles=_ENCODING)
        return Text(name, data, codec, findings)
    codec = _detect_encoding(name, data)
    if codec == _FALLBACK:
        remedy = Remedy("encoding", codec, "says that it is right")
        findings.doubts.append(Doubt("is not UTF-8, and was read as Windows-1252", (remedy,)))
    if codec in _HIGH_BYTES:
        findings.notes.append(f"has no byte-order mark, and was read as {codec}")
    return Text(name, data, codec, findings)


def _detect_encoding(name: str, data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            if _can_decode(data, encoding):
                return encoding
            raise FileError(f"{name}: begins like {encoding}, but is damaged or cut off")
    for encoding, high_byte in _HIGH_BYTES.items():
        # Letters of Latin-1 in UTF-16: every high byte is zero, and no other byte is.
        if 2 * data.count(0) == len(data) > 0 and not any(data[high_byte::2]):
            return encoding
    _refuse_zeros(name, data)
    for encoding in ("utf-8-sig", _FALLBACK):
        if _can_decode(data, encoding):
            return encoding
    raise FileError(f"{name}: is not text in UTF-8 or Windows-1252", settles=_ENCODING)


def _refuse_zeros(name: str, data: bytes) -> None:
    """Raise FileError for zero bytes, which text has only in UTF-16 and UTF-32."""
    if b"\0" in data:
        settles = [Remedy("encoding", "utf-16-le", "reads it, if it is UTF-16")]
        raise FileError(
            f"{name}: is not a text file: it holds zero bytes",
            settles=settles if _can_decode(data, "utf-16-le") else [],
        )


def _can_decode(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _CHUNK):  # in chunks, so that no second copy is in memory
            text = decoder.decode(data[start : start + _CHUNK])
            if not encoding.startswith(("utf-8", *_WIDE)):
                text.encode()  # decoders such as UTF-7's let half a surrogate pair through
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


# ---- Delimiters ----


def detect_delimiter(name: str, sample: list[str]) -> str:
    """The delimiter that gives the most rows the same number of cells.

    ``sample`` has the first lines of the file ``name``. Raises FileError if no delimiter fits.
    """

    def most_rows_alike(delimiter: str) -> int:
        widths = Counter(_count_cells(line, delimiter) for line in sample)
        return max((rows for width, rows in widths.items() if width > 1), default=0)

    lines = sum(1 for line in sample if line.strip())
    if not lines:
        raise FileError(f"{name}: is empty; a table of names and figures is needed")
    best = max(DELIMITERS, key=most_rows_alike)
    if most_rows_alike(best) < min(lines, 2):
        raise FileError(
            f"{name}: can't find the columns: no comma, semicolon, tab or | separates them"
        )
    return best


def _count_cells(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), []))
    except csv.Error:  # longer than csv's limit
        return 0


# ---- Temporary files ----

_REMOVE_ATTEMPTS = 100

_cleanups: list[Callable[[], None]] = []


def run_cleanups() -> None:
    """Run the cleanups of all open ``cleanup`` blocks, because a signal ends the process."""
    for clean in reversed(_cleanups):
        clean()


@contextlib.contextmanager
def cleanup(clean: Callable[[], None]) -> Iterator[None]:
    """Call ``clean`` at the end of the block, or when a signal ends the process inside it."""
    _cleanups.append(clean)
    try:
        yield
    finally:
        clean()
        _cleanups.remove(clean)


@contextlib.contextmanager
def scratch_folder() -> Iterator[str]:
    """Make a temporary folder, and remove it after the block. Raises FileError."""
    import shutil
    import tempfile

    try:
        folder = tempfile.mkdtemp(prefix="spamindex-")
    except OSError as error:
        reason = f"{error.strerror}; name another folder in TMPDIR"
        raise FileError(f"temporary files can't be written: {reason}") from error

    def remove() -> None:
        for _ in range(_REMOVE_ATTEMPTS):  # other threads may still be writing into it
            with contextlib.suppress(OSError):
                shutil.rmtree(folder)
            if not os.path.exists(folder):
                break

    with cleanup(remove):
        yield folder
