"""A test drives each provider by itself, and a mistake in the control is told."""

import signal
import subprocess
import sys

import httpx
import pytest

from runtime.providers.control import Control
from runtime.providers.desk import Received
from runtime.providers.faults import Fault
from tests.runtime.providers.served import served

pytestmark = pytest.mark.xdist_group("providers")


def test_a_fault_strikes_one_provider_only(control: Control, urls: dict[str, str]) -> None:
    """Or no test could say whose fault ended the call."""
    control.spoil("elevenlabs", Fault(status=503))

    assert completion(urls).status_code == 200


def test_a_fault_with_a_number_passes(control: Control, urls: dict[str, str]) -> None:
    """Two refusals, then all is well."""
    control.spoil("openai", Fault(status=500, times=2))

    assert [completion(urls).status_code for _ in range(3)] == [500, 500, 200]


def test_a_reset_forgets_everything(control: Control, urls: dict[str, str]) -> None:
    """A test finds the process as if it had just started."""
    control.script("openai", ["Left over."])
    control.spoil("openai", Fault(status=500))
    completion(urls)

    control.reset("openai")

    assert control.received("openai") == Received()
    assert "Left over." not in completion(urls).text


def test_no_key_can_be_read_back(control: Control, urls: dict[str, str]) -> None:
    """What was received is printed by failing tests."""
    completion(urls)

    assert "secret-key" not in control.received("openai").model_dump_json()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/control/nobody/fault", "{}", 404),
        ("PUT", "/control/openai/fault", '{"statsu": 500}', 400),
        ("PUT", "/control/openai/fault", '{"status": 200}', 400),
        ("POST", "/control/openai/script", '{"lines": [1]}', 400),
    ],
    ids=["no such provider", "misspelt", "no error", "no line"],
)
def test_a_mistake_is_told(providers_url: str, method: str, path: str, body: str, status: int) -> None:
    """A fault that was not set would make a test pass for nothing."""
    assert httpx.request(method, providers_url + path, content=body).status_code == status


def test_the_process_says_that_it_lives(providers_url: str) -> None:
    """The platform waits for it."""
    assert httpx.get(f"{providers_url}/livez").status_code == 200
    assert httpx.get(f"{providers_url}/readyz").status_code == 200


def test_a_port_in_use_is_told_and_ends_the_process(providers_url: str) -> None:
    """A second platform on the machine must not talk to the first one's providers."""
    port = providers_url.rsplit(":", 1)[1]

    ended = subprocess.run(
        [sys.executable, "-m", "runtime.providers", "--port", port], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr == f"runtime.providers: 127.0.0.1:{port} is in use; choose another --port, or 0\n"


def test_sigterm_ends_it(providers_url: str) -> None:  # noqa: ARG001  the first one goes on
    """And cleanly, though a request is never answered."""
    command = [sys.executable, "-m", "runtime.providers", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("serving on http://127.0.0.1:")

        process.send_signal(signal.SIGTERM)

        assert process.wait(10) == 0


def test_it_is_reached_from_this_machine_only() -> None:
    """Whoever reaches it can make a call say anything."""
    with served("runtime.providers") as url:
        assert url.startswith("http://127.0.0.1:")


def completion(urls: dict[str, str]) -> httpx.Response:
    """Ask OpenAI for something."""
    body = {"model": "gpt", "messages": [{"role": "user", "content": "Hello"}]}
    return httpx.post(
        f"{urls['openai_url']}/chat/completions", json=body, headers={"Authorization": "Bearer secret-key"}
    )
