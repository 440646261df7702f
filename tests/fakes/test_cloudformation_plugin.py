"""The fake CloudFormation refuses what AWS would refuse: green means that the template can be deployed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.cloudformation.account import empty_account
from tests.fakes.cloudformation.clients import client
from tests.fakes.cloudformation.deploy import DeployedStack, deploy_template
from tests.fakes.cloudformation.errors import DeployFailed

Body = dict[str, Any]
TRUST = {"Version": "2012-10-17", "Statement": []}
QUEUE: Body = {"Type": "AWS::SQS::Queue"}


@pytest.fixture(autouse=True)
def cloud() -> Iterator[None]:
    """An empty account for each test."""
    with empty_account():
        yield


def deploy(
    stack: str = "sample", *, region: str = "us-east-1", outputs: Body | None = None, **resources: Body
) -> DeployedStack:
    """Deploy a template with these resources."""
    return deploy_template({"Resources": resources, "Outputs": outputs or {}}, stack=stack, region=region)


def refusal(**resources: Body) -> DeployFailed:
    """What stops the deploy of a template with these resources."""
    with pytest.raises(DeployFailed) as caught:
        deploy_template({"Resources": resources}, stack="sample")
    return caught.value


def test_a_resource_is_really_made() -> None:
    """Vanilla moto reports CREATE_COMPLETE for things that boto3 cannot find afterwards."""
    deploy(Group={"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/api", "RetentionInDays": 30}})

    groups = client("logs").describe_log_groups()["logGroups"]

    assert [(group["logGroupName"], group["retentionInDays"]) for group in groups] == [("/api", 30)]


def test_a_type_that_cloudformation_does_not_have_is_an_error() -> None:
    """A typing mistake in a type must not deploy green."""
    refused = refusal(Thing={"Type": "AWS::SQS::Que"})

    assert (refused.stack, refused.logical_id, refused.type) == ("sample", "Thing", "AWS::SQS::Que")
    assert refused.reason == "unrecognized resource type in us-east-1"


def test_a_type_the_fake_does_not_know_is_an_error() -> None:
    """Vanilla moto skips it with a warning, so a new stack would look tested when it is not."""
    refused = refusal(Queue=QUEUE, Fleet={"Type": "AWS::GameLift::Fleet"})

    assert (refused.logical_id, refused.type) == ("Fleet", "AWS::GameLift::Fleet")
    assert "cannot make this type" in refused.reason


def test_nothing_is_made_of_a_template_that_cannot_work() -> None:
    """CloudFormation checks a template before it touches the account."""
    refusal(Queue=QUEUE, Fleet={"Type": "AWS::GameLift::Fleet"})

    assert "QueueUrls" not in client("sqs").list_queues()


@pytest.mark.parametrize(
    "reference",
    [
        {"Ref": "Missing"},
        {"Fn::GetAtt": ["Missing", "Arn"]},
        {"Fn::Sub": "arn:${Missing}"},
        {"Fn::Sub": "arn:${Missing.Arn}"},
        {"Fn::Join": ["", ["a", {"Ref": "Missing"}]]},
        {"Fn::If": ["Never", {"Ref": "Missing"}, "b"]},
    ],
    ids=lambda reference: json.dumps(reference),
)
def test_a_reference_to_a_missing_resource_fails(reference: Body) -> None:
    """A construct that was removed leaves such references behind."""
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": reference}}

    with pytest.raises(DeployFailed, match="refers to Missing, which the template does not have"):
        deploy_template(
            {"Resources": {"Topic": topic}, "Conditions": {"Never": {"Fn::Equals": ["1", "2"]}}}, stack="sample"
        )


def test_a_broken_reference_in_an_output_fails() -> None:
    """Other stacks read outputs; one that leads nowhere would only show there."""
    with pytest.raises(DeployFailed) as caught:
        deploy(Queue=QUEUE, outputs={"Url": {"Value": {"Ref": "Missing"}}})

    assert (caught.value.logical_id, caught.value.type) == ("Url", "Output")


def test_a_dependency_on_a_missing_resource_fails() -> None:
    """Vanilla moto ignores it."""
    assert "refers to Missing" in refusal(Queue={**QUEUE, "DependsOn": ["Missing"]}).reason


def test_an_unknown_attribute_fails() -> None:
    """Vanilla moto would resolve it to an empty value."""
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::GetAtt": ["Queue", "Colour"]}}}

    assert "AWS::SQS::Queue has no attribute Colour" in refusal(Queue=QUEUE, Topic=topic).reason


def test_resources_that_need_each_other_fail() -> None:
    """CloudFormation cannot order them either."""
    first = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Second"}}}
    second = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "First"}}}

    assert "circular dependency" in refusal(First=first, Second=second).reason


def test_a_resource_whose_condition_is_false_is_not_made_and_cannot_be_read() -> None:
    """An optional stack part must not be referred to unconditionally."""
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Queue"}}}
    template = {
        "Conditions": {"Never": {"Fn::Equals": ["1", "2"]}},
        "Resources": {"Queue": {**QUEUE, "Condition": "Never"}, "Topic": topic},
    }

    with pytest.raises(DeployFailed, match="its condition kept it from being made"):
        deploy_template(template, stack="sample")


@pytest.mark.parametrize(
    ("properties", "fault"),
    [
        ({"VisibilityTimeOut": 30}, "VisibilityTimeOut: unknown property; did you mean VisibilityTimeout?"),
        ({"VisibilityTimeout": "soon"}, "VisibilityTimeout: 'soon' is not of type integer"),
        ({"VisibilityTimeout": 43_201}, "VisibilityTimeout: 43201 is not between"),
    ],
)
def test_a_property_that_cloudformation_would_refuse_fails(properties: Body, fault: str) -> None:
    """moto drops a misspelt property, and the queue would have the default."""
    assert fault in refusal(Queue={**QUEUE, "Properties": properties}).reason


def test_a_value_outside_the_list_fails() -> None:
    """CloudFormation knows the allowed values; moto stores any."""
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupClass": "CHEAP"}}

    assert "LogGroupClass: 'CHEAP' is not one of STANDARD, INFREQUENT_ACCESS" in refusal(Group=group).reason


def test_a_misspelt_property_deep_inside_fails() -> None:
    """Lifecycle rules are where money and evidence are lost."""
    rule = {"Id": "old", "Status": "Enabled", "ExpirationInDay": 30}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"LifecycleConfiguration": {"Rules": [rule]}}}

    assert "LifecycleConfiguration.Rules.0.ExpirationInDay: unknown property" in refusal(Bucket=bucket).reason


def test_a_missing_required_property_fails() -> None:
    """CDK's L1 constructs check it, a raw override does not."""
    reason = refusal(Target={"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": {}}).reason

    assert "required property" in reason


