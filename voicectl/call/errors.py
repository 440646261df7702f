"""What can go wrong with a call that `voicectl` places.

CallError
├── SoundUnusable    a WAV file or text that cannot be spoken: nothing was sent
├── ApiRefused       the control plane answered with a problem; shown as it is
└── CallFailed       the call was opened and did not become one
"""


class CallError(Exception):
    """Any of the below: the command prints it and exits with 2."""


class SoundUnusable(CallError):
    """Says what is wrong with the sound, and what to do."""


class ApiRefused(CallError):
    """A problem of the API: title, detail and hint."""


class CallFailed(CallError):
    """The other side never came, or left."""
