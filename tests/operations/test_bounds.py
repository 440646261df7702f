"""What a page does to a service's floor and ceiling is possible in every environment, at any hour.

Application Auto Scaling refuses a floor above the ceiling; whoever was woken then has a page whose action fails.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import pytest

from contract.pools import POOLS
from tests.operations.pages import FIRST, PLACE, Page, pages
from tests.operations.shell import Ran, Shell
from tests.synthesis import Syntheses, Synthesis
from voicectl.review.services import Service, services_of

CHANGES: Final = re.compile(r"^(?:at_least|at_most|let_go) .+$", re.MULTILINE)
CHOSEN: Final = {"$TASKS", "$NODES", "$LEAST", "$MOST"}  # by the reader, who has been shown what holds now
NOT_SCALED: Final = ""  # what AWS answers then


def own(text: str) -> list[str]:
    """The changes whose number is not the reader's."""
    return [line for line in CHANGES.findall(text) if not CHOSEN & set(re.findall(r"\$[A-Z]+", line))]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Where functions are run."""
    return Shell(tmp_path_factory.mktemp("shell"))


@pytest.mark.parametrize("page", [each for each in pages() if own(each.shell)], ids=lambda page: page.name)
def test_a_number_of_a_page_is_possible_in_every_environment(page: Page, synthesis: Synthesis, shell: Shell) -> None:
    """Production's ceiling is not staging's, and a pool's is not another's."""
    script = "\n".join(tries(page.shell, services_of(synthesis.assembly)))

    ran = shell.run(f"{FIRST.read_text()}\n{script}", PLACE)

    assert ran.complaint == ""
    assert [call for call in ran.calls if "register-scalable-target" in call and upside_down(call)] == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('at_least "celery-$POOL" 4', "celery-notifications may have 2 at most"),
        ("at_least livekit 5", "livekit may have 4 at most"),
        ("at_least beat 2", "beat is not scaled"),
        ("at_least nobody 2", "nobody is not scaled"),
    ],
)
def test_a_number_that_is_not_possible_is_found(line: str, said: str, syntheses: Syntheses, shell: Shell) -> None:
    """The test above says nothing if it cannot fail."""
    services = services_of(syntheses.reviewed("staging").assembly)

    ran = shell.run(f"{FIRST.read_text()}\n" + "\n".join(tries(line, services)), PLACE)

    assert said in ran.complaint


def test_no_page_has_a_number_of_tasks_in_its_prose() -> None:
    """It would be read by somebody whose ceiling is another, and no test would run it."""
    said = [
        (page.name, found) for page in pages() for found in re.findall(r"`(?:at_least|at_most)[^`]* \d+`", page.text)
    ]

    assert said == []


def test_a_floor_is_raised_within_the_ceiling(shell: Shell) -> None:
    """The ceiling stays: what more tasks cost, and which connections they take, was thought of up to there."""
    assert bounds(changed(shell, "at_least celery-data 4", in_force="1\t4")) == ("4", "")


def test_a_floor_above_the_ceiling_is_refused_with_what_to_do(shell: Shell) -> None:
    """AWS refuses it too, with a sentence about MinCapacity."""
    ran = changed(shell, "at_least celery-data 8", in_force="1\t4")

    assert "celery-data may have 4 at most: `at_least celery-data 4`" in ran.complaint
    assert "`hold celery-data` and `at_most celery-data 8`" in ran.complaint
    assert bounds(ran) == ("", "")


def test_a_floor_is_never_lowered_by_what_is_called_at_least(shell: Shell) -> None:
    """In office hours the schedule's floor is the higher one."""
    ran = changed(shell, "at_least agent 6", in_force="20\t80")

    assert (ran.complaint, bounds(ran)) == ("", ("", ""))


def test_a_ceiling_below_the_floor_takes_it_along(shell: Shell) -> None:
    """A quota that is used up wants fewer calls in office hours too, whose floor is 20."""
    assert bounds(changed(shell, "at_most agent 10", in_force="20\t80")) == ("10", "10")


def test_a_higher_ceiling_leaves_the_floor(shell: Shell) -> None:
    """More may run; more need not."""
    assert bounds(changed(shell, "at_most agent 120", in_force="3\t80")) == ("3", "120")


def test_the_ceiling_alone_can_be_asked_for(shell: Shell) -> None:
    """A page that wants all workers takes the number from AWS."""
    ran = changed(shell, 'at_least celery-data "$(ceiling_of celery-data)"', in_force="1\t4")

    assert (ran.complaint, bounds(ran)) == ("", ("4", ""))


@pytest.mark.parametrize("line", ["at_least beat 2", "at_most supervisor 1", "ceiling_of pgbouncer"])
def test_a_service_that_is_not_scaled_is_said_to_be_so(line: str, shell: Shell) -> None:
    """Registering a target for it would let a floor fight with the template's number for ever."""
    ran = shell.run(f"{FIRST.read_text()}\n{line}", {**PLACE, "BOUNDS": NOT_SCALED})

    assert "is not scaled" in ran.complaint
    assert bounds(ran) == ("", "")


def changed(shell: Shell, line: str, *, in_force: str) -> Ran:
    """Run one line while these bounds hold."""
    return shell.run(f"{FIRST.read_text()}\n{line}", {**PLACE, "BOUNDS": in_force})


def bounds(ran: Ran) -> tuple[str, str]:
    """The floor and the ceiling that AWS was told; empty for one that it was not."""
    calls = [call for call in ran.calls if "register-scalable-target" in call]
    call = calls[0] if calls else []
    low, high = (
        call[call.index(option) + 1] if option in call else "" for option in ("--min-capacity", "--max-capacity")
    )
    return low, high


def upside_down(call: list[str]) -> bool:
    """Whether a floor above the ceiling is asked for, which no function refuses where it is told both."""
    return {"--min-capacity", "--max-capacity"} <= {*call} and int(call[call.index("--min-capacity") + 1]) > int(
        call[call.index("--max-capacity") + 1]
    )


def tries(text: str, services: list[Service]) -> Iterator[str]:
    """Yield a script: each change with a number of the page's own, of each service it may be about, at each hour."""
    scaled = {each.name: each for each in services if each.is_scaled}
    for line in own(text):
        for name in _about(line.split()[1].strip('"'), scaled):
            for in_force in _in_force(scaled[name]) if name in scaled else [NOT_SCALED]:
                yield f'export POOL={name.removeprefix("celery-")} SERVICE={name} BOUNDS="{in_force}"\n{line}'


def _about(said: str, scaled: Iterable[str]) -> list[str]:
    if said == "$SERVICE":
        return [*scaled]
    return [f"celery-{pool.name}" for pool in POOLS] if said == "celery-$POOL" else [said]


def _in_force(service: Service) -> list[str]:
    """At any hour, in order, as the AWS CLI answers it."""
    by_hour = {(action.low, action.high) for action in service.schedule} | {(service.low, service.high)}
    return [f"{low}\\t{high}" for low, high in sorted(by_hour)]
