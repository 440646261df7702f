"""All loopback providers as one application, each under a path of its own name."""

from collections.abc import AsyncIterator, Callable
from types import ModuleType
from typing import Final

from aiohttp import web

from contract.services import LIVENESS_PATH, READINESS_PATH
from runtime.providers import control, deepgram, elevenlabs, openai
from runtime.providers.desk import Desk
from runtime.providers.speech_client import SpeechClient

# A provider is a module with PATH, ENV and `routes(prefix, desk=, speech=)`.
PROVIDERS: Final[dict[str, ModuleType]] = {"deepgram": deepgram, "openai": openai, "elevenlabs": elevenlabs}
MOST_BYTES: Final = 4 * 1024 * 1024  # of a request's body: a long history


def application(*, speech_url: str | None = None) -> web.Application:
    """Answer an application that can be served once; with a speech server it recognises and speaks for real."""
    app = web.Application(client_max_size=MOST_BYTES)
    speech = SpeechClient(speech_url) if speech_url else None
    if speech:
        app.cleanup_ctx.append(_open(speech))
    desks = {name: Desk() for name in PROVIDERS}
    for name, provider in PROVIDERS.items():
        app.add_routes(provider.routes(f"/{name}", desk=desks[name], speech=speech))
    app.add_routes(control.routes(desks))
    app.add_routes([web.get(path, _alive) for path in (LIVENESS_PATH, READINESS_PATH)])
    return app


def addresses(port: int) -> dict[str, str]:
    """Answer the variables of `contract.environment.ProviderEnv` that point the plugins at a port."""
    return {provider.ENV: f"http://127.0.0.1:{port}/{name}{provider.PATH}" for name, provider in PROVIDERS.items()}


def _open(speech: SpeechClient) -> Callable[[web.Application], AsyncIterator[None]]:
    async def while_serving(_: web.Application) -> AsyncIterator[None]:
        async with speech:
            yield

    return while_serving


async def _alive(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")