NAMED: dict[str, Body] = {
    "AWS::Logs::LogGroup": {"LogGroupName": "/same"},
    "AWS::ECS::Cluster": {"ClusterName": "same"},
    "AWS::ECR::Repository": {"RepositoryName": "same"},
    "AWS::S3::Bucket": {"BucketName": "same-bucket"},
    "AWS::SQS::Queue": {"QueueName": "same"},
    "AWS::SNS::Topic": {"TopicName": "same"},
    "AWS::IAM::Role": {"RoleName": "same", "AssumeRolePolicyDocument": TRUST},
    "AWS::SecretsManager::Secret": {"Name": "same"},
    "AWS::SSM::Parameter": {"Name": "/same", "Type": "String", "Value": "1"},
    "AWS::Events::Rule": {"Name": "same", "ScheduleExpression": "rate(1 day)"},
    "AWS::CloudWatch::Dashboard": {"DashboardName": "same", "DashboardBody": '{"widgets": []}'},
    "AWS::CloudWatch::Alarm": {
        "AlarmName": "same",
        "MetricName": "Errors",
        "Namespace": "Sample",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    },
    "AWS::ElastiCache::ReplicationGroup": {
        "ReplicationGroupId": "same",
        "ReplicationGroupDescription": "state",
        "Engine": "valkey",
        "CacheNodeType": "cache.t4g.small",
    },
}  # fmt: skip


