"""Records of messages, of whatever kind, as one table that DuckDB reads as it goes."""

from __future__ import annotations

import os
import shutil
import stat
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spamindex import sources as textfile
from spamindex.errors import ColumnError, FileError, SpamIndexNote
from spamindex.messages import engine as database
from spamindex.messages import files
from spamindex.messages import integrity as losses
from spamindex.messages.counting import count
from spamindex.messages.files import KINDS
from spamindex.messages.fingerprints import UNREADABLE, Fingerprints, fingerprints, senders
from spamindex.messages.query import Counts, Question
from spamindex.messages.relations import relation
from spamindex.messages.roles import question
from spamindex.sources import scratch_folder

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_AROUND = " \t\ufeff"  # what may stand around a heading: files put together keep their marks
_BEGINNING = 1 << 21  # bytes: more than the longest line


@dataclass(frozen=True)
class Records:
    """Records as a relation of DuckDB, all columns as text unless the file says otherwise.

    ``names`` are what messages call the files, by path; ``known`` are the fingerprints that were
    read with them.
    """

    relation: DuckDBPyRelation
    connection: DuckDBPyConnection
    kind: str
    names: dict[str, str]
    known: Fingerprints | None = None
    delimiter: str | None = None  # of CSV

    @property
    def columns(self) -> list[str]:
        """Its columns, but for our own."""
        return [name for name in self.relation.columns if name != UNREADABLE]

    def question(self, **asked: Any) -> Question:
        """What is to be counted of them, see ``roles.question``."""
        unreadable = UNREADABLE if UNREADABLE in self.relation.columns else None
        if self.kind == "addresses" and self.known is None:
            raise ColumnError("a list of addresses says no OS: give --fingerprints")
        return question(self.columns, unreadable=unreadable, fingerprints=self.known, **asked)

    def counted(self, asked: Question, *, skip_bad: bool) -> Counts:
        """Count them, with the lines that can't be read among them.

        Those are warned of; more than 1 in 1,000 raise a FileError unless ``skip_bad``.
        """
        through = [path for path in self.names if self.kind == "csv" or files.how_packed(path)]
        counted = self.relation
        if self.kind == "csv" and asked.client:  # a label shows by itself where it is a heading
            counted, asked = _with_headings_marked(counted, asked)
        stop = self.connection.interrupt
        with losses.read_through(through, stop, delimiter=self.delimiter) as lines:
            counts = count(counted, asked, bring=lambda known: known)
            bad = losses.rejected(self.connection, self.names, self.kind)
            if self.delimiter is not None:
                losses.check_all_read(counts.read + len(bad), self.names, lines(), self.delimiter)
        if self.kind == "json" and asked.spam is None:
            losses.refuse_late_key(self.connection, self.names)
        if not counts.read + len(bad):
            raise FileError(f"{next(iter(self.names.values()))}: has no record of a message")
        if self.kind == "csv":
            counts = _without_headings(counts, asked)
        first = min(bad, default=None)
        if counts.unreadable:
            unreadable = losses.first_unreadable(self.names, self.kind)
            first = min(filter(None, (first, unreadable)), default=None)
        counts = replace(counts, unreadable=counts.unreadable + len(bad))
        losses.refuse_bad(counts.unreadable, counts.read, first, skip_bad=skip_bad)
        return counts


def _with_headings_marked(
    records: DuckDBPyRelation, asked: Question
) -> tuple[DuckDBPyRelation, Question]:
    """CSV whose headings are unreadable where they are repeated as records."""
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression, StarExpression

    around = ConstantExpression(_AROUND)
    cell = FunctionExpression("trim", ColumnExpression(asked.client or ""), around)
    heading = ConstantExpression((asked.client or "").casefold())
    is_heading = FunctionExpression("lower", cell) == heading
    marked = records.select(StarExpression(), is_heading.alias(UNREADABLE))
    return marked, replace(asked, unreadable=UNREADABLE)


def _without_headings(counts: Counts, asked: Question) -> Counts:
    """Leave out the headings of CSV that are repeated as records: what else is bad is rejected."""

    def is_none(label: str) -> bool:
        return asked.os is None or label.strip(_AROUND).casefold() != asked.os.casefold()

    kept = {key: n for key, n in counts.messages.items() if is_none(key[-1])}
    others = {label: n for label, n in counts.others.items() if is_none(label)}
    left = sum(kept.values()) + sum(others.values())
    if repeated := counts.read - left:
        note = f"left out: headings that are repeated as records: {repeated}"
        warnings.warn(SpamIndexNote(note), stacklevel=3)
    return replace(counts, messages=kept, others=others, unreadable=0)


