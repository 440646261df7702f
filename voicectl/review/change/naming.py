"""Two environments made comparable: each one's own name, domain and home region taken out of its templates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from voicectl.review.templates import Assembly, Resource

ENVIRONMENT, DOMAIN, REGION = "<environment>", "<domain>", "<region>"
HASH = re.compile(r"[0-9A-F]{8}")  # CDK's, of a path that has the environment's name in it
COMPARED = (
    "Type",
    "Properties",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "UpdatePolicy",
    "CreationPolicy",
    "Condition",
    "DependsOn",
)


@dataclass(frozen=True)
class Named:
    """A resource under a name that both sides have.

    Attributes:
        plain: What the template says of it, without its environment's name.
    """

    key: tuple[str, str]
    resource: Resource
    plain: dict[str, Any]


@dataclass(frozen=True)
class Naming:
    """How one side's names become common ones.

    Attributes:
        environment: Empty when both sides are one environment: names are compared as they are.
        region: Where it is at home.
    """

    environment: str
    domain: str
    region: str

    @classmethod
    def of(cls, assembly: Assembly, *, other: Assembly) -> "Naming":
        """Answer an assembly's naming against another's."""
        if assembly.environment == other.environment:
            return cls("", "", "")
        return cls(assembly.environment, _domain(assembly), assembly.stacks[0].region if assembly.stacks else "")

    def resources(self, assembly: Assembly) -> Iterator[Named]:
        """Yield every resource under its common name."""
        for stack, resource in assembly.resources():
            place = self.plain(resource.path) if self.environment else resource.logical_id
            yield Named((self.plain(stack.name), place), resource, self.compared(resource))

    def compared(self, resource: Resource) -> dict[str, Any]:
        """Answer what the template says of a resource, without the environment's name; order means nothing to some."""
        found = {part: resource.entry[part] for part in COMPARED if part in resource.entry}
        if "DependsOn" in found:
            waits = found["DependsOn"]
            found["DependsOn"] = sorted(waits if isinstance(waits, list) else [waits])
        return dict(self.plain(found))

    def plain(self, value: Any) -> Any:
        """Answer a value without the environment's name and domain, all the way down."""
        if not self.environment:
            return value
        if isinstance(value, dict):
            return {self.plain(key): self.plain(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.plain(part) for part in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        if text == self.environment:
            return ENVIRONMENT
        if self.domain:
            text = re.sub(rf"(?<![a-z0-9-]){re.escape(self.domain)}", DOMAIN, text)
            text = text.replace(self.domain.replace(".", "-"), DOMAIN)  # where a name may have no dots
        text = re.sub(rf"(?<![a-z0-9]){re.escape(self.region)}(?![a-z0-9])", REGION, text)
        text = self._separated.sub(rf"\g<1>{ENVIRONMENT}", text)
        text, joined = self._joined.subn(ENVIRONMENT, text)
        return HASH.sub("#", text) if joined else text

    @cached_property
    def _separated(self) -> re.Pattern[str]:
        """`voiceplane-prod`, `voiceplane/prod`, `environment:prod`, and `"prod"` inside a dashboard's JSON."""
        return re.compile(rf"(voiceplane[-/]|environment[:$= ]|\"){re.escape(self.environment)}(?![a-z0-9])")

    @cached_property
    def _joined(self) -> re.Pattern[str]:
        """`voiceplaneprodagents…`, where CDK has left out what is no letter."""
        return re.compile(rf"voiceplane{re.escape(self.environment.replace('-', ''))}")


def _domain(assembly: Assembly) -> str:
    """Of its zone, or of its certificate where the zone is somebody else's."""
    zones = [each.properties.get("Name") for _, each in assembly.of_type("AWS::Route53::HostedZone")]
    certified = [
        each.properties.get("DomainName") for _, each in assembly.of_type("AWS::CertificateManager::Certificate")
    ]
    return next((str(name).removeprefix("*.").rstrip(".") for name in (*zones, *certified) if name), "")
