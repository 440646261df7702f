"""A process that lives and does nothing: a deadlock, a frozen disk, a garbage collection without end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import psutil

from voicectl.drill.laptop.stage import Stage


@contextmanager
def hanging(stage: Stage, process: str) -> Iterator[Mapping[str, str]]:
    """Let one process of the platform hang, with all that it started."""
    with frozen(stage.pid_of(process)):
        yield {"SERVICE": process}


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a process and its children, as SIGSTOP does; at the end those that are left go on."""
    stopped = _tree(pid)
    try:
        for each in stopped:
            with suppress(psutil.NoSuchProcess):
                each.suspend()
        yield
    finally:
        for each in stopped:
            with suppress(psutil.NoSuchProcess):  # psutil knows a process by its number and its start
                each.resume()


def _tree(pid: int) -> list[psutil.Process]:
    """The first one first, so that it does not replace the others."""
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]
