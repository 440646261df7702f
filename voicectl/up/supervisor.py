"""Starts processes in the order they need each other, keeps them running, and stops them in reverse."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from voicectl.up.child import Warden
from voicectl.up.clock import Clock, MachineClock
from voicectl.up.log_file import LogFile
from voicectl.up.process import GREEN, Process
from voicectl.up.restarts import RestartPolicy
from voicectl.up.runner import Runner, World, neighbours

Changed = Callable[[Runner], None]


class Supervisor:
    """All processes of one run.

    Attributes:
        runners: Each process by its name, in the order of the table.
        failed: The process that died too often, if one did.
    """

    def __init__(
        self,
        processes: Iterable[Process],
        *,
        run: str,
        logs: Path,
        warden: Warden,
        changed: Changed,
        clock: Clock | None = None,
        policy: RestartPolicy | None = None,
    ) -> None:
        """Prepare them; call in a running event loop.

        Args:
            run: Names this run, and marks everything it starts.
            changed: Told after every change of a process.
        """
        self.failed: Runner | None = None
        self._stopping, self._hurry = asyncio.Event(), asyncio.Event()
        self._changed = changed
        self._green = asyncio.Event()
        world = World(
            run=run,
            warden=warden,
            changed=self._note,
            failed=self._fail,
            stopping=self._stopping,
            hurry=self._hurry,
            clock=clock or MachineClock(),
            policy=policy or RestartPolicy(),
        )
        self.runners = {
            process.name: Runner(process, log=LogFile(logs / f"{process.name}.log"), world=world)
            for process in processes
        }

    async def run(self) -> None:
        """Run until `stop`, or until a process died too often; returns when nothing is left running."""
        order = neighbours(self.runners)
        try:
            async with asyncio.TaskGroup() as together:
                for name, runner in self.runners.items():
                    before, after = order[name]
                    together.create_task(runner.live(before=before, after=after), name=name)
        finally:
            for runner in self.runners.values():
                runner.log.close()

    def stop(self) -> None:
        """Stop everything in order; asked again, stop waiting and kill."""
        if self._stopping.is_set():
            self._hurry.set()
        self._stopping.set()

    async def until_green(self) -> None:
        """Wait until everything is ready, done or left out."""
        await self._green.wait()

    @property
    def is_green(self) -> bool:
        """Whether everything is ready, done or left out."""
        return all(runner.status in GREEN for runner in self.runners.values())

    def _note(self, runner: Runner) -> None:
        if self.is_green:
            self._green.set()
        self._changed(runner)

    def _fail(self, runner: Runner) -> None:
        self.failed = self.failed or runner
        self._stopping.set()
