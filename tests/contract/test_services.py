"""Containers, pools and pipelines have names, ports, commands and times that fit each other."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import pytest

from contract import images, pipelines, pools, services, timing
from contract.environment import ProviderKeys
from contract.images import IMAGES
from contract.media import EGRESS_PROMETHEUS_PORT, MediaPorts
from contract.pipelines import DEPLOYABLE_PIPELINES, PIPELINES, Pipeline
from contract.pools import POOLS, VISIBILITY_TIMEOUT_SECONDS, Pool
from contract.services import CONTAINERS, Container
from contract.session import SessionMetadata
from contract.timing import Timing

EACH_CONTAINER = pytest.mark.parametrize("container", CONTAINERS, ids=lambda container: container.name)
EACH_POOL = pytest.mark.parametrize("pool", POOLS, ids=lambda pool: pool.name)
EACH_PIPELINE = pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda pipeline: pipeline.name)
OURS = {"agent", "control-plane", "gateway", "guardian"}  # images with our Python in them


@pytest.mark.parametrize(
    ("module", "kind", "table"),
    [
        (services, Container, CONTAINERS),
        (pools, Pool, POOLS),
        (pipelines, Pipeline, PIPELINES),
        (images, images.Image, IMAGES),
    ],
    ids=["containers", "pools", "pipelines", "images"],
)
def test_a_table_has_everything_once(module: object, kind: type[Any], table: tuple[Any, ...]) -> None:
    """What is defined and not in the table is built by nobody."""
    tables = [value for name, value in vars(module).items() if isinstance(value, kind) and not name.endswith("_IMAGE")]

    assert [each.name for each in tables] == [each.name for each in table]
    assert _twice(each.name for each in table) == set()


@EACH_CONTAINER
def test_a_container_runs_an_image_that_is_built(container: Container) -> None:
    """An image outside the table has no repository."""
    assert container.image in IMAGES
    assert re.fullmatch(r"[a-z]+", container.name)


@EACH_CONTAINER
def test_our_containers_are_started_as_modules(container: Container) -> None:
    """A script would have its own folder on the path; a control_plane/celery.py would be Celery."""
    if container.image.name in OURS:
        python, module, name = container.command

        assert (python, module) == ("python", "-m")
        assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", name)


@EACH_CONTAINER
def test_what_a_container_runs_is_in_its_image(container: Container) -> None:
    """A module outside the image's sources is missing in it, and its change would not make a new tag."""
    probe = re.findall(r"python -m (\S+)", container.probe)
    modules = [*container.command[2:], *probe] if container.image.name in OURS else []

    for module in modules:
        path = module.replace(".", "/")
        assert any(path == source or path.startswith(f"{source}/") for source in container.image.sources), module


@EACH_CONTAINER
def test_a_probe_asks_the_port_that_answers(container: Container) -> None:
    """On its own loopback, at a path; a probe of another port is a task that is replaced for ever."""
    if not container.probe.startswith("python"):
        assert str(container.port) in container.probe or not container.probe
        return
    command, url = container.probe.rsplit(" ", 1)

    assert command == "python -m runtime.kit.probe"
    assert (urlsplit(url).hostname, urlsplit(url).port) == ("127.0.0.1", container.health_port)
    assert urlsplit(url).path.startswith("/")


@EACH_CONTAINER
def test_every_port_can_be_listened_on_without_root(container: Container) -> None:
    """Images run as a user of their own."""
    for port in {container.port, container.health_port} - {0}:
        assert 1024 <= port < 32768  # above begin the ports that the kernel gives to clients


@pytest.mark.parametrize("mux", [False, True])
def test_a_media_node_has_every_port_once(mux: bool) -> None:
    """LiveKit and its guardian share the host's network: the second to come is refused its port."""
    ports = MediaPorts(rtc_udp_mux=mux)
    tcp = [ports.signal, ports.rtc_tcp, ports.turn_tls, ports.prometheus, services.GUARDIAN.health_port]
    udp = [*range(ports.rtc_udp_first, ports.rtc_udp_last + 1), ports.turn_udp]
    udp += range(ports.turn_relay_first, ports.turn_relay_last + 1)

    assert _twice(tcp) == _twice(udp) == set()
    assert ports.signal == services.LIVEKIT.port


def test_an_egress_task_has_every_port_once() -> None:
    """The containers of a task share one loopback."""
    ports = [services.EGRESS.health_port, EGRESS_PROMETHEUS_PORT, services.GUARDIAN.health_port]

    assert _twice(ports) == set()


