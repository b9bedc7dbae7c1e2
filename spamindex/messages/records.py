"""Records in DuckDB: handed to counting.py; bad lines are doubted; a random pick (sample).

``opening.open_records`` makes them of files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from spamindex.errors import ColumnError, Doubt, FileError, Findings, Remedy
from spamindex.errors import counted as so_many
from spamindex.meaning import headed
from spamindex.messages import engine, integrity
from spamindex.messages.counting import counts_of, spam_of
from spamindex.messages.fingerprints import OWN_MAIL, UNREADABLE, Fingerprints, own_mail
from spamindex.messages.formats import ADDRESS, Format, first_rows
from spamindex.messages.frames import FIRST, cells_of, first_cells
from spamindex.messages.json_records import RAW, JsonRecords, refuse_halves
from spamindex.messages.options import RecordOptions
from spamindex.messages.query import Question, question, with_symbol
from spamindex.messages.relations import Table
from spamindex.messages.tallies import Counts, labels_of

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_COLUMNS = ("os", "client", "fingerprints")  # what an error says that has not found them
# Types of columns that JSON has, too.
_LITERALS = (
    "boolean", "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint",
    "uinteger", "ubigint", "uhugeint", "decimal", "float", "double",
)  # fmt: skip
ROW = "_row"  # where a record stands
# By what stands in a record, and the seed: any engine picks those whose MD5 comes first. Records of
# which each cell is the same are told apart by a number, and so are picked one by one.
_PICKED = """
    with hashed as (select *, {content} as _content from spam),
    numbered as (
        select *, row_number() over (partition by _content order by {row}) as _twin from hashed)
    select *, count(*) over () as _among, md5(concat(_content, cast(_twin as varchar(20)))) as _lot
    from numbered
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
        self.relation = self.table.relation(self.columns, {})

    @property
    def kind(self) -> str:
        """What the files are, as ``formats.KINDS`` says it."""
        return next(iter(self.formats.values())).kind

    @property
    def columns(self) -> list[str]:
        """Its columns, but for our own."""
        return self.table.columns

    def question(self, options: RecordOptions) -> Question:
        """What is to be counted of them, see ``query.question``.

        A name that is no column may be the path to a value within one: ``source.ip``. Raises a
        SpamIndexError, too, where a column holds only for some of the records.
        """
        if self.kind == "addresses" and self.known is None:
            raise ColumnError(
                "a list of addresses says no OS",
                settles=[Remedy("fingerprints", None, "knows it by address")],
            )
        if self.kind == "json":
            options = with_symbol(options, self.columns, self.known, self.table.add_path)
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
                place=partial(integrity.place, self.formats, self.names),
                findings=self.findings[-1],
            )
        except ColumnError as error:
            raise self._without_headings(error) from error
        if isinstance(self.table, JsonRecords):
            own = [name for name in found.columns if name in self.table.keys]
            flag = found.spam.column if found.spam and not options.spam else None
            refuse_halves(self.table.lists, own, flag)
        self.relation = self.table.relation(self.columns, found.used)
        return found

    def _first_cells(self, columns: Sequence[str]) -> dict[str, list[str]]:
        import duckdb

        if self.kind == "csv":  # of which DuckDB reads far ahead, where a quotation never ends
            path, format_ = next(iter(self.formats.items()))
            return cells_of(format_.columns, first_rows(path, format_, FIRST))
        try:
            return first_cells(self.table.relation(columns, {}), columns)
        except duckdb.InterruptException:
            raise
        except duckdb.Error:  # what is wrong with a file is said when it is counted
            return {}
        finally:
            engine.forget_rejects(self.connection)

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
        """Count them, with the lines that can't be read among them.

        Those are doubted in the ``findings``; more than 1 in 1,000 raise a FileError unless
        ``skip_bad``.
        """
        through = {
            path: format_
            for path, format_ in self.formats.items()
            if self.kind == "csv" or format_.layout == "array" or integrity.how_packed(path)
        }
        findings = self.findings[-1]
        records = self.table.relation((), asked.used)
        with integrity.read_through(through, self.connection.interrupt) as lines:
            counts = counts_of(records, asked, bring=self._brought, keep=self._kept)
            rejects = integrity.rejected(self.connection, self.names, self.kind)
            read = counts.read + len(rejects)
            if self.kind == "csv":
                findings.doubts += integrity.check_all_read(read, self.names, through, lines())
        if not read:
            raise FileError(f"{next(iter(self.names.values()))}: has no record of a message")
        if self.kind == "p0f":
            self.relation.create_view("log")
            findings.doubts += own_mail(self.connection.sql(OWN_MAIL).fetchall())
        findings.doubts += integrity.check_bad(
            self.connection, self.formats, self.names, rejects, counts.unreadable, read,
            skip_bad=skip_bad, within=findings.name,
        )  # fmt: skip
        return replace(counts, unreadable=counts.unreadable + len(rejects))

    def pick(
        self, asked: Question, counts: Counts, os: str, most: int, seed: int
    ) -> tuple[pd.DataFrame, int]:
        """Pick so many records at random of an OS's spam, each as likely as another.

        ``counts`` are those of the same question. Returns the picked ones with all their columns
        as text (a ``Literal`` where they were none), in the order of the files, and from how many
        they were picked. Raises MatchError where no spam is from that OS.
        """
        import pandas as pd
        from duckdb import ColumnExpression, SQLExpression

        labels = labels_of(os, counts, asked.names)
        # In one scan, of all columns: a line that can't be read in one would shift the others. Rows
        # are numbered in the order of the files, whatever the number of threads.
        aliases = {name: f"column{i}" for i, name in enumerate(self.relation.columns)}
        columns = [ColumnExpression(name).alias(alias) for name, alias in aliases.items()]
        number = SQLExpression("row_number() OVER ()").alias(ROW)
        shown = {name: aliases[name] for name in self.columns}
        raw = [aliases[RAW]] if RAW in aliases else []
        spam = spam_of(
            self.relation.select(number, *columns),
            asked.renamed(aliases),
            labels,
            keep=[ROW, *shown.values(), *raw],
        )
        # Hashes are small, and the records that are wanted are few: no more than these is kept.
        query = picking(shown, seed, ROW)
        rows = spam.query("spam", f"from ({query}) order by _lot limit {most}")
        cells = [ColumnExpression(alias).cast("VARCHAR") for alias in [*shown.values(), *raw]]
        found = rows.select(ColumnExpression(ROW), ColumnExpression("_among"), *cells).fetchall()
        among = found[0][1] if found else 0
        if (lost := sum(counts.labels[label] for label in labels) - among) > 0:
            self.findings[-1].doubts.append(
                Doubt(f"left out: {so_many(lost, 'record')} that can't be read in all columns")
            )
        found.sort(key=lambda row: row[0])
        kinds = dict(zip(self.relation.columns, self.relation.types, strict=True))
        literal = {name for name in shown if kinds[name].id in _LITERALS}
        picked = []
        for _, _, *row in found:
            texts = dict(zip(shown, row, strict=False))
            there = literal if not raw else _literals_in(row[-1])
            picked.append([Literal(t) if t and n in there else t for n, t in texts.items()])
        return pd.DataFrame(picked, columns=self.columns, dtype=object), among

    def _brought(self, table: Any) -> Any:
        """A table where the records are; fingerprints are there already."""
        return self.connection.from_df(table) if hasattr(table, "iloc") else table

    def _kept(self, relation: Any) -> Any:
        """A relation as a table, which can be asked several times."""
        name = f"kept{len(self.connection.sql('show tables').fetchall())}"
        relation.create(name)
        return self.connection.table(name)


def _literals_in(record: str) -> list[str]:
    """The keys of a record in JSON that hold numbers, true or false."""
    said = json.loads(record)
    return [key for key, value in said.items() if isinstance(value, int | float)]


def picking(shown: dict[str, str], seed: int, row: str) -> str:
    """A query that draws a lot for each of the records ``spam``, in the SQL of all engines.

    ``shown`` are the columns by the names they have in the files, whose order does not matter.
    """
    parts = [f"'{seed}'"]
    for name in sorted(shown):
        cell = f"coalesce(cast({shown[name]} as varchar(65535)), '')"
        parts += [f"chr(31), {cell}"]
    return _PICKED.format(content=f"md5(concat({', '.join(parts)}))", row=row)
