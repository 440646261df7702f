"""What ECS and Prometheus ask every process of ours: `/livez`, `/readyz` and `/metrics`."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple

from contract.services import LIVENESS_PATH, METRICS_PATH, READINESS_PATH

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


class Probes(NamedTuple):
    """What the process answers; each is asked in a thread of the server.

    Attributes:
        is_alive: False has ECS replace the task.
        is_ready: False has a load balancer send nothing new.
        metrics: Prometheus' text.
    """

    is_alive: Callable[[], bool]
    is_ready: Callable[[], bool]
    metrics: Callable[[], bytes]

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Answer a path with status, content type and body."""
        if path == METRICS_PATH:
            return 200, EXPOSITION, self.metrics()
        if path in (LIVENESS_PATH, READINESS_PATH):
            good = self.is_alive() if path == LIVENESS_PATH else self.is_ready()
            return (200, "text/plain", b"ok\n") if good else (503, "text/plain", b"no\n")
        return 404, "text/plain", b"not found\n"


class ProbeServer:
    """Serves probes from a thread of its own, so that a busy process still answers."""

    def __init__(self, host: str, port: int, probes: Probes) -> None:
        """Bind the port.

        Args:
            port: 0 takes a free one.

        Raises:
            OSError: The port is in use.
        """
        self._server = ThreadingHTTPServer((host, port), _handler(probes))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, name="probes", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_address[1]

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(probes: Probes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = probes.answer(self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Probes come every few seconds; their silence is news, not their sound."""

    return Handler
