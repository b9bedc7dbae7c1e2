"""The process: what a signal (Ctrl-C, SIGTERM) does to it; then the command line is run."""

from __future__ import annotations

import os
import signal
import sys

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Run the command; signals are handled before the rest is loaded, which takes a while."""
    end_on_signals()
    from spamindex.cli import main as cli

    cli.main()


def end_on_signals() -> None:
    """End the process on a signal, quietly and at once; one that it was started to ignore, it does.

    It raises no exception, since not all C++ libraries survive one in the middle of their work.
    """
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _frame: object) -> None:
    if (sources := sys.modules.get("spamindex.sources")) is not None:  # else nothing is half done
        sources.run_cleanups()
    os._exit(128 + number)


if __name__ == "__main__":
    main()
