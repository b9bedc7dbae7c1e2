"""What is counted of message records, and what comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from spamindex.messages.fingerprints import Fingerprints

Span: TypeAlias = Literal["day", "month", "year"]

TRUE = ("true", "t", "1", "1.0", "yes", "y", "on")


@dataclass(frozen=True)
class Question:
    """What is counted: by columns of the records, each named as the frame names it.

    ``os`` holds the OS; or ``client`` the address, whose OS ``fingerprints`` know, at ``time`` if
    that is given. ``spam`` is a column and the values in it that mean spam; without it all records
    are. ``by`` are more columns to count apart, each with the span of time it is cut to, if any.
    ``unreadable`` is a column that is true for a record that could not be read.
    """

    os: str | None = None
    client: str | None = None
    fingerprints: Fingerprints | None = None
    time: str | None = None
    spam: tuple[str, Collection[str]] | None = None
    by: Sequence[tuple[str, Span | None]] = ()
    unreadable: str | None = None

    def renamed(self, names: Mapping[str, str]) -> Question:
        """The same question to a frame whose columns have other names."""

        def new(name: str | None) -> str | None:
            return None if name is None else names[name]

        return replace(
            self,
            os=new(self.os),
            client=new(self.client),
            time=new(self.time),
            spam=self.spam and (names[self.spam[0]], self.spam[1]),
            by=[(names[column], span) for column, span in self.by],
            unreadable=new(self.unreadable),
        )

    @property
    def over_time(self) -> bool:
        """Whether it matters when a message came, to know its fingerprint."""
        return bool(self.time and self.fingerprints and self.fingerprints.changing)

    @property
    def by_names(self) -> list[str]:
        """What the columns to count by are called in the result: a span by its own name."""
        return [span or column for column, span in self.by]


@dataclass(frozen=True)
class Counts:
    """The spam of each label, as it stands in the records, and what became of the others.

    ``messages`` are by key: the text in each of the columns ``by``, then the label. ``others`` are
    the records that are not spam, by label.
    """

    messages: Mapping[tuple[str, ...], int]
    by: list[str]
    others: Mapping[str, int]
    unreadable: int

    @property
    def labels(self) -> Mapping[str, int]:
        """The messages of each label, whatever the columns ``by``."""
        sums = Counter[str]()
        for (*_, label), messages in self.messages.items():
            sums[label] += messages
        return sums

    @property
    def not_spam(self) -> int:
        """The records that are not spam."""
        return sum(self.others.values())

    @property
    def spam(self) -> int:
        """The messages that are spam."""
        return sum(self.messages.values())

    @property
    def read(self) -> int:
        """All records, whether they could be read or not."""
        return self.spam + self.not_spam + self.unreadable
