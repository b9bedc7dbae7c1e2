"""spamindex shares: one table of any kind in, a clean table out."""

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

COLUMNS = ("os", "share_percent", "count", "design_effect", "clusters")
_CONDITIONS = {  # columns that only some tables have
    "count": "a table of counts",
    **dict.fromkeys(("design_effect", "clusters"), "a table that tally --cluster wrote"),
}


def _delimiter(text: str) -> str:
    """One character that can separate columns, or the word ``tab``."""
    delimiter = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise ValueError(f"{text!r} is not one character, or the word tab")
    return delimiter


_FILE_OPTIONS = [
    Option("-d --delimiter CHAR", "Column separator: one character, or tab.", Value(_delimiter)),
    Option("-e --encoding NAME", "Encoding of the text.", Value(encoding_name)),
    Option("--decimal MARK", "Decimal mark: . or ,", Choice([".", ","])),
    Option("--sheet NAME", "Sheet of a workbook, or its number."),
    Option("--fill COLUMN ...", "A blank cell here repeats the one above, as in merged cells."),
    Option("--header N", "The line of the headings, from 1; 0 for none.",
           number(0, 10**15, whole=True)),
    Option("--wide", "Each column of figures is an OS."),
    Option("--dates day-first|month-first", "What 01/03/2010 is: in March, or in January."),
]  # fmt: skip


@click.command(
    cls=Command,
    sections={
        "Input": opt.table_options(
            Option(
                "--column COLUMN",
                "Column with the shares or counts: its heading, or its number from 1.",
            ),
            Option("--unit UNIT", opt.UNIT),
            two_tables=False,
        ),
        "How the file is written": _FILE_OPTIONS,
        "Output": opt.output_options("csv"),
        "Messages and exit code": opt.MESSAGES,
    },
)
@click.argument("table_file", metavar="TABLE", type=FILE)
def shares(table_file: str, **options: Any) -> None:
    """Read one table of any kind, and write it as a clean one.

    TABLE has shares, or counts, by operating system; - is standard input. What is written is
    certain to be read as it is: use it to see how a table is read (-v), to give one table of
    compute options that the other must not have, or in a spreadsheet.

    \b
    Examples:
      spamindex shares data/months.csv -v --period last
      spamindex shares de.csv --decimal , | spamindex compute spam.csv -
    """
    output = Output.pop_from(options, "csv")
    opt.check_stdin(table_file, options["names"])
    by, key = opt.result_columns(options, COLUMNS)
    # Only the table shows which of these columns there are.
    output.select([*by, key, *COLUMNS[1:]], {})
    # These may load pandas, so they are imported only when all options are valid.
    from spamindex.tables.options import TableOptions
    from spamindex.tables.shares import read_table

    names, findings = opt.read_names(options.pop("names"))
    table_options = TableOptions(**options, names=names, counts=True, rounding=True)
    reading = read_table(source(table_file), table_options)
    output.say([*findings, reading.findings])
    result_names: dict[Any, str] = {**dict(enumerate(by)), "os": key, "share": "share_percent"}
    table = reading.shares.rename(columns=result_names)
    optional = [name for name in _CONDITIONS if name in table]
    table = table[output.select([*by, key, "share_percent", *optional], _CONDITIONS)]
    is_exact = output.precision is None and not output.for_people
    if "half" in reading.shares and "share_percent" in table and is_exact:
        table = table.assign(share_percent=_without_false_decimals(reading.shares))
    for name in ("count", "clusters"):
        if name in table and (table[name] % 1 == 0).all():
            table = table.astype({name: "int64"})
    output.write(table, headings={key: heading_of(reading.heading)})


def _without_false_decimals(shares: pd.DataFrame) -> pd.Series[Any]:
    """The shares as ints where they were rounded to whole percents.

    If 92 were written as 92.0, it would be read back as rounded to a tenth, and its interval would
    be ten times too narrow.
    """
    import pandas as pd

    figures = [
        int(share) if half >= 0.5 and share.is_integer() else share
        for share, half in zip(shares["share"].tolist(), shares["half"].tolist(), strict=True)
    ]
    return pd.Series(figures, index=shares.index, dtype=object)
