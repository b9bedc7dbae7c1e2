"""The name of an OS in; its canonical name and its family out. Control characters made visible.

The built-in names are in names.csv, in the format of ``--names``. ``versions`` decides what may
follow a name: a version, an edition, an architecture.
"""

from __future__ import annotations

import csv
import functools
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from spamindex.errors import SpamIndexError

if TYPE_CHECKING:
    from spamindex.versions import Systems

Rest: TypeAlias = Literal["other", "unknown"]

_RESTS: tuple[Rest, ...] = ("other", "unknown")

_FILE = os.path.join(os.path.dirname(__file__), "names.csv")
_BARE_VERSION = re.compile(r"v?\d+(\.(\d+|x))*", re.ASCII | re.IGNORECASE)
_WITH_REMARK = re.compile(r"([^(\[;]*[^(\[; ]) ?(?:\(.*\)|\[.*\]|;.*)")
_CACHE_SIZE = 1 << 16  # names

# ---- Folding ----

# Trade marks, and invisible characters that are not in the Unicode category Cf.
_INVISIBLE = dict.fromkeys((*map(ord, "™®©℠\u034f"), *range(0xFE00, 0xFE10)))
_QUOTES = dict.fromkeys(map(ord, "\"'`´‘’‚‛“”„‟«»‹›「」『』〝〞〟"))  # noqa: RUF001
# A superscript at the end of a word marks a footnote: Windows⁷. NFKC would make it Windows7.
_SUPERSCRIPTS = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ]++(?!\w)")
# So do these at the end of a name: Linux*, Linux †, Linux [1], Linux [a], Linux [note 2].
_LAST_OF_MARKS = frozenset("*†‡§¶]")
_FOOTNOTE_MARKS = re.compile(
    r"(?:\s*+(?:[*†‡§¶]|\[(?:\d{1,3}|[a-z]|(?:note|nb) \d{1,3})\]))++\s*+$", re.IGNORECASE
)


def fold(name: str) -> str:
    """A name without differences of appearance: case, blanks, quotation marks, footnote marks.

    It is Unicode-normalised (NFKC), and has no trade marks and no invisible characters.

    >>> fold(' "Arch Linux"  64 bit'), fold("Windows⁷"), fold("GNU/Linux [1]*")
    ('arch linux 64 bit', 'windows', 'gnu/linux')
    """
    is_ascii = name.isascii()
    if not is_ascii:
        name = "".join(c for c in name.translate(_INVISIBLE) if unicodedata.category(c) != "Cf")
        unmarked = _SUPERSCRIPTS.sub("", name.translate(_QUOTES))
        name = unicodedata.normalize("NFKC", unmarked if unmarked.strip() else name)
    if not is_ascii or '"' in name or "'" in name or "`" in name:
        name = name.translate(_QUOTES)
    if name.rstrip()[-1:] in _LAST_OF_MARKS:
        name = _FOOTNOTE_MARKS.sub("", name) or name  # a lone * is a name
    folded = " ".join(name.casefold().split())
    # Folding case can undo NFKC, for example for an accent over a sharp s.
    return folded if is_ascii else unicodedata.normalize("NFKC", folded)


def is_bare_version(name: str) -> bool:
    """Whether a name is a version number without the name of an OS."""
    return _BARE_VERSION.fullmatch(name.strip()) is not None


# ---- Lookup ----


class _Table(NamedTuple):
    """Canonical names and families ("" for none), by folded name."""

    synonyms: Mapping[str, str]
    families: Mapping[str, str]


@functools.cache
def _built_in(*, rests_only: bool) -> _Table:
    """The names of names.csv, or only those of Other and Unknown."""
    synonyms: dict[str, str] = {}
    families: dict[str, str] = {}
    fold_once = functools.cache(fold)  # canonical names are on several lines each
    with open(_FILE, encoding="utf-8", newline="") as file:
        for cells in csv.reader(file):
            if len(cells) == 3 and not cells[0].startswith("#") and cells[1] != "canonical":
                name, canonical, family = fold(cells[0]), fold_once(cells[1]), cells[2]
                if canonical and canonical != name:
                    synonyms[name] = canonical
                else:
                    families[name] = family
    for name, canonical in synonyms.items():
        if canonical in families:
            families.setdefault(name, families[canonical])
    if rests_only:
        families = {name: family for name, family in families.items() if fold(family) in _RESTS}
        synonyms = {name: to for name, to in synonyms.items() if name in families}
    return _Table(synonyms, families)


