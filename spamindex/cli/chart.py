"""spamindex chart: a ranking that compute printed, drawn."""

from __future__ import annotations

import os
import shutil

import click

from spamindex.cli.console import source, warnings_said
from spamindex.cli.options import Command, output_option
from spamindex.cli.output import write
from spamindex.names import visible

_FORMATS = ("svg", "png", "pdf")


@click.command(cls=Command)
@click.argument("ranking")
@output_option(
    "-o",
    "--output",
    metavar="FILE",
    help="Draw a figure into FILE: .svg, .png or .pdf.",
)
@output_option(
    "-f",
    "--format",
    type=click.Choice(_FORMATS),
    help="Kind of figure, where the name of FILE does not say it.",
)
@output_option("--title", metavar="TEXT", help="What stands above it.")
def chart(
    ranking: str,
    output: str | None,
    format: str | None,  # noqa: A002 - the names of options are those of their variables
    title: str | None,
) -> None:
    """Draw a ranking that compute printed.

    RANKING is what compute prints with -f csv, tsv, json or jsonl. - is standard input. Without
    -o the chart is drawn in the terminal. Over several periods it has a line for each OS; other
    --by columns make a chart for each value.

    \b
    Examples:
      spamindex compute spam.csv share.csv -f csv | spamindex chart -
      spamindex compute spam.csv share.csv --rounding -f csv | spamindex chart - -o index.svg
    """
    kind = _kind(output, format)
    title = title and visible(title, but="\n")
    # These load pandas, so not before the options are known to be right.
    from spamindex.charts import figure as picture
    from spamindex.charts import terminal
    from spamindex.charts.panels import chart as charted
    from spamindex.cli.rankings import read_ranking

    with warnings_said():
        read = read_ranking(source(ranking))
        drawn = charted(read.table, read.by)
        if kind is None:
            write(terminal.draw(drawn, shutil.get_terminal_size().columns, title))
        else:
            write(picture.draw(drawn, kind, title), output)


def _kind(output: str | None, asked: str | None) -> str | None:
    """The kind of figure that is asked for, by the name of a file too; None for the terminal."""
    kind = os.path.splitext(output or "")[1].removeprefix(".").lower()
    if kind not in _FORMATS:
        if output is not None and asked is None:
            raise click.UsageError(
                f"{output!r} ends in none of .svg, .png and .pdf: say which with --format."
            )
        return asked
    if asked not in (None, kind):
        raise click.UsageError(f"{output!r} is a name for {kind}, but --format says {asked}.")
    return kind
