"""Which column holds what: by its heading, else by what stands in it, else not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np

from spamindex import periods
from spamindex.errors import ColumnError, FileError
from spamindex.tables.cells import Cells
from spamindex.tables.headings import (
    COUNT_HEADINGS,
    COUNT_WORDS,
    KEY_HEADINGS,
    PERCENT_WORDS,
    Role,
    holds,
    is_period,
    names_os,
    says_shares,
    speaks_of,
    words,
)
from spamindex.tables.numbers import is_figure, is_missing

_ANY_VALUE = (("share",), PERCENT_WORDS, ("fraction",), COUNT_WORDS)
# A heading with one of these speaks of something else than what its other words say.
_OTHER_THAN_SHARES = frozenset(
    {"average", "avg", "bounce", "change", "cum", "cumulative", "delta", "difference", "duration",
     "growth", "id", "index", "mean", "median", "new", "no", "non", "not", "per", "rank", "rate"}
)  # fmt: skip
_VALUE_WORDS: dict[Role | None, tuple[tuple[str, ...], ...]] = {
    "spam": (("spam share", "share of spam"), ("spam",), *_ANY_VALUE),
    "market": (("market share", "usage share"), ("market",), *_ANY_VALUE),
    None: _ANY_VALUE,
}
_VALUE_OPTION: dict[Role | None, str] = {
    "spam": "--spam-column",
    "market": "--share-column",
    None: "column=",
}
_VALUES: dict[Role | None, str] = {
    "spam": "the spam shares",
    "market": "the market shares",
    None: "the shares",
}
_SAMPLE = 1000
_MOSTLY = 0.5


def with_headings(
    cells: Cells, named: Collection[str] = (), is_os: Callable[[str], object] = lambda _: False
) -> Cells:
    """Put headings above a table: its first row, unless that is of figures; then numbers from 1.

    A row with one of the words for an OS column, or with one of the columns that are ``named``, is
    headings even if it holds a figure, such as a year; a row of two that begins with what ``is_os``
    takes for one is not, even if its figure can't be read. Raises FileError where nothing stands
    under the headings, ColumnError where a row with a year in it could be headings or not.
    """
    first = cells.row(0)
    if len(first) == 2 and is_os(first[0]) and not is_os(first[1]):
        return cells
    in_figures = [text for text in first if is_figure(text)]
    wanted = {words(name) for name in named}
    if in_figures and not any(names_os(h) or words(h) in wanted for h in first):
        if wanted.isdisjoint(cells.headings) and all(map(periods.iso, in_figures)):
            raise ColumnError(
                f"{cells.at(0)}: could be headings or figures: {', '.join(map(repr, first))}; "
                f"name the column of the OS with --key: {first[0]!r} if they are headings, else 1"
            )
        return cells
    if len(cells) == 1:
        raise FileError(f"{cells.at(0)}: only headings, no rows under them")
    under = cells.only(np.arange(len(cells)) > 0)
    headed = [replace(c, heading=h) for c, h in zip(under.columns, first, strict=True)]
    return replace(under, columns=headed)


def key_column(cells: Cells, named: str | None = None) -> int:
    """The column that holds the OS. Raises ColumnError where that is not certain."""
    if named is not None:
        return find(cells, named)
    for tier in KEY_HEADINGS:
        found = [i for i, heading in enumerate(cells.headings) if words(heading) in tier]
        if found:
            return _only(cells, found, "the OS", "--key")
    figures = _figures(cells)
    found = [
        i
        for i, column in enumerate(cells.columns)
        if figures.get(i, 0) < _MOSTLY and not is_period(column.heading) and any(column.distinct)
    ]
    return _only(cells, found, "the OS", "--key")


def has_key(cells: Cells) -> bool:
    """Whether a heading says that its column holds the OS."""
    return any(names_os(heading) for heading in cells.headings)


def value_column(cells: Cells, key: int, role: Role | None = None, named: str | None = None) -> int:
    """The column that holds the shares or counts. Raises ColumnError where that is not certain."""
    if named is not None:
        column = find(cells, named)
        if column == key:
            raise ColumnError(f"{cells.name}: {named!r} can't hold both the OS and its share")
        return column
    headings = cells.headings
    others = [
        i
        for i, heading in enumerate(headings)
        if i != key
        and not is_period(heading)
        and _OTHER_THAN_SHARES.isdisjoint(words(heading).split())
    ]
    for tier in _VALUE_WORDS[role]:
        found = [i for i in others if holds(headings[i], tier)]
        if found:
            break
    else:
        figures = _figures(cells)
        found = [i for i in others if figures.get(i, 0) >= _MOSTLY]
    column = _only(cells, found, _VALUES[role], _VALUE_OPTION[role])
    if role == "market" and speaks_of("spam", headings[column]):
        raise ColumnError(
            f"{cells.name}: {headings[column]!r} is all it has for market shares: SPAM comes "
            f"first, SHARE second; if it is right, say so with {_VALUE_OPTION[role]}"
        )
    return column


def count_column(cells: Cells, others: Sequence[int], role: Role | None = None) -> int | None:
    """The column among ``others`` with the counts behind shares, if one has the heading of such.

    Raises ColumnError where several have.
    """
    headings = cells.headings
    counts = [
        i
        for i in others
        if not says_shares(headings[i])
        and _OTHER_THAN_SHARES.isdisjoint(words(headings[i]).split())
    ]
    for tier in COUNT_HEADINGS[role]:
        found = [i for i in counts if holds(headings[i], tier)]
        if len(found) > 1:
            raise ColumnError(
                f"{cells.name}: more than one column could hold the counts behind the shares: "
                f"{_listed([headings[i] for i in found])}; leave one of them"
            )
        if found:
            return found[0]
    return None


def _figures(cells: Cells) -> dict[int, float]:
    """The columns with figures in them, and what part of their filled cells looks like one."""
    parts: dict[int, float] = {}
    for i, column in enumerate(cells.columns):
        filled = [text for text in column.distinct[:_SAMPLE] if not is_missing(text)]
        if part := sum(map(is_figure, filled)) / max(len(filled), 1):
            parts[i] = part
    if not parts:
        raise ColumnError(f"{cells.name}: no column holds figures; a table of shares is needed")
    return parts


def find(cells: Cells, named: str) -> int:
    """The column with a heading, whatever its case and punctuation. Raises ColumnError."""
    headings = cells.headings
    found = [i for i, heading in enumerate(headings) if heading == named]
    found = found or [i for i, heading in enumerate(headings) if words(heading) == words(named)]
    if len(found) == 1:
        return found[0]
    problem = "has several columns" if found else "has no column"
    raise ColumnError(f"{cells.name}: {problem} {named!r}; its columns are {_listed(headings)}")


def _only(cells: Cells, found: Sequence[int], what: str, option: str) -> int:
    headings = cells.headings
    if len(found) == 1:
        return found[0]
    if not found:
        problem = f"no column can be told to hold {what}"
        among = headings
    else:
        problem = f"more than one column could hold {what}"
        among = [headings[i] for i in found]
    raise ColumnError(f"{cells.name}: {problem}; choose with {option} among {_listed(among)}")


def _listed(headings: Sequence[str]) -> str:
    return ", ".join(map(repr, headings))
