"""Files of CSV, Parquet, addresses, #fields or p0f in, one DuckDB relation of their columns out.

Tables, logs with #fields, lists of addresses, Parquet and p0f's logs; JSON is in json_records.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from spamindex.errors import ColumnError, FileError
from spamindex.messages import engine
from spamindex.messages.engine import LINE, NUMBER, identifier, text
from spamindex.messages.fingerprints import UNREADABLE, senders
from spamindex.messages.formats import ADDRESS, CLIENT, COMMENTS, COUNT, COUNTED, Format
from spamindex.messages.json_records import JsonRecords, from_json

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation
    from duckdb.sqltypes import DuckDBPyType


class Table(Protocol):
    """Records before it is known what is asked of them."""

    @property
    def columns(self) -> list[str]:
        """The columns that each record shows."""

    def add_path(self, name: str) -> bool:
        """Whether a name leads to something within a column; then it is a column, too."""

    def relation(
        self, shown: Iterable[str], used: Mapping[str, Collection[str]]
    ) -> DuckDBPyRelation:
        """The columns ``shown`` as they are, and those ``used`` with single values in cells.

        Of several values in a cell, one is taken that is wanted by ``used``.
        """


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

    def relation(
        self, shown: Iterable[str], used: Mapping[str, Collection[str]]
    ) -> DuckDBPyRelation:
        """All columns: DuckDB reads no more than what is asked of them."""
        return self.records


@dataclass
class ParquetRecords:
    """Parquet files as a relation, as they are, and the ``paths`` of fields within structs."""

    records: DuckDBPyRelation
    columns: list[str]
    paths: dict[str, tuple[str, DuckDBPyType]] = field(default_factory=dict)  # SQL and type

    def add_path(self, name: str) -> bool:
        """Whether a name is the path of a field in a struct; then it is a column."""
        parts = name.split(".")
        for i in range(1, len(parts)):
            if (head := ".".join(parts[:i])) not in self.columns:
                continue
            sql, kind = identifier(head), self._type(head)
            for part in parts[i:]:
                inner = _fields(kind)
                if part not in inner:
                    break
                sql, kind = f"struct_extract({sql}, {text(part)})", inner[part]
            else:
                self.paths[name] = sql, kind
                return True
        return False

    def _type(self, column: str) -> DuckDBPyType:
        return self.records.types[self.records.columns.index(column)]

    def relation(
        self, shown: Iterable[str], used: Mapping[str, Collection[str]]
    ) -> DuckDBPyRelation:
        """The columns ``shown`` as they are, and those ``used`` with single values.

        As ``JsonRecords.relation`` does it. Raises ColumnError for a struct.
        """
        columns = []
        for name in dict.fromkeys([*used, *shown]):
            sql, kind = self.paths.get(name) or (identifier(name), self._type(name))
            cell = _single(sql, kind, name, used[name]) if name in used else sql
            columns.append(f"{cell} as {identifier(name)}")
        return engine.projected(self.records, *columns)


def table(
    connection: DuckDBPyConnection,
    formats: dict[str, Format],
    names: dict[str, str],
    ports: Collection[str] | None = None,
) -> Table:
    """Files of one kind as a table, by their formats. Raises a SpamIndexError."""
    [(path, first), *others] = names.items()
    format_ = formats[path]
    folders = set(engine.partitions([path]))
    for other, name in others:
        if odd := folders ^ set(engine.partitions([other])):
            raise ColumnError(
                f"{name} and {first}: only one of them is in a folder {min(odd)}=...; count them "
                "apart"
            )
    if ports and format_.kind != "p0f":
        raise FileError(f"{first}: is no p0f log, and only those say a port")
    if format_.kind == "addresses":
        return Flat(_of_addresses(engine.lines(connection, names), format_))
    if format_.kind == "p0f":
        return Flat(events(connection, formats, ports))
    found: Table
    own: Collection[str] = format_.columns
    if format_.kind == "json":
        found = json = from_json(connection, formats, names)
        own = json.keys
    elif format_.kind == "parquet":
        records = connection.read_parquet([*names], hive_partitioning=bool(folders))
        found = ParquetRecords(records, records.columns)
        own = connection.read_parquet([path], hive_partitioning=False).columns
    elif format_.kind == "csv":
        found = Flat(_of_table(connection, formats))
    else:
        for path, name in names.items():
            _refuse_other_fields(connection, path, name)
        found = Flat(_of_fields(engine.lines(connection, names), format_))
    refuse_folders(names, own)
    return found


def first_unreadable(
    connection: DuckDBPyConnection, formats: dict[str, Format]
) -> tuple[str, int] | None:
    """The first path and the number of its first line that is not of its format.

    None where records are no lines, as in JSON arrays.
    """
    for path, format_ in formats.items():
        if format_.is_document:
            return None
        lines = engine.lines(connection, [path], numbered=True)
        if format_.kind == "json":
            found = JsonRecords(lines, {}, [], [NUMBER]).relation((), {})
        elif format_.kind == "p0f":
            found = senders(lines, within=format_.within)
        elif format_.kind == "fields":
            found = _of_fields(lines, format_)
        elif format_.kind == "addresses":
            found = _of_addresses(lines, format_)
        else:  # of CSV, DuckDB tells which it has rejected
            continue
        [(number,)] = found.filter(UNREADABLE).aggregate(f"min({NUMBER})").fetchall()
        if number is not None:
            return path, number
    return None


def refuse_folders(paths: Iterable[str], own: Collection[str]) -> None:
    """Refuse files whose ``own`` columns stand in the names of their folders, too."""
    for key, folder in engine.partitions(paths).items():
        if same := [column for column in own if column.casefold() == key.casefold()]:
            raise ColumnError(
                f"{folder}: its records have a column {same[0]!r}, too, and which of them is meant "
                "is open; rename the folder or the column"
            )


def events(
    connection: DuckDBPyConnection,
    formats: dict[str, Format],
    ports: Collection[str] | None = None,
) -> DuckDBPyRelation:
    """What p0f's logs say of those who connect, as text and in JSON."""

    def read(format_: Format, paths: list[str]) -> DuckDBPyRelation:
        lines = engine.records(connection, format_.layout, paths)
        return senders(lines, ports, within=format_.within)

    return engine.united(formats, lambda format_: format_, read)


