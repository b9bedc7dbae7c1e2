"""spamindex tally and sample: message records in, a SPAM table or some of the records out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from spamindex.console import findings, say, say_if_named_otherwise, source
from spamindex.errors import SpamIndexWarning
from spamindex.options import Command, Ports, SpamColumn, TimeSpan, input_option, output_option
from spamindex.output import write
from spamindex.table import FORMATS, render

if TYPE_CHECKING:
    from spamindex.names import Names
    from spamindex.question import Counts
    from spamindex.records import Records


def _input_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which records are found and understood, the same for both commands."""
    for option in reversed(
        (
            input_option(
                "--fingerprints",
                multiple=True,
                metavar="LOG",
                help="p0f 3 log that knows the OS by client address.  [repeatable]",
            ),
            input_option("--client", metavar="COLUMN", help="Column with the client's address."),
            input_option(
                "--time",
                metavar="COLUMN",
                help="Column with the time of the message, for fingerprints that change.",
            ),
            input_option(
                "--log-zone",
                metavar="ZONE",
                callback=_zone,
                help="Time zone of the p0f logs (Europe/Paris), if times are in UTC.",
            ),
            input_option(
                "--spam",
                type=SpamColumn(),
                metavar="COLUMN[=VALUE,...]",
                help="Which records are spam: those with VALUE there, or true, 1, yes. Without it "
                "a column spam says so, else all are.",
            ),
            input_option(
                "--port",
                type=Ports(),
                metavar="PORT,...",
                help="Of a p0f log, only connections to these server ports.",
            ),
            input_option("--names", metavar="FILE", help="CSV of name,canonical: more synonyms."),
            input_option(
                "--skip-bad",
                is_flag=True,
                help="Go on even if more than 1 line in 1,000 can't be read.",
            ),
        )
    ):
        command = option(command)
    return command


def _zone(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    from zoneinfo import ZoneInfo

    try:
        if value is not None:
            ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise click.BadParameter(f"{value!r} is no time zone, such as Europe/Paris.") from None
    return value


@click.command(cls=Command)
@click.argument("messages", nargs=-1, required=True)
@input_option("--os", metavar="COLUMN", help="Column with the OS of the sender.")
@_input_options
@input_option(
    "--by",
    multiple=True,
    type=TimeSpan(),
    metavar="COLUMN[:SPAN]",
    help="Count apart for each value; of a time for each day, month or year.  [repeatable]",
)
@input_option(
    "--family/--no-family",
    default=True,
    show_default=True,
    help="Add up versions, or not: Windows 7 and 10 are Windows.",
)
@input_option(
    "--ignore-unknown", is_flag=True, help="Leave spam of an unknown OS out of the shares."
)
@input_option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What counts: DuckDB here, or Spark Connect where MESSAGES are.",
)
@input_option("--remote", metavar="URL", help="Spark Connect server: sc://host:15002.")
@output_option(
    "-f",
    "--format",
    type=click.Choice(list(FORMATS)),
    default="csv",
    show_default=True,
    metavar="FORMAT",
    help="csv, tsv, json, jsonl, or a table: simple, plain, github, html, latex, ...",
)
@output_option("-o", "--output", metavar="FILE", help="Write to FILE, once all is well.")
@output_option("-v", "--verbose", is_flag=True, help="Say what became of all records.")
def tally(
    messages: tuple[str, ...],
    names: str | None,
    family: bool,
    ignore_unknown: bool,
    engine: str,
    remote: str | None,
    format: str,  # noqa: A002 - the names of options are those of their variables
    output: str | None,
    verbose: bool,
    skip_bad: bool,
    **asked: Any,
) -> None:
    """Count message records into a SPAM table for compute.

    MESSAGES are CSV, TSV, JSON lines or Parquet files with a record for each message, p0f 3 logs,
    or lists of client addresses; compressed or not; folders and patterns of them; - is standard
    input.

    \b
    Examples:
      spamindex tally data/messages.csv --fingerprints data/p0f.log --spam content_type=Spam
      spamindex tally 'mail/*.parquet' --by time:month | spamindex compute - share.csv --by period
    """
    _check(messages, names=names, **asked)
    if remote and engine != "spark":
        raise click.UsageError("--remote is for --engine spark.")
    from spamindex.fingerprints import UNKNOWN
    from spamindex.tallies import shares

    asked_for_fingerprints = bool(asked["fingerprints"])
    with findings():
        known = _names(names)
        if engine == "spark":
            counts = _on_spark(messages, remote, skip_bad=skip_bad, **asked)
        else:
            with _opened(messages, asked, skip_bad=skip_bad) as records:
                counts = records.counted(records.question(**asked), skip_bad=skip_bad)
        every = shares(counts, names=known, family=family)
        unknown = sum(
            n for os, n in zip(every["os"], every["messages"], strict=True) if os == UNKNOWN
        )
        if unknown == counts.spam and asked_for_fingerprints:
            doubt = "no sender has a fingerprint; is --client the right column?"
            warnings.warn(SpamIndexWarning(doubt), stacklevel=1)
        shown = every
        if ignore_unknown:
            shown = shares(counts, names=known, family=family, ignore_unknown=True)
    if ignore_unknown and unknown:
        say(f"note: {unknown} of {counts.spam} spam messages are of an unknown OS and left out")
    if verbose:
        say(
            f"note: {counts.read} records: {counts.spam} spam ({unknown} of an unknown OS), "
            f"{counts.not_spam} not spam, {counts.unreadable} unreadable"
        )
    write(render(shown, format), output)
    say_if_named_otherwise(output, format)


