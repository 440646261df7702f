"""The gateway's door and its drain: who comes in, who is told to go elsewhere, and with which code."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

import httpx
import pytest
import websockets

from contract.environment import GatewayEnv
from contract.live_state import EVENTS_CHANNEL, STATE_KEY, TICKET_KEY, Ticket
from contract.session import SessionEvent, SessionMetadata, State
from contract.timing import Timing
from contract.voice_socket import (
    CLOSE_BAD_ORIGIN,
    CLOSE_BAD_TICKET,
    CLOSE_BUSY,
    CLOSE_RESTART,
    DRAIN_JITTER_SECONDS,
)
from tests.platform.addresses import LOOPBACK, port_of
from tests.platform.aws import ARTEFACTS, RECORDINGS, Aws
from tests.platform.valkey import Valkey
from tests.platform.waiting import wait_until

ROOT = Path(__file__).parents[3]
PAGE = "https://console.example.com"
METADATA = SessionMetadata(
    session_id="vs_1", simulation_service="deepgram_openai", callback_token="a-token-of-the-tests"
)


@pytest.fixture
def gateway(live_valkey: Valkey, aws: Aws) -> Iterator["subprocess.Popen[bytes]"]:
    """The real process, without a place for voice and with two for watchers."""
    environment = GatewayEnv(
        environment="tests",
        service="websocket",
        aws_region="eu-west-1",
        release="sha-1",
        listen_host=LOOPBACK,
        local_port=port_of("gateway"),
        live_redis_url=live_valkey.url,
        recordings_bucket=RECORDINGS,
        artefacts_bucket=ARTEFACTS,
        pipelines="local",
        voice_capacity=0,
        socket_capacity=2,
        allowed_origins=PAGE,
        callback_url=f"http://{LOOPBACK}:9/internal",
        **Timing().model_dump(include=set(GatewayEnv.model_fields)),
    )
    variables = {**os.environ, **environment.variables(), **aws.variables, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "runtime.gateway"]
    process = subprocess.Popen(command, env=variables, cwd=ROOT, stdout=-1, stderr=subprocess.STDOUT)
    wait_until(is_ready, what="the gateway")
    yield process
    process.kill()
    process.communicate()


def is_ready() -> bool:
    """Whether a load balancer would send it callers."""
    try:
        return httpx.get(f"http://{LOOPBACK}:{port_of('gateway')}/readyz").is_success
    except httpx.TransportError:
        return False


def ticket(valkey: Valkey, opens: Literal["voice", "events"], *, session: str = "vs_1") -> str:
    """Issue one, as the API does."""
    secret = secrets.token_urlsafe(16)
    metadata = METADATA if opens == "voice" else None
    text = Ticket(opens=opens, session_id=session, metadata=metadata).model_dump_json()
    valkey.client().set(TICKET_KEY.format(digest=sha256(secret.encode()).hexdigest()), text, ex=30)
    return secret


def connect(path: str, secret: str, *, origin: str | None = None) -> websockets.connect:
    """Open a socket."""
    url = f"ws://{LOOPBACK}:{port_of('gateway')}{path}?ticket={secret}"
    return websockets.connect(url, origin=websockets.Origin(origin) if origin else None)


async def close_code(path: str, secret: str, *, origin: str | None = None) -> int | None:
    """How a socket is closed, if it is closed soon."""
    async with connect(path, secret, origin=origin) as socket:
        await asyncio.wait_for(socket.wait_closed(), 5)
        return socket.close_code


def event(state: State) -> str:
    """What the control plane publishes."""
    return SessionEvent(
        event="session.state", session_id="vs_1", timestamp=datetime.now(UTC), state=state
    ).model_dump_json()


@pytest.mark.usefixtures("gateway")
async def test_a_watcher_sees_the_present_and_what_follows(live_valkey: Valkey) -> None:
    """A page that opens late knows where the call is."""
    valkey = live_valkey.client()
    valkey.set(STATE_KEY.format(session_id="vs_1"), event(State.ACTIVE))

    async with connect("/events", ticket(live_valkey, "events"), origin=PAGE) as socket:
        present = SessionEvent.model_validate_json(await asyncio.wait_for(socket.recv(), 5))
        valkey.publish(EVENTS_CHANNEL.format(session_id="vs_2"), event(State.ENDED))
        valkey.publish(EVENTS_CHANNEL.format(session_id="vs_1"), event(State.RECONNECTING))
        following = SessionEvent.model_validate_json(await asyncio.wait_for(socket.recv(), 5))

    assert (present.state, following.state) == (State.ACTIVE, State.RECONNECTING)


@pytest.mark.usefixtures("gateway")
async def test_another_origin_is_refused(live_valkey: Valkey) -> None:
    """A page of somebody else's must not use a person's browser."""
    secret = ticket(live_valkey, "events")

    assert await close_code("/events", secret, origin="https://evil.example.com") == CLOSE_BAD_ORIGIN


@pytest.mark.usefixtures("gateway")
async def test_a_ticket_is_refused_when_unknown_used_or_for_something_else(live_valkey: Valkey) -> None:
    """Each with the same code: nobody learns which."""
    used = ticket(live_valkey, "events")
    async with connect("/events", used):
        pass

    codes = [
        await close_code("/events", "unknown"),
        await close_code("/events", used),
        await close_code("/events", ticket(live_valkey, "voice")),
        await close_code("/voice", ""),
        await close_code("/elsewhere", ticket(live_valkey, "events")),
    ]

    assert codes == [CLOSE_BAD_TICKET] * 5


@pytest.mark.usefixtures("gateway")
async def test_a_full_process_says_busy_at_once_and_leaves_the_ticket(live_valkey: Valkey) -> None:
    """Another task may have a place: the caller tries again with the same ticket."""
    secret = ticket(live_valkey, "voice")
    began = time.monotonic()

    code = await close_code("/voice", secret)

    assert code == CLOSE_BUSY
    assert time.monotonic() - began < 2
    assert live_valkey.client().get(TICKET_KEY.format(digest=sha256(secret.encode()).hexdigest()))


@pytest.mark.usefixtures("gateway")
async def test_one_watcher_too_many_is_refused(live_valkey: Valkey) -> None:
    """A bound that is not kept is a process out of memory."""
    async with connect("/events", ticket(live_valkey, "events")), connect("/events", ticket(live_valkey, "events")):
        code = await close_code("/events", ticket(live_valkey, "events"))

    assert code == CLOSE_BUSY


async def test_watchers_are_sent_elsewhere_one_by_one(live_valkey: Valkey, gateway: "subprocess.Popen[bytes]") -> None:
    """All at once, they would all come back at once."""
    async with (
        connect("/events", ticket(live_valkey, "events")) as first,
        connect("/events", ticket(live_valkey, "events")) as second,
    ):
        gateway.send_signal(signal.SIGTERM)
        await asyncio.wait_for(asyncio.gather(first.wait_closed(), second.wait_closed()), DRAIN_JITTER_SECONDS + 5)

    assert (first.close_code, second.close_code) == (CLOSE_RESTART, CLOSE_RESTART)
    await asyncio.to_thread(gateway.communicate, timeout=20)
    assert gateway.returncode == 0


async def test_no_ticket_is_written_to_a_log(live_valkey: Valkey, gateway: "subprocess.Popen[bytes]") -> None:
    """Whoever reads logs must not be able to listen in."""
    secret = ticket(live_valkey, "events")
    async with connect("/events", secret):
        pass
    gateway.send_signal(signal.SIGTERM)

    said, _ = await asyncio.to_thread(gateway.communicate, timeout=20)

    assert b"draining" in said
    assert secret.encode() not in said


async def test_without_valkey_a_socket_is_sent_elsewhere(
    live_valkey: Valkey, gateway: "subprocess.Popen[bytes]"
) -> None:
    """Nobody hangs, and what the log says of it does not open anything later."""
    voice, events = ticket(live_valkey, "voice"), ticket(live_valkey, "events")

    with live_valkey.outage():
        codes = [await close_code("/voice", voice), await close_code("/events", events)]

    gateway.send_signal(signal.SIGTERM)
    said, _ = await asyncio.to_thread(gateway.communicate, timeout=20)
    assert codes == [CLOSE_RESTART, CLOSE_RESTART]
    assert b"tickets cannot be read" in said
    assert voice.encode() not in said
    assert events.encode() not in said
