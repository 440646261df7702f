"""Each preset carries the top of its range, with head-room, and contradicts no rule."""

from pathlib import Path

import pytest

from config.connections import RESERVE, servers, total
from config.load import load
from config.schema import Environment
from tests.config.files import voice_toml, write

TOP = {"small": 50, "medium": 500, "large": 5000}
GROW_SHARE = 0.7  # tiers grow at 70 %, so the ceiling must be that much higher


@pytest.fixture(params=list(TOP))
def size(request: pytest.FixtureRequest) -> str:
    """Each size in turn."""
    return str(request.param)


@pytest.fixture
def environment(size: str, tmp_path: Path) -> Environment:
    """The least file of a size."""
    return load(write(tmp_path, voice_toml(f'size = "{size}"')))


def test_agents_hold_the_top_of_the_range(environment: Environment) -> None:
    """At the top, agents are no busier than where they would grow."""
    sessions = environment.agent.tasks.max * environment.agent.sessions_per_task

    assert sessions * GROW_SHARE >= TOP[environment.size]


def test_media_nodes_hold_the_top_of_the_range(environment: Environment) -> None:
    """A call has two participants, and a node's ceiling is a measured number (ruling X7)."""
    livekit = environment.media.livekit
    calls = livekit.tasks.max * livekit.scaling.ceiling_participants // 2

    assert calls * livekit.scaling.participants_percent / 100 >= TOP[environment.size]


def test_the_agents_bounds_are_the_rulings(tmp_path: Path) -> None:
    """Ruling X8: 2 to 20 for a small, 3 to 200 for a large platform."""
    tasks = {size: load(write(tmp_path, voice_toml(f'size = "{size}"'))).agent.tasks for size in TOP}

    assert (tasks["small"].min, tasks["small"].max) == (2, 20)
    assert (tasks["large"].min, tasks["large"].max) == (3, 200)


def test_connections_leave_a_reserve(environment: Environment) -> None:
    """Somebody must be able to look when everything is busy."""
    needed = total(servers(environment))

    assert needed + RESERVE <= environment.data.database.max_connections


def test_only_the_large_size_has_a_pooler_and_a_replica(environment: Environment) -> None:
    """Below some 400 connections both cost more than they bring."""
    database = environment.data.database

    assert database.pgbouncer.enabled == (environment.size == "large")
    assert database.read_replica == (environment.size == "large")


def test_larger_sizes_survive_the_loss_of_a_zone(environment: Environment) -> None:
    """One NAT gateway per zone from the medium size on, and three zones for the large."""
    network = environment.network

    assert (network.zones, network.nat_gateways) == {"small": (2, 1), "medium": (2, 2), "large": (3, 3)}[
        environment.size
    ]
