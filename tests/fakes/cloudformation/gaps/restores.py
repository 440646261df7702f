"""RDS: an instance of a snapshot is as it was asked for; moto takes a no for "as the original"."""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from tests.fakes.cloudformation.gaps.graft import graft


def fill() -> None:
    """Heed what is False."""
    graft(RDSResponse, restore_db_instance_from_db_snapshot=_restore_db_instance_from_db_snapshot)


def _restore_db_instance_from_db_snapshot(response: RDSResponse) -> Any:
    asked = response.params
    instance: Any = response.backend.restore_db_instance_from_db_snapshot(asked.get("DBSnapshotIdentifier"), asked)
    instance.deletion_protection = bool(asked.get("DeletionProtection"))
    instance.multi_az = bool(asked.get("MultiAZ"))
    return ActionResult({"DBInstance": instance})
