"""A process knows which task it is, from ECS or from the machine."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from runtime.kit.errors import Unreachable
from runtime.kit.task import METADATA_URI, identify

METADATA = {  # the shape of ECS's task metadata endpoint, version 4
    "TaskARN": "arn:aws:ecs:eu-west-1:111122223333:task/voiceplane-prod-agents/158d1c8083dd49d6b527399fd6414f5c",
    "Family": "agent",
    "Revision": "26",
}


@pytest.fixture
def metadata() -> Iterator[str]:
    """The endpoint, on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/v4/1/task" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(METADATA).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v4/1"
    server.shutdown()
    server.server_close()
    thread.join()


def test_ecs_names_the_task_and_its_revision(metadata: str) -> None:
    """The revision tells an outdated task from a new one."""
    task = identify({METADATA_URI: metadata})

    assert task == ("158d1c8083dd49d6b527399fd6414f5c", "agent:26")


def test_a_laptop_names_the_machine_and_the_process() -> None:
    """Two workers on one machine are two tasks."""
    task = identify({})

    assert task.id.rpartition("-")[2].isdigit()
    assert task.deployment == ""


def test_an_endpoint_that_does_not_answer_is_an_error() -> None:
    """A task without a name would be counted as another one."""
    with pytest.raises(Unreachable, match="does not answer"):
        identify({METADATA_URI: "http://127.0.0.1:9/v4/1"})
