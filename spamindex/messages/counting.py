"""Message records counted by the OS that sent them: once, for every kind of frame.

A frame and a Question in, Counts out. Records are grouped by what stands in their cells first; what
a cell means (an address, a flag, a label) is asked of each group, which are few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from spamindex.errors import (
    ColumnError,
    Doubt,
    FigureError,
    Findings,
    MatchError,
    Remedy,
    SpamIndexError,
    listed,
)
from spamindex.messages import times
from spamindex.messages.addresses import is_address, is_none, normal_expression
from spamindex.messages.fingerprints import UNKNOWN, Fingerprints
from spamindex.messages.options import RecordOptions
from spamindex.messages.query import ClusterSums, Counts, Flag, Question, Span
from spamindex.messages.roles import question as asked_of
from spamindex.messages.tallies import shares, systems
from spamindex.names import BUILT_IN, Names
from spamindex.words import FALSE, MISSING, TRUE, is_missing

if TYPE_CHECKING:
    import pandas as pd

INSTALL = "pip install 'spamindex[messages]'"

try:
    import narwhals as nw
except ImportError as missing:
    raise SpamIndexError(f"counting messages needs narwhals: {INSTALL}") from missing

Frame: TypeAlias = "nw.LazyFrame[Any]"
Bring = Callable[[Any], Any]

_AROUND = " \t\ufeff"  # what may stand around a heading: files put together keep their marks
_WEIGHT = r"^\d{1,15}(?:\.0*)?$"
_FAR = 1 << 53  # seconds: after every message, and before if negative
_MANY = 100  # cells that say whether figures stand in a column
# What p0f 2, and amavis behind p0f 3, write after the name of an OS; and p0f 2 for none.
_SUFFIX = r"\s*(?:; dist:.*|(?:\(up: [^)]*\))?,? \((?:distance|link) ?.*|\(up: [^)]*\))$"
_NO_OS = r"^UNKNOWN \[.*$"


def tally(
    frame: Any,
    *,
    os: str | None = None,
    client: str | None = None,
    fingerprints: Fingerprints | None = None,
    time: str | None = None,
    fresh: int | str | None = None,
    spam: str | tuple[str, Collection[str]] | None = None,
    by: str | Sequence[str | tuple[str, Span | None]] = (),
    weight: str | None = None,
    count: str = "messages",
    cluster: str | None = None,
    names: Names | Mapping[str, str] = BUILT_IN,
    family: bool | None = None,
    ignore_unknown: bool = False,
) -> pd.DataFrame:
    """Count message records by the OS that sent them.

    ``frame`` is any that narwhals knows (pandas, Polars, DuckDB, PySpark, Dask, Ibis), with a row
    for each message; it is counted where it is. The arguments are the fields of ``RecordOptions``;
    columns that are not named are found by their usual headings, as the command does.

    Returns a DataFrame with the columns of ``by``, ``os``, ``spam_share`` in percent and
    ``messages`` (or ``machines``), with ``cluster`` also ``design_effect`` and ``clusters``; of
    each ranking the most first; its ``attrs["read"]`` says how the records were read. Raises a
    SpamIndexError; warns of what may make a figure wrong.

    >>> import pandas as pd
    >>> records = pd.DataFrame({"os": ["Windows XP", "Windows 7", "Ubuntu", "???"]})
    >>> tally(records)
            os  spam_share  messages
    0  Windows        50.0         2
    1    Linux        25.0         1
    2  Unknown        25.0         1
    """
    import pandas as pd  # which the command does without

    given = {
        "os": os, "client": client, "fingerprints": fingerprints, "time": time, "fresh": fresh,
        "spam": spam, "by": by, "weight": weight, "count": count, "cluster": cluster,
        "names": names, "family": family, "ignore_unknown": ignore_unknown,
    }  # fmt: skip
    if fingerprints is not None and not isinstance(fingerprints, Fingerprints):
        raise SpamIndexError("fingerprints are what read_fingerprints returns")
    if fingerprints is not None and os is not None:
        raise SpamIndexError("os and fingerprints both say what the OS is: give one of them")
    options = RecordOptions().with_fields(given)
    records = _lazy(frame)
    question = asked_of(
        records.collect_schema().names(),
        options,
        fingerprints=fingerprints,
        figures=lambda column: holds_figures(frame, column),
    )
    counts = _counted(records, question)
    result = pd.DataFrame(shares(counts, ignore_unknown=ignore_unknown))
    found = counts.findings
    result.attrs["read"] = found.note(always=True)
    Findings(found.name, doubts=found.doubts).warn()
    return result


def holds_figures(frame: Any, column: str) -> bool:
    """Whether the first cells of a column of records are all figures."""
    records = _lazy(frame)
    if records.collect_schema()[column] == nw.Boolean:
        return False
    cells = [
        str(cell)
        for (cell,) in _collected(records.select(_text(column)).head(_MANY))
        if cell is not None and not is_missing(str(cell))
    ]
    return bool(cells) and all(
        cell.strip().rstrip("%").replace(",", "").replace(".", "", 1).strip().isdecimal()
        for cell in cells
    )


def count(
    frame: Any, question: Question, *, bring: Bring | None = None, keep: Bring | None = None
) -> Counts:
    """Count records where they are; only numbers by label come back.

    ``bring`` takes a table to where the records are; left out, it is made of the same kind as
    they. ``keep`` keeps a frame that is asked several times. Raises a SpamIndexError for a column
    that is not there and for cells that can't be used: flags, times, weights.
    """
    return _counted(_lazy(frame), question, bring=bring, keep=keep)


def _counted(
    records: Frame, question: Question, *, bring: Bring | None = None, keep: Bring | None = None
) -> Counts:
    _check_columns(question, records.collect_schema().names())
    told = _told(records, question, bring or (lambda table: _like(records, table)))
    groups = [*told.by, "label", "why", "bad"]
    sums = {name: nw.col(name).sum() for name in told.sums}
    kept = told.frame
    if told.has_units:
        kept = nw.from_native((keep or _kept)(kept.to_native())).lazy()
    summed = kept.group_by(*groups).agg(**sums)
    rows = _collected(summed.select(*groups, *sums))
    names = [*groups, *sums]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    result = _Result(records, question, found)
    if told.has_units:
        bring = bring or (lambda table: _like(records, table))
        result.take_units(kept, told, bring)
    return result.counts()


# ---- What is asked of each record ----


@dataclass(frozen=True)
class _Told:
    """Records as groups with their sums: ``by`` are the columns to count by."""

    frame: Frame
    by: list[str]
    sums: list[str]
    has_units: bool


def _told(records: Frame, question: Question, bring: Bring) -> _Told:
    schema = records.collect_schema()
    by = [f"by{i}" for i in range(len(question.by))]
    texts: dict[str, nw.Expr] = {}
    for name, column in (("label", question.os), ("client", question.client)):
        if column is not None:
            texts[name] = _text(column)
    if question.cluster is not None and question.cluster != question.client:
        texts["unit"] = _text(question.cluster)
    for name, (column, span) in zip(by, question.by, strict=True):
        texts[name] = _text(column) if span is None else times.day(_raw_time(records, column))
    flag = question.spam
    boolean = (
        flag is not None
        and schema[flag.column] == nw.Boolean
        and not (flag.values or question.weight or question.cluster or question.over_time)
        and question.count == "messages"
    )
    if flag is not None and not boolean:
        texts["spam"] = _text(flag.column)
    bad = nw.col(question.unreadable).fill_null(False) if question.unreadable else nw.lit(False)
    numbers: dict[str, nw.Expr] = {}
    if question.weight:
        weight = _text(question.weight).str.strip_chars()
        fits = weight.str.contains(_WEIGHT).fill_null(False)
        whole = weight.str.replace_all(r"\..*$", "")
        numbers["n"] = nw.when(fits).then(whole).otherwise(nw.lit("0")).cast(nw.Int64)
        numbers["misweighed"] = nw.when(fits | bad).then(nw.lit(0)).otherwise(nw.lit(1))
    if boolean and flag is not None:
        # Added up and not grouped by, which takes DuckDB half as long.
        numbers["flagged"] = nw.col(flag.column).cast(nw.Int64)
    told = records.select(**texts, bad=bad, **numbers, **_time(records, question))
    has_units = question.cluster is not None or question.count == "machines"
    if question.over_time:
        told = _by_fingerprints_over_time(told, question, bring)
        # Only of clients without a fingerprint, or as a unit, does the address still matter.
        by_client = question.count == "machines" or question.cluster == question.client
        if not by_client:
            unknown = nw.col("known").is_null()
            told = told.with_columns(
                normal=nw.when(unknown).then(nw.col("normal")).otherwise(_null())
            )
        keys = [name for name in texts if name != "client"]
        keys += ["normal", "known", "bad", *(["stale"] if question.fresh else [])]
        sums = {"rows": nw.len()}
        sums |= {name: nw.col(name).sum() for name in ("zoned", "timeless", "mistimed")}
        if question.weight:
            sums |= {name: nw.col(name).sum() for name in ("n", "misweighed")}
            told = told.with_columns(squares=nw.col("n") * nw.col("n"))
            sums["squares"] = nw.col("squares").sum()
        told = told.group_by(*keys).agg(**sums)
        if not question.weight:
            told = told.with_columns(n=nw.col("rows"), squares=nw.col("rows"))
    else:
        # By what stands in the cells first: what it means is then asked once, not of each record.
        sums = {"rows": nw.len()}
        if question.weight:
            sums |= {name: nw.col(name).sum() for name in ("n", "misweighed")}
            if has_units:
                told = told.with_columns(squares=nw.col("n") * nw.col("n"))
                sums["squares"] = nw.col("squares").sum()
        if boolean:
            sums |= {"flagged": nw.col("flagged").sum(), "there": nw.col("flagged").count()}
        told = told.group_by(*texts, "bad").agg(**sums)
        if not question.weight:
            told = told.with_columns(n=nw.col("rows"))
            if has_units:
                told = told.with_columns(squares=nw.col("rows"))
        if question.client is not None:
            told = told.with_columns(normal=normal_expression(nw.col("client")))
        if question.fingerprints is not None:
            known = nw.from_native(bring(question.fingerprints.latest)).lazy()
            known = known.select(normal=nw.col("client"), known=nw.col("known"))
            told = told.join(known, on="normal", how="left")
    return _understood(told, question, by, boolean, has_units)


def _understood(
    told: Frame, question: Question, by: list[str], boolean: bool, has_units: bool
) -> _Told:
    """What the cells of each group mean."""
    rows, n = nw.col("rows"), nw.col("n")
    none = nw.lit(0)
    columns: dict[str, nw.Expr] = {name: nw.col(name).fill_null("") for name in by}
    columns |= {
        "label": _label(question).fill_null(""),
        "why": _why(question),
        "bad": nw.col("bad"),
    }
    sums = {"rows": rows}
    if question.spam is None:
        sums |= {"spam": n, "spam_rows": rows}
        squares = nw.col("squares") if has_units else none
    elif boolean:
        sums |= {
            "spam": nw.col("flagged").fill_null(0),
            "spam_rows": nw.col("flagged").fill_null(0),
        }
        sums["lacking"] = rows - nw.col("there")
        squares = none
    else:
        flags = flag_words(question.spam)
        text = _flag_text(nw.col("spam"))
        is_spam = text.is_in(flags.spam).fill_null(False)
        lacks = text.is_null() | text.is_in(list(MISSING - set(flags.spam)))
        sums["spam"] = nw.when(is_spam).then(n).otherwise(none)
        sums["spam_rows"] = nw.when(is_spam).then(rows).otherwise(none)
        sums["lacking"] = nw.when(lacks).then(rows).otherwise(none)
        if flags.ham:
            is_odd = ~(is_spam | lacks | text.is_in(flags.ham).fill_null(False))
            sums["odd"] = nw.when(is_odd).then(rows).otherwise(none)
        for i, value in enumerate(flags.spam if not flags.ham else ()):
            sums[f"value{i}"] = nw.when(text == nw.lit(value)).then(rows).otherwise(none)
        squares = nw.when(is_spam).then(nw.col("squares")).otherwise(none) if has_units else none
    if question.weight:
        sums["misweighed"] = nw.col("misweighed")
    if question.over_time:
        sums |= {name: nw.col(name) for name in ("zoned", "timeless", "mistimed")}
    if has_units:
        sums["squares"] = squares
        columns["unit"] = _unit(question)
    frame = told.select(**columns, **sums)
    return _Told(frame, by, [name for name in sums if name != "squares"], has_units)


def _label(question: Question) -> nw.Expr:
    if question.fingerprints is not None:
        return nw.col("known")
    text = nw.col("label").str.strip_chars()
    return text.str.replace_all(_SUFFIX, "").str.replace_all(_NO_OS, UNKNOWN)


def _why(question: Question) -> nw.Expr:
    """Why the OS is not known, as far as the address is why; or whether it is a heading."""
    if question.fingerprints is None:
        if not question.headings:
            return nw.lit("known")
        return (
            nw.when(_is_heading(nw.col("label"), question.os or ""))
            .then(nw.lit("heading"))
            .otherwise(nw.lit("known"))
        )
    normal, known = nw.col("normal"), nw.col("known")
    why = nw.when(is_address(normal).fill_null(False)).then(nw.lit("unseen"))
    why = nw.when(is_none(normal)).then(nw.lit("none")).otherwise(why.otherwise(nw.lit("unread")))
    if question.headings:
        is_heading = _is_heading(normal, question.client or "")
        why = nw.when(is_heading).then(nw.lit("heading")).otherwise(why)
    if question.over_time and question.fresh:
        why = nw.when(nw.col("stale")).then(nw.lit("stale")).otherwise(why)
    return nw.when(~known.is_null()).then(nw.lit("known")).otherwise(why)


def _is_heading(text: nw.Expr, heading: str) -> nw.Expr:
    folded = text.str.strip_chars(_AROUND).str.to_lowercase()
    return (folded == nw.lit(heading.strip(_AROUND).lower())).fill_null(False)


def _unit(question: Question) -> nw.Expr:
    """The machine or the cluster of a record; null where it has none."""
    if question.count == "machines":
        normal = nw.col("normal")
        return nw.when(is_address(normal).fill_null(False)).then(normal).otherwise(_null())
    unit = nw.col("normal" if question.cluster == question.client else "unit")
    gone = is_none(unit) if question.cluster == question.client else is_no_text(unit)
    return nw.when(gone).then(_null()).otherwise(unit)


def is_no_text(text: nw.Expr) -> nw.Expr:
    """Whether a cell is missing, by any of the words for it."""
    return text.is_null() | text.str.strip_chars().str.to_lowercase().is_in(list(MISSING))


@dataclass(frozen=True)
class _FlagWords:
    """What a flag says in lower case: values for spam, and for none where they are words."""

    spam: list[str]
    ham: list[str]


def flag_words(flag: Flag) -> _FlagWords:
    """The words that mean spam, or not, of a flag; those that were given leave all others out."""
    if flag.values:
        return _FlagWords([*dict.fromkeys(v.strip().lower() for v in flag.values)], [])
    return _FlagWords(sorted(TRUE), sorted(FALSE))


def _flag_text(text: nw.Expr) -> nw.Expr:
    """A flag as it is compared."""
    return text.str.strip_chars().str.to_lowercase()


def spam_of(frame: Any, question: Question, labels: Collection[str], *, keep: Sequence[str]) -> Any:
    """The columns ``keep`` of the spam that has one of the labels, in any order.

    Their names are none of those that are used here. The fingerprints have to be where the records
    are.
    """
    records = _lazy(frame)
    texts: dict[str, nw.Expr] = {}
    for name, column in (("label", question.os), ("client", question.client)):
        if column is not None:
            texts[name] = _text(column)
    is_spam = nw.lit(True)
    if question.spam is not None:
        flag = _flag_text(_text(question.spam.column))
        is_spam = flag.is_in(flag_words(question.spam).spam).fill_null(False)
    bad = nw.col(question.unreadable).fill_null(False) if question.unreadable else nw.lit(False)
    told = records.select(*keep, **texts, bad=bad, is_spam=is_spam, **_time(records, question))
    told = told.filter(nw.col("is_spam") & ~nw.col("bad"))
    if question.over_time:
        told = _by_fingerprints_over_time(told, question, lambda table: table)
    elif question.fingerprints is not None:
        known = nw.from_native(question.fingerprints.latest).lazy()
        known = known.select(normal=nw.col("client"), known=nw.col("known"))
        told = told.with_columns(normal=normal_expression(nw.col("client")))
        told = told.join(known, on="normal", how="left")
    elif question.client is not None:
        told = told.with_columns(normal=normal_expression(nw.col("client")))
    named = told.with_columns(named=_label(question).fill_null(""), why=_why(question))
    wanted = nw.col("named").is_in(list(labels)) & (nw.col("why") != nw.lit("heading"))
    return named.filter(wanted).select(*keep).to_native()


# ---- Fingerprints over time ----


def _time(records: Frame, question: Question) -> dict[str, nw.Expr]:
    if not question.over_time:
        return {}
    return {"time": _raw_time(records, question.time or "")}


def _raw_time(records: Frame, column: str) -> nw.Expr:
    dtype = records.collect_schema()[column]
    return times.as_text(nw.col(column), dtype, records.implementation.is_polars())


def _time_text(records: Frame, column: str) -> nw.Expr:
    text = _raw_time(records, column)
    return times.stripped(text, times.is_plain(text))


def _by_fingerprints_over_time(told: Frame, question: Question, bring: Bring) -> Frame:
    """Messages with the label of their client that was the last one until then.

    An as-of join: messages and sightings in one order by time, in which each message takes the
    label that stands last before it. The cost does not grow with how often clients change.
    """
    assert question.fingerprints is not None
    if told.implementation.is_dask():
        told = told.collect().lazy()  # which has no windows
        bring = lambda table: table  # noqa: E731
    text, plain = nw.col("time"), nw.col("plain")
    # In steps, each of which an engine computes once.
    told = told.with_columns(normal=normal_expression(nw.col("client")), plain=times.is_plain(text))
    told = told.with_columns(time=times.stripped(text, plain))
    told = told.with_columns(stamp=times.stamp(text, plain), clock=times.clock(text, plain))
    if told.implementation.is_duckdb():
        native: Any = told.to_native()
        told = nw.from_native(
            native.query("told", "select *, epoch_ms(stamp::timestamp) // 1000 as base from told")
        ).lazy()
    else:
        told = told.with_columns(base=times.since_1970(nw.col("stamp")))
    at = nw.when(nw.col("clock") <= nw.lit(1)).then(times.seconds(text, nw.col("base"), plain))
    told = told.with_columns(at=at.otherwise(nw.lit(_FAR)).cast(nw.Int64))
    told = told.drop("time", "stamp", "base", "plain", "client")
    told = told.with_columns(message=nw.lit(1))
    known = nw.from_native(bring(question.fingerprints.over_time)).lazy()
    if not question.fresh:  # of a client that never changes, the first time says it all
        known = known.filter(nw.col("changes") | nw.col("first"))
    before = nw.col("since") - nw.lit(question.fresh) if question.fresh else nw.lit(-_FAR)
    since = nw.when(nw.col("first")).then(before).otherwise(nw.col("since")).cast(nw.Int64)
    # Whether the client changes is the first character of the label: one column less to carry.
    changes = nw.when(nw.col("changes")).then(nw.lit("1")).otherwise(nw.lit("0"))
    seen = known.select(
        normal=nw.col("client"), at=since, known=nw.concat_str([changes, nw.col("known")])
    )
    told = told.with_columns(known=_null())
    if question.fresh:
        seen = seen.with_columns(since=nw.col("at"))
        told = told.with_columns(since=nw.lit(-2 * _FAR).cast(nw.Int64))
    schema = told.collect_schema()
    there = set(seen.collect_schema().names())
    empty = {name: _empty(dtype) for name, dtype in schema.items() if name not in there}
    empty["message"] = nw.lit(0).cast(schema["message"])
    seen = seen.with_columns(**empty).select(*schema.names())
    both = nw.concat([told, seen], how="vertical")
    order = ["at", "message"]
    filled = {"known": nw.col("known").fill_null(strategy="forward").over("normal", order_by=order)}
    if question.fresh:  # of sightings in the order of time the last is the latest
        filled["since"] = nw.col("since").cum_max().over("normal", order_by=order)
    told = both.with_columns(**filled).filter(nw.col("message") == nw.lit(1))
    matters = nw.col("known").str.starts_with("1").fill_null(False)
    label = nw.col("known").str.slice(1)
    if question.fresh:
        stale = (nw.col("at") - nw.col("since") > nw.lit(question.fresh)).fill_null(False)
        told = told.with_columns(stale=stale)
        matters = ~nw.col("known").is_null()
        label = nw.when(nw.col("stale")).then(_null()).otherwise(label)
    if "bad" in schema:
        matters = matters & ~nw.col("bad")
    for i, name in ((1, "zoned"), (2, "timeless"), (3, "mistimed")):
        is_so = matters & (nw.col("clock") == nw.lit(i))
        told = told.with_columns(**{name: nw.when(is_so).then(nw.lit(1)).otherwise(nw.lit(0))})
    return told.with_columns(known=label)


# ---- What came back ----


class _Result:
    """The rows that came back, checked, as Counts."""

    def __init__(self, records: Frame, question: Question, rows: list[dict[str, Any]]) -> None:
        self.records, self.question = records, question
        self.findings = question.findings
        self.unreadable = sum(int(row["rows"]) for row in rows if row["bad"])
        self.headings = sum(
            int(row["rows"]) for row in rows if not row["bad"] and row["why"] == "heading"
        )
        self.rows = [row for row in rows if not row["bad"] and row["why"] != "heading"]
        self.spans: list[dict[str, str]] = [{} for _ in question.by]
        if self.rows:
            self._check_weights()
            self._check_flags()
            self._check_times()
        labels = Counter[str]()
        for row in self.rows:
            labels[row["label"]] += int(row["spam"] or 0)
        self.systems = systems(
            labels, question.names, family=question.family, holds_os=question.holds_os
        )
        self.machines: dict[tuple[str, ...], int] | None = None
        self.clusters: dict[tuple[str, ...], ClusterSums] | None = None

    def _total(self, name: str) -> int:
        return sum(int(row.get(name) or 0) for row in self.rows)

    def _check_weights(self) -> None:
        if self.question.weight and self._total("misweighed"):
            weight = _text(self.question.weight)
            wrong = ~weight.str.strip_chars().str.contains(_WEIGHT).fill_null(False)
            raise FigureError(
                f"column {self.question.weight!r}: {self._first(wrong, weight)!r} is no number of "
                "messages"
            )

    def _check_flags(self) -> None:
        flag = self.question.spam
        if flag is None:
            return
        spam, lacking = self._total("spam_rows"), self._total("lacking")
        if self._total("odd") or (lacking and not flag.values) or not spam:
            self._refuse_flags(flag, spam, lacking)
        if lacking:
            self.findings.notes.append(
                f"{lacking} records without a value in column {flag.column!r} are no spam"
            )
        if flag.values:
            words = flag_words(flag).spam
            absent = [w for i, w in enumerate(words) if not self._total(f"value{i}")]
            if absent:
                there = ",".join(word for word in words if word not in absent)
                self.findings.doubts.append(
                    Doubt(
                        f"column {flag.column!r}: no record has "
                        f"{listed([repr(word) for word in absent])}; there are "
                        f"{listed([repr(value) for value in self._values(flag.column)])}",
                        (Remedy("spam", f"{flag.column}={there}", "leaves it out"),),
                    )
                )

    def _refuse_flags(self, flag: Flag, spam: int, lacking: int) -> None:
        values = self._values(flag.column)
        shown = listed([repr(value) for value in values])
        all_ = sum(int(row["rows"]) for row in self.rows)
        remedy = Remedy("spam", f"{flag.column}=VALUE,...", "says which values mean spam")
        if flag.values or not (self._total("odd") or lacking):
            raise MatchError(
                f"none of {all_} records is spam; in column {flag.column!r} there are {shown}",
                settles=[remedy],
            )
        if self._total("odd"):
            raise FigureError(
                f"column {flag.column!r}: does not say yes or no of each record; there are {shown}",
                settles=[remedy],
            )
        yes = ",".join(v for v in values if v.strip().lower() in TRUE) or "VALUE"
        raise FigureError(
            f"column {flag.column!r}: {lacking} of {all_} records have no value there",
            settles=[
                Remedy("spam", f"{flag.column}={yes}", "takes only those that have it for spam")
            ],
        )

    def _check_times(self) -> None:
        for i, (column, span) in enumerate(self.question.by):
            if span is None:
                continue
            for key in {row[f"by{i}"] for row in self.rows if row["spam"]}:
                found = None if key == "?" else times.of_span(key, span)
                if found is None:
                    text = _raw_time(self.records, column)
                    is_so = times.day(text) == nw.lit(key)
                    raise FigureError(
                        f"column {column!r}: {self._first(is_so, text)!r} is no time that says its "
                        f"{span}, such as 2010-03-01T12:00:00Z"
                    )
                self.spans[i][key] = found
        if not self.question.over_time:
            return
        column, known = self.question.time or "", self.question.fingerprints
        text = _time_text(self.records, column)
        whatever = Remedy("time", "", "takes the latest fingerprint")
        if self._total("mistimed"):
            wrong = ~times.is_time(text) & ~times.is_no_time(text)
            raise FigureError(
                f"column {column!r}: {self._first(wrong, text)!r} is no time such as "
                "2010-03-01T12:00:00Z, which tells what fingerprint held then",
                settles=[] if self.question.fresh else [whatever],
            )
        if known is not None and known.zone is None and self._total("zoned"):
            example = self._first(times.is_time(text) & times.has_zone(text), text)
            raise FigureError(
                f"column {column!r}: {example!r} relates to UTC, the times in the log don't, and "
                "fingerprints change",
                settles=[Remedy("log_zone", "UTC", "or another zone says which the log is in")],
            )
        if timeless := self._total("timeless"):
            what = "are of an unknown OS" if self.question.fresh else "take its latest one"
            self.findings.doubts.append(
                Doubt(
                    f"{timeless} records without a time, whose client changes its fingerprint, "
                    f"{what}",
                    () if self.question.fresh else (whatever,),
                )
            )

    def _first(self, which: nw.Expr, text: nw.Expr) -> str:
        """What stands in the first record of some kind."""
        records = self.records
        if self.question.unreadable:
            records = records.filter(~nw.col(self.question.unreadable).fill_null(False))
        found = _collected(records.filter(which).select(found=text).head(1))
        return "" if not found or found[0][0] is None else str(found[0][0])

    def _values(self, column: str) -> list[str]:
        """The most frequent values of a column."""
        counted = self.records.select(value=_text(column)).group_by("value").agg(n=nw.len())
        rows = _collected(counted.sort("n", "value", descending=[True, False]).head(11))
        texts = [value if isinstance(value, str) else "" for value, _ in rows]
        return [text for text in texts if text != column]

    def take_units(self, kept: Frame, told: _Told, bring: Bring) -> None:
        """Count machines, or sum up clusters, over families as they are added up."""
        import pandas as pd

        def mapped(frame: Frame, column: str, meaning: Mapping[str, str], to: str) -> Frame:
            table = pd.DataFrame({column: list(meaning), "meaning": list(meaning.values())})
            table = table.astype({column: object, "meaning": object})
            joined = frame.join(nw.from_native(bring(table)).lazy(), on=column, how="inner")
            return joined.drop(column).rename({"meaning": to})

        frame = kept.filter(
            (nw.col("spam_rows") > nw.lit(0))
            & ~nw.col("bad")
            & (nw.col("why") != nw.lit("heading"))
        ).select(*told.by, "label", "unit", "spam", "spam_rows", "squares")
        wanted = {
            label: os
            for label, os in self.systems.items()
            if not (self.question.ignore_unknown and os == UNKNOWN)
        }
        frame = mapped(frame, "label", wanted, "os")
        for i, (_, span) in enumerate(self.question.by):
            if span is not None:
                frame = mapped(frame, f"by{i}", self.spans[i], f"by{i}")
        has_unit = ~nw.col("unit").is_null()
        sums = {name: nw.col(name).sum() for name in ("spam", "spam_rows", "squares")}
        groups = [*told.by, "os"]
        of_units = frame.filter(has_unit).group_by(*groups, "unit").agg(x=nw.col("spam").sum())
        alone = self._by_key(frame.filter(~has_unit).group_by(*groups).agg(**sums), groups, [*sums])
        if self.question.count == "machines":
            counted = of_units.group_by(*groups).agg(n=nw.len())
            self.machines = {key: n for key, (n,) in self._by_key(counted, groups, ["n"]).items()}
            if lost := sum(rows for _, rows, _ in alone.values()):
                self.findings.doubts.append(
                    Doubt(f"{lost} records without a readable address are no machine")
                )
            return
        whole = of_units.group_by(*told.by, "unit").agg(n=nw.col("x").sum())
        x, n = nw.col("x"), nw.col("n")
        pairs = of_units.join(whole, on=[*told.by, "unit"], how="inner")
        pairs = pairs.with_columns(xx=x * x, xn=x * n)
        pairs = pairs.group_by(*groups).agg(xx=nw.col("xx").sum(), xn=nw.col("xn").sum())
        by = told.by or ["by"]
        if not told.by:
            whole = whole.with_columns(by=nw.lit(""))
        wholes = whole.with_columns(nn=n * n).group_by(*by).agg(nn=nw.col("nn").sum(), c=nw.len())
        self._add_clusters(
            self._by_key(pairs, groups, ["xx", "xn"]), self._by_key(wholes, by, ["nn", "c"]), alone
        )

    def _add_clusters(
        self,
        pairs: dict[tuple[str, ...], list[int]],
        wholes: dict[tuple[str, ...], list[int]],
        alone: dict[tuple[str, ...], list[int]],
    ) -> None:
        """Join the sums over clusters with those of records without one, each one by itself."""
        if not self.question.by:
            wholes = {key[:-1]: sums for key, sums in wholes.items()}
        squares, clusters = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
        for key, (nn, c) in wholes.items():
            squares[key] += nn
            clusters[key] += c
        for key, (_, rows, own) in alone.items():
            squares[key[:-1]] += own
            clusters[key[:-1]] += rows
        self.clusters = {}
        for key in pairs.keys() | alone.keys():
            xx, xn = pairs.get(key, [0, 0])
            own = alone.get(key, [0, 0, 0])[2]
            whole = key[:-1]
            self.clusters[key] = ClusterSums(xx + own, xn + own, squares[whole], clusters[whole])

    def _by_key(
        self, frame: Frame, keys: Sequence[str], values: Sequence[str]
    ) -> dict[tuple[str, ...], list[int]]:
        return {
            tuple(row[: len(keys)]): [int(cell or 0) for cell in row[len(keys) :]]
            for row in _collected(frame.select(*keys, *values))
        }

    def counts(self) -> Counts:
        messages, others = Counter[tuple[str, ...]](), Counter[str]()
        why, spam_rows = Counter[str](), 0
        for row in self.rows:
            of_them = int(row["spam_rows"] or 0)
            spam_rows += of_them
            others[row["label"]] += int(row["rows"]) - of_them
            if of_them:
                by = [
                    self.spans[i][row[f"by{i}"]] if span else row[f"by{i}"]
                    for i, (_, span) in enumerate(self.question.by)
                ]
                messages[*by, row["label"]] += int(row["spam"])
                why[row["why"]] += int(row["spam"])
        self._say(why)
        units = Counter[tuple[str, ...]]()
        for (*by, label), n in messages.items():
            units[*by, self.systems[label]] += n
        return Counts(
            messages,
            self.question.by_names,
            others,
            self.unreadable,
            spam_rows,
            units if self.machines is None else self.machines,
            self.systems,
            self.question.count,
            self.clusters,
            self.findings,
            self.headings,
            self.question.os,
        )

    def _say(self, why: Counter[str]) -> None:
        """Say why which messages are of an unknown OS."""
        notes, client = self.findings.notes, self.question.client
        if self.headings:
            notes.append(f"left out: headings that are repeated as records: {self.headings}")
        if self.question.fingerprints is None:
            column = self.question.os
            if self.question.family is None and self.question.holds_os is False:
                notes.append(
                    f"column {column!r} holds no operating systems by its heading, so names stay "
                    "as they are"
                )
            return
        if why["unread"]:
            normal = normal_expression(_text(client or ""))
            wrong = ~is_address(normal).fill_null(False) & ~is_none(normal)
            if self.question.headings:
                wrong &= ~_is_heading(normal, client or "")
            example = self._first(wrong, _text(client or ""))
            self.findings.doubts.append(
                Doubt(
                    f"column {client!r}: {why['unread']} unreadable addresses, such as "
                    f"{example!r}, are of an unknown OS"
                )
            )
        if why["none"]:
            notes.append(f"{why['none']} messages without an address are of an unknown OS")
        if why["unseen"]:
            notes.append(f"{why['unseen']} messages of addresses without a fingerprint")
        if why["stale"]:
            notes.append(f"{why['stale']} messages of addresses without a fresh fingerprint")
        if why and not why["known"]:
            self.findings.doubts.append(
                Doubt(
                    f"no address in column {client!r} has a fingerprint; is it the right one?",
                    (Remedy("client", None, "names another"),),
                )
            )
        zone = self.question.fingerprints.zone
        if self.question.over_time and zone is not None:
            self.findings.facts.append("times without a zone are taken for UTC")


# ---- Frames of any kind ----


def _lazy(frame: Any) -> Frame:
    if isinstance(frame, nw.LazyFrame):
        return frame
    try:
        return nw.from_native(frame).lazy()
    except (TypeError, AttributeError) as error:
        raise SpamIndexError(
            f"records are a frame of pandas, Polars, DuckDB, PySpark or the like, not a "
            f"{type(frame).__name__}"
        ) from error


def _check_columns(question: Question, there: list[str]) -> None:
    if not (question.os or question.client):
        raise ColumnError("a column with the OS is needed, or one with the client's address")
    if question.count == "machines" and question.cluster:
        raise ColumnError("machines are counted by themselves, so cluster can't be given with them")
    if question.count == "machines" and question.weight:
        raise ColumnError("a machine counts once, so weight would change nothing")
    wanted = [
        question.os, question.client, question.time, question.weight, question.cluster,
        question.spam and question.spam.column, *(column for column, _ in question.by),
    ]  # fmt: skip
    for column in filter(None, wanted):
        if column not in there:
            raise ColumnError(f"no column {column!r}; there are {', '.join(map(repr, there))}")
    own = ["os", "spam_share", question.count]
    names = [*question.by_names, *own, *(["design_effect", "clusters"] if question.cluster else [])]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise ColumnError(f"to count by {twice[0]!r} would give two columns of that name")


def _text(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.String)


def _null() -> nw.Expr:
    return nw.lit(None, dtype=nw.String())


def _empty(dtype: Any) -> nw.Expr:
    """What a column holds of a sighting, which is no message."""
    if dtype == nw.String:
        return _null()
    return (nw.lit(False) if dtype == nw.Boolean else nw.lit(0)).cast(dtype)


def _like(records: Frame, table: Any) -> Any:
    """A table as a frame of the same kind, and in the same connection."""
    if records.implementation.is_pandas_like():
        return table
    if records.implementation.is_duckdb():
        return _in_duckdb(records.to_native(), table)
    if "pyspark" in records.implementation.value:
        return records.to_native().sparkSession.createDataFrame(table)
    if records.implementation.is_polars() or records.implementation.is_pyarrow():
        data = {str(name): table[name].tolist() for name in table}
        return nw.from_dict(data, backend=records.implementation).to_native()
    return nw.from_native(table).lazy(records.implementation).to_native()


def _in_duckdb(native: Any, brought: pd.DataFrame) -> Any:
    """A table in the connection of a relation, which only a query of it can reach."""
    return native.query("_", "from brought")


def _kept(native: Any) -> Any:
    """A frame that is asked several times, computed once where its engine can keep it."""
    frame = nw.from_native(native).lazy()
    if "pyspark" in frame.implementation.value:
        return native.persist()
    if frame.implementation.is_polars():
        return frame.collect().lazy().to_native()
    return native


def _collected(frame: Frame) -> list[Sequence[Any]]:
    native: Any = frame.to_native()
    # narwhals would collect what these have by way of pyarrow, which nothing else here needs.
    if frame.implementation.is_duckdb():
        return native.fetchall()  # type: ignore[no-any-return]
    if "pyspark" in frame.implementation.value:
        return native.collect()  # type: ignore[no-any-return]
    return list(frame.collect().rows())
