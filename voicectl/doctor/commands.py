"""`voicectl doctor`."""

import json
import os
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    env: Annotated[str | None, typer.Option("--env", help="look at this environment's file and account too")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Say what this machine has and lacks, and what to do; exit code 1 when something that is needed is missing.

    Example: voicectl doctor --env prod
    """
    from config.errors import ConfigError
    from voicectl.doctor.examine import examine, examine_environment
    from voicectl.doctor.finding import Machine, Verdict
    from voicectl.doctor.report import print_findings
    from voicectl.review.errors import ReviewRefused
    from voicectl.up.state import ROOT, state_folder

    machine = Machine(variables=dict(os.environ), root=ROOT, folder=state_folder(os.environ))
    try:
        findings = [*examine(machine), *(examine_environment(env, machine) if env else ())]
    except (ConfigError, ReviewRefused) as failed:
        typer.echo(failed, err=True)
        raise typer.Exit(2) from None
    missing = [finding for finding in findings if finding.verdict is Verdict.MISSING]
    if as_json:
        typer.echo(json.dumps([finding._asdict() for finding in findings], indent=1))
    else:
        print_findings(findings)
        lacks = "nothing that is needed is missing" if not missing else f"{len(missing)} to mend"
        typer.echo(f"{len(findings)} looked at, {lacks}")
    raise typer.Exit(1 if missing else 0)
