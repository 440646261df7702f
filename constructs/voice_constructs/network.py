"""A region's VPC: public subnets for what callers reach, private ones for services, isolated ones for data."""

from typing import Any

from aws_cdk import Token
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from config.sections.network import Network
from voice_constructs.access import acknowledge
from voice_constructs.logs import log_group
from voice_constructs.storage import access_log_bucket

INTERFACE_ENDPOINTS = {
    "EcrApi": ec2.InterfaceVpcEndpointAwsService.ECR,
    "EcrDocker": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
    "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
    "Metrics": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
    "Secrets": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    "Keys": ec2.InterfaceVpcEndpointAwsService.KMS,
    "Ecs": ec2.InterfaceVpcEndpointAwsService.ECS,
    "EcsAgent": ec2.InterfaceVpcEndpointAwsService.ECS_AGENT,
    "EcsTelemetry": ec2.InterfaceVpcEndpointAwsService.ECS_TELEMETRY,
}


class PlatformNetwork(Construct):
    """The VPC with its way out, its private endpoints and its flow log."""

    def __init__(self, scope: Construct, id_: str, *, network: Network, cidr: str) -> None:
        """Lay out one region.

        Args:
            network: How many NAT gateways, which endpoints, how long flow logs stay.
            cidr: The region's own range.
        """
        super().__init__(scope, id_)
        self._nat = ec2.NatProvider.gateway()
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(cidr),
            max_azs=network.zones,
            nat_gateways=network.nat_gateways,
            nat_gateway_provider=self._nat,
            restrict_default_security_group=False,  # it needs a Lambda; nothing here uses that group
            subnet_configuration=[  # the largest last: addresses are given out in this order, and /20 holds three zones
                ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24),
                ec2.SubnetConfiguration(name="data", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=26),
                ec2.SubnetConfiguration(name="private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=22),
            ],
        )
        self._accept_named_zones()
        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        self._log_flows(days=network.flow_log_days)
        if network.interface_endpoints:
            self._add_endpoints(cidr)
        self.access_logs = access_log_bucket(self, "AccessLogs")

    def exits(self, certificate: acm.ICertificate) -> dict[str, Any]:
        """What to watch of a region whose names all have one certificate: arguments of `watch_edges`."""
        gateways = [each.gateway_id for each in self._nat.configured_gateways]
        return {"nat_gateways": gateways, "certificate_arn": certificate.certificate_arn}

    def _accept_named_zones(self) -> None:
        if not Token.is_unresolved(self.vpc.availability_zones[0]):
            why = "the file names the zones, for this account"
            acknowledge(self.vpc, "W3010", reason=why, reviewer="CloudFormation-Validate")

    def _log_flows(self, *, days: int) -> None:
        group = log_group(self, "FlowLogs", days=days)
        self.vpc.add_flow_log("FlowLog", destination=ec2.FlowLogDestination.to_cloud_watch_logs(group))

    def _add_endpoints(self, cidr: str) -> None:
        group = ec2.SecurityGroup(self, "EndpointAccess", vpc=self.vpc, description="private endpoints of AWS services")
        group.add_ingress_rule(ec2.Peer.ipv4(cidr), ec2.Port.HTTPS, "the VPC's own tasks")
        for id_, service in INTERFACE_ENDPOINTS.items():
            self.vpc.add_interface_endpoint(id_, service=service, security_groups=[group], open=False)
