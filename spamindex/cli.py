"""The command line: options in, bytes out, errors to exit codes. Alone imports click."""

from __future__ import annotations

import gc
import math
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from spamindex.errors import FileError, SpamIndexError, SpamIndexNote, SpamIndexWarning, listed
from spamindex.output import silence, write
from spamindex.table import COLUMNS, FORMATS, render, visible

if TYPE_CHECKING:
    import pandas as pd

    from spamindex.textfile import Source

EXIT_ERROR = 1
EXIT_ABOVE = 3
EXIT_INTERRUPTED = 130
EXIT_CLOSED_PIPE = 141


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


class _Group(click.Group):
    """Commands that end quietly when they are interrupted or nobody reads on."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _ending_quietly():  # --help and --version print here
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _ending_quietly():
            return super().invoke(ctx)


@contextmanager
def _ending_quietly() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    except BrokenPipeError:
        raise click.exceptions.Exit(EXIT_CLOSED_PIPE) from None


class _Option(click.Option):
    """An option that knows its heading on the help page."""

    def __init__(self, *args: Any, section: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section


class _Command(click.Command):
    """A command whose help page has its options in sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)):
                sections.setdefault(getattr(param, "section", "Help"), []).append(record)
        for section, records in sections.items():
            with formatter.section(section):
                formatter.write_dl(records)


_input = partial(click.option, cls=_Option, section="Input")
_output = partial(click.option, cls=_Option, section="Output")
_check = partial(click.option, cls=_Option, section="Checks")

_UNITS = click.Choice(["percent", "fraction", "count"])


class _Equation(click.ParamType[tuple[str, str]]):
    name = "equation"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Part COLUMN=VALUE at its first equals sign."""
        column, equals, wanted = str(value).partition("=")
        if not (column.strip() and equals):
            self.fail(f"{value!r} is not of the form COLUMN=VALUE.", param, ctx)
        return column.strip(), wanted.strip()


def _one_character(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    value = {"tab": "\t", "\\t": "\t"}.get(value or "", value)
    if value is not None and (len(value) != 1 or value in '"\r\n'):
        raise click.BadParameter("one character is needed, or the word tab.")
    return value


def _text_encoding(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    try:
        if value is not None:
            "".encode(value)  # not codecs.lookup: that knows hex and zip too
    except (LookupError, ValueError):
        raise click.BadParameter(f"{value!r} is not an encoding that Python knows.") from None
    return value


def _not_nan(_ctx: click.Context, _param: click.Parameter, value: float | None) -> float | None:
    if value is not None and math.isnan(value):
        raise click.BadParameter("a number is needed.")
    return value


def _column_name(_ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    for name in value if param.multiple else [value]:
        if name in COLUMNS:
            raise click.BadParameter(f"{name!r} is a column of the result.")
    return tuple(dict.fromkeys(value)) if param.multiple else value


@click.group(
    cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80}
)
@click.version_option(
    package_name="spamindex", message="%(prog)s %(version)s", allow_from_autoenv=False
)
def cli() -> None:
    """Who sends more than their share?

    The spam index of an operating system is its share of all spam divided by its share of all
    machines: 1 is its fair share, 5 is five times that.
    """


@cli.command(cls=_Command)
@click.argument("spam")
@click.argument("share")
@_input("--key", metavar="COLUMN", callback=_column_name, help="Column that holds the OS.")
@_input("--spam-column", metavar="COLUMN", help="Column of SPAM that holds the spam shares.")
@_input("--share-column", metavar="COLUMN", help="Column of SHARE that holds the market shares.")
@_input("--spam-unit", type=_UNITS, help="Unit of the spam shares.")
@_input("--share-unit", type=_UNITS, help="Unit of the market shares.")
@_input(
    "--by",
    multiple=True,
    metavar="COLUMN",
    callback=_column_name,
    help="One ranking for each value of it: period, country.  [repeatable]",
)
@_input("--period", metavar="PERIOD", help="Only this period (2010-03, 2010), or all.")
@_input(
    "--where",
    multiple=True,
    type=_Equation(),
    metavar="COLUMN=VALUE",
    help="Only rows with this value.  [repeatable]",
)
@_input("--family/--no-family", help="Add up versions: Windows 7 and 10 are Windows.")
@_input("--names", metavar="FILE", help="CSV of name,canonical: more synonyms.")
@_input("--delimiter", metavar="CHAR", callback=_one_character, help="What parts the columns.")
@_input("--encoding", metavar="NAME", callback=_text_encoding, help="Encoding of the files.")
@_input("--decimal", type=click.Choice([".", ","]), help="Decimal mark of the figures.")
@_output(
    "-f",
    "--format",
    type=click.Choice(list(FORMATS)),
    default="simple",
    show_default=True,
    metavar="FORMAT",
    help="csv, tsv, json, jsonl, or a table: simple, plain, github, html, latex, ...",
)
@_output(
    "-p",
    "--precision",
    type=click.IntRange(0, 20),
    metavar="N",
    help="Decimals; 2 in tables for people, else as many as there are.",
)
@_output("--no-header", is_flag=True, help="Leave out the headings.")
@_output(
    "--top", type=click.IntRange(min=1), metavar="N", help="Only the first N rows of each ranking."
)
@_output("-o", "--output", metavar="FILE", help="Write to FILE, once all is well.")
@_check("--strict", is_flag=True, help="Take every warning about the data as an error.")
@_check(
    "--fail-above",
    type=click.FloatRange(min=0),
    metavar="X",
    callback=_not_nan,
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
    if len(dict(where)) < len(where):
        raise click.UsageError("--where takes one value of a column.")
    with _findings(strict):
        ranking = _ranking(spam, share, names, by, key=key, where=dict(where), **reading)
    shown = ranking.rename(columns={"os": key or "os"})
    if top is not None:
        shown = shown.groupby(list(by), sort=False).head(top) if by else shown.head(top)
    write(render(shown, format, precision=precision, header=not no_header), output)
    if fail_above is not None:
        above = ranking[ranking["spam_index"] > fail_above]
        if len(above):
            where_ = above[list(by)].itertuples(index=False) if by else [()] * len(above)
            named = [
                f"{os} ({', '.join([f'{index:.4g}', *ranked_by])})"
                for os, index, ranked_by in zip(
                    above["os"], above["spam_index"], where_, strict=True
                )
            ]
            _say(f"above {fail_above:g}: {listed(named)}")
            ctx.exit(EXIT_ABOVE)


def _ranking(
    spam: str, share: str, names: str | None, by: Sequence[str], **reading: Any
) -> pd.DataFrame:
    # These load pandas, so not before the options are known to be right.
    from spamindex.index import spam_index
    from spamindex.inputs import read_both
    from spamindex.names import BUILT_IN, read_names

    written = {name: reading[name] for name in ("delimiter", "encoding")}
    known = BUILT_IN if names is None else read_names(_source(names), **written)
    spam_shares, market_shares = read_both(
        _source(spam), _source(share), names=known, by=by, **reading
    )
    return spam_index(spam_shares, market_shares, by=by, names=known)


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
