"""Starts the migration task for CloudFormation, and answers when ECS says that it stopped.

Runs inside AWS Lambda as inline code, which may have 4,096 characters.
"""

import json
import os
import urllib.request
from typing import Any

import boto3

ANSWER = ("StackId", "RequestId", "LogicalResourceId", "ResponseURL")
MARK = "CLOUDFORMATION_REQUEST"


def handler(event: dict[str, Any], _context: object) -> None:
    """Take a request of CloudFormation, or ECS's word that the task has stopped."""
    if "RequestType" in event:
        start(event)
    else:
        stopped(event["detail"])


def start(request: dict[str, Any]) -> None:
    """Run the task; what it must be answered to travels in the task's own overrides."""
    if request["RequestType"] == "Delete":
        answer(request, "SUCCESS", "nothing to undo")
        return
    try:
        network = {
            "subnets": os.environ["SUBNETS"].split(","),
            "securityGroups": [os.environ["SECURITY_GROUP"]],
            "assignPublicIp": "DISABLED",
        }
        note = json.dumps({key: request[key] for key in ANSWER})
        override = {"name": os.environ["CONTAINER"], "environment": [{"name": MARK, "value": note}]}
        ran = boto3.client("ecs").run_task(
            cluster=os.environ["CLUSTER"],
            taskDefinition=request["ResourceProperties"]["TaskDefinition"],
            launchType="FARGATE",
            startedBy="voiceplane-migration",
            networkConfiguration={"awsvpcConfiguration": network},
            overrides={"containerOverrides": [override]},
        )
        if ran["failures"]:
            raise RuntimeError(ran["failures"])
    except Exception as refused:  # CloudFormation would wait an hour for an answer that never comes
        answer(request, "FAILED", f"the migration task did not start: {refused}")


def stopped(task: dict[str, Any]) -> None:
    """Answer CloudFormation with the task's exit code."""
    override = task["overrides"]["containerOverrides"][0]
    request = json.loads(next(pair["value"] for pair in override["environment"] if pair["name"] == MARK))
    container = next(each for each in task["containers"] if each["name"] == override["name"])
    code = container.get("exitCode")
    if code == 0:
        answer(request, "SUCCESS", task["taskArn"])
        return
    why = container.get("reason") or task.get("stoppedReason", "")
    answer(request, "FAILED", f"migration exited with {code}: {why}; see the log of {task['taskArn']}")


def answer(request: dict[str, Any], status: str, reason: str) -> None:
    """Send CloudFormation what it waits for."""
    told = {key: request[key] for key in ANSWER[:3]}
    body = {**told, "Status": status, "Reason": reason[:1024], "PhysicalResourceId": "migration"}
    call = urllib.request.Request(request["ResponseURL"], json.dumps(body).encode(), method="PUT")
    urllib.request.urlopen(call, timeout=20)
