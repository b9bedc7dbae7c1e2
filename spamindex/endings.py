"""How the process ends where a signal ends it: quietly, at once, and with nothing left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from spamindex.errors import FileError

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_TRIES = 100

_to_tidy: list[Callable[[], None]] = []


def end_on_signals() -> None:
    """End this process on an interrupt, but for signals that it was started to ignore.

    No exception is thrown, which the libraries in C++ that it may hit do not all survive.
    """
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _frame: object) -> None:
    for tidy in reversed(_to_tidy):
        tidy()
    os._exit(128 + number)


@contextmanager
def tidied(tidy: Callable[[], None]) -> Iterator[None]:
    """Call ``tidy`` at the end of the block, or where a signal ends the process in it."""
    _to_tidy.append(tidy)
    try:
        yield
    finally:
        tidy()
        _to_tidy.remove(tidy)


@contextmanager
def scratch_folder() -> Iterator[str]:
    """A folder for files of our own, which goes with them. Raises FileError where there is none."""
    import shutil
    import tempfile

    try:
        folder = tempfile.mkdtemp(prefix="spamindex-")
    except OSError as error:
        why = f"{error.strerror}; name another folder in TMPDIR"
        raise FileError(f"temporary files can't be written: {why}") from error

    def remove() -> None:
        for _ in range(_TRIES):  # other threads may still write into it
            with suppress(OSError):
                shutil.rmtree(folder)
            if not os.path.exists(folder):
                break

    with tidied(remove):
        yield folder
