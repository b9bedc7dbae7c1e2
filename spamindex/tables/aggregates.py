"""Rows in, those that are systems out: totals are left out, rows that may hold others refused.

A row that may be no system of its own has a Reason for it: its name, or what its figure is the sum
of. An exact total of all others is left out. All else is refused until the caller says what it is.
"""

from __future__ import annotations

import re
import string
from collections import defaultdict
from collections.abc import Callable
from enum import IntEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from spamindex import meaning, periods, words
from spamindex.errors import Doubt, MatchError, Remedy
from spamindex.meaning import is_blank
from spamindex.names import Names
from spamindex.tables import layout
from spamindex.tables.layout import Entries
from spamindex.tables.numbers import Parsed, Sums
from spamindex.tables.options import TableOptions
from spamindex.tables.table import (
    Groups,
    Mask,
    Numbers,
    are_sums,
    lines_of,
    mapped,
    summed,
    texts,
    where,
)

# A list mark before a name: "- Windows 10", "• Windows 10", "..Windows 10".
_LIST_MARK = re.compile(r"[^\w\s\"'“”„«»‹›‘’(\[{<]+\s+\S|\.\.+\S")
_SMALLEST_SUM = 0.01  # of the whole: smaller figures are often sums of their neighbours by chance
_WHOLES = (1.0, 100.0, 1e3, 1e4)  # of fractions, percents, per mille and basis points


# Why a row may be no system of its own.
Reason = IntEnum(
    "Reason",
    "NONE NAMELESS TOTAL TOTAL_OR_NAME GROUP MEASURE FOOTER DATE COMMENT INDENTED MARKED "
    "FAMILY SUM MOST",
    start=0,
)
Reasons: TypeAlias = npt.NDArray[np.int8]  # one for each row
_MESSAGES = {
    Reason.TOTAL: "called a total, but not what the others add up to (which is 100 for percents)",
    Reason.GROUP: "a group that may hold other rows",
    Reason.FOOTER: "called like a line below a table",
    Reason.DATE: "its figure is a date",
    Reason.MEASURE: "called like a measure or a statistic, and not like a system",
    Reason.COMMENT: "begins like a comment",
    Reason.INDENTED: "indented under another row, which may hold it",
    Reason.MARKED: "another row's name between marks, as if it were crossed out",
    Reason.FAMILY: "a family that may hold its versions beside it",
    Reason.SUM: "the sum of the rows next to it",
    Reason.MOST: "not a known system, but more than all others together: a total of more rows?",
}
# What can't be true of a row where all rows together are exactly the whole.
_HOLDERS = (Reason.GROUP, Reason.INDENTED, Reason.FAMILY, Reason.SUM)


