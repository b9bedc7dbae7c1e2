"""A DuckDB connection that reads the named files and nothing else: text, Parquet; its errors."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import starmap
from typing import TYPE_CHECKING, TypeVar

from spamindex.errors import ColumnError, FileError, SpamIndexError, install

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

F = TypeVar("F")
K = TypeVar("K")
LINE = "line"
REFUSED = "refused: "  # how an error of ours begins that a query raises
_NEVER = "\x01\x02\x03"  # no text has it: what parts the columns of a file that has but one
_OBJECT = 1 << 24  # bytes of a record in an array
_DOCUMENT = 1 << 28  # bytes of all records in one object
_WHOLE = re.compile(r"\bU?(?:TINY|SMALL|BIG)?INT(?:EGER)?\b")  # types that hold whole numbers
_ROWS = "if(json_type(json, '/rows') = 'ARRAY', json_extract(json, '$.rows[*]'), [json])"


@contextmanager
def connected(names: dict[str, str], scratch: str) -> Iterator[DuckDBPyConnection]:
    """Connect to a database in memory that may read these files and write to a scratch folder.

    ``names`` are what messages call the files, by path. DuckDB's errors become FileErrors of one
    line. Raises SpamIndexError where DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        raise SpamIndexError(f"reading messages needs DuckDB: {install('messages')}") from error
    settings = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": os.path.join(scratch, "spill"),
    }
    try:
        with duckdb.connect(config=settings) as connection:  # type: ignore[arg-type]
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = true")  # or it doesn't know how far it is
            connection.execute("SET enable_progress_bar_print = false")
            # Or it takes CSV for smaller than it is, and puts all records in a hash table.
            connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
            connection.execute("SET allowed_paths = ?", [list(names)])
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
    except FileError as error:
        faults = (_renamed(fault, names) for fault in error.faults)
        raise FileError(*faults, settles=error.settles) from error
    except duckdb.OutOfMemoryException as error:
        raise FileError(
            f"neither memory nor {os.path.dirname(scratch)} has room for so many different "
            "records; name a larger folder in TMPDIR, or fewer columns"
        ) from error
    except (duckdb.Error, RuntimeError) as error:  # RuntimeError: a text of its own is not UTF-8
        if isinstance(error, duckdb.InterruptException | RuntimeError) and "nterrupt" in str(error):
            raise KeyboardInterrupt from None
        if REFUSED in str(error):
            raise ColumnError(" ".join(str(error).partition(REFUSED)[2].split())) from error
        raise FileError(f"messages can't be read: {_in_plain_words(error, names)}") from error


def _in_plain_words(error: Exception, names: Mapping[str, str]) -> str:
    text = " ".join(str(error).split())[:500]
    if "state machine reached an invalid state" in text:
        return "CSV with line ends of several kinds; make them one, with dos2unix"
    if "Invalid unicode" in text or (
        "conversion error" in text and isinstance(error, RuntimeError)
    ):
        return "a file is damaged, or holds a name that is not UTF-8"
    if damaged := re.search(r'Malformed JSON in file "([^"]*)"', text):
        text = f"the JSON in {damaged[1]} is damaged"
    return _renamed(text, names)


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for path, name in names.items():
        text = text.replace(path, name)
    return text


def united(
    formats: Mapping[str, F],
    key: Callable[[F], K],
    read: Callable[[K, list[str]], DuckDBPyRelation],
) -> DuckDBPyRelation:
    """What ``read`` makes of files, those of one key of their formats together, as one relation."""
    alike: dict[K, list[str]] = {}
    for path, format_ in formats.items():
        alike.setdefault(key(format_), []).append(path)
    return reduce(lambda found, part: found.union(part), starmap(read, alike.items()))


