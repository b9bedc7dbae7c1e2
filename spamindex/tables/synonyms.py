"""A CSV of names and their canonical forms, to Names."""

from __future__ import annotations

import warnings

from spamindex.errors import FileError
from spamindex.names import BUILT_IN, Names, fold
from spamindex.sources import Source
from spamindex.tables import rows as csvfile


def read_names(
    source: Source, *, delimiter: str | None = None, encoding: str | None = None
) -> Names:
    """The built-in names together with those of a CSV of ``name,canonical``, which come first.

    A name whose canonical form is the name itself stands for itself alone, whatever the built-in
    synonyms say. A third column, ``family``, says what family the OS is of. Headings are optional,
    blank lines and those that begin with # are passed over. Raises FileError where a name is
    missing, has two canonical forms, or leads back to itself.

    >>> import io
    >>> read_names(io.BytesIO(b"name,canonical\\nTux,Linux\\n")).canonical("TUX")
    'linux'
    """
    cells, _ = csvfile.read(source, delimiter=delimiter, encoding=encoding)
    own: dict[str, str] = {}
    families: dict[str, str] = {}
    found: dict[str, int] = {}
    faults: list[str] = []
    for row in range(len(cells)):
        name, to, family = (*cells.row(row), "", "")[:3]
        folded, canonical = fold(name), fold(to)
        blank = not (name or to or family) or name.startswith("#")
        if blank or (folded, canonical) == ("name", "canonical"):
            continue
        if not folded or not (canonical or family):
            faults.append(f"{cells.at(row)}: a name and its canonical name are needed")
        elif own.setdefault(folded, canonical or folded) != (canonical or folded):
            line = found[folded]
            faults.append(f"{cells.at(row)}: {name!r} has another canonical name on line {line}")
        if family:
            families[canonical or folded] = families[folded] = family
        found.setdefault(folded, int(cells.lines[row]))
    if faults:
        raise FileError(*faults)
    try:
        names = BUILT_IN.extended(own, families)
    except RecursionError as error:
        name = str(error)
        raise FileError(f"{cells.name}:{found[name]}: {name!r} leads back to itself") from error
    for finding in cells.findings:
        warnings.warn(finding, stacklevel=2)
    return names
