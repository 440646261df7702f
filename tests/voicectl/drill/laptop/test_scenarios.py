"""What can be rehearsed on a laptop: the seed's five incidents at the least, each from its cause to its page."""

from pathlib import Path

import pytest

from voicectl.alarms.definition import Alarm
from voicectl.alarms.kept import keep, kept
from voicectl.drill.laptop.page import read_page
from voicectl.drill.laptop.scenarios import SCENARIOS, Scenario, scenarios_of
from voicectl.up.environments import PREFIX

INCIDENTS = {"provider-errors", "queue-depth", "database-connections", "node-full", "sessions-stuck"}
pytestmark = pytest.mark.xdist_group("scenarios")


@pytest.fixture(scope="module")
def alarms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Alarm]:
    """Those of the laptop's templates, by name."""
    folder = tmp_path_factory.mktemp("alarms")
    keep(folder / "alarms.json", cache=folder)
    return {each.name: each for each in kept(folder / "alarms.json")}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.alarm)
def test_it_is_about_an_alarm_that_tells_people(scenario: Scenario, alarms: dict[str, Alarm]) -> None:
    """A rehearsal of what nobody is told of rehearses nothing."""
    assert alarms[f"{PREFIX}-{scenario.alarm}"].tells


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.alarm)
def test_its_page_has_commands_for_a_laptop(scenario: Scenario, alarms: dict[str, Alarm]) -> None:
    """Looks, and what ends it."""
    page = read_page(alarms[f"{PREFIX}-{scenario.alarm}"].runbook)

    assert "voicectl " in page.checks
    assert "voicectl " in page.actions


def test_the_five_incidents_can_all_be_caused(alarms: dict[str, Alarm]) -> None:
    """By the name of their page, as a person would ask."""
    for incident in INCIDENTS:
        about = [each for each in alarms.values() if each.runbook == f"docs/runbooks/{incident}.md"]
        assert scenarios_of(about), incident


def test_what_cannot_be_caused_here_has_none(alarms: dict[str, Alarm]) -> None:
    """A NAT gateway, for one."""
    assert scenarios_of([each for each in alarms.values() if each.rule == "NatPorts"]) == []


def test_a_page_is_read_as_a_person_reads_it() -> None:
    """Only what stands below "On a laptop", each section's own, whole."""
    page = read_page(str(Path("docs", "runbooks", "queue-depth.md")))

    assert page.title == "A pool does not keep up"
    assert page.checks.startswith('voicectl metrics QueueDepth "Pool=$POOL"\n')
    assert page.actions == 'voicectl restart "celery-$POOL"\n'
    assert "aws " not in page.checks + page.actions
