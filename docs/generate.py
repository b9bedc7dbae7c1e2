"""The commands, as they are defined, to man pages (man/*.1) and docs/options.md.

`python docs/generate.py` writes them; tests/test_docs.py fails where they are not current.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from spamindex import __version__
from spamindex.cli.command import ENVIRONMENT, Option, sections, variable
from spamindex.cli.main import COMMANDS, cli

ROOT = Path(__file__).parent.parent
EXITS = {
    "0": "done",
    "1": "the input can't be used, or the output can't be written; nothing is on standard output",
    "2": "the command line is wrong",
    "3": "done, and an index is above --fail-above (compute)",
    "130, 141": "interrupted (130); the reader closed the pipe (141)",
}


def context(command: click.Command) -> click.Context:
    """A command as it is known by its full name."""
    top = click.Context(cli, info_name="spamindex", **cli.context_settings)
    return top if command is cli else click.Context(command, parent=top, info_name=command.name)


def paragraphs(command: click.Command) -> Iterator[tuple[str, bool]]:
    """The paragraphs of a help text, and whether their lines stay as they are."""
    for text in inspect.cleandoc(command.help or "").split("\n\n"):
        kept = text.startswith("\b")
        yield (text.removeprefix("\b").lstrip("\n") if kept else " ".join(text.split())), kept


def options(command: click.Command) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """The sections of a help page: of each option how it is written, what it does, its variable."""
    ctx = context(command)
    for section, members in sections(command, ctx).items():
        records = [
            (*record, variable(option, ctx) if isinstance(option, Option) else "")
            for option in members
            if (record := option.get_help_record(ctx))
        ]
        yield section, records


def troff(text: str) -> str:
    """Text as it is printed: no backslash, dash or leading point means anything to troff."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(
        f"\\&{line}" if line[:1] in (".", "'") else line for line in escaped.split("\n")
    )


def man(command: click.Command) -> str:
    """The man page of a command."""
    ctx = context(command)
    name = ctx.command_path.replace(" ", "-")
    told = list(paragraphs(command))
    lines = [
        f'.TH "{name.upper()}" 1 "" "spamindex {__version__}" "User commands"',
        ".SH NAME",
        f"{troff(name)} \\- {troff(told[0][0].rstrip('.?'))}",
        ".SH SYNOPSIS",
        f".B {troff(ctx.command_path)}",
        troff(" ".join(command.collect_usage_pieces(ctx))),
        ".SH DESCRIPTION",
    ]
    for text, kept in told:
        lines += [".PP", *([".nf", troff(text), ".fi"] if kept else [troff(text)])]
    if isinstance(command, click.Group):
        lines.append(".SH COMMANDS")
        for other in COMMANDS.values():
            lines += [".TP", f".B {troff(str(other.name))}", troff(other.get_short_help_str(200))]
    for section, records in options(command):
        lines.append(f'.SH "{section.upper()}"')
        for written, does, _ in records:
            lines += [".TP", f".B {troff(written)}", troff(does)]
    lines += [".SH ENVIRONMENT", troff(ENVIRONMENT)]
    lines += [
        line
        for option in command.params
        if isinstance(option, Option)
        for line in (".br", troff(variable(option, ctx)))
    ]
    lines.append('.SH "EXIT STATUS"')
    for exit_code, means in EXITS.items():
        lines += [".TP", f".B {exit_code}", troff(means)]
    others = [context(other).command_path for other in (cli, *COMMANDS.values())]
    see = [f"{troff(other.replace(' ', '-'))}(1)" for other in others if other != ctx.command_path]
    return "\n".join([*lines, '.SH "SEE ALSO"', ", ".join(see), ""])


def cell(text: str) -> str:
    """Text in a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("  [", " [").replace("<", "&lt;")


def code(text: str) -> str:
    """Text in a cell of a Markdown table as it is typed; nothing where there is none."""
    escaped = text.replace("|", "\\|")
    return f"`{escaped}`" if text else ""


def markdown() -> str:
    """docs/options.md."""
    lines = [
        "# Commands and options",
        "",
        "Made from the commands by `python docs/generate.py`; `spamindex COMMAND --help` says the",
        "same. An option means the same in every command that has it.",
        "",
        ENVIRONMENT,
        "",
        "| exit | means |",
        "| --- | --- |",
        *(f"| {exit_code} | {cell(means)} |" for exit_code, means in EXITS.items()),
    ]
    for command in COMMANDS.values():
        ctx = context(command)
        pieces = " ".join(command.collect_usage_pieces(ctx))
        lines += ["", f"## {ctx.command_path}", "", f"    {ctx.command_path} {pieces}"]
        for text, kept in paragraphs(command):
            lines += ["", *(f"    {line}" if kept else line for line in text.split("\n"))]
        for section, records in options(command):
            lines += [
                "",
                f"### {section}",
                "",
                "| option | does | variable |",
                "| --- | --- | --- |",
            ]
            for written, does, named in records:
                lines.append(f"| {code(written)} | {cell(does)} | {code(named)} |")
    return "\n".join([*lines, ""])


def pages() -> dict[Path, str]:
    """Every page, by the file that it belongs in."""
    commands = (cli, *COMMANDS.values())
    manual = {context(c).command_path.replace(" ", "-"): man(c) for c in commands}
    return {
        ROOT / "docs" / "options.md": markdown(),
        **{ROOT / "man" / f"{name}.1": page for name, page in manual.items()},
    }


if __name__ == "__main__":
    for path, page in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(page)
