"""Where the shared servers of a test run listen: known before they are started, because settings are read at import.

A port is kept by a socket that is bound and does not listen, until its server binds the same port.
"""

import os
import shutil
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"


def port_of(server: str) -> int:
    """Answer the port of a server in this process, a free one that nobody else is given meanwhile."""
    if server not in _KEEPERS:
        keeper = socket.socket()
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind((LOOPBACK, 0))
        _KEEPERS[server] = keeper
    return int(_KEEPERS[server].getsockname()[1])


def folder_of(server: str) -> Path:
    """Where a server keeps its files; short, because a socket's path may have 107 characters."""
    return Path(tempfile.gettempdir()) / f"voiceplane-{os.getpid()}" / server


def forget(server: str) -> None:
    """Remove a server's files, and with the last of them the folder of this process."""
    folder = folder_of(server)
    shutil.rmtree(folder)
    with suppress(OSError):  # another server still has files there
        folder.parent.rmdir()


_KEEPERS: Final[dict[str, socket.socket]] = {}
