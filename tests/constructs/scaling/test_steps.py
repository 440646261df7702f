"""Seven tiers grow by a step for each signal and shrink by one step for all of them.

Every line of the tables is a promise of design §2: the metric, its unit, statistic and period, how
many datapoints must be high, and the value. Thresholds are the defaults of the tier's section.
"""

from typing import Any

import pytest

from contract import metrics
from tests.constructs.scaling.platform import ENVIRONMENT, STEP_TIERS, Platform

# policy: metric, unit, statistic, seconds, datapoints, comparison, threshold, divided by running tasks
OUT: dict[str, dict[str, tuple[str, str, str, int, int, str, float, bool]]] = {
    "agent": {
        "out-session-utilization": ("SessionUtilization", "Percent", "Average", 60, 1, ">=", 70, False),
        "out-free-slots": ("FreeSlots", "Count", "Minimum", 60, 1, "<", 8, False),
        "out-jobs-rejected": ("JobsRejected", "Count", "Sum", 60, 1, ">=", 1, False),
        "out-rooms-without-agent": ("RoomsWithoutAgent", "Count", "Maximum", 60, 1, ">", 5, False),
    },
    "websocket": {
        "out-web-socket-connections": ("WebSocketConnections", "Count", "Average", 60, 1, ">=", 2000, True),
        "out-web-socket-connect-rate": ("WebSocketConnectRate", "Count/Second", "Average", 60, 1, ">=", 50, True),
        "out-voice-slot-utilization": ("VoiceSlotUtilization", "Percent", "Average", 60, 1, ">=", 70, False),
    },
    **{
        f"celery-{pool}": {
            "out-queue-depth": ("QueueDepth", "Count", "Average", 60, 1, ">", 100, True),
            "out-queue-wait": ("QueueWait", "Seconds", "Maximum", 60, 1, ">", 60, False),
            "out-cpu": ("CPUUtilization", "Percent", "Average", 60, 2, ">=", 70, False),
        }
        for pool in ("voice", "notifications", "data")
    },
    "livekit": {
        "out-node-participants": ("NodeParticipants", "Count", "Average", 60, 1, ">=", 210, False),
        "out-node-rooms": ("NodeRooms", "Count", "Average", 60, 1, ">=", 105, False),
        "out-node-packets": ("NodePackets", "Count/Second", "Average", 60, 1, ">=", 60_000, False),
        "out-cpu": ("CPUUtilization", "Percent", "Average", 60, 2, ">=", 60, False),
    },
    "egress": {
        "out-recording-slots-free": ("RecordingSlotsFree", "Count", "Average", 60, 1, "<", 1, False),
        "out-cpu": ("CPUUtilization", "Percent", "Average", 60, 2, ">=", 60, False),
    },
}
# tier: percent, at least, seconds between two steps out, seconds between two steps in
PACE = {
    "agent": (100, 4, 60, 60),
    "websocket": (50, 1, 60, 60),
    "celery-voice": (100, 1, 60, 60),
    "celery-notifications": (100, 1, 60, 60),
    "celery-data": (100, 1, 60, 60),
    "livekit": (50, 1, 60, 300),
    "egress": (100, 1, 60, 300),
}
COMPARISONS = {
    ">=": "GreaterThanOrEqualToThreshold",
    ">": "GreaterThanThreshold",
    "<": "LessThanThreshold",
}
SIGNALS = [(tier, policy) for tier in STEP_TIERS for policy in OUT[tier]]


@pytest.mark.parametrize("tier", STEP_TIERS)
def test_a_tier_has_its_signals_and_one_way_in(tier: str, platform: Platform) -> None:
    """A second policy in would act while another signal is high."""
    guards = {"track-cpu", "track-memory"} if tier == "agent" else set()

    assert platform.policies(tier).keys() == {*OUT[tier], "in", *guards}
    assert (
        platform.alarms(tier).keys()
        == {*OUT[tier], "in"}
        == {name.removeprefix(f"{tier}-") for name in platform.scaled[tier].alarms}
    )


@pytest.mark.parametrize(("tier", "policy"), SIGNALS)
def test_a_signal_grows_its_tier(tier: str, policy: str, platform: Platform) -> None:
    """The alarm watches exactly what the process publishes: another unit or dimension finds no data, silently."""
    name, unit, statistic, seconds, datapoints, comparison, threshold, shared = OUT[tier][policy]

    alarm = platform.alarms(tier)[policy]

    metric = watched(alarm)
    assert (metric["MetricName"], metric["Unit"], metric["Stat"], metric["Period"]) == (name, unit, statistic, seconds)
    assert metric["Dimensions"].keys() == dimensions_of(name)
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (datapoints, datapoints)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == (COMPARISONS[comparison], threshold)
    assert (" / IF(running < 1, 1, running)" in result(alarm)) is shared


