"""Records of messages, of whatever format, as one table that DuckDB reads as it goes.

The door of this room for files: paths in, Records out, which count themselves and say what was
found on the way. Which files: files.py; of what format: formats.py; as a relation: delimited.py,
json_records.py, parquet.py, fingerprints.py; whether all was read: integrity.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from spamindex import sources
from spamindex.errors import ColumnError, FileError, Findings, Remedy, SpamIndexError
from spamindex.messages import delimited, engine, files, integrity, parquet
from spamindex.messages.counting import counts_of
from spamindex.messages.fingerprints import (
    OWN_MAIL,
    UNREADABLE,
    Fingerprints,
    fingerprints,
    own_mail,
    senders,
)
from spamindex.messages.formats import ADDRESS, KINDS, Format, first_rows, recognized
from spamindex.messages.frames import FIRST, cells_of, first_cells
from spamindex.messages.json_records import P0F_SYMBOL, JsonRecords, from_json, refuse_halves
from spamindex.messages.options import RecordOptions, time_zone
from spamindex.messages.query import Counts, Question
from spamindex.messages.roles import question
from spamindex.sources import scratch_folder
from spamindex.words import headed, usual

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation


class Table(Protocol):
    """Records before it is known what is asked of them."""

    @property
    def columns(self) -> list[str]:
        """The columns that each record shows."""

    def add_path(self, name: str) -> bool:
        """Whether a name leads to something within a column; then it is a column, too."""

    def relation(self, shown: Iterable[str], used: Iterable[str]) -> DuckDBPyRelation:
        """The columns ``shown`` as they are, and those ``used`` with single values in cells."""


@dataclass
class Flat:
    """Records that are a relation already, with nothing within their columns."""

    records: DuckDBPyRelation

    @property
    def columns(self) -> list[str]:
        """Its columns, but for our own."""
        return [name for name in self.records.columns if name != UNREADABLE]

    def add_path(self, name: str) -> bool:
        """No name leads to anything within a text."""
        return False

    def relation(self, shown: Iterable[str], used: Iterable[str]) -> DuckDBPyRelation:
        """All columns: DuckDB reads no more than what is asked of them."""
        return self.records


@dataclass
class Records:
    """Records as a relation of DuckDB, all columns as text unless the file says otherwise.

    ``names`` are what messages call the files, by path, and ``formats`` what they are; ``known``
    are the fingerprints that were read with them; ``findings`` what is to be said of both.
    ``relation`` has the columns that a question has asked for last, as it needs them.
    """

    table: Table
    connection: DuckDBPyConnection
    names: dict[str, str]
    formats: dict[str, Format]
    known: Fingerprints | None = None
    findings: list[Findings] = field(default_factory=list)
    relation: DuckDBPyRelation = field(init=False)

    def __post_init__(self) -> None:
        self.relation = self.table.relation(self.columns, ())

    @property
    def kind(self) -> str:
        """What the files are, as ``formats.KINDS`` says it."""
        return next(iter(self.formats.values())).kind

    @property
    def columns(self) -> list[str]:
        """Its columns, but for our own."""
        return self.table.columns

    def question(self, options: RecordOptions) -> Question:
        """What is to be counted of them, see ``roles.question``.

        A name that is no column may be the path to a value within one: ``source.ip``. Raises a
        SpamIndexError, too, where a column holds only for some of the records.
        """
        if self.kind == "addresses" and self.known is None:
            raise ColumnError(
                "a list of addresses says no OS",
                settles=[Remedy("fingerprints", None, "knows it by address")],
            )
        if isinstance(self.table, JsonRecords) and not (options.os or self.known):
            has_os = usual(self.columns, "os")
            if not has_os and self.table.add_path(P0F_SYMBOL):  # of Rspamd
                options = replace(options, os=P0F_SYMBOL)
        if self.kind == "fields" and not options.time and {"date", "time"} <= {*self.columns}:
            options = replace(options, time="time")  # in which the date stands, too
        absent = [name for name in options.columns if not headed(self.columns, name)]
        inner = [name for name in dict.fromkeys(absent) if self.table.add_path(name)]
        there = [*self.columns, *inner]
        try:
            found = question(
                there,
                options,
                fingerprints=self.known,
                cells=self._first_cells,
                is_log=self.kind == "p0f",
                unreadable=UNREADABLE if UNREADABLE in self.relation.columns else None,
                headings=self.kind == "csv",
                findings=self.findings[-1],
            )
        except ColumnError as error:
            raise self._without_headings(error) from error
        used = found.columns
        if isinstance(self.table, JsonRecords):
            own = [name for name in used if name in self.table.keys]
            flag = found.spam.column if found.spam and not options.spam else None
            refuse_halves(self.table.lists, own, flag)
        self.relation = self.table.relation(self.columns, used)
        return found

    def _first_cells(self, columns: Sequence[str]) -> dict[str, list[str]]:
        import duckdb

        if self.kind == "csv":  # of which DuckDB reads far ahead, where a quotation never ends
            path, format_ = next(iter(self.formats.items()))
            return cells_of(format_.columns, first_rows(path, format_, FIRST))
        try:
            return first_cells(self.table.relation(columns, ()), columns)
        except duckdb.InterruptException:
            raise
        except duckdb.Error:  # what is wrong with a file is said when it is counted
            return {}
        finally:
            engine.forget_rejects(self.connection)

    def _without_headings(self, error: ColumnError) -> ColumnError:
        """Why a column is not found, where the files have no headings to find it by."""
        format_ = next(iter(self.formats.values()))
        if format_.headings:
            return error
        name = next(iter(self.names.values()))
        remedies = []
        pattern = f"regexp_full_match(trim(#1), '{ADDRESS}', 'i')"
        for column in self.columns if self.known else ():
            cells = self.relation.select(engine.identifier(column)).limit(1)
            if cells.filter(pattern.replace("#1", engine.identifier(column))).fetchall():
                remedies.append(Remedy("client", column, "takes that column"))
        return ColumnError(
            f"{name}:{format_.skip + 1}: is no heading but a record, so columns go by number, "
            f"from 1 to {len(self.columns)}",
            settles=remedies or [Remedy("os", "1", "takes the first one")],
        )

    def counted(self, asked: Question, *, skip_bad: bool) -> Counts:
        """Count them, with the lines that can't be read among them.

        Those are doubted in the ``findings``; more than 1 in 1,000 raise a FileError unless
        ``skip_bad``.
        """
        through = {
            path: format_
            for path, format_ in self.formats.items()
            if self.kind == "csv" or format_.layout == "array" or files.how_packed(path)
        }
        findings = self.findings[-1]
        counted = self.table.relation((), asked.columns)
        with integrity.read_through(through, self.connection.interrupt) as lines:
            counts = counts_of(counted, asked, bring=self._brought, keep=self._kept)
            bad = integrity.rejected(self.connection, self.names, self.kind)
            if self.kind == "csv":
                findings.doubts += integrity.check_all_read(
                    counts.read + len(bad), self.names, through, lines()
                )
        if not counts.read + len(bad):
            raise FileError(f"{next(iter(self.names.values()))}: has no record of a message")
        if self.kind == "p0f":
            self.relation.create_view("log")
            findings.doubts += own_mail(self.connection.sql(OWN_MAIL).fetchall())
        first = min(bad, default=None)
        if counts.unreadable:
            unreadable = integrity.first_unreadable(self.names, self.formats)
            first = min(filter(None, (first, unreadable)), default=None)
        counts = replace(counts, unreadable=counts.unreadable + len(bad))
        findings.doubts += integrity.refuse_bad(
            counts.unreadable, counts.read, first, skip_bad=skip_bad, within=findings.name
        )
        return counts

    def _brought(self, table: Any) -> Any:
        """A table where the records are; fingerprints are there already."""
        return self.connection.from_df(table) if hasattr(table, "iloc") else table

    def _kept(self, relation: Any) -> Any:
        """A relation as a table, which can be asked several times."""
        name = f"kept{len(self.connection.sql('show tables').fetchall())}"
        relation.create(name)
        return self.connection.table(name)


@contextmanager
def open_records(
    paths: Sequence[str],
    stream: Callable[[str], sources.Source],
    *,
    ports: Collection[str] | None = None,
    logs: Sequence[str] = (),
    zone: str | None = None,
    skip_bad: bool = False,
) -> Iterator[Records]:
    """Open files, folders and patterns of them as one table; ``-`` is what ``stream`` makes of it.

    They are all of one kind: tables of delimited text with the same headings, logs of Zeek or W3C
    with the same fields, JSON, Parquet, p0f logs as text or JSON, or a client's address on each
    line. Of p0f logs only the connections to ``ports`` count, if any are given. ``logs`` are p0f
    logs, written in the time zone ``zone``, that know the OS of the clients in the records. Raises
    a SpamIndexError where they can't be read.
    """
    with scratch_folder() as scratch:
        findings = Findings(_together(paths))
        found = files.found([path for path in paths if path != "-"], findings)
        wanted = [*found, *(["-"] if "-" in paths else [])]
        names = files.opened(wanted, scratch, recognized, stream)
        of_logs = files.opened(logs, scratch, recognized)
        if len(names) == 1 and not os.path.isdir(paths[0]):
            findings.name = next(iter(names.values()))
        with engine.connected({**names, **of_logs}, scratch) as connection:
            said, known = [], None
            if logs:
                said.append(Findings(_together(logs)))
                known = _known(connection, of_logs, zone, said[0], skip_bad=skip_bad)
            formats = {path: recognized(path, name) for path, name in names.items()}
            check_alike(formats, names)
            opened = table(connection, formats, names, ports)
            yield Records(opened, connection, names, formats, known, [*said, findings])


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
        if other.columns != format_.columns:
            raise ColumnError(
                f"{names[path]}:{max(1, other.skip)}: has other columns than {names[first]}; count "
                "them apart"
            )
        if (other.delimiter, other.missing) != (format_.delimiter, format_.missing):
            raise FileError(
                f"{names[path]}: separates its columns by {other.delimiter!r}, but {names[first]} "
                f"by {format_.delimiter!r}; count them apart"
            )


def table(
    connection: DuckDBPyConnection,
    formats: dict[str, Format],
    names: dict[str, str],
    ports: Collection[str] | None,
) -> Table:
    """Files of one kind as a table, by their formats. Raises a SpamIndexError."""
    [(path, first), *others] = names.items()
    kind = formats[path].kind
    folders = set(engine.partitions([path]))
    for other, name in others:
        if odd := folders ^ set(engine.partitions([other])):
            raise ColumnError(
                f"{name} and {first}: only one of them is in a folder {min(odd)}=...; count them "
                "apart"
            )
    if ports and kind != "p0f":
        raise FileError(f"{first}: is no p0f log, and only those say a port")
    found: Table
    if kind == "json":
        found = from_json(connection, formats, names)
        own = found.keys
    elif kind == "parquet":
        found = parquet.from_parquet(connection, names)
        own = parquet.own_columns(connection, list(names))
    elif kind == "csv":
        found = Flat(delimited.from_table(connection, formats))
        own = list(next(iter(formats.values())).columns)
    elif kind == "fields":
        found = Flat(delimited.from_fields(connection, formats, names))
        own = list(next(iter(formats.values())).columns)
    elif kind == "addresses":
        return Flat(delimited.from_addresses(connection, formats))
    else:
        return Flat(_events(connection, formats, ports))
    refuse_folders(list(names), own)
    return found


def refuse_folders(paths: Sequence[str], own: Collection[str]) -> None:
    """Refuse files whose ``own`` columns stand in the names of their folders, too."""
    for key, folder in engine.partitions(paths).items():
        if same := [column for column in own if column.casefold() == key.casefold()]:
            raise ColumnError(
                f"{folder}: its records have a column {same[0]!r}, too, and which of them is meant "
                "is open; rename the folder or the column"
            )


def _events(
    connection: DuckDBPyConnection,
    formats: dict[str, Format],
    ports: Collection[str] | None = None,
) -> DuckDBPyRelation:
    """What p0f's logs say of those who connect, as text and in JSON."""
    found: DuckDBPyRelation | None = None
    for layout in ("text", "json"):
        paths = [path for path, format_ in formats.items() if format_.layout == layout]
        if paths:
            part = senders(engine.lines(connection, paths), ports, layout=layout)
            found = part if found is None else found.union(part)
    assert found is not None
    return found


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
    zone = None if zone is None else time_zone(zone)
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
        of_logs = files.opened(logs, scratch, recognized)
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
    formats = {path: recognized(path, name) for path, name in logs.items()}
    for path, format_ in formats.items():
        if format_.kind != "p0f":
            raise FileError(f"{logs[path]}: is {KINDS[format_.kind]}, and no p0f log")
    packed = {path: format_ for path, format_ in formats.items() if files.how_packed(path)}
    with integrity.read_through(packed, connection.interrupt):
        known, read, bad = fingerprints(connection, _events(connection, formats), zone)
    first = integrity.first_unreadable(logs, formats) if bad else None
    rejected = integrity.rejected(connection, logs, "p0f")
    first = min(filter(None, (first, *rejected)), default=None)
    bad, read = bad + len(rejected), read + len(rejected)
    findings.doubts += integrity.refuse_bad(
        bad, read, first, skip_bad=skip_bad, within=findings.name
    )
    return known
