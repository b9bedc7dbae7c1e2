"""Rows that are no system of their own: totals, subtotals, groups; left out or refused.

A row is doubted that is called a total, a group or a footer; begins like a comment; is indented
under others; is a family beside its own versions; or is what the rows next to it add up to. A total
of all is left out. All else is refused until the caller says what it is.
"""

from __future__ import annotations

import re

import numpy as np

from spamindex import meaning, periods, words
from spamindex.errors import Doubt, MatchError, Remedy
from spamindex.meaning import is_blank, is_missing
from spamindex.names import Names, fold
from spamindex.tables import layout
from spamindex.tables.layout import Entries
from spamindex.tables.numbers import Reading, Sums
from spamindex.tables.options import TableOptions
from spamindex.tables.table import (
    Column,
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
from spamindex.tables.units import Figures

# A mark of a list before a name: "- Windows 10", "• Windows 10", "..Windows 10".
_LISTED = re.compile(r"[^\w\s\"'“”„«»‹›‘’(\[{<]+\s+\S|\.\.+\S")
_WORTH_A_DOUBT = 0.01  # of the whole: a smaller sum of neighbours is likely one by chance
_WHOLES = (1.0, 100.0, 1e3, 1e4)  # of fractions, percents, per mille and basis points
_REASONS = {
    "total": "called a total, but not what the others add up to (which is 100 for percents)",
    "group": "a group that may hold other rows",
    "statistic": "called like a mean or the like, and not like a system",
    "footer": "called like a line below a table",
    "date": "its figure is a date",
    "measure": "headed like a measure, and not like a system",
    "comment": "begins like a comment",
    "indented": "indented under another row, which may hold it",
    "marked": "another row's name between marks, as where a row is put out of use",
    "family": "a family that may hold its versions beside it",
    "sum": "what the rows next to it add up to",
    "most": "no known system, but more than all others together: a total, and rows are missing?",
}


def systems_among(
    entries: Entries, reading: Reading, names: Names, options: TableOptions, *, counts: bool
) -> tuple[Mask, Numbers]:
    """Tell systems from totals: which entries are some, and what counts are to be divided by.

    That is the total that the table itself says for the ranking of a row, NaN without one.
    ``counts`` says that the figures are counts. Raises MatchError.
    """
    column, value = entries.table.column(entries.os), entries.table.column(entries.value)
    values, halves = reading.of(value), reading.halves(value)
    groups = entries.rankings(over_time=True)
    flags = _told_by_name(entries, names)
    alone, filled = where(column, names.stands_alone), ~np.isnan(values)
    flags = {reason: rows & filled & ~alone for reason, rows in flags.items()}
    figures = np.nan_to_num(values)
    # A name that is also a total's is one only where no other row is larger.
    largest = np.zeros(groups.max(initial=-1) + 1)
    np.maximum.at(largest, groups, figures)
    either = where(column, lambda text: meaning.words(text) in words.TOTALS_OR_NAMES)
    flags["total"] &= ~(either & (figures < largest[groups]))
    if (flags["group"] | ~filled | flags["total"]).all():
        flags["group"][:] = False  # groups alone are what is compared

    # A total may also be that of one browser alone, where those are added up.
    added = [entries.table.column(i) for i in entries.summed if i != entries.os]
    each = [groups, *([entries.rankings(*added, over_time=True)] if added else [])]
    exact = np.logical_or.reduce([_exact(figures, halves, of, flags, counts=counts) for of in each])
    others = summed(groups, figures * ~_any(flags))
    larger = flags["total"] & ~exact & (figures > others) & (summed(groups, flags["total"]) == 1)
    wholes = np.full(len(values), np.nan)
    if counts and larger.any():
        of = np.zeros_like(largest)
        of[groups[larger]] = figures[larger]
        wholes = np.where(of > 0, of, np.nan)[groups]
    else:
        larger &= False
        flags["family"] = _families(entries, figures, names, options) & ~alone
    flagged = _any(flags)
    known = where(column, lambda text: names.knows(text) or names.rest(text) is not None)
    unknown = ~known & ~alone & ~flagged
    flags["sum"] = np.logical_or.reduce(
        [_sums(entries, figures, of, unknown, flagged) for of in each]
    )
    if counts and not larger.any():  # more than all others, most of which are known
        others = summed(groups, figures * ~_any(flags)) - figures
        several, one = (summed(groups, of & ~_any(flags)) for of in (known, ~known))
        flags["most"] = unknown & ~flags["sum"] & (several > 1) & (one == 1) & (figures > others)
    if not counts:
        of_all = Sums(figures, halves, groups)
        whole = (of_all.are(100) | of_all.are(1))[groups]  # of which none can hold another
        for reason in {"group", "indented", "family", "sum"} & flags.keys():
            flags[reason] &= ~whole
    if (_any(flags) & ~exact & ~larger).any():
        raise _refusal(entries, flags, exact, names, options)
    if exact.any():
        entries.table.findings.notes.append(f"left out as a total: {entries.named(exact)}")
    if larger.any():
        first = int(np.argmax(larger))
        name = entries.name(first)
        doubt = (
            f"rows are missing: {name!r} is {figures[first]:,.10g}, the others add up to "
            f"{others[first]:,.10g}; the shares are parts of {name!r}"
        )
        remedy = Remedy("drop", name, "makes them parts of what the others add up to")
        entries.table.findings.doubts.append(Doubt(doubt, (remedy,)))
    return ~exact & ~larger, wholes


def _told_by_name(entries: Entries, names: Names) -> dict[str, Mask]:
    """The rows that their name, or how it is written, tells from systems."""
    column = entries.table.column(entries.os)
    there = set(map(names.canonical, texts(column)))

    def is_marked(text: str) -> bool:
        bare = names.canonical(text.strip("!\"#%&'()*+,-./:;<=>?@[]_`{|}~ "))
        return bool(bare) and names.canonical(text) != bare and bare in there

    def is_of_all(text: str) -> bool:
        said = meaning.words(text)
        first, _, rest = said.partition(" ")
        family = rest if first in words.ALL else said.removesuffix(" family")  # All Windows
        of_family = family != said and names.knows(family) and not names.knows(text)
        return of_family or meaning.called_total(text)

    listed = where(column, lambda text: bool(_LISTED.match(text)) or meaning.called_part(text))
    indented = (listed & (not listed.all())) | layout.indented(entries.table, entries.os)
    value, wide = entries.table.column(entries.value), entries.table.above == "os"
    days = where(value, lambda text: len(text) == 8 and periods.iso(text) is not None)
    return {
        "nameless": where(column, lambda text: is_blank(text) and not names.canonical("")),
        "total": where(column, is_of_all),
        "statistic": where(column, meaning.called_statistic),
        "group": where(column, meaning.called_group),
        "footer": where(column, meaning.called_footer),
        "measure": where(column, lambda t: wide and meaning.says_measure(t) and not names.knows(t)),
        "date": ~where(column, names.knows) & days & (not days.all()),
        "comment": where(column, lambda text: text.startswith(words.COMMENTS)),
        "indented": indented,
        "marked": where(column, is_marked),
    }


def _any(flags: dict[str, Mask]) -> Mask:
    found: Mask = np.logical_or.reduce(list(flags.values()))
    return found


def _exact(
    figures: Numbers, halves: Numbers, groups: Groups, flags: dict[str, Mask], *, counts: bool
) -> Mask:
    """The rows called a total, or without a name, that are what the others add up to.

    Shares may be as far from it as their digits are, and their total is the whole.
    """
    called: Mask = (flags["nameless"] | flags["total"] | flags["group"]) & (figures > 0)
    if not called.any():
        return called
    others = ~_any(flags)
    base, several = summed(groups, figures * others), summed(groups, others) > 0
    exact = np.isclose(figures, base, rtol=1e-9 if counts else 0.01, atol=0) & several
    exact |= are_sums(groups, figures)
    if not counts:
        without = Sums(figures * ~called, halves * ~called, groups)
        exact &= np.logical_or.reduce([without.are(whole) for whole in _WHOLES])[groups]
        exact |= (figures == 100) & (base > 50) & (base < 101) & several
    return called & exact


def _families(entries: Entries, figures: Numbers, names: Names, options: TableOptions) -> Mask:
    """The rows of a family beside its versions, and at least as large as they are together."""
    if options.family and entries.os in entries.summed:
        return np.zeros(len(figures), bool)
    column = entries.table.column(entries.os)
    label = mapped(column, lambda text: names.canonical(names.label(text)))
    own = where(column, lambda text: names.canonical(names.label(text)) == names.canonical(text))
    doubted: Mask = np.zeros(len(figures), bool)
    if not own.all():
        of_family = entries.rankings(label, over_time=True)
        versions = summed(of_family, figures * ~own)
        doubted = own & (versions > 0) & (summed(of_family, figures * own) >= versions)
    # A version has editions in the same manner: Windows 10 beside its Pro and Home. One alone may
    # be another: Windows Server 2008 R2.
    there = {meaning.words(name) for name in entries.table.texts(entries.os) if names.knows(name)}
    editions: dict[str, set[str]] = {}
    for said in there:
        for at, letter in enumerate(said):
            if letter == " " and said[:at] in there:
                editions.setdefault(said[:at], set()).add(said)
    of = entries.rankings(over_time=True)
    for name, parts in editions.items():
        if len(parts) > 1:
            itself = where(column, lambda text: meaning.words(text) == name)  # noqa: B023
            among = where(column, lambda text: meaning.words(text) in parts)  # noqa: B023
            doubted |= itself & (summed(of, figures * itself) >= summed(of, figures * among))
    return doubted


def _sums(entries: Entries, figures: Numbers, groups: Groups, unknown: Mask, flagged: Mask) -> Mask:
    """The rows of no known system that are what all others, or some next to them, add up to."""
    unknown = unknown & (figures >= _WORTH_A_DOUBT * summed(groups, figures)) & (figures > 0)
    if not unknown.any():
        return unknown
    # Of rows of one name next to each other another column says whether one is their total.
    codes = entries.table.column(entries.os).cat.codes.to_numpy()
    again = np.append(codes[1:] == codes[:-1], False)
    rows = np.flatnonzero(unknown & ~(again | np.roll(again, 1)))
    order = np.argsort(groups, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(figures[order]), [np.inf]])
    slack = 1e-9 * max(sums[-2], 1.0)
    at = np.argsort(order)[rows]
    low, high = (np.searchsorted(groups[order], groups[rows], side) for side in ("left", "right"))
    after = np.searchsorted(sums, sums[at + 1] + figures[rows] - slack)
    before = np.searchsorted(sums, sums[at] - figures[rows] - slack)
    below = (at + 3 <= after) & (after <= high)
    below &= np.abs(sums[after] - sums[at + 1] - figures[rows]) <= slack
    above = (low <= before) & (before <= at - 2)
    above &= np.abs(sums[at] - sums[before] - figures[rows]) <= slack
    all_others = are_sums(groups, figures * ~flagged)[rows]
    found = np.zeros(len(figures), bool)
    found[rows[below | above | (all_others & (np.bincount(groups)[groups[rows]] > 2))]] = True
    # By chance a row is a sum in one ranking among many: a total is one in most of them.
    mostly = 2 * np.bincount(codes, weights=found) >= np.bincount(codes, weights=unknown)
    return np.logical_and(found, mostly[codes])


