"""What one call hears, answers and speaks with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from livekit.agents import AgentSession, APIConnectOptions, TurnHandlingOptions, llm, stt, tts, vad
from livekit.agents.metrics import ModelUsageCollector
from livekit.agents.voice.agent_session import SessionConnectOptions

from agent.pipelines.deafness import Deafness
from agent.pipelines.usage import totals
from contract.session import UsageItem
from contract.timing import PROVIDER_DEAF_SECONDS, PROVIDER_RETRIES, PROVIDER_RETRY_SECONDS, PROVIDER_SECONDS

LAST_WORDS_SECONDS = 1.0  # for what was said just before the hang-up; the slot is busy meanwhile
ASKED = APIConnectOptions(max_retry=PROVIDER_RETRIES, retry_interval=PROVIDER_RETRY_SECONDS, timeout=PROVIDER_SECONDS)


@dataclass(frozen=True, eq=False)
class Pipeline:
    """The parts of one call.

    Attributes:
        providers: Of speech → text, of the answer, of the voice; one name serves all.
        close: Closes what the parts share.
    """

    name: str
    providers: tuple[str, ...]
    stt: stt.STT[Any]
    llm: llm.LLM[Any]
    tts: tts.TTS[Any]
    vad: vad.VAD
    turn_handling: TurnHandlingOptions
    close: Callable[[], Awaitable[None]] | None = None
    _used: ModelUsageCollector = field(default_factory=ModelUsageCollector, init=False)

    def open_session(self) -> AgentSession[None]:
        """Make the session that a transport is attached to and that `start` begins.

        A provider that fails beyond its retries closes it, with the error in the close event: livekit-agents does
        not start a recognition again that has given up, so the call would go on deaf.
        """
        session = AgentSession[None](
            stt=self.stt,
            llm=self.llm,
            tts=self.tts,
            vad=self.vad,
            turn_handling=self.turn_handling,
            conn_options=SessionConnectOptions(
                stt_conn_options=ASKED, llm_conn_options=ASKED, tts_conn_options=ASKED, max_unrecoverable_errors=0
            ),
            transcription_timeout=PROVIDER_DEAF_SECONDS,
            session_close_transcript_timeout=LAST_WORDS_SECONDS,
        )
        Deafness(self.stt).watch(session)
        for part in (self.stt, self.llm, self.tts):
            part.on("metrics_collected", self._used.collect)
        return session

    def usage(self, _: "AgentSession[None]") -> tuple[UsageItem, ...]:
        """Answer what the providers will charge for so far.

        The session's own sums are not used: it stops listening before its recognition has told its last seconds.
        """
        return totals(self._used.flatten(), providers=self.providers)

    async def aclose(self) -> None:
        """Close the connections that the session leaves open, after it is closed."""
        for part in (self.stt, self.llm, self.tts):
            await part.aclose()
        if self.close:
            await self.close()
