"""What travels about a voice session: dispatch metadata, callbacks, events, and its states."""

from enum import StrEnum
from typing import Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

MAX_METADATA_BYTES: Final = 512 * 1024  # LiveKit accepts more; a prompt does not need more
MAX_PARTICIPANTS: Final = 4  # the caller, the agent, an observer, the recorder
MAX_COUNT: Final = 2**31 - 1  # PostgreSQL's integer, in which attempts, turns and milliseconds are kept
MAX_QUANTITY: Final = 1e12  # of one usage: more than anybody can use, and less than its column holds
IDENTITY_CALLER: Final = "caller"
IDENTITY_AGENT: Final = "agent"


class State(StrEnum):
    """Where a session is; a later state never goes back, but for reconnecting → active."""

    REQUESTED = "requested"
    DISPATCHED = "dispatched"
    ACTIVE = "active"
    RECONNECTING = "reconnecting"
    ENDED = "ended"
    COMPLETED = "completed"


TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.REQUESTED: frozenset({State.DISPATCHED, State.ENDED}),
    State.DISPATCHED: frozenset({State.ACTIVE, State.ENDED}),
    State.ACTIVE: frozenset({State.RECONNECTING, State.ENDED}),
    State.RECONNECTING: frozenset({State.ACTIVE, State.ENDED}),
    State.ENDED: frozenset({State.COMPLETED}),
    State.COMPLETED: frozenset(),
}


class Reason(StrEnum):
    """The one reason for which a session ended."""

    HANGUP = "hangup"
    STOP_WORD = "stop_word"
    AGENT_FINISHED = "agent_finished"
    MAX_DURATION = "max_duration"
    IDLE = "idle"
    BUDGET = "budget"
    NO_SHOW = "no_show"
    NOT_REJOINED = "not_rejoined"
    NO_AGENT = "no_agent"
    AGENT_LOST = "agent_lost"
    MEDIA_UNAVAILABLE = "media_unavailable"
    UNKNOWN_PIPELINE = "unknown_pipeline"
    INVALID_METADATA = "invalid_metadata"
    PROVIDER_FAILED = "provider_failed"
    DRAINED = "drained"
    STUCK = "stuck"
    FORCED = "forced"


class Payload(BaseModel):
    """Anything sent over HTTP, a dispatch or an event: typed on both ends, unknown fields refused.

    What it refuses is never quoted in the error, because that may be a caller's words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


class SessionMetadata(Payload):
    """The JSON in an agent dispatch; only the agent reads it, never a participant."""

    session_id: str = Field(min_length=1, max_length=64)
    simulation_service: str = Field(min_length=1, max_length=64, description="the pipeline's name")
    attempt: int = Field(1, ge=1, le=MAX_COUNT, description="a later attempt fences an earlier agent")
    turns_before: int = Field(
        0, ge=0, le=MAX_COUNT, description="turns in the record when this attempt began; its first is the next"
    )
    language: str = Field("en", min_length=2, max_length=16)
    prompt: str = Field("", max_length=MAX_METADATA_BYTES // 4)
    greeting: str = Field("", max_length=4096)
    stop_words: tuple[str, ...] = Field((), max_length=64)
    max_call_seconds: int = Field(2700, ge=60, le=28800)
    idle_seconds: int = Field(120, ge=30, le=900)
    rejoin_window_seconds: int = Field(120, ge=10, le=900)
    record: bool = True
    callback_token: str = Field(min_length=16, repr=False, description="bound to this session; a bearer token")
    extra: dict[str, JsonValue] = Field(default_factory=dict, description="the caller's own data, passed through")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """A prompt of any script and the caller's own data share one limit."""
        size = len(self.model_dump_json().encode())
        if size > MAX_METADATA_BYTES:
            raise ValueError(f"{size} bytes as JSON, more than {MAX_METADATA_BYTES}; shorten prompt or extra")
        return self


class Speaker(StrEnum):
    """Whose words they are."""

    CALLER = "caller"
    AGENT = "agent"


class TranscriptTurn(Payload):
    """One committed turn; `number` counts from 1 within a session, whatever the attempt."""

    number: int = Field(ge=1, le=MAX_COUNT)
    speaker: Speaker
    text: str = Field(max_length=65536, repr=False)
    started_at: AwareDatetime
    ended_at: AwareDatetime
    interrupted: bool = False
    latency_ms: int | None = Field(
        None, ge=0, le=MAX_COUNT, description="end of the caller's turn to the agent's audio"
    )


class UsageItem(Payload):
    """What one provider was used for in this attempt so far: a total, so that posting it again changes nothing."""

    provider: str = Field(max_length=64)
    unit: Literal["input_tokens", "output_tokens", "cached_tokens", "characters", "audio_seconds"]
    model: str = Field(max_length=128)
    quantity: float = Field(ge=0, le=MAX_QUANTITY, description="in the unit's own measure")


class TurnsPosted(Payload):
    """Callback `POST /internal/sessions/{id}/turns`; posting a turn again changes nothing."""

    attempt: int = Field(ge=1, le=MAX_COUNT)
    turns: tuple[TranscriptTurn, ...] = Field(max_length=200)
    usage: tuple[UsageItem, ...] = ()


class Heartbeat(Payload):
    """Callback `POST /internal/sessions/{id}/heartbeat`, once a second."""

    attempt: int = Field(ge=1, le=MAX_COUNT)
    sent_at: AwareDatetime
    caller_present: bool | None = Field(description="null from an agent on its way into the room: it cannot know yet")
    ending: Reason | None = Field(None, description="the agent ends the call now: the record does, before what follows")
    detail: str = Field("", max_length=2048, description="of the ending, for operators")


class SessionFinished(Payload):
    """Callback `POST /internal/sessions/{id}/finish`; a second one answers like the first."""

    attempt: int = Field(ge=1, le=MAX_COUNT)
    reason: Reason
    detail: str = Field("", max_length=2048)
    started_at: AwareDatetime | None = Field(None, description="when the agent first saw the caller")
    ended_at: AwareDatetime
    last_turn: int = Field(ge=0, le=MAX_COUNT)
    recording_key: str | None = None
    recording_started_at: AwareDatetime | None = Field(None, description="the moment of its first sample")
    usage: tuple[UsageItem, ...] = ()


class CallbackAnswer(Payload):
    """What every callback answers: where the record is, so that an agent notices an end or a later attempt.

    The first callback of a higher attempt makes it the session's attempt; a lower one is refused with 409.
    """

    state: State
    reason: Reason | None = None
    attempt: int = Field(ge=1, le=MAX_COUNT)


class SessionEvent(Payload):
    """What `/events` pushes to subscribers, and the body of the optional `session-completed` queue."""

    event: Literal["session.state", "session.turn", "session.cost", "session.completed"]
    session_id: str
    timestamp: AwareDatetime
    state: State | None = None
    reason: Reason | None = None
    turn: TranscriptTurn | None = None
    cost_usd: float | None = Field(None, ge=0)
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
