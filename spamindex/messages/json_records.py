"""Records in JSON (lines, arrays, Rspamd's history) in, a DuckDB relation out.

Every key of every object is a column; an inner one is found by its path, ``source.ip``, and what
stands in an array by its place, ``action.0``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from spamindex.errors import ColumnError, FileError, Remedy, listed
from spamindex.messages import engine
from spamindex.messages.engine import LINE, identifier, pointer, text
from spamindex.messages.fingerprints import UNREADABLE
from spamindex.messages.formats import Format, check_width

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

RAW = "_spamindex_json"  # a column of our own: all that stands in a record
_FIRST = 1000  # lines whose keys come first
_MOST_SETS = 100_000  # of keys that stand together
# Compared as texts first, which is several times as fast as to trim each line.
_FILLED = f"({LINE} > '!' or trim({LINE}, ' ' || chr(9) || chr(13)) <> '')"
# A case, since DuckDB works out both sides of an or.
_OBJECT = (
    f"case when {LINE} >= '{{' and {LINE} < '|' then true "
    f"else starts_with(ltrim({LINE}, ' ' || chr(9)), '{{') end"
)


@dataclass
class JsonRecords:
    """Files of JSON records: their ``lines``, one object in each, and which keys stand in them.

    ``lists`` are the lists of keys that stand in objects of each file, by its name.
    """

    lines: DuckDBPyRelation
    lists: Mapping[str, Collection[Sequence[str]]]
    keys: list[str]
    partitions: list[str]
    paths: dict[str, list[str]] = field(default_factory=dict)  # JSON pointers, by inner path

    @property
    def columns(self) -> list[str]:
        """The keys of the objects, and those in the names of their folders."""
        return [*self.keys, *self.partitions]

    def add_path(self, name: str) -> bool:
        """Whether a name is the path of an inner key that some object has; then it is a column."""
        parts = name.split(".")
        pointers: dict[str, None] = {}
        for i in range(1, len(parts)):
            if (head := ".".join(parts[:i])) in self.keys:
                for tail in (parts[i:], [".".join(parts[i:])]):
                    pointers[pointer(head, *tail)] = None
        found = [pointer for pointer in pointers if self._has(pointer)]
        if found:
            self.paths[name] = found
        return bool(found)

    def _has(self, pointer: str) -> bool:
        there = self.lines.filter(f"try(json_exists({LINE}, {text(pointer)}))")
        return bool(there.project("1").limit(1).fetchall())

    def relation(
        self, shown: Iterable[str], used: Mapping[str, Collection[str]]
    ) -> DuckDBPyRelation:
        """The columns ``shown`` as they are, and those ``used`` with single values; both as text.

        What is used and holds an array of one value counts as that value; of several, as one that
        is wanted by ``used``. Where none is, an array of several ends the query that reads it, with
        an error that names it, and an object does.
        """
        wanted = list(dict.fromkeys([*used, *shown]))
        partitions = [identifier(name) for name in self.partitions]
        pointers = {
            name: self.paths.get(name) or [pointer(name)]
            for name in wanted
            if name not in self.partitions
        }
        places = {p: i for i, p in enumerate((p for ps in pointers.values() for p in ps), start=1)}
        # All keys in one call, so that a line is parsed once.
        found = f"try(json_extract_string({LINE}, [{', '.join(map(text, places))}]))"
        parsed = engine.projected(
            self.lines.filter(_FILLED),
            f"case when {_OBJECT} then {found} end as found",
            f"{LINE} as {RAW}",
            *partitions,
        )
        cells = {
            name: f"coalesce({', '.join(f'found[{places[p]}]' for p in of_name)})"
            for name, of_name in pointers.items()
        }
        parted = engine.projected(
            parsed,
            *(f"{cell} as cell{i}" for i, cell in enumerate(cells.values())),
            f"found is null as {UNREADABLE}",
            RAW,
            *partitions,
        )
        columns = [
            f"{_single(f'cell{i}', name, used[name]) if name in used else f'cell{i}'} "
            f"as {identifier(name)}"
            for i, name in enumerate(cells)
        ]
        return engine.projected(parted, *columns, UNREADABLE, RAW, *partitions)


def refuse_halves(
    lists: Mapping[str, Collection[Sequence[str]]], used: Iterable[str], flag: str | None
) -> None:
    """Refuse ``used`` keys that say only a half, or two things, by the ``lists`` of keys by file.

    Each file must have them, no object may have one twice, and all objects must have ``flag``,
    which says what is spam though nobody has named it. Raises ColumnError.
    """
    for column in used:
        if without := [n for n, found in lists.items() if not any(column in k for k in found)]:
            having = next(name for name in lists if name not in without)
            raise ColumnError(
                f"{listed(without)}: has no key {column!r}, as {having} has; count them apart"
            )
        for name, found in lists.items():
            if any(keys.count(column) > 1 for keys in found):
                raise ColumnError(f"{name}: has records with two keys {column!r}; make it one")
            if column == flag and any(column not in keys for keys in found):
                raise ColumnError(
                    f"{name}: has a key {column!r} in some records, but not in all; are the "
                    "others spam?",
                    settles=[Remedy("spam", f"{column}=true", "takes only those that say so")],
                )


def from_json(
    connection: DuckDBPyConnection, formats: dict[str, Format], names: dict[str, str]
) -> JsonRecords:
    """JSON files as records, with the keys of all their objects. Raises FileError.

    All lines are read for it, as a key may stand in the last one alone.
    """

    def read(*, with_path: bool = False) -> DuckDBPyRelation:
        read = partial(engine.records, connection, with_path=with_path)
        return engine.united(formats, lambda format_: format_.layout, read)

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
            raise FileError(
                f"{first}: is one object of {len(order)} others, and no records; write an object "
                "for each of them (in pandas: orient='records')"
            )
    partitions = [name for name in lines.columns if name != LINE]
    return JsonRecords(lines, lists, list(order), partitions)


def _sets_of(lines: DuckDBPyRelation) -> list[tuple[str | None, list[str]]]:
    """The sets of keys that stand in objects, in the order of the keys, and in which file.

    Those of the first lines come first. Lists are compared by their hashes, which takes half as
    long, and most lines have the keys that one of the first has.
    """
    path = "filename" if "filename" in lines.columns else "null"
    keys = engine.projected(
        lines.filter(_FILLED), f"{path} as path", f"try(json_keys({LINE})) as keys"
    )
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


def _single(cell: str, name: str, wanted: Collection[str]) -> str:
    """The single value of a cell, as SQL: what an array of one holds, or one that is wanted."""
    problem = text(f"{engine.REFUSED}column {name!r} holds ")
    advice = text(f", and no single value; name what is in it by its path, such as {name}.")
    refused = (
        f"error({problem} || {cell}[:80] || {advice} "
        f"|| if(json_type({cell}) = 'OBJECT', json_keys({cell})[1], '0'))"
    )
    several = refused
    if wanted:
        several = engine.first_of(f"json_extract_string({cell}, '$[*]')", wanted, cell)
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
