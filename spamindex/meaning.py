"""What a heading, the name of a row or a cell says by the tables of ``words``: a share, a total.

A column is found by ``headed``, for tables and records alike. tests/test_meaning.py has examples.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Sequence

from spamindex import words as known

# A word that ends in one of five letters or more is one too: Marktanteil.
_SHARE_ENDS = tuple(word for word in known.SHARE_WORDS if len(word) >= 5)
_PARTS = tuple(f"{part} " for part in known.PARTS)
_FOOTERS = tuple(f"{footer} " for footer in known.FOOTERS)
# With spam in a heading, these words say that spam is counted.
_OF_SPAM = (
    known.SHARE_WORDS, *known.COUNT_WORDS, known.PERIOD_HEADINGS, known.MONTH_NUMBERS,
    known.MULTIPLES, known.RATE_WORDS, known.TOTALS, known.OS_HEADINGS,
    known.FRACTION_WORDS, known.BASIS_POINTS,
)  # fmt: skip
_BESIDE_SPAM = known.BESIDE_SPAM.union(*(p.split() for phrases in _OF_SPAM for p in phrases))


@functools.lru_cache(maxsize=1 << 16)  # the same headings and names are asked about again and again
def words(heading: str) -> str:
    """A heading as its words alone: lower case, one blank between them.

    >>> words("Market_Share%"), words("nbVisits")
    ('market share %', 'nbvisits')
    """
    folded = unicodedata.normalize("NFKC", heading).casefold()
    folded = folded.replace("%", " % ").replace("‰", " ‰ ")
    kept = (c if c.isalnum() or c in "%‰" or unicodedata.combining(c) else " " for c in folded)
    return " ".join("".join(kept).split())


def holds(heading: str, phrases: Iterable[str]) -> bool:
    """Whether one of the phrases stands in a heading, at whole words.

    >>> holds("Unique visitors", ["visitors"]), holds("Microvisitors", ["visitors"])
    (True, False)
    """
    padded = f" {words(heading)} "
    return any(f" {phrase} " in padded for phrase in phrases)


def names_os(heading: str) -> bool:
    """Whether a heading says that operating systems stand under it."""
    return not known.OS_HEADINGS.isdisjoint(
        {unnumbered(heading), words(heading.rpartition(".")[2])}
    )


def is_period(heading: str) -> bool:
    """Whether a heading says that periods stand under it."""
    return unnumbered(heading) in known.PERIOD_HEADINGS


def span_of(heading: str) -> str | None:
    """What span of time a heading of periods speaks of: day, week, month, quarter, year or none."""
    return known.PERIOD_HEADINGS.get(unnumbered(heading))


def speaks_of_span(heading: str) -> str | None:
    """The week, quarter or year that one of the words of a heading speaks of, if one does."""
    spans = (known.PERIOD_HEADINGS.get(word) for word in words(heading).split())
    return next((span for span in spans if span in ("week", "quarter", "year")), None)


def unnumbered(heading: str) -> str:
    """The words of a heading without the number by which pandas tells repeated ones apart."""
    stem, _, number = heading.rpartition(".")
    return words(stem if number.isdecimal() and len(number) == 1 else heading)


def says_other(heading: str) -> bool:
    """Whether a heading speaks of something else than shares or counts of the whole."""
    said = words(heading).split()
    if any("spam" in word for word in said) and not all(map(_is_of_spam, said)):
        return True
    shares = says_shares(heading) or holds(heading, known.PER_MILLE)
    if "per" in said and not shares and measure(heading) is None:  # pages per visit
        return True
    counted = known.COUNTABLE if said[-1:] in (["count"], ["counts"]) else frozenset()
    return not known.OTHER_WORDS.isdisjoint(set(said) - counted)


def _is_of_spam(word: str) -> bool:
    """Whether a word in a heading with spam in it leaves no doubt that spam is counted.

    All others may say the contrary: spamfree, not spam, spam blocked.
    """
    rest = word.replace("spam", "", 1).removeprefix("s") if "spam" in word else word
    return not rest or rest.isdecimal() or rest in _BESIDE_SPAM or says_shares(rest)


def may_be_spam(heading: str) -> bool:
    """Whether a heading speaks of spam in words that leave open whether it is counted."""
    of_other = not known.OTHER_WORDS.isdisjoint(words(heading).split())
    return "spam" in words(heading) and (says_shares(heading) or not of_other)


def flags_spam(heading: str) -> bool:
    """Whether a heading says that its cells tell spam from other messages."""
    return words(heading) in known.RECORD_HEADINGS["spam"][0]


def says_shares(heading: str) -> bool:
    """Whether a heading says that shares stand under it, in whatever unit."""
    said = words(heading).split()
    return not known.SHARE_WORDS.isdisjoint(said) or any(
        word.endswith(_SHARE_ENDS) for word in said
    )


def measure(heading: str) -> int | None:
    """Which line of ``COUNT_WORDS`` a heading speaks of: the first that it holds; None for none."""
    if says_shares(heading):
        return None
    what = _before_rate(heading)
    return next((i for i, line in enumerate(known.COUNT_WORDS) if holds(what, line)), None)


def says_rate(heading: str) -> bool:
    """Whether a heading speaks of a measure by another: visits per day, Seiten pro Besuch."""
    return _before_rate(heading) != words(heading)


def _before_rate(heading: str) -> str:
    """The words of a heading before "per": in ``actions per visit`` no visits are counted."""
    said = words(heading).split()
    at = next((i for i, word in enumerate(said) if i and word in known.RATE_WORDS), len(said))
    return " ".join(said[:at])


def is_note(heading: str) -> bool:
    """Whether a heading says that notes stand under it."""
    return words(heading) in known.NOTE_WORDS


def says_measure(heading: str) -> bool:
    """Whether a column of figures under a heading is a measure or a total, and no system."""
    return (
        called_total(heading)
        or measure(heading) is not None
        or says_shares(heading)
        or holds(heading, known.OF_MEASURES)
        or says_other(heading)
    )


def called_total(name: str) -> bool:
    """Whether a name is one for a total, of all or of some."""
    said = words(name)
    before, bracket, remark = name.removesuffix(")").rpartition(" (")
    if bracket and {words(before), words(remark)} & (known.TOTALS | {"any"}):
        return True
    first, _, rest = said.partition(" ")
    last = said.rpartition(" ")[2]
    if said in known.TOTALS | known.TOTALS_OR_NAMES or (
        first in known.TOTALS and rest in known.COUNTED
    ):
        return True
    parts = said.split()
    return (last in known.TOTALS and last not in known.ALL) or any(
        part in known.ALL and {parts[i + 1], " ".join(parts[i + 1 : i + 3])} & known.COUNTED
        for i, part in enumerate(parts[:-1])
    )


def called_statistic(name: str) -> bool:
    """Whether all words of a name are of other measures: Median, Max, Unique."""
    said = {*words(name).split()}
    return bool(said) and said <= known.OTHER_WORDS | known.OF_MEASURES


def called_group(name: str) -> bool:
    """Whether a name is one for a group: of countries (EU27_2020), or of kinds of machines."""
    stem = words(name.partition(" (")[0].partition(" - ")[0]).rstrip("0123456789 ")
    return not known.GROUPS.isdisjoint({words(name), stem}) or called_device(name)


def called_device(name: str) -> bool:
    """Whether a name is one for a kind of machines: Mobile, Desktop OS, Mobile total."""
    said = {*words(name).split()}
    beside = known.COUNTED | known.TOTALS - known.ALL
    return not said.isdisjoint(known.DEVICES) and said <= known.DEVICES | beside


def called_footer(name: str) -> bool:
    """Whether a name is no name but what stands below a table: when, and from where."""
    before, colon, _ = name.partition(":")
    said = words(before) if colon else words(name)
    _, several, last = said.rpartition(" ")
    after = [said.removeprefix(footer).split() for footer in _FOOTERS if said.startswith(footer)]
    return (
        said in known.FOOTERS
        or counts_rows(name)
        or (bool(several) and last in known.DATES)
        or any(
            rest[0][0].isdecimal()
            or (rest[0] in known.BEFORE_DATES and any(map(str.isdecimal, "".join(rest[1:]))))
            for rest in after
        )
    )


def counts_rows(name: str) -> bool:
    """Whether a name is what a database client says below its rows."""
    number, _, rest = words(name).partition(" ")
    return number.isdecimal() and rest.partition(" ")[0] in known.ROWS


def called_part(name: str) -> bool:
    """Whether a name says that it is a part of the one above: of which Windows 10."""
    return words(name).startswith(_PARTS)


def is_missing(text: str) -> bool:
    """Whether a cell says that it holds nothing, as a blank, ``n/a`` or ``NULL`` does."""
    return text.strip().casefold() in known.MISSING


def is_blank(text: str) -> bool:
    """Whether a cell says that it holds no name: it is blank, has no letters, or says NULL.

    Unlike figures, names may be called NA or None.
    """
    folded = text.strip().casefold()
    if any(map(str.isalpha, folded)):
        return folded in known.NO_NAMES or folded in known.DITTO
    return folded in known.MISSING or folded in known.DITTO


def counts_or_shares(heading: str) -> bool:
    """Whether figures under a heading of records say that each is many messages, or a share."""
    phrases = known.RECORD_COUNTS.union(*known.COUNT_WORDS)
    if says_shares(heading) or words(heading) in phrases:
        return True
    parts = words(heading).split()
    rest = " ".join(p for p in parts if p not in known.BESIDE_COUNTS and not p.isdecimal())
    return rest in phrases or (not rest and not phrases.isdisjoint(parts))


def says_os(heading: str) -> bool | None:
    """Whether a heading of records says that operating systems stand there; None: perhaps."""
    said = words(heading)
    if holds(heading, known.OS_HEADINGS) or holds(heading, known.OF_FINGERPRINTS):
        return True
    open_ = said in {*known.NAME_HEADINGS, ""} or said.removeprefix("column ").isdecimal()
    return None if open_ else False


def headed(headings: Sequence[str], wanted: str) -> list[int]:
    """The columns of a heading: just so, else whatever its case and punctuation."""
    exact = [i for i, heading in enumerate(headings) if heading == wanted]
    return exact or [i for i, heading in enumerate(headings) if words(heading) == words(wanted)]


def usual(headings: Sequence[str], what: str) -> list[str]:
    """The headings of records that are usual for ``what``: those of the first line that has any."""
    lines = ([h for h in headings if words(h) in line] for line in known.RECORD_HEADINGS[what])
    return next(filter(None, lines), [])


def are_alike(heading: str, other: str) -> bool:
    """Whether two headings of records are one but for punctuation, or usual for the same."""
    both = {words(heading), words(other)}
    return len(both) == 1 or any(
        both <= line for of in known.RECORD_HEADINGS.values() for line in of
    )


def is_usual(heading: str) -> bool:
    """Whether a heading of records is a usual one, of whatever."""
    return any(words(heading) in line for lines in known.RECORD_HEADINGS.values() for line in lines)
