"""Environment files that are right, by the thousand: other regions, accounts, clocks, sizes and schedules.

`valid_environment_tables()` yields dictionaries that `toml_text` writes; the tests of the stacks
synthesize some of them too.
"""

from typing import Any, Final

from hypothesis import strategies as st

from config.aws_regions import AWS_REGIONS, HOME_REGIONS, LACKING
from config.instances import CACHES, DATABASES, NODES, most_connections
from config.layers import defaults, merged, preset
from config.rules.machines import FARGATE_MIB
from config.rules.pipelines import DEPLOYABLE
from config.rules.retention import LOG_DAYS
from tests.config.strategies_of_schedules import schedules

Table = dict[str, Any]

PRODUCTION: Final = {"data": {"retain": True, "database": {"multi_az": True}}}
AZURE: Final = {
    "azure_openai_endpoint": "https://example.openai.azure.com",
    "azure_openai_deployment": "gpt",
    "azure_speech_region": "westeurope",
}
OVERFLOW: Final = {"overflow": "livekit-cloud", "overflow_url": "wss://example.livekit.cloud"}
NAMES = st.builds(
    lambda word, number: f"{word}{number}", st.sampled_from(["dev", "blue-", "customer-", "e2e-"]), st.integers(0, 9999)
)


@st.composite
def valid_environment_tables(draw: st.DrawFn) -> Table:
    """Draw the table of an environment file that loads."""
    size = draw(st.sampled_from(["small", "medium", "large"]))
    beneath = merged(defaults(), preset(size), {"size": size})
    fixed = draw(_fixed(beneath))
    parts = (
        draw(_who(size)),
        draw(_where()),
        draw(_timing()),
        draw(_media()),
        draw(_agent(beneath)),
        draw(_data(beneath)),
        draw(_services()),
        {"schedule": draw(schedules(merged(beneath, fixed)))},
        fixed,
    )
    table = merged(*parts)
    return merged(table, PRODUCTION, _zonal(table, beneath)) if table["production"] else table


def _zonal(table: Table, beneath: Table) -> Table:
    """In production every zone has its NAT gateway, every Valkey group its replica, and nothing looks in."""
    zones = table["network"].get("zones", beneath["network"]["zones"])
    return {
        "network": {"nat_gateways": zones},
        "data": {"live": {"replicas": 1}, "broker": {"replicas": 1}},
        "background": {"flower": False, "silk": False},
    }


@st.composite
def _who(draw: st.DrawFn, size: str) -> Table:
    return {
        "name": draw(NAMES),
        "production": draw(st.booleans()),
        "size": size,
        "domain": {"name": f"{draw(NAMES)}.example.com", "ttl_seconds": draw(st.integers(30, 300))},
        "operations": {
            "alarm_email": "oncall@example.com",
            "monthly_budget_usd": draw(st.integers(1, 100_000)),
            "log_days": draw(st.sampled_from(LOG_DAYS)),
            "sentry": draw(st.booleans()),
            "posthog": draw(st.booleans()),
            "log_level": draw(st.sampled_from(["DEBUG", "INFO", "WARNING", "ERROR"])),
        },
        "delivery": {
            "repository": "example/voiceplane",
            "oidc_provider": draw(st.sampled_from(["create", "existing"])),
            "image_tags": draw(st.dictionaries(st.sampled_from(["agent", "livekit"]), st.just("sha-0a1b2c3"))),
        },
        "tags": draw(st.dictionaries(NAMES, NAMES, max_size=2)),
    } | draw(st.sampled_from([{}, {"account": "123456789012"}]))


@st.composite
def _where(draw: st.DrawFn) -> Table:
    home = draw(st.sampled_from(sorted(HOME_REGIONS - LACKING.keys())))
    others = st.sampled_from(sorted(AWS_REGIONS - LACKING.keys() - {home}))
    further = draw(st.lists(others, max_size=2, unique=True))
    zones = draw(st.integers(2, 3))
    named = {"zone_names": [f"{home}{letter}" for letter in "abc"[:zones]]} if draw(st.booleans()) else {}
    network = {
        "cidr": f"10.{draw(st.integers(10, 99))}.0.0/{draw(st.integers(16, 20))}",
        "zones": zones,
        "nat_gateways": draw(st.integers(1, zones)),
        "interface_endpoints": draw(st.booleans()),
        **named,
    }
    regions = [{"name": name, "cidr": f"10.{100 + number}.0.0/16"} for number, name in enumerate(further)]
    return {"region": home, "network": network, "regions": regions}


