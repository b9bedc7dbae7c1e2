"""Files of records in, by their formats; a DuckDB relation of what is asked of them out.

A column may hold values within its cells, which go by their path: a key of an object in JSON or a
field of a struct in Parquet as ``source.ip``, what stands in an array of JSON as ``action.0``.
"""

from __future__ import annotations

import itertools
import json
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

from spamindex.errors import ColumnError, FileError, counted
from spamindex.messages import engine
from spamindex.messages.engine import LINE, identifier, pointer, text
from spamindex.messages.fingerprints import UNREADABLE, connections
from spamindex.messages.formats import (
    ADDRESS,
    CLIENT,
    COMMENTS,
    COUNT,
    COUNTED,
    Format,
    check_width,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

RAW = "_spamindex_json"  # a column of our own: all that stands in a record
_OWN = (UNREADABLE, RAW)
_FIRST = 1000  # lines whose keys come first
_MOST_SETS = 100_000  # of keys that stand together
# Compared as texts first, which is several times as fast as to trim each line; by a case, since
# DuckDB works out both sides of an or.
_FILLED = f"case when {LINE} > '!' then true else trim({LINE}, ' ' || chr(9) || chr(13)) <> '' end"
_OBJECT = (
    f"case when {LINE} >= '{{' and {LINE} < '|' then true "
    f"else starts_with(ltrim({LINE}, ' ' || chr(9)), '{{') end"
)


@dataclass
class Table:
    """Records before it is known what is asked of them.

    ``columns`` are those that each record shows; ``paths`` lead to what stands within one.
    """

    records: DuckDBPyRelation
    columns: list[str]
    paths: dict[str, list[str]] = field(default_factory=dict, kw_only=True)

    def add_path(self, name: str) -> bool:
        """Whether a name leads to something within a column; then it is a column, too."""
        import duckdb

        parts = name.split(".")
        for i in range(1, len(parts)):
            head = identifier(".".join(parts[:i]))
            sql = reduce(lambda sql, key: f"struct_extract({sql}, {text(key)})", parts[i:], head)
            try:
                self.records.project(sql)
            except duckdb.Error:  # no such column, no struct, or no such field of it
                continue
            self.paths[name] = [sql]
        return name in self.paths

    def relation(
        self, shown: Iterable[str], used: Mapping[str, Collection[str]]
    ) -> DuckDBPyRelation:
        """The columns ``shown`` as they are, and those ``used`` with single values in cells.

        What is used and holds an array of one value counts as that value; of several, as one that
        is wanted by ``used``. Where none is, an array of several ends the query that reads it, with
        an error that names it, and an object does.
        """
        cells = self._cells([*dict.fromkeys([*used, *shown])])
        single = {}
        for name, kind in zip(cells.columns, cells.types, strict=True):
            if name in used and (in_json := self._as_json(identifier(name), kind.id)):
                has_paths = kind.id in ("varchar", "struct")
                value = _single(in_json, name, used[name], has_paths=has_paths)
                single[name] = f"{value} as {identifier(name)}"
        columns = [single.get(name, identifier(name)) for name in cells.columns]
        return engine.projected(cells, *columns) if single else cells

    def _cells(self, names: Sequence[str]) -> DuckDBPyRelation:
        if not self.paths:
            return self.records  # of which DuckDB reads no more than what is asked for
        columns = [f"{self.paths.get(n, [identifier(n)])[0]} as {identifier(n)}" for n in names]
        own = [name for name in _OWN if name in self.records.columns]
        return engine.projected(self.records, *columns, *own)

    def _as_json(self, cell: str, kind: str) -> str:
        """What a cell holds as JSON, as SQL; empty where it holds a single value."""
        nested = kind in ("list", "array", "struct", "map", "union")
        return f"cast(to_json({cell}) as varchar)" if nested else ""


@dataclass
class JsonTable(Table):
    """Files of JSON records: their lines, one object in each, and which keys stand in them.

    ``lists`` are the lists of keys that stand in objects of each file, by its name.
    """

    lists: Mapping[str, Collection[Sequence[str]]]
    keys: list[str]
    partitions: list[str]

    def add_path(self, name: str) -> bool:
        """Whether a name is the path of an inner key that some object has."""
        parts = name.split(".")
        pointers: dict[str, None] = {}
        for i in range(1, len(parts)):
            if (head := ".".join(parts[:i])) in self.keys:
                for tail in (parts[i:], [".".join(parts[i:])]):
                    pointers[pointer(head, *tail)] = None
        if found := [pointer for pointer in pointers if self._has(pointer)]:
            self.paths[name] = found
        return bool(found)

    def _has(self, pointer: str) -> bool:
        there = self.records.filter(f"try(json_exists({LINE}, {text(pointer)}))")
        return bool(there.project("1").limit(1).fetchall())

    def _cells(self, names: Sequence[str]) -> DuckDBPyRelation:
        partitions = [identifier(name) for name in self.partitions]
        inner = [name for name in names if name not in self.partitions]
        pointers = [self.paths.get(name) or [pointer(name)] for name in inner]
        # All keys in one call, so that a line is parsed once.
        every = ", ".join(text(pointer) for of_name in pointers for pointer in of_name)
        found = f"try(json_extract_string({LINE}, [{every}]))"
        parsed = engine.projected(
            self.records.filter(_FILLED),
            f"case when {_OBJECT} then {found} end as found",
            f"{LINE} as {RAW}",
            *partitions,
        )
        place = itertools.count(1)
        cells = [
            f"coalesce({', '.join(f'found[{next(place)}]' for _ in of_name)}) as {identifier(name)}"
            for name, of_name in zip(inner, pointers, strict=True)
        ]
        return engine.projected(parsed, *cells, f"found is null as {UNREADABLE}", RAW, *partitions)

    def _as_json(self, cell: str, kind: str) -> str:
        return cell


def table(
    connection: DuckDBPyConnection,
    formats: dict[str, Format],
    names: dict[str, str],
    ports: Collection[str] | None = None,
) -> Table:
    """Files of one kind as a table, by their formats. Raises a SpamIndexError."""
    [(path, first), *others] = names.items()
    kind, own = formats[path].kind, formats[path].columns
    folders = set(engine.partitions([path]))
    for other, name in others:
        if odd := folders ^ set(engine.partitions([other])):
            raise ColumnError(
                f"{name} and {first}: only one of them is in a folder {min(odd)}=...; count them "
                "apart"
            )
    if ports and kind != "p0f":
        raise FileError(f"{first}: is no p0f log, and only those say a port")
    if kind == "json":
        found: Table = (of_json := from_json(connection, formats, names))
        own = (*of_json.keys,)
    else:
        if kind == "parquet":
            records, own = engine.parquet(connection, names, with_folders=bool(folders))
        elif kind == "csv":
            records = _of_tables(connection, formats)
        else:
            records = of_logs(connection, formats, names, ports)
        found = Table(records, [name for name in records.columns if name != UNREADABLE])
    refuse_folders(names, own)
    return found


def of_logs(
    connection: DuckDBPyConnection,
    formats: Mapping[str, Format],
    names: Mapping[str, str],
    ports: Collection[str] | None = None,
) -> DuckDBPyRelation:
    """Logs and lists of addresses as a relation."""
    for path, format_ in formats.items():
        if format_.kind == "fields":
            _refuse_other_fields(connection, path, names[path])

    def read(format_: Format, paths: list[str]) -> DuckDBPyRelation:
        return of_lines(engine.lines(connection, paths, format_.layout), format_, ports)

    return engine.united(formats, lambda format_: format_, read)


def of_lines(
    lines: DuckDBPyRelation, format_: Format, ports: Collection[str] | None = None
) -> DuckDBPyRelation:
    """Lines of a format as a relation, with ``UNREADABLE``, and what stands beside the lines."""
    if format_.kind == "p0f":
        return connections(lines, ports, event_path=format_.event_path)
    if format_.kind == "fields":
        return _of_fields(lines, format_)
    if format_.kind == "addresses":
        return _of_addresses(lines, format_)
    beside = [name for name in lines.columns if name != LINE]
    return JsonTable(lines, [], {}, [], beside).relation((), {})


def refuse_folders(paths: Iterable[str], own: Collection[str]) -> None:
    """Refuse files whose ``own`` columns stand in the names of their folders, too."""
    for key, folder in engine.partitions(paths).items():
        if same := [column for column in own if column.casefold() == key.casefold()]:
            raise ColumnError(
                f"{folder}: its records have a column {same[0]!r}, too, and which of them is meant "
                "is open; rename the folder or the column"
            )


def _of_tables(connection: DuckDBPyConnection, formats: dict[str, Format]) -> DuckDBPyRelation:
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


# ---- JSON ----


def from_json(
    connection: DuckDBPyConnection, formats: dict[str, Format], names: dict[str, str]
) -> JsonTable:
    """JSON files as records, with the keys of all their objects. Raises FileError.

    All lines are read for it, as a key may stand in the last one alone.
    """

    def read(*, with_path: bool = False) -> DuckDBPyRelation:
        def of_layout(layout: str, paths: list[str]) -> DuckDBPyRelation:
            return engine.lines(connection, paths, layout, with_path=with_path)

        return engine.united(formats, lambda format_: format_.layout, of_layout)

    lines, path = read(), next(iter(formats))
    lists: dict[str, list[list[str]]] = {name: [] for name in names.values()}
    for of_path, keys in _sets_of(read(with_path=len(formats) > 1)):
        lists[names[of_path or path]].append(keys)
    order = dict.fromkeys(key for found in lists.values() for keys in found for key in keys)
    first = next(iter(names.values()))
    if not order:
        raise FileError(f"{first}: none of its lines is a JSON object with names in it")
    check_width(first, len(order))
    if len(lists) == len(lists[first]) == 1:
        types = f"try(json_type({LINE}, [{', '.join(text(pointer(key)) for key in order)}]))"
        found = lines.filter(_FILLED).project(types).limit(2).fetchall()
        if len(found) == 1 and {*found[0][0]} <= {"OBJECT", "ARRAY"}:
            how = "in pandas: orient='records'"
            if found[0][0] == ["ARRAY"]:
                how = f"jq -c {shlex.quote(f'.{json.dumps(*order)}[]')}"
            raise FileError(
                f"{first}: is one object with {counted(len(order), 'key')}, and no records; write "
                f"an object for each of them ({how})"
            )
    partitions = [name for name in lines.columns if name != LINE]
    return JsonTable(lines, [*order, *partitions], lists, list(order), partitions)


def _sets_of(lines: DuckDBPyRelation) -> list[tuple[str | None, list[str]]]:
    """The sets of keys that stand in objects, in the order of the keys, and in which file.

    Those of the first lines come first. Lists are compared by their hashes, which takes half as
    long, and most lines have the keys that one of the first has.
    """
    path = "filename" if "filename" in lines.columns else "null"
    keys = engine.projected(lines, f"{path} as path", f"try(json_keys({LINE})) as keys")
    hashed = engine.projected(keys, "path", "keys", "hash(keys) as hashed")
    sets: dict[tuple[str | None, int], list[str]] = {
        (path, number): keys for path, keys, number in hashed.limit(_FIRST).fetchall() if keys
    }
    if path == "null" and sets:
        hashed = hashed.filter(f"hashed not in ({', '.join(str(number) for _, number in sets)})")
    later = hashed.aggregate("path, any_value(keys) as keys, hashed", "path, hashed")
    found = later.limit(_MOST_SETS + 1).fetchall()
    if len(found) > _MOST_SETS:
        raise FileError(
            f"the objects have more than {_MOST_SETS} sets of keys; are some keys data?"
        )
    rest = sorted((row for row in found if row[1]), key=lambda row: row[1])
    sets |= {(path, number): keys for path, keys, number in rest}
    return [(path, keys) for (path, _), keys in sets.items()]


def _single(cell: str, name: str, wanted: Collection[str], *, has_paths: bool) -> str:
    """The single value of a cell, as SQL: what an array of one holds, or one that is wanted.

    Where it ``has_paths``, an error advises one of them.
    """
    problem = text(f"{engine.REFUSED}column {name!r} holds ")
    advice = text(", and no single value; make one of it")
    if has_paths:
        path = text(f", and no single value; name what is in it by its path, such as {name}.")
        advice = f"{path} || if(json_type({cell}) = 'OBJECT', json_keys({cell})[1], '0')"
    refused = f"error({problem} || {cell}[:80] || {advice})"
    several = refused
    if wanted:  # the first that is among them, whatever its case
        values = f"json_extract_string({cell}, '$[*]')"
        folded = ", ".join(text(value.strip().lower()) for value in wanted)
        several = f"coalesce([v for v in {values} if lower(trim(v)) in ({folded})][1], {cell})"
    # Compared first, which is fast, as nearly all cells are neither an array nor an object.
    return f"""case
        when not (({cell} >= '[' and {cell} < chr(92)) or ({cell} >= '{{' and {cell} < '|'))
            or not json_valid({cell}) then {cell}
        when {cell} in ('[]', '{{}}') then null
        when json_type({cell}) = 'ARRAY' and json_array_length({cell}) = 1
            and json_type({cell}, '/0') not in ('ARRAY', 'OBJECT')
            then json_extract_string({cell}, '/0')
        when json_type({cell}) = 'ARRAY' then {several}
        else {refused}
    end"""
