"""One run of the platform, from the lock of its state folder to the last process."""

import asyncio
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from voicectl.up import livekit_server, ports, warden
from voicectl.up.backing import backing
from voicectl.up.child import Warden
from voicectl.up.environments import addresses
from voicectl.up.platform import PAGE, PORTS, Place, processes
from voicectl.up.process import Process, Status, select
from voicectl.up.runner import Runner
from voicectl.up.screen import Screen, Stopwatch
from voicectl.up.state import Addresses, ProcessState, Running, State, lock
from voicectl.up.supervisor import Supervisor


class Wishes(NamedTuple):
    """What a person asks of a run.

    Attributes:
        only: Names of processes; empty for all.
        without: Names to leave out.
        fixed_ports: By their names in the state file.
        is_fresh: Begin with an empty state folder.
        speed: The alarms' periods are shorter by so much.
    """

    only: Sequence[str] = ()
    without: Sequence[str] = ()
    fixed_ports: Mapping[str, int] = {}
    is_fresh: bool = False
    speed: float = 1.0


def run_platform(folder: Path, *, variables: Mapping[str, str], wishes: Wishes, screen: Screen) -> int:
    """Start the platform, keep it running, and stop it on SIGINT or SIGTERM.

    Returns:
        0 when it was stopped, 1 when a process died too often.

    Raises:
        UpError: It cannot start as things are; nothing was started.
    """
    held = lock(folder)
    try:
        if wishes.is_fresh:
            _empty(folder)
        state = _without_leftovers(State.read(folder), folder)
        with tempfile.TemporaryDirectory(prefix="voiceplane-", ignore_cleanup_errors=True) as temporary:
            session = _Session(folder, Path(temporary), state=state, variables=variables, wishes=wishes, screen=screen)
            return asyncio.run(session.run(held))
    finally:
        os.close(held)


class _Session:
    def __init__(
        self,
        folder: Path,
        temporary: Path,
        *,
        state: State,
        variables: Mapping[str, str],
        wishes: Wishes,
        screen: Screen,
    ) -> None:
        self._folder, self._screen, self._watch = folder, screen, Stopwatch()
        chosen = ports.choose(PORTS, folder=folder, before=state.ports, fixed=wishes.fixed_ports)
        own = backing(variables, keys=state.keys, ports=chosen)
        place = Place(
            folder=folder,
            temporary=temporary,
            variables=variables,
            keys=state.keys,
            ports=chosen,
            backing=own,
            speed=wishes.speed,
            binary=livekit_server.find_binary(variables, report=print) if own.is_own_livekit else None,
        )
        self._processes = select(processes(place), only=wishes.only, without=wishes.without)
        self._run = uuid.uuid4().hex
        self._running = Running(
            run=self._run,
            pid=os.getpid(),
            started_at=datetime.now(UTC),
            temporary=temporary,
            speed=wishes.speed,
            addresses=addresses(own, ports=chosen, has_page=(PAGE / "index.html").exists()),
        )
        self._has_other_livekit = not own.is_own_livekit
        self._state = state.model_copy(update={"ports": chosen})
        self._is_green = False

    async def run(self, held: int) -> int:
        """Answer the exit code."""
        guard = Warden(self._run, lock=held)
        try:
            self._supervisor = self._supervise(guard, self._processes)
            self._remember()
            self._screen.begin(list(self._supervisor.runners.values()))
            try:
                await self._supervisor.run()
            finally:
                self._screen.end(self._supervisor.failed)
        finally:
            guard.close()
            self._state.model_copy(update={"running": None}).write(self._folder)
        return 1 if self._supervisor.failed else 0

    def _supervise(self, guard: Warden, table: Iterable[Process]) -> Supervisor:
        supervisor = Supervisor(table, run=self._run, logs=self._folder / "logs", warden=guard, changed=self._changed)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, supervisor.stop)
        return supervisor

    def _changed(self, runner: Runner) -> None:
        self._remember()
        self._screen.changed(runner)
        if self._supervisor.is_green and not self._is_green:
            self._is_green = True
            self._screen.green(self._watch.seconds(), self._running.addresses)

    def _remember(self) -> None:
        rows = tuple(_row(runner) for runner in self._supervisor.runners.values())
        self._running = self._running.model_copy(update={"processes": rows, "addresses": self._addresses()})
        self._state.model_copy(update={"running": self._running}).write(self._folder)

    def _addresses(self) -> Addresses:
        """Forget LiveKit's once it is certain that nobody will be there."""
        server = self._supervisor.runners.get("livekit")
        if self._has_other_livekit or (server and server.status is not Status.LEFT_OUT):
            return self._running.addresses
        return self._running.addresses.model_copy(update={"livekit": ""})


def _row(runner: Runner) -> ProcessState:
    process = runner.process
    return ProcessState(
        name=process.name,
        meaning=process.meaning,
        status=runner.status,
        detail=runner.detail,
        pid=runner.pid,
        ports=runner.ports,
        restarts=runner.deaths.count,
        log=runner.log.path,
    )


def _without_leftovers(state: State, folder: Path) -> State:
    """After `up` and its warden were both killed, processes of theirs may still hold ports and data."""
    if state.running:
        warden.kill_marked(f"{state.running.run}:")
        shutil.rmtree(state.running.temporary, ignore_errors=True)
        state = state.model_copy(update={"running": None})
        state.write(folder)
    return state


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.name == "lock":
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
