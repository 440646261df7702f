"""`python -m runtime.providers --port N [--speech-url http://127.0.0.1:M/v1]`."""

import logging
from argparse import ArgumentParser

from runtime.providers.app import application
from runtime.providers.serve import serve


def main() -> None:
    """Serve all loopback providers in one process."""
    asked = ArgumentParser(prog="python -m runtime.providers", description=__doc__)
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--speech-url", help="recognise and speak for real, by the server of runtime.providers.speech")
    arguments = asked.parse_args()
    logging.basicConfig(level=logging.INFO)
    serve(application(speech_url=arguments.speech_url), port=arguments.port, name="runtime.providers")


if __name__ == "__main__":
    main()
