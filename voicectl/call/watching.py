"""The session's events while the call goes on, from the gateway's `/events`."""

import asyncio
import random
from collections.abc import Callable
from typing import Final

import websockets

from contract.session import SessionEvent, State, TranscriptTurn
from voicectl.call.api import Api
from voicectl.call.errors import ApiRefused

FIRST_WAIT_SECONDS: Final = 0.5
LONGEST_WAIT_SECONDS: Final = 5.0


class Watch:
    """Tells each turn and each change of state once, whatever becomes of the socket."""

    def __init__(self, api: Api, session: str, *, url: str, on_event: Callable[[SessionEvent], None]) -> None:
        """Prepare it.

        Args:
            url: Of `/events`.
        """
        self._api, self._session, self._url, self._on_event = api, session, url, on_event
        self._turns = set[int]()
        self._state: State | None = None

    async def run(self) -> None:
        """Tell events until this is cancelled, which is the limit of its patience.

        A gateway that goes away says 1012, or nothing: another one is asked with a new ticket after a moment, not
        the same for everybody, and what was said meanwhile is read from the record.
        """
        wait = FIRST_WAIT_SECONDS
        while True:
            told = await self._listen()
            wait = FIRST_WAIT_SECONDS if told else min(2 * wait, LONGEST_WAIT_SECONDS)
            await asyncio.sleep(wait * random.uniform(0.2, 1.0))

    async def _listen(self) -> bool:
        """Hold one socket; answer whether it told anything."""
        told = False
        try:
            ticket = await asyncio.to_thread(self._api.post, f"/sessions/{self._session}/ticket", {"opens": "events"})
            async with websockets.connect(f"{self._url}?ticket={ticket['token']}") as socket:
                async for message in socket:
                    self._tell(SessionEvent.model_validate_json(message))
                    if not told:  # it was the present state, and from it on nothing is missed any more
                        await self._catch_up()
                    told = True
        except (ApiRefused, OSError, websockets.WebSocketException):
            return told
        return told

    async def _catch_up(self) -> None:
        record = await asyncio.to_thread(self._api.get, f"/sessions/{self._session}")
        for each in record["turns"]:
            turn = TranscriptTurn.model_validate(each)
            self._tell(SessionEvent(event="session.turn", session_id=self._session, timestamp=turn.ended_at, turn=turn))

    def _tell(self, event: SessionEvent) -> None:
        if event.turn is not None:
            is_new = event.turn.number not in self._turns
            self._turns.add(event.turn.number)
        else:
            is_new = event.state is None or event.state is not self._state
            self._state = event.state or self._state
        if is_new:
            self._on_event(event)
