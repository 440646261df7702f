"""What `voicectl up` tells the other commands: addresses, keys, ports and how each process does.

One file, `state.json` in the state folder (`.voiceplane/` of the clone, or VOICEPLANE_STATE), readable
by its owner only because the development keys are in it. `up` writes it; everybody reads it with
`running_platform()`. Keys and ports outlive a run, so that the database opens again and links keep working.
"""

import fcntl
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_serializer

from voicectl.up.errors import AlreadyRunning, NotRunning, StateUnreadable
from voicectl.up.process import GREEN, Status

FOLDER: Final = ".voiceplane"
FILE: Final = "state.json"
VARIABLE: Final = "VOICEPLANE_STATE"
ROOT: Final = Path(__file__).parents[2]
KEY_BYTES: Final = 32


def _key() -> SecretStr:
    return SecretStr(secrets.token_urlsafe(KEY_BYTES))


class Model(BaseModel):
    """Part of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Keys(Model):
    """Made at random for one state folder, never printed, never on a command line."""

    api_key: SecretStr = Field(default_factory=_key)
    livekit_api_key: str = Field("local", description="the key's id, not a secret")
    livekit_api_secret: SecretStr = Field(default_factory=_key)
    django_secret_key: SecretStr = Field(default_factory=_key)
    callback_signing_key: SecretStr = Field(default_factory=_key)
    database_password: SecretStr = Field(default_factory=_key)
    redis_password: SecretStr = Field(default_factory=_key)

    @field_serializer("*", when_used="json")
    def _clear(self, value: str | SecretStr) -> str:
        """The file is the one place where they are written."""
        return value.get_secret_value() if isinstance(value, SecretStr) else value


class ProcessState(Model):
    """How one process does."""

    name: str
    meaning: str
    status: Status
    detail: str = ""
    pid: int = 0
    ports: tuple[int, ...] = ()
    restarts: int = 0
    log: Path


class Addresses(Model):
    """Where things are; empty where they were left out."""

    api: str = Field(description="http://host:port, before /api/v1")
    voice: str = Field(description="ws://…/voice")
    events: str = Field(description="ws://…/events")
    livekit: str = ""
    page: str = ""
    speech: str = Field(description="the local voice and ear, before /v1")
    aws: str = Field(description="moto: AWS_ENDPOINT_URL")
    recordings_bucket: str
    artefacts_bucket: str


class Running(Model):
    """One run of `voicectl up`."""

    run: str
    pid: int
    started_at: AwareDatetime
    temporary: Path = Field(description="the processes' TMPDIR, gone with the run")
    speed: float = Field(1.0, description="the alarms' periods are shorter by so much")
    addresses: Addresses
    processes: tuple[ProcessState, ...] = ()

    @property
    def is_green(self) -> bool:
        """Whether everything is ready, done or left out."""
        return all(process.status in GREEN for process in self.processes)

    @property
    def transports(self) -> tuple[str, ...]:
        """What a call can use now, the better one first: a LiveKit server may not be there, or be built meanwhile."""
        waited_for = any(each.name == "livekit" and each.status is Status.WAITING for each in self.processes)
        return ("livekit", "websocket") if self.addresses.livekit and not waited_for else ("websocket",)

    @property
    def why_no_livekit(self) -> str:
        """Why no server could be had; empty where there is one, or nobody asked for it."""
        builds = (each.detail for each in self.processes if each.name == "livekit-build")
        return "" if self.addresses.livekit else next(builds, "")


class State(Model):
    """The file."""

    keys: Keys = Field(default_factory=Keys)
    ports: Mapping[str, int] = Field(default_factory=dict)
    running: Running | None = None

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read a state folder's file; new keys when there is none.

        Raises:
            StateUnreadable: It is of another version, or damaged.
        """
        path = folder / FILE
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except ValidationError:
            raise StateUnreadable(f"{path} cannot be read; `voicectl up --fresh` begins anew") from None

    def write(self, folder: Path) -> None:
        """Replace the file at once: a reader never sees half of it."""
        new = folder / f"{FILE}.new"
        new.touch(mode=0o600)
        new.write_text(self.model_dump_json(indent=1))
        new.replace(folder / FILE)


class Platform(Model):
    """A platform that runs, for commands that use it.

    Attributes:
        keys: `keys.api_key` opens `/api/v1`.
    """

    keys: Keys
    running: Running


def state_folder(variables: Mapping[str, str]) -> Path:
    """Where a clone keeps what its platform leaves on disk."""
    return Path(variables.get(VARIABLE) or ROOT / FOLDER).absolute()


def running_platform(folder: Path) -> Platform:
    """Answer the platform that runs from a state folder.

    Raises:
        NotRunning: None does.
    """
    state = State.read(folder)
    if state.running is None or not is_locked(folder):
        raise NotRunning("the platform is not running; start it with `voicectl up`")
    return Platform(keys=state.keys, running=state.running)


def lock(folder: Path) -> int:
    """Take a state folder for this process and whom it passes the descriptor to; answer the descriptor.

    Raises:
        AlreadyRunning: Somebody has it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise AlreadyRunning(
            f"a platform already runs from {folder}; look with `voicectl status`, stop it with `voicectl down`"
        ) from None
    return descriptor


def is_locked(folder: Path) -> bool:
    """Whether a `voicectl up`, or what it left, has a state folder."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
