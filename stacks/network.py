"""NETWORK: a region's VPC, its private endpoints and flow log, the public name and its certificate."""

from constructs import Construct

from config.schema import Environment
from config.sections.network import Region
from voice_constructs.domain import DomainName, edge
from voice_constructs.network import PlatformNetwork
from voice_constructs.peering import HomePeering
from voice_constructs.platform_stack import PlatformStack


class NetworkStack(PlatformStack):
    """What everything else stands on, in the home region.

    Attributes:
        vpc: Public, private and data subnets.
        zone: The public zone of the environment's domain.
        edge: What load balancers of this region stand on, with a certificate for every name in the zone.
        access_logs: Bucket for load balancers and buckets of this region.
        exits: NAT gateways and certificate, for alarms.
    """

    def __init__(self, scope: Construct, environment: Environment) -> None:
        """Lay out the home region."""
        super().__init__(scope, "network", environment=environment)
        network = PlatformNetwork(self, "Network", network=environment.network, cidr=str(environment.network.cidr))
        self.vpc, self.access_logs = network.vpc, network.access_logs
        self.zone = DomainName(self, "Domain", domain=environment.domain, retain=environment.data.retain).zone
        self.edge = edge(self, network, domain=environment.domain, zone=self.zone)
        self.exits = network.exits(self.edge.certificate)


class FurtherNetworkStack(PlatformStack):
    """The same in a further region, peered with the home region's VPC.

    Attributes:
        peering: The connection, for the routes at home.
        cidr: This region's addresses.
        exits: NAT gateways and certificate, for alarms.
    """

    def __init__(self, scope: Construct, environment: Environment, *, region: Region, home: NetworkStack) -> None:
        """Lay out a further region."""
        super().__init__(scope, "network", environment=environment, region=region.name)
        network = PlatformNetwork(self, "Network", network=environment.network, cidr=str(region.cidr))
        self.cidr = str(region.cidr)
        self.vpc = network.vpc
        self.edge = edge(self, network, domain=environment.domain, zone=home.zone)
        self.exits = network.exits(self.edge.certificate)
        self.peering = HomePeering(
            self,
            "Home",
            vpc=self.vpc,
            home_vpc_id=home.vpc.vpc_id,
            home_region=environment.region,
            home_cidr=str(environment.network.cidr),
        )
