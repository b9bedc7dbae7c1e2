"""Which files of message records are meant, and of what kind each one is."""

from __future__ import annotations

import glob
import itertools
import json
import os
import re
import shutil
import tempfile
from collections.abc import Sequence

from spamindex import fingerprints, textfile
from spamindex.errors import FileError

KINDS = {
    "parquet": "a Parquet file",
    "csv": "a table of delimited text",
    "json": "JSON lines",
    "p0f": "a p0f log",
    "addresses": "a list of addresses",
}
ADDRESS = re.compile(
    rb"\[?(ipv6:)?([0-9.]{7,15}|[0-9a-f:.]*:[0-9a-f:.]+)\]?([:/]\d+)?", re.IGNORECASE
)

_SAMPLE = 1000  # lines that say which columns there are
_SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")
_NOT_DUCKDBS = {b"BZh": "bzip2", b"\xfd7zXZ": "xz"}


def found(paths: Sequence[str]) -> list[str]:
    """The files that are meant, each once, in order."""
    files: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            there = [
                os.path.join(folder, name)
                for folder, _, names in sorted(os.walk(path))
                for name in sorted(names)
                if not name.startswith((".", "_")) and _suffix(name) in _SUFFIXES
            ]
            if not there:
                raise FileError(f"{path}: is a folder without {', '.join(_SUFFIXES)} files")
        elif os.path.exists(path):
            there = [path]
        else:
            there = sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else [path]
            if not there:
                raise FileError(f"{path}: no file has such a name")
        files += there
    return list(dict.fromkeys(files))


def _suffix(name: str) -> str:
    stem, suffix = os.path.splitext(name.lower())
    return os.path.splitext(stem)[1] if suffix in (".gz", ".zst") else suffix


def _spooled(stdin: textfile.Source, scratch: str) -> str:
    """Standard input as a file, which can be read twice: to see what it is, and in parallel."""
    path = os.path.join(scratch, "standard input")
    try:
        with open(path, "wb") as file:
            shutil.copyfileobj(stdin, file)  # type: ignore[arg-type]
    except OSError as error:
        where = tempfile.gettempdir()
        raise FileError(f"standard input: can't be kept in {where}: {error.strerror}") from error
    return path


def kind(path: str, name: str) -> str:
    """What a file is, by how it begins."""
    try:
        with open(path, "rb") as file:
            beginning = file.read(8)
    except IsADirectoryError as error:
        raise FileError(f"{name}: is a directory; name a file in it") from error
    except OSError as error:
        raise FileError(f"{name}: can't be read: {error.strerror}") from error
    if beginning.startswith(b"PAR1"):
        return "parquet"
    packed = next((by for magic, by in _NOT_DUCKDBS.items() if beginning.startswith(magic)), None)
    if packed:
        raise FileError(
            f"{name}: is compressed by {packed}, which is read from standard input: "
            f"{'bzcat' if packed == 'bzip2' else 'xzcat'} it into spamindex tally -"
        )
    lines = [line for line in first_lines(path) if line.strip()]
    if not lines:
        raise FileError(f"{name}: is empty; records of messages are needed")
    if b"\0" in lines[0]:
        raise FileError(f"{name}: is neither text in UTF-8 nor Parquet")
    if fingerprints.is_log(lines[0]):
        return "p0f"
    if lines[0].lstrip(b"\xef\xbb\xbf").startswith(b"{"):
        return "json"
    if ADDRESS.fullmatch(lines[0].strip()):
        return "addresses"
    return "csv"


def first_lines(path: str) -> list[bytes]:
    """As many lines of a file as say which columns there are."""
    lines = textfile.binary_lines(path)
    try:
        return list(itertools.islice(lines, _SAMPLE))
    finally:
        lines.close()  # type: ignore[attr-defined]


def is_readable(line: bytes, kind: str) -> bool:
    """Whether a line is what a file of its kind has: a JSON object, an address, a line of p0f."""
    if kind == "p0f":
        return fingerprints.is_readable(line)
    if kind == "addresses":
        return bool(ADDRESS.fullmatch(line.strip()))
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
