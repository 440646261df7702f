"""Stacks read each other's outputs, across regions, and secrets; what is not there stops the deploy."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.cloudformation.account import empty_account
from tests.fakes.cloudformation.clients import client
from tests.fakes.cloudformation.deploy import deploy_template
from tests.fakes.cloudformation.errors import DeployFailed

Body = dict[str, Any]


@pytest.fixture(autouse=True)
def cloud() -> Iterator[None]:
    """An empty account for each test."""
    with empty_account():
        yield


def parameter(value: Any) -> Body:
    """A template whose one resource keeps a value where boto3 can read it."""
    properties = {"Name": "/read", "Type": "String", "Value": value}
    return {"Resources": {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": properties}}}


def read(*, region: str = "us-east-1") -> str:
    """The value that was kept."""
    return str(client("ssm", region=region).get_parameter(Name="/read")["Parameter"]["Value"])


def deploy_queue(*, region: str = "us-east-1") -> None:
    """A stack that publishes a queue's ARN."""
    resources = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}}}
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}, "Export": {"Name": "jobs-arn"}}}
    deploy_template({"Resources": resources, "Outputs": outputs}, stack="data", region=region)


def test_a_weak_reference_reads_another_stacks_output() -> None:
    """CDK writes these for every reference between stacks; vanilla moto does not know them."""
    deploy_queue()

    deploy_template(parameter({"Fn::GetStackOutput": {"StackName": "data", "OutputName": "Arn"}}), stack="work")

    assert read() == "arn:aws:sqs:us-east-1:123456789012:jobs"


def test_a_weak_reference_reads_across_regions() -> None:
    """Media in a further region reads the home region's network and data."""
    deploy_queue()

    output = {"StackName": "data", "OutputName": "Arn", "Region": "us-east-1"}
    deploy_template(parameter({"Fn::GetStackOutput": output}), stack="far", region="eu-west-1")

    assert read(region="eu-west-1") == "arn:aws:sqs:us-east-1:123456789012:jobs"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ({"StackName": "gone", "OutputName": "Arn"}, "there is no stack gone in us-east-1"),
        ({"StackName": "data", "OutputName": "Gone"}, "stack data in us-east-1 has no output Gone"),
        ({"StackName": "data", "OutputName": "Arn", "Region": "eu-west-1"}, "there is no stack data in eu-west-1"),
    ],
)
def test_a_weak_reference_to_nothing_fails(output: Body, reason: str) -> None:
    """Deploying in the wrong order must not look like success."""
    deploy_queue()

    with pytest.raises(DeployFailed, match=reason):
        deploy_template(parameter({"Fn::GetStackOutput": output}), stack="work")


def test_a_stack_that_failed_has_no_outputs() -> None:
    """Its consumers must fail as well."""
    broken = {**parameter("1"), "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Parameter", "Gone"]}}}}
    with pytest.raises(DeployFailed):
        deploy_template(broken, stack="data")

    with pytest.raises(DeployFailed, match="there is no stack data"):
        deploy_template(parameter({"Fn::GetStackOutput": {"StackName": "data", "OutputName": "Arn"}}), stack="work")


def test_an_import_reads_an_export() -> None:
    """Strong references stay possible."""
    deploy_queue()

    deploy_template(parameter({"Fn::ImportValue": "jobs-arn"}), stack="work")

    assert read() == "arn:aws:sqs:us-east-1:123456789012:jobs"


def test_a_missing_export_fails() -> None:
    """As in AWS."""
    with pytest.raises(DeployFailed, match="no stack in us-east-1 exports jobs-arn"):
        deploy_template(parameter({"Fn::ImportValue": "jobs-arn"}), stack="work")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"Fn::Sub": "${AWS::StackName} in ${AWS::Region}, ${!literal}"}, "work in us-east-1, ${literal}"),
        ({"Fn::Sub": ["${a}-${AWS::AccountId}", {"a": {"Fn::Select": [1, ["x", "y"]]}}]}, "y-123456789012"),
        ({"Fn::Join": [",", {"Fn::Split": ["/", "a/b"]}]}, "a,b"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "us-east-1a"),
        ({"Fn::If": ["Yes", "then", {"Ref": "AWS::NoValue"}]}, "then"),
        ({"Fn::FindInMap": ["Sizes", "small", "cpu"]}, "256"),
        ({"Fn::Base64": "hi"}, "aGk="),
        ({"Fn::ToJsonString": {"region": {"Ref": "AWS::Region"}}}, '{"region": "us-east-1"}'),
        ({"Fn::Select": [1, {"Fn::Cidr": ["10.0.0.0/16", 2, 8]}]}, "10.0.1.0/24"),
    ],
    ids=lambda held: json.dumps(held)[:24],
)
def test_functions_resolve_as_cloudformation_resolves_them(written: Body, value: str) -> None:
    """User data, ARNs and LiveKit's configuration are built of them."""
    template = {
        **parameter(written),
        "Conditions": {"Yes": {"Fn::Not": [{"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}]}},
        "Mappings": {"Sizes": {"small": {"cpu": "256"}}},
    }

    deploy_template(template, stack="work")

    assert read() == value


def test_an_unknown_function_fails() -> None:
    """It would reach the service as an object."""
    with pytest.raises(DeployFailed, match="Fn::Guess is no function"):
        deploy_template(parameter({"Fn::Guess": "x"}), stack="work")


def test_a_dynamic_reference_reads_the_secret() -> None:
    """The cache's password reaches it this way, without standing in the template."""
    text = json.dumps({"token": "s3cret"})
    arn = client("secretsmanager").create_secret(Name="redis", SecretString=text)["ARN"]

    deploy_template(parameter(f"{{{{resolve:secretsmanager:{arn}:SecretString:token::}}}}"), stack="work")

    assert read() == "s3cret"


def test_a_dynamic_reference_to_a_missing_secret_fails() -> None:
    """CloudFormation would fail here, at deploy time only."""
    with pytest.raises(DeployFailed, match="dynamic reference to secret gone failed"):
        deploy_template(parameter("{{resolve:secretsmanager:gone}}"), stack="work")


def test_a_dynamic_reference_to_an_empty_secret_says_what_to_do() -> None:
    """Provider keys are created empty, and written by a person before the services are deployed."""
    client("secretsmanager").create_secret(Name="openai")

    with pytest.raises(DeployFailed, match="secret openai has no value yet; write one"):
        deploy_template(parameter("{{resolve:secretsmanager:openai:SecretString:key}}"), stack="work")


def test_a_missing_field_of_a_secret_fails() -> None:
    """A renamed field breaks the deploy, not the service's start."""
    client("secretsmanager").create_secret(Name="redis", SecretString="{}")

    with pytest.raises(DeployFailed, match="secret redis has no field token"):
        deploy_template(parameter("{{resolve:secretsmanager:redis:SecretString:token}}"), stack="work")
