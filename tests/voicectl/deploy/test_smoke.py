"""The smoke test asks from outside, as often as it is told, and says what it heard."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from config.load import load
from voicectl.command_line import app
from voicectl.deploy.errors import SmokeFailed
from voicectl.deploy.smoke import health_url, smoke


class Answering(ThreadingHTTPServer):
    """The API's health, bad for the first few times."""

    def __init__(self, *, failures: int) -> None:
        """Listen on a free port of loopback."""
        self.left = failures
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Health)

    @property
    def url(self) -> str:
        """What a person would ask."""
        return f"http://127.0.0.1:{self.server_port}/api/health"


class _Health(BaseHTTPRequestHandler):
    server: Answering

    def do_GET(self) -> None:  # noqa: N802  http.server's name
        """503 until there are no failures left."""
        self.server.asked.append(self.path)
        self.server.left -= 1
        is_well = self.server.left < 0
        self.send_response(200 if is_well else 503)
        self.end_headers()
        self.wfile.write(
            b'{"status": "%s", "database": %s}' % ((b"ok", b"true") if is_well else (b"degraded", b"false"))
        )

    def log_message(self, *_: object) -> None:
        """The test's own output is enough."""


@pytest.fixture
def serving(request: pytest.FixtureRequest) -> Iterator[Answering]:
    """A server that fails as often as the test says."""
    with Answering(failures=request.param) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def asked(url: str, *, tries: int = 10) -> tuple[list[str], list[float]]:
    """Smoke, and answer what was said and how long it waited each time."""
    said: list[str] = []
    waited: list[float] = []
    smoke(url, tries=tries, pause_seconds=10, report=said.append, pause=waited.append)
    return said, waited


@pytest.mark.parametrize("serving", [0, 3, 9], indirect=True)
def test_it_asks_until_it_is_well(serving: Answering) -> None:
    """Ten tries, ten seconds apart: tasks are still coming up."""
    failures = serving.left

    said, waited = asked(serving.url)

    assert waited == [10] * failures
    assert said[-1] == f"{failures + 1}/10 {serving.url}: 200 status=ok database=True"
    assert serving.asked == ["/api/health"] * (failures + 1)


@pytest.mark.parametrize("serving", [10], indirect=True)
def test_after_the_last_try_it_fails_with_what_it_heard(serving: Answering) -> None:
    """The release goes back by this."""
    with pytest.raises(SmokeFailed, match="did not answer 200 in 10 tries; the last said: status=degraded"):
        asked(serving.url)

    assert len(serving.asked) == 10


def test_nobody_who_answers_is_a_failure_too() -> None:
    """A name that does not resolve, a closed port."""
    with pytest.raises(SmokeFailed, match="Connection refused"):
        asked("http://127.0.0.1:9/api/health", tries=1)


def test_it_asks_the_environments_own_api() -> None:
    """The same path as the load balancer lets through."""
    assert health_url(load("prod")) == "https://api.voice.example.com/api/health"
    assert health_url(load("staging")) == "https://api.staging.voice.example.com/api/health"


@pytest.mark.parametrize("serving", [1], indirect=True)
def test_the_command_exits_with_1_when_it_never_was_well(serving: Answering) -> None:
    """And with 0 when it was in the end."""
    words = ["smoke", "--env", "prod", "--pause", "0", "--url", serving.url]

    first = CliRunner().invoke(app, [*words, "--tries", "1"])
    second = CliRunner().invoke(app, [*words, "--tries", "1"])

    assert (first.exit_code, second.exit_code) == (1, 0)


@pytest.mark.parametrize("url", ["nonsense", "http://", "ftp://api.example.com", "http://api.example.com:port/"])
def test_what_is_no_url_is_a_usage_error(url: str) -> None:
    """Code 2 and a line that says what to give; nobody was asked."""
    ended = CliRunner().invoke(app, ["smoke", "--env", "prod", "--url", url], env={"COLUMNS": "200"})

    assert ended.exit_code == 2
    assert "is no URL; give it whole" in ended.output
