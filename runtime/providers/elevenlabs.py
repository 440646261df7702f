"""ElevenLabs' streaming voice: `GET /v1/text-to-speech/{voice}/multi-stream-input` as a WebSocket.

One socket carries several contexts, each a voice that is spoken to the end in the order of its texts.
The voice is the speech server's, else a tone as long as the text would take.
"""

import asyncio
import base64
import logging
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import BaseModel, ConfigDict, JsonValue

from runtime.providers.desk import Desk
from runtime.providers.errors import SpeechUnavailable
from runtime.providers.faults import CUT_SECONDS, Answer
from runtime.providers.rate import RateChange
from runtime.providers.sound import SECONDS_PER_CHARACTER, tone
from runtime.providers.speech_client import SAMPLE_RATE as VOICE_RATE
from runtime.providers.speech_client import SpeechClient

PATH: Final = "/v1"
ENV: Final = "elevenlabs_url"
CHUNK_SECONDS: Final = 0.5  # of sound in one message
BROKEN: Final = '{"audio": "'
log = logging.getLogger(__name__)


class TextMessage(BaseModel):
    """What a client says: a text, or the end of a context."""

    model_config = ConfigDict(extra="ignore")

    context_id: str = ""
    text: str = ""
    flush: bool = False
    close_context: bool = False
    close_socket: bool = False


@dataclass
class Context:
    """One voice: what waits to be spoken, and how much was."""

    name: str
    waiting: str = ""
    texts: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    spoken_ms: int = 0


def routes(prefix: str, *, desk: Desk, speech: SpeechClient | None) -> list[web.RouteDef]:
    """Answer what to serve under a path."""

    async def speak(request: web.Request) -> web.StreamResponse:
        desk.note_request(request.path, dict(request.query))
        if status := await desk.faults.refusal():
            return _refuse(desk, status, "this fault was asked for")
        if not request.headers.get("xi-api-key"):
            return _refuse(desk, 401, "send xi-api-key")
        coded = re.fullmatch(r"pcm_(\d+)", request.query.get("output_format", ""))
        if not coded:
            return _refuse(desk, 400, "only output_format=pcm_… is spoken here")
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        await Speaker(socket, int(coded[1]), desk=desk, speech=speech).run()
        return socket

    return [web.get(f"{prefix}{PATH}/text-to-speech/{{voice}}/multi-stream-input", speak)]


class Speaker:
    """One socket and its contexts."""

    def __init__(
        self, socket: web.WebSocketResponse, sample_rate: int, *, desk: Desk, speech: SpeechClient | None
    ) -> None:
        """Begin with an open socket."""
        self._socket = socket
        self._rate = sample_rate
        self._desk = desk
        self._speech = speech
        self._contexts: dict[str, Context] = {}

    async def run(self) -> None:
        """Serve until either side has closed; what is still to be spoken then is not."""
        async with asyncio.TaskGroup() as voices:
            tasks = []
            async for message in self._socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                said = TextMessage.model_validate_json(message.data)
                if said.close_socket:
                    break
                if said.context_id not in self._contexts and not said.close_context:
                    self._contexts[said.context_id] = Context(said.context_id)
                    tasks.append(voices.create_task(self._speak(self._contexts[said.context_id])))
                self._take(said)
            for task in tasks:
                task.cancel()
        await self._socket.close()

    def _take(self, said: TextMessage) -> None:
        context = self._contexts.get(said.context_id)
        if context is None:
            return
        context.waiting += said.text
        if (said.flush or said.close_context) and context.waiting.strip():
            context.texts.put_nowait(context.waiting.strip())
            context.waiting = ""
        if said.close_context:
            context.texts.put_nowait(None)
            del self._contexts[said.context_id]

    async def _speak(self, context: Context) -> None:
        try:
            while (text := await context.texts.get()) is not None:
                self._desk.note_text(text)
                self._desk.received.characters += len(text)
                if not await self._voice(context, text):
                    return
            await self._send({"isFinal": True, "contextId": context.name})
        except SpeechUnavailable as unavailable:
            log.error("closing a voice: %s", unavailable)
            await self._socket.close(code=WSCloseCode.INTERNAL_ERROR)

    async def _voice(self, context: Context, text: str) -> bool:
        """Speak one text; answer whether the context may go on."""
        spoiled = await self._desk.faults.answer()
        if spoiled is Answer.SILENT:
            return False
        aligned: JsonValue = _alignment(text, from_ms=context.spoken_ms)
        async for pcm in self._sound(text):
            if spoiled is Answer.MALFORMED:
                await self._socket.send_str(BROKEN)
                return False
            self._desk.note_audio(len(pcm), sample_rate=self._rate)
            context.spoken_ms += round(len(pcm) / 2 / self._rate * 1000)
            audio = base64.b64encode(pcm).decode()
            await self._send(
                {"audio": audio, "contextId": context.name, "alignment": aligned, "normalizedAlignment": aligned}
            )
            aligned = None
            if spoiled is Answer.CUT:
                await asyncio.sleep(CUT_SECONDS)
                await self._socket.close(code=WSCloseCode.INTERNAL_ERROR)
                return False
        return True

    async def _sound(self, text: str) -> AsyncIterator[bytes]:
        if not self._speech:
            made = tone(text, sample_rate=self._rate)
            size = int(CHUNK_SECONDS * self._rate) * 2
            for start in range(0, len(made), size):
                yield made[start : start + size]
            return
        change = RateChange(VOICE_RATE, target=self._rate)
        async for pcm in _even(self._speech.say(text)):
            if changed := change.push(pcm):
                yield changed
        if rest := change.finish():
            yield rest

    async def _send(self, message: dict[str, JsonValue]) -> None:
        with suppress(ConnectionResetError):  # the client went while we spoke
            await self._socket.send_json(message)


async def _even(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Regroup bytes as they came from a socket into whole samples."""
    left = b""
    async for piece in pieces:
        joined = left + piece
        whole = len(joined) // 2 * 2
        left = joined[whole:]
        if whole:
            yield joined[:whole]


def _alignment(text: str, *, from_ms: int) -> dict[str, JsonValue]:
    each = round(SECONDS_PER_CHARACTER * 1000)
    return {
        "chars": [*text],
        "charStartTimesMs": [from_ms + place * each for place in range(len(text))],
        "charDurationsMs": [each] * len(text),
    }


def _refuse(desk: Desk, status: int, why: str) -> web.Response:
    desk.received.refused += 1
    return web.json_response({"detail": {"status": str(status), "message": why}}, status=status)
