"""Which files of message records are meant, and of what kind each one is."""

from __future__ import annotations

import glob
import itertools
import json
import os
import re
import warnings
from collections.abc import Sequence

from spamindex import sources as textfile
from spamindex.errors import FileError, SpamIndexWarning, listed
from spamindex.messages import fingerprints

KINDS = {
    "parquet": "a Parquet file",
    "csv": "a table of delimited text",
    "json": "JSON lines",
    "p0f": "a p0f log",
    "addresses": "a list of addresses",
}
ADDRESS = re.compile(  # in which a colon can be the first in one way only: lines can be long
    rb"\[?(ipv6:)?([0-9.]{7,15}|[0-9a-f.]*:[0-9a-f:.]+)\]?([:/]\d+)?", re.IGNORECASE
)

_SAMPLE = 1000  # lines that say which columns there are
_SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")
_PACKED = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst"}
_ARRAY = re.compile(rb'\[\s*([\[{"\]]|$)')
_NOT_DUCKDBS_NAME = re.compile("[*?[\ud800-\udfff]")
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
            _say_left_out(path, there)
            if not there:
                raise FileError(f"{path}: is a folder without {', '.join(_SUFFIXES)} files")
        elif os.path.exists(path):
            there = [path]
        else:
            there = sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else [path]
            if not there:
                raise FileError(f"{path}: no file has such a name")
        files += there
    return list({_itself(path): path for path in reversed(files)}.values())[::-1]


def _itself(path: str) -> str:
    """The path that a file has in truth, whatever links lead to it."""
    try:
        return os.path.realpath(path)
    except OSError:  # the current folder is gone
        return path


def _say_left_out(folder: str, there: Sequence[str]) -> None:
    every = [
        os.path.join(inner, name)
        for inner, _, names in sorted(os.walk(folder))
        for name in sorted(names)
        if not name.startswith((".", "_"))
    ]
    if there and (rest := [path for path in every if path not in set(there)]):
        doubt = f"{folder}: left out by their names: {listed(rest)}"
        warnings.warn(SpamIndexWarning(doubt), stacklevel=4)


def by_its_suffix(path: str, scratch: str) -> str:
    """A path that ends as DuckDB wants it to: in .gz or .zst where it is compressed, else in none.

    That is a link in the folder ``scratch`` where the file's own name does not say so, or is a
    pattern to DuckDB, or not in UTF-8.
    """
    packed = how_packed(path)
    suffix = os.path.splitext(path.lower())[1]
    fits = suffix == packed or (not packed and suffix not in _PACKED.values())
    if fits and not _NOT_DUCKDBS_NAME.search(path):
        return path
    link = os.path.join(scratch, f"{len(os.listdir(scratch))}{packed}")
    os.symlink(os.path.abspath(path), link)
    return link


def how_packed(path: str) -> str:
    """The suffix of data that is compressed as it is in a file: .gz or .zst, or none."""
    try:
        with open(path, "rb") as file:
            beginning = file.read(4)
    except OSError:  # kind() says what is wrong
        return ""
    return next((s for magic, s in _PACKED.items() if beginning.startswith(magic)), "")


def _suffix(name: str) -> str:
    stem, suffix = os.path.splitext(name.lower())
    return os.path.splitext(stem)[1] if suffix in (".gz", ".zst") else suffix


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
    return _kind_of_text(name, lines[0].removeprefix(b"\xef\xbb\xbf").strip())


def _kind_of_text(name: str, first: bytes) -> str:
    """The kind of a text file, by its first line."""
    if b"\0" in first:
        raise FileError(f"{name}: is neither Parquet nor text in UTF-8, which iconv makes")
    if fingerprints.is_log(first):
        return "p0f"
    if first.startswith(b"{"):
        return "json"
    if ADDRESS.fullmatch(first):
        return "addresses"
    if _ARRAY.match(first):
        raise FileError(f"{name}: is a JSON array; jq -c '.[]' makes JSON lines of it")
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
        found = json.loads(line)
        json.dumps(found, ensure_ascii=False).encode()  # half a character is none to DuckDB
        return isinstance(found, dict)
    except (ValueError, RecursionError):
        return False
