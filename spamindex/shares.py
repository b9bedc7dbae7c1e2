"""A share table: found in a file, checked, and in percent."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping

import pandas as pd

from spamindex import columns, csvfile, figures, units
from spamindex.columns import Role
from spamindex.csvfile import Rows
from spamindex.errors import (
    FigureError,
    FileError,
    MatchError,
    SpamIndexNote,
    SpamIndexWarning,
    listed,
)
from spamindex.figures import is_missing
from spamindex.names import SYNONYMS, canonical
from spamindex.textfile import Source
from spamindex.units import Unit

_TOTALS = frozenset({"total", "totals", "grand total", "sum"})
_UNIT_OPTION: dict[Role | None, str] = {
    "spam": "--spam-unit",
    "market": "--share-unit",
    None: "unit=",
}


def read_shares(
    source: Source,
    *,
    of: Role | None = None,
    key: str | None = None,
    column: str | None = None,
    unit: Unit | None = None,
    names: Mapping[str, str] = SYNONYMS,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> pd.DataFrame:
    """Read a table of shares, or of counts, by operating system from a CSV file.

    ``source`` is a path or an open binary file. ``of`` says whether the shares are of spam or of
    the market, which helps to find their column. What is given is not guessed: ``key`` and
    ``column`` are headings, ``unit`` is percent, fraction or count, ``decimal`` is a point or a
    comma; ``names`` are the synonyms by which two rows are one OS (see ``read_names``).

    Returns a DataFrame with a row for each OS: ``os`` as the file spells it and ``share`` in
    percent. What was left out or inferred is warned of (SpamIndexWarning, SpamIndexNote). Raises a
    SpamIndexError where the file can't be used; its text names the options of the command.

    >>> read_shares("data/share.csv").head(2)
            os  share
    0  Windows  91.58
    1    Linux   1.03
    """
    rows = columns.with_headings(csvfile.read(source, delimiter=delimiter, encoding=encoding))
    os_column = columns.key_column(rows, key)
    value_column = columns.value_column(rows, os_column, of, column)
    others = [c for c in range(len(rows.cells[0])) if c not in (os_column, value_column)]
    heading = rows.cells[0][value_column]
    measured, findings = _measured(rows, os_column, value_column)
    if of == "spam" and column is None and columns.speaks_of("market", heading):
        findings.append(SpamIndexWarning(f"{rows.name}: {heading!r} was read as spam shares"))
    systems = [rows.cells[row][os_column] for row in measured]
    texts = [rows.cells[row][value_column] for row in measured]
    same_os = [canonical(name, names) for name in systems]

    readings = figures.read(texts, _marks(rows, texts, decimal))
    faults = {
        row: f"{rows.at(row)}: column {heading!r}: {text!r} {readings[0].faults[text]}"
        for row, text in zip(measured, texts, strict=True)
        if text in readings[0].faults
    }
    if faults:
        faults = _repeats(rows, measured, same_os, os_column, others) | faults
        raise FigureError(*(faults[row] for row in sorted(faults)))
    where = f"{rows.name}: column {heading!r}"
    reading, found = units.settle(readings, heading, where, _UNIT_OPTION[of], unit)
    if unit is None and found != "percent":
        total = math.fsum(reading.values)
        findings.append(SpamIndexNote(f"{where}: read as {found}s; they add up to {total:.10g}"))

    # Counts of one OS add up where another column tells their rows apart; shares never do.
    repeats = _repeats(
        rows, measured, same_os, os_column, compared=others if found == "count" else []
    )
    if repeats:
        raise MatchError(*repeats.values())
    values = reading.values
    if len(set(same_os)) < len(same_os):
        findings.append(SpamIndexNote(f"{where}: {len(same_os)} rows were added up by OS"))
        systems, values = _added_up(systems, same_os, values)
    for finding in [*rows.findings, *findings]:
        warnings.warn(finding, stacklevel=2)
    return pd.DataFrame({"os": systems, "share": units.percents(values, found)})


def _measured(rows: Rows, os_column: int, value_column: int) -> tuple[list[int], list[UserWarning]]:
    """The rows that give a figure of an OS, and what is said of the others."""
    measured: list[int] = []
    left_out: dict[str, list[str]] = {"no figure": [], "no OS name": [], "a total": []}
    for row, cells in enumerate(rows.cells[1:], start=1):
        name, text = cells[os_column], cells[value_column]
        if is_missing(text):
            left_out["no figure"].append(f"{name!r} (line {rows.lines[row]})")
        elif not name:
            left_out["no OS name"].append(f"{text!r} (line {rows.lines[row]})")
        elif name.casefold() in _TOTALS:
            left_out["a total"].append(f"{name!r} (line {rows.lines[row]})")
        else:
            measured.append(row)
    said = {
        why: f"{rows.name}: left out, {why}: {listed(rows_)}"
        for why, rows_ in left_out.items()
        if rows_
    }
    if not measured:
        raise FileError(*said.values())
    return measured, [
        (SpamIndexNote if why == "a total" else SpamIndexWarning)(text)
        for why, text in said.items()
    ]


def _marks(rows: Rows, texts: list[str], decimal: str | None) -> tuple[str, ...]:
    """The decimal marks that the figures may have."""
    if decimal is not None:
        return (decimal,)
    # Where a comma parts the columns, points part no thousands.
    if rows.delimiter == "," and not any("," in text for text in texts):
        return (".",)
    return figures.MARKS


def _repeats(
    rows: Rows, measured: list[int], same_os: list[str], os_column: int, compared: list[int]
) -> dict[int, str]:
    """Rows of an OS that an earlier row has too, with the same cells in the columns compared."""
    first: dict[tuple[str, ...], int] = {}
    repeats: dict[int, str] = {}
    for row, name in zip(measured, same_os, strict=True):
        cells = rows.cells[row]
        earlier = first.setdefault((name, *(cells[column] for column in compared)), row)
        if earlier != row:
            before = rows.cells[earlier][os_column]
            also = "" if before == cells[os_column] else f" as {before!r}"
            repeats[row] = (
                f"{rows.at(row)}: {cells[os_column]!r} is on line {rows.lines[earlier]} too{also}; "
                "leave one row for each OS"
            )
    return repeats


def _added_up(
    systems: list[str], same_os: list[str], values: list[float]
) -> tuple[list[str], list[float]]:
    sums = (
        pd.DataFrame({"os": systems, "same": same_os, "value": values})
        .groupby("same", sort=False)
        .agg({"os": "first", "value": "sum"})
    )
    return sums["os"].tolist(), sums["value"].tolist()