def parquet(
    connection: DuckDBPyConnection, names: Mapping[str, str], *, with_folders: bool
) -> tuple[DuckDBPyRelation, tuple[str, ...]]:
    """Parquet as a relation, and its own columns, which must have the same types in all files.

    Else DuckDB would make of a column what it is in the first file, and of 5.4 a 5. Times that
    Spark writes as INT96 are in UTC, though they do not say so. Raises ColumnError.
    """
    fields = "select name, num_children, duckdb_type, type from parquet_schema($path) offset 1"
    first: dict[str, str] = {}
    for path, name in names.items():
        columns, within = {}, 0
        for column, children, kind, written in connection.execute(
            fields, {"path": path}
        ).fetchall():
            if not within:
                columns[column] = "INT96" if written == "INT96" else _WHOLE.sub("INTEGER", kind)
            within += (children or 0) - bool(within)
        first = first or columns
        if columns != first:
            odd = min({c for c, _ in columns.items() ^ first.items()})
            raise ColumnError(
                f"{name}: column {odd!r} is {columns.get(odd, 'not there')}, in "
                f"{next(iter(names.values()))} {first.get(odd, 'not there')}; count them apart"
            )
    records = connection.read_parquet([*names], hive_partitioning=with_folders)
    of_spark = [column for column, kind in first.items() if kind == "INT96"]
    if of_spark:
        shown = (
            f"timezone('UTC', {identifier(name)}) as {identifier(name)}"
            if name in of_spark
            else identifier(name)
            for name in records.columns
        )
        records = projected(records, *shown)
    return records, (*first,)


def delimited(
    connection: DuckDBPyConnection,
    paths: Sequence[str],
    columns: Sequence[str],
    delimiter: str,
    *,
    quote: str = '"',
    skip: int = 0,
    with_path: bool = False,
) -> DuckDBPyRelation:
    """Files of delimited text after so many lines as a relation, all columns as text."""
    return connection.read_csv(
        list(paths),
        columns=dict.fromkeys(columns, "VARCHAR"),
        auto_detect=False,
        header=False,
        skiprows=skip,
        sep=delimiter,
        quotechar=quote,
        escapechar=quote,
        store_rejects=True,
        strict_mode=quote != "",  # without quotes, line ends of several kinds do no harm
        hive_partitioning=not with_path and bool(partitions(paths)),
        hive_types_autocast=False,  # names are data: 007 is no 7
        filename=with_path,
    )


def lines(
    connection: DuckDBPyConnection,
    paths: Sequence[str],
    layout: str = "",
    *,
    with_path: bool = False,
) -> DuckDBPyRelation:
    """Text files as a relation with the column ``line``, null for an empty one.

    In JSON, the records are what an ``array`` holds, else in a ``document`` objects over several
    lines, or the ``rows`` in one. What the names of folders say (month=2010-03) stands in columns
    beside it, or else the path of the file in the column ``filename``. Raises duckdb.Error where a
    file is no JSON.
    """
    if layout not in ("array", "document"):
        return delimited(connection, paths, [LINE], _NEVER, quote="", with_path=with_path)
    is_array = layout == "array"
    return connection.sql(
        f"select unnest({'[json]' if is_array else _ROWS})::varchar as {LINE}, * exclude (json) "
        f"from read_json_objects(?, format = '{'array' if is_array else 'unstructured'}', "
        "maximum_object_size = ?, hive_partitioning = ?, hive_types_autocast = false, "
        "filename = ?)",
        params=[
            paths,
            _OBJECT if is_array else _DOCUMENT,
            not with_path and bool(partitions(paths)),
            with_path,
        ],
    )


def identifier(name: str) -> str:
    """A name of a column as SQL writes it.

    >>> print(identifier('the "OS" column'))
    "the ""OS"" column"
    """
    return name if name == LINE else f'"{name.replace(chr(34), 2 * chr(34))}"'


def text(value: str) -> str:
    """A text as SQL writes it.

    >>> print(text("Sender's OS"))
    'Sender''s OS'
    """
    quoted = "'" + value.replace("'", "''") + "'"
    return quoted.replace("\0", "' || chr(0) || '")


def pointer(*keys: str) -> str:
    """The JSON pointer to what stands under these keys.

    >>> pointer("a/b", "c")
    '/a~1b/c'
    """
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def projected(records: DuckDBPyRelation, *columns: str) -> DuckDBPyRelation:
    """The columns of a relation that are written as SQL: ``upper(os) as os``."""
    return records.project(", ".join(columns))


def partitions(paths: Iterable[str]) -> dict[str, str]:
    """What the names of folders say of the records in them, by key: month=2010-03."""
    parts = [part for path in paths for part in os.path.dirname(path).split(os.sep)]
    return {key: part for part in parts for key, sign, _ in [part.partition("=")] if key and sign}
