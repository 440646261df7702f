"""What can go wrong in the loopback providers.

LoopbackError            catch at the process's edge
├── UnknownPersona       the system prompt names a persona that is in no file; answer 400
├── BadAudio             what was sent is no sound that we can read; answer 400
├── SpeechBusy           the speech server has as much waiting as it may; answer 429
└── SpeechUnavailable    the speech server was asked and did not answer; fail as the provider would
"""


class LoopbackError(Exception):
    """Any fault of the loopback providers themselves, none that a test asked for."""


class UnknownPersona(LoopbackError):
    """The system prompt names a persona that is in no file."""


class BadAudio(LoopbackError):
    """What was sent is no sound that we can read."""


class SpeechBusy(LoopbackError):
    """As many requests wait as may; try again later."""


class SpeechUnavailable(LoopbackError):
    """The speech server was asked and did not answer."""
