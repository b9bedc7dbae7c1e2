"""A table before it is written to a file: its columns, its rows, and the figures that they say."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal
from xml.sax.saxutils import escape

Unit = Literal["percent", "fraction", "count"]
Form = Literal["text", "json", "json lines", "markdown", "xlsx"]


@dataclass
class Row:
    """A row: the text of each column by its key, and the figures that are systems' own."""

    cells: dict[str, str]
    amounts: dict[str, Fraction] = field(default_factory=dict)


@dataclass
class Sheet:
    """A table whose right shares are known.

    ``columns`` has the heading of each column by its key, which stays when a heading is changed:
    ``os`` holds the names and ``value`` the figures of a long table; those of a wide one stand
    under ``sys:NAME``, or ``at:PERIOD`` where there is a column for each period. ``options`` are
    those of the reading, in which ``{key}`` stands for a heading. ``chosen`` says which rows those
    options choose.
    """

    name: str
    columns: dict[str, str]
    rows: list[Row]
    unit: Unit
    options: dict[str, Any] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    by: str | None = None
    column: str | None = None
    delimiter: str = ","
    quoted: bool = False
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    form: Form = "text"
    encoding: str = "utf-8"
    line_end: str = "\n"
    cut: int = 0
    kinds: list[str] = field(default_factory=list)
    right: dict[tuple[str, ...], float] = field(default_factory=dict)
    right_too: dict[tuple[str, ...], float] = field(default_factory=dict)
    decimal: str = "."
    raw: bool = False
    bare: bool = False
    gaps: str = ""
    lost: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self.right = self.right or self.known()

    def copy(self) -> Sheet:
        """The same table, to be changed."""
        return copy.deepcopy(self)

    @property
    def figures(self) -> list[str]:
        """The keys of the columns of figures that are systems' own."""
        return [key for key in self.columns if key == "value" or key.startswith(("sys:", "at:"))]

    @property
    def of(self) -> str:
        """Of which of the two tables it is."""
        return str(self.options.get("of", "market"))

    @property
    def long(self) -> bool:
        """Whether the names stand in a column, and the figures in one other."""
        return "value" in self.columns

    @property
    def spread(self) -> list[str]:
        """The columns by which rows are told apart, beside that of the names."""
        return [key for key in ("period", "country", "kind", "browser") if key in self.columns]

    def groups(self) -> dict[tuple[str, ...], list[Row]]:
        """The rows of each period, country and whatever else tells them apart."""
        found = defaultdict(list)
        for row in self.rows:
            found[tuple(row.cells.get(key, "") for key in self.spread)].append(row)
        return found

    def entries(
        self, amounts: Callable[[Row], dict[str, Fraction]]
    ) -> Iterator[tuple[tuple[str, ...], Fraction]]:
        """The figure of each system that the options choose, by ranking and name."""
        for row in self.rows:
            if any(
                row.cells[key] != value for key, value in self.chosen.items() if key in row.cells
            ):
                continue
            by = (row.cells[self.by],) if self.by else ()
            for key, amount in amounts(row).items():
                kind, _, name = key.partition(":")
                if kind == "at" and name != self.chosen.get("at"):
                    continue
                yield (*by, name if kind == "sys" else row.cells["os"]), amount

    def known(
        self, amounts: Callable[[Row], dict[str, Fraction]] | None = None
    ) -> dict[tuple[str, ...], float]:
        """The right shares in percent, by ranking and name; of other ``amounts``, if given."""
        sums: dict[tuple[str, ...], Fraction] = defaultdict(Fraction)
        totals: dict[tuple[str, ...], Fraction] = defaultdict(Fraction)
        for name, amount in self.entries(amounts or (lambda row: row.amounts)):
            sums[name] += amount
            totals[name[:-1]] += amount
        if self.unit == "count" or amounts:
            return {name: float(100 * n / totals[name[:-1]]) for name, n in sums.items()}
        return {
            name: float(n * (100 if self.unit == "fraction" else 1)) for name, n in sums.items()
        }

    def each(self, change: Callable[[str], str]) -> None:
        """Change the text of each figure."""
        for row in self.rows:
            for key in self.figures:
                if row.cells.get(key):
                    row.cells[key] = change(row.cells[key])

    def insert(self, key: str, heading: str, cells: list[str], *, after: str | None = None) -> None:
        """Put a column after another one, or at the end."""
        columns = list(self.columns.items())
        at = 1 + list(self.columns).index(after) if after else len(columns)
        self.columns = dict([*columns[:at], (key, heading), *columns[at:]])
        for row, cell in zip(self.rows, cells, strict=True):
            row.cells[key] = cell

    def asked(self) -> dict[str, Any]:
        """The options of the reading, with the headings that the table has now."""

        def spelled(value: Any) -> Any:
            if isinstance(value, str):
                for key, heading in self.columns.items():
                    value = value.replace("{" + key + "}", heading)
                return value
            return [spelled(part) for part in value]

        return {name: spelled(value) for name, value in self.options.items()}

    def lines(self) -> list[list[str]]:
        """The headings and the rows."""
        return [
            list(self.columns.values()),
            *([row.cells.get(key, "") for key in self.columns] for row in self.rows),
        ]

    def content(self) -> bytes:
        """The file."""
        if self.form == "xlsx":
            return _workbook(
                [*([line] for line in self.above), *self.lines(), *([line] for line in self.below)]
            )
        data = self._text().replace("\n", self.line_end).encode(self.encoding)
        return data[: -self.cut] if self.cut else data

    def _text(self) -> str:
        headings, *rows = self.lines()
        if self.form in ("json", "json lines"):
            objects = [
                "{"
                + ", ".join(
                    f"{json.dumps(h)}: {_value(c)}" for h, c in zip(headings, row, strict=True)
                )
                + "}"
                for row in rows
            ]
            if self.form == "json lines":
                return "".join(f"{line}\n" for line in objects)
            return "[" + ",\n ".join(objects) + "]\n"
        if self.form == "markdown":
            table = [headings, ["---"] * len(headings), *rows]
            lines = [
                "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table
            ]
            return "".join(f"{line}\n" for line in [*self.above, "", *lines, "", *self.below])
        if self.lost:
            row, cell = self.lost
            if row < len(rows) and cell < len(rows[row]):
                del rows[row][cell]
        lines = [self._line(row) for row in ([] if self.bare else [headings]) + rows]
        if self.gaps == "each":
            lines = [f"{line}\n" for line in lines]
        elif self.gaps == "one":
            lines.insert(len(lines) // 2 + 1, "\n")
        return "".join(
            [*(f"{line}\n" for line in self.above), *lines, *(f"{line}\n" for line in self.below)]
        )

    def last_line(self) -> str:
        """The last line of the file, with its line end."""
        return self._line(self.lines()[-1])

    def _line(self, row: list[str]) -> str:
        """A row as a line; ``raw`` is as by hand, without quotation marks."""
        if self.raw:
            return self.delimiter.join(row) + "\n"
        text = io.StringIO()
        quoting: Literal[0, 1] = 1 if self.quoted else 0  # csv.QUOTE_ALL, or QUOTE_MINIMAL
        csv.writer(text, delimiter=self.delimiter, quoting=quoting, lineterminator="\n").writerow(
            row
        )
        return text.getvalue()


def _value(text: str) -> str:
    """A cell as JSON has it: a plain figure is a number, a blank one null."""
    if not text:
        return "null"
    return (
        text
        if re.fullmatch(r"(0|[1-9]\d*)(\.\d+)?", text)
        else json.dumps(text, ensure_ascii=False)
    )


def _workbook(rows: list[list[str]]) -> bytes:
    """A workbook with one sheet, in which figures are numbers as a spreadsheet writes them."""

    def cell(text: str) -> str:
        try:
            if text.strip() != text or "e" in text.casefold():
                raise ValueError(text)
            return f"<c><v>{float(text)!r}</v></c>"
        except ValueError:
            return (
                f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
                if text
                else "<c/>"
            )

    body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    application = "application/vnd.openxmlformats"
    kinds = f"{application}-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        f'<Default Extension="rels" ContentType="{application}-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        '<Relationship Id="a" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData>'
        "</worksheet>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{part}')
    return packed.getvalue()
