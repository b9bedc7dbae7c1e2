"""What stands around the rows of a table, and how it is written into a file."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from tests.damage.sheets import Line, Sheet


def delimiter(sheet: Sheet, random: Random) -> Sheet | None:
    return replace(sheet, delimiter=random.choice(";\t|"))


def quoted(sheet: Sheet, random: Random) -> Sheet | None:
    return replace(sheet, quoted=random.choice(["text", "all"]))


def line_ends(sheet: Sheet, random: Random) -> Sheet | None:
    return replace(sheet, ends=random.choice([("\r",), ("\r\n",), ("\n", "\r\n"), ("\r\n", "\r")]))


def no_last_line_end(sheet: Sheet, random: Random) -> Sheet | None:
    return replace(sheet, ended=False)


def byte_order_mark(sheet: Sheet, random: Random) -> Sheet | None:
    return replace(sheet, mark=random.choice(["\ufeff", "\ufeff\ufeff"]))


def mark_within(sheet: Sheet, random: Random) -> Sheet | None:
    """A byte-order mark in the middle, as two files put together have it."""
    return replace(sheet, marks=(random.choice(sheet.rows),))


def encoding(sheet: Sheet, random: Random) -> Sheet | None:
    name, mark = random.choice(
        [("utf-16-le", "\ufeff"), ("utf-16-be", "\ufeff"), ("cp1252", ""), ("latin-1", ""),
         ("utf-32", ""), ("utf-16-le", ""), ("utf-16-be", "")]
    )  # fmt: skip
    return replace(sheet, encoding=name, mark=mark)


def preamble(sheet: Sheet, random: Random) -> Sheet | None:
    above = random.choice(
        [
            ["Share of systems"],
            ["Share of systems", ""],
            ["Report: shares, by system", "Made up, 2010", ""],
            ["sep=" + sheet.delimiter],
            ["Total 1000", ""],
            ["Exported on 2010-04-01 12:00:00"],
            ["From,To", "2010-01-01,2010-03-31", ""],
        ]
    )
    return replace(sheet, lines=[*above, *sheet.lines])


def footer(sheet: Sheet, random: Random) -> Sheet | None:
    below = random.choice(
        [
            ["", "Source: made up"],
            ["Source: made up"],
            ["", "Generated 2010-04-01"],
            ["", "(c) 2010, somebody, somewhere"],
            ["* provisional figures"],
            ["", "5 rows"],
        ]
    )
    return replace(sheet, lines=[*sheet.lines, *below])


def second_table(sheet: Sheet, random: Random) -> Sheet | None:
    width = len(sheet.lines[sheet.headings])
    gap = random.choice([[""], ["", ""]])
    heads: Line = ["Browser", *(f"Share {i}" for i in range(1, width))]
    headed = [heads] if random.random() < 0.5 else []
    rows: list[Line] = [
        ["Firefox", *["40"] * (width - 1)],
        ["Opera", *["60"] * (width - 1)],
    ]
    return replace(sheet, lines=[*sheet.lines, *gap, *headed, *rows])


def total(sheet: Sheet, random: Random) -> Sheet | None:
    """A row with what the others add up to, under a usual name, an unusual one or none."""
    if sheet.name is None:
        return None
    name = random.choice(
        ["Total", "TOTAL:", "Grand total", "Sum", "Gesamt", "Summe", "Totale", "Suma", "Somme",
         "Totaal", "Итого", "合計", "All systems", ""]
    )  # fmt: skip
    row: list[str] = [""] * len(sheet.lines[0])
    row[sheet.name] = name
    figures = [sheet.cell(row, sheet.values[0]) for row in sheet.rows]
    try:
        row[sheet.values[0]] = str(sum(map(Decimal, figures)))
    except ArithmeticError:
        return None
    lines = list(sheet.lines)
    lines.insert(random.choice([len(lines), sheet.rows[0]]), row)
    return replace(sheet, lines=lines)


def comments(sheet: Sheet, random: Random) -> Sheet | None:
    lines = list(sheet.lines)
    for _ in range(random.randint(1, 3)):
        lines.insert(random.randint(0, len(lines)), random.choice(["# checked", "#", "# a, b"]))
    return replace(sheet, lines=lines)


def blank_lines(sheet: Sheet, random: Random) -> Sheet | None:
    lines = list(sheet.lines)
    for _ in range(random.randint(1, 3)):
        lines.insert(random.randint(0, len(lines)), random.choice(["", "  ", sheet.delimiter]))
    return replace(sheet, lines=lines)


def trailing_delimiters(sheet: Sheet, random: Random) -> Sheet | None:
    extra = [""] * random.randint(1, 2)
    which = random.choice(["all", "rows", "headings", "one"])
    chosen = random.choice(sheet.rows)
    lines = [
        [*line, *extra]
        if isinstance(line, list)
        and (which == "all" or (which == "rows" and i in sheet.rows)
             or (which == "headings" and i not in sheet.rows) or (which == "one" and i == chosen))
        else line
        for i, line in enumerate(sheet.lines)
    ]  # fmt: skip
    return replace(sheet, lines=lines)


def unquoted(sheet: Sheet, random: Random) -> Sheet | None:
    """Cells with a delimiter in them that nobody quoted."""
    lines = [
        sheet.delimiter.join(line) if isinstance(line, list) and i in sheet.rows else line
        for i, line in enumerate(sheet.lines)
    ]
    return replace(sheet, lines=lines)
