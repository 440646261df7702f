"""Are the bounds of every tier possible, and do the calls that a task holds fit into it?"""

import math
from collections.abc import Iterator

from config.faults import Fault, conflict, fault
from config.schema import Environment
from config.sections.capacity import TaskSize
from config.tiers import TIER_KEYS, TIERS, bounds_in_windows, floor
from contract.pipelines import AGENT_BASE_GIB, AGENT_TARGET_LOAD, PIPELINES, Pipeline

API_FLOOR = 2  # one task is no service during a deployment or the loss of a zone (S81)


def bounds_are_ordered(environment: Environment) -> Iterator[Fault]:
    """No floor is above its ceiling."""
    for tier, tasks_of in TIERS.items():
        tasks = tasks_of(environment)
        if tasks.min > tasks.max:
            low, high = f"{TIER_KEYS[tier]}.tasks.min", f"{TIER_KEYS[tier]}.tasks.max"
            yield conflict(
                low,
                high,
                allowed=f"{low} {tasks.min} must not be more than {high} {tasks.max}",
                remedy=f"lower {low} or raise {high}",
            )


def api_has_two_tasks(environment: Environment) -> Iterator[Fault]:
    """The API never has fewer than two tasks: not at night, not in a window, not fixed."""
    tasks = environment.api.tasks
    remedy = f"raise it to {API_FLOOR} or more"
    allowed = f"the API has at least {API_FLOOR} tasks always"
    if tasks.fixed is not None and tasks.fixed < API_FLOOR:
        yield fault("api.tasks.fixed", allowed=allowed, remedy=remedy)
    if tasks.min < API_FLOOR:
        yield fault("api.tasks.min", allowed=allowed, remedy=remedy)
    for path, bounds in bounds_in_windows(environment, "api"):
        if bounds.min < API_FLOOR:
            yield fault(*path, "min", allowed=allowed, remedy=remedy)


def sessions_fit_agent(environment: Environment) -> Iterator[Fault]:
    """An agent task holds no more calls than its CPU and memory carry on the heaviest pipeline (ruling X4)."""
    agent = environment.agent
    yield from _fit(
        "agent", "sessions_per_task", wanted=agent.sessions_per_task, size=agent.size, names=agent.pipelines
    )


def voice_fits_websocket(environment: Environment) -> Iterator[Fault]:
    """A WebSocket task carries no more voice calls than an agent task of its size would."""
    websocket, names = environment.websocket, environment.agent.pipelines
    yield from _fit("websocket", "voice_capacity", wanted=websocket.voice_capacity, size=websocket.size, names=names)


def idle_floor_is_enough(environment: Environment) -> Iterator[Fault]:
    """An idle fleet at its floor has the free slots it wants; else it would grow and shrink for ever."""
    agent = environment.agent
    slots = floor(environment, "agent") * agent.sessions_per_task
    if agent.tasks.fixed is None and agent.scaling.free_slots > slots:
        yield conflict(
            "agent.scaling.free_slots",
            "agent.tasks.min",
            "agent.sessions_per_task",
            *((*path, "min") for path, _ in bounds_in_windows(environment, "agent")),
            allowed=f"agent.scaling.free_slots must not be more than the {slots} slots of the fleet's floor",
            remedy="lower agent.scaling.free_slots or raise agent.tasks.min",
        )


def most_sessions(size: TaskSize, *, pipeline: Pipeline) -> int:
    """Answer how many calls of one pipeline fit into a task."""
    by_cpu = AGENT_TARGET_LOAD * size.cpu_units / 1024 / pipeline.vcpu_per_session
    by_memory = (size.memory_mib / 1024 - AGENT_BASE_GIB) / pipeline.gib_per_session
    return max(0, math.floor(round(min(by_cpu, by_memory), 6)))  # rounded, or 0.7 * 2 / 0.07 would be 19


def _fit(service: str, field: str, *, wanted: int, size: TaskSize, names: tuple[str, ...]) -> Iterator[Fault]:
    enabled = [pipeline for pipeline in PIPELINES if pipeline.name in names] or list(PIPELINES)
    heaviest = min(enabled, key=lambda pipeline: most_sessions(size, pipeline=pipeline))
    most = most_sessions(size, pipeline=heaviest)
    if wanted <= most:
        return
    yield conflict(
        f"{service}.{field}",
        f"{service}.size.cpu_units",
        f"{service}.size.memory_mib",
        "agent.pipelines",
        allowed=(
            f"{service}.{field} is at most {most} with {size.cpu_units} CPU units and {size.memory_mib} MiB, "
            f"because {heaviest.name} takes {heaviest.vcpu_per_session} vCPU a call out of {AGENT_TARGET_LOAD:.0%}, "
            f"and {heaviest.gib_per_session} GiB a call beside {AGENT_BASE_GIB} GiB"
        ),
        remedy=f"lower {service}.{field} to {most} or less, or raise {service}.size",
    )
