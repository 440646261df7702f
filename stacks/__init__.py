"""What is deployed together? One file per lifetime; a stack wires constructs, it does not build."""

import voice_constructs  # noqa: F401, I001  comes before aws_cdk: it names the Node that jsii runs on

from stacks.agents import AgentsStack
from stacks.control_plane import ControlPlaneStack
from stacks.data import DataStack
from stacks.delivery import DeliveryStack
from stacks.frontend import FrontendStack
from stacks.further_region import FurtherRegion
from stacks.media import MediaStack
from stacks.network import NetworkStack
from stacks.operations import OperationsStack

__all__ = [
    "AgentsStack",
    "ControlPlaneStack",
    "DataStack",
    "DeliveryStack",
    "FrontendStack",
    "FurtherRegion",
    "MediaStack",
    "NetworkStack",
    "OperationsStack",
]
