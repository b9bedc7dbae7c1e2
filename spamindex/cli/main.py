"""The command line: one group of commands, and errors to exit codes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module

import click

from spamindex.cli.console import put, say
from spamindex.cli.options import EXIT_CLOSED_PIPE, VERSION, Group, Refused, usage
from spamindex.cli.output import silence

COMMANDS = ("compute", "shares", "tally", "sample", "chart")
EXIT_ERROR = 1
_COMPLETE = "_SPAMINDEX_COMPLETE"


class Commands(Mapping[str, click.Command]):
    """The commands by name, each loaded when it is asked for, in the order of the help page."""

    def __getitem__(self, name: str) -> click.Command:
        """The command in the module of its name."""
        if name not in COMMANDS:
            raise KeyError(name)
        command: click.Command = getattr(import_module(f"spamindex.cli.{name}"), name)
        return command

    def __iter__(self) -> Iterator[str]:
        """Their names."""
        return iter(COMMANDS)

    def __len__(self) -> int:
        """How many there are."""
        return len(COMMANDS)


def main() -> None:
    """Run the command that ``sys.argv`` asks for, and end the process with its exit code."""
    # One result and out: the garbage of pandas's import is not worth looking for, neither on the
    # way (a twentieth of a short run) nor, once all is frozen, at the end (a fifth).
    gc.disable()
    code = run(sys.argv[1:])
    if "duckdb" not in sys.modules:  # which says so where its own are not collected
        gc.freeze()
    if code in (EXIT_ERROR, EXIT_CLOSED_PIPE):
        silence()
    sys.exit(code)


def run(args: list[str]) -> int:
    """Run one command and return its exit code; every error has been said on standard error."""
    if _COMPLETE in os.environ:
        import spamindex.cli.completion  # noqa: F401 - which tells click how bash takes words
    try:
        code: int | None = cli.main(
            args, prog_name="spamindex", standalone_mode=False, auto_envvar_prefix="SPAMINDEX"
        )
        return code or 0
    except Refused as error:
        for line in error.lines:
            say(f"error: {line}")
    except click.exceptions.NoArgsIsHelpError as error:
        put(f"{error.message}\n")
        return error.exit_code
    except click.ClickException as error:
        say(f"error: {usage(error)}")
        return error.exit_code
    except OSError as error:  # a help page that can't be written
        say(f"error: standard output: can't be written: {error.strerror}")
    except MemoryError:
        say("error: there is not enough memory for so much; choose fewer rows or rankings")
    return EXIT_ERROR


@click.group(
    cls=Group,
    commands=Commands(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(None, "-V", "--version", **VERSION)
def cli() -> None:
    """Who sends more than their share?

    The spam index of an operating system is its share of all spam divided by its share of all
    machines: 1 is its fair share, 5 is five times that.
    """
