"""What is counted of message records, by columns that are there, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from spamindex.errors import Findings, counted
from spamindex.messages.fingerprints import UNKNOWN, Fingerprints
from spamindex.messages.options import By, Unit
from spamindex.names import BUILT_IN, Names


class Flag(NamedTuple):
    """The column that says what is spam, and by which values: none for the words for true."""

    column: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What is counted: by columns of the records, each named as the frame names it.

    ``os`` holds the OS; or ``client`` the address, whose OS ``fingerprints`` know, at ``time`` if
    that is given ("" where the latest is meant), for ``fresh`` seconds. ``spam`` says which records
    are; without it all are.
    ``by`` are more columns to count apart, each with the span of time it is cut to. ``weight``
    says how many messages a record is, ``figures`` is a column that may do so, and ``cluster`` says
    which belong together. ``unreadable`` is a
    column that is true for a record that could not be read; with ``headings`` a record that
    repeats the heading of its column is none. ``holds_os`` is None where the heading leaves open
    whether operating systems stand in the column.
    """

    os: str | None = None
    client: str | None = None
    fingerprints: Fingerprints | None = None
    time: str | None = None
    fresh: int | None = None
    spam: Flag | None = None
    by: Sequence[By] = ()
    weight: str | None = None
    figures: str | None = None
    count: Unit = "messages"
    cluster: str | None = None
    unreadable: str | None = None
    headings: bool = False
    holds_os: bool | None = True
    family: bool | None = None
    ignore_unknown: bool = False
    names: Names = field(default=BUILT_IN, repr=False)
    findings: Findings = field(default_factory=lambda: Findings("records"), repr=False)

    def renamed(self, names: Mapping[str, str]) -> Question:
        """The same question to a frame whose columns have other names."""

        def new(name: str | None) -> str | None:
            return names[name] if name else name

        return replace(
            self,
            os=new(self.os),
            client=new(self.client),
            time=new(self.time),
            spam=self.spam and self.spam._replace(column=names[self.spam.column]),
            by=[(names[column], span) for column, span in self.by],
            weight=new(self.weight),
            figures=new(self.figures),
            cluster=new(self.cluster),
            unreadable=new(self.unreadable),
        )

    @property
    def columns(self) -> list[str]:
        """The columns that it asks for, each once."""
        wanted = [self.os, self.client, self.time, self.weight, self.cluster]
        wanted += [self.spam and self.spam.column, *(column for column, _ in self.by)]
        return [column for column in dict.fromkeys(wanted) if column]

    @property
    def over_time(self) -> bool:
        """Whether it matters when a message came, to know its fingerprint."""
        known = self.fingerprints
        return bool(self.time and known and (known.changing or self.fresh))

    @property
    def by_names(self) -> list[str]:
        """What the columns to count by are called in the result: a span by its own name."""
        return [span or column for column, span in self.by]


class ClusterSums(NamedTuple):
    """What the design effect of one OS in one ranking is made of.

    ``squares`` is the sum of x², ``products`` of x·n, over clusters with x messages of the OS among
    n of all; ``whole_squares`` is the sum of n² over all ``clusters`` of the ranking.
    """

    squares: int
    products: int
    whole_squares: int
    clusters: int


@dataclass(frozen=True)
class Counts:
    """How much spam each OS sent, and what became of all records.

    ``units`` are messages or machines (``unit`` says which), by key: the text in each of the
    columns ``by``, then the OS; of ``clusters`` the sums by the same keys. ``labels`` are the
    messages of each label, as it stands in the records, ``systems`` its OS; ``heading`` is that of
    the column with the labels, if it says that they are no operating systems. ``rows`` are the
    records that are spam.
    """

    by: Sequence[str]
    units: Mapping[tuple[str, ...], int]
    labels: Mapping[str, int]
    systems: Mapping[str, str]
    rows: int
    not_spam: int = 0
    unreadable: int = 0
    headings: int = 0
    unit: Unit = "messages"
    clusters: Mapping[tuple[str, ...], ClusterSums] | None = None
    findings: Findings = field(default_factory=lambda: Findings("records"), repr=False)
    heading: str | None = None

    @property
    def spam(self) -> int:
        """The messages that are spam."""
        return sum(self.labels.values())

    @property
    def read(self) -> int:
        """All records, whether they could be read or not, and repeated headings."""
        return self.rows + self.not_spam + self.unreadable + self.headings

    @property
    def unknown(self) -> int:
        """The messages that are spam, and of an unknown OS."""
        return sum(n for label, n in self.labels.items() if self.systems.get(label) == UNKNOWN)

    @property
    def what_became(self) -> str:
        """What became of all records, in one line."""
        spam = f"{self.rows} spam"
        if self.spam != self.rows:
            spam += f" for {counted(self.spam, 'message')}"
        return (
            f"{counted(self.read - self.headings, 'record')}: {spam} ({self.unknown} of an unknown "
            f"OS), {self.not_spam} not spam, {self.unreadable} unreadable"
        )
