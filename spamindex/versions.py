"""What may follow a name in its family: versions, and the editions and codenames of words.py.

``Windows 10 Pro`` is Windows, ``Windows 10 Mobile`` and ``Windows Mail`` are not. Comes in as a
folded text after a folded name, and is read by the tables of ``words``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from spamindex import words

# What may follow the name of a system: blanks, what joins versions, architectures, versions.
_Part: TypeAlias = Literal["gap", "joint", "detail", "version"]
_BETWEEN_WORDS = frozenset(" /,;&+-_()[]")
_WORDS = re.compile(r"[^\s()\[\]/,&;]+(?: [^\s()\[\]/,&;]+){0,2}")
_VERSION = re.compile(
    r"(?:[vr]|b\.)?\d++(?:[a-z]{1,2}\d*+)?(?:[._](?:\d++(?:[a-z]{1,3}\d*+)?|[a-z]{1,3}\d++|x))*+[.+]?"
)
_NUMBERED = re.compile(r"([a-z]+)[\d.]+[a-z]?")  # SP3, beta4
_SHORT = re.compile(r"[a-z]{1,2}\d{1,4}[a-z]?")  # R2, TL5, p3


@dataclass(frozen=True)
class Systems:
    """Folded names of systems, and the family of each ("" for none)."""

    families: Mapping[str, str]

    @functools.cached_property
    def _beginning_with(self) -> Mapping[str, Sequence[str]]:
        """All names by their first two characters, the longest first."""
        names: dict[str, list[str]] = {}
        for name in sorted(self.families, key=len, reverse=True):
            names.setdefault(name[:2], []).append(name)
        return names

    def name_at(self, text: str, at: int) -> str:
        """The longest name that a text has at a place; "" for none."""
        for name in self._beginning_with.get(text[at : at + 2], ()):
            if text.startswith(name, at) and _ends_word(text, at + len(name)):
                return name
        return ""

    def follows(self, text: str, family: str, *, says_version: bool) -> bool:
        """Whether all of a text can follow the name of a system of some family.

        It is read from left to right. ``says_version`` tells whether a version has been read, since
        an edition is one only of a version (Windows 10 Home); after a joint, such as "or",
        something must still come.

        >>> systems = Systems({"windows": "Windows", "mac": "macOS"})
        >>> systems.follows(" 7 or 8", "Windows", says_version=False)
        True
        >>> systems.follows(" or mac", "Windows", says_version=False)
        False
        """
        at, open_ = 0, False
        while at < len(text):
            part, at = self._part_at(text, at, family, says_version=says_version)
            if part is None:
                return False
            says_version = says_version or part == "version"
            open_ = part == "joint" or (open_ and part == "gap")
        return not open_

    def family_of_list(self, folded: str, family_of: Callable[[str], str | None]) -> str | None:
        """The family of what a browser says of its platform, None where that is not one system."""
        families: list[str] = []
        for part in (part.strip(" ()") for part in folded.split(";")):
            if part in words.PLATFORMS:
                continue
            if family := family_of(part):
                families.append(family)
            elif not families:  # it begins with what is no system
                return None
        if not words.ON_LINUX.isdisjoint(families):
            families = [family for family in families if family != "Linux"]
        return families[0] if len(set(families)) == 1 else None

    def _part_at(
        self, text: str, at: int, family: str, *, says_version: bool
    ) -> tuple[_Part | None, int]:
        """What stands at a place, None for what is no part of a version, and where it ends."""
        if text[at] == " ":
            return "gap", at + 1
        if text[at] in "-_/,&+":
            return "joint", at + 1
        if text[at] in "([":
            close = text.find(")" if text[at] == "(" else "]", at)
            inner = text[at + 1 : close].strip() if close > 0 else ""
            if inner and (
                self.follows(inner, family, says_version=False)
                or (says_version and self._is_remark(inner, family))
            ):
                return "version", close + 1
            return None, at
        if name := self.name_at(text, at):
            return ("version" if self.families[name] == family else None), at + len(name)
        if found := _WORDS.match(text, at):
            return _word_at(found[0], at, family, says_version=says_version)
        return None, at

    def _is_remark(self, text: str, family: str) -> bool:
        """Whether a text in brackets after a version leaves the system what it is.

        It does not where it names another system, or speaks of telephones or of totals.
        """
        for word in re.finditer(r"[^\s()\[\]/,;&+-]+", text):
            if word[0] in words.NO_REMARKS or word[0] in words.TOTALS:
                return False
            name = self.name_at(text, word.start())
            if name and self.families[name] != family:
                return False
        return True


def _word_at(phrase: str, at: int, family: str, *, says_version: bool) -> tuple[_Part | None, int]:
    """What the first word or words of a phrase are after the name of a system; see _part_at."""
    editions = words.EDITIONS.get(family, frozenset()) | words.RELEASES
    codenames = words.CODENAMES.get(family, frozenset())
    known = (codenames, words.ARCHITECTURES, words.BETWEEN_VERSIONS, editions)
    word = _longest_of(phrase, known)
    part: _Part | None = None
    if word in words.ARCHITECTURES:
        part = "detail"
    elif word in (words.BETWEEN_VERSIONS if says_version else words.BEFORE_VERSIONS):
        part = "joint"
    elif word in codenames or _is_versions(word, editions, says_version=says_version):
        part = "version"
    return part, at + len(word)


def _is_versions(word: str, editions: Collection[str], *, says_version: bool) -> bool:
    """Whether a word is a version or edition, or several with hyphens between: 2.2.x-3.x."""
    if _VERSION.fullmatch(word) or (says_version and word in editions):
        return True
    for part in re.split("[-_+]", word):
        if _VERSION.fullmatch(part):
            says_version = True
        elif part and part not in words.ARCHITECTURES:
            numbered = _NUMBERED.fullmatch(part)
            if not says_version or not (
                part in editions
                or _SHORT.fullmatch(part)
                or (numbered and numbered[1] in words.RELEASES)
            ):
                return False
    return True


def _ends_word(text: str, at: int) -> bool:
    """Whether a word of letters ends at a place: before a figure, too, as in Win7."""
    if at == len(text) or text[at] in _BETWEEN_WORDS:
        return True
    return text[at].isdecimal() and text[at - 1].isalpha()


def _longest_of(phrase: str, known: Iterable[Collection[str]]) -> str:
    """The longest known beginning of a few words, else the first word alone."""
    while " " in phrase and not any(phrase in table for table in known):
        phrase = phrase.rpartition(" ")[0]
    return phrase
