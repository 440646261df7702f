"""A dispatch that no agent can serve ends its session with the reason, on the real agent server."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from livekit import api

from tests.flows.conftest import RunningPlatform
from tests.platform.waiting import wait_until
from voicectl.call.api import Api
from voicectl.up.environments import AGENT_NAME

REFUSED_SECONDS = 30.0
TOO_MUCH = 513 * 1024


@pytest.fixture
def session(rest: Api) -> Iterator[str]:
    """A session that waits for its caller; its agent is dispatched by the test."""
    opened = rest.post("/sessions", {"simulation_service": "local", "transport": "websocket"})
    yield opened["id"]
    rest.post(f"/sessions/{opened['id']}/end")


def metadata(platform: RunningPlatform, session: str, **different: Any) -> str:
    """What the API would send, but for what is wrong."""
    key = platform.state.keys.callback_signing_key.get_secret_value()
    claims = {"sub": session, "iat": int(time.time()), "exp": int(time.time()) + 600}
    token = jwt.encode(claims, key, algorithm="HS256")
    usual = {"session_id": session, "simulation_service": "local", "callback_token": token}
    return json.dumps({**usual, **different})


async def dispatch(platform: RunningPlatform, session: str, text: str) -> None:
    """Send an agent there."""
    state = platform.state
    secret = state.keys.livekit_api_secret.get_secret_value()
    async with api.LiveKitAPI(state.running.addresses.livekit, state.keys.livekit_api_key, secret) as client:
        await client.room.create_room(api.CreateRoomRequest(name=session))
        request = api.CreateAgentDispatchRequest(agent_name=AGENT_NAME, room=session, metadata=text)
        await client.agent_dispatch.create_dispatch(request)


@pytest.mark.parametrize(
    ("different", "reason", "detail"),
    [
        ({"simulation_service": "nobody"}, "unknown_pipeline", "nobody is no pipeline; this environment offers local"),
        ({"simulation_service": "gemini_live"}, "unknown_pipeline", "gemini_live is no pipeline"),
        ({"language": "ja"}, "unknown_pipeline", "speaks en, not ja"),
        ({"max_call_seconds": 5}, "invalid_metadata", "max_call_seconds"),
        ({"surprise": 1}, "invalid_metadata", "surprise"),
        ({"prompt": "x" * (TOO_MUCH // 3)}, "invalid_metadata", "prompt"),
    ],
)
def test_the_session_ends_with_the_reason(
    platform: RunningPlatform, rest: Api, session: str, different: dict[str, Any], reason: str, detail: str
) -> None:
    """Silence would be the other answer."""
    asyncio.run(dispatch(platform, session, metadata(platform, session, **different)))

    wait_until(lambda: rest.get(f"/sessions/{session}")["reason"], what="the refusal", seconds=REFUSED_SECONDS)
    record = rest.get(f"/sessions/{session}")

    assert record["reason"] == reason
    assert detail in record["detail"]


def test_more_than_livekit_takes_is_refused_before_any_agent(platform: RunningPlatform, session: str) -> None:
    """The API refuses it earlier; LiveKit would, too."""
    text = metadata(platform, session, extra={"study": "y" * TOO_MUCH})

    with pytest.raises(api.TwirpError, match="metadata size exceeds"):
        asyncio.run(dispatch(platform, session, text))


def test_a_call_that_nobody_serves_says_what_the_record_says(platform: RunningPlatform) -> None:
    """A close code is for programs; whoever placed the call reads what to do otherwise."""
    placed = platform.voicectl("call", "--transport", "websocket", "--language", "ja", "--say", "Good morning.")

    assert placed.returncode != 0
    assert "close code 4422" in placed.stderr
    assert "unknown_pipeline: simulation_service local speaks en, not ja" in placed.stderr
