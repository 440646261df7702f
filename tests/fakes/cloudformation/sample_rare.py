"""What the platform seldom uses, for the sample's second stack: every row of the table is deployed somewhere."""

import aws_cdk as cdk
from aws_cdk import aws_amplify as amplify
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct


class ManagedNodes(Construct):
    """A cluster on Managed Instances."""

    def __init__(self, scope: Construct, id_: str, *, prefix: str, vpc: ec2.Vpc) -> None:
        """Define the cluster, its provider and the roles both need."""
        super().__init__(scope, id_)
        cluster = ecs.CfnCluster(self, "Cluster", cluster_name=f"{prefix}-managed")
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ecs.amazonaws.com"))
        iam.ManagedPolicy(
            self,
            "Launch",
            roles=[role],
            statements=[iam.PolicyStatement(actions=["ec2:RunInstances"], resources=["*"])],
        )
        profile = iam.CfnInstanceProfile(self, "Profile", roles=[role.role_name])
        network = ecs.CfnCapacityProvider.ManagedInstancesNetworkConfigurationProperty(
            subnets=[subnet.subnet_id for subnet in vpc.public_subnets],
            security_groups=[vpc.vpc_default_security_group],
        )
        launch = ecs.CfnCapacityProvider.InstanceLaunchTemplateProperty(
            ec2_instance_profile_arn=profile.attr_arn, network_configuration=network, monitoring="DETAILED"
        )
        ecs.CfnCapacityProvider(
            self,
            "Provider",
            name=f"{prefix}-managed",
            cluster_name=cluster.ref,
            managed_instances_provider=ecs.CfnCapacityProvider.ManagedInstancesProviderProperty(
                infrastructure_role_arn=role.role_arn, instance_launch_template=launch, propagate_tags="NONE"
            ),
        )


class Forecast(Construct):
    """A predictive policy, and one that tracks metric math."""

    def __init__(self, scope: Construct, id_: str, *, target: scaling.CfnScalableTarget) -> None:
        """Define both on an existing target."""
        super().__init__(scope, id_)
        pair = scaling.CfnScalingPolicy.PredictiveScalingPredefinedMetricPairProperty(
            predefined_metric_type="ECSServiceCPUUtilization"
        )
        scaling.CfnScalingPolicy(
            self,
            "Predict",
            policy_name="predict",
            policy_type="PredictiveScaling",
            scaling_target_id=target.ref,
            predictive_scaling_policy_configuration=scaling.CfnScalingPolicy.PredictiveScalingPolicyConfigurationProperty(
                mode="ForecastAndScale",
                scheduling_buffer_time=900,
                metric_specifications=[
                    scaling.CfnScalingPolicy.PredictiveScalingMetricSpecificationProperty(
                        target_value=60, predefined_metric_pair_specification=pair
                    )
                ],
            ),
        )
        scaling.CfnScalingPolicy(
            self,
            "Track",
            policy_name="sessions-per-task",
            policy_type="TargetTrackingScaling",
            scaling_target_id=target.ref,
            target_tracking_scaling_policy_configuration=scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
                target_value=7,
                disable_scale_in=True,
                customized_metric_specification=scaling.CfnScalingPolicy.CustomizedMetricSpecificationProperty(
                    metrics=[_stat("sessions"), _stat("tasks"), _per_task()]
                ),
            ),
        )


