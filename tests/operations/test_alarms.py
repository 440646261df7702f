"""What people are told of: with the seeds' numbers, without noise, and only of what somebody measures."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.operations.shown import Shown, alarms_of, every_alarm
from tests.synthesis import Syntheses, Synthesis

FUNCTIONS: Final = {"FILL", "IF"}
SECONDS_A_DAY: Final = 86400
# The limits that the seeds and the rulings on them state: statistic, comparison, threshold, minutes, severity.
STATED: Final[dict[str, tuple[str, str, float, int, str]]] = {
    "TimeToFirstAudio": ("p95", ">", 5, 3, "critical"),  # S182
    "TimeToFirstAudioSlow": ("p95", ">", 2, 15, "warning"),  # S16: the target
    "CeleryVoiceQueueDepth": ("Maximum", ">", 1000, 5, "warning"),  # S183
    "OpenaiProviderErrors": ("Sum", ">", 5, 3, "critical"),  # S184 as X22 rules: the ratio, percent
    "MediaLatency": ("p95", ">", 200, 2, "warning"),  # S186
    "PacketLoss": ("Average", ">", 2, 3, "critical"),  # S187
    "CapacityLow": ("Maximum", ">", 85, 1, "warning"),  # S188
    "NodeFull": ("Maximum", ">=", 240, 3, "critical"),  # S190: 80 % of X7's 150 calls of two
    "DatabaseConnections": ("Maximum", ">", 320, 5, "critical"),  # S199: 80 % of 400
}
COMPARED: Final = {
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
}


@pytest.fixture(scope="module")
def in_production(prod: Synthesis) -> dict[str, Shown]:
    """Production's alarms, without the environment's name."""
    return {alarm.name.removeprefix("voiceplane-prod-"): alarm for alarm in alarms_of(prod.assembly)}


@pytest.fixture(scope="module")
def shown(syntheses: Syntheses) -> list[Shown]:
    """Every alarm of every environment that tests know."""
    return every_alarm(syntheses)


@pytest.mark.parametrize("name", STATED)
def test_an_alarm_has_the_limit_that_the_seeds_state(name: str, in_production: dict[str, Shown]) -> None:
    """A number that was changed in passing is an alarm that comes too late."""
    statistic, compared, threshold, minutes, severity = STATED[name]
    alarm = in_production[name]
    properties = alarm.properties

    assert statistic in statistics(properties)
    assert properties["ComparisonOperator"] == COMPARED[compared]
    assert properties["Threshold"] == threshold
    assert properties["EvaluationPeriods"] * min(periods(properties)) == minutes * 60
    assert alarm.severity == severity


def test_there_are_more_than_thirty_rules(in_production: dict[str, Shown]) -> None:
    """Distinct ones: a rule for each of ten services is one rule."""
    assert len({alarm.rule for alarm in in_production.values()}) >= 30
    assert {alarm.severity for alarm in in_production.values()} == {"critical", "warning"}


def test_every_alarm_tells_people_or_is_a_part_of_one_that_does(shown: list[Shown]) -> None:
    """And tells them when it is over, or they go on looking."""
    assert [alarm.name for alarm in shown if not tells(alarm) and not is_part(alarm, shown)] == []
    assert [a.name for a in shown if a.properties.get("AlarmActions") != a.properties.get("OKActions")] == []


def test_a_part_tells_nobody_by_itself(in_production: dict[str, Shown]) -> None:
    """Else one cause rings twice."""
    quiet = {alarm.rule for alarm in in_production.values() if not tells(alarm)}

    assert quiet == {
        "AnswersSlow",
        "DatabaseSilent",
        "DatabaseUnused",
        "DeploymentRunning",
        "SignalsSilent",
        "TargetsUnhealthy",
    }


def test_a_composite_names_alarms_of_its_own_stack(shown: list[Shown]) -> None:
    """CloudWatch refuses a name that it does not know, in the middle of a deployment."""
    names = {(alarm.stack, alarm.name) for alarm in shown}
    composites = [alarm for alarm in shown if alarm.is_composite]

    assert [a.name for a in composites if not {(a.stack, part) for part in named(a)} <= names] == []
    assert len({alarm.rule for alarm in composites}) == 3


def test_one_cause_rings_once(in_production: dict[str, Shown]) -> None:
    """Without the database the supervisor is silent too; a deployment replaces tasks on purpose."""
    suppressed = {
        name: alarm.properties["ActionsSuppressor"].removeprefix("voiceplane-prod-")
        for name, alarm in in_production.items()
        if "ActionsSuppressor" in alarm.properties
    }

    assert suppressed == {
        "SupervisorSilent": "DatabaseAway",
        **dict.fromkeys(
            ("ApiRouteUnstable", "InternalRouteUnstable", "WebSocketRouteUnstable", "SignalRouteUnstable"),
            "DeploymentRunning",
        ),
    }


def test_what_callers_feel_is_told_during_a_deployment_too(in_production: dict[str, Shown]) -> None:
    """A bad release is found by exactly these."""
    for rule in ("ApiServerErrors", "ApiWithoutTargets", "ApiBalancerErrors", "RoomsWithoutAgent", "TimeToFirstAudio"):
        assert tells(in_production[rule])
        assert not in_production[rule].is_composite


def test_silence_is_a_fault_where_something_always_speaks_and_nowhere_else(shown: list[Shown]) -> None:
    """A quiet night must not ring; a dead publisher must."""
    breaching = {
        alarm.rule for alarm in shown if not alarm.is_composite and alarm.properties["TreatMissingData"] == "breaching"
    }

    assert breaching == {
        "DatabaseSilent",
        "NodesSilent",
        "SignalsSilent",
        "TasksMissing",
        "ValkeyAway",
        "WithoutNodes",
        "WithoutTargets",
    }


def test_every_alarm_says_what_missing_data_means(shown: list[Shown]) -> None:
    """CloudWatch's own choice, `missing`, is a state of its own that nobody is told of."""
    said = {alarm.properties["TreatMissingData"] for alarm in shown if not alarm.is_composite}

    assert said == {"breaching", "notBreaching", "ignore"}


