"""The options by which tally and sample find and understand records, as one object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from spamindex.cli.console import names_of, source
from spamindex.cli.options import NAMES, as_one, check_stdin, input_option
from spamindex.cli.values import FILE, TEXT, Value, column, ports

if TYPE_CHECKING:
    from spamindex.errors import Findings
    from spamindex.messages.options import RecordOptions, Spam
    from spamindex.messages.records import Records
    from spamindex.messages.spark import RemoteRecords

_Option = Callable[[Callable[..., Any]], Callable[..., Any]]


def record_options(*own: _Option, questions: Sequence[_Option] = ()) -> _Option:
    """The options of a command that reads records, which it gets as ``asked``.

    Its ``own`` ones come first, those that are ``questions`` last.
    """
    return as_one(
        "asked",
        Asked,
        *own,
        input_option(
            "--fingerprints LOG",
            FILE,
            "p0f 3 log that knows the OS by client address.",
            multiple=True,
        ),
        input_option("--client COLUMN", column(), "Column with the client's address."),
        input_option(
            "--time COLUMN",
            column(),
            "Column with the time of the message, for fingerprints that change; '' takes the "
            "latest ones.",
        ),
        input_option(
            "--fresh DURATION",
            Value(_duration),
            "How long a fingerprint holds after it was seen: 12h, 7d.",
        ),
        input_option(
            "--log-zone ZONE",
            Value(_zone),
            "Time zone of the p0f logs (Europe/Paris), where the records' times have one.",
        ),
        input_option(
            "--spam COLUMN[=VALUE,...]",
            column(read=_spam),
            "Which records are spam: those with VALUE there, or a word for true. Default: a "
            "column spam or is_spam says so, else all are; '' says that all are.",
            multiple=True,
            callback=_together,
        ),
        input_option(
            "--port PORT,...",
            Value(ports),
            "Of a p0f log, only connections to these server ports.",
        ),
        NAMES,
        input_option("--skip-bad", does="Go on even if more than 1 line in 1,000 can't be read."),
        input_option(
            "--remote URL",
            TEXT,
            "Count on a Spark Connect server, where MESSAGES are: sc://host:15002.",
        ),
        *questions,
    )


def _duration(text: str) -> int:
    """``12h`` or ``7d`` in seconds."""
    from spamindex.messages.options import seconds_of

    return seconds_of(text)


def _zone(text: str) -> str:
    from spamindex.messages.options import time_zone

    return time_zone(text)


def _spam(text: str) -> Spam:
    """COLUMN, or COLUMN=VALUE,..., as the column and the values that mean spam; "" for all."""
    from spamindex.messages.options import values_of

    column, equals, wanted = text.partition("=")
    values = values_of(wanted)
    if (text.strip() and not column.strip()) or (equals and not values):
        raise ValueError(f"{text!r} is not COLUMN or COLUMN=VALUE,...")
    return column.strip(), values


def _together(ctx: click.Context, param: click.Parameter, given: tuple[Spam, ...]) -> Spam | None:
    """One column, and all values of it that are given."""
    if len({(column, bool(values)) for column, values in given}) > 1:
        raise click.UsageError("--spam: the values for spam must be of one column", ctx)
    return (given[0][0], tuple(v for _, values in given for v in values)) if given else None


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
        **given: Any,
    ) -> None:
        self.names, self.remote, self.given = names, remote, given
        self.logs: dict[str, Any] = {
            "logs": fingerprints,
            "zone": log_zone,
            "ports": port,
            "skip_bad": skip_bad,
        }
        if fingerprints:
            if given.get("os") or given.get("os_column"):
                option = "--os-column" if "os_column" in given else "--os"
                raise click.UsageError(f"choose {option} or --fingerprints, not both")
            return
        by_client = given.get("count") == "machines" or given.get("cluster") == "client"
        for option, value in (
            ("client", None if by_client else given["client"]),
            ("time", given["time"]),
            ("fresh", given["fresh"]),
            ("log-zone", log_zone),
        ):
            if value is not None:
                raise click.UsageError(f"--{option} needs --fingerprints")

    def check_files(self, messages: Sequence[str]) -> None:
        """Refuse to read standard input twice, or where it can't be."""
        check_stdin(*messages, self.names)
        if "-" in self.logs["logs"]:
            raise click.UsageError("--fingerprints takes files, not standard input")
        if self.remote and "-" in messages:
            raise click.UsageError("--remote counts files of the cluster, not standard input")

    def options(self, **more: Any) -> tuple[RecordOptions, list[Findings]]:
        """What is asked of the records, and what is to be said of the file of --names."""
        from spamindex.messages.options import RecordOptions

        known, findings = names_of(self.names)
        given = {("os" if name == "os_column" else name): v for name, v in self.given.items()}
        return RecordOptions(names=known, **given, **more), findings

    @contextmanager
    def opened(self, messages: Sequence[str]) -> Iterator[Records | RemoteRecords]:
        """The records that are meant, on the cluster or here, with a bar while they are read."""
        if self.remote:
            from spamindex.messages.spark import open_remote

            with open_remote(messages, self.remote, **self.logs) as there:
                yield there
            return
        from spamindex.cli.progress import shown
        from spamindex.messages.opening import open_records

        with (
            open_records(messages, source, **self.logs) as records,
            shown(records.connection.query_progress),
        ):
            yield records
