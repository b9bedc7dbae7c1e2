"""A ranking as text: for people by way of tabulate, for programs as CSV, TSV or JSON."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

_Cells: TypeAlias = Callable[[slice], list[str]]
Renderer: TypeAlias = Callable[["pd.DataFrame", "int | None", bool], str]

_HEADINGS = {
    "os": "OS",
    "spam_share": "Spam %",
    "market_share": "Market %",
    "spam_index": "Spam index",
    "low": "Low",
    "high": "High",
    "relative": "Relative",
    "relative_low": "Rel. low",
    "relative_high": "Rel. high",
    "break_even": "Break-even %",
}
COLUMNS = tuple(_HEADINGS)  # of a ranking, in their order
_HEADINGS["messages"] = "Messages"  # of a SPAM table
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
_MARKDOWN = {"|": r"\|", "<": "&lt;"}
_WIKI = {"|": "&#124;", "<": "&lt;"}
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
_LATEX = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_ESCAPES: dict[str, dict[str, str]] = {
    "asciidoc": {"|": r"\|"},
    "github": _MARKDOWN,
    "jira": {"|": r"\|"},
    "mediawiki": _WIKI,
    "moinmoin": {"|": "&#124;"},
    "orgtbl": {"|": r"\vert{}"},
    "pipe": _MARKDOWN,
    "textile": _WIKI,
    "unsafehtml": _HTML,
    "youtrack": {"|": r"\|"},
}
# In these tabulate escapes the cells; what stands above the table is ours to escape.
_TITLE_ESCAPES = {
    "html": _HTML,
    **dict.fromkeys(("latex", "latex_booktabs", "latex_longtable", "latex_raw"), _LATEX),
}


def render(
    ranking: pd.DataFrame,
    style: str = "simple",
    *,
    precision: int | None = None,
    header: bool = True,
    title: str | None = None,
) -> str:
    """A ranking as text that ends in a line feed, in one of the styles of ``FORMATS``.

    ``precision`` is the number of decimals: left out, it is 2 for people and as many as read back
    to the same number for programs. A figure that is missing is an empty cell, null in JSON. A
    ``title`` stands above a table for people; the formats for programs have no place for it.

    >>> import pandas as pd
    >>> ranking = pd.DataFrame({"os": ["Linux"], "spam_share": [5.14], "market_share": [1.03],
    ...                         "spam_index": [4.990291262135922]})
    >>> print(render(ranking), end="")
    OS       Spam %    Market %    Spam index
    -----  --------  ----------  ------------
    Linux      5.14        1.03          4.99
    >>> print(render(ranking, "csv", header=False), end="")
    Linux,5.14,1.03,4.990291262135922
    """
    text = FORMATS[style](ranking, precision, header)
    if title is None or style not in FOR_PEOPLE:
        return text
    escapes = str.maketrans(_TITLE_ESCAPES.get(style) or _ESCAPES.get(style, {}))
    return f"{visible(title).translate(escapes)}\n\n{text}"


def visible(text: str, *, but: str = "") -> str:
    """Text with all that could steer a terminal, or hide in it, as visible escapes.

    The characters in ``but`` are left as they are.

    >>> visible("a\\x1b[2J\\u202eb 中文")
    'a\\\\x1b[2J\\\\u202eb 中文'
    """
    if text.isprintable():  # nearly every name, and much the quicker test
        return text
    return "".join(
        c if c.isprintable() or c in but or unicodedata.category(c) == "Zs" else _escape(c)
        for c in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _for_people(style: str, ranking: pd.DataFrame, precision: int | None, header: bool) -> str:
    from tabulate import tabulate  # not before it is needed: it takes longer to load than click

    escapes = str.maketrans(_ESCAPES.get(style, {}))
    decimals = _DECIMALS if precision is None else precision
    headings = [visible(_HEADINGS.get(name, name)).translate(escapes) for name in map(str, ranking)]
    columns = [
        _for_reading(ranking[column], decimals)
        if _holds_figures(ranking[column])
        else [visible(name).translate(escapes) for name in ranking[column]]
        for column in ranking
    ]
    table = tabulate(
        list(zip(*columns, strict=True)),
        headers=headings if header else (),
        tablefmt=style,
        disable_numparse=True,  # or a name such as 1e5 is printed as 100000
        colalign=["right" if _holds_figures(ranking[c]) else "left" for c in ranking],
    )
    return f"{table}\n"


def _delimited(delimiter: str, ranking: pd.DataFrame, precision: int | None, header: bool) -> str:
    columns = [
        _cells_of_figures(ranking[name], precision)
        if _holds_figures(ranking[name])
        else _cells_of_names(ranking[name], delimiter)
        for name in ranking
    ]
    parts = [delimiter.join(_quoted(map(str, ranking), delimiter)) + "\n"] if header else []
    for start in range(0, len(ranking), _ROWS_AT_ONCE):  # so that not all cells are texts at once
        rows = slice(start, start + _ROWS_AT_ONCE)
        cells = zip(*(column(rows) for column in columns), strict=True)
        parts.append("\n".join(map(delimiter.join, cells)) + "\n")
    return "".join(parts)


def _cells_of_figures(figures: pd.Series[Any], precision: int | None) -> _Cells:
    codes, distinct = figures.factorize(use_na_sentinel=False)
    is_count = figures.dtype.kind != "f"
    precision = None if is_count else precision
    if 2 * len(distinct) > len(figures):
        return lambda rows: _digits(figures.iloc[rows].tolist(), precision)
    # Shares repeat, indexes hardly do.
    texts = _digits([int(figure) if is_count else float(figure) for figure in distinct], precision)
    return lambda rows: [texts[code] for code in codes[rows].tolist()]


def _cells_of_names(names: pd.Series[Any], delimiter: str) -> _Cells:
    codes, distinct = names.factorize(use_na_sentinel=False)
    texts = _quoted(distinct, delimiter)
    return lambda rows: [texts[code] for code in codes[rows].tolist()]


def _quoted(texts: Iterable[str], delimiter: str) -> list[str]:
    """Texts as cells, in quotation marks where they need them."""
    import csv

    written: list[str] = []
    # The writer quotes a carriage return only if its own line end has one.
    writer = csv.writer(
        SimpleNamespace(write=written.append), delimiter=delimiter, lineterminator="\r\n"
    )
    writer.writerows([text if isinstance(text, str) else ""] for text in texts)
    return [cell[:-2] if cell != '""\r\n' else "" for cell in written]  # one among others


def _objects(
    between: tuple[str, str, str], ranking: pd.DataFrame, precision: int | None, header: bool
) -> str:
    import json

    start, comma, end = between
    columns = [
        [_number(figure, precision) for figure in ranking[column]]
        if _holds_figures(ranking[column])
        else ranking[column]
        for column in ranking
    ]
    objects = (
        json.dumps(dict(zip(ranking.columns, row, strict=True)), ensure_ascii=False)
        for row in zip(*columns, strict=True)
    )
    return f"{start}{comma.join(objects)}{end}"


def _holds_figures(column: pd.Series[Any]) -> bool:
    return column.dtype.kind in "fiu"


def _digits(figures: list[float], decimals: int | None) -> list[str]:
    """Figures as texts: with so many decimals, or with the fewest that read back to the same."""
    write = repr if decimals is None else f"{{:.{decimals}f}}".format
    return ["" if text == "nan" else text for text in map(write, figures)]


def _for_reading(column: pd.Series[Any], decimals: int) -> list[str]:
    return _digits(column.tolist(), decimals if column.dtype.kind == "f" else 0)


def _number(figure: float, decimals: int | None) -> float | None:
    if math.isnan(figure):
        return None
    return figure if decimals is None else round(figure, decimals)


FORMATS: Mapping[str, Renderer] = {
    **{style: partial(_for_people, style) for style in FOR_PEOPLE},
    "csv": partial(_delimited, ","),
    "tsv": partial(_delimited, "\t"),
    "json": partial(_objects, ("[\n", ",\n", "\n]\n")),
    "jsonl": partial(_objects, ("", "\n", "\n")),
}
