"""The regions of AWS's commercial partition, and what some of them lack.

As cfn-lint 1.58.0 has it, 2026-11-21; `tests/config/test_regions.py` compares.
"""

from typing import Final

AWS_REGIONS: Final = frozenset(
    {
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-central-1",
        "ca-west-1",
        "eu-central-1",
        "eu-central-2",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
)

# CloudFormation knows Amplify and Budgets in these only; both stay at home.
HOME_REGIONS: Final = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "me-south-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
)

# Families that a region does not offer: RDS's where it can be home, ElastiCache's anywhere.
LACKING: Final[dict[str, frozenset[str]]] = {
    "ca-west-1": frozenset({"cache.m7g"}),
    "eu-south-1": frozenset({"cache.m7g"}),
    "eu-west-3": frozenset({"db.r7g"}),
    "me-central-1": frozenset({"cache.t4g"}),
    "me-south-1": frozenset({"cache.t4g"}),
}
