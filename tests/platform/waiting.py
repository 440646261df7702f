"""Waiting for something that happens in another process: until it is so, or the test fails by a deadline."""

import time
from collections.abc import Callable
from threading import Event
from typing import Final, TypeVar

Seen = TypeVar("Seen")
PAUSE_SECONDS: Final = 0.05


def wait_until(look: Callable[[], Seen | None], *, what: str, seconds: float = 30) -> Seen:
    """Look again and again until there is something to see, and answer it.

    Args:
        look: Anything false means not yet.
        what: Said when it never came.

    Raises:
        AssertionError: The deadline passed.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        Event().wait(PAUSE_SECONDS)
    raise AssertionError(f"{what}: not within {seconds} s")
