"""What can go wrong in the control plane.

ControlPlaneError
├── Unconfigured              the process cannot start as told; never caught
├── Refused                   a request's fault or a state's: `api.problems` answers it, nobody else catches it
│   ├── SessionUnknown        404
│   ├── SessionNotOpen        409: it has ended, or is not there yet
│   ├── WrongTransport        409: a token for a WebSocket session, a voice ticket for a LiveKit one
│   ├── AttemptOutdated       409: a later agent has the call; leave
│   ├── StillInProgress       409: the same idempotency key is being worked on
│   ├── PipelineUnknown       422
│   ├── KeyReused             422: an idempotency key came back with another body
│   ├── PayloadMalformed      400: no JSON
│   ├── PayloadInvalid        422: JSON that the contract does not know
│   ├── PayloadTooLarge       413
│   ├── WebhookForged         401: not LiveKit's, or too old to be believed
│   └── MediaUnavailable      503: LiveKit did not answer; the session is ended
├── LiveKitError              LiveKit did not do what it was asked; catch it where the record must say so
│   ├── LiveKitUnavailable    no answer, or `unavailable`: a node or Valkey is gone, try later
│   ├── LiveKitNotFound       no such room, participant, dispatch or egress
│   └── LiveKitRefused        it understood, and said no
└── JobError                  a job did not get done; `outbox` catches it
    ├── JobFailed             try again later
    └── JobImpossible         no attempt can succeed; the reason is kept, and the session completes without
"""

from typing import ClassVar


class ControlPlaneError(Exception):
    """Any of the below."""


class Unconfigured(ControlPlaneError):
    """The process was started as something that it is not."""


class Refused(ControlPlaneError):
    """An answer to whoever asked, as problem+json.

    Attributes:
        status: HTTP's.
        code: For programs; stable.
        title: The kind of problem, the same for every occurrence.
        hint: What to do about it.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "Refused"
    hint: ClassVar[str] = ""

    def __init__(self, detail: str, *, hint: str = "", retry_after_seconds: int = 0) -> None:
        """Say it.

        Args:
            detail: This occurrence; never a caller's words or a secret.
            hint: What to do, when it depends on the occurrence.
            retry_after_seconds: Sent as Retry-After, unless 0.
        """
        super().__init__(detail)
        self.detail, self.retry_after_seconds = detail, retry_after_seconds
        self.advice = hint or self.hint


class SessionUnknown(Refused):
    """No session has this id, or the token is another's."""

    status, code, title = 404, "session_unknown", "No such session"
    hint = "take the id from the answer to POST /api/v1/sessions"


class SessionNotOpen(Refused):
    """Nobody can join it any more."""

    status, code, title = 409, "session_not_open", "The session is not open"
    hint = "create a new session"


class WrongTransport(Refused):
    """The session is carried the other way."""

    status, code, title = 409, "wrong_transport", "The session uses the other transport"


class AttemptOutdated(Refused):
    """The sender is fenced."""

    status, code, title = 409, "attempt_outdated", "A later attempt has the call"
    hint = "leave the call; post nothing more"


class StillInProgress(Refused):
    """Two requests with one key at once."""

    status, code, title = 409, "still_in_progress", "The first request with this key is not answered yet"
    hint = "send it again after Retry-After"


class PipelineUnknown(Refused):
    """No enabled pipeline has this name."""

    status, code, title = 422, "pipeline_unknown", "Unknown pipeline"


class KeyReused(Refused):
    """The key belongs to another request."""

    status, code, title = 422, "idempotency_key_reused", "The key was used with another body"
    hint = "use a new Idempotency-Key for a new session"


class PayloadMalformed(Refused):
    """The body is no JSON."""

    status, code, title = 400, "payload_malformed", "The body is not JSON"
    hint = "send UTF-8 JSON with Content-Type: application/json"


class PayloadInvalid(Refused):
    """The body is JSON of another shape."""

    status, code, title = 422, "payload_invalid", "The body does not fit"
    hint = "see /api/schema"


class PayloadTooLarge(Refused):
    """The body, or what it asks to be carried, is too long."""

    status, code, title = 413, "payload_too_large", "Too large"


class WebhookForged(Refused):
    """The signature, the digest or the age is wrong."""

    status, code, title = 401, "webhook_refused", "Not a webhook of ours"


class MediaUnavailable(Refused):
    """LiveKit could not be reached, so there is no call."""

    status, code, title = 503, "media_unavailable", "The media service does not answer"
    hint = "try again; the session of this request is ended"


class LiveKitError(ControlPlaneError):
    """LiveKit did not do it."""


class LiveKitUnavailable(LiveKitError):
    """Nothing, or too little of it, answered in time."""


class LiveKitNotFound(LiveKitError):
    """What the request names is not there."""


class LiveKitRefused(LiveKitError):
    """The request is wrong, or not allowed."""


class JobError(ControlPlaneError):
    """A job is not done."""


class JobFailed(JobError):
    """This attempt."""


class JobImpossible(JobError):
    """Any attempt."""
