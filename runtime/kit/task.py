"""Which task this process is: ECS's id and revision, or the machine and process on a laptop."""

import json
import os
import socket
import urllib.request
from collections.abc import Mapping
from typing import NamedTuple

from runtime.kit.errors import Unreachable

METADATA_URI = "ECS_CONTAINER_METADATA_URI_V4"  # set by ECS in every container
METADATA_SECONDS = 2


class Task(NamedTuple):
    """One running copy of a service.

    Attributes:
        id: Unique among all tasks.
        deployment: `family:revision` of its task definition; empty on a laptop.
    """

    id: str
    deployment: str


def identify(variables: Mapping[str, str]) -> Task:
    """Answer who this process is.

    Raises:
        Unreachable: ECS names a metadata endpoint, and it does not answer in 2 s.
    """
    uri = variables.get(METADATA_URI)
    if not uri:
        return Task(id=f"{socket.gethostname()}-{os.getpid()}", deployment="")
    try:
        with urllib.request.urlopen(f"{uri}/task", timeout=METADATA_SECONDS) as answer:
            task = json.load(answer)
    except OSError as unreachable:
        raise Unreachable(f"{METADATA_URI} is {uri}, which does not answer: {unreachable}") from unreachable
    return Task(id=task["TaskARN"].rsplit("/", 1)[-1], deployment=f"{task['Family']}:{task['Revision']}")
