"""What can go wrong in the agent.

AgentError
├── MetadataUnreadable       the dispatch does not say which call this is: report it if that much is readable, and leave
├── PipelineUnavailable      the call asks for a pipeline that is unknown or not enabled: the call ends with that reason
├── SessionOver              the session ended while its agent was on the way: finish it and leave
├── RoomNotJoined            LiveKit did not let the agent in: the call ends with that reason
├── RecordingNotUploaded     S3 does not have the sound: finish without it, and the record says so
└── CallbackFailed
    ├── Fenced               a later attempt has this session: leave without another word
    ├── CallbackRefused      the control plane will never take this: end the call
    └── ControlPlaneSilent   it may take it later: try again
"""


class AgentError(Exception):
    """Any of the below; nobody catches it as a whole."""


class MetadataUnreadable(AgentError):
    """A dispatch's metadata is not a `SessionMetadata`."""


class PipelineUnavailable(AgentError):
    """The session's `simulation_service` cannot be had here; the message names what can."""


class SessionOver(AgentError):
    """The record says that the session ended before its agent was in the room."""


class RoomNotJoined(AgentError):
    """The room could not be joined in time."""


class RecordingNotUploaded(AgentError):
    """S3 refused the recording for good, or did not take it in time."""


class CallbackFailed(AgentError):
    """A callback did not succeed."""


class Fenced(CallbackFailed):
    """The record belongs to a later attempt."""


class CallbackRefused(CallbackFailed):
    """The control plane refused it for good: wrong token, unknown session, malformed payload."""


class ControlPlaneSilent(CallbackFailed):
    """The control plane did not answer, or is in trouble."""
