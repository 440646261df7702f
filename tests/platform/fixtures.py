"""The servers that tests of the runtime share, each started when it is first asked for and once in a run.

A test that asks for one of them is put into the xdist group `platform`, so that one worker has them all.
Addresses are known before: `planned_…` of each module answers them to settings that are read at import.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest

from tests.platform.addresses import LOOPBACK, port_of

if TYPE_CHECKING:  # each is imported when its server is asked for: every run of any test loads this file
    from tests.platform.aws import Aws
    from tests.platform.livekit import LiveKit
    from tests.platform.postgres import Postgres
    from tests.platform.valkey import Valkey

SHARED: Final = frozenset({"postgres", "live_valkey", "broker_valkey", "aws", "livekit"})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares a server; before xdist reads the groups."""
    for item in items:
        if SHARED & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("platform"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """PostgreSQL; make a database of your own with `create_database`."""
    from tests.platform.postgres import running_postgres

    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def live_valkey() -> Iterator[Valkey]:
    """The Valkey of LiveKit and of live state."""
    from tests.platform.valkey import running_valkey

    with running_valkey("live") as server:
        yield server


@pytest.fixture(scope="session")
def broker_valkey() -> Iterator[Valkey]:
    """The Valkey of Celery."""
    from tests.platform.valkey import running_valkey

    with running_valkey("broker") as server:
        yield server


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    """S3 with both buckets, SQS with the hand-off queue, CloudWatch."""
    from tests.platform.aws import running_aws

    with running_aws() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def livekit() -> Iterator[LiveKit]:
    """A node on a Valkey of its own, which no test empties; its webhooks go to the port `api`."""
    from tests.platform.livekit import running_livekit
    from tests.platform.valkey import running_valkey

    webhook_url = f"http://{LOOPBACK}:{port_of('api')}/webhooks/livekit"
    with running_valkey("livekit") as valkey, running_livekit(redis=valkey.address, webhook_url=webhook_url) as node:
        yield node
