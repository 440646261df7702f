"""A target is well as its load balancer would find it, and answered what its own counters say."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from contract.metrics import API_LATENCY, API_REQUESTS
from runtime.kit.metrics import Recorder
from tests.voicectl.up.aws_metrics.telling import here, named, process, tell
from voicectl.up.aws_metrics.here import Here
from voicectl.up.aws_metrics.routes import Route
from voicectl.up.process import Status

WELL = {"HealthyHostCount": 1.0, "UnHealthyHostCount": 0.0}
UNWELL = {"HealthyHostCount": 0.0, "UnHealthyHostCount": 1.0}
PATIENCE_SECONDS = 0.5


class Target(ThreadingHTTPServer):
    """A process that answers as it is told.

    Attributes:
        status: Of every answer but that of `/metrics`.
        asked: Paths, in order.
        may_answer: Unset, it hangs.
        recorder: What it counts.
    """

    daemon_threads = True

    def __init__(self) -> None:
        """Listen."""
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status, self.asked = 200, list[str]()
        self.may_answer = Event()
        self.may_answer.set()
        self.recorder = Recorder("local", publisher="api")

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self.recorder.add(API_REQUESTS, method="GET", route=route, status=str(status))
        self.recorder.observe(API_LATENCY, seconds, method="GET", route=route)


class _Answer(BaseHTTPRequestHandler):
    server: Target

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.may_answer.wait(30)
        is_metrics = self.path == "/metrics"
        self.send_response(200 if is_metrics else self.server.status)
        self.end_headers()
        self.wfile.write(self.server.recorder.exposition() if is_metrics else b"")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def target() -> Iterator[Target]:
    """It serves until the test ends."""
    with Target() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.may_answer.set()
        server.shutdown()
        thread.join()


@asynccontextmanager
async def measuring(group: str, there: Here) -> AsyncIterator[Route]:
    """A source."""
    route = Route(group, here=there, answer_seconds=PATIENCE_SECONDS)
    try:
        yield route
    finally:
        await route.close()


def serving(target: Target, folder: Path, name: str) -> Here:
    """A platform in which this process serves at the target's port."""
    return here(folder, process(name, pid=7, ports=(target.server_port,)))


async def test_two_misses_in_a_row_make_it_unhealthy_and_one_answer_healthy(target: Target, tmp_path: Path) -> None:
    """One slow answer is no outage."""
    async with measuring("WebSocketRouteTargets", serving(target, tmp_path, "websocket")) as route:
        seen = []
        for status in (200, 503, 503, 500, 200):
            target.status = status
            seen.append(named(await route.look()))

    assert seen == [WELL, WELL, UNWELL, UNWELL, WELL]
    assert set(target.asked) == {"/readyz"}


async def test_one_that_hangs_is_unhealthy_within_bounded_time(target: Target, tmp_path: Path) -> None:
    """It accepts connections, and that is all."""
    target.may_answer.clear()
    begun = time.monotonic()

    async with measuring("WebSocketRouteTargets", serving(target, tmp_path, "websocket")) as route:
        seen = [named(await route.look()) for _ in range(2)]

    assert seen == [WELL, UNWELL]
    assert time.monotonic() - begun < 2 * (PATIENCE_SECONDS + 2)


async def test_one_that_is_gone_is_unhealthy(target: Target, tmp_path: Path) -> None:
    """Nobody listens while it is started again."""
    async with measuring("WebSocketRouteTargets", serving(target, tmp_path, "websocket")) as route:
        await route.look()
        tell(tmp_path, process("websocket", Status.RESTARTING, ports=(1,)))
        seen = [named(await route.look()) for _ in range(2)]

    assert seen == [WELL, UNWELL]


async def test_one_that_never_was_ready_is_no_target(target: Target, tmp_path: Path) -> None:
    """A load balancer is not told of it before."""
    starting = here(tmp_path, process("websocket", Status.STARTING, pid=7, ports=(target.server_port,)))

    async with measuring("WebSocketRouteTargets", starting) as route:
        assert await route.look() == []
    assert target.asked == []


@pytest.mark.parametrize(("status", "is_well"), [(200, True), (406, True), (503, False)])
async def test_livekit_without_valkey_stays_a_target(
    target: Target, tmp_path: Path, status: int, is_well: bool
) -> None:
    """Its calls go on; its load balancer takes 406 for well."""
    target.status = status

    async with measuring("SignalGroup", serving(target, tmp_path, "livekit")) as route:
        await route.look()
        assert named(await route.look()) == (WELL if is_well else UNWELL)
    assert set(target.asked) == {"/"}


async def test_answers_are_counted_since_the_look_before_and_by_their_balancer(target: Target, tmp_path: Path) -> None:
    """The agent's own requests never touch the public load balancer."""
    target.answered("api/v1/sessions", 500, 9.0)
    there = serving(target, tmp_path, "api")
    async with measuring("ApiRouteTargets", there) as public, measuring("InternalRouteTargets", there) as internal:
        first = named(await public.look()), named(await internal.look())
        for route, status, seconds in [
            ("api/v1/sessions", 201, 0.2),
            ("api/v1/sessions", 503, 0.4),
            ("other", 404, 0.0),
            ("internal/sessions", 500, 3.0),
        ]:
            target.answered(route, status, seconds)
        second = named(await public.look()), named(await internal.look())

    assert first == (WELL, WELL)
    assert second[0] == WELL | {
        "RequestCount": 3,
        "HTTPCode_Target_5XX_Count": 1,
        "TargetResponseTime": pytest.approx(0.2),
    }
    assert second[1] == WELL | {"RequestCount": 1, "HTTPCode_Target_5XX_Count": 1, "TargetResponseTime": 3.0}


async def test_without_a_request_there_is_no_time_of_an_answer(target: Target, tmp_path: Path) -> None:
    """No requests are none; a mean of none is nothing."""
    async with measuring("ApiRouteTargets", serving(target, tmp_path, "api")) as route:
        await route.look()
        quiet = named(await route.look())

    assert quiet == WELL | {"RequestCount": 0, "HTTPCode_Target_5XX_Count": 0}


async def test_an_api_that_was_started_again_counts_from_nothing(target: Target, tmp_path: Path) -> None:
    """Its counters begin at 0, and no request is taken back."""
    async with measuring("ApiRouteTargets", serving(target, tmp_path, "api")) as route:
        for _ in range(5):
            target.answered("api/v1/sessions", 200, 0.1)
        await route.look()
        target.recorder = Recorder("local", publisher="api")
        target.answered("api/v1/sessions", 200, 0.3)
        again = named(await route.look())

    assert again["RequestCount"] == 1
    assert again["TargetResponseTime"] == pytest.approx(0.3)
