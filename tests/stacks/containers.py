"""The containers of an assembly, each with the one of the contract that it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contract.services import CONTAINERS, Container
from tests.stacks.values import Values
from voicectl.review.templates import Assembly, StackTemplate

BY_NAME = {container.name: container for container in CONTAINERS}


@dataclass(frozen=True)
class Deployed:
    """One container of one task definition.

    Attributes:
        definition: Its own part of the task definition.
        variables: Its plain variables, as the process would see them.
        secrets: The names of those that come from Secrets Manager, with where from.
    """

    stack: StackTemplate
    task: str
    contract: Container
    definition: dict[str, Any]
    variables: dict[str, str]
    secrets: dict[str, Any]

    @property
    def process_environment(self) -> dict[str, str]:
        """What the process finds in `os.environ`; a secret's value is unknown here."""
        return {**self.variables, **dict.fromkeys(self.secrets, "from Secrets Manager")}

    def __str__(self) -> str:
        """Say which."""
        return f"{self.stack.name}/{self.task}/{self.contract.name}"


def containers_of(assembly: Assembly) -> Iterator[Deployed]:
    """Yield every container of every task definition."""
    values = Values(assembly)
    for stack, task in assembly.of_type("AWS::ECS::TaskDefinition"):
        for definition in task.properties["ContainerDefinitions"]:
            pairs = definition.get("Environment", [])
            yield Deployed(
                stack=stack,
                task=task.logical_id,
                contract=BY_NAME[definition["Name"]],
                definition=definition,
                variables={pair["Name"]: values.text(pair["Value"], stack=stack) for pair in pairs},
                secrets={pair["Name"]: pair["ValueFrom"] for pair in definition.get("Secrets", [])},
            )
