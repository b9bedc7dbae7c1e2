"""spamindex tally: message records in, a SPAM table out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from spamindex.cli.formats import heading_of
from spamindex.cli.options import (
    RENAME,
    Command,
    file_argument,
    input_option,
    output_options,
    question_option,
)
from spamindex.cli.output import Output
from spamindex.cli.record_options import Asked, record_options
from spamindex.cli.values import choice, chosen, column

if TYPE_CHECKING:
    from spamindex.messages.options import By

_OF_CLUSTERS = ("design_effect", "clusters")
_COLUMNS = ("os", "spam_share", "messages", "machines", *_OF_CLUSTERS)


def _by(text: str) -> By:
    """COLUMN or COLUMN:SPAN as the column and the span."""
    from spamindex.messages.options import parted_by

    column, span = parted_by(text)
    if not column:
        raise ValueError(f"{text!r} names no column")
    if (span or column) in _COLUMNS:
        raise ValueError(f"the result has a column {span or column!r} of its own; {RENAME}")
    return column, span


@click.command(cls=Command)
@file_argument("messages", nargs=-1, required=True)
@record_options(
    input_option("--os COLUMN", column(), "Column with the OS of the sender."),
    questions=[
        question_option(
            "--by COLUMN[:SPAN]",
            column(read=_by),
            "Count apart for each value; of a time for each day, week, month or year.",
            multiple=True,
        ),
        question_option(
            "--weight COLUMN",
            column(),
            "Column that says how many messages a record stands for; 1 for one each.",
        ),
        question_option(
            "--count messages|machines",
            choice(["messages", "machines"]),
            "Count messages, or each client address once for each OS.",
            default="messages",
            show_default=True,
        ),
        question_option(
            "--cluster COLUMN",
            column(),
            "Column that says which messages belong together, such as a campaign; client for the "
            "client's address. Adds design_effect and clusters.",
        ),
        question_option(
            "--family/--no-family",
            does="Add up versions, or not: Windows 7 and 10 become Windows. Default: where the "
            "column holds operating systems.",
            default=None,
        ),
        question_option("--ignore-unknown", does="Leave spam of an unknown OS out of the shares."),
    ],
)
@output_options("csv")
def tally(messages: tuple[str, ...], asked: Asked, out: Output) -> None:
    """Count message records into a SPAM table for compute.

    MESSAGES are CSV, TSV, JSON or Parquet files with a record for each message, p0f 3 logs, or
    lists of client addresses; compressed or not; folders and patterns of them; - is standard input.

    \b
    Examples:
      spamindex tally data/messages.csv --fingerprints data/p0f.log --spam content_type=Spam
      spamindex tally 'mail/*.parquet' --by time:month | spamindex compute - share.csv --by period
    """
    asked.check_files(messages)
    there = _columns(asked)
    columns = chosen(out.columns, there, dict.fromkeys(_OF_CLUSTERS, "--cluster"))
    options, said = asked.options()
    # This loads narwhals, so not before the options are known to be right.
    from spamindex.messages.tallies import shares

    with asked.opened(messages) as records:
        counts = records.counted(records.question(options), skip_bad=asked.logs["skip_bad"])
        findings = records.findings
    shown = shares(counts, ignore_unknown=options.ignore_unknown)
    findings[-1].facts.append(counts.what_became)
    if options.ignore_unknown and counts.unknown:
        left_out = f"spam of an unknown OS left out: {counts.unknown} of {counts.spam}"
        findings[-1].notes.append(left_out)
    out.say([*said, *findings])
    out.write({name: shown[name] for name in columns}, headings={"os": heading_of(counts.heading)})


def _columns(asked: Asked) -> list[str]:
    """The columns of the result, if the options can be given together."""
    unit, cluster = asked.given["count"], asked.given["cluster"]
    if unit == "machines" and cluster:
        raise click.UsageError("choose --count machines or --cluster, not both")
    if unit == "machines" and asked.given["weight"]:
        raise click.UsageError("--weight changes nothing with --count machines: each counts once")
    by = [span or column for column, span in asked.given["by"]]
    for name in by:
        if by.count(name) > 1:
            raise click.UsageError(f"--by: {name!r} is given twice")
    return [*by, "os", "spam_share", unit, *(_OF_CLUSTERS if cluster else ())]
