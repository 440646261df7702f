"""Whoever stops a drill: what it did is undone, as on Ctrl-C. Only SIGKILL leaves it.

Python minds Ctrl-C by itself, but not where a shell has begun it in the background.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def undone_when_stopped() -> Iterator[None]:
    """Have every signal that stops a command raise KeyboardInterrupt, so that the blocks which undo are left."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
