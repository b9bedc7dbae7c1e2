"""spamindex tally: message records in, a SPAM table out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from spamindex.cli.console import say_if_named_otherwise
from spamindex.cli.formats import FORMATS, render
from spamindex.cli.options import Command, input_option, output_option
from spamindex.cli.output import write
from spamindex.cli.record_options import Asked, by_columns, record_options

if TYPE_CHECKING:
    from spamindex.messages.query import Counts


@click.command(cls=Command)
@click.argument("messages", nargs=-1, required=True)
@input_option("--os", metavar="COLUMN", help="Column with the OS of the sender.")
@record_options
@input_option(
    "--by",
    multiple=True,
    callback=by_columns,
    metavar="COLUMN[:SPAN]",
    help="Count apart for each value; of a time for each day, week, month or year.  [repeatable]",
)
@input_option(
    "--weight",
    metavar="COLUMN",
    help="Column that says how many messages a record stands for; 1 for one each.",
)
@input_option(
    "--count",
    type=click.Choice(["messages", "machines"]),
    default="messages",
    show_default=True,
    help="Count messages, or each client address once for each OS.",
)
@input_option(
    "--cluster",
    metavar="COLUMN",
    help="Column that says which messages belong together, such as a campaign; client for the "
    "client's address. Adds design_effect and clusters.",
)
@input_option(
    "--family/--no-family",
    default=None,
    help="Add up versions, or not: Windows 7 and 10 are Windows.  [default: where the column "
    "holds operating systems]",
)
@input_option(
    "--ignore-unknown", is_flag=True, help="Leave spam of an unknown OS out of the shares."
)
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
def tally(
    messages: tuple[str, ...],
    format: str,  # noqa: A002 - the names of options are those of their variables
    output: str | None,
    **given: Any,
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
    asked = Asked.of(messages, **given)
    with asked.errors_spelled():
        from spamindex.messages.tallies import shares

        if asked.remote:
            from spamindex.messages.spark import counted

            counts, findings = counted(asked.messages, asked.remote, asked.options, **logs(asked))
        else:
            with asked.opened() as records:
                counts = records.counted(records.question(asked.options), skip_bad=asked.skip_bad)
                findings = records.findings
        shown = shares(counts, ignore_unknown=asked.options.ignore_unknown)
        findings[-1].facts.append(_what_became(counts))
        unknown = unknown_of(counts)
        if asked.options.ignore_unknown and unknown:
            findings[-1].notes.append(
                f"{unknown} of {counts.spam} spam messages are of an unknown OS and left out"
            )
        asked.say(findings)
    write(render(shown, format), output)
    say_if_named_otherwise(output, format)


def logs(asked: Asked) -> dict[str, Any]:
    """What is asked of logs and lines, as the counting on a cluster takes it."""
    return {
        "logs": asked.fingerprints,
        "zone": asked.log_zone,
        "ports": asked.port,
        "skip_bad": asked.skip_bad,
    }


def unknown_of(counts: Counts) -> int:
    """How many messages of spam are of an unknown OS."""
    from spamindex.messages.fingerprints import UNKNOWN

    labels = counts.labels
    return sum(n for label, n in labels.items() if counts.systems.get(label) == UNKNOWN)


def _what_became(counts: Counts) -> str:
    return (
        f"{counts.read - counts.headings} records: {counts.spam} spam "
        f"({unknown_of(counts)} of an unknown OS), {counts.not_spam} not spam, "
        f"{counts.unreadable} unreadable"
    )
