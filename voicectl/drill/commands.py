"""`voicectl drill`."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from voicectl.drill.chosen import Placed

LAPTOP = "local"
RESTORE = "restore"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(drill)


def drill(
    what: Annotated[
        str, typer.Argument(help="an alarm, a rule, an incident (a page of docs/runbooks), `all`, or `restore`")
    ] = "",
    env: Annotated[str, typer.Option("--env", help="local: `voicectl up`; or a name in config/environments/")] = LAPTOP,
    list_: Annotated[bool, typer.Option("--list", help="every alarm with its last rehearsal")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="with --list: for programs")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask before people are told")] = False,
    by: Annotated[str, typer.Option("--by", help="who rehearses; else git's user.name")] = "",
    by_hand: Annotated[bool, typer.Option("--by-hand", help="on a laptop: work through the page yourself")] = False,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="how long a notification may take")] = 120.0,
) -> None:
    """Rehearse an alarm or an incident until it is noticed, or restore the database into a copy and compare it.

    On AWS alarms are set by hand and people get mail; on a laptop the incident is really caused. Exit code 1: an alarm
    was not rehearsed, or a copy differs.

    Example: voicectl drill provider-errors --env prod

    Example: voicectl drill --list --env prod

    Example: voicectl drill restore --env prod
    """
    from voicectl.drill.stopping import undone_when_stopped

    with _told(), undone_when_stopped():
        if list_:
            _list(env, as_json=as_json)
        elif not what:
            _fail("name an alarm, a rule, an incident, `all` or `restore`; `voicectl drill --list` shows the alarms")
        elif what == RESTORE:
            _restore_here(by=by) if env == LAPTOP else _restore_there(env, by=by, yes=yes)
        elif env == LAPTOP:
            _on_laptop(what, by=by, by_hand=by_hand)
        else:
            _on_aws(what, env=env, by=by, yes=yes, seconds=seconds)


def _on_laptop(what: str, *, by: str, by_hand: bool) -> None:
    from datetime import UTC, datetime
    from functools import partial

    from rich.console import Console

    from voicectl.drill.chosen import chosen
    from voicectl.drill.laptop.run import Rehearsed, rehearse
    from voicectl.drill.laptop.scenarios import SCENARIOS, Scenario, scenarios_of
    from voicectl.drill.laptop.several import rehearse_each
    from voicectl.drill.rehearsals import Rehearsal, remember
    from voicectl.drill.who import who

    name, folder = who(by), _state_folder()
    scenarios = scenarios_of([each.alarm for each in chosen(_laptops_alarms(), word=what)])
    if not scenarios:
        possible = ", ".join(each.alarm for each in SCENARIOS)
        _fail(f"{what} cannot be brought about on one machine; rehearse it in an account, with --env. Here: {possible}")

    def keep(scenario: Scenario, went: Rehearsed) -> None:
        rehearsal = Rehearsal(
            alarm=went.alarm,
            on=datetime.now(UTC),
            by=name,
            how="caused",
            noticed_seconds=round(went.noticed_seconds, 1),
            over_seconds=round(went.over_seconds, 1),
            result=f"by hand: {scenario.story}"[:200] if by_hand else scenario.story[:200],
        )
        remember(_record(LAPTOP), rehearsal)

    def one(scenario: Scenario) -> Rehearsed:
        return rehearse(folder, scenario, by_hand=by_hand, console=Console())

    failures = rehearse_each(scenarios, rehearse=one, keep=keep, report=partial(typer.echo, err=True))
    raise typer.Exit(1 if failures else 0)


def _on_aws(what: str, *, env: str, by: str, yes: bool, seconds: float) -> None:
    import time
    from datetime import UTC, datetime
    from threading import Event

    from voicectl.drill.aws import Drill
    from voicectl.drill.chosen import chosen
    from voicectl.drill.rehearsals import Rehearsal
    from voicectl.drill.report import print_outcome, print_steps
    from voicectl.drill.run import run
    from voicectl.drill.who import who

    name, alarms = _environments_alarms(env)
    meant = chosen(alarms, word=what)
    outcomes = run(
        meant,
        among=alarms,
        environment=name,
        drill=Drill(who(by), time.monotonic, lambda: datetime.now(UTC), Event().wait, seconds),
        record=_record(name),
        agreed=lambda question: yes or _agreed(question),
        report=print_outcome,
    )
    print_steps([each.alarm.runbook for each in meant])
    missing = [each for each in outcomes if not isinstance(each, Rehearsal) and each.needed]
    raise typer.Exit(1 if missing else 0)


def _list(env: str, *, as_json: bool) -> None:
    from datetime import UTC, datetime

    from voicectl.drill.listing import lines
    from voicectl.drill.rehearsals import read
    from voicectl.drill.report import print_lines

    name, alarms = (LAPTOP, _laptops_alarms()) if env == LAPTOP else _environments_alarms(env)
    now, drills = datetime.now(UTC), read(_record(name))
    listed = lines([each.alarm for each in alarms], drills, now=now)
    if as_json:
        typer.echo(json.dumps([line.as_json for line in listed], indent=1))
        return
    last = drills.last_restored
    print_lines(listed, last, today_days=(now - last.on).days if last else None)


def _restore_here(*, by: str) -> None:
    from datetime import UTC, datetime

    from voicectl.drill.restore.laptop import rehearse_restore
    from voicectl.drill.restore.server import platforms_server
    from voicectl.drill.who import who

    source = platforms_server(_state_folder(), os.environ)
    comparison = rehearse_restore(source, by=who(by), now=datetime.now(UTC), record=_record(LAPTOP))
    raise typer.Exit(1 if comparison.differences else 0)


def _restore_there(env: str, *, by: str, yes: bool) -> None:
    import time
    from datetime import UTC, datetime
    from threading import Event

    from config.load import load
    from voicectl.drill.aws import Drill
    from voicectl.drill.rehearsals import read, remember_restored
    from voicectl.drill.report import print_backup
    from voicectl.drill.restore.backup import place_of, rehearse_backup
    from voicectl.drill.who import who
    from voicectl.review.sides import synthesized

    name = load(env).name
    drill, record = Drill(who(by), time.monotonic, lambda: datetime.now(UTC), Event().wait), _record(name)
    read(record)  # a mistake in it is told before anything is made
    place = place_of(synthesized(env), environment=name)
    question = (
        f"The newest snapshot of {place.database} in account {place.account}, {place.region}, becomes an instance of "
        "its own for about an hour, which is paid for, and a task reads every row of both. Go on?"
    )
    if not (yes or _agreed(question)):
        raise typer.Exit(1)
    found = rehearse_backup(place, drill=drill)
    print_backup(found.lines, found.restored)
    if not found.wrong:
        remember_restored(record, found.restored)
    raise typer.Exit(1 if found.wrong else 0)


def _environments_alarms(env: str) -> "tuple[str, list[Placed]]":
    """The environment's own name, and its alarms."""
    from config.load import load
    from voicectl.drill.chosen import placed_alarms
    from voicectl.review.sides import synthesized

    return load(env).name, placed_alarms(synthesized(env))


