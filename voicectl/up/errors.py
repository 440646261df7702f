"""What can stop the platform from running on this machine.

UpError
├── LiveKitServerMissing   no LiveKit server can be had here; calls can use the WebSocket transport
└── SourceFailed           one way to the LiveKit server failed; try the next
"""


class UpError(Exception):
    """Anything that a person who runs `voicectl up` has to read; catch it at the command line."""


class LiveKitServerMissing(UpError):
    """No way to a LiveKit server worked; catch it to go on with the WebSocket transport."""


class SourceFailed(UpError):
    """One way to a LiveKit server did not work; catch it to try the next."""
