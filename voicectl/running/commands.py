"""`voicectl metrics`, `logs`, `restart`, `one-off` and `fault`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from voicectl.up.state import Platform

NOT_RUNNING = 3  # as `voicectl status`
ANSWERS = ("whole", "cut", "silent", "malformed")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (metrics, logs, restart, fault):
        app.command()(command)
    app.command("one-off", context_settings={"ignore_unknown_options": True})(one_off)


def metrics(
    name: Annotated[str, typer.Argument(help="of one metric; without it, all there can be")] = "",
    dimensions: Annotated[list[str] | None, typer.Argument(help="Name=Value: only where it has this value")] = None,
    periods: Annotated[int, typer.Option(min=1, max=1440, help="how many of the alarms' minutes back")] = 10,
) -> None:
    """Show what the running platform has published to CloudWatch, a line for each of the alarms' minutes.

    Example: voicectl metrics QueueDepth Pool=data
    """
    import boto3
    from rich.console import Console
    from rich.table import Table

    from contract.aws_metrics import AWS_METRICS
    from contract.metrics import METRICS
    from voicectl.running.numbers import STATISTICS, lines_of

    if not name:
        for each in METRICS:
            typer.echo(f"{each.name}  {each.unit}  {' '.join(each.dimensions)}  {each.meaning}")
        for theirs in AWS_METRICS:
            typer.echo(f"{theirs.name}  {theirs.unit}  {' '.join(theirs.dimensions)}  of {theirs.namespace}")
        return
    wanted = dict(_pair(each) for each in dimensions or ())
    with _answering() as (platform, folder):
        client = boto3.client(
            "cloudwatch",
            endpoint_url=platform.running.addresses.aws,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )
        seconds = 60 / platform.running.speed
        lines = lines_of(client, name, dimensions=wanted, periods=periods, period_seconds=seconds)
    table = Table("time", "dimensions", *STATISTICS, box=None, pad_edge=False)
    for line in lines:
        table.add_row(f"{line.at:%H:%M:%S}", line.dimensions, *(f"{value:g}" for value in line.values))
    Console(width=None if Console().is_terminal else 170).print(table)


def logs(
    process: Annotated[str, typer.Argument(help="as in `voicectl status`")],
    grep: Annotated[str, typer.Option(help="only lines with this in them")] = "",
    lines: Annotated[int, typer.Option(min=1, max=100_000, help="at most so many, the latest")] = 30,
) -> None:
    """Show what a process of the running platform said last.

    Example: voicectl logs agent --grep provider
    """
    from collections import deque

    from voicectl.running.restart import process_of

    with _answering() as (platform, _):
        log = process_of(platform.running, process).log
    said = log.read_text(errors="replace").splitlines() if log.exists() else []
    for line in deque((line for line in said if grep in line), maxlen=lines):
        typer.echo(line)


def restart(process: Annotated[str, typer.Argument(help="as in `voicectl status`")]) -> None:
    """End a process of the running platform, by force after 5 s, and wait until it is ready again.

    Example: voicectl restart celery-data
    """
    from voicectl.running.restart import restart as begin_anew

    with _answering() as (_, folder):
        typer.echo(f"{process} is ready again after {begin_anew(folder, process):.1f} s")


def one_off(
    service: Annotated[str, typer.Argument(help="whose variables it gets, as in `voicectl status`")],
    module: Annotated[str, typer.Argument(help="a Python module, run as `python -m`")],
    arguments: Annotated[list[str] | None, typer.Argument(help="the module's")] = None,
) -> None:
    """Run a module once with a service's variables, beside the running platform; its exit code is the command's.

    Example: voicectl one-off supervisor control_plane.connections --end-after 120
    """
    from voicectl.running.one_off import run

    with _answering() as (_, folder):
        code = run(folder, service, module, arguments or [])
    raise typer.Exit(code)


def fault(
    provider: Annotated[str, typer.Argument(help="deepgram, openai or elevenlabs")],
    status: Annotated[int | None, typer.Option(min=400, max=599, help="refuse every request with it")] = None,
    latency: Annotated[float, typer.Option(min=0, max=120, help="seconds before each answer")] = 0,
    answer: Annotated[str, typer.Option(help="cut, silent or malformed instead of whole")] = "whole",
    times: Annotated[int | None, typer.Option(min=1, help="so often, then all is well again")] = None,
) -> None:
    """Let a loopback provider of the running platform do wrong; without options it does well again.

    Example: voicectl fault openai --status 503
    """
    from runtime.providers.faults import Answer, Fault
    from voicectl.running.spoiling import spoil

    if answer not in ANSWERS:
        raise typer.BadParameter(f"{answer!r} is none of {', '.join(ANSWERS)}", param_hint="--answer")
    wanted = Fault(status=status, latency_seconds=latency, answer=Answer(answer), times=times)
    with _answering() as (platform, _):
        spoil(platform.running, provider, wanted)
    typer.echo(
        f"{provider} does well" if wanted == Fault() else f"{provider} does wrong until `voicectl fault {provider}`"
    )


@contextmanager
def _answering() -> "Iterator[tuple[Platform, Path]]":
    """The running platform and its state folder; what is wrong is said, and ends the command."""
    from voicectl.running.errors import RunningError
    from voicectl.up.errors import NotRunning, UpError
    from voicectl.up.state import running_platform, state_folder

    folder = state_folder(os.environ)
    try:
        yield running_platform(folder), folder
    except NotRunning as not_running:
        typer.echo(not_running, err=True)
        raise typer.Exit(NOT_RUNNING) from None
    except (RunningError, UpError) as refused:
        typer.echo(refused, err=True)
        raise typer.Exit(2) from None


def _pair(written: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{written!r} is not Name=Value", param_hint="DIMENSIONS")
    return name, value
