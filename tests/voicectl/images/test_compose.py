"""compose.yaml is what the contract says; `tests/images/test_lane.py` runs its containers of ours."""

import re
from typing import Any

import pytest
import yaml

from contract.pools import POOLS
from contract.services import AGENT, API, BEAT, CELERY, FLOWER, MIGRATION, SUPERVISOR, WEBSOCKET, Container
from tests.images.dockerfile import ROOT
from voicectl.images.compose import PORTS, compose_file

OURS: dict[str, Container] = {
    "migration": MIGRATION,
    "api": API,
    "websocket": WEBSOCKET,
    "agent": AGENT,
    **{f"celery-{pool.name}": CELERY for pool in POOLS},
    "beat": BEAT,
    "supervisor": SUPERVISOR,
    "flower": FLOWER,
}
EACH = pytest.mark.parametrize("name", OURS)
SECRETS = re.compile(r"PASSWORD|SECRET|SIGNING_KEY|API_KEY$")


def services() -> dict[str, Any]:
    """As Docker reads the file that is committed."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return dict(read["services"])


def test_the_file_is_as_it_is_generated() -> None:
    """After a change of the contract: `voicectl images compose > compose.yaml`."""
    assert (ROOT / "compose.yaml").read_text() == compose_file()


@EACH
def test_a_container_of_ours_starts_as_on_aws(name: str) -> None:
    """The contract's command, and variables that its class takes."""
    service = services()[name]

    assert tuple(service["command"]) == OURS[name].command
    assert service["build"]["dockerfile"] == f"runtime/images/{OURS[name].image.name}/Dockerfile"
    known = {field.upper() for field in OURS[name].environment.model_fields}
    assert {variable for variable in service["environment"] if not variable.startswith("AWS_")} <= known


@EACH
def test_a_container_of_ours_is_asked_as_on_aws(name: str) -> None:
    """At its own port: all share one loopback."""
    if OURS[name].probe:
        [_, probe] = services()[name]["healthcheck"]["test"]

        assert probe.replace(f":{PORTS[name]}", f":{OURS[name].health_port}") == OURS[name].probe


def test_nothing_starts_before_what_it_needs() -> None:
    """Random order is cured by health, not by luck."""
    table = services()

    for name in OURS.keys() - {"migration"}:
        assert table[name]["depends_on"]["migration"] == {"condition": "service_completed_successfully"}
    for service in table.values():
        for other, awaited in service.get("depends_on", {}).items():
            assert other in table
            assert awaited["condition"] != "service_healthy" or "healthcheck" in table[other]


def test_no_secret_is_in_the_file() -> None:
    """Each comes from the person's own environment; moto's key opens nothing."""
    for service in services().values():
        for variable, value in service.get("environment", {}).items():
            if SECRETS.search(variable) and value not in ("compose",):
                assert "${" in value, variable


def test_two_do_not_share_a_port() -> None:
    """The second to come would be refused."""
    ports = [port for port in PORTS.values() if port]

    assert len(ports) == len(set(ports))


def test_everything_listens_on_loopback() -> None:
    """A laptop is on other people's networks."""
    for name, service in services().items():
        assert service["network_mode"] == "host"
        if name in OURS and "LISTEN_HOST" in service["environment"]:
            assert service["environment"]["LISTEN_HOST"] == "127.0.0.1"


def test_it_says_that_nobody_has_run_it_as_it_is() -> None:
    """There is no Docker where it was made."""
    assert "nobody has run it yet" in (ROOT / "compose.yaml").read_text()
