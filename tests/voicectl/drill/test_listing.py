"""The list: every alarm with its last rehearsal, and whether that still says anything."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from tests.synthesis import Synthesis
from voicectl.alarms.definition import alarms_of
from voicectl.command_line import app
from voicectl.drill.listing import Line, Standing, lines
from voicectl.drill.rehearsals import Drills, Rehearsal

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def listed(prod: Synthesis, *rehearsed: tuple[str, int]) -> dict[str, Line]:
    """The lines by alarm, some rehearsed so many days ago."""
    drills = Drills(
        rehearsed=tuple(
            Rehearsal(
                alarm=f"voiceplane-prod-{name}",
                on=NOW - timedelta(days=days),
                by="Ada Example",
                how="set",
                noticed_seconds=2,
                result="1 told",
            )
            for name, days in rehearsed
        )
    )
    found = lines(alarms_of(prod.assembly), drills, now=NOW)
    return {line.alarm.removeprefix("voiceplane-prod-"): line for line in found}


@pytest.mark.parametrize(
    ("days", "standing"), [(0, Standing.GOOD), (180, Standing.GOOD), (181, Standing.OLD), (-1, Standing.OLD)]
)
def test_a_rehearsal_is_good_for_180_days(days: int, standing: Standing, prod: Synthesis) -> None:
    """One of the future is a mistake, and proves nothing."""
    line = listed(prod, ("DatabaseAway", days))["DatabaseAway"]

    assert (line.standing, line.age_days) == (standing, days)


def test_what_was_never_rehearsed_is_said(prod: Synthesis) -> None:
    """Except of alarms that tell nobody."""
    found = listed(prod)

    assert len(found) == len(alarms_of(prod.assembly))
    assert found["DatabaseAway"].standing is Standing.NEVER
    assert found["DatabaseSilent"].standing is Standing.QUIET
    assert found["DatabaseAway"].age_days is None


def test_the_command_lists_every_alarm_for_programs(prod: Synthesis) -> None:
    """With exit code 0, whatever is missing: it is a list, and the gate is elsewhere."""
    said = CliRunner().invoke(app, ["drill", "--list", "--env", "prod", "--json"])

    found = json.loads(said.stdout)
    assert said.exit_code == 0
    assert [each["alarm"] for each in found] == [each.name for each in alarms_of(prod.assembly)]
    assert found[0].keys() == {"alarm", "rule", "runbook", "standing", "age_days", "last"}
