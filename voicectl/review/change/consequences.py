"""What it means for people when a resource is replaced or removed, from worst to harmless."""

from enum import IntEnum
from typing import Final, NamedTuple

from voicectl.review.change.compare import Difference, Kind


class Harm(IntEnum):
    """How bad; the worst comes first."""

    DATA = 0
    CALLS = 1
    ADDRESS = 2
    OUTAGE = 3
    NONE = 9

    @property
    def words(self) -> str:
        """In a headline."""
        return WORDS[self]


WORDS: Final = {
    Harm.DATA: "data loss",
    Harm.CALLS: "cuts live calls",
    Harm.ADDRESS: "new address",
    Harm.OUTAGE: "outage",
    Harm.NONE: "made anew",
}


class Consequence(NamedTuple):
    """What one loss means."""

    harm: Harm
    meaning: str


ROUTINE: Final = Consequence(Harm.NONE, "")
OF_TYPES: Final = {
    "AWS::RDS::DBInstance": Consequence(Harm.DATA, "the new database is empty"),
    "AWS::RDS::DBCluster": Consequence(Harm.DATA, "the new database is empty"),
    "AWS::RDS::DBSubnetGroup": Consequence(Harm.DATA, "its database goes with it"),
    "AWS::ElastiCache::ReplicationGroup": Consequence(
        Harm.DATA, "the new group is empty: live state and queued work go"
    ),
    "AWS::ElastiCache::SubnetGroup": Consequence(Harm.DATA, "its Valkey group goes with it"),
    "AWS::S3::Bucket": Consequence(Harm.DATA, "its objects do not move"),
    "AWS::KMS::Key": Consequence(Harm.DATA, "what the old key encrypted cannot be read without it"),
    "AWS::SecretsManager::Secret": Consequence(Harm.DATA, "the new secret has another value, or none"),
    "AWS::ECR::Repository": Consequence(Harm.DATA, "its images do not move; tasks cannot start until they are pushed"),
    "AWS::Cognito::UserPool": Consequence(Harm.DATA, "its users do not move"),
    "AWS::Logs::LogGroup": Consequence(Harm.DATA, "its log lines do not move"),
    "AWS::SQS::Queue": Consequence(Harm.DATA, "its messages do not move"),
    "AWS::DynamoDB::Table": Consequence(Harm.DATA, "the new table is empty"),
    "AWS::EFS::FileSystem": Consequence(Harm.DATA, "the new file system is empty"),
    "AWS::AutoScaling::AutoScalingGroup": Consequence(Harm.CALLS, "every node goes, and the calls on it"),
    "AWS::ECS::Cluster": Consequence(Harm.CALLS, "every service in it goes with it"),
    "AWS::ECS::CapacityProvider": Consequence(Harm.CALLS, "its nodes are drained"),
    "AWS::EC2::VPC": Consequence(Harm.CALLS, "everything in it is made anew"),
    "AWS::EC2::Subnet": Consequence(Harm.CALLS, "everything in it is made anew"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Consequence(Harm.ADDRESS, "open connections end; names must follow"),
    "AWS::EC2::EIP": Consequence(Harm.ADDRESS, "callers' firewalls know the old one"),
    "AWS::EC2::NatGateway": Consequence(Harm.ADDRESS, "providers' allow-lists know the old one; calls out break off"),
    "AWS::Route53::HostedZone": Consequence(
        Harm.ADDRESS, "new name servers: every name is gone until the parent follows"
    ),
    "AWS::Route53::RecordSet": Consequence(Harm.ADDRESS, "the name answers nothing for a moment"),
    "AWS::CertificateManager::Certificate": Consequence(Harm.OUTAGE, "a new one must be validated first"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": Consequence(Harm.OUTAGE, "no targets until tasks register again"),
    "AWS::ElasticLoadBalancingV2::Listener": Consequence(Harm.OUTAGE, "the port is closed for a moment"),
    "AWS::EC2::SecurityGroup": Consequence(Harm.OUTAGE, "who uses it must follow"),
    "AWS::Amplify::App": Consequence(Harm.OUTAGE, "the page is gone until it is built again"),
    "AWS::SNS::Topic": Consequence(Harm.OUTAGE, "its subscribers must confirm again, and hear nothing until then"),
}
GONE: Final = Consequence(Harm.DATA, "nothing takes its place")
CALLS_IN_SERVICES: Final = ("agent", "livekit", "egress", "websocket")
OF_CALL_SERVICE: Final = Consequence(Harm.CALLS, "all its tasks stop at once")
OF_SERVICE: Final = Consequence(Harm.OUTAGE, "all its tasks stop at once, new ones start after")


def consequence_of(difference: Difference) -> Consequence:
    """Answer what a replacement or removal means; nothing for any other difference."""
    if difference.kind not in (Kind.REPLACED, Kind.REMOVED, Kind.PERHAPS):
        return ROUTINE
    resource = difference.before or difference.resource
    if resource.type == "AWS::ECS::Service":
        carries = resource.properties.get("ServiceName") in CALLS_IN_SERVICES
        return OF_CALL_SERVICE if carries else OF_SERVICE
    consequence = OF_TYPES.get(resource.type, ROUTINE)
    return GONE if consequence.harm is Harm.DATA and difference.kind is Kind.REMOVED else consequence
