"""LiveKit's key changes without cutting a call: for a while every node and the API accept two.

1. add: the secret gets a second key, and what reads the keys is restarted; nodes let their calls finish.
2. use: clients sign with the new key: one line of the environment file, and a deployment.
3. retire: once no running task signs with the old key, it leaves the secret, and the readers are restarted.

Each run looks where the account stands and does the one step that is due, or says what it waits for. A reader that was
not restarted after the secret changed, because AWS refused just then, is restarted by the next run.
"""

import json
import re
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import boto3

from voicectl.deploy.needs import flat
from voicectl.review.templates import Assembly
from voicectl.secrets.errors import AccountSilent, RotationRefused
from voicectl.secrets.expected import Expected, expected_secrets
from voicectl.secrets.store import changed_at, put, signed_in, value_of

LETTERS: Final = string.ascii_letters + string.digits
DATED: Final = re.compile(r"-\d{14}$")  # what an earlier rotation put behind the name
LENGTH: Final = 48  # as AWS makes the first one
KEYS: Final = "LIVEKIT_KEYS"
SIGNING_KEY: Final = "LIVEKIT_API_SECRET"


class Step(StrEnum):
    """What is due."""

    FORGET = "forget"
    ADD = "add"
    SPREAD = "spread"
    USE = "use"
    HAND_OVER = "hand over"
    RETIRE = "retire"


@dataclass(frozen=True)
class EcsService:
    """One service, where it runs."""

    cluster: str
    name: str
    region: str


@dataclass(frozen=True)
class Standing:
    """How far a rotation is.

    Attributes:
        keys: In the secret, the oldest first.
        signing: What the templates let clients sign with.
        not_told: Readers of the keys that still run as before the secret changed.
        untouched: Those of them that were not even restarted since.
        signing_with_old: Services with a task that signs with the oldest key.
    """

    keys: tuple[str, ...]
    signing: str
    not_told: tuple[EcsService, ...]
    signing_with_old: tuple[EcsService, ...]
    untouched: tuple[EcsService, ...] = ()

    @property
    def step(self) -> Step:
        """What is due.

        Raises:
            RotationRefused: No step leads on from here.
        """
        if self.signing not in self.keys:
            known = ", ".join(self.keys)
            raise RotationRefused(f"clients sign with {self.signing}, which the secret does not have ({known}); "
                                  "set media.livekit.key_id to one of these")  # fmt: skip
        if len(self.keys) == 1:
            return Step.FORGET if self.untouched else Step.ADD
        if len(self.keys) > 2:
            raise RotationRefused(f"the secret has {len(self.keys)} keys; take out those that nobody signs with")
        if self.signing == self.keys[0]:
            return Step.SPREAD if self.not_told else Step.USE
        return Step.HAND_OVER if self.signing_with_old else Step.RETIRE


def standing_of(assembly: Assembly) -> Standing:
    """Ask the account.

    Raises:
        AccountSilent: AWS cannot be asked.
        RotationRefused: The secret has no keys, or a service is not deployed.
    """
    secret = keys_secret(assembly)
    with signed_in():
        keys = tuple(sorted(_keys(secret)))
        changed = changed_at(secret.name, secret.region)
        signing = next(_signing(container) for _, container in _containers(assembly) if _signing(container))
        return Standing(
            keys=keys,
            signing=signing,
            not_told=tuple(each for each in readers(assembly) if not _is_newer(each, than=changed)),
            untouched=tuple(each for each in readers(assembly) if not _is_touched(each, since=changed)),
            signing_with_old=tuple(each for each in _services(assembly) if keys[0] in _signed_by(each)),
        )


def add(assembly: Assembly, *, now: datetime) -> str:
    """Put a second key into the secret, restart its readers, and answer the key's id."""
    secret = keys_secret(assembly)
    with signed_in():
        keys = _keys(secret)
        new = f"{DATED.sub('', min(keys))}-{now:%Y%m%d%H%M%S}"
        value = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        put(secret.name, secret.region, json.dumps({**keys, new: value}))
    restart(readers(assembly))
    return new


