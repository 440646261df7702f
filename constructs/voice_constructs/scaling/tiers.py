"""What each tier scales on: the table of design §2, one function a row.

Every function takes the tier's ECS service and its section of the configuration, and makes the scaling a
child of the service. Periods and statistics are said here, limits in the environment file.
"""

from typing import Final

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from config.sections.agent import Agent
from config.sections.capacity import ServiceSection
from config.sections.media import Egress, LiveKit
from config.sections.schedule import Schedule
from config.sections.web import Api, WebSocket
from config.sections.workers import CeleryPool
from contract import metrics
from contract.pools import Pool
from contract.services import AGENT, API, CELERY, EGRESS, LIVEKIT, WEBSOCKET
from voice_constructs.scaling.fleet import FleetScaling
from voice_constructs.scaling.rules import Forecast, Predefined, Rules, Steps, Tracking
from voice_constructs.scaling.signal import PER_TASK, Comparison, Signal, Source, published
from voice_constructs.scaling.sources import cpu, memory, response_time_p95
from voice_constructs.scaling.tracking import CPU, MEMORY, REQUESTS, service_metric

_ID: Final = "Scaling"
API_FLOOR: Final = 2  # S81: the API has two tasks always
# AWS's own target tracking scales in once a metric is a tenth below its target; a guard that a step-in
# respects is as far from asking for tasks again.
GUARD_QUIET: Final = 0.9
# Half the limit at two tasks is at most the limit at one, so a step in never asks for the next step out.
HALF: Final = 0.5


def scale_agent(service: ecs.BaseService, *, agent: Agent, schedule: Schedule, environment: str) -> FleetScaling:
    """Scale the agents on sessions; CPU and memory hardly move with them and only guard (ruling X3)."""
    sessions = published(metrics.SESSIONS_ACTIVE, statistic="Average", environment=environment)
    rules = Rules(
        tracking=_agent_guards(agent),
        steps=_agent_steps(service, agent, environment),
        forecast=_forecast(
            agent, target=agent.sessions_per_task * agent.scaling.utilization_percent / 100, load=sessions
        ),
        floor=0,
    )
    return FleetScaling(service, _ID, tier=AGENT.name, tasks=agent.tasks, schedule=schedule, rules=rules)


def _agent_guards(agent: Agent) -> tuple[Tracking, ...]:
    limits, seconds = agent.scaling, agent.scaling.scale_out.cooldown_seconds
    by_cpu = service_metric(CPU, high_resolution=agent.high_resolution)
    by_memory = service_metric(MEMORY, high_resolution=agent.high_resolution)
    return (
        Tracking("cpu", by_cpu, target=limits.cpu_percent, out_cooldown_seconds=seconds),
        Tracking("memory", by_memory, target=limits.memory_percent, out_cooldown_seconds=seconds),
    )


def _agent_steps(service: ecs.BaseService, agent: Agent, environment: str) -> Steps:
    """Answer the agents' steps; a whole task's slots must be free beyond the limit before one leaves."""
    limits = agent.scaling
    busy = published(metrics.SESSION_UTILIZATION, statistic="Average", environment=environment)
    free = published(metrics.FREE_SLOTS, statistic="Minimum", environment=environment)
    rejected = published(metrics.JOBS_REJECTED, statistic="Sum", environment=environment)
    waiting = published(metrics.ROOMS_WITHOUT_AGENT, statistic="Maximum", environment=environment)
    return Steps(
        signals=(
            Signal(busy, high=limits.utilization_percent, low=limits.low_utilization_percent),
            Signal(free, grows="<", high=limits.free_slots, low=limits.free_slots + agent.sessions_per_task),
            Signal(rejected, high=limits.rejected_jobs, low=1),
            Signal(waiting, grows=">", high=limits.rooms_without_agent, low=1),
        ),
        guards=(
            Signal(cpu(service), high=limits.cpu_percent, low=limits.cpu_percent * GUARD_QUIET),
            Signal(memory(service), high=limits.memory_percent, low=limits.memory_percent * GUARD_QUIET),
        ),
        waking=waiting,
        scale_out=limits.scale_out,
        scale_in=limits.scale_in,
    )


