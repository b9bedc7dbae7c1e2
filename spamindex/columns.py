"""Which column holds what: by its heading, else by what stands in it, else not at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from spamindex import periods
from spamindex.cells import Cells
from spamindex.errors import ColumnError, FileError
from spamindex.figures import is_figure, is_missing

Role: TypeAlias = Literal["spam", "market"]

# Each line is better than the next; two columns on one line are one too many.
_KEY_HEADINGS = (
    ("os", "operating system", "operating systems", "os name", "operating system name"),
    ("os family", "os version", "operating system version", "os versions"),
    ("platform", "name", "system"),
)
_PERIOD_HEADINGS = frozenset({"date", "day", "week", "month", "quarter", "year", "period", "time"})
_COUNT_WORDS = (
    "messages", "visits", "sessions", "users", "visitors", "hits", "pageviews", "page views",
    "requests", "devices", "machines", "clients", "count", "counts",
)  # fmt: skip
_PERCENT_WORDS = ("percentage", "percent", "perc", "pct", "%")
_ANY_VALUE = (("share",), _PERCENT_WORDS, ("fraction",), _COUNT_WORDS)
# A heading with one of these speaks of something else than what its other words say.
_OTHER_THAN_SHARES = frozenset(
    {"average", "avg", "bounce", "change", "delta", "difference", "duration", "growth", "id",
     "index", "mean", "median", "new", "no", "non", "not", "per", "rank", "rate"}
)  # fmt: skip
_SPEAKS = {"spam": ("spam",), "market": ("market", "usage", "visits", "visitors", "sessions")}
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
    if in_figures and not any(_in(h, _KEY_HEADINGS) or words(h) in wanted for h in first):
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
    for tier in _KEY_HEADINGS:
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
    return any(_in(heading, _KEY_HEADINGS) for heading in cells.headings)


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
        found = [i for i in others if _holds(headings[i], tier)]
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


def heads(text: str) -> bool:
    """Whether a text by itself is a usual heading.

    >>> heads("Visits"), heads("Day"), heads("Linux")
    (True, True, False)
    """
    word = words(text)
    return _in(text, _KEY_HEADINGS) or is_period(text) or word in _COUNT_WORDS or word == "share"


def speaks_of(role: Role, heading: str) -> bool:
    """Whether a heading names spam, or the market.

    >>> speaks_of("market", "Market Share Perc."), speaks_of("spam", "market_share")
    (True, False)
    """
    return _holds(heading, _SPEAKS[role])


def is_period(heading: str) -> bool:
    """Whether a heading names a column of periods.

    >>> is_period("Month"), is_period("Monthly users")
    (True, False)
    """
    return words(heading) in _PERIOD_HEADINGS


def says_counts(heading: str) -> bool:
    """Whether a heading says that whole numbers under it are counts.

    >>> says_counts("Unique visitors"), says_counts("spam_share"), says_counts("% of visits")
    (True, False, False)
    """
    return _holds(heading, _COUNT_WORDS) and not says_shares(heading)


def says_shares(heading: str) -> bool:
    """Whether a heading says that what is under it are shares, in whatever unit.

    >>> says_shares("Market share"), says_shares("percentage"), says_shares("spam")
    (True, True, False)
    """
    return _holds(heading, ("share", *_PERCENT_WORDS))


def says_percents(heading: str) -> bool:
    """Whether a heading speaks of percents, which is not to say that what is under it are some.

    >>> says_percents("Market Share %"), says_percents("share")
    (True, False)
    """
    return _holds(heading, _PERCENT_WORDS)


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


def words(heading: str) -> str:
    """A heading as its words alone: lower case, one blank between them.

    >>> words("Market_Share%")
    'market share %'
    """
    folded = unicodedata.normalize("NFKC", heading).casefold().replace("%", " % ")
    return " ".join("".join(c if c.isalnum() or c == "%" else " " for c in folded).split())


def _in(heading: str, tiers: tuple[tuple[str, ...], ...]) -> bool:
    return any(words(heading) in tier for tier in tiers)


def _holds(heading: str, phrases: Sequence[str]) -> bool:
    """Whether one of the phrases stands in a heading, at whole words."""
    padded = f" {words(heading)} "
    return any(f" {phrase} " in padded for phrase in phrases)
