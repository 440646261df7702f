"""How busy a process and all that it started keep this machine."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import psutil


class _Spent(NamedTuple):
    born: float
    at: float
    seconds: float


class Cpu:
    """CPU of processes between two looks."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._before: dict[int, _Spent] = {}

    def percent(self, pid: int) -> float | None:
        """Answer the share of all cores since the look before; None at the first one, and when nobody is there."""
        try:
            root = psutil.Process(pid)
            spent = _Spent(root.create_time(), time.monotonic(), sum(_seconds(root)))
        except psutil.Error:
            return None
        before, self._before[pid] = self._before.get(pid), spent
        if before is None or before.born != spent.born:
            return None
        # Less than before when a child of its own went elsewhere to die.
        busy = max(0.0, spent.seconds - before.seconds)
        return 100 * busy / (spent.at - before.at) / (psutil.cpu_count() or 1)


def _seconds(root: psutil.Process) -> Iterator[float]:
    """Yield what each has used; those that ended are in their parents' numbers."""
    for process in [root, *root.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # it ended meanwhile
            yield sum(process.cpu_times()[:4])
