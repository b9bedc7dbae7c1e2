"""What an operating system is called: names that mean the same OS meet in one canonical form."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Mapping

from spamindex import csvfile
from spamindex.errors import FileError
from spamindex.textfile import Source

_WINDOWS_VERSIONS = (
    "11", "10", "8.1", "8", "7", "vista", "xp", "2003", "2000", "me", "98", "95", "nt",
)  # fmt: skip

# canonical name: its other spellings, all as `_folded` leaves them
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

SYNONYMS: Mapping[str, str] = {
    spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings
}


def canonical(name: str, synonyms: Mapping[str, str] = SYNONYMS) -> str:
    """The form in which two spellings of one OS are equal; for comparing, not for showing.

    >>> canonical(" Mac  OS X"), canonical("OS X"), canonical("MICROSOFT WINDOWS")
    ('macos', 'macos', 'windows')
    """
    folded = _folded(name)
    return synonyms.get(folded, folded)


def _folded(name: str) -> str:
    """Unicode-normalised, without invisible characters, blanks and case folded."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)
        name = "".join(c for c in name if unicodedata.category(c) != "Cf")
    # NFKC once more: folding case can undo it, as it does for capital letters with an iota.
    folded = " ".join(name.casefold().split())
    return folded if folded.isascii() else unicodedata.normalize("NFKC", folded)


def read_names(
    source: Source, *, delimiter: str | None = None, encoding: str | None = None
) -> dict[str, str]:
    """The built-in synonyms together with those of a CSV of ``name,canonical``, which come first.

    A name whose canonical form is the name itself stands for itself alone, whatever the built-in
    synonyms say. Raises FileError where a name is blank, has two canonical forms, or two names
    point at each other.
    """
    rows = csvfile.read(source, delimiter=delimiter, encoding=encoding)
    own: dict[str, str] = {}
    found: dict[str, int] = {}
    faults: list[str] = []
    for row, cells in enumerate(rows.cells):
        name, to = (_folded(cell) for cell in cells[:2])
        if row == 0 and (name, to) == ("name", "canonical"):
            continue
        if not name or not to:
            faults.append(f"{rows.at(row)}: a name and its canonical name are needed")
        elif own.setdefault(name, to) != to:
            faults.append(
                f"{rows.at(row)}: {cells[0]!r} has another canonical name on line {found[name]}"
            )
        found.setdefault(name, rows.lines[row])
    synonyms = {**SYNONYMS, **own}
    for name in own:
        if _end_of_chain(name, synonyms) is None:
            faults.append(f"{rows.name}:{found[name]}: {name!r} leads back to itself")
    if faults:
        raise FileError(*faults)
    for finding in rows.findings:
        warnings.warn(finding, stacklevel=2)
    return {name: _end_of_chain(name, synonyms) or name for name in synonyms}


def _end_of_chain(name: str, synonyms: Mapping[str, str]) -> str | None:
    """What a name comes to when every synonym is followed; None if it goes round in circles."""
    passed = set()
    while (to := synonyms.get(name, name)) != name:
        if to in passed:
            return None
        passed.add(name)
        name = to
    return name
