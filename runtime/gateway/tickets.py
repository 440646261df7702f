"""Tickets: single use, thirty seconds, written by the API and taken away here."""

from hashlib import sha256
from typing import Literal

from redis.asyncio import Redis

from contract.live_state import TICKET_KEY, Ticket


class Tickets:
    """The tickets in the live Valkey."""

    def __init__(self, valkey: Redis) -> None:
        """Use a client."""
        self._valkey = valkey

    async def look(self, ticket: str) -> Ticket | None:
        """Answer what a ticket would open, without taking it: to refuse a caller who may try elsewhere."""
        return _read(await self._valkey.get(_key(ticket)))

    async def take(self, ticket: str, *, opens: Literal["voice", "events"]) -> Ticket | None:
        """Answer what a ticket opens, once; None when it is unknown, expired, used, or opens something else."""
        taken = _read(await self._valkey.getdel(_key(ticket)))
        return taken if taken is not None and taken.opens == opens else None


def _key(ticket: str) -> str:
    return TICKET_KEY.format(digest=sha256(ticket.encode()).hexdigest())


def _read(text: str | bytes | None) -> Ticket | None:
    return None if text is None else Ticket.model_validate_json(text)
