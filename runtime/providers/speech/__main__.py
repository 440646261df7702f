"""`python -m runtime.providers.speech --port N`."""

import logging
from argparse import ArgumentParser

from runtime.providers.serve import serve
from runtime.providers.speech.app import SpeechServer


def main() -> None:
    """Serve recognition, a voice and a persona."""
    asked = ArgumentParser(prog="python -m runtime.providers.speech", description=__doc__)
    asked.add_argument("--port", type=int, required=True)
    logging.basicConfig(level=logging.INFO)
    logging.getLogger("faster_whisper").setLevel(logging.WARNING)  # it tells the length of every utterance
    serve(SpeechServer().application(), port=asked.parse_args().port, name="runtime.providers.speech")


if __name__ == "__main__":
    main()
