"""Which column of message records holds what: by its heading, or as it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from spamindex.errors import ColumnError, Doubt, Findings, Remedy
from spamindex.messages.fingerprints import Fingerprints
from spamindex.messages.options import RecordOptions
from spamindex.messages.query import Flag, Question
from spamindex.words import (
    MAY_SAY_SPAM,
    RECORD_HEADINGS,
    counts_or_shares,
    headed,
    says_os,
    says_shares,
    usual,
    words,
)

_WHAT = {"os": "the OS", "client": "the client's address"}


def question(
    columns: Sequence[str],
    options: RecordOptions | None = None,
    *,
    fingerprints: Fingerprints | None = None,
    figures: Callable[[str], bool] = lambda column: True,
    unreadable: str | None = None,
    headings: bool = False,
    findings: Findings | None = None,
) -> Question:
    """What is to be counted of records with these columns.

    What is given is looked for, whatever its case and punctuation; what is not, by usual headings.
    ``figures`` tells whether figures stand in a column; what is to be said goes to ``findings``.
    Raises ColumnError where something that is
    needed is not there, where two columns could be meant, and where a row seems to be more than a
    message.

    >>> question(["Date", "OS_fp", "spam"]).os
    'OS_fp'
    """
    asked = RecordOptions() if options is None else options
    found = Findings("records") if findings is None else findings
    by = [(find(columns, column), span) for column, span in asked.by]
    by_client = asked.count == "machines" or asked.cluster == "client"
    if fingerprints is None:
        os: str | None = _needed(columns, "os", asked.os)
        client = _needed(columns, "client", asked.client) if by_client else None
    else:
        os, client = None, _needed(columns, "client", asked.client)
    cluster = None
    if asked.cluster is not None:
        cluster = client if asked.cluster == "client" else find(columns, asked.cluster)
    weight = None
    if asked.weight is not None and (asked.weight != "1" or "1" in columns):
        weight = find(columns, asked.weight)
    time = None
    if fingerprints is not None and asked.time != "":
        time = find(columns, asked.time) if asked.time else _usual(columns, "time")
        if time is None and asked.fresh:
            raise ColumnError(
                "can't tell which column holds the times, without which nobody knows which "
                "fingerprint is fresh",
                settles=[Remedy("time", None, "names it")],
            )
    spam = _flag(columns, asked, found)
    if asked.weight is None and asked.count == "messages":
        used = {os, client, cluster, time, spam and spam.column, *(column for column, _ in by)}
        _refuse_counts([c for c in columns if c not in used], figures)
    found.facts += [
        f"{what} in column {column!r}"
        for what, column in (
            ("OS", os), ("addresses", client), ("times", time), ("spam", spam and spam.column),
            ("messages", weight), ("clusters", cluster),
        )
        if column is not None
    ]  # fmt: skip
    return Question(
        os=os,
        client=client,
        fingerprints=fingerprints,
        time=time,
        fresh=asked.fresh,
        spam=spam,
        by=by,
        weight=weight,
        count=asked.count,
        cluster=cluster,
        unreadable=unreadable,
        headings=headings,
        holds_os=True if os is None else says_os(os),
        family=asked.family,
        ignore_unknown=asked.ignore_unknown,
        names=asked.names,
        findings=found,
    )


def find(columns: Sequence[str], named: str) -> str:
    """The column of a name, whatever its case and punctuation, or of a number from 1.

    Raises ColumnError.
    """
    found = headed(columns, named)
    if not found and named.isdecimal() and 1 <= int(named) <= len(columns):
        found = [int(named) - 1]
    if len(found) == 1:
        return columns[found[0]]
    problem = "more than one column is called" if found else "no column is called"
    raise ColumnError(f"{problem} {named!r}; there are {', '.join(map(repr, columns))}")


def _flag(columns: Sequence[str], asked: RecordOptions, found: Findings) -> Flag | None:
    if asked.spam is not None:
        column, values = asked.spam
        if not column:
            return None
        return Flag(find(columns, column), tuple(values))
    there = [c for c in columns if words(c) in RECORD_HEADINGS["spam"]]
    if len(there) > 1:
        raise ColumnError(
            f"{', '.join(map(repr, there))}: which one says what is spam?",
            settles=[Remedy("spam", column, "takes that one") for column in there],
        )
    if there:
        return Flag(there[0])
    grouped = {words(name) for name, _ in asked.by} | {words(asked.os or "")}
    near = [
        c
        for c in columns
        if words(c) not in grouped and not MAY_SAY_SPAM.isdisjoint(words(c).split())
    ]
    found.notes.append("all records count as spam")
    if near:
        found.doubts.append(
            Doubt(
                f"all records are taken for spam; does column {near[0]!r} say which are?",
                (
                    Remedy("spam", f"{near[0]}=VALUE", "takes those with that value"),
                    Remedy("spam", "", "takes all"),
                ),
            )
        )
    return None


def _refuse_counts(columns: Sequence[str], figures: Callable[[str], bool]) -> None:
    """Refuse records with a column of counts or shares: a row of them is no single message."""
    for column in columns:
        if not (counts_or_shares(column) and figures(column)):
            continue
        each = Remedy("weight", "1", "if each row is one message")
        if says_shares(column):
            raise ColumnError(
                f"column {column!r} holds shares, so a row is no message; compute reads tables of "
                "shares",
                settles=[each],
            )
        raise ColumnError(
            f"column {column!r} holds counts, so how many messages is a row?",
            settles=[Remedy("weight", column, "if it is as many as that column says"), each],
        )


def _needed(columns: Sequence[str], field: str, named: str | None) -> str:
    found = find(columns, named) if named else _usual(columns, field)
    if found is None:
        settles = [Remedy(field, None, "names it")]
        if field == "os":
            settles.append(Remedy("fingerprints", None, "knows it by address"))
        raise ColumnError(
            f"can't tell which column holds {_WHAT[field]}; there are "
            f"{', '.join(map(repr, columns))}",
            settles=settles,
        )
    return found


def _usual(columns: Sequence[str], field: str) -> str | None:
    found = usual(columns, field)
    if len(found) > 1:
        names = [columns[i] for i in found]
        raise ColumnError(
            f"{', '.join(map(repr, names))}: only one of them can be right",
            settles=[Remedy(field, name, "takes that one") for name in names],
        )
    return columns[found[0]] if found else None
