"""spamindex compute: two tables in, a ranking out, and exit code 3 for --fail-above."""

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
_INTERVAL, _BASELINE = "--confidence or --rounding", "--baseline"
_BASELINE_INTERVAL = "--baseline and --confidence"
_CONDITIONS = {  # columns that need options
    **dict.fromkeys(("low", "high", "interval"), _INTERVAL),
    **dict.fromkeys(("relative", "break_even"), _BASELINE),
    **dict.fromkeys(("relative_low", "relative_high"), _BASELINE_INTERVAL),
}


class RankingOptions(NamedTuple):
    """The options of the ranking beyond how its tables are read."""

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
    def pop_from(cls, options: dict[str, Any]) -> RankingOptions:
        """Remove them from all options; UsageError for those that contradict or need others."""
        own = cls(*(options.pop(name) for name in cls._fields))
        if own.confidence is not None and own.rounding:
            raise click.UsageError("choose --confidence or --rounding, not both")
        for field in ("spam_total", "share_total", "simultaneous", "design_effect"):
            if getattr(own, field) not in (None, False) and own.confidence is None:
                option = field.replace("_", "-")
                raise click.UsageError(
                    f"--{option} needs --confidence LEVEL, such as --confidence 95"
                )
        return own

    @property
    def columns(self) -> list[str]:
        """The columns of the result after those of --by and the OS, in order."""
        is_met = {
            _INTERVAL: self.confidence or self.rounding,
            _BASELINE: self.baseline,
            _BASELINE_INTERVAL: self.baseline and self.confidence,
        }
        return [n for n in COLUMNS[1:] if n not in _CONDITIONS or is_met[_CONDITIONS[n]]]

    @property
    def title(self) -> str | None:
        """The title of a ranking in which --reattribute moved spam."""
        moves = [
            f"{percent:g} % of {os}'s spam were {to}'s" for os, to, percent in self.reattribute
        ]
        return f"What if {' and then '.join(moves)}?" if moves else None


_INPUT = opt.table_options(
    Option("--spam-column COLUMN", "Column of SPAM with the spam shares.", ColumnName("spam")),
    Option("--share-column COLUMN", "Column of SHARE with the market shares.", ColumnName("share")),
    Option("--spam-unit UNIT", opt.UNIT),
    Option("--share-unit UNIT", opt.UNIT),
    two_tables=True,
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


@click.command(
    cls=Command,
    sections={
        "Input": [*_INPUT, Option("--lump", "Add what only one table names to Other, in both.")],
        "Questions": _QUESTIONS,
        "Output": [
            Option("-n --top N", "Only the first N rows of each ranking."),
            *opt.output_options("simple"),
        ],
        "Messages and exit code": [
            Option(
                "--fail-above X", "Exit with 3 if a spam index is above X.", number(0, math.inf)
            ),
            *opt.MESSAGES,
        ],
    },
)
@click.argument("spam", type=FILE)
@click.argument("share", type=FILE)
def compute(spam: str, share: str, **options: Any) -> None:
    """Rank operating systems by spam share divided by market share.

    SPAM and SHARE are tables of spam shares and of market shares by operating system, or of counts.
    - is standard input. An OS in only one of them is left out, and named.

    \b
    Examples:
      spamindex compute data/spam.csv data/share.csv
      zcat spam.gz | spamindex compute - share.csv -f tsv --top 1 | cut -f1,4
    """
    output, ranking_options = Output.pop_from(options, "simple"), RankingOptions.pop_from(options)
    opt.check_stdin(spam, share, options["names"])
    by, key = opt.result_columns(options, COLUMNS)
    result_names: dict[Any, str] = {**dict(enumerate(by)), "os": key}
    columns = output.select([*result_names.values(), *ranking_options.columns], _CONDITIONS)
    options["names"], findings = opt.read_names(options["names"])
    # These load pandas, so they are imported only when all options are valid.
    from spamindex.tables.both import read_pair
    from spamindex.tables.options import TableOptions

    spam_value = {"column": options.pop("spam_column"), "unit": options.pop("spam_unit")}
    share_value = {"column": options.pop("share_column"), "unit": options.pop("share_unit")}
    options["counts"] = ranking_options.confidence is not None
    options["rounding"] = ranking_options.rounding
    spam_options = TableOptions(**options, **spam_value, total=ranking_options.spam_total)
    share_options = TableOptions(**options, **share_value, total=ranking_options.share_total)
    readings = read_pair(source(spam), source(share), spam_options, share_options)
    findings += [reading.findings for reading in readings]
    try:
        ranking = _rank(*readings, by, ranking_options)
    except SpamIndexError:
        # What was found in the tables may explain the error.
        output._replace(strict=False).say(findings)
        raise
    output.say(findings)
    table = ranking
    if (top := ranking_options.top) is not None:
        groups = ranking.groupby(list(range(len(by))), sort=False) if by else ranking
        table = groups.head(top)
    table = table.rename(columns=result_names)[columns]
    headings = {key: heading_of(readings[0].heading)}
    if "interval" in ranking:
        interval = str(ranking["interval"].iloc[0]).replace("%", " %").capitalize()
        headings |= {"low": f"{interval} low", "high": f"{interval} high"}
        if output.for_people and output.columns is None:
            table = table.drop(columns="interval")
    title = ranking_options.title
    if title and not output.for_people:
        output.note(title)
    output.write(table, title=title, headings=headings)
    limit = ranking_options.fail_above
    if limit is not None and (above := _describe_above(ranking, limit, len(by))):
        say(f"above {limit:g}: {listed(above)}")
        raise click.exceptions.Exit(EXIT_ABOVE)


def _rank(
    spam: Reading, market: Reading, by: Sequence[str], options: RankingOptions
) -> pd.DataFrame:
    """The ranking of two tables, with its ``by`` columns named 0, 1, ...

    Notes and doubts about it are added to the findings of the tables.
    """
    from spamindex.ranking.index import spam_index
    from spamindex.ranking.intervals import rounding_ranges, sampling_intervals
    from spamindex.ranking.relative import reattribute, relative_index

    spam_shares, market_shares = (
        # Each table numbers only the by columns that it has.
        reading.shares.rename(columns={i: by.index(name) for i, name in enumerate(reading.by)})
        for reading in (spam, market)
    )
    common: dict[str, Any] = {"by": range(len(by)), "names": spam.names}
    spam_shares = reattribute(spam_shares, options.reattribute, market=market_shares, **common)
    findings = (spam.findings, market.findings)
    ranking = spam_index(spam_shares, market_shares, lump=options.lump, findings=findings, **common)
    common["findings"] = spam.findings
    if options.baseline is not None:
        ranking = relative_index(ranking, options.baseline, **common)
    if options.confidence is not None:
        ranking = sampling_intervals(
            ranking,
            options.confidence,
            simultaneous=options.simultaneous,
            design_effect=options.design_effect,
            baseline=options.baseline,
            **common,
        )
    return rounding_ranges(ranking) if options.rounding else ranking


def _describe_above(ranking: pd.DataFrame, limit: float, by_count: int) -> list[str]:
    """The systems above a limit, each with its index and the values of its ``by`` columns."""
    # Spam without any market share has no index, but is above any limit.
    without_market = ranking["spam_index"].isna() & (ranking["spam_share"] > 0)
    above = ranking[(ranking["spam_index"] > limit) | without_market]
    indexes = above["spam_index"].map("{:.6g}".format).replace("nan", "no market share")
    details = [indexes, *(above[i] for i in range(by_count))]
    return [f"{os} ({', '.join(texts)})" for os, *texts in zip(above["os"], *details, strict=True)]
