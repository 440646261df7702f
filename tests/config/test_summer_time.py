"""The gaps of a clock are found wherever on the day, and the earth, they lie."""

import pytest

from config.rules.schedule import time_zones
from config.rules.summer_time import gaps


@pytest.mark.parametrize(
    ("zone", "first", "count"),
    [
        ("America/New_York", ("2026-03-08", 120, 180), 10),
        ("Europe/London", ("2026-03-29", 60, 120), 10),
        ("Africa/Cairo", ("2026-04-24", 0, 60), 10),
        ("America/Santiago", ("2026-09-06", 0, 60), 10),
        ("Australia/Lord_Howe", ("2026-10-04", 120, 150), 10),
        ("Antarctica/Troll", ("2026-03-29", 60, 180), 10),
    ],
)
def test_a_gap_is_found_to_the_minute(zone: str, first: tuple[str, int, int], count: int) -> None:
    """Hours differ, days differ, and one island moves its clock by half an hour."""
    found = gaps(zone)

    assert (found[0].day.isoformat(), found[0].start, found[0].end) == first
    assert len(found) == count


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "Asia/Kolkata"])
def test_a_clock_that_never_changes_has_no_gaps(zone: str) -> None:
    """Most of the world has none."""
    assert gaps(zone) == ()


def test_names_that_only_this_machine_knows_are_no_time_zones() -> None:
    """AWS has no `localtime`."""
    assert "UTC" in time_zones()
    assert not {"localtime", "Factory"} & time_zones()
