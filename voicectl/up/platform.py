"""The processes of the platform on one machine, as one table: `processes` is what `voicectl up` starts."""

import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from contract.pools import POOLS, Pool
from contract.services import (
    AGENT,
    API,
    BEAT,
    CELERY,
    GUARDIAN,
    LIVENESS_PATH,
    MIGRATION,
    READINESS_PATH,
    SUPERVISOR,
    WEBHOOK_PATH,
    WEBSOCKET,
    Container,
)
from contract.timing import Timing
from voicectl.alarms.watch import ALARMS
from voicectl.up import livekit_server, media, postgres
from voicectl.up.aws_metrics.environment import MeasuringEnv
from voicectl.up.backing import Backing
from voicectl.up.environments import (
    ARTEFACTS,
    LOOPBACK,
    QUEUE,
    RECORDINGS,
    base_environment,
    metrics_folder,
    report_seconds,
    shared_values,
    variables_of,
)
from voicectl.up.probes import CommandProbe, HttpProbe, TcpProbe
from voicectl.up.process import Process
from voicectl.up.state import ROOT, VARIABLE, Keys

PAGE: Final = ROOT / "frontend" / "dist"
PORTS: Final = (
    *("api", "websocket", "page", "livekit", "udp-livekit", "livekit-metrics", "postgres", "valkey", "aws"),
    *("providers", "speech", "agent", "supervisor", "beat", "guardian"),
    *(f"celery-{pool.name}" for pool in POOLS),
)


class Place(NamedTuple):
    """Where and with what the platform runs.

    Attributes:
        folder: The state folder.
        temporary: The processes' TMPDIR.
        variables: The person's environment.
        binary: The LiveKit server, when it is here already.
        speed: The alarms' periods are shorter by so much.
    """

    folder: Path
    temporary: Path
    variables: Mapping[str, str]
    keys: Keys
    ports: Mapping[str, int]
    backing: Backing
    binary: Path | None
    speed: float = 1.0


def processes(place: Place) -> list[Process]:
    """Answer every process that this machine and its variables ask for, in the order of the screen."""
    table = _Table(place)
    own = place.backing
    return [
        *([table.postgres()] if own.is_own_database else []),
        *([table.valkey()] if own.is_own_redis else []),
        table.aws(),
        table.aws_metrics(),
        *([table.livekit_build()] if own.is_own_livekit and not place.binary else []),
        *([table.livekit(), table.guardian()] if own.is_own_livekit else []),
        table.providers(),
        table.speech(),
        table.migration(),
        table.api(),
        table.websocket(),
        *(table.celery(pool) for pool in POOLS),
        table.beat(),
        table.supervisor(),
        table.agent(),
        table.page(),
        table.alarms(),
    ]