def _refusal(
    entries: Entries, flags: dict[str, Mask], exact: Mask, names: Names, options: TableOptions
) -> MatchError:
    """The error for rows that are doubted, and the ways to say what they are."""
    title, faults, shown = entries.table.name, [], np.zeros(len(exact), bool)
    if (nameless := flags["nameless"] & ~exact).any():
        lines = lines_of(entries.table.cells.index[nameless])
        under = entries.table.called(entries.os)
        faults.append(f"{title}: no name stands under {under} on {lines}")
    for reason, rows in flags.items():
        if reason != "nameless" and (new := rows & ~shown).any():
            faults.append(f"{title}: {entries.named(new)}: {_REASONS[reason]}")
        shown |= rows
    # Of two rows of one name --drop takes the one that is written like it: indented, or not.
    deep = layout.indented(entries.table, entries.os)
    plain = {*map(entries.name, np.flatnonzero(~deep)), *options.drop}
    doubted = [
        f"  {name}" if deep[row] and (name := entries.name(row)) in plain else entries.name(row)
        for row in np.flatnonzero(_any(flags) & ~exact)
    ]
    distinct = list(dict.fromkeys("" if is_blank(name) else name for name in doubted))
    does = "leaves it out"
    if "most" in flags and flags["most"].any():  # it may be right that the others are parts of it
        does = "leaves it out, and makes shares of the rest"
    settles = [
        Remedy("drop", name, does if name else "leaves rows without a name out")
        for name in distinct[:3]
    ]
    families = {
        names.canonical(entries.name(row))
        for row in np.flatnonzero(flags.get("family", np.zeros(0)))
    }
    held = [
        name
        for name in entries.table.texts(entries.os)
        if names.canonical(name) not in families and names.canonical(names.label(name)) in families
    ]
    settles += [Remedy("drop", name, "or such leaves out what a family holds") for name in held[:1]]
    heading = entries.table.headings[entries.os]
    if "" in distinct:
        fill = Remedy("fill", heading, "repeats the cell above")
        # Where other columns tell the rows apart, the cell above is likely meant: to leave the row
        # out would make all others larger.
        apart = {*entries.labels, *entries.summed} - {entries.os}
        settles = [fill, *settles] if apart else [*settles, fill]
        settles.append(Remedy("names", None, "with a line ,Unknown makes them Unknown"))
    else:
        own = distinct[0].strip()
        line = f"with a line {own},{own} says that it stands for itself"
        settles.append(Remedy("names", None, line))
    return MatchError(*faults, settles=settles)


