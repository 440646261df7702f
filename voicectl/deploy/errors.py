"""What can stop a deployment, or a way back from one.

DeliveryError
├── DeployRefused   something is missing, or AWS cannot be asked; nothing was changed
├── NoWayBack       there is nothing earlier that could run again; nothing was changed
├── UnderWay        CloudFormation is changing the environment's stacks; nothing was changed
├── NotStable       services did not come up on what they were told to run
├── NotReleased     something answers, but not the release that was deployed
└── SmokeFailed     what was deployed does not answer
"""


class DeliveryError(Exception):
    """Anything that a person who deploys has to read; catch it at the command line."""


class DeployRefused(DeliveryError):
    """Something is missing, or AWS cannot be asked; nothing was changed. Catch it to exit with code 2."""


class NoWayBack(DeliveryError):
    """Nothing earlier can run again; nothing was changed. Catch it to exit with code 2."""


class UnderWay(DeliveryError):
    """CloudFormation is changing the environment's stacks; nothing was changed. Catch it to exit with code 2."""


class NotStable(DeliveryError):
    """Services did not come up in time, or ECS gave up on them; they are named with their state."""


class NotReleased(DeliveryError):
    """A service runs another task definition than its stack says; each is named with both."""


class SmokeFailed(DeliveryError):
    """The platform did not answer well in any of the tries."""
