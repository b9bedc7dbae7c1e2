"""Which column of message records holds what: by its heading, or as it was asked for."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from spamindex.errors import ColumnError, SpamIndexWarning
from spamindex.messages.fingerprints import Fingerprints
from spamindex.messages.query import TRUE, Question, Span
from spamindex.words import words

# The first of these that is there is it.
_HEADINGS = {
    "--os": ("os", "os fp", "os fingerprint", "os name", "operating system", "client os"),
    "--client": (
        "client ip", "client", "client address", "client addr", "ip", "src", "src ip", "source ip",
        "remote ip", "remote addr", "address",
    ),
    "--time": ("time", "timestamp", "datetime", "received"),
    "--spam": ("spam", "is spam"),
}  # fmt: skip


_COUNTS = (
    "messages",
    "visits",
    "sessions",
    "visitors",
    "pageviews",
    "page views",
    "count",
    "counts",
)


def question(
    columns: Sequence[str],
    *,
    os: str | None = None,
    client: str | None = None,
    fingerprints: Fingerprints | None = None,
    time: str | None = None,
    spam: tuple[str, Sequence[str]] | None = None,
    by: Sequence[tuple[str, Span | None]] = (),
    unreadable: str | None = None,
    os_option: str = "--os",
) -> Question:
    """What is to be counted of records with these columns.

    What is given is looked for, whatever its case and punctuation; what is not, by usual headings.
    ``os_option`` is the option that names the column of the OS. Raises ColumnError where something
    that is needed is not there; warns of a table of counts, and of a column that may say more.

    >>> question(["Date", "OS_fp", "spam"]).os
    'OS_fp'
    """
    grouped_by = {words(name) for name, _ in by}
    counts = [name for name in columns if words(name) in _COUNTS and words(name) not in grouped_by]
    if counts:
        doubt = (
            f"column {counts[0]!r} seems to hold counts, but each record is taken for one message; "
            "a table of counts is for compute"
        )
        warnings.warn(SpamIndexWarning(doubt), stacklevel=2)
    if fingerprints is None:
        os, client = _needed(columns, "--os", os, called=os_option), None
    else:
        os, client = None, _needed(columns, "--client", client)
    spam_column = find(columns, spam[0]) if spam else _usual(columns, "--spam")
    if spam_column is None and (near := [c for c in columns if "spam" in words(c).split()]):
        doubt = f"all records are taken for spam; does column {near[0]!r} say which are? Say --spam"
        warnings.warn(SpamIndexWarning(doubt), stacklevel=2)
    return Question(
        os=os,
        client=client,
        fingerprints=fingerprints,
        time=find(columns, time) if time else _usual(columns, "--time"),
        spam=(spam_column, (spam and spam[1]) or TRUE) if spam_column else None,
        by=[(find(columns, name), span) for name, span in by],
        unreadable=unreadable,
    )


def find(columns: Sequence[str], named: str) -> str:
    """The column of a name, whatever its case and punctuation. Raises ColumnError."""
    if named in columns:
        return named
    found = [column for column in columns if words(column) == words(named)]
    if len(found) == 1:
        return found[0]
    problem = "more than one column is called" if found else "no column is called"
    raise ColumnError(f"{problem} {named!r}; there are {', '.join(map(repr, columns))}")


def _needed(
    columns: Sequence[str], option: str, named: str | None, *, called: str | None = None
) -> str:
    found = find(columns, named) if named else _usual(columns, option)
    if found is None:
        what = "the OS" if option == "--os" else "the client's address"
        hint = "; or give --fingerprints" if option == "--os" else ""
        raise ColumnError(
            f"no column can be told to hold {what}; choose with {called or option} "
            f"among {', '.join(map(repr, columns))}{hint}"
        )
    return found


def _usual(columns: Sequence[str], option: str) -> str | None:
    for heading in _HEADINGS[option]:
        found = [column for column in columns if words(column) == heading]
        if len(found) > 1:
            raise ColumnError(
                f"{', '.join(map(repr, found))}: only one can be right; choose with {option}"
            )
        if found:
            return found[0]
    return None
