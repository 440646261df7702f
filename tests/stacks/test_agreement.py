"""Template and contract agree on every container: its variables, its secrets, its command, its port, its image."""

import re
from urllib.parse import urlsplit

import pytest

from contract.environment import EnvironmentUnreadable
from contract.services import CONTAINERS, FLOWER
from tests.stacks.containers import Deployed, containers_of
from tests.stacks.values import Values
from tests.synthesis import Syntheses, Synthesis
from voice_constructs.binding import is_secret
from voicectl.review.templates import Assembly


@pytest.fixture(scope="module")
def containers(assembly: Assembly) -> list[Deployed]:
    """Every container of each shipped environment in turn."""
    return list(containers_of(assembly))


def test_every_container_can_read_its_variables(containers: list[Deployed]) -> None:
    """A missing or malformed variable would be found at the first deployment, by a task that does not start."""
    for container in containers:
        container.contract.environment.read(container.process_environment)


def test_every_variable_is_one_that_the_process_reads(containers: list[Deployed]) -> None:
    """A variable with a slip in its name is silently ignored by the process."""
    unread = {str(container): set(container.process_environment) - _names(container) for container in containers}

    assert {name: extra for name, extra in unread.items() if extra} == {}


def test_secrets_come_from_secrets_manager_and_nothing_else_does(containers: list[Deployed]) -> None:
    """A plain secret is readable by everybody who may describe a task definition."""
    for container in containers:
        fields = container.contract.environment.model_fields
        secret = {name.upper() for name, field in fields.items() if is_secret(field)}
        required = {name.upper() for name, field in fields.items() if is_secret(field) and field.is_required()}

        assert required <= set(container.secrets) <= secret, container
        assert not set(container.variables) & secret, container


def test_commands_ports_and_probes_are_the_contracts(containers: list[Deployed]) -> None:
    """The process listens where the contract says; ECS and load balancers must look there."""
    for container in containers:
        contract, definition = container.contract, container.definition
        probe = definition.get("HealthCheck", {})
        ports = [mapping["ContainerPort"] for mapping in definition.get("PortMappings", [])]

        assert tuple(definition.get("EntryPoint", ())) == contract.entry_point, container
        assert tuple(definition.get("Command", ())) == contract.command, container
        assert probe.get("Command", ["CMD-SHELL", ""]) == ["CMD-SHELL", contract.probe], container
        assert probe.get("StartPeriod", contract.grace_seconds) == contract.grace_seconds, container
        assert contract.port in ports or contract.port == 0, container


def test_images_come_from_the_environments_own_repositories(synthesis: Synthesis) -> None:
    """An image of another environment, or of a public registry, would be one that nobody has tested or scanned."""
    values = Values(synthesis.assembly)
    for container in containers_of(synthesis.assembly):
        registry, _, path = values.text(container.definition["Image"], stack=container.stack).partition("/")
        repository, _, tag = path.partition(":")

        assert registry == f"123456789012.dkr.ecr.{synthesis.environment.region}.amazonaws.com"
        assert repository == f"voiceplane-{synthesis.environment.name}/{container.contract.image.name}"
        assert re.fullmatch(r"sha-[0-9a-f]{40}|v\d+\.\d+\.\d+", tag), container


def test_production_runs_every_container_but_flower(prod: Synthesis) -> None:
    """A container that no template runs is dead, and its agreement with the contract unproven."""
    running = {container.contract.name for container in containers_of(prod.assembly)}

    # PgBouncer is the largest preset's; test_places.py checks it there.
    assert running == {container.name for container in CONTAINERS} - {"flower", "pgbouncer"}


@pytest.mark.parametrize(("environment", "expected"), [("dev", True), ("staging", True), ("prod", False)])
def test_flower_runs_outside_production_only(syntheses: Syntheses, environment: str, expected: bool) -> None:
    """Flower shows every task's arguments to whoever reaches it."""
    containers = [each for each in containers_of(syntheses.reviewed(environment).assembly) if each.contract is FLOWER]

    assert bool(containers) is expected