def scale_api(
    service: ecs.BaseService,
    *,
    api: Api,
    schedule: Schedule,
    target_group: elbv2.ApplicationTargetGroup,
    load_balancer: elbv2.ApplicationLoadBalancer,
) -> FleetScaling:
    """Scale the API by tracking CPU, memory, requests and response time, which only ever adds tasks.

    Args:
        target_group: Of the public load balancer, where callers' requests come.
    """
    limits = api.scaling
    out, in_ = limits.out_cooldown_seconds, limits.in_cooldown_seconds
    label = f"{load_balancer.load_balancer_full_name}/{target_group.target_group_full_name}"
    slow = response_time_p95(target_group, load_balancer)
    tracking = (
        Tracking("cpu", service_metric(CPU, high_resolution=api.high_resolution), limits.cpu_percent, out, in_),
        Tracking(
            "memory", service_metric(MEMORY, high_resolution=api.high_resolution), limits.memory_percent, out, in_
        ),
        Tracking("requests", Predefined(REQUESTS, label), limits.requests_per_target_per_minute, out, in_),
        # Response time does not fall by as much as tasks are added, so it may not decide on fewer.
        Tracking("response-time", slow, limits.response_time_p95_ms / 1000, out),
    )
    rules = Rules(tracking=tracking, forecast=_forecast(api, target=limits.cpu_percent), floor=API_FLOOR)
    return FleetScaling(service, _ID, tier=API.name, tasks=api.tasks, schedule=schedule, rules=rules)


def scale_websocket(
    service: ecs.BaseService, *, websocket: WebSocket, schedule: Schedule, environment: str
) -> FleetScaling:
    """Scale the WebSocket service on its own counts: the load balancer's know no target group (facts: aws E10)."""
    limits = websocket.scaling
    sockets = published(metrics.WEBSOCKET_CONNECTIONS, statistic="Average", environment=environment)
    rules = Rules(
        steps=Steps(
            signals=_websocket_signals(websocket, environment), scale_out=limits.scale_out, scale_in=limits.scale_in
        ),
        forecast=_forecast(websocket, target=limits.connections_per_task, load=sockets),
    )
    return FleetScaling(service, _ID, tier=WEBSOCKET.name, tasks=websocket.tasks, schedule=schedule, rules=rules)


def _websocket_signals(websocket: WebSocket, environment: str) -> tuple[Signal, ...]:
    limits, low = websocket.scaling, websocket.scaling.low_percent / 100
    sockets = published(metrics.WEBSOCKET_CONNECTIONS, statistic="Average", environment=environment)
    rate = published(metrics.WEBSOCKET_CONNECT_RATE, statistic="Average", environment=environment)
    voice = published(metrics.VOICE_SLOT_UTILIZATION, statistic="Average", environment=environment)
    signals = (
        _shared(sockets, high=limits.connections_per_task, low=limits.connections_per_task * low, grows=">="),
        _shared(
            rate, high=limits.connects_per_second_per_task, low=limits.connects_per_second_per_task * low, grows=">="
        ),
        Signal(voice, high=limits.voice_slots_percent, low=limits.voice_slots_percent * low),
    )
    # Without voice slots nobody publishes their use, and a missing signal would forbid every step in.
    return signals if websocket.voice_capacity else signals[:2]


