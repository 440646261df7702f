"""A fleet is idle only when every signal says so, and none is silent.

Evaluates the expressions of the template's own alarms. Whether AWS takes a missing value for 0 in a
comparison with a number is not documented, so each rule must hold either way.
"""

from typing import Any

import pytest

from config.sections.capacity import Tasks
from config.sections.workers import pool_section
from contract.pools import VOICE
from tests.constructs.scaling.metric_math import alarm_value, evaluate
from tests.constructs.scaling.platform import STEP_TIERS, Platform, Sections

# For each tier: values at which it is idle, and at which one of them alone keeps its tasks.
IDLE: dict[str, dict[str, float]] = {
    "agent": {
        "session_utilization": 39,
        "free_slots": 19,
        "jobs_rejected": 0,
        "rooms_without_agent": 0,
        "cpu": 60,
        "memory": 70,
    },
    "websocket": {
        "web_socket_connections": 4 * 799,
        "web_socket_connect_rate": 4 * 19,
        "voice_slot_utilization": 27,
        "reported": 4,
    },
    "celery-voice": {"queue_depth": 4 * 29, "queue_wait": 17, "cpu": 20, "reported": 4},
    "celery-notifications": {"queue_depth": 0, "queue_wait": 0, "cpu": 0, "reported": 1},
    "celery-data": {"queue_depth": 29, "queue_wait": 17, "cpu": 20, "reported": 1},
    "livekit": {"node_participants": 104, "node_rooms": 52, "node_packets": 20_999, "cpu": 20},
    "egress": {"recording_slots_free": 4.1, "cpu": 29},
}
BUSY = {
    "session_utilization": 40,
    "free_slots": 18,
    "jobs_rejected": 1,
    "rooms_without_agent": 1,
    "cpu": 72,
    "memory": 72,
    "web_socket_connections": 4 * 800,
    "web_socket_connect_rate": 4 * 20,
    "voice_slot_utilization": 28,
    "queue_depth": 4 * 30,
    "queue_wait": 18,
    "node_participants": 105,
    "node_rooms": 52.5,
    "node_packets": 21_000,
    "recording_slots_free": 4,
}
SIGNALS = [(tier, signal) for tier in STEP_TIERS for signal in IDLE[tier] if signal != "reported"]

either_reading = pytest.mark.parametrize("missing_is_zero", [True, False])


@pytest.mark.parametrize("tier", STEP_TIERS)
def test_a_fleet_is_idle_when_all_its_signals_are_low(tier: str, platform: Platform) -> None:
    """A tier that never shrinks costs its peak all week."""
    assert alarm_value(quiet_alarm(platform, tier), IDLE[tier]) == 1


@pytest.mark.parametrize(("tier", "signal"), SIGNALS)
def test_one_busy_signal_keeps_the_tasks(tier: str, signal: str, platform: Platform) -> None:
    """AWS holds a step policy's scale-in back for nothing, so the alarm itself must know every signal."""
    busy = {**IDLE[tier], signal: BUSY[signal]}

    assert alarm_value(quiet_alarm(platform, tier), busy) == 0


@either_reading
@pytest.mark.parametrize(("tier", "signal"), SIGNALS)
def test_a_silent_publisher_is_never_idle(tier: str, signal: str, missing_is_zero: bool, platform: Platform) -> None:
    """CloudWatch's arithmetic takes what is missing for 0, which every count of work would read as no work."""
    data = {name: value for name, value in IDLE[tier].items() if name != signal}

    assert alarm_value(quiet_alarm(platform, tier), data, missing_is_zero=missing_is_zero) is None


@either_reading
@pytest.mark.parametrize("tier", STEP_TIERS)
def test_nothing_at_all_is_no_idleness(tier: str, missing_is_zero: bool, platform: Platform) -> None:
    """A new environment, or one whose metrics are all late, keeps its tasks."""
    assert alarm_value(quiet_alarm(platform, tier), {}, missing_is_zero=missing_is_zero) is None


@pytest.mark.parametrize(("messages", "running", "per_task"), [(300, 3, 100), (300, 1, 300), (300, 0, 300)])
def test_a_backlog_is_shared_among_running_tasks(
    messages: float, running: float, per_task: float, platform: Platform
) -> None:
    """A hundred messages are much for one worker and little for ten; for none they are as for one."""
    alarm = platform.alarms("celery-voice")["out-queue-depth"]

    assert alarm_value(alarm, {"queue_depth": messages, "reported": running}) == per_task


def test_a_backlog_without_any_count_of_tasks_is_still_a_backlog(platform: Platform) -> None:
    """Container Insights is silent about a service that never had a task."""
    alarm = platform.alarms("celery-voice")["out-queue-depth"]

    assert alarm_value(alarm, {"queue_depth": 300}) == 300


@pytest.fixture(scope="module")
def sleeping() -> Platform:
    """A pool that may have no worker at all."""
    return Platform(Sections(voice=pool_section(VOICE, tasks=Tasks(min=0, max=4))), tiers=("celery-voice",))


@pytest.mark.parametrize(
    ("data", "wakes"),
    [
        ({"queue_depth": 1, "reported": 0}, True),
        ({"queue_depth": 1}, True),
        ({"queue_depth": 0, "reported": 0}, False),
        ({"queue_depth": 50, "reported": 1}, False),
        ({}, False),
    ],
)
def test_the_first_message_wakes_a_pool_without_workers(
    data: dict[str, float], wakes: bool, sleeping: Platform
) -> None:
    """100 % of no tasks is no task, so waking adds a number."""
    alarm = sleeping.alarms("celery-voice")["out-from-zero"]

    value = alarm_value(alarm, data)

    assert (value is not None and value > alarm["Threshold"]) is wakes
    adjustment = sleeping.policies("celery-voice")["out-from-zero"]["StepScalingPolicyConfiguration"]
    assert adjustment["AdjustmentType"] == "ChangeInCapacity"
    assert adjustment["StepAdjustments"] == [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}]


@pytest.mark.parametrize(
    ("expression", "value"),
    [("IF(absent < 1, 5, 2)", 5), ("IF(absent > 1, 5)", None), ("1 / absent", None), ("FILL(absent, 7) - 1", 6)],
)
def test_the_evaluator_reads_metric_math_as_aws_documents_it(expression: str, value: float | None) -> None:
    """A kinder evaluator would prove nothing."""
    assert evaluate(expression, {"absent": None}) == value


def quiet_alarm(platform: Platform, tier: str) -> dict[str, Any]:
    """Answer the one alarm that takes tasks away."""
    return platform.alarms(tier)["in"]
