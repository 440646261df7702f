"""What can be brought about on one machine, and which alarm must notice; a further drill is one entry."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Final, NamedTuple

from voicectl.alarms.definition import Alarm
from voicectl.drill.laptop.causes.backlog import backlog
from voicectl.drill.laptop.causes.connections import connections_held
from voicectl.drill.laptop.causes.crowd import crowd
from voicectl.drill.laptop.causes.hanging import hanging
from voicectl.drill.laptop.causes.outage import provider_out
from voicectl.drill.laptop.causes.stuck import stuck
from voicectl.drill.laptop.stage import Stage
from voicectl.up.environments import PREFIX

Cause = Callable[[Stage], AbstractContextManager[Mapping[str, str]]]


class Scenario(NamedTuple):
    """One rehearsal.

    Attributes:
        alarm: Which must go on, without the environment's prefix.
        story: What is done to the platform.
        cause: Does it, answers what the runbook's commands need to know, and undoes at the end what is left of it.
        slack_seconds: What of its coming no `--speed` makes shorter.
    """

    alarm: str
    story: str
    cause: Cause
    slack_seconds: float = 30.0


def _hangs(alarm: str, process: str, *, slack_seconds: float = 30.0) -> Scenario:
    cause = partial(hanging, process=process)
    return Scenario(alarm, f"the process {process} hangs: it lives and does nothing", cause, slack_seconds)


SCENARIOS: Final = (
    Scenario("DeepgramProviderErrors", "Deepgram answers 503 to everybody, and callers come one after the other",
             provider_out, 60),
    Scenario("CeleryDataQueueDepth", "the workers of the pool data hang, and 1,200 tasks come in", backlog),
    Scenario("DatabaseConnections", "transactions hang, and keep more than 80 % of the database's connections",
             connections_held),
    Scenario("NodeFull", "four callers at once on a node that is said to carry ten participants", crowd, 60),
    Scenario("SessionsStuck", "the agent is killed in a call, and beat, which would clean up, hangs", stuck, 90),
    _hangs("SupervisorSilent", "supervisor"),
    _hangs("NodesSilent", "guardian"),
    _hangs("DatabaseAway", "postgres"),
    _hangs("Live001ValkeyAway", "valkey"),
    _hangs("ApiWithoutTargets", "api"),
    _hangs("WebSocketWithoutTargets", "websocket"),
    _hangs("BeatSilent", "beat", slack_seconds=180),
)  # fmt: skip


def scenarios_of(alarms: Iterable[Alarm]) -> list[Scenario]:
    """Answer the rehearsals that are about one of these alarms."""
    names = {each.name for each in alarms}
    return [each for each in SCENARIOS if f"{PREFIX}-{each.alarm}" in names]
