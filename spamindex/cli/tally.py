"""spamindex tally and sample: message records in, a SPAM table or a random pick out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from spamindex.cli import options as opt
from spamindex.cli.command import FILE, ColumnName, Command, Option, Value, lazy, number
from spamindex.cli.console import progress, source
from spamindex.cli.formats import heading_of
from spamindex.cli.options import Output
from spamindex.errors import counted

if TYPE_CHECKING:
    from spamindex.errors import Findings
    from spamindex.messages.options import By, Flag
    from spamindex.messages.records import Records

_RECORD_FORMATS = ("csv", "tsv", "json", "jsonl")  # of sample


def _spam(text: str) -> Flag:
    """COLUMN, or COLUMN=VALUE,..., as the column and the values that mean spam; "" for all."""
    from spamindex.messages.options import parse_spam

    flag = parse_spam(text)
    if (text.strip() and not flag.column) or ("=" in text and not flag.values):
        raise ValueError(f"{text!r} is not COLUMN or COLUMN=VALUE,...")
    return flag


def _ports(given: str) -> tuple[str, ...]:
    """Comma-separated port numbers."""
    ports = [port.strip() for port in given.split(",")]
    if not all(port.isdecimal() and len(port) < 6 and int(port) < 1 << 16 for port in ports):
        raise ValueError(f"{given!r} is not of the form 25,587")
    return tuple(str(int(port)) for port in ports)


def _by(text: str) -> By:
    """COLUMN or COLUMN:SPAN as the column and the span."""
    from spamindex.messages.options import parse_by

    column, span = parse_by(text)
    if not column:
        raise ValueError(f"{text!r} names no column")
    return column, span


_RECORDS = [
    Option("--fingerprints LOG ...", "p0f 3 log that knows the OS by client address."),
    Option("--client COLUMN", "Column with the client's address."),
    Option("--time COLUMN", "Column with the time of the message, for fingerprints that change; '' "
           "takes the latest ones."),
    Option("--fresh DURATION", "How long a fingerprint holds after it was seen: 12h, 7d.",
           Value(lazy("messages.options", "parse_duration"))),
    Option("--log-zone ZONE", "Time zone of the p0f logs (Europe/Paris), where the records' times "
           "have one.", Value(lazy("messages.options", "parse_zone"))),
    Option("--spam COLUMN[=VALUE,...] ...", "Which records are spam: those with one of the values "
           "in COLUMN, or a word for true. Default: a column called spam or is_spam, else all "
           "records. '' means all.", ColumnName(parse=_spam)),
    Option("--port PORT,...", "Of a p0f log, only connections to these server ports.",
           Value(_ports)),
    opt.NAMES,
    Option("--skip-bad", "Go on even if more than 1 line in 1,000 can't be read."),
    Option("--remote URL", "Count on a Spark Connect server, where MESSAGES are: "
           "sc://host:15002."),
]  # fmt: skip
_QUESTIONS = [
    Option("--by COLUMN[:SPAN] ...", "Count apart for each value; of a time for each day, week, "
           "month, quarter or year.", ColumnName(parse=_by)),
    Option("--weight COLUMN", "Column that says how many messages a record stands for; '' for one "
           "each."),
    Option("--count messages|machines", "Count messages, or each client address once for each OS.",
           default="messages"),
    Option("--cluster COLUMN", "Column that says which messages belong together, such as a "
           "campaign; client for the client's address. Adds design_effect and clusters."),
    Option("--family/--no-family", "Add up versions, or not: Windows 7 and 10 become Windows. "
           "Default: where the column holds operating systems."),
    Option("--ignore-unknown", "Leave spam of an unknown OS out of the shares."),
]  # fmt: skip
_SEED = number(-(10**15), 10**15, whole=True)
_OS = "Column with the OS of the sender."


class Job:
    """The records to read, the options for counting them, and those for p0f logs."""

    def __init__(self, messages: Sequence[str], given: dict[str, Any]) -> None:
        from spamindex.messages.options import Flag, RecordOptions

        self.messages, self.remote = messages, given.pop("remote")
        self.names: str | None = given.pop("names")
        self.name_findings: list[Findings] = []
        self.logs: dict[str, Any] = {
            "logs": given.pop("fingerprints"), "zone": given.pop("log_zone"),
            "ports": given.pop("port"), "skip_bad": given.pop("skip_bad"),
        }  # fmt: skip
        spam = given.pop("spam")
        if len({(column, bool(values)) for column, values in spam}) > 1:
            raise click.UsageError("--spam: the values for spam must be of one column")
        values = tuple(value for flag in spam for value in flag.values)
        self.options = RecordOptions(spam=Flag(spam[0].column, values) if spam else None, **given)
        self.options.check(
            fingerprints=bool(self.logs["logs"]),
            by_client=self.options.cluster is not None or self.options.count == "machines",
            zone=self.logs["zone"] is not None,
        )
        opt.check_stdin(*messages, self.names)
        if "-" in self.logs["logs"]:
            raise click.UsageError("--fingerprints takes files, not standard input")
        if self.remote and "-" in messages:
            raise click.UsageError("--remote counts files of the cluster, not standard input")

    @contextmanager
    def opened(self) -> Iterator[Records]:
        """Open the records, here or on a cluster, with a progress bar while they are read."""
        from dataclasses import replace  # takes longer to load than all of this room

        names, self.name_findings = opt.read_names(self.names)
        self.options = replace(self.options, names=names)
        if self.remote:
            from spamindex.messages.spark import open_remote

            with open_remote(self.messages, self.remote, **self.logs) as remote_records:
                yield remote_records
            return
        from spamindex.messages.opening import open_records

        with (
            open_records(self.messages, source, **self.logs) as records,
            progress(records.connection.query_progress),
        ):
            yield records


@click.command(
    cls=Command,
    option_names={"zone": "log_zone"},
    sections={
        "Input": [Option("--os COLUMN", _OS), *_RECORDS],
        "Questions": _QUESTIONS,
        "Output": opt.output_options("csv"),
        "Messages and exit code": opt.MESSAGES,
    },
)
@click.argument("messages", nargs=-1, required=True, type=FILE)
def tally(messages: tuple[str, ...], **given: Any) -> None:
    """Count message records into a SPAM table for compute.

    MESSAGES are CSV, TSV, JSON or Parquet files with a record for each message, p0f 3 logs, or
    lists of client addresses; compressed or not; folders and patterns of them; - is standard input.

    \b
    Examples:
      spamindex tally data/messages.csv --fingerprints data/p0f.log --spam content_type=Spam
      spamindex tally 'mail/*.parquet' --by time:month | spamindex compute - share.csv --by period
    """
    out, job = Output.pop_from(given, "csv"), Job(messages, given)
    needs = dict.fromkeys(("design_effect", "clusters"), "--cluster")
    columns = out.select(job.options.result_columns, needs)
    with job.opened() as records:
        # This loads narwhals, so it is imported only when the options are valid.
        from spamindex.messages.tallies import shares

        counts = records.counted(records.question(job.options), skip_bad=job.logs["skip_bad"])
        findings = records.findings
    ignore_unknown = job.options.ignore_unknown
    table = shares(counts, ignore_unknown=ignore_unknown)
    findings[-1].facts.append(counts.summary)
    if ignore_unknown and counts.unknown:
        left_out = f"spam of an unknown OS left out: {counts.unknown} of {counts.spam}"
        findings[-1].notes.append(left_out)
    out.say([*job.name_findings, *findings])
    out.write({name: table[name] for name in columns}, headings={"os": heading_of(counts.heading)})


@click.command(
    cls=Command,
    option_names={"os": "os_column", "zone": "log_zone"},
    sections={
        "Input": [
            Option("--os NAME", "The OS whose spam is wanted.", required=True),
            Option("--os-column COLUMN", _OS),
            *_RECORDS,
            Option("-n N", "How many to pick.", default=100),
            Option("--seed NUMBER", "Another seed, another pick.", _SEED, default=0),
        ],
        "Output": opt.output_options("csv", _RECORD_FORMATS, figures=False),
        "Messages and exit code": opt.MESSAGES,
    },
)
@click.argument("messages", nargs=-1, required=True, type=FILE)
def sample(messages: tuple[str, ...], os: str, n: int, seed: int, **given: Any) -> None:
    """Pick some of one OS's spam at random, to look into.

    Where does it really come from? MESSAGES are as for tally. The records come with all their
    columns, in their order; the same seed picks the same ones, here and on a cluster.

    \b
    Example:
      spamindex sample mail.csv --fingerprints p0f.log --spam action=reject --os Linux -n 5
    """
    out = Output.pop_from(given, "csv", _RECORD_FORMATS)
    # A row that stands for several messages is picked as one.
    job = Job(messages, {"os": given.pop("os_column"), "weight": "", **given})
    with job.opened() as records:
        question = records.question(job.options)
        counts = records.counted(question, skip_bad=job.logs["skip_bad"])
        picked, among = records.pick(question, counts, os, n, seed)
        findings = records.findings
    if among < n:
        findings[-1].notes.append(f"asked for {counted(n, 'record')}, found {among}")
    out.say([*job.name_findings, *findings])
    out.write(picked)
