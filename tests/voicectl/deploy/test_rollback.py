"""One command, and every service that the last deployment changed runs again what it ran before."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime

import boto3
import pytest
from moto.ecs.models import ecs_backends
from typer.testing import CliRunner

from config.load import load
from tests.voicectl.deploy.account import WANTED, Fleet
from voicectl.command_line import app
from voicectl.deploy.definitions import tags_at
from voicectl.deploy.errors import NotStable, NoWayBack
from voicectl.deploy.fleet import services
from voicectl.deploy.record import confirm, read_before, went_back, write_before
from voicectl.deploy.rollback import await_stable, carry_out, left_alone, plan_return, targets
from voicectl.toolchain import ROOT

PROD = load("prod")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def silent(_: object) -> None:
    """Nobody listens, and nobody waits."""


def deploy(fleet: Fleet, **tags: str) -> None:
    """What a release does: it writes down what runs, then things change, and the smoke test is content."""
    deploy_in_vain(fleet, **tags)
    confirm(PROD, services(PROD))


def deploy_in_vain(fleet: Fleet, **tags: str) -> None:
    """The same, stopped or with a smoke test that never was content."""
    write_before(PROD, services(PROD), now=NOW)
    fleet.release(**tags)


def back(*, commit: str | None = None, media: bool = False, unconfirmed: bool = False) -> list[str]:
    """Go back, and answer which services did."""
    returns = plan_return(PROD, commit=commit, media=media, unconfirmed=unconfirmed)
    left = [] if media else left_alone(PROD, unconfirmed=unconfirmed or bool(commit))
    told = carry_out(returns, report=silent)
    await_stable(told, seconds=60, report=silent, pause=silent)
    went_back(PROD, targets(returns), targets(left))
    return [each.key for each in told]


def test_what_the_last_deployment_changed_goes_back(fleet: Fleet) -> None:
    """And nothing else: a service that was not touched has nothing to go back from."""
    deploy(fleet, agent="sha-a2", control_plane="sha-c2")

    gone_back = back()

    assert gone_back == ["agents/agent", "control-plane/api"]
    assert [fleet.tag(key) for key in gone_back] == ["sha-a1", "sha-c1"]
    assert fleet.tag("control-plane/websocket") == "sha-g1"


def test_only_the_last_deployment_is_undone(fleet: Fleet) -> None:
    """The one before it was good."""
    deploy(fleet, agent="sha-a2", gateway="sha-g2")
    deploy(fleet, agent="sha-a3")

    assert back() == ["agents/agent"]
    assert (fleet.tag("agents/agent"), fleet.tag("control-plane/websocket")) == ("sha-a2", "sha-g2")


def test_a_deployment_that_changes_nothing_leaves_the_way_back(fleet: Fleet) -> None:
    """Every commit of main is deployed, a page of documentation too."""
    deploy(fleet, agent="sha-a2")
    deploy(fleet)
    deploy_in_vain(fleet)

    assert back() == ["agents/agent"]
    assert fleet.tag("agents/agent") == "sha-a1"
    assert back() == []


def test_what_was_deployed_in_two_attempts_goes_back_whole(fleet: Fleet) -> None:
    """A run that was cancelled half-way is run again; half of a release is no release to go back to."""
    deploy_in_vain(fleet, agent="sha-a2")
    deploy_in_vain(fleet, control_plane="sha-c2")

    assert back() == ["agents/agent", "control-plane/api"]
    assert (fleet.tag("agents/agent"), fleet.tag("control-plane/api")) == ("sha-a1", "sha-c1")


def test_two_attempts_are_one_release_once_it_is_good(fleet: Fleet) -> None:
    """The way back is the same before the smoke test and after it."""
    deploy_in_vain(fleet, agent="sha-a2")
    deploy(fleet, control_plane="sha-c2")

    assert back() == ["agents/agent", "control-plane/api"]


def test_a_release_that_is_not_good_goes_back_to_the_last_that_was(fleet: Fleet) -> None:
    """And once more is not once further: two people may be woken by the same alarm."""
    deploy(fleet, agent="sha-a2")
    deploy_in_vain(fleet, agent="sha-a3")

    assert back() == ["agents/agent"]
    assert back() == []
    assert fleet.tag("agents/agent") == "sha-a2"


def test_a_pipeline_undoes_only_what_it_did(fleet: Fleet) -> None:
    """A smoke test that fails after a changed page says nothing about the release before it."""
    deploy(fleet, agent="sha-a2")
    deploy_in_vain(fleet)

    assert back(unconfirmed=True) == []
    assert fleet.tag("agents/agent") == "sha-a2"


def test_a_deregistered_definition_is_registered_again_as_it_was(fleet: Fleet) -> None:
    """CloudFormation deregisters what it replaces, and ECS refuses to run that; variables go back with the image."""
    before = fleet.definition("agents/agent")
    deploy(fleet, agent="sha-a2")

    back()

    after = fleet.definition("agents/agent")
    assert after["containerDefinitions"] == before["containerDefinitions"]
    assert (after["status"], after["revision"], before["revision"]) == ("ACTIVE", 3, 1)


def test_calls_are_left_alone_unless_somebody_asks(fleet: Fleet) -> None:
    """LiveKit's node has callers on it, whatever is wrong with the guardian beside it."""
    deploy(fleet, agent="sha-a2", guardian="sha-s2")

    assert back() == ["agents/agent"]
    assert back(media=True) == ["media/livekit"]


def test_a_second_time_there_is_nothing_left_to_do(fleet: Fleet) -> None:
    """Two people may be woken by the same alarm."""
    deploy(fleet, agent="sha-a2")
    back()

    assert back() == []


