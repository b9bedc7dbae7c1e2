"""What tally does with frames by narwhals, whatever their engine: pandas, Polars, DuckDB, Spark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from spamindex.errors import SpamIndexError
from spamindex.meaning import is_missing

if TYPE_CHECKING:
    import pandas as pd

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


def like(records: Frame, table: Any) -> Any:
    """A table as a frame of the same kind, and in the same connection."""
    if records.implementation.is_pandas_like():
        return table
    if records.implementation.is_duckdb():
        return _in_duckdb(records.to_native(), table)
    if "pyspark" in records.implementation.value:
        return records.to_native().sparkSession.createDataFrame(table)
    if records.implementation.is_polars() or records.implementation.is_pyarrow():
        data = {str(name): table[name].tolist() for name in table}
        return nw.from_dict(data, backend=records.implementation).to_native()
    return nw.from_native(table).lazy(records.implementation).to_native()


def _in_duckdb(native: Any, brought: pd.DataFrame) -> Any:
    """A table in the connection of a relation, which only a query of it can reach."""
    return native.query("_", "from brought")


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
