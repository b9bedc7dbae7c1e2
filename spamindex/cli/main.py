"""The command line is run: errors to exit codes, and wrong options to one line of text."""

from __future__ import annotations

import gc
import os
import sys

import click

from spamindex import __version__
from spamindex.cli.command import COMMANDS, SETTINGS, VERSION, Group, Option, Refused, command_of
from spamindex.cli.console import put, say
from spamindex.cli.output import silence
from spamindex.errors import nearest

EXIT_ERROR, EXIT_INTERRUPTED, EXIT_CLOSED_PIPE = 1, 130, 141
_COMPLETE = "_SPAMINDEX_COMPLETE"


def main() -> None:
    """Run the command that ``sys.argv`` asks for, and end the process with its exit code."""
    # A run is short, so collecting garbage costs more time than it frees memory: a twentieth of the
    # time while it runs, and a fifth when Python ends. Frozen objects are not looked at.
    gc.disable()
    instruction = os.environ.get(_COMPLETE)
    code = _complete(instruction) if instruction else run(sys.argv[1:])
    if "duckdb" not in sys.modules:  # which complains where its objects are not collected
        gc.freeze()
    if code in (EXIT_ERROR, EXIT_CLOSED_PIPE):
        silence()
    sys.exit(code)


def _complete(instruction: str) -> int:
    """Answer a shell that asks for words to complete."""
    from click.shell_completion import shell_complete

    import spamindex.cli.completion  # noqa: F401 - it registers our completion for bash

    return shell_complete(cli, {}, "spamindex", _COMPLETE, instruction)


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
    except Refused as error:
        for line in error.lines:
            say(f"error: {line}")
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


@click.group(cls=Group, context_settings=SETTINGS)
@click.version_option(__version__, "-V", "--version", **VERSION)
def cli() -> None:
    """Who sends more than their share?

    The spam index of an operating system is its share of all spam divided by its share of all
    machines: 1 is its fair share, 5 is five times that.
    """


def usage(error: click.ClickException) -> str:
    """What is wrong with a command line, in one line."""
    ctx: click.Context = getattr(error, "ctx", None) or cli.make_context("spamindex", ["compute"])
    message, param = error.message.removesuffix("."), getattr(error, "param", None)
    pattern = f"give {ctx.command_path} {' '.join(ctx.command.collect_usage_pieces(ctx))}"
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {error.option_name}{_instead(error, ctx)}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        near = nearest(error.command_name, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
        return f"there is no command {error.command_name!r}{near}"
    if isinstance(error, click.BadOptionUsage) and "requires" in message:
        option = next(p for p in ctx.command.params if error.option_name in p.opts)
        if isinstance(option, Option):
            return f"{max(option.opts, key=len)} {option.needs}"
    if isinstance(error, click.MissingParameter) and param is not None:
        name = param.make_metavar(ctx).rstrip(".")
        if isinstance(param, click.Option):
            return f"{max(param.opts, key=len)} {name} is needed"
        return f"{name} is missing: {pattern}"
    if isinstance(error, click.BadParameter) and param is not None:
        return f"{param.get_error_hint(ctx)}: {message}"
    if message[1:2].islower():  # of click's own: not the name of a variable
        message = message[0].lower() + message[1:]
    return f"{message}: {pattern}" if message.startswith("got unexpected extra") else message


def _instead(error: click.NoSuchOption, ctx: click.Context) -> str:
    """What to give instead of an option that is not there, or which command has it."""
    name = error.option_name
    having = [other for other in COMMANDS if any(name in p.opts for p in command_of(other).params)]
    if having and ctx.command is cli:
        return f" before the command; after it there is: spamindex {having[0]} {name}"
    if having and ctx.command.name not in having:
        return f" in {ctx.command.name}, only in {', '.join(having)}"
    near = " or ".join((error.possibilities or ())[:2])
    return f"; did you mean {near}?" if near else f"; see {ctx.command_path} --help"
