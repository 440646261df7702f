"""The sample's third stack: a second region that reads from the first."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from tests.fakes.cloudformation.sample_base import SampleStack
from tests.fakes.cloudformation.sample_work import Work


class Far(SampleStack):
    """A network, a queue and a bucket in Europe that know the home region's queue."""

    def __init__(self, scope: Construct, name: str, *, prefix: str, work: Work) -> None:
        """Define everything."""
        super().__init__(scope, name, prefix=prefix, region="eu-west-1")
        vpc = ec2.CfnVPC(self, "Vpc", cidr_block="10.1.0.0/16")
        acl = ec2.CfnNetworkAcl(self, "Acl", vpc_id=vpc.ref)
        ec2.CfnNetworkAclEntry(
            self,
            "AclEntry",
            network_acl_id=acl.ref,
            protocol=-1,
            rule_action="allow",
            rule_number=100,
            cidr_block="0.0.0.0/0",
        )
        ec2.CfnVPCPeeringConnection(self, "Peering", vpc_id=vpc.ref, peer_vpc_id=work.vpc_id, peer_region="us-east-1")
        sqs.Queue(self, "Events", queue_name=f"{prefix}-events")
        s3.Bucket(self, "Cache", removal_policy=cdk.RemovalPolicy.DESTROY)
        ssm.StringParameter(self, "Home", parameter_name=f"/{prefix}/home-queue", string_value=work.queue_url)
