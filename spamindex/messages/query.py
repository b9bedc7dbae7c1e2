"""Which columns of records hold OS, client, time and flag: by heading or as asked; the Question."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, get_args

from spamindex.errors import ColumnError, Doubt, Findings, Remedy, listed
from spamindex.meaning import (
    are_alike,
    counts_or_shares,
    headed,
    is_period,
    is_usual,
    says_os,
    says_other,
    says_shares,
    usual,
    words,
)
from spamindex.messages.fingerprints import Fingerprints
from spamindex.messages.frames import are_figures
from spamindex.messages.options import RecordOptions, Span
from spamindex.words import FALSE, TRUE

_WHAT = {
    "os": "the OS",
    "client": "the client's address",
    "time": "the times",
    "spam": "what is spam",
}
_HOUR = re.compile(r"\d\d?:\d\d(:\d\d)?\b.*")
Place = Callable[[str, str], str | None]
Cells = Mapping[str, Sequence[str]]


class Flag(NamedTuple):
    """The column that says what is spam, and by which values: none for the words for true."""

    column: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question(RecordOptions):
    """Options of which each column is named as the frame names it, and what is known besides.

    ``os`` holds the OS; or ``client`` the address, whose OS ``fingerprints`` know, at ``time`` if
    that is given ("" where the latest is meant). Without ``spam`` all records are. ``unreadable``
    is a column that is true for a record that could not be read; with ``headings`` a record that
    repeats the heading of its column is none. ``place`` tells where the first record with a value
    is. ``holds_os`` is None where the heading leaves open whether operating systems stand in the
    column.
    """

    spam: Flag | None = None
    fingerprints: Fingerprints | None = None
    unreadable: str | None = None
    headings: bool = False
    place: Place = lambda column, value: None
    holds_os: bool | None = True
    findings: Findings = field(default_factory=lambda: Findings("records"), repr=False)

    def renamed(self, names: Mapping[str, str]) -> Question:
        """The same question to a frame whose columns have other names."""
        new = {**names, "": ""}
        given = ("os", "client", "time", "weight", "cluster", "unreadable")
        named: dict[str, Any] = {
            name: new[old] for name in given if (old := getattr(self, name)) is not None
        }
        spam = self.spam and self.spam._replace(column=names[self.spam.column])
        by = tuple((names[column], span) for column, span in self.by)
        return replace(self, spam=spam, by=by, **named)

    @property
    def used(self) -> dict[str, tuple[str, ...]]:
        """The columns that it asks for, and the values that are looked for in that of the spam."""
        flag = self.spam or Flag("")
        return {name: flag.values if name == flag.column else () for name in self.columns}

    @property
    def by_client(self) -> bool:
        """Whether each client is counted by itself, as a machine or a cluster."""
        return self.count == "machines" or (self.client is not None and self.cluster == self.client)

    @property
    def over_time(self) -> bool:
        """Whether it matters when a message came, to know its fingerprint."""
        known = self.fingerprints
        return bool(self.time and known and (known.changing or self.fresh))

    @property
    def by_names(self) -> list[str]:
        """What the columns to count by are called in the result: a span by its own name."""
        return [span or column for column, span in self.by]


def question(
    columns: Sequence[str],
    options: RecordOptions | None = None,
    *,
    fingerprints: Fingerprints | None = None,
    cells: Callable[[Sequence[str]], Cells] = lambda columns: {},
    is_log: bool = False,
    findings: Findings | None = None,
) -> Question:
    """What is to be counted of records with these columns.

    What is given is looked for, whatever its case and punctuation; what is not, by usual headings.
    ``cells`` shows the first cells of columns, which may say that they are a flag or counts; of a
    log (``is_log``) it is known that none is. What is to be said goes to ``findings``. Raises
    ColumnError where something that is needed is not there, where two columns could be meant, and
    where a row seems to be more than a message.

    >>> question(["Date", "OS_fp", "spam"]).os
    'OS_fp'
    """
    asked = RecordOptions() if options is None else options
    found = Findings("records") if findings is None else findings
    by = tuple((find(columns, column, is_cut=True), span) for column, span in asked.by)
    of_clients = asked.cluster is not None and _of_clients(columns, asked)
    by_client = of_clients or asked.count == "machines"
    replace(asked, by=by).check(fingerprints=fingerprints is not None, by_client=by_client)
    if fingerprints is None:
        os: str | None = _needed(columns, "os", asked.os)
        client = _needed(columns, "client", asked.client) if by_client else None
    else:
        os, client = None, _needed(columns, "client", asked.client)
    cluster = None
    if asked.cluster is not None:
        cluster = client if of_clients else find(columns, asked.cluster)
    weight = None
    if asked.weight:
        weight = find(columns, asked.weight)
    time = None
    if fingerprints is not None and asked.time != "":
        if asked.time:
            time = find(columns, asked.time)
        elif fingerprints.changing or asked.fresh:
            _refuse_hours(usual(columns, "time"), cells)
            time = _usual(columns, "time")
        if time is None and asked.fresh:
            raise ColumnError(
                "can't tell which column holds the times, without which nobody knows which "
                "fingerprint is fresh",
                settles=[Remedy("time", None, "names it")],
            )
    column, values = asked.spam or (_usual(columns, "spam"), ())
    spam = Flag(find(columns, column), values) if column else None
    used = {os, client, cluster, weight, time, spam and spam.column, *(column for column, _ in by)}
    rest = [] if is_log else [c for c in columns if c not in used]
    unweighed = asked.weight is None and asked.count == "messages"
    is_open = bool(rest) and (unweighed or asked.spam is None)
    first = cells(columns) if is_open else {}
    figures = [c for c in rest if are_figures(first.get(c, ()))]
    if unweighed:
        _refuse_counts(figures)
        _refuse_table(os or client or "", figures, first)
    if spam is None and asked.spam is None:
        _doubt_all([c for c in rest if not is_usual(c)], first, found)
    found.facts += [
        f"{what} in column {column!r}"
        for what, column in (
            ("OS", os), ("addresses", client), ("times", time), ("spam", spam and spam.column),
            ("messages", weight), ("clusters", cluster),
        )
        if column is not None
    ]  # fmt: skip
    named = replace(
        asked, os=os, client=client, time="" if asked.time == "" else time, by=by, weight=weight,
        cluster=cluster, spam=spam,
    )  # fmt: skip
    holds_os = True if os is None else says_os(os)
    return Question(**vars(named), fingerprints=fingerprints, holds_os=holds_os, findings=found)


def _of_clients(columns: Sequence[str], asked: RecordOptions) -> bool:
    """Whether clusters are clients: asked for as such, or by the column of their addresses."""
    if asked.cluster == "client":
        return True
    client = [find(columns, asked.client)] if asked.client else usual(columns, "client")
    return find(columns, asked.cluster or "") in client


def find(columns: Sequence[str], named: str, *, is_cut: bool = False) -> str:
    """The column of a name, whatever its case and punctuation, or of a number from 1.

    Raises ColumnError, which tells of spans of time where a column may be cut to one (``is_cut``).
    """
    found = headed(columns, named)
    if not found and named.isdecimal() and 1 <= int(named) <= len(columns):
        found = [int(named) - 1]
    if len(found) == 1:
        return columns[found[0]]
    stem, _, span = named.rpartition(":")
    spans = get_args(Span)
    if is_cut and stem and span not in spans and not found and headed(columns, stem):
        raise ColumnError(
            f"{span!r} is no span of time; a column of times is cut to {', '.join(spans)}"
        )
    problem = "more than one column is called" if found else "no column is called"
    raise ColumnError(f"{problem} {named!r}; there are {', '.join(map(repr, columns))}")


def refuse_halves(
    lists: Mapping[str, Collection[Sequence[str]]], used: Iterable[str], flag: str | None
) -> None:
    """Refuse ``used`` keys that say only a half, or two things, by the ``lists`` of keys by file.

    If a file has one, each must; no object may have one twice, nor another spelling in its place,
    and all objects must have ``flag``, which says what is spam though nobody has named it. Raises
    ColumnError.
    """
    for column in used:
        having = [n for n, found in lists.items() if any(column in keys for keys in found)]
        if not having:  # it stands in the names of folders, or within a column
            continue
        if without := [name for name in lists if name not in having]:
            raise ColumnError(
                f"{listed(without)}: has no key {column!r}, as {having[0]} has; count them apart"
            )
        for name, found in lists.items():
            if any(keys.count(column) > 1 for keys in found):
                raise ColumnError(f"{name}: has records with two keys {column!r}; make it one")
            for keys in (keys for keys in found if column not in keys):
                if twin := next((key for key in keys if are_alike(key, column)), None):
                    raise ColumnError(
                        f"{name}: some records have a key {column!r}, others {twin!r} in its "
                        "place; give them one name"
                    )
            if column == flag and any(column not in keys for keys in found):
                raise ColumnError(
                    f"{name}: has a key {column!r} in some records, but not in all; are the "
                    "others spam?",
                    settles=[Remedy("spam", f"{column}=true", "takes only those that say so")],
                )


def _doubt_all(columns: Sequence[str], first: Cells, found: Findings) -> None:
    """Doubt that all records are spam, where other ``columns`` may say which are.

    Raises ColumnError where the ``first`` cells of one look as if they did.
    """
    for column in columns:
        values = list(dict.fromkeys(c.strip() for c in first.get(column, ()) if c))
        said = {value.casefold() for value in values}
        in_words = said <= TRUE | FALSE and not (said.isdisjoint(TRUE) or said.isdisjoint(FALSE))
        if in_words or any("spam" in (w := words(v).split()) and len(w) < 3 for v in values):
            raise ColumnError(
                f"column {column!r} holds {listed([repr(value) for value in values])}: does it say "
                "which records are spam?",
                settles=[
                    Remedy("spam", f"{column}=VALUE,...", "says which values mean spam"),
                    Remedy("spam", "", "if all records are spam"),
                ],
            )
    if columns:
        found.doubts.append(
            Doubt(
                "all records are taken for spam, as no column is known to say which are",
                (Remedy("spam", "", "if they are"), Remedy("spam", None, "names the column")),
            )
        )
    else:
        found.notes.append("all records count as spam")


def _refuse_counts(figures: Sequence[str]) -> None:
    """Refuse records with a column of counts or shares: a row of them is no single message."""
    for column in sorted(filter(counts_or_shares, figures), key=says_shares):
        each = Remedy("weight", "", "if each row is one message")
        if says_shares(column):
            raise ColumnError(
                f"column {column!r} holds shares, so a row is no message; a table of shares "
                "needs no counting",
                settles=[each],
            )
        raise ColumnError(
            f"column {column!r} holds counts, so how many messages is a row?",
            settles=[Remedy("weight", column, "if it is as many as that column says"), each],
        )


def _refuse_table(named: str, figures: Sequence[str], first: Cells) -> None:
    """Refuse what may be a table of counts: rows that differ only in what they are counted by.

    No two of the first rows are the same but for figures, and no column tells all of them apart but
    that of the OS or address, as one of times would in records.
    """
    counts = [c for c in figures if not (is_usual(c) or is_period(c))]
    keys = [column for column in first if column not in counts]
    no_count = {"", "0"}  # of messages, as in a group of them
    counts = [c for c in counts if not (says_other(c) or no_count & {*first[c]})]
    rows = list(zip(*(first[key] for key in keys), strict=True))
    others = [first[key] for key in keys if key != named]
    told_apart = len(set(rows)) == len(rows) > 1
    if counts and told_apart and all(len(set(cells)) < len(rows) for cells in others):
        one = Remedy("weight", "", "if it is one")
        raise ColumnError(
            f"each row has its own {listed([repr(key) for key in keys])}, beside figures in "
            f"{counts[0]!r}: is each row one message?",
            settles=[*(Remedy("weight", c, "if it is as many as that says") for c in counts), one],
        )


def _refuse_hours(columns: Sequence[str], cells: Callable[[Sequence[str]], Cells]) -> None:
    """Refuse two columns of which one says the day, the other the time of the day."""
    first = cells(columns) if len(columns) > 1 else {}
    for column, there in first.items():
        if any(there) and all(_HOUR.fullmatch(cell.strip()) for cell in there if cell):
            other = next(name for name in columns if name != column)
            raise ColumnError(
                f"column {column!r} says the hour, and {other!r} the day: write both into one "
                "column, such as 2010-03-01T12:00:00",
                settles=[Remedy("time", "", "takes the latest fingerprint")],
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
        raise ColumnError(
            f"{', '.join(map(repr, found))}: which of these columns holds {_WHAT[field]}?",
            settles=[Remedy(field, name, "takes that one") for name in found],
        )
    return found[0] if found else None
