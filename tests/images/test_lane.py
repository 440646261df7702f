"""The images, really built and really run: each answers its probe, and ends with 0 when it is told to stop.

Only when asked for (`make images`): it needs root, Debian's packages and minutes. PostgreSQL, Valkey and moto are the
laptop's; the containers have the variables of compose.yaml. Egress is not built: it is made of its maker's image alone.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import psycopg
import pytest

from contract.environment import GuardianEnv, PgBouncerEnv
from contract.images import AGENT, CONTROL_PLANE, GATEWAY, GUARDIAN, LIVEKIT, PGBOUNCER, Image
from contract.pools import POOLS
from contract.services import GUARDIAN as GUARDIAN_CONTAINER
from contract.services import PGBOUNCER as PGBOUNCER_CONTAINER
from tests.conftest import TOLD
from tests.images.buildah import Container, Store, context_of_this_copy, missing_programs
from tests.images.dockerfile import ROOT
from tests.platform.addresses import LOOPBACK, port_of
from tests.platform.livekit import binary
from tests.platform.waiting import wait_until
from voicectl.images.compose import PORTS, Platform, Service
from voicectl.up.environments import ARTEFACTS, QUEUE, RECORDINGS
from voicectl.up.postgres import DATABASE, USER

VARIABLE: Final = "VOICEPLANE_IMAGES"
pytestmark = [
    pytest.mark.skipif(os.environ.get(VARIABLE) != "1", reason="`make images` builds and runs the images"),
    pytest.mark.xdist_group("images"),
    pytest.mark.timeout(1800),
]
SECRET: Final = secrets.token_hex(32)
START_SECONDS: Final = 120
STOP_SECONDS: Final = 60
MEGABYTE: Final = 1_000_000
BUDGETS: Final = {"agent": 400, "control-plane": 350}  # MB; the seed's agent and worker (requirements S126)
BUILT: Final = (AGENT, CONTROL_PLANE, GATEWAY, GUARDIAN, PGBOUNCER, LIVEKIT)
SERVICES: Final = (
    "api",
    "websocket",
    "agent",
    *(f"celery-{pool.name}" for pool in POOLS),
    "beat",
    "supervisor",
    "flower",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Every image that can be built here."""
    assert missing_programs() == [], "apt-get install buildah podman runc fuse-overlayfs uidmap debootstrap"
    store = Store.of_this_machine()
    store.base()
    context = context_of_this_copy(tmp_path_factory.mktemp("context"))
    shutil.copy(
        "/etc/ssl/certs/ca-certificates.crt", context / "runtime" / "rds.pem"
    )  # AWS cannot be asked for its own
    shutil.copy(binary(), context / "runtime" / "livekit-server")
    (context / "built").write_text("FROM scratch\nCOPY runtime/livekit-server /livekit-server\n")
    store.build(context / "built", context=context, tag="localhost/livekit-server")
    arguments = {
        "livekit": {"LIVEKIT_IMAGE": "localhost/livekit-server"},
        "control-plane": {"RDS_CERTIFICATES": "runtime/rds.pem"},
        "pgbouncer": {"RDS_CERTIFICATES": "runtime/rds.pem"},
    }
    for image in BUILT:
        dockerfile = context / "runtime" / "images" / image.name / "Dockerfile"
        store.build(dockerfile, context=context, tag=_tag(image), REVISION="tests", **arguments.get(image.name, {}))
    return store


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    """Free ones."""
    return {name: port_of(f"images-{name}") for name in PORTS} | {"udp-livekit": port_of("images-udp")}


