"""What callers feel, who serves them, and what follows a call."""

from typing import Final

from contract import metrics as voice
from voice_constructs.alarms.rule import AlarmRule, Composite

NONE_MISSING: Final = "notBreaching"  # no call, no value; that nobody publishes is SignalsSilent's to say

# Published by agents, in the region of the call.
FELT: Final = (
    AlarmRule("TimeToFirstAudio", voice.TIME_TO_FIRST_AUDIO, "p95", ">", 5, 3, NONE_MISSING, "critical",
              "one caller in twenty waits more than five seconds for the first word, and hangs up (seeds S16, S182)"),
    # S16's target. It is missed long before people hang up, so it must last, and wakes nobody.
    AlarmRule("TimeToFirstAudioSlow", voice.TIME_TO_FIRST_AUDIO, "p95", ">", 2, 15, NONE_MISSING, "warning",
              "the first word comes later than the two seconds that we promise", page="TimeToFirstAudio"),
    # Ruling X12 keeps 800 ms as a goal of its own; twice of it, for as long as a few calls last, is no accident.
    AlarmRule("TurnLatency", voice.TURN_LATENCY, "p95", ">", 1.6, 10, NONE_MISSING, "warning",
              "answers take twice as long as the 800 ms that a conversation bears (ruling X12)"),
    AlarmRule("MediaLatency", voice.MEDIA_LATENCY, "p95", ">", 200, 2, NONE_MISSING, "warning",
              "our own servers add more than 200 ms to what is said (seed S186)"),
    AlarmRule("ProtectionRefused", voice.PROTECTION_REFUSED, "Sum", ">=", 1, 1, NONE_MISSING, "critical",
              "ECS refused scale-in protection: live calls may be cut"),
)  # fmt: skip
# Published by the supervisor, at home.
RECORDED: Final = (
    # A lost dispatch is sent again within 4 s, three times; three minutes are far beyond all of it.
    AlarmRule("RoomsWithoutAgent", voice.ROOMS_WITHOUT_AGENT, "Maximum", ">", 0, 3, NONE_MISSING, "critical",
              "callers wait in rooms that no agent has joined"),
    # The clean-up ends a silent session within room_departure_timeout_seconds and two looks, three minutes as shipped.
    AlarmRule("SessionsStuck", voice.SESSIONS_STUCK, "Maximum", ">", 0, 5, NONE_MISSING, "warning",
              "sessions are active in the record and have no agent, and the clean-up does not end them (seed S201)"),
)  # fmt: skip
CAPACITY: Final = (
    AlarmRule("CapacityLow", voice.SESSION_UTILIZATION, "Maximum", ">", 85, 1, NONE_MISSING, "warning",
              "more than 85 % of the agents' slots are taken (seed S188)"),
    # A minute is a burst that a new task may just be answering.
    AlarmRule("FreeSlotsGone", voice.FREE_SLOTS, "Minimum", "<", 1, 2, NONE_MISSING, "critical",
              "no agent can take another call: the next caller waits", page="CapacityLow"),
    # Scaling answers the first refusal within a minute, and a task starts in two or three.
    AlarmRule("JobsRejected", voice.JOBS_REJECTED, "Sum", ">=", 1, 5, NONE_MISSING, "warning",
              "agents have refused calls as full for five minutes: scaling does not catch up", page="CapacityLow"),
)  # fmt: skip
SUPERVISION: Final = (
    # A counter is published every 15 s even where nothing could be read; a new leader needs a look, and those 15 s.
    AlarmRule("SignalsSilent", voice.JOBS_REJECTED, "SampleCount", "<", 1, 3, "breaching", "critical",
              "no supervisor publishes anything", page="SupervisorSilent", tells=False),
    # Something is due every five seconds, in every pool; a deployment of beat is a gap of a minute.
    AlarmRule("BeatSilent", voice.BEAT_AGE, "Maximum", ">", 120, 3, NONE_MISSING, "critical",
              "no task of beat's has run for two minutes: nothing is retried, cleaned up or swept"),
    # Sent at once, and again every 30 s: two minutes are four times lost.
    AlarmRule("OutboxWait", voice.OUTBOX_WAIT, "Maximum", ">", 120, 5, NONE_MISSING, "warning",
              "work that must follow a call has waited for more than two minutes"),
)  # fmt: skip
SUPERVISION_TOGETHER: Final = (
    Composite("SupervisorSilent", ("SignalsSilent",), "critical",
              "no supervisor publishes: the fleet cannot scale, and every other alarm about calls is blind",
              unless="DatabaseAway"),
)  # fmt: skip
POOL: Final = (
    AlarmRule("QueueDepth", voice.QUEUE_DEPTH, "Maximum", ">", 1000, 5, NONE_MISSING, "warning",
              "more than 1,000 tasks wait for the pool (seed S183)"),
    # Scaling grows a pool from oldest_wait_seconds on, a minute as shipped; this is when growing was not enough.
    AlarmRule("QueueWait", voice.QUEUE_WAIT, "Maximum", ">", 300, 5, NONE_MISSING, "warning",
              "the pool's oldest task has waited for more than five minutes", page="QueueDepth"),
    AlarmRule("JobsFailed", voice.JOBS_FAILED, "Sum", ">=", 1, 1, NONE_MISSING, "warning",
              "a task has failed five times and is given up: a recording, transcript or hand-over is missing"),
)  # fmt: skip
PROVIDER: Final = (
    # Ruling X22: the ratio. Of twenty requests a minute at the least, so that a single failure never rings.
    AlarmRule("ProviderErrors", voice.PROVIDER_ERRORS, "Sum", ">", 5, 3, NONE_MISSING, "critical",
              "more than 5 % of the requests to this provider fail (seed S184)",
              share_of=voice.PROVIDER_REQUESTS, at_least=20),
    # Two seconds are all that the first word may take (S16), and the provider is one of three in it.
    AlarmRule("ProviderLatency", voice.PROVIDER_LATENCY, "p95", ">", 2, 5, NONE_MISSING, "warning",
              "this provider takes more than two seconds for its first answer"),
)  # fmt: skip
