"""moto as a server for the real CLI, with the honest CloudFormation: `python -m tests.fakes.cloudformation.server`.

The engine's own calls stay in the process: `mock_aws` is on beneath the server, over the same backends.
"""

import argparse
import sys

from moto import mock_aws
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from tests.fakes.cloudformation.backend import install


class _QuietHandler(MotoRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Hundreds of access lines would bury the one error."""


def main(arguments: list[str] | None = None) -> None:
    """Serve until stopped; the first line on stdout is the endpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    port = parser.parse_args(arguments).port
    with mock_aws():
        install()
        application = DomainDispatcherApplication(create_backend_app)
        server = make_server("localhost", port, application, threaded=True, request_handler=_QuietHandler)
        # Not 127.0.0.1: moto finds templates in S3 only under the name localhost.
        sys.stdout.write(f"http://localhost:{server.port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
