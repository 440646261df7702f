"""The commands of `voicectl`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from voicectl.deploy.run import DeployRefused, Step
from voicectl.deploy.run import deploy as run_deploy
from voicectl.review.report import print_review
from voicectl.review.templates import AssemblyUnreadable, read_assembly
from voicectl.toolchain import ToolMissing

PLAIN_WIDTH = 170  # columns of a table in a pipe or a log

app = typer.Typer(help="The handle of the platform.", no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """The handle of the platform."""


@app.command()
def review(
    folder: Annotated[Path, typer.Argument(help="what `cdk synth` wrote")] = Path("cdk.out"),
) -> None:
    """Print one page about the synthesized templates.

    Example: voicectl review cdk.out
    """
    try:
        assembly = read_assembly(folder)
    except AssemblyUnreadable as unreadable:
        typer.echo(unreadable, err=True)
        raise typer.Exit(2) from None
    console = Console()
    print_review(assembly, console=console if console.is_terminal else Console(width=PLAIN_WIDTH))


@app.command()
def deploy(
    environment: Annotated[str, typer.Argument(help="a name in config/environments/, or a path to a file")],
    step: Annotated[Step, typer.Option(help="foundations (network, delivery, data) or services (everything)")] = (
        Step.SERVICES
    ),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only look whether everything is there")] = False,
) -> None:
    """Deploy an environment; refuses before anything changes when something is missing.

    Example: voicectl deploy prod --step foundations
    """
    try:
        code = run_deploy(environment, step=step, dry_run=dry_run, console=Console())
    except (DeployRefused, ToolMissing) as refused:
        typer.echo(refused, err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(code)
