"""Groups of records in: flags, weights, times, addresses that can't be used are refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from spamindex.errors import Doubt, FigureError, MatchError, Remedy, counted, listed
from spamindex.meaning import called_total, counts_rows, is_missing
from spamindex.messages import times
from spamindex.messages.fingerprints import OWN_ZONE, Fingerprints
from spamindex.messages.frames import (
    Frame,
    collect_rows,
    is_no_address,
    normalize_addresses,
    nw,
    text,
    when,
)
from spamindex.messages.options import Flag, Span, format_values
from spamindex.messages.query import Question
from spamindex.messages.tallies import SPAM
from spamindex.words import COMMENTS, FALSE, MISSING, TRUE

WEIGHT = r"^\d{1,12}(?:\.0{0,2}|\.0{4,})?$"  # 1.000 may be a thousand
MOST = 3_037_000_499  # messages whose square fits 64 bits
NOT_SPAM, NO_FLAG, _UNCLEAR, _SEVERAL = "no", "none", "?", "several: "  # flags, beside SPAM
_PADDING = " \t\ufeff"  # around a heading: files put together keep their byte order marks


@dataclass(frozen=True)
class Groups:
    """What came back of records: ``rows``, one for each meaning of their cells, with sums."""

    records: Frame
    question: Question
    rows: Sequence[dict[str, Any]]

    def column(self, name: str) -> str:
        """A column, as errors call it."""
        return f"{self.question.findings.name}: column {name!r}"

    def cell(self, column: str, value: str) -> str:
        """The first cell with a value, as errors call it: by its line if that is known."""
        line = self.question.locate(column, value)
        return f"{f'{line}: column {column!r}' if line else self.column(column)}: {value!r}"

    def is_spam(self, row: dict[str, Any]) -> bool:
        """Whether the records of a group are spam."""
        return self.question.spam is None or row["flag"].startswith(SPAM)

    def total(self, name: str, *, of_spam: bool = False) -> int:
        """The total of one of the sums, of all or of the spam alone; 0 if it was not computed."""
        rows = filter(self.is_spam, self.rows) if of_spam else self.rows
        return sum(int(row.get(name) or 0) for row in rows)

    def example(self, condition: nw.Expr, cell: nw.Expr) -> str:
        """A cell of the first readable record that meets a condition."""
        records = self.records
        if self.question.unreadable:
            records = records.filter(~nw.col(self.question.unreadable).fill_null(False))
        rows = collect_rows(records.filter(condition).select(cell=cell).head(1))
        return "" if not rows or rows[0][0] is None else str(rows[0][0])

    def frequent_values(self, column: str) -> list[str]:
        """The most frequent values of a column."""
        numbers = self.records.select(value=text(column)).group_by("value").agg(n=nw.len())
        rows = collect_rows(numbers.sort("n", "value", descending=[True, False]).head(11))
        values = [value if isinstance(value, str) else "" for value, _ in rows]
        return [value for value in values if value != column]


def check(groups: Groups) -> list[dict[str, str]]:
    """Refuse cells that can't be used, warn of others, and find the periods to count by.

    Returns for each column of ``by`` the period of each key that ``times.day`` gave; {} where the
    column is not cut to periods. Raises a SpamIndexError.
    """
    question = groups.question
    if groups.rows:
        _check_weights(groups)
        _refuse_footers(groups)
        if question.spam is not None:
            _check_flags(groups, question.spam)
        if question.fingerprints is not None:
            _check_times(groups, question.fingerprints)
    periods: list[dict[str, str]] = []
    for i, (column, span) in enumerate(question.by):
        spam = Counter[str]()
        for row in filter(groups.is_spam, groups.rows):
            spam[row[f"by{i}"]] += int(row["rows"])
        if blank := spam[""]:
            question.findings.notes.append(
                f"counted apart, with nothing in column {column!r}: {counted(blank, 'record')}"
            )
        periods.append({} if span is None else _periods(groups, column, span, [*spam]))
    return periods


def _check_weights(groups: Groups) -> None:
    column = groups.question.weight
    if column and groups.total("misweighed"):
        weight = text(column)
        is_wrong = ~weight.str.strip_chars().str.contains(WEIGHT).fill_null(False)
        cell = groups.cell(column, groups.example(is_wrong, weight))
        raise FigureError(f"{cell} is not a number of messages such as 1000")
    if column and groups.question.cluster and groups.total("n") > MOST:
        raise FigureError(
            f"{groups.column(column)}: adds up to more than {MOST} messages, too many to compute a "
            "design effect; count them without clusters, or in parts"
        )


def _refuse_footers(groups: Groups) -> None:
    """Refuse lines that are no records: other headings, comments, a database's footer or total."""
    question = groups.question
    if any(row["why"] == "moved" for row in groups.rows):
        raise FigureError(
            f"{question.findings.name}: the headings are repeated in another order; count files "
            "with other columns apart"
        )
    if question.os is None:
        return
    for label in (row["label"].strip() for row in groups.rows):
        if question.weight and called_total(label):
            problem = "is a total, not a record"
        elif counts_rows(label):
            problem = "is a footer, not a record"
        elif question.headings and label.startswith(COMMENTS) and not is_missing(label):
            problem = "begins like a comment"
        else:
            continue
        raise FigureError(f"{groups.cell(question.os, label)} {problem}; delete that line")


