"""spamindex chart: what compute printed is read back, and drawn."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING

import click

from spamindex.cli import console
from spamindex.cli import options as opt
from spamindex.cli.command import Command, as_one
from spamindex.cli.formats import COLUMNS, HEADINGS
from spamindex.cli.output import write
from spamindex.errors import ColumnError, Doubt, FileError, Findings, counted

if TYPE_CHECKING:
    import pandas as pd

    from spamindex.charts.axis import ScaleKind
    from spamindex.sources import Source
    from spamindex.tables.rows import Rows

_FORMATS = ("svg", "png", "pdf")
_MOST_PIXELS = 10_000  # each way: a hundred million of them take half a gigabyte

_PRINTED = "give what spamindex compute prints with -f csv, tsv, json, jsonl or github"

*_SHARES, _INDEX = COLUMNS[1:4]
# What github calls the columns, and the bounds by what they are: "95 % low", "Rounding high".
_SHOWN = {HEADINGS[name]: name for name in COLUMNS[:4]}
_BOUND = re.compile(r"(?P<kind>(?!rel).*?)\s*\b(?P<bound>low|high)", re.IGNORECASE)


def _size(text: str) -> tuple[int, int]:
    """WIDTHxHEIGHT in pixels."""
    width, _, height = text.lower().partition("x")
    if not all(side.strip().isdecimal() and len(side) < 7 for side in (width, height)):
        raise ValueError(f"{text!r} is not of the form 800x450")
    if not all(0 < int(side) <= _MOST_PIXELS for side in (width, height)):
        raise ValueError(f"each side has 1 to {_MOST_PIXELS:,} pixels")
    return int(width), int(height)


@click.command(cls=Command)
@opt.file_argument("ranking")
@opt.with_options(
    """
    Output:
      -o --output FILE         Draw a picture into FILE: .svg, .png or .pdf.
      -f --format svg|png|pdf  Kind of picture, whatever the name of FILE is.
      --title TEXT             Title above the chart.
      --source TEXT            Where the figures are from, below the chart.
      --highlight NAME         Draw this one in colour and the others in grey. [repeatable]
      --scale linear|log       Axis of the indexes. Left out, linear from 0 up to an index of 20,
                               else log.
      --size WxH               Width and height of the picture in pixels: 800x450.
    """,
    title=opt.Value(str),
    source=opt.Value(str),
    size=opt.Value(_size),
)
@as_one("said", dict, *opt.MESSAGES)
def chart(
    ranking: str,
    output: str | None,
    format: str | None,  # noqa: A002 - the names of options are those of their variables
    title: str | None,
    source: str | None,
    highlight: tuple[str, ...],
    scale: ScaleKind | None,
    size: tuple[int, int] | None,
    said: dict[str, bool],
) -> None:
    """Draw a ranking that compute printed.

    RANKING is what compute prints with -f csv, tsv, json, jsonl or github. - is standard input.
    Without -o the chart is drawn in the terminal. Over several periods it has a line for each OS;
    other --by columns make a chart for each value.

    \b
    Examples:
      spamindex compute spam.csv share.csv -f csv | spamindex chart -
      spamindex compute spam.csv share.csv --rounding -f csv | spamindex chart - -o index.svg
    """
    kind = format or _kind(output)
    if size and not kind:
        raise click.UsageError("--size is for pictures: name one with -o, such as -o chart.svg")
    title, source = (text and console.shown(text, but="\n") for text in (title, source))
    import shutil

    # These load pandas, so not before the options are known to be right.
    from spamindex import charts
    from spamindex.charts import panels, terminal

    frame, by, findings = read_ranking(console.source(ranking))
    drawn = panels.chart(frame, by, highlight=highlight, scale=scale, title=title, source=source)
    if kind is None:
        width = shutil.get_terminal_size().columns
        picture: str | bytes = terminal.draw(drawn, width)
    else:
        with charts.loading():
            from spamindex.charts.figure import image
        picture, doubts = image(drawn, kind, size)
        findings.doubts += doubts
    console.say_findings([findings], **said)
    write(picture, output)


def _kind(output: str | None) -> str | None:
    """The kind of picture that the name of a file says; None for the terminal."""
    kind = os.path.splitext(output or "")[1].removeprefix(".").lower()
    if output is None or kind in _FORMATS:
        return kind or None
    raise click.UsageError(f"-o {output}: end the name in .svg, .png or .pdf, or give -f svg")


def read_ranking(source: Source) -> tuple[pd.DataFrame, list[str], Findings]:
    """Read a ranking from a file, or an open binary one: its text, and the columns of --by.

    The index of the frame says where each row stands. Raises a SpamIndexError.
    """
    import pandas as pd

    from spamindex.tables import rows

    try:
        read = rows.read(source)
    except FileError as error:
        if not error.settles:
            raise
        raise FileError(*(f"{fault}; {_PRINTED}" for fault in error.faults)) from error
    name, (names, *cells) = read.table.name, _rows(read)
    lines = [read.table.at(line) for line in read.table.cells.index[read.widths > 0]]
    if _INDEX not in names:
        names, kind = _as_for_programs(names)
        if kind:
            names, cells = [*names, "interval"], [[*row, kind] for row in cells]
    if _INDEX not in names:
        raise ColumnError(f"{name}: has no column {_INDEX!r}; {_PRINTED}")
    if twice := [heading for heading, number in Counter(names).items() if number > 1]:
        raise ColumnError(f"{name}: has two columns {twice[0]!r}; {_PRINTED}")
    # The columns are in a fixed order: those of --by, the OS under its name, then the shares.
    before = [heading for heading in names[: names.index(_INDEX)] if heading not in _SHARES]
    if not before:
        raise ColumnError(f"{name}: has no column with names before {_INDEX!r}; {_PRINTED}")
    if not cells:
        raise FileError(f"{lines[0]}: only headings, no ranking under them; {_PRINTED}")
    doubts = [Doubt(doubt.text) for doubt in read.table.findings.doubts]  # of the encoding
    if not read.ends:
        doubts.append(Doubt("the last line has no line end: is it cut off?"))
    return pd.DataFrame(cells, lines[1:], names), before[:-1], Findings(name, doubts=doubts)


def _rows(read: Rows) -> list[list[str]]:
    """The rows of a file that has a ranking: all as wide as its header."""
    used = read.widths > 0
    cells, widths = read.table.cells[used], read.widths[used].tolist()
    if cells.empty:
        raise FileError(f"{read.table.name}: is empty; {_PRINTED}")
    for line, width in zip(cells.index, widths, strict=True):
        if width != widths[0]:  # compute leaves nothing out
            told = f"{counted(width, 'cell')} under {counted(widths[0], 'heading')}"
            raise FileError(f"{read.table.at(line)}: has {told}: is it cut off? {_PRINTED}")
    rows: list[list[str]] = cells.iloc[:, : widths[0]].to_numpy().tolist()
    return rows


def _as_for_programs(header: list[str]) -> tuple[list[str], str]:
    """The names that programs get for people's headings, and what low and high are."""
    names = [_SHOWN.get(heading, heading) for heading in header]
    kind = ""
    for i in range(names.index(_INDEX) if _INDEX in names else len(names), len(names)):
        if bound := _BOUND.fullmatch(names[i]):
            kind = kind or bound["kind"].replace(" %", "%").replace("Rounding", "rounding")
            names[i] = bound["bound"].casefold()
    return names, kind
