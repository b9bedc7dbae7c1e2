"""Files of message records of one kind, as a relation that DuckDB reads as it goes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection
from typing import TYPE_CHECKING

from spamindex.errors import ColumnError, FileError
from spamindex.messages import engine as database
from spamindex.messages import files
from spamindex.messages.files import KINDS
from spamindex.messages.fingerprints import UNREADABLE, senders
from spamindex.sources import delimiter_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

CLIENT = "client"  # the one column of a list of addresses
_MOST_COLUMNS = 1000


def relation(
    connection: DuckDBPyConnection, names: dict[str, str], ports: Collection[str] | None
) -> tuple[DuckDBPyRelation, str, str | None]:
    """Files as a relation, their kind, and what parts the columns of CSV.

    ``names`` are what messages call them, by path. Of p0f logs only the connections to ``ports``
    are taken, if any are given. Raises a SpamIndexError where they are of several kinds, or CSV
    files of several headings.
    """
    kinds = {path: files.kind(path, name) for path, name in names.items()}
    first, kind = next(iter(kinds.items()))
    for path, other in kinds.items():
        if other != kind:
            raise FileError(
                f"{names[path]}: is {KINDS[other]}, but {names[first]} is {KINDS[kind]}; "
                "count them apart"
            )
    paths = list(names)
    if ports and kind != "p0f":
        raise FileError(f"{names[first]}: is no p0f log, so it says no --port")
    if kind == "parquet":
        partitioned = database.is_partitioned(paths)
        found = connection.read_parquet(paths, hive_partitioning=partitioned)
    elif kind == "csv":
        found, delimiter = _from_csv(connection, names)
        return found, kind, delimiter
    elif kind == "p0f":
        found = senders(database.lines(connection, paths), ports)
    elif kind == "json":
        found = _from_json(database.lines(connection, paths), names)
    else:
        found = _from_addresses(database.lines(connection, paths))
    return found, kind, None


def _from_csv(
    connection: DuckDBPyConnection, names: dict[str, str]
) -> tuple[DuckDBPyRelation, str]:
    from duckdb import ColumnExpression

    headings: dict[str, tuple[list[str], str]] = {}
    for path, name in names.items():
        sample = [line.decode("utf-8-sig", "replace") for line in files.first_lines(path)]
        try:
            delimiter = delimiter_of(name, sample)
        except FileError:  # nothing parts its lines: it has but one column
            delimiter = ","
        try:
            row = next(csv.reader(io.StringIO(sample[0], newline=""), delimiter=delimiter))
        except csv.Error as error:
            raise FileError(f"{name}:1: a heading is longer than 131072 characters") from error
        if not row:
            raise FileError(f"{name}:1: is blank; a heading with a name for each column is needed")
        _check_width(f"{name}:1", len(row))
        heading = [cell.strip() for cell in row]
        heading = [cell or f"column {i}" for i, cell in enumerate(heading, start=1)]
        if len({cell.casefold() for cell in heading}) < len(heading):
            raise ColumnError(
                f"{name}:1: is no heading with a name of its own for each column: "
                f"{', '.join(map(repr, heading))}"
            )
        headings[name] = heading, delimiter
    first = next(iter(headings))
    for name, found in headings.items():
        if found != headings[first]:
            raise ColumnError(f"{name}:1: has other columns than {first}; count them apart")
    columns, delimiter = headings[first]
    table = database.table(connection, list(names), columns, delimiter)
    if len(columns) == 1:  # a blank line is no record
        table = table.filter(ColumnExpression(columns[0]).isnotnull())
    return table, delimiter


def _from_json(lines: DuckDBPyRelation, names: dict[str, str]) -> DuckDBPyRelation:
    """JSON lines as columns, as many as the first lines have names."""
    from duckdb import CaseExpression, ColumnExpression, ConstantExpression, FunctionExpression

    keys: dict[str, None] = {}
    for path in names:
        for written in files.first_lines(path):
            if files.is_readable(written, "json"):
                keys |= dict.fromkeys(json.loads(written))
    first = next(iter(names.values()))
    if not keys:
        raise FileError(f"{first}: none of its first lines is a JSON object with names in it")
    _check_width(first, len(keys))
    line = ColumnExpression(database.LINE)
    is_object = CaseExpression(
        FunctionExpression("json_valid", line),
        FunctionExpression("json_type", line) == ConstantExpression("OBJECT"),
    ).otherwise(ConstantExpression(False))
    cells = [
        CaseExpression(
            is_object,
            FunctionExpression("json_extract_string", line, ConstantExpression(_pointer(key))),
        ).alias(key)
        for key in keys
    ]
    records = lines.filter(FunctionExpression("trim", line) != ConstantExpression(""))
    return records.select((~is_object).alias(UNREADABLE), *cells)


def _check_width(where: str, columns: int) -> None:
    """Refuse so many columns that DuckDB would need minutes and gigabytes for a single record."""
    if columns > _MOST_COLUMNS:
        raise FileError(f"{where}: has {columns} columns; {_MOST_COLUMNS} at most can be read")


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _from_addresses(lines: DuckDBPyRelation) -> DuckDBPyRelation:
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

    line = ColumnExpression(database.LINE)
    address = FunctionExpression("trim", line)
    pattern = ConstantExpression(files.ADDRESS.pattern.decode())
    is_address = FunctionExpression("regexp_full_match", address, pattern, ConstantExpression("i"))
    records = lines.filter(FunctionExpression("trim", line) != ConstantExpression(""))
    return records.select(address.alias(CLIENT), (~is_address).alias(UNREADABLE))
