"""Flags, weights and times in records: what is no such thing is refused, or warned of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from spamindex.errors import Doubt, FigureError, MatchError, Remedy, counted, listed
from spamindex.meaning import called_total, counts_rows, is_missing
from spamindex.messages import times
from spamindex.messages.fingerprints import OWN_ZONE
from spamindex.messages.frames import (
    Frame,
    collected,
    is_none,
    normalized,
    nw,
    text,
    when,
)
from spamindex.messages.options import written_values
from spamindex.messages.query import Flag, Question
from spamindex.messages.tallies import SPAM
from spamindex.words import COMMENTS, FALSE, MISSING, TRUE

WEIGHT = r"^\d{1,12}(?:\.0{0,2}|\.0{4,})?$"  # 1.000 may be a thousand
MOST = 3_037_000_499  # messages of which the square fits 64 bits
MOVED = "moved"  # why a record is none: it holds headings, in another order
HAM, LACKING = "no", "none"
_ODD, _SEVERAL = "?", "several: "
_AROUND = " \t\ufeff"  # what may stand around a heading: files put together keep their marks


@dataclass(frozen=True)
class Groups:
    """What came back of records: ``rows`` of groups by what their cells mean, with their sums."""

    records: Frame
    question: Question
    rows: Sequence[dict[str, Any]]

    def of(self, column: str) -> str:
        """What errors call a column."""
        return f"{self.question.findings.name}: column {column!r}"

    def at(self, column: str, value: str) -> str:
        """What errors call the first cell of a column that has a value: by its line, if known."""
        line = self.question.place(column, value)
        return f"{f'{line}: column {column!r}' if line else self.of(column)}: {value!r}"

    def is_spam(self, row: dict[str, Any]) -> bool:
        """Whether the records of a group are spam."""
        return self.question.spam is None or row["flag"].startswith(SPAM)

    @property
    def spam_rows(self) -> int:
        """How many of them are spam."""
        return sum(int(row["rows"]) for row in self.rows if self.is_spam(row))

    def total(self, name: str) -> int:
        """The sum of one of the sums; 0 where it was not asked for."""
        return sum(int(row.get(name) or 0) for row in self.rows)

    def first(self, which: nw.Expr, shown: nw.Expr) -> str:
        """What stands in the first record of some kind."""
        records = self.records
        if self.question.unreadable:
            records = records.filter(~nw.col(self.question.unreadable).fill_null(False))
        found = collected(records.filter(which).select(found=shown).head(1))
        return "" if not found or found[0][0] is None else str(found[0][0])

    def values(self, column: str) -> list[str]:
        """The most frequent values of a column."""
        found = self.records.select(value=text(column)).group_by("value").agg(n=nw.len())
        rows = collected(found.sort("n", "value", descending=[True, False]).head(11))
        texts = [value if isinstance(value, str) else "" for value, _ in rows]
        return [value for value in texts if value != column]


def check(groups: Groups) -> list[dict[str, str]]:
    """Refuse cells that can't be used, and doubt others; the spans of the columns of times.

    Those are what ``times.day`` told, as a day, week, month or year; {} for other columns. Raises
    a SpamIndexError.
    """
    if groups.rows:
        _check_weights(groups)
        _refuse_footers(groups)
        if groups.question.spam is not None:
            _check_flags(groups, groups.question.spam)
        if groups.question.fingerprints is not None:
            _check_times(groups)
    return _spans(groups)


def _check_weights(groups: Groups) -> None:
    column = groups.question.weight
    if column and groups.total("misweighed"):
        weight = text(column)
        wrong = ~weight.str.strip_chars().str.contains(WEIGHT).fill_null(False)
        raise FigureError(
            f"{groups.at(column, groups.first(wrong, weight))} is no number of messages such as "
            "1000"
        )
    if column and groups.question.cluster and groups.total("n") > MOST:
        raise FigureError(
            f"{groups.of(column)}: adds up to more than {MOST} messages, too many to compute a "
            "design effect; count them without clusters, or in parts"
        )


def _refuse_footers(groups: Groups) -> None:
    """Refuse lines that are no record: headings, a database's footer or total, and comments."""
    column = groups.question.os
    if any(row["why"] == MOVED for row in groups.rows):
        raise FigureError(
            f"{groups.question.findings.name}: the headings are repeated in another order; count "
            "files with other columns apart"
        )
    for label in (row["label"].strip() for row in groups.rows if column):
        if groups.question.weight and called_total(label):
            what = "is a total, and no record"
        elif counts_rows(label):
            what = "is a footer, and no record"
        elif groups.question.headings and label.startswith(COMMENTS) and not is_missing(label):
            what = "begins as a comment does"
        else:
            continue
        raise FigureError(f"{groups.at(column or '', label)} {what}; delete that line")


# ---- Flags ----