def rolled_up(entries: Entries, figures: Figures, options: TableOptions) -> Mask:
    """The rows that are the total of others along a column that is added up.

    Their cell there is blank, or called a total. Raises MatchError where they are not their sum.
    """
    table, left = entries.table, np.zeros(len(entries), bool)
    names = mapped(table.column(entries.os), fold)
    along = [i for i in entries.summed if i != entries.os]
    if entries.os in entries.summed:
        groups = entries.rankings(names, over_time=True)
        wrong = are_sums(groups, figures.amounts) & (np.bincount(groups)[groups] > 2)
        if wrong.any():
            raise MatchError(
                f"{entries.title}: {entries.named(wrong)} is what the other rows of that name add "
                "up to: leave one or the other out of the file"
            )
    for number in along:
        column, heading = table.column(number), table.headings[number]
        title = f"{table.name}: {table.called(number)}"
        called = where(column, is_total)
        others = [table.column(i) for i in along if i != number]
        groups = entries.rankings(names, *others, over_time=True)
        beside = called & (summed(groups, ~called) > 0)
        sums = summed(groups, figures.amounts * ~called)
        exact = beside & np.isclose(figures.amounts, sums, rtol=1e-9)
        if (wrong := beside & ~exact).any():
            cell = str(column[wrong].iloc[0])
            settles = [Remedy("where", f"{heading}!={cell}", "leaves such rows out")]
            if not cell:
                settles.append(Remedy("fill", heading, "repeats the cell above"))
            raise MatchError(
                f"{title} is {repr(cell) if cell else 'blank'}, a total, for "
                f"{entries.named(wrong)}, but its figure is not what the others add up to",
                settles=settles,
            )
        if exact.any():
            table.findings.notes.append(
                f"left out as the total along {table.called(number)}: {entries.named(exact)}"
            )
        _refuse_unnamed_total(entries, figures, number, groups, called)
        if heading not in {w.column for w in options.where}:
            _refuse_groups(column, heading, title)
        left |= exact
    return left


