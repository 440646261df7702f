"""A supervisor of small processes, whose restarts take no time, and what it says."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from voicectl.up.child import Warden
from voicectl.up.process import Process, Status
from voicectl.up.runner import Runner
from voicectl.up.supervisor import Supervisor

SECONDS = 20.0


class RestlessClock:
    """A clock on which only waits for a restart pass, and at once."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._now, self.waits = 0.0, list[float]()

    def now(self) -> float:
        """Answer how long everybody waited."""
        return self._now

    async def wait(self, event: asyncio.Event, *, seconds: float) -> bool:
        """Let the time be over."""
        self.waits.append(seconds)
        self._now += seconds
        await asyncio.sleep(0)
        return event.is_set()


class Platform:
    """A supervisor of small processes, and what it said."""

    def __init__(self, folder: Path, processes: Iterable[Process]) -> None:
        """Prepare it."""
        self.clock = RestlessClock()
        self.said: list[tuple[str, Status, str]] = []
        self._news = asyncio.Event()
        self._lock = (folder / "lock").open("w")
        self.warden = Warden("test-run", lock=self._lock.fileno())
        self.supervisor = Supervisor(
            processes,
            run="test-run",
            logs=folder / "logs",
            warden=self.warden,
            changed=self._hear,
            clock=self.clock,
        )

    def __getitem__(self, name: str) -> Runner:
        """One of its processes."""
        return self.supervisor.runners[name]

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait until something is so after a change of a process."""
        async with asyncio.timeout(SECONDS):
            while not what():
                self._news.clear()
                await self._news.wait()

    def close(self) -> None:
        """Let go of what the run holds."""
        self.warden.close()
        self._lock.close()

    def _hear(self, runner: Runner) -> None:
        self.said.append((runner.process.name, runner.status, runner.detail))
        self._news.set()


@asynccontextmanager
async def running(folder: Path, *processes: Process) -> AsyncIterator[Platform]:
    """Processes that run until the block ends, and were stopped in order then."""
    platform = Platform(folder, processes)
    together = asyncio.create_task(platform.supervisor.run())
    try:
        yield platform
    finally:
        if not together.done():
            platform.supervisor.stop()
        async with asyncio.timeout(SECONDS):
            await together
        platform.close()


async def offspring(platform: Platform, name: str) -> list[int]:
    """The numbers that a parent printed, once it did."""
    return [int(number) for number in (await said(platform, name, "children ")).split()[1:]]


async def said(platform: Platform, name: str, beginning: str) -> str:
    """Answer the line that a process said, once it did."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for line in platform[name].log.last_lines():
            if line.startswith(beginning):
                return line
        await asyncio.sleep(0.01)
    raise AssertionError(f"{name} did not say {beginning}")