def _laptops_alarms() -> "list[Placed]":
    from voicectl.alarms.kept import kept
    from voicectl.alarms.watch import ALARMS
    from voicectl.drill.chosen import Placed
    from voicectl.up.environments import REGION

    alarms = kept(_state_folder() / ALARMS)
    if not alarms:
        _fail("no alarms are known on this machine; `voicectl up` synthesizes them")
    return [Placed(alarm, REGION) for alarm in alarms]


def _record(environment: str) -> Path:
    from voicectl.drill.rehearsals import FOLDER, record_of

    return record_of(environment, folder=_state_folder() if environment == LAPTOP else FOLDER)


def _state_folder() -> Path:
    from voicectl.up.state import state_folder

    return state_folder(os.environ)


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        _fail(f"{question} Nobody is there to answer; say --yes")
    return typer.confirm(question)


@contextmanager
def _told() -> Iterator[None]:
    """Say what stopped the command."""
    from config.errors import ConfigError
    from voicectl.call.errors import CallError
    from voicectl.drill.errors import DrillError
    from voicectl.review.errors import ReviewRefused
    from voicectl.running.errors import RunningError
    from voicectl.up.errors import UpError

    try:
        yield
    except (CallError, ConfigError, DrillError, ReviewRefused, RunningError, UpError) as failed:
        _fail(str(failed))


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
