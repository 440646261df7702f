"""One page in four forms: JSON as published, a comment that GitHub takes, a file that asks nobody, a terminal."""

import json
import re
from io import StringIO
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from tests.stacks.conftest import elsewhere, place
from tests.synthesis import Synthesis
from voicectl.review.making import review_of
from voicectl.review.page import Changed, Changes, Review
from voicectl.review.show.html import html_of
from voicectl.review.show.markdown import MARK, MOST_CHARACTERS, markdown_of
from voicectl.review.show.terminal import print_page
from voicectl.review.sides import Side, Sides
from voicectl.review.write_schema import SCHEMA, schema_text

ANSWERS = (
    "livekit",
    "NodeParticipants",
    "50000–60000",
    "ecr:GetAuthorizationToken",
    "Retain",
    "SessionsStuck",
    "$1,",
    "UNVERIFIED",
    "vantage.sh/blog/fargate-pricing, read 2026-11-21",
    "a draining agent finishes its longest call",
)

__all__ = ["elsewhere", "place"]  # fixtures of tests/stacks, used here too


@pytest.fixture(scope="session")
def page(synthesis: Synthesis) -> Review:
    """Each shipped environment's page, compared with itself."""
    side = Side(synthesis.environment.name, synthesis.assembly)
    return review_of(Sides(side, side))


@pytest.fixture(scope="session")
def production(prod: Synthesis) -> Review:
    """Production's page, compared with nothing."""
    return review_of(Sides(Side("prod", prod.assembly), None))


def test_the_published_schema_is_that_of_the_models() -> None:
    """Run `python -m voicectl.review.write_schema` after changing them."""
    assert SCHEMA.read_text() == schema_text()


def test_the_json_is_as_published(page: Review) -> None:
    """A pipeline reads it without asking us."""
    jsonschema.validate(json.loads(page.model_dump_json()), json.loads(SCHEMA.read_text()))


def test_a_comment_fits(page: Review) -> None:
    """GitHub refuses a longer one, and the reviewer would see nothing at all."""
    text = markdown_of(page)

    assert text.startswith(MARK)
    assert len(text) <= MOST_CHARACTERS
    assert text.count("<details>") == text.count("</details>") >= 8


def test_every_other_environment_has_its_page(place: Synthesis) -> None:
    """Three regions, fixed sizes, no schedule, a zone of somebody else's: none of them breaks a form."""
    review = review_of(Sides(Side("it", place.assembly), Side("it", place.assembly)))
    labels = [row.name for row in review.services]
    ids = [box.id for box in review.diagram.boxes]

    assert len(markdown_of(review)) <= MOST_CHARACTERS
    assert "Traceback" not in html_of(review)
    assert len(set(labels)) == len(labels)
    assert len(set(ids)) == len(ids)
    assert {end for arrow in review.diagram.arrows for end in (arrow.source, arrow.target)} <= set(ids)
    assert review.cost.unpriced == ()


def test_a_comment_on_a_huge_change_still_fits_and_keeps_its_verdict(production: Review) -> None:
    """What is left out is named; the first lines never are."""
    many = tuple(
        Changed(
            kind="changed",
            type="AWS::IAM::Policy",
            stack="s",
            name=f"Construct/{number}" * 5,
            properties=("A",),
            because=(),
        )
        for number in range(2000)
    )
    changes = Changes(against="main", same_environment=True, losses=(), weaker=(), resources=many, unchanged=0)

    text = markdown_of(production.model_copy(update={"changes": changes}))

    assert len(text) <= MOST_CHARACTERS
    assert "nothing would be replaced" in text[:300]
    assert "Too long for a comment: Every difference." in text


def test_the_file_asks_nobody(page: Review) -> None:
    """It is opened from disk, on a train, from an attachment."""
    text = html_of(page)

    addresses = set(re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)""", text))
    assert {address for address in addresses if not address.startswith("#")} == set()
    assert "<script" not in text
    assert "prefers-color-scheme:dark" in text


def test_what_a_template_says_is_text_in_the_file(production: Review) -> None:
    """A resource's description must not run in the reviewer's browser."""
    opening = production.openings[0].model_copy(update={"why": "<script>alert(1)</script>"})

    text = html_of(production.model_copy(update={"openings": (opening,)}))

    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_every_part_is_in_every_form(production: Review) -> None:
    """A form that leaves out a question answers it with silence."""
    console = Console(file=StringIO(), width=170)
    print_page(production, console=console)
    assert isinstance(console.file, StringIO)
    forms = {
        "terminal": console.file.getvalue(),
        "markdown": markdown_of(production),
        "html": html_of(production),
    }

    for name, text in forms.items():
        assert [word for word in ANSWERS if word not in text] == [], name


def test_the_terminal_says_first_what_would_be_lost(production: Review) -> None:
    """Before any table, whatever the width."""
    for width in (80, 120, 200):
        console = Console(file=StringIO(), width=width)
        print_page(production, console=console)
        assert isinstance(console.file, StringIO)
        assert "replaced, lost or weakened" in console.file.getvalue().splitlines()[1]


def test_wildcards_come_with_the_reason_that_was_acknowledged(production: Review) -> None:
    """One that nobody acknowledged would not have passed the reviewers."""
    reasons = {row.why for row in production.wildcards}

    assert "ecr:GetAuthorizationToken knows no resources" in reasons
    assert not [why for why in reasons if "nobody" in why or "not beside" in why]


def test_the_map_shows_the_ways_of_a_call(production: Review) -> None:
    """Callers reach nodes and load balancers, agents reach providers, data is reached by services only."""
    titles = {box.id: box.title for box in production.diagram.boxes}
    zones = {box.id: box.zone for box in production.diagram.boxes}
    ways = {(titles[arrow.source], titles[arrow.target]) for arrow in production.diagram.arrows}

    assert {
        ("callers", "livekit"),
        ("callers", "api.voice.example.com"),
        ("livekit.voice.example.com", "livekit"),
        ("api.voice.example.com", "api"),
        ("agent", "internal.voice.example.com"),
        ("agent", "NAT"),
        ("NAT", "AI providers"),
        ("livekit", "Valkey 9.1: live"),
        ("api", "PostgreSQL 18"),
    } <= ways
    assert not [
        arrow for arrow in production.diagram.arrows if zones[arrow.target] == "data" and arrow.source == "callers"
    ]
    assert ("agent", "PostgreSQL 18") not in ways


def test_data_that_goes_with_its_stack_is_on_the_page(page: Review) -> None:
    """What is kept says little without what is not."""
    policies = {row.policy for row in page.kept}

    assert {"Retain", "Delete"} <= policies


def test_no_host_or_path_of_the_machine_is_on_the_page(production: Review) -> None:
    """The comment is public."""
    assert str(Path.cwd()) not in production.model_dump_json()
