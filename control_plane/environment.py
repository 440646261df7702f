"""Which of the contract's classes this process reads its variables with: its SERVICE says."""

from collections.abc import Mapping
from typing import TypeVar

from contract.environment import BrokerEnv, CeleryEnv, ControlPlaneEnv, ProcessEnv
from contract.pools import POOLS, Pool
from contract.services import CONTAINERS, Container
from control_plane.errors import Unconfigured

Environment = TypeVar("Environment", bound=ControlPlaneEnv)


def read_environment(variables: Mapping[str, str]) -> ControlPlaneEnv:
    """Answer the variables of the control plane's process that SERVICE names.

    Raises:
        Unconfigured: SERVICE is not set, or names no process of the control plane.
        EnvironmentUnreadable: A variable is missing or malformed.
    """
    classes = {each.name: each.environment for each in CONTAINERS if issubclass(each.environment, ControlPlaneEnv)}
    service = variables.get("SERVICE", "")
    if service not in classes:
        raise Unconfigured(f"SERVICE is {service!r}; set it to one of {', '.join(sorted(classes))}")
    read = classes[service].read(variables)
    assert isinstance(read, ControlPlaneEnv)
    return read


def narrow(environment: ControlPlaneEnv, kind: type[Environment]) -> Environment:
    """Answer the environment as what an entry point needs it to be.

    Raises:
        Unconfigured: The entry point was started with another service's variables.
    """
    if not isinstance(environment, kind):
        raise Unconfigured(f"SERVICE is {environment.service!r}, whose variables are not {kind.__name__}")
    return environment


def pool_of(environment: CeleryEnv) -> Pool:
    """Answer the pool that a worker belongs to.

    Raises:
        Unconfigured: The contract has none of this name.
    """
    pools = {pool.name: pool for pool in POOLS}
    if environment.celery_pool not in pools:
        raise Unconfigured(f"CELERY_POOL is {environment.celery_pool!r}; set it to one of {', '.join(pools)}")
    return pools[environment.celery_pool]


def port_of(environment: ProcessEnv, container: Container) -> int:
    """Where a process listens: on a laptop as it is told, on AWS as the contract says."""
    return environment.local_port or container.health_port


def broker_url(environment: BrokerEnv) -> str:
    """Answer Celery's URL of the broker, its password inside; TLS checks the server's certificate."""
    url = environment.broker_redis_url
    if environment.broker_redis_password:
        scheme, _, address = url.partition("://")
        url = f"{scheme}://:{environment.broker_redis_password.get_secret_value()}@{address}"
    return f"{url}?ssl_cert_reqs=required" if url.startswith("rediss://") else url
