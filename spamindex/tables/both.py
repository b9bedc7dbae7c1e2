"""read_both: the two tables of a ranking; which option is for which; unequal periods."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pandas as pd

from spamindex import meaning, periods
from spamindex.errors import ColumnError, Doubt, MatchError, PeriodError, Remedy, SpamIndexError
from spamindex.names import fold
from spamindex.sources import Source, name_of
from spamindex.tables.layout import period_remedies
from spamindex.tables.options import ALL, LAST, By, TableOptions
from spamindex.tables.shares import Reading, load, reading_of, say_unmatched, sheets, told
from spamindex.tables.table import Table

_S = TypeVar("_S")
_T = TypeVar("_T")
_ROLES = ("spam", "market")
_OF_ONE = ("column", "unit", "total")


def read_both(
    spam: Source, share: Source, options: TableOptions | None = None, /, **fields: object
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a table of spam shares and one of market shares; see ``read_shares``.

    ``fields`` are fields of a TableOptions for both tables; those for one are ``spam_column`` and
    ``share_column``, ``spam_unit``, ``share_unit``, ``spam_total`` and ``share_total``. Raises
    one error with the faults of both tables.

    >>> spam, market = read_both("data/spam.csv", "data/share.csv")
    >>> spam["os"].tolist() == market["os"].tolist()
    True
    """
    own = [{f"{of}_{name}": name for name in _OF_ONE} for of in ("spam", "share")]
    both = {name: value for name, value in fields.items() if name not in own[0] | own[1]}
    if "role" in both:
        raise SpamIndexError("role is given by the order of the two tables")
    of_each = [{of[name]: value for name, value in fields.items() if name in of} for of in own]
    asked = [(options or TableOptions()).with_fields(both | of) for of in of_each]
    spam_shares, market_shares = map(told, read_pair(spam, share, *asked))
    return spam_shares, market_shares


def read_pair(
    spam: Source, market: Source, spam_options: TableOptions, market_options: TableOptions
) -> tuple[Reading, Reading]:
    """Read both tables of a ranking, so that they can meet.

    What chooses among columns, rows and periods applies to the tables that have them. Raises
    a SpamIndexError with the faults of both tables, whose remedies say for which table they are.
    """
    options = [replace(spam_options, role="spam"), replace(market_options, role="market")]
    paths, same = [name_of(spam), name_of(market)], False
    if spam is market and not isinstance(spam, str | os.PathLike):
        raise _same_column(paths[0], [])  # a stream can be read but once
    tables = _each(load, [spam, market], options)
    names = {meaning.words(table.headings[i]) for table in tables for i in table.dated}
    tables = [replace(table, period_names=table.period_names | names) for table in tables]
    readings = _each(partial(_reading_of, options[0].by), tables, _narrowed(tables, options))
    spam_reading, market_reading = readings
    with contextlib.suppress(OSError, TypeError):  # streams are no paths
        same = os.path.samefile(spam, market)  # type: ignore[arg-type]
    if same and spam_reading.value == market_reading.value:
        raise _same_column(paths[0], sheets(market_reading.findings)[1:])
    say_unmatched(readings)
    _check_spans(readings)
    _doubt_periods(readings, spam_options)
    _doubt_places(readings, spam_options)
    for reading, of in zip(readings, _ROLES, strict=True):
        reading.findings.for_table(of)
    if spam_reading.of_systems != market_reading.of_systems:
        # One table says, or shows, that it names operating systems, and the other does not.
        of_systems = any(meaning.names_os(reading.heading) for reading in readings)
        known = next(reading.names for reading in readings if reading.of_systems == of_systems)
        readings = [replace(reading, names=known) for reading in readings]
    return readings[0], readings[1]


def _same_column(path: str, others: Sequence[Remedy]) -> MatchError:
    return MatchError(
        f"{path}: is given for both tables: which of its columns is which?",
        settles=[
            *(sheet._replace(of="market") for sheet in others),
            Remedy("column", None, "names that of the spam shares", of="spam"),
            Remedy("column", None, "that of the market shares", of="market"),
        ],
    )


def _reading_of(by: Sequence[By], table: Table, options: TableOptions) -> Reading:
    """The shares of one table. An error says what it may call a column that only the other has."""
    try:
        return reading_of(table, options)
    except SpamIndexError as error:
        own = [r.value for r in error.settles if r.field == "by" and r.value != "period"]
        if own and by and not options.by:
            called = f"{by[0].name}={own[0]}"
            error.settles = (Remedy("by", called, f"instead, if {own[0]!r} is the same"),)
        raise


def _each(
    make: Callable[[_S, TableOptions], _T],
    of: Sequence[_S],
    options: Sequence[TableOptions],
) -> list[_T]:
    """What is made of both tables. Raises one error with the faults of both."""
    done: list[_T] = []
    errors: list[SpamIndexError] = []
    for one, own, role in zip(of, options, _ROLES, strict=True):
        try:
            done.append(make(one, own))
        except SpamIndexError as error:
            errors.append(error.for_table(role))
    if errors:
        raise SpamIndexError.combined(errors)
    return done


