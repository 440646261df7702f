"""The variables of every process on a laptop, through the contract's own classes."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from contract.environment import ContainerEnv, ProviderEnv, TimingEnv
from contract.pipelines import DEEPGRAM_OPENAI, LOCAL
from contract.services import CALLBACK_PATH, EVENTS_PATH, VOICE_PATH
from contract.timing import PUBLISH_SECONDS, Timing
from voicectl.up.backing import Backing
from voicectl.up.state import ROOT, Addresses, Keys

REGION: Final = "us-east-1"
RECORDINGS: Final = "voiceplane-local-recordings"
ARTEFACTS: Final = "voiceplane-local-artefacts"
QUEUE: Final = "session-completed.fifo"
ACCOUNT: Final = "123456789012"  # moto's
PREFIX: Final = "voiceplane-local"  # of the alarms' names
AGENT_NAME: Final = PREFIX
AGENT_CAPACITY: Final = 4  # one call is 0.13 of a core, and its set-up 0.7 (facts: livekit §3, §9.7)
VOICE_CAPACITY: Final = 10
SOCKET_CAPACITY: Final = 200
POOL_SIZE: Final = 4  # of database connections: a laptop's processes are many and idle
MINUTE: Final = 60.0  # of the alarms, in seconds, at the speed of 1
REPORTS_A_MINUTE: Final = 2  # at the least: with one, a minute now and then would have none
LOOPBACK: Final = "127.0.0.1"
# What a process of ours may see of the person's own environment; not their AWS account, nor their keys.
PASSED_ON: Final = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "XDG_CACHE_HOME")


def base_environment(variables: Mapping[str, str], *, ports: Mapping[str, int], temporary: Path) -> dict[str, str]:
    """What every process has, whatever it is: Python's settings, a TMPDIR, and moto in the place of AWS."""
    return {
        **{name: variables[name] for name in PASSED_ON if name in variables},
        "TMPDIR": str(temporary),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "VIRTUAL_ENV": sys.prefix,
        "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{ports['aws']}",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def addresses(backing: Backing, *, ports: Mapping[str, int], has_page: bool) -> Addresses:
    """Where everything will be."""
    gateway = f"ws://{LOOPBACK}:{ports['websocket']}"
    return Addresses(
        api=f"http://{LOOPBACK}:{ports['api']}",
        voice=f"{gateway}{VOICE_PATH}",
        events=f"{gateway}{EVENTS_PATH}",
        livekit=str(backing.values["livekit_url"]),
        page=f"http://{LOOPBACK}:{ports['page']}" if has_page else "",
        speech=f"http://{LOOPBACK}:{ports['speech']}",
        aws=f"http://{LOOPBACK}:{ports['aws']}",
        recordings_bucket=RECORDINGS,
        artefacts_bucket=ARTEFACTS,
    )


def shared_values(backing: Backing, *, keys: Keys, ports: Mapping[str, int]) -> dict[str, Any]:
    """The values of all variables that mean the same in every process, by field name."""
    api = f"http://{LOOPBACK}:{ports['api']}"
    origins = f"http://{LOOPBACK}:{ports['page']},http://localhost:{ports['page']}"
    timing = Timing()
    return {
        **backing.values,
        **{name: getattr(timing, name) for name in TimingEnv.model_fields},
        **provider_values(ports),
        "listen_host": LOOPBACK,
        "environment": "local",
        "aws_region": REGION,
        "release": "local",
        "recordings_bucket": RECORDINGS,
        "artefacts_bucket": ARTEFACTS,
        "session_completed_queue_url": f"http://{LOOPBACK}:{ports['aws']}/{ACCOUNT}/{QUEUE}",
        "database_pool_size": POOL_SIZE,
        "agent_name": AGENT_NAME,
        "session_capacity": AGENT_CAPACITY,
        "num_cpus": float(os.cpu_count() or 1),
        "callback_url": f"{api}{CALLBACK_PATH}",
        "voice_capacity": VOICE_CAPACITY,
        "socket_capacity": SOCKET_CAPACITY,
        "allowed_origins": origins,
        "cors_allowed_origins": origins,
        "allowed_hosts": f"{LOOPBACK},localhost",
        "voice_websocket_url": f"ws://{LOOPBACK}:{ports['websocket']}{VOICE_PATH}",
        "agent_cluster": "local",
        "agent_service": "agent",
        "web_workers": 1,
        "api_key": keys.api_key,
        "livekit_keys": _livekit_keys(backing),
        "django_secret_key": keys.django_secret_key,
        "callback_signing_key": keys.callback_signing_key,
    }


def report_seconds(speed: float) -> float:
    """Answer how often metrics are published: as on AWS, or as the alarms' shorter minutes need it."""
    return min(PUBLISH_SECONDS, MINUTE / speed / REPORTS_A_MINUTE)


def _livekit_keys(backing: Backing) -> SecretStr:
    """The one key of a laptop, in the shape of many."""
    secret = backing.values["livekit_api_secret"]
    assert isinstance(secret, SecretStr)
    return SecretStr(json.dumps({backing.values["livekit_api_key"]: secret.get_secret_value()}))


def provider_values(ports: Mapping[str, int]) -> dict[str, Any]:
    """The loopback providers in the place of the real ones; any key opens them."""
    providers = f"http://{LOOPBACK}:{ports['providers']}"
    return {
        "pipelines": f"{LOCAL.name},{DEEPGRAM_OPENAI.name}",
        "deepgram_url": f"{providers}/deepgram/v1/listen",
        "openai_url": f"{providers}/openai/v1",
        "elevenlabs_url": f"{providers}/elevenlabs/v1",
        "local_speech_url": f"http://{LOOPBACK}:{ports['speech']}/v1",
        **{name: "local" for name in ProviderEnv.model_fields if name in DEEPGRAM_OPENAI.secrets},
    }


def variables_of(environment: type[ContainerEnv], values: Mapping[str, Any]) -> dict[str, str]:
    """Answer what a process reads its class from."""
    given = {name: values[name] for name in environment.model_fields if values.get(name) is not None}
    return environment(**given).variables()


def metrics_folder(temporary: Path, name: str) -> dict[str, str]:
    """A folder for the metrics of a process that has children, which must be there before Python starts."""
    place = temporary / "metrics" / name
    place.mkdir(parents=True, exist_ok=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(place)}
