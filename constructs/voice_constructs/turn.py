"""TURN's entrance: a network load balancer with fixed addresses, for networks that let out 443 only."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from voice_constructs.access import open_to_world
from voice_constructs.load_balancer import Edge


class TurnEntrance(Construct):
    """A network load balancer with fixed addresses: TURN over TLS on 443.

    Attributes:
        group: Open to the world on 443.
        listener: Ends TLS; the nodes get plain TCP (`external_tls`).
        balancer: The load balancer, for metrics.
    """

    def __init__(self, scope: Construct, id_: str, *, edge: Edge, name: str) -> None:
        """Make it, one fixed address in each zone."""
        super().__init__(scope, id_)
        self.vpc = edge.vpc
        self.group = ec2.SecurityGroup(self, "Access", vpc=edge.vpc, description="TURN over TLS")
        open_to_world(self.group, ec2.Port.HTTPS, reason="TURN over TLS, where only 443 is let out")
        self.balancer = elbv2.NetworkLoadBalancer(
            self,
            "Balancer",
            vpc=edge.vpc,
            internet_facing=True,
            cross_zone_enabled=True,
            security_groups=[self.group],
            subnet_mappings=self._fixed_addresses(edge.vpc),
        )
        self.balancer.log_access_logs(edge.access_logs, prefix="elb/turn")
        self.listener = self.balancer.add_listener(
            "Tls",
            port=443,
            protocol=elbv2.Protocol.TLS,
            certificates=[elbv2.ListenerCertificate.from_certificate_manager(edge.certificate)],
            ssl_policy=elbv2.SslPolicy.RECOMMENDED_TLS,
        )
        edge.give_name(self, name, balancer=self.balancer)

    def _fixed_addresses(self, vpc: ec2.IVpc) -> list[elbv2.SubnetMapping]:
        subnets = vpc.select_subnets(subnet_group_name="public").subnets
        return [
            elbv2.SubnetMapping(
                subnet=subnet, allocation_id=ec2.CfnEIP(self, f"Address{number}", domain="vpc").attr_allocation_id
            )
            for number, subnet in enumerate(subnets, start=1)
        ]
