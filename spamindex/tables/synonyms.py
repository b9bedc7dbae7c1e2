"""A CSV of names (name, canonical, family) in, the built-in names with these added out."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from spamindex.errors import FileError, Findings
from spamindex.names import BUILT_IN, Names, SynonymCycleError, fold
from spamindex.sources import Source, Text, detect_delimiter, read

_SAMPLE = 100  # lines from which the delimiter is detected


def read_names(
    source: Source, *, delimiter: str | None = None, encoding: str | None = None
) -> Names:
    """Read names from a CSV of ``name,canonical[,family]``, and add them to the built-in names.

    A line takes precedence over what is built in for its name:

    - ``Tux,Linux``: Tux is another spelling of Linux.
    - ``Tux,,Linux``: Tux is an OS of its own; it and its versions are of the family Linux.
    - ``Tux,Tux``: Tux stands for itself alone. It has no synonyms, and no family unless a third
      cell names one.
    - ``,Unknown``: rows without a name are a rest.

    Headings are optional. Blank lines and lines that begin with # are ignored. Raises FileError,
    with all faults at once, where a name is missing, has two canonical names or two families, or
    leads back to itself.

    >>> import io
    >>> read_names(io.BytesIO(b"name,canonical\\nTux,Linux\\n")).canonical("TUX")
    'linux'
    """
    names, findings = load_names(source, delimiter=delimiter, encoding=encoding)
    findings.warn()
    return names


def load_names(
    source: Source, *, delimiter: str | None = None, encoding: str | None = None
) -> tuple[Names, Findings]:
    """The same as ``read_names``, but the findings are returned instead of warned of."""
    text = read(source, encoding)
    canonicals: dict[str, str] = {}
    families: dict[str, str] = {}
    line_numbers: dict[str, int] = {}
    faults: list[str] = []
    for line, name, canonical_name, family in _lines(text, delimiter):
        folded, canonical = fold(name), fold(canonical_name)
        if not (canonical or family) or (not folded and BUILT_IN.rest(canonical_name) is None):
            faults.append(f"{text.name}:{line}: a name and its canonical name are needed")
        elif folded not in line_numbers:
            canonicals[folded], families[folded] = canonical, family
            line_numbers[folded] = line
        elif (canonicals[folded], families[folded]) != (canonical, family):
            what = "canonical name" if canonicals[folded] != canonical else "family"
            first = line_numbers[folded]
            faults.append(f"{text.name}:{line}: {name!r} has another {what} on line {first}")
    if faults:
        raise FileError(*faults)
    families = {name: family for name, family in families.items() if family}
    canonicals = {name: canonical for name, canonical in canonicals.items() if canonical}
    # The family of a name is that of its canonical name, too.
    shared = {canonicals[name]: family for name, family in families.items() if name in canonicals}
    try:
        names = BUILT_IN.extended(canonicals, shared | families)
    except SynonymCycleError as error:
        raise FileError(f"{text.name}:{line_numbers[error.name]}: {error}") from error
    return names, text.findings


def _lines(text: Text, delimiter: str | None) -> Iterator[tuple[int, str, str, str]]:
    """The number and the three cells of each line that is not blank. Raises FileError."""
    sample = [line for line in text.lines() if line.strip() and not line.startswith("#")]
    delimiter = delimiter or detect_delimiter(text.name, sample[:_SAMPLE])
    lines = ("\n" if line.startswith("#") else line for line in text.lines())
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    is_first = True
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileError(f"{text.name}:{line}: can't be read as CSV: {error}") from error
        if cells is None:
            return
        name, canonical, family = (cell.strip() for cell in (*cells, "", "", "")[:3])
        if not (name or canonical or family):
            continue
        headings = (fold(name), fold(canonical), fold(family) or "family")
        if not is_first or "canonical" not in headings:
            yield line, name, canonical, family
        elif headings != ("name", "canonical", "family"):
            order = "name,canonical or name,canonical,family"
            raise FileError(f"{text.name}:{line}: the columns are {order}, in this order")
        is_first = False
