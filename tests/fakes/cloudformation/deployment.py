"""One stack while it is deployed: checks the template, makes its resources in order, then its outputs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError

from tests.fakes.cloudformation import checks, customs, dynamic, lambdas, parameters, references, tags
from tests.fakes.cloudformation.clients import client
from tests.fakes.cloudformation.errors import ResourceRefused, TemplateRefused
from tests.fakes.cloudformation.intrinsics import holds, resolve
from tests.fakes.cloudformation.kind import Home, Kind, Resource
from tests.fakes.cloudformation.kinds import KINDS

Template = dict[str, Any]


class Elsewhere(Protocol):
    """What a stack can learn of other stacks."""

    def output(self, stack: str, output: str, region: str) -> str:
        """An output of another stack, for `Fn::GetStackOutput`."""

    def export(self, name: str) -> str:
        """The value another stack of the region exports."""

    def resources(self, type: str) -> Iterable[Resource]:
        """Every resource of a type that any stack of the account has made."""


@dataclass(frozen=True)
class Inputs:
    """What the caller of CreateStack adds to a template."""

    parameters: Mapping[str, str]
    tags: Mapping[str, str]


class Deployment:
    """The resources, conditions and outputs of one stack; the scope in which its functions are resolved."""

    def __init__(self, template: Template, *, home: Home, inputs: Inputs, elsewhere: Elsewhere) -> None:
        """Check the template; nothing is made yet.

        Args:
            template: Parsed.
            home: The stack's name, account and region.
            inputs: The caller's parameter values and the stack's tags.
            elsewhere: The other stacks.

        Raises:
            TemplateRefused: The template can never work.
        """
        self.template = template
        self.home = home
        self.resources: dict[str, Resource] = {}
        self._tags = inputs.tags
        self._elsewhere = elsewhere
        self._conditions: dict[str, bool] = {}
        checks.outline(template)
        checks.types(template, region=home.region)
        references.check(template, attribute_fault=checks.attribute_fault)
        self.order = references.in_order(template)
        self.parameters = parameters.values(
            template.get("Parameters", {}), given=inputs.parameters, read_ssm=self._read_ssm_parameter
        )
        self._check_rules()

    def make(self, logical_id: str) -> Resource | None:
        """Make a resource; None when its condition is false.

        Raises:
            ResourceRefused: With the reason for CloudFormation's event.
        """
        body = self.template["Resources"][logical_id]
        if "Condition" in body and not self.condition(body["Condition"]):
            return None
        type = body["Type"]
        properties = dynamic.fill_in(resolve(body.get("Properties", {}), self), client=self._client, region=self.region)
        resource = Resource(logical_id, type, _kind_of(type), self.home, properties)
        if customs.is_custom(type):
            customs.make(resource, functions=self._functions())
        else:
            tags.hand_on(self._tags, properties=properties, type=type, region=self.region)
            checks.properties(resource)
            checks.collision(resource, others=self._elsewhere.resources(type))
            resource.make()
        self.resources[logical_id] = resource
        return resource

    def outputs(self) -> dict[str, dict[str, str]]:
        """Name to value, description and export of every output whose condition holds.

        Raises:
            TemplateRefused: An output does not resolve to a string.
        """
        shown = {}
        for name, body in self.template.get("Outputs", {}).items():
            if "Condition" in body and not self.condition(body["Condition"]):
                continue
            try:
                resolved = resolve({key: body[key] for key in ("Value", "Description", "Export") if key in body}, self)
            except ResourceRefused as refused:
                raise TemplateRefused(name, type="Output", reason=str(refused)) from refused
            if not isinstance(resolved.get("Value"), (str, int, float)):
                raise TemplateRefused(name, type="Output", reason=f"is {resolved.get('Value')!r}, not a string")
            shown[name] = {
                "value": str(resolved["Value"]),
                "description": resolved.get("Description", ""),
                "export": resolved.get("Export", {}).get("Name", ""),
            }
        return shown

    @property
    def region(self) -> str:
        """The stack's region."""
        return self.home.region

    def ref(self, name: str) -> Any:
        """The value of a parameter, a pseudo parameter or a resource."""
        if name in self.parameters:
            return self.parameters[name]
        pseudo = {
            "AWS::AccountId": self.home.account,
            "AWS::Region": self.region,
            "AWS::StackId": self.home.stack_id,
            "AWS::StackName": self.home.stack,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::Partition": "aws",
            "AWS::NotificationARNs": [],
        }
        return pseudo[name] if name in pseudo else self._made(name).physical_resource_id

    def attribute(self, logical_id: str, name: str) -> Any:
        """An attribute of a resource that exists by now."""
        resource = self._made(logical_id)
        if customs.is_custom(resource.cf_resource_type):
            return customs.attribute(resource, name)
        return resource.attribute(name)

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""
        declared = self.template.get("Conditions", {})
        if name not in declared:
            raise ResourceRefused(f"condition {name} is not in the template")
        if name not in self._conditions:
            self._conditions[name] = holds(declared[name], self)
        return self._conditions[name]

    def mapping(self, name: str) -> dict[str, Any]:
        """A mapping of the template."""
        found: dict[str, Any] = self.template.get("Mappings", {})[name]
        return found

    def zones(self, region: str) -> list[str]:
        """The availability zones of a region, as moto's EC2 has them."""
        answer = client("ec2", account=self.home.account, region=region).describe_availability_zones()
        return [zone["ZoneName"] for zone in answer["AvailabilityZones"]]

    def imported(self, export: str) -> str:
        """The value another stack exports under this name."""
        return self._elsewhere.export(export)

    def stack_output(self, stack: str, output: str, region: str) -> str:
        """The output of another stack, in any region."""
        return self._elsewhere.output(stack, output, region)

    def _made(self, logical_id: str) -> Resource:
        if logical_id not in self.resources:
            raise ResourceRefused(f"{logical_id} is referred to, but its condition kept it from being made")
        return self.resources[logical_id]

    def _functions(self) -> list[Resource]:
        return list(self._elsewhere.resources(lambdas.FUNCTION))

    def _client(self, service: str, region: str) -> Any:
        return client(service, account=self.home.account, region=region)

    def _read_ssm_parameter(self, name: str) -> str:
        try:
            return str(self._client("ssm", self.region).get_parameter(Name=name)["Parameter"]["Value"])
        except ClientError as error:
            raise TemplateRefused(name, type="Parameter", reason=f"SSM parameter {name}: {error}") from error

    def _check_rules(self) -> None:
        for name, rule in self.template.get("Rules", {}).items():
            for assertion in rule.get("Assertions", []):
                if not holds(assertion["Assert"], self):
                    raise TemplateRefused(name, type="Rule", reason=assertion.get("AssertDescription", "does not hold"))


def _kind_of(type: str) -> Kind:
    return customs.KIND if customs.is_custom(type) else KINDS[type]
