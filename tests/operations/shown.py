"""The alarms that tell people, as templates hold them; those that only scale are the scaling tests'."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.synthesis import SHIPPED, Syntheses
from voicectl.review.templates import Assembly

PLACES: Final = Path(__file__).parents[1] / "stacks" / "places"
OPTIONS: Final = ("every-option", "largest", "second-region")  # what the shipped ones leave out
RUNBOOK: Final = re.compile(r"\. Runbook: (docs/runbooks/[a-z0-9-]+\.md)$")
KINDS: Final = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")


@dataclass(frozen=True)
class Shown:
    """One alarm of one environment."""

    stack: str
    properties: dict[str, Any]

    @property
    def name(self) -> str:
        """Its physical name."""
        return str(self.properties["AlarmName"])

    @property
    def rule(self) -> str:
        """The row of the tables that it is of."""
        return self._tags["voiceplane:rule"]

    @property
    def severity(self) -> str:
        """Whether somebody is woken."""
        return self._tags["voiceplane:severity"]

    @property
    def runbook(self) -> str:
        """The page that its description ends in; empty for none."""
        said = RUNBOOK.search(self.properties["AlarmDescription"])
        return said[1] if said else ""

    @property
    def meaning(self) -> str:
        """Its description without the page."""
        return str(self.properties["AlarmDescription"]).partition(". Runbook: ")[0]

    @property
    def is_composite(self) -> bool:
        """Whether it looks at alarms instead of a metric."""
        return "AlarmRule" in self.properties

    @property
    def _tags(self) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self.properties["Tags"]}


def alarms_of(assembly: Assembly) -> list[Shown]:
    """Answer an environment's alarms."""
    found = (resource for kind in KINDS for _, resource in assembly.of_type(kind))
    return [Shown(each.stack, each.properties) for each in found if "Tags" in each.properties]


def every_alarm(syntheses: Syntheses) -> list[Shown]:
    """Answer the alarms of the shipped environments, and of those with every option."""
    asked = [*SHIPPED, *(str(PLACES / f"{name}.toml") for name in OPTIONS)]
    return [alarm for name in asked for alarm in alarms_of(syntheses.reviewed(name).assembly)]
