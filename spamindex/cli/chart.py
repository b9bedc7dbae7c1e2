"""spamindex chart: a ranking that compute printed in, a picture or a chart as text out."""

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
_MAX_PIXELS = 10_000  # per side: a picture of that size takes half a gigabyte of memory

_WHAT_TO_GIVE = "give what spamindex compute prints with -f csv, tsv, json, jsonl or github"
_INDEX, _SHARES = "spam_index", ("spam_share", "market_share")
# The headings of github, such as "Spam %", and of the bounds: "95 % low", "Rounding high".
_COLUMN_OF_HEADING = {HEADINGS[name]: name for name in COLUMNS[:4]}
_BOUND_HEADING = re.compile(r"(?P<interval>(?!rel).*?)\s*\b(?P<bound>low|high)", re.IGNORECASE)


def _parse_size(text: str) -> tuple[int, int]:
    """``WIDTHxHEIGHT`` in pixels."""
    match = re.fullmatch(r" *(\d{1,6}) *x *(\d{1,6}) *", text.lower(), re.ASCII)
    if not match:
        raise ValueError(f"{text!r} is not of the form 800x450")
    width, height = int(match[1]), int(match[2])
    if not (0 < width <= _MAX_PIXELS and 0 < height <= _MAX_PIXELS):
        raise ValueError(f"each side has 1 to {_MAX_PIXELS:,} pixels")
    return width, height


_OUTPUT = [
    Option("-o --output FILE", "Draw a picture into FILE: .svg, .png or .pdf."),
    Option("-f --format svg|png|pdf", "Kind of picture, whatever the name of FILE is."),
    Option("--title TEXT", "Title above the chart.", Value(str)),
    Option("--source TEXT", "Where the figures are from, below the chart.", Value(str)),
    Option("--highlight NAME ...", "Draw this one in colour and the others in grey."),
    Option("--scale linear|log", "Axis of the indexes. Left out, linear from 0 up to an index of "
           "20, else log."),
    Option("--size WxH", "Width and height of the picture in pixels: 800x450.", Value(_parse_size)),
]  # fmt: skip


@click.command(cls=Command, sections={"Output": _OUTPUT, "Messages and exit code": opt.MESSAGES})
@click.argument("ranking", type=FILE)
def chart(
    ranking: str,
    output: str | None,
    format: str | None,  # noqa: A002 - click passes options by their names
    title: str | None,
    source: str | None,
    highlight: tuple[str, ...],
    scale: ScaleKind | None,
    size: tuple[int, int] | None,
    **verbosity: bool,
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
    picture_format = format or _format_of(output)
    if size and not picture_format:
        raise click.UsageError("--size is for pictures: name one with -o, such as -o chart.svg")
    title, source = (text and console.printable(text, but="\n") for text in (title, source))
    import shutil

    # These load pandas, so they are imported only when the options are valid.
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
        faults = (f"{findings.name}: {fault}; {_WHAT_TO_GIVE}" for fault in error.faults)
        raise ColumnError(*faults) from error
    if picture_format is None:
        picture: str | bytes = terminal.draw(drawn, shutil.get_terminal_size().columns)
    else:
        with charts.loading_matplotlib():
            from spamindex.charts.figure import draw_image
        picture, doubts = draw_image(drawn, picture_format, size)
        findings.doubts += doubts
    console.say_findings([findings], **verbosity)
    console.write(picture, output)


def _format_of(path: str | None) -> str | None:
    """The picture format of a file by its name; None for the terminal."""
    ending = os.path.splitext(path or "")[1].removeprefix(".").lower()
    if path is None or ending in _FORMATS:
        return ending or None
    raise click.UsageError(f"-o {path}: end the name in .svg, .png or .pdf, or give -f svg")


def read_ranking(source: Source) -> tuple[pd.DataFrame, list[str], Findings]:
    """Read a ranking from a path or a binary stream: its cells as text, and its --by columns.

    The frame's index says where each row is (``file:line``). Raises a SpamIndexError.
    """
    import pandas as pd

    from spamindex.tables import rows

    try:
        content = rows.read(source)
    except FileError as error:
        if not error.settles:
            raise
        raise FileError(*(f"{fault}; {_WHAT_TO_GIVE}" for fault in error.faults)) from error
    is_filled, table = content.widths > 0, content.table
    widths = content.widths[is_filled].tolist()
    locations = [table.at(line) for line in table.cells.index[is_filled]]
    if not locations:
        raise FileError(f"{table.name}: is empty; {_WHAT_TO_GIVE}")
    for location, width in zip(locations, widths, strict=True):
        if width != widths[0]:  # in what compute prints, all rows have all cells
            cells = f"{counted(width, 'cell')} under {counted(widths[0], 'heading')}"
            raise FileError(f"{location}: has {cells}: is it cut off? {_WHAT_TO_GIVE}")
    header, *body = table.cells[is_filled].iloc[:, : widths[0]].to_numpy().tolist()
    if not body:
        raise FileError(f"{locations[0]}: only headings, no ranking under them; {_WHAT_TO_GIVE}")
    if _INDEX not in header:
        header, interval = _parse_headings(header)
        if interval:
            header, body = [*header, "interval"], [[*row, interval] for row in body]
    # The order is fixed: the columns of --by, the OS under any heading, then the figures.
    before = list(itertools.takewhile(lambda name: name not in (*_SHARES, _INDEX), header))
    doubts = [Doubt(doubt.text) for doubt in table.findings.doubts]  # about the encoding
    if not content.ends:
        doubts.append(Doubt("the last line has no line end: is it cut off?"))
    frame = pd.DataFrame(body, locations[1:], header)
    return frame, before[:-1], Findings(table.name, doubts=doubts)


def _parse_headings(headings: list[str]) -> tuple[list[str], str]:
    """The column names for the headings of a table for reading, and what low and high are."""
    names = [_COLUMN_OF_HEADING.get(heading, heading) for heading in headings]
    interval = ""
    start = names.index(_INDEX) if _INDEX in names else len(names)
    for i, name in enumerate(names[start:], start):
        if match := _BOUND_HEADING.fullmatch(name):
            interval = interval or match["interval"].replace(" %", "%").replace(
                "Rounding", "rounding"
            )
            names[i] = match["bound"].casefold()
    return names, interval
