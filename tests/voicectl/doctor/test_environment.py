"""`voicectl doctor --env` finds what a deployment would stumble over, and changes nothing."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from tests.commands.clone import AUTHOR
from tests.synthesis import Synthesis
from voicectl.command_line import app
from voicectl.doctor import environment
from voicectl.doctor.account import account_findings
from voicectl.doctor.environment import Target
from voicectl.doctor.finding import Finding, Machine, Verdict
from voicectl.doctor.quotas import fargate_vcpus, node_vcpus

ROOT = Path(__file__).parents[3]


@pytest.fixture
def target(prod: Synthesis, tmp_path: Path) -> Target:
    """Production, as it is shipped."""
    return Target("prod", Machine(variables={}, root=ROOT, folder=tmp_path), prod.environment, prod.assembly)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account that somebody is signed in to."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield


def with_environment(target: Target, **changed: Any) -> Target:
    """The same with other values in the file."""
    return target._replace(environment=target.environment.model_copy(update=changed))


def named(findings: list[Finding]) -> dict[str, Finding]:
    """By name."""
    return {finding.name: finding for finding in findings}


def test_what_is_shipped_must_be_made_ones_own(target: Target) -> None:
    """example.com is nobody's, and alarms to it reach nobody."""
    found = named([look(target) for look in environment.LOOKS])

    missing = {name for name, finding in found.items() if finding.verdict is Verdict.MISSING}
    assert missing == {"domain", "mailbox of the alarms", "repository"}
    assert all("config/environments/prod.toml" in found[name].fix for name in missing)


def test_a_file_that_names_its_account_is_good(target: Target) -> None:
    """Then no other account is touched by mistake."""
    assert environment.account_named(target).verdict is Verdict.OPTIONAL
    assert environment.account_named(with_environment(target, account="123456789012")).verdict is Verdict.GOOD


def test_what_is_not_committed_and_not_there_is_said(target: Target, tmp_path: Path) -> None:
    """An image is built from commits."""
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / "file").write_text("one")
    for words in (("init", "--quiet"), ("add", "."), (*AUTHOR, "commit", "--quiet", "--message=one")):
        subprocess.run(["git", *words], cwd=clone, check=True)
    there = target._replace(machine=target.machine._replace(root=clone))
    clean = environment.committed(there)
    (clone / "file").write_text("two")

    assert clean.verdict is Verdict.GOOD
    assert environment.committed(there).found == "1 files are changed"
    assert environment.history(there).verdict is Verdict.GOOD


def test_without_an_account_the_rest_is_still_looked_at(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what signing in would add."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    [finding] = account_findings(target)

    assert (finding.name, finding.verdict) == ("account", Verdict.OPTIONAL)
    assert "aws sso login" in finding.fix


@pytest.mark.usefixtures("account")
def test_an_empty_account_lacks_what_a_deployment_needs(target: Target) -> None:
    """Each with the command that mends it."""
    found = named(list(account_findings(target)))

    assert found["account"].verdict is Verdict.GOOD
    assert found["bootstrap and GitHub's provider"].fix == "make bootstrap ENV=prod"
    assert found["foundations, images and secrets"].fix == "make deploy ENV=prod STEP=foundations"
    assert found["voiceplane/prod/providers"].fix == "voicectl secrets init --env prod"
    assert found["zones"].verdict is Verdict.GOOD
    assert [name for name, finding in found.items() if finding.verdict is not Verdict.GOOD and not finding.fix] == []


@pytest.mark.usefixtures("account")
def test_another_account_than_the_files_is_named(target: Target) -> None:
    """Production's file with development's credentials."""
    found = named(list(account_findings(with_environment(target, account="999999999999"))))

    assert found["account"].verdict is Verdict.MISSING
    assert "sign in to 999999999999" in found["account"].fix


@pytest.mark.usefixtures("account")
def test_a_hosted_zone_that_is_not_there_is_named(target: Target) -> None:
    """A mistyped id costs half an hour of a deployment."""
    zone = boto3.client("route53").create_hosted_zone(Name="voice.example.com", CallerReference="one")["HostedZone"]
    there = zone["Id"].rpartition("/")[2]

    def with_zone(id_: str) -> Finding:
        domain = target.environment.domain.model_copy(update={"hosted_zone_id": id_})
        return named(list(account_findings(with_environment(target, domain=domain))))["hosted zone"]

    assert with_zone(there).verdict is Verdict.GOOD
    assert with_zone("Z0WRONG").found == "Z0WRONG is not there"
    assert there in with_zone("Z0WRONG").fix


@pytest.mark.usefixtures("account")
def test_a_quota_is_compared_with_the_largest_the_templates_ask_for(target: Target) -> None:
    """moto knows the quota of VPCs, which is 5."""
    ec2 = boto3.client("ec2", region_name="us-east-1")
    before = named(list(account_findings(target)))["VPCs in us-east-1"]
    for number in range(5):  # and the default one
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
    after = named(list(account_findings(target)))["VPCs in us-east-1"]

    assert (before.verdict, before.found) == (Verdict.GOOD, "1 needed at most, 1 in use, 5 allowed")
    assert (after.verdict, after.found) == (Verdict.MISSING, "1 needed at most, 6 in use, 5 allowed")
    assert "--service-code vpc --quota-code L-F678F1CE" in after.fix


def test_what_is_needed_is_every_service_at_its_maximum(target: Target) -> None:
    """By hand, from the environment's own sections: twice, because a deployment runs old and new."""
    environment = target.environment

    assert fargate_vcpus(target.assembly, "us-east-1") >= 2 * environment.agent.tasks.max * 2
    assert node_vcpus(target.assembly, "us-east-1") == 4 * 2 * environment.media.livekit.tasks.max  # a c7g.xlarge has 4
    assert fargate_vcpus(target.assembly, "eu-west-1") == 0


def test_all_of_it_can_be_read_by_programs() -> None:
    """The names are stable."""
    said = CliRunner().invoke(app, ["doctor", "--env", "prod", "--json"])

    assert len(json.loads(said.stdout)) >= 25 + len(environment.LOOKS)
    assert said.exit_code == 1
