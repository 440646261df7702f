"""`voicectl deploy`."""

from typing import Annotated

import typer

from voicectl.deploy.step import Step


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(deploy)


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
    from rich.console import Console

    from voicectl.deploy.run import DeployRefused
    from voicectl.deploy.run import deploy as run_deploy
    from voicectl.toolchain import ToolMissing

    try:
        code = run_deploy(environment, step=step, dry_run=dry_run, console=Console())
    except (DeployRefused, ToolMissing) as refused:
        typer.echo(refused, err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(code)
