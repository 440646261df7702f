"""A ticket opens one thing, once, and nothing else opens anything."""

from collections.abc import AsyncIterator
from hashlib import sha256

import pytest
from redis.asyncio import Redis

from contract.live_state import TICKET_KEY, Ticket
from runtime.gateway.tickets import Tickets
from runtime.kit import valkey
from tests.platform.valkey import Valkey

SECRET = "a-ticket-of-many-random-letters"
TICKET = Ticket(opens="events", session_id="vs_1")


@pytest.fixture
async def client(live_valkey: Valkey) -> AsyncIterator[Redis]:
    """The live Valkey with one ticket."""
    connected = valkey.connect_async(live_valkey.url, password=None)
    await connected.set(TICKET_KEY.format(digest=sha256(SECRET.encode()).hexdigest()), TICKET.model_dump_json(), ex=30)
    yield connected
    await connected.aclose()


async def test_a_ticket_is_good_once(client: Redis) -> None:
    """Whoever reads it over somebody's shoulder comes too late."""
    tickets = Tickets(client)

    first = await tickets.take(SECRET, opens="events")
    second = await tickets.take(SECRET, opens="events")

    assert first == TICKET
    assert second is None


async def test_looking_does_not_take(client: Redis) -> None:
    """A full task leaves it to another one."""
    tickets = Tickets(client)

    assert await tickets.look(SECRET) == TICKET
    assert await tickets.take(SECRET, opens="events") == TICKET


@pytest.mark.parametrize("ticket", ["", "unknown", SECRET.upper()])
async def test_an_unknown_ticket_opens_nothing(client: Redis, ticket: str) -> None:
    """Expired ones are unknown too."""
    assert await Tickets(client).take(ticket, opens="events") is None


async def test_a_ticket_to_watch_does_not_speak(client: Redis) -> None:
    """And it is used up by the attempt."""
    tickets = Tickets(client)

    assert await tickets.take(SECRET, opens="voice") is None
    assert await tickets.take(SECRET, opens="events") is None
