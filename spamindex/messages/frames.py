"""Frames of any engine by way of narwhals: their cells as text, one spelling of an address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from spamindex.errors import SpamIndexError
from spamindex.meaning import is_missing
from spamindex.words import NO_ADDRESS

INSTALL = "pip install 'spamindex[messages]'"

try:
    import narwhals
except ImportError as missing:
    raise SpamIndexError(f"counting messages needs narwhals: {INSTALL}") from missing

nw = narwhals  # from here, so that who lacks it is told how to install it
Frame: TypeAlias = "nw.LazyFrame[Any]"
Bring = Callable[[Any], Any]

# A figure with whatever parts its thousands; also one that is rounded or has a unit after it.
_FIGURE = re.compile(r"[+~≈]?\d[\d.,'\u2019 \xa0\u202f]*(e\d+)?\s?(%|[kKmM]|messages|mails)?")
FIRST = 100  # cells that say what stands in a column


def lazy(frame: Any) -> Frame:
    """A frame of any kind as narwhals has it. Raises SpamIndexError for what is none."""
    if isinstance(frame, nw.LazyFrame):
        return frame
    try:
        found: Frame = nw.from_native(frame).lazy()
    except (TypeError, AttributeError) as error:
        raise SpamIndexError(
            f"records are a frame of pandas, Polars, DuckDB, PySpark or the like, not a "
            f"{type(frame).__name__}"
        ) from error
    return found


def text(column: str) -> nw.Expr:
    """A column as text."""
    return nw.col(column).cast(nw.String)


def null() -> nw.Expr:
    """No text."""
    return nw.lit(None, dtype=nw.String())


def when(condition: nw.Expr, then: nw.Expr, otherwise: nw.Expr) -> nw.Expr:
    """One value where a condition holds, another where it does not, or is null."""
    return nw.when(condition.fill_null(False)).then(then).otherwise(otherwise)


def collected(frame: Frame) -> list[Sequence[Any]]:
    """The rows of a frame."""
    native: Any = frame.to_native()
    # narwhals would collect what these have by way of pyarrow, which nothing else here needs.
    if frame.implementation.is_duckdb():
        return native.fetchall()  # type: ignore[no-any-return]
    if "pyspark" in frame.implementation.value:
        return native.collect()  # type: ignore[no-any-return]
    return list(frame.collect().rows())


def like(records: Frame, brought: Any) -> Any:
    """A table as a frame of the same kind, and in the same connection."""
    if records.implementation.is_pandas_like():
        return brought
    if records.implementation.is_duckdb():
        return records.to_native().query("_", "from brought")  # this variable, which SQL can see
    if "pyspark" in records.implementation.value:
        return records.to_native().sparkSession.createDataFrame(brought)
    if records.implementation.is_polars() or records.implementation.is_pyarrow():
        data = {str(name): brought[name].tolist() for name in brought}
        return nw.from_dict(data, backend=records.implementation).to_native()
    return nw.from_native(brought).lazy(records.implementation).to_native()


def kept(native: Any) -> Any:
    """A frame that is asked several times, computed once where its engine can keep it."""
    frame = nw.from_native(native).lazy()
    if "pyspark" in frame.implementation.value:
        return native.persist()
    if frame.implementation.is_polars():
        return frame.collect().lazy().to_native()
    return native


def first_cells(frame: Any, columns: Sequence[str]) -> dict[str, list[str]]:
    """The first cells of columns of records as text, "" for a missing one; no nested columns."""
    records = lazy(frame)
    schema = records.collect_schema()
    plain = [c for c in columns if not (schema[c].is_nested() or schema[c] == nw.Binary)]
    if not plain:
        return {}
    aliased = records.select(**{f"cell{i}": text(column) for i, column in enumerate(plain)})
    return cells_of(plain, collected(aliased.head(FIRST)))


def cells_of(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[str]]:
    """The cells of each column of a few records as text, "" for a missing one."""
    rows = [row for row in rows if [str(c).strip(" \t\ufeff") for c in row] != [*columns]]
    return {
        column: ["" if cell is None or is_missing(str(cell)) else str(cell) for cell in cells]
        for column, cells in zip(columns, zip(*rows, strict=True), strict=False)
    }


def are_figures(cells: Sequence[str]) -> bool:
    """Whether all of some cells are figures, or missing, and not all are missing.

    >>> are_figures(["1,024", "", "3.5 %"]), are_figures(["3", "x"]), are_figures([""])
    (True, False, False)
    """
    return any(cells) and all(_FIGURE.fullmatch(cell.strip()) for cell in filter(None, cells))


# ---- Addresses ----

_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"^(?:{_BYTE}\.){{3}}{_BYTE}$"
_IPV6 = r"^(?::[0-9a-f]{0,4}){8}$"  # in the spelling that ``normalized`` gives it
_MAPPED = "::::::ffff:"  # how an IPv4 address begins there that is written as IPv6 in hex
_IN_HEX = rf"^{_MAPPED}[0-9a-f]{{0,4}}:[0-9a-f]{{0,4}}$"


def normalized(frame: Frame, column: str) -> Frame:
    """A frame with the addresses in a column of texts in the spelling in which all are compared.

    ``is_address`` is a new column: whether one stands there.

    IPv4 as usual; IPv6 as its eight groups, each after a colon and without leading zeros; an
    IPv4-mapped one is its IPv4. They may have a port or a zone, be in brackets behind the
    name of a host, and have IPv6: before them. Put together from what all engines can do, so that
    no address has to leave its cluster.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"ip": ["mx [192.0.2.7] (forged)", "[::FFFF:c000:207]", "::1#53"]})
    >>> normalized(nw.from_native(table).lazy(), "ip").collect()["ip"].to_list()
    ['192.0.2.7', '192.0.2.7', '::::::::1']
    """
    # In steps, so that SQL has each expression once. What is an IPv4 address already, as nearly all
    # are, is only looked at in the first.
    written, bare, groups, colons = map(nw.col, (column, "bare", "groups", "colons"))
    plain = nw.lit(":")
    frame = frame.with_columns(bare=when(written.str.contains(_IPV4), plain, _bare(written)))
    dotted = bare.str.replace_all(r"^[0:]*:ffff:", "").str.replace_all(r":[0-9]+$", "")
    frame = frame.with_columns(
        dotted=when(bare == plain, plain, dotted), groups=nw.concat_str([plain, bare])
    )
    many = groups.str.len_chars() - groups.str.replace_all(":", "", literal=True).str.len_chars()
    # Three colons, one alone at an end, and two of :: are no address; some would come out as one.
    is_groups = (
        bare.str.contains(r"^[0-9a-f:]*:[0-9a-f:]*$")
        & ~bare.str.contains(r":::|::.*::|^:[^:]|[^:]:$|[0-9a-f]{5}|^:$")
        & (bare.str.contains("::", literal=True) | (many == 8))
    )
    many = when(is_groups, many, nw.lit(0))
    frame = frame.with_columns(colons=when(bare == plain, nw.lit(0), many))
    expanded = groups
    for there in range(2, 10):  # eight in all: :: stands for those that are not there
        filled = groups.str.replace_all("::", ":" * (10 - there), literal=True)
        expanded = when(colons == there, filled, expanded)
    for zeros in (":000", ":00", ":0"):
        expanded = expanded.str.replace_all(zeros, ":", literal=True)
    frame = frame.with_columns(groups=when(colons > 0, expanded, bare))
    is_mapped = groups.str.starts_with(_MAPPED) & groups.str.contains(_IN_HEX)
    in_hex = when(is_mapped, groups.str.slice(len(_MAPPED)), nw.lit(""))
    frame = frame.with_columns(in_hex=in_hex)
    frame = frame.with_columns(upper=_four_digits(":.*$"), lower=_four_digits("^.*:"))
    from_hex = nw.concat_str([*_bytes("upper"), *_bytes("lower")], separator=".")
    odd = when(nw.col("in_hex") == nw.lit(""), groups, from_hex)
    odd = when(nw.col("dotted").str.contains(_IPV4), nw.col("dotted"), odd)
    steps = ("bare", "dotted", "groups", "colons", "in_hex", "upper", "lower")
    frame = frame.with_columns(when(bare == plain, written, odd).alias(column))
    found = when(bare == plain, nw.lit(True), written.str.contains(f"{_IPV4}|{_IPV6}"))
    return frame.with_columns(is_address=found).drop(*steps)


def _four_digits(cut: str) -> nw.Expr:
    """One of two groups in hex: what is left without the other."""
    group = nw.col("in_hex").str.replace_all(cut, "")
    return nw.concat_str([nw.lit("0000"), group]).str.tail(4)


def _bare(text: nw.Expr) -> nw.Expr:
    """An address without what is around it."""
    bare = text.str.strip_chars().str.to_lowercase()
    # The name of a host and a bracket: the last one, as a client may call itself [192.0.2.1], in
    # parentheses or before them. Of two that stand side by side nobody knows which is meant.
    bare = bare.str.replace_all(r"^.*\][^()]*\[.*$", "two").str.replace_all(r"^.*\[", "")
    bare = bare.str.replace_all(r"^<|>$", "").str.replace_all(r"^ipv6:", "")
    # What follows: a port, a zone, and that it is no network, which /24 is.
    return bare.str.replace_all(r"[\]%#].*$|/32$|/128$|/[0-9]{4,5}$", "")


def _bytes(column: str) -> list[nw.Expr]:
    """The two bytes of four digits in hex, as decimal text; by what all engines can do."""
    digits = []
    for i in range(4):
        digit = nw.col(column).str.slice(i, 1)
        for value, letter in enumerate("abcdef", start=10):
            digit = digit.str.replace_all(letter, str(value), literal=True)
        digits.append(digit.cast(nw.Int64))
    return [(digits[i] * 16 + digits[i + 1]).cast(nw.String) for i in (0, 2)]


def is_none(normal: nw.Expr) -> nw.Expr:
    """Whether what ``normalized`` made is of no address: a message from the machine itself."""
    return normal.is_null() | normal.is_in(list(NO_ADDRESS))