def find_systems(
    entries: Entries, parsed: Parsed, names: Names, options: TableOptions, *, counts: bool
) -> tuple[Mask, Numbers]:
    """Find the rows that are systems, and for each row the total that its counts are divided by.

    ``counts`` says that the figures are counts. The total is that of a row called one which is
    larger than the others together; NaN where a ranking has none. Raises MatchError.
    """
    column, value = entries.table.column(entries.os), entries.table.column(entries.value)
    values, halves = parsed.row_values(value), parsed.row_halves(value)
    figures = np.nan_to_num(values)
    eligible = ~np.isnan(values) & ~where(column, names.stands_alone)
    reasons = _reasons_of_names(entries, names, values, eligible)
    rankings = entries.rankings(over_time=True)
    groupings = [rankings]
    # A total may also be that of one browser alone, where browsers are added up.
    if along := [entries.table.column(i) for i in entries.summed if i != entries.os]:
        groupings.append(entries.rankings(*along, over_time=True))
    exact = np.logical_or.reduce(
        [_exact_totals(figures, halves, groups, reasons, counts=counts) for groups in groupings]
    )
    totals, others = reasons == Reason.TOTAL, summed(rankings, figures * (reasons == Reason.NONE))
    larger = totals & ~exact & (figures > others) & (summed(rankings, totals) == 1) & counts
    if not larger.any():
        families = _families(entries, figures, names, options)
        reasons[families & eligible & (reasons == Reason.NONE)] = Reason.FAMILY
    known = where(column, lambda text: names.knows(text) or names.rest(text) is not None)
    unknown = eligible & ~known & (reasons == Reason.NONE)
    sums = [_sums(entries, figures, groups, reasons, unknown) for groups in groupings]
    reasons[np.logical_or.reduce(sums)] = Reason.SUM
    if counts and not larger.any():  # larger than all others, most of which are known
        plain = reasons == Reason.NONE
        rest = summed(rankings, figures * plain) - figures
        only = (summed(rankings, plain & known) > 1) & (summed(rankings, plain & ~known) == 1)
        reasons[unknown & plain & only & (figures > rest)] = Reason.MOST
    if not counts:
        shares = Sums(figures, halves, rankings)
        is_whole = (shares.add_up_to(100) | shares.add_up_to(1))[rankings]
        reasons[is_whole & np.isin(reasons, _HOLDERS)] = Reason.NONE
    systems = ~exact & ~larger
    if reasons[systems].any():
        # An exact total is named with the others where it is a group: World beside Europe.
        reasons[~systems & (reasons != Reason.GROUP)] = Reason.NONE
        raise _refusal(entries, reasons, names)
    if exact.any():
        entries.table.findings.notes.append(f"left out as a total: {entries.named(exact)}")
    if larger.any():
        row = int(np.argmax(larger))
        name = entries.name(row)
        doubt = (
            f"rows are missing: {name!r} is {figures[row]:,.10g}, the others add up to "
            f"{others[row]:,.10g}; the shares are parts of {name!r}"
        )
        remedy = Remedy("drop", name, "makes them parts of what the others add up to")
        entries.table.findings.doubts.append(Doubt(doubt, (remedy,)))
    wholes = np.where(summed(rankings, larger) > 0, summed(rankings, figures * larger), np.nan)
    return systems, wholes


def _reasons_of_names(entries: Entries, names: Names, values: Numbers, eligible: Mask) -> Reasons:
    """The reason in what each row is called, or in how it is written."""
    table, column = entries.table, entries.table.column(entries.os)
    present = set(map(names.canonical, texts(column)))

    def is_marked(text: str) -> bool:
        bare = names.canonical(text.strip(string.punctuation + " "))
        return bool(bare) and names.canonical(text) != bare and bare in present

    def is_total(text: str) -> bool:
        name = meaning.normalize(text)
        if name in words.TOTALS_OR_NAMES:
            return False
        first, _, rest = name.partition(" ")
        family = rest if first in words.ALL else name.removesuffix(" family")  # All Windows
        of_family = family != name and names.knows(family) and not names.knows(text)
        return of_family or meaning.called_total(text)

    def is_measure(text: str) -> bool:
        is_heading = table.above == "os" and not names.knows(text)
        return meaning.called_statistic(text) or (is_heading and meaning.says_measure(text))

    tests: dict[Reason, Callable[[str], bool]] = {  # the first that is true decides
        Reason.NAMELESS: lambda text: is_blank(text) and not names.canonical(""),
        Reason.TOTAL: is_total,
        Reason.COMMENT: lambda text: text.startswith(words.COMMENTS),
        Reason.MARKED: is_marked,
        Reason.TOTAL_OR_NAME: meaning.called_total,
        Reason.FOOTER: meaning.called_footer,
        Reason.MEASURE: is_measure,
        Reason.GROUP: meaning.called_group,
    }

    def classify(text: str) -> Reason:
        return next((reason for reason, is_so in tests.items() if is_so(text)), Reason.NONE)

    by_text = np.array([classify(text) for text in column.cat.categories], np.int8)
    reasons = by_text[column.cat.codes.to_numpy()]
    reasons[~eligible] = Reason.NONE
    if (ambiguous := reasons == Reason.TOTAL_OR_NAME).any():
        by_ranking = pd.Series(values).groupby(entries.rankings(over_time=True))
        is_largest = values >= by_ranking.transform("max").to_numpy()
        reasons[ambiguous] = np.where(is_largest[ambiguous], Reason.TOTAL, Reason.NONE)
    groups = reasons == Reason.GROUP
    if (groups | (reasons == Reason.TOTAL) | np.isnan(values)).all():
        reasons[groups] = Reason.NONE  # groups alone are what is compared
    unmarked = eligible & (reasons == Reason.NONE)
    listed = where(column, lambda text: bool(_LIST_MARK.match(text)) or meaning.called_part(text))
    indented = (listed & (not listed.all())) | layout.indented(table, entries.os)
    reasons[unmarked & indented] = Reason.INDENTED
    days = where(
        table.column(entries.value), lambda text: len(text) == 8 and periods.iso(text) is not None
    )
    if days.any() and not days.all():
        reasons[unmarked & days & ~where(column, names.knows)] = Reason.DATE
    return reasons


