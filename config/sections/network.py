"""Where the environment stands: its address range, zones, name and way out."""

from ipaddress import IPv4Network

from pydantic import Field

from config.sections.section import Section


class Network(Section):
    """The VPC of one region."""

    cidr: IPv4Network = IPv4Network("10.0.0.0/16")
    """The VPC's addresses, /16 to /20; further regions must not overlap."""
    zones: int = Field(2, ge=2, le=3)
    """Availability zones to use, taken in the account's own order."""
    zone_names: tuple[str, ...] = ()
    """Zones by name instead, when some must be avoided; as many as `zones`."""
    nat_gateways: int = Field(1, ge=1, le=3)
    """NAT gateways; one per zone survives the loss of a zone."""
    interface_endpoints: bool = True
    """Private endpoints for ECR, ECS, logs, secrets, KMS and metrics: dearer at rest, cheaper per GB than NAT."""
    flow_log_days: int = 30
    """How long flow logs are kept, days; a period that CloudWatch offers."""


class Domain(Section):
    """The public name; api., ws., livekit. and turn. are put in front of it."""

    name: str = Field(
        max_length=200,
        pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
        examples=["voice.example.com"],
    )
    """Such as voice.example.com, in lower case."""
    hosted_zone_id: str | None = Field(None, pattern=r"^Z[A-Z0-9]{5,31}$", examples=["Z0123456789EXAMPLE"])
    """The Route 53 zone of exactly this name; without it the stack makes one, to be delegated to."""
    ttl_seconds: int = Field(60, ge=30, le=86400)
    """Of records that are no aliases."""


class Region(Section):
    """A further region with its own media nodes and agents; data and control plane stay at home."""

    name: str = Field(examples=["eu-west-1"])
    """Such as eu-west-1."""
    cidr: IPv4Network = Field(examples=["10.1.0.0/16"])
    """Addresses of its VPC; must not overlap any other's, because the VPCs are peered."""
    zone_names: tuple[str, ...] = ()
    """Zones by name instead of the account's own order."""
