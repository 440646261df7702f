"""Of two supervisors one leads and publishes; when it goes, the other one does, within a look."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from contract.environment import SupervisorEnv
from contract.live_state import FLEET_KEY, WorkerHeartbeat
from contract.metrics import NAMESPACE
from contract.session import State
from control_plane.supervisor.leader import LOCK
from control_plane.supervisor.watch import Reign, Supervisor
from control_plane.voice_sessions.live_state import pulse_write
from control_plane.voice_sessions.models import OutboxRow, VoiceSession
from tests.control_plane.given import session_in
from tests.platform.aws import Aws
from tests.platform.valkey import Valkey

pytestmark = pytest.mark.usefixtures("stores")


def environment(**different: str) -> SupervisorEnv:
    """A supervisor's variables."""
    told = {**settings.ENVIRONMENT.model_dump(), **different}
    known = {name: value for name, value in told.items() if name in SupervisorEnv.model_fields}
    return SupervisorEnv(**known, agent_cluster="tests", agent_service="agent")


@pytest.fixture
def two() -> Iterator[tuple[Supervisor, Supervisor]]:
    """Two supervisors that have not looked yet."""
    pair = Supervisor(environment()), Supervisor(environment())
    yield pair
    for each in pair:
        each.close()


def published(aws: Aws, name: str, **dimensions: str) -> list[dict[str, Any]]:
    """What CloudWatch has of a metric in the last hour."""
    now = datetime.now(UTC)
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in ({"Environment": "tests"} | dimensions).items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=86400,
        Statistics=["Maximum"],
    )
    return list(found["Datapoints"])


def test_one_of_two_leads(two: tuple[Supervisor, Supervisor]) -> None:
    """Two would publish everything twice."""
    for each in (*two, *two):
        each.look()

    assert [each.is_leading for each in two] == [True, False]


def test_the_other_one_leads_when_the_first_stops(two: tuple[Supervisor, Supervisor]) -> None:
    """A deployment stops them one after the other."""
    first, second = two
    first.look()
    first.close()

    second.look()

    assert second.is_leading


def test_a_leader_whose_connection_is_cut_knows_it(two: tuple[Supervisor, Supervisor]) -> None:
    """PostgreSQL gives the lock to the next one at once; two leaders must not be."""
    first, second = two
    first.look()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [LOCK]
        )
    second.look()

    first.look()

    assert [first.is_leading, second.is_leading] == [False, True]


def test_what_waits_is_published(two: tuple[Supervisor, Supervisor], aws: Aws, broker_valkey: Valkey) -> None:
    """Workers are scaled by it."""
    leader, _ = two
    broker_valkey.client().lpush("voice", "a message", "another")
    session = session_in(State.ENDED)
    OutboxRow.objects.create(
        session=session,
        job="video-assemble",
        created_at=datetime.now(UTC) - timedelta(seconds=90),
        due_at=datetime.now(UTC),
    )

    leader.look()
    leader.close()

    [depth] = published(aws, "QueueDepth", Pool="voice")
    [wait] = published(aws, "QueueWait", Pool="voice")
    [idle] = published(aws, "QueueDepth", Pool="data")
    assert (depth["Maximum"], depth["Unit"]) == (2, "Count")
    assert wait["Maximum"] >= 90
    assert idle["Maximum"] == 0


def test_callers_without_an_agent_are_published(two: tuple[Supervisor, Supervisor], aws: Aws) -> None:
    """Nothing else in LiveKit tells that a dispatch was lost."""
    leader, _ = two
    long_ago = datetime.now(UTC) - timedelta(seconds=60)
    waiting = session_in(State.DISPATCHED, now=long_ago, transport="livekit")
    VoiceSession.objects.filter(pk=waiting.pk).update(caller_joined_at=long_ago)
    session_in(State.DISPATCHED, transport="livekit")

    leader.look()
    leader.close()

    [rooms] = published(aws, "RoomsWithoutAgent")
    assert rooms["Maximum"] == 1


def test_sessions_without_an_agent_are_stuck_although_nobody_cleans_up(
    two: tuple[Supervisor, Supervisor], aws: Aws
) -> None:
    """A clean-up that is dead marks nothing: whoever waits for its marks sees a quiet platform."""
    leader, _ = two
    long_ago = datetime.now(UTC) - timedelta(seconds=60)
    session_in(State.ACTIVE, now=long_ago)
    session_in(State.RECONNECTING, now=long_ago)
    session_in(State.ACTIVE)

    leader.look()
    leader.close()

    [stuck] = published(aws, "SessionsStuck")
    assert stuck["Maximum"] == 2
    assert not VoiceSession.objects.filter(silent_since__isnull=False).exists()


def test_beat_is_as_old_as_the_freshest_of_its_tasks(two: tuple[Supervisor, Supervisor], aws: Aws) -> None:
    """A pool without workers is another alarm's; only when all pools are silent it is beat."""
    leader, _ = two
    now = datetime.now(UTC)
    pulse_write("voice", now=now - timedelta(seconds=900))
    pulse_write("data", now=now - timedelta(seconds=40))

    leader.look()
    leader.close()

    [age] = published(aws, "BeatAge")
    assert 40 <= age["Maximum"] < 100


def test_a_beat_that_has_never_sent_anything_is_said_nothing_of() -> None:
    """A platform that has just been made has no age; a number would be invented."""
    reign = Reign(environment())

    reign.look(now=1)

    told = names(reign)
    reign.close()
    assert "BeatAge" not in told
    assert "SessionsStuck" in told


def test_what_cannot_be_read_is_said_nothing_of(live_valkey: Valkey) -> None:
    """An old number, published as a new one, would scale a fleet that nobody sees."""
    key = FLEET_KEY.format(service="agent", task="a")
    heartbeat = WorkerHeartbeat(task="a", service="agent", active=1, capacity=2, sent_at=datetime.now(UTC))
    live_valkey.client().set(key, heartbeat.model_dump_json())
    reign = Reign(environment())
    reign.look(now=1)
    before = names(reign)
    live_valkey.client().set(key, "what a task of another release writes")
    reign.look(now=2)
    unreadable = names(reign)
    reign.close()

    assert "SessionUtilization" in before
    assert "SessionUtilization" not in unreadable


def test_a_valkey_that_is_away_hides_what_is_in_it_only() -> None:
    """The queues are in the other one, the sessions in PostgreSQL."""
    reign = Reign(environment(live_redis_url="redis://127.0.0.1:9/0"))

    reign.look(now=1)

    away = names(reign)
    reign.close()
    assert {"SessionUtilization", "ProtectedTasks"}.isdisjoint(away)
    assert "QueueDepth" in away


def names(reign: Reign) -> set[str]:
    """What CloudWatch would be given."""
    return {sample.metric.name for sample in reign.recorder.take()}