def _exact_totals(
    figures: Numbers, halves: Numbers, groups: Groups, reasons: Reasons, *, counts: bool
) -> Mask:
    """The rows called a total, a group, or nothing that are what the others add up to.

    Shares may differ from it by what rounding explains, and their total is the whole.
    """
    called = np.isin(reasons, (Reason.NAMELESS, Reason.TOTAL, Reason.GROUP)) & (figures > 0)
    if not called.any():
        return called
    others = reasons == Reason.NONE
    sums, has_others = summed(groups, figures * others), summed(groups, others) > 0
    exact: Mask = np.isclose(figures, sums, rtol=1e-9 if counts else 0.01, atol=0) & has_others
    exact |= are_sums(groups, figures)
    if not counts:
        without = Sums(figures * ~called, halves * ~called, groups)
        exact &= np.logical_or.reduce([without.add_up_to(whole) for whole in _WHOLES])[groups]
        exact |= (figures == 100) & (sums > 50) & (sums < 101) & has_others
    exact &= called
    return exact


def _families(entries: Entries, figures: Numbers, names: Names, options: TableOptions) -> Mask:
    """The rows of a family beside its versions, and at least as large as they are together."""
    if options.family and entries.os in entries.summed:
        return np.zeros(len(figures), bool)
    column = entries.table.column(entries.os)
    family = mapped(column, lambda text: names.canonical(names.label(text)))
    is_family = where(column, lambda t: names.canonical(names.label(t)) == names.canonical(t))
    groups = entries.rankings(family, over_time=True)

    def may_hold(rows: Mask, parts: Mask, groups: Groups) -> Mask:
        sums = summed(groups, figures * parts)
        return rows & (sums > 0) & (summed(groups, figures * rows) >= sums)

    doubted = may_hold(is_family, ~is_family, groups)
    # A version may stand beside its editions: Windows 10 beside its Pro and Home. Beside a single
    # one it may be another version: Windows Server 2008 R2.
    known = {
        meaning.normalize(name) for name in entries.table.texts(entries.os) if names.knows(name)
    }
    editions = defaultdict(set)
    for name in known:
        for i, letter in enumerate(name):
            if letter == " " and name[:i] in known:
                editions[name[:i]].add(name)
    rankings = entries.rankings(over_time=True)
    plain = mapped(column, meaning.normalize)
    for version, of_version in editions.items():
        if len(of_version) > 1:
            is_version, is_edition = plain == version, plain.isin(of_version)
            doubted |= may_hold(is_version.to_numpy(), is_edition.to_numpy(), rankings)
    return doubted


