"""Can every tier grow before it shrinks again?"""

from collections.abc import Iterator
from typing import Any

from config.faults import Fault, conflict
from config.schema import Environment
from contract.pools import POOLS

# Below the first a tier is quiet, above each of the others it grows.
LOW_AND_GROW = (
    ("media.livekit.scaling", "low_percent", ("participants_percent", "rooms_percent", "cpu_percent")),
    ("agent.scaling", "low_utilization_percent", ("utilization_percent",)),
    ("websocket.scaling", "low_percent", ("voice_slots_percent",)),
    *((f"celery.{pool.name}.scaling", "low_percent", ("cpu_percent",)) for pool in POOLS),
    ("media.egress.scaling", "free_slots", ("idle_slots",)),
)
STEPPED = tuple(section for section, _, _ in LOW_AND_GROW)


def quiet_is_below_busy(environment: Environment) -> Iterator[Fault]:
    """No tier is quiet and busy at once."""
    for section, low, grows in LOW_AND_GROW:
        values = _section(environment, section)
        for grow in grows:
            if getattr(values, low) >= getattr(values, grow):
                yield conflict(
                    f"{section}.{low}",
                    f"{section}.{grow}",
                    allowed=f"{section}.{low} must be less than {section}.{grow}, {getattr(values, grow):g}",
                    remedy=f"lower {low} or raise {grow}",
                )


def shrinks_slower_than_it_grows(environment: Environment) -> Iterator[Fault]:
    """A tier takes away no more tasks per minute than it adds."""
    for section in STEPPED:
        scaling = _section(environment, section)
        out, back = scaling.scale_out, scaling.scale_in
        if back.step * out.cooldown_seconds > out.at_least * back.cooldown_seconds:
            yield _too_fast(
                section,
                back=f"{back.step} per {back.cooldown_seconds} s",
                out=f"{out.at_least} per {out.cooldown_seconds} s",
            )


def api_shrinks_slower(environment: Environment) -> Iterator[Fault]:
    """The API waits at least as long before it shrinks as before it grows."""
    scaling = environment.api.scaling
    if scaling.in_cooldown_seconds < scaling.out_cooldown_seconds:
        yield conflict(
            "api.scaling.in_cooldown_seconds",
            "api.scaling.out_cooldown_seconds",
            allowed=(
                f"api.scaling.in_cooldown_seconds must be at least api.scaling.out_cooldown_seconds, "
                f"{scaling.out_cooldown_seconds}"
            ),
            remedy="raise in_cooldown_seconds",
        )


def _too_fast(section: str, *, back: str, out: str) -> Fault:
    keys = [f"{section}.{key}" for key in _STEPS]
    return conflict(
        *keys,
        allowed=f"{section} shrinks by {back}, faster than it grows by {out}",
        remedy="raise scale_in.cooldown_seconds, or lower scale_in.step",
    )


_STEPS = ("scale_in.step", "scale_in.cooldown_seconds", "scale_out.at_least", "scale_out.cooldown_seconds")


def _section(environment: Environment, dotted: str) -> Any:
    section: Any = environment
    for part in dotted.split("."):
        section = getattr(section, part)
    return section
