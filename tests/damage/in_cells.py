"""What happens to the names and headings of a table, and to its rows and columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.damage.sheets import Line, Sheet, with_cell

Damage = Callable[[Sheet, Random], Sheet | None]  # None where a table has no place for it

_SYNONYMS = {
    "Windows": ("Microsoft Windows", "MS Windows", "win"),
    "Windows 7": ("Win7", "Microsoft Windows 7", "Windows7"),
    "Linux": ("GNU/Linux", "GNU Linux"),
    "Mac OS X": ("macOS", "OS X", "Macintosh"),
    "OS X": ("macOS", "Mac OS X", "Mac"),
    "macOS": ("OS X", "Mac OS X", "MacOSX"),
    "FreeBSD": ("Free BSD",),
    "Other": ("Others", "All other"),
}


def each_name(sheet: Sheet, change: Callable[[str], str]) -> Sheet:
    """The table with another spelling of each name."""
    lines = list(sheet.lines)
    spelled = dict(sheet.spelled)

    def changed(name: str) -> str:
        new = change(name)
        spelled[new] = sheet.spelled.get(name, name)
        return new

    if sheet.name is None:
        if not sheet.headed:
            return sheet
        head = lines[sheet.headings]
        lines[sheet.headings] = [
            changed(cell) if i in sheet.values else cell for i, cell in enumerate(head)
        ]
    else:
        for row in sheet.rows:
            name = sheet.cell(row, sheet.name)
            lines[row] = with_cell(lines[row], sheet.name, changed(name))
    return replace(sheet, lines=lines, spelled=spelled)


def blanks(sheet: Sheet, random: Random) -> Sheet | None:
    blank = random.choice([" ", "  ", "\N{NO-BREAK SPACE}", "\N{EM SPACE}"])

    def around(cell: str) -> str:
        return random.choice([f"{blank}{cell}", f"{cell}{blank}", f"{blank}{cell}{blank}", cell])

    lines = [list(map(around, line)) if isinstance(line, list) else line for line in sheet.lines]
    return replace(sheet, lines=lines)


def blanks_in_names(sheet: Sheet, random: Random) -> Sheet | None:
    blank = random.choice(["  ", "\N{NO-BREAK SPACE}"])
    return each_name(sheet, lambda name: name.replace(" ", blank))


def letter_case(sheet: Sheet, random: Random) -> Sheet | None:
    change = random.choice([str.upper, str.lower, str.title, str.swapcase])
    return each_name(sheet, change)


def case_of_headings(sheet: Sheet, random: Random) -> Sheet | None:
    if not sheet.headed or sheet.name is None:
        return None
    change = random.choice([str.upper, str.lower, str.title, lambda h: h.replace(" ", "_")])
    lines = list(sheet.lines)
    lines[sheet.headings] = list(map(change, lines[sheet.headings]))
    return replace(sheet, lines=lines)


def synonyms(sheet: Sheet, random: Random) -> Sheet | None:
    return each_name(sheet, lambda name: random.choice(_SYNONYMS.get(name, (name,))))


def missing_name(sheet: Sheet, random: Random) -> Sheet | None:
    if sheet.name is None:
        return None
    row = random.choice(sheet.rows)
    lines = list(sheet.lines)
    lines[row] = with_cell(lines[row], sheet.name, "")
    return replace(sheet, lines=lines)


def missing_field(sheet: Sheet, random: Random) -> Sheet | None:
    row = random.choice(sheet.rows)
    lines = list(sheet.lines)
    gone = random.randrange(len(lines[row]))
    lines[row] = [cell for i, cell in enumerate(lines[row]) if i != gone]
    return replace(sheet, lines=lines)


def extra_field(sheet: Sheet, random: Random) -> Sheet | None:
    width = len(sheet.lines[0])
    row = random.choice([row for row in sheet.rows if len(sheet.lines[row]) == width])
    lines = list(sheet.lines)
    line = list(lines[row])
    line.insert(random.randint(0, len(line)), random.choice(["", "7", "x", "12.5"]))
    lines[row] = line
    return replace(sheet, lines=lines)


def shifted_row(sheet: Sheet, random: Random) -> Sheet | None:
    """The cells of a row in another order than the headings say."""
    row = random.choice(sheet.rows)
    lines = list(sheet.lines)
    line = list(lines[row])
    if len(line) < 2:
        return None
    by = random.randrange(1, len(line))
    lines[row] = line[by:] + line[:by]
    return replace(sheet, lines=lines)


def repeated_header(sheet: Sheet, random: Random) -> Sheet | None:
    if not sheet.headed:
        return None
    lines = list(sheet.lines)
    lines.insert(random.choice(sheet.rows) + random.randint(0, 1), lines[sheet.headings])
    return replace(sheet, lines=lines)


def repeated_header_changed(sheet: Sheet, random: Random) -> Sheet | None:
    if not sheet.headed:
        return None
    lines = list(sheet.lines)
    head = list(lines[sheet.headings])
    head[random.randrange(len(head))] += random.choice([" 2", " (new)"])
    lines.insert(random.choice(sheet.rows), head)
    return replace(sheet, lines=lines)


def duplicated_row(sheet: Sheet, random: Random) -> Sheet | None:
    lines = list(sheet.lines)
    lines.insert(random.choice(sheet.rows), lines[random.choice(sheet.rows)])
    return replace(sheet, lines=lines)


def reordered_rows(sheet: Sheet, random: Random) -> Sheet | None:
    lines = list(sheet.lines)
    shuffled = random.sample(sheet.rows, len(sheet.rows))
    for row, other in zip(sheet.rows, shuffled, strict=True):
        lines[row] = sheet.lines[other]
    return replace(sheet, lines=lines)


def swapped_columns(sheet: Sheet, random: Random) -> Sheet | None:
    width = len(sheet.lines[0])
    if sheet.name is None:  # the period stays first: what stands left of the systems is no system
        order = [0, *random.sample(range(1, width), width - 1)]
    else:
        order = random.sample(range(width), width)
    return _columns(sheet, order)


def _columns(sheet: Sheet, order: list[int]) -> Sheet:
    lines = [
        [line[i] if i < len(line) else "" for i in order] if isinstance(line, list) else line
        for line in sheet.lines
    ]
    name = None if sheet.name is None else order.index(sheet.name)
    return replace(
        sheet, lines=lines, name=name, values=tuple(order.index(i) for i in sheet.values)
    )


def extra_column(sheet: Sheet, random: Random) -> Sheet | None:
    """A rank, a year, a version or a remark, before or after the others."""
    columns: list[tuple[str, Callable[[int], str]]] = [
        ("", str),
        ("#", str),
        ("Rank", str),
        ("Year", lambda row: "2010"),
        ("Version", lambda row: f"{row}.0"),
        ("Note", lambda row: "estimated" if row == 2 else ""),
        ("Change", lambda row: f"-0.{row}"),
        ("Index", lambda row: f"{row / 4:.2f}"),
        ("n", lambda row: str(100 * row)),
    ]
    heading, cell = random.choice(columns)
    first = sheet.name is not None and random.random() < 0.5
    lines: list[Line] = []
    for row, line in enumerate(sheet.lines, start=0 if sheet.headed else 1):
        new = cell(row) if row else heading
        lines.append(([new, *line] if first else [*line, new]) if isinstance(line, list) else line)
    if not first:
        return replace(sheet, lines=lines)
    name = None if sheet.name is None else sheet.name + 1
    return replace(sheet, lines=lines, name=name, values=tuple(i + 1 for i in sheet.values))


def no_headings(sheet: Sheet, random: Random) -> Sheet | None:
    if not sheet.headed:
        return None
    lines = [line for i, line in enumerate(sheet.lines) if i != sheet.headings]
    return replace(sheet, lines=lines, headed=False)


def other_headings(sheet: Sheet, random: Random) -> Sheet | None:
    """Headings in another language, or none that say anything."""
    if sheet.name is None or not sheet.headed:
        return None
    lines = list(sheet.lines)
    head = list(lines[sheet.headings])
    head[sheet.name] = random.choice(["Betriebssystem", "Système", "a"])
    head[sheet.values[0]] = random.choice(["Anteil", "Part", "b"])
    lines[sheet.headings] = head
    return replace(sheet, lines=lines)
