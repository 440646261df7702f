"""A call on any transport: what ends it, what does not, and what the record is told of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from livekit.agents import AgentSession
from livekit.agents.utils import http_context

from agent import pipelines
from agent.call import Call, Ending
from agent.callbacks import ControlPlane
from agent.measurements import Measurements
from agent.recording import Recordings
from contract.environment import ProviderEnv
from contract.session import Reason, SessionMetadata, TranscriptTurn
from runtime.kit.metrics import Recorder
from runtime.providers.control import Control
from runtime.providers.faults import Fault
from tests.agent.pipelines.conftest import KEYS, CallersVoice, voice
from tests.agent.pipelines.driving import TOKEN, Loudspeaker, Microphone
from tests.fakes.record import FakeRecord
from tests.platform.aws import RECORDINGS, REGION, Aws
from tests.runtime.providers.processes import control, providers_url, speech_url, urls

__all__ = ["control", "providers_url", "speech_url", "urls", "voice"]
pytestmark = pytest.mark.xdist_group("speech")


class Line:
    """A transport in this process."""

    def __init__(self) -> None:
        """Nobody is there."""
        self.gone = asyncio.Event()
        self.microphone, self.loudspeaker = Microphone(), Loudspeaker()
        self.caller_present = False
        self.shown: list[TranscriptTurn] = []
        self._on_presence: Callable[[bool], None] | None = None
        self._listening = asyncio.Event()

    def watch(self, on_presence: Callable[[bool], None]) -> None:
        """Remember whom to tell."""
        self._on_presence = on_presence

    async def attach(self, session: "AgentSession[None]") -> None:
        """Become input and output."""
        session.input.audio, session.output.audio = self.microphone, self.loudspeaker

    async def heard(self) -> None:
        """Wait for the caller."""
        await self._listening.wait()

    async def show(self, turn: TranscriptTurn) -> None:
        """Keep it."""
        self.shown.append(turn)

    def come(self, *, present: bool = True) -> None:
        """The caller comes, or goes."""
        self.caller_present = present
        if present:
            self._listening.set()
        if self._on_presence is not None:
            self._on_presence(present)


class Clock:
    """Seconds that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        """Answer them."""
        return self.now


class Held:
    """A call that is on."""

    def __init__(self, call: Call, line: Line, clock: Clock) -> None:
        """Begin it."""
        self.call, self.line, self.clock = call, line, clock
        self.running = asyncio.create_task(call.run())

    async def ended(self) -> Ending:
        """Wait for its end, and for what follows."""
        ending = await asyncio.wait_for(self.running, 30)
        await asyncio.wait_for(self.call.wrap_up(), 30)
        return ending


@pytest.fixture
async def record() -> AsyncIterator[FakeRecord]:
    """The control plane."""
    fake = FakeRecord()
    await fake.server.start_server()
    yield fake
    await fake.server.close()


@pytest.fixture
def environment(urls: dict[str, str], control: Control) -> ProviderEnv:
    """Scripted providers: they answer whatever is asked."""
    control.script("openai", ["Good morning.", "How many people are you?", "I see."])
    return ProviderEnv.model_validate({"pipelines": "deepgram_openai", **KEYS, **urls})


@asynccontextmanager
async def held(record: FakeRecord, environment: ProviderEnv, folder: Path, /, **told: Any) -> AsyncIterator[Held]:
    """A call of its own connections, ended with the block."""
    usual = {"session_id": "vs_1", "simulation_service": "deepgram_openai", "callback_token": TOKEN, "record": False}
    metadata = SessionMetadata.model_validate({**usual, **told})
    async with http_context.open():
        control_plane = ControlPlane(record.url, session_id="vs_1", token=TOKEN)
        line, clock = Line(), Clock()
        pipeline = pipelines.build(metadata, environment)
        call = Call(
            metadata,
            pipeline=pipeline,
            transport=line,
            control_plane=control_plane,
            recordings=Recordings(bucket=RECORDINGS, region=REGION),
            measurements=Measurements(Recorder("tests"), pipeline=pipeline.name, providers=pipeline.providers),
            join_seconds=60,
            wrap_up_seconds=20,
            folder=folder,
            clock=clock,
        )
        on = Held(call, line, clock)
        try:
            yield on
        finally:
            call.end(Reason.FORCED)
            await on.ended()
            await control_plane.aclose()


async def test_the_records_end_is_the_calls(record: FakeRecord, environment: ProviderEnv, tmp_path: Path) -> None:
    """Whoever hung up, and wherever: the next heartbeat tells."""
    async with held(record, environment, tmp_path) as on:
        on.line.come()
        await record.told(lambda told: 1 in told.turns)

        record.end(Reason.BUDGET)
        ending = await on.ended()

    assert ending.reason is Reason.BUDGET
    assert record.finished is not None
    assert (record.finished.reason, record.finished.last_turn) == (Reason.BUDGET, 1)
    assert record.turns == {1: "Good morning."}
    assert [turn.text for turn in on.line.shown] == ["Good morning."]