def is_total(text: str) -> bool:
    """Whether a cell of a column that is added up says that its row is the total of others."""
    return is_blank(text) or is_missing(text) or meaning.called_total(text)


def _refuse_unnamed_total(
    entries: Entries, figures: Figures, number: int, groups: Groups, called: Mask
) -> None:
    """Refuse a value of a column whose rows are always what the others of their system add up to.

    ``groups`` tells systems apart, and ``called`` are rows that are known to be totals.
    """
    table, column = entries.table, entries.table.column(number)
    exact = are_sums(groups, figures.amounts * ~called)
    others = summed(groups, ~called) - 1
    for text in sorted(set(column[exact & (others > 1)])):
        of_text = (column == text).to_numpy()
        among = of_text & (others > 0)
        if exact[among].all():
            fault = (
                f"{table.name}: {table.called(number)} is {text!r} for {entries.named(among)}, "
                "which is what the others add up to"
            )
            if (of_text & (others == 0)).any():  # to leave the value out would leave systems out
                raise MatchError(f"{fault}: take such rows out of the file")
            remedy = Remedy("where", f"{table.headings[number]}!={text}", "leaves it out")
            raise MatchError(fault, settles=[remedy])


def _refuse_groups(column: Column, heading: str, title: str) -> None:
    """Refuse a continent among countries; desktop and mobile are parts, where they are alone."""
    there = texts(column)
    shown = [t for t in there if meaning.called_group(t) and not meaning.called_device(t)]
    rest = [t for t in there if t not in shown]
    if shown and rest:
        first = sorted(shown)[:3]
        leaves = [(t, "leaves it out") for t in first]
        leaves.append((rest[0], "or such leaves out what it holds"))
        raise MatchError(
            f"{title} holds {', '.join(map(repr, first))}, which may hold other rows",
            settles=[Remedy("where", f"{heading}!={text}", does) for text, does in leaves],
        )
