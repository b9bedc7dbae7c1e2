"""spamindex chart: a ranking that compute printed, drawn."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from spamindex.cli import console
from spamindex.cli.options import MESSAGES, Command, as_one, file_argument, output_option
from spamindex.cli.output import write
from spamindex.cli.values import FILE, TEXT, Value, choice

if TYPE_CHECKING:
    from spamindex.charts.axis import ScaleKind

_FORMATS = ("svg", "png", "pdf")
_MOST_PIXELS = 10_000  # each way: a hundred million of them take half a gigabyte


def _size(text: str) -> tuple[int, int]:
    """WIDTHxHEIGHT in pixels."""
    width, _, height = text.lower().partition("x")
    if not all(side.strip().isdecimal() and len(side) < 7 for side in (width, height)):
        raise ValueError(f"{text!r} is not of the form 800x450")
    if not all(0 < int(side) <= _MOST_PIXELS for side in (width, height)):
        raise ValueError(f"each side has 1 to {_MOST_PIXELS:,} pixels")
    return int(width), int(height)


@click.command(cls=Command)
@file_argument("ranking")
@output_option("-o --output FILE", FILE, "Draw a picture into FILE: .svg, .png or .pdf.")
@output_option(
    "-f --format svg|png|pdf", choice(_FORMATS), "Kind of picture, whatever the name of FILE is."
)
@output_option("--title TEXT", Value(str), "Title above the chart.")
@output_option("--source TEXT", Value(str), "Where the figures are from, below the chart.")
@output_option(
    "--highlight NAME", TEXT, "Draw this one in colour and the others in grey.", multiple=True
)
@output_option(
    "--scale linear|log",
    choice(["linear", "log"]),
    "Axis of the indexes. Left out, linear from 0 up to an index of 20, else log.",
)
@output_option("--size WxH", Value(_size), "Width and height of the picture in pixels: 800x450.")
@as_one("said", dict, *MESSAGES)
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
    from spamindex.cli.rankings import read_ranking

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
