"""Is anything on that must not be in production, or off that must be?"""

from collections.abc import Iterator

from config.faults import Fault, fault
from config.schema import Environment


def production_is_safe(environment: Environment) -> Iterator[Fault]:
    """Production keeps its data, survives the loss of a zone, and has no windows into itself."""
    if not environment.production:
        return
    network, data, background = environment.network, environment.data, environment.background
    conditions = (
        ("background.flower", not background.flower, "Flower is for development and staging", "set it to false"),
        ("background.silk", not background.silk, "silk keeps what callers sent", "set it to false"),
        ("data.retain", data.retain, "production keeps its data", "set it to true"),
        ("data.database.multi_az", data.database.multi_az, "the database needs a standby", "set it to true"),
        ("data.live.replicas", data.live.replicas > 0, "a failed node would end every call", "set it to 1 or more"),
        ("data.broker.replicas", data.broker.replicas > 0, "a failed node would lose tasks", "set it to 1 or more"),
        (
            "network.nat_gateways",
            network.nat_gateways >= network.zones,
            "each zone needs its own",
            f"set it to network.zones, {network.zones}",
        ),
    )
    for key, is_met, reason, remedy in conditions:
        if not is_met:
            yield fault(key, allowed=f"production = true refuses that, because {reason}", remedy=remedy)
