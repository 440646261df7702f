"""`voicectl alarms`."""

import os
from typing import Annotated

import typer

NOT_RUNNING = 3  # as `voicectl status`


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(alarms)


def alarms(
    every: Annotated[bool, typer.Option("--all", help="those that are well or not measured here too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for programs: all of them")] = False,
) -> None:
    """Show which alarms are on, evaluated on what the running platform publishes; exit code 1 when one is.

    Example: voicectl alarms --all
    """
    from voicectl.alarms.report import print_look
    from voicectl.alarms.watch import ALARMS_SEEN, Look
    from voicectl.up.errors import NotRunning, UpError
    from voicectl.up.state import running_platform, state_folder

    folder = state_folder(os.environ)
    try:
        running = running_platform(folder).running
    except NotRunning as not_running:
        typer.echo(not_running, err=True)
        raise typer.Exit(NOT_RUNNING) from None
    except UpError as refused:
        typer.echo(refused, err=True)
        raise typer.Exit(2) from None
    seen = folder / ALARMS_SEEN
    if not seen.exists() or seen.stat().st_mtime < running.started_at.timestamp():
        typer.echo("no alarm was evaluated yet; the process `alarms` of `voicectl status` synthesizes them", err=True)
        raise typer.Exit(2)
    look = Look.model_validate_json(seen.read_bytes())
    if as_json:
        typer.echo(look.model_dump_json(indent=1))
    else:
        print_look(look, every=every)
    raise typer.Exit(1 if look.ringing else 0)
