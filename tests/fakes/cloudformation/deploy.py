"""Deploy a synthesized assembly into `mock_aws`, and read it back with boto3 afterwards.

with mock_aws():
    deploy_assembly(Path("cdk.out"))
    boto3.client("ecs", "us-east-1").list_clusters()
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from itertools import chain
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from moto.core.models import DEFAULT_ACCOUNT_ID

from tests.fakes.cloudformation.assets import publish
from tests.fakes.cloudformation.backend import install
from tests.fakes.cloudformation.clients import client
from tests.fakes.cloudformation.errors import DeployFailed

_BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"


@dataclass(frozen=True)
class StackToDeploy:
    """One stack, as an assembly's manifest describes it; the template is its text."""

    name: str
    template: str
    account: str = DEFAULT_ACCOUNT_ID
    region: str = "us-east-1"
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DeployedStack:
    """A stack that came up.

    Attributes:
        name: Of the stack.
        account: Where it is.
        region: Where it is.
        outputs: By their keys.
        resources: Logical id to physical id.
    """

    name: str
    account: str
    region: str
    outputs: Mapping[str, str]
    resources: Mapping[str, str]


Between = Callable[[DeployedStack], None]


def deploy_assembly(assembly: Path, *, between: Between | None = None) -> list[DeployedStack]:
    """Deploy every stack of an assembly, each after what it depends on; `mock_aws` must be on.

    Args:
        assembly: The `cdk.out` directory.
        between: Called with each stack that is up, to do what an operator does before the next one, such as writing
            secrets.

    Raises:
        DeployFailed: At the first resource, output or template that CloudFormation would refuse.
    """
    install()
    stacks, deployed = stacks_of(assembly), []
    if stacks:
        publish(assembly, account=stacks[0].account, region=stacks[0].region)
    for stack in stacks:
        deployed.append(deploy_stack(stack))
        if between:
            between(deployed[-1])
    return deployed


def deploy_stack(stack: StackToDeploy) -> DeployedStack:
    """Deploy one stack.

    Raises:
        DeployFailed: With the resource at fault, and why.
    """
    install()
    _bootstrap(stack)
    api = client("cloudformation", account=stack.account, region=stack.region)
    try:
        created = api.create_stack(
            StackName=stack.name,
            TemplateBody=stack.template,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()],
            Tags=[{"Key": key, "Value": value} for key, value in stack.tags.items()],
        )
    except ClientError as error:
        raise _refused(stack.name, error.response["Error"]["Message"]) from error
    found = api.describe_stacks(StackName=created["StackId"])["Stacks"][0]
    if found["StackStatus"] != "CREATE_COMPLETE":
        raise _failed(stack.name, api.describe_stack_events(StackName=created["StackId"])["StackEvents"])
    resources = api.describe_stack_resources(StackName=created["StackId"])["StackResources"]
    return DeployedStack(
        stack.name,
        stack.account,
        stack.region,
        {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])},
        {made["LogicalResourceId"]: made["PhysicalResourceId"] for made in resources},
    )


def deploy_template(template: Mapping[str, Any], *, stack: str, region: str = "us-east-1") -> DeployedStack:
    """Deploy a template that no assembly holds.

    Raises:
        DeployFailed: With the resource at fault, and why.
    """
    return deploy_stack(StackToDeploy(stack, json.dumps(template), region=region))


def stacks_of(assembly: Path) -> list[StackToDeploy]:
    """The stacks of an assembly and of the stages inside, in an order in which they can be deployed."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    order = TopologicalSorter({name: body.get("dependencies", []) for name, body in artifacts.items()}).static_order()
    found = (_stacks_in(artifacts[name], name=name, assembly=assembly) for name in order if name in artifacts)
    return list(chain.from_iterable(found))


def _stacks_in(artifact: dict[str, Any], *, name: str, assembly: Path) -> Iterator[StackToDeploy]:
    properties = artifact.get("properties", {})
    if artifact["type"] == "cdk:cloud-assembly":
        yield from stacks_of(assembly / properties["directoryName"])
    if artifact["type"] != "aws:cloudformation:stack":
        return
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    yield StackToDeploy(
        name=properties.get("stackName", name),
        template=(assembly / properties["templateFile"]).read_text(),
        account=account if account.isdigit() else DEFAULT_ACCOUNT_ID,
        region=region if "unknown" not in region else "us-east-1",
        parameters=properties.get("parameters", {}),
        tags=properties.get("tags", {}),
    )


def _bootstrap(stack: StackToDeploy) -> None:
    """What `cdk bootstrap` leaves behind and templates ask for: its version."""
    parameters = client("ssm", account=stack.account, region=stack.region)
    parameters.put_parameter(Name=_BOOTSTRAP_VERSION, Value="30", Type="String", Overwrite=True)


def _refused(stack: str, message: str) -> DeployFailed:
    text = message.removeprefix("Template error: ")
    subject, _, reason = text.partition("): ")
    logical_id, _, type = subject.partition(" (")
    if not reason:
        return DeployFailed(stack, logical_id="Template", type="Template", reason=text)
    return DeployFailed(stack, logical_id=logical_id, type=type, reason=reason)


def _failed(stack: str, events: list[dict[str, Any]]) -> DeployFailed:
    event = next(event for event in events if event["ResourceStatus"] == "CREATE_FAILED")
    return DeployFailed(
        stack,
        logical_id=event["LogicalResourceId"],
        type=event["ResourceType"],
        reason=event["ResourceStatusReason"],
    )
