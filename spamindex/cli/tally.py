"""spamindex tally: message records in, a SPAM table out."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import click

from spamindex.cli.console import say, warnings_said
from spamindex.cli.formats import FORMATS, render
from spamindex.cli.options import Command, input_option, output_option
from spamindex.cli.output import write
from spamindex.cli.record_options import check, names_of, opened, record_options, say_changing
from spamindex.cli.values import TimeSpan
from spamindex.errors import SpamIndexWarning

if TYPE_CHECKING:
    from spamindex.messages.query import Counts


@click.command(cls=Command)
@click.argument("messages", nargs=-1, required=True)
@input_option("--os", metavar="COLUMN", help="Column with the OS of the sender.")
@record_options
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
    check(messages, names=names, **asked)
    if remote and engine != "spark":
        raise click.UsageError("--remote is for --engine spark.")
    from spamindex.messages.fingerprints import UNKNOWN
    from spamindex.messages.tallies import shares

    asked_for_fingerprints = bool(asked["fingerprints"])
    with warnings_said():
        known = names_of(names)
        if engine == "spark":
            counts = _on_spark(messages, remote, skip_bad=skip_bad, **asked)
        else:
            with opened(messages, asked, skip_bad=skip_bad) as records:
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


def _on_spark(
    messages: tuple[str, ...], remote: str | None, *, skip_bad: bool, **asked: Any
) -> Counts:
    from spamindex.messages.records import read_fingerprints
    from spamindex.messages.spark import counted

    logs, zone, ports = (asked.pop(name) for name in ("fingerprints", "log_zone", "port"))
    if ports:
        raise click.UsageError("--port is for p0f logs, which are read here: --engine duckdb.")
    known = read_fingerprints(logs, zone=zone, skip_bad=skip_bad) if logs else None
    if known and known.changing:
        say_changing(known.changing)
    return counted(messages, remote, skip_bad=skip_bad, fingerprints=known, **asked)
