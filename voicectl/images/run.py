"""Carrying pushes out with Docker, one after the other."""

import base64
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence

import boto3

from voicectl.deploy.errors import DeployRefused
from voicectl.images.push import Push, docker_login
from voicectl.review.templates import Assembly
from voicectl.toolchain import ROOT, ToolMissing


def account_of(assembly: Assembly) -> str:
    """Whoever is signed in."""
    sts = boto3.client("sts", region_name=assembly.stacks[0].region)
    return str(sts.get_caller_identity()["Account"])


def carry_out(pushes: Sequence[Push], *, report: Callable[[str], None]) -> None:
    """Push them; each registry is signed in to once.

    Raises:
        ToolMissing: There is no Docker.
        DeployRefused: Docker failed; what was pushed before stays.
    """
    if not shutil.which("docker"):
        raise ToolMissing("docker is not on PATH; install it, or let the pipeline push (docs/delivery.md)")
    signed_in: set[str] = set()
    for push in pushes:
        for registry, region in _registries(push):
            if registry not in signed_in:
                _docker(docker_login(registry), said=_password(region))
                signed_in.add(registry)
        report(shlex.join(push.command))
        _docker(push.command)


def _registries(push: Push) -> list[tuple[str, str]]:
    """Those of ECR that it reads from or writes to, with their regions."""
    hosts = [push.registry, push.source.partition("/")[0]]
    return [(host, host.split(".")[3]) for host in dict.fromkeys(hosts) if ".dkr.ecr." in host]


def _password(region: str) -> str:
    token = boto3.client("ecr", region_name=region).get_authorization_token()["authorizationData"][0]
    return base64.b64decode(token["authorizationToken"]).decode().partition(":")[2]


def _docker(command: Sequence[str], *, said: str | None = None) -> None:
    ran = subprocess.run(command, cwd=ROOT, input=said, text=True, check=False)
    if ran.returncode:
        raise DeployRefused(f"`{shlex.join(command)}` ended with {ran.returncode}")