def flag(told: Frame, asked: Flag) -> nw.Expr:
    """What the column ``spam`` says: ``SPAM`` and the value for spam, or one of a few other words.

    Values that were given leave all others out; else what is neither true nor false is odd.
    """
    if told.collect_schema()["spam"] == nw.Boolean and not asked.values:
        no = when(nw.col("spam").is_null(), nw.lit(LACKING), nw.lit(HAM))
        return when(nw.col("spam"), nw.lit(f"{SPAM}true"), no)
    cell = text("spam").str.strip_chars().str.to_lowercase()
    spam = sorted({value.strip().lower() for value in asked.values or TRUE})
    said = nw.lit(HAM)
    if asked.values:
        several = "|".join(map(re.escape, spam))
        several = rf"(?:^|[,;|\['\"])\s*(?:{several})\s*(?:$|[,;|\]'\"])"
        said = when(cell.str.contains(several), nw.concat_str([nw.lit(_SEVERAL), cell]), said)
    else:
        said = when(cell.is_in(sorted(FALSE)), said, nw.lit(_ODD))
    lacks = cell.is_null() | cell.is_in(sorted(MISSING - set(spam))).fill_null(False)
    said = when(lacks, nw.lit(LACKING), said)
    return when(cell.is_in(spam), nw.concat_str([nw.lit(SPAM), cell]), said)


def _check_flags(groups: Groups, asked: Flag) -> None:
    rows = Counter[str]()
    for row in groups.rows:
        rows[row["flag"]] += int(row["rows"])
    lacking, column = rows[LACKING], asked.column
    if several := next((flag for flag in rows if flag.startswith(_SEVERAL)), ""):
        cell = several.removeprefix(_SEVERAL)
        there = written_values([*asked.values, cell])
        raise FigureError(
            f"{groups.at(column, cell)} holds several values, of which one means spam",
            settles=[Remedy("spam", f"{column}={there}", "takes such records for spam, too")],
        )
    if rows[_ODD] or (lacking and not asked.values) or not groups.spam_rows:
        _refuse_flags(groups, asked, odd=rows[_ODD], lacking=lacking)
    findings = groups.question.findings
    if lacking:
        findings.notes.append(
            f"taken for no spam, with nothing in column {column!r}: {counted(lacking, 'record')}"
        )
    if asked.values:
        words = [value.strip() for value in asked.values]
        if absent := [word for word in words if not rows[SPAM + word.lower()]]:
            there = written_values([word for word in words if word not in absent])
            findings.doubts.append(
                Doubt(
                    f"column {column!r}: no record has {listed([repr(word) for word in absent])}; "
                    f"there are {listed([repr(value) for value in groups.values(column)])}",
                    (Remedy("spam", f"{column}={there}", "leaves it out"),),
                )
            )


def _refuse_flags(groups: Groups, asked: Flag, *, odd: int, lacking: int) -> None:
    values = groups.values(asked.column)
    shown = listed([repr(value) for value in values])
    every = counted(groups.total("rows"), "record")
    remedy = Remedy("spam", f"{asked.column}=VALUE,...", "says which values mean spam")
    if asked.values or not (odd or lacking):
        raise MatchError(
            f"{groups.of(asked.column)}: none of {every} is spam; there are {shown}",
            settles=[remedy],
        )
    if odd:
        raise FigureError(
            f"{groups.of(asked.column)}: does not say yes or no of each record; there are {shown}",
            settles=[remedy],
        )
    yes = written_values([v for v in values if v.strip().lower() in TRUE]) or "VALUE"
    raise FigureError(
        f"{groups.of(asked.column)}: no value in {lacking} of {every}",
        settles=[Remedy("spam", f"{asked.column}={yes}", "takes only those that have it for spam")],
    )


# ---- Times ----


def _spans(groups: Groups) -> list[dict[str, str]]:
    spans: list[dict[str, str]] = [{} for _ in groups.question.by]
    for i, (column, span) in enumerate(groups.question.by):
        rows = Counter[str]()
        for row in filter(groups.is_spam, groups.rows):
            rows[row[f"by{i}"]] += int(row["rows"])
        if blank := rows[""]:
            groups.question.findings.notes.append(
                f"counted apart, with nothing in column {column!r}: {counted(blank, 'record')}"
            )
        if span is None:
            continue
        written = times.as_text(groups.records, column)

        def example(key: str, written: nw.Expr = written) -> str:
            return groups.first(times.day(written) == nw.lit(key), written)

        told = {times.told_by(key): key for key in sorted(rows)}
        if "zone" in told and "local" in told:
            zoned, local = example(told["zone"]), example(told["local"])
            raise FigureError(
                f"{groups.of(column)}: {zoned!r} says its zone, {local!r} does not, so its day is "
                "open; write all times in one way"
            )
        for key in rows:
            found = None if key == "?" else times.of_span(key, span)
            if found is None:
                raise FigureError(
                    f"{groups.at(column, example(key))} is no time that says its {span}, such as "
                    "2010-03-01T12:00:00Z"
                )
            spans[i][key] = found
    return spans


