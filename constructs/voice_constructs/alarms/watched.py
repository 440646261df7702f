"""What every region has that is watched: agents, services, the ways out, the certificate, and the way to people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from config.schema import Environment
from config.tiers import TIERS, floor
from contract.metrics import PROVIDER
from contract.services import BEAT, PGBOUNCER, SUPERVISOR
from voice_constructs.alarms.calls import FELT
from voice_constructs.alarms.calls import PROVIDER as PROVIDER_RULES
from voice_constructs.alarms.edges import CERTIFICATE, NAT, TOPIC
from voice_constructs.alarms.making import Alarms
from voice_constructs.alarms.services import service_rules

CLUSTERS = {"livekit": "media", "egress": "media", "agent": "agents"}  # the control plane's is all the others'
EVERYWHERE = ("media", "agents")


class Watched(NamedTuple):
    """An ECS service.

    Attributes:
        cluster: The last part of its cluster's name.
        floor: The fewest tasks that it may have.
    """

    name: str
    cluster: str
    floor: int

    def dimensions(self, prefix: str) -> dict[str, str]:
        """Of its CloudWatch metrics."""
        return {"ClusterName": f"{prefix}-{self.cluster}", "ServiceName": self.name}


def services(environment: Environment) -> Iterator[Watched]:
    """Yield every service that callers need; Flower is not one."""
    for name, fewest in _floors(environment).items():
        yield Watched(name, CLUSTERS.get(name, "control-plane"), fewest)


def watch_agents(its_alarms: Alarms, *, dimensions: Mapping[str, str], providers: Sequence[str]) -> None:
    """Have alarms on what agents measure: an alarm must live in the region that they publish in."""
    its_alarms.add(FELT, dimensions=dimensions)
    for provider in providers:
        its_alarms.add(PROVIDER_RULES, dimensions={**dimensions, PROVIDER: provider}, of=words(provider))


def watch_services(its_alarms: Alarms, watched: Iterable[Watched], *, prefix: str) -> None:
    """Have alarms on services."""
    for service in watched:
        of = words(service.name)
        its_alarms.add(service_rules(service.name, floor=service.floor), dimensions=service.dimensions(prefix), of=of)


def watch_edges(its_alarms: Alarms, *, nat_gateways: Sequence[str], certificate_arn: str, topic: str) -> None:
    """Have alarms on the ways out, on the certificate of all names, and on the way to people."""
    for number, gateway in enumerate(nat_gateways, start=1):
        its_alarms.add(NAT, dimensions={"NatGatewayId": gateway}, of=f"Zone{number}")
    its_alarms.add(CERTIFICATE, dimensions={"CertificateArn": certificate_arn})
    its_alarms.add(TOPIC, dimensions={"TopicName": topic})


def words(name: str) -> str:
    """Answer a name as a part of an alarm's: `live-001` → `Live001`, `azure_openai` → `AzureOpenai`."""
    return name.title().replace("-", "").replace("_", "")


def _floors(environment: Environment) -> Mapping[str, int]:
    pooler, background = environment.data.database.pgbouncer, environment.background
    optional = {"egress": environment.media.egress.enabled, PGBOUNCER.name: pooler.enabled}
    fewest = {
        **{tier: floor(environment, tier) for tier in TIERS},
        BEAT.name: 1,
        SUPERVISOR.name: background.supervisor_tasks,
        PGBOUNCER.name: pooler.tasks,
    }
    return {name: number for name, number in fewest.items() if optional.get(name, True)}
