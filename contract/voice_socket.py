"""The WebSocket service's wire: `/voice` carries a call, `/events` what happens in one.

Both are opened with `?ticket=…`. On `/voice` binary messages are sound, in both directions, and
text messages are JSON: `ClientMessage` from the caller, `ServerMessage` from the gateway.
On `/events` every message is a `SessionEvent`, the present state first.
"""

from typing import Final, Literal

from pydantic import Field

from contract.session import Payload, Reason, TranscriptTurn

SAMPLE_RATE: Final = 24000  # Hz; 16-bit little-endian PCM, mono
FRAME_SECONDS: Final = 0.02  # what the gateway sends in one message
MAX_FRAME_BYTES: Final = SAMPLE_RATE * 2  # one second; a longer message is a mistake
MAX_EVENTS_WAITING: Final = 256  # of one socket; a slower reader is closed with CLOSE_TOO_SLOW

CLOSE_RESTART: Final = 1012  # this task goes away, or cannot read tickets: connect again, to another
CLOSE_BAD_MESSAGE: Final = 4400
CLOSE_BAD_TICKET: Final = 4401  # unknown, expired, or used before
CLOSE_BAD_ORIGIN: Final = 4403
CLOSE_TOO_SLOW: Final = 4408
CLOSE_REPLACED: Final = 4409  # the same caller came back on another socket
CLOSE_UNSERVED: Final = 4422  # nobody here serves the session's pipeline or language; the record says which
CLOSE_BUSY: Final = 4429  # no place; the ticket is still good
DRAIN_JITTER_SECONDS: Final = 5.0  # event sockets are closed over this long, not at once


class ClientMessage(Payload):
    """What the caller's side says besides sound."""

    type: Literal["end"] = Field(description="hang up")


class ServerMessage(Payload):
    """What the gateway says besides sound.

    Attributes:
        type: `ready` when the agent listens, `turn` for a committed turn, `clear` when sound not yet
            played is void because the caller interrupted, `ended` once, with a reason, before the close.
    """

    type: Literal["ready", "turn", "clear", "ended"]
    session_id: str = ""
    turn: TranscriptTurn | None = None
    reason: Reason | None = None
