"""A process that dies comes back, each time a little later; one that keeps dying stops the platform."""

import pytest

from voicectl.up.restarts import Deaths, RestartPolicy


@pytest.fixture
def deaths() -> Deaths:
    """Of one process, under the policy of every process."""
    return Deaths(RestartPolicy())


def test_each_death_in_a_row_doubles_the_wait_up_to_half_a_minute(deaths: Deaths) -> None:
    """A database that is being restored must not be asked ten times a second."""
    waits = [deaths.add(ready_at=100.0 * number, now=100.0 * number + 15) for number in range(9)]

    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_three_quick_deaths_are_the_end(deaths: Deaths) -> None:
    """It will not mend itself."""
    waits = [deaths.add(ready_at=ready_at, now=20.0) for ready_at in (None, 10.1, 19.0)]

    assert waits == [0.5, 1, None]


def test_a_death_that_is_not_quick_forgives_the_quick_ones(deaths: Deaths) -> None:
    """It did work in between."""
    waits = [deaths.add(ready_at=ready_at, now=50.0) for ready_at in (None, None, 35.0, None, None)]

    assert None not in waits


def test_a_calm_minute_forgets_all_deaths(deaths: Deaths) -> None:
    """What was killed twice yesterday comes back at once today."""
    for _ in range(2):
        deaths.add(ready_at=0.0, now=15.0)

    assert deaths.add(ready_at=100.0, now=160.0) == 0.5
    assert deaths.count == 3
