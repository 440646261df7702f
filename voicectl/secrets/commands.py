"""`voicectl secrets init|check|rotate`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from voicectl.review.templates import Assembly

EnvironmentName = Annotated[str, typer.Option("--env", help="a name in config/environments/, or a path to a file")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    secrets = typer.Typer(
        help="Write, check and rotate an environment's secrets; none is ever shown.", no_args_is_help=True
    )
    secrets.command()(init)
    secrets.command()(check)
    secrets.command()(rotate)
    app.add_typer(secrets, name="secrets")


def init(
    env: EnvironmentName,
    file: Annotated[
        Path | None, typer.Option("--from", help="JSON of secret → field → value, instead of questions")
    ] = None,
) -> None:
    """Write what only people have, such as the providers' keys; what is there already stays.

    Example: voicectl secrets init --env prod
    """
    from voicectl.secrets.errors import SecretsError
    from voicectl.secrets.write import write_missing

    given = _given(file) if file else None

    def ask(secret: str, field: str) -> str:
        if given is None:
            return str(typer.prompt(f"{secret} {field}".strip(), hide_input=True))
        return given.get(secret, {}).get(field, "")

    try:
        written = list(write_missing(_assembly(env), environment=env, ask=ask))
    except SecretsError as failed:
        _fail(str(failed))
    typer.echo("\n".join(f"written: {name}" for name in written) or "nothing was missing")


def check(env: EnvironmentName, as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
    """Say which secrets have a value of the right shape; exit code 1 when one has not.

    Example: voicectl secrets check --env prod
    """
    from voicectl.doctor.finding import Verdict
    from voicectl.doctor.report import print_findings
    from voicectl.secrets.check import check as look
    from voicectl.secrets.errors import SecretsError

    try:
        findings = look(_assembly(env), environment=env)
    except SecretsError as failed:
        _fail(str(failed))
    if as_json:
        typer.echo(json.dumps([finding._asdict() for finding in findings], indent=1))
    else:
        print_findings(findings)
    raise typer.Exit(1 if any(finding.verdict is Verdict.MISSING for finding in findings) else 0)


def rotate(
    env: EnvironmentName,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say which step is due")] = False,
) -> None:
    """Do the next step of changing LiveKit's key; both keys are accepted in between. Exit code 3: wait and come again.

    Example: voicectl secrets rotate --env prod
    """
    from datetime import UTC, datetime

    from voicectl.secrets import rotation
    from voicectl.secrets.errors import SecretsError
    from voicectl.secrets.rotation import Step

    assembly = _assembly(env)
    try:
        standing = rotation.standing_of(assembly)
        step = standing.step
        typer.echo(
            f"step {step.value}: clients sign with {standing.signing}, the secret has {', '.join(standing.keys)}"
        )
        if step in (Step.SPREAD, Step.FORGET) and standing.untouched and not dry_run:
            rotation.restart(standing.untouched)
            typer.echo(f"restarted {', '.join(each.name for each in standing.untouched)}, which had not been")
        if step is Step.ADD and not dry_run:
            new = rotation.add(assembly, now=datetime.now(UTC))
            typer.echo(
                f"added {new}; its readers are being restarted, and live calls end first. Come again for the next step."
            )
        if step is Step.RETIRE and not dry_run:
            rotation.retire(assembly, key=standing.keys[0])
            typer.echo(f"retired {standing.keys[0]}; nodes forget it as their calls end")
    except SecretsError as failed:
        _fail(str(failed))
    if step is Step.USE:
        typer.echo(
            f'set media.livekit.key_id = "{standing.keys[-1]}" in the environment file, then `make deploy ENV={env}`'
        )
    if step is Step.FORGET:
        raise typer.Exit(3)
    if step in (Step.SPREAD, Step.HAND_OVER):
        waiting = standing.not_told if step is Step.SPREAD else standing.signing_with_old
        typer.echo(f"waits for {', '.join(each.name for each in waiting)}: their tasks end with their calls")
        raise typer.Exit(3)


def _assembly(env: str) -> "Assembly":
    from config.errors import ConfigError
    from voicectl.review.errors import ReviewRefused
    from voicectl.review.sides import synthesized

    try:
        return synthesized(env)
    except (ConfigError, ReviewRefused) as failed:
        _fail(str(failed))


def _given(file: Path) -> dict[str, dict[str, str]]:
    try:
        content = json.loads(file.read_text())
    except (OSError, ValueError) as unreadable:
        _fail(f'{file} cannot be read as JSON: {type(unreadable).__name__}; write {{"secret": {{"field": "value"}}}}')
    if not isinstance(content, dict) or not all(isinstance(fields, dict) for fields in content.values()):
        _fail(f'{file} is not an object of objects; write {{"secret": {{"field": "value"}}}}')
    return content


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
