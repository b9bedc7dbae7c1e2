"""Entries to those that are systems: totals left out, and rows that may hold others refused.

A row is doubted that is called a total, a group or a footer; begins like a comment; is indented
under others; is a family beside its own versions; or is what the rows next to it add up to. A total
of all is left out. All else is refused until the caller says what it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spamindex import periods, words
from spamindex.errors import SHOWN, Doubt, MatchError, Remedy, listed
from spamindex.names import Names
from spamindex.tables.layout import Entries
from spamindex.tables.options import TableOptions
from spamindex.tables.table import Mask, Numbers, lines_of, mapped, texts, where
from spamindex.words import is_blank

_COMMENTS = ("#", "//")
# A mark of a list before a name: "- Windows 10", "• Windows 10", ".. Windows 10".
_LISTED = re.compile(r"[^\w\s\"'“”„«»‹›‘’(\[{<]+\s+\S")
_WORTH_A_DOUBT = 0.01  # of the whole: a smaller sum of neighbours is likely one by chance
_REASONS = {
    "total": "called a total, but not what the others add up to",
    "group": "a group that may hold other rows",
    "footer": "called like a line below a table",
    "date": "its figure is a date",
    "measure": "headed like a measure, and not like a system",
    "comment": "begins like a comment",
    "indented": "indented under another row, which may hold it",
    "family": "a family that may hold its versions beside it",
    "sum": "what the rows next to it add up to",
    "marked": "another row's name between marks, as where a row is put out of use",
    "most": "no known system, but more than all others together",
}


@dataclass(frozen=True)
class Kept:
    """Which entries are systems, and by what the counts of each row are to be divided.

    ``wholes`` has the total that the table itself says for the ranking of a row, NaN without one.
    """

    rows: Mask
    wholes: Numbers


def systems_among(
    entries: Entries,
    values: Numbers,
    names: Names,
    options: TableOptions,
    *,
    whole: Mask,
    counts: bool,
) -> Kept:
    """Tell systems from totals. ``values`` are the figures, NaN for none.

    ``whole`` says of each row whether the shares of its ranking add up to the whole, so that none
    can hold another; ``counts`` that the figures are counts. Raises MatchError.
    """
    column = entries.table.column(entries.os)
    filled = ~np.isnan(values)
    alone = where(column, names.stands_alone)
    nameless = where(column, is_blank) & ~alone
    flags = {
        "nameless": nameless if not names.canonical("") else np.zeros(len(values), bool),
        "total": where(column, words.called_total),
        "group": where(column, words.called_group),
        "footer": where(column, words.called_footer),
        "measure": where(column, lambda t: words.says_measure(t) and not names.knows(t))
        if entries.by_system
        else nameless & False,
        "date": ~where(column, names.knows) & _dated(entries),
        "comment": where(column, lambda text: text.startswith(_COMMENTS)),
        "indented": _indented(entries),
        "marked": _marked(entries, names),
    }
    flags = {reason: rows & filled & ~alone for reason, rows in flags.items()}
    groups = entries.rankings(over_time=True)
    figures = np.nan_to_num(values)
    flags["total"] &= ~_names_after_all(entries, figures, groups)
    if (flags["group"] | ~filled | flags["total"]).all():
        flags["group"][:] = False  # groups alone are what is compared

    # A total may also be that of one browser alone, where those are added up.
    added = [entries.table.column(i) for i in entries.summed if i != entries.os]
    parts = entries.rankings(*added, over_time=True)
    exact = _exact(figures, groups, flags, counts=counts)
    exact |= _exact(figures, parts, flags, counts=counts)
    wholes = np.full(len(values), np.nan)
    larger = np.zeros(len(values), bool)
    if counts:
        base = np.bincount(groups, weights=figures * ~_any(flags))[groups]
        larger = (
            flags["total"]
            & ~exact
            & (figures > base)
            & (np.bincount(groups, weights=flags["total"])[groups] == 1)
        )
        for row in np.flatnonzero(larger):
            wholes[groups == groups[row]] = figures[row]
    flags["family"] = _families(entries, figures, groups, names, options) & ~alone
    if larger.any():
        flags["family"][:] = False
    flagged = _any(flags)
    flags["sum"] = _sums(entries, figures, groups, names, flagged) & ~alone
    flags["sum"] |= _sums(entries, figures, parts, names, flagged) & ~alone
    if counts and not larger.any():
        flags["most"] = _most(entries, figures, groups, names, _any(flags)) & ~alone
    for reason in ("group", "indented", "family", "sum"):
        flags[reason] &= ~whole
    left = exact | larger
    doubted = _any(flags) & ~left
    if doubted.any():
        raise _refusal(entries, flags, exact, names, options)
    if exact.any():
        entries.table.findings.notes.append(f"left out as a total: {named(entries, exact)}")
    if larger.any():
        first = int(np.flatnonzero(larger)[0])
        others = figures[(groups == groups[first]) & ~_any(flags)].sum()
        doubt = (
            f"rows are missing: {entries.name(first)!r} is {figures[first]:,.10g}, the others "
            f"add up to {others:,.10g}; the shares are parts of {entries.name(first)!r}"
        )
        remedy = Remedy(
            "drop", entries.name(first), "makes them parts of what the others add up to"
        )
        entries.table.findings.doubts.append(Doubt(doubt, (remedy,)))
    return Kept(~left, wholes)


def named(entries: Entries, which: Mask) -> str:
    """Some rows of a table, the first ten by their name and their line."""
    rows = np.flatnonzero(which)
    first = [f"{entries.name(row)!r} (line {entries.line(row)})" for row in rows[:SHOWN]]
    return listed(first, of=len(rows))


def _any(flags: dict[str, Mask]) -> Mask:
    found: Mask = np.logical_or.reduce(list(flags.values()))
    return found


def _dated(entries: Entries) -> Mask:
    """The rows whose figure is written as a day, 20100301, where others are not."""
    column = entries.table.column(entries.value)
    days: Mask = where(column, lambda text: len(text) == 8 and periods.iso(text) is not None)
    return days & ~days.all()


def _indented(entries: Entries) -> Mask:
    """The rows that are indented more than others, or listed as parts of them."""
    column = entries.table.column(entries.os)
    marked = where(column, lambda text: bool(_LISTED.match(text)) or words.called_part(text))
    listed_: Mask = marked & (not marked.all())
    far = entries.table.indents.get(entries.os)
    if far is None:
        return listed_
    by_row = far.reindex(entries.table.cells.index).to_numpy()
    deeper: Mask = by_row > by_row.min()
    return deeper | listed_


def _names_after_all(entries: Entries, figures: Numbers, groups: npt.NDArray[np.int64]) -> Mask:
    """The rows with a name that is also a total's, where another row is larger."""
    doubtful = where(
        entries.table.column(entries.os), lambda text: words.words(text) in words.TOTALS_OR_NAMES
    )
    largest = np.zeros(groups.max(initial=-1) + 1)
    np.maximum.at(largest, groups, figures)
    return doubtful & (figures < largest[groups])


