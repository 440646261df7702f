"""The way between a further region's VPC and the home VPC, in both directions."""

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct


class HomePeering(Construct):
    """Connects a further region to the home region; private names and addresses work across.

    Attributes:
        connection_id: For the routes on the home side.
    """

    def __init__(
        self, scope: Construct, id_: str, *, vpc: ec2.IVpc, home_vpc_id: str, home_region: str, home_cidr: str
    ) -> None:
        """Connect, and route the private and public subnets of this side."""
        super().__init__(scope, id_)
        connection = ec2.CfnVPCPeeringConnection(
            self, "Connection", vpc_id=vpc.vpc_id, peer_vpc_id=home_vpc_id, peer_region=home_region
        )
        self.connection_id = connection.ref
        route_to(
            self, "Home", subnets=[*vpc.private_subnets, *vpc.public_subnets], cidr=home_cidr, peering=connection.ref
        )


def route_to(scope: Construct, id_: str, *, subnets: Sequence[ec2.ISubnet], cidr: str, peering: str) -> None:
    """Send a range through a peering connection, from each of some subnets."""
    for number, subnet in enumerate(subnets, start=1):
        ec2.CfnRoute(
            scope,
            f"{id_}{number}",
            route_table_id=subnet.route_table.route_table_id,
            destination_cidr_block=cidr,
            vpc_peering_connection_id=peering,
        )
