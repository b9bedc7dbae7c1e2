"""Records: their columns, nested ones (a.b.c) too; how they are counted; a random pick (sample).

``opening.open_records`` makes those of files, in DuckDB; ``spark.open_remote`` those of a cluster.
"""

from __future__ import annotations

import csv
import itertools
import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from spamindex.errors import ColumnError, Doubt, FileError, Findings, Remedy
from spamindex.errors import counted as so_many
from spamindex.meaning import find_columns, usual_headings
from spamindex.messages import engine, integrity
from spamindex.messages.counting import counts_of, spam_of
from spamindex.messages.fingerprints import OWN_MAIL, UNREADABLE, Fingerprints, doubt_own_mail
from spamindex.messages.formats import ADDRESS, Format, read_rows
from spamindex.messages.frames import PREVIEW, cells_by_column, first_cells, lazy, nw
from spamindex.messages.options import RecordOptions
from spamindex.messages.query import Question, check_keys, resolve_question
from spamindex.messages.relations import RAW, JsonTable, Table
from spamindex.messages.tallies import Counts, labels_of

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

_COLUMNS = ("os", "client", "fingerprints")  # what an error says that has not found them
_P0F_SYMBOL = "symbols.P0F.options.0"  # where Rspamd writes the OS that p0f says
ROW = "_row"  # where a record stands
# By what stands in a record, and the seed: any engine picks those whose MD5 comes first. Records of
# which each cell is the same are told apart by a number, and so are picked one by one.
_PICKED = f"""
    with hashed as (select *, md5(concat({{content}})) as _content from spam),
    numbered as (
        select *, row_number() over (partition by _content order by {ROW}) as _twin from hashed),
    lots as (
        select *, count(*) over () as _among,
            md5(concat(_content, cast(_twin as varchar(20)))) as _lot
        from numbered)
    select {ROW}, _among, {{cells}} from lots order by _lot limit {{most}}
"""


class Literal(str):
    """A number, true or false, as it was written: a text in tables, and itself in JSON."""

    @property
    def literal(self) -> Any:
        """What it says; a text where JSON has no such number, as nan."""
        try:
            return json.loads(self)
        except ValueError:
            return str(self)


