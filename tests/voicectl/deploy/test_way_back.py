"""Whatever happened since, the way back leads to one release: in every region, after attempts, refusals and detours."""

import boto3
import pytest
from typer.testing import CliRunner

from config.load import load
from config.schema import Environment
from tests.stacks.conftest import PLACES
from tests.voicectl.deploy.account import Fleet
from tests.voicectl.deploy.test_rollback import NOW, PROD, back, deploy, deploy_in_vain, silent
from tests.voicectl.deploy.test_smoke import Answering, serving  # noqa: F401  the fixture
from tests.voicectl.deploy.test_strayed import deploy_by_stack
from voicectl.command_line import app
from voicectl.deploy.fleet import services
from voicectl.deploy.record import confirm, read_before, went_back, write_before
from voicectl.deploy.rollback import await_stable, carry_out, plan_return

WIDE: Environment = load(str(PLACES["second-region"]))
[FURTHER] = [region.name for region in WIDE.regions]
FIRST = {"agent": "sha-a1", "control_plane": "sha-c1", "gateway": "sha-g1", "guardian": "sha-s1", "livekit": "v1.13.5"}


def typed(*words: str) -> tuple[int, str]:
    """A command, as a person types it."""
    ended = CliRunner().invoke(app, list(words))
    return ended.exit_code, ended.output


@pytest.fixture
def both(fleet: Fleet) -> list[Fleet]:  # noqa: ARG001  for the account
    """A fleet at home, and media and agents in a further region, at their first release."""
    made = [
        Fleet(environment=WIDE.name, region=WIDE.region),
        Fleet(environment=WIDE.name, region=FURTHER, keys=["media/livekit", "agents/agent"]),
    ]
    for each in made:
        each.release(**FIRST)
    return made


def test_every_region_goes_back(both: list[Fleet]) -> None:
    """Agents of a further region were deployed with the rest."""
    write_before(WIDE, services(WIDE), now=NOW)
    for each in both:
        each.release(agent="sha-a2")

    told = carry_out(plan_return(WIDE, commit=None, media=False), report=silent)
    await_stable(told, seconds=60, report=silent, pause=silent)

    assert [(each.region, each.key) for each in told] == [(WIDE.region, "agents/agent"), (FURTHER, "agents/agent")]
    assert [each.tag("agents/agent") for each in both] == ["sha-a1", "sha-a1"]


def test_a_region_that_the_last_release_left_alone_stays_where_it_is(both: list[Fleet]) -> None:
    """The release before that is not what anybody wants to undo."""
    write_before(WIDE, services(WIDE), now=NOW)
    for each in both:
        each.release(agent="sha-a2")
    confirm(WIDE, services(WIDE))
    write_before(WIDE, services(WIDE), now=NOW)
    both[0].release(control_plane="sha-c2")
    confirm(WIDE, services(WIDE))

    returns = plan_return(WIDE, commit=None, media=False)

    assert [(each.service.region, each.service.key) for each in returns] == [(WIDE.region, "control-plane/api")]


def test_whoever_never_confirmed_the_first_release_can_go_back_to_it(fleet: Fleet) -> None:
    """It found nothing; the second one finds the first."""
    write_before(PROD, [], now=NOW)
    deploy_in_vain(fleet, agent="sha-bad")

    assert back(unconfirmed=True) == ["agents/agent"]
    assert fleet.tag("agents/agent") == "sha-a1"


def test_a_bad_livekit_is_named_when_it_is_left_alone(fleet: Fleet) -> None:
    """Calls are on it, so somebody has to say so; that nothing is wrong would be a lie."""
    deploy_in_vain(fleet, livekit="v3")

    code, said = typed("rollback", "--env", "prod", "--unconfirmed")

    assert code == 0
    assert said.startswith("left alone, for calls are on it, until you say --media: us-east-1 media/livekit: ")
    assert said.count("\n") == 1
    assert fleet.tag("media/livekit") == "v3"


def test_what_was_left_alone_can_still_go_back_after_the_next_release(fleet: Fleet) -> None:
    """A good release of something else does not make it good."""
    deploy_in_vain(fleet, agent="sha-a2", livekit="v3")
    assert typed("rollback", "--env", "prod", "--unconfirmed")[0] == 0
    deploy(fleet, agent="sha-a3")

    assert sorted(back(media=True)) == ["agents/agent", "media/livekit"]
    assert fleet.tag("media/livekit") == "v1.13.5"


def test_a_commit_that_was_gone_back_to_is_what_the_next_release_found(fleet: Fleet) -> None:
    """Not what an earlier attempt did: somebody had a reason to go further."""
    deploy(fleet, agent="sha-a2")
    deploy_in_vain(fleet, agent="sha-a3")
    fleet.release(agent="sha-a1")  # `--to`, without a repository of commits
    [agent] = [each for each in services(PROD) if each.key == "agents/agent"]
    went_back(PROD, [(agent.region, agent.key, agent.definition.rpartition("/")[2])], [])
    assert back() == []
    deploy_in_vain(fleet, agent="sha-a4")

    assert back(unconfirmed=True) == ["agents/agent"]
    assert fleet.tag("agents/agent") == "sha-a1"


def test_the_command_remembers_that_it_went_back(fleet: Fleet) -> None:
    """Otherwise the next release would keep what this one found."""
    deploy_in_vain(fleet, agent="sha-a2")

    assert typed("rollback", "--env", "prod")[0] == 0
    assert read_before(PROD).found is None


@pytest.mark.parametrize("serving", [0], indirect=True)
def test_the_smoke_test_confirms_a_release(fleet: Fleet, serving: Answering) -> None:  # noqa: F811
    """Once: where nothing waited for that, it says so."""
    deploy_in_vain(fleet, agent="sha-a2")
    words = ("smoke", "--env", "prod", "--url", serving.url, "--confirm")

    first, second = typed(*words), typed(*words)

    assert first[0] == second[0] == 0
    assert "prod: confirmed; what it changed is undone by `voicectl rollback`" in first[1]
    assert "prod: no deployment waited for that" in second[1]
    assert read_before(PROD).found is None
    assert read_before(PROD).services == {"us-east-1": {"agents/agent": "prod-agent:1"}}


@pytest.mark.parametrize("serving", [0], indirect=True)
def test_the_smoke_test_confirms_no_release_that_strayed(fleet: Fleet, serving: Answering) -> None:  # noqa: F811
    """What answers is another one."""
    write_before(PROD, services(PROD), now=NOW)
    deploy_by_stack(fleet, "sha-a2")
    fleet.ecs.update_service(cluster="voiceplane-prod-agents", service="agent", taskDefinition="prod-agent:1")

    code, said = typed("smoke", "--env", "prod", "--url", serving.url, "--confirm")

    assert code == 1
    assert "not with what its stacks say" in said
    assert read_before(PROD).found is not None


def test_all_of_it_is_one_parameter(both: list[Fleet]) -> None:  # noqa: ARG001
    """Two of them would be written one after the other, and somebody may press Ctrl-C in between."""
    write_before(WIDE, services(WIDE), now=NOW)

    names = {
        region: boto3.client("ssm", region_name=region).describe_parameters()["Parameters"]
        for region in (WIDE.region, FURTHER)
    }
    assert {region: len(listed) for region, listed in names.items()} == {WIDE.region: 1, FURTHER: 0}
