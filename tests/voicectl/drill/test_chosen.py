"""A word means an alarm, a rule, an incident or all; a word that means none is answered with what comes close."""

import pytest

from tests.synthesis import Synthesis
from tests.voicectl.drill.account import names
from voicectl.alarms.definition import CompositeAlarm
from voicectl.drill.chosen import Placed, chosen, placed_alarms, voice_of
from voicectl.drill.errors import NothingMeant
from voicectl.drill.runbook import steps_of


@pytest.fixture(scope="module")
def alarms(prod: Synthesis) -> list[Placed]:
    """Production's."""
    return placed_alarms(prod.assembly)


@pytest.mark.parametrize("word", ["voiceplane-prod-DatabaseAway", "DatabaseAway"])
def test_an_alarm_is_meant_by_its_name(word: str, alarms: list[Placed]) -> None:
    """As the mail says it, or as people do."""
    assert names(chosen(alarms, word=word)) == ["DatabaseAway"]


def test_a_rule_means_all_its_alarms(alarms: list[Placed]) -> None:
    """A provider's errors are the same rule for each provider."""
    meant = chosen(alarms, word="ProviderErrors")

    assert len(meant) > 1
    assert {each.alarm.rule for each in meant} == {"ProviderErrors"}


def test_an_incident_means_the_alarms_that_lead_to_its_page(alarms: list[Placed]) -> None:
    """Who opens a runbook wants to know which alarms send people there."""
    meant = chosen(alarms, word="database-away")

    assert {"DatabaseAway", "DatabaseSilent", "DatabaseUnused"} <= set(names(meant))
    assert {each.alarm.runbook for each in meant} == {"docs/runbooks/database-away.md"}


def test_all_means_all(alarms: list[Placed]) -> None:
    """Before going live."""
    assert chosen(alarms, word="all") == alarms
    assert {each.region for each in alarms} == {"us-east-1"}


@pytest.mark.parametrize(
    ("word", "close"), [("DatabseAway", "DatabaseAway"), ("provider-error", "provider-errors"), ("xyzzy", "--list")]
)
def test_a_word_that_means_nothing_is_answered_with_what_comes_close(
    word: str, close: str, alarms: list[Placed]
) -> None:
    """At night people misspell."""
    with pytest.raises(NothingMeant, match=close):
        chosen(alarms, word=word)


def test_a_part_has_its_composite_as_its_voice(alarms: list[Placed]) -> None:
    """Nobody is told of the part itself."""
    parts = {each.name: each.alarm for each in alarms}

    voice = voice_of(parts["voiceplane-prod-DatabaseSilent"], alarms)

    assert voice is not None
    assert voice.name == "voiceplane-prod-DatabaseAway"
    assert voice_of(parts["voiceplane-prod-DeploymentRunning"], alarms) is None


def test_every_alarm_of_every_environment_has_a_drill(synthesis: Synthesis) -> None:
    """It tells people, or another one does; whoever does neither keeps others quiet, and its page says so."""
    alarms = placed_alarms(synthesis.assembly)
    suppressors = {each.alarm.suppressor for each in alarms if isinstance(each.alarm, CompositeAlarm)}

    silent = [each.alarm.name for each in alarms if not each.alarm.tells and voice_of(each.alarm, alarms) is None]
    assert set(silent) <= suppressors
    assert [each.alarm.name for each in alarms if not steps_of(each.alarm.runbook)] == []