def scale_pool(
    service: ecs.BaseService, *, pool: Pool, workers: CeleryPool, schedule: Schedule, environment: str
) -> FleetScaling:
    """Scale one Celery pool on its queue and its CPU; it may sleep without a task and wakes at the first message."""
    limits, low = workers.scaling, workers.scaling.low_percent / 100
    depth = published(metrics.QUEUE_DEPTH, statistic="Average", environment=environment, pool=pool.name)
    wait = published(metrics.QUEUE_WAIT, statistic="Maximum", environment=environment, pool=pool.name)
    steps = Steps(
        signals=(
            _shared(depth, high=limits.backlog_per_task, low=limits.backlog_per_task * low, grows=">"),
            Signal(wait, grows=">", high=limits.oldest_wait_seconds, low=limits.oldest_wait_seconds * low),
            _cpu(service, workers.high_resolution, high=limits.cpu_percent, low=limits.cpu_percent * low),
        ),
        waking=depth,
        scale_out=limits.scale_out,
        scale_in=limits.scale_in,
    )
    rules = Rules(steps=steps, forecast=_forecast(workers, target=limits.cpu_percent), floor=0)
    tier = f"{CELERY.name}-{pool.name}"
    return FleetScaling(service, _ID, tier=tier, tasks=workers.tasks, schedule=schedule, rules=rules)


def scale_livekit(service: ecs.BaseService, *, livekit: LiveKit, schedule: Schedule, environment: str) -> FleetScaling:
    """Scale LiveKit's nodes against their measured ceiling; each publishes its own values, so the average is a node's.

    The average of CPU too: LiveKit itself sends new rooms to the least loaded node, so one busy node
    alone is not helped by another.
    """
    limits, low = livekit.scaling, livekit.scaling.low_percent / 100
    participants, rooms = limits.ceiling_participants, limits.ceiling_participants / 2  # a call is two participants
    people = published(metrics.NODE_PARTICIPANTS, statistic="Average", environment=environment)
    calls = published(metrics.NODE_ROOMS, statistic="Average", environment=environment)
    packets = published(metrics.NODE_PACKETS, statistic="Average", environment=environment)
    steps = Steps(
        signals=(
            Signal(people, high=participants * limits.participants_percent / 100, low=participants * low),
            Signal(calls, high=rooms * limits.rooms_percent / 100, low=rooms * low),
            Signal(packets, high=limits.packets_per_second, low=limits.packets_per_second * low),
            _cpu(service, False, high=limits.cpu_percent, low=limits.cpu_percent * low),
        ),
        scale_out=limits.scale_out,
        scale_in=limits.scale_in,
    )
    return FleetScaling(
        service, _ID, tier=LIVEKIT.name, tasks=livekit.tasks, schedule=schedule, rules=Rules(steps=steps)
    )


def scale_egress(service: ecs.BaseService, *, egress: Egress, schedule: Schedule, environment: str) -> FleetScaling:
    """Scale egress on the recordings that its tasks could still start, and on CPU."""
    limits = egress.scaling
    free = published(metrics.RECORDING_SLOTS_FREE, statistic="Average", environment=environment)
    steps = Steps(
        signals=(
            Signal(free, grows="<", high=limits.free_slots, low=limits.idle_slots),
            _cpu(service, egress.high_resolution, high=limits.cpu_percent, low=limits.cpu_percent * HALF),
        ),
        scale_out=limits.scale_out,
        scale_in=limits.scale_in,
    )
    rules = Rules(steps=steps, forecast=_forecast(egress, target=limits.cpu_percent))
    return FleetScaling(service, _ID, tier=EGRESS.name, tasks=egress.tasks, schedule=schedule, rules=rules)


def _shared(source: Source, *, high: float, low: float, grows: Comparison) -> Signal:
    """Answer a count of the whole service as a value per running task."""
    return Signal(source, grows=grows, high=high, low=low, expression=PER_TASK)


def _cpu(service: ecs.BaseService, high_resolution: bool, *, high: float, low: float) -> Signal:
    """Answer CPU use as a signal; it must last a minute or two, since starting up takes CPU as well."""
    period, datapoints = (20, 3) if high_resolution else (60, 2)
    return Signal(cpu(service), high=high, low=low, period_seconds=period, datapoints=datapoints)


def _forecast(section: ServiceSection, *, target: float, load: Source | None = None) -> Forecast | None:
    return None if section.predictive == "off" else Forecast(section.predictive, target=target, load=load)
