"""CONTROL PLANE: what records and commands – API, WebSocket, Celery, beat, supervisor, migration, Flower."""

from collections.abc import Iterator, Sequence
from typing import Any

from constructs import Construct

from config.schema import Environment
from contract.metrics import NAMESPACE
from contract.pools import POOLS
from contract.services import (
    API,
    API_PATHS,
    BEAT,
    CELERY,
    FLOWER,
    INTERNAL_API_PATHS,
    MIGRATION,
    SUPERVISOR,
    WEBSOCKET,
    WEBSOCKET_PATHS,
)
from stacks.data import DataStack
from stacks.further_region import FurtherRegion
from stacks.media import MediaStack
from stacks.network import FurtherNetworkStack, NetworkStack
from voice_constructs.access import allow_publishing, allow_task_protection
from voice_constructs.control_plane import ControlPlaneServices, Stores, allow_watching, fixed_section
from voice_constructs.control_plane_values import control_plane_values, gateway_values, pool_values
from voice_constructs.load_balancer import HttpsLoadBalancer, Patience
from voice_constructs.migration import Migration, MigrationTask
from voice_constructs.peering import route_to
from voice_constructs.pgbouncer import PgBouncerService
from voice_constructs.platform_stack import PlatformStack
from voice_constructs.scaling.tiers import scale_api, scale_pool, scale_websocket
from voice_constructs.service import FargateService
from voice_constructs.web_service import Route, rollout_options


