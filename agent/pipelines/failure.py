"""How a provider failed, in one word for a metric's label and an operator: never what it or a caller said."""

from collections.abc import Iterator
from http import HTTPStatus

from livekit.agents import APIConnectionError, APIStatusError, APITimeoutError

CUT = "connection_cut"


def kind_of_failure(error: BaseException) -> str:
    """Answer `401` and the like where the provider gave a status, else `timeout`, `malformed` or `connection_cut`.

    Plugins wrap what happened, the ElevenLabs one even a timeout: the first cause that says something counts.
    """
    return next((kind for cause in _causes(error) if (kind := _kind(cause))), type(error).__name__)


def _kind(error: BaseException) -> str:
    if isinstance(error, APIStatusError) and error.status_code >= HTTPStatus.BAD_REQUEST:
        return str(error.status_code) if error.status_code < 600 else CUT  # beyond are the codes of WebSockets
    if isinstance(error, TimeoutError | APITimeoutError):
        return "timeout"
    if isinstance(error, ValueError):  # JSON that cannot be read is one
        return "malformed"
    if isinstance(error, APIConnectionError) and error.__cause__ is None:
        return CUT
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__