def _sums(
    entries: Entries, figures: Numbers, groups: Groups, reasons: Reasons, unknown: Mask
) -> Mask:
    """The unknown rows that are what all others, or those next above or below them, add up to."""
    unknown = unknown & (figures >= _SMALLEST_SUM * summed(groups, figures)) & (figures > 0)
    if not unknown.any():
        return unknown
    # Whether one of several rows of one name is their total is decided by another column.
    codes = entries.table.column(entries.os).cat.codes.to_numpy()
    repeated = np.append(codes[1:] == codes[:-1], False)
    rows = np.flatnonzero(unknown & ~(repeated | np.roll(repeated, 1)))
    # With the rows in order of their groups, rows i to j-1 add up to cumulated[j] - cumulated[i].
    order = np.argsort(groups, kind="stable")
    cumulated = np.concatenate([[0.0], np.cumsum(figures[order]), [np.inf]])
    slack = 1e-9 * max(cumulated[-2], 1.0)
    place = np.argsort(order)[rows]
    start, end = (np.searchsorted(groups[order], groups[rows], side) for side in ("left", "right"))
    first = np.searchsorted(cumulated, cumulated[place] - figures[rows] - slack)
    stop = np.searchsorted(cumulated, cumulated[place + 1] + figures[rows] - slack)
    above = (start <= first) & (first <= place - 2)
    above &= np.abs(cumulated[place] - cumulated[first] - figures[rows]) <= slack
    below = (place + 3 <= stop) & (stop <= end)
    below &= np.abs(cumulated[stop] - cumulated[place + 1] - figures[rows]) <= slack
    of_all_others = are_sums(groups, figures * (reasons == Reason.NONE))[rows]
    of_all_others &= np.bincount(groups)[groups[rows]] > 2
    sums = np.zeros(len(figures), bool)
    sums[rows[above | below | of_all_others]] = True
    # In one of many rankings a row may be a sum by chance; a total is one in most of them.
    mostly = 2 * np.bincount(codes, weights=sums) >= np.bincount(codes, weights=unknown)
    return np.logical_and(sums, mostly[codes])


def _refusal(entries: Entries, reasons: Reasons, names: Names) -> MatchError:
    """The error for rows with a reason, and the ways to say what they are."""
    table, faults = entries.table, []
    if (nameless := reasons == Reason.NAMELESS).any():
        lines = lines_of(table.cells.index[nameless])
        faults.append(f"{table.name}: no name under {table.called(entries.os)} on {lines}")
    for reason, message in _MESSAGES.items():
        if (rows := reasons == reason).any():
            faults.append(f"{table.name}: {entries.named(rows)}: {message}")
    does = "leaves it out"
    if (reasons == Reason.MOST).any():  # it may be a system after all
        does = "leaves it out, and makes shares of the rest"
    indented = layout.indented(table, entries.os)
    dropped = {}
    for row in np.flatnonzero(reasons):
        name = entries.name(row)
        if is_blank(name):
            dropped[""] = "leaves rows without a name out"
        else:  # of two rows of one name --drop takes the one that is indented like it
            dropped[f"  {name}" if indented[row] else name] = does
    settles = [Remedy("drop", name, does) for name, does in dropped.items()][:3]
    families = set(
        map(names.canonical, map(entries.name, np.flatnonzero(reasons == Reason.FAMILY)))
    )
    versions = [
        name
        for name in table.texts(entries.os)
        if names.canonical(name) not in families and names.canonical(names.label(name)) in families
    ]
    settles += [Remedy("drop", v, "or such leaves out what a family holds") for v in versions[:1]]
    if "" in dropped:
        fill = Remedy("fill", table.headings[entries.os], "repeats the cell above")
        # Where other columns tell rows apart, the cell above is likely meant, and to leave the row
        # out would make all others larger.
        has_labels = {*entries.labels, *entries.summed} - {entries.os}
        settles = [fill, *settles] if has_labels else [*settles, fill]
        settles.append(Remedy("names", None, "with a line ,Unknown makes them Unknown"))
    else:
        name = next(iter(dropped)).strip()
        line = f"with a line {name},{name} says that it stands for itself"
        settles.append(Remedy("names", None, line))
    return MatchError(*faults, settles=settles)
