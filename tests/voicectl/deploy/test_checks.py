"""A deployment is refused before anything changes when something is missing, with the command that supplies it."""

import json
from collections.abc import Iterator
from datetime import date

import boto3
import pytest
from moto import mock_aws

from tests.stacks.conftest import PLACES
from tests.synthesis import Syntheses, Synthesis
from voicectl.deploy.checks import GITHUB, STANDING
from voicectl.deploy.errors import DeployRefused
from voicectl.deploy.needs import image_needs, is_foundation, migration_fault, secret_needs
from voicectl.deploy.run import refuse_when_missing
from voicectl.deploy.step import Step
from voicectl.review.templates import Assembly, StackTemplate

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
TODAY = date(2026, 11, 21)
NOTHING = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
KEYS = {"deepgram_api_key": "a", "openai_api_key": "b", "elevenlabs_api_key": "c"}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account that somebody is signed in to."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield


def refusal(assembly: Assembly, *, step: Step = Step.SERVICES) -> str:
    """What a person would read; empty when the deployment would go on."""
    try:
        refuse_when_missing(assembly, environment="prod", step=step, today=TODAY)
    except DeployRefused as refused:
        return str(refused)
    return ""


def bootstrap(*, version: str = "30") -> None:
    """What `cdk bootstrap` leaves, and GitHub's provider."""
    boto3.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value=version, Type="String")
    boto3.client("iam").create_open_id_connect_provider(Url=f"https://{GITHUB}", ClientIDList=["sts.amazonaws.com"])


def found(assembly: Assembly) -> None:
    """What the first step leaves, as far as the second looks at it."""
    for stack in filter(is_foundation, assembly.stacks):
        boto3.client("cloudformation").create_stack(StackName=stack.name, TemplateBody=NOTHING)
    for secret in secret_needs(assembly):
        boto3.client("secretsmanager").create_secret(Name=secret.name)


def push(assembly: Assembly, *, but: str = "") -> None:
    """Every image but one."""
    ecr = boto3.client("ecr")
    for image in image_needs(assembly):
        ecr.create_repository(repositoryName=image.repository)
        if not image.repository.endswith(f"/{but}"):
            config = {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": image.repository}
            manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []})
            ecr.put_image(repositoryName=image.repository, imageTag=image.reference, imageManifest=manifest)


def write_secrets(*, providers: dict[str, str]) -> None:
    """What people write."""
    secrets = boto3.client("secretsmanager")
    secrets.put_secret_value(SecretId="voiceplane/prod/providers", SecretString=json.dumps(providers))
    secrets.put_secret_value(SecretId="voiceplane/prod/github", SecretString="token")


@pytest.mark.usefixtures("account")
def test_an_account_without_bootstrap_is_refused(prod: Synthesis) -> None:
    """The CLI would fail later, and less clearly."""
    message = refusal(prod.assembly, step=Step.FOUNDATIONS)

    assert message.startswith("prod: nothing was changed; missing:\n  the CDK's bootstrap stack in us-east-1\n")
    assert "make bootstrap ENV=prod" in message
    assert 'set delivery.oidc_provider = "create"' in message


@pytest.mark.usefixtures("account")
def test_an_old_bootstrap_is_refused(prod: Synthesis) -> None:
    """Its roles lack what today's CLI asks of them."""
    bootstrap(version="21")

    assert "bootstrap version 30 in us-east-1: it is 21" in refusal(prod.assembly, step=Step.FOUNDATIONS)


@pytest.mark.usefixtures("account")
def test_the_foundations_need_neither_images_nor_secrets(prod: Synthesis) -> None:
    """They make the places where images and secrets are put."""
    bootstrap()

    assert refusal(prod.assembly, step=Step.FOUNDATIONS) == ""


@pytest.mark.usefixtures("account")
def test_services_wait_for_the_foundations(prod: Synthesis) -> None:
    """One missing thing at a time: images cannot be pushed before there are repositories."""
    bootstrap()

    message = refusal(prod.assembly)

    assert "make deploy ENV=prod STEP=foundations" in message
    assert "docker" not in message


@pytest.mark.usefixtures("account")
def test_a_missing_image_is_named_with_its_push(prod: Synthesis) -> None:
    """ECS would try for an hour to pull it."""
    bootstrap()
    found(prod.assembly)
    push(prod.assembly, but="livekit")
    write_secrets(providers=KEYS)

    message = refusal(prod.assembly)

    assert "  image voiceplane-prod/livekit:v1.13.5\n" in message
    copied = (
        "docker buildx imagetools create --tag 123456789012.dkr.ecr.us-east-1.amazonaws.com/voiceplane-prod/livekit"
    )
    assert f"{copied}:v1.13.5 docker.io/livekit/livekit-server:v1.13.5\n" in f"{message}\n"
    assert message.count("docker buildx") == 1