class Records(ABC):
    """Records of one ``kind`` (see ``formats.KINDS``), wherever they are.

    ``known`` are the fingerprints that were read with them; ``findings`` what is to be said of
    both.
    """

    kind: str
    columns: list[str]
    known: Fingerprints | None
    findings: list[Findings]

    def question(self, options: RecordOptions) -> Question:
        """What is to be counted of them, see ``query.resolve_question``.

        A name that is no column may be the path to a value within one: ``source.ip``. Raises a
        SpamIndexError, too, where a column holds only for some of the records.
        """
        if self.kind == "json":
            is_said = options.os or self.known or usual_headings(self.columns, "os")
            if not is_said and self._add_path(_P0F_SYMBOL):
                options = replace(options, os=_P0F_SYMBOL)
        of_parts = self.kind == "fields" and {"date", "time"} <= {*self.columns}
        if of_parts and self.known and options.time is None:
            options = replace(options, time="time")  # in which the date stands, too
        absent = [name for name in options.columns if not find_columns(self.columns, name)]
        inner = [name for name in dict.fromkeys(absent) if self._add_path(name)]
        found = resolve_question(
            [*self.columns, *inner],
            options,
            fingerprints=self.known,
            read_cells=self._first_cells,
            is_log=self.kind == "p0f",
            findings=self.findings[-1],
        )
        if self.kind == "json":
            flag = found.spam.column if found.spam and not options.spam else None
            check_keys(self._keys(), found.columns, flag)
        return replace(found, headings=self.kind == "csv")

    @abstractmethod
    def _add_path(self, name: str) -> bool:
        """Whether a name leads to something within a column; then it is a column, too."""

    @abstractmethod
    def _first_cells(self, columns: Sequence[str]) -> dict[str, list[str]]:
        """The first cells of columns, as far as they can be read."""

    @abstractmethod
    def _keys(self) -> Mapping[str, Collection[Sequence[str]]]:
        """Of JSON, the lists of keys that stand in objects of each file, by its name."""

    @abstractmethod
    def counted(self, asked: Question, *, skip_bad: bool) -> Counts:
        """Count them, with the lines that can't be read among them.

        Those are doubted in the ``findings``; more than 1 in 1,000 raise a FileError unless
        ``skip_bad``.
        """

    def pick(
        self, asked: Question, counts: Counts, os: str, most: int, seed: int
    ) -> tuple[pd.DataFrame, int]:
        """Pick so many records at random of an OS's spam, each as likely as another.

        ``counts`` are those of the same question. Returns the picked ones with all their columns
        as text (a ``Literal`` where they were none), in the order of the files, and from how many
        they were picked. Raises MatchError where no spam is from that OS.
        """
        import pandas as pd

        labels = labels_of(os, counts, asked.names)
        records, aliases = self._numbered()
        shown = {name: aliases[name] for name in self.columns}
        kept = {name: aliases[name] for name in (*self.columns, RAW) if name in aliases}
        renamed = asked.renamed(aliases)
        spam = spam_of(records, renamed, labels, keep=[ROW, *kept.values()], bring=self._bring)
        # Hashes are small, and the records that are wanted are few: no more than these is kept.
        texts = (
            f"chr(31), coalesce(cast({shown[n]} as varchar(65535)), '')" for n in sorted(shown)
        )
        picked = _PICKED.format(
            content=", ".join([f"'{seed}'", *texts]),
            cells=", ".join(f"cast({alias} as string)" for alias in kept.values()),
            most=most,
        )
        found = sorted(self._queried(spam, picked), key=lambda row: row[0])
        among = found[0][1] if found else 0
        if (lost := sum(counts.labels[label] for label in labels) - among) > 0:
            self.findings[-1].doubts.append(
                Doubt(f"left out: {so_many(lost, 'record')} that can't be read in all columns")
            )
        types = lazy(records).collect_schema()
        literal = {
            n for n in shown if types[aliases[n]].is_numeric() or types[aliases[n]] == nw.Boolean
        }
        rows = [_cells(dict(zip(kept, row, strict=True)), literal) for _, _, *row in found]
        return pd.DataFrame(rows, columns=self.columns, dtype=object), among

    @abstractmethod
    def _numbered(self) -> tuple[Any, dict[str, str]]:
        """The records with a column ``ROW`` by which they are in order; new names of the others."""

    @abstractmethod
    def _bring(self, table: Any) -> Any:
        """A table where the records are."""

    @abstractmethod
    def _queried(self, spam: Any, sql: str) -> list[Sequence[Any]]:
        """The rows that a query finds in a table called ``spam``."""


def _cells(record: dict[str, str | None], literal: Collection[str]) -> list[str | None]:
    """The cells of a record, ``literal`` columns as a Literal; JSON says itself which they are."""
    if raw := record.pop(RAW, None):
        said = json.loads(raw)
        literal = {key for key, value in said.items() if isinstance(value, int | float)}
    return [Literal(t) if t and name in literal else t for name, t in record.items()]


