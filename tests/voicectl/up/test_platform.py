"""The table of processes: every container of the contract, with variables that its own class reads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contract import services
from contract.environment import ContainerEnv, LiveKitServerEnv
from contract.pools import POOLS
from voicectl.up.aws_metrics.environment import MeasuringEnv
from voicectl.up.backing import backing
from voicectl.up.errors import MachineUnfit, UnknownProcess
from voicectl.up.platform import PORTS, Place, processes
from voicectl.up.process import Process, select
from voicectl.up.state import Keys

ONLY_ON_AWS = {"egress", "flower", "pgbouncer"}


def table(
    folder: Path, variables: Mapping[str, str] | None = None, *, binary: Path | None = Path("/cache/livekit-server")
) -> dict[str, Process]:
    """The processes of a machine, by name."""
    variables = variables or {}
    keys, ports = Keys(), dict(zip(PORTS, range(20000, 20100, 2), strict=False))
    own = backing(variables, keys=keys, ports=ports)
    place = Place(
        folder=folder, temporary=folder, variables=variables, keys=keys, ports=ports, backing=own, binary=binary
    )
    return {process.name: process for process in processes(place)}


def classes() -> dict[str, type[ContainerEnv]]:
    """The class of each container that runs on a laptop, by the name of its process."""
    pools = {f"celery-{pool.name}": services.CELERY.environment for pool in POOLS}
    single = {each.name: each.environment for each in services.CONTAINERS if each.name not in ONLY_ON_AWS | {"celery"}}
    return {**single, **pools}


def test_every_container_of_the_contract_runs(tmp_path: Path) -> None:
    """A service that is added there and forgotten here would be missing on laptops only."""
    assert classes().keys() <= table(tmp_path).keys()


@pytest.mark.parametrize("name", classes())
def test_its_variables_are_what_its_class_reads(tmp_path: Path, name: str) -> None:
    """The same classes are bound in the stacks: a process that starts here has all it needs there."""
    process = table(tmp_path)[name]

    read: Any = classes()[name].read(process.environment)

    if not isinstance(read, LiveKitServerEnv):
        assert (read.environment, read.listen_host) == ("local", "127.0.0.1")
        assert read.service == name.partition("-")[0], "a worker's service is its container, whatever its pool"
    if process.ports and not isinstance(read, LiveKitServerEnv):
        assert process.ports == (read.local_port,)


def test_no_secret_is_on_a_command_line(tmp_path: Path) -> None:
    """Every user of a machine may list its processes."""
    keys = Keys()
    secrets = [value for name, value in keys.model_dump(mode="json").items() if name != "livekit_api_key"]
    ports = dict(zip(PORTS, range(20000, 20100, 2), strict=False))
    own = backing({}, keys=keys, ports=ports)
    rows = processes(
        Place(folder=tmp_path, temporary=tmp_path, variables={}, keys=keys, ports=ports, backing=own, binary=None)
    )

    assert [row.name for row in rows if any(secret in word for secret in secrets for word in row.command)] == []
    assert [row.name for row in rows if any(secret in repr(row) for secret in secrets)] == []


def test_nothing_of_the_persons_account_reaches_a_process(tmp_path: Path) -> None:
    """A laptop's platform must not write into a real bucket, nor pay for a real provider."""
    own = {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "real", "OPENAI_API_KEY": "sk-real", "PATH": "/bin"}

    for process in table(tmp_path, own).values():  # the build, which only downloads, is not among them
        assert "AWS_PROFILE" not in process.environment
        assert process.environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
        assert "real" not in process.environment.values()
        assert process.environment.get("OPENAI_API_KEY", "local") == "local"


def test_servers_that_are_named_are_used_and_not_started(tmp_path: Path) -> None:
    """Some have a database that they like to look into."""
    rows = table(
        tmp_path,
        {
            "DATABASE_URL": "postgresql://ann:p%40ss@db.example:6000/calls?sslmode=require",
            "REDIS_URL": "rediss://:word@redis.example:6380/3",
            "LIVEKIT_URL": "wss://livekit.example",
            "LIVEKIT_API_KEY": "theirs",
            "LIVEKIT_API_SECRET": "s" * 32,
        },
    )
    variables = rows["api"].environment

    assert not {"postgres", "valkey", "livekit", "livekit-build", "guardian"} & rows.keys()
    assert variables["DATABASE_HOST"] == "db.example"
    assert (variables["DATABASE_USER"], variables["DATABASE_PASSWORD"]) == ("ann", "p@ss")
    assert (variables["DATABASE_NAME"], variables["DATABASE_SSLMODE"]) == ("calls", "require")
    assert variables["LIVE_REDIS_URL"] == "rediss://redis.example:6380/0"
    assert (variables["BROKER_REDIS_URL"], variables["BROKER_REDIS_PASSWORD"]) == (
        "rediss://redis.example:6380/1",
        "word",
    )
    assert (variables["LIVEKIT_URL"], variables["LIVEKIT_API_KEY"]) == ("wss://livekit.example", "theirs")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"DATABASE_URL": "mysql://db/x"}, "DATABASE_URL is not postgres://user:password@host:port/name"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL is not redis://user:password@host:port/name"),
        ({"LIVEKIT_URL": "wss://x"}, "LIVEKIT_URL is set without LIVEKIT_API_KEY and LIVEKIT_API_SECRET"),
    ],
)
def test_a_variable_that_cannot_be_used_is_refused_without_its_value(
    tmp_path: Path, variables: dict[str, str], message: str
) -> None:
    """There may be a password in it."""
    with pytest.raises(MachineUnfit, match=message):
        table(tmp_path, variables)


def test_without_a_server_it_is_built_while_the_rest_starts(tmp_path: Path) -> None:
    """Only what needs LiveKit waits for it."""
    rows = table(tmp_path, binary=None)

    assert rows["livekit"].needs == ("livekit-build",)
    assert rows["livekit-build"].once
    assert rows["livekit-build"].optional
    assert [row.name for row in rows.values() if "livekit-build" in row.after] == []


def test_what_aws_would_measure_is_measured_beside_it(tmp_path: Path) -> None:
    """It reaches what containers reach, waits for none of it, and is nobody's reason to stop."""
    measuring = table(tmp_path, {"REDIS_URL": "rediss://:word@redis.example:6380/3"})["aws-metrics"]

    environment = MeasuringEnv.read(measuring.environment)

    assert (environment.database_host, environment.database_via_pgbouncer) == ("127.0.0.1", False)
    assert environment.live_redis_url == "rediss://redis.example:6380/0"
    assert measuring.after == ("aws",)
    assert (measuring.needs, measuring.optional, measuring.once) == ((), True, False)


def test_everything_that_is_waited_for_is_in_the_table(tmp_path: Path) -> None:
    """A name that is spelt wrong would be waited for by nobody."""
    rows = table(tmp_path, binary=None)

    assert {name for row in rows.values() for name in (*row.after, *row.needed)} <= rows.keys()


def test_some_can_be_chosen_and_some_left_out(tmp_path: Path) -> None:
    """In the order of the table, whatever the order of the wish."""
    rows = table(tmp_path).values()

    assert [row.name for row in select(rows, only=["valkey", "postgres"])] == ["postgres", "valkey"]
    assert "page" not in [row.name for row in select(rows, without=["page"])]
    with pytest.raises(UnknownProcess, match="there is no process pgae"):
        select(rows, without=["pgae"])
