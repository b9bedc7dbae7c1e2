"""The command line: options in, bytes out, errors to exit codes. Alone imports click."""

from __future__ import annotations

import gc
import math
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click

from spamindex.errors import FileError, SpamIndexError, SpamIndexNote, SpamIndexWarning, listed
from spamindex.options import (
    EXIT_CLOSED_PIPE,
    UNITS,
    Command,
    Equation,
    Group,
    check_option,
    column_name,
    input_option,
    not_nan,
    one_character,
    output_option,
    question_option,
    text_encoding,
)
from spamindex.output import silence, write
from spamindex.table import FOR_PEOPLE, FORMATS, render, visible

if TYPE_CHECKING:
    import pandas as pd

    from spamindex.textfile import Source

EXIT_ERROR = 1
EXIT_ABOVE = 3


def main() -> None:
    """Run the command that ``sys.argv`` asks for, and end the process with its exit code."""
    # One result and out: the garbage of pandas's import is not worth looking for, neither on the
    # way (a twentieth of a short run) nor, once all is frozen, at the end (a fifth).
    gc.disable()
    code = run(sys.argv[1:])
    gc.freeze()
    if code in (EXIT_ERROR, EXIT_CLOSED_PIPE):
        silence()
    sys.exit(code)


def run(args: list[str]) -> int:
    """Run one command and return its exit code; every error has been said on standard error."""
    try:
        code: int | None = cli.main(
            args, prog_name="spamindex", standalone_mode=False, auto_envvar_prefix="SPAMINDEX"
        )
        return code or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SpamIndexError as error:
        for line in error.lines:
            _say(f"error: {line}")
    except OSError as error:  # a help page that can't be written
        _say(f"error: standard output: can't be written: {error.strerror}")
    return EXIT_ERROR


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(
    package_name="spamindex", message="%(prog)s %(version)s", allow_from_autoenv=False
)
def cli() -> None:
    """Who sends more than their share?

    The spam index of an operating system is its share of all spam divided by its share of all
    machines: 1 is its fair share, 5 is five times that.
    """


@cli.command(cls=Command)
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
@input_option("--family/--no-family", help="Add up versions: Windows 7 and 10 are Windows.")
@input_option("--names", metavar="FILE", help="CSV of name,canonical: more synonyms.")
@input_option(
    "--delimiter",
    metavar="CHAR",
    callback=one_character,
    help="What parts the columns of both files.",
)
@input_option("--encoding", metavar="NAME", callback=text_encoding, help="Encoding of both files.")
@input_option("--decimal", type=click.Choice([".", ","]), help="Decimal mark of both files.")
@question_option(
    "--baseline",
    metavar="OS",
    help="Add how many times the OS's index each one is, and the break-even: "
    "the percent of its spam that would have to be the OS's for both to be equal.",
)
@question_option(
    "--reattribute",
    multiple=True,
    type=(str, str, click.FloatRange(0, 100)),
    metavar="FROM TO PERCENT",
    help="What if that percent of FROM's spam were TO's?  [repeatable]",
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
    baseline: str | None,
    reattribute: tuple[tuple[str, str, float], ...],
    **reading: Any,
) -> None:
    """Rank operating systems by spam share divided by market share.

    SPAM and SHARE are CSV files of spam shares and of market shares by operating system, as
    percents, fractions or counts. - is standard input. An OS in only one of them is left out, and
    named.

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
    with _findings(strict):
        ranking = _ranking(
            spam, share, names, by, baseline, reattribute, key=key, where=dict(where), **reading
        )
    shown = ranking.rename(columns={"os": key or "os"})
    if top is not None:
        shown = shown.groupby(list(by), sort=False).head(top) if by else shown.head(top)
    moved = [f"{percent:g} % of {giver}'s spam were {to}'s" for giver, to, percent in reattribute]
    title = f"What if {' and then '.join(moved)}?" if moved else None
    if title and format not in FOR_PEOPLE:
        _say(f"note: {title}")
    write(render(shown, format, precision=precision, header=not no_header, title=title), output)
    if fail_above is not None:
        # Spam from no machines at all is above any number, though there is no index to say it.
        beyond = ranking["spam_index"].isna() & (ranking["spam_share"] > 0)
        above = ranking[(ranking["spam_index"] > fail_above) | beyond]
        if len(above):
            where_ = above[list(by)].itertuples(index=False) if by else [()] * len(above)
            named = [
                f"{os} ({', '.join([_times(index), *ranked_by])})"
                for os, index, ranked_by in zip(
                    above["os"], above["spam_index"], where_, strict=True
                )
            ]
            _say(f"above {fail_above:g}: {listed(named)}")
            ctx.exit(EXIT_ABOVE)


def _ranking(
    spam: str,
    share: str,
    names: str | None,
    by: Sequence[str],
    baseline: str | None,
    moves: Sequence[tuple[str, str, float]],
    **reading: Any,
) -> pd.DataFrame:
    # These load pandas, so not before the options are known to be right.
    from spamindex.index import spam_index
    from spamindex.inputs import read_both
    from spamindex.names import BUILT_IN, read_names
    from spamindex.relative import relative_index
    from spamindex.whatif import reattribute

    written = {name: reading[name] for name in ("delimiter", "encoding")}
    known = BUILT_IN if names is None else read_names(_source(names), **written)
    spam_shares, market_shares = read_both(
        _source(spam), _source(share), names=known, by=by, **reading
    )
    spam_shares = reattribute(spam_shares, moves, by=by, names=known)
    ranking = spam_index(spam_shares, market_shares, by=by, names=known)
    return ranking if baseline is None else relative_index(ranking, baseline, by=by, names=known)


def _times(index: float) -> str:
    return "no market share" if math.isnan(index) else f"{index:.4g}"


def _source(path: str) -> Source:
    if path != "-":
        return path
    if sys.stdin is None:
        raise FileError("standard input: is closed")
    return sys.stdin.buffer


@contextmanager
def _findings(strict: bool) -> Iterator[None]:
    """Say each finding about the data on one line; the warnings are errors if ``strict``."""
    doubts: list[str] = []

    def say(message: Warning | str, category: type[Warning], *place: Any) -> None:
        if issubclass(category, SpamIndexNote):
            _say(f"note: {message}")
        elif not issubclass(category, SpamIndexWarning):
            show(message, category, *place)
        elif strict:
            doubts.append(str(message))
        else:
            _say(f"warning: {message}")

    with warnings.catch_warnings():
        show = warnings.showwarning
        warnings.showwarning = say  # type: ignore[assignment]
        for category in (SpamIndexNote, SpamIndexWarning):
            warnings.simplefilter("always", category)
        yield
    if doubts:
        raise SpamIndexError(*doubts)


def _say(line: str) -> None:
    with suppress(OSError):  # where it can't be said, the exit code still says something
        click.echo(f"spamindex: {visible(line)}", err=True)
