"""MEDIA: LiveKit's nodes, TURN and egress, in one region. Rolled slowly: calls live here."""

from typing import Any

from constructs import Construct

from config.schema import Environment
from config.tiers import ceiling
from contract.metrics import ENVIRONMENT
from stacks.data import DataStack, FurtherDataStack
from stacks.network import FurtherNetworkStack, NetworkStack
from voice_constructs.alarms.edges import FIREWALL
from voice_constructs.alarms.making import Alarms
from voice_constructs.alarms.media import TURN, node_rules, recording_rules
from voice_constructs.egress import EgressService
from voice_constructs.livekit import LiveKitServer
from voice_constructs.load_balancer import HttpsLoadBalancer
from voice_constructs.media_configuration import egress_variables, livekit_variables, media_ports
from voice_constructs.media_nodes import MediaNodes, wait_for_capacity
from voice_constructs.platform_stack import PlatformStack
from voice_constructs.scaling.tiers import scale_egress, scale_livekit
from voice_constructs.turn import TurnEntrance


class MediaStack(PlatformStack):
    """Everything that a caller's audio touches.

    Attributes:
        url: The one stable address in front of the nodes, `wss://livekit.voice.example.com`.
    """

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        *,
        network: NetworkStack | FurtherNetworkStack,
        data: DataStack | FurtherDataStack,
    ) -> None:
        """Run media in the network's region."""
        super().__init__(scope, "media", environment=environment, region=network.region)
        self.url = f"wss://{self.host('livekit')}"
        self._settings, self._network, self._data = environment, network, data
        self._setting = self.service_setting("media", vpc=network.vpc, observability=data.secrets.observability)
        self._scaling: dict[str, Any] = {"schedule": environment.schedule, "environment": environment.name}
        self._run_livekit()
        if environment.media.egress.enabled:
            self._run_egress()

    def watched_by(self, its_alarms: Alarms) -> None:
        """Have alarms on the nodes, on recording, and on both ways in."""
        media, ours = self._settings.media, {ENVIRONMENT: self._settings.name}
        its_alarms.add(node_rules(ceiling_participants=media.livekit.scaling.ceiling_participants), dimensions=ours)
        its_alarms.add(recording_rules(enabled=media.egress.enabled), dimensions=ours)
        its_alarms.add_route(self._signal_dimensions, of="Signal")
        its_alarms.add(TURN, dimensions=self._turn_dimensions, of="Turn")
        for firewall in self._firewalls:
            its_alarms.add(FIREWALL, dimensions=firewall, of="Signal")

    def _run_livekit(self) -> None:
        livekit, ports = self._settings.media.livekit, media_ports(self._settings.media.livekit)
        nodes = MediaNodes(
            self,
            "Nodes",
            vpc=self._network.vpc,
            cluster=self._setting.cluster,
            livekit=livekit,
            ports=ports,
            most_tasks=ceiling(self._settings, "livekit"),
        )
        self._data.live.allow_from(nodes)
        server = LiveKitServer(
            self,
            "LiveKit",
            setting=self._setting,
            nodes=nodes,
            livekit=livekit,
            timing=self._settings.timing,
            ports=ports,
            variables=livekit_variables(
                ports=ports,
                timing=self._settings.timing,
                live=self._data.live,
                secrets=self._data.secrets,
                internal_host=self.home_host("internal"),
                turn_host=self.host("turn"),
                network_cidr=self._network.vpc.vpc_cidr_block,
            ),
        )
        signal = HttpsLoadBalancer(self, "Signal", edge=self._network.edge, name=self.host("livekit"))
        turn = TurnEntrance(self, "Turn", edge=self._network.edge, name=self.host("turn"))
        self._signal_dimensions, self._firewalls = server.serve_signal(signal), signal.firewalls
        self._turn_dimensions = server.serve_turn(turn)
        wait_for_capacity(server.service, self._setting.cluster)
        scale_livekit(server.service, livekit=livekit, **self._scaling)

    def _run_egress(self) -> None:
        egress = EgressService(
            self,
            "Egress",
            setting=self._setting,
            egress=self._settings.media.egress,
            timing=self._settings.timing,
            variables=egress_variables(
                live=self._data.live,
                secrets=self._data.secrets,
                url=self.url,
                bucket=self._data.buckets.recordings_name,
                bucket_region=self._settings.region,
                timing=self._settings.timing,
            ),
        )
        self._data.live.allow_from(egress)
        self._data.buckets.allow_recording(egress.role)
        wait_for_capacity(egress.service, self._setting.cluster)
        scale_egress(egress.service, egress=self._settings.media.egress, **self._scaling)
