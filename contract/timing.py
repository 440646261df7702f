"""Every duration whose order matters, from a caller's click to a task's last second.

What an operator may change is a field of `Timing`; what is a fact of LiveKit, AWS or of
our own code is a constant. `config/timing_budget.py` checks the order at synth.
"""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

FARGATE_STOP_TIMEOUT_SECONDS: Final = 120  # AWS's maximum; CDK does not check it (facts: aws E1)
CLOUDFORMATION_WAIT_SECONDS: Final = 3 * 3600  # then the update fails and rolls back (facts: aws E3)
ROOM_MARGIN_SECONDS: Final = 30  # between our timer and LiveKit's own, so that ours is the one that acts
SHUTDOWN_MARGIN_SECONDS: Final = 30
JOB_GRACE_SECONDS: Final = 15  # livekit-agents waits this long for a job's entry point, hard-coded
AGENT_JOIN_SECONDS: Final = 4  # an agent that has not joined by then is dispatched again
AGENT_HEARTBEAT_SECONDS: Final = 1
AGENT_LOST_SECONDS: Final = 4  # four heartbeats missed
DISPATCH_ATTEMPTS: Final = 3
RECONCILE_SECONDS: Final = 30
GUARDIAN_SECONDS: Final = 4  # how often the guardian looks; protection within 5 s of a join
FLEET_PUBLISH_SECONDS: Final = 2  # how often a task says how full it is
FLEET_SECONDS: Final = 10  # a task that has said nothing for so long is gone
PUBLISH_SECONDS: Final = 15  # how often scaling signals are published
TICKET_SECONDS: Final = 30
LIVE_STATE_SECONDS: Final = 5400  # Redis keeps a session's live state for 90 minutes
LIVEKIT_API_SECONDS: Final = 5  # > 4 s: a call about a dead node fails after 3.0 s
SIGNAL_RELAY_RETRY_SECONDS: Final = 60  # a Valkey outage shorter than this is not heard
WEBSOCKET_PING_SECONDS: Final = 20
WEBHOOK_MAX_AGE_SECONDS: Final = 360
PROVIDER_SECONDS: Final = 5  # a provider that has not answered by then is asked again
PROVIDER_RETRIES: Final = 2  # with PROVIDER_RETRY_SECONDS between: a failing provider ends a call within 17 s
PROVIDER_RETRY_SECONDS: Final = 1
PROVIDER_DEAF_SECONDS: Final = 10  # from the end of speech; recognition that has no words by then hears nothing
PROVIDER_DEAF_SPEECH_SECONDS: Final = 2  # a cough has no words either


class Timing(BaseModel):
    """The durations of a call and its shutdown, all in whole seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    join_window_seconds: int = Field(60, ge=10, le=600, description="how long a room waits for its first caller")
    rejoin_window_seconds: int = Field(120, ge=10, le=900, description="how long a caller who is gone may come back")
    idle_seconds: int = Field(120, ge=30, le=900, description="silence after which a call is ended")
    max_call_seconds: int = Field(2700, ge=60, le=28800, description="the longest a call may last")
    zombie_seconds: int = Field(7200, ge=300, le=86400, description="age at which a session is closed by force")
    post_call_seconds: int = Field(300, ge=30, le=3600, description="what follows a hang-up inside the agent")
    handoff_seconds: int = Field(60, ge=5, le=100, description="to hand a live call over when the task must go")
    room_empty_timeout_seconds: int = Field(90, ge=30, le=3600, description="LiveKit closes a room nobody joined")
    room_departure_timeout_seconds: int = Field(150, ge=30, le=3600, description="LiveKit closes a room all have left")
    agent_drain_seconds: int = Field(3000, ge=60, le=36000, description="how long a draining agent task may take")
    scale_in_protection_seconds: int = Field(3600, ge=60, le=172800, description="ECS protection, renewed at half-life")
    livekit_stop_timeout_seconds: int = Field(3000, ge=120, le=172800, description="a media node's time to empty")
    emergency_stop_seconds: int = Field(
        120, ge=30, le=FARGATE_STOP_TIMEOUT_SECONDS, description="from SIGTERM to SIGKILL of a Fargate task"
    )
    token_lifetime_seconds: int = Field(600, ge=60, le=3600, description="a LiveKit token's life before joining")
    deregistration_seconds: int = Field(30, ge=0, le=3600, description="a load balancer's wait for open requests")
