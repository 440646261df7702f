"""Does a call, its shutdown and everything that waits for them fit together?

Each line compares two sums of durations; all are computed for every environment, shown by
the review, and printed as a table when one of them does not hold.
"""

import re
from typing import Final

from pydantic import BaseModel, ConfigDict

from config.schema import Environment
from config.words import KeyPath
from contract import timing as constants

# What must hold, and why. A name in capitals is a constant of contract/timing.py, any other a key.
LINES: Final = (
    (
        "timing.rejoin_window_seconds + ROOM_MARGIN_SECONDS <= timing.room_departure_timeout_seconds",
        "our rejoin timer acts before LiveKit closes a room that callers have left",
    ),
    (
        "timing.join_window_seconds + ROOM_MARGIN_SECONDS <= timing.room_empty_timeout_seconds",
        "our join timer acts before LiveKit closes a room that nobody joined",
    ),
    (
        "timing.join_window_seconds <= timing.token_lifetime_seconds",
        "a token lives until its caller must have joined",
    ),
    (
        "timing.max_call_seconds + timing.post_call_seconds <= timing.agent_drain_seconds",
        "a draining agent finishes its longest call",
    ),
    (
        "timing.agent_drain_seconds <= timing.scale_in_protection_seconds",
        "scale-in protection outlasts the drain",
    ),
    (
        "timing.max_call_seconds + SHUTDOWN_MARGIN_SECONDS <= timing.livekit_stop_timeout_seconds",
        "a media node empties before it is killed",
    ),
    (
        "timing.max_call_seconds + timing.post_call_seconds + timing.handoff_seconds < CLOUDFORMATION_WAIT_SECONDS",
        "CloudFormation waits for a deployment that waits for a call",
    ),
    (
        "timing.handoff_seconds + JOB_GRACE_SECONDS + SHUTDOWN_MARGIN_SECONDS <= timing.emergency_stop_seconds",
        "a task that must go hands its calls over first",
    ),
    (
        "timing.emergency_stop_seconds <= agent.stop_timeout_seconds",
        "ECS gives the agent the time that it counts on",
    ),
    (
        "timing.emergency_stop_seconds <= websocket.stop_timeout_seconds",
        "ECS gives the WebSocket service the time that it counts on",
    ),
    (
        "timing.deregistration_seconds <= api.stop_timeout_seconds",
        "the API serves until its load balancer lets go",
    ),
    (
        "timing.deregistration_seconds <= websocket.stop_timeout_seconds",
        "the WebSocket service serves until its load balancer lets go",
    ),
    (
        "timing.max_call_seconds + timing.agent_drain_seconds < timing.zombie_seconds",
        "the sweep never takes a call that still drains for a stuck one",
    ),
    (
        "timing.max_call_seconds + timing.rejoin_window_seconds <= LIVE_STATE_SECONDS",
        "live state outlives the call and its rejoin window",
    ),
    (
        "timing.max_call_seconds <= websocket.keep_alive_seconds",
        "the load balancer does not cut a voice call over a WebSocket",
    ),
)


class Term(BaseModel):
    """One duration of a sum.

    Attributes:
        name: Its dotted key, or the name of a constant.
        path: Its key, empty for a constant.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    seconds: int
    path: KeyPath = ()


class Line(BaseModel):
    """One comparison.

    Attributes:
        relation: `<=` or `<`.
    """

    model_config = ConfigDict(frozen=True)

    left: tuple[Term, ...]
    relation: str
    right: tuple[Term, ...]
    why: str

    @property
    def left_seconds(self) -> int:
        """The left sum."""
        return sum(term.seconds for term in self.left)

    @property
    def right_seconds(self) -> int:
        """The right sum."""
        return sum(term.seconds for term in self.right)

    @property
    def excess_seconds(self) -> int:
        """How much the left sum is too long, nothing or less when the line holds."""
        return self.left_seconds - self.right_seconds + (self.relation == "<")

    @property
    def holds(self) -> bool:
        """Whether the sums compare as they must."""
        return self.excess_seconds <= 0

    @property
    def left_formula(self) -> str:
        """The left sum by name."""
        return " + ".join(term.name for term in self.left)

    @property
    def right_formula(self) -> str:
        """The right sum by name."""
        return " + ".join(term.name for term in self.right)


def budget(environment: Environment) -> tuple[Line, ...]:
    """Compute every line for one environment."""
    return tuple(_line(formula, why=why, environment=environment) for formula, why in LINES)


def budget_table(lines: tuple[Line, ...]) -> str:
    """Write the lines below each other, those that do not hold marked with `!`."""
    values = [f"{line.left_seconds} {line.relation} {line.right_seconds} s" for line in lines]
    width = max(map(len, values))
    rows = [
        f"{' ' if line.holds else '!'} {value:>{width}}  {line.left_formula} {line.relation} {line.right_formula}"
        for line, value in zip(lines, values, strict=True)
    ]
    return "\n".join(["the timing budget:", *rows])


def _line(formula: str, *, why: str, environment: Environment) -> Line:
    left, relation, right = re.split(" (<=|<) ", formula)
    return Line(left=_sum(left, environment), relation=relation, right=_sum(right, environment), why=why)


def _sum(formula: str, environment: Environment) -> tuple[Term, ...]:
    return tuple(_term(name, environment) for name in formula.split(" + "))


def _term(name: str, environment: Environment) -> Term:
    if name.isupper():
        return Term(name=name, seconds=getattr(constants, name))
    section, field = name.split(".")
    return Term(name=name, seconds=getattr(getattr(environment, section), field), path=(section, field))
