"""The EC2 capacity of LiveKit: one node per task, on the host's network, with a public address of its own."""

from typing import cast

import jsii
from aws_cdk import Aspects, IAspect
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from config.instances import NODES
from config.sections.media import LiveKit
from contract.media import MediaPorts
from voice_constructs.access import acknowledge, open_to_world

# Room for the sockets of a node full of calls; Linux's own default is 208 KiB.
UDP_BUFFER_BYTES = 5_000_000


class MediaNodes(Construct):
    """Instances for LiveKit, brought and drained by ECS as tasks come and go.

    Attributes:
        group: What is open on every node.
        capacity_provider: Runs one task on each node.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        vpc: ec2.IVpc,
        cluster: ecs.Cluster,
        livekit: LiveKit,
        ports: MediaPorts,
        most_tasks: int,
    ) -> None:
        """Make the capacity.

        Args:
            ports: Opened here and written into LiveKit's YAML from the same value.
            most_tasks: The most that the service may ever have.
        """
        super().__init__(scope, id_)
        self.group = self._openings(vpc, ports)
        self._group = self._nodes(vpc, livekit, most=2 * most_tasks)  # a deployment starts new ones beside the old
        acknowledge(self, "AS3", reason="ECS brings and drains the nodes; the services' alarms tell when it cannot")
        self.capacity_provider = self._capacity_provider(cluster)

    @property
    def connections(self) -> ec2.Connections:
        """Who the nodes may reach."""
        return ec2.Connections(security_groups=[self.group])

    def allow_from(self, group: ec2.ISecurityGroup, *, port: int, what: str) -> None:
        """Let a load balancer reach a port of the nodes: for a host's network CDK adds no rule."""
        self.group.add_ingress_rule(group, ec2.Port.tcp(port), what)

    def _nodes(self, vpc: ec2.IVpc, livekit: LiveKit, *, most: int) -> autoscaling.AutoScalingGroup:
        return autoscaling.AutoScalingGroup(
            self,
            "Nodes",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_group_name="public"),
            launch_template=self._template(livekit),
            min_capacity=0,
            max_capacity=most,
            new_instances_protected_from_scale_in=True,
            group_metrics=[autoscaling.GroupMetrics.all()],
        )

    def _openings(self, vpc: ec2.IVpc, ports: MediaPorts) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(self, "Access", vpc=vpc, description="media of LiveKit nodes")
        open_to_world(
            group, ec2.Port.udp_range(ports.rtc_udp_first, ports.rtc_udp_last), reason="WebRTC media over UDP"
        )
        open_to_world(group, ec2.Port.tcp(ports.rtc_tcp), reason="WebRTC media over TCP, where UDP is blocked")
        open_to_world(group, ec2.Port.udp(ports.turn_udp), reason="TURN over UDP, at the node's own address")
        return group

    def _template(self, livekit: LiveKit) -> ec2.LaunchTemplate:
        arm = NODES[livekit.instance_type].architecture == "arm64"
        hardware = ecs.AmiHardwareType.ARM if arm else ecs.AmiHardwareType.STANDARD
        return ec2.LaunchTemplate(
            self,
            "Template",
            machine_image=ecs.EcsOptimizedImage.amazon_linux2023(hardware),
            instance_type=ec2.InstanceType(livekit.instance_type),
            associate_public_ip_address=True,
            require_imdsv2=True,
            security_group=self.group,
            role=self._role(),
            user_data=_user_data(),
            detailed_monitoring=True,
            block_devices=[_encrypted_root()],
        )

    def _role(self) -> iam.Role:
        """What the ECS agent on a node needs; the task's own permissions are the task's."""
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        acknowledge(
            role,
            "IAM5[Action::ecs:Submit*]",
            "IAM5[Resource::*]",
            reason="CDK's own statements for the ECS agent: it submits changes, and polls before it knows its cluster",
        )
        return role

    def _capacity_provider(self, cluster: ecs.Cluster) -> ecs.AsgCapacityProvider:
        provider = ecs.AsgCapacityProvider(
            self,
            "Capacity",
            auto_scaling_group=self._group,
            enable_managed_scaling=True,
            enable_managed_draining=True,
            enable_managed_termination_protection=True,
            target_capacity_percent=100,
            instance_warmup_period=90,
        )
        resource = cluster.node.default_child
        assert isinstance(resource, ecs.CfnCluster)
        resource.capacity_providers = None  # an association that names the nodes must name the others too
        cluster.enable_fargate_capacity_providers()
        cluster.add_asg_capacity_provider(provider)
        return provider


@jsii.implements(IAspect)
class AfterAssociation:
    """Makes a service wait for its cluster's capacity providers; the CDK adds them last, and no dependency."""

    def __init__(self, cluster: ecs.Cluster) -> None:
        """Wait for this cluster's."""
        self._cluster = cluster

    def visit(self, node: IConstruct) -> None:
        """Called once, for the service's own resource."""
        if isinstance(node, ecs.CfnService):
            node.node.add_dependency(self._cluster.node.find_child(self._cluster.node.id))


def wait_for_capacity(service: ecs.BaseService, cluster: ecs.Cluster) -> None:
    """Create a service only when its cluster knows the capacity that it asks for."""
    Aspects.of(cast(IConstruct, service.node.default_child)).add(AfterAssociation(cluster))


def _user_data() -> ec2.UserData:
    data = ec2.UserData.for_linux()
    for knob in ("rmem_max", "wmem_max", "rmem_default", "wmem_default"):
        data.add_commands(f"sysctl -w net.core.{knob}={UDP_BUFFER_BYTES}")
    return data


def _encrypted_root() -> ec2.BlockDevice:
    volume = ec2.BlockDeviceVolume.ebs(30, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3)
    return ec2.BlockDevice(device_name="/dev/xvda", volume=volume)
