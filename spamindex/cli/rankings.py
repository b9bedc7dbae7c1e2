"""A ranking that compute printed, read back: CSV, TSV, JSON or JSON lines."""

from __future__ import annotations

import io
import json
import math
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spamindex import sources as textfile
from spamindex.errors import ColumnError, FigureError, FileError, SpamIndexWarning
from spamindex.sources import Source, Text
from spamindex.tables import numbers as figures
from spamindex.tables import rows as csvfile

INDEX = "spam_index"
_FIGURES = (INDEX, "low", "high")
_PRINTED = "give what spamindex compute prints with -f csv, tsv, json or jsonl"


@dataclass(frozen=True)
class Ranking:
    """Rankings one after the other, in the order in which they were printed.

    ``table`` has the columns ``by`` and ``os`` as text and ``spam_index``, ``low`` and ``high``
    as numbers, NaN where a cell is empty; low and high are not there where they were not printed.
    """

    table: pd.DataFrame
    by: list[str]


def read_ranking(source: Source) -> Ranking:
    """Read a ranking from a file, or an open binary one. Raises a SpamIndexError.

    >>> csv = b"os,spam_share,market_share,spam_index\\nLinux,5.14,1.03,4.99\\n"
    >>> read_ranking(io.BytesIO(csv)).table
          os  spam_index
    0  Linux        4.99
    """
    text = textfile.read(source)
    in_json = text.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")
    names, places, rows = _from_json(text) if in_json else _from_cells(text)
    if INDEX not in names:
        raise ColumnError(f"{text.name}: has no column {INDEX!r}; {_PRINTED}")
    if twice := [name for name, number in Counter(names).items() if number > 1]:
        raise ColumnError(f"{text.name}: has two columns {twice[0]!r}; {_PRINTED}")
    at = {name: i for i, name in enumerate(names)}
    # The columns are in a fixed order: those of --by, the OS under its name, then the shares.
    before = names[: names.index(INDEX)]
    labels = [name for name in before if name not in ("spam_share", "market_share")]
    if not labels:
        raise ColumnError(f"{text.name}: has no column with names before {INDEX!r}; {_PRINTED}")
    wanted = [name for name in _FIGURES if name in names]
    table: dict[str, list[str] | list[float]] = {}
    for name in labels:
        table["os" if name == labels[-1] else name] = [_name(row[at[name]]) for row in rows]
    faults: list[str] = []
    for name in wanted:
        cells = [row[at[name]] for row in rows]
        table[name] = [
            _figure(cell, f"{place}: column {name!r}", faults)
            for place, cell in zip(places, cells, strict=True)
        ]
    faults += [
        f"{place}: low and high do not hold the index between them"
        for place, index, low, high in zip(
            places, *(table.get(name, table[INDEX]) for name in _FIGURES), strict=True
        )
        if low > index or high < index
    ]
    if faults:
        raise FigureError(*faults)
    return Ranking(pd.DataFrame(table), labels[:-1])


def _name(cell: object) -> str:
    return cell if isinstance(cell, str) else "" if cell is None else json.dumps(cell)


def _figure(cell: object, place: str, faults: list[str]) -> float:
    """A cell as a number that can be drawn; what is none becomes a fault."""
    if cell is None or (isinstance(cell, str) and figures.is_missing(cell)):
        return math.nan
    try:
        is_number = isinstance(cell, int | float) or (isinstance(cell, str) and "_" not in cell)
        figure = float(cell) if is_number else math.nan  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        figure = math.nan
    if not 0 <= figure < math.inf or isinstance(cell, bool):
        faults.append(f"{place}: {cell!r} is no index: it is a number from 0 on")
    return figure


def _from_cells(text: Text) -> tuple[list[str], list[str], list[list[object]]]:
    try:
        cells, widths = csvfile.rows(text)
    except FileError as error:
        raise FileError(f"{error}; {_PRINTED}") from error
    # compute leaves nothing out and puts nothing around it: what differs was cut off.
    short = np.flatnonzero(widths != widths[0])
    if len(short):
        raise FileError(
            f"{cells.at(short[0])}: has {widths[short[0]]} cells under {widths[0]} headings: "
            f"is it cut off? {_PRINTED}"
        )
    if not cells.ends_in_a_line:
        doubt = f"{cells.at(len(cells) - 1)}: the last line has no line end: is it cut off?"
        warnings.warn(SpamIndexWarning(doubt), stacklevel=3)
    if len(cells) == 1:
        raise FileError(f"{cells.at(0)}: only headings, no ranking under them; {_PRINTED}")
    places = [cells.at(row) for row in range(1, len(cells))]
    return cells.row(0), places, [list(cells.row(row)) for row in range(1, len(cells))]


def _from_json(text: Text) -> tuple[list[str], list[str], list[list[object]]]:
    objects = list(_objects(text))
    if not objects:
        raise FileError(f"{text.name}: is empty; {_PRINTED}")
    names = list(objects[0][1])
    faults = [
        f"{place}: has other names than the first row: {', '.join(map(repr, row))}"
        for place, row in objects
        if list(row) != names
    ]
    if faults:
        raise ColumnError(*faults)
    return names, [place for place, _ in objects], [list(row.values()) for _, row in objects]


def _objects(text: Text) -> Iterator[tuple[str, dict[str, object]]]:
    """The rows of a ranking in JSON or JSON lines, and where they stand."""
    written = io.TextIOWrapper(io.BytesIO(text.data), encoding=text.encoding).read()
    if written.lstrip().startswith("["):
        rows = _parsed(written, text.name)
        found = [(f"{text.name}: row {i}", row) for i, row in enumerate(rows, start=1)]
    else:
        lines = enumerate(written.split("\n"), start=1)  # in a name there may be other line ends
        places = ((f"{text.name}:{i}", line) for i, line in lines if line.strip())
        found = [(place, _parsed(line, place)) for place, line in places]
    for place, row in found:
        if not isinstance(row, dict):
            raise FileError(f"{place}: is no object with names; {_PRINTED}")
        yield place, row


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object, in which no name may stand twice: which one would be meant?"""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"a name stands twice in {', '.join(map(repr, names))}")
    return dict(pairs)


def _parsed(written: str, place: str) -> list[object]:
    try:
        parsed: list[object] = json.loads(written, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        reason = "it is nested too deeply" if deep else getattr(error, "msg", str(error))
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        place = place if line == ":1" else f"{place}{line}"
        raise FileError(f"{place}: is not JSON: {reason}; {_PRINTED}") from error
    return parsed