@click.command(cls=Command)
@click.argument("messages", nargs=-1, required=True)
@input_option("--os", metavar="NAME", required=True, help="The OS whose spam is wanted.")
@input_option("--os-column", metavar="COLUMN", help="Column with the OS of the sender.")
@_input_options
@input_option(
    "-n",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="How many to pick.",
)
@input_option("--seed", type=int, default=0, show_default=True, help="Another seed, another pick.")
@output_option(
    "-f",
    "--format",
    type=click.Choice(["csv", "tsv", "json", "jsonl"]),
    default="csv",
    show_default=True,
)
@output_option("-o", "--output", metavar="FILE", help="Write to FILE, once all is well.")
def sample(
    messages: tuple[str, ...],
    os: str,
    os_column: str | None,
    names: str | None,
    n: int,
    seed: int,
    format: str,  # noqa: A002 - the names of options are those of their variables
    output: str | None,
    skip_bad: bool,
    **asked: Any,
) -> None:
    """Pick some of one OS's spam at random, to look into.

    Where does it really come from? MESSAGES are as for tally. The records come as they are, with
    all their columns, in their order; the same seed picks the same ones.

    \b
    Example:
      spamindex sample mail.csv --fingerprints p0f.log --spam action=reject --os Linux -n 5
    """
    _check(messages, names=names, **{**asked, "os": os_column})
    from spamindex.picking import pick

    with findings():
        known = _names(names)
        with _opened(messages, asked, skip_bad=skip_bad) as records:
            question = records.question(os=os_column, os_option="--os-column", **asked)
            counts = records.counted(question, skip_bad=skip_bad)
            picked, among = pick(records, question, counts, os, n, seed, names=known)
    if among < n:
        say(f"note: there are only {among} such records")
    write(render(picked, format), output)
    say_if_named_otherwise(output, format)


def _check(messages: tuple[str, ...], **asked: Any) -> None:
    if (*messages, asked["names"], *asked["fingerprints"]).count("-") > 1:
        raise click.UsageError("Standard input (-) can be read only once.")
    if "-" in asked["fingerprints"]:
        raise click.UsageError("--fingerprints takes files, not standard input.")
    if not asked["fingerprints"]:
        for option in ("client", "time", "log_zone"):
            if asked[option] is not None:
                name = option.replace("_", "-")
                raise click.UsageError(f"--{name} is for --fingerprints, which are not given.")
    elif asked["os"] is not None:
        raise click.UsageError("A column of the OS and --fingerprints both say what it is.")
    names = [span or column for column, span in asked.get("by", ())]
    if len(set(names)) < len(names):
        raise click.UsageError("--by names a column of the result twice.")


def _names(path: str | None) -> Names:
    from spamindex.names import BUILT_IN, read_names

    return BUILT_IN if path is None else read_names(source(path))


@contextmanager
def _opened(
    messages: tuple[str, ...], asked: dict[str, Any], *, skip_bad: bool
) -> Iterator[Records]:
    from spamindex.progress import shown
    from spamindex.records import open_records

    logs, zone, ports = (asked.pop(name) for name in ("fingerprints", "log_zone", "port"))
    with open_records(
        messages, source, ports=ports, logs=logs, zone=zone, skip_bad=skip_bad
    ) as records:
        if records.known and records.known.changing:
            _say_changing(records.known.changing)
        with shown(records.connection.query_progress):
            yield records


def _say_changing(clients: int) -> None:
    say(f"note: clients with several fingerprints over time: {clients}")


def _on_spark(
    messages: tuple[str, ...], remote: str | None, *, skip_bad: bool, **asked: Any
) -> Counts:
    from spamindex.cluster import counted
    from spamindex.records import read_fingerprints

    logs, zone, ports = (asked.pop(name) for name in ("fingerprints", "log_zone", "port"))
    if ports:
        raise click.UsageError("--port is for p0f logs, which are read here: --engine duckdb.")
    known = read_fingerprints(logs, zone=zone, skip_bad=skip_bad) if logs else None
    if known and known.changing:
        _say_changing(known.changing)
    return counted(messages, remote, skip_bad=skip_bad, fingerprints=known, **asked)
