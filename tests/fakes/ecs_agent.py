"""ECS's agent endpoint as far as task protection goes: it grants or refuses, and remembers what it was asked."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self


class FakeEcsAgent:
    """One task's endpoint on loopback.

    Attributes:
        asked: The body of every request, in order.
        refusal: What `failure` it answers with; None grants.
    """

    def __init__(self) -> None:
        """Bind a free port."""
        self.asked: list[dict[str, Any]] = []
        self.refusal: dict[str, str] | None = None
        agent = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                agent.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                good = self.path == "/api/task/task-protection/v1/state"
                self.send_response(200 if good else 404)
                self.end_headers()
                self.wfile.write(json.dumps(agent.answer()).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @property
    def uri(self) -> str:
        """The value of ECS_AGENT_URI."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/task"

    @property
    def is_protecting(self) -> bool:
        """What the last request asked for."""
        return bool(self.asked) and bool(self.asked[-1]["ProtectionEnabled"])

    def answer(self) -> dict[str, Any]:
        """What ECS answers in the shape of its documentation."""
        if self.refusal is not None:
            return {"failure": self.refusal}
        return {"protection": self.asked[-1]}

    def __enter__(self) -> Self:
        """Answer from now on."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
