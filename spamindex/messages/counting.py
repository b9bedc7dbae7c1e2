"""Message records counted by the OS that sent them: once, for every kind of frame."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spamindex.errors import ColumnError, FigureError, SpamIndexError
from spamindex.messages.addresses import normal_expression
from spamindex.messages.fingerprints import Fingerprints
from spamindex.messages.query import TRUE, Counts, Question, Span
from spamindex.messages.tallies import shares
from spamindex.names import BUILT_IN, Names

if TYPE_CHECKING:
    import pandas as pd

INSTALL = "pip install 'spamindex[messages]'"

try:
    import narwhals as nw
except ImportError as missing:
    raise SpamIndexError(f"counting messages needs narwhals: {INSTALL}") from missing

_DIGITS: Mapping[Span, int] = {"day": 10, "month": 7, "year": 4}  # of an ISO date
_ISO = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_OFFSET = r"[+-](?:0[1-9]|1\d|00:?[1-9])"  # from UTC, at the end of a time


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

    >>> import pandas as pd
    >>> records = pd.DataFrame({"os": ["Windows XP", "Windows 7", "Ubuntu", "???"]})
    >>> tally(records)
            os  spam_share  messages
    0  Windows        50.0         2
    1    Linux        25.0         1
    2  Unknown        25.0         1
    """
    import pandas as pd  # which the command does without

    question = Question(
        os=None if client else os,
        client=client,
        fingerprints=fingerprints,
        time=time,
        spam=(spam, TRUE) if isinstance(spam, str) else spam,
        by=[(column, None) if isinstance(column, str) else column for column in by],
    )
    counts = count(frame, question)
    return pd.DataFrame(shares(counts, names=names, family=family, ignore_unknown=ignore_unknown))


def count(frame: Any, question: Question, *, bring: Callable[[Any], Any] | None = None) -> Counts:
    """Count records where they are; only numbers by label come back.

    ``bring`` takes a table of fingerprints to where the records are; left out, it is made of the
    same kind as they. Raises ColumnError for a column that is not there, FigureError for times that
    can't be used.
    """
    records = nw.from_native(frame).lazy()
    schema = records.collect_schema()
    _check_columns(question, schema.names())
    told = _told(question)
    sums, spam = {"every": nw.len()}, nw.col("every")
    groups = [name for name in told if name != "time"]
    if question.spam:
        told["spam"] = nw.col(question.spam[0])
        if schema[question.spam[0]] == nw.Boolean and "true" in question.spam[1]:
            # Added up and not grouped by, which takes DuckDB half as long.
            told["spam"] = told["spam"].cast(nw.Int64)
            sums["messages"], spam = nw.col("spam").sum(), nw.col("messages")
        else:
            # As it stands: what it means is asked of each value once, and not of every record.
            groups.append("spam")
            spam = nw.when(_means_spam("spam", question)).then(spam).otherwise(0)
    by = {f"by{i}": _cut(column, span) for i, (column, span) in enumerate(question.by)}
    groups += by
    labelled = records.select(**told, **by)
    if question.over_time:
        labelled = _named_by_fingerprints(records, labelled, question, bring)
    elif question.fingerprints is not None:
        # Counted by client first: an address is put into its one spelling once, not every time.
        clients = labelled.group_by(*groups).agg(**sums)
        labelled = _named_by_fingerprints(records, clients, question, bring)
        sums = {name: nw.col(name).sum() for name in sums}
    bad = nw.col("bad") if question.unreadable else nw.lit(False)
    counted = labelled.group_by(*groups).agg(**sums)
    found = counted.select(*by, "label", bad=bad, every="every", spam=spam)
    return _parted(_collected(found), question)


def spam_of(frame: Any, question: Question, labels: Collection[str], *, keep: Sequence[str]) -> Any:
    """The columns ``keep`` of the spam that has one of the labels, in any order.

    Their names are none of those that are used here: label, bad, time, spam, client. The
    fingerprints have to be where the records are.
    """
    records = nw.from_native(frame).lazy()
    spam = _means_spam(question.spam[0], question) if question.spam else nw.lit(True)
    told = records.with_columns(**_told(question), spam=spam)
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
        _check_zone(records, question)
        at, since = nw.col("time"), nw.col("since")
        named = named.filter(since.is_null() | ((at >= since) & (at < nw.col("until"))))
    return named.drop("label").rename({"known": "label"})


