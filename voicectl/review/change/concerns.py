"""What each type of resource bears on: whoever adds a type says so here, and until then it is looked at."""

from enum import StrEnum
from typing import Final


class Concern(StrEnum):
    """Why a change is worth a look."""

    PERMISSIONS = "permissions"
    NETWORK = "network"
    SECRETS = "secrets"
    STORES = "stores"
    CALLS = "calls"
    SCALING = "scaling"
    WATCHING = "watching"
    TASKS = "tasks"
    UNKNOWN = "unknown"


OF_TYPES: Final = {
    Concern.PERMISSIONS: (
        "AWS::IAM::Group",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::OIDCProvider",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::KMS::Key",
        "AWS::Lambda::Permission",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
    ),
    Concern.NETWORK: (
        "AWS::EC2::EIP",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::NatGateway",
        "AWS::EC2::Route",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::Route53::HostedZone",
        "AWS::Route53::RecordSet",
        "AWS::CertificateManager::Certificate",
        "AWS::WAFv2::WebACL",
        "AWS::WAFv2::WebACLAssociation",
    ),
    Concern.SECRETS: ("AWS::SecretsManager::Secret", "AWS::SecretsManager::RotationSchedule"),
    Concern.STORES: (
        "AWS::ECR::Repository",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::ElastiCache::SubnetGroup",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
    ),
    Concern.CALLS: (
        "AWS::Amplify::App",
        "AWS::Amplify::Branch",
        "AWS::Amplify::Domain",
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::EC2::LaunchTemplate",
        "AWS::ECS::CapacityProvider",
        "AWS::ECS::Cluster",
        "AWS::ECS::ClusterCapacityProviderAssociations",
        "AWS::ECS::Service",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
    ),
    Concern.SCALING: ("AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"),
    Concern.WATCHING: (
        "AWS::Budgets::Budget",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::EC2::FlowLog",
        "AWS::Events::Rule",
        "AWS::Logs::LogGroup",
        "AWS::Logs::MetricFilter",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
    ),
    Concern.TASKS: ("AWS::ECS::TaskDefinition", "AWS::Lambda::Function", "Custom::Migration"),
}
OF_NONE: Final = ("AWS::CDK::Metadata", "AWS::CloudWatch::Dashboard")
BY_TYPE: Final = {type_: concern for concern, types in OF_TYPES.items() for type_ in types}


def concern_of(type_: str) -> Concern | None:
    """Answer what a type bears on, `UNKNOWN` for one that nobody has thought about, None for no concern."""
    return None if type_ in OF_NONE else BY_TYPE.get(type_, Concern.UNKNOWN)
