"""What tally and sample have in common: the options by which records are found and understood."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from spamindex.cli.console import findings as warnings_said
from spamindex.cli.console import say, source
from spamindex.cli.options import Ports, input_option, output_option
from spamindex.errors import Findings, Remedy, SpamIndexError

if TYPE_CHECKING:
    from spamindex.messages.options import By, RecordOptions, Spam
    from spamindex.messages.records import Records
    from spamindex.names import Names

_CALLED = {"os": "--os", "by": "--by", "spam": "--spam"}


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
                help="Column with the time of the message, for fingerprints that change; "
                "'' takes the latest ones.",
            ),
            input_option(
                "--fresh",
                metavar="DURATION",
                callback=_fresh,
                help="How long a fingerprint holds after it was seen: 12h, 7d.",
            ),
            input_option(
                "--log-zone",
                metavar="ZONE",
                callback=_zone,
                help="Time zone of the p0f logs (Europe/Paris), if the records' times are in UTC "
                "or say how they relate to it.",
            ),
            input_option(
                "--spam",
                metavar="COLUMN[=VALUE,...]",
                callback=_spam,
                help="Which records are spam: those with VALUE there, or a word for true. Without "
                "it a column spam or is_spam says so, else all are; '' says that all are.",
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
            input_option(
                "--remote",
                metavar="URL",
                help="Count on a Spark Connect server, where MESSAGES are: sc://host:15002.",
            ),
            output_option("--strict", is_flag=True, help="Treat warnings as errors."),
            output_option("-q", "--quiet", is_flag=True, help="Say no notes and no warnings."),
            output_option("-v", "--verbose", is_flag=True, help="Say how all was read."),
        )
    ):
        command = option(command)
    return command


def _fresh(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | None:
    from spamindex.messages.options import seconds_of

    try:
        return None if value is None else seconds_of(value)
    except SpamIndexError as error:
        raise click.BadParameter(f"{error}.") from None


def _zone(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    from zoneinfo import ZoneInfo

    try:
        if value is not None:
            ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise click.BadParameter(f"{value!r} is no time zone, such as Europe/Paris.") from None
    return value


def _spam(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Spam | None:
    """COLUMN, or COLUMN=VALUE,..., as the column and the values that mean spam; "" for all."""
    if value is None:
        return None
    column, equals, wanted = value.partition("=")
    values = tuple(part.strip() for part in wanted.split(",") if part.strip())
    if (value.strip() and not column.strip()) or (equals and not values):
        raise click.BadParameter(f"{value!r} is not of the form COLUMN or COLUMN=VALUE,...")
    return column.strip(), values


def by_columns(_ctx: click.Context, _param: click.Parameter, value: Sequence[str]) -> list[By]:
    """COLUMN or COLUMN:SPAN, each as the column and the span."""
    from spamindex.messages.options import parted_by

    found = []
    for text in value:
        column, span = parted_by(text)
        if not column or (span or column) in TALLY_COLUMNS:
            raise click.BadParameter(f"{text!r} is a column of the result, or none.")
        found.append((column, span))
    names = [span or column for column, span in found]
    if len(set(names)) < len(names):
        raise click.BadParameter("--by names a column of the result twice.")
    return found


TALLY_COLUMNS = ("os", "spam_share", "messages", "machines", "design_effect", "clusters")


@dataclass(frozen=True)
class Asked:
    """What the options say: of records in ``options``, and where they and what is said are."""

    messages: tuple[str, ...]
    options: RecordOptions
    fingerprints: tuple[str, ...]
    log_zone: str | None
    port: tuple[str, ...] | None
    skip_bad: bool
    remote: str | None
    strict: bool
    quiet: bool
    verbose: bool

    @classmethod
    def of(cls, messages: tuple[str, ...], **given: Any) -> Asked:
        """The options of a command; those that contradict each other are a usage error."""
        own = ("fingerprints", "log_zone", "port", "skip_bad", "remote")
        told = ("strict", "quiet", "verbose")
        asked = {name: given.pop(name) for name in (*own, *told)}
        _check(messages, {**given, **asked})
        from spamindex.messages.options import RecordOptions

        names = names_of(given.pop("names"))
        by = tuple(given.pop("by", ()))
        return cls(messages, RecordOptions(names=names, by=by, **given), **asked)

    @contextmanager
    def opened(self) -> Iterator[Records]:
        """The records that are meant, with a bar while they are read."""
        from spamindex.cli.progress import shown
        from spamindex.messages.records import open_records

        with (
            open_records(
                self.messages,
                source,
                ports=self.port,
                logs=self.fingerprints,
                zone=self.log_zone,
                skip_bad=self.skip_bad,
            ) as records,
            shown(records.connection.query_progress),
        ):
            yield records

    def say(self, findings: Sequence[Findings]) -> None:
        """Say of each input at most one note and one warning; with --strict that is an error."""
        doubts: list[str] = []
        for found in findings:
            if (note := found.note(always=self.verbose)) is not None and not self.quiet:
                say(f"note: {note}")
            if (warning := found.warning(spelled)) is None:
                continue
            if self.strict:
                doubts.append(warning)
            elif not self.quiet:
                say(f"warning: {warning}")
        if doubts:
            raise SpamIndexError(*doubts)

    @contextmanager
    def errors_spelled(self, **called: str) -> Iterator[None]:
        """Errors whose ways out are the options of this command, and warnings of the library."""
        try:
            with warnings_said(strict=self.strict):
                yield
        except SpamIndexError as error:
            lines = error.lines(lambda remedy: spelled(remedy, **called))
            raise SpamIndexError(*lines) from error


def spelled(remedy: Remedy, **called: str) -> str:
    """A way out as an option of the command line."""
    option = called.get(remedy.field, f"--{remedy.field.replace('_', '-')}")
    return option if remedy.value is None else f"{option} {shlex.quote(remedy.value)}"


def _check(messages: tuple[str, ...], asked: dict[str, Any]) -> None:  # noqa: C901
    """Refuse options that contradict each other or would change nothing."""
    if (*messages, asked["names"], *asked["fingerprints"]).count("-") > 1:
        raise click.UsageError("Standard input (-) can be read only once.")
    if "-" in asked["fingerprints"]:
        raise click.UsageError("--fingerprints takes files, not standard input.")
    machines, cluster = asked.get("count") == "machines", asked.get("cluster")
    if not asked["fingerprints"]:
        by_client = machines or cluster == "client"
        for option in ("client", "time", "log_zone", "fresh"):
            if asked[option] is not None and not (option == "client" and by_client):
                name = option.replace("_", "-")
                raise click.UsageError(f"--{name} is for --fingerprints, which are not given.")
    elif asked["os"] is not None:
        raise click.UsageError("A column of the OS and --fingerprints both say what it is.")
    if machines and cluster:
        raise click.UsageError("--count machines and --cluster can't be given together.")
    if machines and asked.get("weight"):
        raise click.UsageError("--weight would change nothing: a machine counts once.")
    if asked["quiet"] and asked["verbose"]:
        raise click.UsageError("--quiet and --verbose can't be given together.")
    if asked["remote"] and "-" in messages:
        raise click.UsageError("--remote counts files of the cluster, not standard input.")


def names_of(path: str | None) -> Names:
    """The names of --names, or the built-in ones alone."""
    if path is None:
        from spamindex.names import BUILT_IN

        return BUILT_IN
    from spamindex.tables.synonyms import read_names  # which loads pandas

    return read_names(source(path))
