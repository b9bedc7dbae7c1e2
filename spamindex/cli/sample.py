"""spamindex sample: message records in, some of one OS's spam out."""

from __future__ import annotations

from typing import Any

import click

from spamindex.cli.console import say_if_named_otherwise
from spamindex.cli.formats import render
from spamindex.cli.options import Command, input_option, output_option
from spamindex.cli.output import write
from spamindex.cli.record_options import Asked, record_options
from spamindex.cli.tally import logs


@click.command(cls=Command)
@click.argument("messages", nargs=-1, required=True)
@input_option("--os", metavar="NAME", required=True, help="The OS whose spam is wanted.")
@input_option("--os-column", metavar="COLUMN", help="Column with the OS of the sender.")
@record_options
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
    n: int,
    seed: int,
    format: str,  # noqa: A002 - the names of options are those of their variables
    output: str | None,
    **given: Any,
) -> None:
    """Pick some of one OS's spam at random, to look into.

    Where does it really come from? MESSAGES are as for tally. The records come as they are, with
    all their columns, in their order; the same seed picks the same ones, here and on a cluster.

    \b
    Example:
      spamindex sample mail.csv --fingerprints p0f.log --spam action=reject --os Linux -n 5
    """
    asked = Asked.of(messages, os=os_column, weight="1", **given)
    with asked.errors_spelled(os="--os-column", weight=""):
        if asked.remote:
            from spamindex.messages.spark import picked as picked_there

            picked, among, findings = picked_there(
                asked.messages, asked.remote, asked.options, os, n, seed, **logs(asked)
            )
        else:
            from spamindex.messages.sampling import pick

            with asked.opened() as records:
                question = records.question(asked.options)
                counts = records.counted(question, skip_bad=asked.skip_bad)
                picked, among = pick(records, question, counts, os, n, seed)
                findings = records.findings
        if among < n:
            findings[-1].notes.append(f"there are only {among} such records")
        asked.say(findings)
    write(render(picked, format), output)
    say_if_named_otherwise(output, format)
