"""The pipeline's role may make every call that the pipeline's commands make, and read no secret."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from config.load import load
from tests.synthesis import Synthesis
from tests.voicectl.deploy.account import Fleet
from tests.voicectl.deploy.conftest import fleet as fleet
from tests.voicectl.deploy.test_checks import KEYS, bootstrap, found, push, write_secrets
from voicectl.deploy.errors import DeployRefused
from voicectl.deploy.fleet import services
from voicectl.deploy.record import went_back, write_before
from voicectl.deploy.rollback import await_stable, carry_out, plan_return, targets
from voicectl.deploy.run import refuse_when_missing
from voicectl.deploy.step import Step
from voicectl.deploy.strayed import refuse_strayed
from voicectl.images.push import missing_pushes

PROD = load("prod")
ALWAYS = "sts:GetCallerIdentity"  # no policy is needed, and none can forbid it
SECRET = "secretsmanager:GetSecretValue"


class Pipeline:
    """Whoever has the role: what it calls is heard, and secrets are refused to it."""

    def __init__(self) -> None:
        """Nothing has been called."""
        self.called: set[str] = set()

    def hear(self, model: Any, **_: Any) -> Any:
        """Note a call by IAM's name for it; answer as AWS would where the role may not."""
        action = f"{model.service_model.signing_name}:{model.name}"
        self.called.add(action)
        if action == SECRET:
            return SimpleNamespace(status_code=400), {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
        return None


@pytest.fixture
def pipeline(fleet: Fleet, prod: Synthesis) -> Iterator[Pipeline]:  # noqa: F811
    """In an account where everything is there that a deployment needs."""
    bootstrap()
    found(prod.assembly)
    fleet.remove_repositories()
    push(prod.assembly)
    write_secrets(providers=KEYS)
    made = Pipeline()
    boto3.setup_default_session()
    assert boto3.DEFAULT_SESSION is not None
    boto3.DEFAULT_SESSION.events.register("before-call.*.*", made.hear)
    yield made
    boto3.setup_default_session()


def allowed(prod: Synthesis) -> set[str]:
    """Every action in the role's policy."""
    [delivery] = [stack for stack in prod.assembly.stacks if stack.name.endswith("-delivery")]
    actions: set[str] = set()
    for policy in delivery.of_type("AWS::IAM::Policy"):
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            told = statement["Action"]
            actions |= {told} if isinstance(told, str) else set(told)
    return actions


def test_the_role_may_look_before_it_deploys(pipeline: Pipeline, prod: Synthesis) -> None:
    """Otherwise every deployment of the pipeline would be refused: AWS cannot be asked."""
    refuse_when_missing(prod.assembly, environment="prod", step=Step.SERVICES, today=date(2026, 11, 21))
    list(missing_pushes(prod.assembly, account="123456789012"))

    assert SECRET in pipeline.called
    assert pipeline.called - {ALWAYS, SECRET} - allowed(prod) == set()


def test_the_role_reads_no_secret_and_still_sees_that_one_is_missing(pipeline: Pipeline, prod: Synthesis) -> None:
    """Whoever takes over the pipeline has no provider's key; a task without its secret would never start."""
    boto3.client("secretsmanager").delete_secret(SecretId="voiceplane/prod/github", ForceDeleteWithoutRecovery=True)
    boto3.client("secretsmanager").create_secret(Name="voiceplane/prod/github")

    with pytest.raises(DeployRefused, match="a value of secret voiceplane/prod/github"):
        refuse_when_missing(prod.assembly, environment="prod", step=Step.SERVICES, today=date(2026, 11, 21))
    assert SECRET not in allowed(prod)
    assert "secretsmanager:DescribeSecret" in pipeline.called & allowed(prod)


def test_the_role_may_go_back(pipeline: Pipeline, prod: Synthesis, fleet: Fleet) -> None:  # noqa: F811
    """Nobody wants to learn at night that it may not."""
    fleet.make_repositories()
    fleet.release(agent="sha-a2")
    write_before(PROD, services(PROD), now=datetime(2026, 11, 21, tzinfo=UTC))
    fleet.release(agent="sha-a3")  # it deregisters what it replaces

    told_of = plan_return(PROD, commit=None, media=False)
    told = carry_out(told_of, report=print)
    await_stable(told, seconds=60, report=print, pause=print)
    went_back(PROD, targets(told_of), [])
    refuse_strayed(PROD)

    assert {
        "cloudformation:ListStackResources",
        "ecs:UpdateService",
        "ecs:RegisterTaskDefinition",
        "ssm:PutParameter",
    } <= pipeline.called
    assert pipeline.called - {ALWAYS} - allowed(prod) == set()


def test_only_this_repositorys_jobs_in_this_environment_have_the_role(prod: Synthesis) -> None:
    """A pull request's job is in no environment; another environment's is in another."""
    [delivery] = [stack for stack in prod.assembly.stacks if stack.name.endswith("-delivery")]
    [role] = delivery.of_type("AWS::IAM::Role")
    [statement] = role.properties["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert json.dumps(statement["Condition"]["StringEquals"]) == json.dumps(
        {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:example/voiceplane:environment:prod",
        }
    )
    assert role.properties["MaxSessionDuration"] == 14400
