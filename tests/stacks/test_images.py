"""A new image rolls the services that run it, and no other: a new agent must not end calls on LiveKit."""

import json
from typing import Any

import pytest

from config.load import load
from config.schema import Environment
from contract.images import IMAGES
from contract.pools import POOLS
from tests.synthesis import Syntheses, Synthesis
from voice_constructs.images import commit_of

CELERY = [f"Celery{pool.name.title()}" for pool in POOLS]
FAMILIES = {
    "agent": {"agents": ["Agent"]},
    "control-plane": {"control-plane": sorted(["Api", "Beat", "Flower", "MigrationTask", "Supervisor", *CELERY])},
    "gateway": {"control-plane": ["WebSocket"]},
    "guardian": {"media": ["Egress", "LiveKit"]},
    "livekit": {"media": ["LiveKit"]},
    "egress": {"media": ["Egress"]},
    "pgbouncer": {"control-plane": ["PgBouncer"]},
}
TAGS = {image.name: f"sha-{number:040x}" for number, image in enumerate(IMAGES, start=1)}


@pytest.fixture(scope="module")
def before(syntheses: Syntheses) -> Synthesis:
    """dev, with its one optional image too."""
    return syntheses.unreviewed("dev-before", lambda: _dev({}))


@pytest.fixture(scope="module")
def after(syntheses: Syntheses) -> Synthesis:
    """The same with another tag for every image."""
    return syntheses.unreviewed("dev-after", lambda: _dev(TAGS))


@pytest.mark.parametrize("image", FAMILIES)
def test_an_image_changes_its_services_only(after: Synthesis, image: str) -> None:
    """In any other task definition a changed tag would be a service that is deployed for nothing."""
    changed: dict[str, list[str]] = {}
    for stack in after.assembly.stacks:
        for logical_id, resource in stack.template["Resources"].items():
            if TAGS[image] in json.dumps(resource):
                assert resource["Type"] == "AWS::ECS::TaskDefinition", logical_id
                name = next(name for name in sum(FAMILIES[image].values(), []) if logical_id.startswith(name))
                changed.setdefault(stack.name.removeprefix("voiceplane-dev-"), []).append(name)

    assert {stack: sorted(names) for stack, names in changed.items()} == FAMILIES[image]


def test_nothing_else_changes_with_an_image(before: Synthesis, after: Synthesis) -> None:
    """No hash, no version, no timestamp: with the old tags put back the templates are the old ones, to the letter."""
    for old, new in zip(before.assembly.stacks, after.assembly.stacks, strict=True):
        assert _without_tags(old.template, before) == _without_tags(new.template, after), old.name


def _dev(tags: dict[str, str]) -> Environment:
    dev = load("dev")
    database = dev.data.database
    pooled = database.model_copy(update={"pgbouncer": database.pgbouncer.model_copy(update={"enabled": True})})
    return dev.model_copy(
        update={
            "data": dev.data.model_copy(update={"database": pooled}),
            "delivery": dev.delivery.model_copy(update={"image_tags": tags}),
        }
    )


def _without_tags(template: dict[str, Any], synthesis: Synthesis) -> str:
    """Answer a template's text with the tag of every image blotted out."""
    text = json.dumps(template, sort_keys=True)
    for tag in synthesis.environment.delivery.image_tags.values() or _default_tags():
        text = text.replace(tag, "TAG")
    return text


def _default_tags() -> list[str]:
    return [image.mirrored_tag or f"sha-{commit_of(image)}" for image in IMAGES]
