"""`python -m voicectl.up.page FOLDER PORT`: the built page, with a `config.json` that tells it API and key.

It is another origin than the API, as with Amplify. API_URL, API_KEY and PIPELINES come by variables; which transports
there are is read from the state folder each time, because a LiveKit server may be built while the page is served.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from voicectl.up.state import State, state_folder

CONFIG: Final = "/config.json"
LOOPBACK: Final = "127.0.0.1"


class PageHandler(SimpleHTTPRequestHandler):
    """Serves files of the folder, and the configuration.

    Attributes:
        configuration: Answers what `config.json` says now.
        hosts: What a browser may call us; any other name is somebody's who points it at this machine.
    """

    configuration: Callable[[], Mapping[str, object]] = staticmethod(dict)
    hosts: frozenset[str] = frozenset()

    def do_GET(self) -> None:
        """Answer the configuration or a file."""
        if self._is_foreign():
            return
        if self.path.partition("?")[0] == CONFIG:
            self._send_configuration()
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        """Answer what `do_GET` would, without it."""
        if not self._is_foreign():
            super().do_HEAD()

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        """Answer that there is no list."""
        self.send_error(404, explain=f"{Path(path).name}/ has no index.html")

    def end_headers(self) -> None:
        """Have browsers ask again: the next build has the same address."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of every file."""

    def _is_foreign(self) -> bool:
        foreign = self.headers.get("Host", "") not in self.hosts
        if foreign:
            self.send_error(403, "this page is served to this machine only")
        return foreign

    def _send_configuration(self) -> None:
        body = json.dumps(self.configuration()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def page_server(
    folder: Path,
    port: int,
    *,
    api_url: str,
    api_key: str,
    pipelines: Sequence[str] = (),
    transports: Callable[[], Sequence[str]] = tuple,
) -> ThreadingHTTPServer:
    """Prepare the server; with port 0 it takes a free one. What is empty is not told: the page offers all there are."""

    def told() -> Mapping[str, object]:
        offers = {"pipelines": list(pipelines), "transports": list(transports())}
        return {
            "api_url": api_url,
            "api_key": api_key,
            **{name: offered for name, offered in offers.items() if offered},
        }

    class Handler(PageHandler):
        configuration = staticmethod(told)

    server = ThreadingHTTPServer((LOOPBACK, port), partial(Handler, directory=str(folder)))
    served = server.server_address[1]
    Handler.hosts = frozenset({f"{LOOPBACK}:{served}", f"localhost:{served}"})
    return server


def transports_now() -> Sequence[str]:
    """Read what the platform of our state folder says."""
    running = State.read(state_folder(os.environ)).running
    return running.transports if running else ()


if __name__ == "__main__":
    page_server(
        Path(sys.argv[1]),
        int(sys.argv[2]),
        api_url=os.environ["API_URL"],
        api_key=os.environ["API_KEY"],
        pipelines=os.environ["PIPELINES"].split(","),
        transports=transports_now,
    ).serve_forever()
