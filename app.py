"""One environment file in, one platform out: the whole architecture on one screen."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "constructs"))  # voice_constructs needs no install

import stacks as s
from config.schema import Environment
from voice_constructs.platform_app import PlatformApp


def define(app: PlatformApp, environment: Environment) -> None:
    """Define every stack of an environment, cut by lifetime; each uses those above it."""
    network = s.NetworkStack(app, environment)
    s.DeliveryStack(app, environment)
    data = s.DataStack(app, environment, network=network)
    media = s.MediaStack(app, environment, network=network, data=data)
    s.AgentsStack(app, environment, network=network, data=data, media=media)
    further = [s.FurtherRegion(app, environment, region=r, network=network, data=data) for r in environment.regions]
    control_plane = s.ControlPlaneStack(app, environment, network=network, data=data, media=media, further=further)
    s.FrontendStack.optional(app, environment, data=data)
    s.OperationsStack(app, environment, network=network, data=data, media=media, control_plane=control_plane)


if __name__ == "__main__":
    PlatformApp.synthesize(define)
