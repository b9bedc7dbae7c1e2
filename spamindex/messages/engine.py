"""DuckDB, let loose on the files that are named and on nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from spamindex.errors import FileError, SpamIndexError
from spamindex.messages.counting import INSTALL

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

LINE = "line"
_NEVER = "\x01\x02\x03"  # no text has it: what parts the columns of a file that has but one
_REJECTS = """
    select file_path, line, max(length(csv_line) - length(replace(csv_line, chr(10), '')))
    from reject_errors join reject_scans using (scan_id, file_id) group by all order by all
"""


@contextmanager
def connected(names: dict[str, str], scratch: str) -> Iterator[DuckDBPyConnection]:
    """Connect to a database in memory that may read these files and write to a scratch folder.

    ``names`` are what messages call the files, by path. DuckDB's errors become FileErrors of one
    line. Raises SpamIndexError where DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        raise SpamIndexError(f"reading messages needs DuckDB: {INSTALL}") from error
    settings = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": os.path.join(scratch, "spill"),
    }
    try:
        with called(names), duckdb.connect(config=settings) as connection:  # type: ignore[arg-type]
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = true")  # or it doesn't know how far it is
            connection.execute("SET enable_progress_bar_print = false")
            connection.execute("SET allowed_paths = ?", [list(names)])
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
    except duckdb.OutOfMemoryException as error:
        raise FileError(
            f"neither memory nor {os.path.dirname(scratch)} has room for so many different "
            "records; name a larger folder in TMPDIR, or fewer columns"
        ) from error
    except (duckdb.Error, RuntimeError) as error:  # RuntimeError: a text of its own is not UTF-8
        if isinstance(error, duckdb.InterruptException | RuntimeError) and "nterrupt" in str(error):
            raise KeyboardInterrupt from None
        raise FileError(f"messages can't be read: {_in_plain_words(error, names)}") from error


def _in_plain_words(error: Exception, names: Mapping[str, str]) -> str:
    text = " ".join(str(error).split())[:500]
    if "state machine reached an invalid state" in text:
        return "CSV with line ends of several kinds; make them one, with dos2unix"
    if "conversion error" in text and isinstance(error, RuntimeError):
        return "a file is damaged, or holds a name that is not UTF-8"
    return _renamed(text, names)


@contextmanager
def called(names: Mapping[str, str]) -> Iterator[None]:
    """Have errors call files by these names, by path."""
    try:
        yield
    except FileError as error:
        raise FileError(*(_renamed(fault, names) for fault in error.faults)) from error


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for path, name in names.items():
        text = text.replace(path, name)
    return text


def table(
    connection: DuckDBPyConnection, paths: Sequence[str], columns: Sequence[str], delimiter: str
) -> DuckDBPyRelation:
    """Files of delimited text under one heading as a relation, all columns as text."""
    return _text(connection, paths, columns, delimiter, header=True, quote='"')


def lines(connection: DuckDBPyConnection, paths: Sequence[str]) -> DuckDBPyRelation:
    """Text files as a relation with the one column ``line``; null is an empty one."""
    return _text(connection, paths, [LINE], _NEVER, header=False, quote="")


def rejected(connection: DuckDBPyConnection, names: Mapping[str, str]) -> list[tuple[str, int]]:
    """The paths and numbers of lines with too few or too many cells, or not in UTF-8.

    Of those files that were read until now. Raises FileError where a quotation mark that is never
    closed, or by another one, has taken whole lines with it.
    """
    if not connection.execute("from duckdb_tables() where table_name = 'reject_errors'").fetchall():
        return []
    rejects = connection.execute(_REJECTS).fetchall()
    for path, line, more_lines in rejects:
        if more_lines:
            raise FileError(
                f"{names[path]}:{line}: a quotation mark takes more lines than this one with it; "
                "close it, or leave it out"
            )
    return [(path, line) for path, line, _ in rejects]


def is_partitioned(paths: Sequence[str]) -> bool:
    """Whether the names of folders say something of the records in them: month=2010-03."""
    return any("=" in os.path.basename(os.path.dirname(path)) for path in paths)


def _text(
    connection: DuckDBPyConnection,
    paths: Sequence[str],
    columns: Sequence[str],
    delimiter: str,
    *,
    header: bool,
    quote: str,
) -> DuckDBPyRelation:
    return connection.read_csv(
        list(paths),
        columns=dict.fromkeys(columns, "VARCHAR"),
        auto_detect=False,
        header=header,
        sep=delimiter,
        quotechar=quote,
        escapechar=quote,
        store_rejects=True,
        strict_mode=quote != "",  # without quotes, line ends of several kinds do no harm
        hive_partitioning=is_partitioned(paths),
    )