async def test_a_caller_who_leaves_may_come_back(record: FakeRecord, environment: ProviderEnv, tmp_path: Path) -> None:
    """The call goes on, and the record knows who is there."""
    async with held(record, environment, tmp_path) as on:
        on.line.come()
        await record.told(lambda told: told.heartbeats and told.heartbeats[-1].caller_present)
        on.line.come(present=False)
        await record.told(lambda told: not told.heartbeats[-1].caller_present)
        on.clock.now += 100

        on.line.come()
        await record.told(lambda told: told.heartbeats[-1].caller_present)

        assert not on.running.done()


@pytest.mark.parametrize(
    ("seconds", "joins", "reason"),
    [(60, False, Reason.NO_SHOW), (120, True, Reason.IDLE), (2700, True, Reason.MAX_DURATION)],
)
async def test_a_guard_ends_a_call(
    record: FakeRecord, environment: ProviderEnv, tmp_path: Path, seconds: int, joins: bool, reason: Reason
) -> None:
    """The record is told before anything is uploaded, and only then is the session finished."""
    async with held(record, environment, tmp_path) as on:
        if joins:
            on.line.come()
            await record.told(lambda told: 1 in told.turns)

        on.clock.now += seconds
        ending = await on.ended()

    assert ending.reason is reason
    assert [each.ending for each in record.heartbeats if each.ending] == [reason]
    assert record.finished is not None
    assert record.finished.reason is reason


async def test_a_stop_word_ends_a_call(
    record: FakeRecord, environment: ProviderEnv, control: Control, voice: CallersVoice, tmp_path: Path
) -> None:
    """Said by the caller; what it was is in the transcript and nowhere else."""
    control.script("deepgram", ["Please stop the interview now."])
    async with held(record, environment, tmp_path, stop_words=("stop the interview",)) as on:
        on.line.come()
        await record.told(lambda told: 1 in told.turns)

        on.line.microphone.speak(voice("Please stop the interview now."))
        ending = await on.ended()

    assert (ending.reason, ending.detail) == (Reason.STOP_WORD, "")
    assert record.turns[2] == "Please stop the interview now."


async def test_a_provider_that_fails_ends_a_call_by_name(
    record: FakeRecord, environment: ProviderEnv, control: Control, tmp_path: Path
) -> None:
    """The operator learns who and how, in seconds."""
    control.spoil("openai", Fault(status=401))
    async with held(record, environment, tmp_path) as on:
        on.line.come()

        ending = await on.ended()

    assert ending.reason is Reason.PROVIDER_FAILED
    assert ending.detail == "llm by openai: 401"


async def test_a_later_attempt_silences_this_one(record: FakeRecord, environment: ProviderEnv, tmp_path: Path) -> None:
    """Two agents in one call would talk over each other; the fenced one says nothing more, to nobody."""
    async with held(record, environment, tmp_path) as on:
        on.line.come()
        await record.told(lambda told: 1 in told.turns)

        record.attempt = 2
        await on.ended()

    assert record.finished is None


async def test_what_was_said_is_recorded_from_the_callers_join_on(
    record: FakeRecord,
    environment: ProviderEnv,
    aws: Aws,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both sides on one file, in the bucket, before the session is finished."""
    for name, value in aws.variables.items():
        monkeypatch.setenv(name, value)
    async with held(record, environment, tmp_path, record=True) as on:
        on.line.come()
        await record.told(lambda told: 1 in told.turns)
        record.end(Reason.HANGUP)

        await on.ended()

    assert record.finished is not None
    assert record.finished.recording_key == "sessions/vs_1/audio.ogg"
    assert record.finished.started_at is not None
    assert record.finished.recording_started_at is not None
    assert record.finished.recording_started_at >= record.finished.started_at
    sound = aws.client("s3").get_object(Bucket=RECORDINGS, Key="sessions/vs_1/audio.ogg")["Body"].read()
    assert sound[:4] == b"OggS"


async def test_a_room_that_vanishes_ends_a_call(record: FakeRecord, environment: ProviderEnv, tmp_path: Path) -> None:
    """Nobody hung up: the record says so."""
    async with held(record, environment, tmp_path) as on:
        on.line.come()
        await record.told(lambda told: 1 in told.turns)

        on.line.gone.set()
        ending = await on.ended()

    assert ending.reason is Reason.MEDIA_UNAVAILABLE


async def test_a_recording_that_s3_refuses_does_not_keep_a_session_open(
    record: FakeRecord, environment: ProviderEnv, aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transcript is there, the sound is not, and the record says which."""
    for name, value in {**aws.variables, "AWS_ENDPOINT_URL_S3": f"{aws.endpoint}/nowhere"}.items():
        monkeypatch.setenv(name, value)
    async with held(record, environment, tmp_path, record=True) as on:
        on.line.come()
        await record.told(lambda told: 1 in told.turns)
        record.end(Reason.HANGUP)

        await on.ended()

    assert record.finished is not None
    assert (record.finished.recording_key, record.finished.last_turn) == (None, 1)
