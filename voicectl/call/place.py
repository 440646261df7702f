"""One call from the first request to the completed record."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from contract.session import SessionEvent, State
from voicectl.call.api import Api
from voicectl.call.conversation import Exchange, Floor, Utterance, converse
from voicectl.call.ears import Ears
from voicectl.call.errors import CallFailed
from voicectl.call.lines import RoomLine, SocketLine
from voicectl.call.watching import Watch

COMPLETION_SECONDS: Final = 90.0
POLL_SECONDS: Final = 0.25


class Wish(NamedTuple):
    """What kind of call."""

    pipeline: str
    transport: str
    language: str


class Outcome(NamedTuple):
    """What became of it; `record` is the API's own answer."""

    record: dict[str, Any]
    exchanges: list[Exchange]


async def place(
    api: Api,
    wish: Wish,
    *,
    events_url: str,
    utterances: Sequence[Utterance],
    on_event: Callable[[SessionEvent], None],
    on_exchange: Callable[[Exchange], None],
) -> Outcome:
    """Place the call, hold the conversation, hang up, and wait for the record.

    Raises:
        CallError: What is wrong, and what to do.
    """
    body = {"simulation_service": wish.pipeline, "transport": wish.transport, "language": wish.language}
    opened = await asyncio.to_thread(api.post, "/sessions", body)
    session = f"/sessions/{opened['id']}"
    floor = Floor()

    def told(event: SessionEvent) -> None:
        floor.event(event)
        on_event(event)

    watching = asyncio.create_task(Watch(api, opened["id"], url=events_url, on_event=told).run())
    ears = Ears()
    line = RoomLine(ears) if wish.transport == "livekit" else SocketLine(ears)
    try:
        await _connect(api, session, line=line, opened=opened)
        exchanges = await converse(line, ears, floor, utterances=utterances, on_exchange=on_exchange)
    finally:
        await asyncio.to_thread(api.post, f"{session}/end")
        await line.close()
    record = await _completed(api, session)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return Outcome(record, exchanges)


async def _connect(api: Api, session: str, *, line: RoomLine | SocketLine, opened: dict[str, Any]) -> None:
    """A call that is refused has its reason in the record."""
    try:
        await line.connect(opened["url"], opened["token"])
    except CallFailed as failed:
        record = await asyncio.to_thread(api.get, session)
        if not record["reason"]:
            raise
        raise CallFailed(f"{failed}; the record says {record['reason']}: {record['detail']}") from None


async def _completed(api: Api, session: str) -> dict[str, Any]:
    deadline = time.monotonic() + COMPLETION_SECONDS
    while True:
        record = await asyncio.to_thread(api.get, session)
        if record["state"] == State.COMPLETED:
            return record
        if time.monotonic() > deadline:
            late = f"{session} is {record['state']} after {COMPLETION_SECONDS:.0f} s"
            raise CallFailed(f"{late}; look at `voicectl status`")
        await asyncio.sleep(POLL_SECONDS)