def test_a_ratio_fills_what_is_missing_and_never_divides_by_nothing(in_production: dict[str, Shown]) -> None:
    """CloudWatch drops a datapoint of which one side is missing: no errors and no requests are 0 %."""
    metrics = {query["Id"]: query for query in in_production["OpenaiProviderErrors"].properties["Metrics"]}

    assert metrics["failed"]["MetricStat"]["Metric"]["MetricName"] == "ProviderErrors"
    assert metrics["asked"]["MetricStat"]["Metric"]["MetricName"] == "ProviderRequests"
    assert metrics["part"]["Expression"] == "FILL(failed, 0)"
    assert metrics["whole"]["Expression"] == "FILL(asked, 0)"
    assert metrics["share"]["Expression"] == "100 * part / IF(whole < 20, 20, whole)"
    assert [id_ for id_, query in metrics.items() if query["ReturnData"]] == ["share"]


def test_metric_math_is_a_small_part_of_cloudwatchs(shown: list[Shown]) -> None:
    """A laptop evaluates the same definitions, and knows these functions."""
    expressions = [
        query["Expression"] for alarm in shown for query in alarm.properties.get("Metrics", []) if "Expression" in query
    ]

    assert {name for each in expressions for name in re.findall(r"[A-Z_]+(?=\()", each)} == FUNCTIONS
    assert expressions


def test_cloudwatch_can_look_that_far_back(shown: list[Shown]) -> None:
    """It refuses an alarm whose periods are more than a day together."""
    far = [
        alarm.name
        for alarm in shown
        if not alarm.is_composite
        and max(periods(alarm.properties)) * alarm.properties["EvaluationPeriods"] > SECONDS_A_DAY
    ]

    assert far == []


def test_each_provider_of_an_environment_has_its_alarms(syntheses: Syntheses) -> None:
    """A provider that nobody asks never fails; one that is asked must be watched."""
    errors = {
        str(alarm.properties["Metrics"][0]["MetricStat"]["Metric"]["Dimensions"][1]["Value"])
        for alarm in every_alarm(syntheses)
        if alarm.rule == "ProviderErrors"
    }

    assert errors == {"deepgram", "openai", "elevenlabs", "azure_openai", "azure_speech", "google"}


def test_a_name_is_taken_once_in_an_environment(prod: Synthesis) -> None:
    """The second one would replace the first."""
    names = Counter(alarm.name for alarm in alarms_of(prod.assembly))

    assert [name for name, times in names.items() if times > 1] == []


def tells(alarm: Shown) -> bool:
    """Whether it has an action of its own."""
    return bool(alarm.properties.get("AlarmActions"))


def is_part(alarm: Shown, shown: list[Shown]) -> bool:
    """Whether a composite of its stack looks at it, or keeps quiet by it."""
    return any(alarm.name in named(each) for each in shown if each.stack == alarm.stack and tells(each))


def named(composite: Shown) -> set[str]:
    """The alarms that a composite looks at, and the one that keeps it quiet."""
    rule = re.findall(r'ALARM\("([^"]+)"\)', composite.properties.get("AlarmRule", ""))
    return {
        *rule,
        *([composite.properties["ActionsSuppressor"]] if "ActionsSuppressor" in composite.properties else []),
    }


def statistics(properties: dict[str, Any]) -> set[str]:
    """Of a metric, or of all metrics of an expression."""
    alone = properties.get("Statistic") or properties.get("ExtendedStatistic")
    return {alone} if alone else {query["MetricStat"]["Stat"] for query in _measured(properties)}


def periods(properties: dict[str, Any]) -> set[int]:
    """In seconds."""
    if "Period" in properties:
        return {properties["Period"]}
    return {query["MetricStat"]["Period"] for query in _measured(properties)}


def _measured(properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (query for query in properties["Metrics"] if "MetricStat" in query)
