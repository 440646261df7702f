"""A deployment writes down what runs, has the CDK deploy, and moves what strayed – in this order, and only then."""

import shutil
from collections.abc import Iterator

import pytest
from rich.console import Console

from config.load import load
from tests.synthesis import Synthesis
from tests.voicectl.deploy.account import Fleet
from tests.voicectl.deploy.test_checks import KEYS, bootstrap, found, push, write_secrets
from tests.voicectl.deploy.test_strayed import deploy_by_stack
from voicectl.deploy.errors import NoWayBack
from voicectl.deploy.record import read_before
from voicectl.deploy.run import BEGUN, OUT, deploy
from voicectl.deploy.step import Step

pytestmark = pytest.mark.xdist_group("cli")  # of those who use this copy's own cdk.out
PROD = load("prod")


class Tool:
    """The CDK CLI, of which only the deployment is acted: the templates are this run's own."""

    def __init__(self, prod: Synthesis, fleet: Fleet, *, code: int) -> None:
        """It deploys a new agent, and ends with this code."""
        self._prod, self._fleet, self._code = prod, fleet, code
        self.found: dict[str, dict[str, str]] | None = None

    def __call__(self, *arguments: str) -> int:
        """Leave templates, or look what is written down and let an earlier release run beside a newer stack."""
        if arguments[0] == "synth":
            shutil.copytree(self._prod.folder, OUT, dirs_exist_ok=True)
            return 0
        self.found = read_before(PROD).found
        deploy_by_stack(self._fleet, "sha-a2")
        self._fleet.ecs.update_service(cluster="voiceplane-prod-agents", service="agent", taskDefinition="prod-agent:1")
        return self._code


@pytest.fixture
def ready(fleet: Fleet, prod: Synthesis) -> Iterator[Fleet]:
    """An account in which nothing is missing; what is written into the clone is taken away."""
    bootstrap()
    found(prod.assembly)
    fleet.remove_repositories()
    push(prod.assembly)
    write_secrets(providers=KEYS)
    yield fleet
    shutil.rmtree(OUT, ignore_errors=True)


def agent_after(code: int, *, prod: Synthesis, fleet: Fleet) -> tuple[int, str, Tool]:
    """Deploy with a tool that ends so; answer the command's code, what the agents run, and the tool."""
    tool = Tool(prod, fleet, code=code)
    ended = deploy("prod", step=Step.SERVICES, dry_run=False, console=Console(quiet=True), tool=tool)
    return ended, fleet.tag("agents/agent"), tool


def test_what_runs_is_written_down_first_and_what_strayed_is_moved_last(ready: Fleet, prod: Synthesis) -> None:
    """To CloudFormation an earlier release beside its newer stack is no difference."""
    code, tag, tool = agent_after(0, prod=prod, fleet=ready)

    assert (code, tag) == (0, "sha-a2")
    assert (tool.found or {})["us-east-1"]["agents/agent"] == "prod-agent:1"
    assert BEGUN.read_text() == "prod\n"


def test_after_a_deployment_that_failed_nothing_is_moved(ready: Fleet, prod: Synthesis) -> None:
    """CloudFormation took back what it could; half of a release is not carried on by hand."""
    code, tag, _ = agent_after(1, prod=prod, fleet=ready)

    assert (code, tag) == (1, "sha-a1")


def test_foundations_are_no_release(ready: Fleet, prod: Synthesis) -> None:
    """They change no service, so there is nothing to go back from."""
    tool = Tool(prod, ready, code=0)

    with pytest.raises(NoWayBack):  # as the tool finds when it looks
        deploy("prod", step=Step.FOUNDATIONS, dry_run=False, console=Console(quiet=True), tool=tool)
    assert not BEGUN.exists()
