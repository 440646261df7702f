"""What goes wrong on this machine is noticed by its alarm, shown by its runbook's checks, and ended by its actions."""

import json
import re

import pytest

from tests.flows.conftest import RunningPlatform

LONGEST_SECONDS = 300.0
SEED = {  # the seed's five incidents, and what the checks must show of their cause
    "provider-errors": (r"Provider=deepgram +\d+ +\d+ +[\d.]+ +[1-9]", r"provider_failed", r"stt by deepgram: 503"),
    "queue-depth": (r"Pool=data +\d+ +1[2-9]\d\d ", r"celery-data +unwell"),
    "database-connections": (r'"holder": "drill", "state": "idle in transaction", "count": 1\d\d',),
    "node-full": (r"Environment=local +\d+ +8 +8 +8 ", r"(vs_\w+  active    livekit.*\n){4}"),
    "sessions-stuck": (r"vs_\w+  reconnecting  ", r"beat +unwell", r"agent +ready +\d+ +\d+ +[1-9]"),
}
FURTHER = {"DatabaseAway": (r"postgres +unwell",)}


@pytest.mark.parametrize(("incident", "shown"), [*SEED.items(), *FURTHER.items()], ids=[*SEED, *FURTHER])
def test_it_is_noticed_understood_and_ended(incident: str, shown: tuple[str, ...], platform: RunningPlatform) -> None:
    """By the page's own commands, as they stand there; nothing else is done about it."""
    drilled = platform.voicectl("drill", incident, "--by", "the tests", seconds=LONGEST_SECONDS)

    assert drilled.returncode == 0, drilled.stdout + drilled.stderr
    checks = drilled.stdout.partition("\nChecks\n")[2].partition("\nActions\n")[0]
    assert [each for each in shown if not re.search(each, checks)] == [], checks
    assert re.search(r"^ALARM voiceplane-local-\w+ after \d+\.\d s; a minute takes 4 s$", drilled.stdout, re.MULTILINE)
    assert re.search(r"^OK voiceplane-local-\w+ after ", drilled.stdout, re.MULTILINE)
    listed = json.loads(platform.voicectl("drill", "--list", "--json").stdout)
    assert [each["last"]["by"] for each in listed if f"OK {each['alarm']} " in drilled.stdout] == ["the tests"]


def test_what_no_laptop_can_cause_says_what_it_can(platform: RunningPlatform) -> None:
    """A NAT gateway is AWS's; nothing is done, and nothing is remembered."""
    refused = platform.voicectl("drill", "NatPorts", "--by", "the tests")

    assert refused.returncode == 2
    assert "in an account, with --env. Here: DeepgramProviderErrors, " in refused.stderr
