"""Parse what follows the name of an OS: versions, and the editions and codenames of words.py.

``Windows 10 Pro`` is Windows; ``Windows 10 Mobile`` and ``Windows Mail`` are not. All texts are
folded (see ``names.fold``).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from spamindex import words

# A detail is an architecture; a joint needs something after it: or, kernel, a hyphen.
_Part: TypeAlias = Literal["gap", "joint", "detail", "version"]
_WORD_ENDS = frozenset(" /,;&+-_()[]")
_UP_TO_THREE_WORDS = re.compile(r"[^\s()\[\]/,&;]+(?: [^\s()\[\]/,&;]+){0,2}")
_VERSION = re.compile(
    r"(?:[vr]|b\.)?\d++(?:[a-z]{1,2}\d*+)?(?:[._](?:\d++(?:[a-z]{1,3}\d*+)?|[a-z]{1,3}\d++|x))*+[.+]?"
)
_NUMBERED_RELEASE = re.compile(r"([a-z]+)[\d.]+[a-z]?")  # SP3, beta4
_SHORT_RELEASE = re.compile(r"[a-z]{1,2}\d{1,4}[a-z]?")  # R2, TL5, p3


@dataclass(frozen=True)
class Systems:
    """Names of systems, and the family of each ("" for none)."""

    families: Mapping[str, str]

    @functools.cached_property
    def _names_by_prefix(self) -> Mapping[str, Sequence[str]]:
        """The names by their first two characters, the longest first."""
        names: dict[str, list[str]] = {}
        for name in sorted(self.families, key=len, reverse=True):
            names.setdefault(name[:2], []).append(name)
        return names

    def name_at(self, text: str, at: int) -> str:
        """The longest name that starts at a position of a text; "" for none."""
        for name in self._names_by_prefix.get(text[at : at + 2], ()):
            if text.startswith(name, at) and _ends_word(text, at + len(name)):
                return name
        return ""

    def follows(self, text: str, family: str, *, says_version: bool) -> bool:
        """Whether a text as a whole can follow the name of a system of a family.

        It is parsed from left to right. ``says_version`` says whether a version came before, since
        only a version has editions (Windows 10 Home).

        >>> systems = Systems({"windows": "Windows", "mac": "macOS"})
        >>> systems.follows(" 7 or 8", "Windows", says_version=False)
        True
        >>> systems.follows(" or mac", "Windows", says_version=False)
        False
        """
        at, is_incomplete = 0, False
        while at < len(text):
            part, at = self._part_at(text, at, family, says_version=says_version)
            if part is None:
                return False
            says_version = says_version or part == "version"
            is_incomplete = part == "joint" or (is_incomplete and part == "gap")
        return not is_incomplete

    def family_of_list(self, folded: str, family_of: Callable[[str], str | None]) -> str | None:
        """The family of a browser's platform (X11; U; Linux i686); None if it is not one system."""
        families: list[str] = []
        for part in (part.strip(" ()") for part in folded.split(";")):
            if part in words.PLATFORMS:
                continue
            if family := family_of(part):
                families.append(family)
            elif not families:  # its first part is not a system
                return None
        if not words.ON_LINUX.isdisjoint(families):
            families = [family for family in families if family != "Linux"]
        return families[0] if len(set(families)) == 1 else None

    def _part_at(
        self, text: str, at: int, family: str, *, says_version: bool
    ) -> tuple[_Part | None, int]:
        """The part that starts at a position (None if it can't be in a version), and its end."""
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
        if match := _UP_TO_THREE_WORDS.match(text, at):
            return _word_at(match[0], at, family, says_version=says_version)
        return None, at

    def _is_remark(self, text: str, family: str) -> bool:
        """Whether a text in brackets is a mere remark.

        It is not if it names a system of another family, a phone or a total.
        """
        for word in re.finditer(r"[^\s()\[\]/,;&+-]+", text):
            if word[0] in words.NO_REMARKS or word[0] in words.TOTALS:
                return False
            name = self.name_at(text, word.start())
            if name and self.families[name] != family:
                return False
        return True


def _word_at(phrase: str, at: int, family: str, *, says_version: bool) -> tuple[_Part | None, int]:
    """The part that the first word of a phrase is, or its first words; see ``_part_at``."""
    editions = words.EDITIONS.get(family, frozenset()) | words.RELEASES
    codenames = words.CODENAMES.get(family, frozenset())
    tables = (codenames, words.ARCHITECTURES, words.BETWEEN_VERSIONS, editions)
    word = phrase
    while " " in word and not any(word in table for table in tables):
        word = word.rpartition(" ")[0]
    part: _Part | None = None
    if word in words.ARCHITECTURES:
        part = "detail"
    elif word in (words.BETWEEN_VERSIONS if says_version else words.BEFORE_VERSIONS):
        part = "joint"
    elif word in codenames or _is_version(word, editions, says_version=says_version):
        part = "version"
    return part, at + len(word)


def _is_version(word: str, editions: Collection[str], *, says_version: bool) -> bool:
    """Whether a word is a version or edition, or several with hyphens between: 2.2.x-3.x."""
    if _VERSION.fullmatch(word) or (says_version and word in editions):
        return True
    for part in re.split("[-_+]", word):
        if _VERSION.fullmatch(part):
            says_version = True
        elif part and part not in words.ARCHITECTURES:
            numbered = _NUMBERED_RELEASE.fullmatch(part)
            is_release = numbered is not None and numbered[1] in words.RELEASES
            is_edition = part in editions or _SHORT_RELEASE.fullmatch(part) or is_release
            if not (says_version and is_edition):
                return False
    return True


def _ends_word(text: str, at: int) -> bool:
    """Whether a word ends at a position; a digit ends a word of letters, as in Win7."""
    if at == len(text) or text[at] in _WORD_ENDS:
        return True
    return text[at].isdecimal() and text[at - 1].isalpha()
