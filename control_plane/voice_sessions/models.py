"""The record: a session, its turns and usage, and what makes requests, webhooks and jobs count once."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

from contract.session import IDENTITY_CALLER, Reason, Speaker, State

OPEN: Final = (State.DISPATCHED, State.ACTIVE, State.RECONNECTING)
UNENDED: Final = (State.REQUESTED, *OPEN)


class Transport(models.TextChoices):
    """How the caller's sound travels."""

    LIVEKIT = "livekit"
    WEBSOCKET = "websocket"


class VoiceSession(models.Model):
    """One call; state, reason and `ended_at` change together, in `transitions` only.

    Attributes:
        id: Also the room's name.
        attempt: Of the agent that has the call; a lower one is fenced.
        request: What the agent is told, without its callback token.
        caller_sid: LiveKit's id of the caller's latest connection.
        silent_since: When the clean-up first missed the agent's heartbeats.
        finished_at: When the agent, or the clean-up in its place, handed the session over to the jobs.
        recording_started_at: The moment of its first sample; None when nobody told, as of an agent that was lost.
        cost: Line by line, with what has no price.
    """

    id = models.CharField(primary_key=True, max_length=64)
    state = models.CharField(max_length=16, choices=[(each, each) for each in State], default=State.REQUESTED)
    reason = models.CharField(max_length=32, choices=[(each, each) for each in Reason], blank=True, default="")
    detail = models.CharField(max_length=2048, blank=True, default="")
    attempt = models.PositiveIntegerField(default=1)
    transport = models.CharField(max_length=16, choices=Transport.choices)
    simulation_service = models.CharField(max_length=64)
    language = models.CharField(max_length=16)
    identity = models.CharField(max_length=64, default=IDENTITY_CALLER)
    request = models.JSONField(default=dict)
    caller_present = models.BooleanField(default=False)
    caller_sid = models.CharField(max_length=64, blank=True, default="")
    caller_joined_at = models.DateTimeField(null=True, blank=True)
    caller_left_sid = models.CharField(max_length=64, blank=True, default="")
    silent_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True, blank=True)
    active_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    last_turn = models.PositiveIntegerField(default=0)
    recording_key = models.CharField(max_length=256, blank=True, default="")
    recording_started_at = models.DateTimeField(null=True, blank=True)
    video_key = models.CharField(max_length=256, blank=True, default="")
    transcript_key = models.CharField(max_length=256, blank=True, default="")
    cost_usd = models.DecimalField(max_digits=16, decimal_places=8, null=True, blank=True)
    cost = models.JSONField(null=True, blank=True)

    class Meta:
        """Lists are of the newest, sweeps of what has not ended."""

        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["state", "-id"], name="session_state"),
            models.Index(fields=["created_at"], name="session_unended", condition=Q(state__in=UNENDED)),
            models.Index(
                fields=["ended_at"], name="session_unfinished", condition=Q(state=State.ENDED, finished_at=None)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="session_state_known", condition=Q(state__in=list(State))),
            models.CheckConstraint(
                name="session_ended_has_one_reason",
                condition=Q(state__in=UNENDED, reason="", ended_at=None)
                | Q(state__in=[State.ENDED, State.COMPLETED], reason__in=list(Reason), ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="session_completed_is_dated",
                condition=Q(state=State.COMPLETED, completed_at__isnull=False, finished_at__isnull=False)
                | (~Q(state=State.COMPLETED) & Q(completed_at=None)),
            ),
        ]

    def __str__(self) -> str:
        """The id is what logs and rooms call it."""
        return self.id

    @property
    def is_open(self) -> bool:
        """Whether its caller may join."""
        return self.state in OPEN

    @property
    def is_closed(self) -> bool:
        """Whether its transcript and price are made: what is told after them would be in the record only."""
        return self.state == State.COMPLETED or bool(self.transcript_key)

    @property
    def has_ended(self) -> bool:
        """Whether late news of it are void."""
        return self.state not in UNENDED


class TranscriptTurn(models.Model):
    """One committed turn; what was said is personal data and stays in here."""

    session = models.ForeignKey(VoiceSession, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveIntegerField()
    speaker = models.CharField(max_length=8, choices=[(each, each) for each in Speaker])
    text = models.TextField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    interrupted = models.BooleanField(default=False)
    latency_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        """A number is posted as often as the agent likes and kept once."""

        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["session", "number"], name="turn_once")]

    def __str__(self) -> str:
        """Never the words."""
        return f"{self.session_id} turn {self.number}"


class UsageTotal(models.Model):
    """How much of a provider one attempt has used so far."""

    session = models.ForeignKey(VoiceSession, on_delete=models.CASCADE, related_name="usage")
    attempt = models.PositiveIntegerField()
    provider = models.CharField(max_length=64)
    model = models.CharField(max_length=128)
    unit = models.CharField(max_length=32)
    quantity = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        """A total only grows; an older one that comes late is void."""

        ordering: ClassVar = ["provider", "model", "unit", "attempt"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "attempt", "provider", "model", "unit"], name="usage_once")
        ]

    def __str__(self) -> str:
        """Which total it is."""
        return f"{self.session_id} attempt {self.attempt}: {self.provider} {self.model} {self.unit}"


class WebhookEvent(models.Model):
    """One event of LiveKit that has had its effect."""

    id = models.CharField(primary_key=True, max_length=128)
    event = models.CharField(max_length=64)
    session_id = models.CharField(max_length=256, blank=True)
    received_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """LiveKit's own name of it."""
        return f"{self.event} {self.id}"


class IdempotencyKey(models.Model):
    """One key of a request that made a session; without an answer it is being worked on."""

    key = models.CharField(primary_key=True, max_length=255)
    body_digest = models.CharField(max_length=64)
    answer = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """The client's own text."""
        return self.key


class JobState(models.TextChoices):
    """Where a job is; `skipped` had nothing to work on and says why, `dead` needs a person."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    DEAD = "dead"


class OutboxRow(models.Model):
    """One job of one session, written with the change that makes it necessary; the broker may lose its messages.

    Attributes:
        due_at: When it is sent again unless it is done by then.
        delivery: The message whose worker has claimed it; a redelivery of the same one may go on.
        claimed_until: When another message may claim it.
    """

    session = models.ForeignKey(VoiceSession, on_delete=models.CASCADE, related_name="jobs")
    job = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=JobState.choices, default=JobState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    delivery = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=1024, blank=True, default="")

    class Meta:
        """A session has each job once."""

        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["due_at"], name="outbox_due", condition=Q(state="waiting"))]
        constraints: ClassVar = [models.UniqueConstraint(fields=["session", "job"], name="job_once")]

    def __str__(self) -> str:
        """Which job of which session."""
        return f"{self.job} of {self.session_id}"
