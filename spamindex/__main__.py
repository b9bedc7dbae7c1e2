"""Start the command line, with handlers for signals (Ctrl-C, SIGTERM)."""

from __future__ import annotations

import os
import signal
import sys

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Run the command; the handlers come first, because importing the rest takes a while."""
    end_on_signals()
    from spamindex.cli import main as cli

    cli.main()


def end_on_signals() -> None:
    """Make signals end the process quietly and at once, except those that it was told to ignore.

    The handlers raise no exception, since not all C++ libraries survive one during their work.
    """
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _frame: object) -> None:
    sources = sys.modules.get("spamindex.sources")
    if sources is not None:  # else nothing needs a cleanup yet
        sources.run_cleanups()
    os._exit(128 + number)


if __name__ == "__main__":
    main()
