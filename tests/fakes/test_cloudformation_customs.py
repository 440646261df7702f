"""A custom resource's handler really runs: the stack stands or falls with its answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.cloudformation.account import empty_account
from tests.fakes.cloudformation.clients import client
from tests.fakes.cloudformation.customs import stand_in
from tests.fakes.cloudformation.deploy import DeployedStack, deploy_template
from tests.fakes.cloudformation.ecs_tasks import exiting_with
from tests.fakes.cloudformation.errors import DeployFailed

Body = dict[str, Any]

WRITES = """
import boto3, cfnresponse, os

def handler(event, context):
    name = os.environ["PREFIX"] + event["ResourceProperties"]["Name"]
    boto3.client("ssm").put_parameter(Name=name, Value="done", Type="String")
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Name": name}, "written")
"""

REFUSES = """
import cfnresponse

def handler(event, context):
    cfnresponse.send(event, context, cfnresponse.FAILED, {}, reason="the schema is newer than this release")
"""

RAISES = """
def handler(event, context):
    raise RuntimeError("no route to the database")
"""

FORGETS = """
def handler(event, context):
    return None
"""

# Starts a task and returns; ECS tells it through EventBridge that the task has stopped, and only then it answers.
WAITS = """
import boto3, json, urllib.request

def handler(event, context):
    ecs = boto3.client("ecs")
    if "RequestType" in event:
        note = {"name": "ANSWER_TO", "value": event["ResponseURL"]}
        ecs.run_task(
            cluster="migrations", taskDefinition="migrate", startedBy="migration", launchType="FARGATE",
            overrides={"containerOverrides": [{"name": "migrate", "environment": [note]}]},
        )
        return
    url = event["detail"]["overrides"]["containerOverrides"][0]["environment"][0]["value"]
    code = event["detail"]["containers"][0]["exitCode"]
    body = {"Status": "FAILED" if code else "SUCCESS", "Reason": f"exit code {code}", "PhysicalResourceId": "migration"}
    request = urllib.request.Request(url, json.dumps(body).encode(), method="PUT")
    urllib.request.urlopen(request, timeout=5).close()
"""


@pytest.fixture(autouse=True)
def cloud() -> Iterator[None]:
    """An empty account for each test."""
    with empty_account():
        yield


def function(code: str) -> Body:
    """A function's role and itself."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ],
    }
    properties = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Code": {"ZipFile": code},
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Environment": {"Variables": {"PREFIX": "/"}},
    }
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": properties},
    }


def deploy(code: str, *, with_: Body | None = None, outputs: Body | None = None) -> DeployedStack:
    """Deploy a custom resource that this code makes."""
    token = {"Fn::GetAtt": ["Function", "Arn"]}
    custom = {
        "Type": "Custom::Thing",
        "Properties": {"ServiceToken": token, "Name": "thing"},
        "DependsOn": list(with_ or {}),
    }
    resources = {**function(code), **(with_ or {}), "Thing": custom}
    return deploy_template({"Resources": resources, "Outputs": outputs or {}}, stack="sample")


def test_the_handler_changes_the_account() -> None:
    """A stub that answers SUCCESS would hide that the handler is broken."""
    stack = deploy(WRITES)

    written = client("ssm").get_parameter(Name="/thing")["Parameter"]["Value"]

    assert (written, stack.resources["Thing"]) == ("done", "written")


def test_what_the_handler_returns_can_be_read() -> None:
    """`Fn::GetAtt` of a custom resource is the handler's data."""
    stack = deploy(WRITES, outputs={"Name": {"Value": {"Fn::GetAtt": ["Thing", "Name"]}}})

    assert stack.outputs == {"Name": "/thing"}


def test_what_the_handler_does_not_return_fails() -> None:
    """AWS fails the stack for it, too."""
    with pytest.raises(DeployFailed, match="Thing has no attribute Colour; its handler returned Name"):
        deploy(WRITES, outputs={"Colour": {"Value": {"Fn::GetAtt": ["Thing", "Colour"]}}})


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (REFUSES, "the schema is newer than this release"),
        (RAISES, "RuntimeError: no route to the database"),
        (FORGETS, "the handler returned, and nothing answered CloudFormation"),
    ],
)
def test_a_handler_that_does_not_succeed_fails_the_stack(code: str, reason: str) -> None:
    """A migration that failed must keep the new services from starting."""
    with pytest.raises(DeployFailed) as caught:
        deploy(code)

    assert (caught.value.logical_id, caught.value.type) == ("Thing", "Custom::Thing")
    assert reason in caught.value.reason


def test_a_custom_resource_without_a_function_fails() -> None:
    """Vanilla moto would need Docker; here it must not pass unnoticed."""
    custom = {"Type": "Custom::Thing", "Properties": {"ServiceToken": "arn:aws:lambda:us-east-1:1:function:gone"}}

    with pytest.raises(DeployFailed, match="no stack made the function"):
        deploy_template({"Resources": {"Thing": custom}}, stack="sample")


def test_a_stand_in_answers_for_a_function_that_cannot_run() -> None:
    """CDK's own custom resources are JavaScript in an asset."""
    custom = {"Type": "Custom::Asset", "Properties": {"ServiceToken": "elsewhere", "Size": 3}}
    output = {"Value": {"Fn::GetAtt": ["Thing", "Double"]}}
    template = {"Resources": {"Thing": custom}, "Outputs": {"Double": output}}

    with stand_in("Custom::Asset", lambda event: {"Double": event["ResourceProperties"]["Size"] * 2}):
        stack = deploy_template(template, stack="sample")

    assert stack.outputs == {"Double": "6"}


def task_and_rule(*, started_by: str = "migration") -> Body:
    """A cluster, a task definition, and a rule that tells the function of the task's end."""
    pattern = {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        "detail": {"lastStatus": ["STOPPED"], "startedBy": [started_by]},
    }
    arn = {"Fn::GetAtt": ["Function", "Arn"]}
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": arn,
        "Principal": "events.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]},
    }
    task = {"Family": "migrate", "Memory": "512", "ContainerDefinitions": [{"Name": "migrate", "Image": "api:1"}]}
    return {
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "migrations"}},
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task},
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {"EventPattern": pattern, "Targets": [{"Id": "Function", "Arn": arn}]},
        },
        "Told": {"Type": "AWS::Lambda::Permission", "Properties": permission},
    }


def test_a_handler_that_waits_for_a_task_is_told_of_its_end() -> None:
    """The schema migration takes longer than a Lambda may, so it answers when EventBridge reports the task."""
    stack = deploy(WAITS, with_=task_and_rule())

    assert stack.resources["Thing"] == "migration"


def test_a_task_that_fails_fails_the_stack() -> None:
    """Its exit code is the migration's outcome."""
    with exiting_with(3), pytest.raises(DeployFailed, match="exit code 3"):
        deploy(WAITS, with_=task_and_rule())


def test_a_rule_that_does_not_match_leaves_the_resource_without_an_answer() -> None:
    """In AWS the deploy would hang for an hour, then fail."""
    with pytest.raises(DeployFailed, match="nothing answered CloudFormation"):
        deploy(WAITS, with_=task_and_rule(started_by="somebody else"))


def test_a_function_that_eventbridge_may_not_call_hears_nothing() -> None:
    """A forgotten permission shows only in production, unless it fails here."""
    silent = {name: body for name, body in task_and_rule().items() if name != "Told"}

    with pytest.raises(DeployFailed, match="nothing answered CloudFormation"):
        deploy(WAITS, with_=silent)