def _narrowed(tables: Sequence[Table], options: Sequence[TableOptions]) -> list[TableOptions]:
    """The options without those for columns or periods that only the other table has."""
    shared = options[0]
    wanted = [
        [name] for name in (shared.key, *(w.column for w in shared.where), *shared.sum) if name
    ]
    for names in [*wanted, *(by.columns for by in shared.by)]:
        if not any(table.find(name) for table in tables for name in names):
            has = (f"{table.name} has {', '.join(map(repr, table.headings))}" for table in tables)
            missing = " or ".join(map(repr, names))
            settles = (
                period_remedies(tables, names) if names in [by.columns for by in shared.by] else []
            )
            raise ColumnError(f"no table has a column {missing}: {'; '.join(has)}", settles=settles)
    period = shared.period
    if period not in (None, ALL) and not any(table.dated for table in tables):
        raise PeriodError(f"neither table has dates, so {period!r} can't be chosen")
    if period == LAST and all(table.dated for table in tables):
        period = _last(tables)
    return [
        replace(
            own,
            key=own.key if own.key and table.find(own.key) else None,
            where=tuple(w for w in own.where if table.find(w.column)),
            sum=tuple(filter(table.find, own.sum)),
            by=tuple(by for by in own.by if any(map(table.find, by.columns))),
            period=period if table.dated else None,
        )
        for table, own in zip(tables, options, strict=True)
    ]


def _last(tables: Sequence[Table]) -> str:
    """The last period that both tables have."""
    ours, theirs = (table.texts(table.dated[0]) for table in tables)
    if not all(map(periods.span_of, filter(None, [*ours, *theirs]))):
        return LAST
    if not (common := {*ours} & {*theirs} - {""}):
        raise PeriodError(
            f"the tables have no period in common: {tables[0].name} has {periods.summary(ours)}, "
            f"{tables[1].name} has {periods.summary(theirs)}",
            settles=[Remedy("period", None, "names one that both lie in")],
        )
    return max(common)


def _check_spans(readings: Sequence[Reading]) -> None:
    """Refuse rankings by periods of different spans: a week is no month."""
    spam, market = readings
    for (ours, kinds), (theirs, others) in zip(spam.spans, market.spans, strict=False):
        spans, other_spans = (sorted(filter(None, of)) for of in (kinds, others))
        if spans and other_spans and not {*spans} & {*other_spans}:
            raise PeriodError(
                f"{spam.findings.name} has {' and '.join(spans)}s under {ours!r}, and "
                f"{market.findings.name} {' and '.join(other_spans)}s under {theirs!r}: they "
                "can't meet"
            )


def _doubt_periods(readings: Sequence[Reading], options: TableOptions) -> None:
    """A doubt where the tables are of different periods, or one lacks some of the other's."""
    spam, market = (reading.periods for reading in readings)
    if options.period == ALL or not spam or not market or any(r.spans for r in readings):
        return  # rankings meet period by period
    if spam == market or any(  # or one lies in the other: the days of a month in that month
        len(whole) == 1 and all(periods.within(part, whole[0]) for part in parts)
        for parts, whole in ((spam, market), (market, spam))
    ):
        return
    what = f"periods of one table alone: {periods.summary({*spam} ^ {*market})}"
    if not {*spam} & {*market}:
        what = f"the spam shares are of {periods.summary(spam)}, these of {periods.summary(market)}"
    settles = (Remedy("period", ALL, "says that it is meant"),)
    readings[1].findings.doubts.append(Doubt(what, settles))


def _doubt_places(readings: Sequence[Reading], options: TableOptions) -> None:
    """A doubt where one table is all of one country, say, and the other of another, or of several.

    Under one heading that is certain; under two it is likely where the tables share no such thing.
    """
    chosen = {meaning.words(condition.column) for condition in options.where}
    spam, market = ({meaning.words(h): (h, of) for h, of in r.all_of.items()} for r in readings)
    pairs = [(spam[h], market[h]) for h in spam.keys() & market.keys()]
    if not pairs:
        for one, other in (readings, readings[::-1]):
            alone = [
                h
                for by, (h, spans) in zip(one.by, one.spans, strict=True)
                if by not in other.by and spans == {None}
            ]
            if alone and other.all_of:
                heading, of = next(iter(other.all_of.items()))
                text = f"serves each {alone[0]!r}, but is all of {of!r} under {heading!r}"
                other.findings.doubts.append(Doubt(text, (_no_matter(heading),)))
                return
        pairs = list(zip(spam.values(), market.values(), strict=False))[:1]
    for (heading, of), (theirs, other_of) in pairs:
        if fold(of) == fold(other_of) or {meaning.words(heading), meaning.words(theirs)} <= chosen:
            continue
        text = f"all of {other_of!r} under {theirs!r}, the spam shares of {of!r} under {heading!r}"
        readings[1].findings.doubts.append(Doubt(text, (_no_matter(theirs),)))


def _no_matter(heading: str) -> Remedy:
    return Remedy("sum", heading, "says that this does not matter")
