"""CloudTrail: the CLI looks there for the cause of a failed deploy, and retries for half a minute when moto breaks."""

import json

from moto.cloudtrail.responses import CloudTrailResponse

from tests.fakes.cloudformation.gaps.graft import graft


def fill() -> None:
    """Answer LookupEvents: nothing was recorded."""
    graft(CloudTrailResponse, lookup_events=lambda _: json.dumps({"Events": []}))
