"""The options that commands share: how tables are read (--by ...), how results are written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from spamindex.cli import console
from spamindex.cli.command import Choice, ColumnName, Option, later, number
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
    """What a command was asked about its result, and about what it says beside it.

    ``output`` is the file to write to (None is standard output), ``format`` one of
    ``formats.FORMATS``. Without a ``precision`` there are 2 decimals for people and all for
    programs. ``columns`` are those of the result that are wanted, None for all.
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
    def of(cls, given: dict[str, Any], default: str, formats: Collection[str] = FORMATS) -> Output:
        """Take the values of its options out of those that are given. UsageError."""
        own = {name: given.pop(name, None) for name in cls._fields}
        path, asked, bare = own["output"], own["format"], own["no_header"]
        ending = format_of(path, formats)
        style = asked or ending or default
        if bare and style in ("json", "jsonl"):
            raise click.UsageError(f"--no-header is for tables; {style} has no header")
        if bare and style == "simple":
            style = "plain"  # the rules of simple part the headings from the rows
        out = cls(**{**own, "format": style})
        if not asked and ending == "":
            out.note(f"-o {path}: written as {style}; -f gives another format")
        return out

    @property
    def for_people(self) -> bool:
        """Whether the format is one for reading, with headings in words."""
        return self.format in FOR_PEOPLE

    def say(self, findings: Sequence[Findings]) -> None:
        """Say what was found on the way; SpamIndexError with the warnings where it is strict."""
        console.say_findings(findings, strict=self.strict, quiet=self.quiet, verbose=self.verbose)

    def note(self, text: str) -> None:
        """Say a note that is about no input."""
        if not self.quiet:
            console.say(f"note: {text}")

    def chosen(self, there: Sequence[str], also: Mapping[str, str]) -> list[str]:
        """The columns of a result that are wanted, in their order; all where none is named.

        ``also`` says why a column that can be had is not there.
        """
        import csv

        if self.columns is None:
            return list(there)
        row = next(csv.reader([self.columns], skipinitialspace=True), [])
        wanted = [name.strip() for name in row]
        for name in wanted:
            if name in also and name not in there:
                raise click.UsageError(f"--columns: {name!r} is there only with {also[name]}")
            if name not in there:
                near = did_you_mean(name, there) or f"; there are {', '.join(there)}"
                raise click.UsageError(f"--columns: the result has no column {name!r}{near}")
        if len(set(wanted)) < len(wanted):
            raise click.UsageError("--columns names a column twice")
        return wanted

    def write(self, table: Table, **how: Any) -> None:
        """Write a table, with the title and headings that ``render`` takes. OutputError."""
        how |= {"precision": self.precision, "header": not self.no_header}
        console.write(render(table, self.format, **how), self.output)


def output_options(
    default: str, formats: Collection[str] = FORMATS, *, figures: bool = True
) -> list[Option]:
    """The options of every command that prints a table, which ``Output.of`` takes.

    Without ``figures`` the table is written as it was read: with all its columns and digits.
    """
    known = Choice(formats, {name: to for name, to in ALSO.items() if to in formats})
    kinds = "csv, tsv, json, jsonl"
    if "simple" in formats:
        kinds += "; for reading: simple, plain, github, html, latex and more"
    of_figures = [
        Option("-p --precision N", "Decimals. Default: 2 in formats for reading, else all.",
               number(0, 15, whole=True)),
        Option("--columns NAME,...", "Only these columns of the result, in this order."),
    ]  # fmt: skip
    return [
        Option("-f --format FORMAT", f"{kinds}. Default: as -o FILE ends, else {default}.", known),
        *(of_figures if figures else ()),
        Option("--no-header", "Leave out the headings."),
        Option("-o --output FILE", "Write to FILE; it is replaced only on success."),
    ]


NAMES = Option(
    "--names FILE", "CSV of name,canonical[,family]: names of one OS, beside the built-in ones."
)


def names_of(path: str | None) -> tuple[Names, list[Findings]]:
    """The names of --names, and what is to be said of the file; or the built-in ones alone."""
    if path is None:
        from spamindex.names import BUILT_IN

        return BUILT_IN, []
    from spamindex.tables.synonyms import load_names  # which loads pandas

    names, findings = load_names(console.source(path))
    return names, [findings]


def table_options(*own: Option, several: bool) -> list[Option]:
    """The options by which tables are read, named like the fields of TableOptions.

    ``own`` are the command's own; ``several`` is for one that reads more than one table.
    """
    one, differ, having = "One table", "", ""
    if several:
        one, differ = "One ranking", "; country=Region if the tables name it differently"
        having = ", in the tables that have the column"
    parsers = (later("tables.options", f"{name}.parse") for name in ("By", "Where"))
    by, where = (ColumnName(read=parser) for parser in parsers)
    return [
        Option("--key COLUMN", "Column with the OS: its heading, or its number from 1."),
        *own,
        Option("--by COLUMN ...", f"{one} for each value: period, country, date:month{differ}.",
               by),
        Option("--period PERIOD", "Only this period: 2010-03, 2010, last, or all."),
        Option("--where COLUMN=VALUE ...", "Only rows with this value, or with != without "
               f"it{having}.", where),
        Option("--drop NAME ...", "Leave this row out, of the sums too: a subtotal, a total."),
        Option("--sum COLUMN ...", "Add up counts of one OS that differ in this column."),
        Option("--family/--no-family", "Add up versions, or not: Windows 7 and 10 become Windows.",
               default=False),
        NAMES,
    ]  # fmt: skip


def result_columns(table: Mapping[str, Any], taken: Sequence[str]) -> tuple[list[str], str]:
    """What the result calls the columns of --by, and the one of the names: as --key does.

    Refuses table options that the result would have two columns of, or that no row meets.
    """
    key, names = table["key"], [part.name for part in table["by"]]
    wanted = [part.column for part in table["where"] if not part.negated]
    for name in wanted:
        if wanted.count(name) > 1:
            raise click.UsageError(f"--where: two values of {name!r}, and no row has both")
    for option, named in (*(("by", name) for name in names), ("key", key)):
        if named in taken and (option, named) != ("key", "os"):
            raise click.UsageError(
                f"--{option}: the result has a column {named!r} of its own; rename that of the "
                "table"
            )
    for name in names:
        if name == key:
            raise click.UsageError(f"{name!r} can't be both --key and --by")
        if names.count(name) > 1:
            raise click.UsageError(f"--by: {name!r} is given twice")
    return names, "os" if key is None or key.isdecimal() else key


def check_stdin(*paths: str | None) -> None:
    """Refuse to read standard input for two files."""
    if paths.count("-") > 1:
        raise click.UsageError("standard input (-) can be read only once")
