"""OPERATIONS: who is told of what – topic, alarms, dashboard, budget. Watches the others; nothing depends on it."""

from constructs import Construct

from config.schema import Environment
from contract.metrics import ENVIRONMENT, POOL
from contract.pools import POOLS
from stacks.control_plane import ControlPlaneStack
from stacks.data import DataStack
from stacks.media import MediaStack
from stacks.network import NetworkStack
from voice_constructs.alarms import calls, stores
from voice_constructs.alarms.edges import FIREWALL
from voice_constructs.alarms.making import Alarms
from voice_constructs.alarms.topic import AlarmTopic
from voice_constructs.alarms.watched import services, watch_agents, watch_edges, watch_services, words
from voice_constructs.budget import MonthlyBudget
from voice_constructs.dashboard import PlatformDashboard
from voice_constructs.dashboard_rows import Shown, rows
from voice_constructs.platform_stack import PlatformStack

CLUSTERS = ("media", "agents", "control-plane")
ANSWERING = ("Api", "Internal")  # routes whose requests are answered at once


class OperationsStack(PlatformStack):
    """The home region's alarms, and everything that concerns the whole environment."""

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        *,
        network: NetworkStack,
        data: DataStack,
        media: MediaStack,
        control_plane: ControlPlaneStack,
    ) -> None:
        """Watch it."""
        super().__init__(scope, "operations", environment=environment)
        self._settings, self._ours = environment, {ENVIRONMENT: environment.name}
        people = AlarmTopic(self, "People", name=f"{self.prefix}-alarms", email=environment.operations.alarm_email)
        self._alarms = Alarms(self, "Alarms", prefix=self.prefix, topic=people.topic)
        self._alarms.add_events(clusters=[f"{self.prefix}-{part}" for part in CLUSTERS])
        self._watch_data(data)
        self._watch_calls()
        self._watch_routes(control_plane)
        media.watched_by(self._alarms)
        watch_services(self._alarms, services(environment), prefix=self.prefix)
        watch_edges(self._alarms, topic=people.name, **network.exits)
        self._draw(data)
        usd = environment.operations.monthly_budget_usd
        MonthlyBudget(self, "Budget", name=self.prefix, environment=environment.name, usd=usd, topic=people.topic)

    def _watch_calls(self) -> None:
        """Callers, agents and providers, supervisor and beat, pools."""
        its = self._alarms
        its.add([*calls.RECORDED, *calls.CAPACITY, *calls.SUPERVISION], dimensions=self._ours)
        its.combine(calls.SUPERVISION_TOGETHER)
        for pool in POOLS:
            its.add(calls.POOL, dimensions={**self._ours, POOL: pool.name}, of=f"Celery{pool.name.title()}")
        watch_agents(its, dimensions=self._ours, providers=self._settings.agent.providers)

    def _watch_data(self, data: DataStack) -> None:
        section, its = self._settings.data, self._alarms
        its.add(stores.database_rules(section.database), dimensions=data.database.dimensions)
        its.combine(stores.DATABASE_TOGETHER)
        for replica in data.database.replica_dimensions:
            its.add(stores.REPLICA, dimensions=replica)
        for node in (*data.live.nodes, *data.broker.nodes):
            of = words(node.removeprefix(f"{self.prefix}-"))
            its.add(stores.CACHE, dimensions={"CacheClusterId": node}, of=of)
        for queue, dead_letters in data.handoff_queues:
            its.add(stores.HANDOFF, dimensions={"QueueName": queue}, of="SessionCompleted")
            its.add(stores.DEAD_LETTERS, dimensions={"QueueName": dead_letters}, of="SessionCompleted")

    def _watch_routes(self, control_plane: ControlPlaneStack) -> None:
        slow = dict.fromkeys(ANSWERING, self._settings.api.scaling.response_time_p95_ms / 1000)
        for name, route in control_plane.routes.items():
            self._alarms.add_route(route.dimensions, of=name, slow_seconds=slow.get(name))
            for firewall in route.firewalls:
                self._alarms.add(FIREWALL, dimensions=firewall, of=name)

    def _draw(self, data: DataStack) -> None:
        shown = Shown(
            environment=self._settings.name,
            providers=self._settings.agent.providers,
            services={each.name: each.dimensions(self.prefix) for each in services(self._settings)},
            database=data.database.dimensions,
            caches=(*data.live.nodes, *data.broker.nodes),
            database_rules=stores.database_rules(self._settings.data.database),
            ceiling_participants=self._settings.media.livekit.scaling.ceiling_participants,
        )
        PlatformDashboard(self, "Dashboard", name=self.prefix, rows=rows(shown), alarms=self._alarms.telling)
