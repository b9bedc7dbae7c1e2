"""spamindex sample: its options; message records in, a random pick of one OS's spam out."""

from __future__ import annotations

import click

from spamindex.cli import options as opt
from spamindex.cli.command import Command
from spamindex.cli.output import Output
from spamindex.cli.tally import Asked, record_options
from spamindex.errors import counted


@click.command(cls=Command, fields={"os": "os_column", "zone": "log_zone"})
@opt.file_argument("messages", nargs=-1, required=True)
@opt.with_options("Input:\n--os NAME  The OS whose spam is wanted. [required]")
@record_options("--os-column COLUMN  Column with the OS of the sender.")
@opt.with_options(
    """
    Input:
      -n N           How many to pick. [default: 100]
      --seed NUMBER  Another seed, another pick. [default: 0]
    """,
    n=opt.whole(1),
    seed=opt.whole(-(10**15)),
)
@opt.output_options("csv", ("csv", "tsv", "json", "jsonl"), figures=False)
def sample(
    messages: tuple[str, ...], os: str, asked: Asked, n: int, seed: int, out: Output
) -> None:
    """Pick some of one OS's spam at random, to look into.

    Where does it really come from? MESSAGES are as for tally. The records come with all their
    columns, in their order; the same seed picks the same ones, here and on a cluster.

    \b
    Example:
      spamindex sample mail.csv --fingerprints p0f.log --spam action=reject --os Linux -n 5
    """
    asked.check_files(messages)
    # A row may stand for several messages here: it is picked as one.
    how, said = asked.options(weight="")
    with asked.opened(messages) as records:
        question = records.question(how)
        counts = records.counted(question, skip_bad=asked.logs["skip_bad"])
        picked, among = records.pick(question, counts, os, n, seed)
        findings = records.findings
    if among < n:
        findings[-1].notes.append(f"asked for {counted(n, 'record')}, found {among}")
    out.say([*said, *findings])
    out.write(picked)
