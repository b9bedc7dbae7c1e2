"""spamindex tally: message records in, a SPAM table out; options of records, sample's too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from spamindex.cli import options as opt
from spamindex.cli.command import Command, Decorator, as_one
from spamindex.cli.console import progress, source
from spamindex.cli.formats import heading_of
from spamindex.cli.output import Output

if TYPE_CHECKING:
    from spamindex.errors import Findings
    from spamindex.messages.options import By, RecordOptions, Spam
    from spamindex.messages.records import Records

_OF_CLUSTERS = ("design_effect", "clusters")
_COLUMNS = ("os", "spam_share", "messages", "machines", *_OF_CLUSTERS)


def record_options(own: str, questions: str = "", **types: opt.Value) -> Decorator:
    """The options of a command that reads records, which it gets as ``asked``.

    Its ``own`` ones come first, those that are ``questions`` last.
    """
    page = f"""
    Input:
      {own}
      --fingerprints LOG  p0f 3 log that knows the OS by client address. [repeatable]
      --client COLUMN     Column with the client's address.
      --time COLUMN       Column with the time of the message, for fingerprints that change; ''
                          takes the latest ones.
      --fresh DURATION    How long a fingerprint holds after it was seen: 12h, 7d.
      --log-zone ZONE     Time zone of the p0f logs (Europe/Paris), where the records' times have
                          one.
      --spam COLUMN[=VALUE,...]
                          Which records are spam: those with one of the values in COLUMN, or a word
                          for true. Default: a column called spam or is_spam, else all records. ''
                          means all. [repeatable]
      --port PORT,...     Of a p0f log, only connections to these server ports.
      {opt.NAMES}
      --skip-bad          Go on even if more than 1 line in 1,000 can't be read.
      --remote URL        Count on a Spark Connect server, where MESSAGES are: sc://host:15002.
    {questions}
    """
    types |= {
        "fingerprints": opt.FILE,
        "fresh": opt.Value(opt.later("messages.options", "seconds_of")),
        "log_zone": opt.Value(opt.later("messages.options", "time_zone")),
        "spam": opt.column(read=_spam),
        "port": opt.Value(_ports),
    }
    return as_one("asked", Asked, *opt.options(page, **types))


def _spam(text: str) -> Spam:
    """COLUMN, or COLUMN=VALUE,..., as the column and the values that mean spam; "" for all."""
    from spamindex.messages.options import parted_spam

    column, values = parted_spam(text)
    if (text.strip() and not column) or ("=" in text and not values):
        raise ValueError(f"{text!r} is not COLUMN or COLUMN=VALUE,...")
    return column, values


def _together(given: Sequence[Spam]) -> Spam | None:
    """One column, and all values of it that are given."""
    if len({(column, bool(values)) for column, values in given}) > 1:
        raise click.UsageError("--spam: the values for spam must be of one column")
    return (given[0][0], tuple(v for _, values in given for v in values)) if given else None


def _ports(given: str) -> tuple[str, ...]:
    """Numbers of ports, with commas between them."""
    found = [part.strip() for part in given.split(",")]
    if not all(port.isdecimal() and len(port) < 6 and int(port) < 1 << 16 for port in found):
        raise ValueError(f"{given!r} is not of the form 25,587")
    return tuple(str(int(port)) for port in found)


class Asked:
    """What the options say: ``given`` of records, ``logs`` of p0f's logs and of damaged lines."""

    def __init__(
        self,
        *,
        names: str | None,
        fingerprints: tuple[str, ...],
        log_zone: str | None,
        port: tuple[str, ...] | None,
        skip_bad: bool,
        remote: str | None,
        spam: tuple[Spam, ...],
        **given: Any,
    ) -> None:
        self.names, self.remote = names, remote
        self.given = {**given, "spam": _together(spam)}
        self.logs: dict[str, Any] = {
            "logs": fingerprints, "zone": log_zone, "ports": port, "skip_bad": skip_bad
        }  # fmt: skip
        option = "os_column" if "os_column" in given else "os"
        if fingerprints and given[option]:
            option = option.replace("_", "-")
            raise click.UsageError(f"choose --{option} or --fingerprints, not both")
        if not fingerprints:
            by_client = given.get("cluster") or given.get("count") == "machines"
            client = None if by_client else given["client"]
            asked = {**given, "client": client, "log_zone": log_zone}
            for option in ("client", "time", "fresh", "log_zone"):
                if asked[option] is not None:
                    raise click.UsageError(f"--{option.replace('_', '-')} needs --fingerprints")
        for option in ("cluster", "weight") if given.get("count") == "machines" else ():
            if given[option]:
                raise click.UsageError(f"choose --count machines or --{option}, not both")

    def check_files(self, messages: Sequence[str]) -> None:
        """Refuse to read standard input twice, or where it can't be."""
        opt.check_stdin(*messages, self.names)
        if "-" in self.logs["logs"]:
            raise click.UsageError("--fingerprints takes files, not standard input")
        if self.remote and "-" in messages:
            raise click.UsageError("--remote counts files of the cluster, not standard input")

    def options(self, **more: Any) -> tuple[RecordOptions, list[Findings]]:
        """What is asked of the records, and what is to be said of the file of --names."""
        from spamindex.messages.options import RecordOptions

        known, findings = opt.names_of(self.names)
        given = {("os" if name == "os_column" else name): v for name, v in self.given.items()}
        return RecordOptions(names=known, **given, **more), findings

    @contextmanager
    def opened(self, messages: Sequence[str]) -> Iterator[Records]:
        """The records that are meant, on the cluster or here, with a bar while they are read."""
        if self.remote:
            from spamindex.messages.spark import open_remote

            with open_remote(messages, self.remote, **self.logs) as there:
                yield there
            return
        from spamindex.messages.opening import open_records

        with (
            open_records(messages, source, **self.logs) as records,
            progress(records.connection.query_progress),
        ):
            yield records