@contextmanager
def open_records(
    paths: Sequence[str],
    stream: Callable[[str], textfile.Source],
    *,
    ports: Collection[str] | None = None,
    logs: Sequence[str] = (),
    zone: str | None = None,
    skip_bad: bool = False,
) -> Iterator[Records]:
    """Open files, folders and patterns of them as one table; ``-`` is what ``stream`` makes of it.

    They are all of one kind: CSV or TSV with one and the same heading, JSON lines, Parquet, p0f
    logs, or a client's address on each line. Of p0f logs only the connections to ``ports`` count,
    if any are given. ``logs`` are p0f logs, written in the time zone ``zone``, that know the OS of
    the clients in the records. Raises a SpamIndexError where they can't be read.
    """
    with scratch_folder() as scratch:
        found = files.found([path for path in paths if path != "-"])
        names = {_lasting(path, scratch): path for path in found}
        if "-" in paths:
            names[_spooled("standard input", stream("-"), scratch)] = "standard input"
        names = {files.by_its_suffix(path, scratch): name for path, name in names.items()}
        of_logs = _logs(logs, scratch)
        with database.connected({**names, **of_logs}, scratch) as connection:
            known = _known(connection, of_logs, zone, skip_bad=skip_bad) if logs else None
            table, kind, delimiter = relation(connection, names, ports)
            yield Records(table, connection, kind, names, known, delimiter)


def read_fingerprints(
    logs: Sequence[str], *, zone: str | None = None, skip_bad: bool = False
) -> Fingerprints:
    """Read p0f 3 logs as the OS of each client, with pandas tables.

    ``zone`` is the time zone of the machine that ran p0f, which writes local times; with it they
    become UTC. Lines that can't be read are warned of (SpamIndexWarning); more than 1 in 1,000
    raise a FileError unless ``skip_bad``.

    >>> read_fingerprints(["data/p0f.log"]).changing
    1
    """
    with scratch_folder() as scratch:
        of_logs = _logs(logs, scratch)
        with database.connected(of_logs, scratch) as connection:
            known = _known(connection, of_logs, zone, skip_bad=skip_bad)
            return replace(known, latest=known.latest.df(), over_time=known.over_time.df())


def _known(
    connection: DuckDBPyConnection, logs: dict[str, str], zone: str | None, *, skip_bad: bool
) -> Fingerprints:
    for path, name in logs.items():
        if (kind := files.kind(path, name)) != "p0f":
            raise FileError(f"{name}: is {KINDS[kind]}, and no p0f log for --fingerprints")
    packed = [path for path in logs if files.how_packed(path)]
    with losses.read_through(packed, connection.interrupt):
        seen = senders(database.lines(connection, [*logs]))
        known, read, bad = fingerprints(connection, seen, zone)
    first = losses.first_unreadable(logs, "p0f") if bad else None
    rejected = losses.rejected(connection, logs, "p0f")
    first = min(filter(None, (first, *rejected)), default=None)
    losses.refuse_bad(bad + len(rejected), read + len(rejected), first, skip_bad=skip_bad)
    return known


def _logs(paths: Sequence[str], scratch: str) -> dict[str, str]:
    """What messages call p0f logs, by the path under which DuckDB reads them."""
    return {files.by_its_suffix(_lasting(path, scratch), scratch): path for path in paths}


def _lasting(path: str, scratch: str) -> str:
    """The path of a file, or of what came out of a pipe, which can't be read twice."""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISFIFO(mode):
            with open(path, "rb") as pipe:
                return _spooled(path, pipe, scratch)
    except OSError:  # files.kind() says what is wrong
        return path
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise FileError(f"{path}: is a device, and no file; - is standard input")
    return path


def _spooled(name: str, stream: textfile.Source, scratch: str) -> str:
    """A stream as a file, which can be read twice: to see what it is, and in parallel."""
    path = os.path.join(scratch, f"{len(os.listdir(scratch))}.stream")
    try:
        with open(path, "wb") as file, database.called({path: name}):
            file.write(stream.read(_BEGINNING))  # type: ignore[union-attr]
            file.flush()
            if not files.how_packed(path):
                files.kind(path, name)  # here already: what is no text may be endless
            shutil.copyfileobj(stream, file)  # type: ignore[arg-type]
    except OSError as error:
        where = os.path.dirname(scratch)
        raise FileError(f"{name}: can't be kept in {where}: {error.strerror}") from error
    return path
