"""`voicectl golive`."""

import json
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(golive)


def golive(
    env: Annotated[str, typer.Option("--env", help="a name in config/environments/")],
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Go through the go-live list; exit code 1 while an item fails or nobody has signed for it.

    Example: voicectl golive --env prod
    """
    from collections import Counter
    from datetime import UTC, datetime

    from config.errors import ConfigError
    from config.load import load
    from voicectl.drill.rehearsals import record_of
    from voicectl.golive.answer import Place, Verdict
    from voicectl.golive.errors import GoliveError
    from voicectl.golive.gate import FOLDER, answers
    from voicectl.golive.report import print_answers
    from voicectl.review.errors import ReviewRefused
    from voicectl.review.sides import synthesized

    try:
        environment = load(env)
        place = Place(env, environment, synthesized(env), record_of(environment.name), datetime.now(UTC))
        list_ = answers(place, file=FOLDER / f"{environment.name}.toml")
    except (ConfigError, GoliveError, ReviewRefused) as failed:
        typer.echo(failed, err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps([answer._asdict() for answer in list_], indent=1))
    else:
        print_answers(list_)
        counts = Counter(answer.verdict for answer in list_)
        typer.echo(", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict))
    raise typer.Exit(0 if all(answer.verdict is Verdict.PASS for answer in list_) else 1)