class ControlPlaneStack(PlatformStack):
    """The record of every call, and the commands to LiveKit, in the home region.

    Attributes:
        routes: What is behind a load balancer, for alarms.
    """

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        *,
        network: NetworkStack,
        data: DataStack,
        media: MediaStack,
        further: Sequence[FurtherRegion],
    ) -> None:
        """Run it beside the home region's media; agents of further regions call back to it."""
        super().__init__(scope, "control-plane", environment=environment)
        self._settings, self._network, self._data = environment, network, data
        self._setting = self.service_setting("control-plane", vpc=network.vpc, observability=data.secrets.observability)
        self._scaling: dict[str, Any] = {"schedule": environment.schedule, "environment": environment.name}
        self.routes: dict[str, Route] = {}
        self._stores = self._use_stores()
        urls = {region.network.region: region.media.url for region in further}
        values = control_plane_values(
            environment, secrets=data.secrets, prefix=self.prefix, url=media.url, further=urls
        )
        self._processes = ControlPlaneServices(self, setting=self._setting, stores=self._stores, values=values)
        self._migrate_before([self._run_api(), *self._run_pools(), *self._run_background()])
        self._run_websocket()
        for region in further:
            self._route_to(region.network)

    def _use_stores(self) -> Stores:
        data = self._data
        pooler = PgBouncerService.optional(
            self,
            "PgBouncer",
            setting=self._setting,
            vpc=self._network.vpc,
            database=data.database,
            section=self._settings.data.database,
            password=data.secrets.pool_password,
            access_logs=self._network.access_logs,
        )
        return Stores(
            database=data.database,
            pooler=pooler,
            live=data.live,
            broker=data.broker,
            buckets=data.buckets,
            secrets=data.secrets,
            handoff=data.handoff,
        )

    def _run_api(self) -> FargateService:
        api = self._settings.api
        service = self._processes.run("Api", API, api, **rollout_options(api))
        public = self._balancer("ApiBalancer", host="api")
        internal = self._balancer("InternalBalancer", host="internal", public=False)
        internal.admit(self._settings.network.cidr, *(region.cidr for region in self._settings.regions))
        reached: dict[str, Any] = {"service": service, "container": API, "section": api}
        self._route("Api", balancer=public, paths=API_PATHS, **reached)
        self._route("Internal", balancer=internal, paths=INTERNAL_API_PATHS, **reached)
        targets = self.routes["Api"].target_group
        schedule = self._settings.schedule
        scale_api(service.service, api=api, schedule=schedule, target_group=targets, load_balancer=public.balancer)
        return service

    def _run_pools(self) -> Iterator[FargateService]:
        for pool in POOLS:
            workers = getattr(self._settings.celery, pool.name)
            values = pool_values(pool, workers=workers)
            id_, name = f"Celery{pool.name.title()}", f"celery-{pool.name}"
            service = self._processes.run(id_, CELERY, workers, name=name, values=values)
            scale_pool(service.service, pool=pool, workers=workers, **self._scaling)
            yield service

    def _run_background(self) -> Iterator[FargateService]:
        background = self._settings.background
        # Two beats would send everything twice: the old one goes before the new one comes.
        alone: dict[str, Any] = {
            "min_healthy_percent": 0,
            "max_healthy_percent": 100,
            "availability_zone_rebalancing": None,
        }
        yield self._processes.run("Beat", BEAT, fixed_section(background.beat_size, tasks=1), **alone)
        section = fixed_section(background.supervisor_size, tasks=background.supervisor_tasks)
        supervisor = self._processes.run("Supervisor", SUPERVISOR, section)
        allow_watching(supervisor.role, cluster=f"{self.prefix}-agents", service="agent")
        yield supervisor
        if background.flower:
            flower = fixed_section(background.beat_size, tasks=1)
            yield self._processes.run("Flower", FLOWER, flower, enable_execute_command=True)

    def _run_websocket(self) -> None:
        """The gateway has no database: it does not wait for the migration."""
        websocket, data = self._settings.websocket, self._data
        gateway = FargateService(
            self,
            "WebSocket",
            setting=self._setting,
            container=WEBSOCKET,
            section=websocket,
            values={
                **gateway_values(self._settings, secrets=data.secrets),
                **data.live.variables("live"),
                **data.buckets.variables,
            },
            **rollout_options(websocket),
        )
        data.live.allow_from(gateway)
        data.buckets.allow_recording(gateway.role)
        allow_task_protection(gateway.role, cluster=self._setting.cluster_name)
        allow_publishing(gateway.role, namespace=NAMESPACE)
        patience = Patience(
            idle_seconds=websocket.idle_timeout_seconds, keep_alive_seconds=websocket.keep_alive_seconds
        )
        balancer = self._balancer("WebSocketBalancer", host="ws", patience=patience)
        reached: dict[str, Any] = {"service": gateway, "container": WEBSOCKET, "section": websocket}
        self._route("WebSocket", balancer=balancer, paths=WEBSOCKET_PATHS, **reached)
        scale_websocket(gateway.service, websocket=websocket, **self._scaling)

    def _migrate_before(self, services: list[FargateService]) -> None:
        definition = MigrationTask(
            self,
            "MigrationTask",
            setting=self._setting,
            size=self._settings.background.migration_size,
            values=self._processes.values_for(MIGRATION),
            database=self._data.database,
        )
        migration = Migration(self, "Migration", setting=self._setting, task=definition.task, vpc=self._network.vpc)
        self._stores.open_to(migration, definition.task.role)
        migration.reach(self._data.database)
        migration.precede(*(service.service for service in services))

    def _route_to(self, region: FurtherNetworkStack) -> None:
        """The home side's way to a further region; that region's stack cannot write it without a cycle."""
        vpc = self._network.vpc
        route_to(
            self,
            f"To{region.region}",
            subnets=[*vpc.private_subnets, *vpc.public_subnets],
            cidr=region.cidr,
            peering=region.peering.connection_id,
        )

    def _balancer(self, id_: str, *, host: str, **options: Any) -> HttpsLoadBalancer:
        return HttpsLoadBalancer(self, id_, edge=self._network.edge, name=self.host(host), **options)

    def _route(self, name: str, **options: Any) -> None:
        seconds = self._settings.timing.deregistration_seconds
        self.routes[name] = Route(self, f"{name}Route", deregistration_seconds=seconds, **options)
