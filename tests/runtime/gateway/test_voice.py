"""Who gets a place for a call, who is told to go elsewhere, and when a caller is away."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from agent.opening import call_recorder
from contract.environment import GatewayEnv
from contract.live_state import TICKET_KEY, Ticket
from contract.session import Reason, SessionEvent, SessionMetadata, State
from contract.timing import Timing
from contract.voice_socket import CLOSE_BUSY, CLOSE_UNSERVED
from runtime.gateway.line import Line
from runtime.gateway.socket import Message, Socket
from runtime.gateway.tickets import Tickets
from runtime.gateway.voice import Calls
from runtime.kit import valkey
from runtime.kit.protection import Protection
from tests.fakes.record import FakeRecord
from tests.platform.addresses import LOOPBACK
from tests.platform.aws import ARTEFACTS, RECORDINGS
from tests.platform.valkey import Valkey

PLACES = 2
NOBODY = f"http://{LOOPBACK}:9"


class Wire:
    """What an ASGI server gives for one socket.

    Attributes:
        is_gone: The other side has closed: uvicorn refuses what is sent, and says so to whoever receives.
        may_close: A close is held back until then.
        sent: What reached the other side.
        closed: With which code.
    """

    def __init__(self, ticket: str = "") -> None:
        """Connected."""
        scope = {"query_string": f"ticket={ticket}".encode(), "headers": []}
        self.socket = Socket(scope, self._receive, self._send)
        self.is_gone = False
        self.may_close = asyncio.Event()
        self.may_close.set()
        self.sent: list[Message] = []
        self.closed: int | None = None
        self._over = asyncio.Event()

    async def _receive(self) -> Message:
        if not self.is_gone:
            await self._over.wait()
        return {"type": "websocket.disconnect", "code": 1006}

    async def _send(self, message: Message) -> None:
        if self.is_gone:
            raise RuntimeError("Unexpected ASGI message 'websocket.send', after sending 'websocket.close'.")
        if message["type"] == "websocket.close":
            await self.may_close.wait()
            self.closed = message["code"]
            self._over.set()
        self.sent.append(message)


@pytest.fixture
async def record() -> AsyncIterator[FakeRecord]:
    """The control plane."""
    fake = FakeRecord()
    await fake.server.start_server()
    yield fake
    await fake.server.close()


@pytest.fixture
async def calls(live_valkey: Valkey, record: FakeRecord) -> AsyncIterator[Calls]:
    """Places for calls whose providers nobody can reach; all calls end with the test."""
    environment = GatewayEnv(
        environment="tests",
        service="websocket",
        aws_region="eu-west-1",
        release="sha-1",
        live_redis_url=live_valkey.url,
        recordings_bucket=RECORDINGS,
        artefacts_bucket=ARTEFACTS,
        pipelines="deepgram_openai",
        deepgram_api_key="d-key",
        deepgram_url=NOBODY,
        openai_api_key="o-key",
        openai_url=NOBODY,
        elevenlabs_api_key="e-key",
        elevenlabs_url=NOBODY,
        voice_capacity=PLACES,
        socket_capacity=2,
        allowed_origins="https://console.example.com",
        callback_url=record.url,
        **Timing().model_dump(include=set(GatewayEnv.model_fields)),
    )
    client = valkey.connect_async(live_valkey.url, password=None)
    held = Calls(
        environment,
        tickets=Tickets(client),
        protection=Protection(None, seconds=60),
        recorder=call_recorder(environment),
    )
    yield held
    for number in range(10):
        held.on_event(ended(f"vs_{number}"))
    await asyncio.wait_for(held.finish(), 30)
    await client.aclose()


def ended(session_id: str) -> SessionEvent:
    """What the control plane says at a hang-up."""
    return SessionEvent(
        event="session.state",
        session_id=session_id,
        timestamp=datetime.now(UTC),
        state=State.ENDED,
        reason=Reason.HANGUP,
    )


def ticket(valkey: Valkey, session_id: str, *, pipeline: str = "deepgram_openai") -> str:
    """Issue one, as the API does."""
    secret = secrets.token_urlsafe(16)
    metadata = SessionMetadata(
        session_id=session_id, simulation_service=pipeline, callback_token="a-token-of-the-tests", record=False
    )
    text = Ticket(opens="voice", session_id=session_id, metadata=metadata).model_dump_json()
    valkey.client().set(key_of(secret), text, ex=30)
    return secret


def key_of(secret: str) -> str:
    """Where a ticket is kept."""
    return TICKET_KEY.format(digest=sha256(secret.encode()).hexdigest())


async def until(true: object, *, seconds: float = 10) -> None:
    """Wait for something that other tasks do."""
    assert callable(true)
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0)


async def test_of_a_burst_as_many_come_in_as_there_are_places(live_valkey: Valkey, calls: Calls) -> None:
    """The others hear it at once, and their tickets are good elsewhere."""
    tickets = [ticket(live_valkey, f"vs_{number}") for number in range(6)]
    wires = [Wire(each) for each in tickets]

    carried = [asyncio.create_task(calls.serve(wire.socket)) for wire in wires]
    await until(lambda: sum(wire.closed is not None for wire in wires) == 4 or calls.active > PLACES)
    await until(lambda: calls.active == PLACES)

    refused = [number for number, wire in enumerate(wires) if wire.closed is not None]
    assert [wires[number].closed for number in refused] == [CLOSE_BUSY] * 4
    assert calls.rejected == 4
    assert all(live_valkey.client().exists(key_of(tickets[number])) for number in refused)
    for task in carried:
        task.cancel()
    await asyncio.gather(*carried, return_exceptions=True)


async def test_a_pipeline_that_nobody_serves_is_not_busy(live_valkey: Valkey, calls: Calls, record: FakeRecord) -> None:
    """To try again would change nothing, and no further task would help."""
    wire = Wire(ticket(live_valkey, "vs_1", pipeline="unheard_of"))

    await calls.serve(wire.socket)

    assert wire.closed == CLOSE_UNSERVED
    assert calls.rejected == 0
    assert record.finished is not None
    assert record.finished.reason is Reason.UNKNOWN_PIPELINE


async def test_a_caller_who_goes_before_the_first_word_is_away(
    live_valkey: Valkey, calls: Calls, record: FakeRecord
) -> None:
    """Or the call would be held for nobody, until it is too long."""
    wire = Wire(ticket(live_valkey, "vs_1"))
    wire.is_gone = True

    await calls.serve(wire.socket)
    await record.told(lambda told: told.heartbeats and told.heartbeats[-1].caller_present is False)

    assert calls.has("vs_1")


async def test_a_caller_who_comes_back_and_goes_meanwhile_is_away() -> None:
    """While the first socket is being closed, which may take seconds, the second one can be gone already."""
    line, first, second = Line("vs_1"), Wire(), Wire()
    presence: list[bool] = []
    line.watch(presence.append)
    await line.connect(first.socket)
    first.may_close.clear()
    coming_back = asyncio.create_task(line.connect(second.socket))
    await asyncio.sleep(0)

    line.disconnect(second.socket)
    first.may_close.set()
    await coming_back

    assert presence == [True, False]
    assert not line.caller_present
