"""The command line: the list of commands, errors to exit codes, usage errors to text."""

from __future__ import annotations

import gc
import os
import re
import sys

import click

from spamindex import __version__
from spamindex.cli.command import COMMANDS, VERSION, Option, Refused, command_of
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


class Group(click.Group):
    """The commands, loaded as they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        return command_of(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the commands do, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Group,
    context_settings={
        "auto_envvar_prefix": "SPAMINDEX",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 80,
    },
)
@click.version_option(__version__, "-V", "--version", **VERSION)
def cli() -> None:
    """Who sends more than their share?

    The spam index of an operating system is its share of all spam divided by its share of all
    machines: 1 is its fair share, 5 is five times that.
    """


def usage(error: click.ClickException) -> str:
    """What is wrong with a command line, in one line.

    >>> usage(click.NoSuchOption("--formta", possibilities=["--format"]))
    'there is no option --formta; did you mean --format?'
    """
    ctx = getattr(error, "ctx", None)
    message = error.message
    if not message.endswith("..."):
        message = message.removesuffix(".")
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {error.option_name}{_instead(error.option_name, ctx, error)}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        near = nearest(error.command_name, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
        return f"there is no command {error.command_name!r}{near}"
    if isinstance(error, click.BadOptionUsage) and ctx is not None:
        option = next((p for p in ctx.command.params if error.option_name in p.opts), None)
        if isinstance(option, Option) and "requires" in message:
            return f"{max(option.opts, key=len)} {option.needs}"
        return message
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = error.param.make_metavar(ctx) if ctx else error.param.name
        if isinstance(error.param, click.Option):
            return f"{error.param.get_error_hint(ctx)} is needed"
        return f"{str(name).rstrip('.')} is missing{_pattern(ctx)}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{error.param.get_error_hint(ctx)}: {message}"
    if message.startswith("Got unexpected extra argument") and ctx is not None:
        return f"{message[0].lower()}{message[1:]}{_pattern(ctx)}"
    return error.message


def _instead(name: str, ctx: click.Context | None, error: click.NoSuchOption) -> str:
    """What to give instead of an option that is not there, or which command has it."""
    if ctx is None:
        return nearest(name, error.possibilities or ())
    having = [other for other in COMMANDS if any(name in p.opts for p in command_of(other).params)]
    if having and ctx.command.name not in having:
        return f" in {ctx.command.name}, only in {' and '.join(having)}"
    here = [opt for p in ctx.command.params for opt in (*p.opts, *p.secondary_opts)]
    # Without the dashes, which make all of them alike.
    near = nearest(name.lstrip("-"), [opt[2:] for opt in here if opt.startswith("--")])
    return re.sub(r"(mean|or) (?=[\w-])", r"\1 --", near) or f"; see {ctx.command_path} --help"


def _pattern(ctx: click.Context | None) -> str:
    if ctx is None:
        return ""
    pieces = " ".join(ctx.command.collect_usage_pieces(ctx))
    return f": give {ctx.command_path} {pieces}"
