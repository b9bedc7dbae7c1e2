"""spamindex compute: two tables in, the ranking out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from spamindex.cli.console import names_of, say, source
from spamindex.cli.formats import COLUMNS, heading_of
from spamindex.cli.options import (
    Command,
    as_one,
    check_columns,
    check_stdin,
    file_argument,
    input_option,
    message_option,
    os_column,
    output_option,
    output_options,
    question_option,
    table_options,
    unit_option,
)
from spamindex.cli.output import Output
from spamindex.cli.remedies import spelling
from spamindex.cli.values import Column, Number, Text, Whole, chosen
from spamindex.errors import SpamIndexError, listed

if TYPE_CHECKING:
    import pandas as pd

    from spamindex.tables.options import TableOptions
    from spamindex.tables.shares import Reading

EXIT_ABOVE = 3
_INFINITE = float("inf")


@dataclass(frozen=True)
class Questions:
    """What is asked of a ranking beyond the indexes."""

    baseline: str | None
    reattribute: tuple[tuple[str, str, float], ...]
    confidence: float | None
    spam_total: int | None
    share_total: int | None
    simultaneous: bool
    rounding: bool
    design_effect: float | None
    lump: bool

    def __post_init__(self) -> None:
        """Refuse options that would be taken and change nothing."""
        if self.confidence is not None and self.rounding:
            raise click.UsageError("choose --confidence or --rounding, not both")
        for option in ("spam_total", "share_total", "simultaneous", "design_effect"):
            if getattr(self, option) and self.confidence is None:
                raise click.UsageError(f"--{option.replace('_', '-')} needs --confidence")

    @property
    def interval(self) -> str | None:
        """What low and high are; None where they are not asked for."""
        if self.confidence is None:
            return "rounding" if self.rounding else None
        return f"{self.confidence:g}%" + (" simultaneous" if self.simultaneous else "")

    @property
    def columns(self) -> list[str]:
        """The columns of the result beside those of --by and the OS, in their order."""
        asked = {
            "spam_share": True,
            "market_share": True,
            "spam_index": True,
            **dict.fromkeys(("low", "high", "interval"), self.interval is not None),
            **dict.fromkeys(("relative", "break_even"), self.baseline is not None),
            **dict.fromkeys(
                ("relative_low", "relative_high"),
                self.baseline is not None and self.confidence is not None,
            ),
        }
        return [name for name in COLUMNS if asked.get(name)]

    @property
    def title(self) -> str | None:
        """What stands above a ranking in which spam was moved."""
        if not self.reattribute:
            return None
        moved = [f"{percent:g} % of {giver}'s spam were {to}'s"
                 for giver, to, percent in self.reattribute]  # fmt: skip
        return f"What if {' and then '.join(moved)}?"


_NEEDS = {
    **dict.fromkeys(("low", "high", "interval"), "--confidence or --rounding"),
    **dict.fromkeys(("relative", "break_even"), "--baseline"),
    **dict.fromkeys(("relative_low", "relative_high"), "--baseline and --confidence"),
}


@click.command(cls=Command)
@file_argument("spam")
@file_argument("share")
@table_options(
    input_option(
        "--spam-column",
        type=Column("spam"),
        metavar="COLUMN",
        help="Column of SPAM with the spam shares.",
    ),
    input_option(
        "--share-column",
        type=Column("share"),
        metavar="COLUMN",
        help="Column of SHARE with the market shares.",
    ),
    unit_option("--spam-unit"),
    unit_option("--share-unit"),
    several=True,
)
@as_one(
    "asked",
    Questions,
    input_option(
        "--lump",
        is_flag=True,
        help="Add what only one table names to Other, in both.",
    ),
    question_option(
        "--baseline",
        type=Text(),
        metavar="OS",
        help="Compare each index with this OS's: relative is how many times as high it is, "
        "break_even the percent of its spam that would have to be the baseline's for both to be "
        "equal.",
    ),
    question_option(
        "--reattribute",
        multiple=True,
        type=(Text(), Text(), Number(0, 100, percent=True)),
        metavar="FROM TO PERCENT",
        example="Linux Windows 40",
        help="What if that percent of FROM's spam were TO's?  [repeatable]",
    ),
    question_option(
        "--confidence",
        type=Number(1, 100, percent=True, below=True),
        metavar="LEVEL",
        help="Add low and high, where chance leaves the index at LEVEL percent (95), from the "
        "counts behind the shares.",
    ),
    question_option(
        "--spam-total",
        type=Whole(1),
        metavar="N",
        help="Messages behind the spam shares (of each ranking), where SPAM has no counts.",
    ),
    question_option(
        "--share-total",
        type=Whole(1),
        metavar="M",
        help="Visits behind the market shares (of each ranking), where SHARE has no counts.",
    ),
    question_option(
        "--simultaneous",
        is_flag=True,
        help="Intervals that hold for all rows of a ranking at once (Bonferroni).",
    ),
    question_option(
        "--design-effect",
        type=Number(0, 10**9),
        metavar="D",
        help="How many times the variance of the spam shares is that of independent messages, "
        "where SPAM has no design_effect.",
    ),
    question_option(
        "--rounding",
        is_flag=True,
        help="Add low and high, where the rounding of the printed shares leaves the index.",
    ),
)
@output_option(
    "-n", "--top", type=Whole(1), metavar="N", help="Only the first N rows of each ranking."
)
@output_options("simple")
@message_option(
    "--fail-above",
    type=Number(0, _INFINITE),
    metavar="X",
    help="Exit with 3 if a spam index is above X.",
)
@click.pass_context
def compute(
    ctx: click.Context,
    /,
    spam: str,
    share: str,
    table: dict[str, Any],
    asked: Questions,
    top: int | None,
    out: Output,
    fail_above: float | None,
) -> None:
    """Rank operating systems by spam share divided by market share.

    SPAM and SHARE are tables of spam shares and of market shares by operating system, or of counts.
    - is standard input. An OS in only one of them is left out, and named.

    \b
    Examples:
      spamindex compute data/spam.csv data/share.csv
      zcat spam.gz | spamindex compute - share.csv -f tsv --top 1 | cut -f1,4
    """
    check_stdin(spam, share, table["names"])
    check_columns(table, COLUMNS)
    by = [part.name for part in table["by"]]
    names: dict[Any, str] = {**dict(enumerate(by)), "os": os_column(table)}
    columns = chosen(out.columns, [*names.values(), *asked.columns], _NEEDS)
    options = _options(table, asked, out)
    from spamindex.tables.both import read_pair

    readings = read_pair(source(spam), source(share), *options)
    findings = [reading.findings for reading in readings]
    try:
        ranking = _ranking(*readings, by, asked)
    except SpamIndexError:
        # What was found in the tables may explain it.
        replace(out, strict=False).say(findings, spelling(ctx))
        raise
    out.say(findings, spelling(ctx))
    shown = ranking if top is None else _first(ranking, top, len(by))
    shown = shown.rename(columns=names)[columns]
    headings = {names["os"]: heading_of(readings[0].heading)}
    if asked.interval is not None:
        said = asked.interval.replace("%", " %")
        headings |= {"low": f"{said} low".capitalize(), "high": f"{said} high".capitalize()}
        if out.for_people and out.columns is None:
            shown = shown.drop(columns="interval")
    if asked.title and not out.for_people:
        out.note(asked.title)
    out.write(shown, title=asked.title, headings=headings)
    if fail_above is not None and (above := _above(ranking, fail_above, len(by))):
        say(f"above {fail_above:g}: {listed(above)}")
        ctx.exit(EXIT_ABOVE)


def _options(
    table: dict[str, Any], asked: Questions, out: Output
) -> tuple[TableOptions, TableOptions]:
    """How SPAM and SHARE are to be read."""
    # This may load pandas, so it is not done before all options are known to be right.
    from spamindex.tables.options import TableOptions

    own = ("spam_column", "spam_unit", "share_column", "share_unit")
    both = {field: value for field, value in table.items() if field not in own}
    both["names"] = names_of(table["names"], strict=out.strict, quiet=out.quiet)
    both |= {"counts": asked.confidence is not None, "rounding": asked.rounding}
    return (
        TableOptions(
            "spam",
            column=table["spam_column"],
            unit=table["spam_unit"],
            total=asked.spam_total,
            **both,
        ),
        TableOptions(
            "market",
            column=table["share_column"],
            unit=table["share_unit"],
            total=asked.share_total,
            **both,
        ),
    )


def _ranking(spam: Reading, market: Reading, by: Sequence[str], asked: Questions) -> pd.DataFrame:
    """The ranking of two tables, whose ``by`` columns are 0, 1, 2 ...

    What is to be said of it goes to the findings of the tables.
    """
    from spamindex.ranking.index import rank
    from spamindex.ranking.intervals import rounding_ranges, sampled
    from spamindex.ranking.relative import against, reattribute

    names = spam.names
    spam_shares, market_shares = (
        # Each table numbers the columns that it has itself.
        reading.shares.rename(columns={i: by.index(name) for i, name in enumerate(reading.by)})
        for reading in (spam, market)
    )
    labels = range(len(by))
    moved = reattribute(
        spam_shares, asked.reattribute, market=market_shares, by=labels, names=names
    )
    ranked = rank(moved, market_shares, by=labels, names=names, lump=asked.lump)
    for reading, found in ((spam, ranked.spam), (market, ranked.market)):
        reading.findings.facts += found.facts
        reading.findings.notes += found.notes
        reading.findings.doubts += found.doubts
    ranking = ranked.ranking
    if asked.baseline is not None:
        ranking, doubts = against(ranking, asked.baseline, by=labels, names=names)
        spam.findings.doubts += doubts
    if asked.confidence is not None:
        ranking, doubts = sampled(
            ranking,
            asked.confidence,
            simultaneous=asked.simultaneous,
            design_effect=asked.design_effect,
            baseline=asked.baseline,
            by=labels,
            names=names,
        )
        spam.findings.doubts += doubts
    return rounding_ranges(ranking) if asked.rounding else ranking


def _first(ranking: pd.DataFrame, top: int, by: int) -> pd.DataFrame:
    """The first rows of each ranking."""
    return ranking.groupby(list(range(by)), sort=False).head(top) if by else ranking.head(top)


def _above(ranking: pd.DataFrame, most: float, by: int) -> list[str]:
    """The systems with an index above the most, with their indexes and rankings."""
    # Spam from no machines at all is above any number, though there is no index to say it.
    beyond = ranking["spam_index"].isna() & (ranking["spam_share"] > 0)
    above = ranking[(ranking["spam_index"] > most) | beyond]
    rankings: Sequence[Any] = [()] * len(above)
    if by:
        rankings = list(above[list(range(by))].itertuples(index=False, name=None))
    return [
        f"{os} ({', '.join([_times(index), *ranked_by])})"
        for os, index, ranked_by in zip(above["os"], above["spam_index"], rankings, strict=True)
    ]


def _times(index: float) -> str:
    return "no market share" if math.isnan(index) else f"{index:.4g}"
