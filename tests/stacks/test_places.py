"""Another region, account, time zone, size: every environment that somebody may write synthesizes as clean."""

from collections.abc import Callable

import pytest

from contract.services import PGBOUNCER
from tests.stacks.containers import containers_of
from tests.stacks.reachability import unreachable
from tests.stacks.test_review import LEAST_RESOURCES, lint
from tests.synthesis import Synthesis
from voice_constructs.binding import is_secret
from voice_constructs.platform_app import findings


def test_nothing_is_found(place: Synthesis) -> None:
    """The shipped files are examples; people change them, and must not meet our mistakes."""
    assert place.refusal == ""
    assert findings(place.folder) == []
    assert place.assembly.resource_count >= 0.8 * LEAST_RESOURCES


def test_containers_agree_with_the_contract(place: Synthesis) -> None:
    """An option adds variables and secrets that the shipped environments never have."""
    for container in containers_of(place.assembly):
        fields = container.contract.environment.model_fields
        secret = {name.upper() for name, field in fields.items() if is_secret(field)}

        container.contract.environment.read(container.process_environment)

        assert set(container.process_environment) <= {name.upper() for name in fields}, container
        assert set(container.secrets) <= secret, container
        assert not set(container.variables) & secret, container


def test_every_target_group_is_reachable(place: Synthesis) -> None:
    """PgBouncer, canary and blue and green have target groups of their own."""
    assert unreachable(place.assembly) == []


def test_nothing_waits_to_be_looked_up(place: Synthesis) -> None:
    """With an account's number CDK would ask that account for its zones."""
    assert "missing" not in place.manifest


@pytest.mark.parametrize(
    ("name", "but"),
    [("every-option", ()), ("fixed-sizes", ("W3005",))],  # where traffic shifts, CDK names a dependency twice
)
def test_cfn_lint_finds_nothing_in_options(
    elsewhere: Callable[[str], Synthesis], name: str, but: tuple[str, ...]
) -> None:
    """The files with the most that the shipped environments do not have."""
    assert lint(elsewhere(name), but=but) == []


def test_the_largest_preset_pools_its_connections(elsewhere: Callable[[str], Synthesis]) -> None:
    """PgBouncer is the one container that no shipped environment runs."""
    largest = elsewhere("largest")

    assert [each.stack.name for each in containers_of(largest.assembly) if each.contract is PGBOUNCER] == [
        "voiceplane-largest-control-plane"
    ]


@pytest.mark.parametrize(
    ("name", "regions"),
    [("second-region", ["eu-west-1", "us-east-1"]), ("largest", ["ap-northeast-1", "eu-west-1", "us-east-1"])],
)
def test_media_and_agents_stand_in_every_region(
    elsewhere: Callable[[str], Synthesis], name: str, regions: list[str]
) -> None:
    """Data and control plane live at home; what a caller's audio touches is near the caller."""
    by_purpose: dict[str, list[str]] = {}
    for stack in elsewhere(name).assembly.stacks:
        purpose = stack.name.removeprefix(f"voiceplane-{name}-").removesuffix(f"-{stack.region}")
        by_purpose.setdefault(purpose, []).append(stack.region)

    for purpose in ("network", "media", "agents", "operations"):
        assert sorted(by_purpose[purpose]) == regions, purpose
    for purpose in ("delivery", "control-plane", "frontend"):
        assert by_purpose[purpose] == ["us-east-1"], purpose


def test_the_control_plane_knows_every_regions_livekit(elsewhere: Callable[[str], Synthesis]) -> None:
    """Its answer is the session's `url`; a region that it does not know gets no calls."""
    told = {
        container.contract.name: container.variables["LIVEKIT_REGIONS"]
        for container in containers_of(elsewhere("second-region").assembly)
        if "LIVEKIT_REGIONS" in container.variables
    }

    assert set(told.values()) == {"eu-west-1=wss://livekit-eu-west-1.voice.example.org"}
    assert {"api", "celery", "supervisor"} <= set(told)


def test_agents_of_a_region_use_its_own_livekit(elsewhere: Callable[[str], Synthesis]) -> None:
    """An agent that talks through another continent's node is a second late."""
    urls = {
        container.stack.region: container.variables["LIVEKIT_URL"]
        for container in containers_of(elsewhere("second-region").assembly)
        if container.contract.name == "agent"
    }

    assert urls == {
        "us-east-1": "wss://livekit.voice.example.org",
        "eu-west-1": "wss://livekit-eu-west-1.voice.example.org",
    }
