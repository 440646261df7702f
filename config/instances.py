"""The machines that AWS offers for media nodes, PostgreSQL and Valkey, as of 2026-11-21.

EC2's figures are those of DescribeInstanceTypes in moto 5.2.5 (`instance_types.json.gz`), the
classes of RDS and ElastiCache those of cfn-lint 1.58.0; `tests/config/test_instances.py` compares.
"""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

Architecture = Literal["arm64", "x86_64"]


class Machine(BaseModel):
    """One size of one family."""

    model_config = ConfigDict(frozen=True)

    vcpus: int
    gib: float
    architecture: Architecture


# vCPUs of each size; a family has a fixed memory per vCPU.
_SIZES: Final = {
    "large": 2,
    "xlarge": 4,
    "2xlarge": 8,
    "4xlarge": 16,
    "8xlarge": 32,
    "12xlarge": 48,
    "16xlarge": 64,
}
_GIB_PER_VCPU: Final = {"c7g": 2, "c7gn": 2, "c7i": 2, "c6in": 2, "m7g": 4, "r7g": 8}
_X86: Final = ("c7i", "c6in")

# Burstable: memory by size, two vCPUs up to large.
_T4G: Final = {
    "micro": (2, 1),
    "small": (2, 2),
    "medium": (2, 4),
    "large": (2, 8),
    "xlarge": (4, 16),
    "2xlarge": (8, 32),
}


def _family(family: str) -> dict[str, Machine]:
    architecture: Architecture = "x86_64" if family in _X86 else "arm64"
    return {
        f"{family}.{size}": Machine(vcpus=vcpus, gib=vcpus * _GIB_PER_VCPU[family], architecture=architecture)
        for size, vcpus in _SIZES.items()
    }


def _burstable(*sizes: str) -> dict[str, Machine]:
    return {f"t4g.{size}": Machine(vcpus=_T4G[size][0], gib=_T4G[size][1], architecture="arm64") for size in sizes}


NODES: Final[dict[str, Machine]] = {
    name: machine for family in _GIB_PER_VCPU for name, machine in _family(family).items()
}
DATABASES: Final[dict[str, Machine]] = {**_burstable(*_T4G), **_family("m7g"), **_family("r7g")}
CACHES: Final[dict[str, Machine]] = {
    f"cache.{name}": machine
    for name, machine in {**_burstable("micro", "small", "medium"), **_family("m7g"), **_family("r7g")}.items()
}

RDS_BYTES_PER_CONNECTION: Final = 9_531_392  # RDS's default for PostgreSQL: LEAST(memory ÷ this, 5000)
RDS_MOST_CONNECTIONS: Final = 5_000


def most_connections(database: Machine) -> int:
    """Answer the connections that RDS would allow on a database of this memory."""
    return min(int(database.gib * 2**30) // RDS_BYTES_PER_CONNECTION, RDS_MOST_CONNECTIONS)
