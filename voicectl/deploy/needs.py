"""What an environment's templates take for granted: images, secrets of people, a GitHub provider, a migration."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from config.instances import NODES
from voicectl.review.templates import Assembly, Resource, StackTemplate

ECR_IMAGE = re.compile(r"\.ecr\.(?P<region>[a-z0-9-]+)\.[^/]*/(?P<repository>[^:@]+)[:@](?P<reference>.+)$")
LAUNCH_TEMPLATE = "AWS::EC2::LaunchTemplate"
FOUNDATIONS = ("network", "delivery", "data")


@dataclass(frozen=True, order=True)
class ImageNeed:
    """An image that task definitions name.

    Attributes:
        repository: Such as `voiceplane-prod/agent`.
        reference: A tag or digest.
        platforms: What its tasks run on, such as `linux/arm64`.
    """

    repository: str
    reference: str
    region: str
    platforms: tuple[str, ...] = ()

    @property
    def is_digest(self) -> bool:
        """Whether it is named by its content."""
        return self.reference.startswith("sha256:")


@dataclass(frozen=True)
class SecretNeed:
    """A secret that people write, and the JSON fields that somebody reads; no field means its whole text."""

    name: str
    region: str
    fields: frozenset[str] = field(default=frozenset())


def is_foundation(stack: StackTemplate) -> bool:
    """Whether a stack belongs to the first step, which needs neither images nor secrets."""
    return any(re.fullmatch(rf"voiceplane-.+-{purpose}(-[a-z]+-[a-z]+-\d)?", stack.name) for purpose in FOUNDATIONS)


def image_needs(assembly: Assembly) -> list[ImageNeed]:
    """Every image of every task definition, once."""
    found: dict[ImageNeed, set[str]] = {}
    for stack, task in assembly.of_type("AWS::ECS::TaskDefinition"):
        for container in task.properties["ContainerDefinitions"]:
            if match := ECR_IMAGE.search(flat(container["Image"])):
                need = ImageNeed(match["repository"], match["reference"], match["region"])
                found.setdefault(need, set()).add(_platform(stack, task))
    return sorted(replace(need, platforms=tuple(sorted(platforms))) for need, platforms in found.items())


def _platform(stack: StackTemplate, task: Resource) -> str:
    """What a task runs on: Fargate's own word, else that of its stack's nodes."""
    said = task.properties.get("RuntimePlatform", {}).get("CpuArchitecture")
    nodes = [NODES[each.properties["LaunchTemplateData"]["InstanceType"]] for each in stack.of_type(LAUNCH_TEMPLATE)]
    arm = said == "ARM64" if said else any(node.architecture == "arm64" for node in nodes)
    return "linux/arm64" if arm else "linux/amd64"


def secret_needs(assembly: Assembly) -> list[SecretNeed]:
    """Every secret without a generated value that a container, or the page's app, reads."""
    by_people = {
        (stack.name, secret.logical_id): (secret.properties["Name"], stack.region)
        for stack, secret in assembly.of_type("AWS::SecretsManager::Secret")
        if not {"GenerateSecretString", "SecretString"} & secret.properties.keys()
    }
    outputs = {
        (stack.name, name): output["Value"].get("Ref")
        for stack in assembly.stacks
        for name, output in stack.template.get("Outputs", {}).items()
        if isinstance(output["Value"], dict)
    }
    fields: dict[tuple[str, str], set[str]] = {}
    for text, stack_name, output in _readings(assembly):
        secret = by_people.get((stack_name, str(outputs.get((stack_name, output)))))
        if secret:
            fields.setdefault(secret, set()).update(_fields(text))
    return [SecretNeed(name, region, frozenset(read)) for (name, region), read in sorted(fields.items())]


def needs_provider(assembly: Assembly) -> bool:
    """Whether the account's GitHub provider must be there already: the template refers to one it does not make."""
    return not any(assembly.of_type("AWS::IAM::OIDCProvider"))


def migration_fault(assembly: Assembly) -> str:
    """Why the schema would not be migrated before the services change; empty when it would."""
    for stack, service in assembly.of_type("AWS::ECS::Service"):
        if service.properties["ServiceName"] != "api":
            continue
        after = stack.template["Resources"][service.logical_id].get("DependsOn", [])
        runs = [run for run in stack.of_type("Custom::Migration") if run.logical_id in after]
        if not runs:
            return f"{stack.name}: service api does not wait for a migration"
        migrated = stack.properties_of(runs[0].properties["TaskDefinition"])
        served = stack.properties_of(service.properties["TaskDefinition"])
        if _image(migrated) != _image(served):
            return f"{stack.name}: the migration's image is not the API's"
    return ""


def flat(value: Any) -> str:
    """A string as CloudFormation would join it, with a mark where a value is known at deploy time only."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and "Fn::Join" in value:
        delimiter, parts = value["Fn::Join"]
        return str(delimiter).join(flat(part) for part in parts)
    return "${}"


def _image(task: dict[str, Any]) -> str:
    return flat(task["ContainerDefinitions"][0]["Image"])


def _readings(assembly: Assembly) -> Iterator[tuple[str, str, str]]:
    """Yield each text that reads another stack's output, with that stack and output."""
    for stack in assembly.stacks:
        for node in _walk(stack.template["Resources"]):
            text = flat(node)
            for reference in _walk(node):
                output = reference.get("Fn::GetStackOutput") if isinstance(reference, dict) else None
                if output:
                    yield text, output["StackName"], output["OutputName"]


def _walk(node: Any) -> Iterator[Any]:
    yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _walk(child)


def _fields(text: str) -> set[str]:
    """`arn:…:field::` of ECS, or `{{resolve:secretsmanager:…:SecretString:field::}}` of CloudFormation."""
    found = re.search(r":([a-z0-9_]+)::(?:\}\})?$", text)
    return {found[1]} if found else set()
