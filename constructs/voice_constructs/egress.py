"""Egress as a service on Fargate: LiveKit's recorder with a guardian beside it."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from config.sections.media import Egress
from contract.media import EGRESS_PROMETHEUS_PORT
from contract.services import EGRESS as CONTAINER
from contract.timing import Timing
from voice_constructs.binding import Value
from voice_constructs.guardian import add_guardian
from voice_constructs.service import FargateTask, ServiceSetting, run_on_fargate


class EgressService(Construct):
    """The recorder's service.

    Attributes:
        service: The ECS service.
        role: Its task's role: recordings are uploaded with it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        setting: ServiceSetting,
        egress: Egress,
        timing: Timing,
        variables: dict[str, Value],
    ) -> None:
        """Run it, with variables of `EgressServerEnv`."""
        super().__init__(scope, id_)
        task = FargateTask(self, "Definition", setting=setting, size=egress.size, architecture=egress.architecture)
        task.add(CONTAINER, values=variables, stop_seconds=egress.stop_timeout_seconds)
        add_guardian(
            self,
            task.definition,
            setting=setting,
            guarded="egress",
            prometheus_port=EGRESS_PROMETHEUS_PORT,
            health_port=CONTAINER.health_port,
            timing=timing,
            stop_seconds=egress.stop_timeout_seconds,
        )
        self.role = task.role
        self.service: ecs.FargateService = run_on_fargate(
            self, task, setting=setting, section=egress, name=CONTAINER.name
        )

    @property
    def connections(self) -> ec2.Connections:
        """Who it may reach."""
        return self.service.connections
