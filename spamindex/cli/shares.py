"""spamindex shares: its options; one table of any kind in, a clean one out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from spamindex.cli import options as opt
from spamindex.cli.command import FILE, Choice, Command, Option, Value, number
from spamindex.cli.console import source
from spamindex.cli.formats import heading_of
from spamindex.cli.options import Output
from spamindex.sources import encoding_name

if TYPE_CHECKING:
    import pandas as pd

_WHOLE = 0.5  # half a unit of a whole percent
COLUMNS = ("os", "share_percent", "count", "design_effect", "clusters")
_NEEDS = {
    "count": "a table of counts",
    **dict.fromkeys(("design_effect", "clusters"), "a table that tally --cluster wrote"),
}


def _character(given: str) -> str:
    """One character that can separate columns, or the word ``tab``."""
    one = {"tab": "\t", "\\t": "\t"}.get(given, given)
    if len(one) != 1 or one in '"\r\n':
        raise ValueError(f"{given!r} is not one character, or the word tab")
    return one


_WRITTEN = [
    Option("-d --delimiter CHAR", "Column separator: one character, or tab.", Value(_character)),
    Option("-e --encoding NAME", "Encoding of the text.", Value(encoding_name)),
    Option("--decimal MARK", "Decimal mark: . or ,", Choice([".", ","])),
    Option("--sheet NAME", "Sheet of a workbook, or its number."),
    Option("--fill COLUMN ...", "A blank cell here repeats the one above, as in merged cells."),
    Option("--header N", "The line of the headings, from 1; 0 for none.",
           number(0, 10**15, whole=True)),
    Option("--wide", "Each column of figures is an OS."),
    Option("--dates day-first|month-first", "What 01/03/2010 is: in March, or in January."),
]  # fmt: skip
_COLUMN = "Column with the shares or counts: its heading, or its number from 1."


@click.command(
    cls=Command,
    sections={
        "Input": opt.table_options(
            Option("--column COLUMN", _COLUMN), Option("--unit UNIT", opt.UNIT), several=False
        ),
        "How the file is written": _WRITTEN,
        "Output": opt.output_options("csv"),
        "Messages and exit code": opt.MESSAGES,
    },
)
@click.argument("table_file", metavar="TABLE", type=FILE)
def shares(table_file: str, **table: Any) -> None:
    """Read one table of any kind, and write it as a clean one.

    TABLE has shares, or counts, by operating system; - is standard input. What is written is
    certain to be read as it is: use it to see how a table is read (-v), to give one table of
    compute options that the other must not have, or in a spreadsheet.

    \b
    Examples:
      spamindex shares data/months.csv -v --period last
      spamindex shares de.csv --decimal , | spamindex compute spam.csv -
    """
    out = Output.of(table, "csv")
    opt.check_stdin(table_file, table["names"])
    by, key = opt.result_columns(table, COLUMNS)
    # Whether there are counts is known only when the table has been read.
    out.chosen([*by, key, *COLUMNS[1:]], {})
    # This may load pandas, so it is not done before all options are known to be right.
    from spamindex.tables.options import TableOptions
    from spamindex.tables.shares import read_table

    known, said = opt.names_of(table.pop("names"))
    how = TableOptions(**table, names=known, counts=True, rounding=True)
    read = read_table(source(table_file), how)
    out.say([*said, read.findings])
    names: dict[Any, str] = {**dict(enumerate(by)), "os": key, "share": "share_percent"}
    shown = read.shares.rename(columns=names)
    there = [*by, key, "share_percent", *(name for name in _NEEDS if name in shown)]
    shown = shown[out.chosen(there, _NEEDS)]
    is_exact = out.precision is None and not out.for_people
    if "half" in read.shares and "share_percent" in shown and is_exact:
        shown = shown.assign(share_percent=_as_rounded(read.shares))
    for name in ("count", "clusters"):
        if name in shown and (shown[name] % 1 == 0).all():
            shown = shown.astype({name: "int64"})
    out.write(shown, headings={key: heading_of(read.heading)})


def _as_rounded(shares: pd.DataFrame) -> pd.Series[Any]:
    """The shares, those that were rounded to whole percents without decimals.

    Read again, 92.0 would have been rounded to a tenth, and its interval be ten times too narrow.
    """
    import pandas as pd

    pairs = zip(shares["share"].tolist(), shares["half"].tolist(), strict=True)
    figures = [int(f) if half >= _WHOLE and f.is_integer() else f for f, half in pairs]
    return pd.Series(figures, index=shares.index, dtype=object)