def _exact(
    figures: Numbers, groups: npt.NDArray[np.int64], flags: dict[str, Mask], *, counts: bool
) -> Mask:
    """The rows called a total, or without a name, that are what the others add up to.

    Shares may be as far from it as their digits are; 100 is a total of shares in percent, too.
    """
    called = flags["nameless"] | flags["total"] | flags["group"]
    if not called.any():
        return called
    base = np.bincount(groups, weights=figures * ~_any(flags))[groups]
    rest = np.bincount(groups, weights=figures)[groups] - figures
    several = np.bincount(groups, weights=~_any(flags))[groups] > 0
    slack = 1e-9 if counts else 0.01
    exact = np.isclose(figures, base, rtol=slack, atol=0) & several
    exact |= np.isclose(figures, rest, rtol=1e-9, atol=0)
    if not counts:
        exact |= (figures == 100) & (base > 50) & (base < 101) & several
    exact_called: Mask = called & exact & (figures > 0)
    return exact_called


def _families(
    entries: Entries,
    figures: Numbers,
    groups: npt.NDArray[np.int64],
    names: Names,
    options: TableOptions,
) -> Mask:
    """The rows of a family beside its versions, and at least as large as they are together."""
    column = entries.table.column(entries.os)
    if options.family and entries.os in entries.summed:
        return np.zeros(len(figures), bool)
    label = mapped(column, lambda text: names.canonical(names.label(text)))
    own = mapped(column, names.canonical)
    is_family = label.astype(object).to_numpy() == own.astype(object).to_numpy()
    if is_family.all():
        return np.zeros(len(figures), bool)
    of_family = entries.rankings(label, over_time=True)
    versions = np.bincount(of_family, weights=figures * ~is_family)[of_family]
    itself = np.bincount(of_family, weights=figures * is_family)[of_family]
    doubted: Mask = is_family & (versions > 0) & (itself >= versions)
    return doubted


def _version_of(entries: Entries, families: Mask, names: Names) -> str | None:
    """The first version beside a family that is doubted; None where none is, or it is listed."""
    if not families.any():
        return None
    labels = {names.canonical(entries.name(row)) for row in np.flatnonzero(families)}
    return next(
        (
            name
            for name in entries.table.texts(entries.os)
            if names.canonical(name) not in labels and names.canonical(names.label(name)) in labels
        ),
        None,
    )


