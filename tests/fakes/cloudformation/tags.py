"""A stack's own tags, which CloudFormation hands on to every resource that can carry tags."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.cloudformation import schemas


def hand_on(tags: Mapping[str, str], *, properties: dict[str, Any], type: str, region: str) -> None:
    """Add the stack's tags to a resource's properties; a tag that the resource sets itself wins."""
    schema = schemas.schema_of(type, region=region)
    tagging = schema.get("tagging", {})
    place = str(tagging.get("tagProperty", "/properties/Tags")).rpartition("/")[2]
    form = schema["properties"].get(place)
    if not tags or form is None or not tagging.get("taggable", True):
        return
    if _is_map(form, schema):
        properties[place] = {**tags, **properties.get(place, {})}
        return
    own = properties.get(place, [])
    taken = {tag["Key"] for tag in own}
    launch = {"PropagateAtLaunch": True} if type == "AWS::AutoScaling::AutoScalingGroup" else {}
    added = [{"Key": key, "Value": value, **launch} for key, value in tags.items() if key not in taken]
    properties[place] = own + added


def _is_map(form: dict[str, Any], schema: dict[str, Any]) -> bool:
    while "$ref" in form:
        form = schema["definitions"][form["$ref"].rpartition("/")[2]]
    return form.get("type") != "array"
