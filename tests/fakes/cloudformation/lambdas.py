"""Lambda functions with inline Python code, run in this process as Lambda would run them."""

import contextlib
import json
import os
import sys
import types
import urllib.request
from collections.abc import Iterator
from typing import Any
from unittest import mock

from tests.fakes.cloudformation.clients import key_of
from tests.fakes.cloudformation.errors import ResourceRefused
from tests.fakes.cloudformation.kind import Resource

Event = dict[str, Any]
FUNCTION = "AWS::Lambda::Function"


def invoke(function: Resource, event: Event) -> str | None:
    """Run the function's handler; its calls to AWS reach moto.

    Returns:
        What it raised, or None.

    Raises:
        ResourceRefused: The function has no code that can run here.
    """
    code = function.properties["Code"].get("ZipFile")
    if code is None or not str(function.properties.get("Runtime", "")).startswith("python"):
        raise ResourceRefused(f"{function.logical_resource_id} has no inline Python code to run; hand in a stand_in")
    with _environment_of(function):
        try:
            _load(function, code)(event, _Context())
        except Exception as error:  # Lambda catches whatever a handler raises.
            return f"{type(error).__name__}: {error}"
    return None


def _load(function: Resource, code: str) -> Any:
    file, _, name = function.properties["Handler"].rpartition(".")
    module = types.ModuleType(file)
    exec(compile(code, f"{function.logical_resource_id}/{file}.py", "exec"), module.__dict__)
    return getattr(module, name)


class _Context:
    """What Lambda hands to a handler beside the event."""

    log_stream_name = "fake"
    function_name = "fake"
    aws_request_id = "fake"

    def get_remaining_time_in_millis(self) -> int:
        """Lambda's longest time-out, as nothing ends the handler here."""
        return 900_000


@contextlib.contextmanager
def _environment_of(function: Resource) -> Iterator[None]:
    variables = dict(function.properties.get("Environment", {}).get("Variables", {}))
    region = function.home.region
    place = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_ACCESS_KEY_ID": key_of(function.home.account)}
    # boto3's default session remembers the region it was first used in, so each handler starts without one.
    with (
        mock.patch.dict(os.environ, {**place, "AWS_SECRET_ACCESS_KEY": "fake", **variables}),
        mock.patch.dict(sys.modules, {"cfnresponse": _cfnresponse()}),
        mock.patch("boto3.DEFAULT_SESSION", None),
    ):
        yield


def _cfnresponse() -> types.ModuleType:
    """The module that Lambda puts beside inline code."""
    module = types.ModuleType("cfnresponse")

    def send(
        event: Event,
        context: _Context,
        responseStatus: str,  # noqa: N803  Lambda's names
        responseData: dict[str, Any],  # noqa: N803
        physicalResourceId: str | None = None,  # noqa: N803
        noEcho: bool = False,  # noqa: N803
        reason: str | None = None,
    ) -> None:
        body = {
            "Status": responseStatus,
            "Reason": reason or f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
            "PhysicalResourceId": physicalResourceId or context.log_stream_name,
            "NoEcho": noEcho,
            "Data": responseData,
        }
        request = urllib.request.Request(event["ResponseURL"], data=json.dumps(body).encode(), method="PUT")
        urllib.request.urlopen(request, timeout=5).close()

    module.__dict__.update(SUCCESS="SUCCESS", FAILED="FAILED", send=send)
    return module
