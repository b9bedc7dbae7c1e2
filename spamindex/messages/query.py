"""Find the columns that RecordOptions mean by name or by usual heading: options in, Question out.

Columns that are not used may show that a row is not one message, or not spam: these are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from spamindex.errors import ColumnError, Doubt, Findings, Remedy, listed
from spamindex.meaning import (
    are_alike,
    counts_or_shares,
    find_columns,
    is_period,
    is_usual,
    normalize,
    says_os,
    says_other,
    says_shares,
    usual_headings,
)
from spamindex.messages.fingerprints import Fingerprints
from spamindex.messages.frames import are_figures
from spamindex.messages.options import By, Flag, RecordOptions, Span
from spamindex.words import FALSE, TRUE

_CONTENTS = {  # what the column of a field holds
    "os": "the OS",
    "client": "the client's address",
    "time": "the times",
    "spam": "what is spam",
}
_TIME_OF_DAY = re.compile(r"(\d\d?:\d\d(:\d\d)?\b.*)?")
Cells = Mapping[str, Sequence[str]]
ReadCells = Callable[[Sequence[str]], Cells]


@dataclass(frozen=True)
class Question(RecordOptions):
    """RecordOptions whose columns are named as in the records, and what is known about these.

    Either ``os`` is a column, or ``client`` is one and ``fingerprints`` knows the OS of each
    address, at ``time`` if that is a column. Without ``spam`` all records are spam.
    """

    fingerprints: Fingerprints | None = None
    unreadable: str | None = None
    """A column that is true for a record that can't be read."""
    headings: bool = False
    """Whether a record may repeat the headings, as in files put together."""
    locate: Callable[[str, str], str | None] = lambda column, value: None
    """Returns the file and line of the first record with a value in a column, if known."""
    holds_os: bool | None = True
    """Whether the column of labels holds operating systems; None if its heading leaves it open."""
    given_by: tuple[By, ...] = ()
    """``by`` with the names that the options give, which stand in the result."""
    findings: Findings = field(default_factory=lambda: Findings("records"), repr=False)

    @property
    def by_names(self) -> list[str]:
        """The headings of the ``by`` columns in the result, as the options name them."""
        return [span or column for column, span in self.given_by or self.by]

    def renamed(self, names: Mapping[str, str]) -> Question:
        """The same question for records whose columns have new ``names``."""
        new_names = {**names, "": ""}
        renamed: dict[str, Any] = {}
        for name in ("os", "client", "time", "weight", "cluster", "unreadable"):
            column = getattr(self, name)
            if column is not None:
                renamed[name] = new_names[column]
        spam = self.spam and self.spam._replace(column=names[self.spam.column])
        by = tuple((names[column], span) for column, span in self.by)
        return replace(self, spam=spam, by=by, **renamed)

    @property
    def used(self) -> dict[str, tuple[str, ...]]:
        """The columns that are read, each with the values that are looked for in it."""
        flag = self.spam or Flag("")
        return {name: flag.values if name == flag.column else () for name in self.columns}

    @property
    def by_client(self) -> bool:
        """Whether each client is counted by itself, as a machine or a cluster."""
        return self.count == "machines" or (self.client is not None and self.cluster == self.client)

    @property
    def over_time(self) -> bool:
        """Whether the OS of a client depends on when its message came."""
        labels = self.fingerprints
        return bool(self.time and labels and (labels.changing or self.fresh))


