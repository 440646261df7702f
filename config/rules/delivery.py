"""Can images be found, deployments be shifted, and resources be tagged as the file says?"""

import re
from collections.abc import Iterator
from typing import Final

from config.faults import Fault, conflict
from config.schema import Environment
from config.sections.capacity import ServiceSection
from config.words import did_you_mean
from contract.images import IMAGES
from contract.pools import POOLS

IMAGE_NAMES: Final = tuple(image.name for image in IMAGES)
TAG: Final = re.compile(r"(?!latest$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|sha256:[0-9a-f]{64}")
LONGEST_TAG_KEY, LONGEST_TAG_VALUE = 128, 256  # AWS


def image_tags_fit(environment: Environment) -> Iterator[Fault]:
    """A tag is given for an image that exists, and names one build."""
    for name, tag in environment.delivery.image_tags.items():
        path = ("delivery", "image_tags", name)
        if name not in IMAGE_NAMES:
            yield conflict(path, allowed="there is no such image", remedy=did_you_mean(name, IMAGE_NAMES))
        elif tag == "latest":
            yield conflict(
                path, allowed="latest is a different build every day", remedy="name a tag such as sha-0a1b2c3"
            )
        elif not TAG.fullmatch(tag):
            yield conflict(
                path, allowed="it must be a tag, or sha256: and 64 hex digits", remedy="name a tag such as sha-0a1b2c3"
            )


def rollouts_are_possible(environment: Environment) -> Iterator[Fault]:
    """Traffic is shifted only behind a load balancer, and only where no scaling policy names the target group."""
    for section, service in _services(environment).items():
        if service.rollout == "rolling" or section == "websocket":
            continue
        if section != "api":
            yield conflict(
                (*section.split("."), "rollout"),
                allowed=f"{service.rollout} shifts a load balancer's traffic, and {section} has none",
                remedy='set it to "rolling"',
            )
        elif service.tasks.fixed is None:
            yield conflict(
                "api.rollout",
                allowed=f"{service.rollout} needs api.tasks.fixed, because requests per target scale the API otherwise",
                remedy='set it to "rolling", or give api.tasks.fixed',
            )


def tags_are_ours(environment: Environment) -> Iterator[Fault]:
    """Tags have names and lengths that AWS takes."""
    for name, value in environment.tags.items():
        path = ("tags", name)
        if name.lower().startswith("aws:"):
            yield conflict(path, allowed="AWS keeps names in aws: to itself", remedy="rename it")
        if not 1 <= len(name) <= LONGEST_TAG_KEY or len(value) > LONGEST_TAG_VALUE:
            yield conflict(
                path,
                allowed=f"a tag's name has 1 to {LONGEST_TAG_KEY} characters, its value {LONGEST_TAG_VALUE} at most",
                remedy="shorten it",
            )


def _services(environment: Environment) -> dict[str, ServiceSection]:
    return {
        "media.egress": environment.media.egress,
        "agent": environment.agent,
        "api": environment.api,
        "websocket": environment.websocket,
        **{f"celery.{pool.name}": getattr(environment.celery, pool.name) for pool in POOLS},
    }
