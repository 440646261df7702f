"""The shared servers are real, run on loopback, and answer where they were planned."""

import httpx

from tests.platform.addresses import port_of
from tests.platform.aws import RECORDINGS, Aws, planned_aws
from tests.platform.livekit import LiveKit, planned_livekit
from tests.platform.postgres import Postgres, planned_postgres
from tests.platform.valkey import Valkey, planned_valkey


def test_postgresql_is_real(postgres: Postgres) -> None:
    """A database of one's own, thrown away and made again."""
    for _ in range(2):
        postgres.create_database("scratch")
        with postgres.connect("scratch") as connection:
            connection.execute("CREATE TABLE once (id int)")

    assert postgres == planned_postgres()


def test_both_groups_of_valkey_are_apart(live_valkey: Valkey, broker_valkey: Valkey) -> None:
    """As on AWS: what fills one must not fill the other."""
    live_valkey.client().set("key", "live")

    assert broker_valkey.client().get("key") is None
    assert live_valkey.client().get("key") == "live"
    assert live_valkey.url == planned_valkey("live")


def test_aws_has_its_buckets(aws: Aws) -> None:
    """And what one test leaves in them, `empty` takes away."""
    aws.client("s3").put_object(Bucket=RECORDINGS, Key="left", Body=b"over")

    aws.empty()

    assert aws.client("s3").list_objects_v2(Bucket=RECORDINGS)["KeyCount"] == 0
    assert aws == planned_aws()


def test_livekit_answers_on_loopback(livekit: LiveKit) -> None:
    """The real server, where it was planned."""
    answer = httpx.get(livekit.url.replace("ws://", "http://"))

    assert (answer.status_code, livekit.url) == (200, planned_livekit())


def test_a_port_stays_the_same() -> None:
    """Settings read it once, the server binds it later."""
    assert port_of("anything") == port_of("anything") != port_of("something else")
