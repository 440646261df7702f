"""Everything the fake refuses, as a tree.

CloudFormationFakeError
├── TemplateRefused     the template can never work: an unknown type, a dangling reference
├── ResourceRefused     one resource could not be made
├── DeployFailed        a whole deploy stopped; the only one callers of `deploy_assembly` need
└── CommandFailed       the real CLI or the server process did not do what it was asked
"""


class CloudFormationFakeError(Exception):
    """Anything of ours; catch it to tell a refused template from a broken test."""


class TemplateRefused(CloudFormationFakeError):
    """Raised before anything is made; CloudFormation would answer ValidationError.

    Attributes:
        logical_id: Of the resource or output at fault, or `Template`.
        type: Its resource type, or the template's section.
        reason: What is wrong with it.
    """

    def __init__(self, logical_id: str, *, type: str, reason: str) -> None:
        """Say whose fault it is, and what it is."""
        super().__init__(f"{logical_id} ({type}): {reason}")
        self.logical_id = logical_id
        self.type = type
        self.reason = reason


class ResourceRefused(CloudFormationFakeError):
    """Raised while a resource is made; its stack rolls back with this text as the reason."""


class DeployFailed(CloudFormationFakeError):
    """Raised by `deploy_assembly` for the first stack that did not come up.

    Attributes:
        stack: Name of the stack.
        logical_id: Of the resource or output at fault.
        type: Its resource type, or the template's section.
        reason: What CloudFormation's event would say.
    """

    def __init__(self, stack: str, *, logical_id: str, type: str, reason: str) -> None:
        """Say which stack stopped where, and why."""
        super().__init__(f"stack {stack} failed at {logical_id} ({type}): {reason}")
        self.stack = stack
        self.logical_id = logical_id
        self.type = type
        self.reason = reason


class CommandFailed(CloudFormationFakeError):
    """Raised with the command's output when it fails or runs out of time."""
