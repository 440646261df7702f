"""OpenAI's audio and chat wire over the two models and the persona."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Final, Literal
from uuid import uuid4

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.services import LIVENESS_PATH, READINESS_PATH
from runtime.providers import chat
from runtime.providers.desk import Line
from runtime.providers.errors import BadAudio, SpeechBusy, UnknownPersona
from runtime.providers.persona.script import answer
from runtime.providers.speech.engine import Engine
from runtime.providers.speech.recognition import LANGUAGE, Recognition
from runtime.providers.speech.voice import SAMPLE_RATE, Voice
from runtime.providers.wave import wav

PATH: Final = "/v1"
MOST_BYTES: Final = 16 * 1024 * 1024  # two minutes of stereo at 48 kHz, and a form around it
ANSWERS: Final[dict[type[Exception], int]] = {BadAudio: 400, ValidationError: 400, UnknownPersona: 400, SpeechBusy: 429}
log = logging.getLogger(__name__)


class SpeechRequest(BaseModel):
    """The body of a request for a voice; model, voice and speed are accepted and change nothing."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    input: str = Field(min_length=1, max_length=4096)
    response_format: Literal["pcm", "wav"] = "wav"


class SpeechServer:
    """The two models and who waits for them."""

    def __init__(self) -> None:
        """Begin without the models."""
        self._listening = Engine("recognition")
        self._speaking = Engine("voice")
        self._recognition: Recognition | None = None
        self._voice: Voice | None = None

    def application(self) -> web.Application:
        """Answer an application that can be served once; it loads the models while it serves."""
        app = web.Application(client_max_size=MOST_BYTES, middlewares=[_answer_errors])
        app.cleanup_ctx.append(self._while_serving)
        app.add_routes(
            [
                web.post(f"{PATH}/audio/transcriptions", self.transcribe),
                web.post(f"{PATH}/audio/speech", self.speak),
                web.post(f"{PATH}/chat/completions", complete),
                web.get(LIVENESS_PATH, _alive),
                web.get(READINESS_PATH, self.ready),
            ]
        )
        return app

    async def ready(self, _: web.Request) -> web.Response:
        """Say whether both models are loaded."""
        if self._recognition and self._voice:
            return web.Response(text="ready\n")
        return web.Response(status=503, text="the models are being loaded\n")

    async def transcribe(self, request: web.Request) -> web.Response:
        """Recognise one sound file."""
        if not (recognition := self._recognition):
            return _loading()
        form = await request.post()
        file = form.get("file")
        language = str(form.get("language") or LANGUAGE)
        if not isinstance(file, web.FileField):
            return chat.refusal(400, "send the sound as the form's file", code="no_file")
        if not language.lower().startswith(LANGUAGE):
            return chat.refusal(400, f"language {language}: the model knows {LANGUAGE} only", code="language")
        with self._listening.admitted():
            text, seconds = await self._listening.run(recognition.recognise, file.file.read())
        if form.get("response_format") == "text":
            return web.Response(text=f"{text}\n")
        usage = {"type": "duration", "seconds": round(seconds)}
        return web.json_response({"text": text, "language": LANGUAGE, "duration": seconds, "usage": usage})

    async def speak(self, request: web.Request) -> web.StreamResponse:
        """Speak a text; as `pcm` it is sent sentence by sentence, as `wav` in one piece."""
        if not (voice := self._voice):
            return _loading()
        asked = SpeechRequest.model_validate_json(await request.read())
        with self._speaking.admitted():
            sentences = self._speaking.pieces(voice.say(asked.input))
            if asked.response_format == "wav":
                pcm = b"".join([sentence async for sentence in sentences])
                return web.Response(body=wav(pcm, sample_rate=SAMPLE_RATE), content_type="audio/wav")
            response = web.StreamResponse(headers={"Content-Type": "audio/pcm", "x-request-id": uuid4().hex})
            await response.prepare(request)
            async for sentence in sentences:
                await response.write(sentence)
            await response.write_eof()
            return response

    async def _while_serving(self, _: web.Application) -> AsyncIterator[None]:
        loading = asyncio.create_task(self._load())
        yield
        loading.cancel()
        self._listening.close()
        self._speaking.close()

    async def _load(self) -> None:
        """Load both at once; without them the process is of no use, so it ends."""
        began = time.monotonic()
        try:
            self._recognition, self._voice = await asyncio.gather(
                self._listening.run(Recognition.load), self._speaking.run(Voice.load)
            )
        except Exception:
            log.exception("the models cannot be loaded")
            raise SystemExit(1) from None
        log.info("models loaded in %.1f s", time.monotonic() - began)


async def complete(request: web.Request) -> web.StreamResponse:
    """Answer a history as the persona does."""
    asked = chat.ChatRequest.model_validate_json(await request.read())
    line = Line(text=answer(asked.messages))
    if not asked.stream:
        return web.json_response(chat.whole(asked, line))
    response = await chat.send(request, chat.events(asked, line))
    await response.write_eof()
    return response


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except tuple(ANSWERS) as refused:
        return chat.refusal(ANSWERS[type(refused)], str(refused), code=type(refused).__name__)


def _loading() -> web.Response:
    return chat.refusal(503, "the models are being loaded; ask /readyz", code="loading")


async def _alive(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")
