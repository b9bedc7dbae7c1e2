"""A ranking that compute printed, read back: CSV, TSV, JSON, JSON lines or a Markdown table."""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd

from spamindex.errors import ColumnError, Doubt, FileError, Findings, counted
from spamindex.sources import Source
from spamindex.tables import rows
from spamindex.tables.rows import Rows

INDEX = "spam_index"
_SHARES = ("spam_share", "market_share")
_PRINTED = "give what spamindex compute prints with -f csv, tsv, json, jsonl or github"

# What github calls the columns, and the bounds by what they are: "95 % low", "Rounding high".
_SHOWN = {"OS": "os", "Spam %": "spam_share", "Market %": "market_share", "Spam index": INDEX}
_BOUND = re.compile(r"(?P<kind>(?!rel).*?)\s*\b(?P<bound>low|high)", re.IGNORECASE)


def read_ranking(source: Source) -> tuple[pd.DataFrame, list[str], Findings]:
    """Read a ranking from a file, or an open binary one: its text, and the columns of --by.

    The index of the frame says where each row stands. Raises a SpamIndexError.

    >>> import io
    >>> csv = b"month,os,spam_share,market_share,spam_index\\n2010-03,Linux,5.14,1.03,4.99\\n"
    >>> frame, by, _ = read_ranking(io.BytesIO(csv))
    >>> frame[["os", "spam_index"]], by
    (               os spam_index
    <stream>:2  Linux       4.99, ['month'])
    """
    try:
        read = rows.read(source)
    except FileError as error:
        if not error.settles:
            raise
        raise FileError(*(f"{fault}; {_PRINTED}" for fault in error.faults)) from error
    name, (names, *cells) = read.table.name, _rows(read)
    lines = [read.table.at(line) for line in read.table.cells.index[read.widths > 0]]
    if INDEX not in names:
        names, kind = _as_for_programs(names)
        if kind:
            names, cells = [*names, "interval"], [[*row, kind] for row in cells]
    if INDEX not in names:
        raise ColumnError(f"{name}: has no column {INDEX!r}; {_PRINTED}")
    if twice := [heading for heading, number in Counter(names).items() if number > 1]:
        raise ColumnError(f"{name}: has two columns {twice[0]!r}; {_PRINTED}")
    # The columns are in a fixed order: those of --by, the OS under its name, then the shares.
    before = [heading for heading in names[: names.index(INDEX)] if heading not in _SHARES]
    if not before:
        raise ColumnError(f"{name}: has no column with names before {INDEX!r}; {_PRINTED}")
    if not cells:
        raise FileError(f"{lines[0]}: only headings, no ranking under them; {_PRINTED}")
    doubts = [Doubt(doubt.text) for doubt in read.table.findings.doubts]  # of the encoding
    if not read.ends:
        doubts.append(Doubt("the last line has no line end: is it cut off?"))
    return pd.DataFrame(cells, lines[1:], names), before[:-1], Findings(name, doubts=doubts)


def _rows(read: Rows) -> list[list[str]]:
    """The rows of a file that has a ranking: all as wide as its header."""
    numbered = zip(
        read.table.cells.index, read.widths.tolist(), read.table.cells.values, strict=True
    )
    found = [(line, width, cells[:width].tolist()) for line, width, cells in numbered if width]
    for line, width, _ in found:
        if width != found[0][1]:  # compute leaves nothing out
            cells = f"{counted(width, 'cell')} under {counted(found[0][1], 'heading')}"
            raise FileError(f"{read.table.at(line)}: has {cells}: is it cut off? {_PRINTED}")
    if not found:
        raise FileError(f"{read.table.name}: is empty; {_PRINTED}")
    return [cells for _, _, cells in found]


def _as_for_programs(header: list[str]) -> tuple[list[str], str]:
    """The names that programs get for people's headings, and what low and high are."""
    names = [_SHOWN.get(heading, heading) for heading in header]
    kind = ""
    for i in range(names.index(INDEX) if INDEX in names else len(names), len(names)):
        if bound := _BOUND.fullmatch(names[i]):
            kind = kind or bound["kind"].replace(" %", "%").replace("Rounding", "rounding")
            names[i] = bound["bound"].casefold()
    return names, kind
