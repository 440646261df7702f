"""LiveKit's nodes, TURN and egress, in one region.

Missing data: guardians that say nothing are `NodesSilent`'s, once, and nodes that TURN does not see `WithoutNodes`'.
"""

from typing import Final

from contract import aws_metrics as aws
from contract import metrics as voice
from voice_constructs.alarms.rule import AlarmRule

FULL: Final = 0.8  # of the configured ceiling: seed S190, on ruling X7's number


def node_rules(*, ceiling_participants: int) -> tuple[AlarmRule, ...]:
    """The nodes' alarms.

    Args:
        ceiling_participants: What one node is known to carry.
    """
    return (
        # Scaling begins at 70 %; three minutes like every other alarm that callers hear.
        AlarmRule("NodeFull", voice.NODE_PARTICIPANTS, "Maximum", ">=", FULL * ceiling_participants, 3,
                  "notBreaching", "critical",
                  "a LiveKit node has 80 % of the participants that it is known to carry (seeds S190, S200)"),
        # A failover of Valkey takes some 30 s and is not heard (SIGNAL_RELAY_RETRY_SECONDS).
        AlarmRule("NodeNotReady", voice.NODE_NOT_READY, "Maximum", ">=", 1, 2, "notBreaching", "critical",
                  "a LiveKit node answers 406: it has lost Valkey, and no call can begin on it"),
        AlarmRule("NodesSilent", voice.NODE_NOT_READY, "SampleCount", "<", 1, 3, "breaching", "critical",
                  "no guardian of a LiveKit node publishes: media is down, or nobody would know"),
        AlarmRule("PacketLoss", voice.PACKET_LOSS, "Average", ">", 2, 3, "notBreaching", "critical",
                  "callers hear gaps: more than 2 % of the packets are lost (seed S187)"),
    )  # fmt: skip


def recording_rules(*, enabled: bool) -> tuple[AlarmRule, ...]:
    """Egress's alarms, where it records."""
    # Scaling adds a task below one free slot on average, and a task starts in two or three minutes.
    return (
        AlarmRule("RecordingSlots", voice.RECORDING_SLOTS_FREE, "Maximum", "<", 1, 5, "notBreaching", "warning",
                  "no egress task can start another recording"),
    ) if enabled else ()  # fmt: skip


TURN: Final = (
    AlarmRule("Unhealthy", aws.NLB_UNHEALTHY, "Maximum", ">", 0, 5, "notBreaching", "warning",
              "a node does not answer TURN's load balancer", page="Turn"),
    AlarmRule("WithoutNodes", aws.NLB_HEALTHY, "Maximum", "<", 1, 2, "breaching", "critical",
              "no node answers TURN's load balancer: callers behind firewalls cannot connect", page="Turn"),
    # S166: a load test of the seed's found exactly this.
    AlarmRule("PortsExhausted", aws.NLB_PORT_ERRORS, "Sum", ">", 0, 3, "notBreaching", "warning",
              "TURN's load balancer has no ports left towards the nodes (seed S166)", page="Turn"),
)  # fmt: skip
