"""Machines and functions: Auto Scaling groups, launch templates, Lambda."""

import io
import zipfile

from tests.fakes.cloudformation.errors import ResourceRefused
from tests.fakes.cloudformation.kind import Kind, Properties, Resource


def _group(group: Resource) -> Properties:
    properties = dict(group.properties)
    properties["VPCZoneIdentifier"] = ",".join(properties.get("VPCZoneIdentifier", []))
    for tag in properties.get("Tags", []):
        tag.update(ResourceId=group.name, ResourceType="auto-scaling-group")
    return properties


def _complete_group(group: Resource) -> None:
    for metrics in group.take("MetricsCollection", []):
        group.call("enable_metrics_collection", AutoScalingGroupName=group.name, **metrics)
    for hook in group.take("LifecycleHookSpecificationList", []):
        group.call("put_lifecycle_hook", AutoScalingGroupName=group.name, **hook)
    found = group.call("describe_auto_scaling_groups", AutoScalingGroupNames=[group.name])
    group.more["arn"] = found["AutoScalingGroups"][0]["AutoScalingGroupARN"]


def _code(function: Resource) -> Properties:
    properties = dict(function.properties)
    text = properties["Code"].get("ZipFile")
    if text is not None:
        properties["Code"] = {"ZipFile": _zipped(text, properties["Handler"])}
    return properties


def _zipped(text: str, handler: str) -> bytes:
    if handler.partition(".")[0] != "index":
        raise ResourceRefused(f"inline code is the file index, so the handler cannot be {handler}")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", text)
    return archive.getvalue()


def _reserve(function: Resource) -> None:
    reserved = function.take("ReservedConcurrentExecutions")
    if reserved is not None:
        function.call("put_function_concurrency", FunctionName=function.name, ReservedConcurrentExecutions=reserved)


def _statement(permission: Resource) -> Properties:
    return {"StatementId": permission.logical_resource_id, **permission.properties}


def _described(template: Resource) -> Properties:
    return {"LaunchTemplateName": template.name, **template.properties}


KINDS = {
    "AWS::AutoScaling::AutoScalingGroup": Kind(
        service="autoscaling",
        create="create_auto_scaling_group",
        attributes={"AutoScalingGroupARN": "more.arn", "AutoScalingGroupName": "name"},
        name="AutoScalingGroupName",
        renames={"Cooldown": "DefaultCooldown"},
        later=frozenset({"MetricsCollection", "LifecycleHookSpecificationList"}),
        prepare=_group,
        then=_complete_group,
    ),
    "AWS::AutoScaling::LifecycleHook": Kind(
        service="autoscaling",
        create="put_lifecycle_hook",
        name="LifecycleHookName",
    ),
    "AWS::AutoScaling::ScheduledAction": Kind(
        service="autoscaling",
        create="put_scheduled_update_group_action",
        name="ScheduledActionName",
        attributes={"ScheduledActionName": "name"},
    ),
    "AWS::EC2::LaunchTemplate": Kind(
        service="ec2",
        create="create_launch_template",
        ref="answer.LaunchTemplate.LaunchTemplateId",
        attributes={
            "LaunchTemplateId": "answer.LaunchTemplate.LaunchTemplateId",
            "LatestVersionNumber": "to_string(answer.LaunchTemplate.LatestVersionNumber)",
            "DefaultVersionNumber": "to_string(answer.LaunchTemplate.DefaultVersionNumber)",
        },
        name="LaunchTemplateName",
        prepare=_described,
    ),
    "AWS::Lambda::Function": Kind(
        service="lambda",
        create="create_function",
        attributes={"Arn": "answer.FunctionArn"},
        name="FunctionName",
        name_limit=64,
        later=frozenset({"ReservedConcurrentExecutions"}),
        prepare=_code,
        then=_reserve,
    ),
    "AWS::Lambda::Permission": Kind(
        service="lambda",
        create="add_permission",
        ref="given.StatementId",
        attributes={"Id": "given.StatementId"},
        unique=None,
        prepare=_statement,
    ),
}
