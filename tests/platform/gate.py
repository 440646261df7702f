"""A TCP relay before a server, which can be closed: whoever connects then waits, as for a host that hangs."""

import socket
from threading import Event, Thread
from typing import Final, Self
from urllib.parse import urlsplit

from tests.platform.addresses import LOOPBACK

CHUNK: Final = 65536


class Gate:
    """Relays to one server while it is open; connections that came while it was closed go on when it opens."""

    def __init__(self, target: str) -> None:
        """Listen on a free port, open.

        Args:
            target: `http://host:port` of the server behind it.
        """
        address = urlsplit(target)
        self._target = (address.hostname or LOOPBACK, address.port or 80)
        self._listener = socket.create_server((LOOPBACK, 0))
        self._may_pass = Event()
        self._may_pass.set()
        self.url = f"http://{LOOPBACK}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Begin to accept."""
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Accept no more, and let the last ones go."""
        self._may_pass.set()
        self._listener.close()

    def close(self) -> None:
        """Let new connections wait."""
        self._may_pass.clear()

    def open(self) -> None:
        """Let all pass."""
        self._may_pass.set()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return  # closed
            Thread(target=self._relay, args=(caller,), daemon=True).start()

    def _relay(self, caller: socket.socket) -> None:
        self._may_pass.wait()
        with caller, socket.create_connection(self._target) as server:
            back = Thread(target=self._pump, args=(server, caller), daemon=True)
            back.start()
            self._pump(caller, server)
            back.join()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        """Until one side has gone; a closed gate holds what is on the way too."""
        try:
            while data := source.recv(CHUNK):
                self._may_pass.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return
