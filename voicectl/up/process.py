"""One process of the platform as data: how it is started, when it is ready, what it waits for, how it ends."""

import signal
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from voicectl.up.errors import UnknownProcess
from voicectl.up.probes import Probe

GRACE_SECONDS: Final = 10.0
HEALTH_SECONDS: Final = 3.0
START_SECONDS: Final = 90.0  # on two busy cores the agent's imports alone take 20


class Process(BaseModel):
    """One process.

    Attributes:
        name: As in `contract.services` where it is a container of ours.
        meaning: What it is, for the screen.
        environment: All of it; nothing is inherited.
        ports: What it listens on, by their names in the state file.
        after: Names that must be ready, or done, before it starts; those left out do not count.
        needs: Names without which it makes no sense; left out with them.
        sidecar_of: Name of a process that it needs, outlives, and stops after.
        ready: Asked until it answers, and every `health_seconds` from then on; None takes a running process for ready.
        once: It runs to its end, and is done with exit code 0.
        optional: Its failure leaves out what needs it, instead of stopping the platform.
        missing: Why it cannot run on this machine; empty when it can.
        grace_seconds: From the stop signal to SIGKILL.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    name: str
    command: tuple[str, ...]
    meaning: str = ""
    environment: Mapping[str, str] = Field(default_factory=dict, repr=False)
    ports: tuple[int, ...] = ()
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    sidecar_of: str = ""
    ready: Probe | None = None
    once: bool = False
    optional: bool = False
    missing: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = GRACE_SECONDS
    start_seconds: float = START_SECONDS
    health_seconds: float = HEALTH_SECONDS

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of those without which it is left out."""
        return (*self.needs, self.sidecar_of) if self.sidecar_of else self.needs


class Status(StrEnum):
    """What a process is doing, as the screen says it."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    UNWELL = "unwell"
    RESTARTING = "restarting"
    LEFT_OUT = "left out"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


GREEN: Final = frozenset({Status.READY, Status.DONE, Status.LEFT_OUT})


def select(processes: Iterable[Process], *, only: Iterable[str] = (), without: Iterable[str] = ()) -> list[Process]:
    """Take the processes that are asked for, in their order.

    Raises:
        UnknownProcess: A name is none of theirs.
    """
    processes, only, without = list(processes), set(only), set(without)
    unknown = (only | without) - {process.name for process in processes}
    if unknown:
        names = ", ".join(process.name for process in processes)
        raise UnknownProcess(f"there is no process {', '.join(sorted(unknown))}; there are {names}")
    return [p for p in processes if (not only or p.name in only) and p.name not in without]
