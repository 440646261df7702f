"""There is one list of tiers, and each leads to its own bounds."""

from typing import Any

import pytest

from config.tiers import TIER_KEYS, TIERS, ceiling, floor
from contract.pools import POOLS
from contract.services import AGENT, API, EGRESS, LIVEKIT, WEBSOCKET
from tests.config.files import environment_of
from tests.config.rule_case import weekday, window


def test_tiers_have_the_names_of_their_services() -> None:
    """Schedules, dashboards and `aws ecs` call a tier the same."""
    services = {container.name for container in (LIVEKIT, EGRESS, AGENT, API, WEBSOCKET)}

    assert set(TIERS) == services | {f"celery-{pool.name}" for pool in POOLS}


@pytest.mark.parametrize("tier", TIERS)
def test_a_tiers_key_leads_to_its_bounds(tier: str) -> None:
    """Messages name the key whose value was looked at."""
    environment = environment_of()
    section: Any = environment
    for part in TIER_KEYS[tier].split("."):
        section = getattr(section, part)

    assert section.tasks is TIERS[tier](environment)


def test_windows_widen_a_tiers_bounds() -> None:
    """What fits must fit at the peak, and at night."""
    environment = environment_of(weekday(window(tasks="agent = { min = 1, max = 30 }, api = { min = 3, max = 3 }")))

    assert (floor(environment, "agent"), ceiling(environment, "agent")) == (1, 30)
    assert (floor(environment, "api"), ceiling(environment, "api")) == (2, 4)


def test_a_fixed_tier_has_one_bound() -> None:
    """Its min and max are ignored."""
    environment = environment_of("agent.tasks.fixed = 7")

    assert (floor(environment, "agent"), ceiling(environment, "agent")) == (7, 7)
