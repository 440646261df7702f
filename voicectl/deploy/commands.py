"""`voicectl deploy`, `smoke` and `rollback`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from voicectl.deploy.step import Step

Environment = Annotated[str, typer.Option("--env", help="a name in config/environments/, or a path to a file")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(deploy)
    app.command()(smoke)
    app.command()(rollback)


def _whole_url(url: str) -> str:
    """Refuse what nobody can be asked by, before anybody is asked."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if url and not is_whole:
        raise typer.BadParameter(f"{url!r} is no URL; give it whole, such as https://api.example.com/api/health")
    return url


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

    from voicectl.deploy.run import deploy as run_deploy

    with _told():
        code = run_deploy(environment, step=step, dry_run=dry_run, console=Console())
    raise typer.Exit(code)


def smoke(
    env: Environment,
    tries: Annotated[int, typer.Option(min=1, max=100, help="how often it is asked")] = 10,
    pause: Annotated[float, typer.Option(min=0, max=600, help="seconds between two tries")] = 10.0,
    url: Annotated[str, typer.Option(help="instead of the environment's own health URL", callback=_whole_url)] = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="then this release is good: keep the way back")] = False,
) -> None:
    """Ask a deployed platform whether it works; exits with 1 when it never says so.

    Example: voicectl smoke --env prod --tries 10 --pause 10
    """
    from threading import Event

    from config.load import load_or_exit
    from voicectl.deploy.fleet import services
    from voicectl.deploy.record import confirm as keep
    from voicectl.deploy.smoke import health_url
    from voicectl.deploy.smoke import smoke as run_smoke
    from voicectl.deploy.strayed import refuse_strayed

    environment = load_or_exit(env)
    with _told():
        asked = url or health_url(environment)
        run_smoke(asked, tries=tries, pause_seconds=pause, report=typer.echo, pause=Event().wait)
        if confirm:
            refuse_strayed(environment)
            waited = keep(environment, services(environment))
            told = "confirmed; what it changed is undone by `voicectl rollback` from now on"
            typer.echo(f"{environment.name}: {told if waited else 'no deployment waited for that'}")


def rollback(
    env: Environment,
    to: Annotated[str, typer.Option(help="a commit, with or without sha-; else what ran before the last release")] = "",
    media: Annotated[bool, typer.Option("--media", help="LiveKit and egress too, which calls are on")] = False,
    unconfirmed: Annotated[
        bool, typer.Option("--unconfirmed", help="only undo a deployment that `smoke --confirm` has not confirmed")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would change")] = False,
    wait: Annotated[float, typer.Option(min=0, max=14400, help="seconds for services to become stable")] = 1200.0,
) -> None:
    """Let services run again what they ran before; the database's schema stays as it is.

    Example: voicectl rollback --env prod --dry-run
    """
    from threading import Event

    from config.load import load_or_exit
    from voicectl.deploy.record import went_back
    from voicectl.deploy.rollback import await_stable, carry_out, left_alone, plan_return, targets
    from voicectl.deploy.under_way import refuse_under_way

    environment = load_or_exit(env)
    with _told():
        returns = plan_return(environment, commit=to or None, media=media, unconfirmed=unconfirmed)
        left = [] if media else left_alone(environment, unconfirmed=unconfirmed or bool(to))
        if returns and not dry_run:
            refuse_under_way(environment)
            told = carry_out(returns, report=typer.echo)
            await_stable(told, seconds=wait, report=typer.echo, pause=Event().wait)
            went_back(environment, targets(returns), targets(left))
            typer.echo(f"{environment.name}: {len(told)} services run again what they ran before")
        elif returns:
            for each in returns:
                typer.echo(each.told)
        elif not left:
            typer.echo(f"{environment.name}: nothing to go back from; every service runs what it should")
        for each in left:
            typer.echo(f"left alone, for calls are on it, until you say --media: {each.told}")


@contextmanager
def _told() -> Iterator[None]:
    """Say what stopped a command: code 2 when nothing was changed, else 1."""
    from botocore.exceptions import BotoCoreError, ClientError

    from voicectl.deploy.errors import DeliveryError, DeployRefused, NoWayBack, UnderWay
    from voicectl.toolchain import ToolMissing

    try:
        yield
    except (DeployRefused, NoWayBack, UnderWay, ToolMissing) as refused:
        typer.echo(refused, err=True)
        raise typer.Exit(2) from None
    except DeliveryError as failed:
        typer.echo(failed, err=True)
        raise typer.Exit(1) from None
    except (BotoCoreError, ClientError) as refused:
        typer.echo(f"AWS cannot be asked: {refused}; sign in first, such as by `aws sso login`", err=True)
        raise typer.Exit(1) from None
