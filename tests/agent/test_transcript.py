"""Turns are numbered as they are committed and reach the record in order, whatever the way there is like."""

import asyncio
from datetime import UTC, datetime

import pytest
from livekit.agents.llm import ChatMessage

from agent.callbacks import ControlPlane
from agent.transcript import Transcript, turn_of
from contract.session import CallbackAnswer, Speaker, State, TranscriptTurn, TurnsPosted, UsageItem

USAGE = (UsageItem(provider="openai", model="gpt-4o-mini", unit="output_tokens", quantity=12),)


def said(text: str, role: str = "user") -> ChatMessage:
    """A message that was spoken from second 100 to 102."""
    return ChatMessage.model_validate(
        {
            "role": role,
            "content": [text],
            "created_at": 103.0,
            "metrics": {"started_speaking_at": 100.0, "stopped_speaking_at": 102.0, "e2e_latency": 0.3214},
        }
    )


class Record(ControlPlane):
    """Takes turns when it is open, and remembers every post."""

    def __init__(self) -> None:
        """Take them at once."""
        super().__init__("http://127.0.0.1:9", session_id="vs_1", token="a-token")
        self.open = asyncio.Event()
        self.open.set()
        self.posts: list[TurnsPosted] = []

    async def post_turns(self, turns: TurnsPosted, *, patience_seconds: float | None = None) -> CallbackAnswer:
        """Take them once it is open."""
        await asyncio.wait_for(self.open.wait(), patience_seconds)
        self.posts.append(turns)
        return CallbackAnswer(state=State.ACTIVE, attempt=turns.attempt)


def test_a_message_becomes_a_turn() -> None:
    """Times are the speech's, not the commit's."""
    assert turn_of(said("We have forty agents."), number=3) == TranscriptTurn(
        number=3,
        speaker=Speaker.CALLER,
        text="We have forty agents.",
        started_at=datetime.fromtimestamp(100, UTC),
        ended_at=datetime.fromtimestamp(102, UTC),
        latency_ms=321,
    )


@pytest.mark.parametrize(("text", "role"), [("", "user"), ("  ", "assistant"), ("be kind", "system")])
def test_what_nobody_said_is_no_turn(text: str, role: str) -> None:
    """Instructions are not part of a transcript."""
    assert turn_of(said(text, role), number=1) is None


async def test_numbers_go_on_after_an_earlier_attempt() -> None:
    """One session, one numbering."""
    transcript = Transcript(Record(), attempt=2, before=7, usage=lambda: USAGE)

    turns = [transcript.commit(said("one")), transcript.commit(said(" ")), transcript.commit(said("two", "assistant"))]

    assert [turn.number if turn else None for turn in turns] == [8, None, 9]
    assert transcript.last_turn == 9


async def test_turns_are_sent_while_the_call_goes_on() -> None:
    """A worker that is killed loses what it kept to itself."""
    record = Record()
    transcript = Transcript(record, attempt=1, before=0, usage=lambda: USAGE)
    sending = asyncio.create_task(transcript.send())

    transcript.commit(said("hello"))
    await asyncio.wait_for(transcript.sent(), 5)

    assert [(turn.number, turn.text) for post in record.posts for turn in post.turns] == [(1, "hello")]
    assert record.posts[0].usage == USAGE
    sending.cancel()


async def test_turns_wait_for_a_record_that_is_away_and_keep_their_order() -> None:
    """Nothing is lost and nothing comes twice."""
    record = Record()
    record.open.clear()
    transcript = Transcript(record, attempt=1, before=0, usage=lambda: ())
    sending = asyncio.create_task(transcript.send())
    for number in range(1, 451):
        transcript.commit(said(f"turn {number}"))
        await asyncio.sleep(0)

    record.open.set()
    await asyncio.wait_for(transcript.sent(), 5)

    assert [turn.number for post in record.posts for turn in post.turns] == list(range(1, 451))
    assert max(len(post.turns) for post in record.posts) == 200
    sending.cancel()
