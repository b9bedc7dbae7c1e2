"""Frames of any engine through narwhals: their rows, cells as text, addresses in one spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from spamindex.errors import SpamIndexError, install
from spamindex.meaning import is_missing
from spamindex.words import NO_ADDRESS

try:
    import narwhals
except ImportError as error:
    raise SpamIndexError(f"counting messages needs narwhals: {install('messages')}") from error

nw = narwhals  # imported from here by this room, so that its absence is explained
Frame: TypeAlias = "nw.LazyFrame[Any]"
Bring = Callable[[Any], Any]  # a table or native frame in, a native frame out

PREVIEW = 100  # enough to see what a column holds
# A number with any thousands separators; perhaps approximate, rounded, or with a unit.
_FIGURE = re.compile(r"[+~≈]?\d[\d.,'\u2019 \xa0\u202f]*(e\d+)?\s?(%|[kKmM]|messages|mails)?")


def lazy(frame: Any) -> Frame:
    """A frame of any library as a lazy one of narwhals. Raises SpamIndexError for anything else."""
    try:
        lazy_frame: Frame = nw.from_native(frame, pass_through=False).lazy()
    except (TypeError, AttributeError) as error:
        raise SpamIndexError(
            f"records must be a frame of pandas, Polars, DuckDB, PySpark or the like, not a "
            f"{type(frame).__name__}"
        ) from error
    return lazy_frame


def text(column: str) -> nw.Expr:
    """A column as text."""
    return nw.col(column).cast(nw.String)


def null() -> nw.Expr:
    """A missing text."""
    return nw.lit(None, dtype=nw.String())


def when(condition: nw.Expr, then: nw.Expr, otherwise: nw.Expr) -> nw.Expr:
    """``then`` where the condition is true, ``otherwise`` where it is false or null."""
    return nw.when(condition.fill_null(False)).then(then).otherwise(otherwise)


def collect_rows(frame: Frame) -> list[Sequence[Any]]:
    """The rows of a frame, fetched from its engine."""
    native: Any = frame.to_native()
    # narwhals would collect these two through pyarrow, which nothing else here needs.
    if frame.implementation.is_duckdb():
        return native.fetchall()  # type: ignore[no-any-return]
    if "pyspark" in frame.implementation.value:
        return native.collect()  # type: ignore[no-any-return]
    return list(frame.collect().rows())


def convert_like(records: Frame, pandas_table: Any) -> Any:
    """A pandas table as a native frame of the same library and connection as ``records``."""
    if records.implementation.is_pandas_like():
        return pandas_table
    if records.implementation.is_duckdb():
        return records.to_native().query("_", "from pandas_table")  # SQL sees this parameter
    if "pyspark" in records.implementation.value:
        return records.to_native().sparkSession.createDataFrame(pandas_table)
    if records.implementation.is_polars() or records.implementation.is_pyarrow():
        data = {str(name): pandas_table[name].tolist() for name in pandas_table}
        return nw.from_dict(data, backend=records.implementation).to_native()
    return nw.from_native(pandas_table).lazy(records.implementation).to_native()


def cached(native: Any) -> Any:
    """A frame that several queries read, computed once if its engine can keep the result."""
    frame = nw.from_native(native).lazy()
    if "pyspark" in frame.implementation.value:
        return native.persist()
    if frame.implementation.is_polars():
        return frame.collect().lazy().to_native()
    return native


def first_cells(frame: Any, columns: Sequence[str]) -> dict[str, list[str]]:
    """The first cells of each column as text, "" for a missing one; nested columns are left out."""
    records = lazy(frame)
    schema = records.collect_schema()
    flat = [name for name in columns if not (schema[name].is_nested() or schema[name] == nw.Binary)]
    if not flat:
        return {}
    aliased = records.select(**{f"cell{i}": text(name) for i, name in enumerate(flat)})
    return cells_by_column(flat, collect_rows(aliased.head(PREVIEW)))


def cells_by_column(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[str]]:
    """The cells of each column as text, "" for a missing one; a repeated header row is left out."""
    rows = [row for row in rows if [str(cell).strip(" \t\ufeff") for cell in row] != [*columns]]
    return {
        column: ["" if cell is None or is_missing(str(cell)) else str(cell) for cell in cells]
        for column, cells in zip(columns, zip(*rows, strict=True), strict=False)
    }


def are_figures(cells: Sequence[str]) -> bool:
    """Whether all cells are numbers or "", and at least one is a number.

    >>> are_figures(["1,024", "", "3.5 %"]), are_figures(["3", "x"]), are_figures([""])
    (True, False, False)
    """
    return any(cells) and all(_FIGURE.fullmatch(cell.strip()) for cell in cells if cell)


# ---- Addresses ----

_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"^(?:{_BYTE}\.){{3}}{_BYTE}$"
_IPV6 = r"^(?::[0-9a-f]{0,4}){8}$"  # in the spelling of ``normalize_addresses``
_MAPPED = "::::::ffff:"  # the beginning of an IPv4-mapped address in that spelling
_MAPPED_IN_HEX = rf"^{_MAPPED}[0-9a-f]{{0,4}}:[0-9a-f]{{0,4}}$"


def normalize_addresses(frame: Frame, column: str) -> Frame:
    """A frame with the addresses in a text column in one spelling, and a new column ``is_address``.

    IPv4 is as usual; IPv6 is its eight groups, each after a colon and without leading zeros; an
    IPv4-mapped address is its IPv4. A port, a zone, ``IPv6:`` and the brackets and host name around
    an address are removed. Any engine can compute this, so no address leaves its cluster.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"ip": ["mx [192.0.2.7] (forged)", "[::FFFF:c000:207]", "::1#53"]})
    >>> normalize_addresses(nw.from_native(table).lazy(), "ip").collect()["ip"].to_list()
    ['192.0.2.7', '192.0.2.7', '::::::::1']
    """
    # In steps, so that SQL holds each expression once. Nearly all cells are plain IPv4 addresses:
    # the first step marks those, in capitals, which no other cell has there, and they stay.
    cell, bare, groups, colons = map(nw.col, (column, "bare", "groups", "colons"))
    mark = nw.lit("IPV4")
    is_plain = bare == mark
    frame = frame.with_columns(bare=when(cell.str.contains(_IPV4), mark, _without_context(cell)))
    dotted = bare.str.replace_all(r"^[0:]*:ffff:", "").str.replace_all(r":[0-9]+$", "")
    frame = frame.with_columns(
        dotted=when(is_plain, mark, dotted), groups=nw.concat_str([nw.lit(":"), bare])
    )
    # Three colons, a single one at an end, and two of :: are invalid, but could come out as valid.
    number = groups.str.len_chars() - groups.str.replace_all(":", "", literal=True).str.len_chars()
    is_ipv6 = (
        bare.str.contains(r"^[0-9a-f:]*:[0-9a-f:]*$")
        & ~bare.str.contains(r":::|::.*::|^:[^:]|[^:]:$|[0-9a-f]{5}|^:$")
        & (bare.str.contains("::", literal=True) | (number == 8))
    )
    number = when(is_ipv6, number, nw.lit(0))
    frame = frame.with_columns(colons=when(is_plain, nw.lit(0), number))
    expanded = groups
    for present in range(2, 10):  # :: stands for the colons that are missing of eight
        filled = groups.str.replace_all("::", ":" * (10 - present), literal=True)
        expanded = when(colons == present, filled, expanded)
    for zeros in (":000", ":00", ":0"):
        expanded = expanded.str.replace_all(zeros, ":", literal=True)
    frame = frame.with_columns(groups=when(colons > 0, expanded, bare))
    is_mapped = groups.str.starts_with(_MAPPED) & groups.str.contains(_MAPPED_IN_HEX)
    frame = frame.with_columns(in_hex=when(is_mapped, groups.str.slice(len(_MAPPED)), nw.lit("")))
    frame = frame.with_columns(upper=_padded_group(":.*$"), lower=_padded_group("^.*:"))
    from_hex = nw.concat_str([*_bytes("upper"), *_bytes("lower")], separator=".")
    normal = when(nw.col("in_hex") == nw.lit(""), groups, from_hex)
    normal = when(nw.col("dotted").str.contains(_IPV4), nw.col("dotted"), normal)
    steps = ("bare", "dotted", "groups", "colons", "in_hex", "upper", "lower")
    frame = frame.with_columns(when(is_plain, cell, normal).alias(column))
    is_address = when(is_plain, nw.lit(True), cell.str.contains(f"{_IPV4}|{_IPV6}"))
    return frame.with_columns(is_address=is_address).drop(*steps)


def _without_context(cell: nw.Expr) -> nw.Expr:
    """An address without what may surround it."""
    bare = cell.str.strip_chars().str.to_lowercase()
    # A host name and the address in brackets. The last brackets count, as a client may call itself
    # [192.0.2.1] before them or in parentheses; two side by side are ambiguous.
    bare = bare.str.replace_all(r"^.*\][^()]*\[.*$", "two").str.replace_all(r"^.*\[", "")
    bare = bare.str.replace_all(r"^<|>$", "").str.replace_all(r"^ipv6:", "")
    # A port, a zone, or the length of a network of one address; /24 stays, and is no address.
    return bare.str.replace_all(r"[\]%#].*$|/32$|/128$|/[0-9]{4,5}$", "")


def _padded_group(removed: str) -> nw.Expr:
    """One of the two groups in ``in_hex`` as four digits; ``removed`` matches the other one."""
    group = nw.col("in_hex").str.replace_all(removed, "")
    return nw.concat_str([nw.lit("0000"), group]).str.tail(4)


def _bytes(column: str) -> list[nw.Expr]:
    """The two bytes of four hex digits, as decimal text."""
    digits = []
    for i in range(4):
        digit = nw.col(column).str.slice(i, 1)
        for value, letter in enumerate("abcdef", start=10):
            digit = digit.str.replace_all(letter, str(value), literal=True)
        digits.append(digit.cast(nw.Int64))
    return [(digits[i] * 16 + digits[i + 1]).cast(nw.String) for i in (0, 2)]


def is_no_address(normal: nw.Expr) -> nw.Expr:
    """Whether a normalized address is missing, as for a message from the mail server itself."""
    return normal.is_null() | normal.is_in(list(NO_ADDRESS))
