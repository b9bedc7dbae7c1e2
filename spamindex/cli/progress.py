"""How far a long counting is, on a terminal's standard error."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from spamindex.sources import tidied

_PATIENCE = 1.0  # seconds
_OFTEN = 0.2
_WIDTH = 30


@contextmanager
def shown(percent: Callable[[], float]) -> Iterator[None]:
    """Show a bar while the block runs, if that takes more than a second and somebody looks."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_show, args=(percent, done), daemon=True)
    thread.start()

    def stop() -> None:
        done.set()
        thread.join(1)

    with tidied(stop):
        yield


def _show(percent: Callable[[], float], done: threading.Event) -> None:
    if done.wait(_PATIENCE):
        return
    part = 0.0
    while not done.wait(_OFTEN):
        if (now := percent()) >= 0:  # it is below between queries
            part = min(now / 100, 1.0)
        bar = "#" * round(part * _WIDTH)
        sys.stderr.write(f"\r[{bar:-<{_WIDTH}}] {part:4.0%}")
        sys.stderr.flush()
    sys.stderr.write("\r\x1b[K")
    sys.stderr.flush()