class _Table:
    def __init__(self, place: Place) -> None:
        self._place, self._ports = place, place.ports
        self._base = base_environment(place.variables, ports=place.ports, temporary=place.temporary)
        self._values = {
            **shared_values(place.backing, keys=place.keys, ports=place.ports),
            "publish_seconds": report_seconds(place.speed),
        }

    def postgres(self) -> Process:
        port = self._ports["postgres"]
        return self._module(
            "postgres",
            ("voicectl.up.postgres", str(self._place.folder / "postgres"), str(port)),
            meaning="the record",
            environment={"DATABASE_PASSWORD": self._place.keys.database_password.get_secret_value()},
            ready=CommandProbe((str(postgres.program("pg_isready")), "-q", "-h", LOOPBACK, "-p", str(port))),
            stop_signal=signal.SIGINT,  # PostgreSQL's fast stop: it does not wait for those who are connected
        )

    def valkey(self) -> Process:
        port = self._ports["valkey"]
        return self._module(
            "valkey",
            ("voicectl.up.valkey", str(self._place.folder / "valkey"), str(port)),
            meaning="live state and broker",
            environment={"REDIS_PASSWORD": self._place.keys.redis_password.get_secret_value()},
            ready=TcpProbe(port, ask=b"PING\r\n"),  # without the password it says NOAUTH, and that it lives
        )

    def aws(self) -> Process:
        port, place = self._ports["aws"], self._place
        return self._module(
            "aws",
            ("voicectl.up.aws", str(port), str(place.folder), str(place.speed), QUEUE, RECORDINGS, ARTEFACTS),
            meaning="S3, CloudWatch, SQS: moto",
            ready=HttpProbe(f"http://{LOOPBACK}:{port}/{ARTEFACTS}"),
        )

    def aws_metrics(self) -> Process:
        """It tells by silence what is away, so that it waits for nobody but moto."""
        place = self._place
        return self._module(
            "aws-metrics",
            ("voicectl.up.aws_metrics", str(place.folder), str(place.speed)),
            meaning="what AWS would measure",
            environment=variables_of(MeasuringEnv, self._values),
            after=("aws",),
            optional=True,
        )

    def alarms(self) -> Process:
        """Last: nothing waits for it, and the first time it takes ten seconds of a processor."""
        return self._module(
            "alarms",
            ("voicectl.alarms.kept", str(self._place.folder / ALARMS)),
            meaning="what would ring, from the templates",
            after=("agent", "api", "websocket"),
            once=True,
            optional=True,
        )

    def livekit_build(self) -> Process:
        """It downloads, so it needs the person's own settings of proxies, certificates, pip, Go and Docker."""
        return self._module(
            "livekit-build",
            ("voicectl.up.livekit_server",),
            meaning="once, about 3 minutes",
            environment=self._place.variables,
            once=True,
            optional=True,
        )

    def livekit(self) -> Process:
        binary = self._place.binary or livekit_server.cached_binary(self._place.variables)
        backing, ports = self._place.backing, self._ports
        environment = media.server_environment(
            ports=media.loopback_ports(
                signal=ports["livekit"], udp_first=ports["udp-livekit"], prometheus=ports["livekit-metrics"]
            ),
            redis=backing.redis_address,
            redis_password=backing.redis_password,
            webhook_url=f"http://{LOOPBACK}:{ports['api']}{WEBHOOK_PATH}",
            api_key=self._place.keys.livekit_api_key,
            api_secret=self._place.keys.livekit_api_secret,
            timing=Timing(),
        )
        return Process(
            name="livekit",
            command=media.server_command(binary),
            meaning="rooms and media",
            environment={**self._base, **environment.variables()},
            ports=(ports["livekit"], ports["livekit-metrics"]),
            after=("valkey",),
            needs=("livekit-build",),
            ready=HttpProbe(f"http://{LOOPBACK}:{ports['livekit']}/"),
        )

    def guardian(self) -> Process:
        values = {
            "guarded": "livekit",
            "prometheus_url": f"http://{LOOPBACK}:{self._ports['livekit-metrics']}/metrics",
            "health_url": f"http://{LOOPBACK}:{self._ports['livekit']}/",
        }
        return self._container(GUARDIAN, meaning="watches LiveKit", values=values, sidecar_of="livekit", after=("aws",))

    def providers(self) -> Process:
        port, speech = self._ports["providers"], self._ports["speech"]
        return self._module(
            "providers",
            ("runtime.providers", "--port", str(port), "--speech-url", f"http://{LOOPBACK}:{speech}/v1"),
            meaning="loopback providers",
            ready=HttpProbe(f"http://{LOOPBACK}:{port}{LIVENESS_PATH}"),
        )

    def speech(self) -> Process:
        port = self._ports["speech"]
        return self._module(
            "speech",
            ("runtime.providers.speech", "--port", str(port)),
            meaning="hears and speaks, local models",
            ready=HttpProbe(f"http://{LOOPBACK}:{port}{READINESS_PATH}"),
        )

    def migration(self) -> Process:
        return self._container(MIGRATION, meaning="the schema", after=("postgres",), once=True)

    def api(self) -> Process:
        return self._container(API, meaning="REST", after=("migration", "valkey"))

    def websocket(self) -> Process:
        return self._container(WEBSOCKET, meaning="calls and events over WebSockets", after=("valkey",))

    def celery(self, pool: Pool) -> Process:
        return self._container(
            CELERY,
            name=f"celery-{pool.name}",
            meaning=pool.meaning,
            values={"celery_pool": pool.name, "celery_concurrency": min(pool.concurrency, 8)},
            after=("migration", "valkey"),
            grace_seconds=20.0,
        )

    def beat(self) -> Process:
        return self._container(BEAT, meaning="the clock of tasks", after=("migration", "valkey"))

    def supervisor(self) -> Process:
        return self._container(SUPERVISOR, meaning="timers, fleet numbers", after=("migration", "valkey", "aws"))

    def agent(self) -> Process:
        return self._container(
            AGENT, meaning="talks", after=("valkey",), needs=("livekit",), metrics=True, grace_seconds=20.0
        )

    def page(self) -> Process:
        port = self._ports["page"]
        return self._module(
            "page",
            ("voicectl.up.page", str(PAGE), str(port)),
            meaning="the call console",
            environment={
                "API_URL": f"http://{LOOPBACK}:{self._ports['api']}",
                "API_KEY": self._place.keys.api_key.get_secret_value(),
                "PIPELINES": self._values["pipelines"],
                VARIABLE: str(self._place.folder),
            },
            ready=HttpProbe(f"http://{LOOPBACK}:{port}/config.json"),
            missing="" if (PAGE / "index.html").exists() else "frontend/dist is not built",
        )

    def _container(
        self, container: Container, *, name: str = "", values: Mapping[str, Any] | None = None, **more: Any
    ) -> Process:
        """A container of ours as a process: its command, its variables, its probe."""
        name = name or container.name
        port = self._ports.get(name)
        environment = variables_of(
            container.environment, {**self._values, **(values or {}), "service": container.name, "local_port": port}
        )
        extra = metrics_folder(self._place.temporary, name) if more.pop("metrics", False) else {}
        return Process(
            name=name,
            command=(sys.executable, *container.command[1:]),
            environment={**self._base, **environment, **extra},
            ports=(port,) if port else (),
            ready=HttpProbe(f"http://{LOOPBACK}:{port}{READINESS_PATH}") if port else None,
            **more,
        )

    def _module(
        self, name: str, module: tuple[str, ...], *, environment: Mapping[str, str] | None = None, **more: Any
    ) -> Process:
        return Process(
            name=name,
            command=(sys.executable, "-m", *module),
            environment={**self._base, **(environment or {}), "PYTHONPATH": str(ROOT)},
            ports=(self._ports[name],) if name in self._ports else (),
            **more,
        )
