"""What processes tell each other through the live Valkey: keys, channels, and what is written there.

Nothing here is the record: it is lost with the group and made anew from PostgreSQL.
"""

from typing import Final, Literal

from pydantic import AwareDatetime, Field

from contract.session import Payload, SessionMetadata

TICKET_KEY: Final = "ticket:{digest}"  # SHA-256 of the ticket, hexadecimal; read once with GETDEL
HEARTBEAT_KEY: Final = "session:{session_id}:heartbeat"  # the latest `Heartbeat`; expires with LIVE_STATE_SECONDS
STATE_KEY: Final = "session:{session_id}:state"  # the latest `session.state` event; expires likewise
FLEET_KEY: Final = "fleet:{service}:{task}"  # a `WorkerHeartbeat`; expires after FLEET_SECONDS
EVENTS_CHANNEL: Final = "events:{session_id}"  # every `SessionEvent`, as JSON
EVENTS_PATTERN: Final = "events:*"  # the one subscription of a gateway process


class Ticket(Payload):
    """What one ticket opens; the API writes it, the gateway takes it away.

    Attributes:
        opens: `voice` carries the call, `events` watches it.
        metadata: Of the session; for `voice` only.
    """

    opens: Literal["voice", "events"]
    session_id: str
    metadata: SessionMetadata | None = None


class CallsOfKind(Payload):
    """How many of a task's calls are of one pipeline and one language."""

    provider: str = Field(max_length=64, description="the pipeline's name")
    language: str = Field(max_length=16)
    active: int = Field(ge=0)


class WorkerHeartbeat(Payload):
    """How full one task of a service is, written every FLEET_PUBLISH_SECONDS."""

    task: str
    service: str
    active: int = Field(ge=0, description="calls")
    calls: tuple[CallsOfKind, ...] = Field((), description="those of `active` whose kind is known")
    capacity: int = Field(ge=0, description="calls that it may hold")
    sockets: int = Field(0, ge=0, description="event sockets")
    connects: int = Field(0, ge=0, description="sockets opened since it started")
    rejected: int = Field(0, ge=0, description="jobs or calls refused as full since it started")
    protected: bool = False
    cordoned: bool = False
    deployment: str = ""
    sent_at: AwareDatetime