@pytest.mark.parametrize(
    "container", [each for each in CONTAINERS if each is not services.GUARDIAN], ids=lambda container: container.name
)
def test_a_port_of_one_container_is_no_other_ones_on_a_laptop(container: Container) -> None:
    """The local platform runs one of each beside the others; workers without a listener answer probes only."""
    others = [each for each in CONTAINERS if each is not container and each.port]

    assert not container.port or container.port not in [each.port for each in others]


@EACH_POOL
def test_a_pool_has_its_own_queue(pool: Pool) -> None:
    """On a shared queue, notifications would wait behind recordings."""
    assert [each.name for each in POOLS if each.queue == pool.queue] == [pool.name]
    assert re.fullmatch(r"[a-z][a-z0-9-]*", pool.name)
    assert pool.meaning.endswith(".")


@EACH_POOL
def test_the_broker_waits_for_a_pools_longest_task(pool: Pool) -> None:
    """A task that is given to a second worker while the first still runs is done twice (facts: reliability B2)."""
    assert 2 * pool.task_time_limit_seconds < VISIBILITY_TIMEOUT_SECONDS


@EACH_POOL
def test_a_pool_fits_fargate(pool: Pool) -> None:
    """Fargate takes these sizes only, and memory from two to eight GiB a vCPU."""
    assert pool.cpu_units in (256, 512, 1024, 2048, 4096)
    assert 2 * pool.cpu_units <= pool.memory_mib <= 8 * pool.cpu_units
    assert pool.memory_mib % 1024 == 0
    assert pool.concurrency >= 1
    assert pool.max_workers >= 1


@EACH_PIPELINE
def test_a_pipeline_asks_for_secrets_that_exist(pipeline: Pipeline) -> None:
    """A secret without a field is bound to nothing, and the first call finds out."""
    assert set(pipeline.secrets) <= set(ProviderKeys.model_fields)
    assert _twice(pipeline.secrets) == set()
    for provider in set(pipeline.providers) - {"local"}:
        assert [secret for secret in pipeline.secrets if secret.startswith(provider)], provider


def test_no_key_is_kept_that_no_pipeline_needs() -> None:
    """A key that nobody asks for is one that nobody rotates."""
    assert {secret for pipeline in PIPELINES for secret in pipeline.secrets} == set(ProviderKeys.model_fields)


@EACH_PIPELINE
def test_a_pipelines_name_fits_the_wire(pipeline: Pipeline) -> None:
    """It is a value of `simulation_service`, a part of a comma-separated variable and a metric's label."""
    call = {"session_id": "s", "callback_token": "t" * 16, "simulation_service": pipeline.name}

    assert re.fullmatch(r"[a-z][a-z_]*", pipeline.name)
    assert SessionMetadata.model_validate(call)


def test_the_pipeline_without_keys_is_not_deployed() -> None:
    """Its models are for a laptop; on AWS it would take a whole task for one call."""
    assert {pipeline.name for pipeline in PIPELINES} - {pipeline.name for pipeline in DEPLOYABLE_PIPELINES} == {"local"}


@EACH_CONTAINER
def test_a_container_is_up_before_a_call_would_be_given_up(container: Container) -> None:
    """The first probe that counts comes before the emergency stop and the room's own timeout would."""
    assert 0 < container.grace_seconds <= timing.FARGATE_STOP_TIMEOUT_SECONDS


def test_defaults_stay_within_what_aws_and_livekit_allow() -> None:
    """What a file leaves out must be right in every account."""
    call = Timing()
    longest_wait = call.max_call_seconds + call.post_call_seconds + call.handoff_seconds

    assert call.emergency_stop_seconds <= timing.FARGATE_STOP_TIMEOUT_SECONDS
    assert call.deregistration_seconds <= call.emergency_stop_seconds
    assert call.livekit_stop_timeout_seconds > call.max_call_seconds
    assert longest_wait < timing.CLOUDFORMATION_WAIT_SECONDS
    assert call.max_call_seconds + call.rejoin_window_seconds <= timing.LIVE_STATE_SECONDS


def test_our_own_clocks_are_in_step() -> None:
    """Each waits for several beats of the one before it."""
    assert timing.AGENT_LOST_SECONDS >= 4 * timing.AGENT_HEARTBEAT_SECONDS
    assert 2 * timing.GUARDIAN_SECONDS <= timing.PUBLISH_SECONDS
    assert timing.LIVEKIT_API_SECONDS > 4  # a call about a dead node fails after 3.0 s (facts: livekit §9)
    assert Timing().join_window_seconds > timing.AGENT_JOIN_SECONDS * timing.DISPATCH_ATTEMPTS
    assert Timing().rejoin_window_seconds > timing.SIGNAL_RELAY_RETRY_SECONDS


def _twice(values: Iterable[object]) -> set[object]:
    return {value for value, times in Counter(values).items() if times > 1}
