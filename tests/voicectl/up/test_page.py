"""The page is served to this machine only, with the address and the key of the API beside it."""

import http.client
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from voicectl.up.page import page_server


@contextmanager
def served(dist: Path, *, transports: Callable[[], Sequence[str]] = tuple) -> Iterator[int]:
    """A page, as long as the block runs; answers its port."""
    server = page_server(dist, 0, api_url="http://127.0.0.1:8000", api_key="the key", transports=transports)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Where a built page is served."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html>")
    (dist / "assets" / "app.js").write_text("call()")
    (tmp_path / "secret").write_text("no")
    with served(dist) as port:
        yield port


def get(port: int, path: str, *, host: str = "") -> tuple[int, str, str]:
    """Status, content type and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}"})
    answer = connection.getresponse()
    read = (answer.status, answer.headers.get("Content-Type", ""), answer.read().decode())
    connection.close()
    return read


def test_the_page_finds_the_api_by_its_configuration(port: int) -> None:
    """The same build runs on every laptop and in AWS."""
    status, kind, body = get(port, "/config.json")

    assert (status, kind) == (200, "application/json")
    assert json.loads(body) == {"api_url": "http://127.0.0.1:8000", "api_key": "the key"}


def test_the_page_is_told_which_transports_there_are_now(tmp_path: Path) -> None:
    """The LiveKit server may be built, or found out to be missing, after the page was served first."""
    available = ["websocket"]
    with served(tmp_path, transports=lambda: available) as port:
        first = json.loads(get(port, "/config.json")[2])

        available.insert(0, "livekit")

        assert first["transports"] == ["websocket"]
        assert json.loads(get(port, "/config.json")[2])["transports"] == ["livekit", "websocket"]


@pytest.mark.parametrize(("path", "body"), [("/", "<!doctype html>"), ("/assets/app.js", "call()")])
def test_files_are_served(port: int, path: str, body: str) -> None:
    """A browser takes no script of the wrong type."""
    status, _, said = get(port, path)

    assert (status, said) == (200, body)


@pytest.mark.parametrize("path", ["/../secret", "/%2e%2e/secret", "/assets/", "/nothing"])
def test_nothing_else_is_served(port: int, path: str) -> None:
    """Neither other files nor a list of these."""
    status, _, body = get(port, path)

    assert status == 404
    assert body != "no"


@pytest.mark.parametrize("path", ["/config.json", "/"])
def test_another_name_for_this_machine_is_refused(port: int, path: str) -> None:
    """A page elsewhere whose name resolves to 127.0.0.1 would read the key in a person's browser."""
    status, _, body = get(port, path, host="evil.example:80")

    assert status == 403
    assert "the key" not in body
