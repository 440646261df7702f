"""The ways in and out: NAT, firewall, certificate, and the way to people.

Missing data: gateway, firewall and topic count faults only when there are some. The certificate says why for itself.
"""

from typing import Final

from contract import aws_metrics as aws
from voice_constructs.alarms.rule import AlarmRule

NAT: Final = (
    AlarmRule("NatPorts", aws.NAT_PORT_ERRORS, "Sum", ">", 0, 3, "notBreaching", "critical",
              "the NAT gateway has no ports left: requests to providers fail"),
)  # fmt: skip
# A scanner sends bursts; a blocked caller's page tries again and again.
FIREWALL: Final = (
    AlarmRule("FirewallBlocks", aws.FIREWALL_BLOCKED, "Sum", ">", 100, 5, "notBreaching", "warning",
              "the firewall has blocked more than 100 requests a minute: an attack, or our own callers"),
)  # fmt: skip
# ACM renews 60 days before the end and says twice a day how many are left; between two of these the last state stands.
CERTIFICATE: Final = (
    AlarmRule("CertificateExpiry", aws.CERTIFICATE_DAYS, "Minimum", "<", 30, 1440, "ignore", "warning",
              "the certificate ends within 30 days: it was not renewed", period_minutes=1440),
)  # fmt: skip
TOPIC: Final = (
    AlarmRule("PeopleNotReached", aws.NOTIFICATIONS_FAILED, "Sum", ">", 0, 5, "notBreaching", "warning",
              "a message of an alarm did not reach somebody", datapoints=1),
)  # fmt: skip
