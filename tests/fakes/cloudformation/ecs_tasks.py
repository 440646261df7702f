"""One-off ECS tasks that a custom resource starts: they end here at once, and EventBridge's rules hear of it."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any, cast

from moto.ecs.models import Task, ecs_backends
from moto.events.models import events_backends

from tests.fakes.cloudformation.kind import Home, Resource

_exit_code = 0


@contextlib.contextmanager
def exiting_with(code: int) -> Iterator[None]:
    """Let every one-off task end with this exit code; without it they end with 0."""
    global _exit_code  # noqa: PLW0603  moto's clouds are global, so is how their tasks end
    before, _exit_code = _exit_code, code
    try:
        yield
    finally:
        _exit_code = before


def running(home: Home) -> set[str]:
    """ARNs of the tasks that run in the stack's account and region."""
    return {task.task_arn for task in _tasks(home)}


def end(home: Home, *, spare: set[str]) -> list[dict[str, Any]]:
    """End every running task but the spared, and return the events ECS would send."""
    return [_ended(task, home) for task in _tasks(home) if task.task_arn not in spare]


def listeners(event: dict[str, Any], *, functions: list[Resource]) -> Iterator[Resource]:
    """The functions that a rule hands this event to, and that let EventBridge call them."""
    region, account = event["region"], event["account"]
    for bus in events_backends[account][region].event_buses.values():
        for rule in bus.rules.values():
            if rule.event_pattern.get_pattern() and rule.event_pattern.matches_event(cast(Any, event)):
                aimed = {target["Arn"] for target in rule.targets}
                yield from (one for one in functions if one.attribute("Arn") in aimed and _may_call(one, rule.arn))


def _tasks(home: Home) -> list[Task]:
    clusters = ecs_backends[home.account][home.region].tasks.values()
    return [task for tasks in clusters for task in tasks.values() if task.desired_status == "RUNNING"]


def _ended(task: Task, home: Home) -> dict[str, Any]:
    task.desired_status = task.status = "STOPPED"
    task.stopped_reason = "Essential container in task exited"
    backend = ecs_backends[home.account][home.region]
    names = [one["name"] for one in backend.describe_task_definition(task.task_definition_arn).container_definitions]
    detail = {
        "clusterArn": task.cluster_arn,
        "taskArn": task.task_arn,
        "taskDefinitionArn": task.task_definition_arn,
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "stopCode": "EssentialContainerExited",
        "stoppedReason": task.stopped_reason,
        "startedBy": task.started_by,
        "group": task.group,
        "launchType": task.launch_type,
        "overrides": task.overrides,
        "containers": [{"name": name, "exitCode": _exit_code, "lastStatus": "STOPPED"} for name in names],
    }
    return {
        "version": "0",
        "source": "aws.ecs",
        "detail-type": "ECS Task State Change",
        "account": home.account,
        "region": home.region,
        "detail": detail,
    }


def _may_call(function: Resource, rule_arn: str) -> bool:
    try:
        policy = function.client("lambda").get_policy(FunctionName=function.name)["Policy"]
    except function.client("lambda").exceptions.ResourceNotFoundException:
        return False
    allowed = [statement for statement in json.loads(policy)["Statement"] if "events.amazonaws.com" in str(statement)]
    return any("Condition" not in statement or rule_arn in str(statement) for statement in allowed)
