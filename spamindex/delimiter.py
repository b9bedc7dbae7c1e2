"""What parts the cells of delimited text."""

from __future__ import annotations

import csv
from collections import Counter

from spamindex.errors import FileError

DELIMITERS = "\t;|,"  # where the lines leave it open the first wins: a comma may be a decimal mark


def delimiter_of(name: str, sample: list[str]) -> str:
    """The delimiter that gives the most rows of one and the same width.

    ``sample`` are the first lines of the file ``name``. Raises FileError where there is none.

    >>> delimiter_of("share.csv", ["OS;Share\\n", "Linux;5,14\\n"])
    ';'
    """

    def rows_alike(delimiter: str) -> int:
        widths = Counter(_cells_in(line, delimiter) for line in sample)
        return max((n for width, n in widths.items() if width > 1), default=0)

    lines = sum(1 for line in sample if line.strip())
    if not lines:
        raise FileError(f"{name}: is empty; a table of names and figures is needed")
    best = max(DELIMITERS, key=rows_alike)
    if rows_alike(best) < min(lines, 2):
        raise FileError(
            f"{name}: has no columns: no comma, semicolon, tab or | parts its lines; "
            "name what does with --delimiter"
        )
    return best


def _cells_in(line: str, delimiter: str) -> int:
    """How many cells a line has by itself, whether or not a quotation goes on after it."""
    try:
        return len(next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), []))
    except csv.Error:  # longer than csv's limit
        return 0
