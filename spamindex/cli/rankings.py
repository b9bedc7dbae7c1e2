"""A ranking that compute printed, read back: CSV, TSV, JSON, JSON lines or a Markdown table."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from spamindex import sources, words
from spamindex.errors import ColumnError, Doubt, FigureError, FileError, Findings
from spamindex.sources import DELIMITERS, Source

INDEX = "spam_index"
_SHARES = ("spam_share", "market_share")
_BOUNDS = ("low", "high")
_PRINTED = "give what spamindex compute prints with -f csv, tsv, json, jsonl or github"

# What github calls the columns, and the bounds by what they are: "95 % low", "Rounding high".
_SHOWN = {"OS": "os", "Spam %": "spam_share", "Market %": "market_share", "Spam index": INDEX}
_BOUND = re.compile(r"(?P<kind>(?!rel).*?)\s*\b(?P<bound>low|high)", re.IGNORECASE)
_RULE = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*")
_CELL = re.compile(r"((?:\\.|[^|\\])*)\|")  # to the next bar that has no backslash before it


@dataclass(frozen=True)
class Ranking:
    """Rankings one after the other, in the order in which they were printed.

    ``frame`` has the columns of ``--by`` as 0, 1, ... and ``os`` as text, and ``spam_index``,
    ``low`` and ``high`` as numbers, NaN where a cell is empty, and ``interval`` as text; the last
    three only where they were printed. ``by`` says what the numbered columns are called, and
    ``category`` what ``os`` is.
    """

    frame: pd.DataFrame
    by: list[str]
    category: str
    findings: Findings


def read_ranking(source: Source) -> Ranking:
    """Read a ranking from a file, or an open binary one. Raises a SpamIndexError.

    >>> csv = b"month,os,spam_share,market_share,spam_index\\n2010-03,Linux,5.14,1.03,4.99\\n"
    >>> ranking = read_ranking(io.BytesIO(csv))
    >>> ranking.frame
             0     os  spam_index
    0  2010-03  Linux        4.99
    >>> ranking.by, ranking.category
    (['month'], 'os')
    """
    text = sources.read(source)
    findings = Findings(text.name)
    written = "".join(text.lines())
    if not written.strip():
        raise FileError(f"{text.name}: is empty; {_PRINTED}")
    if written.lstrip()[:1] in ("[", "{"):
        names, places, rows = _from_json(text.name, written)
    else:
        names, places, rows = _from_lines(text.name, written)
        if not text.ends_in_a_line:
            findings.doubts.append(Doubt("the last line has no line end: is it cut off?"))
    findings.doubts += text.findings.doubts  # of the encoding
    frame, by, category = _frame(text.name, names, places, rows)
    return Ranking(frame, by, category, findings)


Rows = tuple[list[str], list[str], list[Sequence[object]]]  # names, where each row stands, cells


def _frame(
    name: str, names: list[str], places: list[str], rows: list[Sequence[object]]
) -> tuple[pd.DataFrame, list[str], str]:
    if INDEX not in names:
        raise ColumnError(f"{name}: has no column {INDEX!r}; {_PRINTED}")
    if twice := [heading for heading, number in Counter(names).items() if number > 1]:
        raise ColumnError(f"{name}: has two columns {twice[0]!r}; {_PRINTED}")
    cells = dict(zip(names, zip(*rows, strict=True), strict=True))
    # The columns are in a fixed order: those of --by, the OS under its name, then the shares.
    before = [heading for heading in names[: names.index(INDEX)] if heading not in _SHARES]
    if not before:
        raise ColumnError(f"{name}: has no column with names before {INDEX!r}; {_PRINTED}")
    *by, category = before
    table: dict[int | str, Sequence[str] | Sequence[float]] = {
        i: list(map(_name, cells[heading])) for i, heading in enumerate(by)
    }
    table["os"] = list(map(_name, cells[category]))
    faults: list[str] = []
    after = names[names.index(INDEX) :]  # a column of --by may be called interval
    figures: dict[int | str, Sequence[float]] = {
        heading: [
            _figure(cell, f"{place}: column {heading!r}", faults)
            for place, cell in zip(places, cells[heading], strict=True)
        ]
        for heading in (INDEX, *_BOUNDS)
        if heading in after
    }
    indexes = figures[INDEX]
    lows, highs = (figures.get(bound, indexes) for bound in _BOUNDS)
    faults += [
        f"{place}: low and high do not hold the index between them"
        for place, low, index, high in zip(places, lows, indexes, highs, strict=True)
        if low > index or high < index
    ]
    if faults:
        raise FigureError(*faults)
    table |= figures
    if "interval" in after:
        table["interval"] = [_name(cell) for cell in cells["interval"]]
    return pd.DataFrame(table), by, category


def _name(cell: object) -> str:
    return cell if isinstance(cell, str) else "" if cell is None else json.dumps(cell)


def _figure(cell: object, place: str, faults: list[str]) -> float:
    """A cell as a number that can be drawn; what is none becomes a fault."""
    if cell is None or (isinstance(cell, str) and words.is_missing(cell)):
        return math.nan
    try:
        is_number = isinstance(cell, int | float) or (isinstance(cell, str) and "_" not in cell)
        figure = float(cell) if is_number else math.nan  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        figure = math.nan
    if not 0 <= figure < math.inf or isinstance(cell, bool):
        faults.append(f"{place}: {cell!r} is not an index: a number from 0 on")
    return figure


def _from_lines(name: str, written: str) -> Rows:
    """The rows of a ranking in CSV, TSV or Markdown, each as wide as its header."""
    lines = written.split("\n")  # in a name there may be other line ends
    rules = (i for i, line in enumerate(lines) if "|" in line and _RULE.fullmatch(line))
    rule = next((i for i in rules if i and lines[i - 1].lstrip().startswith("|")), 0)
    found = _markdown(lines[rule - 1 :], rule) if rule else _delimited(name, written)
    (first, header), *rows = found
    if not rows:
        raise FileError(f"{name}:{first}: only headings, no ranking under them; {_PRINTED}")
    for number, cells in rows:
        if len(cells) != len(header):  # compute leaves nothing out
            raise FileError(
                f"{name}:{number}: has {len(cells)} cells under {len(header)} headings: is it cut "
                f"off? {_PRINTED}"
            )
    if rule:
        header, rows = _as_for_programs(header, rows)
    return header, [f"{name}:{number}" for number, _ in rows], [cells for _, cells in rows]


Numbered = list[tuple[int, list[str]]]  # each row's line and cells


def _delimited(name: str, written: str) -> Numbered:
    """CSV or TSV, with whichever delimiter makes the index a column of the header."""
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(written, newline=""), delimiter=delimiter)
        try:
            header = next(reader)
            if INDEX not in header:
                continue
            rows = [(1, header)]
            start = reader.line_num + 1  # of a row, that may have several lines
            for cells in reader:
                if cells:
                    rows.append((start, cells))
                start = reader.line_num + 1
            return rows
        except csv.Error as error:
            raise FileError(f"{name}:{reader.line_num}: is not CSV: {error}; {_PRINTED}") from error
    raise ColumnError(f"{name}: has no column {INDEX!r}; {_PRINTED}")


def _markdown(lines: list[str], rule: int) -> Numbered:
    """The rows of a Markdown table, from its header to the first line that is not of it."""
    rows: Numbered = []
    for number, line in enumerate(lines, start=rule):
        if not (stripped := line.strip()).startswith("|"):
            break
        if number != rule + 1:
            cells = _CELL.findall(stripped[1:] if stripped.endswith("|") else f"{stripped[1:]}|")
            rows.append((number, [_plain(cell.strip()) for cell in cells]))
    return rows


def _plain(cell: str) -> str:
    r"""What a cell of a Markdown table says: ``\|`` is a bar and ``&lt;`` a ``<``."""
    return re.sub(r"\\(.)", r"\1", cell).replace("&lt;", "<").replace("&amp;", "&")


def _as_for_programs(header: list[str], rows: Numbered) -> tuple[list[str], Numbered]:
    """A table for people with the names of columns that programs get, and an interval column."""
    names = [_SHOWN.get(heading, heading) for heading in header]
    kind = ""
    start = names.index(INDEX) if INDEX in names else len(names)
    for i in range(start, len(names)):
        if bound := _BOUND.fullmatch(names[i]):
            kind = kind or bound["kind"].replace(" %", "%").replace("Rounding", "rounding")
            names[i] = bound["bound"].casefold()
    if not kind:
        return names, rows
    return [*names, "interval"], [(number, [*cells, kind]) for number, cells in rows]


def _from_json(name: str, written: str) -> Rows:
    """The rows of a ranking in JSON or JSON lines."""
    places: Iterable[str]
    if written.lstrip().startswith("["):
        found = _parsed(written, name)
        places = [f"{name}: row {i}" for i in range(1, len(found) + 1)]
    else:
        numbered = enumerate(written.split("\n"), start=1)  # in a name there may be other line ends
        lines = {f"{name}:{i}": line for i, line in numbered if line.strip()}
        places, found = list(lines), [_parsed(line, place) for place, line in lines.items()]
    if not found:
        raise FileError(f"{name}: is empty; {_PRINTED}")
    rows: list[Sequence[object]] = []
    names: list[str] = []
    faults: list[str] = []
    for place, row in zip(places, found, strict=True):
        if not isinstance(row, dict):
            raise FileError(f"{place}: is not an object with names; {_PRINTED}")
        names = names or list(row)
        if list(row) != names:
            faults.append(
                f"{place}: has other names than the first row: {', '.join(map(repr, row))}"
            )
        rows.append(list(row.values()))
    if faults:
        raise ColumnError(*faults)
    return names, list(places), rows


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
