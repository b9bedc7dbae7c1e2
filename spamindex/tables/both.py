"""The two tables of a ranking read together: an option that names a column goes where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import pandas as pd

from spamindex.errors import ColumnError, PeriodError, SpamIndexError
from spamindex.names import BUILT_IN, Names
from spamindex.sources import Source
from spamindex.tables import layout
from spamindex.tables.cells import Cells
from spamindex.tables.headings import Role
from spamindex.tables.shares import read_cells, read_shares
from spamindex.tables.units import Unit

_T = TypeVar("_T")


def read_both(
    spam: Source,
    share: Source,
    *,
    spam_column: str | None = None,
    share_column: str | None = None,
    spam_unit: Unit | None = None,
    share_unit: Unit | None = None,
    key: str | None = None,
    by: Sequence[str] = (),
    period: str | None = None,
    where: Mapping[str, str] | None = None,
    names: Names | Mapping[str, str] = BUILT_IN,
    family: bool = False,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    counts: bool = False,
    spam_total: int | None = None,
    share_total: int | None = None,
    rounding: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a table of spam shares and one of market shares; see ``read_shares``.

    ``key``, ``by``, ``period`` and ``where`` apply to the tables that have such a column. Raises
    ColumnError or PeriodError if neither has, and one error with the faults of both tables.

    >>> spam, market = read_both("data/spam.csv", "data/share.csv")
    >>> spam["os"].tolist() == market["os"].tolist()
    True
    """
    where = where or {}

    def table(part: tuple[Source, str | None]) -> Cells:
        source, column = part
        named = [name for name in (key, column, *by, *where) if name is not None]
        return read_cells(source, delimiter=delimiter, encoding=encoding, named=named)

    both = _each(table, [(spam, spam_column), (share, share_column)])
    for name in filter(None, [key, *by, *where]):
        if not any(layout.has_column(cells, name) for cells in both):
            there = "; ".join(
                f"{cells.name} has {', '.join(map(repr, cells.headings))}" for cells in both
            )
            raise ColumnError(f"no column {name!r}: {there}")
    if period not in (None, layout.ALL) and not any(map(layout.has_periods, both)):
        raise PeriodError(f"neither table has a column of periods, so nothing is of {period}")

    def shares(part: tuple[Cells, Role, str | None, Unit | None, int | None]) -> pd.DataFrame:
        cells, of, column, unit, total = part
        return read_shares(
            cells,
            of=of,
            key=key if key and layout.has_column(cells, key) else None,
            column=column,
            unit=unit,
            by=[name for name in by if layout.has_column(cells, name)],
            period=period if layout.has_periods(cells) else None,
            where={k: v for k, v in where.items() if layout.has_column(cells, k)},
            names=names,
            family=family,
            decimal=decimal,
            counts=counts,
            total=total,
            rounding=rounding,
        )

    parts: list[tuple[Cells, Role, str | None, Unit | None, int | None]] = [
        (both[0], "spam", spam_column, spam_unit, spam_total),
        (both[1], "market", share_column, share_unit, share_total),
    ]
    spam_shares, market_shares = _each(shares, parts)
    return spam_shares, market_shares


def _each(read: Callable[..., _T], parts: Sequence[object]) -> list[_T]:
    """What is read of each part, or one error with the faults of all."""
    done: list[_T] = []
    errors: list[SpamIndexError] = []
    for part in parts:
        try:
            done.append(read(part))
        except SpamIndexError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise SpamIndexError(*(fault for error in errors for fault in error.faults))
    return done
