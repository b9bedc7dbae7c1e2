"""What tally and sample have in common: the options by which records are found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from spamindex.cli.console import say, source
from spamindex.cli.options import Ports, SpamColumn, input_option

if TYPE_CHECKING:
    from spamindex.messages.records import Records
    from spamindex.names import Names


def record_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options by which records are found and understood, the same for both commands."""
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


def check(messages: tuple[str, ...], **asked: Any) -> None:
    """Refuse options that contradict each other or would change nothing."""
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


def names_of(path: str | None) -> Names:
    """The names of --names, or the built-in ones alone."""
    if path is None:
        from spamindex.names import BUILT_IN

        return BUILT_IN
    from spamindex.tables.synonyms import read_names  # which loads pandas

    return read_names(source(path))


@contextmanager
def opened(
    messages: tuple[str, ...], asked: dict[str, Any], *, skip_bad: bool
) -> Iterator[Records]:
    """The records that are meant, with a bar while they are read; takes its part of ``asked``."""
    from spamindex.cli.progress import shown
    from spamindex.messages.records import open_records

    logs, zone, ports = (asked.pop(name) for name in ("fingerprints", "log_zone", "port"))
    with open_records(
        messages, source, ports=ports, logs=logs, zone=zone, skip_bad=skip_bad
    ) as records:
        if records.known and records.known.changing:
            say_changing(records.known.changing)
        try:
            with shown(records.connection.query_progress):
                yield records
        finally:
            for found in records.findings:
                found.warn()


def say_changing(clients: int) -> None:
    """Say how many clients have several fingerprints, so that it matters when a message came."""
    say(f"note: clients with several fingerprints over time: {clients}")