def retire(assembly: Assembly, *, key: str) -> None:
    """Take a key out of the secret, and restart its readers."""
    secret = keys_secret(assembly)
    with signed_in():
        keys = _keys(secret)
        put(secret.name, secret.region, json.dumps({name: value for name, value in keys.items() if name != key}))
    restart(readers(assembly))


def restart(services: tuple[EcsService, ...]) -> None:
    """Begin a deployment of each with what it has; ECS lets protected tasks finish.

    Raises:
        AccountSilent: AWS refuses one; the others were asked all the same.
    """
    refused = []
    for service in services:
        try:
            with signed_in():
                client = boto3.client("ecs", region_name=service.region)
                client.update_service(cluster=service.cluster, service=service.name, forceNewDeployment=True)
        except AccountSilent as silent:
            refused.append(f"{service.name}: {silent}")
    if refused:
        raise AccountSilent(
            f"the secret has changed, and these were not restarted: {'; '.join(refused)}; run the command again, "
            "which restarts them"
        )


def readers(assembly: Assembly) -> tuple[EcsService, ...]:
    """The services that are given all of LiveKit's keys: its nodes and the API."""
    return tuple(
        dict.fromkeys(
            service
            for service, container in _containers(assembly)
            if KEYS in [each["Name"] for each in container.get("Secrets", [])]
        )
    )


def keys_secret(assembly: Assembly) -> Expected:
    """The secret of LiveKit's keys."""
    return next(each for each in expected_secrets(assembly) if each.is_keys)


def _containers(assembly: Assembly) -> Iterator[tuple[EcsService, dict[str, Any]]]:
    for stack, resource in assembly.of_type("AWS::ECS::Service"):
        properties = resource.properties
        cluster = stack.properties_of(properties["Cluster"])["ClusterName"]
        service = EcsService(cluster, properties["ServiceName"], stack.region)
        for container in stack.properties_of(properties["TaskDefinition"])["ContainerDefinitions"]:
            yield service, container


def _services(assembly: Assembly) -> tuple[EcsService, ...]:
    return tuple(dict.fromkeys(service for service, _ in _containers(assembly)))


def _signing(container: dict[str, Any]) -> str:
    """The key's id in `…:field::` of the container's secret; empty where it is no client of LiveKit's."""
    for each in container.get("Secrets", []) + container.get("secrets", []):
        if each.get("Name", each.get("name")) == SIGNING_KEY:
            return flat(each.get("ValueFrom", each.get("valueFrom"))).split(":")[-3]
    return ""


def _signed_by(service: EcsService) -> set[str]:
    client = boto3.client("ecs", region_name=service.region)
    described = [
        client.describe_task_definition(taskDefinition=deployment["taskDefinition"])["taskDefinition"]
        for deployment in _deployments(service)
    ]
    return {_signing(container) for each in described for container in each["containerDefinitions"]}


def _is_newer(service: EcsService, *, than: datetime) -> bool:
    """Whether all of a service's tasks were started after a moment: one deployment, complete, and begun since."""
    match _deployments(service):
        case [one]:
            return bool(one["rolloutState"] == "COMPLETED" and one["createdAt"] >= than)
        case _:
            return False


def _is_touched(service: EcsService, *, since: datetime) -> bool:
    """Whether a deployment of it has begun after a moment, complete or not."""
    return any(each["createdAt"] >= since for each in _deployments(service))


def _deployments(service: EcsService) -> list[dict[str, Any]]:
    client = boto3.client("ecs", region_name=service.region)
    try:
        described = client.describe_services(cluster=service.cluster, services=[service.name])["services"]
    except client.exceptions.ClusterNotFoundException:
        described = []
    if not described:
        raise RotationRefused(f"service {service.name} does not run in {service.cluster}; deploy it first")
    return [deployment for each in described for deployment in each["deployments"]]


def _keys(secret: Expected) -> dict[str, str]:
    try:
        keys = json.loads(value_of(secret.name, secret.region) or "{}")
    except ValueError:
        keys = None
    if not isinstance(keys, dict) or not keys:
        raise RotationRefused(f"secret {secret.name} has no keys; deploy the foundations, or mend it by hand")
    return keys
