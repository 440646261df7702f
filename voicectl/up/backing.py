"""The database, Valkey and LiveKit that the platform uses: our own on loopback, or those that variables name."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pydantic import SecretStr

from voicectl.up.errors import MachineUnfit
from voicectl.up.postgres import DATABASE, USER
from voicectl.up.state import Keys

DATABASE_URL = "DATABASE_URL"
REDIS_URL = "REDIS_URL"
LIVEKIT_URL = "LIVEKIT_URL"
LOOPBACK = "127.0.0.1"


class Backing(NamedTuple):
    """What is not ours to start, and how everybody reaches all three.

    Attributes:
        values: By the field names of `contract.environment`.
        is_own_…: Whether `up` starts it.
        redis_address: `host:port`, for LiveKit's configuration.
        redis_password: Of the same.
    """

    values: Mapping[str, object]
    is_own_database: bool
    is_own_redis: bool
    is_own_livekit: bool
    redis_address: str
    redis_password: SecretStr | None


def backing(variables: Mapping[str, str], *, keys: Keys, ports: Mapping[str, int]) -> Backing:
    """Read what the person set, and fill in our own.

    Raises:
        MachineUnfit: A URL lacks something, or LiveKit's has no key beside it.
    """
    redis, address, password = _redis(variables.get(REDIS_URL), keys=keys, port=ports["valkey"])
    return Backing(
        values={
            **_database(variables.get(DATABASE_URL), keys=keys, port=ports["postgres"]),
            **redis,
            **_livekit(variables, keys=keys, port=ports["livekit"]),
        },
        is_own_database=not variables.get(DATABASE_URL),
        is_own_redis=not variables.get(REDIS_URL),
        is_own_livekit=not variables.get(LIVEKIT_URL),
        redis_address=address,
        redis_password=password,
    )


def _database(url: str | None, *, keys: Keys, port: int) -> dict[str, object]:
    if not url:
        return {
            "database_host": LOOPBACK,
            "database_port": port,
            "database_name": DATABASE,
            "database_user": USER,
            "database_password": keys.database_password,
            "database_sslmode": "disable",
        }
    parts = _parts(url, variable=DATABASE_URL, schemes=("postgres", "postgresql"))
    return {
        "database_host": parts.hostname,
        "database_port": parts.port or 5432,
        "database_name": parts.path.lstrip("/") or DATABASE,
        "database_user": unquote(parts.username or USER),
        "database_password": SecretStr(unquote(parts.password or "")),
        "database_sslmode": parse_qs(parts.query).get("sslmode", ["disable"])[0],
    }


def _redis(url: str | None, *, keys: Keys, port: int) -> tuple[dict[str, object], str, SecretStr | None]:
    """One server stands for both groups: database 0 for live state, 1 for the broker."""
    parts = _parts(url or f"redis://{LOOPBACK}:{port}", variable=REDIS_URL, schemes=("redis", "rediss"))
    address = f"{parts.hostname}:{parts.port or 6379}"
    password = SecretStr(unquote(parts.password)) if parts.password else None if url else keys.redis_password
    values: dict[str, object] = {
        "live_redis_url": f"{parts.scheme}://{address}/0",
        "live_redis_password": password,
        "broker_redis_url": f"{parts.scheme}://{address}/1",
        "broker_redis_password": password,
    }
    return values, address, password


def _livekit(variables: Mapping[str, str], *, keys: Keys, port: int) -> dict[str, object]:
    if not variables.get(LIVEKIT_URL):
        return {
            "livekit_url": f"ws://{LOOPBACK}:{port}",
            "livekit_api_key": keys.livekit_api_key,
            "livekit_api_secret": keys.livekit_api_secret,
        }
    key, secret = variables.get("LIVEKIT_API_KEY"), variables.get("LIVEKIT_API_SECRET")
    if not key or not secret:
        raise MachineUnfit("LIVEKIT_URL is set without LIVEKIT_API_KEY and LIVEKIT_API_SECRET; set all three or none")
    return {"livekit_url": variables[LIVEKIT_URL], "livekit_api_key": key, "livekit_api_secret": SecretStr(secret)}


def _parts(url: str, *, variable: str, schemes: tuple[str, ...]) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname:
        raise MachineUnfit(f"{variable} is not {schemes[0]}://user:password@host:port/name")
    return parts
