"""The table of machines is AWS's own, as two libraries that copy it have it."""

import gzip
import json
from importlib.resources import files

import pytest

from config.instances import CACHES, DATABASES, NODES, Machine, most_connections


def _offered() -> dict[str, Machine]:
    packed = files("moto").joinpath("ec2/resources/instance_types.json.gz").read_bytes()
    return {
        name: Machine(
            vcpus=entry["VCpuInfo"]["DefaultVCpus"],
            gib=entry["MemoryInfo"]["SizeInMiB"] / 1024,
            architecture=entry["ProcessorInfo"]["SupportedArchitectures"][0],
        )
        for name, entry in json.loads(gzip.decompress(packed)).items()
        if entry["ProcessorInfo"]["SupportedArchitectures"][0] in ("arm64", "x86_64")
    }


def test_nodes_and_databases_have_the_figures_of_ec2() -> None:
    """UDP ports and connections are checked against vCPUs and memory."""
    offered = _offered()
    ours = NODES | DATABASES

    assert {name: offered.get(name) for name in ours} == ours


@pytest.mark.parametrize(
    ("listing", "ours", "prefix"),
    [
        ("aws_rds_dbinstance/dbinstanceclass_enum.json", DATABASES, "db."),
        ("aws_elasticache_cachecluster/cachenodetype_enum.json", CACHES, ""),
    ],
    ids=["RDS", "ElastiCache"],
)
def test_classes_exist(listing: str, ours: dict[str, Machine], prefix: str) -> None:
    """A class that the service lacks fails an hour into a deployment."""
    offered = files("cfnlint").joinpath("data/schemas/extensions", listing).read_text(encoding="utf-8")

    missing = [name for name in ours if f'"{prefix}{name}"' not in offered]

    assert missing == []


def test_connections_follow_memory() -> None:
    """RDS: LEAST(memory / 9,531,392, 5000)."""
    assert most_connections(DATABASES["m7g.large"]) == 901
    assert most_connections(DATABASES["t4g.micro"]) == 112
    assert most_connections(DATABASES["r7g.16xlarge"]) == 5000
