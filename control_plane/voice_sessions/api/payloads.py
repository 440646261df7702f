"""The bodies of /api/v1, typed; the callbacks' are the contract's."""

from datetime import datetime
from math import isfinite
from typing import Literal, TypeVar

from pydantic import BaseModel, Field, JsonValue, ValidationError
from rest_framework.request import Request

from contract.session import Payload, Reason, State, TranscriptTurn
from control_plane.errors import PayloadInvalid, PayloadMalformed
from control_plane.voice_sessions.models import Transport

Body = TypeVar("Body", bound=BaseModel)
MOST_FAULTS = 5


class SessionRequest(Payload):
    """`POST /api/v1/sessions`."""

    simulation_service: str = Field(min_length=1, max_length=64, description="the pipeline's name")
    transport: Transport = Transport.LIVEKIT
    language: str = Field("en", min_length=2, max_length=16)
    prompt: str = Field("", description="what the agent is told to be")
    greeting: str = Field("", max_length=4096)
    stop_words: tuple[str, ...] = Field((), max_length=64)
    record: bool = True
    extra: dict[str, JsonValue] = Field(default_factory=dict, description="your own data, passed through")


class TicketRequest(Payload):
    """`POST /api/v1/sessions/{id}/ticket`."""

    opens: Literal["voice", "events"]


class SessionOpened(Payload):
    """How the caller gets in.

    Attributes:
        token: For LiveKit, or a ticket for `url?ticket=…`, good once.
    """

    id: str
    state: State
    transport: Transport
    url: str
    token: str
    identity: str
    expires_at: datetime


class SessionSummary(Payload):
    """One line of the list."""

    id: str
    state: State
    reason: Reason | None
    detail: str
    transport: Transport
    simulation_service: str
    language: str
    attempt: int
    created_at: datetime
    active_at: datetime | None
    ended_at: datetime | None
    completed_at: datetime | None
    cost_usd: str | None = Field(description="decimal; set when the session is priced")


class SessionObject(Payload):
    """A file of the session, and where it can be read for five minutes."""

    kind: Literal["audio", "video", "transcript"]
    key: str
    url: str


class UsageTotal(Payload):
    """How much of a provider was used, over all attempts."""

    provider: str
    model: str
    unit: str
    quantity: str


class CostLine(UsageTotal):
    """A usage with its price.

    Attributes:
        usd: None when nobody knows the price: then it is not in the total.
        unverified: The price was not read at its source.
    """

    usd: str | None
    unverified: bool = False


class SessionCost(Payload):
    """Σ quantity × price; `unpriced` names what is not in it."""

    total_usd: str
    lines: tuple[CostLine, ...]
    unpriced: tuple[str, ...]


class JobSummary(Payload):
    """What follows the call."""

    job: str
    state: str
    attempts: int
    error: str


class SessionDetail(SessionSummary):
    """Everything that is known."""

    caller_present: bool
    turns: tuple[TranscriptTurn, ...]
    usage: tuple[UsageTotal, ...]
    cost: SessionCost
    objects: tuple[SessionObject, ...]
    jobs: tuple[JobSummary, ...]


class SessionPage(Payload):
    """One page; `next` and `previous` are addresses."""

    next: str | None
    previous: str | None
    results: tuple[SessionSummary, ...]


class Problem(Payload):
    """Any error: application/problem+json."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    hint: str


def read_body(request: Request, kind: type[Body]) -> Body:
    """Parse a request's body, and say which fields are wrong without quoting them.

    Raises:
        PayloadMalformed: No JSON.
        PayloadInvalid: JSON of another shape.
    """
    body = request.body
    if rb"\u0000" in body:
        raise PayloadInvalid("a text has a NUL character, which PostgreSQL cannot keep", hint="leave it out")
    try:
        parsed = kind.model_validate_json(body)
    except ValidationError as invalid:
        faults = invalid.errors(include_input=False, include_url=False, include_context=False)
        if faults[0]["type"] == "json_invalid":
            raise PayloadMalformed("the body is no JSON") from None
        said = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in faults[:MOST_FAULTS]
        )
        raise PayloadInvalid(said) from None
    if not _is_json(getattr(parsed, "extra", None)):
        raise PayloadMalformed("extra has a number that JSON does not have", hint="leave out NaN, Infinity and 1e999")
    return parsed


def _is_json(value: JsonValue) -> bool:
    """Python reads NaN, and 1e999 as infinity; neither PostgreSQL nor an agent could."""
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    return all(map(_is_json, value)) if isinstance(value, list) else True