@pytest.mark.usefixtures("account")
def test_an_image_is_built_for_what_its_tasks_run_on(prod: Synthesis) -> None:
    """On another processor every task would end with `exec format error`, and the tag cannot be pushed again."""
    bootstrap()
    found(prod.assembly)
    push(prod.assembly, but="guardian")
    write_secrets(providers=KEYS)

    assert "docker buildx build --platform linux/arm64 --file runtime/images/guardian/Dockerfile" in refusal(
        prod.assembly
    )


def test_an_image_of_two_kinds_of_tasks_is_for_both(syntheses: Syntheses) -> None:
    """The guardian stands beside LiveKit on its nodes, and beside egress on Fargate."""
    every = syntheses.reviewed(str(PLACES["every-option"]))

    platforms = {need.repository.rpartition("/")[2]: need.platforms for need in image_needs(every.assembly)}

    assert platforms["guardian"] == ("linux/amd64", "linux/arm64")
    assert platforms["livekit"] == ("linux/amd64",)
    assert platforms["agent"] == ("linux/arm64",)


@pytest.mark.parametrize(("status", "stands"), [("UPDATE_ROLLBACK_COMPLETE", True), ("ROLLBACK_COMPLETE", False)])
def test_a_stack_that_was_never_made_does_not_count(status: str, stands: bool) -> None:
    """A creation that failed leaves a stack without resources, whose status ends in COMPLETE too."""
    assert (status in STANDING) is stands


@pytest.mark.usefixtures("account")
def test_a_secret_without_a_value_is_named_with_its_fields(prod: Synthesis) -> None:
    """A task that cannot read its secret never starts."""
    bootstrap()
    found(prod.assembly)
    push(prod.assembly)

    message = refusal(prod.assembly)

    assert "a value of secret voiceplane/prod/providers" in message
    assert '\'{"deepgram_api_key": "…", "elevenlabs_api_key": "…", "openai_api_key": "…"}\'' in message
    assert "a value of secret voiceplane/prod/github" in message


@pytest.mark.usefixtures("account")
def test_a_secret_without_a_field_is_named_and_no_value_is_printed(prod: Synthesis) -> None:
    """The message is read over shoulders and kept in logs."""
    bootstrap()
    found(prod.assembly)
    push(prod.assembly)
    write_secrets(providers={**KEYS, "openai_api_key": "", "deepgram_api_key": "do-not-print-me"})

    message = refusal(prod.assembly)

    assert "openai_api_key in the JSON of secret voiceplane/prod/providers" in message
    assert "do-not-print-me" not in message


@pytest.mark.usefixtures("account")
def test_nothing_is_refused_when_everything_is_there(prod: Synthesis) -> None:
    """A check that always refuses is no check."""
    bootstrap()
    found(prod.assembly)
    push(prod.assembly)
    write_secrets(providers=KEYS)

    assert refusal(prod.assembly) == ""


@pytest.mark.usefixtures("account")
def test_a_holiday_that_is_over_is_refused(prod: Synthesis) -> None:
    """Whether AWS takes a one-off action in the past is not known; a deployment is no place to find out."""
    bootstrap()

    with pytest.raises(DeployRefused, match=r"2026-12-25 have begun\n    take them out of schedule.holidays"):
        refuse_when_missing(prod.assembly, environment="prod", step=Step.FOUNDATIONS, today=date(2026, 12, 26))


def test_services_that_would_not_wait_for_the_migration_are_refused(prod: Synthesis) -> None:
    """New code on an old schema fails for callers, not for the pipeline."""
    broken = [_without_dependencies(stack) for stack in prod.assembly.stacks]

    assert migration_fault(prod.assembly) == ""
    assert migration_fault(Assembly(tuple(broken))).endswith("service api does not wait for a migration")


def test_without_credentials_it_says_how_to_sign_in(prod: Synthesis) -> None:
    """The first thing a newcomer forgets."""
    assert "sign in first" in refusal(prod.assembly)


def _without_dependencies(stack: StackTemplate) -> StackTemplate:
    template = json.loads(json.dumps(stack.template))
    for resource in template["Resources"].values():
        resource.pop("DependsOn", None)
    return StackTemplate(stack.name, stack.region, template)
