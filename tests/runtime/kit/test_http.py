"""A process answers its probes from a thread of its own, and the probe of our images understands them."""

from collections.abc import Iterator

import httpx
import pytest

from runtime.kit.http import Probes, ProbeServer
from runtime.kit.probe import main as probe


class Process:
    """What the probes ask."""

    alive = True
    ready = False


@pytest.fixture
def process() -> Process:
    """A process that has started and does not serve yet."""
    return Process()


@pytest.fixture
def address(process: Process) -> Iterator[str]:
    """Where it answers."""
    probes = Probes(is_alive=lambda: process.alive, is_ready=lambda: process.ready, metrics=lambda: b"up 1.0\n")
    server = ProbeServer("127.0.0.1", 0, probes)
    yield f"http://127.0.0.1:{server.port}"
    server.close()


def test_alive_and_ready_are_two_things(address: str, process: Process) -> None:
    """A draining task takes nothing new and must not be replaced."""
    draining = httpx.get(f"{address}/livez").status_code, httpx.get(f"{address}/readyz").status_code
    process.ready = True

    assert draining == (200, 503)
    assert httpx.get(f"{address}/readyz").status_code == 200


def test_metrics_are_prometheus_text(address: str) -> None:
    """As its exposition format says."""
    answer = httpx.get(f"{address}/metrics")

    assert answer.text == "up 1.0\n"
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")


def test_anything_else_is_not_found(address: str) -> None:
    """There is nothing to find."""
    assert httpx.get(f"{address}/admin").status_code == 404


def test_the_probe_succeeds_and_fails_with_the_answer(
    address: str, process: Process, capsys: pytest.CaptureFixture[str]
) -> None:
    """ECS reads its exit code, people its line."""
    well = probe(f"{address}/livez")
    process.alive = False
    unwell = probe(f"{address}/livez")

    assert (well, unwell) == (0, 1)
    assert "503" in capsys.readouterr().err


def test_the_probe_fails_where_nothing_listens(capsys: pytest.CaptureFixture[str]) -> None:
    """A process that has not bound its port is not alive."""
    assert probe("http://127.0.0.1:9/livez") == 1
    assert "refused" in capsys.readouterr().err


def test_a_port_in_use_is_an_error_at_start(address: str) -> None:
    """Not a process that nobody can ask."""
    port = int(address.rpartition(":")[2])

    with pytest.raises(OSError, match="in use"):
        ProbeServer("127.0.0.1", port, Probes(lambda: True, lambda: True, lambda: b""))
