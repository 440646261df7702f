"""LiveKit and egress are given YAML that says what the security groups say, survives faults and holds no secret."""

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.media import (
    REDIS_PASSWORD_PLACE,
    MediaPorts,
    Redis,
    egress_configuration,
    livekit_configuration,
    turn_behind_load_balancer,
)
from contract.services import EGRESS

PORT = st.integers(1024, 65535)
TOKEN = "${Token[TOKEN.123]}"  # how CDK writes a value that only CloudFormation will know
VALKEY = Redis(address="live.example:6379", use_tls=True)
SECRET_KEYS = re.compile(r"password|secret|^keys$|key_file|username|access_key", re.IGNORECASE)


@settings(max_examples=50, deadline=None)
@given(
    udp=st.tuples(PORT, PORT).map(sorted), relay=st.tuples(PORT, PORT).map(sorted), mux=st.booleans(), data=st.data()
)
def test_the_yaml_has_the_ports_that_are_opened(
    udp: list[int], relay: list[int], mux: bool, data: st.DataObject
) -> None:
    """A port that LiveKit takes and the security group does not open is silence."""
    single = ("signal", "rtc_tcp", "turn_udp", "turn_tls", "prometheus")
    ports = MediaPorts(
        **{name: data.draw(PORT) for name in single},
        rtc_udp_first=udp[0],
        rtc_udp_last=udp[1],
        rtc_udp_mux=mux,
        turn_relay_first=relay[0],
        turn_relay_last=relay[1],
    )

    read = _livekit(ports)

    assert read["port"] == ports.signal
    assert read["prometheus"] == {"port": ports.prometheus}
    assert {name: value for name, value in read["rtc"].items() if "port" in name} == {
        "tcp_port": ports.rtc_tcp,
        **({"udp_port": f"{udp[0]}-{udp[1]}"} if mux else {"port_range_start": udp[0], "port_range_end": udp[1]}),
    }
    assert {name: value for name, value in read["turn"].items() if "port" in name or "range" in name} == {
        "tls_port": ports.turn_tls,
        "udp_port": ports.turn_udp,
        "relay_range_start": relay[0],
        "relay_range_end": relay[1],
    }


def test_livekit_survives_the_faults_that_were_measured() -> None:
    """A Valkey outage of a minute is not heard, and lists of participants are true (facts: livekit §9)."""
    read = _livekit()

    assert read["signal_relay"] == {"retry_timeout": "60s"}
    assert read["api"] == {"enable_psrpc_for_get_list_participants": True}


def test_a_room_is_made_by_the_api_only() -> None:
    """A token for a room that nobody asked for must not open one; a closed call must stay closed."""
    assert _livekit()["room"] == {
        "auto_create": False,
        "empty_timeout": 90,
        "departure_timeout": 150,
        "max_participants": 4,
    }


def test_turns_tls_is_the_load_balancers() -> None:
    """Callers behind a strict firewall come by 443; a relay may reach nodes of its own network and no other."""
    read = _livekit()["turn"]

    assert (read["enabled"], read["external_tls"], read["domain"]) == (True, True, "turn.example")
    assert read["allow_restricted_peer_cidrs"] == ["10.0.0.0/16"]


def test_valkeys_certificate_is_checked() -> None:
    """LiveKit's own default accepts any; a laptop's Valkey has none."""
    expected = {"address": "live.example:6379", "tls": {"enabled": True, "insecure": False}}

    assert _livekit()["redis"] == expected
    assert "redis" not in _livekit(redis=None)
    assert _livekit(redis=Redis(address="127.0.0.1:6379", use_tls=False))["redis"] == {"address": "127.0.0.1:6379"}


def test_livekits_yaml_has_no_secret() -> None:
    """It is a plain variable, readable by whoever may describe a task."""
    assert list(_secrets(_livekit())) == []
    assert _livekit()["webhook"] == {"api_key": "key-id", "urls": ["https://internal.example/webhooks/livekit"]}


