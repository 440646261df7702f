"""Every rule finds what breaks it, names the key, and lets pass what only just keeps it."""

import pytest

from config.rules.every import RULES, Rule
from tests.config.cases_of_a_call import KEEPING, TIMING
from tests.config.cases_of_capacity import CAPACITY, CONNECTIONS
from tests.config.cases_of_place import MACHINES, PLACE
from tests.config.cases_of_schedules import SCHEDULE
from tests.config.files import environment_of
from tests.config.rule_case import RuleCase

RULE_CASES = (*PLACE, *MACHINES, *CAPACITY, *CONNECTIONS, *TIMING, *KEEPING, *SCHEDULE)
NAMES = [f"{case.rule.__name__}-{number}-{case.key}" for number, case in enumerate(RULE_CASES)]
KEPT = {name: case for name, case in zip(NAMES, RULE_CASES, strict=True) if case.kept}


@pytest.mark.parametrize("case", RULE_CASES, ids=NAMES)
def test_a_rule_names_the_key_that_breaks_it(case: RuleCase) -> None:
    """Whoever reads the message must not have to search the file."""
    environment = environment_of(case.broken, without=case.without)

    keys = [".".join(map(str, path)) for fault in case.rule(environment) for path in fault.keys]

    assert case.key in keys


@pytest.mark.parametrize("case", KEPT.values(), ids=KEPT)
def test_a_rule_lets_pass_what_only_just_keeps_it(case: RuleCase) -> None:
    """A limit that is one too narrow refuses a file that AWS and LiveKit would take."""
    environment = environment_of(case.kept, without=case.without)

    faults = list(case.rule(environment))

    assert faults == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_lets_the_least_file_pass(rule: Rule) -> None:
    """The defaults and the smallest preset contradict nothing."""
    environment = environment_of()

    faults = list(rule(environment))

    assert faults == []


def test_every_rule_has_a_case() -> None:
    """A rule that nobody broke may never fire."""
    broken = {case.rule for case in RULE_CASES}

    assert broken == set(RULES)
