"""One environment file in, one platform out: the whole architecture on one screen."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "constructs"))  # voice_constructs needs no install

from config.load import load_or_exit
from config.schema import Environment
from stacks.agents import AgentsStack
from stacks.control_plane import ControlPlaneStack
from stacks.data import DataStack, FurtherDataStack
from stacks.delivery import DeliveryStack
from stacks.frontend import FrontendStack
from stacks.media import MediaStack
from stacks.network import FurtherNetworkStack, NetworkStack
from stacks.operations import FurtherOperationsStack, OperationsStack
from voice_constructs.platform_app import PlatformApp


def define(app: PlatformApp, environment: Environment) -> None:
    """Define every stack of one environment, cut by lifetime; later ones use earlier ones."""
    network = NetworkStack(app, environment)
    DeliveryStack(app, environment)
    data = DataStack(app, environment, network=network)
    media = MediaStack(app, environment, network=network, data=data)
    AgentsStack(app, environment, network=network, data=data, media=media)
    further = {}
    for region in environment.regions:
        its_network = FurtherNetworkStack(app, environment, region=region, home=network)
        its_data = FurtherDataStack(app, environment, network=its_network, home=data)
        further[its_network] = MediaStack(app, environment, network=its_network, data=its_data)
        AgentsStack(app, environment, network=its_network, data=its_data, media=further[its_network])
        FurtherOperationsStack(app, environment, media=further[its_network])
    control_plane = ControlPlaneStack(app, environment, network=network, data=data, media=media, further=further)
    if environment.frontend.enabled:
        FrontendStack(app, environment, data=data)
    OperationsStack(app, environment, data=data, media=media, control_plane=control_plane)


if __name__ == "__main__":
    app = PlatformApp()
    define(app, load_or_exit(app.requested_environment))
    app.synth()