@dataclass
class LocalRecords(Records):
    """Records as a relation of DuckDB, all columns as text unless the file says otherwise.

    ``names`` are what messages call the files, by path, and ``formats`` what they are.
    ``relation`` has the columns that a question has asked for last, as it needs them.
    """

    table: Table
    connection: DuckDBPyConnection
    names: dict[str, str]
    formats: dict[str, Format]
    known: Fingerprints | None
    findings: list[Findings]

    def __post_init__(self) -> None:
        self.kind = next(iter(self.formats.values())).kind
        self.columns = self.table.columns
        self.relation = self.table.relation(self.columns, {})

    def question(self, options: RecordOptions) -> Question:
        """The same; where columns go by number, as there is no heading, an error says so."""
        if self.kind == "addresses" and self.known is None:
            raise ColumnError(
                "a list of addresses says no OS",
                settles=[Remedy("fingerprints", None, "knows it by address")],
            )
        try:
            found = super().question(options)
        except ColumnError as error:
            raise self._without_headings(error) from error
        self.relation = self.table.relation(self.columns, found.used)
        return replace(
            found,
            unreadable=UNREADABLE if UNREADABLE in self.relation.columns else None,
            locate=partial(integrity.locate, self.formats, self.names),
        )

    def _add_path(self, name: str) -> bool:
        return self.table.add_path(name)

    def _keys(self) -> Mapping[str, Collection[Sequence[str]]]:
        return self.table.lists if isinstance(self.table, JsonTable) else {}

    def _first_cells(self, columns: Sequence[str]) -> dict[str, list[str]]:
        import duckdb

        if self.kind == "csv":  # of which DuckDB reads far ahead, where a quotation never ends
            path, format_ = next(iter(self.formats.items()))
            rows: list[list[str]] = []
            with suppress(csv.Error, FileError):  # what is wrong is said when it is counted
                rows.extend(row for _, row in itertools.islice(read_rows(path, format_), PREVIEW))
            width = len(format_.columns)
            return cells_by_column(format_.columns, [row for row in rows if len(row) == width])
        try:
            return first_cells(self.table.relation(columns, {}), columns)
        except duckdb.InterruptException:
            raise
        except duckdb.Error:  # what is wrong with a file is said when it is counted
            return {}
        finally:
            integrity.forget_rejects(self.connection)

    def _without_headings(self, error: ColumnError) -> ColumnError:
        """Why a column is not found, where the files have no headings to find it by."""
        format_ = next(iter(self.formats.values()))
        if format_.headings or not {r.field for r in error.settles} <= {*_COLUMNS}:
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
        """Count them, and make sure that no line was lost."""
        through = {
            path: format_
            for path, format_ in self.formats.items()
            if self.kind == "csv" or format_.layout == "array" or integrity.compression_suffix(path)
        }
        findings = self.findings[-1]
        records = self.table.relation((), asked.used)
        with integrity.count_lines_meanwhile(through, self.connection.interrupt) as lines:
            counts = counts_of(records, asked, bring=self._bring, keep=self._kept)
            rejects = integrity.rejected_lines(self.connection, self.names, self.kind)
            read = counts.read + len(rejects)
            if self.kind == "csv":
                findings.doubts += integrity.check_all_read(read, self.names, through, lines())
        if not read:
            raise FileError(f"{next(iter(self.names.values()))}: has no record of a message")
        if self.kind == "p0f":
            self.relation.create_view("log")
            findings.doubts += doubt_own_mail(self.connection.sql(OWN_MAIL).fetchall())
        findings.doubts += integrity.check_bad_lines(
            self.connection, self.formats, self.names, rejects, counts.unreadable, read,
            skip_bad=skip_bad, subject=findings.name,
        )  # fmt: skip
        return replace(counts, unreadable=counts.unreadable + len(rejects))

    def _numbered(self) -> tuple[Any, dict[str, str]]:
        from duckdb import ColumnExpression, SQLExpression

        # In one scan, of all columns: a line that can't be read in one would shift the others. Rows
        # are numbered in the order of the files, whatever the number of threads.
        aliases = {name: f"column{i}" for i, name in enumerate(self.relation.columns)}
        columns = [ColumnExpression(name).alias(alias) for name, alias in aliases.items()]
        number = SQLExpression("row_number() OVER ()").alias(ROW)
        return self.relation.select(number, *columns), aliases

    def _bring(self, table: Any) -> Any:
        """A table in the connection, where fingerprints are already."""
        return self.connection.from_df(table) if hasattr(table, "iloc") else table

    def _queried(self, spam: Any, sql: str) -> list[Sequence[Any]]:
        found: list[Sequence[Any]] = spam.query("spam", sql).fetchall()
        return found

    def _kept(self, relation: Any) -> Any:
        """A relation as a table, which can be asked several times."""
        name = f"kept{len(self.connection.sql('show tables').fetchall())}"
        relation.create(name)
        return self.connection.table(name)
