"""The load balancers' target groups: which process stands for each, and how it is asked."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from contract.services import API, API_PATHS, LIVEKIT, READINESS_PATH, WEBSOCKET


class TargetGroup(NamedTuple):
    """What a load balancer sends requests to.

    Attributes:
        process: The name of the one target.
        path: Of the health check.
        healthy: The answers that it takes for well.
        counts: Whether the process says how many requests it answered.
    """

    process: str
    path: str = READINESS_PATH
    healthy: tuple[int, ...] = (200,)
    counts: bool = False


# By a word of the reference to it, which is its id in the template. TURN's is left out: there is no TURN here.
PUBLIC_API: Final = "ApiRouteTargets"
INTERNAL_API: Final = "InternalRouteTargets"
TARGET_GROUPS: Final[Mapping[str, TargetGroup]] = {
    PUBLIC_API: TargetGroup(API.name, counts=True),
    INTERNAL_API: TargetGroup(API.name, counts=True),
    "WebSocketRouteTargets": TargetGroup(WEBSOCKET.name),
    # 406 while Valkey is away and calls go on: `voice_constructs.livekit`.
    "SignalGroup": TargetGroup(LIVEKIT.name, path="/", healthy=(200, 406)),
}


def target_group_of(route: str) -> str:
    """Answer by which of its two load balancers a request of a route would have come to the API."""
    public = tuple(path.strip("/*") + "/" for path in API_PATHS)
    is_known = "/" in route
    return PUBLIC_API if route.startswith(public) or not is_known else INTERNAL_API
