"""Deepgram's streaming recognition: `GET /v1/listen` as a WebSocket.

It recognises nothing by itself: an utterance is found by its energy, and its words are the next
line of the script, else what the speech server hears, else none.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Final, Literal
from uuid import uuid4

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from runtime.providers.desk import Desk
from runtime.providers.errors import SpeechUnavailable
from runtime.providers.faults import Answer
from runtime.providers.sound import Ear, Utterance
from runtime.providers.speech_client import SpeechClient

PATH: Final = "/v1/listen"
ENV: Final = "deepgram_url"
CONFIDENCE: Final = 0.99
BROKEN: Final = '{"type": "Results", "channel": '
log = logging.getLogger(__name__)


class Options(BaseModel):
    """The query of a handshake, as far as it is needed."""

    model_config = ConfigDict(extra="ignore")

    model: str
    encoding: Literal["linear16"]
    sample_rate: int = Field(ge=8000, le=48000)
    channels: Literal["1"] = "1"
    interim_results: bool = False
    vad_events: bool = False


def routes(prefix: str, *, desk: Desk, speech: SpeechClient | None) -> list[web.RouteDef]:
    """Answer what to serve under a path."""

    async def listen(request: web.Request) -> web.StreamResponse:
        desk.note_request(request.path, dict(request.query))
        if status := await desk.faults.refusal():
            return _refuse(desk, status, "this fault was asked for")
        if not request.headers.get("Authorization", "").removeprefix("Token "):
            return _refuse(desk, 401, "send Authorization: Token …")
        try:
            options = Options.model_validate(dict(request.query))
        except ValidationError as wrong:
            return _refuse(desk, 400, f"{wrong.error_count()} of the query's parameters are wrong or missing")
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        await Listener(socket, options, desk=desk, speech=speech).run()
        return socket

    return [web.get(f"{prefix}{PATH}", listen)]


class Listener:
    """One socket: hears on one task and answers on another, because recognition takes longer than a word."""

    def __init__(
        self, socket: web.WebSocketResponse, options: Options, *, desk: Desk, speech: SpeechClient | None
    ) -> None:
        """Begin with an open socket."""
        self._socket = socket
        self._options = options
        self._desk = desk
        self._speech = speech
        self._ear = Ear(options.sample_rate)
        self._heard: asyncio.Queue[Utterance | None] = asyncio.Queue()
        self._request_id = str(uuid4())
        self._seconds = 0.0

    async def run(self) -> None:
        """Serve until either side has closed."""
        answering = asyncio.create_task(self._answer())
        try:
            await self._hear()
        finally:
            if self._socket.closed:
                answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering

    async def _hear(self) -> None:
        async for message in self._socket:
            if message.type is WSMsgType.BINARY:
                await self._sound(message.data)
            elif message.type is WSMsgType.TEXT:
                kind = message.json().get("type")
                if kind in ("Finalize", "CloseStream"):
                    self._queue(self._ear.finish())
                if kind == "CloseStream":
                    self._heard.put_nowait(None)
                    return

    async def _sound(self, pcm: bytes) -> None:
        was_hearing = self._ear.is_hearing
        self._desk.note_audio(len(pcm), sample_rate=self._options.sample_rate)
        self._seconds += len(pcm) / 2 / self._options.sample_rate
        self._queue(self._ear.hear(pcm))
        if self._ear.is_hearing and not was_hearing and self._options.vad_events and not self._desk.faults.is_silent:
            await self._send({"type": "SpeechStarted", "channel": [0], "timestamp": round(self._seconds, 3)})

    def _queue(self, utterance: Utterance | None) -> None:
        if utterance:
            self._heard.put_nowait(utterance)

    async def _answer(self) -> None:
        """Answer the utterances in their order, then say good-bye; a speech server that fails closes as 1011."""
        try:
            while (utterance := await self._heard.get()) is not None:
                await self._transcribe(utterance)
        except SpeechUnavailable as unavailable:
            log.error("closing a recognition: %s", unavailable)
            await self._socket.close(code=WSCloseCode.INTERNAL_ERROR)
            return
        if not self._desk.faults.is_silent:
            await self._send({"type": "Metadata", "request_id": self._request_id, "duration": round(self._seconds, 3)})
        await self._socket.close()

    async def _transcribe(self, utterance: Utterance) -> None:
        words = await self._words(utterance)
        self._desk.note_text(words)
        match await self._desk.faults.answer():
            case Answer.SILENT:
                return
            case Answer.MALFORMED:
                await self._socket.send_str(BROKEN)
                return
            case Answer.CUT:
                await self._socket.close(code=WSCloseCode.INTERNAL_ERROR)
                return
        if self._options.interim_results and words:
            await self._send(self._results(words, utterance, is_final=False))
        await self._send(self._results(words, utterance, is_final=True))

    async def _words(self, utterance: Utterance) -> str:
        if line := self._desk.next_line():
            return line.text
        return await self._speech.recognise(utterance) if self._speech else ""

    async def _send(self, message: dict[str, JsonValue]) -> None:
        with suppress(ConnectionResetError):  # the caller hung up while we thought
            await self._socket.send_json(message)

    def _results(self, text: str, utterance: Utterance, *, is_final: bool) -> dict[str, JsonValue]:
        alternative: JsonValue = {"transcript": text, "confidence": CONFIDENCE, "words": _timed(text, utterance)}
        return {
            "type": "Results",
            "channel_index": [0, 1],
            "start": round(utterance.start_seconds, 3),
            "duration": round(utterance.end_seconds - utterance.start_seconds, 3),
            "is_final": is_final,
            "speech_final": is_final,
            "from_finalize": False,
            "channel": {"alternatives": [alternative]},
            "metadata": {"request_id": self._request_id, "model_info": {"name": self._options.model}},
        }


def _timed(text: str, utterance: Utterance) -> list[JsonValue]:
    """Spread the words evenly over the utterance."""
    words = text.split()
    each = (utterance.end_seconds - utterance.start_seconds) / max(len(words), 1)
    return [
        {
            "word": word.strip(".,;:!?").lower(),
            "punctuated_word": word,
            "start": round(utterance.start_seconds + place * each, 3),
            "end": round(utterance.start_seconds + (place + 1) * each, 3),
            "confidence": CONFIDENCE,
        }
        for place, word in enumerate(words)
    ]


def _refuse(desk: Desk, status: int, why: str) -> web.Response:
    desk.received.refused += 1
    return web.json_response({"err_code": str(status), "err_msg": why, "request_id": str(uuid4())}, status=status)
