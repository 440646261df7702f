"""On AWS last night's snapshot becomes an instance that is compared inside the network, and is gone afterwards."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto.moto_api import state_manager

from tests.deploy.conftest import CREDENTIALS, write_secrets
from tests.fakes.cloudformation.account import empty_account
from tests.fakes.cloudformation.deploy import deploy_assembly
from tests.synthesis import Synthesis
from tests.voicectl.drill.account import NOW, Clock, drill_of
from voicectl.drill.errors import RestoreFailed
from voicectl.drill.restore.backup import Place, place_of, rehearse_backup

TABLES = [{"event": "table compared", "table": "public.a", "rows": 5, "asked": 4, "missing": 0, "said": ""}]


@pytest.fixture(scope="module")
def place(prod: Synthesis) -> Iterator[Place]:
    """Production, deployed."""
    with pytest.MonkeyPatch.context() as patch, empty_account():
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        deploy_assembly(prod.folder, between=write_secrets)
        yield place_of(prod.assembly, environment="prod")


class Task:
    """ECS runs nothing on moto: this ends the task that was started, and writes what it would have said."""

    def __init__(self, place: Place, *lines: dict[str, Any], before: Callable[[], None] = lambda: None) -> None:
        """Wait to be told."""
        self._place, self._lines, self._before = place, lines, before
        self.seen: dict[str, Any] = {}
        self.instances: list[str] = []

    def __call__(self) -> None:
        """End it."""
        ecs, logs = boto3.client("ecs"), boto3.client("logs")
        for arn in ecs.list_tasks(cluster=self._place.cluster, startedBy="restore-drill")["taskArns"]:
            [task] = ecs.describe_tasks(cluster=self._place.cluster, tasks=[arn])["tasks"]
            if task["lastStatus"] == "STOPPED":
                continue
            self.seen, self.instances = task, instances()
            self._before()
            [container] = ecs.describe_task_definition(taskDefinition=self._place.definition)["taskDefinition"][
                "containerDefinitions"
            ]
            options = container["logConfiguration"]["options"]
            where = {
                "logGroupName": options["awslogs-group"],
                "logStreamName": f"{options['awslogs-stream-prefix']}/migration/{arn.rpartition('/')[2]}",
            }
            logs.create_log_stream(**where)
            said = [{"timestamp": int(NOW.timestamp() * 1000), "message": json.dumps(line)} for line in self._lines]
            if said:
                logs.put_log_events(**where, logEvents=[*said, {**said[0], "message": "no JSON"}])
            ecs.stop_task(cluster=self._place.cluster, task=arn)


def instances() -> list[str]:
    """Of RDS."""
    return [each["DBInstanceIdentifier"] for each in boto3.client("rds").describe_db_instances()["DBInstances"]]


def ended(wrong: list[str], *, asked: int = 4) -> dict[str, Any]:
    """The task's last line."""
    return {"event": "copy compared", "tables": 1, "rows": 5, "asked": asked, "wrong": wrong}


@pytest.mark.parametrize("wrong", [[], ["public.a"]], ids=["all is there", "something is missing"])
def test_a_snapshot_is_compared_and_its_copy_deleted(wrong: list[str], place: Place) -> None:
    """The task is told where the copy is, and runs where the migration runs; the original is not touched."""
    before, clock, task = instances(), Clock(), Task(place, *TABLES, ended(wrong))
    clock.meanwhile.append(task)

    found = rehearse_backup(place, drill=drill_of(clock))

    [copy] = set(task.instances) - set(before)
    command = task.seen["overrides"]["containerOverrides"][0]["command"]
    assert copy == "voiceplane-prod-restore-drill-20261121-120000"
    assert command[:4] == ["python", "-m", "control_plane.compare", "--copy"]
    assert command[4].startswith(copy)
    assert list(found.wrong) == wrong
    assert [line["table"] for line in found.lines] == ["public.a"]
    assert (found.restored.tables, found.restored.rows, found.restored.by) == (1, 5, "Ada Example")
    assert found.restored.asked == 4
    assert found.restored.source.startswith("rds:")
    assert instances() == before


def test_a_comparison_that_asked_for_nothing_is_a_failure(place: Place) -> None:
    """Nothing is missing in it, and nothing was shown: the record must not say that a restore was tested."""
    before, clock = instances(), Clock()
    clock.meanwhile.append(Task(place, *TABLES, ended([], asked=0)))

    with pytest.raises(RestoreFailed, match="no row of rds:.* was compared"):
        rehearse_backup(place, drill=drill_of(clock))

    assert instances() == before


def test_a_task_that_says_nothing_is_a_failure_and_the_copy_is_deleted(place: Place) -> None:
    """Such as one that could not sign in."""
    before, clock = instances(), Clock()
    clock.meanwhile.append(Task(place))

    with pytest.raises(RestoreFailed, match="the comparison ended without a result"):
        rehearse_backup(place, drill=drill_of(clock))

    assert instances() == before


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, ZeroDivisionError])
def test_whatever_stops_the_drill_deletes_the_copy(stopped: type[BaseException], place: Place) -> None:
    """An instance that nobody knows of costs money, and has everybody's words in it."""
    before, clock = instances(), Clock()

    def stop() -> None:
        assert len(instances()) == len(before) + 1
        raise stopped

    clock.meanwhile.append(stop)

    with pytest.raises(stopped):
        rehearse_backup(place, drill=drill_of(clock))

    assert instances() == before


def test_a_task_that_never_ends_is_stopped(place: Place) -> None:
    """Two hours are more than any comparison takes."""
    before = instances()
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 10**9})

    try:
        with pytest.raises(RestoreFailed, match="was not done after 120 minutes, and was stopped"):
            rehearse_backup(place, drill=drill_of(Clock()))
    finally:
        state_manager.unset_transition("ecs::task")

    assert instances() == before


def test_without_a_snapshot_nothing_is_made(place: Place) -> None:
    """A database of today has none yet."""
    before = instances()

    with pytest.raises(RestoreFailed, match="has no automated snapshot yet"):
        rehearse_backup(place._replace(database="voiceplane-prod-other"), drill=drill_of(Clock()))

    assert instances() == before