# ---- Flags ----


def spam_flag(records: Frame, flag: Flag) -> nw.Expr:
    """What the column ``spam`` says: ``SPAM`` and the value for spam, else another flag.

    Where values for spam are given, no other value is one; else a value must be true or false.
    """
    if records.collect_schema()["spam"] == nw.Boolean and not flag.values:
        other = when(nw.col("spam").is_null(), nw.lit(NO_FLAG), nw.lit(NOT_SPAM))
        return when(nw.col("spam"), nw.lit(f"{SPAM}true"), other)
    cell = text("spam").str.strip_chars().str.to_lowercase()
    values = sorted({value.strip().lower() for value in flag.values or TRUE})
    if flag.values:
        any_value = "|".join(map(re.escape, values))
        among_others = rf"(?:^|[,;|\['\"])\s*(?:{any_value})\s*(?:$|[,;|\]'\"])"
        several = nw.concat_str([nw.lit(_SEVERAL), cell])
        other = when(cell.str.contains(among_others), several, nw.lit(NOT_SPAM))
    else:
        other = when(cell.is_in(sorted(FALSE)), nw.lit(NOT_SPAM), nw.lit(_UNCLEAR))
    is_missing = cell.is_null() | cell.is_in(sorted(MISSING - set(values))).fill_null(False)
    other = when(is_missing, nw.lit(NO_FLAG), other)
    return when(cell.is_in(values), nw.concat_str([nw.lit(SPAM), cell]), other)


def _check_flags(groups: Groups, flag: Flag) -> None:
    name, findings = groups.column(flag.column), groups.question.findings
    records = Counter[str]()
    for row in groups.rows:
        records[row["flag"]] += int(row["rows"])
        if row["flag"].startswith(_SEVERAL):
            cell = row["flag"].removeprefix(_SEVERAL)
            values = f"{flag.column}={format_values([*flag.values, cell])}"
            raise FigureError(
                f"{groups.cell(flag.column, cell)} holds several values, of which one means spam",
                settles=[Remedy("spam", values, "takes such records for spam, too")],
            )

    def there_are() -> str:
        return f"there are {listed([repr(v) for v in groups.frequent_values(flag.column)])}"

    every, missing = counted(groups.total("rows"), "record"), records[NO_FLAG]
    remedy = Remedy("spam", f"{flag.column}=VALUE,...", "says which values mean spam")
    if records[_UNCLEAR]:
        problem = f"{name}: not every value means yes or no; {there_are()}"
        raise FigureError(problem, settles=[remedy])
    if missing and not flag.values:
        yes = [v for v in groups.frequent_values(flag.column) if v.strip().lower() in TRUE]
        values = f"{flag.column}={format_values(yes) or 'VALUE'}"
        raise FigureError(
            f"{name}: no value in {missing} of {every}",
            settles=[Remedy("spam", values, "takes only those that have it for spam")],
        )
    if not groups.total("rows", of_spam=True):
        raise MatchError(f"{name}: none of {every} is spam; {there_are()}", settles=[remedy])
    if missing:
        note = f"taken for no spam, with nothing in column {flag.column!r}: "
        findings.notes.append(note + counted(missing, "record"))
    words = [value.strip() for value in flag.values]
    present = [word for word in words if records[SPAM + word.lower()]]
    if absent := [repr(word) for word in words if word not in present]:
        problem = f"column {flag.column!r}: no record has {listed(absent)}; {there_are()}"
        remedy = Remedy("spam", f"{flag.column}={format_values(present)}", "leaves it out")
        findings.doubts.append(Doubt(problem, (remedy,)))


# ---- Times ----


def _periods(groups: Groups, column: str, span: Span, days: Sequence[str]) -> dict[str, str]:
    """The period of each key of ``times.day``; a FigureError for what has none, or two clocks."""
    cell = times.as_text(groups.records, column)

    def example(day: str) -> str:
        return groups.example(times.day(cell) == nw.lit(day), cell)

    by_clock = {times.told_by(day): day for day in sorted(days)}
    if "zone" in by_clock and "local" in by_clock:
        zoned, local = example(by_clock["zone"]), example(by_clock["local"])
        raise FigureError(
            f"{groups.column(column)}: {zoned!r} relates to UTC, {local!r} has no time zone, so "
            "its day is open; write all times in one way"
        )
    periods = {}
    for day in days:
        period = None if day == "?" else times.of_span(day, span)
        if period is None:
            raise FigureError(
                f"{groups.cell(column, example(day))} is not a time that gives its {span}, such as "
                "2010-03-01T12:00:00Z"
            )
        periods[day] = period
    return periods


