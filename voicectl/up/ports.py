"""Which ports the platform listens on: free ones, the same again after a restart when nobody took them meanwhile."""

import socket
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from voicectl.up.errors import PortTaken

FIRST: Final = 20000  # below what Linux gives to outgoing connections, 32768 and up
LAST: Final = 31900
APART: Final = 100  # more than the platform needs
LOOPBACK: Final = "127.0.0.1"


def choose(
    names: Iterable[str], *, folder: Path, before: Mapping[str, int], fixed: Mapping[str, int]
) -> dict[str, int]:
    """Answer a free port for each name.

    Args:
        names: One that begins with `udp-` takes a pair of UDP ports, the other the next one up.
        folder: The state folder: two clones begin at different places.
        before: What was used last time; taken again where free.
        fixed: What a person asked for.

    Raises:
        PortTaken: A port that was asked for is in use, or nothing is free.
    """
    for name, port in fixed.items():
        if not _is_free(name, port):
            raise PortTaken(f"port {port} for {name} is in use; stop what uses it, or choose another")
    start = FIRST + zlib.crc32(str(folder.resolve()).encode()) % ((LAST - FIRST) // APART) * APART
    chosen = dict(fixed)
    candidates = iter([*range(start, LAST), *range(FIRST, start)])
    for name in names:
        if name in chosen:
            continue
        used = {taken for other, port in chosen.items() for taken in (port, port + other.startswith("udp-"))}
        same = before.get(name)
        if same and same not in used and _is_free(name, same):
            chosen[name] = same
            continue
        later = set(before.values())
        chosen[name] = _next(name, candidates, avoid=used | later)
    return chosen


def taken(port: int) -> bool:
    """Whether somebody listens on a TCP port of this machine."""
    return not _binds(socket.SOCK_STREAM, port)


def _next(name: str, candidates: Iterable[int], *, avoid: set[int]) -> int:
    wide = name.startswith("udp-")
    for port in candidates:
        if port not in avoid and (not wide or port + 1 not in avoid) and _is_free(name, port):
            if wide:
                next(iter(candidates))
            return port
    raise PortTaken(f"no port from {FIRST} to {LAST} is free for {name}; stop something")


def _is_free(name: str, port: int) -> bool:
    if name.startswith("udp-"):
        return _binds(socket.SOCK_DGRAM, port) and _binds(socket.SOCK_DGRAM, port + 1)
    return _binds(socket.SOCK_STREAM, port)


def _binds(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            # As servers do: a connection of the last run that is still being forgotten takes nothing.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
