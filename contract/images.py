"""The container images, and what each is made from."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from contract.versions import LIVEKIT_EGRESS, LIVEKIT_SERVER

RUNTIME: Final = ("runtime/__init__.py", "runtime/kit")  # what every process of ours imports

UNREAD: Final = (
    "contract/aws_metrics.py",
)  # of templates and laptops: copied with its folder, imported by no container


class Image(BaseModel):
    """One image, kept in the environment's own ECR repository of the same name.

    Attributes:
        sources: Paths of this repository that go into the image; its default tag is `sha-`
            and the commit that last changed one of them, so that a change rolls only the
            services it concerns. Empty for an image that is mirrored from its maker.
        mirrored_tag: The maker's tag of a mirrored image.
        origin: Where a mirrored image is copied from.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    sources: tuple[str, ...] = ()
    mirrored_tag: str = ""
    origin: str = ""

    @property
    def pathspec(self) -> tuple[str, ...]:
        """What git is asked for the image's tag: its sources without what no container imports."""
        return (*self.sources, *(f":(exclude){path}" for path in UNREAD)) if self.sources else ()


AGENT: Final = Image(
    name="agent", sources=("agent", "contract", *RUNTIME, "runtime/images/agent", "requirements/agent.txt")
)
CONTROL_PLANE: Final = Image(
    name="control-plane",
    sources=(
        "control_plane",
        "contract",
        *RUNTIME,
        "runtime/images/control-plane",
        "requirements/control-plane.txt",
    ),
)
GATEWAY: Final = Image(
    name="gateway",
    sources=(
        "agent",
        "contract",
        "runtime/gateway",
        *RUNTIME,
        "runtime/images/gateway",
        "requirements/gateway.txt",
    ),
)
GUARDIAN: Final = Image(
    name="guardian", sources=("contract", *RUNTIME, "runtime/images/guardian", "requirements/guardian.txt")
)
LIVEKIT: Final = Image(
    name="livekit",
    mirrored_tag=f"v{LIVEKIT_SERVER.version}",
    origin=f"docker.io/livekit/livekit-server:v{LIVEKIT_SERVER.version}",
)
EGRESS: Final = Image(
    name="egress",
    mirrored_tag=f"v{LIVEKIT_EGRESS.version}",
    origin=f"docker.io/livekit/egress:v{LIVEKIT_EGRESS.version}",
)
PGBOUNCER: Final = Image(name="pgbouncer", sources=("runtime/images/pgbouncer",))

IMAGES: Final = (AGENT, CONTROL_PLANE, GATEWAY, GUARDIAN, LIVEKIT, EGRESS, PGBOUNCER)
