"""The environment's public name: its zone, and a certificate for every name in it."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct

from config.sections.network import Domain
from voice_constructs.load_balancer import Edge
from voice_constructs.network import PlatformNetwork


class DomainName(Construct):
    """A public zone, made here or already there.

    Attributes:
        zone: For records.
    """

    def __init__(self, scope: Construct, id_: str, *, domain: Domain, retain: bool) -> None:
        """Make the zone, or refer to the one whose id the file gives.

        Args:
            retain: Keep a zone that is made here when the stack is deleted: its name servers stand at the registrar.
        """
        super().__init__(scope, id_)
        self.zone: route53.IHostedZone = (
            route53.HostedZone.from_hosted_zone_attributes(
                self, "Zone", hosted_zone_id=domain.hosted_zone_id, zone_name=domain.name
            )
            if domain.hosted_zone_id
            else self._new_zone(domain, retain=retain)
        )

    def _new_zone(self, domain: Domain, *, retain: bool) -> route53.PublicHostedZone:
        zone = route53.PublicHostedZone(self, "Zone", zone_name=domain.name)
        zone.apply_removal_policy(RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY)
        # Only Amazon may issue certificates for the name: those of ACM, and Amplify's.
        route53.CaaAmazonRecord(self, "Issuer", zone=zone, ttl=Duration.seconds(domain.ttl_seconds))
        return zone


def edge(scope: Construct, network: PlatformNetwork, *, domain: Domain, zone: route53.IHostedZone) -> Edge:
    """What load balancers of a region stand on; the certificate waits until the zone is delegated to."""
    certificate = acm.Certificate(
        scope, "Certificate", domain_name=f"*.{domain.name}", validation=acm.CertificateValidation.from_dns(zone)
    )
    return Edge(vpc=network.vpc, zone=zone, certificate=certificate, access_logs=network.access_logs)
