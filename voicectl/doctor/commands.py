"""`voicectl doctor`."""

import json
import os
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
    """Say what this machine has and lacks, and what to do; exit code 1 when something that is needed is missing.

    Example: voicectl doctor
    """
    from voicectl.doctor.examine import examine
    from voicectl.doctor.finding import Machine, Verdict
    from voicectl.doctor.report import print_findings
    from voicectl.up.state import ROOT, state_folder

    findings = examine(Machine(variables=dict(os.environ), root=ROOT, folder=state_folder(os.environ)))
    missing = [finding for finding in findings if finding.verdict is Verdict.MISSING]
    if as_json:
        typer.echo(json.dumps([finding._asdict() for finding in findings], indent=1))
    else:
        print_findings(findings)
        lacks = "nothing that a call needs is missing" if not missing else f"{len(missing)} to mend"
        typer.echo(f"{len(findings)} looked at, {lacks}")
    raise typer.Exit(1 if missing else 0)
