"""p0f 3 logs: which client spoke when, and which OS that was."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from spamindex.addresses import mapped, normal
from spamindex.errors import FileError, SpamIndexWarning, listed
from spamindex.textfile import Source, binary_lines, name_of

UNKNOWN = "Unknown"
ALWAYS_BEFORE, NEVER = "", "~"  # before and after every time, as text

_LOG = re.compile(rb"\[(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)\] mod=")
# The raw signature at the end can hold anything, also bars; what is before it can't.
_SENDER = re.compile(
    rb"\[(?P<time>[^\]]{19})\] mod=syn\|cli=(?P<client>[^|/]*)/\d+"
    rb"\|srv=(?P<server>[^|/]*)/(?P<port>\d+)\|subj=cli\|(?P<kind>os|app)=(?P<os>[^|]*)\|"
)
_MOST_BAD = 1000


@dataclass(frozen=True)
class Sender:
    """What one SYN of a client says: when (YYYY-MM-DD HH:MM:SS), who, to which port, its OS."""

    time: str
    client: str
    server: str
    port: str
    os: str


def is_log(line: bytes) -> bool:
    """Whether a line is one of a p0f 3 log.

    >>> is_log(b"[2014/12/17 05:22:49] mod=mtu|cli=192.0.2.7/1|srv=192.0.2.9/25|...")
    True
    """
    return bool(_LOG.match(line))


def senders(source: Source, *, skip_bad: bool = False) -> tuple[list[Sender], list[int]]:
    """What a p0f log says of those who connect, and the numbers of lines that can't be read.

    Only lines of SYNs that speak of the client do; ``???`` and tools (``app=``) are no OS. Raises
    FileError for a file that is no log, or has more than 1 bad line in 1,000 unless ``skip_bad``.
    """
    found: list[Sender] = []
    bad: list[int] = []
    count = 0
    for count, line in enumerate(binary_lines(source), start=1):
        if b"mod=syn|" in line and (match := _SENDER.match(line)):
            said = {
                name: part.decode("ascii", "replace") for name, part in match.groupdict().items()
            }
            os = said["os"] if said["kind"] == "os" and said["os"] != "???" else UNKNOWN
            time = said["time"].replace("/", "-")
            found.append(Sender(time, said["client"], said["server"], said["port"], os))
        elif line.strip() and (b"mod=syn|" in line[:40] or not _LOG.match(line)):
            bad.append(count)
    name = name_of(source)
    if not found:
        raise FileError(f"{name}: has no line of a p0f 3 log that speaks of a client (mod=syn)")
    if bad and not skip_bad and len(bad) * _MOST_BAD > count:
        raise FileError(
            f"{name}:{bad[0]}: is no line of a p0f 3 log, as are {len(bad)} of {count}; "
            "--skip-bad leaves them out"
        )
    return found, bad


@dataclass
class Fingerprints:
    """The OS of each client over time: its labels, each with the time from which it holds."""

    labels: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def changing(self) -> list[str]:
        """The clients with several different labels."""
        return [client for client, labels in self.labels.items() if len(labels) > 1]

    def rows(self, *, over_time: bool) -> Iterator[tuple[str, str, str, str]]:
        """For each client its label, and from when until when it holds.

        Without ``over_time`` only the latest.
        """
        for client, labels in self.labels.items():
            spellings = [client] if client.startswith(":") else [client, mapped(client)]
            ends = [time for time, _ in labels[1:]] + [NEVER]
            starts = [ALWAYS_BEFORE] + [time for time, _ in labels[1:]]
            spans = list(zip(starts, ends, (label for _, label in labels), strict=True))
            for start, end, label in spans if over_time else spans[-1:]:
                for spelling in spellings:
                    yield spelling, label, start if over_time else ALWAYS_BEFORE, end


def read_fingerprints(
    sources: Iterable[Source], *, zone: str | None = None, skip_bad: bool = False
) -> Fingerprints:
    """Read p0f 3 logs as the OS of each client.

    ``zone`` is the time zone of the machine that ran p0f, which writes local times; with it they
    become UTC. Lines that can't be read are warned of, or raise a FileError, see ``senders``.
    """
    seen: dict[str, set[tuple[str, str]]] = {}
    for source in sources:
        found, bad = senders(source, skip_bad=skip_bad)
        if bad:
            lines = listed([str(line) for line in bad])
            warnings.warn(
                SpamIndexWarning(f"{name_of(source)}: can't be read and left out: line {lines}"),
                stacklevel=2,
            )
        for sender in found:
            client = normal(sender.client)
            if client:
                time = sender.time if zone is None else _in_utc(sender.time, ZoneInfo(zone))
                seen.setdefault(client, set()).add((time, sender.os))
    labels: dict[str, list[tuple[str, str]]] = {}
    for client, times in seen.items():
        changes: list[tuple[str, str]] = []
        for time, label in sorted(times):
            if not changes or changes[-1][1] != label:
                changes.append((time, label))
        labels[client] = changes
    return Fingerprints(labels)


def _in_utc(time: str, zone: ZoneInfo) -> str:
    local = datetime.fromisoformat(time).replace(tzinfo=zone)
    return local.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