@pytest.fixture(scope="module")
def stores(ports: dict[str, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """PostgreSQL, Valkey and moto, as on a laptop."""
    folder = tmp_path_factory.mktemp("stores")
    folder.chmod(0o755)
    told = {"DATABASE_PASSWORD": f"database-{SECRET}", "REDIS_PASSWORD": f"redis-{SECRET}"}
    with ExitStack() as stack:
        stack.enter_context(_beside("voicectl.up.postgres", str(folder / "postgres"), str(ports["postgres"]), **told))
        stack.enter_context(_beside("voicectl.up.valkey", str(folder / "valkey"), str(ports["valkey"]), **told))
        stack.enter_context(_beside("voicectl.up.aws", str(ports["aws"]), QUEUE, RECORDINGS, ARTEFACTS, **told))
        wait_until(lambda: _connects(ports["postgres"], sslmode="disable"), what="PostgreSQL", seconds=START_SECONDS)
        yield


@pytest.fixture(scope="module")
def platform(ports: dict[str, int]) -> dict[str, Service]:
    """The services of compose.yaml, on free ports."""
    return Platform(ports).services()


@pytest.fixture(scope="module")
def livekit(store: Store, platform: dict[str, Service], stores: None) -> Iterator[Container]:  # noqa: ARG001
    """LiveKit, from its own image; it has no shell, so it is asked from outside."""
    service = platform["livekit"]
    with store.running(_tag(LIVEKIT), *service["command"], variables=_variables(service)) as container:
        url = service["environment"]["LIVEKIT_CONFIG"]
        port = re.findall(r"^port: (\d+)", url, re.MULTILINE)[0]
        wait_until(lambda: _gets(f"http://{LOOPBACK}:{port}/", container), what="LiveKit", seconds=START_SECONDS)
        yield container


@pytest.fixture(scope="module")
def migrated(store: Store, platform: dict[str, Service], stores: None) -> None:  # noqa: ARG001
    """The schema, by the migration's container."""
    service = platform["migration"]
    with store.running(_tag(CONTROL_PLANE), *service["command"], variables=_variables(service)) as container:
        assert container.wait() == 0, container.log


@pytest.mark.parametrize("image", BUILT, ids=lambda image: image.name)
def test_an_image_is_built_and_says_how_large_it_is(
    store: Store, image: Image, record_property: Callable[[str, object], None]
) -> None:
    """On Debian's base, which is larger than Docker's slim one; the seed's budgets beside it."""
    base, whole = store.size("docker.io/library/debian:bookworm-slim"), store.size(_tag(image))
    own = whole if image is LIVEKIT else whole - base
    budget = f", budget {BUDGETS[image.name]} MB" if image.name in BUDGETS else ""

    record_property(TOLD, f"image {image.name}: {whole / MEGABYTE:.0f} MB, {own / MEGABYTE:.0f} of them ours{budget}")

    assert 0 < own < 1000 * MEGABYTE


@pytest.mark.usefixtures("migrated", "livekit")
@pytest.mark.parametrize("name", SERVICES)
def test_a_container_answers_its_probe_and_ends_when_told(
    store: Store, platform: dict[str, Service], name: str
) -> None:
    """As ECS asks and tells it: the contract's command and probe, the image's stop signal."""
    service = platform[name]
    image = re.findall(r"^voiceplane/([\w-]+):", service["image"])[0]
    with store.running(f"localhost/{image}", *service["command"], variables=_variables(service)) as container:
        probe = service["healthcheck"]["test"][1]
        wait_until(lambda: container.answers(probe), what=f"{name}: {probe}", seconds=START_SECONDS)

        assert container.stop(seconds=STOP_SECONDS) == 0, container.log


@pytest.mark.usefixtures("livekit")
def test_the_guardian_answers_and_ends_with_its_neighbour(store: Store, ports: dict[str, int]) -> None:
    """It goes on while its neighbour runs: told to stop, it ends as soon as the neighbour has gone."""
    health, neighbour = port_of("images-guardian"), port_of("images-nobody")
    variables = GuardianEnv(
        listen_host=LOOPBACK,
        local_port=health,
        environment="tests",
        service="guardian",
        aws_region="us-east-1",
        release="tests",
        guarded="livekit",
        prometheus_url=f"http://{LOOPBACK}:{neighbour}/metrics",
        health_url=f"http://{LOOPBACK}:{neighbour}/",
        scale_in_protection_seconds=3600,
    ).variables()
    probe = GUARDIAN_CONTAINER.probe.replace(str(GUARDIAN_CONTAINER.health_port), str(health))
    aws = {
        "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{ports['aws']}",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
    }
    with store.running(_tag(GUARDIAN), *GUARDIAN_CONTAINER.command, variables={**variables, **aws}) as container:
        wait_until(lambda: container.answers(probe), what=probe, seconds=START_SECONDS)

        assert container.stop(seconds=STOP_SECONDS) == 0, container.log


@pytest.mark.usefixtures("stores")
def test_pgbouncer_lets_clients_through_and_ends_when_told(store: Store, ports: dict[str, int]) -> None:
    """Encrypted to it, by its own password; its user is whoever PostgreSQL knows."""
    listen = port_of("images-pgbouncer")
    variables = PgBouncerEnv.model_validate(
        {
            "database_host": LOOPBACK,
            "database_port": ports["postgres"],
            "database_name": DATABASE,
            "database_user": USER,
            "database_password": f"database-{SECRET}",
            "database_sslmode": "disable",
            "listen_port": listen,
            "max_client_connections": 100,
            "server_pool_size": 5,
        }
    ).variables()
    probe = PGBOUNCER_CONTAINER.probe.replace(str(PGBOUNCER_CONTAINER.port), str(listen))
    with store.running(_tag(PGBOUNCER), variables=variables) as container:
        wait_until(lambda: container.answers(probe), what=probe, seconds=START_SECONDS)

        assert _connects(listen, sslmode="require"), container.log
        assert not _connects(listen, sslmode="disable")
        assert not _connects(listen, sslmode="require", password="wrong")
        assert container.stop(seconds=STOP_SECONDS) == 0, container.log
        assert SECRET not in container.log


def test_livekit_ends_when_told(livekit: Container) -> None:
    """The last of this file: the others need it."""
    assert livekit.stop(seconds=STOP_SECONDS) == 0, livekit.log


def _tag(image: Image) -> str:
    return f"localhost/{image.name}"


def _variables(service: Service) -> dict[str, str]:
    """As compose reads them, with a secret of this run and keys that open nothing."""
    found: dict[str, Any] = service["environment"]
    filled = {name: re.sub(r"\$\{VOICEPLANE_SECRET[^}]*\}", SECRET, value) for name, value in found.items()}
    return {name: re.sub(r"\$\{\w+:-\}", "nobody's", value) for name, value in filled.items()}


@contextmanager
def _beside(module: str, *arguments: str, **told: str) -> Iterator[None]:
    """Run one of the laptop's servers."""
    path = f"{ROOT}{os.pathsep}{ROOT / 'constructs'}"
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1", "PYTHONPATH": path}
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], env={**os.environ, **keys, **told}, stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _connects(port: int, *, sslmode: str, password: str = f"database-{SECRET}") -> bool:
    told: dict[str, Any] = {"host": LOOPBACK, "port": port, "user": USER, "dbname": DATABASE, "connect_timeout": 5}
    try:
        with psycopg.connect(**told, password=password, sslmode=sslmode) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _gets(url: str, container: Container) -> bool:
    """Ask from outside, with the probe that our images have."""
    assert container.state["Running"], container.log
    return (
        subprocess.run([sys.executable, "-m", "runtime.kit.probe", url], cwd=ROOT, capture_output=True).returncode == 0
    )