@pytest.mark.parametrize("type_", NAMED)
def test_a_name_that_another_stack_has_fails(type_: str) -> None:
    """dev, staging and prod share an account; many APIs would quietly overwrite the other's resource."""
    thing = {"Type": type_, "Properties": NAMED[type_]}
    deploy("dev", Thing=thing)

    with pytest.raises(DeployFailed, match="Thing of stack dev has it"):
        deploy("prod", Thing=thing)


def test_a_name_may_repeat_in_another_region() -> None:
    """Regional names are per region; the platform's media stacks rely on it."""
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/same"}}
    deploy("home", Group=group)

    assert deploy("far", region="eu-west-1", Group=group).resources == {"Group": "/same"}


def test_a_roles_name_may_not_repeat_in_another_region() -> None:
    """IAM is the same everywhere."""
    role = {"Type": "AWS::IAM::Role", "Properties": NAMED["AWS::IAM::Role"]}
    deploy("home", Role=role)

    with pytest.raises(DeployFailed, match="already exists"):
        deploy("far", region="eu-west-1", Role=role)


def test_a_failed_stack_says_so_to_boto3() -> None:
    """The CLI reads the same status and events."""
    refusal(Queue={**QUEUE, "Properties": {"VisibilityTimeOut": 30}})

    api = client("cloudformation")
    stack = api.describe_stacks(StackName="sample")["Stacks"][0]
    failed = [
        event
        for event in api.describe_stack_events(StackName="sample")["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED"
    ]

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert [event["LogicalResourceId"] for event in failed] == ["Queue"]


def test_a_stack_cannot_be_deployed_twice() -> None:
    """The fake creates only; a change that looks deployed would be a lie."""
    deploy(Queue=QUEUE)

    with pytest.raises(DeployFailed, match="Stack sample already exists"):
        deploy(Queue=QUEUE)


def test_a_parameter_without_a_value_fails() -> None:
    """CDK writes a parameter when something was not known at synth."""
    template = {"Parameters": {"Image": {"Type": "String"}}, "Resources": {"Queue": QUEUE}}

    with pytest.raises(DeployFailed, match="has no value and no default"):
        deploy_template(template, stack="sample")


def test_a_policy_for_what_does_not_scale_fails() -> None:
    """Application Auto Scaling refuses it; moto takes it, and the service would never scale."""
    policy = {
        "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
        "Properties": {
            "PolicyName": "cpu",
            "PolicyType": "TargetTrackingScaling",
            "ServiceNamespace": "ecs",
            "ScalableDimension": "ecs:service:DesiredCount",
            "ResourceId": "service/dev/api",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 60,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
            },
        },
    }

    assert "no scalable target is registered for service/dev/api" in refusal(Policy=policy).reason


def test_a_composite_alarm_on_a_missing_alarm_fails() -> None:
    """Nobody would be paged."""
    alarm = {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmRule": 'ALARM("gone")'}}

    assert "gone does not exist" in refusal(Alarm=alarm).reason


def test_an_account_is_empty_even_while_another_is_in_use() -> None:
    """The suite keeps one account with all environments for its whole run; these tests must not see it."""
    deploy("outer", Queue=QUEUE)

    with empty_account():
        assert deploy("outer", Queue=QUEUE).name == "outer"

    assert len(client("cloudformation").describe_stacks()["Stacks"]) == 1


def test_whoever_comes_next_has_motos_own_again() -> None:
    """Other tests of the same process change stacks, as moto can."""
    with empty_account():
        deploy(Queue=QUEUE)
    api = client("cloudformation")
    api.create_stack(StackName="changes", TemplateBody=json.dumps({"Resources": {"Queue": QUEUE}}))

    api.update_stack(StackName="changes", TemplateBody=json.dumps({"Resources": {"Another": QUEUE}}))

    assert api.describe_stacks(StackName="changes")["Stacks"][0]["StackStatus"] == "UPDATE_COMPLETE"