@pytest.mark.parametrize(("tier", "policy"), SIGNALS)
def test_growing_adds_a_share_and_some_at_least(tier: str, policy: str, platform: Platform) -> None:
    """Agents: +100 % or +4, whichever is more, per minute (ruling X9)."""
    percent, at_least, seconds, _ = PACE[tier]

    step = platform.policies(tier)[policy]["StepScalingPolicyConfiguration"]

    falls = OUT[tier][policy][5] == "<"
    bound = "MetricIntervalUpperBound" if falls else "MetricIntervalLowerBound"
    assert step == {
        "AdjustmentType": "PercentChangeInCapacity",
        "MinAdjustmentMagnitude": at_least,
        "Cooldown": seconds,
        "MetricAggregationType": "Average",
        "StepAdjustments": [{bound: 0, "ScalingAdjustment": percent}],
    }


@pytest.mark.parametrize("tier", STEP_TIERS)
def test_shrinking_takes_one_task_after_ten_quiet_minutes(tier: str, platform: Platform) -> None:
    """Out fast, in slowly: a call that was cut is worse than a task too many (ruling X10)."""
    policy, alarm = platform.policies(tier)["in"], platform.alarms(tier)["in"]

    assert policy["StepScalingPolicyConfiguration"] == {
        "AdjustmentType": "ChangeInCapacity",
        "Cooldown": PACE[tier][3],
        "MetricAggregationType": "Average",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": -1}],
    }
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"], alarm["Threshold"]) == (10, 10, 1)
    assert {query["MetricStat"]["Period"] for query in alarm["Metrics"] if "MetricStat" in query} == {60}


@pytest.mark.parametrize("tier", STEP_TIERS)
def test_shrinking_knows_every_signal(tier: str, platform: Platform) -> None:
    """The one policy in replaces AWS's rule that all must agree, which step policies do not have."""
    guards = {"CPUUtilization", "MemoryUtilization"} if tier == "agent" else set()

    stats = [query["MetricStat"] for query in platform.alarms(tier)["in"]["Metrics"] if "MetricStat" in query]

    assert {stat["Metric"]["MetricName"] for stat in stats} - {"RunningTaskCount"} == {
        row[0] for row in OUT[tier].values()
    } | guards


@pytest.mark.parametrize("tier", STEP_TIERS)
def test_missing_data_changes_nothing(tier: str, platform: Platform) -> None:
    """No news is no reason to grow, and a silent publisher is not idle."""
    assert {alarm["TreatMissingData"] for alarm in platform.alarms(tier).values()} == {"notBreaching"}


@pytest.mark.parametrize("tier", STEP_TIERS)
def test_an_alarm_stays_within_the_limits_of_metric_math(tier: str, platform: Platform) -> None:
    """CloudWatch takes ten metrics and 2,048 characters."""
    for alarm in platform.alarms(tier).values():
        queries = alarm.get("Metrics", [])
        assert len([query for query in queries if "MetricStat" in query]) <= 10
        assert all(len(query.get("Expression", "")) <= 2048 for query in queries)
        assert len([query for query in queries if query["ReturnData"]]) == (1 if queries else 0)


def test_a_pool_reads_its_own_queue(platform: Platform) -> None:
    """Three pools share the metric's name; the dimension tells them apart."""
    found = {pool: watched(platform.alarms(f"celery-{pool}")["out-queue-depth"]) for pool in ("voice", "data")}

    assert {pool: metric["Dimensions"] for pool, metric in found.items()} == {
        "voice": {"Environment": ENVIRONMENT, "Pool": "voice"},
        "data": {"Environment": ENVIRONMENT, "Pool": "data"},
    }


def watched(alarm: dict[str, Any]) -> dict[str, Any]:
    """Answer the first metric of an alarm, whichever way the alarm names it."""
    if "MetricName" in alarm:
        metric, stat = alarm, {"Stat": alarm["Statistic"], "Unit": alarm["Unit"], "Period": alarm["Period"]}
    else:
        stat = alarm["Metrics"][0]["MetricStat"]
        metric = stat["Metric"]
    dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
    return {
        "MetricName": metric["MetricName"],
        "Dimensions": dimensions,
        **{k: stat[k] for k in ("Stat", "Unit", "Period")},
    }


def result(alarm: dict[str, Any]) -> str:
    """Answer the expression that an alarm compares, empty for a bare metric."""
    [expression] = [query["Expression"] for query in alarm.get("Metrics", []) if query["ReturnData"]] or [""]
    assert isinstance(expression, str)
    return expression


def dimensions_of(name: str) -> set[str]:
    """Answer the names of the dimensions that a metric is published with."""
    ours = {metric.name: metric.dimensions for metric in metrics.METRICS}
    return set(ours.get(name, ("ClusterName", "ServiceName")))
