"""A FURTHER REGION: its own network, Valkey, media, agents and alarms; data and control plane stay at home."""

from constructs import Construct

from config.schema import Environment
from config.sections.network import Region
from contract.metrics import ENVIRONMENT
from stacks.agents import AgentsStack
from stacks.data import DataStack, FurtherDataStack
from stacks.media import MediaStack
from stacks.network import FurtherNetworkStack, NetworkStack
from voice_constructs.alarms.making import Alarms
from voice_constructs.alarms.topic import AlarmTopic
from voice_constructs.alarms.watched import EVERYWHERE, services, watch_agents, watch_edges, watch_services
from voice_constructs.platform_stack import PlatformStack


class FurtherRegion:
    """The stacks of one further region; its LiveKit has its own name, returned in a session's `url`.

    Attributes:
        network: Peered with the home region's.
        media: LiveKit and egress there.
    """

    def __init__(
        self, scope: Construct, environment: Environment, *, region: Region, network: NetworkStack, data: DataStack
    ) -> None:
        """Define them.

        Args:
            network: The home region's; so is `data`.
        """
        self.network = FurtherNetworkStack(scope, environment, region=region, home=network)
        its_data = FurtherDataStack(scope, environment, network=self.network, home=data)
        self.media = MediaStack(scope, environment, network=self.network, data=its_data)
        AgentsStack(scope, environment, network=self.network, data=its_data, media=self.media)
        FurtherOperationsStack(scope, environment, network=self.network, media=self.media)


class FurtherOperationsStack(PlatformStack):
    """A further region's alarms: an alarm must live where its metric does."""

    def __init__(
        self, scope: Construct, environment: Environment, *, network: FurtherNetworkStack, media: MediaStack
    ) -> None:
        """Watch a further region."""
        super().__init__(scope, "operations", environment=environment, region=media.region)
        people = AlarmTopic(self, "People", name=f"{self.prefix}-alarms", email=environment.operations.alarm_email)
        its_alarms = Alarms(self, "Alarms", prefix=self.prefix, topic=people.topic)
        its_alarms.add_events(clusters=[f"{self.prefix}-{part}" for part in EVERYWHERE])
        media.watched_by(its_alarms)
        ours, agent = {ENVIRONMENT: environment.name}, environment.agent
        watch_agents(its_alarms, dimensions=ours, providers=agent.providers)
        here = (each for each in services(environment) if each.cluster in EVERYWHERE)
        watch_services(its_alarms, here, prefix=self.prefix)
        watch_edges(its_alarms, topic=people.name, **network.exits)
