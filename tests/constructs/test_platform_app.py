"""`python app.py` ends with 0 only for a platform in which no reviewer finds anything, warnings included."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_s3 as s3

from config.errors import ConfigError
from config.schema import Environment
from voice_constructs.platform_app import PlatformApp

Define = Callable[[PlatformApp, Environment], None]


@pytest.fixture(autouse=True)
def _outdir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CDK_OUTDIR", str(tmp_path))


def test_a_clean_platform_synthesizes(tmp_path: Path) -> None:
    """The templates are where the CLI looks for them."""
    PlatformApp.synthesize(_platform(_subnet))

    assert (tmp_path / "Platform.template.json").exists()


def test_an_error_of_cdks_own_validation_fails() -> None:
    """ECS would refuse a Fargate task without a size in the middle of a deployment."""
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        PlatformApp.synthesize(_platform(_task_without_size))


def test_a_warning_of_cdks_own_validation_fails_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A zone by name is refused in an account that does not have it; CDK warns, and would go on."""
    with pytest.raises(SystemExit, match="1"):
        PlatformApp.synthesize(_platform(lambda stack: _subnet(stack, zone="us-east-1a")))

    told = capsys.readouterr().err
    assert told.endswith("the reviewers found W3010 at Platform/Subnet; mend it, or acknowledge it\n")


def test_a_finding_of_cdk_nag_fails() -> None:
    """AwsSolutions is part of every synth, not of a pipeline that somebody may skip."""
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        PlatformApp.synthesize(_platform(lambda stack: s3.CfnBucket(stack, "Bucket")))


def test_a_wrong_environment_is_one_message_and_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    """A trace would hide the sentence that says what to do."""

    def refuse(_stack: cdk.Stack) -> None:
        raise ConfigError("region is missing; name one")

    with pytest.raises(SystemExit, match="2"):
        PlatformApp.synthesize(_platform(refuse))

    assert capsys.readouterr().err == "config/environments/dev.toml: region is missing; name one\n"


def _platform(fill: Callable[[cdk.Stack], object]) -> Define:
    def define(app: PlatformApp, _environment: Environment) -> None:
        fill(cdk.Stack(app, "Platform"))

    return define


def _subnet(stack: cdk.Stack, *, zone: str | None = None) -> None:
    ec2.CfnSubnet(stack, "Subnet", vpc_id="vpc-0123456789abcdef0", cidr_block="10.0.0.0/24", availability_zone=zone)


def _task_without_size(stack: cdk.Stack) -> None:
    ecs.CfnTaskDefinition(stack, "Task", requires_compatibilities=["FARGATE"], network_mode="awsvpc")
