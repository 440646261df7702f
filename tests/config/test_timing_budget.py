"""The timing budget is computed for every environment, and an error prints all of it."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import load
from config.timing_budget import LINES, budget, budget_table
from tests.config.files import environment_of, voice_toml, write


def test_every_line_of_our_own_environments_holds() -> None:
    """The defaults are a set that fits."""
    lines = budget(load("prod"))

    assert len(lines) == len(LINES)
    assert all(line.holds for line in lines)


def test_a_line_shows_both_sums_and_what_they_are_made_of() -> None:
    """The reviewer sees the numbers and where to change them."""
    line = next(line for line in budget(environment_of()) if line.why.startswith("a draining agent"))

    assert (line.left_seconds, line.relation, line.right_seconds) == (3000, "<=", 3000)
    assert line.left_formula == "timing.max_call_seconds + timing.post_call_seconds"
    assert line.right_formula == "timing.agent_drain_seconds"


def test_equal_sums_break_a_strict_line() -> None:
    """A sweep at the very age of a draining call would take it for stuck."""
    lines = budget(environment_of("timing.zombie_seconds = 5700"))

    assert [line.excess_seconds for line in lines if not line.holds] == [1]


def test_an_error_prints_every_line_and_marks_what_fails(tmp_path: Path) -> None:
    """A longer call needs several changes; one message shows them all."""
    path = write(tmp_path, voice_toml("timing.max_call_seconds = 3600"))

    with pytest.raises(ConfigError) as caught:
        load(path)

    first, title, *table = str(caught.value).splitlines()
    assert first.endswith(
        "lower timing.max_call_seconds to 2700 or raise timing.agent_drain_seconds to 3900 (and 1 more)"
    )
    assert title == "the timing budget:"
    assert len(table) == len(LINES)
    assert [row.split()[1:5] for row in table if row.startswith("!")] == [
        ["3900", "<=", "3000", "s"],
        ["3630", "<=", "3000", "s"],
    ]


def test_a_remedy_is_never_beyond_the_limit_of_its_key(tmp_path: Path) -> None:
    """Fargate kills after 120 s, so nobody may be told to raise the stop timeout to 140."""
    path = write(tmp_path, voice_toml("timing.handoff_seconds = 95"))

    with pytest.raises(ConfigError, match=r"; lower timing.handoff_seconds to 75\n"):
        load(path)


def test_an_hour_long_call_fits_when_all_that_waits_for_it_does(tmp_path: Path) -> None:
    """Ruling X16: 60 minutes and more, as long as the budget holds."""
    longer = (
        "timing = { max_call_seconds = 3600, agent_drain_seconds = 3900, scale_in_protection_seconds = 4200, "
        "livekit_stop_timeout_seconds = 3700, zombie_seconds = 7800 }"
    )

    environment = load(write(tmp_path, voice_toml(longer)))

    assert "!" not in budget_table(budget(environment))
