"""A table in, text out: each format of --format, with its headings, decimals and escapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from spamindex.cli.console import shown

if TYPE_CHECKING:
    import pandas as pd

Column: TypeAlias = "list[Any] | pd.Series[Any]"
Table: TypeAlias = "Mapping[str, Any] | pd.DataFrame"
Columns: TypeAlias = "list[tuple[str, Column]]"
Renderer: TypeAlias = Callable[[Columns, "int | None", bool], str]

HEADINGS = {
    "os": "OS",
    "spam_share": "Spam %",
    "market_share": "Market %",
    "spam_index": "Spam index",
    "low": "Low",
    "high": "High",
    "interval": "Interval",
    "relative": "Relative",
    "relative_low": "Rel. low",
    "relative_high": "Rel. high",
    "break_even": "Break-even %",
}
COLUMNS = tuple(HEADINGS)  # of a ranking, in their order
HEADINGS |= {
    "messages": "Messages",  # of a SPAM table
    "machines": "Machines",
    "design_effect": "Design effect",
    "clusters": "Clusters",
    "share_percent": "Share %",  # of a table of shares
    "count": "Count",
}
_DECIMALS = 2
_ROWS_AT_ONCE = 50_000

# tabulate's own, by name: the choices of --format are needed where tabulate is not loaded.
FOR_PEOPLE = (
    "asciidoc", "colon_grid", "double_grid", "double_outline", "fancy_grid", "fancy_outline",
    "github", "grid", "heavy_grid", "heavy_outline", "html", "jira", "latex", "latex_booktabs",
    "latex_longtable", "latex_raw", "mediawiki", "mixed_grid", "mixed_outline", "moinmoin",
    "orgtbl", "outline", "pipe", "plain", "presto", "pretty", "psql", "rounded_grid",
    "rounded_outline", "rst", "simple", "simple_grid", "simple_outline", "textile", "unsafehtml",
    "youtrack",
)  # fmt: skip

# What a name may not hold as it is where tabulate leaves escaping to its caller.
_MARKDOWN = {**{mark: f"\\{mark}" for mark in r"\`[|*_"}, "<": "&lt;", "&": "&amp;"}
_WIKI = {"|": "&#124;", "<": "&lt;", "[": "&#91;", "{": "&#123;"}
_JIRA = {character: f"\\{character}" for character in "|{[!"}
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
_LATEX = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_ESCAPES: dict[str, dict[str, str]] = {
    "asciidoc": {"|": r"\|", "[": "&#91;", "{": "&#123;", "+": "&#43;"},
    "github": _MARKDOWN,
    "jira": _JIRA,
    "mediawiki": _WIKI,
    "moinmoin": _WIKI,
    "orgtbl": {"|": r"\vert{}"},
    "pipe": _MARKDOWN,
    "rst": {character: f"\\{character}" for character in r"\`*|_"},
    "textile": {**_WIKI, '"': "&quot;", "!": "&#33;"},
    "unsafehtml": _HTML,
    "youtrack": _JIRA,
}
# In these tabulate escapes the cells; what stands above the table is ours to escape.
_TITLE_ESCAPES = {
    "html": _HTML,
    **dict.fromkeys(("latex", "latex_booktabs", "latex_longtable", "latex_raw"), _LATEX),
}


def render(
    table: Table,
    style: str = "simple",
    *,
    precision: int | None = None,
    header: bool = True,
    title: str | None = None,
    headings: Mapping[str, str] | None = None,
) -> str:
    """A table as text that ends in a line feed, in one of the styles of ``FORMATS``.

    ``table`` is a DataFrame, or lists by their names: a column holds either texts or numbers.
    ``precision`` is the number of decimals: left out, it is 2 for people and as many as read back
    to the same number for programs. A figure that is missing is an empty cell, null in JSON. A
    ``title`` stands above a table for people, and ``headings`` are what its columns are called
    there, where that is not as usual; formats for programs have fixed names and no title.
    """
    columns: Columns = [(str(name), column) for name, column in table.items()]
    if style in FOR_PEOPLE:
        called = {**HEADINGS, **(headings or {})}
        columns = [(called.get(name, name), column) for name, column in columns]
    text = FORMATS[style](columns, precision, header)
    if title is None or style not in FOR_PEOPLE:
        return text
    escapes = str.maketrans(_TITLE_ESCAPES.get(style) or _ESCAPES.get(style, {}))
    return f"{shown(title).translate(escapes)}\n\n{text}"


def heading_of(name: str | None) -> str:
    """What the column with the names is called for people: ``OS``, or what else it holds."""
    from spamindex.meaning import names_os

    if not name or name.isdecimal() or names_os(name):
        return "OS"
    return name[:1].upper() + name[1:]


def _for_people(style: str, table: Columns, precision: int | None, header: bool) -> str:
    from tabulate import tabulate  # not before it is needed: it takes longer to load than click

    escapes = str.maketrans(_ESCAPES.get(style, {}))
    decimals = _DECIMALS if precision is None else precision
    headings = [shown(name).translate(escapes) for name, _ in table]
    columns = [
        _digits(_plain(column), decimals)
        if _holds_figures(column)
        else [shown(text).translate(escapes) for text in column]
        for _, column in table
    ]
    written = tabulate(
        list(zip(*columns, strict=True)),
        headers=headings if header else (),
        tablefmt=style,
        disable_numparse=True,  # or a name such as 1e5 is printed as 100000
        colalign=["right" if _holds_figures(column) else "left" for _, column in table],
    )
    return f"{written}\n"


def _delimited(delimiter: str, table: Columns, precision: int | None, header: bool) -> str:
    parts = []
    if header:
        parts.append(delimiter.join(_quoted([name for name, _ in table], delimiter)) + "\n")
    for start in range(0, len(table[0][1]), _ROWS_AT_ONCE):  # not all texts at once
        rows = slice(start, start + _ROWS_AT_ONCE)
        columns = [_cells(column[rows], delimiter, precision) for _, column in table]
        parts.append("\n".join(map(delimiter.join, zip(*columns, strict=True))) + "\n")
    return "".join(parts)


def _cells(column: Column, delimiter: str, precision: int | None) -> list[str]:
    if not isinstance(column, list):
        codes, distinct = column.factorize(use_na_sentinel=False)
        if 2 * len(distinct) <= len(column):  # shares and names repeat, indexes hardly do
            texts = _cells(distinct.tolist(), delimiter, precision)
            return [texts[code] for code in codes.tolist()]
    plain = _plain(column)
    return _digits(plain, precision) if _holds_figures(plain) else _quoted(plain, delimiter)


def _quoted(texts: Iterable[str | None], delimiter: str) -> list[str]:
    """Texts as cells, in quotation marks where they need them; None is an empty cell."""
    import csv
    from types import SimpleNamespace

    written: list[str] = []
    # The writer quotes a carriage return only if its own line end has one.
    writer = csv.writer(
        SimpleNamespace(write=written.append), delimiter=delimiter, lineterminator="\r\n"
    )
    writer.writerows([text if isinstance(text, str) else ""] for text in texts)
    return [cell[:-2] if cell != '""\r\n' else "" for cell in written]  # one among others


def _objects(
    between: tuple[str, str, str], table: Columns, precision: int | None, header: bool
) -> str:
    import json

    start, comma, end = between
    columns = [
        [_number(figure, precision) for figure in _plain(column)]
        if _holds_figures(column)
        else [getattr(cell, "literal", cell) for cell in column]
        for _, column in table
    ]
    names = [name for name, _ in table]
    objects = (
        json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
        for row in zip(*columns, strict=True)
    )
    return f"{start}{comma.join(objects)}{end}"


def _plain(column: Column) -> list[Any]:
    """A column as a list, with numbers of Python's own."""
    return column if isinstance(column, list) else column.tolist()


def _holds_figures(column: Column) -> bool:
    from numbers import Real

    return len(column) > 0 and isinstance(next(iter(column)), Real)


def _digits(figures: Iterable[float], decimals: int | None) -> list[str]:
    """Figures as texts: with so many decimals, or with the fewest that read back to the same.

    Counts are whole and have no decimals.
    """
    texts: Iterable[str] = map(repr, figures)
    if decimals is not None:
        texts = (repr(f) if isinstance(f, int) else f"{f:.{decimals}f}" for f in figures)
    return ["" if text == "nan" else text for text in texts]


def _number(figure: float, decimals: int | None) -> float | None:
    if math.isnan(figure):
        return None
    return figure if decimals is None else round(figure, decimals)


FORMATS: Mapping[str, Renderer] = {
    "csv": partial(_delimited, ","),
    "tsv": partial(_delimited, "\t"),
    "json": partial(_objects, ("[\n", ",\n", "\n]\n")),
    "jsonl": partial(_objects, ("", "\n", "\n")),
    **{style: partial(_for_people, style) for style in FOR_PEOPLE},
}
