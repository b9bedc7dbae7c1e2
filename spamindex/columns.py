"""Which column holds what: by its heading, else by what stands in it, else not at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from spamindex.csvfile import Rows
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
_SAMPLE_ROWS = 1000
_MOSTLY = 0.5


def with_headings(rows: Rows) -> Rows:
    """The rows with headings above them: the file's own, else numbers from 1 on.

    The first row is headings unless it holds a figure and none of the words for an OS column.
    Raises FileError where nothing stands under the headings.
    """
    first = rows.cells[0]
    if any(map(is_figure, first)) and not any(_in(h, _KEY_HEADINGS) for h in first):
        numbers = [str(number) for number in range(1, len(first) + 1)]
        return replace(rows, cells=[numbers, *rows.cells], lines=[rows.lines[0], *rows.lines])
    if len(rows.cells) == 1:
        raise FileError(f"{rows.at(0)}: only headings, no rows under them")
    return rows


def key_column(rows: Rows, named: str | None = None) -> int:
    """The column that holds the OS. Raises ColumnError where that is not certain."""
    headings = rows.cells[0]
    if named is not None:
        return _named(rows, named)
    for words in _KEY_HEADINGS:
        found = [i for i, heading in enumerate(headings) if _words(heading) in words]
        if found:
            return _only(rows, found, "the OS", "--key")
    figures = _figures(rows)
    found = [
        i
        for i, heading in enumerate(headings)
        if figures.get(i, 0) < _MOSTLY
        and not is_period(heading)
        and any(row[i] for row in rows.cells[1 : _SAMPLE_ROWS + 1])
    ]
    return _only(rows, found, "the OS", "--key")


def value_column(rows: Rows, key: int, role: Role | None = None, named: str | None = None) -> int:
    """The column that holds the shares or counts. Raises ColumnError where that is not certain."""
    if named is not None:
        column = _named(rows, named)
        if column == key:
            raise ColumnError(f"{rows.name}: {named!r} can't hold both the OS and its share")
        return column
    headings = rows.cells[0]
    figures = {i: part for i, part in _figures(rows).items() if i != key}
    for words in _VALUE_WORDS[role]:
        found = [i for i in figures if _holds(headings[i], words)]
        if found:
            break
    else:
        found = [i for i in figures if figures[i] >= _MOSTLY and not is_period(headings[i])]
    column = _only(rows, found, _VALUES[role], _VALUE_OPTION[role])
    if role == "market" and speaks_of("spam", headings[column]):
        raise ColumnError(
            f"{rows.name}: {headings[column]!r} is all it has for market shares: SPAM comes first, "
            f"SHARE second; if it is right, say so with {_VALUE_OPTION[role]}"
        )
    return column


def speaks_of(role: Role, heading: str) -> bool:
    """Whether a heading names spam, or the market.

    >>> speaks_of("market", "Market Share Perc."), speaks_of("spam", "market_share")
    (True, False)
    """
    return _holds(heading, (role,))


def is_period(heading: str) -> bool:
    """Whether a heading names a column of periods.

    >>> is_period("Month"), is_period("Monthly users")
    (True, False)
    """
    return _words(heading) in _PERIOD_HEADINGS


def counts(heading: str) -> bool:
    """Whether a heading says that whole numbers under it are counts.

    >>> counts("Unique visitors"), counts("spam_share")
    (True, False)
    """
    return _holds(heading, _COUNT_WORDS)


def shares(heading: str) -> bool:
    """Whether a heading says that what is under it are shares, in whatever unit.

    >>> shares("Market share"), shares("percentage"), shares("spam")
    (True, True, False)
    """
    return _holds(heading, ("share", *_PERCENT_WORDS))


def percents(heading: str) -> bool:
    """Whether a heading has a percent sign.

    >>> percents("Market Share %"), percents("percentage")
    (True, False)
    """
    return _holds(heading, ("%",))


def _figures(rows: Rows) -> dict[int, float]:
    """The columns with figures in them, and what part of their filled cells looks like one."""
    parts: dict[int, float] = {}
    for i in range(len(rows.cells[0])):
        texts = {row[i] for row in rows.cells[1 : _SAMPLE_ROWS + 1]}
        filled = [text for text in texts if not is_missing(text)]
        if part := sum(map(is_figure, filled)) / max(len(filled), 1):
            parts[i] = part
    if not parts:
        raise ColumnError(f"{rows.name}: no column holds figures; a table of shares is needed")
    return parts


def _named(rows: Rows, named: str) -> int:
    headings = rows.cells[0]
    found = [i for i, heading in enumerate(headings) if heading == named]
    found = found or [i for i, heading in enumerate(headings) if _words(heading) == _words(named)]
    if len(found) == 1:
        return found[0]
    problem = "has several columns" if found else "has no column"
    raise ColumnError(f"{rows.name}: {problem} {named!r}; its columns are {_listed(headings)}")


def _only(rows: Rows, found: Sequence[int], what: str, option: str) -> int:
    headings = rows.cells[0]
    if len(found) == 1:
        return found[0]
    if not found:
        problem = f"no column can be told to hold {what}"
        among = headings
    else:
        problem = f"more than one column could hold {what}"
        among = [headings[i] for i in found]
    raise ColumnError(f"{rows.name}: {problem}; choose with {option} among {_listed(among)}")


def _listed(headings: Sequence[str]) -> str:
    return ", ".join(map(repr, headings))


def _words(heading: str) -> str:
    """A heading as its words alone: lower case, one blank between them."""
    folded = unicodedata.normalize("NFKC", heading).casefold().replace("%", " % ")
    return " ".join("".join(c if c.isalnum() or c == "%" else " " for c in folded).split())


def _in(heading: str, tiers: tuple[tuple[str, ...], ...]) -> bool:
    return any(_words(heading) in words for words in tiers)


def _holds(heading: str, phrases: Sequence[str]) -> bool:
    """Whether one of the phrases stands in a heading, at whole words."""
    words = f" {_words(heading)} "
    return any(f" {phrase} " in words for phrase in phrases)
