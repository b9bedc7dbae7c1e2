"""Message records counted by the OS that sent them: once, for every kind of frame."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from spamindex.addresses import normal_expression
from spamindex.errors import ColumnError, FigureError, MatchError, SpamIndexError
from spamindex.fingerprints import UNKNOWN, Fingerprints
from spamindex.names import BUILT_IN, Names

INSTALL = "pip install 'spamindex[messages]'"

try:
    import narwhals as nw
except ImportError as missing:
    raise SpamIndexError(f"counting messages needs narwhals: {INSTALL}") from missing

Span: TypeAlias = Literal["day", "month", "year"]

TRUE = ("true", "t", "1", "1.0", "yes", "y", "on")
_DIGITS: Mapping[Span, int] = {"day": 10, "month": 7, "year": 4}  # of an ISO date
_ISO = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_OFFSET = r"[+-](?:0[1-9]|1\d|00:?[1-9])"  # from UTC, at the end of a time


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

    ``table`` has the columns ``by0`` and so on, one for each name in ``by``, ``label`` and
    ``messages``.
    """

    table: pd.DataFrame
    by: list[str]
    not_spam: int
    unreadable: int

    @property
    def spam(self) -> int:
        """The messages that are spam."""
        return int(self.table["messages"].sum())

    @property
    def read(self) -> int:
        """All records, whether they could be read or not."""
        return self.spam + self.not_spam + self.unreadable


def tally(
    frame: Any,
    *,
    os: str | None = "os",
    client: str | None = None,
    fingerprints: Fingerprints | None = None,
    time: str | None = None,
    spam: str | tuple[str, Collection[str]] | None = None,
    by: Sequence[str | tuple[str, Span | None]] = (),
    names: Names | Mapping[str, str] = BUILT_IN,
    family: bool = True,
    ignore_unknown: bool = False,
) -> pd.DataFrame:
    """Count message records by the OS that sent them.

    ``frame`` is any that narwhals knows (pandas, Polars, DuckDB, PySpark, Dask, Ibis), with a row
    for each message; it is counted where it is. ``os`` is its column with the OS; or ``client`` its
    column with addresses, whose OS the ``fingerprints`` of ``read_fingerprints`` know: the latest
    one, or that at the ``time`` in another column. ``spam`` is a column that is true for spam, or a
    pair of a column and the values in it that mean spam; without it every record is. ``by`` are
    columns to count apart, or pairs of a column with times and day, month or year.

    Returns a DataFrame with the columns of ``by``, ``os``, ``spam_share`` in percent and
    ``messages``; of each ranking the most first. Raises a SpamIndexError.

    >>> records = pd.DataFrame({"os": ["Windows XP", "Windows 7", "Ubuntu", "???"]})
    >>> tally(records)
            os  spam_share  messages
    0  Windows        50.0         2
    1    Linux        25.0         1
    2  Unknown        25.0         1
    """
    question = Question(
        os=None if client else os,
        client=client,
        fingerprints=fingerprints,
        time=time,
        spam=(spam, TRUE) if isinstance(spam, str) else spam,
        by=[(column, None) if isinstance(column, str) else column for column in by],
    )
    counts = count(frame, question)
    return shares(counts, names=names, family=family, ignore_unknown=ignore_unknown)


def count(frame: Any, question: Question, *, bring: Callable[[Any], Any] | None = None) -> Counts:
    """Count records where they are; only numbers by label come back.

    ``bring`` takes a table of fingerprints to where the records are; left out, it is made of the
    same kind as they. Raises ColumnError for a column that is not there, FigureError for times that
    can't be used.
    """
    records = nw.from_native(frame).lazy()
    _check_columns(question, records.collect_schema().names())
    told = _told(question)
    if question.spam:
        # As it stands: what it means is asked of each value once, and not of every record.
        told["spam"] = nw.col(question.spam[0])
    told |= {f"by{i}": _cut(column, span) for i, (column, span) in enumerate(question.by)}
    groups = [name for name in told if name != "time"]
    if question.fingerprints is None:
        counted = records.select(**told).group_by(*groups).agg(messages=nw.len())
    else:
        # Counted by client first: an address is put into its one spelling once, not every time.
        clients = records.select(**told).group_by(*told).agg(messages=nw.len())
        clients = _named_by_fingerprints(records, clients, question, bring)
        counted = clients.group_by(*groups).agg(messages=nw.col("messages").sum())
    found = _collected(counted.select(*groups, "messages"))
    return _parted(pd.DataFrame(found, columns=[*groups, "messages"]), question)


