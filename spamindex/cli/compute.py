"""spamindex compute: two tables in, the ranking out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from spamindex.cli.console import findings, say, say_if_named_otherwise, source
from spamindex.cli.formats import COLUMNS, FOR_PEOPLE, FORMATS, render
from spamindex.cli.options import (
    UNITS,
    Command,
    Equation,
    check_option,
    column_name,
    input_option,
    not_nan,
    one_character,
    output_option,
    question_option,
    text_encoding,
    whole_text,
)
from spamindex.cli.output import write
from spamindex.errors import listed

if TYPE_CHECKING:
    import pandas as pd

EXIT_ABOVE = 3


@click.command(cls=Command)
@click.argument("spam")
@click.argument("share")
@input_option(
    "--key",
    metavar="COLUMN",
    callback=column_name,
    help="Column that holds the OS, in the files that have it.",
)
@input_option("--spam-column", metavar="COLUMN", help="Column of SPAM that holds the spam shares.")
@input_option(
    "--share-column", metavar="COLUMN", help="Column of SHARE that holds the market shares."
)
@input_option("--spam-unit", type=UNITS, help="Unit of the spam shares.")
@input_option("--share-unit", type=UNITS, help="Unit of the market shares.")
@input_option(
    "--by",
    multiple=True,
    metavar="COLUMN",
    callback=column_name,
    help="One ranking for each value of it: period, country.  [repeatable]",
)
@input_option("--period", metavar="PERIOD", help="Only this period (2010-03, 2010), or all.")
@input_option(
    "--where",
    multiple=True,
    type=Equation(),
    metavar="COLUMN=VALUE",
    help="Only rows with this value.  [repeatable]",
)
@input_option(
    "--family/--no-family",
    show_default=True,
    help="Add up versions, or not: Windows 7 and 10 are Windows.",
)
@input_option("--names", metavar="FILE", help="CSV of name,canonical: more synonyms.")
@input_option(
    "--delimiter",
    metavar="CHAR",
    callback=one_character,
    help="What parts the columns of both files: one character, or tab.",
)
@input_option("--encoding", metavar="NAME", callback=text_encoding, help="Encoding of both files.")
@input_option("--decimal", type=click.Choice([".", ","]), help="Decimal mark of both files.")
@question_option(
    "--baseline",
    metavar="OS",
    callback=whole_text,
    help="Compare each index with this OS's. The break-even is the percent of an OS's spam that "
    "would have to be the baseline's for both indexes to be equal.",
)
@question_option(
    "--reattribute",
    multiple=True,
    type=(str, str, click.FloatRange(0, 100)),
    metavar="FROM TO PERCENT",
    callback=whole_text,
    help="What if that percent of FROM's spam were TO's?  [repeatable]",
)
@question_option(
    "--confidence",
    type=click.FloatRange(1, 100, max_open=True),
    metavar="LEVEL",
    callback=not_nan,
    help="Add low and high: where chance leaves the index, at LEVEL percent (95), by the counts.",
)
@question_option(
    "--spam-total",
    type=click.IntRange(1, 10**15),
    metavar="N",
    help="Messages behind the spam shares (of each ranking), where SPAM has no counts.",
)
@question_option(
    "--share-total",
    type=click.IntRange(1, 10**15),
    metavar="M",
    help="Visits behind the market shares (of each ranking), where SHARE has no counts.",
)
@question_option(
    "--simultaneous",
    is_flag=True,
    help="Intervals that hold together for all rows of a ranking (Bonferroni).",
)
@question_option(
    "--rounding",
    is_flag=True,
    help="Add low and high: where the printed digits of the shares leave the index.",
)
@output_option(
    "-f",
    "--format",
    type=click.Choice(list(FORMATS)),
    default="simple",
    show_default=True,
    metavar="FORMAT",
    help="csv, tsv, json, jsonl, or a table: simple, plain, github, html, latex, ...",
)
@output_option(
    "-p",
    "--precision",
    type=click.IntRange(0, 15),
    metavar="N",
    help="Decimals; 2 in tables for people, else as many as there are.",
)
@output_option("--no-header", is_flag=True, help="Leave out the headings.")
@output_option(
    "--top", type=click.IntRange(min=1), metavar="N", help="Only the first N rows of each ranking."
)
@output_option("-o", "--output", metavar="FILE", help="Write to FILE, once all is well.")
@check_option("--strict", is_flag=True, help="Take every warning about the data as an error.")
@check_option(
    "--fail-above",
    type=click.FloatRange(min=0),
    metavar="X",
    callback=not_nan,
    help="Exit with 3 if a spam index is above X.",
)
@click.pass_context
def compute(
    ctx: click.Context,
    /,
    spam: str,
    share: str,
    names: str | None,
    strict: bool,
    format: str,  # noqa: A002 - the names of options are those of their variables
    precision: int | None,
    no_header: bool,
    top: int | None,
    output: str | None,
    fail_above: float | None,
    key: str | None,
    by: tuple[str, ...],
    where: tuple[tuple[str, str], ...],
    reattribute: tuple[tuple[str, str, float], ...],
    **rest: Any,
) -> None:
    """Rank operating systems by spam share divided by market share.

    SPAM and SHARE are tables of spam shares and of market shares by operating system, in delimited
    text: as percents, fractions or counts. - is standard input. An OS in only one of them is left
    out, and named.

    \b
    Examples:
      spamindex compute data/spam.csv data/share.csv
      zcat spam.gz | spamindex compute - share.csv -f tsv --top 1 | cut -f1,4
    """
    if (spam, share, names).count("-") > 1:
        raise click.UsageError("Standard input (-) can be read only once.")
    if no_header and format in ("json", "jsonl"):
        raise click.UsageError(f"--no-header is for tables; {format} has no header.")
    if key in by:
        raise click.UsageError(f"{key!r} can't be both --key and --by.")
    if len(dict(where)) < len(where):
        raise click.UsageError("--where takes one value of a column.")
    _check_certainty(**{name: rest[name] for name in _CERTAINTY})
    with findings(strict=strict):
        ranking = _ranking(spam, share, names, by, reattribute, key=key, where=dict(where), **rest)
    shown = ranking[[*by, *(column for column in COLUMNS if column in ranking)]]
    shown = shown.rename(columns={"os": key or "os"})
    if top is not None:
        shown = shown.groupby(list(by), sort=False).head(top) if by else shown.head(top)
    moved = [f"{percent:g} % of {giver}'s spam were {to}'s" for giver, to, percent in reattribute]
    title = f"What if {' and then '.join(moved)}?" if moved else None
    if title and format not in FOR_PEOPLE:
        say(f"note: {title}")
    write(render(shown, format, precision=precision, header=not no_header, title=title), output)
    say_if_named_otherwise(output, format)
    if fail_above is not None and (above := _above(ranking, fail_above, by)):
        say(f"above {fail_above:g}: {listed(above)}")
        ctx.exit(EXIT_ABOVE)


_CERTAINTY = ("confidence", "spam_total", "share_total", "simultaneous", "rounding")


def _check_certainty(
    confidence: float | None,
    spam_total: int | None,
    share_total: int | None,
    simultaneous: bool,
    rounding: bool,
) -> None:
    """Refuse options that would be taken and change nothing."""
    if confidence is not None and rounding:
        raise click.UsageError("--confidence and --rounding both say what low and high are.")
    for option, given in (
        ("--spam-total", spam_total is not None),
        ("--share-total", share_total is not None),
        ("--simultaneous", simultaneous),
    ):
        if given and confidence is None:
            raise click.UsageError(f"{option} is for --confidence, which is not given.")


def _ranking(
    spam: str,
    share: str,
    names: str | None,
    by: Sequence[str],
    moves: Sequence[tuple[str, str, float]],
    *,
    baseline: str | None,
    confidence: float | None,
    simultaneous: bool,
    rounding: bool,
    **reading: Any,
) -> pd.DataFrame:
    # These load pandas, so not before the options are known to be right.
    from spamindex.names import BUILT_IN
    from spamindex.ranking.index import spam_index
    from spamindex.ranking.intervals import rounding_ranges, sampling_intervals
    from spamindex.ranking.relative import reattribute, relative_index
    from spamindex.tables.both import read_both
    from spamindex.tables.synonyms import read_names

    written = {name: reading[name] for name in ("delimiter", "encoding")}
    known = BUILT_IN if names is None else read_names(source(names), **written)
    spam_shares, market_shares = read_both(
        source(spam),
        source(share),
        names=known,
        by=by,
        counts=confidence is not None,
        rounding=rounding,
        **reading,
    )
    spam_shares = reattribute(spam_shares, moves, market=market_shares, by=by, names=known)
    ranking = spam_index(spam_shares, market_shares, by=by, names=known)
    if baseline is not None:
        ranking = relative_index(ranking, baseline, by=by, names=known)
    if confidence is not None:
        ranking = sampling_intervals(
            ranking, confidence, simultaneous=simultaneous, baseline=baseline, by=by, names=known
        )
    return rounding_ranges(ranking) if rounding else ranking


def _above(ranking: pd.DataFrame, most: float, by: Sequence[str]) -> list[str]:
    """The systems with an index above the most, with their indexes and rankings."""
    # Spam from no machines at all is above any number, though there is no index to say it.
    beyond = ranking["spam_index"].isna() & (ranking["spam_share"] > 0)
    above = ranking[(ranking["spam_index"] > most) | beyond]
    rankings = above[list(by)].itertuples(index=False) if by else [()] * len(above)
    return [
        f"{os} ({', '.join([_times(index), *ranked_by])})"
        for os, index, ranked_by in zip(above["os"], above["spam_index"], rankings, strict=True)
    ]


def _times(index: float) -> str:
    return "no market share" if math.isnan(index) else f"{index:.4g}"
