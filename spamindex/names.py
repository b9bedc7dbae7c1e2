"""Which names mean one OS, and its family, as names.csv says; control characters made visible.

The names are lines of names.csv, in the format of ``--names``. What may follow a name, such as a
version, an edition or an architecture, is the grammar of ``versions``.
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
_REMARKED = re.compile(r"([^(\[;]*[^(\[; ]) ?(?:\(.*\)|\[.*\]|;.*)")
_REMEMBERED = 1 << 16  # names, so that a column of a million rows is looked up once for each

# ---- Folding ----

# Trade marks, and what takes no room beside the characters of the category Cf.
_UNSEEN = dict.fromkeys((*map(ord, "™®©℠\u034f"), *range(0xFE00, 0xFE10)))
_QUOTES = dict.fromkeys(map(ord, "\"'`´‘’‚‛“”„‟«»‹›「」『』〝〞〟"))  # noqa: RUF001
# Raised at the end of a word, a figure or letter marks a footnote: Windows⁷, which NFKC makes a 7.
_RAISED = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ]++(?!\w)")
# At the end of a name these do: Linux*, Linux †, Linux [1], Linux [a], Linux [note 2].
_END_MARKS = frozenset("*†‡§¶]")
_MARKS = re.compile(
    r"(?:\s*+(?:[*†‡§¶]|\[(?:\d{1,3}|[a-z]|(?:note|nb) \d{1,3})\]))++\s*+$", re.IGNORECASE
)


def fold(name: str) -> str:
    """A name without what only its looks are: case, blanks, quotation marks, footnote marks.

    It is Unicode-normalised (NFKC), and without trade marks and characters that take no room.

    >>> fold(' "Arch Linux"  64 bit'), fold("Windows⁷"), fold("GNU/Linux [1]*")
    ('arch linux 64 bit', 'windows', 'gnu/linux')
    """
    plain = name.isascii()
    if not plain:
        seen = "".join(c for c in name.translate(_UNSEEN) if unicodedata.category(c) != "Cf")
        unmarked = _RAISED.sub("", seen.translate(_QUOTES))
        name = unicodedata.normalize("NFKC", unmarked if unmarked.strip() else seen)
    if not plain or '"' in name or "'" in name or "`" in name:
        name = name.translate(_QUOTES)
    if name.rstrip()[-1:] in _END_MARKS:
        name = _MARKS.sub("", name) or name  # * alone is a name
    folded = " ".join(name.casefold().split())
    # NFKC once more: folding case can undo it, as it does for an accent over a sharp s.
    return folded if plain else unicodedata.normalize("NFKC", folded)


def is_bare_version(name: str) -> bool:
    """Whether a name is a version number without the OS that it is a version of."""
    return _BARE_VERSION.fullmatch(name.strip()) is not None


# ---- The names of names.csv ----


class _Table(NamedTuple):
    """Folded names: the canonical names they lead to, and their families ("" for none)."""

    synonyms: Mapping[str, str]
    families: Mapping[str, str]


@functools.cache
def _built_in(*, rests_only: bool) -> _Table:
    """What names.csv says, or its rests alone."""
    synonyms: dict[str, str] = {}
    families: dict[str, str] = {}
    folded: dict[str, str] = {}  # each canonical name stands on several lines
    with open(_FILE, encoding="utf-8", newline="") as file:
        for cells in csv.reader(file):
            if len(cells) == 3 and not cells[0].startswith("#") and cells[1] != "canonical":
                name, family = fold(cells[0]), cells[2]
                to = folded.get(cells[1]) or folded.setdefault(cells[1], fold(cells[1]))
                if to and to != name:
                    synonyms[name] = to
                else:
                    families[name] = family
    for name, to in synonyms.items():
        if to in families:
            families.setdefault(name, families[to])
    if rests_only:
        families = {name: of for name, of in families.items() if fold(of) in _RESTS}
        synonyms = {name: to for name, to in synonyms.items() if name in families}
    return _Table(synonyms, families)


@dataclass(frozen=True)
class Names:
    """Which names mean one OS, and which OSes are one family.

    ``own`` are lines of one's own, ``(name, canonical name, family)`` with "" for what a line does
    not say, which come before those of names.csv. Without ``of_systems`` names.csv says only what
    a rest is.
    """

    own: tuple[tuple[str, str, str], ...] = ()
    of_systems: bool = True

    @classmethod
    def of(cls, names: object) -> Names:
        """Names as they are, or the built-in ones together with a mapping to canonical names.

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
        """These names and more, which come first: canonical names, and families, by name.

        A name whose canonical name is itself stands alone: no built-in synonym or family is its.
        A family goes for the versions of a name too. Raises CircleError, with the name, where a
        name leads back to itself by way of others.
        """
        lines = [(name, to, "") for name, to in synonyms.items()]
        lines += [(name, "", family) for name, family in (families or {}).items()]
        names = Names((*self.own, *lines), self.of_systems)
        _ = names._table  # which finds out about circles
        return names

    def plain(self) -> Names:
        """Names for what is no operating system, such as a country, a provider or a mailer.

        A name is only itself, but for its looks, for one's own lines, and for rests.
        """
        return Names(self.own, of_systems=False)

    def canonical(self, name: str) -> str:
        """The form in which two spellings of one OS are equal; for comparing, not for showing.

        >>> BUILT_IN.canonical(" Mac  OS X"), BUILT_IN.canonical("Win7")
        ('macos', 'windows 7')
        """
        return self._of(name)[0]

    def family(self, name: str) -> str | None:
        """What the family of an OS is called; None for an OS that is known to be of none.

        >>> BUILT_IN.family("Windows NT kernel 5.x"), BUILT_IN.family("Arch Linux 64 bit")
        ('Windows', 'Linux')
        >>> BUILT_IN.family("Windows 10 Mobile"), BUILT_IN.family("Windows or Mac")
        ('Windows Phone', None)
        """
        return self._of(name)[1] or None

    def label(self, name: str) -> str:
        """What to call an OS where versions are added up: its family, or the name as it is."""
        canonical, family = self._of(name)
        return family if family and self.canonical(family) != canonical else name

    def knows(self, name: str) -> bool:
        """Whether a name is one of these, or that of a version of one."""
        return self._of(name)[1] is not None

    def stands_alone(self, name: str) -> bool:
        """Whether a line of one's own says that a name stands for itself: ``NAME,NAME``."""
        return fold(name) in self._alone

    def rest(self, name: str) -> Rest | None:
        """Which rest a name stands for, in any language: ``other``, ``unknown``, or none."""
        if self.stands_alone(name):
            return None
        canonical = self.canonical(name)
        return next((rest for rest in _RESTS if rest == canonical), None)

    # ---- How it is found out ----

    @functools.cached_property
    def _base(self) -> _Table:
        return _built_in(rests_only=not self.of_systems)

    @functools.cached_property
    def _own_families(self) -> dict[str, str]:
        return {fold(name): family for name, _, family in self.own if family}

    @functools.cached_property
    def _alone(self) -> frozenset[str]:
        ends = {fold(name): fold(to) for name, to, _ in self.own if to}
        return frozenset(name for name, to in ends.items() if name == to)

    @functools.cached_property
    def _table(self) -> _Table:
        """The lines of names.csv, and one's own before them, each synonym followed to its end."""
        base = self._base
        if not self.own:
            return base
        synonyms = dict(base.synonyms)
        plainly = BUILT_IN if self.of_systems else BUILT_IN.plain()
        for name, to in ((fold(name), to) for name, to, _ in self.own if to):
            if name == fold(to):
                synonyms[name] = name
            elif name != (target := plainly.canonical(to)):  # Linux,GNU/Linux says nothing new
                synonyms[name] = target
        ends: dict[str, str] = {}
        for name in synonyms:
            ends |= _ends_of_chain(name, synonyms, ends)
        families = {**base.families, **self._own_families}
        spellings: dict[str, list[str]] = {}
        for name, to in ends.items():
            if name not in self._own_families:
                spellings.setdefault(to, []).append(name)
        for to, several in spellings.items():
            # What is one OS is of one family: that of its name, else the one of all its spellings.
            family = self._own_families.get(to, "")
            if to not in self._alone:
                of = {families[name] for name in several if families.get(name)}
                one = of.pop() if len(of) == 1 else ""
                families[to] = family = families.get(to) or plainly.family(to) or one
            # One that stands alone keeps it for its versions.
            families.update(dict.fromkeys({*several} - self._alone, family))
        return _Table(ends, families)

    @functools.cached_property
    def _systems(self) -> Systems:
        from spamindex.versions import Systems  # whose words --help does without

        # The vocabulary of a family of names.csv serves, whatever one's own lines call it.
        return Systems({**self._table.families, **self._base.families})

    @functools.cached_property
    def _seen(self) -> dict[str, tuple[str, str | None]]:
        return {}

    def _of(self, name: str) -> tuple[str, str | None]:
        """The canonical name, and the family: "" for none, None for a name that is not known."""
        found = self._seen.get(name)
        if found is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            folded = fold(name)
            canonical = self._canonical(folded)
            self._seen[name] = found = canonical, self._family(folded, canonical)
        return found

    def _canonical(self, folded: str) -> str:
        while (to := self._step(folded)) != folded:
            folded = to
        return folded

    def _step(self, folded: str) -> str:
        """One step towards the canonical name; the name itself where there is none."""
        if (to := self._table.synonyms.get(folded)) is not None:
            return to
        if folded in self._table.families:
            return folded
        if remarked := _REMARKED.fullmatch(folded):  # UNKNOWN [65535:55:1], Other (12 systems)
            rest = self._table.synonyms.get(remarked[1], remarked[1])
            if rest in _RESTS:
                return rest
        if self.of_systems and (stem := self._stem(folded)):
            # Own synonyms are of the name that they give, and not of its versions.
            version = folded[len(stem) :].lstrip(" -_")
            return f"{self._base.synonyms.get(stem, stem)} {version}"
        return folded

    def _family(self, folded: str, canonical: str) -> str | None:
        if folded in self._alone:
            return self._own_families.get(folded, "")
        families = self._table.families
        for name in (folded, canonical):
            if name in families:
                return families[name]
        if not self.of_systems:
            return "" if folded in self._table.synonyms else None
        for name in dict.fromkeys((folded, canonical)):
            if ";" in name and (
                family := self._systems.family_of_list(name, lambda part: self._of(part)[1])
            ):
                return family
            if stem := self._stem(name):
                return families.get(stem, "")
        return "" if folded in self._table.synonyms else None

    def _stem(self, folded: str) -> str | None:
        """The name that a folded name begins with, where the rest of it is a version or edition."""
        stem = self._systems.name_at(folded, 0)
        family = self._systems.families.get(stem, "")
        if not stem or stem == folded or fold(family) in _RESTS:
            return None
        same = self._base.synonyms.get
        says_version = same(stem, stem) != same(fold(family), fold(family))
        follows = self._systems.follows(folded[len(stem) :], family, says_version=says_version)
        return stem if follows else None


BUILT_IN = Names()  # names.csv is read where a name is first looked up


class CircleError(SpamIndexError):
    """A ``name`` of which the synonyms lead back to it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} leads back to itself")
        self.name = name


def _ends_of_chain(
    name: str, synonyms: Mapping[str, str], known: Mapping[str, str]
) -> dict[str, str]:
    """What a name, and each that it leads to, comes to when every synonym is followed.

    What is ``known`` of others is not found again, or a long chain would take its length squared.
    """
    passed = {name}
    while name not in known and (to := synonyms.get(name, name)) != name:
        if to in passed:
            raise CircleError(name)
        passed.add(to)
        name = to
    return dict.fromkeys(passed, known.get(name, name))


# ---- Names on a terminal ----


def visible(text: str, *, but: str = "") -> str:
    """Text with all that could steer a terminal, or hide in it, as visible escapes.

    The characters in ``but`` are left as they are.
    """
    if text.isprintable():  # nearly every name, and much the quicker test
        return text
    return "".join(
        c
        if c.isprintable() or c in but or unicodedata.category(c) == "Zs"
        else c.encode("unicode_escape").decode("ascii")
        for c in text
    )
