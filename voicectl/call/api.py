"""The control plane's REST API, as `voicectl` uses it."""

from typing import Any, Final

import httpx

from voicectl.call.errors import ApiRefused

ANSWER_SECONDS: Final = 15.0


class Api:
    """`/api/v1` of one control plane."""

    def __init__(self, url: str, *, key: str) -> None:
        """Prepare a client.

        Args:
            url: Before `/api/v1`.
        """
        self._client = httpx.Client(
            base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=ANSWER_SECONDS
        )

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """Read.

        Raises:
            ApiRefused: With the API's own words, or that nobody answers.
        """
        return self._ask("GET", path, params=query)

    def post(self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> dict[str, Any]:
        """Ask for something; `key` is the Idempotency-Key. Errors as in `get`."""
        return self._ask("POST", path, json=body or {}, headers={"Idempotency-Key": key} if key else {})

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            answer = self._client.request(method, path, **options)
        except httpx.TransportError as silent:
            address = f"{self._client.base_url}{path}"
            raise ApiRefused(f"{address} does not answer: {silent}; look at `voicectl status`") from None
        if answer.is_error:
            raise ApiRefused(_problem(answer))
        return dict(answer.json())


def _problem(answer: httpx.Response) -> str:
    """RFC 9457's fields, as far as they are there."""
    try:
        told = answer.json()
    except ValueError:
        told = {}
    parts = [str(told[name]) for name in ("title", "detail", "hint") if told.get(name)]
    return f"{answer.status_code}: {'; '.join(parts) or answer.reason_phrase}"
