"""Classify a heading, a row name or a cell by the words of words.py: share, total, period, blank.

``says_...`` is about headings, ``called_...`` about row names. tests/test_meaning.py has examples.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Sequence

from spamindex import words

# Compounds count, too, if their last part has five letters or more: Marktanteil.
_SHARE_ENDS = tuple(word for word in words.SHARE_WORDS if len(word) >= 5)
_PARTS = tuple(f"{part} " for part in words.PARTS)
_FOOTERS = tuple(f"{footer} " for footer in words.FOOTERS)
# Words that may stand beside spam in a heading of counted spam.
_BESIDE_SPAM_TABLES = (
    words.SHARE_WORDS, *words.COUNT_WORDS, words.PERIOD_HEADINGS, words.MONTH_NUMBERS,
    words.MULTIPLES, words.RATE_WORDS, words.TOTALS, words.OS_HEADINGS,
    words.FRACTION_WORDS, words.BASIS_POINTS,
)  # fmt: skip
_BESIDE_SPAM = words.BESIDE_SPAM.union(
    *(phrase.split() for phrases in _BESIDE_SPAM_TABLES for phrase in phrases)
)


@functools.lru_cache(maxsize=1 << 16)  # the same headings and names come again and again
def normalize(heading: str) -> str:
    """The words of a heading in lower case, with one blank between them.

    >>> normalize("Market_Share%"), normalize("nbVisits")
    ('market share %', 'nbvisits')
    """
    folded = unicodedata.normalize("NFKC", heading).casefold()
    folded = folded.replace("%", " % ").replace("‰", " ‰ ")
    kept = (c if c.isalnum() or c in "%‰" or unicodedata.combining(c) else " " for c in folded)
    return " ".join("".join(kept).split())


def contains(heading: str, phrases: Iterable[str]) -> bool:
    """Whether a heading contains one of the phrases as whole words.

    >>> contains("Unique visitors", ["visitors"]), contains("Microvisitors", ["visitors"])
    (True, False)
    """
    padded = f" {normalize(heading)} "
    return any(f" {phrase} " in padded for phrase in phrases)


def names_os(heading: str) -> bool:
    """Whether a heading is one of operating systems."""
    return not words.OS_HEADINGS.isdisjoint(
        {unnumbered(heading), normalize(heading.rpartition(".")[2])}
    )


def is_period(heading: str) -> bool:
    """Whether a heading is one of periods."""
    return unnumbered(heading) in words.PERIOD_HEADINGS


def span_of(heading: str) -> str | None:
    """The span of a heading of periods: day, week, month, quarter or year; None if it is open."""
    return words.PERIOD_HEADINGS.get(unnumbered(heading))


def speaks_of_span(heading: str) -> str | None:
    """``week``, ``quarter`` or ``year`` if one of the words of a heading says so."""
    spans = (words.PERIOD_HEADINGS.get(word) for word in normalize(heading).split())
    return next((span for span in spans if span in ("week", "quarter", "year")), None)


def unnumbered(heading: str) -> str:
    """The words of a heading without the number that pandas adds to repeated headings."""
    stem, _, number = heading.rpartition(".")
    return normalize(stem if number.isdecimal() and len(number) == 1 else heading)


def says_other(heading: str) -> bool:
    """Whether a heading says something else than shares or counts of the whole."""
    parts = normalize(heading).split()
    if any("spam" in word for word in parts) and not all(map(_says_spam_is_counted, parts)):
        return True
    shares = says_shares(heading) or contains(heading, words.PER_MILLE)
    if "per" in parts and not shares and measure(heading) is None:  # pages per visit
        return True
    allowed = words.COUNTABLE if parts[-1:] in (["count"], ["counts"]) else frozenset()
    return not words.OTHER_WORDS.isdisjoint(set(parts) - allowed)


def _says_spam_is_counted(word: str) -> bool:
    """Whether a word in a heading with spam leaves no doubt that spam is counted.

    All other words may say the contrary: spamfree, not spam, spam blocked.
    """
    rest = word.replace("spam", "", 1).removeprefix("s") if "spam" in word else word
    return not rest or rest.isdecimal() or rest in _BESIDE_SPAM or says_shares(rest)


def may_be_spam(heading: str) -> bool:
    """Whether spam may be what is counted under a heading."""
    of_other = not words.OTHER_WORDS.isdisjoint(normalize(heading).split())
    return "spam" in normalize(heading) and (says_shares(heading) or not of_other)


def flags_spam(heading: str) -> bool:
    """Whether a heading is one of flags that mark messages as spam."""
    return normalize(heading) in words.RECORD_HEADINGS["spam"][0]


def says_shares(heading: str) -> bool:
    """Whether a heading is one of shares, in any unit."""
    return any(
        word in words.SHARE_WORDS or word.endswith(_SHARE_ENDS)
        for word in normalize(heading).split()
    )


def measure(heading: str) -> int | None:
    """The first line of ``COUNT_WORDS`` that a heading has a word of; None if there is none."""
    if says_shares(heading):
        return None
    counted = _before_per(heading)
    for number, names in enumerate(words.COUNT_WORDS):
        if contains(counted, names):
            return number
    return None


def says_rate(heading: str) -> bool:
    """Whether a heading is one of rates: visits per day, Seiten pro Besuch."""
    return _before_per(heading) != normalize(heading)


def _before_per(heading: str) -> str:
    """The words of a heading before "per": ``actions per visit`` counts no visits."""
    parts = normalize(heading).split()
    for i, word in enumerate(parts):
        if i and word in words.RATE_WORDS:
            return " ".join(parts[:i])
    return " ".join(parts)


def is_note(heading: str) -> bool:
    """Whether a heading is one of notes."""
    return normalize(heading) in words.NOTE_WORDS


def says_measure(heading: str) -> bool:
    """Whether a heading of figures names a measure or a total, and not a system."""
    return (
        called_total(heading)
        or measure(heading) is not None
        or says_shares(heading)
        or contains(heading, words.OF_MEASURES)
        or says_other(heading)
    )


def called_total(name: str) -> bool:
    """Whether a row name means a total, of all rows or of some."""
    before, bracket, remark = name.removesuffix(")").rpartition(" (")
    if bracket and {normalize(before), normalize(remark)} & words.TOTALS_IN_REMARKS:
        return True
    phrase, parts = normalize(name), normalize(name).split()
    first, _, rest = phrase.partition(" ")
    if phrase in words.TOTALS | words.TOTALS_OR_NAMES or (
        first in words.TOTALS and rest in words.COUNTED
    ):
        return True
    if parts and parts[-1] in words.TOTALS - words.ALL:
        return True
    return any(
        part in words.ALL and {parts[i + 1], " ".join(parts[i + 1 : i + 3])} & words.COUNTED
        for i, part in enumerate(parts[:-1])
    )


def called_statistic(name: str) -> bool:
    """Whether a row name consists of words for other measures: Median, Max, Unique."""
    parts = {*normalize(name).split()}
    return bool(parts) and parts <= words.OTHER_WORDS | words.OF_MEASURES


def called_group(name: str) -> bool:
    """Whether a row name means a group: of countries (EU27_2020), or a kind of device."""
    stem = normalize(name.partition(" (")[0].partition(" - ")[0]).rstrip("0123456789 ")
    return not words.GROUPS.isdisjoint({normalize(name), stem}) or called_device(name)


def called_device(name: str) -> bool:
    """Whether a row name means a kind of device: Mobile, Desktop OS, Mobile total."""
    parts = {*normalize(name).split()}
    beside = words.COUNTED | words.TOTALS - words.ALL
    return not parts.isdisjoint(words.DEVICES) and parts <= words.DEVICES | beside


def called_footer(name: str) -> bool:
    """Whether a row name is a line below a table: its date, its source, its number of rows."""
    before, colon, _ = name.partition(":")
    phrase = normalize(before) if colon else normalize(name)
    _, blank, last = phrase.rpartition(" ")
    if phrase in words.FOOTERS or counts_rows(name) or (blank and last in words.DATES):
        return True
    return any(
        phrase.startswith(footer) and _starts_with_date(phrase.removeprefix(footer).split())
        for footer in _FOOTERS
    )


def _starts_with_date(parts: Sequence[str]) -> bool:
    """Whether words start with a number, or with "on" or the like and have one later."""
    if parts[0][0].isdecimal():
        return True
    return parts[0] in words.BEFORE_DATES and any(map(str.isdecimal, "".join(parts[1:])))


def counts_rows(name: str) -> bool:
    """Whether a text is what a database client prints below its rows: (3 rows)."""
    number, _, rest = normalize(name).partition(" ")
    return number.isdecimal() and rest.partition(" ")[0] in words.ROWS


def called_part(name: str) -> bool:
    """Whether a row name says that it is a part of the row above: of which Windows 10."""
    return normalize(name).startswith(_PARTS)


def is_missing(text: str) -> bool:
    """Whether a cell has no value: it is blank, ``n/a``, ``NULL`` or the like."""
    return text.strip().casefold() in words.MISSING


def is_blank(text: str) -> bool:
    """Whether a cell has no name: it is blank, or a sign such as - or NULL.

    Unlike a figure, a name may be NA or None.
    """
    folded = text.strip().casefold()
    if any(map(str.isalpha, folded)):
        return folded in words.NO_NAMES or folded in words.DITTO
    return folded in words.MISSING or folded in words.DITTO


def counts_or_shares(heading: str) -> bool:
    """Whether a heading of records is one of counts or shares, and not of single messages."""
    phrases = words.RECORD_COUNTS.union(*words.COUNT_WORDS)
    if says_shares(heading) or normalize(heading) in phrases:
        return True
    parts = normalize(heading).split()
    rest = " ".join(p for p in parts if p not in words.BESIDE_COUNTS and not p.isdecimal())
    return rest in phrases or (not rest and not phrases.isdisjoint(parts))


def says_os(heading: str) -> bool | None:
    """Whether a heading of records is one of operating systems; None if it may be."""
    phrase = normalize(heading)
    if contains(heading, words.OS_HEADINGS) or contains(heading, words.OF_FINGERPRINTS):
        return True
    may_be = phrase in {*words.NAME_HEADINGS, ""} or phrase.removeprefix("column ").isdecimal()
    return None if may_be else False


def find_columns(headings: Sequence[str], name: str) -> list[int]:
    """The numbers of the columns with a heading, ignoring case and punctuation if none is equal."""
    exact = [i for i, heading in enumerate(headings) if heading == name]
    return exact or [
        i for i, heading in enumerate(headings) if normalize(heading) == normalize(name)
    ]


def usual_headings(headings: Sequence[str], field: str) -> list[str]:
    """Those of the headings of records that are usual for a field, of its first line with any."""
    for line in words.RECORD_HEADINGS[field]:
        if usual := [heading for heading in headings if normalize(heading) in line]:
            return usual
    return []


def are_alike(heading: str, other: str) -> bool:
    """Whether two headings of records differ only in punctuation, or are usual for one field."""
    both = {normalize(heading), normalize(other)}
    return len(both) == 1 or any(
        both <= line for lines in words.RECORD_HEADINGS.values() for line in lines
    )


def is_usual(heading: str) -> bool:
    """Whether a heading of records is usual for any field."""
    lines = words.RECORD_HEADINGS.values()
    return any(normalize(heading) in line for field_lines in lines for line in field_lines)