def resolve_question(
    columns: Sequence[str],
    options: RecordOptions | None = None,
    *,
    fingerprints: Fingerprints | None = None,
    read_cells: ReadCells = lambda columns: {},
    is_log: bool = False,
    findings: Findings | None = None,
) -> Question:
    """Find the columns of records that ``options`` mean.

    A column is found by its name, whatever the case and punctuation; one that is not named, by
    usual headings. ``read_cells`` returns the first cells of columns: they show whether an unused
    column holds counts or flags spam, which is not asked of logs (``is_log``). Facts, notes and
    doubts are added to ``findings``. Raises ColumnError where a column is missing or ambiguous, and
    where a row may be more than one message.

    >>> resolve_question(["Date", "OS_fp", "spam"]).os
    'OS_fp'
    """
    options = RecordOptions() if options is None else options
    findings = Findings("records") if findings is None else findings
    by = tuple((find_column(columns, name, with_span=True), span) for name, span in options.by)
    clusters_are_clients = _clusters_are_clients(columns, options)
    by_client = clusters_are_clients or options.count == "machines"
    replace(options, by=by).check(fingerprints=fingerprints is not None, by_client=by_client)
    os = client = cluster = time = weight = None
    if fingerprints is None:
        os = _require_column(columns, "os", options.os)
    if fingerprints is not None or by_client:
        client = _require_column(columns, "client", options.client)
    if options.cluster is not None:
        cluster = client if clusters_are_clients else find_column(columns, options.cluster)
    if options.weight:
        weight = find_column(columns, options.weight)
    if options.time == "":
        time = ""
    elif fingerprints is not None:
        time = _find_time(columns, options, fingerprints, read_cells)
    flag_column, values = options.spam or Flag(_find_usual(columns, "spam") or "")
    spam = Flag(find_column(columns, flag_column), values) if flag_column else None
    question = Question(
        **{
            **vars(options), "os": os, "client": client, "time": time, "spam": spam, "by": by,
            "weight": weight, "cluster": cluster,
        },
        given_by=options.by,
        fingerprints=fingerprints,
        holds_os=True if os is None else says_os(os),
        findings=findings,
    )  # fmt: skip
    unused = [] if is_log else [name for name in columns if name not in question.columns]
    check_counts = options.weight is None and options.count == "messages"
    check_spam = spam is None and options.spam is None
    cells = read_cells(columns) if unused and (check_counts or check_spam) else {}
    if check_counts:
        _refuse_counts(os or client or "", unused, cells)
    if check_spam:
        _doubt_all_spam([name for name in unused if not is_usual(name)], cells, findings)
    contents = {
        "OS": os, "addresses": client, "times": time, "spam": spam and spam.column,
        "messages": weight, "clusters": cluster,
    }  # fmt: skip
    findings.facts += [f"{what} in column {name!r}" for what, name in contents.items() if name]
    return question


def find_column(columns: Sequence[str], named: str, *, with_span: bool = False) -> str:
    """The column of a name, whatever its case and punctuation, or of a number from 1.

    ``with_span`` says that a span of time may follow the name. Raises ColumnError.
    """
    matches = find_columns(columns, named)
    if not matches and named.isdecimal() and 1 <= int(named) <= len(columns):
        return columns[int(named) - 1]
    if len(matches) == 1:
        return columns[matches[0]]
    stem, _, span = named.rpartition(":")
    spans = get_args(Span)
    if with_span and stem and span not in spans and not matches and find_columns(columns, stem):
        raise ColumnError(f"{span!r} is not a span of time: write {', '.join(spans)}")
    problem = "more than one column is called" if matches else "no column is called"
    raise ColumnError(f"{problem} {named!r}; there are {', '.join(map(repr, columns))}")


def _find_usual(columns: Sequence[str], field: str) -> str | None:
    matches = usual_headings(columns, field)
    if len(matches) > 1:
        raise ColumnError(
            f"{', '.join(map(repr, matches))}: which of these columns holds {_CONTENTS[field]}?",
            settles=[Remedy(field, name, "takes that one") for name in matches],
        )
    return matches[0] if matches else None


def _require_column(columns: Sequence[str], field: str, named: str | None) -> str:
    column = find_column(columns, named) if named else _find_usual(columns, field)
    if column is None:
        settles = [Remedy(field, None, "names it")]
        if field == "os":
            settles.append(Remedy("fingerprints", None, "knows it by address"))
        raise ColumnError(
            f"can't tell which column holds {_CONTENTS[field]}; there are "
            f"{', '.join(map(repr, columns))}",
            settles=settles,
        )
    return column


def _clusters_are_clients(columns: Sequence[str], options: RecordOptions) -> bool:
    """Whether each client is a cluster: named so, or by the column of the addresses."""
    if options.cluster is None or options.cluster == "client":
        return options.cluster is not None
    clients = (
        [find_column(columns, options.client)]
        if options.client
        else usual_headings(columns, "client")
    )
    return find_column(columns, options.cluster) in clients


def _find_time(
    columns: Sequence[str],
    options: RecordOptions,
    fingerprints: Fingerprints,
    read_cells: ReadCells,
) -> str | None:
    """The column of times, if it is named or fingerprints depend on it."""
    if options.time:
        return find_column(columns, options.time)
    if not (fingerprints.changing or options.fresh):
        return None
    _refuse_split_times(usual_headings(columns, "time"), read_cells)
    column = _find_usual(columns, "time")
    if column is None and options.fresh:
        raise ColumnError(
            "can't tell which column holds the times, which show how old a fingerprint is",
            settles=[Remedy("time", None, "names it")],
        )
    return column


def _refuse_split_times(columns: Sequence[str], read_cells: ReadCells) -> None:
    """Refuse two columns of times if one holds the day and the other the time of day."""
    cells = read_cells(columns) if len(columns) > 1 else {}
    for column in cells:
        if any(cells[column]) and all(_TIME_OF_DAY.fullmatch(c.strip()) for c in cells[column]):
            day = columns[1] if column == columns[0] else columns[0]
            raise ColumnError(
                f"column {day!r} holds the day and {column!r} the time of day: write both into one "
                "column, such as 2010-03-01T12:00:00",
                settles=[Remedy("time", "", "takes the latest fingerprint")],
            )


