"""The CSV of one's own names (name, canonical, family) is read and checked; its lines out."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from spamindex.errors import FileError, Findings
from spamindex.names import BUILT_IN, Names, SynonymCycleError, fold
from spamindex.sources import Source, Text, detect_delimiter, read

_SAMPLE = 100  # lines by which the delimiter is found


def read_names(
    source: Source, *, delimiter: str | None = None, encoding: str | None = None
) -> Names:
    """The built-in names together with those of a CSV of ``name,canonical[,family]``.

    Each line says one of these of a name; the line comes before whatever is built in:

    - ``Tux,Linux``: it is another spelling of Linux.
    - ``Tux,,Linux``: it is an OS of its own, and of the family Linux, as its versions are.
    - ``Tux,Tux``: it stands for itself alone, without synonyms, and of no family but that of a
      third cell.
    - ``,Unknown``: rows without a name are a rest.

    Headings are optional; blank lines, and those that begin with #, are passed over. Raises
    FileError, with all faults at once, where a name is missing, has two canonical names or two
    families, or leads back to itself.

    >>> import io
    >>> read_names(io.BytesIO(b"name,canonical\\nTux,Linux\\n")).canonical("TUX")
    'linux'
    """
    names, findings = names_in(source, delimiter=delimiter, encoding=encoding)
    findings.warn()
    return names


def names_in(
    source: Source, *, delimiter: str | None = None, encoding: str | None = None
) -> tuple[Names, Findings]:
    """The same as ``read_names``, with what is to be said of the file as data."""
    text = read(source, encoding)
    own: dict[str, str] = {}
    families: dict[str, str] = {}
    found: dict[str, int] = {}
    faults: list[str] = []
    for line, (name, to, family) in _lines(text, delimiter):
        folded, canonical = fold(name), fold(to)
        if not (canonical or family) or (not folded and BUILT_IN.rest(to) is None):
            faults.append(f"{text.name}:{line}: a name and its canonical name are needed")
        elif own.get(folded, canonical) != canonical or families.get(folded, family) != family:
            what = "canonical name" if own[folded] != canonical else "family"
            faults.append(
                f"{text.name}:{line}: {name!r} has another {what} on line {found[folded]}"
            )
        else:
            own[folded], families[folded] = canonical, family
            found.setdefault(folded, line)
    if faults:
        raise FileError(*faults)
    of = {name: family for name, family in families.items() if family}
    of = {own[name]: family for name, family in of.items() if own[name]} | of
    own = {name: to for name, to in own.items() if to}
    try:
        names = BUILT_IN.extended(own, of)
    except SynonymCycleError as error:
        raise FileError(f"{text.name}:{found[error.name]}: {error}") from error
    return names, text.findings


def _lines(text: Text, delimiter: str | None) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """The number of each line that says something, and its three cells. Raises FileError."""
    sample = [line for line in text.lines() if line.strip() and not line.startswith("#")]
    delimiter = delimiter or detect_delimiter(text.name, sample[:_SAMPLE])
    lines = ("\n" if line.startswith("#") else line for line in text.lines())
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    first = True
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileError(f"{text.name}:{line}: can't be read as CSV: {error}") from error
        if cells is None:
            return
        name, to, family = (cell.strip() for cell in (*cells, "", "", "")[:3])
        if not (name or to or family):
            continue
        folded = (fold(name), fold(to), fold(family) or "family")
        headings = first and "canonical" in folded
        if headings and folded != ("name", "canonical", "family"):
            order = "name,canonical or name,canonical,family"
            raise FileError(f"{text.name}:{line}: the columns are {order}, in this order")
        if not headings:
            yield line, (name, to, family)
        first = False