def _check_columns(question: Question, there: list[str]) -> None:
    if not (question.os or question.client):
        raise ColumnError("a column with the OS is needed, or one with the client's address")
    wanted = [question.os or question.client, question.time, *(column for column, _ in question.by)]
    if question.spam:
        wanted.append(question.spam[0])
    for column in filter(None, wanted):
        if column not in there:
            raise ColumnError(f"no column {column!r}; there are {', '.join(map(repr, there))}")
    names = [*question.by_names, "os", "spam_share", "messages"]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise ColumnError(f"to count by {twice[0]!r} would give two columns of that name")


def _text(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.String)


def _means_spam(column: str, question: Question) -> nw.Expr:
    """Whether what stands in a column is one of the values that mean spam; a missing one is not."""
    meant = [value.strip().lower() for value in question.spam[1]] if question.spam else []
    return _text(column).str.strip_chars().str.to_lowercase().is_in(meant).fill_null(False)


def _cut(column: str, span: Span | None) -> nw.Expr:
    text = _text(column)
    if span is None:
        return text
    is_iso = text.str.contains(r"^\d{4}(?:$|-\d\d(?:$|-\d\d))")
    return nw.when(is_iso).then(text.str.slice(0, _DIGITS[span])).otherwise(text)


def _seconds(column: str) -> nw.Expr:
    """A time as text that sorts as time does: YYYY-MM-DD HH:MM:SS; none is after all others."""
    return _text(column).str.slice(0, 19).str.replace_all("T", " ", literal=True).fill_null("9")


def _check_zone(records: nw.LazyFrame[Any], question: Question) -> None:
    column = question.time or ""
    if question.unreadable:
        records = records.filter(~nw.col(question.unreadable))
    text = _text(column).str
    has_offset = text.slice(19).str.contains(_OFFSET).fill_null(False)
    is_iso = text.contains(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d").fill_null(True)
    wrong = _collected(records.filter(has_offset | ~is_iso).select(_text(column)).head(1))
    if wrong:
        raise FigureError(
            f"column {column!r}: {wrong[0][0]!r} is no time in ISO form without an offset from "
            "UTC (2010-03-01T12:00:00Z), which tells what fingerprint held then"
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
    if records.implementation.is_polars() or records.implementation.is_pyarrow():
        data = {str(name): table[name].tolist() for name in table}
        return nw.from_dict(data, backend=records.implementation).to_native()
    return nw.from_native(table).lazy(records.implementation).to_native()


def _collected(frame: nw.LazyFrame[Any]) -> list[Sequence[Any]]:
    native: Any = frame.to_native()
    # narwhals would collect what these have by way of pyarrow, which nothing else here needs.
    if frame.implementation.is_duckdb():
        return native.fetchall()  # type: ignore[no-any-return]
    if "pyspark" in frame.implementation.value:
        return native.collect()  # type: ignore[no-any-return]
    return list(frame.collect().rows())


def _parted(rows: Iterable[Sequence[Any]], question: Question) -> Counts:
    """What came back: spam by label, and the rest."""
    messages = Counter[tuple[str, ...]]()
    others, unreadable = Counter[str](), 0
    for *texts, bad, every, spam in rows:
        # What is missing is None, or not, as the engine likes: but no text.
        key = tuple(text if isinstance(text, str) else "" for text in texts)
        if bad is True:
            unreadable += int(every)
            continue
        of_them = int(spam or 0)
        others[key[-1]] += int(every) - of_them
        if of_them:
            messages[key] += of_them
    for i, (column, span) in enumerate(question.by):
        for text in {key[i] for key in messages} if span else ():
            if text and not _ISO.fullmatch(text):
                raise FigureError(
                    f"column {column!r}: {text!r} does not begin an ISO time, such as 2010-03-01"
                )
    return Counts(messages, question.by_names, others, unreadable)
