"""`voicectl up`, `down` and `status`; what they need is imported when they run, so that `--help` is quick."""

import os
from typing import Annotated

import typer

NOT_RUNNING = 3  # as service managers say it
Names = Annotated[str, typer.Option(help="names of processes, separated by commas")]
AsJson = Annotated[bool, typer.Option("--json", help="for programs: one JSON object a line")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (up, down, status):
        app.command()(command)


def up(
    only: Names = "",
    without: Names = "",
    port: Annotated[list[str] | None, typer.Option(help="name=number, as in `voicectl status --json`")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="forget database, keys and logs first")] = False,
    speed: Annotated[float, typer.Option(min=1, max=60, help="the alarms' minutes are shorter by so much")] = 1,
    detach: Annotated[bool, typer.Option("--detach", help="come back when everything is up")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="lines instead of a table")] = False,
    as_json: AsJson = False,
) -> None:
    """Start the whole platform on this machine, and keep it running until Ctrl-C.

    Example: voicectl up --without page
    """
    from voicectl.up.detached import start_detached
    from voicectl.up.errors import UpError
    from voicectl.up.screen import choose_screen
    from voicectl.up.session import Wishes, run_platform
    from voicectl.up.state import state_folder

    folder = state_folder(os.environ)
    try:
        wishes = Wishes(_names(only), _names(without), _ports(port or []), is_fresh=fresh, speed=speed)
        if detach:
            code = start_detached(folder, wishes=wishes)
        else:
            screen = choose_screen(as_json=as_json, plain=plain)
            code = run_platform(folder, variables=os.environ, wishes=wishes, screen=screen)
    except UpError as refused:
        typer.echo(refused, err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(code)


def down() -> None:
    """Stop the platform that runs from this clone; does nothing when none does.

    Example: voicectl down
    """
    from voicectl.up.detached import stop
    from voicectl.up.errors import NotRunning, UpError
    from voicectl.up.state import state_folder

    try:
        typer.echo(f"stopped in {stop(state_folder(os.environ)):.1f} s")
    except NotRunning:
        typer.echo("the platform is not running")
    except UpError as refused:
        typer.echo(refused, err=True)
        raise typer.Exit(1) from None


def status(as_json: AsJson = False) -> None:
    """Show processes, ports, health and addresses; exit code 0 when all is well, 1 when not, 3 when it does not run.

    Example: voicectl status --json
    """
    from voicectl.up.errors import NotRunning, UpError
    from voicectl.up.state import running_platform, state_folder
    from voicectl.up.status import as_lines, as_table

    try:
        running = running_platform(state_folder(os.environ)).running
    except NotRunning as not_running:
        typer.echo('{"running": null}' if as_json else not_running)
        raise typer.Exit(NOT_RUNNING) from None
    except UpError as refused:
        typer.echo(refused, err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(as_lines(running))
    else:
        as_table(running)
    raise typer.Exit(0 if running.is_green else 1)


def _names(written: str) -> tuple[str, ...]:
    return tuple(name for name in written.replace(" ", "").split(",") if name)


def _ports(written: list[str]) -> dict[str, int]:
    chosen = {}
    for each in written:
        name, _, number = each.partition("=")
        if not number.isdecimal() or not 1024 <= int(number) <= 65535:
            raise typer.BadParameter(f"{each} is not name=number with a number from 1024 to 65535")
        chosen[name] = int(number)
    return chosen
