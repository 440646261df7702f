"""Load balancers with TLS, access logs and a firewall; the only way in for HTTP and WebSockets."""

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from voice_constructs.access import open_to_world


@dataclass(frozen=True)
class Edge:
    """What every load balancer of a region stands on."""

    vpc: ec2.IVpc
    zone: route53.IHostedZone
    certificate: acm.ICertificate
    access_logs: s3.IBucket

    def give_name(self, scope: Construct, name: str, *, balancer: elbv2.ILoadBalancerV2) -> None:
        """Make an alias record for a load balancer."""
        alias = route53.RecordTarget.from_alias(targets.LoadBalancerTarget(balancer))
        route53.ARecord(scope, "Name", zone=self.zone, record_name=f"{name}.", target=alias)


@dataclass(frozen=True)
class Patience:
    """How long an application load balancer keeps connections.

    Attributes:
        idle_seconds: A connection without traffic is cut after these; must be longer than our own pings.
        keep_alive_seconds: Age at which a client's connection is closed after its next answer.
    """

    idle_seconds: int = 60
    keep_alive_seconds: int = 3600


COUNTED: Final = ["SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING", "NoUserAgent_HEADER"]
ELBS_OWN: Final = Patience()


class HttpsLoadBalancer(Construct):
    """An application load balancer with one HTTPS listener and a name.

    Attributes:
        listener: Where target groups and rules are added; anything else is answered with 404.
        balancer: The load balancer, for metrics.
        firewalls: Dimensions of its firewall's metrics; none before an internal one.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        edge: Edge,
        name: str,
        public: bool = True,
        patience: Patience = ELBS_OWN,
    ) -> None:
        """Make it.

        Args:
            edge: The region's network and name.
            name: Full host name; an alias record in the zone.
            public: Open 443 to the world; otherwise consumers open themselves a way.
        """
        super().__init__(scope, id_)
        self.vpc, self._public = edge.vpc, public
        self.group = ec2.SecurityGroup(self, "Access", vpc=edge.vpc, description=f"who may reach {name}")
        self.balancer = self._balancer(patience)
        self.balancer.log_access_logs(edge.access_logs, prefix=f"elb/{id_.lower()}")
        self.listener = self._listener(edge.certificate)
        edge.give_name(self, name, balancer=self.balancer)
        self.firewalls = self._open(name) if public else []

    def admit(self, *ranges: IPv4Network) -> None:
        """Let addresses of our own networks reach an internal load balancer."""
        for cidr in ranges:
            self.group.add_ingress_rule(ec2.Peer.ipv4(str(cidr)), ec2.Port.HTTPS, "the platform's own tasks")

    def _open(self, name: str) -> list[dict[str, str]]:
        open_to_world(self.group, ec2.Port.HTTPS, reason=f"callers reach {self.node.id} over TLS")
        firewall = Firewall(self, "Firewall", name=name, load_balancer_arn=self.balancer.load_balancer_arn)
        return [firewall.dimensions]

    def _balancer(self, patience: Patience) -> elbv2.ApplicationLoadBalancer:
        return elbv2.ApplicationLoadBalancer(
            self,
            "Balancer",
            vpc=self.vpc,
            internet_facing=self._public,
            vpc_subnets=ec2.SubnetSelection(subnet_group_name="public" if self._public else "private"),
            security_group=self.group,
            idle_timeout=Duration.seconds(patience.idle_seconds),
            client_keep_alive=Duration.seconds(patience.keep_alive_seconds),
            drop_invalid_header_fields=True,
        )

    def _listener(self, certificate: acm.ICertificate) -> elbv2.ApplicationListener:
        return self.balancer.add_listener(
            "Https",
            port=443,
            protocol=elbv2.ApplicationProtocol.HTTPS,
            certificates=[certificate],
            ssl_policy=elbv2.SslPolicy.RECOMMENDED_TLS,
            open=False,
            default_action=elbv2.ListenerAction.fixed_response(404),
        )


class Firewall(Construct):
    """AWS's common rules before a load balancer.

    What would block callers is counted only: prompts and transcripts are bodies over 8 KiB; LiveKit's signalling
    carries its token and more in the query, and not every SDK names a user agent.

    Attributes:
        dimensions: Of its CloudWatch metrics, all its rules together.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, load_balancer_arn: str) -> None:
        """Stand before one load balancer, given by its host name."""
        super().__init__(scope, id_)
        metric = name.replace(".", "-")  # it is the dimension: two environments of an account must not share it
        self.dimensions = {"WebACL": metric, "Rule": "ALL", "Region": Stack.of(self).region}
        acl = waf.CfnWebACL(
            self,
            "Rules",
            scope="REGIONAL",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible(metric),
            rules=[
                _managed_rules(0, "AWSManagedRulesCommonRuleSet", count=COUNTED),
                _managed_rules(1, "AWSManagedRulesKnownBadInputsRuleSet", count=[]),
                _managed_rules(2, "AWSManagedRulesAmazonIpReputationList", count=[]),
            ],
        )
        waf.CfnWebACLAssociation(self, "Association", resource_arn=load_balancer_arn, web_acl_arn=acl.attr_arn)


def _managed_rules(priority: int, name: str, *, count: list[str]) -> waf.CfnWebACL.RuleProperty:
    group = waf.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=name,
        rule_action_overrides=[
            waf.CfnWebACL.RuleActionOverrideProperty(
                name=rule, action_to_use=waf.CfnWebACL.RuleActionProperty(count={})
            )
            for rule in count
        ],
    )
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        statement=waf.CfnWebACL.StatementProperty(managed_rule_group_statement=group),
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        visibility_config=_visible(name),
    )


def _visible(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
