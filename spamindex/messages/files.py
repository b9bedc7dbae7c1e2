"""Which files are meant by paths, folders, patterns and pipes, and how DuckDB can open them."""

from __future__ import annotations

import glob
import os
import shutil
import stat
from collections.abc import Callable, Sequence

from spamindex import sources
from spamindex.errors import Doubt, FileError, Findings, listed

_SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")
_PACKED = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst"}
_BEGINNING = 1 << 21  # bytes: more than the longest line


def found(paths: Sequence[str], findings: Findings) -> list[str]:
    """The files that are meant, each once, in order. Raises FileError where there are none.

    What is left out of a folder becomes a doubt of the ``findings``.
    """
    files: dict[str, str] = {}
    for path in paths:
        if os.path.isdir(path):
            there = _in_folder(path, findings)
        elif os.path.exists(path) or not glob.has_magic(path):
            there = [path]
        else:
            there = sorted(glob.glob(path, recursive=True))
            if not there:
                raise FileError(f"{path}: no file has such a name")
        for file in there:
            files.setdefault(_itself(file), file)
    return list(files.values())


def _in_folder(folder: str, findings: Findings) -> list[str]:
    every = [
        os.path.join(inner, name)
        for inner, _, names in sorted(os.walk(folder))
        for name in sorted(names)
        if not name.startswith((".", "_"))
    ]
    there = [path for path in every if _suffix(path) in _SUFFIXES]
    if not there:
        raise FileError(f"{folder}: is a folder without {', '.join(_SUFFIXES)} files")
    if rest := [path for path in every if _suffix(path) not in _SUFFIXES]:
        findings.doubts.append(Doubt(f"left out by their names: {listed(rest)}"))
    return there


def _suffix(name: str) -> str:
    stem, suffix = os.path.splitext(name.lower())
    return os.path.splitext(stem)[1] if suffix in (".gz", ".zst") else suffix


def _itself(path: str) -> str:
    """The path that a file has in truth, whatever links lead to it."""
    try:
        return os.path.realpath(path)
    except OSError:  # the current folder is gone
        return path


def opened(
    paths: Sequence[str],
    scratch: str,
    check: Callable[[str, str], object],
    stream: Callable[[str], sources.Source] | None = None,
) -> dict[str, str]:
    """What messages call each file, by a path under which DuckDB reads it, as often as it likes.

    What comes out of a pipe is kept in the folder ``scratch``; ``-`` is what ``stream`` makes of
    it. ``check`` is called with the path and name of what has been kept of a pipe at first: what
    is no text may be endless. Raises FileError.
    """
    names: dict[str, str] = {}
    for path in paths:
        if path == "-" and stream is not None:
            name = "standard input"
            names[_kept(name, stream("-"), scratch, check)] = name
        else:
            names[_lasting(path, scratch, check)] = path
    return {_as_duckdb_likes(path, scratch): name for path, name in names.items()}


def how_packed(path: str) -> str:
    """The suffix of data that is compressed as it is in a file: .gz or .zst, or none."""
    try:
        with open(path, "rb") as file:
            beginning = file.read(4)
    except OSError:  # whoever reads it says what is wrong
        return ""
    return next((s for magic, s in _PACKED.items() if beginning.startswith(magic)), "")


def _as_duckdb_likes(path: str, scratch: str) -> str:
    """A path that ends as DuckDB wants it to: in .gz or .zst where it is compressed, else in none.

    That is a link in the folder ``scratch`` where the file's own name does not say so, or is a
    pattern to DuckDB, or not in UTF-8.
    """
    packed = how_packed(path)
    suffix = os.path.splitext(path.lower())[1]
    fits = suffix == packed or (not packed and suffix not in _PACKED.values())
    if fits and not any(c in "*?[" or "\ud800" <= c <= "\udfff" for c in path):
        return path
    link = os.path.join(scratch, f"{len(os.listdir(scratch))}{packed}")
    os.symlink(os.path.abspath(path), link)
    return link


def _lasting(path: str, scratch: str, check: Callable[[str, str], object]) -> str:
    """The path of a file, or of what came out of a pipe, which can't be read twice."""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISFIFO(mode):
            with open(path, "rb") as pipe:
                return _kept(path, pipe, scratch, check)
    except OSError:  # whoever reads it says what is wrong
        return path
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise FileError(f"{path}: is a device, and no file; - is standard input")
    return path


def _kept(
    name: str, stream: sources.Source, scratch: str, check: Callable[[str, str], object]
) -> str:
    """A stream as a file, which can be read twice: to see what it is, and in parallel."""
    path = os.path.join(scratch, f"{len(os.listdir(scratch))}.stream")
    try:
        with open(path, "wb") as file:
            file.write(stream.read(_BEGINNING))  # type: ignore[union-attr]
            file.flush()
            if not how_packed(path):
                check(path, name)
            shutil.copyfileobj(stream, file)  # type: ignore[arg-type]
    except OSError as error:
        where = os.path.dirname(scratch)
        raise FileError(f"{name}: can't be kept in {where}: {error.strerror}") from error
    return path
