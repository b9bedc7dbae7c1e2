"""Where among the rows of a file a table begins and ends, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from spamindex import periods
from spamindex.errors import FileError, SpamIndexNote, SpamIndexWarning
from spamindex.tables import alignment, headings
from spamindex.tables.cells import Cells
from spamindex.tables.numbers import is_figure, is_missing

_SAMPLE = 200


def table(raw: Cells, widths: npt.NDArray[np.int64]) -> Cells:
    """Find the first table among all rows, with what is to be said of the rows left out.

    ``raw`` and ``widths`` are as ``csvfile.read`` gives them. Left out are blank lines, comments
    (lines that begin with # and are shorter than the table), text above and below the table, a
    second table below it, and its headings where they are repeated. Raises FileError.

    >>> import io
    >>> from spamindex.tables import rows as csvfile
    >>> cells = table(*csvfile.read(io.BytesIO(b"Title\\n\\nos,share\\nLinux,5\\n")))
    >>> cells.row(0), str(cells.findings[0])
    (['os', 'share'], '<stream>:1: left out: text before the table')
    """
    filled_to = alignment.filled(raw)
    usual = _usual_width(raw, filled_to)
    rows = np.flatnonzero((filled_to > 0) & ~_comments(raw, filled_to, usual))
    first = _first(rows, widths, filled_to, usual)
    width = int(widths[first])
    has_figures = any(map(is_figure, raw.row(first)))
    above = rows[rows == first - 1]
    if has_figures and len(above) and widths[above[0]] == width:  # the last heading is blank
        first, has_figures = int(above[0]), False
    elif has_figures and len(above) and (headings := widths[above[0]]) > 1:
        raise FileError(
            f"{raw.at(first)}: has {width} cells, but the row above it has {headings}; "
            "quote a cell that holds a delimiter, or name the right --delimiter"
        )
    is_heading = np.zeros(len(raw), bool)
    if not has_figures:
        is_heading = np.logical_and.reduce([c.codes == c.codes[first] for c in raw.columns])
    end = _end(raw, widths, rows[rows >= first], is_heading)

    kept = np.zeros(len(raw), bool)
    kept[rows] = True
    kept &= ~is_heading
    kept[:first] = kept[end:] = False
    kept[first] = True
    cells = raw.only(kept)
    alignment.check(cells, widths[kept], width)
    left_out = np.flatnonzero((filled_to > 0) & ~kept)
    findings = [*raw.findings, *_left_out(raw, left_out, first, end)]
    gap = _gap(raw, filled_to, rows[(rows > first) & (rows < end)], is_heading)
    return replace(cells, columns=cells.columns[:width], gap=gap, findings=findings)


def _comments(raw: Cells, filled_to: npt.NDArray[np.int64], usual: int) -> npt.NDArray[np.bool_]:
    """The rows that begin with #, are narrow or hold no figure, and are no headings."""
    marked = raw.columns[0].where(lambda text: text.startswith("#"))
    comment = marked & (filled_to < usual)
    wide = np.flatnonzero(filled_to >= usual)
    begun = wide[~marked[wide]].min(initial=len(raw))
    for row in wide[marked[wide]]:
        if not any(map(is_figure, raw.row(row))):
            below = wide[wide > row][:1]  # headings have figures under them, or nothing
            comment[row] = row > begun or any(not any(map(is_figure, raw.row(i))) for i in below)
    return comment


def _usual_width(raw: Cells, filled_to: npt.NDArray[np.int64]) -> int:
    """To which cell most rows are filled, of those that are filled to the second at least."""
    if not filled_to.any():
        raise FileError(f"{raw.name}: is empty; a table of names and figures is needed")
    common = np.bincount(filled_to)
    common[:2] = 0
    if not common.any():
        raise FileError(f"{raw.name}: has no columns; name what parts them with --delimiter")
    return len(common) - 1 - int(np.argmax(common[::-1]))  # the wider of two that are as common


def _first(
    rows: npt.NDArray[np.int64],
    widths: npt.NDArray[np.int64],
    filled_to: npt.NDArray[np.int64],
    usual: int,
) -> int:
    """Where the table begins: at its first row of the usual width, or of more if others follow.

    A heading can be wider than most rows, whose last cells are blank, or lack its last word. A
    title with commas in it can be as wide, but has a gap after it.
    """
    wide_enough = (widths[rows] >= usual) & (filled_to[rows] > 1)
    followed = np.append(np.diff(rows) == 1, False)
    begins = wide_enough & ((filled_to[rows] == usual) | followed)
    return int(rows[np.argmax(begins)])


def _end(
    raw: Cells,
    widths: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    is_heading: npt.NDArray[np.bool_],
) -> int:
    """Where the table ends: after a gap, at a row of text or at the headings of another table.

    A row as wide as the table is still of it, even without a figure, unless it has a heading in it.
    """
    first = raw.row(rows[0])
    for row in rows[1:][np.diff(rows) > 1]:
        cells = raw.row(row)[: widths[row]]
        if row == rows[-1] and any(map(periods.iso, cells)):
            return int(row)  # Source: somebody, 2010
        if is_heading[row] or any(is_figure(text) or is_missing(text) for text in cells):
            continue
        if len(cells) != widths[rows[0]] or any(t in first or headings.heads(t) for t in cells):
            return int(row)
    return len(raw)


def _gap(
    raw: Cells,
    filled_to: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    is_heading: npt.NDArray[np.bool_],
) -> str | None:
    """Where the ``rows`` of a table go on after blank lines, unless those are everywhere."""
    blank = np.cumsum(filled_to == 0)
    gaps = np.diff(blank[rows]) > 0
    after = rows[1:][gaps & ~is_heading[rows[1:]]]
    return raw.at(after[0]) if len(after) and not gaps.all() else None


def _left_out(
    raw: Cells, rows: npt.NDArray[np.int64], first: int, end: int
) -> Iterator[UserWarning]:
    for what, among in (
        ("text before the table", rows[rows < first]),
        ("a comment or a repeated heading", rows[(rows > first) & (rows < end)]),
        ("after the end of the table", rows[rows >= end]),
    ):
        if len(among):
            figures = any(is_figure(text) for row in among[:_SAMPLE] for text in raw.row(row)[1:])
            kind = SpamIndexWarning if figures else SpamIndexNote
            last = f"-{raw.lines[among[-1]]}" if len(among) > 1 else ""
            yield kind(f"{raw.at(among[0])}{last}: left out: {what}")
