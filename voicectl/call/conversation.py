"""A conversation as a polite caller holds it: wait until the agent has spoken, say a line, listen to the answer."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeVar

from contract.session import SessionEvent, Speaker
from voicectl.call.ears import Ears
from voicectl.call.errors import CallFailed
from voicectl.call.lines import Line

Result = TypeVar("Result")
FIRST_SECONDS: Final = 30.0  # for the agent's first word: a cold worker loads models
REPLY_SECONDS: Final = 30.0
EVENT_SECONDS: Final = 20.0
LONGEST_REPLY_SECONDS: Final = 60.0


class Floor:
    """Whose turn it is, by the session's events: a voice that stalls in mid-sentence has not yielded."""

    def __init__(self) -> None:
        """The agent has said nothing yet."""
        self._news = asyncio.Event()

    def event(self, event: SessionEvent) -> None:
        """Take an event."""
        if event.turn is not None and event.turn.speaker is Speaker.AGENT:
            self._news.set()

    def take(self) -> None:
        """The caller speaks now: the agent's next turn is an answer."""
        self._news.clear()

    async def yielded(self) -> None:
        """Wait until the agent has ended a turn; where no events arrive, not for long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), EVENT_SECONDS)


class Utterance(NamedTuple):
    """One thing to say; `text` is what it means, where that is known."""

    text: str
    sound: bytes


class Exchange(NamedTuple):
    """What came of one thing said.

    Attributes:
        latency_ms: End of the caller's sound to the agent's first, as heard; None for the greeting.
        heard: The agent's sound, 24 kHz 16-bit mono.
    """

    said: str
    latency_ms: int | None
    heard: bytes


async def converse(
    line: Line,
    ears: Ears,
    floor: Floor,
    *,
    utterances: Sequence[Utterance],
    on_exchange: Callable[[Exchange], None],
) -> list[Exchange]:
    """Hold the conversation.

    Raises:
        CallFailed: The agent said nothing, or ended the call before everything was said.
    """
    exchanges = [await _listen(line, ears, floor, said="", since=None, patience=FIRST_SECONDS)]
    on_exchange(exchanges[0])
    for utterance in utterances:
        ears.forget()
        floor.take()
        await _or_end(line, line.say(utterance.sound), seconds=LONGEST_REPLY_SECONDS, what="to be heard")
        exchange = await _listen(line, ears, floor, said=utterance.text, since=time.monotonic(), patience=REPLY_SECONDS)
        exchanges.append(exchange)
        on_exchange(exchange)
    return exchanges


async def _listen(line: Line, ears: Ears, floor: Floor, *, said: str, since: float | None, patience: float) -> Exchange:
    began = await _or_end(line, ears.speech(), seconds=patience, what="for the agent to speak")
    await _or_end(line, floor.yielded(), seconds=LONGEST_REPLY_SECONDS, what="for the agent to finish")
    await _or_end(line, ears.pause(), seconds=LONGEST_REPLY_SECONDS, what="for the agent to finish")
    latency = None if since is None else max(0, round((began - since) * 1000))
    return Exchange(said=said, latency_ms=latency, heard=bytes(ears.heard))


async def _or_end(line: Line, work: Coroutine[Any, Any, Result], *, seconds: float, what: str) -> Result:
    """Wait for something, as long as the call goes on."""
    doing, ended = asyncio.create_task(work), asyncio.create_task(line.ended.wait())
    try:
        await asyncio.wait({doing, ended}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        why = "the call was ended" if ended.done() else f"nothing in {seconds:.0f} s"
        raise CallFailed(f"waited {what}: {why}; look at the session's record and at `voicectl status`")
    finally:
        for task in (doing, ended):
            task.cancel()
        await asyncio.gather(doing, ended, return_exceptions=True)