def _check_times(groups: Groups) -> None:
    question, known = groups.question, groups.question.fingerprints
    whatever = () if question.fresh else (Remedy("time", "", "takes the latest fingerprint"),)
    if question.over_time and question.time:
        written = times.as_text(groups.records, question.time).str.strip_chars()
        if groups.total("mistimed"):
            wrong = ~times.is_time(written) & ~times.is_no_time(written)
            raise FigureError(
                f"{groups.at(question.time, groups.first(wrong, written))} is no time such as "
                "2010-03-01T12:00:00Z, which tells what fingerprint held then",
                settles=whatever,
            )
        if known and known.zone is None and groups.total("zoned"):
            example = groups.first(times.is_time(written) & times.has_zone(written), written)
            raise FigureError(
                f"{groups.of(question.time)}: {example!r} relates to UTC, the times in the log "
                "don't, and fingerprints change",
                settles=[Remedy("zone", "UTC", "or another zone says which the log is in")],
            )
        if known and known.zone not in (None, "UTC", "GMT", "Etc/UTC") and groups.total("local"):
            example = groups.first(times.is_time(written) & ~times.has_zone(written), written)
            problem = f"{groups.of(question.time)}: {example!r} says no zone"
            if known.zone == OWN_ZONE:
                utc = Remedy("zone", "UTC", "says that all times are in UTC")
                raise FigureError(f"{problem}, and the times in the log are in UTC", settles=[utc])
            raise FigureError(
                f"{problem}, so it is open whether it is in UTC, or in {known.zone} as the log: "
                "write all times with their zone; or, if they are of the log's own clock, name no "
                "zone for the log"
            )
    if timeless := sum(int(row.get("timeless") or 0) for row in groups.rows if groups.is_spam(row)):
        what = "for an unknown OS" if question.fresh else "by the latest one"
        names = () if question.time else (Remedy("time", None, "names the column of times"),)
        question.findings.doubts.append(
            Doubt(
                f"{counted(timeless, 'record')} without a time, of a client that changes its "
                f"fingerprint, counted {what}",
                (*whatever, *names),
            )
        )


# ---- What is unknown ----


def is_heading(cell: nw.Expr, *headings: str) -> nw.Expr:
    """Whether a cell repeats the heading of its column, or one of several."""
    folded = cell.str.strip_chars(_AROUND).str.to_lowercase()
    return folded.is_in([heading.strip(_AROUND).lower() for heading in headings]).fill_null(False)


def say(groups: Groups, why: Counter[str], headings: int) -> None:
    """Say why which messages are of an unknown OS, and which records are none."""
    question, findings = groups.question, groups.question.findings
    if headings:
        findings.notes.append(f"left out: headings that are repeated as records: {headings}")
    if question.client:
        _say_why(groups, why)
    if question.fingerprints is not None:
        if question.fingerprints.zone is not None and groups.total("local"):
            findings.notes.append("times without a zone are taken for UTC")
        if question.over_time and (twice := question.fingerprints.repeated):
            text = "times in the log of the hour that comes twice when summer time ends, taken for "
            findings.doubts.append(Doubt(f"{text}the second one: {twice}"))
    elif question.family is None and question.holds_os is False:
        findings.notes.append(
            f"column {question.os!r} holds no operating systems by its heading, so names stay as "
            "they are"
        )


def _say_why(groups: Groups, why: Counter[str]) -> None:
    client, findings = groups.question.client or "", groups.question.findings
    if why["unread"]:
        unreadable = [name for name in (groups.question.unreadable,) if name]
        cells = groups.records.select(*unreadable, written=text(client), normal=text(client))
        normal = nw.col("normal")
        wrong = ~nw.col("is_address").fill_null(False) & ~is_none(normal)
        if groups.question.headings:
            wrong &= ~is_heading(normal, client)
        of_unknown = ": of an unknown OS" if groups.question.fingerprints else ""
        spelled = replace(groups, records=normalized(cells, "normal"))
        findings.doubts.append(
            Doubt(
                f"column {client!r}: {counted(why['unread'], 'message')} with what is no address, "
                f"such as {spelled.first(wrong, nw.col('written'))!r}{of_unknown}"
            )
        )
    for reason, what in (
        ("none", "without an address"),
        ("unseen", "of addresses without a fingerprint"),
        ("stale", "of addresses without a fresh fingerprint"),
    ):
        if why[reason]:
            findings.notes.append(f"{counted(why[reason], 'message')} {what}")
    if groups.question.fingerprints and why.total() and not (why["known"] or why["stale"]):
        findings.doubts.append(
            Doubt(
                f"no address in column {client!r} has a fingerprint; is it the right one?",
                (Remedy("client", None, "names another"),),
            )
        )
