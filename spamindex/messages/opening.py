"""Paths, folders, patterns and pipes in; Records, or the fingerprints in p0f's logs, out.

Which files are meant, how DuckDB can open each, and whether they are of one kind.
"""

from __future__ import annotations

import glob
import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from spamindex import sources
from spamindex.errors import ColumnError, Doubt, FileError, Findings, Remedy, SpamIndexError, listed
from spamindex.messages import engine, relations
from spamindex.messages.fingerprints import Fingerprints, build_fingerprints
from spamindex.messages.formats import KINDS, Format, detect_format
from spamindex.messages.integrity import (
    COMPRESSED,
    check_bad_lines,
    compression_suffix,
    count_lines_meanwhile,
    rejected_lines,
)
from spamindex.messages.options import parse_zone
from spamindex.messages.records import LocalRecords
from spamindex.sources import scratch_folder

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@contextmanager
def open_records(
    paths: Sequence[str],
    stream: Callable[[str], sources.Source],
    *,
    ports: Collection[str] | None = None,
    logs: Sequence[str] = (),
    zone: str | None = None,
    skip_bad: bool = False,
) -> Iterator[LocalRecords]:
    """Open files, folders and patterns of them as one table; ``-`` is what ``stream`` makes of it.

    They are all of one kind: tables of delimited text with the same headings, logs of Zeek or W3C
    with the same fields, JSON, Parquet, p0f logs as text or JSON, or a client's address on each
    line. Of p0f logs only the connections to ``ports`` count, if any are given. ``logs`` are p0f
    logs, written in the time zone ``zone``, that know the OS of the clients in the records. Raises
    a SpamIndexError where they can't be read.
    """
    with scratch_folder() as scratch:
        findings = Findings(_together(paths))
        wanted = _meant([path for path in paths if path != "-"], _SUFFIXES, findings)
        names = _readable([*wanted, *["-"] * ("-" in paths)], scratch, stream)
        said = Findings(_together(logs))
        of_logs = _readable(_meant(logs, (), said), scratch)
        if len(names) == 1 and not os.path.isdir(paths[0]):
            findings.name = next(iter(names.values()))
        with engine.connected({**names, **of_logs}, scratch) as connection:
            known = None
            if logs:
                known = _known(connection, of_logs, zone, said, skip_bad=skip_bad)
            formats = {path: detect_format(path, name) for path, name in names.items()}
            check_alike(formats, names)
            table = relations.table(connection, formats, names, ports)
            yield LocalRecords(table, connection, names, formats, known, [said, findings])


def _together(paths: Sequence[str]) -> str:
    """What findings call several files."""
    return paths[0] if len(paths) == 1 else f"{len(paths)} files"


def check_alike(formats: Mapping[str, Format], names: Mapping[str, str]) -> None:
    """Refuse files that can't be one table, by the format of each path. Raises a SpamIndexError."""
    first, format_ = next(iter(formats.items()))
    for path, other in formats.items():
        if other.kind != format_.kind:
            is_log = [names[p] for p, f in ((path, other), (first, format_)) if f.kind == "p0f"]
            raise FileError(
                f"{names[path]}: is {KINDS[other.kind]}, but {names[first]} is "
                f"{KINDS[format_.kind]}; count them apart",
                settles=[Remedy("fingerprints", log, "reads it as one") for log in is_log],
            )
        where = f"{names[path]}:{max(1, other.skip)}"
        if other.columns != format_.columns:
            raise ColumnError(f"{where}: has other columns than {names[first]}; count them apart")
        for does, mark, of_first in (
            ("separates its columns", repr(other.delimiter), repr(format_.delimiter)),
            ("marks what is missing", listed(other.missing), listed(format_.missing)),
        ):
            if mark != of_first:
                raise FileError(
                    f"{where}: {does} by {mark}, but {names[first]} by {of_first}; count them apart"
                )


def read_fingerprints(
    logs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    zone: str | None = None,
    skip_bad: bool = False,
) -> Fingerprints:
    """Read p0f 3 logs, as text or JSON, as the OS of each client, with pandas tables.

    ``zone`` is the time zone of the machine that ran p0f, which writes local times; with it they
    become UTC. Lines that can't be read are warned of (SpamIndexWarning); more than 1 in 1,000
    raise a FileError unless ``skip_bad``. Raises SpamIndexError where no log is given, or no such
    zone is known.

    >>> read_fingerprints("data/p0f.log").changing
    1
    """
    paths = [logs] if isinstance(logs, str | os.PathLike) else logs
    if not paths:
        raise SpamIndexError("no p0f log is given")
    zone = None if zone is None else parse_zone(zone)
    known, findings = fingerprints_of(
        [os.fspath(path) for path in paths], zone=zone, skip_bad=skip_bad
    )
    findings.warn()
    return known


def fingerprints_of(
    logs: Sequence[str], *, zone: str | None = None, skip_bad: bool = False
) -> tuple[Fingerprints, Findings]:
    """What ``read_fingerprints`` reads, and what is to be said of the logs."""
    findings = Findings(_together(logs))
    with scratch_folder() as scratch:
        of_logs = _readable(_meant(logs, (), findings), scratch)
        with engine.connected(of_logs, scratch) as connection:
            known = _known(connection, of_logs, zone, findings, skip_bad=skip_bad)
            known = replace(known, latest=known.latest.df(), over_time=known.over_time.df())
    return known, findings


