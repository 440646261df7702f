"""The review says what the templates say, and leaves out nothing that scales or is open."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from config.timing_budget import budget
from tests.synthesis import Synthesis
from voicectl.command_line import app
from voicectl.review.budget import budget_of
from voicectl.review.openings import openings_of
from voicectl.review.report import print_review
from voicectl.review.services import services_of
from voicectl.review.templates import Assembly


@pytest.fixture(scope="session")
def page(prod: Synthesis) -> str:
    """The production environment's review, as a pipe would get it."""
    console = Console(file=StringIO(), width=170)
    print_review(prod.assembly, console=console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_every_service_of_the_templates_is_on_the_page(assembly: Assembly) -> None:
    """A service that a reviewer does not see is one that nobody reviewed."""
    in_templates = [each.properties["ServiceName"] for _, each in assembly.of_type("AWS::ECS::Service")]

    on_the_page = [service.name for service in services_of(assembly)]

    assert on_the_page == in_templates


def test_every_policy_has_a_signal_on_the_page(assembly: Assembly) -> None:
    """A policy that no line describes scales behind the reviewer's back."""
    for service in services_of(assembly):
        scaled = service.tasks.endswith("fixed")
        assert scaled or service.signals, service.name
        assert not any("None" in line for line in (*service.signals, *service.leaves)), service


def test_production_agents_show_their_four_signals_and_two_guards(prod: Synthesis) -> None:
    """The most expensive fleet is the one that reviewers ask about."""
    agent = next(service for service in services_of(prod.assembly) if service.name == "agent")

    assert agent.signals == (
        "hold CPU % at 75, only adds",
        "hold memory % at 80, only adds",
        "average SessionUtilization ≥ 70 for 60 s",
        "lowest FreeSlots < 25 for 60 s",
        "sum of JobsRejected ≥ 1 for 60 s",
        "highest RoomsWithoutAgent > 5 for 60 s",
        "→ +100 % or +4 every 60 s",
    )
    assert agent.leaves[-1] == "→ -1 every 60 s"


def test_the_openings_are_those_of_the_design(prod: Synthesis) -> None:
    """Anything else that is open to the world is a mistake."""
    ports = sorted((opening.protocol, opening.ports) for opening in openings_of(prod.assembly))

    assert ports == [
        ("tcp", "443"),
        ("tcp", "443"),
        ("tcp", "443"),
        ("tcp", "443"),
        ("tcp", "7881"),
        ("udp", "3478"),
        ("udp", "50000–60000"),
    ]


def test_the_budget_of_the_templates_is_that_of_the_file(synthesis: Synthesis) -> None:
    """A duration that is lost between file and template would be checked and not deployed."""
    assert budget_of(synthesis.assembly) == budget(synthesis.environment)


def test_the_page_shows_schedule_openings_count_and_budget(page: str, prod: Synthesis) -> None:
    """The four questions that a reviewer asks after the services."""
    assert "schedules, America/New_York" in page
    assert "07:45 MON-FRI" in page
    assert "open to the world" in page
    assert f"{prod.assembly.resource_count} resources" in page
    assert "the timing budget:" in page


def test_a_folder_without_templates_is_refused_in_one_line(tmp_path: Path) -> None:
    """Somebody who forgets to synthesize is told to."""
    result = CliRunner().invoke(app, ["review", str(tmp_path)])

    assert result.exit_code == 2
    assert result.output.strip() == f"{tmp_path} holds no cloud assembly; run `make synth` first"