def test_egresss_yaml_has_a_place_for_its_only_secret() -> None:
    """It uploads with the task's role and reads LiveKit's secret from its environment."""
    assert list(_secrets(_egress())) == [("redis.password", REDIS_PASSWORD_PLACE)]


def test_egress_is_told_where_and_how_long_it_records() -> None:
    """A recording that outlives its call fills the disk, and one that stops before it is half a call."""
    read = _egress()

    assert read["storage"] == {"s3": {"bucket": "recordings", "region": "eu-west-1"}}
    assert read["session_limits"] == {"file_output_max_duration": "3000s"}
    assert (read["prometheus_port"], read["health_port"]) == (9093, 9091)
    assert read["redis"]["tls"] == {"enabled": True, "insecure": False}


@pytest.mark.parametrize("password", ["a0" * 24, "&&", "a b", "a\\n$HOME`id`", 'quo"te', "@REDIS_PASSWORD@", "a: #b"])
def test_egresss_command_puts_the_password_in_its_place(password: str) -> None:
    """The shell's own letters reach Valkey as they are; ours are letters and digits, and people change passwords."""
    body = _started(password, template=_egress_text())

    assert yaml.safe_load(body) == {**_egress(), "redis": {**_egress()["redis"], "password": password}}


def test_a_value_that_cloudformation_fills_in_survives_whole() -> None:
    """A line that is folded inside a token would leave half a token in the template."""
    long = f"{'w' * 200} {TOKEN}-{TOKEN}"

    livekit = livekit_configuration(**_arguments(Redis(address=long, use_tls=True)))
    egress = _egress_text(bucket=long)

    assert long in livekit
    assert long in egress
    assert "${" not in _egress_text()  # CloudFormation's Sub would take the shell's for its own


def test_the_same_values_give_the_same_text() -> None:
    """A template that changes by itself deploys by itself."""
    assert livekit_configuration(**_arguments()) == livekit_configuration(**_arguments())
    assert json.dumps(_livekit(), sort_keys=False) == json.dumps(_livekit(), sort_keys=False)


def _arguments(redis: Redis | None = VALKEY, *, ports: MediaPorts | None = None) -> dict[str, Any]:
    ports = ports or MediaPorts()
    return {
        "ports": ports,
        "redis": redis,
        "webhook_url": "https://internal.example/webhooks/livekit",
        "api_key": "key-id",
        "room": {"empty_timeout": 90, "departure_timeout": 150, "max_participants": 4},
        "turn": turn_behind_load_balancer(ports=ports, domain="turn.example", peer_cidr="10.0.0.0/16"),
        "network": {"use_external_ip": True},
    }


def _livekit(ports: MediaPorts | None = None, *, redis: Redis | None = VALKEY) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(livekit_configuration(**_arguments(redis, ports=ports)))
    return read


def _egress_text(*, bucket: str = "recordings") -> str:
    return egress_configuration(
        redis=VALKEY,
        bucket=bucket,
        region="eu-west-1",
        prometheus_port=9093,
        health_port=EGRESS.health_port,
        max_recording_seconds=3000,
    )


def _egress() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(_egress_text())
    return read


def _secrets(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what has a secret's name, wherever it is."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        if SECRET_KEYS.search(name):
            yield f"{path}{name}", inner
        yield from _secrets(inner, f"{path}{name}.")


def _started(password: str, *, template: str) -> str:
    """Run egress's command as far as its server, which is left out, and answer the file it would read."""
    shell, option, line = EGRESS.entry_point
    line = line.replace("exec /entrypoint.sh", 'printf %s "$EGRESS_CONFIG_BODY"')
    variables = {"EGRESS_CONFIG_TEMPLATE": template, "REDIS_PASSWORD": password}
    return subprocess.run([shell, option, line], env=variables, check=True, capture_output=True, text=True).stdout