def _marked(entries: Entries, names: Names) -> Mask:
    """The rows whose name, but for the marks around it, is that of another row: ;Linux."""
    column = entries.table.column(entries.os)
    there = set(map(names.canonical, texts(column)))

    def is_marked(text: str) -> bool:
        bare = text.strip("!\"#%&'()*+,-./:;<=>?@[]_`{|}~ ")
        return (
            bool(bare)
            and names.canonical(text) != names.canonical(bare)
            and names.canonical(bare) in there
        )

    return where(column, is_marked)


def _most(
    entries: Entries,
    figures: Numbers,
    groups: npt.NDArray[np.int64],
    names: Names,
    flagged: Mask,
) -> Mask:
    """The rows of no known system that are more than all others, most of which are known."""
    column = entries.table.column(entries.os)
    known = where(column, lambda text: names.knows(text) or names.rest(text) is not None)
    totals = np.bincount(groups, weights=figures * ~flagged)[groups]
    several = np.bincount(groups, weights=known & ~flagged)[groups] > 1
    others = np.bincount(groups, weights=~known & ~flagged)[groups] == 1
    most: Mask = ~known & ~flagged & others & several & (2 * figures > totals)
    return most


def _sums(
    entries: Entries,
    figures: Numbers,
    groups: npt.NDArray[np.int64],
    names: Names,
    flagged: Mask,
) -> Mask:
    """The rows of no known system that are what two or more rows next to them add up to."""
    column = entries.table.column(entries.os)
    found = np.zeros(len(figures), bool)
    unknown = where(column, lambda text: not names.knows(text) and names.rest(text) is None)
    totals = np.bincount(groups, weights=figures)[groups]
    unknown &= ~flagged & (figures >= _WORTH_A_DOUBT * totals) & (figures > 0)
    # Of rows of one name next to each other another column says whether one is their total.
    codes = column.cat.codes.to_numpy()
    again = np.append(codes[1:] == codes[:-1], False)
    unknown &= ~(again | np.roll(again, 1))
    if not unknown.any():
        return found
    order = np.argsort(groups, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(figures[order])])
    begins = np.searchsorted(groups[order], np.arange(groups.max() + 1))
    ends = np.append(begins[1:], len(order))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    for row in np.flatnonzero(unknown):
        at, value = place[row], figures[row]
        low, high = begins[groups[row]], ends[groups[row]]
        slack = 1e-9 * max(sums[-1], 1.0)
        below = np.searchsorted(sums, sums[at + 1] + value - slack)
        above = np.searchsorted(sums, sums[at] - value - slack, side="left")
        found[row] = (
            at + 3 <= below <= high and abs(sums[below] - sums[at + 1] - value) <= slack
        ) or (low <= above <= at - 2 and abs(sums[at] - sums[above] - value) <= slack)
    return found


def _refusal(
    entries: Entries, flags: dict[str, Mask], exact: Mask, names: Names, options: TableOptions
) -> MatchError:
    faults, shown = [], np.zeros(len(exact), bool)
    for reason, rows in flags.items():
        if reason == "nameless" and (nameless := rows & ~exact).any():
            lines = lines_of(entries.table.cells.index[nameless])
            under = entries.table.called(entries.os)
            faults.append(f"{entries.table.name}: no name stands under {under} on {lines}")
        elif reason != "nameless" and (new := rows & ~shown).any():
            faults.append(f"{entries.table.name}: {named(entries, new)}: {_REASONS[reason]}")
        shown |= rows
    doubted = np.flatnonzero(_any(flags) & ~exact)
    distinct = list(
        dict.fromkeys("" if is_blank(entries.name(i)) else entries.name(i) for i in doubted)
    )
    settles = [
        Remedy("drop", name, "leaves it out" if name else "leaves rows without a name out")
        for name in distinct[:3]
    ]
    if (held := _version_of(entries, flags["family"], names)) is not None:
        settles.append(Remedy("drop", held, "or such leaves out what a family holds"))
    if "" in distinct:
        fill = Remedy("fill", entries.table.headings[entries.os], "repeats the cell above")
        # Where other columns tell the rows apart, the cell above is likely meant: to leave the row
        # out would make all others larger.
        apart = {*entries.labels, *entries.summed} - {entries.os}
        settles = [fill, *settles] if apart else [*settles, fill]
        settles.append(Remedy("names", None, "with a line ,Unknown makes them Unknown"))
    elif flags["family"].any() and options.family:
        heading = entries.table.headings[entries.os]
        settles.append(Remedy("sum", heading, "adds a family and its versions up"))
    else:
        name = distinct[0]
        settles.append(
            Remedy("names", None, f"with a line {name},{name} says that it stands for itself")
        )
    return MatchError(*faults, settles=settles)