class Leftovers(Construct):
    """One each of what nothing else in the sample has."""

    def __init__(self, scope: Construct, id_: str, *, prefix: str, vpc: ec2.Vpc, app: amplify.CfnApp) -> None:
        """Define them."""
        super().__init__(scope, id_)
        self._vpc = vpc
        self._database(prefix)
        self._observe(prefix)
        self._network()
        amplify.CfnDomain(
            self,
            "Domain",
            app_id=app.attr_app_id,
            domain_name=f"{prefix}.example.com",
            sub_domain_settings=[{"branchName": "main", "prefix": "console"}],
        )

    def watch_group(self, group: str) -> None:
        """Give an Auto Scaling group a hook and a schedule."""
        autoscaling.CfnLifecycleHook(
            self,
            "Drain",
            auto_scaling_group_name=group,
            lifecycle_transition="autoscaling:EC2_INSTANCE_TERMINATING",
            heartbeat_timeout=3600,
        )
        autoscaling.CfnScheduledAction(
            self,
            "Morning",
            auto_scaling_group_name=group,
            recurrence="45 8 * * 1-5",
            min_size=2,
            time_zone="Asia/Tokyo",
        )

    def guard(self, *, firewall: wafv2.CfnWebACL, log: logs.LogGroup) -> None:
        """Log what a firewall sees."""
        wafv2.CfnLoggingConfiguration(
            self, "Seen", resource_arn=firewall.attr_arn, log_destination_configs=[log.log_group_arn]
        )

    def let_events_call(self, function: lambda_.Function) -> None:
        """Let EventBridge call a function."""
        lambda_.CfnPermission(
            self,
            "Called",
            action="lambda:InvokeFunction",
            function_name=function.function_arn,
            principal="events.amazonaws.com",
        )

    def _database(self, prefix: str) -> None:
        secret = secrets.Secret(
            self,
            "Owner",
            generate_secret_string=secrets.SecretStringGenerator(
                secret_string_template='{"username": "owner"}', generate_string_key="password", exclude_punctuation=True
            ),
        )
        secret.add_to_resource_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                actions=["secretsmanager:DeleteSecret"],
                principals=[iam.AnyPrincipal()],
                resources=["*"],
            )
        )
        rds.DatabaseInstance(
            self,
            "Small",
            instance_identifier=f"{prefix}-small",
            engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17),
            vpc=self._vpc,
            credentials=rds.Credentials.from_secret(secret),
        )

    def _observe(self, prefix: str) -> None:
        log = logs.LogGroup(self, "Log", log_group_name=f"/{prefix}/leftovers")
        log.add_metric_filter(
            "Errors",
            filter_pattern=logs.FilterPattern.literal("ERROR"),
            metric_namespace="Sample",
            metric_name="Errors",
            dimensions={"Service": "$.service"},
        )
        logs.CfnResourcePolicy(
            self,
            "Delivery",
            policy_name=f"{prefix}-delivery",
            policy_document='{"Version": "2012-10-17", "Statement": []}',
        )

    def _network(self) -> None:
        subnet = self._vpc.private_subnets[0]
        acl = ec2.CfnNetworkAcl(self, "Acl", vpc_id=self._vpc.vpc_id)
        ec2.CfnSubnetNetworkAclAssociation(self, "Walled", network_acl_id=acl.ref, subnet_id=subnet.subnet_id)
        addresses = [ec2.CfnEIP(self, f"Address{index}") for index in range(2)]
        mappings = [
            elb.CfnLoadBalancer.SubnetMappingProperty(
                subnet_id=subnet.subnet_id, allocation_id=address.attr_allocation_id
            )
            for subnet, address in zip(self._vpc.public_subnets, addresses, strict=True)
        ]
        balancer = elb.CfnLoadBalancer(self, "Fixed", type="network", subnet_mappings=mappings)
        group = elb.CfnTargetGroup(self, "Group", port=443, protocol="TCP_UDP", vpc_id=self._vpc.vpc_id)
        forward = elb.CfnListener.ActionProperty(type="forward", target_group_arn=group.ref)
        elb.CfnListener(
            self, "Both", load_balancer_arn=balancer.ref, port=443, protocol="TCP_UDP", default_actions=[forward]
        )
        cdk.CfnResource(self, "Metadata", type="AWS::CDK::Metadata", properties={"Analytics": "v2:deflate64:"})


def _stat(metric: str) -> scaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty:
    return scaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty(
        id=metric,
        return_data=False,
        metric_stat=scaling.CfnScalingPolicy.TargetTrackingMetricStatProperty(
            stat="Sum",
            metric=scaling.CfnScalingPolicy.TargetTrackingMetricProperty(metric_name=metric, namespace="Sample"),
        ),
    )


def _per_task() -> scaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty:
    return scaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty(
        id="per_task", expression="sessions / tasks", return_data=True
    )