def _of_table(connection: DuckDBPyConnection, formats: dict[str, Format]) -> DuckDBPyRelation:
    """CSV, whatever stands above its headings."""
    first = next(iter(formats.values()))

    def read(skip: int, paths: list[str]) -> DuckDBPyRelation:
        return engine.delimited(connection, paths, first.columns, first.delimiter, skip=skip)

    found = engine.united(formats, lambda format_: format_.skip, read)
    if len(first.columns) == 1:  # a blank line is no record
        found = found.filter(f"{identifier(first.columns[0])} is not null")
    return found


def _of_fields(lines: DuckDBPyRelation, format_: Format) -> DuckDBPyRelation:
    """Lines of logs of Zeek and W3C, of which no cell is in quotes.

    Of W3C's, whose times are in UTC, the date stands in the ``time``, too.
    """
    columns = format_.columns
    cells = f"string_split({LINE}, {text(format_.delimiter)})"
    missing = ", ".join(map(text, format_.missing))
    records = lines.filter(f"trim({LINE}) <> '' and not starts_with({LINE}, '#')")
    others = [identifier(name) for name in records.columns if name != LINE]
    parted = engine.projected(
        records, f"if(len({cells}) = {len(columns)}, {cells}, null) as cells", *others
    )
    shown = [
        f"if(cells[{i}] in ({missing}), null, cells[{i}]) as {identifier(name)}"
        for i, name in enumerate(columns, start=1)
    ]
    date, time = (columns.index(w) + 1 if w in columns else 0 for w in ("date", "time"))
    if date and time:
        shown[time - 1] = f"cells[{date}] || 'T' || cells[{time}] || 'Z' as time"
    return engine.projected(parted, *shown, f"cells is null as {UNREADABLE}", *others)


def _refuse_other_fields(connection: DuckDBPyConnection, path: str, name: str) -> None:
    """Refuse a log in which other fields are named further down, as in logs put together."""
    headings = engine.lines(connection, [path]).filter(f"lower({LINE}[:7]) = '#fields'")
    others = headings.select(LINE).distinct().limit(2).fetchall()
    if len(others) > 1:
        raise ColumnError(
            f"{name}: has several lines {others[0][0][:7]} that name different fields; part it "
            "there, and count the parts by themselves"
        )


def _of_addresses(lines: DuckDBPyRelation, format_: Format) -> DuckDBPyRelation:
    """Lines of addresses; with how often each was seen, where uniq -c has counted."""
    comments = " or ".join(f"starts_with(trim({LINE}), {text(mark)})" for mark in COMMENTS)
    is_counted = COUNT in format_.columns
    pattern = f"({COUNTED if is_counted else ''})({ADDRESS})(\\s+[#;].*)?"
    line = f"trim({LINE}, ' ' || chr(9) || chr(13))"
    count = [f"regexp_extract({line}, '^[0-9]+') as {COUNT}"] if is_counted else []
    after = f"regexp_replace({line}, '^[0-9]+\\s+', '')" if is_counted else line
    return engine.projected(
        lines.filter(f"trim({LINE}) <> '' and not ({comments})"),
        *count,
        f"regexp_extract({after}, '^\\S*') as {CLIENT}",
        f"not regexp_full_match({line}, {text(pattern)}, 'i') as {UNREADABLE}",
        *(identifier(name) for name in lines.columns if name != LINE),
    )


def _fields(kind: DuckDBPyType) -> dict[str, DuckDBPyType]:
    """The types of the fields of a struct, by name; none where it is no struct."""
    children: Any = kind.children if kind.id == "struct" else []
    return dict(children)


def _single(sql: str, kind: DuckDBPyType, name: str, wanted: Collection[str]) -> str:
    """The single value of a cell, as SQL: what a list of one holds, or one that is wanted."""
    if inner := _fields(kind):
        there = ", ".join(repr(f"{name}.{field}") for field in inner)
        raise ColumnError(f"column {name!r} holds several fields; name one of them: {there}")
    if kind.id not in ("list", "array"):
        return sql
    if wanted:
        return engine.first_of(f"cast({sql} as varchar[])", wanted, f"cast({sql} as varchar)")
    problem = text(f"{engine.REFUSED}column {name!r} holds ")
    return (
        f"case when len({sql}) > 1 then error({problem} || cast({sql} as varchar) || "
        f"', and no single value') else {sql}[1] end"
    )
