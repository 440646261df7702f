"""Every target group's port, and the port of its health check, can be reached from its load balancers.

For a service on the host's network CDK adds no rule from a load balancer, and no other reviewer misses it.
"""

import copy
from dataclasses import replace

import pytest

from tests.stacks.reachability import unreachable
from tests.synthesis import Synthesis
from voicectl.review.templates import Assembly


def test_every_target_group_is_reachable(assembly: Assembly) -> None:
    """An unreachable target is unhealthy for ever, and its deployment never ends."""
    assert unreachable(assembly) == []


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("signalling", "SignalBalancerHttpsSignalGroupD7173805: SignalBalancer0194F6ED cannot reach tcp 7880"),
        ("TURN behind TLS", "LiveKitTurnDEF9B0E7: TurnBalancerEFCA6C17 cannot reach tcp 5349"),
        ("health check of TURN", "LiveKitTurnDEF9B0E7: TurnBalancerEFCA6C17 cannot reach tcp 7880"),
    ],
)
def test_a_rule_that_is_taken_away_is_missed(prod: Synthesis, description: str, expected: str) -> None:
    """The check must be able to fail, for the host's network too."""
    assembly = _without_rule(prod.assembly, description)

    found = unreachable(assembly)

    assert found == [expected]


def test_every_services_own_rule_is_missed(prod: Synthesis) -> None:
    """The same for services with addresses of their own."""
    assembly = _without_rule(prod.assembly, "Load balancer to target")

    found = unreachable(assembly)

    assert found == [
        "ApiRouteTargets01EE452B: ApiBalancer86758F1B cannot reach tcp 8000",
        "InternalRouteTargets3FD998B9: InternalBalancerDE986AB9 cannot reach tcp 8000",
        "WebSocketRouteTargets269C48C1: WebSocketBalancerF28DA93A cannot reach tcp 8001",
    ]


def _without_rule(assembly: Assembly, description: str) -> Assembly:
    stacks = []
    for stack in assembly.stacks:
        template = copy.deepcopy(stack.template)
        template["Resources"] = {
            id_: resource
            for id_, resource in template["Resources"].items()
            if resource["Type"] != "AWS::EC2::SecurityGroupIngress"
            or resource["Properties"]["Description"] != description
        }
        stacks.append(replace(stack, template=template))
    assert stacks != list(assembly.stacks), f"no rule is called {description}"
    return replace(assembly, stacks=tuple(stacks))