@dataclass(frozen=True)
class Names:
    """Which names mean the same OS, and which OSes are of one family.

    ``own`` are the user's lines ``(name, canonical name, family)``, with "" for what a line leaves
    open. They come before the lines of names.csv. Without ``of_systems`` only the names of Other
    and Unknown in names.csv are used.
    """

    own: tuple[tuple[str, str, str], ...] = ()
    of_systems: bool = True

    @classmethod
    def of(cls, names: object) -> Names:
        """Names as they are; a mapping to canonical names is added to the built-in names.

        Raises SpamIndexError for anything else.
        """
        if isinstance(names, Names):
            return names
        if not isinstance(names, Mapping):
            raise SpamIndexError("names is what read_names returns, or a mapping from names")
        return BUILT_IN.extended(names)

    def extended(
        self, synonyms: Mapping[str, str], families: Mapping[str, str] | None = None
    ) -> Names:
        """These names with more of the user's: canonical names and families, by name.

        A name that is its own canonical name stands alone: no built-in synonym or family applies
        to it. A family applies to the versions of a name, too. Raises SynonymCycleError.
        """
        lines = [(name, canonical, "") for name, canonical in synonyms.items()]
        lines += [(name, "", family) for name, family in (families or {}).items()]
        names = Names((*self.own, *lines), self.of_systems)
        _ = names._table  # built now, so that a cycle is an error here
        return names

    def plain(self) -> Names:
        """Names for categories other than operating systems, such as countries or providers.

        Only the user's lines and the names of Other and Unknown apply.
        """
        return Names(self.own, of_systems=False)

    def canonical(self, name: str) -> str:
        """The form in which all spellings of one OS are equal; for comparing, not for display.

        >>> BUILT_IN.canonical(" Mac  OS X"), BUILT_IN.canonical("Win7")
        ('macos', 'windows 7')
        """
        return self._lookup(name)[0]

    def family(self, name: str) -> str | None:
        """The family of an OS; None if it is not known or has no family.

        >>> BUILT_IN.family("Windows NT kernel 5.x"), BUILT_IN.family("Arch Linux 64 bit")
        ('Windows', 'Linux')
        >>> BUILT_IN.family("Windows 10 Mobile"), BUILT_IN.family("Windows or Mac")
        ('Windows Phone', None)
        """
        return self._lookup(name)[1] or None

    def label(self, name: str) -> str:
        """The name of an OS when versions are added up: its family, or its own name."""
        canonical, family = self._lookup(name)
        return family if family and self.canonical(family) != canonical else name

    def knows(self, name: str) -> bool:
        """Whether a name is one of these, or a version of one."""
        return self._lookup(name)[1] is not None

    def stands_alone(self, name: str) -> bool:
        """Whether a line ``NAME,NAME`` of the user says that a name is only itself."""
        return fold(name) in self._alone

    def rest(self, name: str) -> Rest | None:
        """``other`` or ``unknown`` for a name that means it in any language, else None."""
        if self.stands_alone(name):
            return None
        canonical = self.canonical(name)
        return next((rest for rest in _RESTS if rest == canonical), None)

    @functools.cached_property
    def _built_in(self) -> _Table:
        return _built_in(rests_only=not self.of_systems)

    @functools.cached_property
    def _without_own(self) -> Names:
        return BUILT_IN if self.of_systems else BUILT_IN.plain()

    @functools.cached_property
    def _own_families(self) -> dict[str, str]:
        return {fold(name): family for name, _, family in self.own if family}

    @functools.cached_property
    def _alone(self) -> frozenset[str]:
        canonical = {fold(name): fold(to) for name, to, _ in self.own if to}
        return frozenset(name for name, to in canonical.items() if name == to)

    @functools.cached_property
    def _table(self) -> _Table:
        """The user's lines over those of names.csv; each name leads to its final synonym."""
        if not self.own:
            return self._built_in
        resolved = self._resolved_synonyms()
        families = {**self._built_in.families, **self._own_families}
        spellings: dict[str, list[str]] = {}
        for name, canonical in resolved.items():
            if name not in self._own_families:
                spellings.setdefault(canonical, []).append(name)
        for canonical, names in spellings.items():
            family = self._own_families.get(canonical, "")
            if canonical not in self._alone:
                # The spellings of one OS share a family: its own, or the only one among them.
                known = {families[name] for name in names if families.get(name)}
                of_spellings = known.pop() if len(known) == 1 else ""
                built_in = self._without_own.family(canonical)
                families[canonical] = family = families.get(canonical) or built_in or of_spellings
            # A name that stands alone keeps its entry, which its versions use.
            families.update(dict.fromkeys({*names} - self._alone, family))
        return _Table(resolved, families)

    def _resolved_synonyms(self) -> dict[str, str]:
        synonyms = dict(self._built_in.synonyms)
        for line_name, line_canonical, _ in self.own:
            name = fold(line_name)
            if line_canonical and name == fold(line_canonical):
                synonyms[name] = name
            elif line_canonical:
                canonical = self._without_own.canonical(line_canonical)
                if canonical != name:  # Linux,GNU/Linux adds nothing
                    synonyms[name] = canonical
        resolved: dict[str, str] = {}
        for name in synonyms:
            _resolve(name, synonyms, resolved)
        return resolved

    @functools.cached_property
    def _systems(self) -> Systems:
        from spamindex.versions import Systems  # loaded late: --help does not need its words

        # The built-in families win: they decide which editions and codenames may follow a name.
        return Systems({**self._table.families, **self._built_in.families})

    @functools.cached_property
    def _cache(self) -> dict[str, tuple[str, str | None]]:
        return {}

    def _lookup(self, name: str) -> tuple[str, str | None]:
        """The canonical name and the family: "" for no family, None for an unknown name."""
        entry = self._cache.get(name)
        if entry is None:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            folded = canonical = fold(name)
            while (synonym := self._synonym(canonical)) != canonical:
                canonical = synonym
            self._cache[name] = entry = canonical, self._family(folded, canonical)
        return entry

    def _synonym(self, folded: str) -> str:
        """The next name on the way to the canonical name, or the name itself at its end."""
        if (synonym := self._table.synonyms.get(folded)) is not None:
            return synonym
        if folded in self._table.families:
            return folded
        if match := _WITH_REMARK.fullmatch(folded):  # UNKNOWN [65535:55:1], Other (12 systems)
            rest = self._table.synonyms.get(match[1], match[1])
            if rest in _RESTS:
                return rest
        if self.of_systems and (stem := self._stem(folded)):
            # A synonym of the user is for one name, and not for its versions.
            version = folded[len(stem) :].lstrip(" -_")
            return f"{self._built_in.synonyms.get(stem, stem)} {version}"
        return folded

    def _family(self, folded: str, canonical: str) -> str | None:
        if folded in self._alone:
            return self._own_families.get(folded, "")
        families = self._table.families
        for name in (folded, canonical):
            if name in families:
                return families[name]
        if self.of_systems:
            for name in dict.fromkeys((folded, canonical)):
                if ";" in name and (
                    family := self._systems.family_of_list(name, lambda part: self._lookup(part)[1])
                ):
                    return family
                if stem := self._stem(name):
                    return families.get(stem, "")
        return "" if folded in self._table.synonyms else None

    def _stem(self, folded: str) -> str | None:
        """The known name that a folded name starts with, if a version or edition follows it."""
        stem = self._systems.name_at(folded, 0)
        family = self._systems.families.get(stem, "")
        if not stem or stem == folded or fold(family) in _RESTS:
            return None
        synonyms, folded_family = self._built_in.synonyms, fold(family)
        is_version = synonyms.get(stem, stem) != synonyms.get(folded_family, folded_family)
        follows = self._systems.follows(folded[len(stem) :], family, says_version=is_version)
        return stem if follows else None


BUILT_IN = Names()  # names.csv is read at the first lookup


class SynonymCycleError(SpamIndexError):
    """The synonyms of ``name`` lead back to it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} leads back to itself")
        self.name = name


def _resolve(name: str, synonyms: Mapping[str, str], resolved: dict[str, str]) -> None:
    """Add the final synonym of a name, and of all names on the way to it, to ``resolved``."""
    passed = {name}
    while name not in resolved and (synonym := synonyms.get(name, name)) != name:
        if synonym in passed:
            raise SynonymCycleError(name)
        passed.add(synonym)
        name = synonym
    resolved.update(dict.fromkeys(passed, resolved.get(name, name)))


# ---- Names on a terminal ----


def visible(text: str, *, but: str = "") -> str:
    """Text whose control and invisible characters are escaped, except those in ``but``."""
    if text.isprintable():  # true of nearly every name, and fast
        return text
    return "".join(
        c
        if c.isprintable() or c in but or unicodedata.category(c) == "Zs"
        else c.encode("unicode_escape").decode("ascii")
        for c in text
    )