# ---- Columns that are not used ----


def _refuse_counts(label_column: str, unused: Sequence[str], cells: Cells) -> None:
    """Refuse columns that hold counts or shares: a row is not a single message.

    A heading says so; or rows are groups beside figures under a heading that says nothing: no two
    are the same, and no column but ``label_column`` (of the OS or address) tells all apart, as
    the time does in records.
    """
    figures = [name for name in unused if are_figures(cells.get(name, ()))]
    for column in sorted(filter(counts_or_shares, figures), key=says_shares):
        settles = [Remedy("weight", "", "if each row is one message")]
        if says_shares(column):
            raise ColumnError(
                f"column {column!r} holds shares, so its rows are not messages; a table of shares "
                "needs no counting",
                settles=settles,
            )
        raise ColumnError(
            f"column {column!r} holds counts: how many messages is a row?",
            settles=[Remedy("weight", column, "if it is as many as that column says"), *settles],
        )
    counts = [c for c in figures if not (is_usual(c) or is_period(c))]
    keys = [column for column in cells if column not in counts]
    # A group has a message at least.
    counts = [c for c in counts if not says_other(c) and {"", "0"}.isdisjoint(cells[c])]
    rows = list(zip(*(cells[key] for key in keys), strict=True))
    are_groups = len(set(rows)) == len(rows) > 1
    if not counts or not are_groups:
        return
    if any(len(set(cells[key])) == len(rows) for key in keys if key != label_column):
        return
    raise ColumnError(
        f"each row has its own {listed([repr(key) for key in keys])}, beside figures in "
        f"{counts[0]!r}: is each row one message?",
        settles=[
            *(Remedy("weight", column, "if it is as many as that says") for column in counts),
            Remedy("weight", "", "if it is one"),
        ],
    )


def _doubt_all_spam(columns: Sequence[str], cells: Cells, findings: Findings) -> None:
    """Doubt that all records are spam, if one of the other ``columns`` may say which are.

    Raises ColumnError if the ``cells`` of one look like flags.
    """
    for column in columns:
        values = list(dict.fromkeys(cell.strip() for cell in cells.get(column, ()) if cell))
        folded = {value.casefold() for value in values}
        are_flags = folded <= TRUE | FALSE and bool(folded & TRUE) and bool(folded & FALSE)
        verdicts = [normalize(value).split() for value in values]
        if are_flags or any("spam" in verdict and len(verdict) < 3 for verdict in verdicts):
            raise ColumnError(
                f"column {column!r} holds {listed([repr(value) for value in values])}: does it say "
                "which records are spam?",
                settles=[
                    Remedy("spam", f"{column}=VALUE,...", "says which values mean spam"),
                    Remedy("spam", "", "if all records are spam"),
                ],
            )
    if columns:
        findings.doubts.append(
            Doubt(
                "all records count as spam, since no column is known to say which are",
                (Remedy("spam", "", "if they are"), Remedy("spam", None, "names the column")),
            )
        )
    else:
        findings.notes.append("all records count as spam")


def check_keys(
    key_lists: Mapping[str, Collection[Sequence[str]]], used: Iterable[str], flag: str | None
) -> None:
    """Refuse JSON in which a ``used`` key is missing from a file, repeated, or spelled in two ways.

    ``key_lists`` are the lists of keys that objects have, by file. A key ``flag`` that says what is
    spam, found by its name, must stand in all objects. Raises ColumnError.
    """
    for column in used:
        files = [name for name, lists in key_lists.items() if any(column in keys for keys in lists)]
        if not files:  # a column from the names of folders, or a path into a value
            continue
        without = [name for name in key_lists if name not in files]
        if without:
            raise ColumnError(
                f"{listed(without)}: has no key {column!r}, as {files[0]} has; count them apart"
            )
        for name, lists in key_lists.items():
            if any(keys.count(column) > 1 for keys in lists):
                raise ColumnError(f"{name}: has records with the key {column!r} twice; keep one")
            lacking = [keys for keys in lists if column not in keys]
            for key in (key for keys in lacking for key in keys):
                if are_alike(key, column):
                    raise ColumnError(
                        f"{name}: some records have the key {column!r}, others {key!r} instead; "
                        "give them one name"
                    )
            if column == flag and lacking:
                raise ColumnError(
                    f"{name}: only some records have the key {column!r}; are the others spam?",
                    settles=[Remedy("spam", f"{column}=true", "takes only those that say so")],
                )
