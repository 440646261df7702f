"""OpenAI's chat completions: `POST /v1/chat/completions`.

The answer is the next line of the script, else what the persona says to the history.
"""

import asyncio
from typing import Final

from aiohttp import web
from pydantic import ValidationError

from runtime.providers import chat
from runtime.providers.desk import Desk, Line
from runtime.providers.errors import UnknownPersona
from runtime.providers.faults import CUT_SECONDS, Answer
from runtime.providers.persona.script import answer
from runtime.providers.speech_client import SpeechClient

PATH: Final = "/v1"
ENV: Final = "openai_url"
SILENT_SECONDS: Final = 120  # a request that is never answered is kept so long
BROKEN: Final = 'data: {"id": "chatcmpl-broken", "choices": [\n\n'


def routes(prefix: str, *, desk: Desk, speech: SpeechClient | None) -> list[web.RouteDef]:  # noqa: ARG001
    """Answer what to serve under a path; speech is nothing to a chat."""

    async def complete(request: web.Request) -> web.StreamResponse:
        body = await request.text()
        if status := await desk.faults.refusal():
            return _refuse(desk, request, status, "this fault was asked for")
        if not request.headers.get("Authorization", "").removeprefix("Bearer "):
            return _refuse(desk, request, 401, "send Authorization: Bearer …")
        try:
            asked = chat.ChatRequest.model_validate_json(body)
            line = desk.next_line() or Line(text=answer(asked.messages))
        except (ValidationError, UnknownPersona) as wrong:
            return _refuse(desk, request, 400, str(wrong))
        _note(desk, request, asked, line)
        return await _send(request, asked, line, spoiled=await desk.faults.answer())

    async def models(request: web.Request) -> web.Response:
        desk.note_request(request.path, dict(request.query))
        return web.json_response({"object": "list", "data": []})

    return [web.post(f"{prefix}{PATH}/chat/completions", complete), web.get(f"{prefix}{PATH}/models", models)]


async def _send(request: web.Request, asked: chat.ChatRequest, line: Line, *, spoiled: Answer) -> web.StreamResponse:
    events = chat.events(asked, line)
    match spoiled:
        case Answer.SILENT:
            await asyncio.wait_for(_disconnected(), SILENT_SECONDS)
        case Answer.MALFORMED:
            events = [*events[:2], BROKEN, chat.DONE]
        case Answer.CUT:
            response = await chat.send(request, events[:2])
            await asyncio.sleep(CUT_SECONDS)
            if request.transport:
                request.transport.abort()
            return response
        case Answer.WHOLE if not asked.stream:
            return web.json_response(chat.whole(asked, line))
    response = await chat.send(request, events)
    await response.write_eof()
    return response


async def _disconnected() -> None:
    """Wait for ever: the server cancels a handler whose client has gone."""
    await asyncio.get_running_loop().create_future()


def _note(desk: Desk, request: web.Request, asked: chat.ChatRequest, line: Line) -> None:
    charged = chat.usage(asked, line)
    desk.note_request(request.path, dict(request.query), asked.model_dump(mode="json"))
    desk.note_text(line.text)
    desk.received.input_tokens += charged.input_tokens
    desk.received.output_tokens += charged.output_tokens


def _refuse(desk: Desk, request: web.Request, status: int, why: str) -> web.Response:
    desk.note_request(request.path, dict(request.query))
    desk.received.refused += 1
    return chat.refusal(status, why, code=str(status))
