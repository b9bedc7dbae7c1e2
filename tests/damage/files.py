"""Tables damaged in one way or two, and put through the command."""

from __future__ import annotations

import io
import itertools
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from random import Random

from spamindex.cli import main as cli
from tests.damage import in_bytes, in_cells, in_figures, in_lines
from tests.damage.in_cells import Damage
from tests.damage.sheets import ORIGINALS, Original

# In the order in which two of them are done to one table.
TO_SHEETS: dict[str, Damage] = {
    "counts for shares": in_figures.counts_for_shares,
    "fractions for percent": in_figures.fractions_for_percent,
    "one figure in another unit": in_figures.a_fraction,
    "changed case": in_cells.letter_case,
    "case of headings": in_cells.case_of_headings,
    "synonyms": in_cells.synonyms,
    "other headings": in_cells.other_headings,
    "extra column": in_cells.extra_column,
    "swapped columns": in_cells.swapped_columns,
    "reordered rows": in_cells.reordered_rows,
    "total": in_lines.total,
    "decimal commas": in_figures.decimal_commas,
    "thousands marks": in_figures.thousands_marks,
    "percent signs": in_figures.percent_signs,
    "one percent sign": in_figures.a_percent_sign,
    "duplicated row": in_cells.duplicated_row,
    "repeated header": in_cells.repeated_header,
    "repeated header, changed": in_cells.repeated_header_changed,
    "missing figure": in_figures.missing_figure,
    "missing name": in_cells.missing_name,
    "missing field": in_cells.missing_field,
    "extra field": in_cells.extra_field,
    "shifted row": in_cells.shifted_row,
    "no headings": in_cells.no_headings,
    "blanks around cells": in_cells.blanks,
    "blanks in names": in_cells.blanks_in_names,
    "trailing delimiters": in_lines.trailing_delimiters,
    "second table": in_lines.second_table,
    "footer": in_lines.footer,
    "preamble": in_lines.preamble,
    "comment lines": in_lines.comments,
    "blank lines": in_lines.blank_lines,
    "byte-order mark within": in_lines.mark_within,
    "unquoted delimiters": in_lines.unquoted,
    "delimiter": in_lines.delimiter,
    "quoting": in_lines.quoted,
    "line ends": in_lines.line_ends,
    "no line end at the end": in_lines.no_last_line_end,
    "byte-order mark": in_lines.byte_order_mark,
    "encoding": in_lines.encoding,
}
TO_BYTES: dict[str, Callable[[bytes, Random], bytes]] = {
    "stray quotation mark": in_bytes.stray_quote,
    "lost line end": in_bytes.lost_line_end,
    "broken line": in_bytes.broken_line,
    "truncation": in_bytes.truncated,
    "zero bytes": in_bytes.zeros,
    "flipped bit": in_bytes.flipped,
    "replaced byte": in_bytes.replaced,
}
KINDS = [*TO_SHEETS, *TO_BYTES]


@dataclass(frozen=True)
class Damaged:
    """A file that was damaged in one or two ways, and what its names were."""

    original: Original
    kinds: tuple[str, ...]
    data: bytes
    spelled: dict[str, str]


@dataclass(frozen=True)
class Result:
    """What the command made of a file."""

    code: int
    stdout: str
    stderr: str


def damaged(original: Original, kinds: tuple[str, ...], seed: int) -> Damaged | None:
    """A file damaged in these ways, in the order of ``KINDS``; None where one has no place."""
    random = Random(f"{original.name} {kinds} {seed}")
    sheet = original.sheet
    for kind in kinds:
        if kind in TO_SHEETS:
            new = TO_SHEETS[kind](sheet, random)
            if new is None or new == sheet:
                return None
            sheet = new
    try:
        data = sheet.written()
    except UnicodeEncodeError:
        return None
    for kind in kinds:
        if kind in TO_BYTES:
            data = TO_BYTES[kind](data, random)
    return Damaged(original, kinds, data, sheet.spelled)


def singles(seeds: range) -> Iterator[Damaged]:
    """Each table damaged in each way, so many times."""
    for kind, original, seed in itertools.product(KINDS, ORIGINALS, seeds):
        if one := damaged(original, (kind,), seed):
            yield one


def pairs(seeds: range) -> Iterator[Damaged]:
    """A table damaged in two ways, each pair so many times, each time another table."""
    for i, kinds in enumerate(itertools.combinations(KINDS, 2)):
        for seed in seeds:
            for turn in range(len(ORIGINALS)):  # until one has a place for both
                one = damaged(ORIGINALS[(i + seed + turn) % len(ORIGINALS)], kinds, seed)
                if one:
                    yield one
                    break


@contextmanager
def commands() -> Iterator[Callable[[Damaged], Result]]:
    """Run the command on damaged files, one after the other, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        others: dict[str, str] = {}
        for original in ORIGINALS:
            others[original.name] = str(Path(folder, f"{len(others)}.csv"))
            Path(others[original.name]).write_text(original.other)
        stdin = sys.stdin

        def run(one: Damaged) -> Result:
            stream = io.BytesIO(one.data)
            stream.name = "<stdin>"
            sys.stdin = io.TextIOWrapper(stream)
            tables = ["-", others[one.original.name]]
            if one.original.role == "market":
                tables.reverse()
            out, err = io.TextIOWrapper(io.BytesIO(), write_through=True), io.StringIO()
            with redirect_stdout(out), redirect_stderr(err):
                code = cli.run(["compute", *tables, *one.original.options, "-f", "csv"])
            return Result(code, out.buffer.getvalue().decode(), err.getvalue())

        try:
            yield run
        finally:
            sys.stdin = stdin
