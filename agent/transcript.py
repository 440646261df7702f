"""From what livekit-agents adds to a conversation to numbered turns, sent to the record while the call goes on."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from livekit.agents.llm import ChatMessage

from agent.callbacks import ControlPlane
from contract.session import Speaker, TranscriptTurn, TurnsPosted, UsageItem

MOST_IN_ONE_POST = 200
SPEAKERS = {"user": Speaker.CALLER, "assistant": Speaker.AGENT}


def turn_of(message: ChatMessage, *, number: int) -> TranscriptTurn | None:
    """Answer a committed message as a turn; None for what nobody said, such as instructions."""
    text = (message.text_content or "").strip()
    if message.role not in SPEAKERS or not text:
        return None
    started = message.metrics.get("started_speaking_at", message.created_at)
    stopped = message.metrics.get("stopped_speaking_at", message.created_at)
    latency = message.metrics.get("e2e_latency")
    return TranscriptTurn(
        number=number,
        speaker=SPEAKERS[message.role],
        text=text,
        started_at=datetime.fromtimestamp(started, UTC),
        ended_at=datetime.fromtimestamp(max(started, stopped), UTC),
        interrupted=message.interrupted,
        latency_ms=None if latency is None else round(latency * 1000),
    )


class Transcript:
    """The turns of one attempt: numbered as they are committed, posted at once, kept until the record has them."""

    def __init__(
        self, control_plane: ControlPlane, *, attempt: int, before: int, usage: Callable[[], tuple[UsageItem, ...]]
    ) -> None:
        """Begin after the turns that the record has.

        Args:
            usage: Answers the attempt's totals so far; they go with every post.
        """
        self._control_plane, self._attempt, self._usage = control_plane, attempt, usage
        self._last = before
        self._waiting: list[TranscriptTurn] = []
        self._news, self._all_sent = asyncio.Event(), asyncio.Event()
        self._all_sent.set()

    @property
    def last_turn(self) -> int:
        """The number of the latest turn."""
        return self._last

    def commit(self, message: ChatMessage) -> TranscriptTurn | None:
        """Number a message and have it sent; answer the turn, if it is one."""
        turn = turn_of(message, number=self._last + 1)
        if turn is not None:
            self._last = turn.number
            self._waiting.append(turn)
            self._all_sent.clear()
            self._news.set()
        return turn

    async def send(self) -> None:
        """Send turns as they are committed, until cancelled.

        Raises:
            Fenced: A later attempt has the session.
            CallbackRefused: The record will not have them.
        """
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                batch = tuple(self._waiting[:MOST_IN_ONE_POST])
                await self._control_plane.post_turns(
                    TurnsPosted(attempt=self._attempt, turns=batch, usage=self._usage())
                )
                del self._waiting[: len(batch)]
            self._all_sent.set()

    async def sent(self) -> None:
        """Wait until the record has every turn."""
        await self._all_sent.wait()
