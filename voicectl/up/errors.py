"""What can stop the platform from running on this machine.

UpError
├── LiveKitServerMissing   no LiveKit server can be had here; calls use the WebSocket transport
├── SourceFailed           one way to the LiveKit server failed; try the next
├── UnknownProcess         a name that no process has
├── PortTaken              a port that was asked for is in use, or none is free
├── AlreadyRunning         another `voicectl up` holds the state folder
├── NotRunning             nothing runs; start it first
├── StateUnreadable        the state file is none of ours
├── Unmeasured             what AWS would measure does not answer, or its CloudWatch does not take it
└── MachineUnfit           this machine cannot run a process as it is; says what to change
"""


class UpError(Exception):
    """Anything that a person who runs `voicectl up` has to read; catch it at the command line."""


class LiveKitServerMissing(UpError):
    """No way to a LiveKit server worked; catch it to go on with the WebSocket transport."""


class SourceFailed(UpError):
    """One way to a LiveKit server did not work; catch it to try the next."""


class UnknownProcess(UpError):
    """A name that no process has; catch it at the command line."""


class PortTaken(UpError):
    """A port is in use; catch it at the command line."""


class AlreadyRunning(UpError):
    """Another `voicectl up` holds the state folder; catch it at the command line."""


class NotRunning(UpError):
    """Nothing runs in this state folder; catch it to say how to start it."""


class StateUnreadable(UpError):
    """The state file cannot be read; catch it at the command line."""


class Unmeasured(UpError):
    """A thing does not answer whoever measures it, or nobody takes the numbers; catch it to try again later."""


class MachineUnfit(UpError):
    """This machine cannot run a process as it is; catch it where the process is started."""
