"""Where records are counted, of files, frames and Spark: messages by OS. tally of the library.

Records are grouped by what stands in their cells first; what a cell means (an address, a flag, a
label) is asked of each group, which are few. The same for every kind of frame.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spamindex.errors import ColumnError, Findings, SpamIndexError
from spamindex.messages import checks, tallies, times
from spamindex.messages.checks import Groups
from spamindex.messages.fingerprints import UNKNOWN, Fingerprints
from spamindex.messages.frames import (
    Bring,
    Frame,
    cached,
    collect_rows,
    convert_like,
    first_cells,
    is_no_address,
    lazy,
    normalize_addresses,
    null,
    nw,
    text,
    when,
)
from spamindex.messages.options import RecordOptions, Span
from spamindex.messages.query import Question, resolve_question
from spamindex.messages.tallies import Counts, shares, systems_of
from spamindex.names import BUILT_IN, Names
from spamindex.words import MISSING

if TYPE_CHECKING:
    import pandas as pd

# What may have to be trimmed or cut, or be missing; asked first, as few do, and to trim is slow.
_IN_ANY_CASE = "|".join(
    "".join(f"[{c}{c.upper()}]" if c.isalpha() else re.escape(c) for c in word) for word in MISSING
)
_ODD_UNIT = rf"^[\s\x0b]|[\s\x0b]$|^(?:{_IN_ANY_CASE})?$"
_SUMS = ("n", "misweighed", "squares", "spams", "lacking", *times.TOLD)


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
        "os": os, "client": client, "time": time, "fresh": fresh,
        "spam": spam, "by": by, "weight": weight, "count": count, "cluster": cluster,
        "names": names, "family": family, "ignore_unknown": ignore_unknown,
    }  # fmt: skip
    if fingerprints is not None and not isinstance(fingerprints, Fingerprints):
        raise SpamIndexError("fingerprints are what read_fingerprints returns")
    options = RecordOptions().with_fields(given)
    try:
        records = lazy(frame)
        names_there = records.collect_schema().names()
    except nw.exceptions.DuplicateError as error:
        raise ColumnError("the records have two columns of one name") from error
    if odd := [name for name in names_there if not isinstance(name, str)]:
        raise ColumnError(f"the records have a column {odd[0]!r}: names of columns are texts")
    question = resolve_question(
        names_there,
        options,
        fingerprints=fingerprints,
        read_cells=lambda names: first_cells(records, names),
    )
    counts = counts_of(records, question)
    result = pd.DataFrame(shares(counts, ignore_unknown=ignore_unknown))
    found = counts.findings
    result.attrs["read"] = found.note(always=True)
    Findings(found.name, doubts=found.doubts).warn()  # its note stands in attrs
    return result


def counts_of(
    frame: Any, question: Question, *, bring: Bring | None = None, keep: Bring = cached
) -> Counts:
    """Count records where they are; only numbers by label come back.

    ``bring`` takes a table to where the records are; left out, it is made of the same kind as
    they. ``keep`` keeps a frame that is asked several times. Raises a SpamIndexError for a column
    of lists or structs, and for cells that can't be used: flags, times, weights.
    """
    records = lazy(frame)
    _check_columns(question, records)
    bring = bring or (lambda table: convert_like(records, table))
    told = _understood(_grouped(records, question, bring, keep), question)
    by = [f"by{i}" for i in range(len(question.by))]
    has_units = "unit" in told.collect_schema().names()
    if has_units:
        told = lazy(keep(told.to_native()))
    keys = [*by, "label", "why", "flag", "bad"]
    sums = [n for n in told.collect_schema().names() if n == "rows" or n in _SUMS]
    summed = told.group_by(*keys).agg(**{name: nw.col(name).sum() for name in sums})
    rows = collect_rows(summed.select(*keys, *sums))
    summed_groups = (dict(zip([*keys, *sums], row, strict=True)) for row in rows)
    every = [part for group in summed_groups for part in _by_flag(group)]
    for group in every:
        group.setdefault("n", group["rows"])  # without weights each record is one message
    read = [row for row in every if not row["bad"]]
    groups = Groups(records, question, [row for row in read if row["why"] != "heading"])
    spans = checks.check(groups)
    labels, why = Counter[str](), Counter[str]()
    for row in groups.rows:
        n = int(row["n"]) if groups.is_spam(row) else 0
        labels[row["label"]] += n
        why[row["why"]] += n
    headings = sum(int(row["rows"]) for row in read if row["why"] == "heading")
    checks.report(groups, why, headings)
    of = systems_of(labels, question.names, family=question.family, holds_os=question.holds_os)
    units, sums_of_clusters = Counter[tuple[str, ...]](), None
    for row in filter(groups.is_spam, groups.rows):
        key = [spans[i][row[name]] if spans[i] else row[name] for i, name in enumerate(by)]
        units[*key, of[row["label"]]] += int(row["n"])
    if has_units:
        shown = {
            label: os for label, os in of.items() if not (question.ignore_unknown and os == UNKNOWN)
        }
        spam = tallies.spam_by_unit(told, by, shown, spans, bring)
        if question.count == "machines":
            units = tallies.count_machines(spam, by, question.findings)
        else:
            sums_of_clusters = tallies.cluster_sums(spam, by, question.findings, keep)
            question.findings.notes += tallies.unequal_clusters(units, sums_of_clusters)
    spam_rows = groups.total("rows", of_spam=True)
    return Counts(
        by=question.by_names,
        units=units,
        labels={label: n for label, n in labels.items() if n},
        systems=of,
        spam_records=spam_rows,
        not_spam=groups.total("rows") - spam_rows,
        unreadable=sum(int(row["rows"]) for row in every if row["bad"]),
        headings=headings,
        unit=question.count,
        clusters=sums_of_clusters,
        findings=question.findings,
        heading=question.os if question.holds_os is False else None,
    )


def _cells(records: Frame, question: Question, *, as_text: bool) -> dict[str, nw.Expr]:
    """The cells of each record that are asked for."""
    columns = {"label": question.os, "client": question.client}
    if question.spam is not None:
        columns["spam"] = question.spam.column
    if question.cluster is not None and question.cluster != question.client:
        columns["unit"] = question.cluster
    cells = {
        name: text(column) if as_text else nw.col(column)
        for name, column in columns.items()
        if column is not None
    }
    for i, (column, span) in enumerate(question.by):
        written = times.as_text(records, column)
        cells[f"by{i}"] = text(column) if span is None else times.day(written)
    if question.over_time:
        cells["time"] = times.as_text(records, question.time or "")
    bad = nw.col(question.unreadable).fill_null(False) if question.unreadable else nw.lit(False)
    return {**cells, "bad": bad}


def _grouped(records: Frame, question: Question, bring: Bring, keep: Bring) -> Frame:
    """Groups of records of which the same cells say the same, with the label of their client."""
    # Told apart as they are, and made text when they are few, unless sightings come between them.
    cells = _cells(records, question, as_text=question.over_time)
    sums, flag = _weights(question), question.spam
    if flag and not flag.values and records.collect_schema()[flag.column] == nw.Boolean:
        is_spam, lacks = nw.col(flag.column).fill_null(False), nw.col(flag.column).is_null()
        if question.over_time or question.by_client or question.cluster or question.weight:
            # Whose the others are does not matter, which makes fewer groups.
            cells |= {n: nw.when(is_spam).then(cells[n]) for n in ("client", "unit") if n in cells}
        else:  # added up, which takes half as long as to group by them
            sums = {"spams": is_spam.cast(nw.Int32), "lacking": lacks.cast(nw.Int32)}
            del cells["spam"]
    never_bad = {} if question.unreadable else {"bad": cells.pop("bad")}  # which would take time
    told = records.select(**cells, **sums)
    if not question.over_time:
        told = _summed(told)
    if never_bad:
        told = told.with_columns(**never_bad)
    told = _identified(told, question, bring, lambda told: lazy(keep(_summed(told).to_native())))
    if question.fingerprints is None:
        return told
    if question.time is None and question.fingerprints.changing:  # is the latest one meant?
        spam = nw.col("spams" if "spams" in sums else "rows")
        told = told.with_columns(timeless=when(nw.col("changes"), spam, nw.lit(0)))
    # Where no client is counted by itself, the groups are few from here on.
    told = _summed(told.drop("changes", "number", strict=False))
    for clock, name in enumerate(times.TOLD if question.over_time else ()):
        matters = ~nw.col("bad") & (nw.col("clock") == nw.lit(clock))
        told = told.with_columns(**{name: when(matters, nw.col("rows"), nw.lit(0))})
    return told.drop("clock", strict=False)


def _by_flag(row: dict[str, Any]) -> list[dict[str, Any]]:
    """A group, in parts by its flags where these were added up."""
    if "spams" not in row:
        return [row]
    rows = {row["flag"]: int(row["spams"]), checks.NO_FLAG: int(row["lacking"])}
    rows[checks.NOT_SPAM] = int(row["rows"]) - sum(rows.values())
    return [{**row, "flag": flag, "rows": n} for flag, n in rows.items() if n]


def _weights(question: Question) -> dict[str, nw.Expr]:
    """How many messages each record is, that number squared, and whether it is none."""
    if question.weight is None:
        return {}
    weight = text(question.weight).str.strip_chars()
    fits = weight.str.contains(checks.WEIGHT).fill_null(False)
    n = when(fits, weight.str.replace_all(r"\..*$", ""), nw.lit("0")).cast(nw.Int64)
    sums = {"n": n, "misweighed": when(fits, nw.lit(0), nw.lit(1))}
    if question.cluster:
        few = when(n <= checks.MOST, n, nw.lit(0))  # a larger one is refused
        sums["squares"] = few * few
    return sums


def _summed(told: Frame) -> Frame:
    """Records, or groups of them, added up where all their cells are the same."""
    names = told.collect_schema().names()
    numbers = [name for name in names if name == "rows" or name in _SUMS]
    sums = {"rows": nw.len()} | {name: nw.col(name).sum() for name in numbers}
    return told.group_by(*(name for name in names if name not in numbers)).agg(**sums)


def _identified(
    told: Frame, question: Question, bring: Bring, keep: Callable[[Frame], Frame]
) -> Frame:
    """Records, or groups, with what is ``known`` of their address, if asked for, and ``why``.

    Where each client is counted by itself, its ``normal`` address stays.
    """
    if question.client is None:
        return told.with_columns(why=_why(question))
    of = told.implementation
    if question.over_time and (of.is_dask() or of.is_ibis() or of.is_pyarrow()):
        told = told.collect(backend="pandas").lazy()  # they can't look back in an order
        bring = lambda table: table  # noqa: E731
    told = told.with_columns(normal=text("client")).drop("client")
    told = normalize_addresses(told, "normal")
    if question.fingerprints is not None:
        known = nw.from_native(bring(question.fingerprints.latest)).lazy()
        known = known.select("known", "changes", "number", normal=nw.col("client"))
        told = told.join(known, on="normal", how="left")
    told = told.with_columns(why=_why(question)).drop("is_address")
    if not question.by_client:
        told = told.drop("normal")
    return times.as_of(told, question, bring, keep) if question.over_time else told


def _understood(told: Frame, question: Question) -> Frame:
    """What the cells of each group mean: its ``label``, ``why``, ``flag``, and perhaps ``unit``."""
    by = [f"by{i}" for i in range(len(question.by))]
    columns = {name: nw.col(name).str.strip_chars().fill_null("") for name in by}
    columns |= {"label": _label(question), "why": nw.col("why"), "bad": nw.col("bad")}
    there = told.collect_schema().names()
    columns["flag"] = nw.lit("")
    if question.spam is not None:
        said = nw.lit(f"{tallies.SPAM}true")
        columns["flag"] = said if "spams" in there else checks.spam_flag(told, question.spam)
    machines, why = question.count == "machines", nw.col("why")
    if question.by_client:
        # What cannot be read is no machine, but a client all the same.
        lacking = why == nw.lit("none")
        if machines:
            lacking |= why == nw.lit("unread")
        columns["unit"] = when(lacking, null(), nw.col("normal"))
    elif question.cluster is not None:
        unit = text("unit").str.strip_chars()
        odd = when(unit.str.to_lowercase().is_in(sorted(MISSING)), null(), unit)
        columns["unit"] = when(text("unit").str.contains(_ODD_UNIT), odd, text("unit"))
    sums = [name for name in there if name == "rows" or name in _SUMS]
    return told.select(**columns, **{name: nw.col(name) for name in sums})


def _label(question: Question) -> nw.Expr:
    return text("known" if question.fingerprints else "label").fill_null("")


def _why(question: Question) -> nw.Expr:
    """Why the OS is not known, as far as the address is why; or whether it is a heading."""
    heading, known, moved = nw.lit("heading"), nw.lit("known"), nw.lit("moved")
    others = [name for name in question.columns if name not in (question.os, question.client)]
    why = known
    if question.client:
        normal = nw.col("normal")
        why = when(is_no_address(normal), nw.lit("none"), nw.lit("unread"))
        if question.headings:
            why = when(checks.is_heading(normal, *others), moved, why)
            why = when(checks.is_heading(normal, question.client), heading, why)
        unseen = nw.lit("unseen") if question.fingerprints else known
        why = when(nw.col("is_address"), unseen, why)
    if question.fingerprints:
        return when(nw.col("known").is_null(), why, known)
    if question.headings and question.os:
        why = when(checks.is_heading(text("label"), *others), moved, why)
        why = when(checks.is_heading(text("label"), question.os), heading, why)
    return why


def spam_of(
    frame: Any, question: Question, labels: Collection[str], *, keep: Sequence[str], bring: Bring
) -> Any:
    """The columns ``keep`` of the spam that has one of the labels, in any order.

    Their names are none of those that are used here.
    """
    records = lazy(frame)
    told = records.select(*keep, **_cells(records, question, as_text=True))
    told = told.filter(~nw.col("bad"))
    if question.spam is not None:
        told = told.filter(checks.spam_flag(told, question.spam).str.starts_with(tallies.SPAM))
    told = _identified(told, question, bring, lambda told: told)
    told = told.with_columns(named=_label(question))
    wanted = nw.col("named").is_in(list(labels)) & (nw.col("why") != nw.lit("heading"))
    return told.filter(wanted).select(*keep).to_native()


def _holds_several(records: Frame, column: str) -> bool:
    """Whether objects of pandas are lists or the like, which its type does not say."""
    kinds = {*map(type, records.select(column).collect()[column].to_list())}
    return any(issubclass(kind, Iterable) and not issubclass(kind, str | bytes) for kind in kinds)


def _check_columns(question: Question, records: Frame) -> None:
    there = records.collect_schema()
    for column in question.columns:
        if there[column].is_nested() or (
            there[column] == nw.Object and _holds_several(records, column)
        ):
            raise ColumnError(f"column {column!r} holds lists or structs: make one value of each")
