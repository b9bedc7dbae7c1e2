"""What a heading says of the column under it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["spam", "market"]

# Each line is better than the next; two columns on one line are one too many.
KEY_HEADINGS = (
    ("os", "operating system", "operating systems", "os name", "operating system name"),
    ("os family", "os version", "operating system version", "os versions"),
    ("platform", "name", "system"),
)
_PERIOD_HEADINGS = frozenset({"date", "day", "week", "month", "quarter", "year", "period", "time"})
COUNT_WORDS = (
    "messages", "visits", "sessions", "users", "visitors", "hits", "pageviews", "page views",
    "requests", "devices", "machines", "clients", "count", "counts",
)  # fmt: skip
# The same for the column with the counts behind shares.
COUNT_HEADINGS: dict[Role | None, tuple[tuple[str, ...], ...]] = {
    "spam": (("messages",), COUNT_WORDS),
    "market": (("visits",), COUNT_WORDS),
    None: (COUNT_WORDS,),
}
PERCENT_WORDS = ("percentage", "percent", "perc", "pct", "%")
_SPEAKS = {"spam": ("spam",), "market": ("market", "usage", "visits", "visitors", "sessions")}


def heads(text: str) -> bool:
    """Whether a text by itself is a usual heading.

    >>> heads("Visits"), heads("Day"), heads("Linux")
    (True, True, False)
    """
    word = words(text)
    return names_os(text) or is_period(text) or word in COUNT_WORDS or word == "share"


def speaks_of(role: Role, heading: str) -> bool:
    """Whether a heading names spam, or the market.

    >>> speaks_of("market", "Market Share Perc."), speaks_of("spam", "market_share")
    (True, False)
    """
    return holds(heading, _SPEAKS[role])


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
    return holds(heading, COUNT_WORDS) and not says_shares(heading)


def says_shares(heading: str) -> bool:
    """Whether a heading says that what is under it are shares, in whatever unit.

    >>> says_shares("Market share"), says_shares("percentage"), says_shares("spam")
    (True, True, False)
    """
    return holds(heading, ("share", *PERCENT_WORDS))


def says_percents(heading: str) -> bool:
    """Whether a heading speaks of percents, which is not to say that what is under it are some.

    >>> says_percents("Market Share %"), says_percents("share")
    (True, False)
    """
    return holds(heading, PERCENT_WORDS)


def words(heading: str) -> str:
    """A heading as its words alone: lower case, one blank between them.

    >>> words("Market_Share%")
    'market share %'
    """
    folded = unicodedata.normalize("NFKC", heading).casefold().replace("%", " % ")
    return " ".join("".join(c if c.isalnum() or c == "%" else " " for c in folded).split())


def names_os(heading: str) -> bool:
    """Whether a heading says that its column holds the OS.

    >>> names_os("Operating_System"), names_os("Browser")
    (True, False)
    """
    return any(words(heading) in tier for tier in KEY_HEADINGS)


def holds(heading: str, phrases: Sequence[str]) -> bool:
    """Whether one of the phrases stands in a heading, at whole words."""
    padded = f" {words(heading)} "
    return any(f" {phrase} " in padded for phrase in phrases)
