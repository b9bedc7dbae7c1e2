"""spamindex compute: the options it has; two tables in, the ranking out; --fail-above, exit 3."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from spamindex.cli import options as opt
from spamindex.cli.command import FILE, TEXT, ColumnName, Command, Option, number
from spamindex.cli.console import say, source
from spamindex.cli.formats import COLUMNS, heading_of
from spamindex.cli.options import Output
from spamindex.errors import SpamIndexError, listed

if TYPE_CHECKING:
    import pandas as pd

    from spamindex.tables.shares import Reading

EXIT_ABOVE = 3
_TABLES = ("spam", "share")  # as arguments, and as the options about one of them begin
# What has to be given for some of the columns.
_INTERVAL, _BASELINE = "--confidence or --rounding", "--baseline"
_BOTH = "--baseline and --confidence"
_NEEDS = {
    **dict.fromkeys(("low", "high", "interval"), _INTERVAL),
    **dict.fromkeys(("relative", "break_even"), _BASELINE),
    **dict.fromkeys(("relative_low", "relative_high"), _BOTH),
}


class Questions(NamedTuple):
    """What is asked of a ranking beyond the indexes."""

    baseline: str | None
    reattribute: tuple[tuple[str, str, float], ...]
    confidence: float | None
    spam_total: int | None
    share_total: int | None
    simultaneous: bool
    design_effect: float | None
    rounding: bool
    lump: bool
    top: int | None
    fail_above: float | None

    @classmethod
    def of(cls, given: dict[str, Any]) -> Questions:
        """Take them out of the options; refuses those that would be taken and change nothing."""
        asked = cls(*(given.pop(name) for name in cls._fields))
        if asked.confidence is not None and asked.rounding:
            raise click.UsageError("choose --confidence or --rounding, not both")
        for option in ("spam_total", "share_total", "simultaneous", "design_effect"):
            if getattr(asked, option) not in (None, False) and asked.confidence is None:
                name = option.replace("_", "-")
                raise click.UsageError(
                    f"--{name} needs --confidence LEVEL, such as --confidence 95"
                )
        return asked

    @property
    def columns(self) -> list[str]:
        """The columns of the result beside those of --by and the OS, in their order."""
        interval, both = self.confidence or self.rounding, self.baseline and self.confidence
        given = {_INTERVAL: interval, _BASELINE: self.baseline, _BOTH: both}
        return [name for name in COLUMNS[1:] if given.get(_NEEDS.get(name, ""), True)]

    @property
    def title(self) -> str | None:
        """What stands above a ranking in which spam was moved."""
        moved = (
            f"{percent:g} % of {one}'s spam were {to}'s" for one, to, percent in self.reattribute
        )
        return f"What if {' and then '.join(moved)}?" if self.reattribute else None


_INPUT = opt.table_options(
    Option("--spam-column COLUMN", "Column of SPAM with the spam shares.", ColumnName("spam")),
    Option("--share-column COLUMN", "Column of SHARE with the market shares.", ColumnName("share")),
    Option("--spam-unit UNIT", opt.UNIT),
    Option("--share-unit UNIT", opt.UNIT),
    several=True,
)
_QUESTIONS = [
    Option("--baseline OS", "Compare each index with this OS's: relative is how many times as high "
           "it is, break_even the percent of its spam that would have to be the baseline's for "
           "both to be equal."),
    Option("--reattribute FROM TO PERCENT ...", "What if that percent of FROM's spam were TO's?",
           (TEXT, TEXT, number(0, 100, percent=True)), example="Linux Windows 40"),
    Option("--confidence LEVEL", "Add low and high: the confidence interval of the index at LEVEL "
           "percent (such as 95), from the counts behind the shares.",
           number(1, 100, percent=True, below=True)),
    Option("--spam-total N", "Messages behind the spam shares (of each ranking), where SPAM has no "
           "counts."),
    Option("--share-total M", "Visits behind the market shares (of each ranking), where SHARE has "
           "no counts."),
    Option("--simultaneous", "Intervals that hold for all rows of a ranking at once (Bonferroni)."),
    Option("--design-effect D", "How many times the variance of the spam shares is that of "
           "independent messages; counts in place of what SPAM says of it.", number(0, 10**9)),
    Option("--rounding", "Add low and high: the range that the rounding of the printed shares "
           "allows."),
]  # fmt: skip
_TOP = Option("-n --top N", "Only the first N rows of each ranking.")
_FAIL = Option("--fail-above X", "Exit with 3 if a spam index is above X.", number(0, math.inf))


@click.command(
    cls=Command,
    sections={
        "Input": [*_INPUT, Option("--lump", "Add what only one table names to Other, in both.")],
        "Questions": _QUESTIONS,
        "Output": [_TOP, *opt.output_options("simple")],
        "Messages and exit code": [_FAIL, *opt.MESSAGES],
    },
)
@click.argument("spam", type=FILE)
@click.argument("share", type=FILE)
def compute(spam: str, share: str, **given: Any) -> None:
    """Rank operating systems by spam share divided by market share.

    SPAM and SHARE are tables of spam shares and of market shares by operating system, or of counts.
    - is standard input. An OS in only one of them is left out, and named.

    \b
    Examples:
      spamindex compute data/spam.csv data/share.csv
      zcat spam.gz | spamindex compute - share.csv -f tsv --top 1 | cut -f1,4
    """
    out, asked, table = Output.of(given, "simple"), Questions.of(given), given
    opt.check_stdin(spam, share, table["names"])
    by, key = opt.result_columns(table, COLUMNS)
    names: dict[Any, str] = {**dict(enumerate(by)), "os": key}
    columns = out.chosen([*names.values(), *asked.columns], _NEEDS)
    known, findings = opt.names_of(table["names"])
    # These load pandas, so not before all options are known to be right.
    from spamindex.tables.both import read_pair
    from spamindex.tables.options import TableOptions

    of_one = {name: (table.pop(f"{name}_column"), table.pop(f"{name}_unit")) for name in _TABLES}
    table |= {"names": known, "counts": asked.confidence is not None, "rounding": asked.rounding}
    how = [
        TableOptions(**table, column=column, unit=unit, total=getattr(asked, f"{name}_total"))
        for name, (column, unit) in of_one.items()
    ]
    readings = read_pair(source(spam), source(share), *how)
    findings += [reading.findings for reading in readings]
    try:
        ranking = _ranking(*readings, by, asked)
    except SpamIndexError:
        # What was found in the tables may explain it.
        out._replace(strict=False).say(findings)
        raise
    out.say(findings)
    shown = ranking
    if (top := asked.top) is not None:
        shown = shown.groupby(list(range(len(by))), sort=False).head(top) if by else shown.head(top)
    shown = shown.rename(columns=names)[columns]
    headings = {key: heading_of(readings[0].heading)}
    if "interval" in ranking:
        kind = str(ranking["interval"].iloc[0]).replace("%", " %").capitalize()
        headings |= {"low": f"{kind} low", "high": f"{kind} high"}
        if out.for_people and out.columns is None:
            shown = shown.drop(columns="interval")
    if asked.title and not out.for_people:
        out.note(asked.title)
    out.write(shown, title=asked.title, headings=headings)
    most = asked.fail_above
    if most is not None and (above := _above(ranking, most, len(by))):
        say(f"above {most:g}: {listed(above)}")
        raise click.exceptions.Exit(EXIT_ABOVE)


def _ranking(spam: Reading, market: Reading, by: Sequence[str], asked: Questions) -> pd.DataFrame:
    """The ranking of two tables, whose ``by`` columns are 0, 1, 2 ...

    What is to be said of it goes to the findings of the tables.
    """
    from spamindex.ranking.index import spam_index
    from spamindex.ranking.intervals import rounding_ranges, sampling_intervals
    from spamindex.ranking.relative import reattribute, relative_index

    spam_shares, market_shares = (
        # Each table numbers the columns that it has itself.
        reading.shares.rename(columns={i: by.index(name) for i, name in enumerate(reading.by)})
        for reading in (spam, market)
    )
    how: dict[str, Any] = {"by": range(len(by)), "names": spam.names}
    moved = reattribute(spam_shares, asked.reattribute, market=market_shares, **how)
    found = (spam.findings, market.findings)
    ranking = spam_index(moved, market_shares, lump=asked.lump, findings=found, **how)
    how["findings"] = spam.findings
    if asked.baseline is not None:
        ranking = relative_index(ranking, asked.baseline, **how)
    if asked.confidence is not None:
        ranking = sampling_intervals(
            ranking,
            asked.confidence,
            simultaneous=asked.simultaneous,
            design_effect=asked.design_effect,
            baseline=asked.baseline,
            **how,
        )
    return rounding_ranges(ranking) if asked.rounding else ranking


def _above(ranking: pd.DataFrame, most: float, by: int) -> list[str]:
    """The systems with an index above the most, with their indexes and rankings."""
    # Spam from no machines at all is above any number, though there is no index to say it.
    beyond = ranking["spam_index"].isna() & (ranking["spam_share"] > 0)
    above = ranking[(ranking["spam_index"] > most) | beyond]
    indexes = above["spam_index"].map("{:.6g}".format).replace("nan", "no market share")
    labels = above[list(range(by))].assign(index=indexes)
    rows = labels[["index", *range(by)]].itertuples(index=False, name=None)
    return [f"{os} ({', '.join(row)})" for os, row in zip(above["os"], rows, strict=True)]