def test_after_going_back_the_next_release_rolls_forward(fleet: Fleet) -> None:
    """And can be undone in its turn."""
    deploy(fleet, agent="sha-a2")
    back()
    deploy(fleet, agent="sha-a3")
    assert fleet.tag("agents/agent") == "sha-a3"

    assert back() == ["agents/agent"]
    assert fleet.tag("agents/agent") == "sha-a1"


def test_a_commit_is_every_images_tag_at_that_commit(fleet: Fleet) -> None:
    """Images have different tags at one commit: each the last change of its own sources."""
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()
    then = tags_at(head)
    fleet.release(agent=then["agent"], control_plane=then["control-plane"], gateway=then["gateway"])
    fleet.release(agent="sha-a9", gateway="sha-g9")

    assert back(commit=f"sha-{head}") == ["agents/agent", "control-plane/websocket"]
    assert fleet.tag("agents/agent") == then["agent"]


def test_a_commit_that_never_ran_is_refused(fleet: Fleet) -> None:
    """An image without its variables is a guess; a deployment is none."""
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()

    with pytest.raises(NoWayBack, match="prod-agent never ran agent:sha-"):
        plan_return(PROD, commit=head, media=False)
    assert fleet.tag("agents/agent") == "sha-a1"


def test_a_commit_that_git_does_not_know_is_refused(fleet: Fleet) -> None:  # noqa: ARG001
    """A shallow clone, or a slip."""
    with pytest.raises(NoWayBack, match="git knows no commit 0000"):
        plan_return(PROD, commit="sha-" + "0" * 40, media=False)


def test_without_a_record_it_says_what_to_do(fleet: Fleet) -> None:  # noqa: ARG001
    """Before the first deployment, nothing ran."""
    with pytest.raises(NoWayBack, match="there is no /voiceplane-prod/before-last-deploy in us-east-1"):
        plan_return(PROD, commit=None, media=False)


def test_an_image_that_is_gone_is_noticed_before_anything_changes(fleet: Fleet) -> None:
    """Half a way back is worse than none."""
    deploy(fleet, agent="sha-a2", control_plane="sha-c2")
    fleet.forget_image("agent", "sha-a1")

    with pytest.raises(NoWayBack, match="voiceplane-prod/agent:sha-a1"):
        plan_return(PROD, commit=None, media=False)
    assert fleet.tag("control-plane/api") == "sha-c2"


@pytest.mark.parametrize("fleet", [0], indirect=True)
def test_services_that_do_not_come_up_are_named(fleet: Fleet) -> None:
    """Whoever is on call needs the name and the numbers."""
    deploy(fleet, agent="sha-a2")

    with pytest.raises(NotStable, match=r"not stable within 60 s: agents/agent 0/2"):
        back()


def test_a_service_that_ecs_took_back_is_named(fleet: Fleet) -> None:
    """The circuit breaker goes back by itself; to wait for what it gave up would be to wait for ever."""
    deploy(fleet, agent="sha-a2")
    told = carry_out(plan_return(PROD, commit=None, media=False), report=silent)
    fleet.ecs.update_service(cluster="voiceplane-prod-agents", service="agent", taskDefinition="prod-agent:2")

    with pytest.raises(NotStable, match="ECS gave up on agents/agent"):
        await_stable(told, seconds=60, report=silent, pause=silent)


@pytest.mark.parametrize("fleet", [0], indirect=True)
def test_it_looks_again_until_they_are_up(fleet: Fleet) -> None:  # noqa: ARG001
    """A task takes a minute to start."""
    told = services(PROD)
    looks: list[float] = []

    def starts(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            for service in ecs_backends["123456789012"]["us-east-1"].services.values():
                service.deployments[0]["runningCount"] = WANTED

    await_stable(told, seconds=600, report=silent, pause=starts)

    assert looks == [10, 10, 10]


def test_what_ran_is_kept_in_every_region(fleet: Fleet) -> None:
    """A further region has services of its own."""
    deploy_in_vain(fleet, agent="sha-a2")

    before = read_before(PROD)

    assert before.found == {
        "us-east-1": {
            "agents/agent": "prod-agent:1",
            "control-plane/api": "prod-api:1",
            "control-plane/websocket": "prod-websocket:1",
            "media/livekit": "prod-livekit:1",
        }
    }
    assert before.at == NOW
    value = boto3.client("ssm").get_parameter(Name="/voiceplane-prod/before-last-deploy")["Parameter"]["Value"]
    assert len(value) < 4096


@pytest.fixture
def run() -> Callable[..., tuple[int, str]]:
    """The command, as a person types it."""

    def typed(*words: str) -> tuple[int, str]:
        ended = CliRunner().invoke(app, ["rollback", "--env", "prod", *words])
        return ended.exit_code, ended.output

    return typed


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    fleet: Fleet, run: Callable[..., tuple[int, str]]
) -> None:
    """Read it first."""
    deploy(fleet, agent="sha-a2")

    code, said = run("--dry-run")

    assert (code, said) == (0, "us-east-1 agents/agent: prod-agent:2 → prod-agent:1 (agent:sha-a1)\n")
    assert fleet.tag("agents/agent") == "sha-a2"


def test_the_command_goes_back_and_waits(fleet: Fleet, run: Callable[..., tuple[int, str]]) -> None:
    """One command."""
    deploy(fleet, agent="sha-a2")

    code, said = run()

    assert code == 0
    assert said.endswith("prod: 1 services run again what they ran before\n")
    assert fleet.tag("agents/agent") == "sha-a1"
    assert run() == (0, "prod: nothing to go back from; every service runs what it should\n")


def test_a_refusal_is_one_line_and_code_2(fleet: Fleet, run: Callable[..., tuple[int, str]]) -> None:  # noqa: ARG001
    """A pipeline tells by the code that nothing was changed."""
    code, said = run()

    assert code == 2
    assert said.count("\n") == 1
