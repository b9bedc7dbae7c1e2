"""The command line is run: errors to exit codes, and wrong options to one line of text."""

from __future__ import annotations

import gc
import os
import sys

import click

from spamindex.cli.chart import chart
from spamindex.cli.command import Option, versioned
from spamindex.cli.compute import compute
from spamindex.cli.console import put, say, silence
from spamindex.cli.shares import shares
from spamindex.cli.tally import sample, tally
from spamindex.errors import did_you_mean

EXIT_ERROR, EXIT_INTERRUPTED, EXIT_CLOSED_PIPE = 1, 130, 141
_COMPLETE = "_SPAMINDEX_COMPLETE"


def main() -> None:
    """Run the command that ``sys.argv`` asks for, and end the process with its exit code."""
    # A run is short, so collecting garbage costs more time than it frees memory: a twentieth of the
    # time while it runs, and a fifth when Python ends. Frozen objects are not looked at.
    gc.disable()
    if instruction := os.environ.get(_COMPLETE):  # of a shell that asks for words to complete
        from click.shell_completion import shell_complete

        import spamindex.cli.shell  # noqa: F401 - it registers our completion for bash

        sys.exit(shell_complete(cli, {}, "spamindex", _COMPLETE, instruction))
    code = run(sys.argv[1:])
    if "duckdb" not in sys.modules:  # which complains where its objects are not collected
        gc.freeze()
    if code in (EXIT_ERROR, EXIT_CLOSED_PIPE):
        silence()
    sys.exit(code)


def run(args: list[str]) -> int:
    """Run one command and return its exit code; every error has been said on standard error."""
    try:
        with cli.make_context("spamindex", args) as ctx:
            cli.invoke(ctx)
            return 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return EXIT_CLOSED_PIPE
    except click.exceptions.NoArgsIsHelpError as error:
        put(f"{error.message}\n")
        return error.exit_code
    except click.ClickException as error:
        say(f"error: {usage(error)}")
        return error.exit_code
    except OSError as error:  # while a help page was written
        say(f"error: standard output: can't be written: {error.strerror}")
    except MemoryError:
        say("error: there is not enough memory for so much; choose fewer rows or rankings")
    return EXIT_ERROR


class Group(click.Group):
    """The commands in the order in which they are used, and not in that of their names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(self.commands)


@click.group(
    cls=Group,
    context_settings={
        "auto_envvar_prefix": "SPAMINDEX",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 80,
    },
)
@versioned
def cli() -> None:
    """Who sends more than their share?

    The spam index of an operating system is its share of all spam divided by its share of all
    machines: 1 is its fair share, 5 is five times that.
    """


COMMANDS = {str(c.name): c for c in (compute, shares, tally, sample, chart)}
for command in COMMANDS.values():
    cli.add_command(command)


def usage(error: click.ClickException) -> str:
    """What is wrong with a command line, in one line."""
    ctx = getattr(error, "ctx", None) or click.Context(cli, info_name="spamindex")
    message, param = error.message.removesuffix("."), getattr(error, "param", None)
    pattern = f"give {ctx.command_path} {' '.join(ctx.command.collect_usage_pieces(ctx))}"
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {error.option_name}{_instead(error, ctx)}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        near = did_you_mean(error.command_name, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
        return f"there is no command {error.command_name!r}{near}"
    if isinstance(error, click.BadOptionUsage) and "requires" in message:
        param = next(param for param in ctx.command.params if error.option_name in param.opts)
        return f"{max(param.opts, key=len)} {getattr(param, 'needs', 'needs a value')}"
    if isinstance(error, click.MissingParameter) and param is not None:
        if isinstance(param, Option):
            return f"{max(param.opts, key=len)} {param.metavar} is needed"
        return f"{param.make_metavar(ctx).rstrip('.')} is missing: {pattern}"
    if isinstance(error, click.BadParameter) and param is not None:
        return f"{param.get_error_hint(ctx)}: {message}"
    if message[1:2].islower():  # of click's own: not the name of a variable
        message = message[0].lower() + message[1:]
    return f"{message}: {pattern}" if message.startswith("got unexpected extra") else message


def _instead(error: click.NoSuchOption, ctx: click.Context) -> str:
    """What to give instead of an option that is not there, or which command has it."""
    name = error.option_name
    having = [n for n, other in COMMANDS.items() if any(name in p.opts for p in other.params)]
    if having and ctx.command is cli:
        return f" before the command; after it there is: spamindex {having[0]} {name}"
    if having and ctx.command.name not in having:
        return f" in {ctx.command.name}, only in {', '.join(having)}"
    near = " or ".join((error.possibilities or ())[:2])
    return f"; did you mean {near}?" if near else f"; see {ctx.command_path} --help"
