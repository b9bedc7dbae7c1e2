"""A share table: found in a file, checked, and in percent."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex.errors import (
    FigureError,
    MatchError,
    SpamIndexNote,
    SpamIndexWarning,
    UnitError,
)
from spamindex.names import BUILT_IN, Names
from spamindex.sources import Source
from spamindex.tables import aggregates as totals
from spamindex.tables import columns, headings, layout, units
from spamindex.tables import counts as evidence
from spamindex.tables import header as extent
from spamindex.tables import numbers as figures
from spamindex.tables import rows as csvfile
from spamindex.tables.cells import Cells, Column, first_rows
from spamindex.tables.headings import Role
from spamindex.tables.layout import Entries
from spamindex.tables.measured import decimal_marks, measured_rows, repeats
from spamindex.tables.units import Figures, Unit

_UNIT_OPTION: dict[Role | None, str] = {
    "spam": "--spam-unit",
    "market": "--share-unit",
    None: "unit=",
}


def read_cells(
    source: Source,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    named: Collection[str] = (),
) -> Cells:
    """Read the table in a delimited file as text, with headings; ``named`` are some that it has.

    Raises FileError, or ColumnError where a row could be headings or not.

    >>> read_cells("data/share.csv").headings
    ['os', 'market_share']
    """
    rows, widths = csvfile.read(source, delimiter=delimiter, encoding=encoding)
    return columns.with_headings(extent.table(rows, widths), named, BUILT_IN.family)


def read_shares(
    source: Source | Cells,
    *,
    of: Role | None = None,
    key: str | None = None,
    column: str | None = None,
    unit: Unit | None = None,
    by: Sequence[str] = (),
    period: str | None = None,
    where: Mapping[str, str] | None = None,
    names: Names | Mapping[str, str] = BUILT_IN,
    family: bool = False,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    counts: bool = False,
    total: int | None = None,
    rounding: bool = False,
) -> pd.DataFrame:
    """Read a table of shares, or of counts, by operating system from a CSV file.

    ``source`` is a path, an open binary file or what ``read_cells`` made of one. ``of`` says
    whether the shares are of spam or of the market, which helps to find their column. What is
    given is not guessed: ``key`` and ``column`` are headings, ``unit`` is percent, fraction or
    count, ``decimal`` is a point or a comma.

    ``by`` are the headings of columns that tell one ranking from the next; ``period`` takes that
    period of a table over time, ``all`` of them; ``where`` takes the rows with these cells, by
    heading. ``names`` are the synonyms by which two rows are one OS: those of ``read_names``, or a
    mapping from names to canonical ones, added to the built-in ones. With ``family`` the versions
    of an OS are added up.

    Returns a DataFrame with a row for each OS: the ``by`` columns, ``os`` as the file spells it
    (or the name of its family) and ``share`` in percent. With ``counts`` two more columns say how
    many messages or visits are behind a share, ``count`` of ``total``, if the file knows: in its
    figures, in a column beside the shares, or by the sample size ``total``. With ``rounding`` the
    column ``half`` has half a unit of the last digit of each share, in percent; a UnitError if the
    file has counts. What was left out or inferred is warned
    of (SpamIndexWarning, SpamIndexNote). Raises a SpamIndexError where the file can't be used, with
    the options of the command in its text, and ValueError for an ``of``, ``unit``, ``decimal`` or
    ``total`` that there is not.

    >>> read_shares("data/share.csv").head(2)
            os  share
    0  Windows  91.58
    1    Linux   1.03
    """
    if total is not None and total <= 0:
        raise ValueError(f"total is a number of messages or visits, not {total!r}")
    for name, value, choices in (
        ("of", of, _UNIT_OPTION),
        ("unit", unit, (None, *get_args(Unit))),
        ("decimal", decimal, (None, *figures.MARKS)),
    ):
        if value not in choices:
            raise ValueError(f"{name} is one of {', '.join(map(repr, choices))}, not {value!r}")
    names = Names.of(names)
    if not isinstance(source, Cells):
        named = [name for name in (key, column, *by, *(where or {})) if name is not None]
        source = read_cells(source, delimiter=delimiter, encoding=encoding, named=named)
    table = layout.entries(
        layout.matching(source, where or {}),
        names, of=of, key=key, column=column, by=by, period=period,
    )  # fmt: skip
    measured, findings = measured_rows(table, decimal_marks(table, decimal))
    _warn([*source.findings, *findings])
    groups = measured.groups(measured.column(measured.os).mapped(names.canonical))
    figures_, found = _in_one_unit(measured, groups, of, unit, decimal)
    _warn(totals.sums_of_others(measured, figures_, found, names))
    _warn(
        totals.what_they_add_up_to(
            measured, figures_, found, unit_given=unit is not None, chosen=bool(where)
        )
    )
    if column is None and of == "spam" and headings.speaks_of("market", measured.heading):
        _warn([SpamIndexWarning(f"{measured.title}: read as spam shares")])

    # Counts of one OS add up where another column tells their rows apart; shares never do.
    if found != "count" and (twice := repeats(measured, groups)):
        raise MatchError(*twice.values())
    shown = measured.column(measured.os)
    if family:
        shown = shown.mapped(names.label)
        groups = measured.groups(shown.mapped(names.canonical))
    amounts = {
        "share": figures_.amounts(found),
        **evidence.behind(
            measured, figures_, found, of, counts=counts, total=total, rounding=rounding
        ),
    }
    shares = _added_up(measured, shown, groups, amounts, by)
    if len(shares) < len(measured) and not family:
        _warn([SpamIndexNote(f"{measured.title}: {len(measured)} rows were added up by OS")])
    if found == "count":
        _refuse_filtered(measured, where or {})
        totals.refuse_among(measured, groups)
        totals.refuse_families(measured, figures_.values, groups, names)
        shares["share"] = _shares_of_counts(measured, shares, by)
    return shares


def _refuse_filtered(table: Entries, where: Mapping[str, str]) -> None:
    """Refuse to take the counts of one OS for those of all."""
    os = headings.words(table.column(table.os).heading)
    for heading in where:
        if headings.words(heading) == os:
            raise UnitError(
                f"{table.title}: --where {heading} leaves counts of that OS alone, and so 100 % of "
                "them; choose among the rows of the result instead"
            )


def _warn(findings: Iterable[UserWarning]) -> None:
    for finding in findings:
        warnings.warn(finding, stacklevel=3)  # where read_shares was called


def _in_one_unit(
    table: Entries,
    groups: npt.NDArray[np.int64],
    of: Role | None,
    unit: Unit | None,
    decimal: str | None,
) -> tuple[Figures, Unit]:
    """The figures of a table and their unit; ``groups`` are its rows of one OS.

    Raises FigureError with all that are none, MatchError with all rows that stand there twice.
    """
    value = table.column(table.value)
    used = value.used
    texts = [value.texts[code] for code in used]
    readings = figures.read(texts, decimal_marks(table, decimal))
    faults = readings[0].faults
    said = repeats(table, groups)
    if said:  # only those that nothing else tells apart
        said = repeats(table, table.groups(apart=[*table.others, table.os]))
    if faults:
        for row in np.flatnonzero(value.where(faults.__contains__)):
            said[int(row)] = f"{table.at(row)}: {value[row]!r} {faults[value[row]]}"
        raise FigureError(*(said[row] for row in sorted(said)))
    if said:
        raise MatchError(*said.values())
    among_used = np.zeros(len(value.texts), np.int64)
    among_used[used] = np.arange(len(used))
    codes = among_used[value.codes]
    rankings = table.groups(apart=table.over_time)
    candidates = [Figures(reading, codes, rankings) for reading in readings]
    return units.settle(candidates, table.heading, table.title, _UNIT_OPTION[of], unit)


def _shares_of_counts(
    table: Entries, counts: pd.DataFrame, by: Sequence[str]
) -> npt.NDArray[np.float64]:
    """What percent of all counts of its ranking each one is."""
    amounts = counts["share"].to_numpy()
    groups = counts.groupby(list(by)).ngroup() if by else np.zeros(len(counts), int)
    totals = np.bincount(groups, weights=amounts)[groups]
    if not totals.all():
        empty = counts[list(by)][totals == 0].iloc[0].tolist()
        raise UnitError(f"{table.title}: adds up to 0 in {', '.join(empty)}; leave it out")
    return 100 * amounts / totals


def _added_up(
    table: Entries,
    shown: Column,
    groups: npt.NDArray[np.int64],
    amounts: Mapping[str, npt.NDArray[np.float64]],
    by: Sequence[str],
) -> pd.DataFrame:
    """One row for each group, in the order in which they come; a total is that of all its rows."""
    rows = first_rows(groups)
    several = np.bincount(groups)[groups] > 1
    sums = {name: amount[rows] for name, amount in amounts.items()}
    for name, amount in amounts.items():
        if name == "total":
            continue
        # What was written as decimals adds up as decimals: 11.54 + 27.38 is 38.92.
        exact: dict[int, Decimal] = {}
        for part, figure in zip(groups[several].tolist(), amount[several].tolist(), strict=True):
            exact[part] = exact.get(part, Decimal()) + Decimal(repr(figure))
        sums[name][list(exact)] = [float(total) for total in exact.values()]
    return pd.DataFrame(
        {
            **{name: table.column(i).taken(rows) for name, i in zip(by, table.by, strict=True)},
            "os": shown.taken(rows),
            **sums,
        }
    )
