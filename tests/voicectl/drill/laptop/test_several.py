"""`voicectl drill all`: whoever comes back after twenty minutes wants eleven results and one line."""

import pytest

from voicectl.drill.errors import AnotherUnderWay, DrillError, NotCaused, NotNoticed, NotOver
from voicectl.drill.laptop.run import Rehearsed
from voicectl.drill.laptop.scenarios import SCENARIOS, Scenario
from voicectl.drill.laptop.several import rehearse_each


def each(failing: DrillError) -> tuple[int, list[Scenario], list[str]]:
    """Have the first one fail so; answer the failures, what was kept, and what was said."""
    kept: list[Scenario] = []
    said: list[str] = []

    def rehearse(scenario: Scenario) -> Rehearsed:
        if scenario is SCENARIOS[0]:
            raise failing
        return Rehearsed(scenario.alarm, 1, 1, ())

    failures = rehearse_each(
        SCENARIOS, rehearse=rehearse, keep=lambda scenario, _: kept.append(scenario), report=said.append
    )
    return failures, kept, said


@pytest.mark.parametrize("error", [NotCaused, NotNoticed, NotOver])
def test_one_that_fails_keeps_no_other_from_its_turn(error: type[DrillError]) -> None:
    """It is said, and not remembered as rehearsed."""
    assert each(error("no alarm came")) == (1, list(SCENARIOS[1:]), ["no alarm came"])


def test_where_somebody_else_rehearses_nobody_goes_on() -> None:
    """The others would be told the same eleven times."""
    with pytest.raises(AnotherUnderWay):
        each(AnotherUnderWay("come again"))
