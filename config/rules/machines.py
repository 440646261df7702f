"""Does AWS offer the machines and task sizes that are asked for?"""

from collections.abc import Iterable, Iterator
from typing import Final

from config.aws_regions import LACKING
from config.faults import Fault, conflict, fault
from config.instances import CACHES, DATABASES, NODES
from config.schema import Environment
from config.sections.capacity import TaskSize
from config.words import did_you_mean, listed
from contract.pools import POOLS

# AWS: "Amazon ECS task CPU and memory" on Fargate, Linux.
FARGATE_MIB: Final[dict[int, tuple[int, ...]]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}


def machines_exist(environment: Environment) -> Iterator[Fault]:
    """Instance and node types are ones that AWS offers."""
    data = environment.data
    yield from _unknown("media.livekit.instance_type", environment.media.livekit.instance_type, NODES)
    yield from _unknown("data.database.instance_type", data.database.instance_type, DATABASES)
    yield from _unknown("data.live.node_type", data.live.node_type, CACHES)
    yield from _unknown("data.broker.node_type", data.broker.node_type, CACHES)


def regions_have_machines(environment: Environment) -> Iterator[Fault]:
    """Each region offers the families that are asked for; Valkey for live state stands in every region."""
    data, home = environment.data, [environment.region]
    everywhere = home + [further.name for further in environment.regions]
    for dotted, name, regions in (
        ("data.database.instance_type", f"db.{data.database.instance_type}", home),
        ("data.broker.node_type", data.broker.node_type, home),
        ("data.live.node_type", data.live.node_type, everywhere),
    ):
        family = name.rpartition(".")[0]
        for region in regions:
            if family in LACKING.get(region, ()):
                yield fault(
                    dotted, allowed=f"{region} does not offer the family {family}", remedy="choose another family"
                )


def fargate_sizes_exist(environment: Environment) -> Iterator[Fault]:
    """Fargate offers certain pairs of CPU and memory only."""
    for section, size in task_sizes(environment).items():
        if size.cpu_units not in FARGATE_MIB:
            yield fault(
                f"{section}.cpu_units",
                allowed=f"Fargate offers {listed(map(str, FARGATE_MIB), last='or')} units",
                remedy=f"set it to {_next(size.cpu_units, FARGATE_MIB)}",
            )
        elif size.memory_mib not in FARGATE_MIB[size.cpu_units]:
            yield _unfit(section, size)


def task_sizes(environment: Environment) -> dict[str, TaskSize]:
    """Answer the size of every Fargate task by its key."""
    background = environment.background
    return {
        "media.egress.size": environment.media.egress.size,
        "agent.size": environment.agent.size,
        "api.size": environment.api.size,
        "websocket.size": environment.websocket.size,
        **{f"celery.{pool.name}.size": getattr(environment.celery, pool.name).size for pool in POOLS},
        "background.beat_size": background.beat_size,
        "background.supervisor_size": background.supervisor_size,
        "background.migration_size": background.migration_size,
    }


def _unfit(section: str, size: TaskSize) -> Fault:
    offered = FARGATE_MIB[size.cpu_units]
    step = offered[-1] - offered[-2]
    shown = listed(map(str, offered)) if len(offered) <= 4 else f"{offered[0]} to {offered[-1]} in steps of {step}"
    return conflict(
        f"{section}.memory_mib",
        f"{section}.cpu_units",
        allowed=f"with {section}.cpu_units {size.cpu_units} Fargate offers {section}.memory_mib {shown}",
        remedy=f"set {section}.memory_mib to {_next(size.memory_mib, offered)}",
    )


def _next(wanted: int, offered: Iterable[int]) -> int:
    """Answer the smallest that is enough, or the largest there is."""
    return min((each for each in offered if each >= wanted), default=max(offered))


def _unknown(dotted: str, name: str, known: Iterable[str]) -> Iterator[Fault]:
    if name in known:
        return
    families = sorted({each.rpartition(".")[0] for each in known})
    yield fault(
        dotted,
        allowed=f"known are the families {listed(families)}",
        remedy=did_you_mean(name, known, otherwise="choose one of them"),
    )
