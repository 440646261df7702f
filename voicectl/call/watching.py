"""The session's events while the call goes on, from the gateway's `/events`."""

from collections.abc import Callable

import websockets

from contract.session import SessionEvent


async def watch(url: str, ticket: str, *, on_event: Callable[[SessionEvent], None]) -> None:
    """Tell every event until the socket closes or this is cancelled; a gateway that is away tells none."""
    try:
        async with websockets.connect(f"{url}?ticket={ticket}") as socket:
            async for message in socket:
                on_event(SessionEvent.model_validate_json(message))
    except (OSError, websockets.WebSocketException):
        return
