"""Each alarm's metric is about something here, or about nothing; its dimensions are kept as they are."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from contract import aws_metrics as aws
from contract.aws_metrics import AwsMetric
from contract.services import API, CONTAINERS
from voicectl.alarms.definition import Alarm, MetricAlarm, MetricKey
from voicectl.up.aws_metrics.target_groups import TARGET_GROUPS, target_group_of
from voicectl.up.aws_metrics.wanted import Wanted, thing_of


def test_every_metric_that_can_be_measured_is_about_something_here(laptop: Iterable[Alarm]) -> None:
    """Found in the templates' own references, so that a construct which is renamed is noticed here."""
    wanted = Wanted(laptop)

    assert wanted.things(aws.DATABASE_CONNECTIONS) == ["postgres"]
    assert wanted.things(aws.CACHE_CPU) == ["valkey"]
    assert wanted.things(aws.SERVICE_CPU) == ["agent", "api", "livekit", "websocket"]
    assert wanted.things(aws.ALB_HEALTHY) == sorted(TARGET_GROUPS)
    assert wanted.things(aws.ALB_REQUESTS) == sorted(TARGET_GROUPS)


def test_both_valkey_groups_have_one_server_and_no_second_node(laptop: Iterable[Alarm]) -> None:
    """A node that is not here would be taken for a healthy one."""
    keys = Wanted(laptop).keys(aws.CACHE_EVICTIONS, of="valkey")

    assert {value for key in keys for _, value in key.dimensions} == {
        "voiceplane-local-live-001",
        "voiceplane-local-broker-001",
    }


def test_dimensions_are_the_alarms_own(laptop: Iterable[Alarm]) -> None:
    """With a reference where AWS would know a name: any other text is another metric."""
    read = {query.metric for alarm in laptop if isinstance(alarm, MetricAlarm) for query in alarm.queries}

    [key] = Wanted(laptop).keys(aws.ALB_UNHEALTHY, of="InternalRouteTargets")

    assert key in read
    assert "InternalBalancer" in dict(key.dimensions)["LoadBalancer"]
    assert '"Fn::GetStackOutput"' in dict(key.dimensions)["TargetGroup"]


def test_tasks_are_counted_where_one_is_enough(laptop: Iterable[Alarm]) -> None:
    """The API has two on AWS always; of one here it would be said for ever that another is missing."""
    services = Wanted(laptop).things(aws.SERVICE_RUNNING)

    assert API.name not in services
    assert {"agent", "beat", "livekit", "supervisor", "websocket"} <= set(services)
    assert set(services) <= {each.name for each in CONTAINERS} | {
        "celery-data",
        "celery-notifications",
        "celery-voice",
    }


def test_a_floor_of_two_is_left_out_whatever_the_service(laptop: Iterable[Alarm]) -> None:
    """By the alarm's threshold, which is the floor; its CPU is another alarm's."""
    several = [
        replace(alarm, threshold=2.0) if isinstance(alarm, MetricAlarm) and alarm.rule == "TasksMissing" else alarm
        for alarm in laptop
    ]

    assert Wanted(several).things(aws.SERVICE_RUNNING) == []
    assert "agent" in Wanted(several).things(aws.SERVICE_CPU)


@pytest.mark.parametrize(
    ("metric", "values"),
    [
        (aws.NAT_PORT_ERRORS, {"NatGatewayId": "nat"}),
        (aws.NLB_HEALTHY, {"LoadBalancer": "TurnBalancer", "TargetGroup": "LiveKitTurn"}),
        (aws.ALB_OWN_ERRORS, {"LoadBalancer": "ApiBalancer"}),
        (aws.DATABASE_REPLICA_LAG, {"DBInstanceIdentifier": '{"Ref":"DatabaseReplica12AB"}'}),
        (aws.CERTIFICATE_DAYS, {"CertificateArn": "arn"}),
    ],
)
def test_what_is_not_on_this_machine_is_about_nothing(metric: AwsMetric, values: dict[str, str]) -> None:
    """No balancer refuses connections here, and there is no second database that could be late."""
    assert thing_of(MetricKey(metric.namespace, metric.name, frozenset(values.items()))) == ""


@pytest.mark.parametrize(
    ("route", "group"),
    [
        ("api/v1/sessions", "ApiRouteTargets"),
        ("other", "ApiRouteTargets"),
        ("internal/sessions/<str:session_id>/events", "InternalRouteTargets"),
        ("webhooks/livekit", "InternalRouteTargets"),
    ],
)
def test_a_request_came_through_one_of_the_apis_two_balancers(route: str, group: str) -> None:
    """Callers come through the public one, agents and LiveKit through the other; a stranger's path is no route."""
    assert target_group_of(route) == group
