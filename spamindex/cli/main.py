"""The command line: one group of commands, and errors to exit codes."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

import click

from spamindex import __version__
from spamindex.cli.console import put, say
from spamindex.cli.options import VERSION, Group, Refused, usage
from spamindex.cli.output import silence

EXIT_ERROR, EXIT_INTERRUPTED, EXIT_CLOSED_PIPE = 1, 130, 141
_ENVIRONMENT: dict[str, Any] = {"auto_envvar_prefix": "SPAMINDEX"}
_COMPLETE = "_SPAMINDEX_COMPLETE"


def main() -> None:
    """Run the command that ``sys.argv`` asks for, and end the process with its exit code."""
    # One result and out: the garbage of pandas's import is not worth looking for, neither on the
    # way (a twentieth of a short run) nor, once all is frozen, at the end (a fifth).
    gc.disable()
    instruction = os.environ.get(_COMPLETE)
    code = _complete(instruction) if instruction else run(sys.argv[1:])
    if "duckdb" not in sys.modules:  # which says so where its own are not collected
        gc.freeze()
    if code in (EXIT_ERROR, EXIT_CLOSED_PIPE):
        silence()
    sys.exit(code)


def _complete(instruction: str) -> int:
    """Answer a shell that asks for words to complete."""
    from click.shell_completion import shell_complete

    import spamindex.cli.completion  # noqa: F401 - which tells click how bash takes words

    return shell_complete(cli, _ENVIRONMENT, "spamindex", _COMPLETE, instruction)


def run(args: list[str]) -> int:
    """Run one command and return its exit code; every error has been said on standard error."""
    try:
        with cli.make_context("spamindex", args, **_ENVIRONMENT) as ctx:
            cli.invoke(ctx)
            return 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return EXIT_CLOSED_PIPE
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
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, "-V", "--version", **VERSION)
def cli() -> None:
    """Who sends more than their share?

    The spam index of an operating system is its share of all spam divided by its share of all
    machines: 1 is its fair share, 5 is five times that.
    """
