"""Images go into an environment's repositories once: built for the processor of their tasks, or copied."""

import json
import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.fakes.cloudformation.account import empty_account
from tests.stacks.conftest import PLACES
from tests.synthesis import Syntheses, Synthesis
from voicectl.deploy.errors import DeployRefused
from voicectl.deploy.needs import image_needs
from voicectl.images.push import Push, missing_pushes, tried_in
from voicectl.images.run import carry_out

ACCOUNT = "123456789012"
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/said"
case "$1" in login) cat > "$(dirname "$0")/password";; esac
exit {code}
"""


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account with the repositories of prod and staging, empty."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with empty_account():
        ecr = boto3.client("ecr")
        for environment in ("prod", "staging"):
            for image in ("agent", "control-plane", "gateway", "guardian", "livekit", "egress", "pgbouncer"):
                ecr.create_repository(
                    repositoryName=f"voiceplane-{environment}/{image}", imageTagMutability="IMMUTABLE"
                )
        yield


def there(repository: str, tag: str) -> None:
    """Have an image in a repository."""
    config = {"mediaType": CONFIG, "digest": f"{repository}:{tag}"}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []}
    boto3.client("ecr").put_image(repositoryName=repository, imageTag=tag, imageManifest=json.dumps(manifest))


def missing(synthesis: Synthesis) -> dict[str, Push]:
    """What prod still needs, by image."""
    return {push.image.name: push for push in missing_pushes(synthesis.assembly, account=ACCOUNT)}


def test_every_image_of_an_empty_registry_is_missing(prod: Synthesis) -> None:
    """Those that task definitions name: PgBouncer's only where it is switched on."""
    assert missing(prod).keys() == {"agent", "control-plane", "gateway", "guardian", "livekit", "egress"}


def test_a_tag_that_is_there_is_left_alone(prod: Synthesis) -> None:
    """Tags never change their meaning: an existing one is no error, and nothing to do."""
    there("voiceplane-prod/agent", missing(prod)["agent"].need.reference)

    assert "agent" not in missing(prod)


def test_an_image_of_ours_is_built_for_its_tasks(prod: Synthesis) -> None:
    """From its own Dockerfile, with the commit in a label, straight into the repository."""
    push = missing(prod)["agent"]
    tag = push.need.reference

    assert shlex.join(push.command) == (
        "docker buildx build --platform linux/arm64 --file runtime/images/agent/Dockerfile "
        f"--build-arg REVISION={tag.removeprefix('sha-')} --tag {REGISTRY}/voiceplane-prod/agent:{tag} --push ."
    )
    assert push.runner == "ubuntu-24.04-arm"


def test_a_makers_image_is_copied_as_it_is(prod: Synthesis) -> None:
    """Its digest stays its maker's."""
    assert shlex.join(missing(prod)["livekit"].command) == (
        f"docker buildx imagetools create --tag {REGISTRY}/voiceplane-prod/livekit:v1.13.5 "
        "docker.io/livekit/livekit-server:v1.13.5"
    )


def test_an_image_for_two_processors_is_built_for_both(syntheses: Syntheses) -> None:
    """The guardian's, beside egress on Fargate and LiveKit on its nodes."""
    assembly = syntheses.reviewed(str(PLACES["every-option"])).assembly
    need = next(need for need in image_needs(assembly) if need.repository.endswith("/guardian"))

    assert Push.of(need, account=ACCOUNT).command[4] == "linux/amd64,linux/arm64"


def test_production_takes_the_bytes_that_staging_tried(prod: Synthesis) -> None:
    """Another build of the same commit is another image."""
    push = missing(prod)["agent"]
    there("voiceplane-staging/agent", push.need.reference)

    copied = tried_in(push, environment="staging", region="us-east-1")

    assert copied.command[-1] == f"{REGISTRY}/voiceplane-staging/agent:{push.need.reference}"
    assert copied.command[:4] == ["docker", "buildx", "imagetools", "create"]


def test_what_staging_never_had_is_built(prod: Synthesis) -> None:
    """An environment with something that staging has not."""
    push = missing(prod)["agent"]

    assert tried_in(push, environment="staging", region="us-east-1") == push


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A program of that name that writes down what it was told; the folder it writes into."""
    program = tmp_path / "docker"
    program.write_text(DOCKER.format(code=getattr(request, "param", 0)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_docker_is_signed_in_once_and_pushes_each(prod: Synthesis, docker: Path) -> None:
    """With a password that is on no command line."""
    pushes = missing(prod)
    told: list[str] = []

    carry_out([pushes["agent"], pushes["livekit"]], report=told.append)

    said = (docker / "said").read_text().splitlines()
    assert said[0] == f"login --username AWS --password-stdin {REGISTRY}"
    assert [line.split()[:2] for line in said[1:]] == [["buildx", "build"], ["buildx", "imagetools"]]
    password = (docker / "password").read_text()
    assert password
    assert password not in " ".join([*said, *told])


@pytest.mark.parametrize("docker", [1], indirect=True)
def test_a_push_that_fails_stops_the_rest(prod: Synthesis, docker: Path) -> None:
    """And says which."""
    pushes = missing(prod)

    with pytest.raises(DeployRefused, match="docker login .* ended with 1"):
        carry_out([pushes["agent"], pushes["livekit"]], report=print)

    assert len((docker / "said").read_text().splitlines()) == 1


def test_a_repository_that_is_not_there_has_no_image(prod: Synthesis) -> None:
    """The foundations make them; until then everything is missing."""
    boto3.client("ecr").delete_repository(repositoryName="voiceplane-prod/agent", force=True)

    assert "agent" in missing(prod)
