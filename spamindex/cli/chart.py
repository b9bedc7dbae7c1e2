"""spamindex chart: what compute printed is read back, and drawn."""

from __future__ import annotations

import itertools
import os
import re
from typing import TYPE_CHECKING

import click

from spamindex.cli import console
from spamindex.cli import options as opt
from spamindex.cli.command import FILE, Command, Option, Value
from spamindex.cli.formats import COLUMNS, HEADINGS
from spamindex.errors import ColumnError, Doubt, FileError, Findings, counted

if TYPE_CHECKING:
    import pandas as pd

    from spamindex.charts.axis import ScaleKind
    from spamindex.sources import Source

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


_OUTPUT = [
    Option("-o --output FILE", "Draw a picture into FILE: .svg, .png or .pdf."),
    Option("-f --format svg|png|pdf", "Kind of picture, whatever the name of FILE is."),
    Option("--title TEXT", "Title above the chart.", Value(str)),
    Option("--source TEXT", "Where the figures are from, below the chart.", Value(str)),
    Option("--highlight NAME ...", "Draw this one in colour and the others in grey."),
    Option("--scale linear|log", "Axis of the indexes. Left out, linear from 0 up to an index of "
           "20, else log."),
    Option("--size WxH", "Width and height of the picture in pixels: 800x450.", Value(_size)),
]  # fmt: skip


@click.command(cls=Command, sections={"Output": _OUTPUT, "Messages and exit code": opt.MESSAGES})
@click.argument("ranking", type=FILE)
def chart(
    ranking: str,
    output: str | None,
    format: str | None,  # noqa: A002 - the names of options are those of their variables
    title: str | None,
    source: str | None,
    highlight: tuple[str, ...],
    scale: ScaleKind | None,
    size: tuple[int, int] | None,
    **said: bool,
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
    try:
        drawn = panels.make_chart(
            frame, by, highlight=highlight, scale=scale, title=title, source=source
        )
    except ColumnError as error:
        if error.settles:
            raise
        faults = (f"{findings.name}: {fault}; {_PRINTED}" for fault in error.faults)
        raise ColumnError(*faults) from error
    if kind is None:
        width = shutil.get_terminal_size().columns
        picture: str | bytes = terminal.draw(drawn, width)
    else:
        with charts.loading_matplotlib():
            from spamindex.charts.figure import draw_image
        picture, doubts = draw_image(drawn, kind, size)
        findings.doubts += doubts
    console.say_findings([findings], **said)
    console.write(picture, output)


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
    used, table = read.widths > 0, read.table
    widths, lines = read.widths[used], [table.at(line) for line in table.cells.index[used]]
    if not lines:
        raise FileError(f"{table.name}: is empty; {_PRINTED}")
    for where, width in zip(lines, widths.tolist(), strict=True):
        if width != widths[0]:  # compute leaves nothing out
            told = f"{counted(width, 'cell')} under {counted(int(widths[0]), 'heading')}"
            raise FileError(f"{where}: has {told}: is it cut off? {_PRINTED}")
    names, *cells = table.cells[used].iloc[:, : widths[0]].to_numpy().tolist()
    if not cells:
        raise FileError(f"{lines[0]}: only headings, no ranking under them; {_PRINTED}")
    if _INDEX not in names:
        names, kind = _as_for_programs(names)
        if kind:
            names, cells = [*names, "interval"], [[*row, kind] for row in cells]
    # The columns are in a fixed order: those of --by, the OS under its name, then the shares.
    before = list(itertools.takewhile(lambda name: name not in (*_SHARES, _INDEX), names))
    doubts = [Doubt(doubt.text) for doubt in table.findings.doubts]  # of the encoding
    if not read.ends:
        doubts.append(Doubt("the last line has no line end: is it cut off?"))
    return pd.DataFrame(cells, lines[1:], names), before[:-1], Findings(table.name, doubts=doubts)


def _as_for_programs(header: list[str]) -> tuple[list[str], str]:
    """The names that programs get for people's headings, and what low and high are."""
    names = [_SHOWN.get(heading, heading) for heading in header]
    kind = ""
    for i in range(names.index(_INDEX) if _INDEX in names else len(names), len(names)):
        if bound := _BOUND.fullmatch(names[i]):
            kind = kind or bound["kind"].replace(" %", "%").replace("Rounding", "rounding")
            names[i] = bound["bound"].casefold()
    return names, kind
