"""OPERATIONS: who is told of what – topic, alarms, dashboard, budget. Watches the others; nothing depends on it."""

from collections.abc import Mapping

from constructs import Construct

from config.schema import Environment
from contract.metrics import ENVIRONMENT, POOL
from contract.pools import POOLS
from stacks.control_plane import ControlPlaneStack
from stacks.data import DataStack
from stacks.media import MediaStack
from voice_constructs import alarms
from voice_constructs.alarms import Alarms, AlarmTopic
from voice_constructs.budget import MonthlyBudget
from voice_constructs.dashboard import PlatformDashboard, infrastructure_row, voice_rows
from voice_constructs.platform_stack import PlatformStack


class OperationsStack(PlatformStack):
    """The home region's alarms, and everything that concerns the whole environment."""

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        *,
        data: DataStack,
        media: MediaStack,
        control_plane: ControlPlaneStack,
    ) -> None:
        """Watch it."""
        super().__init__(scope, "operations", environment=environment)
        self._settings = environment
        topic = AlarmTopic(self, "People", name=f"{self.prefix}-alarms", email=environment.operations.alarm_email).topic
        self._alarms = Alarms(self, "Alarms", prefix=self.prefix, topic=topic)
        self._watch_services()
        media.watched_by(self._alarms)
        for name, route in control_plane.routes.items():
            self._alarms.add(alarms.HTTP_TARGETS, dimensions=route.dimensions, of=name)
        self._watch_data(data)
        self._draw(data)
        MonthlyBudget(
            self,
            "Budget",
            name=self.prefix,
            environment=environment.name,
            usd=environment.operations.monthly_budget_usd,
            topic=topic,
        )

    def _watch_services(self) -> None:
        ours = {ENVIRONMENT: self._settings.name}
        self._alarms.add_events(clusters=[f"{self.prefix}-{part}" for part in ("media", "agents", "control-plane")])
        self._alarms.add(alarms.PLATFORM, dimensions=ours)
        for pool in POOLS:
            self._alarms.add(alarms.POOL, dimensions={**ours, POOL: pool.name}, of=f"Celery{pool.name.title()}")

    def _watch_data(self, data: DataStack) -> None:
        section = self._settings.data.database
        rules = alarms.database_rules(max_connections=section.max_connections, storage_gib=section.storage_gib)
        self._alarms.add(rules, dimensions=data.database.dimensions, of="Database")
        for group in (data.live, data.broker):
            for node in group.nodes:
                self._alarms.add(alarms.CACHE, dimensions={"CacheClusterId": node}, of=_words(node, self.prefix))
        for queue in data.dead_letter_queues:
            self._alarms.add(alarms.DEAD_LETTERS, dimensions={"QueueName": queue}, of="SessionCompleted")

    def _draw(self, data: DataStack) -> None:
        infrastructure = infrastructure_row(
            services=self._services(),
            database=data.database.dimensions,
            caches=[*data.live.nodes, *data.broker.nodes],
            environment=self._settings.name,
        )
        PlatformDashboard(
            self,
            "Dashboard",
            name=self.prefix,
            rows=[*voice_rows(self._settings.name), infrastructure],
            alarms=self._alarms.arns,
        )

    def _services(self) -> Mapping[str, str]:
        control_plane = ["api", "websocket", *(f"celery-{pool.name}" for pool in POOLS), "supervisor"]
        return {
            "livekit": f"{self.prefix}-media",
            "egress": f"{self.prefix}-media",
            "agent": f"{self.prefix}-agents",
            **dict.fromkeys(control_plane, f"{self.prefix}-control-plane"),
        }


def _words(node: str, prefix: str) -> str:
    """`voiceplane-prod-live-001` → `Live001`."""
    return node.removeprefix(f"{prefix}-").title().replace("-", "")
