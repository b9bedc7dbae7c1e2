"""The two tables of a ranking read together: what is asked goes to the table that can answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import pandas as pd

from spamindex import periods, words
from spamindex.errors import ColumnError, Doubt, MatchError, PeriodError, Remedy, SpamIndexError
from spamindex.sources import Source, name_of
from spamindex.tables import dating
from spamindex.tables.options import ALL, LAST, By, TableOptions
from spamindex.tables.shares import Reading, load, no_such_names, reading_of, told
from spamindex.tables.table import Table

_T = TypeVar("_T")
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
    both = {k: v for k, v in fields.items() if not k.startswith(("spam_", "share_"))}
    asked = []
    for prefix in ("spam_", "share_"):
        own = {name: fields[prefix + name] for name in _OF_ONE if prefix + name in fields}
        asked.append((options or TableOptions()).with_fields({**both, **own}))
    readings = read_pair(spam, share, *asked)
    spam_shares, market_shares = map(told, readings)
    return spam_shares, market_shares


def read_pair(
    spam: Source, market: Source, spam_options: TableOptions, market_options: TableOptions
) -> tuple[Reading, Reading]:
    """Read both tables of a ranking, so that they can meet.

    What chooses among columns, rows and periods applies to the tables that have them. Raises
    a SpamIndexError with the faults of both tables, whose remedies say for which table they are.
    """
    options = [replace(spam_options, of="spam"), replace(market_options, of="market")]
    paths = [name_of(spam), name_of(market)]
    if _is_same(spam, market) and spam_options.column == market_options.column:
        raise MatchError(
            f"{paths[0]}: is both tables, and its shares can't be divided by themselves: name two "
            "columns of it",
            settles=[
                Remedy("column", None, "names that of the spam shares", of="spam"),
                Remedy("column", None, "that of the market shares", of="market"),
            ],
        )
    tables = _each(
        [lambda s=s, o=o: load(s, o) for s, o in zip((spam, market), options, strict=True)],  # type: ignore[misc]
        paths,
    )
    asked = _narrowed(tables, options)
    readings = _each(
        [
            lambda t=t, o=o: _reading_of(t, o, options[0].by)  # type: ignore[misc]
            for t, o in zip(tables, asked, strict=True)
        ],
        paths,
    )
    unmet = [n for n in readings[0].unmet if n in readings[1].unmet]
    if unmet:
        raise no_such_names(unmet, readings)
    _check_spans(readings)
    _doubt_periods(readings, spam_options)
    for reading, of, path in zip(readings, ("spam", "market"), paths, strict=True):
        reading.findings.of_table(of, path)
    first, second = readings
    if first.of_systems != second.of_systems:
        # One table says, or shows, that it names operating systems, and the other does not.
        of_systems = words.names_os(first.heading) or words.names_os(second.heading)
        names = first.names if first.of_systems == of_systems else second.names
        first, second = replace(first, names=names), replace(second, names=names)
    return first, second


def _reading_of(table: Table, options: TableOptions, by: Sequence[By]) -> Reading:
    """The shares of one table. An error says what it may call a column that only the other has."""
    try:
        return reading_of(table, options)
    except SpamIndexError as error:
        own = [r.value for r in error.settles if r.field == "by" and r.value != "period"]
        if own and by and not options.by:
            called = f"{by[0].name}={own[0]}"
            error.settles = (Remedy("by", called, f"instead, if {own[0]!r} is the same"),)
        raise


def _is_same(spam: Source, market: Source) -> bool:
    if isinstance(spam, str | os.PathLike) and isinstance(market, str | os.PathLike):
        try:
            return os.path.samefile(spam, market)
        except OSError:
            return False
    return spam is market


def _each(parts: Sequence[Callable[[], _T]], paths: Sequence[str]) -> list[_T]:
    """What is made of both tables. Raises one error with the faults of both."""
    done: list[_T] = []
    errors: list[SpamIndexError] = []
    for part, of, path in zip(parts, ("spam", "market"), paths, strict=True):
        try:
            done.append(part())
        except SpamIndexError as error:
            errors.append(error.of_table(of, path))
    if errors:
        raise SpamIndexError.together(errors)
    return done


def _narrowed(tables: Sequence[Table], options: Sequence[TableOptions]) -> list[TableOptions]:
    """The options without those for columns or periods that only the other table has."""
    dated = {name for table in tables for name in dating.period_headings(table)}

    def there(table: Table, name: str) -> bool:
        return dating.has(table, name, dated)

    shared = options[0]
    names = [shared.key, *(w.column for w in shared.where), *shared.sum]
    for name in filter(None, names):
        _refuse_nowhere(tables, [name], there)
    for by in shared.by:
        _refuse_nowhere(tables, by.columns, there)
    with_dates = [bool(dating.period_headings(table)) for table in tables]
    if shared.period not in (None, ALL) and not any(with_dates):
        raise PeriodError(f"neither table has dates, so {shared.period!r} can't be chosen")
    period = _last(tables, options) if shared.period == LAST and all(with_dates) else shared.period
    return [
        replace(
            own,
            key=own.key if own.key and table.find(own.key) else None,
            where=tuple(w for w in own.where if there(table, w.column)),
            sum=tuple(name for name in own.sum if there(table, name)),
            by=tuple(
                _answering(table, by, dated)
                for by in own.by
                if any(there(table, n) for n in by.columns)
            ),
            period=period if has_dates else None,
        )
        for table, own, has_dates in zip(tables, options, with_dates, strict=True)
    ]


def _answering(table: Table, by: By, dated: set[str]) -> By:
    """The column of this table that a name of the periods of the other one means."""
    own = [name for name in by.columns if table.find(name)]
    if own or not any(words.words(n) in {"period", *map(words.words, dated)} for n in by.columns):
        return by
    return replace(by, columns=("period", *dating.period_headings(table)))


def _refuse_nowhere(
    tables: Sequence[Table], names: Sequence[str], there: Callable[[Table, str], bool]
) -> None:
    if any(there(table, name) for table in tables for name in names):
        return
    has = "; ".join(f"{table.name} has {', '.join(map(repr, table.headings))}" for table in tables)
    raise ColumnError(f"no table has a column {' or '.join(map(repr, names))}: {has}")


def _last(tables: Sequence[Table], options: Sequence[TableOptions]) -> str:
    """The last period that both tables have."""
    there = [dating.known_periods(t, o) for t, o in zip(tables, options, strict=True)]
    if any(periods.span_of(text) is None for texts in there for text in texts):
        return LAST
    common = set(there[0]) & set(there[1])
    if not common:
        raise PeriodError(
            f"the tables have no period in common: {tables[0].name} has {periods.told(there[0])}, "
            f"{tables[1].name} has {periods.told(there[1])}",
            settles=[Remedy("period", None, "names one that both lie in")],
        )
    return max(common)


def _check_spans(readings: Sequence[Reading]) -> None:
    """Refuse rankings by periods of different spans: a week is no month."""
    spam, market = readings
    if len(spam.spans) != len(market.spans):
        return
    for (ours, kinds), (theirs, others) in zip(spam.spans, market.spans, strict=True):
        spans, other_spans = kinds - {None}, others - {None}
        if spans and other_spans and not spans & other_spans:
            raise PeriodError(
                f"{spam.findings.name} has {_kinds(spans)}s under {ours!r}, and "
                f"{market.findings.name} {_kinds(other_spans)}s under {theirs!r}: they can't meet"
            )


def _kinds(spans: set[str | None]) -> str:
    return " and ".join(sorted(filter(None, spans)))


def _doubt_periods(readings: Sequence[Reading], options: TableOptions) -> None:
    """A doubt where the tables are of different periods, or one lacks some of the other's."""
    if options.period == ALL or any(not reading.periods for reading in readings):
        return
    if any(reading.spans for reading in readings):
        return  # rankings meet period by period
    spam, market = (reading.periods for reading in readings)
    if spam == market or _cover(spam, market) or _cover(market, spam):
        return
    market_only, spam_only = sorted(set(market) - set(spam)), sorted(set(spam) - set(market))
    what = (
        f"the spam shares are of {periods.told(spam)}, these of {periods.told(market)}"
        if not set(spam) & set(market)
        else f"periods of one table alone: {periods.told([*spam_only, *market_only])}"
    )
    settles = (Remedy("period", ALL, "says that it is meant"),)
    readings[1].findings.doubts.append(Doubt(what, settles))


def _cover(parts: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether periods lie in one longer one: the days of a month in that month."""
    return len(whole) == 1 and all(periods.within(part, whole[0]) for part in parts)
