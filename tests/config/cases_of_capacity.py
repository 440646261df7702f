"""What breaks the rules about tasks, scaling and connections."""

from config.rules import capacity, connections, scaling
from tests.config.rule_case import RuleCase, weekday, window

POOLER = "data.database.pgbouncer.enabled = true\n"

CAPACITY = (
    RuleCase(
        capacity.bounds_are_ordered,
        "agent.tasks = { min = 9, max = 8 }",
        "agent.tasks.min",
        kept="agent.tasks = { min = 8, max = 8 }",
    ),
    RuleCase(
        capacity.bounds_are_ordered,
        "celery.data.tasks.min = 5",
        "celery.data.tasks.min",
        kept="celery.data.tasks.min = 4",
    ),
    RuleCase(capacity.api_has_two_tasks, "api.tasks.min = 1", "api.tasks.min", kept="api.tasks.min = 2"),
    RuleCase(capacity.api_has_two_tasks, "api.tasks.fixed = 1", "api.tasks.fixed", kept="api.tasks.fixed = 2"),
    RuleCase(
        capacity.api_has_two_tasks,
        weekday(window(tasks="api = { min = 1, max = 3 }")),
        "schedule.weekday.0.tasks.api.min",
        kept=weekday(window(tasks="api = { min = 2, max = 3 }")),
    ),
    RuleCase(
        capacity.sessions_fit_agent,
        "agent.sessions_per_task = 11",
        "agent.sessions_per_task",
        kept="agent.sessions_per_task = 10",
    ),
    RuleCase(
        capacity.sessions_fit_agent,
        'agent.pipelines = ["azure_realtime"]\nagent.sessions_per_task = 21',
        "agent.sessions_per_task",
        kept='agent.pipelines = ["azure_realtime"]\nagent.sessions_per_task = 20',
    ),
    RuleCase(
        capacity.voice_fits_websocket,
        "websocket.size.cpu_units = 1024\nwebsocket.voice_capacity = 6",
        "websocket.voice_capacity",
        kept="websocket.size.cpu_units = 1024\nwebsocket.voice_capacity = 5",
    ),
    RuleCase(
        capacity.idle_floor_is_enough,
        "agent.scaling.free_slots = 21",
        "agent.scaling.free_slots",
        kept="agent.scaling.free_slots = 20",
    ),
    RuleCase(
        capacity.idle_floor_is_enough,
        "agent.tasks.min = 0",
        "agent.tasks.min",
        kept="agent.tasks.min = 0\nagent.scaling.free_slots = 0",
    ),
    RuleCase(
        scaling.quiet_is_below_busy,
        "media.livekit.scaling.low_percent = 60",
        "media.livekit.scaling.low_percent",
        kept="media.livekit.scaling.low_percent = 59",
    ),
    RuleCase(
        scaling.quiet_is_below_busy,
        "agent.scaling.utilization_percent = 40",
        "agent.scaling.utilization_percent",
        kept="agent.scaling.utilization_percent = 41",
    ),
    RuleCase(
        scaling.quiet_is_below_busy,
        "media.egress.scaling.idle_slots = 1.0",
        "media.egress.scaling.idle_slots",
        kept="media.egress.scaling.idle_slots = 1.5",
    ),
    RuleCase(
        scaling.shrinks_slower_than_it_grows,
        "websocket.scaling.scale_in.step = 2",
        "websocket.scaling.scale_in.step",
        kept="websocket.scaling.scale_in = { step = 2, cooldown_seconds = 120 }",
    ),
    RuleCase(
        scaling.api_shrinks_slower,
        "api.scaling.in_cooldown_seconds = 59",
        "api.scaling.in_cooldown_seconds",
        kept="api.scaling.in_cooldown_seconds = 60",
    ),
)

CONNECTIONS = (
    RuleCase(
        connections.pools_fit,
        "data.database.max_connections = 162",
        "data.database.max_connections",
        kept="data.database.max_connections = 163",
    ),
    RuleCase(connections.pools_fit, "api.tasks.max = 7", "api.tasks.max", kept="api.tasks.max = 6"),
    RuleCase(
        connections.pools_fit,
        "celery.voice.concurrency = 7",
        "celery.voice.concurrency",
        kept="celery.voice.concurrency = 6",
    ),
    RuleCase(
        connections.pools_fit,
        weekday(window(tasks="api = { min = 2, max = 7 }")),
        "data.database.pool_size",
        kept=weekday(window(tasks="api = { min = 2, max = 6 }")),
    ),
    RuleCase(
        connections.pools_fit,
        f"{POOLER}data.database.pgbouncer.server_pool_size = 90",
        "data.database.pgbouncer.server_pool_size",
        kept=f"{POOLER}data.database.pgbouncer.server_pool_size = 88",
    ),
    RuleCase(
        connections.clients_fit_pgbouncer,
        "data.database.pgbouncer = { enabled = true, client_connections = 100, tasks = 1 }",
        "data.database.pgbouncer.client_connections",
    ),
    RuleCase(
        connections.connections_fit_memory,
        "data.database.max_connections = 451",
        "data.database.max_connections",
        kept="data.database.max_connections = 450",
    ),
    RuleCase(
        connections.pooler_is_shared_evenly,
        "data.database.pgbouncer = { tasks = 6, server_pool_size = 5 }",
        "data.database.pgbouncer.server_pool_size",
        kept="data.database.pgbouncer = { tasks = 5, server_pool_size = 5 }",
    ),
)