@pytest.mark.parametrize(("environment", "expected"), [("dev", "true"), ("staging", "false"), ("prod", "false")])
def test_silk_profiles_where_its_file_says_so(syntheses: Syntheses, environment: str, expected: str) -> None:
    """Silk keeps requests with their bodies; configuration refuses it in production."""
    told = {
        container.variables["SILK_ENABLED"]
        for container in containers_of(syntheses.reviewed(environment).assembly)
        if "SILK_ENABLED" in container.variables
    }

    assert told == {expected}


@pytest.mark.parametrize(
    "name",
    [
        "AGENT_NAME",
        "ARTEFACTS_BUCKET",
        "BROKER_REDIS_URL",
        "CALLBACK_URL",
        "LIVEKIT_API_KEY",
        "LIVEKIT_URL",
        "LIVE_REDIS_URL",
        "MAX_CALL_SECONDS",
        "PIPELINES",
        "RECORDINGS_BUCKET",
        "SCALE_IN_PROTECTION_SECONDS",
    ],
)
def test_containers_are_told_the_same(containers: list[Deployed], name: str) -> None:
    """Two processes with different ideas of one name never meet: a dispatch without agent, a queue without worker."""
    values = {container.variables[name] for container in containers if name in container.variables}

    assert len(values) == 1


def test_the_supervisor_watches_a_service_that_exists(synthesis: Synthesis) -> None:
    """It asks ECS by name; a wrong one would look like a fleet without tasks."""
    values = Values(synthesis.assembly)
    [supervisor] = [each for each in containers_of(synthesis.assembly) if each.contract.name == "supervisor"]

    services = {
        (values.properties(values.place(service.properties["Cluster"], stack=stack))["ClusterName"], name)
        for stack, service in synthesis.assembly.of_type("AWS::ECS::Service")
        if (name := service.properties["ServiceName"])
    }

    assert (supervisor.variables["AGENT_CLUSTER"], supervisor.variables["AGENT_SERVICE"]) in services


def test_every_address_that_a_container_is_told_has_a_record(synthesis: Synthesis) -> None:
    """A host name without a record is found by the first caller."""
    domain = synthesis.environment.domain.name
    records = {
        record.properties["Name"].rstrip(".") for _, record in synthesis.assembly.of_type("AWS::Route53::RecordSet")
    }
    page = f"{synthesis.environment.frontend.subdomain}.{domain}"  # Amplify makes this one

    told = {
        host
        for container in containers_of(synthesis.assembly)
        for value in container.variables.values()
        for host in _hosts(value)
        if host.endswith(domain)
    }

    assert told - {page} <= records
    assert {f"{label}.{domain}" for label in ("livekit", "internal", "api", "ws")} <= told


def test_bucket_names_are_those_of_the_buckets(synthesis: Synthesis) -> None:
    """The name is written twice on purpose, for exact permissions; the two must be the same."""
    values = Values(synthesis.assembly)
    buckets = {
        values.text(bucket.properties["BucketName"], stack=stack)
        for stack, bucket in synthesis.assembly.of_type("AWS::S3::Bucket")
        if "BucketName" in bucket.properties
    }

    told = {
        container.variables[name]
        for container in containers_of(synthesis.assembly)
        for name in ("RECORDINGS_BUCKET", "ARTEFACTS_BUCKET")
        if name in container.variables
    }

    assert told == buckets


def test_a_variable_that_is_taken_away_is_missed(prod: Synthesis) -> None:
    """The checks above must be able to fail."""
    agent = next(each for each in containers_of(prod.assembly) if each.contract.name == "agent")
    without = {name: value for name, value in agent.process_environment.items() if name != "LIVEKIT_URL"}

    with pytest.raises(EnvironmentUnreadable, match="LIVEKIT_URL: Field required"):
        agent.contract.environment.read(without)


def _names(container: Deployed) -> set[str]:
    return {name.upper() for name in container.contract.environment.model_fields}


def _hosts(value: str) -> set[str]:
    return {urlsplit(part).hostname or part for part in value.split(",")}
