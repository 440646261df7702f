"""How a test drives the providers: `/control/{provider}`, and `Control`, which asks it.

PUT …/fault sets a fault, POST …/script appends lines, GET …/received reads back, DELETE … forgets everything.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Self, TypeVar

import httpx
from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from runtime.providers.desk import Desk, Line, Received
from runtime.providers.faults import Fault

PATH: Final = "/control"
TIMEOUT_SECONDS: Final = 5
T = TypeVar("T", bound=BaseModel)


class Script(BaseModel):
    """Lines that follow those which are still waiting."""

    model_config = ConfigDict(extra="forbid")

    lines: list[Line]


class Control:
    """The control endpoint, for whoever started the process."""

    def __init__(self, base_url: str) -> None:
        """Drive the process at an address such as `http://127.0.0.1:9000`."""
        self._http = httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        """Stay connected."""
        return self

    def __exit__(self, *_: object) -> None:
        """Disconnect."""
        self._http.close()

    def spoil(self, provider: str, fault: Fault) -> None:
        """Let a provider do wrong from now on."""
        self._http.put(f"{PATH}/{provider}/fault", content=fault.model_dump_json()).raise_for_status()

    def script(self, provider: str, lines: Sequence[Line | str]) -> None:
        """Append to what is recognised, or answered, next."""
        script = Script(lines=[Line(text=line) if isinstance(line, str) else line for line in lines])
        self._http.post(f"{PATH}/{provider}/script", content=script.model_dump_json()).raise_for_status()

    def received(self, provider: str) -> Received:
        """Read back what a provider was sent."""
        return Received.model_validate_json(self._http.get(f"{PATH}/{provider}/received").raise_for_status().content)

    def reset(self, provider: str) -> None:
        """Let a provider forget everything."""
        self._http.delete(f"{PATH}/{provider}").raise_for_status()


def routes(desks: Mapping[str, Desk]) -> list[web.RouteDef]:
    """Answer what to serve."""

    def desk(request: web.Request) -> Desk:
        name = request.match_info["provider"]
        if name not in desks:
            raise web.HTTPNotFound(text=f"no provider {name}; one of {', '.join(desks)}\n")
        return desks[name]

    async def spoil(request: web.Request) -> web.Response:
        desk(request).spoil(await _read(request, Fault))
        return web.Response(status=204)

    async def script(request: web.Request) -> web.Response:
        desk(request).script.extend((await _read(request, Script)).lines)
        return web.Response(status=204)

    async def received(request: web.Request) -> web.Response:
        return web.json_response(text=desk(request).received.model_dump_json())

    async def reset(request: web.Request) -> web.Response:
        desk(request).reset()
        return web.Response(status=204)

    one = f"{PATH}/{{provider}}"
    return [
        web.put(f"{one}/fault", spoil),
        web.post(f"{one}/script", script),
        web.get(f"{one}/received", received),
        web.delete(one, reset),
    ]


async def _read(request: web.Request, kind: type[T]) -> T:
    try:
        return kind.model_validate_json(await request.read())
    except ValidationError as wrong:
        raise web.HTTPBadRequest(text=f"{wrong}\n") from wrong
