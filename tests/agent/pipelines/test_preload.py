"""What takes time is done before the first call."""

import json
import subprocess
import sys

import pytest

from contract.environment import ProviderEnv

pytestmark = pytest.mark.xdist_group("speech")
FIRST_CALL = """
import asyncio, json, sys
from livekit.agents.llm import ChatContext
from livekit.agents.utils import http_context
from agent.pipelines import build, preload
from contract.environment import ProviderEnv
from tests.agent.pipelines.driving import session_metadata

environment = ProviderEnv.read(json.loads(sys.argv[1]))
preload(environment)
before = set(sys.modules)

async def call():
    async with http_context.open():
        for name in ("deepgram_openai", "local"):
            pipeline = build(session_metadata(name), environment)
            pipeline.open_session()
            async with pipeline.llm.chat(chat_ctx=ChatContext.empty()) as answer:
                assert [chunk async for chunk in answer]
            if name == "local":
                pipeline.stt._client.audio.transcriptions
                async with pipeline.tts.synthesize("Hello.") as voice:
                    assert [audio async for audio in voice]
            await pipeline.aclose()

asyncio.run(call())
late = set(sys.modules) - before
print(sorted(name for name in late if name.split(".")[0] in ("openai", "httpcore2", "httpx2", "anyio", "onnxruntime")))
"""


@pytest.mark.parametrize("vad", ["builtin", "silero"])
def test_the_first_call_imports_nothing_slow(loopback: ProviderEnv, laptop: ProviderEnv, vad: str) -> None:
    """An import blocks the event loop of a call, and is heard."""
    environment = loopback.model_copy(update={"vad": vad, "local_speech_url": laptop.local_speech_url})
    variables = ProviderEnv.model_validate(environment.model_dump()).variables()

    ended = subprocess.run(
        [sys.executable, "-c", FIRST_CALL, json.dumps(variables)], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "[]\n"
