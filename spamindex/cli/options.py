"""The options that commands share: how to read tables (--by ...), how to write results."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from spamindex.cli import console
from spamindex.cli.command import Choice, ColumnName, Option, lazy, number
from spamindex.cli.formats import ALSO, FOR_PEOPLE, FORMATS, Table, format_of, render
from spamindex.errors import Findings, did_you_mean

if TYPE_CHECKING:
    from spamindex.names import Names

UNIT = "percent, fraction or count; a sum that does not fit is then only warned of."
MESSAGES = (
    Option("--strict", "Warnings are errors (exit 1); notes are not."),
    Option("-q --quiet", "No notes and no warnings."),
    Option("-v --verbose", "Say how the input was read, even where that is certain."),
)


class Output(NamedTuple):
    """The output options of a command.

    ``output`` is the file to write to, None for standard output. ``format`` is a key of
    ``formats.FORMATS``. ``precision`` left out means 2 decimals in formats for reading, and all in
    the others. ``columns`` are the names of the columns to write, None for all.
    """

    output: str | None
    format: str
    precision: int | None
    columns: str | None
    no_header: bool
    strict: bool
    quiet: bool
    verbose: bool

    @classmethod
    def pop_from(
        cls, options: dict[str, Any], default: str, formats: Collection[str] = FORMATS
    ) -> Output:
        """Remove the output options from all options of a command. Raises UsageError."""
        own = {name: options.pop(name, None) for name in cls._fields}
        from_path = format_of(own["output"], formats)
        style = own["format"] or from_path or default
        if own["no_header"] and style in ("json", "jsonl"):
            raise click.UsageError(f"--no-header is for tables; {style} has no header")
        if own["no_header"] and style == "simple":
            style = "plain"  # without a header, the rules of simple would frame the rows
        output = cls(**{**own, "format": style})
        if not own["format"] and from_path == "":
            output.note(f"-o {output.output}: written as {style}; -f gives another format")
        return output

    @property
    def for_people(self) -> bool:
        """Whether the format is for reading, with headings in words."""
        return self.format in FOR_PEOPLE

    def say(self, findings: Sequence[Findings]) -> None:
        """Print notes and warnings. If strict, raises SpamIndexError with the warnings."""
        console.say_findings(findings, strict=self.strict, quiet=self.quiet, verbose=self.verbose)

    def note(self, text: str) -> None:
        """Print a note that is about no input."""
        if not self.quiet:
            console.say(f"note: {text}")

    def select(self, existing: Sequence[str], conditions: Mapping[str, str]) -> list[str]:
        """The columns of --columns, or all existing ones. Raises UsageError for others.

        ``conditions`` says what further columns depend on, such as ``--confidence``.
        """
        import csv

        if self.columns is None:
            return list(existing)
        row = next(csv.reader([self.columns], skipinitialspace=True), [])
        selected = [name.strip() for name in row]
        for name in selected:
            if name in conditions and name not in existing:
                raise click.UsageError(f"--columns: {name!r} is there only with {conditions[name]}")
            if name not in existing:
                hint = did_you_mean(name, existing) or f"; there are {', '.join(existing)}"
                raise click.UsageError(f"--columns: the result has no column {name!r}{hint}")
        if len(set(selected)) < len(selected):
            raise click.UsageError("--columns names a column twice")
        return selected

    def write(self, table: Table, **labels: Any) -> None:
        """Write a table, with the title and headings of ``render``. Raises OutputError."""
        layout: dict[str, Any] = {"precision": self.precision, "header": not self.no_header}
        console.write(render(table, self.format, **layout, **labels), self.output)


def output_options(
    default: str, formats: Collection[str] = FORMATS, *, figures: bool = True
) -> list[Option]:
    """The options of a command that writes a table, which ``Output.pop_from`` takes.

    Without ``figures`` there are no options for columns and decimals.
    """
    aliases = {alias: name for alias, name in ALSO.items() if name in formats}
    kinds = "csv, tsv, json, jsonl"
    if "simple" in formats:
        kinds += "; for reading: simple, plain, github, html, latex and more"
    figure_options = [
        Option("-p --precision N", "Decimals. Default: 2 in formats for reading, else all.",
               number(0, 15, whole=True)),
        Option("--columns NAME,...", "Only these columns of the result, in this order."),
    ]  # fmt: skip
    return [
        Option("-f --format FORMAT", f"{kinds}. Default: as -o FILE ends, else {default}.",
               Choice(formats, aliases)),
        *(figure_options if figures else []),
        Option("--no-header", "Leave out the headings."),
        Option("-o --output FILE", "Write to FILE; it is replaced only on success."),
    ]  # fmt: skip


NAMES = Option(
    "--names FILE", "CSV of name,canonical[,family]: names of one OS, beside the built-in ones."
)


def read_names(path: str | None) -> tuple[Names, list[Findings]]:
    """The names in the file of --names, with its findings; without a file, the built-in names."""
    if path is None:
        from spamindex.names import BUILT_IN

        return BUILT_IN, []
    from spamindex.tables.synonyms import load_names  # loads pandas

    names, findings = load_names(console.source(path))
    return names, [findings]


def table_options(*value_options: Option, two_tables: bool) -> list[Option]:
    """The options for reading tables, named like the fields of TableOptions.

    ``value_options`` are the command's own, for the columns and units of the figures.
    """
    result, other_heading, which_tables = "One table", "", ""
    if two_tables:
        result, other_heading = "One ranking", "; country=Region if the tables name it differently"
        which_tables = ", in the tables that have the column"
    by, where = (
        ColumnName(parse=lazy("tables.options", f"{name}.parse")) for name in ("By", "Where")
    )
    return [
        Option("--key COLUMN", "Column with the OS: its heading, or its number from 1."),
        *value_options,
        Option("--by COLUMN ...", f"{result} for each value: period, country, date:month"
               f"{other_heading}.", by),
        Option("--period PERIOD", "Only this period: 2010-03, 2010, last, or all."),
        Option("--where COLUMN=VALUE ...", "Only rows with this value, or with != without "
               f"it{which_tables}.", where),
        Option("--drop NAME ...", "Leave this row out, of the sums too: a subtotal, a total."),
        Option("--sum COLUMN ...", "Add up counts of one OS that differ in this column."),
        Option("--family/--no-family", "Add up versions, or not: Windows 7 and 10 become Windows.",
               default=False),
        NAMES,
    ]  # fmt: skip


def result_columns(options: Mapping[str, Any], own_columns: Sequence[str]) -> tuple[list[str], str]:
    """The columns of the result that --by names, and its column of names: --key's, else ``os``.

    Raises UsageError if two columns of the result would have one name, or --where fits no row.
    """
    key, by = options["key"], [column.name for column in options["by"]]
    required = [where.column for where in options["where"] if not where.negated]
    for name in required:
        if required.count(name) > 1:
            raise click.UsageError(f"--where: two values of {name!r}, and no row has both")
    for option, names in (("by", by), ("key", [key])):
        for name in names:
            if name in own_columns and (option, name) != ("key", "os"):
                raise click.UsageError(
                    f"--{option}: the result has a column {name!r} of its own; rename that of the "
                    "table"
                )
    for name in by:
        if name == key:
            raise click.UsageError(f"{name!r} can't be both --key and --by")
        if by.count(name) > 1:
            raise click.UsageError(f"--by: {name!r} is given twice")
    return by, "os" if key is None or key.isdecimal() else key


def check_stdin(*paths: str | None) -> None:
    """Refuse to read standard input for two files."""
    if paths.count("-") > 1:
        raise click.UsageError("standard input (-) can be read only once")