def spam_of(frame: Any, question: Question, labels: Collection[str], *, keep: Sequence[str]) -> Any:
    """The columns ``keep`` of the spam that has one of the labels, in any order.

    Their names are none of those that are used here: label, bad, time, spam, client. The
    fingerprints have to be where the records are.
    """
    records = nw.from_native(frame).lazy()
    told = records.with_columns(**_told(question), spam=_is_spam(question))
    if question.fingerprints is not None:
        told = _named_by_fingerprints(records, told, question, lambda known: known)
    wanted = nw.col("spam") & nw.col("label").fill_null("").is_in(list(labels))
    if question.unreadable:
        wanted &= ~nw.col("bad")
    return told.filter(wanted).select(*keep).to_native()


def _told(question: Question) -> dict[str, nw.Expr]:
    """What is asked of each record but whether it is spam, as far as it says so itself."""
    told = {"label": _text(question.os or question.client or "")}
    if question.unreadable:
        told["bad"] = nw.col(question.unreadable)
    if question.over_time:
        told["time"] = _seconds(question.time or "")
    return told


def _named_by_fingerprints(
    records: nw.LazyFrame[Any],
    told: nw.LazyFrame[Any],
    question: Question,
    bring: Callable[[Any], Any] | None,
) -> nw.LazyFrame[Any]:
    """Put the label of a client in the place of its address."""
    assert question.fingerprints
    table = question.fingerprints.over_time if question.over_time else question.fingerprints.latest
    known = nw.from_native(bring(table) if bring else _like(records, table)).lazy()
    named = told.with_columns(client=normal_expression(nw.col("label")))
    named = named.join(known, on="client", how="left")
    if question.over_time:
        _check_zone(records, question.time or "")
        at, since = nw.col("time"), nw.col("since")
        named = named.filter(since.is_null() | ((at >= since) & (at < nw.col("until"))))
    return named.drop("label").rename({"known": "label"})


def shares(
    counts: Counts,
    *,
    names: Names | Mapping[str, str] = BUILT_IN,
    family: bool = True,
    ignore_unknown: bool = False,
) -> pd.DataFrame:
    """What percent of the spam came from each OS: what is small is done here, whatever the engine.

    Returns a table as ``tally`` does. Raises MatchError where there is no spam, or none of a known
    OS with ``ignore_unknown``.
    """
    names = Names.of(names)
    table = counts.table
    said = {label: _system(label, names, family=family) for label in table["label"].unique()}
    table = table.assign(os=table["label"].map(said))
    if not len(table):
        raise MatchError(f"none of {counts.read} records is spam: --spam COLUMN=VALUE says which")
    # Of several spellings of one OS, the one that most messages have.
    sums = table.groupby("os")["messages"].sum().sort_values(kind="stable")
    best = {names.canonical(os): os for os in map(str, sums.index)}
    table["os"] = [best[names.canonical(os)] for os in table["os"]]
    if ignore_unknown:
        table = table[table["os"] != UNKNOWN]
        if not len(table):
            raise MatchError("no record of spam has a known OS")
    by = [f"by{i}" for i in range(len(counts.by))]
    result: pd.DataFrame = table.groupby([*by, "os"], as_index=False)[["messages"]].sum()
    messages = result["messages"]
    whole = result.groupby(by)["messages"].transform("sum") if by else messages.sum()
    result["spam_share"] = 100 * messages / whole
    result["fewest"] = -messages
    result = result.sort_values([*by, "fewest", "os"], ignore_index=True)
    result = result[[*by, "os", "spam_share", "messages"]]
    return result.rename(columns=dict(zip(by, counts.by, strict=True)))


def labels_of(os: str, labels: Collection[str], names: Names) -> list[str]:
    """Those labels of the records that are of an OS, or of a version of it."""
    wanted = {names.canonical(os)}
    return [
        label
        for label in labels
        if not wanted.isdisjoint(
            names.canonical(_system(label, names, family=family)) for family in (True, False)
        )
    ]


