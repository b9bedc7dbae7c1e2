"""Tables, logs with #fields and lists of addresses: files of one format in, a DuckDB relation out.

JSON is in json_records.py, p0f's logs are in fingerprints.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spamindex.errors import ColumnError
from spamindex.messages import engine
from spamindex.messages.engine import LINE, identifier, text
from spamindex.messages.fingerprints import UNREADABLE
from spamindex.messages.formats import ADDRESS, CLIENT, COMMENTS, COUNT, COUNTED, Format

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation


def from_table(connection: DuckDBPyConnection, formats: dict[str, Format]) -> DuckDBPyRelation:
    """CSV as a relation, whatever stands above its headings; ``formats`` are by path."""
    from duckdb import ColumnExpression

    first = next(iter(formats.values()))
    by_skip: dict[int, list[str]] = {}
    for path, format_ in formats.items():
        by_skip.setdefault(format_.skip, []).append(path)
    found: DuckDBPyRelation | None = None
    for skip, paths in by_skip.items():
        part = engine.table(connection, paths, first.columns, first.delimiter, skip)
        found = part if found is None else found.union(part)
    assert found is not None
    if len(first.columns) == 1:  # a blank line is no record
        found = found.filter(ColumnExpression(first.columns[0]).isnotnull())
    return found


def from_fields(
    connection: DuckDBPyConnection, formats: dict[str, Format], names: dict[str, str]
) -> DuckDBPyRelation:
    """Logs of Zeek and W3C as a relation. Raises ColumnError where the fields change in a file.

    No cell is in quotes. Of W3C's, whose times are in UTC, the date stands in the ``time``, too.
    """
    for path in formats:
        _refuse_other_fields(connection, path, names[path])
    first = next(iter(formats.values()))
    cells = f"string_split({LINE}, {text(first.delimiter)})"
    missing = ", ".join(map(text, first.missing))
    records = engine.lines(connection, list(formats)).filter(
        f"trim({LINE}) <> '' and not starts_with({LINE}, '#')"
    )
    partitions = [identifier(name) for name in records.columns if name != LINE]
    parted = engine.projected(
        records, f"if(len({cells}) = {len(first.columns)}, {cells}, null) as cells", *partitions
    )
    columns = [
        f"if(cells[{i}] in ({missing}), null, cells[{i}]) as {identifier(name)}"
        for i, name in enumerate(first.columns, start=1)
    ]
    date, time = (first.columns.index(w) + 1 if w in first.columns else 0 for w in ("date", "time"))
    if date and time:
        columns[time - 1] = f"cells[{date}] || 'T' || cells[{time}] || 'Z' as time"
    return engine.projected(parted, *columns, f"cells is null as {UNREADABLE}", *partitions)


def _refuse_other_fields(connection: DuckDBPyConnection, path: str, name: str) -> None:
    """Refuse a log in which other fields are named further down, as in logs put together."""
    headings = engine.lines(connection, [path]).filter(f"lower({LINE}[:7]) = '#fields'")
    others = headings.select(LINE).distinct().limit(2).fetchall()
    if len(others) > 1:
        raise ColumnError(
            f"{name}: has several lines {others[0][0][:7]} that name different fields; part it "
            "there, and count the parts by themselves"
        )


def from_addresses(connection: DuckDBPyConnection, formats: dict[str, Format]) -> DuckDBPyRelation:
    """Lists of addresses as a relation; with how often each was seen, where uniq -c has counted."""
    comments = " or ".join(f"starts_with(trim({LINE}), {text(mark)})" for mark in COMMENTS)
    is_counted = COUNT in next(iter(formats.values())).columns
    pattern = f"({COUNTED if is_counted else ''})({ADDRESS})(\\s+[#;].*)?"
    lines = engine.lines(connection, list(formats))
    records = lines.filter(f"trim({LINE}) <> '' and not ({comments})")
    line = f"trim({LINE}, ' ' || chr(9) || chr(13))"
    count = [f"regexp_extract({line}, '^[0-9]+') as {COUNT}"] if is_counted else []
    after = f"regexp_replace({line}, '^[0-9]+\\s+', '')" if is_counted else line
    return engine.projected(
        records,
        *count,
        f"regexp_extract({after}, '^\\S*') as {CLIENT}",
        f"not regexp_full_match({line}, {text(pattern)}, 'i') as {UNREADABLE}",
    )
