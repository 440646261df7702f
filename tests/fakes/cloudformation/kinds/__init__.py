"""The table of resource types: one row each, one module a family. To support a type, add its row."""

from tests.fakes.cloudformation.kind import Kind
from tests.fakes.cloudformation.kinds import (
    access,
    balancing,
    capacity,
    data,
    delivery,
    edge,
    messages,
    network,
    observation,
    scaling,
    services,
    storage,
)

KINDS: dict[str, Kind] = {
    **access.KINDS,
    **balancing.KINDS,
    **capacity.KINDS,
    **data.KINDS,
    **delivery.KINDS,
    **edge.KINDS,
    **messages.KINDS,
    **network.KINDS,
    **observation.KINDS,
    **scaling.KINDS,
    **services.KINDS,
    **storage.KINDS,
}