def _by(text: str) -> By:
    """COLUMN or COLUMN:SPAN as the column and the span."""
    from spamindex.messages.options import parted_by

    column, span = parted_by(text)
    if not column:
        raise ValueError(f"{text!r} names no column")
    if (span or column) in _COLUMNS:
        raise ValueError(f"the result has a column {span or column!r} of its own; {opt.RENAME}")
    return column, span


@click.command(cls=Command, fields={"zone": "log_zone"})
@opt.file_argument("messages", nargs=-1, required=True)
@record_options(
    "--os COLUMN         Column with the OS of the sender.",
    """
    Questions:
      --by COLUMN[:SPAN]  Count apart for each value; of a time for each day, week, month, quarter
                          or year. [repeatable]
      --weight COLUMN     Column that says how many messages a record stands for; '' for one each.
      --count messages|machines
                          Count messages, or each client address once for each OS.
                          [default: messages]
      --cluster COLUMN    Column that says which messages belong together, such as a campaign;
                          client for the client's address. Adds design_effect and clusters.
      --family/--no-family
                          Add up versions, or not: Windows 7 and 10 become Windows. Default: where
                          the column holds operating systems.
      --ignore-unknown    Leave spam of an unknown OS out of the shares.
    """,
    by=opt.column(read=_by),
)
@opt.output_options("csv")
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
    columns = opt.chosen(out.columns, there, dict.fromkeys(_OF_CLUSTERS, "--cluster"))
    how, said = asked.options()
    # This loads narwhals, so not before the options are known to be right.
    from spamindex.messages.tallies import shares

    with asked.opened(messages) as records:
        counts = records.counted(records.question(how), skip_bad=asked.logs["skip_bad"])
        findings = records.findings
    shown = shares(counts, ignore_unknown=how.ignore_unknown)
    findings[-1].facts.append(counts.what_became)
    if how.ignore_unknown and counts.unknown:
        left_out = f"spam of an unknown OS left out: {counts.unknown} of {counts.spam}"
        findings[-1].notes.append(left_out)
    out.say([*said, *findings])
    out.write({name: shown[name] for name in columns}, headings={"os": heading_of(counts.heading)})


def _columns(asked: Asked) -> list[str]:
    """The columns of the result."""
    by = [span or column for column, span in asked.given["by"]]
    for name in by:
        if by.count(name) > 1:
            raise click.UsageError(f"--by: {name!r} is given twice")
    of_clusters = _OF_CLUSTERS if asked.given["cluster"] else ()
    return [*by, "os", "spam_share", asked.given["count"], *of_clusters]
