"""Whatever was lost, no session stays open for ever and none stays unfinished; nobody is ended on one missed look."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contract.session import Reason, State
from control_plane.voice_sessions.live_state import heartbeat_write
from control_plane.voice_sessions.models import OutboxRow, Transport, VoiceSession
from control_plane.voice_sessions.services.sweep import sessions_sweep
from tests.control_plane.given import heartbeat, session_in
from tests.platform.aws import RECORDINGS, Aws
from tests.platform.valkey import Valkey

pytestmark = pytest.mark.usefixtures("stores")


def outcome(session: VoiceSession) -> tuple[str, str]:
    """Where it is, and why."""
    found = VoiceSession.objects.get(pk=session.pk)
    return found.state, found.reason


@pytest.mark.parametrize(
    ("transport", "agent_came", "reason"),
    [
        (Transport.LIVEKIT, False, Reason.NO_AGENT),
        (Transport.LIVEKIT, True, Reason.NO_SHOW),
        (Transport.WEBSOCKET, False, Reason.NO_SHOW),
    ],
)
def test_a_session_that_nobody_joined_is_ended(transport: Transport, agent_came: bool, reason: Reason) -> None:
    """After the join window and its margin, by who was missing; over a WebSocket the caller brings the agent."""
    session = session_in(State.DISPATCHED, transport=transport)
    if agent_came:
        heartbeat_write(session.pk, heartbeat(caller_present=False))

    sessions_sweep(now=session.created_at + timedelta(seconds=89))
    early = outcome(session)
    sessions_sweep(now=session.created_at + timedelta(seconds=91))

    assert early == (State.DISPATCHED, "")
    assert outcome(session) == (State.ENDED, reason)


def test_a_session_whose_agent_falls_silent_is_ended_after_a_second_look(live_valkey: Valkey) -> None:
    """An empty Valkey is no proof: the agent has as long as LiveKit would keep its room."""
    session = session_in(State.ACTIVE)
    live_valkey.client().flushall()
    first_look = session.created_at + timedelta(minutes=5)

    sessions_sweep(now=first_look)
    after_first = outcome(session)
    sessions_sweep(now=first_look + timedelta(seconds=149))
    before_limit = outcome(session)
    sessions_sweep(now=first_look + timedelta(seconds=150))

    assert after_first == before_limit == (State.ACTIVE, "")
    assert outcome(session) == (State.ENDED, Reason.STUCK)


def test_an_agent_that_is_heard_again_is_forgiven(live_valkey: Valkey) -> None:
    """Valkey was away for a while, the call was not."""
    session = session_in(State.ACTIVE)
    live_valkey.client().flushall()
    first_look = session.created_at + timedelta(minutes=5)
    sessions_sweep(now=first_look)
    back = first_look + timedelta(seconds=60)
    heartbeat_write(session.pk, heartbeat(caller_present=True, sent_at=back))

    sessions_sweep(now=back)
    heartbeat_write(session.pk, heartbeat(caller_present=True, sent_at=first_look + timedelta(minutes=9)))
    sessions_sweep(now=first_look + timedelta(minutes=9))

    assert outcome(session) == (State.ACTIVE, "")
    assert VoiceSession.objects.get().silent_since is None


def test_nobody_is_silent_while_valkey_does_not_answer(live_valkey: Valkey) -> None:
    """Not to be able to listen is another thing than to hear nothing."""
    session = session_in(State.ACTIVE)
    with live_valkey.outage():
        sessions_sweep(now=session.created_at + timedelta(minutes=30))

    assert outcome(session) == (State.ACTIVE, "")
    assert VoiceSession.objects.get().silent_since is None


def test_the_oldest_sessions_are_closed_by_force() -> None:
    """Two hours, whatever its heartbeats say."""
    session = session_in(State.ACTIVE)
    late = session.created_at + timedelta(hours=2)
    heartbeat_write(session.pk, heartbeat(caller_present=True, sent_at=late))

    sessions_sweep(now=late)

    assert outcome(session) == (State.ENDED, Reason.FORCED)


@pytest.mark.parametrize(
    ("uploaded", "jobs"), [(True, ["transcript-finalise", "video-assemble"]), (False, ["transcript-finalise"])]
)
def test_an_ended_session_is_finished_with_what_there_is(aws: Aws, uploaded: bool, jobs: list[str]) -> None:
    """Its agent died after the call: what it had uploaded is still made a film."""
    session = session_in(State.ENDED)
    if uploaded:
        aws.client("s3").put_object(Bucket=RECORDINGS, Key=f"sessions/{session.pk}/audio.ogg", Body=b"sound")

    sessions_sweep(now=timezone.now() + timedelta(seconds=299))
    early = OutboxRow.objects.count()
    sessions_sweep(now=timezone.now() + timedelta(seconds=301))

    assert early == 0
    assert sorted(OutboxRow.objects.values_list("job", flat=True)) == jobs
    assert VoiceSession.objects.get().finished_at is not None
