"""One voice session of the fake platform: its record, who watches it, and its line to the caller."""

import asyncio
import math
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from contract.session import TRANSITIONS, Reason, SessionEvent, Speaker, State, TranscriptTurn
from contract.voice_socket import CLOSE_REPLACED, FRAME_SECONDS, SAMPLE_RATE, ServerMessage

FRAME_SAMPLES: Final = int(SAMPLE_RATE * FRAME_SECONDS)
TONE_HERTZ: Final = 440
OPEN: Final = (State.REQUESTED, State.DISPATCHED, State.ACTIVE, State.RECONNECTING)


class FakeCallSession:
    """A session as API and gateway show it; a test plays the agent.

    Attributes:
        frames: The sizes of what came over `/voice`, in order.
        loudest: The largest sample of it.
        joins: How often the caller's line was opened.
        requests: What the caller asked for when the session was created.
    """

    def __init__(self, session_id: str, wanted: dict[str, Any], *, on_change: Callable[[], None]) -> None:
        """Open one; nobody has joined yet."""
        self.id, self.wanted = session_id, wanted
        self.state = State.DISPATCHED
        self.reason: Reason | None = None
        self.turns: list[TranscriptTurn] = []
        self.cost_usd = 0.0
        self.frames: list[int] = []
        self.loudest = 0
        self.joins = 0
        self.created_at = datetime.now(UTC)
        self.active_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.watchers: set[web.WebSocketResponse] = set()
        self.line: web.WebSocketResponse | None = None
        self.objects: list[dict[str, str]] = []
        self._changed = on_change

    @property
    def is_open(self) -> bool:
        """Whether somebody may still join."""
        return self.state in OPEN

    async def become(self, state: State, *, reason: Reason | None = None) -> None:
        """Move on as the contract allows, and tell everybody."""
        assert state in TRANSITIONS[self.state], f"{self.state} → {state}"
        self.state, self.reason = state, reason or self.reason
        now = datetime.now(UTC)
        if state is State.ACTIVE and self.active_at is None:
            self.active_at = now
        if state is State.ENDED:
            self.ended_at = now
        await self.publish(SessionEvent(event="session.state", session_id=self.id, timestamp=now, state=state))

    async def commit(self, speaker: Speaker, text: str, *, latency_ms: int | None = None) -> None:
        """Add a turn to the record, and tell everybody."""
        now = datetime.now(UTC)
        turn = TranscriptTurn(
            number=len(self.turns) + 1,
            speaker=speaker,
            text=text,
            started_at=now,
            ended_at=now,
            latency_ms=latency_ms,
        )
        self.turns.append(turn)
        await self.publish(SessionEvent(event="session.turn", session_id=self.id, timestamp=now, turn=turn))
        await self.tell(ServerMessage(type="turn", turn=turn))

    async def price(self, cost_usd: float) -> None:
        """Say what it costs so far."""
        self.cost_usd = cost_usd
        event = SessionEvent(
            event="session.cost", session_id=self.id, timestamp=datetime.now(UTC), cost_usd=self.cost_usd
        )
        await self.publish(event)

    async def publish(self, event: SessionEvent) -> None:
        """Send an event to everybody who watches."""
        self._changed()
        for watcher in list(self.watchers):
            await watcher.send_str(event.model_dump_json(exclude_none=True))

    async def tell(self, message: ServerMessage) -> None:
        """Send a message to the caller's line, if there is one."""
        self._changed()
        if self.line is not None and not self.line.closed:
            await self.line.send_str(message.model_dump_json())

    async def play(self, seconds: float) -> None:
        """Send a tone, all of it at once: the page must play it at its own pace."""
        assert self.line is not None
        for index in range(int(seconds / FRAME_SECONDS)):
            await self.line.send_bytes(_tone(index * FRAME_SAMPLES))

    async def connect(self, line: web.WebSocketResponse) -> None:
        """Carry the call over this line; an earlier one is closed."""
        earlier, self.line = self.line, line
        if earlier is not None:
            await earlier.close(code=CLOSE_REPLACED)
        self.joins += 1
        await self.tell(ServerMessage(type="ready", session_id=self.id))
        if self.state in (State.DISPATCHED, State.RECONNECTING):
            await self.become(State.ACTIVE)

    async def disconnect(self, line: web.WebSocketResponse) -> None:
        """The caller is gone, unless another line carries the call."""
        if self.line is line:
            self.line = None
            if self.state is State.ACTIVE:
                await self.become(State.RECONNECTING)

    def hear(self, sound: bytes) -> None:
        """Take a frame of the caller's."""
        self.frames.append(len(sound))
        self.loudest = max(self.loudest, *(abs(sample) for (sample,) in struct.iter_unpack("<h", sound)))
        self._changed()

    async def end(self, reason: Reason) -> None:
        """End as a hang-up does: the line is closed with a word."""
        if not self.is_open:
            return
        await self.become(State.ENDED, reason=reason)
        await self.tell(ServerMessage(type="ended", reason=reason))
        if self.line is not None:
            await self.line.close()

    async def complete(self, *, audio_url: str) -> None:
        """Finish what follows a call."""
        await asyncio.sleep(0)  # whoever waits for the end sees it first
        self.objects = [{"kind": "audio", "key": f"{self.id}/audio.wav", "url": audio_url}]
        await self.become(State.COMPLETED)

    def summary(self) -> dict[str, Any]:
        """Answer one line of the list, in JSON."""
        done = self.state is State.COMPLETED
        return {
            "id": self.id,
            "state": self.state,
            "reason": self.reason,
            "detail": "",
            "transport": self.wanted["transport"],
            "simulation_service": self.wanted["simulation_service"],
            "language": self.wanted["language"],
            "attempt": 1,
            "created_at": _text(self.created_at),
            "active_at": _text(self.active_at),
            "ended_at": _text(self.ended_at),
            "completed_at": _text(self.ended_at) if done else None,
            "cost_usd": str(self.cost_usd) if done else None,
        }

    def detail(self) -> dict[str, Any]:
        """Answer everything that is known, in JSON."""
        line = {
            "provider": "openai",
            "model": "gpt-4o-mini",
            "unit": "input_tokens",
            "quantity": "1250",
            "usd": str(self.cost_usd),
            "unverified": False,
        }
        unpriced = {
            **line,
            "provider": "local",
            "model": "tiny.en",
            "unit": "audio_seconds",
            "quantity": "42.5",
            "usd": None,
        }
        return {
            **self.summary(),
            "caller_present": self.line is not None,
            "turns": [turn.model_dump(mode="json") for turn in self.turns],
            "usage": [],
            "cost": {
                "total_usd": str(self.cost_usd),
                "lines": [line, unpriced],
                "unpriced": ["local tiny.en audio_seconds"],
            },
            "objects": self.objects,
            "jobs": [],
        }


def _tone(first: int) -> bytes:
    samples = (math.sin(2 * math.pi * TONE_HERTZ * (first + index) / SAMPLE_RATE) for index in range(FRAME_SAMPLES))
    return struct.pack(f"<{FRAME_SAMPLES}h", *(round(8000 * sample) for sample in samples))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
