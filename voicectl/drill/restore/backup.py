"""The drill on AWS: the newest automated snapshot into an instance of its own, compared inside the network, deleted.

The comparison is a task of the migration's definition, in the migration's place: nothing else may sign in as the owner.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import boto3

from voicectl.drill.account import asked
from voicectl.drill.aws import Drill
from voicectl.drill.errors import AccountSilent, LeftOn, RestoreFailed
from voicectl.drill.rehearsals import Restored
from voicectl.review.templates import Assembly, Resource

RESTORE_SECONDS: Final = 5400.0  # 20 to 40 minutes; storage that is large takes longer
COMPARE_SECONDS: Final = 7200.0
AGAIN_SECONDS: Final = 15.0
CONTAINER: Final = "migration"
COPY: Final = "restore-drill"
LAST_LINE: Final = "copy compared"


class Place(NamedTuple):
    """What of an environment the drill needs, by the names that AWS gave.

    Attributes:
        database: The primary's identifier.
        definition: Of the migration's task.
        network: Where that task runs.
    """

    environment: str
    region: str
    account: str
    database: str
    cluster: str
    definition: str
    network: dict[str, Any]


class Found(NamedTuple):
    """What the task said.

    Attributes:
        lines: One for each table.
        wrong: Tables that lack something.
    """

    lines: tuple[dict[str, Any], ...]
    wrong: tuple[str, ...]
    restored: Restored


def place_of(assembly: Assembly, *, environment: str) -> Place:
    """Look where everything is; nothing is changed.

    Raises:
        AccountSilent: AWS cannot be asked, or the environment is not deployed.
    """
    databases = [each for _, each in assembly.of_type("AWS::RDS::DBInstance")]
    [primary] = [each for each in databases if "SourceDBInstanceIdentifier" not in each.properties]
    [runner] = [each for _, each in assembly.of_type("AWS::Lambda::Function") if _runs_migration(each)]
    [task] = [each for _, each in assembly.of_type("AWS::ECS::TaskDefinition") if _is_migration(each)]
    region = assembly.by_name[primary.stack].region
    with asked("lambda"):
        function = boto3.client("lambda", region_name=region).get_function_configuration(
            FunctionName=_physical(runner, region)
        )
    told = function["Environment"]["Variables"]
    with asked("sts"):
        account = str(boto3.client("sts", region_name=region).get_caller_identity()["Account"])
    network = {"subnets": told["SUBNETS"].split(","), "securityGroups": [told["SECURITY_GROUP"]]}
    return Place(
        environment, region, account, _physical(primary, region), told["CLUSTER"], _physical(task, region), network
    )


def rehearse_backup(place: Place, *, drill: Drill) -> Found:
    """Restore, compare, delete; the copy is deleted whatever happens.

    Raises:
        AccountSilent: AWS refuses.
        RestoreFailed: There is no snapshot, one of the steps was not done in time, or no row could be compared.
        LeftOn: The copy could not be deleted.
    """
    began = drill.clock()
    rds = boto3.client("rds", region_name=place.region)
    snapshot = _newest(rds, place)
    with _instance(rds, place, snapshot, drill=drill) as host:
        lines = _compared(place, host, drill=drill)
    [last] = [line for line in lines if line["event"] == LAST_LINE]
    if not last["wrong"] and not last["asked"]:
        raise RestoreFailed(
            f"no row of {snapshot} was compared: all {last['rows']} may have been written since, or as it was made; "
            "come again when the database has had 1,000 transactions more before its snapshot"
        )
    seconds = round(drill.clock() - began, 1)
    restored = Restored(
        on=drill.now(),
        by=drill.by,
        source=snapshot,
        tables=last["tables"],
        rows=last["rows"],
        asked=last["asked"] or None,
        seconds=seconds,
    )
    tables = tuple(line for line in lines if line["event"] != LAST_LINE)
    return Found(tables, tuple(last["wrong"]), restored)


def _newest(rds: Any, place: Place) -> str:
    with asked("rds"):
        pages = rds.get_paginator("describe_db_snapshots").paginate(
            DBInstanceIdentifier=place.database, SnapshotType="automated"
        )
        ready = [each for page in pages for each in page["DBSnapshots"] if each["Status"] == "available"]
    if not ready:
        raise RestoreFailed(f"{place.database} has no automated snapshot yet; RDS makes one each night")
    return str(max(ready, key=lambda each: each["SnapshotCreateTime"])["DBSnapshotIdentifier"])


@contextmanager
def _instance(rds: Any, place: Place, snapshot: str, *, drill: Drill) -> Iterator[str]:
    """An instance of the snapshot, for the block; answer its address."""
    name = f"voiceplane-{place.environment}-{COPY}-{drill.now():%Y%m%d-%H%M%S}"
    with asked("rds"):
        [original] = rds.describe_db_instances(DBInstanceIdentifier=place.database)["DBInstances"]
        # Not inside the block below: an instance that was there before is not ours to delete.
        rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier=name,
            DBSnapshotIdentifier=snapshot,
            DBSubnetGroupName=original["DBSubnetGroup"]["DBSubnetGroupName"],
            VpcSecurityGroupIds=[each["VpcSecurityGroupId"] for each in original["VpcSecurityGroups"]],
            PubliclyAccessible=False,
            MultiAZ=False,
            DeletionProtection=False,
            Tags=[{"Key": "voiceplane:environment", "Value": place.environment}],
        )
    try:
        yield _await_instance(rds, name, drill=drill)
    finally:
        _delete(rds, name, place)


def _await_instance(rds: Any, name: str, *, drill: Drill) -> str:
    deadline = drill.clock() + RESTORE_SECONDS
    while drill.clock() < deadline:
        with asked("rds"):
            [instance] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        if instance["DBInstanceStatus"] == "available":
            endpoint = instance["Endpoint"]
            return f"{endpoint['Address']}:{endpoint['Port']}"
        drill.pause(AGAIN_SECONDS)
    raise RestoreFailed(f"{name} is not available after {RESTORE_SECONDS / 60:g} minutes; look at its events in RDS")


def _delete(rds: Any, name: str, place: Place) -> None:
    try:
        with asked("rds"):
            rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=True)
    except AccountSilent as silent:
        command = f"aws rds delete-db-instance --db-instance-identifier {name} --skip-final-snapshot"
        raise LeftOn(f"{name} is still there: {silent}; run `{command} --region {place.region}`") from None


def _compared(place: Place, host: str, *, drill: Drill) -> list[dict[str, Any]]:
    """Run the task, wait for its end, and read what it said."""
    ecs = boto3.client("ecs", region_name=place.region)
    command = ["python", "-m", "control_plane.compare", "--copy", host]
    with asked("ecs"):
        ran = ecs.run_task(
            cluster=place.cluster,
            taskDefinition=place.definition,
            launchType="FARGATE",
            startedBy=COPY,
            networkConfiguration={"awsvpcConfiguration": {**place.network, "assignPublicIp": "DISABLED"}},
            overrides={"containerOverrides": [{"name": CONTAINER, "command": command}]},
        )
        if ran["failures"]:
            raise RestoreFailed(f"the comparison did not start: {ran['failures'][0].get('reason')}")
        options = _log_options(ecs, place)
    arn = ran["tasks"][0]["taskArn"]
    why = _await_end(ecs, place, arn, drill=drill)
    lines = _said(place, options, arn)
    if not any(line["event"] == LAST_LINE for line in lines):
        raise RestoreFailed(f"the comparison ended without a result: {why}; its log is {options['awslogs-group']}")
    return lines


def _await_end(ecs: Any, place: Place, arn: str, *, drill: Drill) -> str:
    deadline = drill.clock() + COMPARE_SECONDS
    while drill.clock() < deadline:
        with asked("ecs"):
            [task] = ecs.describe_tasks(cluster=place.cluster, tasks=[arn])["tasks"]
        if task["lastStatus"] == "STOPPED":
            return str(task.get("stoppedReason", ""))
        drill.pause(AGAIN_SECONDS)
    with asked("ecs"):
        ecs.stop_task(cluster=place.cluster, task=arn, reason="the restore drill has no more time")
    raise RestoreFailed(f"{arn} was not done after {COMPARE_SECONDS / 60:g} minutes, and was stopped")


def _log_options(ecs: Any, place: Place) -> dict[str, str]:
    described = ecs.describe_task_definition(taskDefinition=place.definition)["taskDefinition"]
    [container] = [each for each in described["containerDefinitions"] if each["name"] == CONTAINER]
    return dict(container["logConfiguration"]["options"])


def _said(place: Place, options: dict[str, str], arn: str) -> list[dict[str, Any]]:
    """The lines of the comparison; whatever else is in the log is not JSON, or of another event."""
    stream = f"{options['awslogs-stream-prefix']}/{CONTAINER}/{arn.rpartition('/')[2]}"
    with asked("logs"):
        pages = (
            boto3.client("logs", region_name=place.region)
            .get_paginator("filter_log_events")
            .paginate(logGroupName=options["awslogs-group"], logStreamNames=[stream])
        )
        messages = [event["message"] for page in pages for event in page["events"]]
    lines = [json.loads(message) for message in messages if message.startswith("{")]
    return [line for line in lines if line.get("event") in ("table compared", LAST_LINE)]


def _physical(resource: Resource, region: str) -> str:
    with asked("cloudformation"):
        answer = boto3.client("cloudformation", region_name=region).describe_stack_resource(
            StackName=resource.stack, LogicalResourceId=resource.logical_id
        )
    return str(answer["StackResourceDetail"]["PhysicalResourceId"])


def _runs_migration(function: Resource) -> bool:
    variables = function.properties.get("Environment", {}).get("Variables", {})
    return bool(variables.get("CONTAINER") == CONTAINER)


def _is_migration(task: Resource) -> bool:
    return CONTAINER in [each["Name"] for each in task.properties["ContainerDefinitions"]]
