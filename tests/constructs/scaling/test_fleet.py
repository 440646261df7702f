"""A service's number of tasks is either fixed or left to its scaling, with bounds that a schedule moves."""

from datetime import time

import pytest

from config.sections.agent import Agent
from config.sections.capacity import Tasks
from config.sections.media import Egress
from config.sections.schedule import Bounds, Schedule, Window
from config.sections.web import Api, WebSocket
from tests.constructs.scaling.platform import TIERS, Platform, Sections
from voice_constructs.scaling.errors import FloorTooLow

PEAK = Window(
    name="peak",
    starts=time(9),
    ends=time(12),
    tasks={"agent": Bounds(min=12, max=60), "websocket": Bounds(min=1, max=3)},
)
SCHEDULE = Schedule(time_zone="Europe/Berlin", weekday=(PEAK,))


def test_no_service_that_scales_has_a_desired_count(platform: Platform) -> None:
    """Each deployment would put the number of tasks back to it, in the middle of a peak."""
    services = platform.resources("AWS::ECS::Service")

    assert len(services) == len(TIERS)
    assert [id_ for id_, service in services.items() if "DesiredCount" in service] == []


@pytest.mark.parametrize("tier", TIERS)
def test_every_target_has_scheduled_actions(tier: str, platform: Platform) -> None:
    """Also without any window: the actions end whatever a deployment did to the bounds."""
    actions = platform.target(tier)["ScheduledActions"]

    assert actions
    assert all({"MinCapacity", "MaxCapacity"} == action["ScalableTargetAction"].keys() for action in actions)


@pytest.fixture(scope="module")
def mixed() -> Platform:
    """Agents and WebSocket with a schedule, egress of fixed size, and no voice over WebSockets."""
    sections = Sections(
        schedule=SCHEDULE,
        websocket=WebSocket(voice_capacity=0),
        egress=Egress(tasks=Tasks(min=1, max=6, fixed=3)),
    )
    return Platform(sections, tiers=("agent", "websocket", "egress"))


def test_a_fixed_tier_has_its_number_and_nothing_else(mixed: Platform) -> None:
    """ "Start with fixed replicas" (S96): no target, no policy, no alarm."""
    counts = [service.get("DesiredCount") for service in mixed.resources("AWS::ECS::Service").values()]

    assert sorted(counts, key=str) == [3, None, None]
    assert mixed.scaled["egress"].target is None
    assert mixed.scaled["egress"].alarms == {}
    assert mixed.policies("egress") == {}
    assert len(mixed.resources("AWS::ApplicationAutoScaling::ScalableTarget")) == 2


def test_the_targets_own_bounds_let_every_profile_through(mixed: Platform) -> None:
    """They hold between a deployment and the next scheduled action."""
    bounds = {
        tier: (mixed.target(tier)["MinCapacity"], mixed.target(tier)["MaxCapacity"]) for tier in ("agent", "websocket")
    }

    assert bounds == {"agent": (2, 60), "websocket": (1, 10)}


def test_scheduled_actions_are_on_the_environments_clock(mixed: Platform) -> None:
    """Nine in the morning is where the callers are."""
    actions = mixed.target("agent")["ScheduledActions"]

    assert {action["Timezone"] for action in actions} == {"Europe/Berlin"}
    assert {action["ScheduledActionName"]: action["Schedule"] for action in actions} == {
        "daily-midnight": "cron(0 0 ? * * *)",
        "weekday-peak-start": "cron(45 8 ? * MON-FRI *)",
        "weekday-peak-end": "cron(0 12 ? * MON-FRI *)",
    }


def test_a_gateway_without_voice_does_not_wait_for_its_voice_slots(mixed: Platform) -> None:
    """Nobody publishes their use then, and a missing signal would forbid every step in."""
    assert mixed.policies("websocket").keys() == {"out-web-socket-connections", "out-web-socket-connect-rate", "in"}
    assert "voice" not in mixed.alarms("websocket")["in"]["Metrics"][-1]["Expression"]


@pytest.mark.parametrize(
    ("tier", "sections", "message"),
    [
        ("api", Sections(api=Api(tasks=Tasks(min=1, max=4))), "api may have 1 tasks but needs 2"),
        ("egress", Sections(egress=Egress(tasks=Tasks(min=0, max=4))), "egress may have 0 tasks but needs 1"),
    ],
)
def test_a_floor_that_a_tier_never_leaves_is_refused(tier: str, sections: Sections, message: str) -> None:
    """Without a task nobody publishes egress's free slots; the API has two always (S81)."""
    with pytest.raises(FloorTooLow, match=message):
        Platform(sections, tiers=(tier,))


def test_agents_may_sleep_and_wake_for_a_waiting_room() -> None:
    """The supervisor sees rooms without an agent even when there is none (S235: scale to nothing)."""
    platform = Platform(Sections(agent=Agent(tasks=Tasks(min=0, max=20))), tiers=("agent",))

    alarm = platform.alarms("agent")["out-from-zero"]

    assert alarm["Metrics"][-1]["Expression"] == "IF(running < 1, rooms_without_agent, 0)"
