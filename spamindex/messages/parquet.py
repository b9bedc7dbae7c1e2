"""Records in Parquet: files in, a relation with the columns asked for out, those in structs too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spamindex.errors import ColumnError
from spamindex.messages import engine
from spamindex.messages.engine import identifier, text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation
    from duckdb.sqltypes import DuckDBPyType


@dataclass
class ParquetRecords:
    """Parquet files as a relation, as they are, and the ``paths`` of fields within structs."""

    records: DuckDBPyRelation
    columns: list[str]
    paths: dict[str, tuple[str, DuckDBPyType]] = field(
        default_factory=dict
    )  # SQL and type, by path

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

    def relation(self, shown: Iterable[str], used: Iterable[str]) -> DuckDBPyRelation:
        """The columns ``shown`` as they are, and those ``used`` with single values.

        What is used and a list of one value counts as that value; a list of several ends the query
        that reads it, with an error that names it. Raises ColumnError for a struct.
        """
        used = list(used)
        columns = []
        for name in dict.fromkeys([*used, *shown]):
            sql, kind = self.paths.get(name) or (identifier(name), self._type(name))
            cell = _single(sql, kind, name) if name in used else sql
            columns.append(f"{cell} as {identifier(name)}")
        return engine.projected(self.records, *columns)


def from_parquet(connection: DuckDBPyConnection, names: dict[str, str]) -> ParquetRecords:
    """Parquet files as records; ``names`` are what messages call them, by path."""
    paths = list(names)
    found = connection.read_parquet(paths, hive_partitioning=engine.is_partitioned(paths))
    return ParquetRecords(found, found.columns)


def own_columns(connection: DuckDBPyConnection, paths: list[str]) -> list[str]:
    """The columns that stand in the files themselves, and not in the names of folders."""
    return connection.read_parquet(paths[:1], hive_partitioning=False).columns


def _fields(kind: DuckDBPyType) -> dict[str, DuckDBPyType]:
    """The types of the fields of a struct, by name; none where it is no struct."""
    children: Any = kind.children if kind.id == "struct" else []
    return dict(children)


def _single(sql: str, kind: DuckDBPyType, name: str) -> str:
    """The single value of a cell, as SQL: what a list of one holds, an error for more."""
    if inner := _fields(kind):
        there = ", ".join(repr(f"{name}.{field}") for field in inner)
        raise ColumnError(f"column {name!r} holds several fields; name one of them: {there}")
    if kind.id not in ("list", "array"):
        return sql
    problem = text(f"{engine.REFUSED}column {name!r} holds ")
    return (
        f"case when len({sql}) > 1 then error({problem} || cast({sql} as varchar) || "
        f"', and no single value') else {sql}[1] end"
    )
