"""Several rehearsals one after the other: one that fails keeps no other from its turn."""

from collections.abc import Callable, Iterable

from voicectl.drill.errors import NotCaused, NotNoticed, NotOver
from voicectl.drill.laptop.run import Rehearsed
from voicectl.drill.laptop.scenarios import Scenario


def rehearse_each(
    scenarios: Iterable[Scenario],
    *,
    rehearse: Callable[[Scenario], Rehearsed],
    keep: Callable[[Scenario, Rehearsed], None],
    report: Callable[[str], object],
) -> int:
    """Answer how many failed; each of those is reported with what was missing, and the others are kept."""
    failures = 0
    for scenario in scenarios:
        try:
            went = rehearse(scenario)
        except (NotCaused, NotNoticed, NotOver) as failed:
            report(str(failed))
            failures += 1
        else:
            keep(scenario, went)
    return failures