@st.composite
def _timing(draw: st.DrawFn) -> Table:
    """Draw a call's length first, and let everything that waits for it be long enough."""
    call, after, slack = draw(st.integers(300, 3600)), draw(st.integers(30, 600)), draw(st.integers(0, 300))
    rejoin, join = draw(st.integers(10, 300)), draw(st.integers(10, 300))
    drain = call + after + slack
    return {
        "timing": {
            "max_call_seconds": call,
            "post_call_seconds": after,
            "agent_drain_seconds": drain,
            "scale_in_protection_seconds": drain + slack,
            "livekit_stop_timeout_seconds": call + 30 + slack,
            "zombie_seconds": call + drain + 1 + slack,
            "rejoin_window_seconds": rejoin,
            "room_departure_timeout_seconds": rejoin + 30,
            "join_window_seconds": join,
            "room_empty_timeout_seconds": join + 30 + slack,
            "handoff_seconds": draw(st.integers(5, 75)),
            "deregistration_seconds": draw(st.integers(0, 60)),
        }
    }


@st.composite
def _media(draw: st.DrawFn) -> Table:
    kind = draw(st.sampled_from(sorted(NODES)))
    ceiling = draw(st.integers(100, 2000))
    is_mux = draw(st.booleans())
    ports = NODES[kind].vcpus if is_mux else 2 * ceiling
    first = draw(st.integers(40_001, 65_536 - ports))
    return {
        "media": {
            "livekit": {
                "instance_type": kind,
                "udp": {"first": first, "last": first + ports - 1, "mux": is_mux},
                "scaling": {"ceiling_participants": ceiling, "scale_in": {"quiet_seconds": draw(_quiet())}},
            },
            "egress": {"enabled": draw(st.booleans())},
            **draw(st.sampled_from([{}, OVERFLOW])),
        }
    }


@st.composite
def _agent(draw: st.DrawFn, beneath: Table) -> Table:
    """Draw a size, and no more calls than it holds on the heaviest pipeline."""
    cpu = draw(st.sampled_from([2048, 4096, 8192, 16384]))
    memory = draw(st.sampled_from(FARGATE_MIB[cpu]))
    most = min(int(0.7 * cpu / 1024 / 0.13), int((memory / 1024 - 0.5) / 0.15), 100)
    sessions = draw(st.integers(1, most))
    pipelines = draw(st.lists(st.sampled_from(DEPLOYABLE), min_size=1, unique=True))
    azure = AZURE if any(name.startswith("azure") for name in pipelines) else {}
    return {
        "agent": {
            "size": {"cpu_units": cpu, "memory_mib": memory},
            "sessions_per_task": sessions,
            "pipelines": pipelines,
            "scaling": {"free_slots": draw(st.integers(0, sessions * beneath["agent"]["tasks"]["min"]))},
            "architecture": draw(st.sampled_from(["arm64", "x86_64"])),
            **azure,
        }
    }


@st.composite
def _data(draw: st.DrawFn, beneath: Table) -> Table:
    """Draw databases that hold the preset's connections."""
    needed = beneath["data"]["database"]["max_connections"]
    roomy = sorted(name for name, machine in DATABASES.items() if most_connections(machine) >= needed)
    storage, cold = draw(st.integers(20, 1000)), draw(st.integers(1, 365))
    caches = st.builds(
        lambda kind, replicas: {"node_type": kind, "replicas": replicas},
        st.sampled_from(sorted(CACHES)),
        st.integers(0, 2),
    )
    return {
        "data": {
            "database": {
                "instance_type": draw(st.sampled_from(roomy)),
                "storage_gib": storage,
                "max_storage_gib": storage + storage // 10 + 1 + draw(st.integers(0, 1000)),
                "multi_az": draw(st.booleans()),
                "read_replica": draw(st.booleans()),
                "pgbouncer": {"enabled": beneath["size"] == "large" or draw(st.booleans())},
            },
            "handoff": {"enabled": draw(st.booleans())},
            "live": draw(caches),
            "broker": draw(caches),
            "storage": {"cold_after_days": cold, "retention_days": cold + draw(st.integers(1, 1000))},
            "retain": draw(st.booleans()),
        }
    }


@st.composite
def _services(draw: st.DrawFn) -> Table:
    return {
        "websocket": {"rollout": draw(st.sampled_from(["rolling", "canary", "blue_green"]))},
        "celery": {"data": {"spot": draw(st.booleans())}, "voice": {"high_resolution": draw(st.booleans())}},
        "background": {"flower": draw(st.booleans()), "silk": draw(st.booleans())},
        "frontend": {"enabled": draw(st.booleans())},
    }


@st.composite
def _fixed(draw: st.DrawFn, beneath: Table) -> Table:
    """Draw tiers of fixed size, at the preset's floor, or none."""
    tiers = draw(st.sets(st.sampled_from(["api", "websocket", "agent"]), max_size=2))
    return {tier: {"tasks": {"fixed": max(2, beneath[tier]["tasks"]["min"])}} for tier in sorted(tiers)}


def _quiet() -> st.SearchStrategy[int]:
    return st.integers(2, 60).map(lambda minutes: 60 * minutes)