def _system(label: str, names: Names, *, family: bool) -> str:
    # amavis writes Windows XP; dist: 6; raw_mtu: 1340
    label = label.partition(";")[0].strip()
    if not label or label.casefold() in ("???", "unknown"):
        return UNKNOWN
    return (names.family(label) or label) if family else label


def _check_columns(question: Question, there: list[str]) -> None:
    if not (question.os or question.client):
        raise ColumnError("a column with the OS is needed, or one with the client's address")
    wanted = [question.os or question.client, question.time, *(column for column, _ in question.by)]
    if question.spam:
        wanted.append(question.spam[0])
    for column in filter(None, wanted):
        if column not in there:
            raise ColumnError(f"no column {column!r}; there are {', '.join(map(repr, there))}")


def _text(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.String)


def _is_spam(question: Question) -> nw.Expr:
    if question.spam is None:
        return nw.lit(True)
    column, values = question.spam
    text = _text(column).str.strip_chars().str.to_lowercase()
    return text.is_in([value.strip().lower() for value in values]).fill_null(False)


def _cut(column: str, span: Span | None) -> nw.Expr:
    text = _text(column)
    if span is None:
        return text
    is_iso = text.str.contains(r"^\d{4}(?:$|-\d\d(?:$|-\d\d))")
    return nw.when(is_iso).then(text.str.slice(0, _DIGITS[span])).otherwise(text)


def _seconds(column: str) -> nw.Expr:
    """A time as text that sorts as time does: YYYY-MM-DD HH:MM:SS; none is after all others."""
    return _text(column).str.slice(0, 19).str.replace_all("T", " ", literal=True).fill_null("9")


def _check_zone(records: nw.LazyFrame[Any], column: str) -> None:
    text = _text(column).str
    has_offset = text.slice(19).str.contains(_OFFSET).fill_null(False)
    is_iso = text.contains(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d").fill_null(True)
    wrong = _collected(records.filter(has_offset | ~is_iso).select(_text(column)).head(1))
    if wrong:
        raise FigureError(
            f"column {column!r}: {wrong[0][0]!r} is no time in ISO form without an offset from "
            "UTC, which is needed to tell which fingerprint held then"
        )


def _like(records: nw.LazyFrame[Any], table: pd.DataFrame) -> Any:
    """A table as a frame of the same kind."""
    if records.implementation.is_pandas_like():
        return table
    if records.implementation.is_duckdb():
        import duckdb

        return duckdb.from_df(table)  # in the connection that duckdb itself has
    if "pyspark" in records.implementation.value:
        return records.to_native().sparkSession.createDataFrame(table)
    data = {str(name): table[name].tolist() for name in table}
    return nw.from_dict(data, backend=records.implementation).to_native()


def _collected(frame: nw.LazyFrame[Any]) -> list[tuple[Any, ...]]:
    # DuckDB and Spark would collect by way of pyarrow, which nothing else here needs.
    lazy_only = frame.implementation.is_duckdb() or "pyspark" in frame.implementation.value
    return list(frame.collect(backend="pandas" if lazy_only else None).rows())


def _parted(table: pd.DataFrame, question: Question) -> Counts:
    """What came back: spam by label, and the rest."""
    for i, (column, span) in enumerate(question.by):
        table[f"by{i}"] = table[f"by{i}"].fillna("").astype(str)
        for text in table[f"by{i}"].unique():
            if span and text and not _ISO.fullmatch(text):
                raise FigureError(f"column {column!r}: {text!r} does not begin an ISO time")
    table["label"] = table["label"].fillna("").astype(str)
    table["messages"] = table["messages"].astype("int64")
    spam = np.ones(len(table), bool)
    if question.spam:
        meant = {value.strip().lower() for value in question.spam[1]}
        spam = table["spam"].map(lambda value: str(value).strip().lower() in meant).to_numpy(bool)
    bad = np.zeros(len(table), bool)
    if question.unreadable:
        bad = table["bad"].fillna(False).to_numpy(bool)
    by = [f"by{i}" for i in range(len(question.by))]
    return Counts(
        table.loc[spam & ~bad, [*by, "label", "messages"]].reset_index(drop=True),
        question.by_names,
        int(table.loc[~spam & ~bad, "messages"].sum()),
        int(table.loc[bad, "messages"].sum()),
    )
