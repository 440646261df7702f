"""Nothing secret and nothing that a caller says is written to a log, or shown on a command line."""

import psutil
import pytest

from tests.flows.conftest import RunningPlatform

UNUSUAL = ("turquoise", "elephants", "juggling")
SAID = "We saw turquoise elephants juggling in the park."


@pytest.fixture(scope="session", params=["livekit", "websocket"])
def logs(platform: RunningPlatform, request: pytest.FixtureRequest) -> str:
    """Everything that all processes wrote, after words that nobody else says."""
    record = platform.call("--transport", request.param, "--say", SAID)
    heard = " ".join(turn["text"].lower() for turn in record["turns"])
    assert all(word in heard for word in UNUSUAL)
    return "".join(file.read_text(errors="replace") for file in sorted((platform.folder / "logs").iterdir()))


def test_no_word_of_a_call_is_in_a_log(logs: str) -> None:
    """Neither the caller's nor the agent's."""
    assert [word for word in UNUSUAL if word in logs.lower()] == []
    assert "What do you want to show me" not in logs


def test_no_key_is_in_a_log(platform: RunningPlatform, logs: str) -> None:
    """Logs are read by more people than keys are."""
    secrets = [value for value in platform.state.keys.model_dump(mode="json").values() if len(value) > 16]

    assert len(secrets) >= 5
    assert [secret[:4] for secret in secrets if secret in logs] == []
    assert "callback_token" not in logs
    assert "ticket=" not in logs


def test_no_key_is_on_a_command_line(platform: RunningPlatform) -> None:
    """Everybody on the machine can read those."""
    secrets = [value for value in platform.state.keys.model_dump(mode="json").values() if len(value) > 16]
    lines = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]

    assert [line for line in lines if any(secret in line for secret in secrets)] == []
