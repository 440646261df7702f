"""What one loopback provider has been told to do, and what it has been sent."""

from collections import deque
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from runtime.providers.faults import NONE, Fault, Faults

MOST_KEPT: Final = 200  # requests and texts that can be read back; the sums cover all


class Line(BaseModel):
    """What is recognised in the caller's next utterance, or what is answered next.

    Attributes:
        input_tokens, output_tokens: What is charged for an answer; None counts as `chat.tokens` does.
        cached_tokens: How many of the input tokens were cached.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    input_tokens: int | None = Field(None, ge=0)
    output_tokens: int | None = Field(None, ge=0)
    cached_tokens: int = Field(0, ge=0)


class Received(BaseModel):
    """What a provider was sent since it was reset.

    Attributes:
        requests: The latest HTTP requests and WebSocket handshakes: path, query, and the body of one that has one.
        refused: How many of all were answered with an error.
        answers: How many transcripts, completions or voices were begun.
        texts: The latest texts: what was recognised, answered, or to be spoken.
        characters: Of everything that was to be spoken.
        audio_bytes, audio_seconds: Of the sound that was sent to be recognised, or made.
        input_tokens, output_tokens: What was charged.
    """

    requests: list[dict[str, JsonValue]] = []
    refused: int = 0
    answers: int = 0
    texts: list[str] = []
    characters: int = 0
    audio_bytes: int = 0
    audio_seconds: float = 0
    input_tokens: int = 0
    output_tokens: int = 0


class Desk:
    """One provider's script, fault and received."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.faults = Faults()
        self.script: deque[Line] = deque()
        self.received = Received()

    def reset(self) -> None:
        """Forget everything, as if the process had just started."""
        self.faults.set(NONE)
        self.script.clear()
        self.received = Received()

    def spoil(self, fault: Fault) -> None:
        """Do this wrong from now on."""
        self.faults.set(fault)

    def next_line(self) -> Line | None:
        """Take the next line of the script, if there is one."""
        return self.script.popleft() if self.script else None

    def note_request(self, path: str, query: dict[str, str], body: JsonValue = None) -> None:
        """Keep a request; never its headers, which carry the key."""
        self.received.requests.append({"path": path, "query": dict(query), "body": body})
        del self.received.requests[:-MOST_KEPT]

    def note_text(self, text: str) -> None:
        """Keep a text and count it as an answer begun."""
        self.received.answers += 1
        self.received.texts.append(text)
        del self.received.texts[:-MOST_KEPT]

    def note_audio(self, size: int, *, sample_rate: int) -> None:
        """Add up 16-bit mono sound."""
        self.received.audio_bytes += size
        self.received.audio_seconds = round(self.received.audio_seconds + size / 2 / sample_rate, 6)
