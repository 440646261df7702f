"""Custom resources: their Lambda handler really runs, in this process, and answers to a real URL.

A handler is taken from the function's inline code. A function whose code is an asset cannot run here; a test hands in
a stand-in for it with `stand_in`. A custom resource with neither is an error.
"""

import contextlib
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from tests.fakes.cloudformation import ecs_tasks, lambdas
from tests.fakes.cloudformation.errors import ResourceRefused
from tests.fakes.cloudformation.kind import Kind, Resource

Event = dict[str, Any]
Handler = Callable[[Event], dict[str, Any]]
KIND = Kind(service="lambda", unique=None)
_stand_ins: dict[str, Handler] = {}


def is_custom(type: str) -> bool:
    """Whether a resource of this type is made by a function of the template."""
    return type.startswith("Custom::") or type == "AWS::CloudFormation::CustomResource"


@contextlib.contextmanager
def stand_in(type: str, handler: Handler) -> Iterator[None]:
    """Answer for a custom type whose function is an asset.

    Args:
        type: Such as `Custom::VpcRestrictDefaultSG`.
        handler: Takes the event, returns the attributes; raising fails the resource.
    """
    _stand_ins[type] = handler
    try:
        yield
    finally:
        del _stand_ins[type]


def make(resource: Resource, *, functions: list[Resource]) -> None:
    """Run the resource's handler and keep its answer.

    Raises:
        ResourceRefused: There is no handler to run, or it failed, or it did not answer.
    """
    event = _event(resource)
    if resource.cf_resource_type in _stand_ins:
        answer = _ask_stand_in(_stand_ins[resource.cf_resource_type], event)
    else:
        answer = _run(_function_of(resource, functions), event, functions=functions)
    if answer.get("Status") != "SUCCESS":
        raise ResourceRefused(f"the handler failed: {answer.get('Reason') or 'it gave no reason'}")
    resource.physical_resource_id = str(answer.get("PhysicalResourceId") or event["RequestId"])
    resource.answer = answer.get("Data") or {}


def attribute(resource: Resource, name: str) -> Any:
    """What the handler returned under this name.

    Raises:
        ResourceRefused: It returned no such thing.
    """
    if name not in resource.answer:
        known = ", ".join(resource.answer) or "nothing"
        raise ResourceRefused(f"{resource.logical_resource_id} has no attribute {name}; its handler returned {known}")
    return resource.answer[name]


def _event(resource: Resource) -> Event:
    return {
        "RequestType": "Create",
        "RequestId": str(uuid.uuid4()),
        "StackId": resource.home.stack_id,
        "LogicalResourceId": resource.logical_resource_id,
        "ResourceType": resource.cf_resource_type,
        "ResourceProperties": resource.properties,
    }


def _ask_stand_in(handler: Handler, event: Event) -> dict[str, Any]:
    try:
        return {"Status": "SUCCESS", "Data": handler(event)}
    except Exception as error:  # Whatever a handler raises is its answer to CloudFormation.
        return {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"}


def _function_of(resource: Resource, functions: list[Resource]) -> Resource:
    token = resource.properties.get("ServiceToken")
    for function in functions:
        if function.attribute("Arn") == token:
            return function
    raise ResourceRefused(f"no stack made the function {token}, so nothing can answer; hand in a stand_in")


def _run(function: Resource, event: Event, *, functions: list[Resource]) -> dict[str, Any]:
    with _mailbox() as (url, answers):
        request = {**event, "ResponseURL": url, "ServiceToken": event["ResourceProperties"]["ServiceToken"]}
        before = ecs_tasks.running(function.home)
        raised = lambdas.invoke(function, request)
        if raised is None and not answers:
            # It may have started a task and wait to be told of its end, as a long migration must.
            raised = _tell_of_ended_tasks(function, before, functions)
    if answers:
        return answers[-1]
    return {"Status": "FAILED", "Reason": raised or "the handler returned, and nothing answered CloudFormation"}


def _tell_of_ended_tasks(function: Resource, before: set[str], functions: list[Resource]) -> str | None:
    for event in ecs_tasks.end(function.home, spare=before):
        for listener in ecs_tasks.listeners(event, functions=functions):
            raised = lambdas.invoke(listener, event)
            if raised:
                return raised
    return None


@contextlib.contextmanager
def _mailbox() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A URL that takes one handler's answer, as CloudFormation's presigned one does."""
    answers: list[dict[str, Any]] = []

    class Answer(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            """A test's output is no place for access logs."""

    with HTTPServer(("localhost", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/answer", answers
        finally:
            server.shutdown()
            thread.join()