def _known(
    connection: DuckDBPyConnection,
    logs: dict[str, str],
    zone: str | None,
    findings: Findings,
    *,
    skip_bad: bool,
) -> Fingerprints:
    formats = {path: detect_format(path, name) for path, name in logs.items()}
    for path, format_ in formats.items():
        if format_.kind != "p0f":
            what = f"{logs[path]}: is {KINDS[format_.kind]}, and no p0f log"
            if os.path.isdir(findings.name):
                what += f"; a pattern such as {findings.name}/*.log names the logs alone"
            raise FileError(what)
    packed = {path: format_ for path, format_ in formats.items() if compression_suffix(path)}
    with count_lines_meanwhile(packed, connection.interrupt):
        known, read, bad = build_fingerprints(
            connection, relations.of_logs(connection, formats, logs), zone
        )
    rejects = rejected_lines(connection, logs, "p0f")
    findings.doubts += check_bad_lines(
        connection, formats, logs, rejects, bad, read + len(rejects),
        skip_bad=skip_bad, subject=findings.name,
    )  # fmt: skip
    return known


# ---- Files ----

_SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")
_BEGINNING = 1 << 21  # bytes: more than the longest line


def _meant(paths: Sequence[str], suffixes: Sequence[str], findings: Findings) -> list[str]:
    """The files that are meant, each once, in order. Raises FileError where there are none.

    Of a folder those with one of the ``suffixes``, if any are given; what is left out becomes a
    doubt of the ``findings``.
    """
    files: dict[str, str] = {}
    for path in paths:
        there = [path]
        if os.path.isdir(path):
            there = _in_folder(path, suffixes, findings)
        elif glob.has_magic(path) and not os.path.exists(path):
            there = sorted(glob.glob(path, recursive=True))
        for file in there[1:]:  # of several that are not named
            bare, suffix = os.path.splitext(file)
            if suffix in COMPRESSED.values() and bare in there:
                raise FileError(f"{file}: is {bare} packed, by its name; name the files that count")
        if not there:
            raise FileError(f"{path}: no file has such a name")
        for file in there:
            try:
                itself = os.path.realpath(file)  # whatever links lead to it
            except OSError:  # the current folder is gone
                itself = file
            files.setdefault(itself, file)
    return list(files.values())


def _in_folder(folder: str, suffixes: Sequence[str], findings: Findings) -> list[str]:
    every = [
        os.path.join(inner, name)
        for inner, _, names in sorted(os.walk(folder))
        for name in sorted(names)
        if not _is_hidden(os.path.relpath(os.path.join(inner, name), folder))
    ]
    there = [path for path in every if not suffixes or _suffix(path) in suffixes]
    if not there:
        raise FileError(f"{folder}: is a folder without {', '.join(suffixes) or 'any'} files")
    if rest := sorted({*every} - {*there}):
        findings.doubts.append(Doubt(f"left out by their names: {listed(rest)}"))
    return there


def _is_hidden(path: str) -> bool:
    """Whether a file, or a folder above it, is none of the records: a lock, what is half done."""
    return any(part.startswith((".", "_")) and "=" not in part for part in path.split(os.sep))


def _suffix(name: str) -> str:
    stem, suffix = os.path.splitext(name.lower())
    return os.path.splitext(stem)[1] if suffix in (".gz", ".zst") else suffix


def _readable(
    paths: Sequence[str],
    scratch: str,
    stream: Callable[[str], sources.Source] | None = None,
) -> dict[str, str]:
    """What messages call each file, by a path under which DuckDB reads it, as often as it likes.

    What comes out of a pipe is kept in the folder ``scratch``; ``-`` is what ``stream`` makes of
    it. Raises FileError.
    """
    names: dict[str, str] = {}
    for path in paths:
        if path == "-" and stream is not None:
            name = "standard input"
            names[_kept(name, stream("-"), scratch)] = name
        else:
            names[_lasting(path, scratch)] = path
    return {_as_duckdb_likes(path, scratch): name for path, name in names.items()}


def _as_duckdb_likes(path: str, scratch: str) -> str:
    """A path that ends as DuckDB wants it to: in .gz or .zst where it is compressed, else in none.

    That is a link in the folder ``scratch`` where the file's own name does not say so, or is a
    pattern to DuckDB, or not in UTF-8.
    """
    packed = compression_suffix(path)
    suffix = os.path.splitext(path.lower())[1]
    fits = suffix == packed or (not packed and suffix not in COMPRESSED.values())
    if fits and not any(c in "*?[" or "\ud800" <= c <= "\udfff" for c in path):
        return path
    link = os.path.join(scratch, f"{len(os.listdir(scratch))}{packed}")
    os.symlink(os.path.abspath(path), link)
    return link


def _lasting(path: str, scratch: str) -> str:
    """The path of a file, or of what came out of a pipe, which can't be read twice."""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISFIFO(mode):
            with open(path, "rb") as pipe:
                return _kept(path, pipe, scratch)
    except OSError:  # whoever reads it says what is wrong
        return path
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise FileError(f"{path}: is a device, and no file; - is standard input")
    return path


def _kept(name: str, stream: sources.Source, scratch: str) -> str:
    """A stream as a file, which can be read twice: to see what it is, and in parallel."""
    path = os.path.join(scratch, f"{len(os.listdir(scratch))}.stream")
    try:
        with open(path, "wb") as file:
            file.write(stream.read(_BEGINNING))  # type: ignore[union-attr]
            file.flush()
            if not compression_suffix(path):
                detect_format(path, name)  # what has no format may be endless
            shutil.copyfileobj(stream, file)  # type: ignore[arg-type]
    except OSError as error:
        where = os.path.dirname(scratch)
        raise FileError(f"{name}: can't be kept in {where}: {error.strerror}") from error
    return path
