"""Two tables in, the shares of both out: options go to the table they apply to; doubts of pairs."""

from __future__ import annotations

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
from spamindex.tables.shares import Reading, as_frame, load, reading_of, say_unmatched, sheets
from spamindex.tables.table import Table

_In = TypeVar("_In")
_Out = TypeVar("_Out")
_ROLES = ("spam", "market")
_FIELDS_OF_ONE_TABLE = ("column", "unit", "total")


def read_both(
    spam: Source, share: Source, options: TableOptions | None = None, /, **fields: object
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a table of spam shares and one of market shares; see ``read_shares``.

    ``fields`` are fields of a TableOptions for both tables. For one table they are ``spam_column``,
    ``share_column``, ``spam_unit``, ``share_unit``, ``spam_total`` and ``share_total``. Raises one
    error with the faults of both tables.

    >>> spam, market = read_both("data/spam.csv", "data/share.csv")
    >>> spam["os"].tolist() == market["os"].tolist()
    True
    """
    of_one_table: dict[str, dict[str, object]] = {"spam": {}, "share": {}}
    for name in list(fields):
        table, _, field = name.partition("_")
        if table in of_one_table and field in _FIELDS_OF_ONE_TABLE:
            of_one_table[table][field] = fields.pop(name)
    if "of" in fields:
        raise SpamIndexError("the order of the two tables says which is which: leave 'of' out")
    options = options or TableOptions()
    both_options = (options.with_fields(fields | own) for own in of_one_table.values())
    spam_shares, market_shares = map(as_frame, read_pair(spam, share, *both_options))
    return spam_shares, market_shares


def read_pair(
    spam: Source, market: Source, spam_options: TableOptions, market_options: TableOptions
) -> tuple[Reading, Reading]:
    """Read both tables of a ranking.

    Options that choose columns, rows or periods apply to the tables that have them. Raises a
    SpamIndexError with the faults of both tables; its remedies say which table they are for.
    """
    paths = [source for source in (spam, market) if isinstance(source, str | os.PathLike)]
    if spam is market and not paths:
        raise _same_column(name_of(spam), [])  # a stream can be read only once
    options = [replace(spam_options, of="spam"), replace(market_options, of="market")]
    tables = _for_both(load, [spam, market], options)
    period_names = {meaning.normalize(table.headings[i]) for table in tables for i in table.dated}
    tables = [replace(table, period_names=table.period_names | period_names) for table in tables]
    read = partial(_read, options[0].by)
    spam_reading, market_reading = _for_both(read, tables, _applicable(tables, options))
    same_file = len(paths) == 2 and os.path.samefile(*paths)
    if same_file and spam_reading.value == market_reading.value:
        raise _same_column(name_of(spam), sheets(market_reading.findings)[1:])
    readings = [spam_reading, market_reading]
    say_unmatched(readings)
    _refuse_spans(spam_reading, market_reading)
    _doubt_periods(spam_reading, market_reading, spam_options)
    _doubt_places(spam_reading, market_reading, spam_options)
    for reading, role in zip(readings, _ROLES, strict=True):
        reading.findings.for_table(role)
    if spam_reading.of_systems != market_reading.of_systems:
        # One table says, or shows, that it names operating systems, and the other does not.
        of_systems = any(meaning.names_os(reading.heading) for reading in readings)
        names = next(reading.names for reading in readings if reading.of_systems == of_systems)
        return replace(spam_reading, names=names), replace(market_reading, names=names)
    return spam_reading, market_reading


def _same_column(name: str, other_sheets: Sequence[Remedy]) -> MatchError:
    return MatchError(
        f"{name}: is given for both tables: which of its columns is which?",
        settles=[
            *(sheet._replace(of="market") for sheet in other_sheets),
            Remedy("column", None, "names that of the spam shares", of="spam"),
            Remedy("column", None, "that of the market shares", of="market"),
        ],
    )


def _for_both(
    call: Callable[[_In, TableOptions], _Out],
    inputs: Sequence[_In],
    options: Sequence[TableOptions],
) -> list[_Out]:
    """The results of a call for each table. Raises one error with the faults of both."""
    results: list[_Out] = []
    errors: list[SpamIndexError] = []
    for of_table, own_options, role in zip(inputs, options, _ROLES, strict=True):
        try:
            results.append(call(of_table, own_options))
        except SpamIndexError as error:
            errors.append(error.for_table(role))
    if errors:
        raise SpamIndexError.combined(errors)
    return results


def _read(by: Sequence[By], table: Table, options: TableOptions) -> Reading:
    """The shares of one table. An error offers to match its column with that of the other table."""
    try:
        return reading_of(table, options)
    except SpamIndexError as error:
        columns = [r.value for r in error.settles if r.field == "by" and r.value != "period"]
        if columns and by and not options.by:
            match = f"{by[0].name}={columns[0]}"
            error.settles = (Remedy("by", match, f"instead, if {columns[0]!r} is the same"),)
        raise


def _applicable(tables: Sequence[Table], options: Sequence[TableOptions]) -> list[TableOptions]:
    """The options of each table without those for columns or periods that only the other has."""
    shared = options[0]
    names = [shared.key, *(condition.column for condition in shared.where), *shared.sum]
    alternatives = [(name,) for name in names if name] + [by.columns for by in shared.by]
    for columns in alternatives:
        if not any(table.find(name) for table in tables for name in columns):
            has = (f"{table.name} has {', '.join(map(repr, table.headings))}" for table in tables)
            missing = " or ".join(map(repr, columns))
            is_grouping = columns in [by.columns for by in shared.by]
            settles = period_remedies(tables, columns) if is_grouping else []
            raise ColumnError(f"no table has a column {missing}: {'; '.join(has)}", settles=settles)
    period = shared.period
    if period not in (None, ALL) and not any(table.dated for table in tables):
        raise PeriodError(f"neither table has dates, so {period!r} can't be chosen")
    if period == LAST and all(table.dated for table in tables):
        period = _last_in_common(tables)
    return [
        replace(
            own,
            key=own.key if own.key and table.find(own.key) else None,
            where=tuple(condition for condition in own.where if table.find(condition.column)),
            sum=tuple(filter(table.find, own.sum)),
            by=tuple(by for by in own.by if any(map(table.find, by.columns))),
            period=period if table.dated else None,
        )
        for table, own in zip(tables, options, strict=True)
    ]


def _last_in_common(tables: Sequence[Table]) -> str:
    """The last period that both tables have; ``last`` where not all cells are periods."""
    spam, market = (table.texts(table.dated[0]) for table in tables)
    if not all(map(periods.span_of, filter(None, [*spam, *market]))):
        return LAST
    if not (common := {*spam} & {*market} - {""}):
        raise PeriodError(
            f"the tables have no period in common: {tables[0].name} has {periods.summary(spam)}, "
            f"{tables[1].name} has {periods.summary(market)}",
            settles=[Remedy("period", None, "names one that both lie in")],
        )
    return max(common)


def _refuse_spans(spam: Reading, market: Reading) -> None:
    """Refuse rankings by periods of different spans, such as weeks and months."""
    for ours, theirs in zip(spam.spans, market.spans, strict=False):
        kinds, other_kinds = (sorted(filter(None, kinds)) for _, kinds in (ours, theirs))
        if kinds and other_kinds and not {*kinds} & {*other_kinds}:
            raise PeriodError(
                f"{spam.findings.name} has {' and '.join(kinds)}s under {ours[0]!r}, and "
                f"{market.findings.name} has {' and '.join(other_kinds)}s under {theirs[0]!r}: "
                "they can't be compared"
            )


def _doubt_periods(spam: Reading, market: Reading, options: TableOptions) -> None:
    """Doubt tables of different periods, or of which one lacks some of the other's."""
    ours, theirs = spam.periods, market.periods
    if options.period == ALL or not ours or not theirs or spam.spans or market.spans:
        return  # rankings meet period by period
    for parts, whole in ((ours, theirs), (theirs, ours)):  # the days of a month in that month
        if len(whole) == 1 and all(periods.within(part, whole[0]) for part in parts):
            return
    if ours == theirs:
        return
    text = f"periods of one table alone: {periods.summary({*ours} ^ {*theirs})}"
    if not {*ours} & {*theirs}:
        text = f"the spam shares are of {periods.summary(ours)}, these of {periods.summary(theirs)}"
    settles = (Remedy("period", ALL, "says that it is meant"),)
    market.findings.doubts.append(Doubt(text, settles))


def _doubt_places(spam: Reading, market: Reading, options: TableOptions) -> None:
    """Doubt tables that are each of a single country, for example, but not of the same.

    Columns of one heading are compared; without such, the first that each table has.
    """
    columns, other_columns = (
        {meaning.normalize(heading): (heading, value) for heading, value in reading.all_of.items()}
        for reading in (spam, market)
    )
    pairs = [(columns[key], other_columns[key]) for key in columns if key in other_columns]
    if not pairs:
        if _doubt_reuse(spam, market) or _doubt_reuse(market, spam):
            return
        pairs = list(zip(columns.values(), other_columns.values(), strict=False))[:1]
    chosen = {meaning.normalize(condition.column) for condition in options.where}
    for (heading, value), (other_heading, other_value) in pairs:
        headings = {meaning.normalize(heading), meaning.normalize(other_heading)}
        if fold(value) != fold(other_value) and not headings <= chosen:
            text = (
                f"all of {other_value!r} under {other_heading!r}, the spam shares of {value!r} "
                f"under {heading!r}"
            )
            market.findings.doubts.append(Doubt(text, (_does_not_matter(other_heading),)))


def _doubt_reuse(ranked: Reading, reused: Reading) -> bool:
    """Doubt a table of a single place that is reused for each of the other's; whether it is one."""
    for by, (heading, kinds) in zip(ranked.by, ranked.spans, strict=True):
        if by not in reused.by and kinds == {None} and reused.all_of:
            own_heading, value = next(iter(reused.all_of.items()))
            text = f"serves each {heading!r}, but is all of {value!r} under {own_heading!r}"
            reused.findings.doubts.append(Doubt(text, (_does_not_matter(own_heading),)))
            return True
    return False


def _does_not_matter(heading: str) -> Remedy:
    return Remedy("sum", heading, "says that this does not matter")
