"""IAM: AWS's managed policies, which moto would load all at once, for every account."""

import json

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

from tests.fakes.cloudformation.gaps.graft import graft

_attach = IAMBackend.attach_role_policy


def fill() -> None:
    """Load a managed policy when a role attaches it; a name that AWS does not have is still refused."""
    graft(IAMBackend, attach_role_policy=_load_and_attach)


def _load_and_attach(backend: IAMBackend, policy_arn: str, role_name: str) -> None:
    name = policy_arn.rpartition("/")[2]
    start = -1 if policy_arn in backend.managed_policies else aws_managed_policies_data.find(f'\n "{name}":{{')
    if start >= 0:
        data, _ = json.JSONDecoder().raw_decode(aws_managed_policies_data, start + len(f'\n "{name}":'))
        policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
        backend.managed_policies[policy.arn] = policy
    _attach(backend, policy_arn, role_name)
