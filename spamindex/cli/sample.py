"""spamindex sample: message records in, some of one OS's spam out."""

from __future__ import annotations

import click

from spamindex.cli.options import Command, file_argument, input_option, output_options
from spamindex.cli.output import Output
from spamindex.cli.record_options import Asked, record_options
from spamindex.cli.remedies import spelling
from spamindex.cli.values import Column, Text, Whole


@click.command(cls=Command, fields={"os": "os_column"})
@file_argument("messages", nargs=-1, required=True)
@input_option(
    "--os", type=Text(), metavar="NAME", required=True, help="The OS whose spam is wanted."
)
@record_options(
    input_option(
        "--os-column", type=Column(), metavar="COLUMN", help="Column with the OS of the sender."
    )
)
@input_option(
    "-n",
    type=Whole(1),
    default=100,
    show_default=True,
    metavar="N",
    help="How many to pick.",
)
@input_option(
    "--seed",
    type=Whole(-(10**15)),
    default=0,
    show_default=True,
    metavar="NUMBER",
    help="Another seed, another pick.",
)
@output_options("csv", ("csv", "tsv", "json", "jsonl"), figures=False)
@click.pass_context
def sample(
    ctx: click.Context,
    /,
    messages: tuple[str, ...],
    os: str,
    asked: Asked,
    n: int,
    seed: int,
    out: Output,
) -> None:
    """Pick some of one OS's spam at random, to look into.

    Where does it really come from? MESSAGES are as for tally. The records come with all their
    columns, each cell as text, in their order; the same seed picks the same ones, here and on a
    cluster.

    \b
    Example:
      spamindex sample mail.csv --fingerprints p0f.log --spam action=reject --os Linux -n 5
    """
    asked.check_files(messages)
    # A row may stand for several messages here: it is picked as one.
    options = asked.options(out, weight="1")
    if asked.remote:
        from spamindex.messages.spark import picked as picked_there

        picked, among, findings = picked_there(
            messages, asked.remote, options, os, n, seed, **asked.logs
        )
    else:
        # This loads DuckDB, so not before the options are known to be right.
        from spamindex.messages.sampling import pick

        with asked.opened(messages) as records:
            question = records.question(options)
            counts = records.counted(question, skip_bad=asked.logs["skip_bad"])
            picked, among = pick(records, question, counts, os, n, seed)
            findings = records.findings
    if among < n:
        findings[-1].notes.append(f"of such records there are only {among}")
    out.say(findings, spelling(ctx))
    out.write(picked)
