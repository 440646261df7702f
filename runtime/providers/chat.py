"""OpenAI's chat-completions wire: what is asked, and an answer as one JSON or as server-sent events."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

from aiohttp import web
from pydantic import BaseModel, ConfigDict, JsonValue

from runtime.providers.desk import Line

DONE: Final = "data: [DONE]\n\n"
CHARACTERS_PER_TOKEN: Final = 4  # OpenAI's rule of thumb for English


class Message(BaseModel):
    """One message of the history; anything but text is ignored."""

    role: str
    content: str | list[dict[str, JsonValue]] | None = None

    @property
    def text(self) -> str:
        """Its words."""
        if isinstance(self.content, list):
            return " ".join(str(part["text"]) for part in self.content if part.get("type") == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """Whether usage is sent before the end."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """The body of a request, as far as a script needs it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    model: str
    messages: list[Message]
    stream: bool = False
    stream_options: StreamOptions | None = None


class Usage(BaseModel):
    """What is charged for one answer."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0

    @property
    def wire(self) -> dict[str, JsonValue]:
        """As OpenAI writes it."""
        return {
            "prompt_tokens": self.input_tokens,
            "completion_tokens": self.output_tokens,
            "total_tokens": self.input_tokens + self.output_tokens,
            "prompt_tokens_details": {"cached_tokens": self.cached_tokens},
        }


def tokens(text: str) -> int:
    """Count what a text is charged for: a token for every four characters begun."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def usage(asked: ChatRequest, line: Line) -> Usage:
    """Count an answer, unless its line says what it costs."""
    counted = sum(tokens(message.text) for message in asked.messages)
    return Usage(
        input_tokens=counted if line.input_tokens is None else line.input_tokens,
        output_tokens=tokens(line.text) if line.output_tokens is None else line.output_tokens,
        cached_tokens=line.cached_tokens,
    )


def whole(asked: ChatRequest, line: Line) -> dict[str, Any]:
    """Answer in one piece."""
    message = {"role": "assistant", "content": line.text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return _frame("chat.completion", asked.model, [choice], usage(asked, line).wire)


def events(asked: ChatRequest, line: Line) -> list[str]:
    """Answer word by word, as server-sent events."""
    name = f"chatcmpl-{uuid4().hex}"
    deltas = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word} for word in re.findall(r"\S+\s*", line.text)]
    choices: list[dict[str, object]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    sent = [_frame("chat.completion.chunk", asked.model, [choice], name=name) for choice in choices]
    if asked.stream_options and asked.stream_options.include_usage:
        sent.append(_frame("chat.completion.chunk", asked.model, [], usage(asked, line).wire, name=name))
    return [f"data: {json.dumps(frame)}\n\n" for frame in sent] + [DONE]


async def send(request: web.Request, lines: Sequence[str]) -> web.StreamResponse:
    """Send server-sent events one by one, without the end of the response."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    for line in lines:
        await response.write(line.encode())
    return response


def refusal(status: int, message: str, *, code: str) -> web.Response:
    """Refuse as OpenAI does."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return web.json_response({"error": {"message": message, "type": kind, "code": code}}, status=status)


def _frame(
    kind: str, model: str, choices: Sequence[object], charged: JsonValue = None, *, name: str = ""
) -> dict[str, Any]:
    return {
        "id": name or f"chatcmpl-{uuid4().hex}",
        "object": kind,
        "created": 0,
        "model": model,
        "choices": list(choices),
        "usage": charged,
    }
