"""What `up` writes is what other commands read; keys are in it, and nobody else may look."""

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from voicectl.up.errors import AlreadyRunning, NotRunning, StateUnreadable
from voicectl.up.state import Addresses, Keys, Running, State, is_locked, lock, running_platform, state_folder

ADDRESSES = Addresses(
    api="http://127.0.0.1:1",
    voice="ws://127.0.0.1:2/voice",
    events="ws://127.0.0.1:2/events",
    livekit="ws://127.0.0.1:3",
    aws="http://127.0.0.1:4",
    speech="http://127.0.0.1:5",
    recordings_bucket="recordings",
    artefacts_bucket="artefacts",
)
RUNNING = Running(
    run="r", pid=1, temporary=Path("/tmp/run"), started_at=datetime(2026, 11, 21, tzinfo=UTC), addresses=ADDRESSES
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """`voicectl call` opens the API with the key of `voicectl up`."""
    written = State(keys=Keys(), ports={"api": 1}, running=RUNNING)
    written.write(tmp_path)

    assert State.read(tmp_path) == written


def test_keys_are_made_at_random(tmp_path: Path) -> None:
    """A default key would open everybody's platform."""
    first, second = State.read(tmp_path).keys, State.read(tmp_path).keys
    secrets = [value for keys in (first, second) for _, value in keys if isinstance(value, SecretStr)]

    assert len({secret.get_secret_value() for secret in secrets}) == len(secrets) == 12
    assert min(len(secret.get_secret_value()) for secret in secrets) >= 32


def test_the_file_is_its_owners_from_the_first_moment(tmp_path: Path) -> None:
    """A file that is private only after it was written was public meanwhile."""
    before = os.umask(0)
    try:
        State().write(tmp_path)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


def test_a_state_that_is_shown_shows_no_key() -> None:
    """A traceback prints what it finds."""
    state = State(running=RUNNING)

    keys = json.loads(state.keys.model_dump_json())
    assert [value for name, value in keys.items() if name != "livekit_api_key" and value in repr(state)] == []


def test_only_one_has_the_folder(tmp_path: Path) -> None:
    """Two databases in one folder are none."""
    held = lock(tmp_path / "state")

    with pytest.raises(AlreadyRunning, match="stop it with `voicectl down`"):
        lock(tmp_path / "state")
    assert is_locked(tmp_path / "state")

    os.close(held)
    assert not is_locked(tmp_path / "state")


def test_what_a_killed_run_left_is_not_a_running_platform(tmp_path: Path) -> None:
    """Its addresses answer nobody, or somebody else."""
    State(running=RUNNING).write(tmp_path)

    with pytest.raises(NotRunning, match="start it with `voicectl up`"):
        running_platform(tmp_path)


def test_a_damaged_file_says_how_to_begin_anew_and_quotes_nothing(tmp_path: Path) -> None:
    """It is full of keys."""
    (tmp_path / "state.json").write_text('{"keys": {"api_key": "very-secret", "more": 1}}')

    with pytest.raises(StateUnreadable) as unreadable:
        State.read(tmp_path)

    assert str(unreadable.value).endswith("state.json cannot be read; `voicectl up --fresh` begins anew")
    assert unreadable.value.__cause__ is None


def test_a_clone_has_its_own_folder_unless_somebody_names_another(tmp_path: Path) -> None:
    """Two clones are two platforms."""
    assert state_folder({}).name == ".voiceplane"
    assert state_folder({"VOICEPLANE_STATE": str(tmp_path)}) == tmp_path
