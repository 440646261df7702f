"""`voicectl images`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

images = typer.Typer(help="The images of the platform: what is missing, push it, run them all with Docker.")
Environment = Annotated[str, typer.Option("--env", help="a name in config/environments/, or a path to a file")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(images, name="images", no_args_is_help=True)


@images.command()
def plan(
    env: Environment,
    output: Annotated[Path, typer.Option(help="a file")] = Path("/dev/stdout"),
) -> None:
    """Write as JSON which images an environment's repositories still need, and what makes each.

    Example: voicectl images plan --env staging --output images.json
    """
    import json

    from voicectl.images.push import missing_pushes
    from voicectl.images.run import account_of
    from voicectl.review.sides import synthesized

    with _told():
        assembly = synthesized(env)
        pushes = list(missing_pushes(assembly, account=account_of(assembly)))
    rows = [
        {
            "image": push.image.name,
            "target": push.target,
            "platforms": ",".join(push.need.platforms),
            "runner": push.runner,
        }
        for push in pushes
    ]
    output.write_text(json.dumps({"include": rows}, separators=(",", ":")) + "\n")


@images.command()
def push(
    env: Environment,
    image: Annotated[list[str] | None, typer.Option(help="only this one; may be given again")] = None,
    tried_in: Annotated[str, typer.Option("--from", help="copy what this environment of the account has tried")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only print the commands")] = False,
) -> None:
    """Build or copy what an environment's repositories still need; a tag that is there is left alone.

    Example: voicectl images push --env prod --from staging
    """
    import shlex

    from config.load import load_or_exit
    from voicectl.images import push as pushing
    from voicectl.images.run import account_of, carry_out
    from voicectl.review.sides import synthesized

    with _told():
        assembly = synthesized(env)
        pushes = list(pushing.missing_pushes(assembly, account=account_of(assembly)))
        wanted = [each for each in pushes if not image or each.image.name in image]
        if tried_in:
            region = load_or_exit(tried_in).region
            wanted = [pushing.tried_in(each, environment=tried_in, region=region) for each in wanted]
        if dry_run:
            for each in wanted:
                typer.echo(shlex.join(each.command))
            return
        if wanted:
            carry_out(wanted, report=typer.echo)
    typer.echo(f"{env}: {len(wanted)} images pushed, the others were there")


@images.command()
def compose() -> None:
    """Print a compose file with the platform's own images and what they need, for those who have Docker.

    Example: voicectl images compose > compose.yaml
    """
    from voicectl.images.compose import compose_file

    typer.echo(compose_file(), nl=False)


@contextmanager
def _told() -> Iterator[None]:
    """Say what stopped a command."""
    from botocore.exceptions import BotoCoreError, ClientError

    from config.errors import ConfigError
    from voicectl.deploy.errors import DeliveryError
    from voicectl.review.errors import ReviewRefused
    from voicectl.toolchain import ToolMissing

    try:
        yield
    except (ConfigError, DeliveryError, ReviewRefused, ToolMissing) as refused:
        typer.echo(refused, err=True)
        raise typer.Exit(2) from None
    except (BotoCoreError, ClientError) as refused:
        typer.echo(f"AWS cannot be asked: {refused}; sign in first, such as by `aws sso login`", err=True)
        raise typer.Exit(2) from None
