"""What an operating system is called: its synonyms, and the family that its versions belong to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

_WINDOWS_VERSIONS = (
    "11", "10", "8.1", "8", "7", "vista", "xp", "2003", "2000", "me", "98", "95", "nt",
)  # fmt: skip

# canonical name: its other spellings, all as `folded` leaves them
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "android": ("android os", "google android"),
    "chromeos": ("chrome os", "chromium os", "google chrome os"),
    "freebsd": ("free bsd",),
    "ios": ("apple ios", "iphone os"),
    "linux": ("gnu/linux", "gnu linux", "gnu+linux"),
    "macos": (
        "apple macos", "mac", "mac os", "mac os x", "mac osx", "macintosh", "macos x", "macosx",
        "os x", "os x/macos", "osx",
    ),
    "netbsd": ("net bsd",),
    "openbsd": ("open bsd",),
    "other": ("all other", "all others", "other os", "other oses", "others"),
    "unknown": ("(not set)", "(unknown)", "???", "not set", "unidentified", "unknown os"),
    "windows": ("microsoft windows", "ms windows", "ms-windows", "win"),
    **{
        f"windows {version}": tuple(
            f"{windows}{version}"
            for windows in ("microsoft windows ", "ms windows ", "win", "win ", "windows")
        )
        for version in _WINDOWS_VERSIONS
    },
}  # fmt: skip

# family: what its versions and editions look like, * for anything; the first that fits counts
_FAMILIES: dict[str, tuple[str, ...]] = {
    "Android": ("android", "android *", "*(android)", "* android"),
    "iOS": ("ios", "ios *", "ipad*", "iphone*", "ipod*"),
    "Chrome OS": ("chromeos", "chromeos *", "chrome os *", "cros *"),
    "Windows Phone": ("windows phone*", "windows mobile*", "windows ce*"),
    "Windows": (
        "windows", "windows *", "windows-*", "windows_*", "microsoft windows *", "ms windows *",
        "win *", "win-*", *(f"windows {version} *" for version in _WINDOWS_VERSIONS),
        *(f"win{version} *" for version in _WINDOWS_VERSIONS),
    ),
    "macOS": (
        "macos", "macos *", "mac os *", "mac *", "macosx *", "mac_*", "macintosh *", "os x *",
        "osx *", "darwin", "darwin *", "intel mac os x *",
    ),
    "Linux": (
        "linux", "linux *", "linux-*", "linux/*", "gnu/linux *", "* linux", "* linux *",
        "*gnu/linux",
        "alma*", "arch", "centos*", "debian*", "elementary os*", "fedora*", "gentoo*", "kubuntu*",
        "manjaro*", "mint", "mint *", "opensuse*", "pop!_os*", "raspbian*", "red hat*", "rhel*",
        "rocky*", "slackware*", "steamos*", "suse*", "ubuntu*", "xubuntu*", "lubuntu*",
    ),
    "FreeBSD": ("freebsd", "freebsd *", "free bsd *"),
    "OpenBSD": ("openbsd", "openbsd *", "open bsd *"),
    "NetBSD": ("netbsd", "netbsd *", "net bsd *"),
    "DragonFly BSD": ("dragonfly", "dragonfly *"),
    "Solaris": ("solaris", "solaris *", "oracle solaris*", "sunos", "sunos *"),
    "AIX": ("aix", "aix *"),
    "BlackBerry": ("blackberry", "blackberry *"),
    "HP-UX": ("hp-ux", "hp-ux *"),
    "NeXTSTEP": ("nextstep", "nextstep *"),
    "Nintendo": ("nintendo", "nintendo *"),
    "OpenVMS": ("openvms", "openvms *"),
    "PlayStation": ("playstation", "playstation *"),
    "Symbian": ("symbian", "symbian *", "symbianos*"),
    "Tizen": ("tizen", "tizen *"),
    "Tru64": ("tru64", "tru64 *"),
    "Xbox": ("xbox", "xbox *"),
    "Other": ("other",),
    "Unknown": ("unknown",),
}  # fmt: skip

_BARE_VERSION = re.compile(r"v?\d+(\.(\d+|x))*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Names:
    """Which names mean one OS, and which OSes are one family.

    ``synonyms`` leads from folded names to canonical ones, ``families`` from what versions look
    like (with ``*`` for anything) to what their family is called.
    """

    synonyms: Mapping[str, str]
    families: Mapping[str, str]

    @classmethod
    def of(cls, names: Names | Mapping[str, str]) -> Names:
        """Names as they are, or the built-in ones together with a mapping to canonical names."""
        return names if isinstance(names, Names) else BUILT_IN.extended(names)

    def canonical(self, name: str) -> str:
        """The form in which two spellings of one OS are equal; for comparing, not for showing.

        >>> BUILT_IN.canonical(" Mac  OS X"), BUILT_IN.canonical("MICROSOFT WINDOWS")
        ('macos', 'windows')
        """
        folded = fold(name)
        return self.synonyms.get(folded, folded)

    def extended(
        self, synonyms: Mapping[str, str], families: Mapping[str, str] | None = None
    ) -> Names:
        """These names and more, which come first: canonical names, and families, by name.

        Raises RecursionError, with the name, where a name leads back to itself by way of others.

        >>> BUILT_IN.extended({"Tux": "GNU/Linux"}).canonical("TUX")
        'linux'
        """
        own: dict[str, str] = {}
        for name, to in synonyms.items():
            folded, target = fold(name), fold(to)
            if folded != target:
                target = self.synonyms.get(target, target)
                if folded == target:
                    continue  # Linux,GNU/Linux says nothing new
            own[folded] = target
        every = {**self.synonyms, **own}
        own_families = {fold(name): family for name, family in (families or {}).items()}
        ends: dict[str, str] = {}
        for name in every:
            ends |= _ends_of_chain(name, every, ends)
        return Names(
            ends,
            {**own_families, **self.families, **own_families},  # first, and not overridden
        )

    def label(self, name: str) -> str:
        """What to call an OS where versions are added up: its family, or the name as it is.

        >>> BUILT_IN.label("Windows XP"), BUILT_IN.label("Macintosh"), BUILT_IN.label("Haiku")
        ('Windows', 'Macintosh', 'Haiku')
        """
        family = self.family(name)
        if family is None or self.canonical(family) == self.canonical(name):
            return name
        return family

    def knows(self, name: str) -> bool:
        """Whether a name is one of these, or that of a version in one of their families.

        >>> BUILT_IN.knows("Linux 6.1"), BUILT_IN.knows("Haiku")
        (True, False)
        """
        return fold(name) in self.synonyms or self.family(name) is not None

    def stands_alone(self, name: str) -> bool:
        return False

    def rest(self, name: str) -> str | None:
        canonical = self.canonical(name)
        return canonical if canonical in ("other", "unknown") else None

    def plain(self) -> Names:
        return Names({k: v for k, v in self.synonyms.items() if v in ("other", "unknown")}, {"other": "Other", "unknown": "Unknown"})

    def family(self, name: str) -> str | None:
        """What the family of an OS is called; None for an OS that is known to be of none.

        >>> BUILT_IN.family("Windows NT kernel 5.x"), BUILT_IN.family("Arch Linux 64 bit")
        ('Windows', 'Linux')
        """
        canonical = self.canonical(name)
        for form in (canonical, fold(name)):
            if form in self.families:
                return self.families[form]
        return next(
            (to for form, to in self.families.items() if fnmatchcase(canonical, form)), None
        )


BUILT_IN = Names(
    {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings},
    {form: family for family, forms in _FAMILIES.items() for form in forms},
)


def is_bare_version(name: str) -> bool:
    """Whether a name is a version number without the OS that it is a version of.

    >>> is_bare_version("8.1"), is_bare_version("Windows 8.1")
    (True, False)
    """
    return _BARE_VERSION.fullmatch(name.strip()) is not None


def fold(name: str) -> str:
    """Unicode-normalised, without invisible characters, blanks and case folded."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)
        name = "".join(c for c in name if unicodedata.category(c) != "Cf")
    # NFKC once more: folding case can undo it, as it does for an accent over a sharp s.
    return unicodedata.normalize("NFKC", " ".join(name.casefold().split()))


def _ends_of_chain(
    name: str, synonyms: Mapping[str, str], known: Mapping[str, str]
) -> dict[str, str]:
    """What a name, and each that it leads to, comes to when every synonym is followed."""
    passed = {name}
    while name not in known and (to := synonyms.get(name, name)) != name:
        if to in passed:
            raise RecursionError(name)
        passed.add(to)
        name = to
    return dict.fromkeys(passed, known.get(name, name))


def visible(text: str, *, but: str = "") -> str:
    """Text with all that could steer a terminal, or hide in it, as visible escapes.

    The characters in ``but`` are left as they are.

    >>> visible("a\\x1b[2J\\u202eb 中文")
    'a\\\\x1b[2J\\\\u202eb 中文'
    """
    if text.isprintable():  # nearly every name, and much the quicker test
        return text
    return "".join(
        c if c.isprintable() or c in but or unicodedata.category(c) == "Zs" else _escape(c)
        for c in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