def _check_times(groups: Groups, fingerprints: Fingerprints) -> None:
    question, zone = groups.question, fingerprints.zone
    latest = [] if question.fresh else [Remedy("time", "", "takes the latest fingerprint")]
    if question.over_time and question.time:
        column, cell = question.time, times.as_text(groups.records, question.time).str.strip_chars()
        is_time, has_zone = times.is_time(cell), times.has_zone(cell)
        if groups.total("mistimed"):
            example = groups.example(~is_time & ~times.is_no_time(cell), cell)
            raise FigureError(
                f"{groups.cell(column, example)} is not a time such as 2010-03-01T12:00:00Z, which "
                "decides what fingerprint counts",
                settles=latest,
            )
        if zone is None and groups.total("zoned"):
            example = groups.example(is_time & has_zone, cell)
            raise FigureError(
                f"{groups.column(column)}: {example!r} relates to UTC, the times in the log don't, "
                "and fingerprints change",
                settles=[Remedy("zone", "UTC", "or another zone says which the log is in")],
            )
        if zone not in (None, "UTC", "GMT", "Etc/UTC") and groups.total("local"):
            example = groups.example(is_time & ~has_zone, cell)
            problem = f"{groups.column(column)}: {example!r} has no time zone"
            if zone == OWN_ZONE:
                utc = Remedy("zone", "UTC", "says that all times are in UTC")
                raise FigureError(f"{problem}, and the times in the log are in UTC", settles=[utc])
            raise FigureError(
                f"{problem}; is it in UTC, or in {zone} as the log? Write all times with their "
                "zone; or, if they are of the log's own clock, name no zone for the log"
            )
    if timeless := groups.total("timeless", of_spam=True):
        problem = (
            f"{counted(timeless, 'record')} without a time, of a client that changes its "
            f"fingerprint, counted {'for an unknown OS' if question.fresh else 'by the latest one'}"
        )
        if not question.time:
            latest.append(Remedy("time", None, "names the column of times"))
        question.findings.doubts.append(Doubt(problem, tuple(latest)))


# ---- Headings, and what is unknown ----


def is_heading(cell: nw.Expr, *headings: str) -> nw.Expr:
    """Whether a cell repeats one of the headings."""
    folded = cell.str.strip_chars(_PADDING).str.to_lowercase()
    return folded.is_in([heading.strip(_PADDING).lower() for heading in headings]).fill_null(False)


def report(groups: Groups, why: Counter[str], headings: int) -> None:
    """Report how many messages are of an unknown OS and ``why``, and how many records are none."""
    question, fingerprints = groups.question, groups.question.fingerprints
    notes, doubts = question.findings.notes, question.findings.doubts
    if headings:
        notes.append(f"left out: headings that are repeated as records: {headings}")
    if question.client:
        _report_unknown(groups, question.client, why)
    if fingerprints is not None:
        if fingerprints.zone is not None and groups.total("local"):
            notes.append("times without a zone are taken for UTC")
        if question.over_time and fingerprints.repeated:
            hour = "times in the log of the hour that comes twice when summer time ends"
            doubts.append(Doubt(f"{hour}, taken for the second one: {fingerprints.repeated}"))
    elif question.family is None and question.holds_os is False:
        column = f"column {question.os!r} holds no operating systems by its heading"
        notes.append(f"{column}, so names stay as they are")


def _report_unknown(groups: Groups, client: str, why: Counter[str]) -> None:
    question, findings = groups.question, groups.question.findings
    if why["unread"]:
        unreadable = [question.unreadable] if question.unreadable else []
        cells = groups.records.select(*unreadable, cell=text(client), normal=text(client))
        normal = nw.col("normal")
        is_wrong = ~nw.col("is_address").fill_null(False) & ~is_no_address(normal)
        if question.headings:
            is_wrong &= ~is_heading(normal, client)
        normalized = replace(groups, records=normalize_addresses(cells, "normal"))
        example = normalized.example(is_wrong, nw.col("cell"))
        problem = f"{counted(why['unread'], 'message')} with what is no address, such as"
        of_unknown = ": of an unknown OS" if question.fingerprints else ""
        findings.doubts.append(Doubt(f"column {client!r}: {problem} {example!r}{of_unknown}"))
    for reason, lack in (
        ("none", "without an address"),
        ("unseen", "of addresses without a fingerprint"),
        ("stale", "of addresses without a fresh fingerprint"),
    ):
        if why[reason]:
            findings.notes.append(f"{counted(why[reason], 'message')} {lack}")
    if question.fingerprints and why.total() and not (why["known"] or why["stale"]):
        problem = f"no address in column {client!r} has a fingerprint; is it the right one?"
        findings.doubts.append(Doubt(problem, (Remedy("client", None, "names another"),)))
