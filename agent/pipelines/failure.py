"""How a provider failed, in one word for a metric's label and an operator: never what it or a caller said."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from livekit.agents import APIConnectionError, APIStatusError, APITimeoutError

CONNECTION: Final = "connection"
HIGHEST_HTTP: Final = 599  # beyond are the codes with which a WebSocket is closed


def kind_of_failure(error: BaseException) -> str:
    """Answer `401` and the like where the provider gave a status, else `timeout`, `malformed` or `connection`.

    `connection` is one that could not be made, or was cut. Plugins wrap what happened, the ElevenLabs one even a
    timeout: the first cause that says something counts.
    """
    return next((kind for cause in _causes(error) if (kind := _kind(cause))), _default(error))


def _kind(error: BaseException) -> str:
    if isinstance(error, APIStatusError) and error.status_code >= HTTPStatus.BAD_REQUEST:
        return str(error.status_code) if error.status_code <= HIGHEST_HTTP else CONNECTION
    if isinstance(error, TimeoutError | APITimeoutError):
        return "timeout"
    return "malformed" if isinstance(error, ValueError) else ""  # JSON that cannot be read is one


def _default(error: BaseException) -> str:
    return CONNECTION if isinstance(error, APIConnectionError) else type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__
