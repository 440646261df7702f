"""One drill on AWS from the question to the record."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from voicectl.drill.account import Region
from voicectl.drill.aws import Drill, NotRehearsed, Way, rehearse, ways
from voicectl.drill.chosen import Placed
from voicectl.drill.rehearsals import Rehearsal, read, remember
from voicectl.drill.report import question

DECLINED: Final = "declined"
Outcome = Rehearsal | NotRehearsed


def run(
    meant: Sequence[Placed],
    *,
    among: Sequence[Placed],
    environment: str,
    drill: Drill,
    record: Path,
    agreed: Callable[[str], bool],
    report: Callable[[Outcome], None],
) -> list[Outcome]:
    """Rehearse alarms one after the other; each is in the record before the next begins.

    Args:
        agreed: Asks a person, who is shown the account and the number of messages.

    Raises:
        DrillError: AWS refuses, or the record cannot be read; those before are in it.
    """
    read(record)  # a mistake in it is told before anybody is woken
    regions = {name: Region(name) for name in dict.fromkeys(each.region for each in among)}
    looked = ways(meant, among=among, regions=regions)
    outcomes: list[Outcome] = [each for each in looked if isinstance(each, NotRehearsed)]
    for each in outcomes:
        report(each)
    ready = [each for each in looked if isinstance(each, Way)]
    if ready and not agreed(question(ready, environment=environment, account=_account(regions))):
        return [*outcomes, *(NotRehearsed(way.standing.name, DECLINED) for way in ready)]
    for way in ready:
        outcome = rehearse(way, region=regions[way.placed.region], drill=drill)
        if isinstance(outcome, Rehearsal):
            remember(record, outcome)
        report(outcome)
        outcomes.append(outcome)
    return outcomes


def _account(regions: dict[str, Region]) -> str:
    return next(iter(regions.values())).account()
