"""The table of regions is AWS's own, as cfn-lint has it."""

import json
from importlib.resources import files
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from config.aws_regions import AWS_REGIONS, HOME_REGIONS, LACKING
from config.instances import CACHES, DATABASES

OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-")


def _listing(name: str) -> dict[str, Any]:
    text = files("cfnlint").joinpath("data/schemas/extensions", name).read_text(encoding="utf-8")
    listing: dict[str, Any] = json.loads(text)
    return listing


def test_no_region_is_missing() -> None:
    """A region that we do not know is refused."""
    listed = {name for name in _listing("aws_rds_dbinstance/dbinstanceclass_enum.json") if name != "all"}

    assert {name for name in listed if not name.startswith(OTHER_PARTITIONS)} == AWS_REGIONS


def test_a_home_region_has_every_kind_of_resource() -> None:
    """The synthesized templates hold Amplify and Budgets, which many regions lack."""
    needed = {"AWS::Amplify::App", "AWS::Budgets::Budget"}

    complete = {name for name in AWS_REGIONS if needed <= set(PROVIDER_SCHEMA_MANAGER.get_resource_types(name))}

    assert complete == HOME_REGIONS


def test_what_a_region_lacks_is_known() -> None:
    """A family that is not offered fails in the middle of a deployment."""
    databases = _listing("aws_rds_dbinstance/dbinstanceclass_enum.json")
    caches = _listing("aws_elasticache_cachecluster/cachenodetype_enum.json")

    lacking = {name: _lacking_databases(databases[name]) for name in HOME_REGIONS}
    for name in AWS_REGIONS:
        lacking[name] = lacking.get(name, set()) | _absent(CACHES, json.dumps(caches[name]))

    assert {name: families for name, families in lacking.items() if families} == LACKING


def _lacking_databases(region: dict[str, Any]) -> set[str]:
    for_postgres = [rule for rule in region["allOf"] if '"postgres"' in json.dumps(rule["if"])]
    return _absent([f"db.{name}" for name in DATABASES], json.dumps(for_postgres))


def _absent(names: Any, offered: str) -> set[str]:
    return {name.rpartition(".")[0] for name in names if f'"{name}"' not in offered}
