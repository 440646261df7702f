"""The documented way to deploy: synthesize, check, refuse or go."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from threading import Event

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from config.load import load
from voicectl.deploy.checks import Missing, missing_for_foundations, missing_for_services, past_holidays
from voicectl.deploy.errors import DeployRefused
from voicectl.deploy.fleet import services
from voicectl.deploy.needs import is_foundation
from voicectl.deploy.record import write_before
from voicectl.deploy.step import Step
from voicectl.deploy.strayed import settle
from voicectl.review.templates import Assembly, read_assembly
from voicectl.toolchain import ROOT, cdk

OUT = ROOT / "cdk.out"
BEGUN = OUT / "deployment-begun"  # whoever must undo a failed run sees by it whether there is anything to undo


def deploy(environment: str, *, step: Step, dry_run: bool, console: Console, tool: Callable[..., int] = cdk) -> int:
    """Deploy one step of an environment.

    Args:
        environment: A name in `config/environments/`, or a path to a file.
        step: `foundations` are network, delivery and data; `services` is everything, foundations included.
        dry_run: Only check.
        tool: The CDK CLI: takes its arguments, answers its exit code.

    Returns:
        The CDK CLI's exit code.

    Raises:
        DeployRefused: With a list of what is missing and the commands that supply it.
        NotStable: A service that had gone back did not come up on what its stack says.
    """
    BEGUN.unlink(missing_ok=True)
    code = tool("synth", "--quiet", "--context", f"environment={environment}", "--output", str(OUT))
    if code:
        return code
    assembly = read_assembly(OUT)
    refuse_when_missing(assembly, environment=environment, step=step, today=date.today())
    console.print(f"{environment}: everything is there for {step}")
    if dry_run:
        return 0
    if step is Step.SERVICES:
        begin(environment)
    code = tool(*deploy_arguments(assembly, step=step))
    if code == 0 and step is Step.SERVICES:
        settle(load(environment), report=console.print, pause=Event().wait)
    return code


def deploy_arguments(assembly: Assembly, *, step: Step) -> list[str]:
    """What the CDK CLI is told: the stacks by name, of which it leaves those alone that have not changed."""
    stacks = [stack.name for stack in assembly.stacks if step is Step.SERVICES or is_foundation(stack)]
    return ["deploy", *stacks, "--app", str(OUT), "--require-approval", "never", "--progress", "events"]


def begin(environment: str) -> None:
    """Write down what runs now, for `voicectl rollback`; from here on something may change."""
    settings = load(environment)
    write_before(settings, services(settings), now=datetime.now(UTC))
    BEGUN.write_text(f"{environment}\n")


def refuse_when_missing(assembly: Assembly, *, environment: str, step: Step, today: date) -> None:
    """Look everything up before anything changes.

    Raises:
        DeployRefused: Something is missing.
    """
    try:
        account = boto3.client("sts", region_name=assembly.stacks[0].region).get_caller_identity()["Account"]
        missing = list(_missing(assembly, environment=environment, step=step, account=account, today=today))
    except (BotoCoreError, ClientError) as refused:
        raise DeployRefused(f"AWS cannot be asked: {refused}; sign in first, such as by `aws sso login`") from None
    if missing:
        lines = [f"  {each.what}\n    {each.command}" for each in missing]
        raise DeployRefused("\n".join([f"{environment}: nothing was changed; missing:", *lines]))


def _missing(assembly: Assembly, *, environment: str, step: Step, account: str, today: date) -> Iterator[Missing]:
    foundations = list(missing_for_foundations(assembly, environment=environment, account=account))
    yield from foundations
    yield from past_holidays(assembly, today=today)
    if step is Step.SERVICES and not foundations:
        yield from missing_for_services(assembly, environment=environment, account=account)
