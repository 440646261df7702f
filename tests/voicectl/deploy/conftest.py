"""An account that somebody is signed in to, and a fleet in it."""

from collections.abc import Iterator

import pytest

from tests.fakes.cloudformation.account import empty_account
from tests.voicectl.deploy.account import REGION, WANTED, Fleet


@pytest.fixture
def fleet(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    """prod at its first release, with as many tasks as it wants, or as the test says."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "MOTO_ECS_SERVICE_RUNNING": str(getattr(request, "param", WANTED)),
    }.items():
        monkeypatch.setenv(name, value)
    with empty_account():
        made = Fleet()
        made.release(agent="sha-a1", control_plane="sha-c1", gateway="sha-g1", guardian="sha-s1", livekit="v1.13.5")
        yield made
