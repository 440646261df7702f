"""The API follows targets; the agents' CPU and memory are guards that only ever add tasks."""

from typing import Any

import pytest

from config.sections.agent import Agent
from config.sections.web import Api
from config.sections.workers import pool_section
from contract.pools import VOICE
from tests.constructs.scaling.platform import Platform, Sections


def tracking(platform: Platform, tier: str) -> dict[str, dict[str, Any]]:
    """Answer a tier's target tracking by name."""
    policies = platform.policies(tier).items()
    key = "TargetTrackingScalingPolicyConfiguration"
    return {name.removeprefix("track-"): policy[key] for name, policy in policies if key in policy}


def test_the_api_follows_cpu_memory_requests_and_response_time(platform: Platform) -> None:
    """Each of the four alone can be what callers wait for (S81)."""
    found = tracking(platform, "api")

    assert platform.policies("api").keys() == {f"track-{name}" for name in found}
    assert {name: (policy["TargetValue"], policy["ScaleOutCooldown"]) for name, policy in found.items()} == {
        "cpu": (60, 60),
        "memory": (70, 60),
        "requests": (3000, 60),
        "response-time": (0.3, 60),
    }


def test_the_api_shrinks_when_cpu_memory_and_requests_agree(platform: Platform) -> None:
    """AWS shrinks only if all policies that may shrink agree; response time may not, so it cannot forbid it either."""
    found = tracking(platform, "api")

    assert {name: policy["DisableScaleIn"] for name, policy in found.items()} == {
        "cpu": False,
        "memory": False,
        "requests": False,
        "response-time": True,
    }
    assert {name: policy.get("ScaleInCooldown") for name, policy in found.items()} == {
        "cpu": 300,
        "memory": 300,
        "requests": 300,
        "response-time": None,
    }


def test_requests_are_counted_per_target_of_the_public_load_balancer(platform: Platform) -> None:
    """The label is the ends of two ARNs; a wrong one is refused only at deployment."""
    metric = tracking(platform, "api")["requests"]["PredefinedMetricSpecification"]

    assert metric["PredefinedMetricType"] == "ALBRequestCountPerTarget"
    balancer, slash, group = metric["ResourceLabel"]["Fn::Join"][1]
    assert balancer["Fn::GetAtt"][1] == "LoadBalancerFullName"
    assert (slash, group["Fn::GetAtt"][1]) == ("/", "TargetGroupFullName")


def test_response_time_is_the_p95_of_the_target_group(platform: Platform) -> None:
    """The average hides the slow requests that callers notice."""
    [query] = tracking(platform, "api")["response-time"]["CustomizedMetricSpecification"]["Metrics"]

    stat = query["MetricStat"]
    assert (stat["Metric"]["Namespace"], stat["Metric"]["MetricName"]) == ("AWS/ApplicationELB", "TargetResponseTime")
    assert (stat["Stat"], stat["Unit"], query["ReturnData"]) == ("p95", "Seconds", True)
    assert [each["Name"] for each in stat["Metric"]["Dimensions"]] == ["LoadBalancer", "TargetGroup"]


def test_an_agents_cpu_and_memory_only_add_tasks(platform: Platform) -> None:
    """CPU stays near 10 % with ten calls, so it would shrink a full fleet (ruling X3)."""
    found = tracking(platform, "agent")

    assert found == {
        "cpu": {
            "TargetValue": 75,
            "DisableScaleIn": True,
            "ScaleOutCooldown": 60,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
        "memory": {
            "TargetValue": 80,
            "DisableScaleIn": True,
            "ScaleOutCooldown": 60,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"},
        },
    }


@pytest.fixture(scope="module")
def optional() -> Platform:
    """Tiers with 20-second metrics and forecasts."""
    sections = Sections(
        agent=Agent(high_resolution=True, predictive="forecast_and_scale"),
        api=Api(high_resolution=True, predictive="forecast_only"),
        voice=pool_section(VOICE, high_resolution=True),
    )
    return Platform(sections, tiers=("agent", "api", "celery-voice"))


@pytest.mark.parametrize("tier", ["api", "agent"])
def test_tracking_can_use_metrics_of_20_seconds(tier: str, optional: Platform) -> None:
    """AWS measured 109 s instead of 386 s to more tasks (facts: aws E5)."""
    found = tracking(optional, tier)

    assert {name: found[name]["PredefinedMetricSpecification"] for name in ("cpu", "memory")} == {
        "cpu": {"PredefinedMetricType": "ECSServiceAverageCPUUtilizationHighResolution"},
        "memory": {"PredefinedMetricType": "ECSServiceAverageMemoryUtilizationHighResolution"},
    }


def test_a_step_on_cpu_can_use_metrics_of_20_seconds(optional: Platform) -> None:
    """Three datapoints make the same minute, known two minutes earlier."""
    alarm = optional.alarms("celery-voice")["out-cpu"]

    [query] = alarm["Metrics"]
    assert (query["MetricStat"]["Period"], query["ReturnData"], alarm["EvaluationPeriods"]) == (20, True, 3)


def test_a_forecast_brings_tasks_before_the_load(optional: Platform) -> None:
    """The schedule's lead, in seconds, less than the hour that a forecast is made of."""
    found = {tier: optional.policies(tier)["forecast"] for tier in ("api", "agent")}

    configuration = {tier: policy["PredictiveScalingPolicyConfiguration"] for tier, policy in found.items()}
    assert {policy["PolicyType"] for policy in found.values()} == {"PredictiveScaling"}
    assert {tier: each["Mode"] for tier, each in configuration.items()} == {
        "api": "ForecastOnly",
        "agent": "ForecastAndScale",
    }
    assert {each["SchedulingBufferTime"] for each in configuration.values()} == {900}
    [specification] = configuration["api"]["MetricSpecifications"]
    assert specification == {
        "TargetValue": 60,
        "PredefinedMetricPairSpecification": {"PredefinedMetricType": "ECSServiceCPUUtilization"},
    }


def test_the_agents_forecast_is_about_calls(optional: Platform) -> None:
    """Seven calls a task: 70 % of ten. A forecast of CPU would ask for a tenth of the tasks."""
    policy = optional.policies("agent")["forecast"]["PredictiveScalingPolicyConfiguration"]

    [specification] = policy["MetricSpecifications"]
    [load] = specification["CustomizedLoadMetricSpecification"]["MetricDataQueries"]
    [capacity] = specification["CustomizedCapacityMetricSpecification"]["MetricDataQueries"]
    scaling = specification["CustomizedScalingMetricSpecification"]["MetricDataQueries"]
    assert specification["TargetValue"] == 7
    assert (load["MetricStat"]["Metric"]["MetricName"], load["MetricStat"]["Stat"]) == ("SessionsActive", "Sum")
    assert capacity["MetricStat"]["Metric"]["MetricName"] == "RunningTaskCount"
    assert scaling[-1]["Expression"] == "sessions_active / reported"
