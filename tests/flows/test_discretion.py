"""Nothing secret and nothing that a caller says is written to a log, or shown on a command line.

Neither when all is well nor when something breaks in the middle, which is when most is logged.
"""

import asyncio
import os
import signal
import time
from datetime import UTC, datetime

import httpx
import jwt
import psutil
import pytest
import websockets

from runtime.providers.faults import Fault
from tests.flows.conftest import RunningPlatform
from tests.platform.waiting import wait_until
from voicectl.call.api import Api
from voicectl.call.errors import ApiRefused

UNUSUAL = ("turquoise", "elephants", "juggling")
SAID = "We saw turquoise elephants juggling in the park."
TOO_GREAT = 2**40  # for a column of PostgreSQL


@pytest.fixture(scope="session", params=["livekit", "websocket"])
def logs(platform: RunningPlatform, request: pytest.FixtureRequest) -> str:
    """Everything that all processes wrote, after words that nobody else says."""
    record = platform.call("--transport", request.param, "--say", SAID)
    heard = " ".join(turn["text"].lower() for turn in record["turns"])
    assert any(word in heard for word in UNUSUAL), heard  # one that was heard could be in a log
    return written(platform)


def written(platform: RunningPlatform) -> str:
    """What is in all logs by now."""
    return "".join(file.read_text(errors="replace") for file in sorted((platform.folder / "logs").iterdir()))


@pytest.mark.parametrize("transport", ["livekit", "websocket"])
def test_no_word_is_in_a_log_when_a_provider_fails_in_the_middle(
    platform: RunningPlatform, rest: Api, transport: str
) -> None:
    """What it was asked is in the frames of the failure, and may be in its message."""
    say = ("call", "--pipeline", "deepgram_openai", "--transport", transport, "--say", SAID)
    with platform.providers() as providers:
        try:
            with platform.start(*say) as command:
                for line in command.stdout or ():
                    if "heard" in line:  # the greeting: the answer to what is said next will fail
                        providers.spoil("openai", Fault(status=500))
        finally:
            providers.reset("openai")

    [latest] = rest.get("/sessions", limit=1)["results"]
    record = rest.get(f"/sessions/{latest['id']}")
    heard = " ".join(turn["text"].lower() for turn in record["turns"])
    assert any(word in heard for word in UNUSUAL), heard  # one that was heard could be in a log
    assert record["reason"] == "provider_failed"
    logs = written(platform)
    assert "APIStatusError" in logs
    assert [word for word in UNUSUAL if word in logs.lower()] == []


def test_no_word_is_in_a_log_when_the_database_refuses_a_turn(platform: RunningPlatform, rest: Api) -> None:
    """PostgreSQL's message quotes the row, and its own log the statement."""
    session = rest.post("/sessions", {"simulation_service": "local", "transport": "websocket"})["id"]
    key = platform.state.keys.callback_signing_key.get_secret_value()
    token = jwt.encode({"sub": session, "exp": int(time.time()) + 600}, key, algorithm="HS256")
    now = datetime.now(UTC).isoformat()
    turn = {"number": TOO_GREAT, "speaker": "caller", "text": SAID, "started_at": now, "ended_at": now}

    answer = httpx.post(
        f"{platform.state.running.addresses.api}/internal/sessions/{session}/turns",
        headers={"Authorization": f"Bearer {token}"},
        json={"attempt": 1, "turns": [turn]},
    )
    rest.post(f"/sessions/{session}/end")

    logs = written(platform)
    assert answer.is_error
    assert [word for word in UNUSUAL if word in logs.lower()] == []
    assert token not in logs


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


def test_no_ticket_is_in_a_log_when_valkey_is_killed(platform: RunningPlatform, rest: Api) -> None:
    """Sockets connect all the while; a ticket that was never taken is still good when it is back."""
    opened = rest.post("/sessions", {"simulation_service": "local", "transport": "websocket"})
    before = platform.pid_of("valkey")
    os.kill(before, signal.SIGKILL)

    asyncio.run(knock(platform, opened["token"]))
    wait_until(lambda: platform.pid_of("valkey") != before, what="another Valkey", seconds=60)
    wait_until(lambda: is_well(platform), what="the API", seconds=60)
    wait_until(lambda: has_rooms(rest), what="LiveKit, whose nodes speak by Valkey", seconds=60)
    rest.post(f"/sessions/{opened['id']}/end")

    logs = written(platform)
    assert opened["token"] not in logs
    assert "ticket=" not in logs
    assert "tickets cannot be read" in logs


async def knock(platform: RunningPlatform, ticket: str) -> None:
    """Open sockets that cannot be served until one has been told so."""
    async with asyncio.timeout(30):
        for address in (platform.state.running.addresses.voice, platform.state.running.addresses.events):
            async with websockets.connect(f"{address}?ticket={ticket}") as socket:
                await socket.wait_closed()


def is_well(platform: RunningPlatform) -> bool:
    """Whether the stores answer."""
    return httpx.get(f"{platform.state.running.addresses.api}/api/health").is_success


def has_rooms(rest: Api) -> bool:
    """Whether LiveKit opens a room, which it does again some seconds after Valkey is back."""
    try:
        opened = rest.post("/sessions", {"simulation_service": "local", "transport": "livekit"})
    except ApiRefused:
        return False
    rest.post(f"/sessions/{opened['id']}/end")
    return True
