"""The life of one process: waits for others, starts, is watched, restarted, and stopped after those that need it."""

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from voicectl.up.child import Child, Warden
from voicectl.up.clock import Clock, MachineClock
from voicectl.up.log_file import LogFile
from voicectl.up.ports import taken
from voicectl.up.process import Process, Status
from voicectl.up.restarts import Deaths, RestartPolicy

POLL_SECONDS: Final = 0.1  # while it starts


class World(NamedTuple):
    """What all processes of one run share.

    Attributes:
        changed: Told after every change of a process.
        failed: Told when a process died too often; the platform stops then.
        stopping: Set once; everything goes home.
        hurry: Set when somebody is impatient; grace ends.
    """

    run: str
    warden: Warden
    changed: Callable[["Runner"], None]
    failed: Callable[["Runner"], None]
    stopping: asyncio.Event
    hurry: asyncio.Event
    clock: Clock
    policy: RestartPolicy


class Runner:
    """One process over all its lives.

    Attributes:
        status: What it is doing.
        detail: Why, in a few words; empty when the status says all.
        settled: Set when those that wait for it need not wait longer, whether it came up or was left out.
        gone: Set when nothing of it runs, and nothing will.
    """

    def __init__(self, process: Process, *, log: LogFile, world: World) -> None:
        """Prepare it."""
        self.process, self.log, self._world = process, log, world
        self.status, self.detail, self.pid = Status.WAITING, "", 0
        self.settled, self.gone = asyncio.Event(), asyncio.Event()
        self.deaths = Deaths(world.policy)
        self._ready_at: float | None = None
        self._late = False

    async def live(self, *, before: Sequence["Runner"], after: Sequence["Runner"]) -> None:
        """Run until everything stops.

        Args:
            before: Those that are up before it starts.
            after: Those that are gone before it is stopped.
        """
        try:
            if await self._may_start(before):
                await self._live(after)
        finally:
            self.settled.set()
            self.gone.set()

    @property
    def is_up(self) -> bool:
        """Whether what needs it can start."""
        return self.settled.is_set() and self.status not in (Status.LEFT_OUT, Status.FAILED)

    @property
    def ports(self) -> tuple[int, ...]:
        """Where it listens, or will."""
        return () if self.status is Status.LEFT_OUT else self.process.ports

    async def _may_start(self, before: Sequence["Runner"]) -> bool:
        for other in before:
            if not other.settled.is_set():
                self._tell(Status.WAITING, f"for {other.process.name}")
            await _first(other.settled, self._world.stopping)
            if self._world.stopping.is_set():
                self._tell(Status.STOPPED)
                return False
            if other.process.name in self.process.needed and not other.is_up:
                self._tell(Status.LEFT_OUT, f"needs {other.process.name}")
                return False
        if self.process.missing:
            self._tell(Status.LEFT_OUT, self.process.missing)
        return not self.process.missing

    async def _live(self, after: Sequence["Runner"]) -> None:
        while not self._world.stopping.is_set():
            why = await self._one_life(after)
            if self._world.stopping.is_set() or self.status is Status.DONE:
                break
            if self.process.optional and self.process.once:
                self._tell(Status.LEFT_OUT, self.log.last_line or why)
                return
            wait = self.deaths.add(ready_at=self._ready_at, now=self._world.clock.now())
            if wait is None and self.process.optional:
                self._tell(Status.LEFT_OUT, why)
                return
            if wait is None:
                self._tell(Status.FAILED, why)
                self._world.failed(self)
                return
            self._tell(Status.RESTARTING, f"{why}; again in {wait:g} s")
            await self._world.clock.wait(self._world.stopping, seconds=wait)
        if self.status is not Status.DONE:
            self._tell(Status.STOPPED)

    async def _one_life(self, after: Sequence["Runner"]) -> str:
        """Answer why it ended."""
        self._ready_at, self._late = None, False
        mark = f"{self._world.run}:{self.process.name}:"
        try:
            child = Child(self.process.command, environment=self.process.environment, mark=mark, log=self.log)
        except OSError as refused:
            return f"cannot be started: {refused.strerror}: {self.process.command[0]}"
        self._world.warden.watch(child.pid)
        self.pid = child.pid
        self._tell(Status.STARTING)
        health = asyncio.create_task(self._watch(child))
        try:
            await _first(child.exited, self._world.stopping)
            await _ended(health)
            if not child.exited.is_set():
                await self._stop(child, after)
        finally:
            health.cancel()
            child.kill()
            await child.exited.wait()
            await child.finish()
            self._world.warden.forget(child.pid)
            self.pid = 0
        return self._why(child.code)

    async def _watch(self, child: Child) -> None:
        """Say when it becomes ready, and whether it stays so."""
        if self.process.once:
            return
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.process.start_seconds
        clock = MachineClock()  # it is asked for real, whatever restarts think of time
        while not child.exited.is_set():
            fault = await self.process.ready() if self.process.ready else ""
            if not fault and not child.exited.is_set():
                self._became_ready()
            elif self._ready_at is not None:
                self._tell(Status.UNWELL, fault)
            elif loop.time() > deadline:
                self._late = True
                child.kill()
            await clock.wait(
                child.exited, seconds=POLL_SECONDS if self._ready_at is None else self.process.health_seconds
            )

    def _became_ready(self) -> None:
        if self._ready_at is None:
            self._ready_at = self._world.clock.now()
        self._tell(Status.READY)
        self.settled.set()

    async def _stop(self, child: Child, after: Sequence["Runner"]) -> None:
        for other in after:
            await other.gone.wait()
        self._tell(Status.STOPPING)
        child.tell(self.process.stop_signal)
        try:
            async with asyncio.timeout(self.process.grace_seconds):
                await _first(child.exited, self._world.hurry)
        except TimeoutError:
            self.log.note(f"did not stop in {self.process.grace_seconds:g} s; killed")

    def _why(self, code: int) -> str:
        if code == 0 and self.process.once:
            self._tell(Status.DONE)
            self.settled.set()
            return ""
        self.log.note(f"ended with {_named(code)}")
        occupied = [port for port in self.process.ports if self._ready_at is None and taken(port)]
        if occupied:
            return f"port {occupied[0]} is in use by another program"
        return f"not ready in {self.process.start_seconds:g} s" if self._late else f"died with {_named(code)}"

    def _tell(self, status: Status, detail: str = "") -> None:
        if (status, detail) != (self.status, self.detail) or status is Status.STARTING:
            self.status, self.detail = status, detail
            self._world.changed(self)


def neighbours(runners: Mapping[str, Runner]) -> dict[str, tuple[list[Runner], list[Runner]]]:
    """Answer for each process those that it waits for at the start, and those that it waits for at the end.

    The latter include those behind a step that is done: the API still uses the database that was migrated.
    """
    start: dict[str, list[str]] = {name: [] for name in runners}
    end: dict[str, set[str]] = {name: set() for name in runners}
    for name, runner in runners.items():
        for other in (*runner.process.after, *runner.process.needed):
            if other in runners:
                start[name].append(other)
                first, last = (other, name) if other == runner.process.sidecar_of else (name, other)
                end[last].add(first)
    return {
        name: ([runners[other] for other in start[name]], [runners[other] for other in _reached(name, end)])
        for name in runners
    }


def _reached(name: str, edges: Mapping[str, set[str]]) -> set[str]:
    reached, frontier = set[str](), set(edges[name])
    while frontier:
        reached |= frontier
        frontier = {further for each in frontier for further in edges[each]} - reached
    return reached - {name}


def _named(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


async def _first(*events: asyncio.Event) -> None:
    """Wait until one of them is set."""
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel it; a fault of its own is a mistake of ours, and rises."""
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return
