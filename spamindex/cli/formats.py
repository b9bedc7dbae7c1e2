"""A table in, text out: each format of --format, with its headings, decimals and escapes."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from spamindex.cli.console import printable

if TYPE_CHECKING:
    import pandas as pd

Values: TypeAlias = "list[Any] | pd.Series[Any]"
Table: TypeAlias = "Mapping[str, Any] | pd.DataFrame"
Columns: TypeAlias = "list[tuple[str, Values]]"
Renderer: TypeAlias = Callable[[Columns, "int | None", bool], str]

HEADINGS = {  # of the columns of a ranking, in their order
    "os": "OS", "spam_share": "Spam %", "market_share": "Market %", "spam_index": "Spam index",
    "low": "Low", "high": "High", "interval": "Interval", "relative": "Relative",
    "relative_low": "Rel. low", "relative_high": "Rel. high", "break_even": "Break-even %",
}  # fmt: skip
COLUMNS = tuple(HEADINGS)
HEADINGS |= {  # and of those of a SPAM table, and of a table of shares
    "messages": "Messages", "machines": "Machines", "design_effect": "Design effect",
    "clusters": "Clusters", "share_percent": "Share %", "count": "Count",
}  # fmt: skip
_DECIMALS = 2
_LINES_AT_ONCE = 1000

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
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_ESCAPES: dict[str, dict[str, str]] = {
    **dict.fromkeys(("github", "pipe"), _MARKDOWN),
    **dict.fromkeys(("jira", "youtrack"), _JIRA),
    **dict.fromkeys(("mediawiki", "moinmoin"), _WIKI),
    "asciidoc": {"|": r"\|", "[": "&#91;", "{": "&#123;", "+": "&#43;"},
    "orgtbl": {"|": r"\vert{}"},
    "rst": {character: f"\\{character}" for character in r"\`*|_"},
    "textile": {**_WIKI, '"': "&quot;", "!": "&#33;"},
    "unsafehtml": _HTML,
}
# In these tabulate escapes the cells; what stands above the table is ours to escape.
_TITLE_ESCAPES = {
    "html": _HTML,
    **dict.fromkeys(("latex", "latex_booktabs", "latex_longtable", "latex_raw"), _LATEX),
}


# What else formats are called, in --format and as the ending of a file.
ALSO = {"htm": "html", "markdown": "github", "md": "github", "ndjson": "jsonl", "tex": "latex"}
_ENDINGS = {**{name: name for name in ("csv", "tsv", "json", "jsonl", "html")}, **ALSO}
# Endings that promise what no command writes, and what to do instead.
_OTHERS = {
    "gz bz2 xz zst zip": "compressed files are not written; write an uncompressed one first",
    "xlsx xls ods": "workbooks are not written; write .csv, which spreadsheets open",
    "parquet feather sqlite db": "that is no format here; write .csv or .jsonl",
    "svg png pdf": "pictures are drawn by spamindex chart, from what -f csv writes",
}


def format_of(path: str | None, formats: Collection[str]) -> str | None:
    """The format that the name of a file ends in: None where it says nothing, "" for none of these.

    Raises UsageError for an ending that promises another kind of file.
    """
    ending = os.path.splitext(path or "")[1].removeprefix(".").lower()
    for endings, advice in _OTHERS.items():
        if ending in endings.split():
            raise click.UsageError(f"-o {path}: {advice}")
    if not ending.isalpha() or ending == "txt":
        return None
    return style if (style := _ENDINGS.get(ending, "")) in formats else ""


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
    return f"{printable(title).translate(escapes)}\n\n{text}"


def heading_of(name: str | None) -> str:
    """What the column with the names is called for people: ``OS``, or what else it holds."""
    from spamindex.meaning import names_os

    if not name or name.isdecimal() or names_os(name):
        return "OS"
    return name[:1].upper() + name[1:]


def _for_people(style: str, table: Columns, precision: int | None, header: bool) -> str:
    from tabulate import tabulate  # not before it is needed: it takes longer to load than click

    escapes = str.maketrans(_ESCAPES.get(style, {}))
    figure = _digits(_DECIMALS if precision is None else precision)

    def text(name: str) -> str:
        return printable(name).translate(escapes)

    written = tabulate(
        list(zip(*(_cells(column, figure, text) for _, column in table), strict=True)),
        headers=[text(name) for name, _ in table] if header else (),
        tablefmt=style,
        disable_numparse=True,  # or a name such as 1e5 is printed as 100000
        colalign=["right" if _holds_figures(column) else "left" for _, column in table],
    )
    return f"{written}\n"


def _delimited(delimiter: str, table: Columns, precision: int | None, header: bool) -> str:
    special = re.compile(f'[{delimiter}"\r\n]')  # csv.writer takes more than twice as long

    def text(cell: str | None) -> str:
        if cell and special.search(cell):
            return '"' + cell.replace('"', '""') + '"'
        return cell or ""

    columns = [_cells(column, _digits(precision), text) for _, column in table]
    rows: Iterator[str] = map(delimiter.join, zip(*columns, strict=True))
    if len(columns) == 1:  # where an empty line would be no row
        rows = (row or '""' for row in rows)
    headings = [delimiter.join(text(name) for name, _ in table)] if header else []
    # A million lines take twice the memory of their text, so they are put together piece by piece.
    pieces = iter(lambda: "\n".join(itertools.islice(rows, _LINES_AT_ONCE)), "")
    return "\n".join([*headings, *pieces, ""])


def _objects(
    between: tuple[str, str, str], table: Columns, precision: int | None, header: bool
) -> str:
    import json

    def figure(number: float) -> float | None:
        if number != number:
            return None
        return number if precision is None else round(number, precision)

    def text(cell: Any) -> Any:
        return getattr(cell, "literal", cell)  # a number or the like in records of JSON

    names = [name for name, _ in table]
    rows = zip(*(_cells(column, figure, text) for _, column in table), strict=True)
    objects = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows)
    start, comma, end = between
    return f"{start}{comma.join(objects)}{end}"


def _holds_figures(column: Values) -> bool:
    return len(column) > 0 and isinstance(next(iter(column)), int | float)


def _cells(column: Values, figure: Callable[[Any], Any], text: Callable[[Any], Any]) -> list[Any]:
    """The cells of a column, its figures and texts as they are to be written."""
    write = figure if _holds_figures(column) else text
    if isinstance(column, list) or column.dtype == object:  # which may hold both 92 and 92.0
        return list(map(write, column))
    import numpy as np

    codes, distinct = column.factorize(use_na_sentinel=False)  # shares and names repeat
    written: list[Any] = np.array([*map(write, distinct.tolist())], dtype=object)[codes].tolist()
    return written


def _digits(decimals: int | None) -> Callable[[Any], str]:
    """How figures are written: with so many decimals, or as many as read back to the same.

    Counts are whole and have no decimals; what is missing is nothing.
    """

    def written(figure: float) -> str:
        if figure != figure:
            return ""
        is_whole = decimals is None or isinstance(figure, int)
        return repr(figure) if is_whole else f"{figure:.{decimals}f}"

    return written


FORMATS: Mapping[str, Renderer] = {
    "csv": partial(_delimited, ","),
    "tsv": partial(_delimited, "\t"),
    "json": partial(_objects, ("[\n", ",\n", "\n]\n")),
    "jsonl": partial(_objects, ("", "\n", "\n")),
    **{style: partial(_for_people, style) for style in FOR_PEOPLE},
}
