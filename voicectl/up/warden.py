"""Kills what is left when `voicectl up` itself was killed; it runs alone, as a file, with the standard library only.

It is told process groups on its standard input, `+pid` and `-pid`. When that closes, whatever was
not taken back is killed, and so is every process that carries this run's mark in its environment:
a grandchild may have left its group. It holds the lock of the state folder meanwhile, so that the
next `voicectl up` begins only when nothing of this one is left.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event

MARK = "VOICEPLANE_PROCESS"  # `<run>:<name>:` in the environment of everything that `up` starts
KILL_SECONDS = 10.0  # a killed process that waits for a disk takes its time
AGAIN_SECONDS = 0.02


def marked(value: str) -> Iterator[int]:
    """Find the processes of ours whose mark begins so; only Linux tells."""
    wanted = f"\0{MARK}={value}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            found = wanted in b"\0" + (entry / "environ").read_bytes()
            is_dead = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:  # it ended meanwhile, or is another user's
            continue
        if found and not is_dead and int(entry.name) != os.getpid():
            yield int(entry.name)


def kill_marked(value: str) -> list[int]:
    """Kill them until none is left, for one may start another meanwhile; answer those that do not go."""
    deadline, found = time.monotonic() + KILL_SECONDS, list(marked(value))
    while found and time.monotonic() < deadline:
        _kill(os.kill, found)
        Event().wait(AGAIN_SECONDS)
        found = list(marked(value))
    return found


def _kill(how: Callable[[int, int], None], targets: Iterable[int]) -> None:
    for target in targets:
        try:
            how(target, signal.SIGKILL)
        except ProcessLookupError:
            continue


def main(run: str) -> None:
    """Wait for the end of standard input, then leave nothing behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line.startswith("+") else groups.discard)(int(line[1:]))
    _kill(os.killpg, groups)
    kill_marked(f"{run}:")


if __name__ == "__main__":
    main(sys.argv[1])
