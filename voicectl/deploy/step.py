"""How far a deployment goes; apart, so that the command line knows it without AWS's library."""

from enum import StrEnum


class Step(StrEnum):
    """What is deployed: the foundations, or everything."""

    FOUNDATIONS = "foundations"
    SERVICES = "services"
