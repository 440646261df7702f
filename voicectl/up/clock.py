"""Time as the supervisor sees it, so that tests can move it."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Where the supervisor's restarts take their time from."""

    def now(self) -> float:
        """Answer seconds since some moment."""

    async def wait(self, event: asyncio.Event, *, seconds: float) -> bool:
        """Let time pass until the event, at most so long; answer whether it came."""


class MachineClock:
    """The machine's."""

    def now(self) -> float:
        """Answer seconds that no change of the calendar touches."""
        return time.monotonic()

    async def wait(self, event: asyncio.Event, *, seconds: float) -> bool:
        """Wait for real."""
        try:
            async with asyncio.timeout(seconds):
                return await event.wait()
        except TimeoutError:
            return False
