"""Run the command line: usage errors to exit code 2 and one line; Ctrl-C and closed pipes."""

from __future__ import annotations

import gc
import os
import sys

import click

from spamindex.cli.chart import chart
from spamindex.cli.command import Option, long_name, versioned
from spamindex.cli.compute import compute
from spamindex.cli.console import discard_stdout, say, write_stderr
from spamindex.cli.shares import shares
from spamindex.cli.tally import sample, tally
from spamindex.errors import did_you_mean

EXIT_ERROR, EXIT_INTERRUPTED, EXIT_CLOSED_PIPE = 1, 130, 141
_COMPLETE_VARIABLE = "_SPAMINDEX_COMPLETE"


def main() -> None:
    """Run the command in ``sys.argv``, and end the process with its exit code."""
    # A run is short: garbage collection would cost a twentieth of its time, and a fifth of the
    # time at exit. Frozen objects are not collected at exit.
    gc.disable()
    if instruction := os.environ.get(_COMPLETE_VARIABLE):  # a shell asks for completions
        from click.shell_completion import shell_complete

        import spamindex.cli.shell  # noqa: F401 - it registers our completion for bash

        sys.exit(shell_complete(cli, {}, "spamindex", _COMPLETE_VARIABLE, instruction))
    code = run(sys.argv[1:])
    if "duckdb" not in sys.modules:  # it complains if its objects are not collected
        gc.freeze()
    if code in (EXIT_ERROR, EXIT_CLOSED_PIPE):
        discard_stdout()
    sys.exit(code)


def run(args: list[str]) -> int:
    """Run one command, print its errors on standard error, and return its exit code."""
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
        write_stderr(f"{error.message}\n")
        return error.exit_code
    except click.ClickException as error:
        say(f"error: {usage_message(error)}")
        return error.exit_code
    except OSError as error:  # from writing a help page
        say(f"error: standard output: can't be written: {error.strerror}")
    except MemoryError:
        say("error: there is not enough memory; choose fewer rows or rankings")
    return EXIT_ERROR


class Group(click.Group):
    """A group that lists its commands in the order of use, not by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands in their order."""
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


def usage_message(error: click.ClickException) -> str:
    """Describe what is wrong with a command line, in one line."""
    ctx = getattr(error, "ctx", None) or click.Context(cli, info_name="spamindex")
    message, param = error.message.removesuffix("."), getattr(error, "param", None)
    usage = f"give {ctx.command_path} {' '.join(ctx.command.collect_usage_pieces(ctx))}"
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {error.option_name}{_option_hint(error, ctx)}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        hint = did_you_mean(error.command_name, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
        return f"there is no command {error.command_name!r}{hint}"
    if isinstance(error, click.BadOptionUsage) and "requires" in message:
        option = next(p for p in ctx.command.params if error.option_name in p.opts)
        needed = option.value_needed if isinstance(option, Option) else "needs a value"
        return f"{long_name(option)} {needed}"
    if isinstance(error, click.MissingParameter) and param is not None:
        if isinstance(param, Option):
            return f"{long_name(param)} {param.metavar} is needed"
        return f"{param.make_metavar(ctx).rstrip('.')} is missing: {usage}"
    if isinstance(error, click.BadParameter) and param is not None:
        return f"{param.get_error_hint(ctx)}: {message}"
    if message[1:2].islower():  # a sentence of click's, not the name of a variable
        message = message[0].lower() + message[1:]
    return f"{message}: {usage}" if message.startswith("got unexpected extra") else message


def _option_hint(error: click.NoSuchOption, ctx: click.Context) -> str:
    """Suggest a similar option, or the command that has this one."""
    name = error.option_name
    owners = [key for key, c in COMMANDS.items() if any(name in p.opts for p in c.params)]
    if owners and ctx.command is cli:
        return f" before the command; after it there is: spamindex {owners[0]} {name}"
    if owners and ctx.command.name not in owners:
        return f" in {ctx.command.name}, only in {', '.join(owners)}"
    similar = " or ".join((error.possibilities or ())[:2])
    return f"; did you mean {similar}?" if similar else f"; see {ctx.command_path} --help"
