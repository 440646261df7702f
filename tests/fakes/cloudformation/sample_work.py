"""The sample's second stack: what runs, how it scales, what watches it."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_amplify as amplify
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from aws_cdk import aws_servicediscovery as discovery
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from tests.fakes.cloudformation.sample_base import Base, SampleStack
from tests.fakes.cloudformation.sample_rare import Forecast, Leftovers, ManagedNodes

HANDLER = """
import boto3, cfnresponse

def handler(event, context):
    name = event["ResourceProperties"]["Parameter"]
    boto3.client("ssm").put_parameter(Name=name, Value="migrated", Type="String")
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Version": "7"}, "migration")
"""


class Work(SampleStack):
    """Two services with their load balancers, scaling, alarms, and a custom resource."""

    def __init__(self, scope: Construct, name: str, *, prefix: str, base: Base) -> None:
        """Define everything."""
        super().__init__(scope, name, prefix=prefix, region="us-east-1")
        self.base = base
        self.vpc_id = base.vpc.vpc_id
        self.queue_url = base.queue.queue_url
        self.cluster = ecs.Cluster(
            self,
            "Cluster",
            cluster_name=f"{prefix}-services",
            vpc=base.vpc,
            container_insights_v2=ecs.ContainerInsights.ENHANCED,
            enable_fargate_capacity_providers=True,
        )
        zone = route53.HostedZone(self, "Zone", zone_name=f"{prefix}.example.com")
        self.api = self._run_api()
        firewall = self._publish(zone)
        nodes = self._run_media()
        self._scale()
        self._watch()
        migrator = self._migrate()
        console = self._build_frontend()
        ManagedNodes(self, "Managed", prefix=prefix, vpc=base.vpc)
        rest = Leftovers(self, "Rest", prefix=prefix, vpc=base.vpc, app=console)
        rest.watch_group(nodes.auto_scaling_group_name)
        rest.guard(firewall=firewall, log=logs.LogGroup(self, "WafLog", log_group_name=f"aws-waf-logs-{prefix}"))
        rest.let_events_call(migrator)

    def _run_api(self) -> ecs.FargateService:
        task = ecs.FargateTaskDefinition(self, "ApiTask", cpu=1024, memory_limit_mib=2048)
        task.add_container(
            "api",
            image=ecs.ContainerImage.from_ecr_repository(self.base.repository, "sha-1"),
            port_mappings=[ecs.PortMapping(container_port=8000)],
            secrets={"OPENAI_API_KEY": ecs.Secret.from_secrets_manager(self.base.provider_key)},
            environment={"QUEUE_URL": self.queue_url},
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix="api",
                log_group=logs.LogGroup(
                    self, "ApiLogs", log_group_name=f"/{self.prefix}/api", retention=logs.RetentionDays.ONE_MONTH
                ),
            ),
            stop_timeout=cdk.Duration.seconds(90),
        )
        task.add_container("guardian", image=ecs.ContainerImage.from_registry("guardian:1"), memory_reservation_mib=64)
        return ecs.FargateService(
            self,
            "Api",
            service_name="api",
            cluster=self.cluster,
            task_definition=task,
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            min_healthy_percent=100,
            max_healthy_percent=200,
            capacity_provider_strategies=[ecs.CapacityProviderStrategy(capacity_provider="FARGATE", weight=1)],
            cloud_map_options=ecs.CloudMapOptions(
                name="api",
                cloud_map_namespace=discovery.PrivateDnsNamespace(
                    self, "Names", name=f"{self.prefix}.internal", vpc=self.base.vpc
                ),
            ),
        )

    def _publish(self, zone: route53.HostedZone) -> wafv2.CfnWebACL:
        balancer = elb.ApplicationLoadBalancer(self, "Alb", vpc=self.base.vpc, internet_facing=True)
        certificate = acm.Certificate(
            self, "Certificate", domain_name=zone.zone_name, validation=acm.CertificateValidation.from_dns(zone)
        )
        listener = balancer.add_listener(
            "Https", port=443, certificates=[certificate], default_action=elb.ListenerAction.fixed_response(404)
        )
        self.target_group = listener.add_targets(
            "Api",
            port=8000,
            protocol=elb.ApplicationProtocol.HTTP,
            priority=10,
            conditions=[elb.ListenerCondition.path_patterns(["/api/*"])],
            targets=[self.api],
            deregistration_delay=cdk.Duration.seconds(3600),
            health_check=elb.HealthCheck(path="/healthz", healthy_http_codes="200,406"),
        )
        route53.ARecord(
            self,
            "Alias",
            zone=zone,
            target=route53.RecordTarget.from_alias(route53_targets.LoadBalancerTarget(balancer)),
        )
        firewall = wafv2.CfnWebACL(
            self,
            "Firewall",
            name=f"{self.prefix}-api",
            scope="REGIONAL",
            default_action={"allow": {}},
            visibility_config=_visible("firewall"),
            rules=[
                wafv2.CfnWebACL.RuleProperty(
                    name="common",
                    priority=1,
                    override_action={"none": {}},
                    visibility_config=_visible("common"),
                    statement={
                        "managedRuleGroupStatement": {"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}
                    },
                )
            ],
        )
        wafv2.CfnWebACLAssociation(
            self, "Guarded", resource_arn=balancer.load_balancer_arn, web_acl_arn=firewall.attr_arn
        )
        return firewall

    def _run_media(self) -> autoscaling.AutoScalingGroup:
        nodes = autoscaling.AutoScalingGroup(
            self,
            "Nodes",
            vpc=self.base.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            instance_type=ec2.InstanceType("c7g.large"),
            machine_image=ecs.EcsOptimizedImage.amazon_linux2023(ecs.AmiHardwareType.ARM),
            min_capacity=1,
            max_capacity=4,
            require_imdsv2=True,
            associate_public_ip_address=True,
            new_instances_protected_from_scale_in=True,
        )
        provider = ecs.AsgCapacityProvider(self, "Provider", auto_scaling_group=nodes, target_capacity_percent=90)
        cluster = ecs.Cluster(self, "MediaCluster", cluster_name=f"{self.prefix}-media", vpc=self.base.vpc)
        cluster.add_asg_capacity_provider(provider)
        task = ecs.Ec2TaskDefinition(self, "SfuTask", network_mode=ecs.NetworkMode.HOST)
        task.add_container(
            "livekit",
            image=ecs.ContainerImage.from_registry("livekit/livekit-server:v1"),
            memory_reservation_mib=1024,
            stop_timeout=cdk.Duration.seconds(3600),
            port_mappings=[ecs.PortMapping(container_port=7880), ecs.PortMapping(container_port=5349)],
        )
        service = ecs.Ec2Service(
            self,
            "Sfu",
            cluster=cluster,
            task_definition=task,
            placement_constraints=[ecs.PlacementConstraint.distinct_instances()],
            placement_strategies=[ecs.PlacementStrategy.spread_across("attribute:ecs.availability-zone")],
            capacity_provider_strategies=[
                ecs.CapacityProviderStrategy(capacity_provider=provider.capacity_provider_name, weight=1)
            ],
        )
        balancer = elb.NetworkLoadBalancer(self, "Nlb", vpc=self.base.vpc, internet_facing=True)
        turn = balancer.add_listener("Turn", port=3478, protocol=elb.Protocol.UDP)
        turn.add_targets(
            "TurnUdp",
            port=5349,
            protocol=elb.Protocol.UDP,
            targets=[service.load_balancer_target(container_name="livekit", container_port=5349)],
            health_check=elb.HealthCheck(port="7880", protocol=elb.Protocol.TCP),
        )
        return nodes

    def _scale(self) -> None:
        target = self.api.auto_scale_task_count(min_capacity=2, max_capacity=20)
        target.scale_on_cpu_utilization("Cpu", target_utilization_percent=60)
        depth = self.base.queue.metric_approximate_number_of_messages_visible()
        target.scale_on_metric(
            "Backlog",
            metric=cloudwatch.MathExpression(expression="depth / 10", using_metrics={"depth": depth}),
            adjustment_type=scaling.AdjustmentType.PERCENT_CHANGE_IN_CAPACITY,
            min_adjustment_magnitude=4,
            scaling_steps=[scaling.ScalingInterval(lower=5, change=50), scaling.ScalingInterval(lower=20, change=100)],
        )
        target.scale_on_schedule(
            "Morning",
            schedule=scaling.Schedule.cron(week_day="MON-FRI", hour="8", minute="45"),
            min_capacity=6,
            max_capacity=20,
            time_zone=cdk.TimeZone.AMERICA_NEW_YORK,
        )
        resource = self.api.node.find_child("TaskCount").node.find_child("Target").node.default_child
        Forecast(self, "Forecast", target=cast(scaling.CfnScalableTarget, resource))

    def _watch(self) -> None:
        busy = self.api.metric_cpu_utilization().create_alarm(
            self, "Busy", alarm_name=f"{self.prefix}-busy", evaluation_periods=3, threshold=90
        )
        busy.add_alarm_action(actions.SnsAction(self.base.topic))
        cloudwatch.CompositeAlarm(
            self,
            "Trouble",
            composite_alarm_name=f"{self.prefix}-trouble",
            alarm_rule=cloudwatch.AlarmRule.any_of(cloudwatch.AlarmRule.from_alarm(busy, cloudwatch.AlarmState.ALARM)),
        )
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"{self.prefix}-calls",
            widgets=[[cloudwatch.GraphWidget(left=[self.api.metric_cpu_utilization()])]],
        )
        budgets.CfnBudget(
            self,
            "Budget",
            budget={
                "budgetName": f"{self.prefix}-month",
                "budgetType": "COST",
                "timeUnit": "MONTHLY",
                "budgetLimit": {"amount": 1000, "unit": "USD"},
            },
        )

    def _migrate(self) -> lambda_.Function:
        function = lambda_.Function(
            self,
            "Migrator",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(HANDLER),
        )
        migration = cdk.CustomResource(
            self,
            "Migration",
            resource_type="Custom::Migration",
            service_token=function.function_arn,
            properties={"Parameter": f"/{self.prefix}/migration"},
        )
        cdk.CfnOutput(self, "SchemaVersion", value=migration.get_att_string("Version"))
        return function

    def _build_frontend(self) -> amplify.CfnApp:
        app = amplify.CfnApp(
            self,
            "Console",
            name=f"{self.prefix}-console",
            platform="WEB",
            environment_variables=[{"name": "API_URL", "value": "https://api.example"}],
        )
        amplify.CfnBranch(self, "Main", app_id=app.attr_app_id, branch_name="main", stage="PRODUCTION")
        return app


def _visible(name: str) -> dict[str, object]:
    return {"sampledRequestsEnabled": True, "cloudWatchMetricsEnabled": True, "metricName": name}
