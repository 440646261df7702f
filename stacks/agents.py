"""AGENTS: the service that talks, in one region. Changes often, and never cuts a call."""

from constructs import Construct

from config.schema import Environment
from contract.metrics import NAMESPACE
from contract.services import AGENT, CALLBACK_PATH
from stacks.data import DataStack, FurtherDataStack
from stacks.media import MediaStack
from stacks.network import FurtherNetworkStack, NetworkStack
from voice_constructs.access import allow_publishing, allow_task_protection
from voice_constructs.binding import Value
from voice_constructs.call_variables import provider_values, timing_values
from voice_constructs.platform_stack import PlatformStack
from voice_constructs.scaling.tiers import scale_agent
from voice_constructs.service import FargateService


class AgentsStack(PlatformStack):
    """The agent fleet of one region."""

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        *,
        network: NetworkStack | FurtherNetworkStack,
        data: DataStack | FurtherDataStack,
        media: MediaStack,
    ) -> None:
        """Run agents in the network's region."""
        super().__init__(scope, "agents", environment=environment, region=network.region)
        self._settings, self._data, self._media = environment, data, media
        setting = self.service_setting("agents", vpc=network.vpc, observability=data.secrets.observability)
        agent = environment.agent
        fleet = FargateService(self, "Agent", setting=setting, container=AGENT, section=agent, values=self._variables())
        data.live.allow_from(fleet)
        data.buckets.allow_recording(fleet.role)
        allow_task_protection(fleet.role, cluster=setting.cluster_name)
        allow_publishing(fleet.role, namespace=NAMESPACE)
        scale_agent(fleet.service, agent=agent, schedule=environment.schedule, environment=environment.name)

    def _variables(self) -> dict[str, Value]:
        """What `AgentEnv` asks for, besides what every process is told."""
        agent, data = self._settings.agent, self._data
        return {
            "livekit_url": self._media.url,
            "agent_name": self.prefix,
            "session_capacity": agent.sessions_per_task,
            "num_cpus": agent.size.cpu_units / 1024,
            "callback_url": f"https://{self.home_host('internal')}{CALLBACK_PATH}",
            **data.secrets.livekit_client_variables,
            **data.live.variables("live"),
            **data.buckets.variables,
            **timing_values(self._settings.timing),
            **provider_values(agent, secrets=data.secrets),
        }
